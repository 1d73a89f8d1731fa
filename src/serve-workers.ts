// The worker of this process, and what is known of those of all processes.

import { type Executor, startExecutor } from './adapters/bullmq/executor.ts'
import { connectBlocking } from './adapters/redis/connect.ts'
import type { RedisKeeper } from './adapters/redis/keeper.ts'
import type { Workers } from './adapters/redis/workers.ts'
import type { ApprovalsService } from './service/approvals.ts'
import { faultsOf, type Setup } from './setup.ts'

/** Soon after a start, so that a bot does not say for long that nobody takes jobs. */
const FIRST_MS = 250
const EVERY_MS = 5_000

export interface WorkerParts {
  keeper: RedisKeeper
  workers: Workers
  execute: ApprovalsService['execute']
  processId: string
}

export function startWorker(setup: Setup, { keeper, workers, execute, processId }: WorkerParts): Executor {
  const { config } = setup
  const onError = faultsOf(setup)('worker')
  const executor = startExecutor({
    connect: () => connectBlocking(config.redis, (error, isNew) => isNew && onError(error)),
    prefix: config.redisPrefix,
    concurrency: config.workerConcurrency,
    usableMs: keeper.usableMs,
    execute,
    onError,
    ...setup.traces.ofQueue,
  })
  let timer: NodeJS.Timeout | undefined
  async function say(): Promise<void> {
    const isTaking = executor.isTaking()
    // That Redis cannot be asked, its keeper says.
    if (isTaking) await workers.takes(processId).catch(() => {})
    timer = setTimeout(say, isTaking ? EVERY_MS : FIRST_MS)
  }
  void say()
  return {
    isTaking: executor.isTaking,
    async close(patienceMs) {
      clearTimeout(timer)
      void workers.leaves(processId).catch(() => {})
      await executor.close(patienceMs)
    },
  }
}

/** What a bot without a worker has to say: nothing is carried out. A Redis that cannot be asked is another matter. */
export async function noWorker(workers: Pick<Workers, 'count'>): Promise<string[]> {
  const count = await workers.count().catch(() => null)
  return count === 0 ? ['No worker takes jobs: what is approved waits.'] : []
}

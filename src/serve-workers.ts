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
  /** With another key than what is in Redis was sealed with, whatever it takes it leaves to others. */
  keyProblem(): string | null
}

export function startWorker(
  setup: Setup,
  { keeper, workers, execute, processId, keyProblem }: WorkerParts,
): Executor {
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
  const tell = createTelling(workers, processId, () => executor.isTaking() && keyProblem() === null)
  async function say(): Promise<void> {
    timer = setTimeout(say, (await tell()) ? EVERY_MS : FIRST_MS)
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

/** Says whether this worker takes jobs, with each call, and returns what it said. Never rejects. */
export function createTelling(
  workers: Workers,
  id: string,
  takesJobs: () => boolean,
): () => Promise<boolean> {
  let has = false
  return async () => {
    const takes = takesJobs()
    // That Redis cannot be asked, its keeper says.
    if (takes) await workers.takes(id).catch(() => {})
    else if (has) await workers.leaves(id).catch(() => {})
    has = takes
    return takes
  }
}

/** What a bot without a worker has to say: nothing is carried out. A Redis that cannot be asked is another matter. */
export async function noWorker(workers: Pick<Workers, 'count'>): Promise<string[]> {
  const count = await workers.count().catch(() => null)
  return count === 0 ? ['No worker takes jobs: what is approved waits.'] : []
}

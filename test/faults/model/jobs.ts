// The execute queue of the model, taken by hand: the real producer puts jobs there, and a test says which of them is
// delivered, when, how often and to whom. It must never look at a request.

import { randomUUID } from 'node:crypto'
import { Job, Queue, Worker } from 'bullmq'
import { createWorkQueue } from '../../../src/adapters/bullmq/work-queue.ts'
import { connectBlocking, connectRedis, untilReady } from '../../../src/adapters/redis/connect.ts'
import type { WorkQueue } from '../../../src/ports/work-queue.ts'
import type { RequestId } from '../../../src/request/request.ts'

export interface HeldJob {
  id: RequestId
  name: string
  /** By the model's clock. */
  dueAtMs: number
  state: 'queued' | 'inHand' | 'done'
}

export interface Jobs {
  queue: WorkQueue
  /** Told by the gate: this job is there, to run from then on. */
  noteEnqueued(id: RequestId, dispatch: number, dueAtMs: number): void
  all(): HeldJob[]
  /** Takes it out of the queue, as a worker does. */
  take(job: HeldJob): Promise<void>
  /** The worker has carried it out. */
  complete(job: HeldJob): Promise<void>
  /** Forgets every job, for the next run. */
  clear(): Promise<void>
  close(): Promise<void>
}

const TOKEN = 'model'
/** A name that work-queue.ts keeps to itself. */
const QUEUE = 'execute'

export async function startJobs(redisUrl: string): Promise<Jobs> {
  const settings = { mode: 'single', url: redisUrl } as const
  const silent = () => {}
  const prefix = `model-${randomUUID()}`
  const producing = connectRedis(settings, silent)
  const taking = connectBlocking(settings, silent)
  await Promise.all([untilReady(producing, 5_000), untilReady(taking, 5_000)])
  const producer = createWorkQueue({ connection: producing, prefix, onError: silent })
  const options = { connection: taking, prefix: `{${prefix}:queue}`, skipVersionCheck: true }
  const queue = new Queue(QUEUE, options)
  const worker = new Worker(QUEUE, null, { ...options, autorun: false, lockDuration: 600_000 })
  let held = new Map<string, HeldJob>()
  let inHand = new Map<string, Job>()

  async function takeAll(): Promise<void> {
    for (;;) {
      const job = await worker.getNextJob(TOKEN, { block: false })
      if (job?.id === undefined) return
      inHand.set(job.id, job)
    }
  }

  return {
    queue: producer,
    noteEnqueued(id, dispatch, dueAtMs) {
      const name = `${id}-${dispatch}`
      if (!held.has(name)) held.set(name, { id, name, dueAtMs, state: 'queued' })
    },
    all: () => [...held.values()],
    async take(job) {
      if (job.state !== 'queued') return
      if (!inHand.has(job.name)) {
        const there = await Job.fromId(queue, job.name)
        if (there === undefined) throw new Error(`BullMQ has no job ${job.name}.`)
        if ((await there.getState()) === 'delayed') await there.promote()
        await takeAll()
      }
      if (!inHand.has(job.name)) throw new Error(`BullMQ does not hand out ${job.name}.`)
      job.state = 'inHand'
    },
    async complete(job) {
      if (job.state !== 'inHand') return
      await inHand.get(job.name)?.moveToCompleted('', TOKEN, false)
      job.state = 'done'
    },
    async clear() {
      held = new Map()
      inHand = new Map()
      await queue.obliterate({ force: true })
    },
    async close() {
      await worker.close(true)
      await queue.close()
      await producer.close()
      taking.disconnect()
    },
  }
}

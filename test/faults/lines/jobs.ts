// The execute queue as BullMQ shows it to an outsider, who can also lose a job, fail it, or hand it out at once.
// It must never look at a request: what became of one is for its record to say.

import { type Job, Queue, UnrecoverableError, Worker } from 'bullmq'
import { connectBlocking } from '../../../src/adapters/redis/connect.ts'

export interface Jobs {
  /** Of every job there is, by its name: `waiting`, `active`, `delayed`, `completed`, `failed`. */
  states(): Promise<Record<string, string>>
  /** Marks the next job as failed, which nobody has run. Returns its name. */
  failNext(): Promise<string>
  /** Delayed jobs are due now. */
  promoteAll(): Promise<void>
  /** As if Redis had been restored from a backup of before. */
  loseAll(): Promise<void>
  /** The version that is written into a job. */
  setVersion(name: string, version: number): Promise<void>
  close(): Promise<void>
}

/** Names that work-queue.ts keeps to itself. */
const QUEUE = 'execute'
const prefixOf = (prefix: string) => `{${prefix}:queue}`
const TOKEN = 'outsider'

export function openJobs(redisUrl: string, productPrefix: string): Jobs {
  const connection = connectBlocking({ mode: 'single', url: redisUrl }, () => {})
  const options = { connection, prefix: prefixOf(productPrefix), skipVersionCheck: true }
  const queue = new Queue(QUEUE, options)
  const worker = new Worker(QUEUE, null, { ...options, autorun: false })
  queue.on('error', () => {})
  worker.on('error', () => {})
  const there = async (): Promise<Job[]> =>
    (await queue.getJobs(['waiting', 'active', 'delayed', 'completed', 'failed'])).filter(Boolean)

  return {
    async states() {
      const jobs = await there()
      const named = await Promise.all(jobs.map(async job => [job.id ?? '', await job.getState()] as const))
      return Object.fromEntries(named)
    },
    async failNext() {
      const job = await worker.getNextJob(TOKEN, { block: false })
      if (job?.id === undefined) throw new Error('There is no job to fail.')
      // For a job that stalled too often, the attempts that are left do not count.
      await job.moveToFailed(new UnrecoverableError('job stalled more than allowable limit'), TOKEN, false)
      return job.id
    },
    async promoteAll() {
      for (const job of await queue.getJobs(['delayed'])) {
        // It may have come due by itself meanwhile.
        await job?.promote().catch(() => {})
      }
    },
    loseAll: () => queue.obliterate({ force: true }),
    async setVersion(name, version) {
      const job = (await there()).find(({ id }) => id === name)
      await job?.updateData({ ...job.data, version })
    },
    async close() {
      await worker.close(true)
      await queue.close()
      connection.disconnect()
    },
  }
}

// Whether a job that is put on a queue just now is taken, on a queue of its own beside the real one: no worker of the
// product ever looks there, and nothing of it is left.

import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { Queue, Worker } from 'bullmq'
import { bullPrefix, UNASKED_VERSION, type WorkQueueOptions } from './work-queue.ts'

const CLOSE_MS = 1_000
/** A process that is ended takes nothing away; its keys then end by themselves. */
const KEYS_MS = 60_000
const EXPIRE_EVERY_MS = 250

export interface TryOptions extends Pick<WorkQueueOptions, 'connection' | 'prefix'> {
  /** As the executor's: it waits for Redis, with no timeout of a command. */
  blocking: WorkQueueOptions['connection']
  withinMs: number
  /** Ends it before its time: what it made is taken away. */
  signal?: AbortSignal | undefined
}

/** Milliseconds from the job's being put there until a worker had it. Throws when none had it in time, or Redis refused. */
export async function tryQueue({
  connection,
  blocking,
  prefix,
  withinMs,
  signal,
}: TryOptions): Promise<number> {
  signal?.throwIfAborted()
  const name = `doctor-${randomUUID()}`
  const options = { prefix: bullPrefix(prefix), ...UNASKED_VERSION }
  // Of the keys that it makes beside the job nobody waits for the making, so they could come after all was taken away.
  const queue = new Queue(name, { connection, skipMetasUpdate: true, ...options })
  let worker: Worker | undefined
  let adding: Promise<unknown> | undefined
  let timer: NodeJS.Timeout | undefined
  const expire = () => {
    const each = keysOf(queue, options.prefix, name).map(key => connection.pexpire(key, KEYS_MS))
    void Promise.allSettled(each)
  }
  // A worker makes keys of its own, whenever it comes to them.
  const expiring = setInterval(expire, EXPIRE_EVERY_MS)
  try {
    return await new Promise<number>((resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`No worker had it within ${withinMs / 1_000} s.`)), withinMs)
      signal?.addEventListener('abort', () => reject(new Error('It was ended.')), { once: true })
      queue.on('error', reject)
      const startedMs = performance.now()
      // The job has to be over before its queue is taken away.
      worker = new Worker(name, async () => null, {
        connection: blocking,
        skipStalledCheck: true,
        ...options,
      })
      worker.on('error', reject)
      worker.on('completed', () => resolve(performance.now() - startedMs))
      adding = queue.add('try', {}, { removeOnComplete: true, removeOnFail: true }).then(expire, reject)
    })
  } finally {
    clearTimeout(timer)
    clearInterval(expiring)
    // A worker that waits for a Redis that has gone would wait for ever.
    // Nor may the job be put there only when its queue has been taken away.
    const closing = Promise.allSettled([worker?.close(true), adding])
    await Promise.race([closing, delay(CLOSE_MS, undefined, { ref: false })])
    await connection.del(...keysOf(queue, options.prefix, name)).catch(() => {})
    await queue.close().catch(() => {})
  }
}

/** Every key that BullMQ may have made; the job's own is gone with it, unless it was never taken. */
function keysOf(queue: Queue, prefix: string, name: string): string[] {
  return [...Object.values(queue.keys), `${prefix}:${name}:1`, `${prefix}:${name}:1:lock`]
}

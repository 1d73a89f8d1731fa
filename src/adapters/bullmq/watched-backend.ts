// How BullMQ's worker asks Redis for a job: said each time Redis has answered, and with a rest where it refuses.

import { setTimeout as delay } from 'node:timers/promises'
import type { RedisQueueBackend } from 'bullmq'

/** After an error, before Redis is asked for a job again. */
const RETRY_MS = 2_000

export interface Watching {
  /** No read blocks for longer, in seconds. */
  blockS: number
  /** Redis was asked for a job and has answered that there is one, or none: one put on the queue then would have been taken. */
  alive(): void
  closing: AbortSignal
}

/** BullMQ asks again at once, thousands of times a second, when Redis is there and refuses (measured). */
export function watched(backend: RedisQueueBackend, { blockS, alive, closing }: Watching): RedisQueueBackend {
  async function rest<T>(asked: Promise<T>): Promise<T> {
    try {
      return await asked
    } catch (error) {
      await delay(RETRY_MS, undefined, { signal: closing }).catch(() => {})
      throw error
    }
  }
  const moveToActive = backend.moveToActive.bind(backend)
  const waitForJob = backend.waitForJob.bind(backend)
  backend.moveToActive = async (...args) => {
    const answer = await rest(moveToActive(...args))
    alive()
    return answer
  }
  // A delayed job would let it block for ten seconds.
  backend.waitForJob = seconds => rest(waitForJob(Math.min(seconds, blockS)))
  // Without having asked for the version it takes Redis for one before 6.0, and waits for whole seconds.
  const { blockingConnection } = backend
  blockingConnection?.client.then(
    () => {
      blockingConnection.capabilities = { ...blockingConnection.capabilities, canDoubleTimeout: true }
    },
    () => {},
  )
  return backend
}

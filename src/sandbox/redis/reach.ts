// Whether a Redis that was here before can be connected to. It must never change anything there, nor show a password.

import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'

const REACH_MS = 5_000

/** Why not, like `ECONNREFUSED`; null: it answers. */
export async function whyUnreachable(url: string): Promise<string | null> {
  const redis = new Redis(url, { retryStrategy: () => 200, maxRetriesPerRequest: null })
  let why = `no answer within ${REACH_MS / 1_000} s`
  redis.on('error', (error: Error & { code?: string }) => {
    why = error.code ?? error.message
  })
  try {
    const answered = redis.ping().then(
      () => true,
      (error: Error) => {
        why = error.message
        return false
      },
    )
    return (await Promise.race([answered, delay(REACH_MS, false)])) ? null : why
  } finally {
    redis.disconnect()
  }
}

/** Without a user or a password. */
export function placeOf(url: string): string {
  return new URL(url).host
}

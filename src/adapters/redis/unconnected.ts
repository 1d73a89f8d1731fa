// Why nothing could connect to Redis, for who set REDIS_URL: where it was looked for, and the system's own code. It must
// never show a user or a password.

import type { RedisSettings } from './connect.ts'

/** A code of the system, like `ECONNREFUSED`; null: Redis has said something itself. */
export function connectionFault(error: unknown): string | null {
  const { code, message } = Object(error) as { code?: unknown; message?: unknown }
  // Of a host with several addresses the error has the code alone; of Sentinels and Clusters it has the words alone.
  const said = typeof code === 'string' ? code : String(message)
  return (
    /\b(?:ECONN[A-Z]+|EPIPE|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)\b/.exec(said)?.[0] ?? null
  )
}

/** @param fault of `connectionFault` */
export function unconnectedWords(redis: RedisSettings, fault: string): string {
  return `Redis at ${addressesOf(redis)} (REDIS_URL) cannot be connected to: ${fault}.`
}

export function addressesOf(redis: RedisSettings): string {
  switch (redis.mode) {
    case 'single':
      return new URL(redis.url).host
    case 'sentinel':
      return redis.sentinels.map(({ host, port }) => `${host}:${port}`).join(', ')
    case 'cluster':
      return redis.nodes.map(({ host, port }) => `${host}:${port}`).join(', ')
    default:
      return redis satisfies never
  }
}

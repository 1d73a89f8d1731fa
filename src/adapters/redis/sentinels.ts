// Which masters the Sentinels know, for whoever has set a name that they do not. It must never show a password.

import { Redis } from 'ioredis'
import { z } from 'zod'
import type { RedisSettings } from './connect.ts'

/** Each master is a flat list of fields and values. */
const mastersSchema = z.array(z.array(z.string()))

/** Of the first Sentinel that answers; null: none does within that time. */
export async function masterNames(
  { sentinels, sentinelPassword, tls, ca }: Extract<RedisSettings, { mode: 'sentinel' }>,
  withinMs: number,
): Promise<string[] | null> {
  for (const address of sentinels) {
    const redis = new Redis({
      ...address,
      ...(sentinelPassword === undefined ? {} : { password: sentinelPassword }),
      ...(tls ? { tls: ca === undefined ? {} : { ca } } : {}),
      ...{ lazyConnect: true, retryStrategy: null, enableReadyCheck: false },
      ...{ connectTimeout: withinMs, commandTimeout: withinMs },
    })
    redis.on('error', () => {})
    try {
      await redis.connect()
      const masters = mastersSchema.parse(await redis.call('SENTINEL', 'MASTERS'))
      return masters.flatMap(fields => fields[fields.indexOf('name') + 1] ?? [])
    } catch {
      // Another one may answer.
    } finally {
      redis.disconnect()
    }
  }
  return null
}

// The SendingRate port on Redis, so that all processes together count one person's submissions. While Redis is away it
// rejects: nothing could be saved then anyway.

import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import type { SendingRate } from '../../ports/store.ts'
import type { RedisConnection } from './connect.ts'

const SECONDS = 60

/** @param most of each kind, of one person in a minute; null: any number */
export function createSendingRate(redis: RedisConnection, prefix: string, most: number | null): SendingRate {
  if (most === null) return { take: async () => null }
  const limiterOf = (what: 'submission' | 'file') =>
    new RateLimiterRedis({
      storeClient: redis,
      keyPrefix: `{${prefix}}:sent:${what}`,
      points: most,
      duration: SECONDS,
    })
  const limiters = { submission: limiterOf('submission'), file: limiterOf('file') }
  return {
    async take(what, userId) {
      try {
        await limiters[what].consume(userId)
        return null
      } catch (refused) {
        if (!(refused instanceof RateLimiterRes)) throw refused
        return { most, waitMs: refused.msBeforeNext }
      }
    },
  }
}

// The WatchRate port on Redis, so that all processes together look at the groups of an instance only so often. It must never
// let a look go while Redis is away: nobody waits for one.

import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import type { WatchRate } from '../../ports/cluster.ts'
import type { RedisConnection } from './connect.ts'

const SECONDS = 60

/** @param looks in a minute, of one instance; each is a call for the group and one or more for its offsets */
export function createWatchRate(redis: RedisConnection, prefix: string, looks: number): WatchRate {
  const limiter = new RateLimiterRedis({
    storeClient: redis,
    keyPrefix: `{${prefix}}:watched`,
    points: looks,
    duration: SECONDS,
  })
  return {
    async take(instanceId) {
      try {
        await limiter.consume(instanceId)
        return { ok: true }
      } catch (refused) {
        const retryAfterMs = refused instanceof RateLimiterRes ? refused.msBeforeNext : SECONDS * 1_000
        return { ok: false, retryAfterMs }
      }
    },
  }
}

// The Quota port on Redis, so that all processes together keep to the account's budget. It must never hold up a call
// because Redis is away: the API's own limit still holds, and its refusal is harmless.

import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import type { Budget, Budgets, Quota } from '../../ports/cluster.ts'
import type { RedisConnection } from './connect.ts'

/** Those who were told to wait come back one after the other, in the order in which they asked. */
const APART_MS = 50
const LATEST_MS = 2_000

/** What people looking around may use; the rest is kept for executions. */
const PERSON_SHARE = 0.7
/** What looks after a reset may use of it. */
const WATCH_SHARE = 0.1

/**
 * Of a budget that comes anew so soon, an execution that finds it used up has waited next to nothing: people leave their
 * share of it only once one has been held up, and for so long after that.
 */
const SHORT_S = 1
const HELD_UP_S = 5

export function createQuota(redis: RedisConnection, prefix: string, budgets: Budgets): Quota {
  const limiters = new Map<string, RateLimiterRedis>()

  function limiter(name: string, points: number, seconds: number): RateLimiterRedis {
    const existing = limiters.get(name)
    if (existing !== undefined) return existing
    const created = new RateLimiterRedis({
      storeClient: redis,
      keyPrefix: `{${prefix}}:quota:${budgets.account}:${name}`,
      points,
      duration: seconds,
    })
    limiters.set(name, created)
    return created
  }

  /** Milliseconds to wait, or null when the call may go. */
  async function consume(name: string, points: number, seconds: number): Promise<number | null> {
    try {
      await limiter(name, points, seconds).consume('calls')
      return null
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) return null
      const before = Math.min(LATEST_MS, APART_MS * Math.max(1, refused.consumedPoints - points))
      return refused.msBeforeNext + before
    }
  }

  const heldUp = (name: string) => limiter(`${name}:held-up`, 1, HELD_UP_S)

  async function mayUseAll(name: string, { seconds }: Budget): Promise<boolean> {
    if (seconds > SHORT_S) return false
    const found = await heldUp(name)
      .get('calls')
      .catch(() => null)
    return found === null
  }

  /** Null: no execution was held up of late. */
  async function waitOfHeldUp(name: string): Promise<number | null> {
    const found = await heldUp(name)
      .get('calls')
      .catch(() => null)
    return found === null ? null : Math.max(found.msBeforeNext, 0) + LATEST_MS
  }

  return {
    async take(action, urgency) {
      const owed: [string, Budget | undefined][] = [
        ['together', budgets.together],
        [action, budgets.perAction(action)],
      ]
      for (const [name, budget] of owed) {
        if (budget === undefined) continue
        const { points, seconds } = budget
        if (urgency === 'watch') {
          const share = Math.max(1, Math.floor(points * WATCH_SHARE))
          const waitMs = (await consume(`${name}:watch`, share, seconds)) ?? (await waitOfHeldUp(name))
          if (waitMs !== null) return { ok: false, retryAfterMs: waitMs }
        }
        if (urgency !== 'execution') {
          const share = Math.max(1, Math.floor(points * PERSON_SHARE))
          const waitMs = await consume(`${name}:person`, share, seconds)
          const isOver = waitMs !== null && (urgency === 'watch' || !(await mayUseAll(name, budget)))
          if (isOver) return { ok: false, retryAfterMs: waitMs }
        }
        const waitMs = await consume(name, points, seconds)
        if (waitMs === null) continue
        if (urgency === 'execution' && seconds <= SHORT_S) {
          await heldUp(name)
            .penalty('calls')
            .catch(() => {})
        }
        return { ok: false, retryAfterMs: waitMs }
      }
      return { ok: true }
    },

    async pause(action, ms) {
      const [name, budget] =
        budgets.perAction(action) === undefined
          ? ['together', budgets.together]
          : [action, budgets.perAction(action)]
      if (budget === undefined) return
      // While the store is away the API's own limit still holds.
      await limiter(name, budget.points, budget.seconds)
        .block('calls', ms / 1_000)
        .catch(() => {})
    },
  }
}

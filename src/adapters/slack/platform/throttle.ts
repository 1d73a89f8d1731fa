// Says the same thing again only after a while, however often it happens. It holds no more than a few things at once.

import { LRUCache } from 'lru-cache'

export interface Throttle {
  /** Whether this is to be said now: it has not been for ten minutes. */
  isDue(what: string): boolean
}

const APART_MS = 600_000
const KEPT_MAX = 100

export function createThrottle(): Throttle {
  const said = new LRUCache<string, true>({ max: KEPT_MAX, ttl: APART_MS })
  return {
    isDue(what) {
      if (said.has(what)) return false
      said.set(what, true)
      return true
    },
  }
}

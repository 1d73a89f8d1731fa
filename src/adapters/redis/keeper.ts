// Asks over and over whether Redis can be used, and tells what it finds. It must never change what the product has
// written, nor end on a fault.

import type { Report } from '../../ports/events.ts'
import type { RedisConnection } from './connect.ts'
import { asError, probeRedis, type RedisTrouble, whyOf } from './probe.ts'

export interface RedisKeeper {
  /** Asks now. Null: everything that the product needs can be done. */
  look(): Promise<RedisTrouble | null>
  /** Milliseconds for which every look has found it usable; 0: the last one did not. */
  usableMs(): number
  stop(): void
}

export interface KeeperOptions {
  /** Both fail at once when Redis is away. */
  store: RedisConnection
  queue: RedisConnection
  prefix: string
  /** Why a connection could not be made, if one could not: whoever asks only hears that there is none. */
  unconnected(): Error | null
  /** Done whenever Redis was found to be usable. */
  whenUsable(): Promise<void>
  report: Report
}

const LOOK_EVERY_MS = 5_000
/** While it cannot be used. */
const LOOK_AGAIN_MS = 1_000

export function keepRedis({
  store,
  queue,
  prefix,
  unconnected,
  whenUsable,
  report,
}: KeeperOptions): RedisKeeper {
  let looking: Promise<RedisTrouble | null> | null = null
  let wasUsable = true
  let usableSinceMs: number | null = null
  let timer: NodeJS.Timeout | undefined
  let stopped = false

  async function ask(): Promise<RedisTrouble | null> {
    try {
      const trouble = await probeRedis(store, queue, prefix)
      if (trouble === null) await whenUsable()
      return trouble
    } catch (error) {
      const why = whyOf(error)
      const cause = why === 'away' ? unconnected() : null
      return cause === null ? { why, error: asError(error) } : { why: whyOf(cause), error: cause }
    }
  }

  async function lookOnce(): Promise<RedisTrouble | null> {
    const trouble = await ask()
    looking = null
    if (!stopped && (trouble !== null || !wasUsable)) {
      report({ event: 'store', trouble: trouble?.why ?? null, error: trouble?.error ?? null })
    }
    wasUsable = trouble === null
    usableSinceMs = wasUsable ? (usableSinceMs ?? performance.now()) : null
    // Whoever asked: what has just gone wrong may be another thing in a moment, or over.
    clearTimeout(timer)
    if (!stopped) timer = setTimeout(() => void look(), wasUsable ? LOOK_EVERY_MS : LOOK_AGAIN_MS)
    return trouble
  }

  function look(): Promise<RedisTrouble | null> {
    looking ??= lookOnce()
    return looking
  }

  void look()
  return {
    look,
    usableMs: () => (usableSinceMs === null ? 0 : performance.now() - usableSinceMs),
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}

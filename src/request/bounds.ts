// What is known of a plan before all of it is: the most that can be replayed and skipped, while exact offsets are still being
// read. It must never say less than the plan will, of the same world.

import { z } from 'zod'
import { isSure } from './plan-gaps.ts'
import { type Facts, planRows } from './plan-rows.ts'
import { int64Schema, type Reset, type Strategy } from './reset.ts'

export const boundsSchema = z.object({
  /** When the committed offsets were read. */
  atMs: z.int().nonnegative(),
  /** Seen so far; one without a committed offset may not be listed before its log is read. */
  partitions: z.int(),
  /** Of how many it is known where they go. */
  exact: z.int(),
  /** At most. */
  replays: int64Schema,
  skips: int64Schema,
})
export type Bounds = z.output<typeof boundsSchema>

/** Of what has been read so far. Null: none of these partitions has a committed offset, or takes part. */
export function boundsOf(reset: Reset, facts: Facts): Bounds | null {
  const rows = planRows(
    { ...reset, strategy: asFarAsKnown(reset.strategy, facts) },
    { ...facts, atMs: NEVER },
  )
  if (rows.every(({ from }) => from === null)) return null
  const bounds = { atMs: facts.atMs, partitions: rows.length, exact: 0, replays: 0n, skips: 0n }
  for (const row of rows) {
    if (isSure(row)) bounds.exact += 1
    bounds.replays += row.replays
    bounds.skips += row.skips
  }
  return bounds
}

/** Nothing is said of a time to come before the log has been asked: a producer may have dated a message ahead. */
const NEVER = Number.MAX_SAFE_INTEGER

/** Before the other group is read it may lead anywhere in the log, as a time does that was not looked up. */
function asFarAsKnown(strategy: Strategy, { targets }: Facts): Strategy {
  return strategy.kind === 'group' && targets === undefined ? { kind: 'time', timeMs: 0 } : strategy
}

// What a reset would have the group do afterwards, for who decides on it: how long it takes to catch up at a rate that the
// group was seen to read at. Pure. It must never make a rate of what somebody else may have moved.

import { z } from 'zod'
import { type Group, hasMembers, placeOf } from './group.ts'
import type { ResetRequest } from './request.ts'
import { type Estimate, estimate } from './watch-estimate.ts'
import { isSteadyLag } from './watch-findings.ts'
import { isTooFar } from './watch-look.ts'

export const rehearsalSchema = z.object({
  /** Messages a second that it read, and that were written meanwhile. */
  read: z.int().nonnegative(),
  written: z.int().nonnegative(),
  /** Over how long that was seen, and until when. */
  overMs: z.int().positive(),
  atMs: z.int().nonnegative(),
  /** In the watch of which request; absent: between the last two plans of this one. */
  after: z.string().optional(),
  /** How long it takes to read the lag after the reset; null: at this rate it is never read. */
  inMs: z.int().nonnegative().nullable(),
})
export type Rehearsal = z.output<typeof rehearsalSchema>

export type Rate = Pick<Rehearsal, 'read' | 'written' | 'overMs' | 'atMs' | 'after'>

/** What a group has read earlier than this says little of today. */
const RATE_AGE_MS = 30 * 86_400_000
/** Two plans that were made sooner after each other have seen next to nothing read. */
const LOOKS_APART_MS = 10_000

/** Of the newest watch over the same topics in which the group was seen to read. @param others of the group, newest first */
export function rateOfWatch(
  others: readonly Pick<ResetRequest, 'id' | 'reset' | 'watch'>[],
  topics: readonly string[],
  nowMs: number,
): Rate | null {
  const named = [...topics].sort().join(' ')
  for (const { id, reset, watch } of others) {
    const last = watch?.points.at(-1)
    if (watch === undefined || last === undefined || last.atMs < nowMs - RATE_AGE_MS) continue
    if ([...reset.topics].sort().join(' ') !== named) continue
    const seen = reading(watch.points, watch.backSinceMs)
    if (seen !== null) return { ...seen, atMs: last.atMs, after: id }
  }
  return null
}

/** When it has caught up, the last looks show little but that: those before tell how fast it was. */
function reading(
  points: NonNullable<ResetRequest['watch']>['points'],
  backSinceMs: number | null,
): Omit<Rate, 'atMs'> | null {
  for (let end = points.length; end > 1; end--) {
    const known = estimate(points.slice(0, end), backSinceMs)
    if (known !== null && known.rates.read >= 1) return rounded(known.rates)
  }
  return null
}

function rounded({ read, written, overMs }: Estimate['rates']): Omit<Rate, 'atMs'> {
  return { read: Math.round(read), written: Math.round(written), overMs: Math.max(1, Math.round(overMs)) }
}

/** Where the group stood on the partitions of a plan. */
export interface StoodAt {
  atMs: number
  /** Null: not known. */
  group: Group | null
  rows: readonly { topic: string; partition: number; from: bigint | null; logEnd: bigint | null }[]
}

/**
 * Null: there is no rate in it. Somebody may have moved an offset, or started or stopped the consumers meanwhile, nothing was
 * read, what is there to be read was read as it came, a partition is not in both, or the two are too close.
 */
export function rateBetween(before: StoodAt, now: StoodAt): Rate | null {
  const overMs = now.atMs - before.atMs
  if (overMs < LOOKS_APART_MS) return null
  // Who has members at both ends may have read all the time; who has none has stopped at a time that nobody knows.
  if (![before, now].every(({ group }) => group !== null && hasMembers(group))) return null
  const stands = new Map(now.rows.map(row => [placeOf(row.topic, row.partition), row]))
  let [read, written, lag] = [0n, 0n, 0n]
  for (const { topic, partition, from, logEnd } of before.rows) {
    if (from === null || logEnd === null) continue
    const { from: isAt = null, logEnd: endsAt = null } = stands.get(placeOf(topic, partition)) ?? {}
    if (isAt === null || endsAt === null) return null
    if (isAt < from || isTooFar(isAt - from, overMs / 1_000)) return null
    read += isAt - from
    written += endsAt - logEnd
    lag += logEnd - from
  }
  const aSecond = (messages: bigint) => Math.max(0, Math.round((Number(messages) * 1_000) / overMs))
  const rate = { read: aSecond(read), written: aSecond(written), overMs, atMs: now.atMs }
  // Who keeps up reads as fast as is written, and could read faster.
  if (rate.read < 1 || isSteadyLag(Number(lag), rate.written)) return null
  return rate
}

/** @param lagAfter messages to read after the reset */
export function rehearsalOf(rate: Rate, lagAfter: bigint): Rehearsal {
  const drain = rate.read - rate.written
  const inMs = drain > 0 ? Math.round((Number(lagAfter) / drain) * 1_000) : null
  return { ...rate, inMs: inMs !== null && Number.isSafeInteger(inMs) ? inMs : null }
}

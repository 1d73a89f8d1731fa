// What a reset would do in all, worked out before anybody decides, from what it would do with each partition (plan-rows.ts).
// It must never promise more than the facts carry.

import { z } from 'zod'
import { type Abilities, type Position, placeOf } from './group.ts'
import { expiringSchema } from './message-expiry.ts'
import { isSure, lateIn, sparseIn, unreadIn } from './plan-gaps.ts'
import {
  type Certainty,
  certaintySchema,
  clamped,
  type Facts,
  type PlanRow,
  planRowSchema,
} from './plan-rows.ts'
import { rehearsalSchema } from './rehearsal.ts'
import { chosenPartitions, int64Schema, type Reset } from './reset.ts'

/**
 * `offsets`: each partition is written to exactly `to`. `native`: the API works it out by itself when it runs. `bounds`: exact
 * offsets are read before anything is written, and what is written is a plan of `offsets` within these (settling.ts).
 */
const executionSchema = z.enum(['offsets', 'native', 'bounds'])
export type Execution = z.output<typeof executionSchema>

const ROWS_ON_CARD = 5

/** What the record keeps of a plan; the rows are a document beside it. */
export const planSchema = z.object({
  /** SHA-256, hex, of everything that a decision is about (digest.ts). */
  digest: z.string(),
  /** Of every column of the rows, also of those that only people read; absent in older records. */
  rowsDigest: z.string().optional(),
  /** Of the bounds that it was made within, which may have been approved; absent: there were none. */
  within: z.string().optional(),
  atMs: z.int().nonnegative(),
  execution: executionSchema,
  certainty: certaintySchema,
  partitions: z.int(),
  /** Of how many partitions the offset changes, or may change. */
  moving: z.int(),
  /** On so many of those it certainly passes no message; absent: on none, or in older records. */
  passingNone: z.int().optional(),
  replays: int64Schema,
  skips: int64Schema,
  atStart: z.int(),
  atEnd: z.int(),
  /** Without a committed offset. */
  noCommit: z.int(),
  /** How many have no message as late as the time asked for, and the first few of them. */
  jumping: z.object({ partitions: z.int(), skips: int64Schema, first: z.array(z.string()) }),
  lagBefore: int64Schema,
  /** At most, unless it says otherwise. */
  lagAfter: int64Schema,
  /** Absent in older records: as the plan's certainty has it. */
  lagIsExact: z.boolean().optional(),
  biggest: z.array(planRowSchema).max(ROWS_ON_CARD),
  /** Topics asked for of which no partition could be seen. */
  unseenTopics: z.array(z.string()),
  /** Topics of which no partition has an offset to go to, so that nothing is written there; absent: there is none. */
  idleTopics: z.array(z.string()).optional(),
  /** So many partitions of the other topics likewise; absent: there is none. */
  idlePartitions: z.int().optional(),
  /** Of these offsets are not messages, or that is not known: their counts are not exceeded. */
  sparseTopics: z.array(z.string()).optional(),
  /** Topics with larger messages than the look for the time sees: what it found there may be a later one. */
  lateTopics: z.array(z.string()).optional(),
  /** Partitions that could not be read, with the first of them and why; they are left out. Absent: all could be. */
  unread: z.object({ partitions: z.int(), first: z.array(z.string()), cause: z.string() }).optional(),
  /**
   * Of an undo or a retry: how many of the partitions that it moves stand elsewhere than what it follows left them; null
   * with any other, and where that left no result.
   */
  movedSince: z.int().nullable(),
  /** The requests that have put all of those where they stand, newest first; absent: it is not known who has. */
  movedBy: z.array(z.string()).optional(),
  /** Where each topic takes a call of its own: how many, at least how long, and when the rest is given up. */
  writing: z.object({ calls: z.int(), atLeastMs: z.int(), atMostMs: z.int() }).nullable().default(null),
  /** How long the group takes to catch up afterwards; absent: nothing is known of how fast it reads. */
  rehearsal: rehearsalSchema.optional(),
  /** How much of what it replays may expire within the hour; absent: nothing, or that is not known. */
  expiring: expiringSchema.optional(),
})
export type Plan = z.output<typeof planSchema>

/** Null: the plan is not exact, and the strategy or the choice of partitions is more than the API itself can do. */
export function executionOf(reset: Reset, rows: readonly PlanRow[], can: Abilities): Execution | null {
  if (can.writePartitions && rows.every(isSure)) return 'offsets'
  const { kind } = reset.strategy
  const isNative = kind !== 'group' && kind !== 'offsets' && Object.keys(reset.partitions).length === 0
  return isNative ? 'native' : null
}

/** Whether carrying out the plan writes this partition. */
export function isWritten({ from, to }: PlanRow, execution: Execution): boolean {
  return execution === 'native' || (to !== null && to !== from)
}

/** Whether the committed offset changes, or may: that no message lies between does not hold it where it is. */
export function moves(row: PlanRow): boolean {
  const { from, to } = row
  return !isSure(row) || (to !== null && to !== from)
}

/** What arrives until it runs would be passed at the end of the log. */
function passesNone(row: PlanRow): boolean {
  return isSure(row) && row.replays + row.skips === 0n && row.to !== row.logEnd
}

const JUMPS_NAMED = 10

export function planOf(
  reset: Reset,
  rows: readonly PlanRow[],
  {
    positions,
    unread,
    seen = {},
    ...rest
  }: Pick<Plan, 'execution' | 'digest' | 'rowsDigest' | 'atMs' | 'movedSince' | 'movedBy'> & {
    positions: readonly Pick<Position, 'topic' | 'partition'>[]
    unread?: ReadonlyMap<string, string>
    /** What was looked up of the time asked for. */
    seen?: Pick<Facts, 'firstMessages' | 'lateTimes'>
  },
): Plan {
  const plan = {
    ...rest,
    certainty: 'exact' as Certainty,
    partitions: rows.length,
    moving: 0,
    replays: 0n,
    skips: 0n,
    atStart: 0,
    atEnd: 0,
    noCommit: 0,
    jumping: { partitions: 0, skips: 0n, first: [] as string[] },
    lagBefore: 0n,
    lagAfter: 0n,
    lagIsExact: true,
  }
  let passingNone = 0
  for (const row of rows) {
    if (RANK[row.certainty] > RANK[plan.certainty]) plan.certainty = row.certainty
    if (moves(row)) plan.moving += 1
    if (moves(row) && passesNone(row)) passingNone += 1
    plan.replays += row.replays
    plan.skips += row.skips
    if (row.note === 'atStart') plan.atStart += 1
    if (row.note === 'atEnd') plan.atEnd += 1
    const lag = row.from === null ? 0n : row.logEnd - clamped(row.from, row.logStart ?? 0n, row.logEnd)
    if (row.from === null) plan.noCommit += 1
    plan.lagBefore += lag
    plan.lagAfter += lagAfter(row, lag)
    if (!isSure(row)) plan.lagIsExact = false
    if (row.note === 'noMessageSince') {
      plan.jumping.partitions += 1
      plan.jumping.skips += row.skips
      if (plan.jumping.first.length < JUMPS_NAMED) plan.jumping.first.push(placeOf(row.topic, row.partition))
    }
  }
  const there = new Set([
    ...positions.map(({ topic }) => topic),
    ...[...(unread?.keys() ?? [])].map(place => place.slice(0, place.lastIndexOf(' '))),
  ])
  return {
    ...plan,
    ...(passingNone === 0 ? {} : { passingNone }),
    biggest: biggestOf(rows),
    writing: null,
    unseenTopics: reset.topics.filter(topic => !there.has(topic)),
    ...idleIn(reset, rows, positions),
    ...sparseIn(rows),
    ...lateIn(rows, rest.execution, seen),
    ...unreadIn(reset, unread),
  }
}

/** What takes no part: of another group's offsets, and of a shift, a partition may have none to go to. */
function idleIn(
  reset: Reset,
  rows: readonly PlanRow[],
  positions: readonly Pick<Position, 'topic' | 'partition'>[],
): Pick<Plan, 'idleTopics' | 'idlePartitions'> {
  const { kind } = reset.strategy
  if (kind !== 'group' && kind !== 'shift') return {}
  const aimed = rows.filter(({ to, certainty }) => to !== null || certainty !== 'exact')
  const aimedTopics = new Set(aimed.map(({ topic }) => topic))
  const aimedPlaces = new Set(aimed.map(({ topic, partition }) => placeOf(topic, partition)))
  const chosen = chosenPartitions(reset)
  const inScope = positions.filter(
    ({ topic, partition }) => chosen.get(topic)?.has(partition) !== false && reset.topics.includes(topic),
  )
  const seen = new Set(inScope.map(({ topic }) => topic))
  const topics = reset.topics.filter(topic => seen.has(topic) && !aimedTopics.has(topic))
  const partitions = inScope.filter(
    ({ topic, partition }) => aimedTopics.has(topic) && !aimedPlaces.has(placeOf(topic, partition)),
  ).length
  return {
    ...(topics.length === 0 ? {} : { idleTopics: topics }),
    ...(partitions === 0 ? {} : { idlePartitions: partitions }),
  }
}

/** Where the target is sure this is a difference of offsets, whatever is between them; else it is the most there can be. */
function lagAfter(row: PlanRow, lagBefore: bigint): bigint {
  const { from, to, replays, logStart, logEnd } = row
  if (isSure(row)) return to === null ? lagBefore : logEnd - to
  // Nothing was counted as lag before a first commit.
  if (from === null) return logEnd - (to ?? logStart ?? 0n)
  return lagBefore + replays
}

const RANK: Record<Certainty, number> = { exact: 0, bound: 1, unknown: 2 }

/** The rows that move most; of equals the first. */
function biggestOf(rows: readonly PlanRow[]): PlanRow[] {
  const biggest: PlanRow[] = []
  for (const row of rows) {
    if (row.replays + row.skips === 0n) continue
    const last = biggest.at(-1)
    if (biggest.length === ROWS_ON_CARD && last !== undefined && sizeOf(row) <= sizeOf(last)) continue
    const at = biggest.findIndex(other => sizeOf(other) < sizeOf(row))
    biggest.splice(at === -1 ? biggest.length : at, 0, row)
    if (biggest.length > ROWS_ON_CARD) biggest.pop()
  }
  return biggest
}

function sizeOf({ replays, skips }: PlanRow): bigint {
  return replays > skips ? replays : skips
}

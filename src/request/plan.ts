// What a reset would do, partition by partition, worked out before anybody decides: where each would go, what that
// replays or skips, and how sure that is. It must never promise more than the facts carry.

import { z } from 'zod'
import { expiringSchema } from './expiring.ts'
import { type Abilities, type Position, placeOf } from './group.ts'
import { bigintIn, linesSchema, NONE, wordsOf } from './lines.ts'
import { isSure, lateIn, sparseIn, unreadIn } from './plan-gaps.ts'
import { rehearsalSchema } from './rehearsal.ts'
import { chosenPartitions, int64Schema, type Reset, type Strategy } from './reset.ts'

/**
 * `exact`: it goes to `to`, and the counts are the messages that the log holds between. `bound`: the counts are not
 * exceeded; that it goes to `to` is sure where the log's start is known. `unknown`: neither is the direction; each count is
 * the most that can happen.
 */
export const certaintySchema = z.enum(['exact', 'bound', 'unknown'])
export type Certainty = z.output<typeof certaintySchema>

/**
 * Why a partition goes elsewhere than the strategy alone says. `atStart`, `atEnd`: the log ends there. `noMessageSince`:
 * none is as late as the time asked for, so that it jumps to the end. `noCommit`: there is nothing to count from.
 */
const noteSchema = z.enum(['atStart', 'atEnd', 'noMessageSince', 'noCommit'])
type Note = z.output<typeof noteSchema>

/** Offsets of one partition; the log's ends as they were when the plan was made, null where they are not known. */
export const planRowSchema = z.object({
  topic: z.string(),
  partition: z.int().nonnegative(),
  from: int64Schema.nullable(),
  /** Null when it cannot be known, and where nothing is written. */
  to: int64Schema.nullable(),
  replays: int64Schema,
  skips: int64Schema,
  certainty: certaintySchema,
  note: noteSchema.nullable(),
  logStart: int64Schema.nullable(),
  logEnd: int64Schema,
})
export type PlanRow = z.output<typeof planRowSchema>

const CERTAINTIES = wordsOf(certaintySchema.options)
const NOTES = wordsOf([NONE, ...noteSchema.options])
const ROW = /^(\S+) (\d+) (-|-?\d+) (-|-?\d+) (-?\d+) (-?\d+) (\S+) (\S+) (-|-?\d+) (-?\d+)$/

/** All rows, as they are kept beside the record; in the order of the fields above. */
export const planRowsSchema = linesSchema<PlanRow>(
  ({ topic, partition, from, to, replays, skips, certainty, note, logStart, logEnd }) =>
    `${topic} ${partition} ${from ?? NONE} ${to ?? NONE} ${replays} ${skips} ${certainty} ${note ?? NONE} ${logStart ?? NONE} ${logEnd}`,
  line => {
    const [, topic = '', partition, from = '', to = '', replays = '', skips = '', ...rest] =
      ROW.exec(line) ?? []
    const [certainty, note, logStart = '', logEnd = ''] = rest
    const sure = CERTAINTIES.get(certainty ?? '')
    const noted = NOTES.get(note ?? '')
    if (sure === undefined || noted === undefined) return null
    return {
      topic,
      partition: Number(partition),
      from: bigintIn(from),
      to: bigintIn(to),
      replays: BigInt(replays),
      skips: BigInt(skips),
      certainty: sure,
      note: noted === NONE ? null : noted,
      logStart: bigintIn(logStart),
      logEnd: BigInt(logEnd),
    }
  },
)

/**
 * `offsets`: each partition is written to exactly `to`. `native`: the API works it out by itself when it runs. `bounds`: exact
 * offsets are read before anything is written, and what is written is a plan of `offsets` within these (settling.ts).
 */
export const executionSchema = z.enum(['offsets', 'native', 'bounds'])
export type Execution = z.output<typeof executionSchema>

export const ROWS_ON_CARD = 5

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

/** What a plan is made from: the positions, and what the strategy needs besides. Keys are `placeOf`. */
export interface Facts {
  atMs: number
  /** Every partition in scope that could be seen, with a known log end. */
  positions: readonly Position[]
  /** Of a time: the first message at or after it, null when there is none. A partition not asked is absent. */
  firstMessages?: ReadonlyMap<string, bigint | null>
  /** Of another group, and of offsets given one by one: where to go. Partitions without one are not in the plan. */
  targets?: ReadonlyMap<string, bigint>
  /** Topics of which offsets are not messages, or of which that is not known. */
  sparse?: ReadonlySet<string>
  /** Topics of which a first message may be later than the first, because larger ones are not seen. */
  lateTimes?: ReadonlySet<string>
  /** How old a message gets, in ms by topic, where messages expire by their age. */
  retention?: ReadonlyMap<string, number>
  /** Why a partition that is there could not be read; it is not among the positions. */
  unread?: ReadonlyMap<string, string>
}

/** By topic and partition. Partitions that the strategy does not name have no row. */
export function planRows(reset: Reset, facts: Facts): PlanRow[] {
  const chosen = chosenPartitions(reset)
  const rows: PlanRow[] = []
  for (const position of facts.positions) {
    if (chosen.get(position.topic)?.has(position.partition) === false) continue
    const aim = aimAt(reset.strategy, position, facts)
    if (aim !== null) rows.push(rowOf(position, aim, facts.sparse?.has(position.topic) === true))
  }
  return rows.sort((a, b) => (a.topic < b.topic ? -1 : a.topic > b.topic ? 1 : a.partition - b.partition))
}

/** Where the strategy alone leads, before the log's ends are looked at. */
type Aim =
  | { kind: 'start' | 'end' | 'anywhere' | 'nowhere' }
  | { kind: 'endAsNoMessage' }
  | { kind: 'offset'; offset: bigint }

/** Null: not named by the strategy. */
function aimAt(strategy: Strategy, position: Position, facts: Facts): Aim | null {
  const { topic, partition, committed } = position
  switch (strategy.kind) {
    case 'earliest':
      return { kind: 'start' }
    case 'latest':
      return { kind: 'end' }
    case 'shift':
      if (committed === null) return { kind: 'nowhere' }
      return {
        kind: 'offset',
        offset: strategy.direction === 'replay' ? committed - strategy.count : committed + strategy.count,
      }
    case 'time': {
      const first = facts.firstMessages?.get(placeOf(topic, partition))
      if (first === null) return { kind: 'endAsNoMessage' }
      if (first !== undefined) return { kind: 'offset', offset: first }
      return { kind: strategy.timeMs > facts.atMs ? 'endAsNoMessage' : 'anywhere' }
    }
    case 'offset':
      return { kind: 'offset', offset: strategy.offset }
    case 'group':
    case 'offsets': {
      const offset = facts.targets?.get(placeOf(topic, partition))
      return offset === undefined ? null : { kind: 'offset', offset }
    }
    default:
      return strategy satisfies never
  }
}

function rowOf(position: Position, aim: Aim, isSparse: boolean): PlanRow {
  const { topic, partition, committed: from, logStart, logEnd } = position
  if (logEnd === null) throw new Error(`A plan needs the log end of ${topic} ${partition}.`)
  const { to, replays, skips, certainty, note } =
    logStart === null
      ? withoutStart(from, logEnd, aim)
      : withinLog(from, logStart, logEnd, aim, isSparse ? 'bound' : 'exact')
  // Spelt out: to spread it costs many times as much, and there may be ten thousand rows.
  return { topic, partition, from, to, replays, skips, certainty, note, logStart, logEnd }
}

type Outlook = Pick<PlanRow, 'to' | 'replays' | 'skips' | 'certainty' | 'note'>

/** Both ends are known, so that nothing is left open but a time that was not asked for. */
function withinLog(
  from: bigint | null,
  start: bigint,
  end: bigint,
  aim: Aim,
  certaintyOfCounts: 'exact' | 'bound',
): Outlook {
  const base = from === null ? null : clamped(from, start, end)
  const goesTo = (to: bigint, note: Note | null): Outlook => ({
    to,
    replays: base !== null && to < base ? base - to : 0n,
    skips: base !== null && to > base ? to - base : 0n,
    certainty: to === base ? 'exact' : certaintyOfCounts,
    note: from === null ? (note ?? 'noCommit') : note,
  })
  switch (aim.kind) {
    case 'start':
      return goesTo(start, null)
    case 'end':
      return goesTo(end, null)
    case 'endAsNoMessage':
      return goesTo(end, 'noMessageSince')
    case 'offset':
      return goesTo(
        clamped(aim.offset, start, end),
        aim.offset < start ? 'atStart' : aim.offset > end ? 'atEnd' : null,
      )
    case 'nowhere':
      return { to: null, replays: 0n, skips: 0n, certainty: 'exact', note: 'noCommit' }
    case 'anywhere':
      return {
        to: null,
        replays: base === null ? 0n : base - start,
        skips: base === null ? 0n : end - base,
        certainty: 'unknown',
        note: null,
      }
    default:
      return aim satisfies never
  }
}

/**
 * The log's start is not known, and the committed offset may even lie before it: what a count says is never less than
 * what happens, because there may be fewer messages between than offsets.
 */
function withoutStart(from: bigint | null, end: bigint, aim: Aim): Outlook {
  const base = from === null ? null : clamped(from, 0n, end)
  const goesTo = (to: bigint, note: Note | null): Outlook => {
    const replays = base !== null && to < base ? base - to : 0n
    const skips = base !== null && to > base ? to - base : 0n
    // Nobody but the log's end is sure to be inside the log.
    return { to, replays, skips, certainty: to === end && skips === 0n ? 'exact' : 'bound', note }
  }
  switch (aim.kind) {
    case 'start':
      return { to: null, replays: base ?? 0n, skips: 0n, certainty: 'bound', note: null }
    case 'end':
      return goesTo(end, null)
    case 'endAsNoMessage':
      return goesTo(end, 'noMessageSince')
    case 'offset':
      if (aim.offset > end) return goesTo(end, 'atEnd')
      return goesTo(aim.offset < 0n ? 0n : aim.offset, aim.offset < 0n ? 'atStart' : null)
    case 'nowhere':
      // What the API shifts from where nothing was committed is not documented.
      return { to: null, replays: 0n, skips: 0n, certainty: 'unknown', note: 'noCommit' }
    case 'anywhere':
      return {
        to: null,
        replays: base ?? 0n,
        skips: base === null ? 0n : end - base,
        certainty: 'unknown',
        note: null,
      }
    default:
      return aim satisfies never
  }
}

function clamped(offset: bigint, start: bigint, end: bigint): bigint {
  return offset < start ? start : offset > end ? end : offset
}

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

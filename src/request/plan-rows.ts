// What a reset would do with each partition: where it would go, what that replays or skips, and how sure that is. It must
// never promise more than the facts carry.

import { z } from 'zod'
import { type Position, placeOf } from './group.ts'
import { bigintIn, linesSchema, NONE, wordsOf } from './lines.ts'
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

export function clamped(offset: bigint, start: bigint, end: bigint): bigint {
  return offset < start ? start : offset > end ? end : offset
}

// Looks at a group and its logs: what a plan is made from, and what it is compared with later. Reads only.
// It must never pass off a part for the whole: what could not be read is an outcome, not a gap.

import { setTimeout as pause } from 'node:timers/promises'
import type { Clock } from '../ports/clock.ts'
import type { ClusterAbilities, ClusterReader, FirstMessage, LogRow, TopicKind } from '../ports/cluster.ts'
import type { ReadOutcome } from '../request/api-answer.ts'
import { causeOf } from '../request/cause.ts'
import type { Observation } from '../request/drift.ts'
import { type Group, isThere, type LogRange, type Position, placeOf } from '../request/group.ts'
import type { Facts } from '../request/plan-rows.ts'
import { chosenPartitions, type Reset, type Targets } from '../request/reset.ts'
import { createSoFar, type Known, type OnProgress } from './so-far.ts'

/** One call a second: more partitions than this would keep everybody waiting for longer than five minutes. */
export const TIMES_ASKED_MAX = 300
const BUDGET_TRIES = 40
const SHORTEST_PAUSE_MS = 100

export interface ObserveOptions {
  reader: ClusterReader
  clock: Clock
  /**
   * Whose log ranges to read where each takes calls of its own; the rest of the topics have no known log start then.
   */
  logsOf: (topicCount: number) => boolean
  /** Also looks up where the strategy leads: messages at its time, one call a partition, or where another group is. */
  withTargets?: boolean
  /** Looks messages at its time up again where that is one question: the API is to work out the same when it runs. */
  timesAgain?: boolean
  /** With more times than this to look up one by one, none is looked up, and the bounds have to do (`isOfBounds`). */
  boundsAbove?: number | undefined
  /** Where each partition is to go, when that was told one by one. */
  targets?: Targets
  onProgress?: OnProgress
}

export type Observed =
  | ReadOutcome<Observation & { topics: string[]; can: ClusterAbilities; isOfBounds: boolean }>
  | { kind: 'impossible'; cause: string }

/**
 * The group and where it stands are read last: they move fastest, and the logs of many topics take minutes to read. Where
 * the cluster reads many at once, what it cannot read of one partition costs that partition alone (`facts.unread`), unless
 * there is nothing else.
 */
export async function observe(reset: Reset, options: ObserveOptions): Promise<Observed> {
  const { reader, clock, targets, withTargets = false, timesAgain = false } = options
  const { target, strategy } = reset
  const able = await reader.abilitiesOf(target.instanceId)
  if (able.kind !== 'read') return able
  const can = able.value
  const named = await topicsIn(reset, reader)
  if (named.kind !== 'read') return named
  const { topics, listed: committed } = named.value
  const soFar = createSoFar(
    { ...reset, topics },
    {
      ...{ clock, onProgress: options.onProgress, listed: committed },
      readOffsets: () => reader.positions(target, topics),
    },
  )
  const knownBy =
    (logs: Logs, times: Times): Known =>
    listed => ({
      positions: [...withRanges(listed, rangesIn(logs)), ...listed.filter(({ topic }) => !logs.has(topic))],
      firstMessages: offsetsIn(times),
      ...(targets === undefined ? {} : { targets }),
    })
  const isTimed = (withTargets || (timesAgain && can.readMany)) && can.firstMessageAt
  const timeMs = strategy.kind === 'time' && isTimed ? strategy.timeMs : null
  const logs =
    can.logStart && (can.readMany || options.logsOf(topics.length))
      ? await readLogs(target.instanceId, topics, can, reader, read =>
          soFar.tell(read.size, topics.length, timeMs === null, knownBy(read, new Map())),
        )
      : NOT_READ
  if (logs.kind !== 'read') return logs
  const log = logs.value
  const asked = log === null ? new Map<string, number[]>() : partitionsToAsk(reset, log)
  const isOfBounds = timeMs !== null && can.writePartitions && isTooLong(asked, can, options.boundsAbove)
  const times =
    timeMs !== null && log !== null && !isOfBounds
      ? await firstMessages(target.instanceId, asked, timeMs, can, reader, (done, total, found) =>
          soFar.tell(log.size + done, log.size + total, true, knownBy(log, found)),
        )
      : NOT_READ
  if (times.kind !== 'read') return times
  const other =
    strategy.kind === 'group' && withTargets
      ? await offsetsOf({ ...target, group: strategy.group }, topics, reader)
      : NOT_READ
  if (other.kind !== 'read') return other
  // Where the starts of the logs are not known, a count is `at most` anyway, and no time is looked up.
  const kinds =
    withTargets && logs.value !== null ? await kindsOf(target.instanceId, topics, can, reader) : NOT_READ
  if (kinds.kind !== 'read') return kinds

  const [group, listed] = await Promise.all([
    reader.group(target),
    reader.positions(target, topics, logs.value ?? undefined),
  ])
  if (group.kind !== 'read') return group
  if (listed.kind !== 'read') return listed
  const unread = unreadIn(listed.value, logs.value, times.value)
  const [first] = unread
  // Where it is asked one by one, to ask again is what helps: a part would be passed off for the whole.
  const isNothingElse = listed.value.length <= unread.size
  if (first !== undefined && (!can.readMany || isNothingElse)) {
    const [place, cause] = first
    return { kind: 'unavailable', cause: can.readMany ? cause : causeOf('offsetUnread', place) }
  }
  const positions = (
    logs.value === null ? listed.value : withRanges(listed.value, rangesIn(logs.value))
  ).filter(({ topic, partition }) => !unread.has(placeOf(topic, partition)))
  const facts: Facts = { atMs: clock(), positions }
  if (times.value !== null) facts.firstMessages = offsetsIn(times.value)
  const told = targets ?? other.value
  if (told !== null) facts.targets = told
  if (kinds.value !== null) Object.assign(facts, toldByKinds(topics, kinds.value))
  if (unread.size > 0) facts.unread = unread
  return { kind: 'read', value: { group: group.value, facts, topics, can, isOfBounds } }
}

const NOT_READ = { kind: 'read', value: null } as const

type Logs = ReadonlyMap<string, readonly LogRow[]>
type Times = ReadonlyMap<string, readonly FirstMessage[]>

/** `listed`: where the group stands on them, where that had to be read. */
async function topicsIn(
  reset: Reset,
  reader: ClusterReader,
): Promise<ReadOutcome<{ topics: string[]; listed: Position[] | null }>> {
  if (reset.scope === 'topics') return { kind: 'read', value: { topics: reset.topics, listed: null } }
  const read = await reader.positions(reset.target)
  if (read.kind !== 'read') return read
  return { kind: 'read', value: { topics: topicsOf(read.value), listed: read.value } }
}

async function readLogs(
  instanceId: string,
  topics: readonly string[],
  can: ClusterAbilities,
  reader: ClusterReader,
  tell: (logs: Logs) => Promise<void>,
): Promise<ReadOutcome<Logs>> {
  if (can.readMany && reader.logRangesOf !== undefined) return reader.logRangesOf(instanceId, topics)
  const logs = new Map<string, readonly LogRange[]>()
  for (const topic of topics) {
    const read = await throughTheBudget(() => reader.logRanges(instanceId, topic))
    if (read.kind !== 'read') return read
    logs.set(topic, read.value)
    await tell(logs)
  }
  return { kind: 'read', value: logs }
}

/** Why a partition that is there could not be read. */
function unreadIn(listed: readonly Position[], logs: Logs | null, times: Times | null): Map<string, string> {
  const unread = new Map<string, string>()
  for (const rows of [logs, times]) {
    for (const [topic, each] of rows ?? []) {
      for (const row of each) if ('unread' in row) unread.set(placeOf(topic, row.partition), row.unread)
    }
  }
  // Only the group's own offsets tell this: the log would hide that a committed offset could not be read.
  for (const { topic, partition, logEnd } of listed) {
    const place = placeOf(topic, partition)
    if (logEnd === null && !unread.has(place)) unread.set(place, causeOf('offsetUnread', place))
  }
  return unread
}

export function toldByKinds(
  topics: readonly string[],
  kinds: ReadonlyMap<string, TopicKind>,
): Required<Pick<Facts, 'sparse' | 'lateTimes' | 'retention'>> {
  // One of which it cannot be told may be such a one.
  const isSparse = (kind: TopicKind | undefined) => kind === undefined || kind.compacted || kind.transactions
  return {
    sparse: new Set(topics.filter(topic => isSparse(kinds.get(topic)))),
    lateTimes: new Set(topics.filter(topic => kinds.get(topic)?.timesMayBeLate === true)),
    retention: new Map(
      [...kinds].flatMap(([topic, { retentionMs }]) =>
        retentionMs === undefined ? [] : [[topic, retentionMs] as const],
      ),
    ),
  }
}

/** Null: the cluster has no such question. Where it does not answer, nothing is known of any topic. */
export async function kindsOf(
  instanceId: string,
  topics: readonly string[],
  can: ClusterAbilities,
  reader: ClusterReader,
): Promise<ReadOutcome<ReadonlyMap<string, TopicKind> | null>> {
  const ask = reader.topicKinds
  if (ask === undefined) return NOT_READ
  const asked = await throughTheBudget(() => ask(instanceId, topics))
  // A cluster that reads many at once is away then, and so it is for all else. Of one that is asked topic by topic this one
  // question may fail for good, and the plan has to be made without it.
  const isAway = asked.kind === 'unavailable' && can.readMany
  return asked.kind === 'read' || isAway ? asked : { kind: 'read', value: new Map() }
}

function rangesIn(logs: Logs): ReadonlyMap<string, readonly LogRange[]> {
  return new Map(
    [...logs].map(([topic, rows]) => [topic, rows.flatMap(row => ('unread' in row ? [] : [row]))]),
  )
}

export function offsetsIn(times: Times): ReadonlyMap<string, bigint | null> {
  return new Map(
    [...times].flatMap(([topic, rows]) =>
      rows.flatMap(row => ('unread' in row ? [] : [[placeOf(topic, row.partition), row.offset] as const])),
    ),
  )
}

function topicsOf(positions: readonly Position[]): string[] {
  return [...new Set(positions.map(({ topic }) => topic))].sort()
}

/** The log tells which partitions there are; one without a commit need not be among the group's offsets. */
function withRanges(
  listed: readonly Position[],
  ranges: ReadonlyMap<string, readonly LogRange[]>,
): Position[] {
  const committed = new Map(listed.map(each => [placeOf(each.topic, each.partition), each.committed]))
  return [...ranges].flatMap(([topic, logs]) =>
    logs.map(({ partition, start, end }) => ({
      topic,
      partition,
      committed: committed.get(placeOf(topic, partition)) ?? null,
      logStart: start,
      logEnd: end,
    })),
  )
}

function partitionsToAsk(reset: Reset, logs: Logs): Map<string, number[]> {
  const chosen = chosenPartitions(reset)
  return new Map(
    [...logs].map(([topic, rows]) => [
      topic,
      rows
        .filter(row => !('unread' in row) && chosen.get(topic)?.has(row.partition) !== false)
        .map(({ partition }) => partition),
    ]),
  )
}

type Asked = ReadonlyMap<string, readonly number[]>

function countOf(asked: Asked): number {
  return [...asked.values()].reduce((sum, { length }) => sum + length, 0)
}

function isTooLong(asked: Asked, can: ClusterAbilities, above = Number.POSITIVE_INFINITY): boolean {
  const total = countOf(asked)
  return !can.readMany && total > above && total <= TIMES_ASKED_MAX
}

/** Null when there are too many partitions to ask one by one: then none is, so that the plan does not mix what it knows. */
export async function firstMessages(
  instanceId: string,
  asked: Asked,
  timeMs: number,
  can: ClusterAbilities,
  reader: ClusterReader,
  tell: (done: number, total: number, found: Times) => Promise<void>,
): Promise<ReadOutcome<Times | null>> {
  if (can.readMany && reader.firstMessagesAt !== undefined) {
    return reader.firstMessagesAt(instanceId, asked, timeMs)
  }
  const total = countOf(asked)
  if (total > TIMES_ASKED_MAX) return NOT_READ
  const found = new Map<string, FirstMessage[]>()
  let done = 0
  for (const [topic, partitions] of asked) {
    const rows: FirstMessage[] = []
    found.set(topic, rows)
    for (const partition of partitions) {
      const read = await throughTheBudget(() => reader.firstMessageAt(instanceId, topic, partition, timeMs))
      if (read.kind !== 'read') return read
      rows.push({ partition, offset: read.value })
      done += 1
      await tell(done, total, found)
    }
  }
  return { kind: 'read', value: found }
}

/** The API allows few of these calls: being asked to wait a moment is no failure. */
async function throughTheBudget<T>(ask: () => Promise<ReadOutcome<T>>): Promise<ReadOutcome<T>> {
  for (let tries = 1; ; tries++) {
    const read = await ask()
    if (read.kind !== 'unavailable' || read.retryAfterMs === undefined || tries >= BUDGET_TRIES) return read
    await pause(Math.max(read.retryAfterMs, SHORTEST_PAUSE_MS))
  }
}

async function offsetsOf(
  other: Reset['target'],
  topics: readonly string[],
  reader: ClusterReader,
): Promise<ReadOutcome<Targets> | { kind: 'impossible'; cause: string }> {
  const [group, positions] = await Promise.all([reader.group(other), reader.positions(other, topics)])
  if (group.kind !== 'read') return group
  if (positions.kind !== 'read') return positions
  const there = await lookForGroup(other, group.value, positions.value, reader)
  if (there.kind !== 'read') return there
  if (!there.value) return { kind: 'impossible', cause: causeOf('noOtherGroup', other.group) }
  const committed = positions.value.flatMap(({ topic, partition, committed }) =>
    committed === null ? [] : [[placeOf(topic, partition), committed] as const],
  )
  return { kind: 'read', value: new Map(committed) }
}

/**
 * Whether there is such a group.
 * @param seen some of its positions; all are read only where these do not tell
 */
export async function lookForGroup(
  target: Reset['target'],
  group: Group,
  seen: readonly Position[],
  reader: ClusterReader,
): Promise<ReadOutcome<boolean>> {
  if (isThere(group, committedIn(seen))) return { kind: 'read', value: true }
  const all = await reader.positions(target)
  return all.kind === 'read' ? { kind: 'read', value: isThere(group, committedIn(all.value)) } : all
}

function committedIn(positions: readonly Position[]): (bigint | null)[] {
  return positions.map(({ committed }) => committed)
}

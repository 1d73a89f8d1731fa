// Looks at a group and its logs: what a plan is made from, and what it is compared with later. Reads only.
// It must never pass off a part for the whole: what could not be read is an outcome, not a gap.

import { setTimeout as pause } from 'node:timers/promises'
import type { Clock } from '../ports/clock.ts'
import type { ClusterReader } from '../ports/cluster.ts'
import { causeOf } from '../request/cause.ts'
import type { Observation } from '../request/drift.ts'
import { type LogRange, type Position, placeOf } from '../request/group.ts'
import type { Facts } from '../request/plan.ts'
import { chosenPartitions, type Reset, type Targets } from '../request/reset.ts'
import type { ReadOutcome } from '../request/result.ts'

/** One call a second: more partitions than this would keep everybody waiting for longer than five minutes. */
export const TIMES_ASKED_MAX = 300
const BUDGET_TRIES = 40
const SHORTEST_PAUSE_MS = 100

export interface ObserveOptions {
  reader: ClusterReader
  clock: Clock
  /** Whose log ranges to read; the rest of the topics have no known log start then. */
  logsOf: (topicCount: number) => boolean
  /** Also looks up where the strategy leads: messages at its time, one call a partition, or where another group is. */
  withTargets?: boolean
  /** Where each partition is to go, when that was told one by one. */
  targets?: Targets
  onProgress?: (done: number, total: number) => Promise<void>
}

export type Observed = ReadOutcome<Observation & { topics: string[] }> | { kind: 'impossible'; cause: string }

/** The group and where it stands are read last: they move fastest, and the logs of many topics take minutes to read. */
export async function observe(reset: Reset, options: ObserveOptions): Promise<Observed> {
  const { reader, clock, targets } = options
  const { target, strategy } = reset
  const named = await topicsIn(reset, reader)
  if (named.kind !== 'read') return named
  const topics = named.value
  const logs =
    reader.can.logStart && options.logsOf(topics.length)
      ? await readLogs(target.instanceId, topics, options)
      : NOT_READ
  if (logs.kind !== 'read') return logs
  const times =
    strategy.kind === 'time' &&
    options.withTargets === true &&
    reader.can.firstMessageAt &&
    logs.value !== null
      ? await firstMessages(reset, strategy.timeMs, logs.value, options)
      : NOT_READ
  if (times.kind !== 'read') return times
  const other =
    strategy.kind === 'group' && options.withTargets === true
      ? await offsetsOf({ ...target, group: strategy.group }, topics, reader)
      : NOT_READ
  if (other.kind !== 'read') return other

  const [group, listed] = await Promise.all([reader.group(target), reader.positions(target, topics)])
  if (group.kind !== 'read') return group
  if (listed.kind !== 'read') return listed
  // Only the group's own offsets tell this: the log would hide that a committed offset could not be read.
  const unreadable = listed.value.find(({ logEnd }) => logEnd === null)
  if (unreadable !== undefined) {
    const cause = causeOf('offsetUnread', placeOf(unreadable.topic, unreadable.partition))
    return { kind: 'unavailable', cause }
  }
  const positions = logs.value === null ? listed.value : withRanges(listed.value, logs.value)
  const facts: Facts = { atMs: clock(), positions }
  if (times.value !== null) facts.firstMessages = times.value
  const told = targets ?? other.value
  if (told !== null) facts.targets = told
  return { kind: 'read', value: { group: group.value, facts, topics } }
}

const NOT_READ = { kind: 'read', value: null } as const

type Logs = ReadonlyMap<string, readonly LogRange[]>

async function topicsIn(reset: Reset, reader: ClusterReader): Promise<ReadOutcome<string[]>> {
  if (reset.scope === 'topics') return { kind: 'read', value: reset.topics }
  const listed = await reader.positions(reset.target)
  return listed.kind === 'read' ? { kind: 'read', value: topicsOf(listed.value) } : listed
}

async function readLogs(
  instanceId: string,
  topics: readonly string[],
  { reader, onProgress = async () => {} }: ObserveOptions,
): Promise<ReadOutcome<Logs>> {
  const logs = new Map<string, LogRange[]>()
  for (const topic of topics) {
    const read = await throughTheBudget(() => reader.logRanges(instanceId, topic))
    if (read.kind !== 'read') return read
    logs.set(topic, read.value)
    await onProgress(logs.size, topics.length)
  }
  return { kind: 'read', value: logs }
}

function topicsOf(positions: readonly Position[]): string[] {
  return [...new Set(positions.map(({ topic }) => topic))].sort()
}

/** The log tells which partitions there are; one without a commit need not be among the group's offsets. */
function withRanges(listed: readonly Position[], ranges: Logs): Position[] {
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

/** Null when there are too many partitions to ask: then none is, so that the plan does not mix what it knows. */
async function firstMessages(
  reset: Reset,
  timeMs: number,
  logs: Logs,
  { reader, onProgress = async () => {} }: ObserveOptions,
): Promise<ReadOutcome<ReadonlyMap<string, bigint | null> | null>> {
  const chosen = chosenPartitions(reset)
  const asked = [...logs].flatMap(([topic, ranges]) =>
    ranges
      .filter(({ partition }) => chosen.get(topic)?.has(partition) !== false)
      .map(({ partition }) => ({ topic, partition })),
  )
  if (asked.length > TIMES_ASKED_MAX) return NOT_READ
  const found = new Map<string, bigint | null>()
  for (const { topic, partition } of asked) {
    const ask = () => reader.firstMessageAt(reset.target.instanceId, topic, partition, timeMs)
    const read = await throughTheBudget(ask)
    if (read.kind !== 'read') return read
    found.set(placeOf(topic, partition), read.value)
    await onProgress(logs.size + found.size, logs.size + asked.length)
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
  if (group.value.state === 'Dead') return { kind: 'impossible', cause: causeOf('noOtherGroup', other.group) }
  if (positions.kind !== 'read') return positions
  const committed = positions.value.flatMap(({ topic, partition, committed }) =>
    committed === null ? [] : [[placeOf(topic, partition), committed] as const],
  )
  return { kind: 'read', value: new Map(committed) }
}

/** Who waits for a look can only wait so long; the look itself goes on, and its answer is dropped. */
export async function within<T>(ms: number, look: Promise<T>, late: T): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<T>(resolve => {
    timer = setTimeout(() => resolve(late), ms)
  })
  try {
    return await Promise.race([look, timeout])
  } finally {
    clearTimeout(timer)
  }
}

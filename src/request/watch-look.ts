// What a look at the group comes to: few lines from the positions of however many partitions. Pure.
// It must never take for read what could not be, nor count a partition that the reset has not set.

import { type Group, isThere, type Position, placeOf } from './group.ts'
import type { PartitionResult } from './result.ts'
import { PARTITIONS_WATCHED, type Seen, TOPICS_WATCHED, type Watch, type WatchedPlaces } from './watch.ts'

/** A partition that the reset has set. */
export interface SetPartition {
  topic: string
  partition: number
  /** Where it was before; null: nothing was committed. */
  from: bigint | null
  /** Where it was set. */
  to: bigint
}

export interface LookedAt {
  atMs: number
  group: Group
  positions: readonly Position[]
  /** When what stands there was set, or last looked at. */
  sinceMs: number
}

/** Who does something with each message seldom reads one partition so fast, a second; and so much of it, at least. */
const FASTEST_READ_S = 200_000
const LEAST_JUMP = 100_000n

/** Those that stand where they were to go, by the rows of the result. */
export function setPartitions(rows: readonly PartitionResult[]): SetPartition[] {
  return rows.flatMap(({ topic, partition, from, readBack, outcome }) =>
    partition !== null && readBack !== null && (outcome === 'succeeded' || outcome === 'clamped')
      ? [{ topic, partition, from, to: readBack }]
      : [],
  )
}

/** @param last of the look before; null before the first */
export function seenOf(
  set: readonly SetPartition[],
  { atMs, group, positions, sinceMs }: LookedAt,
  last: Watch['last'],
): Seen {
  const found = new Map(positions.map(each => [placeOf(each.topic, each.partition), each]))
  const before = new Map((last?.apart ?? []).map(each => [placeOf(each.topic, each.partition), each]))
  const seconds = Math.max(1, (atMs - sinceMs) / 1_000)
  const sums = { read: 0, lag: 0n, committed: 0n, end: 0n, moved: 0, unmoved: 0 }
  const topics = new Map<string, bigint>()
  const lagging: Seen['apart'] = []
  const stays = new Set<string>()
  const overwritten = collect()
  const jumped = collect()
  const returned: Returned[] = []
  for (const { topic, partition, from, to } of set) {
    const place = placeOf(topic, partition)
    const position = found.get(place)
    const committed = position?.committed ?? null
    const end = position?.logEnd ?? null
    if (committed === null || end === null) continue
    const lag = end > committed ? end - committed : 0n
    sums.read += 1
    sums.lag += lag
    sums.committed += committed
    sums.end += end
    topics.set(topic, (topics.get(topic) ?? 0n) + lag)
    const at = { topic, partition, committed }
    if (committed !== to) sums.moved += 1
    else if (lag > 0n) {
      sums.unmoved += 1
      stays.add(place)
    }
    if (lag > 0n) lagging.push({ ...at, lag })
    const was = before.get(place)?.committed ?? (last === null || last.moved === 0 ? to : null)
    if (committed < to) overwritten.add(at)
    else if (from !== null && committed === from && from > to && was === to && lag > 0n)
      returned.push({ at, distance: from - to })
    else if (lag === 0n) {
      if (was !== null && hasJumped(was, committed, position?.logStart ?? null, seconds)) jumped.add(at)
    }
  }
  if (wereCommittedOver(returned, seconds)) for (const { at } of returned) overwritten.add(at)
  const rank = (each: Seen['apart'][number]) => {
    const place = placeOf(each.topic, each.partition)
    return before.get(place)?.committed === each.committed ? 0 : stays.has(place) ? 1 : 2
  }
  lagging.sort((a, b) => rank(a) - rank(b) || (a.lag < b.lag ? 1 : a.lag > b.lag ? -1 : 0))
  const byLag = [...topics].sort(([, a], [, b]) => (a < b ? 1 : a > b ? -1 : 0))
  return {
    atMs,
    ...(isThere(group, committedIn(positions)) ? {} : { isGone: true as const }),
    members: membersOf(group),
    partitions: set.length,
    ...sums,
    topics: byLag.slice(0, TOPICS_WATCHED).map(([topic, lag]) => ({ topic, lag })),
    topicsLeft: Math.max(0, byLag.length - TOPICS_WATCHED),
    apart: lagging.slice(0, PARTITIONS_WATCHED),
    ...overwritten.as('overwritten'),
    ...jumped.as('jumped'),
  }
}

/** Stands where it was before the reset, to the message and in one step, with more to read. */
interface Returned {
  at: WatchedPlaces['first'][number]
  /** So many offsets after where the reset had set it. */
  distance: bigint
}

/**
 * Nothing goes back by being read, but what was set back may be read up to where it was before (who failed on a message stops at
 * it again): that somebody has committed over it shows only where it is further than one reads meanwhile, or where several
 * partitions have each gone another distance. How fast the group was seen to read does not tell: it may have read what there was.
 */
function wereCommittedOver(returned: readonly Returned[], seconds: number): boolean {
  if (returned.some(({ distance }) => isTooFar(distance, seconds))) return true
  return new Set(returned.map(({ distance }) => distance)).size > 1
}

/** Whether it is further than one partition is read in so long. */
export function isTooFar(distance: bigint, seconds: number): boolean {
  return distance >= LEAST_JUMP && Number(distance) > FASTEST_READ_S * seconds
}

/**
 * At the end of the log by now: its start had passed the offset that a consumer goes on from, or that is further than one reads
 * meanwhile. @param logStart null: not known
 */
function hasJumped(was: bigint, committed: bigint, logStart: bigint | null, seconds: number): boolean {
  if (logStart !== null && was < logStart && committed > logStart) return true
  return isTooFar(committed - was, seconds)
}

function membersOf({ state, members }: Group): number | null {
  if (state === 'Empty' || state === 'Dead') return members.length
  return members.length > 0 ? members.length : null
}

function committedIn(positions: readonly Position[]): (bigint | null)[] {
  return positions.map(({ committed }) => committed)
}

function collect() {
  const places: WatchedPlaces = { partitions: 0, first: [] }
  return {
    add(at: WatchedPlaces['first'][number]): void {
      places.partitions += 1
      if (places.first.length < PARTITIONS_WATCHED) places.first.push(at)
    },
    as<Name extends string>(name: Name): { [K in Name]?: WatchedPlaces } {
      return places.partitions === 0 ? {} : ({ [name]: places } as { [K in Name]: WatchedPlaces })
    },
  }
}

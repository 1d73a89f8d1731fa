// How much of what a plan replays Kafka may delete soon, for who waits with the decision. Pure. It must never say less of a
// partition than retention allows to be deleted: whole segments go, and when is for the broker to choose, so all of it is `may`.

import { z } from 'zod'
import { placeOf } from './group.ts'
import type { PlanRow } from './plan-rows.ts'
import { int64Schema, type Strategy } from './reset.ts'

/** Within an hour after the plan. Counts are differences of offsets: at most so many messages. */
export const expiringSchema = z.object({
  messages: int64Schema,
  partitions: z.int().positive(),
  /** The partition with most of them. */
  most: z.object({ topic: z.string(), partition: z.int().nonnegative(), messages: int64Schema }),
  /** Only so many of the partitions that may lose some were looked at, those that replay most; absent: all of them. */
  lookedAt: z.object({ partitions: z.int().positive(), of: z.int().positive() }).optional(),
})
export type Expiring = z.output<typeof expiringSchema>

const SOON_MS = 3_600_000

type Row = Pick<PlanRow, 'topic' | 'partition' | 'from' | 'to'>

/** What to ask of each topic's log: the first message that is not as old in an hour as its retention is long. */
export interface ExpiryAsked {
  partitions: ReadonlyMap<string, readonly number[]>
  /** By topic. */
  times: ReadonlyMap<string, number>
}

/**
 * Null: nothing expires, as far as is known.
 * @param retention in ms by topic, where messages expire by their time
 */
export function expiryToAsk(
  strategy: Strategy,
  rows: readonly Row[],
  retention: ReadonlyMap<string, number>,
  atMs: number,
): ExpiryAsked | null {
  const partitions = new Map<string, number[]>()
  const times = new Map<string, number>()
  for (const row of rows) {
    const kept = retention.get(row.topic)
    if (kept === undefined || replayed(row) === 0n) continue
    const timeMs = atMs + SOON_MS - kept
    // It goes to the first message of a time, before which lies all that expires.
    if (timeMs < 0 || (strategy.kind === 'time' && strategy.timeMs >= timeMs)) continue
    times.set(row.topic, timeMs)
    partitions.set(row.topic, [...(partitions.get(row.topic) ?? []), row.partition])
  }
  return times.size === 0 ? null : { partitions, times }
}

export interface ExpiryQuestion {
  topic: string
  partition: number
  timeMs: number
}

/** The same one by one, those that replay most first. */
export function oneByOne({ partitions, times }: ExpiryAsked, rows: readonly Row[]): ExpiryQuestion[] {
  const replays = new Map(rows.map(row => [placeOf(row.topic, row.partition), replayed(row)]))
  const of = ({ topic, partition }: ExpiryQuestion) => replays.get(placeOf(topic, partition)) ?? 0n
  return [...partitions]
    .flatMap(([topic, each]) => each.map(partition => ({ topic, partition, timeMs: times.get(topic) ?? 0 })))
    .sort((a, b) => (of(a) < of(b) ? 1 : of(a) > of(b) ? -1 : 0))
}

/** @param firsts by `placeOf`: null where every message is as old; one that is not known is absent, and left out */
export function expiringOf(
  rows: readonly Row[],
  firsts: ReadonlyMap<string, bigint | null>,
): Expiring | null {
  let [messages, partitions] = [0n, 0]
  let most: Expiring['most'] | null = null
  for (const row of rows) {
    const { topic, partition, to } = row
    const first = firsts.get(placeOf(topic, partition))
    if (first === undefined || to === null) continue
    const all = replayed(row)
    const old = first === null || first - to > all ? all : first - to
    if (old <= 0n) continue
    messages += old
    partitions += 1
    if (most === null || old > most.messages) most = { topic, partition, messages: old }
  }
  return most === null ? null : { messages, partitions, most }
}

function replayed({ from, to }: Row): bigint {
  return from === null || to === null || from <= to ? 0n : from - to
}

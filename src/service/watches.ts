// Looks at a group after its reset, for the watch that the record keeps. Reads only, and gives way: a look that is not allowed
// now, or does not come to an answer, is made later. It must never take another reset of ours for what consumers did.

import { z } from 'zod'
import type { Clock } from '../ports/clock.ts'
import type { ClusterReader, WatchRate } from '../ports/cluster.ts'
import type { Store } from '../ports/store.ts'
import type { ReadOutcome } from '../request/api-answer.ts'
import type { Command } from '../request/command.ts'
import type { RequestId, ResetRequest } from '../request/request.ts'
import { openWatch, seenSchema, type Watch } from '../request/watch.ts'
import { seenOf, setPartitions } from '../request/watch-look.ts'
import type { Changes } from './changes.ts'
import type { KeptRows } from './kept-rows.ts'

/** So many of the group's latest requests are looked through, as moved-by.ts does. */
const LOOKED_THROUGH = 20

export interface WatchesDeps {
  store: Store
  kept: KeptRows
  patiently: Changes['patiently']
  /** That gives way to everybody else. */
  reader: ClusterReader
  rate: WatchRate
  clock: Clock
}

export function createWatches(deps: WatchesDeps) {
  const { store, kept, patiently, reader, rate, clock } = deps

  /** What to change the record with; null: it has no watch, or one that is over. Rejects when the store is away. */
  async function look(request: ResetRequest): Promise<Command | null> {
    const watch = openWatch(request)
    if (watch === undefined) return null
    const { target } = request.reset
    // After an outage it is over without having been looked at.
    if (clock() >= lastLookAt(watch)) return later(watch, clock())
    const rows = await patiently(() => kept.result(request.id))
    const set = setPartitions(rows ?? [])
    if (set.length === 0) return { kind: 'watchOver', why: 'rowsLost' }
    const before = await otherReset(request, watch)
    if (before !== null) return { kind: 'watchOver', why: 'otherReset', by: before }
    const taken = await rate.take(target.instanceId)
    if (!taken.ok) return later(watch, clock() + taken.retryAfterMs)
    const topics = [...new Set(set.map(({ topic }) => topic))]
    const group = await reader.group(target)
    if (group.kind !== 'read') return notNow(watch, group)
    const positions = await reader.positions(target, topics)
    if (positions.kind !== 'read') return notNow(watch, positions)
    const atMs = clock()
    // After the look, so that what it has seen was done by none that began later.
    const by = await otherReset(request, watch)
    if (by !== null) return { kind: 'watchOver', why: 'otherReset', by }
    const sinceMs = watch.points.at(-1)?.atMs ?? watch.sinceMs
    const seen = seenOf(set, { atMs, group: group.value, positions: positions.value, sinceMs }, watch.last)
    return { kind: 'watched', look: watch.looks, seen: z.encode(seenSchema, seen), tellsEnd: true }
  }

  /** Which other request of ours has written to the group since, or is about to; null: none. */
  async function otherReset(
    { id, reset: { target } }: ResetRequest,
    { sinceMs }: Watch,
  ): Promise<RequestId | null> {
    const { holder } = await patiently(() => store.writerOf(target))
    if (holder !== null && holder !== id) return holder
    const filter = { of: { kind: 'target', target }, part: 'any' } as const
    const { requests } = await patiently(() => store.list(filter, LOOKED_THROUGH))
    return requests.find(other => other.id !== id && hasWrittenSince(other, sinceMs))?.id ?? null
  }

  function notNow(watch: Watch, read: Exclude<ReadOutcome<unknown>, { kind: 'read' }>): Command {
    const retryAfterMs = read.kind === 'unavailable' ? (read.retryAfterMs ?? 0) : 0
    return later(watch, clock() + retryAfterMs)
  }

  return { look }
}

export type Watches = ReturnType<typeof createWatches>

function later({ looks: look, missed }: Watch, retryAtMs: number): Command {
  return { kind: 'watchLater', look, missed, retryAtMs: Math.ceil(retryAtMs), tellsEnd: true }
}

/** The last one may be a little late. */
const LATE_OF = 8

function lastLookAt({ sinceMs, untilMs }: Watch): number {
  return untilMs + Math.max(60_000, (untilMs - sinceMs) / LATE_OF)
}

/** Whether it has moved offsets since then, or may be about to. */
export function hasWrittenSince({ state }: ResetRequest, sinceMs: number): boolean {
  if (state.name === 'executing' || state.name === 'unclear') return true
  return 'outcome' in state && state.outcome.kind === 'done' && state.atMs > sinceMs
}

// Which requests of ours have put offsets where they stand now, by the results that are kept of them. Reads only.
// It must never name one on a guess: only a partition that its result shows at this very offset, moved there by it, counts.

import type { Store } from '../ports/store.ts'
import type { AuditEvent } from '../request/command.ts'
import { placeOf } from '../request/group.ts'
import type { Note } from '../request/notes.ts'
import type { RequestId, ResetRequest } from '../request/request.ts'
import type { PartitionResult } from '../request/result.ts'
import type { Changes } from './changes.ts'
import type { KeptRows } from './kept-rows.ts'

/** So many of the group's latest requests are looked through: more than end between a plan and its turn. */
const LOOKED_THROUGH = 20

export interface Movers {
  /**
   * The requests that have put every one of these places where it is said to stand, newest first, each ended at or after
   * `sinceMs`. Empty where one place is left that none of them has moved there. Rejects when the store is away.
   * @param stands by `placeOf`
   */
  of(
    request: Pick<ResetRequest, 'id' | 'reset'>,
    stands: ReadonlyMap<string, bigint | null>,
    sinceMs: number,
  ): Promise<RequestId[]>
  /** The one that has moved the first offset that this note tells of, since the plan that it is about. Empty: none has. */
  behind(request: ResetRequest, note: Drifted): Promise<RequestId[]>
}

type Drifted = Extract<Note, { kind: 'drifted' }>

export function createMovers(deps: {
  store: Store
  kept: KeptRows
  patiently: Changes['patiently']
}): Movers {
  const { store, kept, patiently } = deps

  async function of(
    { id, reset: { target } }: Pick<ResetRequest, 'id' | 'reset'>,
    stands: ReadonlyMap<string, bigint | null>,
    sinceMs: number,
  ): Promise<RequestId[]> {
    const filter = { of: { kind: 'target', target }, part: 'any' } as const
    const { requests } = await patiently(() => store.list(filter, LOOKED_THROUGH))
    const left = new Map(stands)
    const movers: RequestId[] = []
    for (const other of requests) {
      if (left.size === 0) break
      if (other.id === id || !hasEndedSince(other, sinceMs)) continue
      const moved = ((await patiently(() => kept.result(other.id))) ?? []).filter(row => isMovedTo(row, left))
      if (moved.length > 0) movers.push(other.id)
      for (const { topic, partition } of moved) left.delete(placeOf(topic, partition ?? -1))
    }
    return left.size === 0 ? movers : []
  }

  async function behind(request: ResetRequest, note: Drifted): Promise<RequestId[]> {
    const moved = note.differences.find(({ kind }) => kind === 'committedMoved')
    if (moved?.kind !== 'committedMoved') return []
    const plannedAtMs = plannedBefore(await patiently(() => store.readEvents(request.id)), request, note)
    if (plannedAtMs === null) return []
    const { topic, partition, is } = moved.first
    return of(request, new Map([[placeOf(topic, partition), is]]), plannedAtMs)
  }

  return { of, behind }
}

/** When the plan was made that this note tells the end of. */
function plannedBefore(events: readonly AuditEvent[], { notes }: ResetRequest, note: Drifted): number | null {
  const planned = notes.slice(0, notes.indexOf(note)).findLast(({ kind }) => kind === 'planned')
  if (planned?.kind !== 'planned') return null
  for (const { command } of events) {
    if (command.kind === 'prepare' && command.round === planned.round) return command.plan.atMs
    if (command.kind === 'settle' && command.round + 1 === planned.round) return command.plan.atMs
  }
  return null
}

function hasEndedSince({ state }: ResetRequest, sinceMs: number): boolean {
  return 'outcome' in state && state.outcome.kind === 'done' && state.atMs >= sinceMs
}

function isMovedTo(
  { topic, partition, from, readBack }: PartitionResult,
  stands: ReadonlyMap<string, bigint | null>,
): boolean {
  const place = placeOf(topic, partition ?? -1)
  return stands.has(place) && from !== readBack && stands.get(place) === readBack
}

// Which finished requests are exported and deleted, once they have been over for so long. Pure. It must never let one go
// that something which stays refers to, nor one of which anything is still owed or not known.

import { owed } from './owed.ts'
import { isOpenRequest, type RequestId, type ResetRequest } from './request.ts'
import { isFinal } from './state.ts'

/** One request, as far as it matters here: the others are not held in memory. */
export interface Standing {
  id: RequestId
  isOver: boolean
  parent: RequestId | null
  overlaps: readonly RequestId[]
}

/** @param keptMs for how long after its end a request is kept */
export function standingOf(request: ResetRequest, nowMs: number, keptMs: number): Standing {
  const { id, parent, overlaps } = request
  return { id, isOver: isOverSince(request, nowMs, nowMs - keptMs), parent: parent?.id ?? null, overlaps }
}

/** It has ended before then, and nothing is left to be done, told or found out about it. */
function isOverSince(request: ResetRequest, nowMs: number, sinceMs: number): boolean {
  const endedMs = endedAtMs(request)
  if (endedMs === null || endedMs > sinceMs || isOpenRequest(request)) return false
  if ((request.lateUntilMs ?? 0) > nowMs) return false
  return owed(request, nowMs).length === 0
}

/** When it ended, or was last looked at afterwards; null: it has not ended. */
function endedAtMs({ state, glass, createdAtMs }: ResetRequest): number | null {
  if (!isFinal(state)) return null
  const atMs = 'atMs' in state ? state.atMs : 'decision' in state ? (state.decision?.atMs ?? null) : null
  return atMs === null ? null : Math.max(createdAtMs, atMs, glass?.review?.atMs ?? 0)
}

/**
 * Those that may go, in families: what undoes, retries or edits another goes with it, since neither can be verified without
 * the other. A family goes whole once all of it is over for so long and nothing that stays refers to any of it. Oldest first.
 */
export function familiesToGo(all: readonly Standing[]): RequestId[][] {
  const families = familiesOf(all)
  const stays = new Set(all.filter(({ isOver }) => !isOver).flatMap(({ id }) => families.get(id) ?? []))
  for (const family of stays) {
    for (const { overlaps } of family.members) {
      // A set that is gone through goes on with what is added to it meanwhile.
      for (const other of overlaps) {
        const named = families.get(other)
        if (named !== undefined) stays.add(named)
      }
    }
  }
  const going = [...new Set(families.values())].filter(family => !stays.has(family))
  return going
    .map(({ members }) => members.map(({ id }) => id).sort((one, other) => numberOf(one) - numberOf(other)))
    .sort(([one], [other]) => numberOf(one) - numberOf(other))
}

interface Family {
  members: Standing[]
}

function familiesOf(all: readonly Standing[]): Map<RequestId, Family> {
  const families = new Map(all.map(each => [each.id, { members: [each] } as Family]))
  for (const { id, parent } of all) {
    const [own, other] = [families.get(id), parent === null ? undefined : families.get(parent)]
    if (own === undefined || other === undefined || own === other) continue
    const [small, large] = own.members.length < other.members.length ? [own, other] : [other, own]
    for (const member of small.members) families.set(member.id, large)
    large.members.push(...small.members)
  }
  return families
}

/** Whole families to a file: so many requests, or one family that is larger. */
export function* filesOf(families: readonly RequestId[][], most: number): Generator<RequestId[][]> {
  let file: RequestId[][] = []
  let count = 0
  for (const family of families) {
    if (count > 0 && count + family.length > most) {
      yield file
      file = []
      count = 0
    }
    file.push(family)
    count += family.length
  }
  if (count > 0) yield file
}

function numberOf(id: RequestId | undefined): number {
  return Number(id?.slice(2))
}

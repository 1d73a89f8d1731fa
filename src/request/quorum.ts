// Whether the approvals are enough: each need is filled by people of its own, and nobody fills two. Pure.

import type { Guard, Need } from './guard.ts'
import type { Decision } from './state.ts'

/** A guard from before there were needs asks for so many approvers of one kind. */
export function needsOf({ needs, approvals }: Pick<Guard, 'needs' | 'approvals'>): readonly Need[] {
  return needs.length > 0 ? needs : [{ label: '', from: [], count: approvals }]
}

/** How many approvals each need still lacks, when the votes are dealt out as well as they can be. */
export function lacking(guard: Pick<Guard, 'needs' | 'approvals'>, votes: readonly Decision[]): number[] {
  const filling = dealt(guard, votes)
  return needsOf(guard).map(({ count }, index) => count - filling.filter(need => need === index).length)
}

/** Which need each vote fills, by index, likewise; null: those that it could fill have enough. */
export function dealt(
  guard: Pick<Guard, 'needs' | 'approvals'>,
  votes: readonly Decision[],
): (number | null)[] {
  const needs = needsOf(guard)
  const places = needs.flatMap(({ count }, need) => Array.from({ length: count }, () => need))
  const voterAt = new Map<number, number>()

  /** Moves others to places that they can fill as well, until this one has a place too. */
  function seat(voter: number, tried: Set<number>): boolean {
    for (const [place, need] of places.entries()) {
      if (tried.has(place) || votes[voter]?.fills.includes(need) !== true) continue
      tried.add(place)
      const other = voterAt.get(place)
      if (other !== undefined && !seat(other, tried)) continue
      voterAt.set(place, voter)
      return true
    }
    return false
  }

  for (const voter of votes.keys()) seat(voter, new Set())
  const placeOf = new Map([...voterAt].map(([place, voter]) => [voter, place]))
  return votes.map((_, voter) => places[placeOf.get(voter) ?? -1] ?? null)
}

/** How many of the approvals that are asked for are there. */
export function filled(guard: Pick<Guard, 'needs' | 'approvals'>, votes: readonly Decision[]): number {
  return guard.approvals - lacking(guard, votes).reduce((sum, count) => sum + count, 0)
}

export function isMet(guard: Pick<Guard, 'needs' | 'approvals'>, votes: readonly Decision[]): boolean {
  return lacking(guard, votes).every(count => count === 0)
}

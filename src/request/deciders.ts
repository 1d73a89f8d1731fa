// Who may decide on a request under its guard, which of its needs each of them fills, and on what a vote rests. Pure.
// Members of user groups come in as facts.

import type { Guard, Need } from './guard.ts'
import { EVERYBODY, type GroupMembers, isAmong, isGroup } from './policy.ts'
import { lacking, needsOf } from './quorum.ts'
import type { ResetRequest } from './request.ts'
import { isServiceAccount } from './service-account.ts'
import type { Decision } from './state.ts'

/** Everybody who may fill a need; once it is escalated, those who were asked besides. */
export function peopleFor(
  need: Need,
  { guard, escalated }: Pick<ResetRequest, 'guard' | 'escalated'>,
): string[] {
  return escalated && guard.escalation !== null ? [...need.from, ...guard.escalation.to] : need.from
}

/** Who asked decides only where the rule lets them. */
export function isBarredAsRequester(
  userId: string,
  { requester, guard }: Pick<ResetRequest, 'requester' | 'guard'>,
): boolean {
  return userId === requester && !guard.ownVote
}

/** Which needs this person can fill, by index. */
export function fillsOf(
  request: Pick<ResetRequest, 'guard' | 'escalated' | 'requester'>,
  userId: string,
  members: GroupMembers,
): number[] {
  return fillsThrough(request, throughOf(request, userId, members))
}

/** What makes them one of those who may decide, of what is named there: their own id, their groups, or everybody. */
export function throughOf(
  request: Pick<ResetRequest, 'guard' | 'escalated' | 'requester'>,
  userId: string,
  members: GroupMembers,
): string[] {
  if (isBarredAsRequester(userId, request) || isServiceAccount(userId)) return []
  const named = needsOf(request.guard).flatMap(need => peopleFor(need, request))
  return [...new Set(named)].filter(id => isAmong(userId, [id], members)).sort()
}

/** Which needs are filled by who is one of these, by index. */
export function fillsThrough(
  request: Pick<ResetRequest, 'guard' | 'escalated'>,
  through: readonly string[],
): number[] {
  return needsOf(request.guard).flatMap((need, index) =>
    peopleFor(need, request).some(id => through.includes(id)) ? [index] : [],
  )
}

/** What a vote was recorded to rest on; an older one only says which needs it fills, and rests on who is the only one named. */
export function restsOn(
  { through, fills }: Decision,
  request: Pick<ResetRequest, 'guard' | 'escalated'>,
): string[] {
  if (through !== undefined) return through
  const only = needsOf(request.guard).flatMap((need, index) => {
    const people = peopleFor(need, request)
    return fills.includes(index) && people.length === 1 ? people : []
  })
  return [...new Set(only)]
}

/** Who could fill what is still lacking, and has not voted; everybody is nobody in particular. */
export function stillAsked(request: ResetRequest, members: GroupMembers): string[] {
  const { guard, votes } = request
  const left = lacking(guard, votes)
  const asked = needsOf(guard).flatMap((need, index) => (left[index] === 0 ? [] : peopleFor(need, request)))
  const people = asked.flatMap(id => (isGroup(id) ? (members.get(id) ?? []) : id === EVERYBODY ? [] : [id]))
  return [...new Set(people)].filter(
    id => !votes.some(({ by }) => by === id) && !isBarredAsRequester(id, request),
  )
}

/** All who may decide, break the glass or be asked besides: whose members have to be known. */
export function groupsOfGuard({ needs, breakGlass, escalation }: Guard): string[] {
  const people = [...needs.flatMap(({ from }) => from), ...breakGlass, ...(escalation?.to ?? [])]
  return [...new Set(people.filter(isGroup))]
}

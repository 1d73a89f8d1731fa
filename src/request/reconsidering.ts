// What the policy of now makes of an open request: its votes, whether it may go on, and what could not be read of it. Pure.
// What cannot be read keeps what was read before, and never adds to it: neither a vote, nor a requester, nor a start.

import type { Command } from './command.ts'
import {
  fillsThrough,
  groupsOfGuard,
  isBarredAsRequester,
  peopleFor,
  restsOn,
  throughOf,
} from './deciders.ts'
import { type Guard, isSameGuard } from './guard.ts'
import {
  type Asking,
  type GroupMembers,
  groupsToKnow,
  guardUnder,
  isAmong,
  isGroup,
  type LastRead,
  NEVER_READ,
  type Policy,
  type Unread,
  type Weighed,
  weigh,
} from './policy.ts'
import { needsOf } from './quorum.ts'
import { brokeGlass, type ResetRequest } from './request.ts'

/** What a policy says of a request, as far as the groups that its rules ask about could be read. */
export interface Considered extends Weighed {
  /** Of the requester, to go by when the same groups cannot be read. */
  lastRead: LastRead
}

export function askingOf({ reset, requester, askedIn }: ResetRequest): Asking {
  return { target: reset.target, topics: reset.topics, requester, channel: askedIn }
}

/** @param members of the groups that the rules about this request ask for; what is known of others is not looked at */
export function consider(request: ResetRequest, policy: Policy, members: GroupMembers): Considered {
  const { requester, lastRead: before } = request
  const asking = askingOf(request)
  const asked = groupsToKnow(policy, asking).sort()
  const known = (earlier: readonly string[], isIn: boolean) =>
    asked.filter(id => {
      const read = members.get(id) ?? null
      return read === null ? earlier.includes(id) : read.includes(requester) === isIn
    })
  const lastRead = { in: known(before.in, true), notIn: known(before.notIn, false) }
  return { ...weigh(policy, asking, members, before), lastRead }
}

/** @param members of the groups of the guard */
export function unreadOf({ ruling, unread }: Considered, guard: Guard, members: GroupMembers): Unread | null {
  const ofGuard = groupsOfGuard(guard).filter(id => isUnread(id, members))
  const groups = [...new Set([...unread, ...ofGuard])].sort()
  return groups.length === 0 ? null : { groups, holds: ruling.kind === 'refused' }
}

/** Null: nothing follows from it. @param members of the groups of the guard */
export function reguardFor(
  request: ResetRequest,
  considered: Considered,
  policy: Policy,
  members: GroupMembers,
  requestExpiryMs: number,
): Extract<Command, { kind: 'reguard' | 'disallow' }> | null {
  const { ruling, rule, lastRead } = considered
  const { version } = policy
  if (ruling.kind === 'refused' && ruling.why !== 'unreadable') {
    const { kind: _, ...refused } = ruling
    return { kind: 'disallow', ruling: refused, version }
  }
  // Which rule holds is not known: its votes are left as they are, and nothing goes on.
  const guard = rule === null ? request.guard : guardUnder(rule, version, request.plan)
  const stand = rule === null ? countingNow(request) : countingOf(request, guard, members)
  const unread = unreadOf(considered, guard, members)
  const through = Object.fromEntries(Object.entries(stand).map(([by, each]) => [by, each.through]))
  const fills = Object.fromEntries(request.votes.map(({ by }) => [by, stand[by]?.fills ?? []]))
  const revoked = rule !== null && isGlassRevoked(request, guard, members)
  const command = {
    kind: 'reguard',
    guard,
    fills,
    through,
    lastRead,
    unread,
    round: request.round,
    expiryMs: guard.expiryMs ?? requestExpiryMs,
    ...(revoked ? { glassRevoked: true as const } : {}),
  } as const
  return revoked || isChange(request, command) ? command : null
}

/** Who broke the glass is not named for it any more; a group that cannot be read takes nothing back. */
function isGlassRevoked(request: ResetRequest, { breakGlass }: Guard, members: GroupMembers): boolean {
  const { glass } = request
  if (glass === null || !brokeGlass(request)) return false
  return !breakGlass.some(id => isUnread(id, members)) && !isAmong(glass.by, breakGlass, members)
}

function isChange(request: ResetRequest, next: Omit<Extract<Command, { kind: 'reguard' }>, 'kind'>): boolean {
  const { votes, unread } = request
  const standsAsBefore = votes.every(
    ({ by, fills, through }) =>
      isSame(fills, next.fills[by]) && isSame(through ?? null, next.through?.[by] ?? null),
  )
  return !(
    standsAsBefore &&
    isSameGuard(request.guard, next.guard) &&
    isSame(request.lastRead, next.lastRead ?? NEVER_READ) &&
    isSameUnread(unread, next.unread ?? null)
  )
}

export function isSameUnread(one: Unread | null, other: Unread | null): boolean {
  return one === null || other === null
    ? one === other
    : one.holds === other.holds && isSame(one.groups, other.groups)
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

/** What a vote rests on, and which needs it fills. */
export interface Standing {
  through: string[]
  fills: number[]
}

function countingNow(request: ResetRequest): Record<string, Standing> {
  return Object.fromEntries(
    request.votes.map(each => [each.by, { through: restsOn(each, request), fills: each.fills }]),
  )
}

/**
 * Of those who have voted, under this guard. Left out is who counts for nothing any more; who may count, once a group can
 * be read, stays and fills nothing until then. A group that cannot be read keeps for a vote what it was recorded to rest
 * on, where the guard names the same group.
 */
export function countingOf(
  { votes, requester, ...request }: Pick<ResetRequest, 'guard' | 'escalated' | 'votes' | 'requester'>,
  guard: Guard,
  members: GroupMembers,
): Record<string, Standing> {
  const under = { guard, escalated: request.escalated, requester }
  const named = needsOf(guard).flatMap(need => peopleFor(need, under))
  const unread = named.filter(id => isUnread(id, members))
  return Object.fromEntries(
    votes.flatMap(each => {
      if (isBarredAsRequester(each.by, under)) return []
      const kept = restsOn(each, request).filter(id => unread.includes(id))
      const through = [...new Set([...throughOf(under, each.by, members), ...kept])].sort()
      const fills = fillsThrough(under, through)
      return fills.length > 0 || unread.length > 0 ? [[each.by, { through, fills }]] : []
    }),
  )
}

/** Whether somebody might be one of those who may decide without being known to be. */
export function isAnyUnread(
  request: Pick<ResetRequest, 'guard' | 'escalated'>,
  members: GroupMembers,
): boolean {
  return needsOf(request.guard).some(need => peopleFor(need, request).some(id => isUnread(id, members)))
}

function isUnread(id: string, members: GroupMembers): boolean {
  return isGroup(id) && (members.get(id) ?? null) === null
}

// Who may decide, and what a plan asks of them. Pure: group members are looked up elsewhere and come in as facts.

import type { PolicyVerdict } from './command.ts'
import type { Plan } from './plan.ts'
import type { Guard } from './request.ts'

export interface Approvers {
  users: readonly string[]
  /** User-group ids; a group that cannot be read counts as empty. */
  groups: readonly string[]
}

/** `U…`/`W…` are people, `S…` user groups; anything else is returned as wrong. */
export function parseApprovers(ids: readonly string[]): { approvers: Approvers; wrong: string[] } {
  const users = ids.filter(id => /^[UW][A-Z0-9_]+$/.test(id))
  const groups = ids.filter(id => /^S[A-Z0-9_]+$/.test(id))
  const wrong = ids.filter(id => !users.includes(id) && !groups.includes(id))
  return { approvers: { users, groups }, wrong }
}

/** The members of each user group; null: it could not be read. */
export type GroupMembers = ReadonlyMap<string, readonly string[] | null>

/** Whether this person is an approver at all; that nobody decides on their own request is `decide`'s first rule. */
export function verdictOn(
  userId: string,
  { users, groups }: Approvers,
  members: GroupMembers,
): PolicyVerdict {
  if (users.includes(userId)) return { verdict: 'allow', rule: `APPROVERS names ${userId}` }
  const group = groups.find(each => members.get(each)?.includes(userId))
  return group === undefined
    ? { verdict: 'deny', rule: 'APPROVERS names neither them nor a group of theirs' }
    : { verdict: 'allow', rule: `APPROVERS names ${group}` }
}

/** Who has approved and may no more. Whoever may still be in a group that cannot be read just now may. */
export function noLongerApprovers(
  userIds: readonly string[],
  approvers: Approvers,
  members: GroupMembers,
): string[] {
  if (approvers.groups.some(group => (members.get(group) ?? null) === null)) return []
  return userIds.filter(userId => verdictOn(userId, approvers, members).verdict === 'deny')
}

/** Skips are losses, so that skipping more messages than this asks for more. Null: never. */
export interface SkipLimits {
  /** The approver types the group's name. */
  typedAbove: number | null
  /** Two people have to approve. */
  secondApproverAbove: number | null
}

export function guardOf({ skips }: Pick<Plan, 'skips'>, limits: SkipLimits): Guard {
  const isAbove = (limit: number | null) => limit !== null && skips > BigInt(limit)
  return {
    typedGroup: isAbove(limits.typedAbove),
    approvals: isAbove(limits.secondApproverAbove) ? 2 : 1,
  }
}

// What the policy of this moment says of a request: asked at submit, for a plan, at each decision, and when a job is
// handed over. Members of user groups are looked up here; what follows from them is decided in request/policy.ts.

import type { Chat } from '../ports.ts'
import type { Command, PolicyVerdict } from '../request/command.ts'
import type { Plan } from '../request/plan.ts'
import {
  type Asking,
  fillsThrough,
  type GroupMembers,
  groupsOfGuard,
  groupsToKnow,
  guardUnder,
  isAmong,
  isGroup,
  type LastRead,
  type Policy,
  type Ruling,
  rulingOn,
  throughOf,
} from '../request/policy.ts'
import {
  askingOf,
  consider,
  isAnyUnread,
  reguardFor,
  type Unread,
  unreadOf,
} from '../request/reconsidering.ts'
import type { Guard, RefusedRuling, ResetRequest } from '../request/request.ts'
import { within } from './sights.ts'

export interface PoliciesDeps {
  /** Null in a worker apart: it cannot look anybody up, and leaves policy to the bots. */
  chat: Pick<Chat, 'groupMembers'> | null
  /** As it is now: the file may have been edited. */
  policy: () => Policy
  requestExpiryMs: number
}

/** Slack holds up neither an edit nor an execution: what cannot be looked up in this time cannot be read. */
const LOOK_MS = 1_000

export type Guarded =
  | { kind: 'allowed'; guard: Guard; lastRead: LastRead; unread: Unread | null }
  | { kind: 'refused'; ruling: RefusedRuling; version: string }

/** `now`: for whoever acts. `lately`: a minute old at most, for who only looks. */
type As = 'now' | 'lately'

export interface Policies {
  ruling(asking: Asking, as: As): Promise<Ruling>
  /**
   * What the plan asks of those who decide. Refused as `unreadable`: that depends on a user group that cannot be read.
   */
  guardFor(request: ResetRequest, plan: Plan): Promise<Guarded>
  /** Whether this person may decide on it, and which of its needs they can fill, by which of the ids named there. */
  mayDecide(
    request: ResetRequest,
    userId: string,
    as: As,
  ): Promise<{ policy: PolicyVerdict; fills: number[]; through: string[]; unread: boolean }>
  mayBreakGlass(request: ResetRequest, userId: string, as: As): Promise<PolicyVerdict>
  /**
   * What has to be changed in a request because the policy says something else than when it was last asked, or because
   * what it says is not known. A user group that does not answer in time cannot be read: Slack being away takes nothing
   * back that was looked at, and adds nothing to it.
   */
  reconsider(
    request: ResetRequest,
    as?: As,
  ): Promise<Extract<Command, { kind: 'reguard' | 'disallow' }> | null>
  /** Of the user groups among these ids. */
  membersOf(groups: readonly string[], as: As): Promise<GroupMembers>
}

export function createPolicies({ chat, policy, requestExpiryMs }: PoliciesDeps): Policies {
  async function membersOf(
    groups: readonly string[],
    as: As,
    untilMs = Number.POSITIVE_INFINITY,
  ): Promise<GroupMembers> {
    if (chat === null) return new Map(groups.filter(isGroup).map(id => [id, null]))
    const asked = groups.filter(isGroup).map(async id => {
      const reading = chat.groupMembers(id, as)
      const leftMs = untilMs - performance.now()
      const read = Number.isFinite(leftMs) ? within(Math.max(0, leftMs), reading, null) : reading
      return [id, await read] as const
    })
    return new Map(await Promise.all(asked))
  }

  async function ruling(asking: Asking, as: As): Promise<Ruling> {
    const current = policy()
    return rulingOn(current, asking, await membersOf(groupsToKnow(current, asking), as))
  }

  return {
    ruling,
    membersOf: (groups, as) => membersOf(groups, as),

    async guardFor(request, plan) {
      const current = policy()
      const { version } = current
      const asked = await membersOf(groupsToKnow(current, askingOf(request)), 'lately')
      const considered = consider(request, current, asked)
      const { ruling: ruled, rule, lastRead } = considered
      // Whether it is denied may not be known: then it is planned, and held.
      if (rule === null) {
        const { kind: _, ...refused } = ruled as Extract<Ruling, { kind: 'refused' }>
        return { kind: 'refused', ruling: refused, version }
      }
      const guard = guardUnder(rule, version, plan)
      const unread = unreadOf(considered, guard, await membersOf(groupsOfGuard(guard), 'lately'))
      return { kind: 'allowed', guard, lastRead, unread }
    },

    async mayDecide(request, userId, as) {
      const members = await membersOf(groupsOfGuard(request.guard), as)
      const through = throughOf(request, userId, members)
      const fills = fillsThrough(request, through)
      const { rule, version } = request.guard
      const verdict = fills.length > 0 ? 'allow' : 'deny'
      const unread = verdict === 'deny' && isAnyUnread(request, members)
      return { policy: { verdict, rule: `${rule} (${version})` }, fills, through, unread }
    },

    async mayBreakGlass({ guard }, userId, as) {
      const { breakGlass, rule, version } = guard
      const isNamed = isAmong(userId, breakGlass, await membersOf(breakGlass, as))
      return { verdict: isNamed ? 'allow' : 'deny', rule: `${rule} (${version})` }
    },

    async reconsider(request, as = 'now') {
      const { state, plan } = request
      if (state.name !== 'pending' && state.name !== 'approved') return null
      const untilMs = performance.now() + LOOK_MS
      const current = policy()
      const asked = await membersOf(groupsToKnow(current, askingOf(request)), 'lately', untilMs)
      const considered = consider(request, current, asked)
      const { rule } = considered
      const guard = rule === null ? request.guard : guardUnder(rule, current.version, plan)
      const members = await membersOf(groupsOfGuard(guard), as, untilMs)
      return reguardFor(request, considered, current, members, requestExpiryMs)
    },
  }
}

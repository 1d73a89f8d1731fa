// What the policy of this moment says of a request: asked at submit, for a plan, at each decision, and when a job is
// handed over. Members of user groups are looked up here; what follows from them is decided in request/policy.ts.

import type { Chat } from '../ports.ts'
import type { Command, PolicyVerdict } from '../request/command.ts'
import type { Plan } from '../request/plan.ts'
import {
  type Asking,
  fillsOf,
  fillsOfVoters,
  type GroupMembers,
  groupsOfGuard,
  groupsToKnow,
  guardUnder,
  isAmong,
  isGroup,
  isReguarded,
  type Policy,
  type Ruling,
  rulingOn,
} from '../request/policy.ts'
import type { Guard, RefusedRuling, ResetRequest } from '../request/request.ts'

export interface PoliciesDeps {
  /** Null in a worker apart: it cannot look anybody up, and leaves policy to the bots. */
  chat: Pick<Chat, 'groupMembers'> | null
  /** As it is now: the file may have been edited. */
  policy: () => Policy
  requestExpiryMs: number
}

export type Guarded =
  | { kind: 'allowed'; guard: Guard }
  | { kind: 'refused'; ruling: RefusedRuling; version: string }

/** `now`: for whoever acts. `lately`: a minute old at most, for who only looks. */
type As = 'now' | 'lately'

export interface Policies {
  ruling(asking: Asking, as: As): Promise<Ruling>
  /** What the plan asks of those who decide. */
  guardFor(request: ResetRequest, plan: Plan): Promise<Guarded>
  /** Whether this person may decide on it, and which of its needs they can fill. */
  mayDecide(
    request: ResetRequest,
    userId: string,
    as: As,
  ): Promise<{ policy: PolicyVerdict; fills: number[] }>
  mayBreakGlass(request: ResetRequest, userId: string, as: As): Promise<PolicyVerdict>
  /**
   * What has to be changed in a request because the policy says something else than when it was last asked. Nothing, as
   * long as a user group that matters cannot be read: Slack being away takes nothing back.
   */
  reconsider(request: ResetRequest): Promise<Extract<Command, { kind: 'reguard' | 'disallow' }> | null>
  /** Of the user groups among these ids. */
  membersOf(groups: readonly string[], as: As): Promise<GroupMembers>
}

export function createPolicies({ chat, policy, requestExpiryMs }: PoliciesDeps): Policies {
  async function membersOf(groups: readonly string[], as: As): Promise<GroupMembers> {
    if (chat === null) return new Map()
    const asked = groups.filter(isGroup).map(async id => [id, await chat.groupMembers(id, as)] as const)
    return new Map(await Promise.all(asked))
  }

  async function ruling(asking: Asking, as: As): Promise<Ruling> {
    const current = policy()
    return rulingOn(current, asking, await membersOf(groupsToKnow(current, asking), as))
  }

  async function guardOf(request: ResetRequest, plan: Plan | null): Promise<Guarded> {
    const { version } = policy()
    const ruled = await ruling(askingOf(request), 'lately')
    if (ruled.kind === 'allowed') return { kind: 'allowed', guard: guardUnder(ruled.rule, version, plan) }
    const { kind, ...refused } = ruled
    return { kind, ruling: refused, version }
  }

  return {
    ruling,
    membersOf,
    guardFor: guardOf,

    async mayDecide(request, userId, as) {
      const fills = fillsOf(request, userId, await membersOf(groupsOfGuard(request.guard), as))
      const { rule, version } = request.guard
      const verdict = fills.length > 0 ? 'allow' : 'deny'
      return { policy: { verdict, rule: `${rule} (${version})` }, fills }
    },

    async mayBreakGlass({ guard }, userId, as) {
      const { breakGlass, rule, version } = guard
      const isNamed = isAmong(userId, breakGlass, await membersOf(breakGlass, as))
      return { verdict: isNamed ? 'allow' : 'deny', rule: `${rule} (${version})` }
    },

    async reconsider(request) {
      const { state, plan } = request
      if (state.name !== 'pending' && state.name !== 'approved') return null
      const groups = groupsToKnow(policy(), askingOf(request))
      if ([...(await membersOf(groups, 'lately')).values()].includes(null)) return null
      const guarded = await guardOf(request, plan)
      if (guarded.kind === 'refused') {
        const { ruling: refused, version } = guarded
        return { kind: 'disallow', ruling: refused, version }
      }
      const { guard } = guarded
      const fills = fillsOfVoters({ ...request, guard }, await membersOf(groupsOfGuard(guard), 'now'))
      const expiryMs = guard.expiryMs ?? requestExpiryMs
      return isReguarded(request, guard, fills) ? { kind: 'reguard', guard, fills, expiryMs } : null
    },
  }
}

export function askingOf({ reset, requester, askedIn }: ResetRequest): Asking {
  return { target: reset.target, topics: reset.topics, requester, channel: askedIn }
}

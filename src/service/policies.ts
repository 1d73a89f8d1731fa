// What the policy and the settings of this moment say of a request: asked at submit, for a plan, at each act of a person
// (request/acts.ts), and when a job is handed over. Members of user groups are looked up here; what follows from them is decided in request/policy.ts.

import type { Chat } from '../ports.ts'
import { ACTS, type Act, type ActKind, instanceRefusal, sameRuleToday } from '../request/acts.ts'
import type { Command, PolicyVerdict } from '../request/command.ts'
import type { Plan } from '../request/plan.ts'
import {
  type AllowRule,
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
import { brokeGlass, type Guard, type RefusedRuling, type ResetRequest } from '../request/request.ts'

export interface PoliciesDeps {
  /** Null in a worker apart: it cannot look anybody up, and leaves policy to the bots. */
  chat: Pick<Chat, 'groupMembers'> | null
  /** As it is now: the file may have been edited. */
  policy: () => Policy
  /** Those that may be reset; empty: all of the account. */
  instances: readonly { id: string }[]
  requestExpiryMs: number
}

export type Guarded =
  | { kind: 'allowed'; guard: Guard }
  | { kind: 'refused'; ruling: RefusedRuling; version: string }

export interface Leave {
  policy: PolicyVerdict
  fills: number[]
}

/** `now`: for whoever acts. `lately`: a minute old at most, for who only looks. */
type As = 'now' | 'lately'

export interface Policies {
  ruling(asking: Asking, as: As): Promise<Ruling>
  /** What the plan asks of those who decide. */
  guardFor(request: ResetRequest, plan: Plan): Promise<Guarded>
  /** Whether this person may do this to it, by the rule of today, and which needs of its guard they can fill. */
  may(request: ResetRequest, act: ActKind, userId: string, as: As): Promise<Leave>
  /**
   * What has to be changed in a request because the policy says something else than when it was last asked. Nothing, as
   * long as a user group that matters cannot be read: Slack being away takes nothing back.
   */
  reconsider(request: ResetRequest): Promise<Extract<Command, { kind: 'reguard' | 'disallow' }> | null>
  /** Of the user groups among these ids. */
  membersOf(groups: readonly string[], as: As): Promise<GroupMembers>
}

export function createPolicies(deps: PoliciesDeps): Policies {
  const { chat, policy, instances, requestExpiryMs } = deps

  async function membersOf(groups: readonly string[], as: As): Promise<GroupMembers> {
    if (chat === null) return new Map()
    const asked = groups.filter(isGroup).map(async id => [id, await chat.groupMembers(id, as)] as const)
    return new Map(await Promise.all(asked))
  }

  async function ruling(asking: Asking, as: As, current = policy()): Promise<Ruling> {
    const leftOut = instanceRefusal(instances, asking.target)
    if (leftOut !== null) return { kind: 'refused', ...leftOut }
    return rulingOn(current, asking, await membersOf(groupsToKnow(current, asking), as))
  }

  async function guardOf(request: ResetRequest, plan: Plan | null): Promise<Guarded> {
    const { version } = policy()
    const ruled = await ruling(askingOf(request), 'lately')
    if (ruled.kind === 'allowed') return { kind: 'allowed', guard: guardUnder(ruled.rule, version, plan) }
    const { kind, ...refused } = ruled
    return { kind, ruling: refused, version }
  }

  /** Null: no rule of today says who may. */
  async function guardToday(request: ResetRequest, { leadsToCall }: Act): Promise<Guard | null> {
    const current = policy()
    const ruled = await ruling(askingOf(request), 'lately', current)
    const under = (rule: AllowRule) => guardUnder(rule, current.version, request.plan)
    if (ruled.kind === 'allowed') return under(ruled.rule)
    const rule = leadsToCall ? null : sameRuleToday(current, request)
    return rule === null ? null : under(rule)
  }

  async function may(request: ResetRequest, kind: ActKind, userId: string, as: As): Promise<Leave> {
    const act: Act = ACTS[kind]
    const { guard: asked } = request
    if (act.who === 'everybody' || (act.requester === 'always' && userId === request.requester)) {
      return { policy: { verdict: 'allow', rule: `${asked.rule} (${asked.version})` }, fills: [] }
    }
    const guard = await guardToday(request, act)
    if (guard === null) {
      return { policy: { verdict: 'deny', rule: `${asked.rule} (${policy().version})` }, fills: [] }
    }
    const groups = new Set([...groupsOfGuard(guard), ...groupsOfGuard(asked)])
    const members = await membersOf([...groups], as)
    const today = { ...request, guard }
    const isNamed =
      act.who === 'breakGlass'
        ? isAmong(userId, guard.breakGlass, members)
        : fillsOf(today, userId, members).length > 0
    const { rule, version } = guard
    return {
      policy: { verdict: isNamed ? 'allow' : 'deny', rule: `${rule} (${version})` },
      // A vote counts for the needs that the record has.
      fills: fillsOf(request, userId, members),
    }
  }

  return {
    ruling: (asking, as) => ruling(asking, as),
    membersOf,
    guardFor: guardOf,
    may,

    async reconsider(request) {
      const { state, plan } = request
      if (state.name !== 'pending' && state.name !== 'approved') return null
      const leftOut = instanceRefusal(instances, request.reset.target)
      if (leftOut !== null) return { kind: 'disallow', ruling: leftOut, version: policy().version }
      const groups = groupsToKnow(policy(), askingOf(request))
      if ([...(await membersOf(groups, 'lately')).values()].includes(null)) return null
      const guarded = await guardOf(request, plan)
      if (guarded.kind === 'refused') {
        const { ruling: refused, version } = guarded
        return { kind: 'disallow', ruling: refused, version }
      }
      const { guard } = guarded
      const members = await membersOf(groupsOfGuard(guard), 'now')
      const fills = fillsOfVoters({ ...request, guard }, members)
      const expiryMs = guard.expiryMs ?? requestExpiryMs
      if (isGlassRevoked(request, guard, members)) {
        return { kind: 'reguard', guard, fills, expiryMs, glassRevoked: true }
      }
      return isReguarded(request, guard, fills) ? { kind: 'reguard', guard, fills, expiryMs } : null
    },
  }
}

/** Who broke the glass is not named for it any more; a group that cannot be read takes nothing back. */
function isGlassRevoked(request: ResetRequest, { breakGlass }: Guard, members: GroupMembers): boolean {
  const { glass } = request
  if (glass === null || !brokeGlass(request)) return false
  const mayBe = breakGlass.some(id => isGroup(id) && (members.get(id) ?? null) === null)
  return !mayBe && !isAmong(glass.by, breakGlass, members)
}

export function askingOf({ reset, requester, askedIn }: ResetRequest): Asking {
  return { target: reset.target, topics: reset.topics, requester, channel: askedIn }
}

// What the policy and the settings of this moment say of a request: asked at submit, for a plan, at each act of a person
// (request/permissions.ts), and when a job is handed over. Members of user groups are looked up here; what follows from them is decided in request/policy.ts.

import type { Chat } from '../ports/chat.ts'
import type { Command, PolicyVerdict } from '../request/command.ts'
import { fillsOf, fillsThrough, groupsOfGuard, throughOf } from '../request/deciders.ts'
import type { Guard } from '../request/guard.ts'
import { ACTS, type Act, type ActKind, instanceRefusal, sameRuleToday } from '../request/permissions.ts'
import type { Plan } from '../request/plan.ts'
import {
  type AllowRule,
  type Asking,
  type GroupMembers,
  groupsToKnow,
  guardUnder,
  isAmong,
  isGroup,
  type LastRead,
  type Policy,
  type Ruling,
  rulingOn,
  type Unread,
} from '../request/policy.ts'
import { askingOf, consider, isAnyUnread, reguardFor, unreadOf } from '../request/reconsidering.ts'
import type { ResetRequest } from '../request/request.ts'
import type { RefusedRuling } from '../request/state.ts'
import { within } from './within.ts'

export interface PoliciesDeps {
  /** Null in a worker apart: it cannot look anybody up, and leaves policy to the bots. */
  chat: Pick<Chat, 'groupMembers'> | null
  /** As it is now: the file may have been edited. */
  policy: () => Policy
  /** Those that may be reset; empty: all of the account. */
  instances: readonly { id: string }[]
  requestExpiryMs: number
}

/** Slack holds up neither an edit nor an execution: what cannot be looked up in this time cannot be read. */
const LOOK_MS = 1_000

export type Guarded =
  | { kind: 'allowed'; guard: Guard; lastRead: LastRead; unread: Unread | null }
  | { kind: 'refused'; ruling: RefusedRuling; version: string }

/** `through`: the ids named in the guard by which they count. `unread`: they may count by a group that cannot be read. */
export interface Leave {
  policy: PolicyVerdict
  fills: number[]
  through: string[]
  unread: boolean
}

/** `now`: for whoever acts. `lately`: a minute old at most, for who only looks. */
type As = 'now' | 'lately'

export interface Policies {
  ruling(asking: Asking, as: As): Promise<Ruling>
  /**
   * What the plan asks of those who decide. Refused as `unreadable`: that depends on a user group that cannot be read.
   */
  guardFor(request: ResetRequest, plan: Plan): Promise<Guarded>
  /** Whether this person may do this to it, by the rule of today, and which needs of its guard they can fill. */
  may(request: ResetRequest, act: ActKind, userId: string, as: As): Promise<Leave>
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

export function createPolicies(deps: PoliciesDeps): Policies {
  const { chat, policy, instances, requestExpiryMs } = deps

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

  async function ruling(asking: Asking, as: As, current = policy()): Promise<Ruling> {
    const leftOut = instanceRefusal(instances, asking.target)
    if (leftOut !== null) return { kind: 'refused', ...leftOut }
    return rulingOn(current, asking, await membersOf(groupsToKnow(current, asking), as))
  }

  /** Null: no rule of today says who may. Where it is not known which rule holds, the same one as before does. */
  async function guardToday(request: ResetRequest, { leadsToCall }: Act, as: As): Promise<Guard | null> {
    const current = policy()
    const under = (rule: AllowRule) => guardUnder(rule, current.version, request.plan)
    const leftOut = instanceRefusal(instances, request.reset.target)
    if (leftOut !== null && leadsToCall) return null
    const asked = await membersOf(groupsToKnow(current, askingOf(request)), as)
    const { ruling: ruled, rule } = consider(request, current, asked)
    const isUnknown = ruled.kind === 'refused' && ruled.why === 'unreadable'
    if (leftOut === null && rule !== null && (ruled.kind === 'allowed' || isUnknown)) return under(rule)
    const same = leadsToCall && !isUnknown ? null : sameRuleToday(current, request)
    if (same !== null) return under(same)
    return leadsToCall && isUnknown ? request.guard : null
  }

  async function may(request: ResetRequest, kind: ActKind, userId: string, as: As): Promise<Leave> {
    const act: Act = ACTS[kind]
    const { guard: asked } = request
    const nothing = { fills: [], through: [], unread: false }
    if (act.who === 'everybody' || (act.requester === 'always' && userId === request.requester)) {
      return { policy: { verdict: 'allow', rule: `${asked.rule} (${asked.version})` }, ...nothing }
    }
    const guard = await guardToday(request, act, as)
    if (guard === null) {
      return { policy: { verdict: 'deny', rule: `${asked.rule} (${policy().version})` }, ...nothing }
    }
    const groups = new Set([...groupsOfGuard(guard), ...groupsOfGuard(asked)])
    const members = await membersOf([...groups], as)
    const today = { ...request, guard }
    const isNamed =
      act.who === 'breakGlass'
        ? isAmong(userId, guard.breakGlass, members)
        : fillsOf(today, userId, members).length > 0
    const { rule, version } = guard
    // A vote counts for the needs that the record has.
    const through = throughOf(request, userId, members)
    return {
      policy: { verdict: isNamed ? 'allow' : 'deny', rule: `${rule} (${version})` },
      fills: fillsThrough(request, through),
      through,
      unread: !isNamed && act.who === 'approvers' && isAnyUnread(today, members),
    }
  }

  return {
    ruling: (asking, as) => ruling(asking, as),
    membersOf: (groups, as) => membersOf(groups, as),
    may,

    async guardFor(request, plan) {
      const current = policy()
      const { version } = current
      const leftOut = instanceRefusal(instances, request.reset.target)
      if (leftOut !== null) return { kind: 'refused', ruling: leftOut, version }
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

    async reconsider(request, as = 'now') {
      const { state, plan } = request
      if (state.name !== 'pending' && state.name !== 'approved') return null
      const leftOut = instanceRefusal(instances, request.reset.target)
      if (leftOut !== null) return { kind: 'disallow', ruling: leftOut, version: policy().version }
      const untilMs = performance.now() + LOOK_MS
      const current = policy()
      const asked = await membersOf(groupsToKnow(current, askingOf(request)), as, untilMs)
      const considered = consider(request, current, asked)
      const { rule } = considered
      const guard = rule === null ? request.guard : guardUnder(rule, current.version, plan)
      const members = await membersOf(groupsOfGuard(guard), as, untilMs)
      return reguardFor(request, considered, current, members, requestExpiryMs)
    },
  }
}

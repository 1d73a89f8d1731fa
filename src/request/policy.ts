// Who may ask for what, and what a plan asks of those who decide (deciders.ts): rules, and which of them applies. Pure.
// A deny beats every allow, and what no rule covers is refused. Members of user groups come in as facts.

import type { Guard, Need } from './guard.ts'
import { ANY_NAME, fits } from './name-pattern.ts'
import type { Plan } from './plan.ts'
import type { Target } from './reset.ts'
import { isServiceAccount } from './service-account.ts'
import type { RefusedRuling } from './state.ts'
import type { Window } from './window.ts'

/**
 * User ids (`U…`), user-group ids (`S…`), or everybody; of who asks, service accounts as well (`svc:…`). Everybody is every
 * person: a service account is let in by its own name alone, and kept out by a denial to everybody.
 */
export type People = readonly string[]
export const EVERYBODY = '*'

/** Patterns (name-pattern.ts); a name has to fit one of them. */
export interface Match {
  instances: readonly string[]
  groups: readonly string[]
  topics: readonly string[]
}

export interface Limit {
  /** More than any of these. What a plan does not know counts as more. */
  above: { skips: bigint | null; replays: bigint | null; partitions: number | null }
  typedGroup: boolean
  needs: readonly Need[]
}

export interface AllowRule {
  effect: 'allow'
  name: string
  match: Match
  request: { people: People; channels: readonly string[] | null }
  needs: readonly Need[]
  ownVote: boolean
  limits: readonly Limit[]
  window: Window | null
  /** Null: as the settings say. */
  expiryMs: number | null
  reminders: readonly number[]
  escalation: { afterMs: number; label: string; to: People } | null
  /** Where the card goes; null: as the settings say. */
  card: string | null
  tell: readonly string[]
  breakGlass: People
  /** The bounds of a plan that takes long may be approved before it is exact. */
  decideOnBounds: boolean
  /** How long the group is looked at after the result; 0: not at all; absent: as the settings say. */
  watchMs?: number
}

/** Of the people and channels it names, or of all; one topic is enough. */
export interface DenyRule {
  effect: 'deny'
  name: string
  match: Match
  people: People
  channels: readonly string[] | null
  reason: string
}

export type Rule = AllowRule | DenyRule

export interface Policy {
  /** Tells one policy from another in the audit. */
  version: string
  rules: readonly Rule[]
}

/** What somebody wants to do. */
export interface Asking {
  target: Target
  /** Empty: not known yet. */
  topics: readonly string[]
  requester: string
  /** Null: it is asked in no channel, and no rule for channels holds there. */
  channel: string | null
}

export type Ruling = { kind: 'allowed'; rule: AllowRule } | ({ kind: 'refused' } & RefusedRuling)

/** The members of each user group; null: it could not be read. */
export type GroupMembers = ReadonlyMap<string, readonly string[] | null>

/** Whether they are surely one of these: who is in a group that cannot be read is not known to be. */
export function isAmong(userId: string, people: People, members: GroupMembers): boolean {
  return amongOf(userId, people, members) === true
}

/** Of one person: the user groups that they were in, and were not in, when those were last read. */
export interface LastRead {
  in: string[]
  notIn: string[]
}

/** The user groups that could not be read, and whether it holds until they can. */
export interface Unread {
  groups: string[]
  /** Whether the policy allows it, or by which rule, depends on one of them. */
  holds: boolean
}

export const NEVER_READ: LastRead = { in: [], notIn: [] }

/** Null: it depends on a group that cannot be read, and of which nothing was read before. */
function amongOf(
  userId: string,
  people: People,
  members: GroupMembers,
  before: LastRead = NEVER_READ,
  isEverybody = !isServiceAccount(userId),
): boolean | null {
  const answers = people.map(id => {
    if (id === userId) return true
    if (id === EVERYBODY) return isEverybody
    // No service account is in a group of people.
    if (!isGroup(id) || isServiceAccount(userId)) return false
    const read = members.get(id) ?? null
    if (read !== null) return read.includes(userId)
    if (before.in.includes(id)) return true
    return before.notIn.includes(id) ? false : null
  })
  if (answers.includes(true)) return true
  return answers.includes(null) ? null : false
}

/** What a policy says of a request, and which user groups that were not read just now it could depend on. */
export interface Weighed {
  ruling: Ruling
  /** The rule whose terms hold if it is allowed; null: none, or it is not known which. */
  rule: AllowRule | null
  unread: string[]
}

/**
 * The first rule that allows it, unless another denies it. Where what was read, now or before, does not tell whether a
 * rule applies, it is refused as `unreadable`: the next rule that allows it may ask for less.
 */
export function weigh(
  policy: Policy,
  asking: Asking,
  members: GroupMembers,
  before: LastRead = NEVER_READ,
): Weighed {
  const among = (people: People) => amongOf(asking.requester, people, members, before)
  const denials = policy.rules.filter(rule => rule.effect === 'deny').filter(rule => isAbout(rule, asking))
  const deniesTo = (people: People) => amongOf(asking.requester, people, members, before, true)
  const denied = denials.find(rule => deniesTo(rule.people) === true)
  if (denied !== undefined) {
    const { name, reason } = denied
    return { ruling: { kind: 'refused', why: 'denied', rule: name, reason }, rule: null, unread: [] }
  }
  const doubtful = denials.find(rule => deniesTo(rule.people) === null)
  const covering = policy.rules
    .filter(rule => rule.effect === 'allow')
    .filter(rule => covers(rule.match, asking))
  const admitting = covering.filter(({ request }) => isIn(asking.channel, request.channels))
  const at = admitting.findIndex(({ request }) => among(request.people) !== false)
  const looked = at === -1 ? admitting : admitting.slice(0, at + 1)
  const people = [
    ...denials.flatMap(rule => rule.people),
    ...looked.flatMap(({ request }) => request.people),
  ].filter(isGroup)
  const unread = isServiceAccount(asking.requester)
    ? []
    : [...new Set(people)].filter(id => (members.get(id) ?? null) === null)
  const first = admitting[at]
  if (first === undefined) {
    const [named] = covering
    const refused =
      named === undefined
        ? ({ kind: 'refused', why: 'nothingMatches', rule: null, reason: '' } as const)
        : ({
            kind: 'refused',
            why: admitting.length === 0 ? 'notInChannel' : 'notRequester',
            rule: (admitting[0] ?? named).name,
            reason: '',
          } as const)
    return { ruling: refused, rule: null, unread: [] }
  }
  const rule = among(first.request.people) === true ? first : null
  const unsure = rule === null ? first : doubtful
  return {
    ruling:
      unsure === undefined
        ? { kind: 'allowed', rule: first }
        : { kind: 'refused', why: 'unreadable', rule: unsure.name, reason: '' },
    rule,
    unread,
  }
}

export function rulingOn(policy: Policy, asking: Asking, members: GroupMembers): Ruling {
  return weigh(policy, asking, members).ruling
}

export function covers(
  { instances, groups, topics }: Match,
  asking: Pick<Asking, 'target' | 'topics'>,
): boolean {
  const { instanceId, group } = asking.target
  return (
    fits(instanceId, instances) && fits(group, groups) && asking.topics.every(topic => fits(topic, topics))
  )
}

/** @param channels null: anywhere */
export function isIn(channel: Asking['channel'], channels: readonly string[] | null): boolean {
  return channels === null || (channel !== null && channels.includes(channel))
}

/** Whoever asks; whether it is one of those it denies it to is another question. */
function isAbout({ match, channels }: DenyRule, asking: Asking): boolean {
  const { instances, groups, topics } = match
  const { instanceId, group } = asking.target
  return (
    fits(instanceId, instances) &&
    fits(group, groups) &&
    (topics.includes(ANY_NAME) || asking.topics.some(topic => fits(topic, topics))) &&
    isIn(asking.channel, channels)
  )
}

/** Somebody whose groups cannot be read might be one of those it is about: nobody may do more for that. */
export function denies(rule: DenyRule, asking: Asking, members: GroupMembers): boolean {
  return isAbout(rule, asking) && amongOf(asking.requester, rule.people, members, NEVER_READ, true) !== false
}

export function isGroup(id: string): boolean {
  return id.startsWith('S')
}

/** The user groups that one has to know the members of, to rule on it. */
export function groupsToKnow(policy: Policy, asking: Asking): string[] {
  if (isServiceAccount(asking.requester)) return []
  const people = policy.rules.flatMap(rule => {
    if (rule.effect === 'deny') return isAbout(rule, asking) ? rule.people : []
    return covers(rule.match, asking) ? rule.request.people : []
  })
  return [...new Set(people.filter(isGroup))]
}

/** What this plan asks of those who decide. Before there is one, only what every plan is asked. */
export function guardUnder(rule: AllowRule, version: string, plan: Plan | null): Guard {
  const limits = plan === null ? [] : rule.limits.filter(({ above }) => exceeds(plan, above))
  const needs = merged([...rule.needs, ...limits.flatMap(limit => limit.needs)])
  const { name, ownVote, window, breakGlass, expiryMs, reminders, escalation, tell } = rule
  return {
    typedGroup: limits.some(({ typedGroup }) => typedGroup),
    approvals: needs.reduce((sum, { count }) => sum + count, 0),
    rule: name,
    version,
    needs,
    ownVote,
    window,
    breakGlass: [...breakGlass],
    expiryMs,
    reminders: [...reminders],
    escalation: escalation === null ? null : { ...escalation, to: [...escalation.to] },
    tell: [...tell],
    ...(rule.decideOnBounds ? { onBounds: true } : {}),
    ...(rule.watchMs === undefined ? {} : { watchMs: rule.watchMs }),
  }
}

/** What is asked of the same people twice is asked of them once, for so many more. */
function merged(needs: readonly Need[]): Need[] {
  const byPeople = new Map<string, Need>()
  for (const need of needs) {
    const key = JSON.stringify([need.label, need.from])
    byPeople.set(key, { ...need, count: need.count + (byPeople.get(key)?.count ?? 0) })
  }
  return [...byPeople.values()]
}

/**
 * Replays and skips of a plan are bounds where it is not exact; unknown is more than any limit. Those of a plan of bounds are
 * kept to: what lies outside is never written.
 */
function exceeds(plan: Plan, { skips, replays, partitions }: Limit['above']): boolean {
  const isUnknown = plan.certainty === 'unknown' && plan.execution !== 'bounds'
  return (
    (skips !== null && (plan.skips > skips || isUnknown)) ||
    (replays !== null && (plan.replays > replays || isUnknown)) ||
    (partitions !== null && plan.partitions > partitions)
  )
}

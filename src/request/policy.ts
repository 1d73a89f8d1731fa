// Who may ask for what, who decides, and what a plan asks of them: rules, and which of them applies. Pure.
// A deny beats every allow, and what no rule covers is refused. Members of user groups come in as facts.

import type { Plan } from './plan.ts'
import { lacking, needsOf } from './quorum.ts'
import { type Guard, guardSchema, type Need, type RefusedRuling, type ResetRequest } from './request.ts'
import type { Target } from './reset.ts'
import type { Window } from './window.ts'

/** User ids (`U…`), user-group ids (`S…`), or everybody. */
export type People = readonly string[]
export const EVERYBODY = '*'

/** Patterns with `*` and `?`; a name has to fit one of them. */
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

/** Skips are losses, so that skipping more messages than this asks for more. Null: never. */
export interface SkipLimits {
  /** The approver types the group's name. */
  typedAbove: number | null
  /** Two people have to approve. */
  secondApproverAbove: number | null
}

/** What the settings say where there is no file: everybody may ask, and any of these may decide. */
export function policyOfSettings(approvers: readonly string[], limits: SkipLimits): Policy {
  const { typedAbove, secondApproverAbove } = limits
  const need = { label: '', from: [...approvers], count: 1 }
  const above = (skips: number) => ({ skips: BigInt(skips), replays: null, partitions: null })
  const name = 'APPROVERS'
  const rule: AllowRule = {
    effect: 'allow',
    name,
    match: { instances: [EVERYBODY], groups: [EVERYBODY], topics: [EVERYBODY] },
    request: { people: [EVERYBODY], channels: null },
    needs: [need],
    ownVote: false,
    limits: [
      ...(typedAbove === null ? [] : [{ above: above(typedAbove), typedGroup: true, needs: [] }]),
      ...(secondApproverAbove === null
        ? []
        : [{ above: above(secondApproverAbove), typedGroup: false, needs: [need] }]),
    ],
    window: null,
    expiryMs: null,
    reminders: [],
    escalation: null,
    card: null,
    tell: [],
    breakGlass: [],
  }
  return { version: 'settings', rules: [rule] }
}

/** Of ids that are neither a user's (`U…`, `W…`) nor a user group's (`S…`). */
export function wrongApprovers(ids: readonly string[]): string[] {
  return ids.filter(id => !/^[UWS][A-Z0-9_]+$/.test(id))
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

/** A group that cannot be read counts as empty. */
export function isAmong(userId: string, people: People, members: GroupMembers): boolean {
  return people.some(id => id === EVERYBODY || id === userId || members.get(id)?.includes(userId) === true)
}

/** The first rule that allows it, unless another denies it. */
export function rulingOn(policy: Policy, asking: Asking, members: GroupMembers): Ruling {
  const denied = policy.rules.find(rule => rule.effect === 'deny' && denies(rule, asking, members))
  if (denied?.effect === 'deny') {
    return { kind: 'refused', why: 'denied', rule: denied.name, reason: denied.reason }
  }
  const covering = policy.rules
    .filter(rule => rule.effect === 'allow')
    .filter(rule => covers(rule.match, asking))
  const rule = covering.find(each => admits(each, asking, members))
  if (rule !== undefined) return { kind: 'allowed', rule }
  const [first] = covering
  return first === undefined
    ? { kind: 'refused', why: 'nothingMatches', rule: null, reason: '' }
    : { kind: 'refused', why: 'notRequester', rule: first.name, reason: '' }
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

function admits({ request }: AllowRule, { requester, channel }: Asking, members: GroupMembers): boolean {
  const { people, channels } = request
  return isAmong(requester, people, members) && isIn(channel, channels)
}

/** @param channels null: anywhere */
function isIn(channel: Asking['channel'], channels: readonly string[] | null): boolean {
  return channels === null || (channel !== null && channels.includes(channel))
}

/** Somebody whose groups cannot be read might be one of those it is about: nobody may do more for that. */
function denies({ match, people, channels }: DenyRule, asking: Asking, members: GroupMembers): boolean {
  const { instances, groups, topics } = match
  const { instanceId, group } = asking.target
  const isAbout =
    fits(instanceId, instances) &&
    fits(group, groups) &&
    (topics.includes(EVERYBODY) || asking.topics.some(topic => fits(topic, topics)))
  if (!isAbout || !isIn(asking.channel, channels)) return false
  const mayBe = people.some(id => isGroup(id) && (members.get(id) ?? null) === null)
  return mayBe || isAmong(asking.requester, people, members)
}

export function isGroup(id: string): boolean {
  return id.startsWith('S')
}

const patterns = new Map<string, RegExp>()

function fits(name: string, globs: readonly string[]): boolean {
  return globs.some(glob => {
    const pattern = patterns.get(glob) ?? patternOf(glob)
    patterns.set(glob, pattern)
    return pattern.test(name)
  })
}

/** Several stars in a row are one: they would make it slow, and mean the same. */
function patternOf(glob: string): RegExp {
  const source = glob.replaceAll(/\*+/g, '*').replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`^${source.replaceAll('*', '[^]*').replaceAll('?', '[^]')}$`, 'u')
}

/** The user groups that one has to know the members of, to rule on it. */
export function groupsToKnow(policy: Policy, asking: Asking): string[] {
  const people = policy.rules.flatMap(rule => {
    if (rule.effect === 'deny') return rule.people
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

/** Replays and skips of a plan are bounds where it is not exact; unknown is more than any limit. */
function exceeds(plan: Plan, { skips, replays, partitions }: Limit['above']): boolean {
  const isUnknown = plan.certainty === 'unknown'
  return (
    (skips !== null && (plan.skips > skips || isUnknown)) ||
    (replays !== null && (plan.replays > replays || isUnknown)) ||
    (partitions !== null && plan.partitions > partitions)
  )
}

/** Everybody who may fill a need; once it is escalated, those who were asked besides. */
function peopleFor(need: Need, { guard, escalated }: Pick<ResetRequest, 'guard' | 'escalated'>): string[] {
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
  if (isBarredAsRequester(userId, request)) return []
  return needsOf(request.guard).flatMap((need, index) =>
    isAmong(userId, peopleFor(need, request), members) ? [index] : [],
  )
}

/**
 * Of those who have voted: what they can fill under this guard. Whoever may still be in a group that cannot be read just
 * now keeps the place: the vote was looked at when it was given.
 */
export function fillsOfVoters(
  { votes, ...request }: Pick<ResetRequest, 'guard' | 'escalated' | 'votes' | 'requester'>,
  members: GroupMembers,
): Record<string, number[]> {
  const needs = needsOf(request.guard)
  return Object.fromEntries(
    votes.map(({ by }) => [
      by,
      needs.flatMap((need, index) => {
        if (isBarredAsRequester(by, request)) return []
        const people = peopleFor(need, request)
        const mayBe = people.some(id => isGroup(id) && (members.get(id) ?? null) === null)
        return mayBe || isAmong(by, people, members) ? [index] : []
      }),
    ]),
  )
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

/** Whether anything follows from another guard, or from votes that count otherwise. */
export function isReguarded(request: ResetRequest, guard: Guard, fills: Record<string, number[]>): boolean {
  const asBefore = request.votes.every(({ by, fills: had }) => `${had}` === `${fills[by] ?? []}`)
  return !asBefore || guardKey(request.guard) !== guardKey(guard)
}

/** The version says which policy was read, not what it asks for. */
function guardKey(guard: Guard): string {
  return JSON.stringify(guardSchema.omit({ version: true }).parse(guard))
}

/** All who may decide, break the glass or be asked besides: whose members have to be known. */
export function groupsOfGuard({ needs, breakGlass, escalation }: Guard): string[] {
  const people = [...needs.flatMap(({ from }) => from), ...breakGlass, ...(escalation?.to ?? [])]
  return [...new Set(people.filter(isGroup))]
}

/** Why a rule does not apply, for who wants to know which one does. */
export type Consideration = { rule: string; effect: Rule['effect'] } & (
  | { applies: true }
  | { applies: false; because: 'instance' | 'group' | 'topics' | 'people' | 'channel' }
)

export function considered(policy: Policy, asking: Asking, members: GroupMembers): Consideration[] {
  return policy.rules.map(rule => {
    const named = { rule: rule.name, effect: rule.effect }
    const because = obstacleIn(rule, asking, members)
    return because === null ? { ...named, applies: true } : { ...named, applies: false, because }
  })
}

function obstacleIn(rule: Rule, asking: Asking, members: GroupMembers) {
  const { match } = rule
  if (!fits(asking.target.instanceId, match.instances)) return 'instance'
  if (!fits(asking.target.group, match.groups)) return 'group'
  const channels = rule.effect === 'deny' ? rule.channels : rule.request.channels
  const isInChannel = isIn(asking.channel, channels)
  if (rule.effect === 'deny') {
    if (denies(rule, asking, members)) return null
    if (!denies({ ...rule, people: [EVERYBODY], channels: null }, asking, members)) return 'topics'
    return isInChannel ? 'people' : 'channel'
  }
  if (!covers(match, asking)) return 'topics'
  if (!isAmong(asking.requester, rule.request.people, members)) return 'people'
  return isInChannel ? null : 'channel'
}

// Which rules of a policy apply to what somebody wants, and what of it keeps each of the others from applying. Pure.

import { fits } from './name-pattern.ts'
import {
  type Asking,
  covers,
  denies,
  EVERYBODY,
  type GroupMembers,
  isAmong,
  isIn,
  type Policy,
  type Rule,
} from './policy.ts'

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

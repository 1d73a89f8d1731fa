// Whom and which channels a policy names, and by which rules. Pure.

import { EVERYBODY, type Policy, type Rule } from './policy.ts'
import { isServiceAccount } from './service-account.ts'

/** A user (`U…`, `W…`), a user group (`S…`) or a channel (`C…`, `G…`, `D…`), as Slack writes their ids. */
export interface NamedId {
  id: string
  /** In the order of the policy. */
  rules: string[]
}

/** Each once, in the order of the policy. */
export function namedIn(policy: Policy): NamedId[] {
  return namedWhere(policy, id => !isServiceAccount(id))
}

/** Likewise of service accounts, which Slack does not know. */
export function accountsNamedIn(policy: Policy): NamedId[] {
  return namedWhere(policy, isServiceAccount)
}

function namedWhere({ rules }: Policy, isMeant: (id: string) => boolean): NamedId[] {
  const byId = new Map<string, NamedId>()
  for (const rule of rules) {
    for (const id of new Set(idsOf(rule).filter(isMeant))) {
      const named = byId.get(id) ?? { id, rules: [] }
      named.rules.push(rule.name)
      byId.set(id, named)
    }
  }
  return [...byId.values()]
}

function idsOf(rule: Rule): string[] {
  const ids =
    rule.effect === 'deny'
      ? [...rule.people, ...(rule.channels ?? [])]
      : [
          ...[...rule.request.people, ...(rule.request.channels ?? [])],
          ...[...rule.needs, ...rule.limits.flatMap(({ needs }) => needs)].flatMap(({ from }) => from),
          ...[...(rule.escalation?.to ?? []), ...rule.breakGlass, ...rule.tell],
          ...(rule.card === null ? [] : [rule.card]),
        ]
  return ids.filter(id => id !== EVERYBODY)
}

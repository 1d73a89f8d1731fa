// What a policy says, as people write it, and what it means. Pure; reading it is elsewhere, and policy-schema.ts says what
// it may hold.

import { issueWords } from './file-words.ts'
import type { Need } from './guard.ts'
import {
  type AllowRule,
  type DenyRule,
  EVERYBODY,
  isGroup,
  type Limit,
  type Policy,
  type Rule,
} from './policy.ts'
import {
  type AllowFile,
  allowFile,
  type DenyFile,
  denyFile,
  EVERYONE,
  type NeedFile,
  personId,
  policyFile,
  problemsIn,
  type WindowFile,
} from './policy-schema.ts'
import { isServiceAccount } from './service-account.ts'
import type { Window } from './window.ts'

export type PolicyOutcome = { ok: true; policy: Policy } | { ok: false; problems: string[] }

/** @param version tells this policy from another in the audit, like a hash of the file */
export function readPolicy(content: unknown, version: string): PolicyOutcome {
  const file = policyFile.safeParse(content, { error: issueWords })
  if (!file.success) return { ok: false, problems: problemsIn(file.error) }
  const { teams } = file.data
  const problems: string[] = []
  for (const name of Object.keys(teams).filter(each => personId.test(each) || each === EVERYONE)) {
    problems.push(`teams.${name} must have another name: it would be taken for an id, or for everyone`)
  }
  const rules = file.data.rules.flatMap((rule, index): Rule[] => {
    const at = [`rules.${index}`]
    const read = (isDeny(rule) ? denyFile : allowFile).safeParse(rule, { error: issueWords })
    if (!read.success) {
      problems.push(...problemsIn(read.error, at))
      return []
    }
    const membersOf = (named: readonly string[], where: string) =>
      named.flatMap(id => {
        if (id === EVERYONE) return [EVERYBODY]
        if (isServiceAccount(id)) return [id]
        const team = Object.hasOwn(teams, id) ? teams[id] : undefined
        if (team === undefined && !personId.test(id)) {
          problems.push(`${at}.${where} names ${id}, which is no id and no team of this file`)
        }
        return team ?? [id]
      })
    return [ruleOf(read.data, membersOf)]
  })
  const names = rules.map(({ name }) => name)
  for (const name of new Set(names.filter((each, index) => names.indexOf(each) !== index))) {
    problems.push(`rules: two of them are called ${name}`)
  }
  for (const rule of rules) {
    if (rule.effect === 'allow') problems.push(...needsNobodyCanFill(rule))
    if (rule.effect === 'allow' && rule.escalation !== null && rule.expiryMs !== null) {
      if (rule.escalation.afterMs >= rule.expiryMs)
        problems.push(`rule ${rule.name} expires before it escalates`)
    }
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, policy: { version, rules } }
}

/** Of people who are all named; who is in a user group, nobody knows here. */
function needsNobodyCanFill({ name, needs, limits }: AllowRule): string[] {
  const all = [...needs, ...limits.flatMap(limit => limit.needs)]
  return all.flatMap(({ from, count: approvals }) => {
    const people = new Set(from)
    const isOpen = from.some(id => id === EVERYBODY || isGroup(id))
    return isOpen || people.size >= approvals
      ? []
      : [`rule ${name} asks for ${approvals} approvals of ${people.size}: ${[...people].join(', ')}`]
  })
}

function isDeny(rule: unknown): boolean {
  return typeof rule === 'object' && rule !== null && 'deny' in rule
}

type MembersOf = (named: readonly string[], where: string) => string[]

function ruleOf(file: AllowFile | DenyFile, membersOf: MembersOf): Rule {
  const { name, match } = file
  if ('deny' in file) {
    const { people: named, channels = null, deny: reason } = file
    return {
      effect: 'deny',
      name,
      match,
      people: membersOf(named, 'people'),
      channels,
      reason,
    } satisfies DenyRule
  }
  const needsIn = (needs: readonly NeedFile[], where: string): Need[] =>
    needs.map(({ from, count: approvals }) => ({
      label: from.filter(id => !personId.test(id)).join(', '),
      from: membersOf(from, where),
      count: approvals,
    }))
  const { request, window, escalate } = file
  return {
    effect: 'allow',
    name,
    match,
    request: { people: membersOf(request.people, 'request.people'), channels: request.channels ?? null },
    needs: needsIn(file.approve, 'approve'),
    ownVote: file['own-vote'],
    limits: file.limits.map(({ above, approve, 'type-group': typedGroup }): Limit => {
      const { skips, replays, partitions = null } = above
      const needs = needsIn(approve, 'limits')
      return {
        above: { skips: bigOrNull(skips), replays: bigOrNull(replays), partitions },
        typedGroup,
        needs,
      }
    }),
    window: window === undefined ? null : windowOf(window),
    expiryMs: file.expires ?? null,
    reminders: file.remind,
    escalation:
      escalate === undefined
        ? null
        : {
            afterMs: escalate.after,
            label: escalate.to.filter(id => !personId.test(id)).join(', '),
            to: membersOf(escalate.to, 'escalate.to'),
          },
    card: file.card ?? null,
    tell: file.tell,
    breakGlass: membersOf(file['break-glass'] ?? [], 'break-glass'),
    decideOnBounds: file['decide-on-bounds'],
    ...(file.watch === undefined ? {} : { watchMs: file.watch }),
  } satisfies AllowRule
}

function bigOrNull(value: number | undefined): bigint | null {
  return value === undefined ? null : BigInt(value)
}

function windowOf({ days, hours, zone }: WindowFile): Window {
  return { days, ...hours, zone }
}

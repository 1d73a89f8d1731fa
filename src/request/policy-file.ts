// What a policy says, as people write it: the one schema of the file, and what it means. Pure; reading it is elsewhere.
// Every problem is named with its place, so that nobody finds out in production.

import { z } from 'zod'
import {
  type AllowRule,
  type DenyRule,
  EVERYBODY,
  isGroup,
  type Limit,
  type Policy,
  type Rule,
} from './policy.ts'
import type { Need } from './request.ts'
import type { Window } from './window.ts'
import { isPlaceOrUtc } from './zone.ts'

const UNITS_MS: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000 }
const DAY_NAMES = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const EVERYONE = 'everyone'
/** More would be a mistake: nobody finds so many colleagues for one reset. */
const MOST_APPROVALS = 10

const duration = z
  .string()
  .regex(/^[1-9]\d{0,4}[mhd]$/, 'must be a number with m, h or d, like 30m or 12h')
  .transform(text => Number(text.slice(0, -1)) * (UNITS_MS[text.slice(-1)] as number))

const oneOrMore = <T extends z.ZodType>(item: T) =>
  z.union([z.array(item).min(1), item.transform(one => [one])])
const glob = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[^\s[\]{}]+$/, 'must be a name, which may hold * and ?')
const globs = oneOrMore(glob)
const channel = z.string().regex(/^[CGD][A-Z0-9_]+$/, 'must be a channel id, like C0123ABCD')
const personId = /^[UWS][A-Z0-9_]{2,}$/
/** A user id, a user-group id, or the name of a team in this file. */
const who = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9 _.-]*$/, 'must be a user id, a user-group id or a team')
const people = oneOrMore(who)
const count = z.int().min(1).max(MOST_APPROVALS)
const need = z.strictObject({ from: people, count: count.default(1) })
const whole = z.int().min(0).max(Number.MAX_SAFE_INTEGER)

const matchFile = z.strictObject({
  instances: globs.default([EVERYBODY]),
  groups: globs.default([EVERYBODY]),
  topics: globs.default([EVERYBODY]),
})

const limitFile = z
  .strictObject({
    above: z
      .strictObject({ skips: whole.optional(), replays: whole.optional(), partitions: whole.optional() })
      .refine(above => Object.keys(above).length > 0, 'must name skips, replays or partitions'),
    'type-group': z.boolean().default(false),
    approve: z.array(need).default([]),
  })
  .refine(
    limit => limit['type-group'] || limit.approve.length > 0,
    'must ask for more: type-group or approve',
  )

const windowFile = z.strictObject({
  days: z
    .string()
    .regex(/^[a-z]{3}(?:\s*[-,]\s*[a-z]{3})*$/i, 'must look like mon-fri or mon, wed')
    .transform(daysIn),
  hours: z
    .string()
    .regex(/^(?:[01]\d|2[0-4]):[0-5]\d\s*-\s*(?:[01]\d|2[0-4]):[0-5]\d$/, 'must look like 09:00-18:00')
    .transform(hoursIn),
  zone: z.string().refine(isPlaceOrUtc, 'must be a time zone, like Asia/Shanghai'),
})

const allowFile = z.strictObject({
  name: z.string().trim().min(1).max(100),
  match: matchFile.prefault({}),
  request: z
    .strictObject({ people: people.default([EVERYONE]), channels: oneOrMore(channel).optional() })
    .prefault({}),
  approve: z.array(need).min(1),
  'own-vote': z.boolean().default(false),
  limits: z.array(limitFile).default([]),
  window: windowFile.optional(),
  expires: duration.optional(),
  remind: z
    .array(duration)
    .max(10)
    .refine(hasBackOff, 'must grow: each at least as long after the one before as that was after its own')
    .default([]),
  escalate: z.strictObject({ after: duration, to: people }).optional(),
  card: channel.optional(),
  tell: oneOrMore(z.string().regex(/^[CGUW][A-Z0-9_]+$/, 'must be a channel or user id')).default([]),
  'break-glass': people.optional(),
})

const denyFile = z.strictObject({
  name: z.string().trim().min(1).max(100),
  deny: z.string().trim().min(1).max(300),
  match: matchFile.prefault({}),
  people: people.default([EVERYONE]),
  channels: oneOrMore(channel).optional(),
})

const policyFile = z.strictObject({
  version: z.literal(1, 'must be 1'),
  teams: z
    .record(who, oneOrMore(z.string().regex(personId, 'must be a user id or a user-group id')))
    .default({}),
  rules: z.array(z.unknown()).min(1, 'must hold a rule: what no rule covers is refused'),
})

export type PolicyOutcome = { ok: true; policy: Policy } | { ok: false; problems: string[] }

/** @param version tells this policy from another in the audit, like a hash of the file */
export function readPolicy(content: unknown, version: string): PolicyOutcome {
  const file = policyFile.safeParse(content)
  if (!file.success) return { ok: false, problems: problemsIn(file.error) }
  const { teams } = file.data
  const problems: string[] = []
  for (const name of Object.keys(teams).filter(each => personId.test(each) || each === EVERYONE)) {
    problems.push(`teams.${name} must have another name: it would be taken for an id, or for everyone`)
  }
  const rules = file.data.rules.flatMap((rule, index): Rule[] => {
    const at = [`rules.${index}`]
    const read = isDeny(rule) ? denyFile.safeParse(rule) : allowFile.safeParse(rule)
    if (!read.success) {
      problems.push(...problemsIn(read.error, at))
      return []
    }
    const membersOf = (named: readonly string[], where: string) =>
      named.flatMap(id => {
        if (id === EVERYONE) return [EVERYBODY]
        const team = teams[id]
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

function ruleOf(file: z.output<typeof allowFile> | z.output<typeof denyFile>, membersOf: MembersOf): Rule {
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
  const needsIn = (needs: readonly z.output<typeof need>[], where: string): Need[] =>
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
  } satisfies AllowRule
}

function bigOrNull(value: number | undefined): bigint | null {
  return value === undefined ? null : BigInt(value)
}

function windowOf({ days, hours, zone }: z.output<typeof windowFile>): Window {
  return { days, ...hours, zone }
}

/** `mon-fri, sun` */
function daysIn(text: string, context: z.RefinementCtx): number[] {
  const days = text.split(',').flatMap(part => {
    const [from = -1, until = from] = part.split('-').map(day => DAY_NAMES.indexOf(day.trim().toLowerCase()))
    if (from < 0 || until < 0 || part.split('-').length > 2) return [-1]
    const length = ((until - from + 7) % 7) + 1
    return Array.from({ length }, (_, index) => (from + index) % 7)
  })
  if (!days.includes(-1)) return [...new Set(days)].sort()
  context.addIssue({ code: 'custom', message: 'must look like mon-fri or mon, wed' })
  return z.NEVER
}

function hoursIn(text: string, context: z.RefinementCtx): Pick<Window, 'fromMinute' | 'untilMinute'> {
  const [fromMinute = 0, untilMinute = 0] = text.split('-').map(time => {
    const [hours, minutes] = time.trim().split(':').map(Number)
    return (hours ?? 0) * 60 + (minutes ?? 0)
  })
  if (fromMinute !== untilMinute && fromMinute < 24 * 60 && untilMinute <= 24 * 60)
    return { fromMinute, untilMinute }
  context.addIssue({ code: 'custom', message: 'must be two times of the day, like 09:00-18:00' })
  return z.NEVER
}

function hasBackOff(times: readonly number[]): boolean {
  const gaps = times.map((time, index) => time - (times[index - 1] ?? 0))
  return gaps.every((gap, index) => gap > 0 && gap >= (gaps[index - 1] ?? 0))
}

function problemsIn(error: z.ZodError, at: readonly string[] = []): string[] {
  return error.issues.map(issue => `${[...at, ...issue.path].join('.') || 'the file'} ${wordsOf(issue)}`)
}

function wordsOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'unrecognized_keys':
      return `must not hold ${issue.keys.join(', ')}`
    case 'invalid_union': {
      const deepest = issue.errors.flat().find(({ code }) => code !== 'invalid_type')
      return deepest === undefined ? issue.message : wordsOf(deepest)
    }
    default:
      return issue.message
  }
}

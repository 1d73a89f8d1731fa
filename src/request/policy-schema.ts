// What the file of a policy may hold: the one schema of it. Pure. Whatever is wrong is named by its place, with what was
// expected there, so that nobody finds out in production.

import { z } from 'zod'
import { issueWords } from './file-words.ts'
import { ANY_NAME, PATTERN_MAX } from './name-pattern.ts'
import { clip } from './reset.ts'
import { isServiceAccount } from './service-account.ts'
import type { Window } from './window.ts'
import { canonicalZone, isPlaceOrUtc, isZone } from './zone.ts'

const UNITS_MS: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000 }
const DAY_NAMES = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
export const EVERYONE = 'everyone'
/** The same as of the setting WATCH. */
const LONGEST_WATCH_MS = 7 * 86_400_000
/** More would be a mistake: nobody finds so many colleagues for one reset. */
const MOST_APPROVALS = 10

/** Of the places of a file, what is expected there, with an example: nobody is told that something is just invalid. */
const EXPECTED = {
  file: 'must hold version, teams and rules, like the example in docs/policy.md',
  duration: 'must be a number with m, h or d, like 30m or 12h',
  pattern: "must be a name in quotes, in which * and ? stand for others, like 'orders-*'",
  channel: 'must be a channel id, like C0123ABCD',
  who: 'must be a user id, a user-group id or a team, like U0123ABCD or platform',
  asker:
    'must be a user id, a user-group id, a team or a service account, like U0123ABCD, platform or svc:deploys',
  member: 'must be a user id or a user-group id, like U0123ABCD or S0123ABCD',
  told: 'must be a channel or user id, like C0123ABCD or U0123ABCD',
  count: 'must be a whole number from 1 to 10, like 2',
  above: 'must be a whole number, like 1000',
  yesNo: 'must be true or false',
  name: 'must be a name of at most 100 characters, like orders in production',
  reason: 'must say why in at most 300 characters, like The payments team resets these itself.',
  match: "must hold instances, groups or topics, like { groups: 'orders-*' }",
  request: 'must hold people or channels, like { people: [orders], channels: [C0123ABCD] }',
  need: 'must say whose approval it is, like { from: orders, count: 1 }',
  needs: 'must be a list of whose approval it takes, like [{ from: orders }]',
  limit: 'must say above what it asks for what, like { above: { skips: 1000 }, type-group: true }',
  limits: 'must be a list, like [{ above: { skips: 1000 }, type-group: true }]',
  limited: 'must name skips, replays or partitions, like { skips: 1000 }',
  window:
    "must hold days, hours and a zone, like { days: mon-fri, hours: '09:00-18:00', zone: Asia/Shanghai }",
  days: 'must look like mon-fri or mon, wed',
  hours: 'must look like 09:00-18:00, or 22:00-04:00 for over midnight, in quotes',
  zone: 'must be a time zone by its area and a city, like Asia/Shanghai, or UTC',
  watch: 'must be off, or a number with m, h or d of at most 7 days, like 30m or 4h',
  remind: 'must be a list of at most 10 times, like [30m, 2h, 5h]',
  escalate: 'must say after how long to ask whom, like { after: 8h, to: platform }',
  version: 'must be 1',
  teams: 'must hold ids by the name of each team, like { orders: [S0123ABCD] }',
  rules: 'must be a list of rules, like [{ name: all, approve: [{ from: U0123ABCD }] }]',
  rule: 'must be a rule, with a name and approve or deny, like { name: all, approve: [{ from: U0123ABCD }] }',
} as const

const duration = z
  .string(EXPECTED.duration)
  .regex(/^[1-9]\d{0,4}[mhd]$/, EXPECTED.duration)
  .transform(text => Number(text.slice(0, -1)) * (UNITS_MS[text.slice(-1)] as number))

/** One alone needs no brackets. Each that is wrong is named by its place in the list. */
function oneOrMore<Item extends z.ZodType>(item: Item, expected: string) {
  return z.unknown().transform((value, context): z.output<Item>[] => {
    const isList = Array.isArray(value)
    const listed: unknown[] = isList ? value : [value]
    const read = listed.map(each => item.safeParse(each, { error: issueWords }))
    if (listed.length === 0) context.addIssue({ code: 'custom', message: expected })
    read.forEach(({ error }, index) => {
      for (const issue of error?.issues ?? []) {
        const path = [...(isList ? [index] : []), ...issue.path]
        context.addIssue({ code: 'custom', path, message: wordsOf(issue) })
      }
    })
    return read.flatMap(({ data }) => (data === undefined ? [] : [data]))
  })
}

const pattern = z.string(EXPECTED.pattern).min(1, EXPECTED.pattern).max(PATTERN_MAX, EXPECTED.pattern)
const patterns = oneOrMore(pattern, EXPECTED.pattern).default([ANY_NAME])
const channel = z.string(EXPECTED.channel).regex(/^[CGD][A-Z0-9_]+$/, EXPECTED.channel)
const channels = oneOrMore(channel, EXPECTED.channel)
export const personId = /^[UWS][A-Z0-9_]{2,}$/
/** Letters of every script; some count as letters that nobody sees. */
const TEAM_NAME = /^(?=[\p{L}\p{N}])(?:(?!\p{Default_Ignorable_Code_Point})[\p{L}\p{M}\p{N} _.-])*$/u
/** A user id, a user-group id, or the name of a team in this file. */
const who = z.string(EXPECTED.who).regex(TEAM_NAME, EXPECTED.who)
const people = oneOrMore(who, EXPECTED.who)
/** Who may ask, or may not; a service account is nobody who decides or is told. */
const asker = z
  .string(EXPECTED.asker)
  .refine(each => TEAM_NAME.test(each) || isServiceAccount(each), EXPECTED.asker)
const askers = oneOrMore(asker, EXPECTED.asker)
const count = z.int(EXPECTED.count).min(1, EXPECTED.count).max(MOST_APPROVALS, EXPECTED.count)
const need = z.strictObject({ from: people, count: count.default(1) }, EXPECTED.need)
const needs = z.array(need, EXPECTED.needs)
const whole = z
  .int(EXPECTED.above)
  .min(0, EXPECTED.above)
  .max(Number.MAX_SAFE_INTEGER, EXPECTED.above)
  .optional()
const yesNo = z.boolean(EXPECTED.yesNo)

const matchFile = z.strictObject({ instances: patterns, groups: patterns, topics: patterns }, EXPECTED.match)

const limitFile = z
  .strictObject(
    {
      above: z
        .strictObject({ skips: whole, replays: whole, partitions: whole }, EXPECTED.limited)
        .refine(above => Object.values(above).some(each => each !== undefined), EXPECTED.limited),
      'type-group': yesNo.default(false),
      approve: needs.default([]),
    },
    EXPECTED.limit,
  )
  .refine(
    limit => limit['type-group'] || limit.approve.length > 0,
    'must ask for more: type-group or approve',
  )

const windowFile = z.strictObject(
  {
    days: z
      .string(EXPECTED.days)
      .regex(/^[a-z]{3}(?:\s*[-,]\s*[a-z]{3})*$/i, EXPECTED.days)
      .transform(daysIn),
    hours: z
      .string(EXPECTED.hours)
      .regex(/^(?:[01]\d|2[0-4]):[0-5]\d\s*-\s*(?:[01]\d|2[0-4]):[0-5]\d$/, EXPECTED.hours)
      .transform(hoursIn),
    zone: z.string(EXPECTED.zone).refine(isPlaceOrUtc, { error: ({ input }) => wrongZone(`${input}`) }),
  },
  EXPECTED.window,
)

const ruleName = z.string(EXPECTED.name).trim().min(1, EXPECTED.name).max(100, EXPECTED.name)

export const allowFile = z.strictObject(
  {
    name: ruleName,
    match: matchFile.prefault({}),
    request: z
      .strictObject({ people: askers.default([EVERYONE]), channels: channels.optional() }, EXPECTED.request)
      .prefault({}),
    approve: needs.min(1, EXPECTED.needs),
    'own-vote': yesNo.default(false),
    limits: z.array(limitFile, EXPECTED.limits).default([]),
    window: windowFile.optional(),
    expires: duration.optional(),
    remind: z
      .array(duration, EXPECTED.remind)
      .max(10, EXPECTED.remind)
      .refine(hasBackOff, 'must grow: each at least as long after the one before as that was after its own')
      .default([]),
    escalate: z.strictObject({ after: duration, to: people }, EXPECTED.escalate).optional(),
    card: channel.optional(),
    tell: oneOrMore(
      z.string(EXPECTED.told).regex(/^[CGUW][A-Z0-9_]+$/, EXPECTED.told),
      EXPECTED.told,
    ).default([]),
    'break-glass': people.optional(),
    'decide-on-bounds': yesNo.default(false),
    watch: z
      .union([z.literal('off').transform(() => 0), duration], EXPECTED.watch)
      .refine(ms => ms <= LONGEST_WATCH_MS, EXPECTED.watch)
      .optional(),
  },
  EXPECTED.rule,
)

export const denyFile = z.strictObject(
  {
    name: ruleName,
    deny: z.string(EXPECTED.reason).trim().min(1, EXPECTED.reason).max(300, EXPECTED.reason),
    match: matchFile.prefault({}),
    people: askers.default([EVERYONE]),
    channels: channels.optional(),
  },
  EXPECTED.rule,
)

export const policyFile = z.strictObject(
  {
    version: z.literal(1, EXPECTED.version),
    teams: z
      .record(
        who,
        oneOrMore(z.string(EXPECTED.member).regex(personId, EXPECTED.member), EXPECTED.member),
        EXPECTED.teams,
      )
      .default({}),
    rules: z.array(z.unknown(), EXPECTED.rules).min(1, 'must hold a rule: what no rule covers is refused'),
  },
  EXPECTED.file,
)

export type AllowFile = z.output<typeof allowFile>
export type DenyFile = z.output<typeof denyFile>
export type NeedFile = z.output<typeof need>
export type WindowFile = z.output<typeof windowFile>

/** `mon-fri, sun` */
function daysIn(text: string, context: z.RefinementCtx): number[] {
  const days = text.split(',').flatMap(part => {
    const [from = -1, until = from] = part.split('-').map(day => DAY_NAMES.indexOf(day.trim().toLowerCase()))
    if (from < 0 || until < 0 || part.split('-').length > 2) return [-1]
    const length = ((until - from + 7) % 7) + 1
    return Array.from({ length }, (_, index) => (from + index) % 7)
  })
  if (!days.includes(-1)) return [...new Set(days)].sort()
  context.addIssue({ code: 'custom', message: EXPECTED.days })
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

export function problemsIn(error: z.ZodError, at: readonly string[] = []): string[] {
  return error.issues.map(issue => `${[...at, ...issue.path].join('.') || 'the file'} ${wordsOf(issue)}`)
}

function wordsOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'unrecognized_keys':
      // Instead of what the schema expects there: only this says which.
      return issueWords(issue as z.core.$ZodRawIssue)
    case 'invalid_key':
      return 'must have a name of letters, digits, blanks and _.-, with a letter or a digit first, like orders or data platform'
    default:
      return issue.message
  }
}

/** `CST` is known to every machine, and is another place's to everybody. */
function wrongZone(zone: string): string {
  const quoted = JSON.stringify(clip(zone, 100))
  const why = isZone(zone)
    ? `${quoted} is ${canonicalZone(zone)} here, whatever it means to you`
    : `there is no ${quoted}`
  return `${EXPECTED.zone}: ${why}`
}

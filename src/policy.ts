// The commands about a policy's file: whether it can be used, and which rule decides on what somebody wants and why.
// They read the file and nothing else: no Slack, no store. So who is in a user group has to be said.

import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { loadPolicy } from './adapters/policy/policy-file.ts'
import { readPolicyFile } from './config.ts'
import { type Consideration, considered } from './request/consideration.ts'
import type { Need } from './request/guard.ts'
import {
  type AllowRule,
  type Asking,
  type GroupMembers,
  isAmong,
  isGroup,
  type Policy,
  rulingOn,
} from './request/policy.ts'
import { type Opening, openingsIn, type Window } from './request/window.ts'

const USAGE = `policy check [FILE]     Says whether the file can be used, and what is wrong where it cannot.
policy explain [FILE] --user U… --instance ID --group NAME [--topic NAME]… [--channel C…] [--member-of S…]…
                        Says which rule decides on such a request and why. Exits 1 where it would be refused.
Without FILE it is the one that POLICY_FILE names. Both read that file and ask nobody, so that --member-of has to say
which user groups the person is in.`

export interface Said {
  lines: string[]
  code: 0 | 1 | 2
}

/** @param file that POLICY_FILE names, if any */
export function runPolicyCommand(
  args: readonly string[],
  file: string | undefined,
  nowMs: number = Date.now(),
): Said {
  if (args.some(arg => arg === '--help' || arg === 'help')) return { lines: [USAGE], code: 0 }
  const given = argumentsIn(args)
  if (given === null) return { lines: [USAGE], code: 2 }
  const { command, options, path = file } = given
  if (path === undefined) return { lines: ['Name a file, or set POLICY_FILE.', USAGE], code: 2 }
  const read = loadPolicy(path)
  if (!read.ok) return { lines: [...read.problems.map(problem => `${path}: ${problem}`)], code: 1 }
  const { policy } = read
  if (command === 'check') {
    const rules = policy.rules.flatMap(rule => [
      `  ${rule.effect === 'deny' ? 'deny ' : 'allow'} ${rule.name}`,
      ...(rule.effect === 'allow' && rule.window !== null ? weeksOf(rule.window, nowMs) : []),
    ])
    return {
      lines: [
        `${path} can be used: version ${policy.version}, ${policy.rules.length === 1 ? '1 rule' : `${policy.rules.length} rules`}.`,
        ...rules,
      ],
      code: 0,
    }
  }
  const { user, instance, group, topic = [], channel = null, 'member-of': memberOf = [] } = options
  if (user === undefined || instance === undefined || group === undefined) {
    return { lines: ['explain needs --user, --instance and --group.', USAGE], code: 2 }
  }
  const asking = { target: { instanceId: instance, group }, topics: topic, requester: user, channel }
  return explain(policy, asking, memberOf)
}

function argumentsIn(args: readonly string[]) {
  const text = { type: 'string' } as const
  const texts = { type: 'string', multiple: true } as const
  try {
    const { values: options, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { user: text, instance: text, group: text, channel: text, topic: texts, 'member-of': texts },
    })
    const [command, path] = positionals
    if ((command !== 'check' && command !== 'explain') || positionals.length > 2) return null
    return { command, options, path }
  } catch {
    return null
  }
}

function explain(policy: Policy, asking: Asking, memberOf: readonly string[]): Said {
  const members: GroupMembers = new Map(
    groupsIn(policy).map(group => [group, memberOf.includes(group) ? [asking.requester] : []]),
  )
  const ruling = rulingOn(policy, asking, members)
  const { requester, target } = asking
  // A name may hold blanks and quotes.
  const what = `${requester} asking for ${JSON.stringify(target.group)} on ${JSON.stringify(target.instanceId)}`
  const rules = considered(policy, asking, members).map(considerationLine)
  const heads =
    ruling.kind === 'allowed'
      ? [`${what}: allowed by "${ruling.rule.name}".`, ...termsOf(ruling.rule, requester, members)]
      : [`${what}: refused. ${REFUSED[ruling.why](ruling.rule ?? '', ruling.reason)}`]
  return {
    lines: [
      ...heads,
      `Rules of version ${policy.version}, in their order:`,
      ...rules,
      ...(memberOf.length === 0
        ? ['Every user group counts as empty here; say --member-of S… for one they are in.']
        : []),
    ],
    code: ruling.kind === 'allowed' ? 0 : 1,
  }
}

const REFUSED = {
  denied: (rule: string, reason: string) => `"${rule}" denies it: ${reason}`,
  nothingMatches: () => 'No rule covers this instance, group and topics, and what no rule covers is refused.',
  // Of each group it is said who is in it.
  unreadable: (rule: string) => `"${rule}" asks about a group that is not known.`,
  notInChannel: (rule: string) => `"${rule}" covers it, but not from this channel.`,
  notRequester: (rule: string) => `"${rule}" covers it, but not for this person.`,
  // The file says nothing of it.
  instanceLeftOut: () => 'The settings leave this instance out.',
}

function groupsIn({ rules }: Policy): string[] {
  const people = rules.flatMap(rule =>
    rule.effect === 'deny'
      ? rule.people
      : [
          ...rule.request.people,
          ...rule.breakGlass,
          ...(rule.escalation?.to ?? []),
          ...[...rule.needs, ...rule.limits.flatMap(({ needs }) => needs)].flatMap(({ from }) => from),
        ],
  )
  return [...new Set(people.filter(isGroup))]
}

function termsOf(rule: AllowRule, requester: string, members: GroupMembers): string[] {
  const { limits, window, ownVote, breakGlass } = rule
  return [
    `  approvals: ${needsInWords(rule.needs)}${ownVote ? '; their own vote counts' : ''}`,
    ...limits.map(({ above, typedGroup, needs }) => {
      const than = Object.entries(above).flatMap(([what, count]) =>
        count === null ? [] : [`more than ${count} ${WHAT[what as keyof typeof above]}`],
      )
      const more = [
        ...(typedGroup ? ['the group’s name typed'] : []),
        ...(needs.length > 0 ? [needsInWords(needs)] : []),
      ]
      return `  with ${than.join(' or ')}: also ${more.join(', and ')}`
    }),
    ...(window === null ? [] : [`  runs only ${windowInWords(window)}`]),
    ...(isAmong(requester, breakGlass, members) ? ['  may break the glass'] : []),
    ...(rule.decideOnBounds ? ['  a plan that takes long can be approved on its bounds'] : []),
    ...(rule.watchMs === undefined
      ? []
      : [`  after a reset the group is watched ${watchInWords(rule.watchMs)}`]),
  ]
}

function watchInWords(watchMs: number): string {
  return watchMs === 0 ? 'for no time' : `for ${watchMs / 60_000} min`
}

const WHAT = { skips: 'messages skipped', replays: 'messages replayed', partitions: 'partitions' }

function needsInWords(needs: readonly Need[]): string {
  return needs.map(({ label, from, count }) => `${count} of ${label || from.join(', ')}`).join(' and ')
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

function windowInWords({ days, fromMinute, untilMinute, zone }: Window): string {
  const time = (minute: number) =>
    `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
  return `${days.map(day => DAYS[day]).join(', ')} ${time(fromMinute)}–${time(untilMinute)} ${zone}`
}

const DAY_MS = 86_400_000
const WEEK_MS = 7 * DAY_MS
/** 5 January 1970 was a Monday. */
const A_MONDAY_MS = 4 * DAY_MS

/** What a window is in UTC, this week and next: clocks that are changed, and zones, surprise people. */
function weeksOf(window: Window, nowMs: number): string[] {
  const thisMs = nowMs - ((nowMs - A_MONDAY_MS) % WEEK_MS)
  const nextMs = thisMs + WEEK_MS
  // With what began the week before, and with the end of what begins next week.
  const [fromMs, untilMs] = [thisMs - WEEK_MS, nextMs + 2 * WEEK_MS]
  const openings = openingsIn(window, fromMs, untilMs)
  const inWords = (each: Opening[]) => each.map(openingInWords).join(', ') || 'never'
  const runs = `        runs only ${windowInWords(window)}`
  if (openings.some(each => each.fromMs === fromMs && each.untilMs === untilMs)) {
    return [`${runs}, which is at any time`]
  }
  return [
    `${runs}, which is in UTC`,
    `          this week: ${inWords(openings.filter(each => each.untilMs > thisMs && each.fromMs < nextMs))}`,
    `          next week: ${inWords(openings.filter(each => each.fromMs >= nextMs && each.fromMs < nextMs + WEEK_MS))}`,
  ]
}

/** `Mon 2026-11-23 01:00–10:00` */
function openingInWords({ fromMs, untilMs }: Opening): string {
  const [day, until] = [dayInWords(fromMs), dayInWords(untilMs)]
  return `${day} ${timeInWords(fromMs)}–${day === until ? '' : `${until} `}${timeInWords(untilMs)}`
}

function dayInWords(timeMs: number): string {
  const time = new Date(timeMs)
  return `${DAYS[time.getUTCDay()]} ${time.toISOString().slice(0, 10)}`
}

function timeInWords(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(11, 16)
}

const BECAUSE = {
  instance: 'is not about this instance',
  group: 'is not about this group',
  topics: 'is not about these topics',
  people: 'is not about this person',
  channel: 'is not about this channel',
}

function considerationLine(each: Consideration): string {
  const { rule, effect } = each
  return `  ${effect === 'deny' ? 'deny ' : 'allow'} "${rule}" ${each.applies ? 'applies' : BECAUSE[each.because]}`
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const said = runPolicyCommand(process.argv.slice(2), readPolicyFile(process.env))
  const write = said.code === 0 ? console.log : console.error
  for (const line of said.lines) write(line)
  process.exitCode = said.code
}

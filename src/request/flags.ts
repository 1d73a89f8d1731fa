// The text after /reset-offsets, or the arguments of `requests ask`: the flags of kafka-consumer-groups.sh, turned into form
// fields. It never refuses and never guesses: what it did not understand is a problem beside them. Pure.

import type { FlagProblem } from './flag-problem.ts'
import { type ReadWords, readFlagWords, readWords } from './flag-words.ts'
import { nearestNames } from './nearest.ts'
import {
  clip,
  parseWhole,
  REASON_MAX,
  type ResetFields,
  type Strategy,
  splitPartitions,
  splitTopics,
} from './reset.ts'
import { plainlyTyped } from './typed.ts'

export interface Flags {
  fields: ResetFields
  /** One for each thing that could not be understood. */
  problems: FlagProblem[]
}

/** Of the text after the command; more than a reason and 500 topics of a usual length. */
const TEXT_MAX = 20_000

const STRATEGIES = {
  'shift-by': 'shift',
  'to-datetime': 'time',
  'by-duration': 'time',
  'to-earliest': 'earliest',
  'to-latest': 'latest',
  'to-offset': 'offset',
  'to-group': 'group',
  'from-file': 'offsets',
} as const satisfies Record<string, Strategy['kind']>
const VALUELESS = ['all-topics', 'allow-skip-to-end', 'to-earliest', 'to-latest']
/** Of Kafka's tool: what a request is until it is approved, and what Rewind knows without being told. */
const OF_ITS_RUN = ['dry-run', 'execute']
const NOT_NEEDED = ['reset-offsets', 'bootstrap-server', 'command-config', 'timeout', 'verbose']
/** Flags are few and short: what is as far apart as two names may be is another flag here. */
const FLAG_LIKENESS = 0.3
const LIKE_SWITCHES = [...OF_ITS_RUN, 'reset-offsets', 'verbose']
/** A reason needs no quotes, and topics may be listed with commas and spaces. */
const GREEDY = ['reason', 'topic']
const GRAMMAR = { valueless: [...VALUELESS, ...LIKE_SWITCHES], greedy: GREEDY }
const NAMES = ['instance', 'group', 'topic', 'reason', ...VALUELESS, ...Object.keys(STRATEGIES)]
/** As they are typed, for people. */
export const FLAGS_IN_HELP = [
  '--instance ID',
  '--group NAME',
  '--topic NAME[:0,2-5]',
  '--all-topics',
  '--reason "…"',
]
export const STRATEGIES_IN_HELP = [
  ...['--to-earliest', '--to-latest', '--shift-by -100', '--to-offset 42', '--by-duration PT2H'],
  ...['--to-datetime 2026-11-23T08:00:00Z', '--to-group NAME', '--from-file', '--allow-skip-to-end'],
]
/** A longer one cannot exist, and a shortened one would be another name. */
const LONGEST = { instance: 64, group: 255, 'to-group': 255 } as const

type StrategyFlag = keyof typeof STRATEGIES

export interface FlagRules {
  /** What --by-duration counts back from. */
  nowMs: number
  /** Whether the API can move some partitions of a topic, and each to an offset of its own. */
  writePartitions: boolean
}

export function parseFlags(text: string, rules: FlagRules): Flags {
  const read = text.slice(0, TEXT_MAX)
  const cut: FlagProblem[] = read === text ? [] : [{ kind: 'textCut', max: TEXT_MAX }]
  return flagsOf(readFlagWords(read, GRAMMAR), cut, rules)
}

/** The same flags, of the arguments of a process. @param words bounded by who has read them */
export function parseArguments(words: readonly string[], rules: FlagRules): Flags {
  return flagsOf(readWords(words, GRAMMAR), [], rules)
}

function flagsOf({ typed, stray, unclosed }: ReadWords, problems: FlagProblem[], rules: FlagRules): Flags {
  const fields: ResetFields = {}
  const chosen = new Map<StrategyFlag, Partial<ResetFields>>()
  if (unclosed) problems.push({ kind: 'quoteOpen' })

  for (const [name, values] of typed) {
    const given = values.filter(value => value !== '')
    if (OF_ITS_RUN.includes(name)) problems.push({ kind: 'ofItsRun', flag: name, lost: shortened(given) })
    else if (NOT_NEEDED.includes(name)) problems.push({ kind: 'notNeeded', flag: name })
    else if (!NAMES.includes(name)) {
      const nearest =
        name.length < 3 || name.length > 40 ? [] : nearestNames(name, NAMES, FLAG_LIKENESS).slice(0, 2)
      problems.push({ kind: 'unknown', flag: clip(name, 40), lost: shortened(given), nearest })
    } else if (VALUELESS.includes(name)) {
      if (given.length > 0) problems.push({ kind: 'takesNoValue', flag: name })
      else if (isStrategyFlag(name)) chosen.set(name, { strategy: STRATEGIES[name] })
      else if (name === 'all-topics') fields.scope = 'allTopics'
      else fields.skipToEnd = true
    } else if (name === 'from-file') chosen.set(name, readFromFile(given, rules, problems))
    else if (name !== 'topic') {
      const value = onlyValue(name, values, problems)
      // Said wrongly, it still is a choice: beside another one, neither may win.
      if (isStrategyFlag(name)) chosen.set(name, readStrategyFlag(name, value, rules, problems))
      else if (value !== null) readText(name, value, fields, problems)
    }
  }

  readTopics(typed.get('topic'), fields, problems, rules)
  if (chosen.size > 1) {
    problems.push({ kind: 'onlyOne', flags: [...chosen.keys()] })
  } else for (const strategy of chosen.values()) Object.assign(fields, strategy)
  dropUnused(fields, problems)
  if (stray.length > 0) {
    problems.push({ kind: 'stray', words: shortened(stray), left: Math.max(0, stray.length - WORDS_NAMED) })
  }
  return { fields, problems }
}

const WORDS_NAMED = 3

function shortened(values: readonly string[]): string[] {
  return values.slice(0, WORDS_NAMED).map(value => clip(value, 40))
}

function onlyValue(name: string, values: string[], problems: FlagProblem[]): string | null {
  const [value = '', ...others] = new Set(values)
  if (value === '') problems.push({ kind: 'needsValue', flag: name })
  else if (others.length > 0) problems.push({ kind: 'givenTwice', flag: name })
  else return value
  return null
}

/** Kafka's tool takes a path here; a file of somebody's machine cannot be reached from Slack. */
function readFromFile(given: string[], rules: FlagRules, problems: FlagProblem[]): Partial<ResetFields> {
  if (!rules.writePartitions) problems.push({ kind: 'needsPartitions', flag: 'from-file' })
  else if (given.length > 0) problems.push({ kind: 'takesNoPath', lost: shortened(given) })
  return rules.writePartitions ? { strategy: STRATEGIES['from-file'] } : {}
}

function readStrategyFlag(
  name: StrategyFlag,
  value: string | null,
  rules: FlagRules,
  problems: FlagProblem[],
): Partial<ResetFields> {
  if (name === 'to-group' && !rules.writePartitions) {
    problems.push({ kind: 'needsPartitions', flag: name })
    return {}
  }
  const read = value === null ? {} : readStrategy(name, value, rules.nowMs)
  if ('kind' in read) problems.push(read)
  return { strategy: STRATEGIES[name], ...('kind' in read ? {} : read) }
}

function isStrategyFlag(name: string): name is StrategyFlag {
  return Object.hasOwn(STRATEGIES, name)
}

function readText(name: string, value: string, fields: ResetFields, problems: FlagProblem[]): void {
  if (name === 'reason') {
    fields.reason = clip(value, REASON_MAX)
    if (fields.reason !== value) problems.push({ kind: 'reasonCut', max: REASON_MAX })
  } else if (name === 'instance' || name === 'group') {
    // An instance's id is plain ASCII; a group may be called anything.
    const meant = name === 'instance' ? plainlyTyped(value) : value
    if (meant.length <= LONGEST[name]) fields[name] = meant
    else problems.push({ kind: 'tooLong', flag: name, max: LONGEST[name] })
  }
}

/** What the chosen strategy has no use for. */
function dropUnused(fields: ResetFields, problems: FlagProblem[]): void {
  if (fields.skipToEnd !== undefined && fields.strategy !== 'time') {
    delete fields.skipToEnd
    problems.push({ kind: 'skipWithoutTime' })
  }
  if (fields.strategy === 'offsets' && (fields.scope !== undefined || fields.topics !== undefined)) {
    delete fields.scope
    delete fields.topics
    problems.push({ kind: 'topicsWithFile' })
  }
}

function readTopics(
  values: string[] | undefined,
  fields: ResetFields,
  problems: FlagProblem[],
  { writePartitions }: FlagRules,
): void {
  if (values === undefined) return
  // A variable of a script that is empty would make it a smaller reset than was meant.
  const isEmpty = values.some(value => value.trim() === '')
  const named = splitTopics(values.join('\n')).map(splitPartitions)
  // Half of a name and its partitions would be another topic: what is no list of partitions stays as it was typed.
  const isRefused = ({ partitions }: (typeof named)[number]) => !writePartitions && Boolean(partitions)
  const refused = named.filter(isRefused)
  const topics = named.filter(each => !isRefused(each)).map(each => each.typed)
  for (const { typed } of refused) problems.push({ kind: 'wholeTopicsOnly', typed: clip(typed, 60) })
  if (topics.length === 0) {
    if (refused.length === 0) problems.push({ kind: 'needsValue', flag: 'topic' })
    return
  }
  if (isEmpty) problems.push({ kind: 'needsValue', flag: 'topic' })
  fields.topics = topics.join('\n')
  if (fields.scope === undefined) fields.scope = 'topics'
  else {
    delete fields.scope
    problems.push({ kind: 'topicsAndAll' })
  }
}

function readStrategy(flag: StrategyFlag, value: string, nowMs: number): Partial<ResetFields> | FlagProblem {
  switch (flag) {
    case 'shift-by': {
      const match = /^([+-]?)(\d+)$/.exec(plainlyTyped(value))
      const count = parseWhole(match?.[2]?.replace(/^0+(?=\d)/, ''))
      if (match === null || count === undefined || count === 0n) return { kind: 'shiftUnreadable' }
      const direction = match[1] === '' || match[1] === '+' ? 'skip' : 'replay'
      return { strategy: 'shift', direction, count: count.toString() }
    }
    case 'to-offset': {
      const offset = parseWhole(plainlyTyped(value).replace(/^0+(?=\d)/, ''))
      return offset === undefined
        ? { kind: 'offsetUnreadable' }
        : { strategy: 'offset', offset: offset.toString() }
    }
    case 'to-datetime':
      return parseTime(plainlyTyped(value))
    case 'by-duration': {
      const durationMs = parseDuration(plainlyTyped(value))
      return durationMs === undefined ? { kind: 'durationUnreadable' } : timeField(nowMs - durationMs)
    }
    case 'to-group':
      return value.length <= LONGEST[flag]
        ? { strategy: 'group', otherGroup: value }
        : { kind: 'tooLong', flag, max: LONGEST[flag] }
    case 'to-earliest':
    case 'to-latest':
    case 'from-file':
      return { strategy: STRATEGIES[flag] }
    default:
      return flag satisfies never
  }
}

const TIME = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(?:(Z)|([+-]\d{2}):?(\d{2})?)?$/i

/** Strict, because Date.parse reads many other texts in the zone of the machine, and 30 February as 2 March. */
function parseTime(value: string): Partial<ResetFields> | FlagProblem {
  const [, date = '', time = '', utcZone, hours, minutes = '00'] = TIME.exec(value) ?? []
  const zone = utcZone !== undefined ? 'Z' : hours !== undefined ? `${hours}:${minutes}` : undefined
  const dayMs = Date.parse(`${date}T00:00:00Z`)
  const isDay = !Number.isNaN(dayMs) && new Date(dayMs).toISOString().startsWith(date)
  const timeMs = Date.parse(`${date}T${time}${zone ?? 'Z'}`)
  if (date === '' || !isDay || Number.isNaN(timeMs)) return { kind: 'timeUnreadable' }
  return zone === undefined ? { kind: 'zoneMissing' } : timeField(timeMs)
}

/** Slack's picker knows whole seconds; rounding down replays a little more rather than skipping anything. */
function timeField(timeMs: number): Partial<ResetFields> | FlagProblem {
  const timeSeconds = Math.floor(timeMs / 1000)
  if (timeSeconds < 1_000_000_000 || timeSeconds > 9_999_999_999)
    return { kind: 'timeOutOfReach', timeMs: Number.isFinite(new Date(timeMs).getTime()) ? timeMs : null }
  return { strategy: 'time', timeSeconds }
}

/** `PnDTnHnMnS`, as java.time.Duration reads it for the Kafka tool. Milliseconds, or undefined. */
function parseDuration(text: string): number | undefined {
  const match = /^P(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/i.exec(text)
  if (match === null || text.length < 3) return undefined
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(1).map(part => Number(part ?? 0))
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000
}

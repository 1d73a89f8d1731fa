// The text after /reset-offsets: the flags of kafka-consumer-groups.sh, turned into form fields.
// It never refuses and never guesses: what it understood prefills the form, and what it did not is said there.

import {
  clip,
  grouped,
  parseWhole,
  REASON_MAX,
  type ResetFields,
  type Strategy,
  splitPartitions,
  splitTopics,
  utc,
} from '../../request/reset.ts'
import { readFlagWords } from './flag-words.ts'

export interface Flags {
  fields: ResetFields
  /** One sentence for each thing that could not be understood. */
  problems: string[]
}

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
/** A reason needs no quotes, and topics may be listed with commas and spaces. */
const GREEDY = ['reason', 'topic']
const NAMES = ['instance', 'group', 'topic', 'reason', ...VALUELESS, ...Object.keys(STRATEGIES)]
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
  const { typed, stray, unclosed } = readFlagWords(text, { valueless: VALUELESS, greedy: GREEDY })
  const fields: ResetFields = {}
  const problems: string[] = []
  const chosen = new Map<StrategyFlag, Partial<ResetFields>>()
  if (unclosed) problems.push('A quote is never closed, so its end is a guess. Check the fields.')

  for (const [name, values] of typed) {
    const given = values.filter(value => value !== '')
    if (!NAMES.includes(name)) {
      const lost = given.length === 0 ? '' : `, so ${quoted(given)} is left out`
      problems.push(`--${clip(name, 40)} is not a flag Rewind knows${lost}.`)
    } else if (VALUELESS.includes(name)) {
      if (given.length > 0) problems.push(`--${name} takes no value.`)
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
    const flags = [...chosen.keys()].map(flag => `--${flag}`).join(', ')
    problems.push(`Only one of ${flags} can be used. Choose below.`)
  } else for (const strategy of chosen.values()) Object.assign(fields, strategy)
  dropUnused(fields, problems)
  if (stray.length > 0) problems.push(strayWords(stray))
  return { fields, problems }
}

function quoted(values: readonly string[]): string {
  const shown = values.slice(0, 3).map(value => `“${clip(value, 40)}”`)
  return shown.join(' and ')
}

function onlyValue(name: string, values: string[], problems: string[]): string | null {
  const [value = '', ...others] = new Set(values)
  if (value === '') problems.push(`--${name} needs a value.`)
  else if (others.length > 0) problems.push(`--${name} is given more than once. Fill it in below.`)
  else return value
  return null
}

/** Kafka's tool takes a path here; a file of somebody's machine cannot be reached from Slack. */
function readFromFile(given: string[], rules: FlagRules, problems: string[]): Partial<ResetFields> {
  const lost = given.length === 0 ? '' : `, so ${quoted(given)} is left out`
  if (!rules.writePartitions) problems.push(needsPartitions('from-file'))
  else if (lost !== '') problems.push(`--from-file takes no path${lost}. Attach the file below.`)
  return rules.writePartitions ? { strategy: STRATEGIES['from-file'] } : {}
}

function needsPartitions(flag: StrategyFlag): string {
  return `--${flag} cannot be used: API 2.0 sends one number for all partitions. Choose below.`
}

function readStrategyFlag(
  name: StrategyFlag,
  value: string | null,
  rules: FlagRules,
  problems: string[],
): Partial<ResetFields> {
  if (name === 'to-group' && !rules.writePartitions) {
    problems.push(needsPartitions(name))
    return {}
  }
  const read = value === null ? {} : readStrategy(name, value, rules.nowMs)
  if (typeof read === 'string') problems.push(read)
  return { strategy: STRATEGIES[name], ...(typeof read === 'string' ? {} : read) }
}

function isStrategyFlag(name: string): name is StrategyFlag {
  return Object.hasOwn(STRATEGIES, name)
}

function readText(name: string, value: string, fields: ResetFields, problems: string[]): void {
  if (name === 'reason') {
    fields.reason = clip(value, REASON_MAX)
    if (fields.reason !== value) problems.push(`The reason is cut to ${grouped(REASON_MAX)} characters.`)
  } else if (name === 'instance' || name === 'group') {
    if (value.length <= LONGEST[name]) fields[name] = value
    else problems.push(`--${name} takes at most ${LONGEST[name]} characters.`)
  }
}

/** What the chosen strategy has no use for. */
function dropUnused(fields: ResetFields, problems: string[]): void {
  if (fields.skipToEnd !== undefined && fields.strategy !== 'time') {
    delete fields.skipToEnd
    problems.push('--allow-skip-to-end is left out: it belongs to --to-datetime or --by-duration alone.')
  }
  if (fields.strategy === 'offsets' && (fields.scope !== undefined || fields.topics !== undefined)) {
    delete fields.scope
    delete fields.topics
    problems.push('--from-file takes the topics from the file, so those named here are left out.')
  }
}

function readTopics(
  values: string[] | undefined,
  fields: ResetFields,
  problems: string[],
  { writePartitions }: FlagRules,
): void {
  if (values === undefined) return
  const named = splitTopics(values.join(' ')).map(splitPartitions)
  // Half of a name and its partitions would be another topic: what is no list of partitions stays as it was typed.
  const refused = writePartitions ? [] : named.filter(({ partitions }) => Array.isArray(partitions))
  const topics = named.filter(each => !refused.includes(each)).map(each => each.typed)
  for (const { typed } of refused)
    problems.push(`“${clip(typed, 60)}” names partitions, but API 2.0 resets whole topics.`)
  if (topics.length === 0) {
    if (refused.length === 0) problems.push('--topic needs a value.')
    return
  }
  fields.topics = topics.join('\n')
  if (fields.scope === undefined) fields.scope = 'topics'
  else {
    delete fields.scope
    problems.push('--topic and --all-topics exclude each other. Choose one below.')
  }
}

function strayWords(words: string[]): string {
  const named = words.slice(0, 3).map(word => `“${clip(word, 40)}”`)
  const left = words.length - named.length
  const all = left > 0 ? [...named, `${grouped(left)} more`] : named
  return all.length === 1
    ? `${all[0]} belongs to no flag.`
    : `${all.slice(0, -1).join(', ')} and ${all.at(-1)} belong to no flag.`
}

function readStrategy(flag: StrategyFlag, value: string, nowMs: number): Partial<ResetFields> | string {
  switch (flag) {
    case 'shift-by': {
      const match = /^([+\-−–—]?)(\d+)$/.exec(value)
      const count = parseWhole(match?.[2]?.replace(/^0+(?=\d)/, ''))
      if (match === null || count === undefined || count === 0n)
        return '--shift-by needs a whole number other than 0 that an offset can hold, like -100.'
      const direction = match[1] === '' || match[1] === '+' ? 'skip' : 'replay'
      return { strategy: 'shift', direction, count: count.toString() }
    }
    case 'to-offset': {
      const offset = parseWhole(value.replace(/^0+(?=\d)/, ''))
      return offset === undefined
        ? '--to-offset needs a whole number, 0 or more, that an offset can hold.'
        : { strategy: 'offset', offset: offset.toString() }
    }
    case 'to-datetime':
      return parseTime(value)
    case 'by-duration': {
      const durationMs = parseDuration(value)
      return durationMs === undefined
        ? '--by-duration needs an ISO 8601 duration, like PT2H30M or P1D.'
        : timeField(nowMs - durationMs)
    }
    case 'to-group':
      return value.length <= LONGEST[flag]
        ? { strategy: 'group', otherGroup: value }
        : `--to-group takes at most ${LONGEST[flag]} characters.`
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
function parseTime(value: string): Partial<ResetFields> | string {
  const [, date = '', time = '', utcZone, hours, minutes = '00'] = TIME.exec(value) ?? []
  const zone = utcZone !== undefined ? 'Z' : hours !== undefined ? `${hours}:${minutes}` : undefined
  const dayMs = Date.parse(`${date}T00:00:00Z`)
  const isDay = !Number.isNaN(dayMs) && new Date(dayMs).toISOString().startsWith(date)
  const timeMs = Date.parse(`${date}T${time}${zone ?? 'Z'}`)
  if (date === '' || !isDay || Number.isNaN(timeMs))
    return '--to-datetime needs a time like 2026-11-23T08:00:00Z.'
  return zone === undefined ? '--to-datetime needs a zone, like 2026-11-23T08:00:00Z.' : timeField(timeMs)
}

/** Slack's picker knows whole seconds; rounding down replays a little more rather than skipping anything. */
function timeField(timeMs: number): Partial<ResetFields> | string {
  const timeSeconds = Math.floor(timeMs / 1000)
  if (timeSeconds < 1_000_000_000 || timeSeconds > 9_999_999_999)
    return `${safeUtc(timeMs)} is not a time Slack can show.`
  return { strategy: 'time', timeSeconds }
}

function safeUtc(timeMs: number): string {
  return Number.isFinite(new Date(timeMs).getTime()) ? utc(timeMs) : 'That'
}

/** `PnDTnHnMnS`, as java.time.Duration reads it for the Kafka tool. Milliseconds, or undefined. */
function parseDuration(text: string): number | undefined {
  const match = /^P(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/i.exec(text)
  if (match === null || text.length < 3) return undefined
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(1).map(part => Number(part ?? 0))
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000
}

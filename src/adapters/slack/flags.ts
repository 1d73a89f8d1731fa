// The text after /reset-offsets: the flags of kafka-consumer-groups.sh, turned into form fields.
// It never refuses and never guesses: what it understood prefills the form, and what it did not is said there.

import {
  clip,
  grouped,
  parseWhole,
  REASON_MAX,
  type ResetFields,
  type Strategy,
  splitTopics,
  utc,
} from '../../request/reset.ts'
import { readFlagWords } from './flag-words.ts'
import { LIMITS } from './limits.ts'

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
} as const satisfies Record<string, Strategy['kind']>
const VALUELESS = ['all-topics', 'to-earliest', 'to-latest']
/** A reason needs no quotes, and topics may be listed with commas and spaces. */
const GREEDY = ['reason', 'topic']
const NAMES = ['instance', 'group', 'topic', 'all-topics', 'reason', ...Object.keys(STRATEGIES)]
/** A longer one cannot exist, and a shortened one would be another name. */
const LONGEST = { instance: 64, group: 255 } as const

type StrategyFlag = keyof typeof STRATEGIES

/** @param nowMs what --by-duration counts back from */
export function parseFlags(text: string, nowMs: number): Flags {
  const { typed, stray, unclosed } = readFlagWords(text, { valueless: VALUELESS, greedy: GREEDY })
  const fields: ResetFields = {}
  const problems: string[] = []
  const chosen = new Map<StrategyFlag, Partial<ResetFields>>()
  if (unclosed) problems.push('A quote is never closed, so its end is a guess. Check the fields.')

  for (const [name, values] of typed) {
    if (!NAMES.includes(name)) {
      const given = values.filter(value => value !== '').map(value => `“${clip(value, 40)}”`)
      const lost = given.length === 0 ? '' : `, so ${given.slice(0, 3).join(' and ')} is left out`
      problems.push(`--${clip(name, 40)} is not a flag Rewind knows${lost}.`)
      continue
    }
    if (VALUELESS.includes(name)) {
      if (values.some(value => value !== '')) problems.push(`--${name} takes no value.`)
      else if (isStrategyFlag(name)) chosen.set(name, { strategy: STRATEGIES[name] })
      else fields.scope = 'allTopics'
      continue
    }
    if (name === 'topic') continue
    const [value = '', ...others] = new Set(values)
    const problem =
      value === ''
        ? `--${name} needs a value.`
        : others.length > 0
          ? `--${name} is given more than once. Fill it in below.`
          : undefined
    if (problem !== undefined) problems.push(problem)
    if (isStrategyFlag(name)) {
      const read = problem === undefined ? readStrategy(name, value, nowMs) : {}
      if (typeof read === 'string') problems.push(read)
      // Said wrongly, it still is a choice: beside another one, neither may win.
      chosen.set(name, { strategy: STRATEGIES[name], ...(typeof read === 'string' ? {} : read) })
    } else if (problem === undefined) readText(name, value, fields, problems)
  }

  readTopics(typed.get('topic'), fields, problems)
  if (chosen.size > 1) {
    const flags = [...chosen.keys()].map(flag => `--${flag}`).join(', ')
    problems.push(`Only one of ${flags} can be used. Choose below.`)
  } else for (const strategy of chosen.values()) Object.assign(fields, strategy)
  if (stray.length > 0) problems.push(strayWords(stray))
  return { fields, problems }
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

function readTopics(values: string[] | undefined, fields: ResetFields, problems: string[]): void {
  if (values === undefined) return
  const words = values.flatMap(value => value.split(/\s+/))
  const partitions = words.filter(word => /:\d+(,\d+)*$/.test(word))
  const topics = splitTopics(words.filter(word => !partitions.includes(word)).join(' '))
  for (const word of partitions) {
    problems.push(`“${clip(word, 60)}” names partitions, but Rewind resets whole topics.`)
  }
  if (topics.length === 0) {
    if (partitions.length === 0) problems.push('--topic needs a value.')
    return
  }
  fields.topics = topics.join('\n')
  if (fields.topics.length > LIMITS.plainTextInput) {
    problems.push('The topic names do not all fit in the form. Ask in two requests.')
  }
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
    case 'to-earliest':
    case 'to-latest':
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

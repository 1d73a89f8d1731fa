// The text after /reset-offsets: the flags of kafka-consumer-groups.sh, turned into form fields.
// It never refuses: what it understood prefills the form, and what it did not is said there.

import { parseArgs } from 'node:util'
import { parseArgsStringToArgv } from 'string-argv'
import { type ResetFields, type Strategy, splitTopics, utc } from '../../request/reset.ts'

export interface Flags {
  fields: ResetFields
  /** One sentence for each flag that could not be understood. */
  problems: string[]
}

const OPTIONS = {
  instance: { type: 'string' },
  group: { type: 'string' },
  topic: { type: 'string', multiple: true },
  'all-topics': { type: 'boolean' },
  'shift-by': { type: 'string' },
  'to-datetime': { type: 'string' },
  'by-duration': { type: 'string' },
  'to-earliest': { type: 'boolean' },
  'to-latest': { type: 'boolean' },
  'to-offset': { type: 'string' },
  reason: { type: 'string' },
} as const

type FlagName = keyof typeof OPTIONS

/** @param nowMs what --by-duration counts back from */
export function parseFlags(text: string, nowMs: number): Flags {
  const fields: ResetFields = {}
  const problems: string[] = []
  const topics: string[] = []
  const strategies = new Map<FlagName, Partial<ResetFields>>()
  const { tokens } = parseArgs({
    args: joinNegativeValues(parseArgsStringToArgv(asTyped(text))),
    options: OPTIONS,
    strict: false,
    tokens: true,
    allowPositionals: true,
  })

  for (const token of tokens) {
    if (token.kind === 'positional') problems.push(`“${token.value}” belongs to no flag.`)
    if (token.kind !== 'option') continue
    const name = token.name as FlagName
    if (!Object.hasOwn(OPTIONS, name)) {
      problems.push(`${token.rawName} is not a flag Rewind knows.`)
      continue
    }
    if (OPTIONS[name].type === 'boolean') {
      if (token.value !== undefined) problems.push(`--${name} takes no value.`)
      else if (name === 'all-topics') fields.scope = 'allTopics'
      else strategies.set(name, { strategy: name === 'to-earliest' ? 'earliest' : 'latest' })
      continue
    }
    const value = token.value ?? ''
    if (value === '') {
      problems.push(`--${name} needs a value.`)
      continue
    }
    switch (name) {
      case 'instance':
      case 'group':
      case 'reason':
        fields[name] = value
        break
      case 'topic':
        topics.push(...splitTopics(value))
        break
      default: {
        const read = readStrategy(name, value, nowMs)
        if (typeof read === 'string') problems.push(read)
        else strategies.set(name, read)
      }
    }
  }

  if (topics.length > 0 && fields.scope === 'allTopics') {
    delete fields.scope
    fields.topics = topics.join('\n')
    problems.push('--topic and --all-topics exclude each other. Choose one below.')
  } else if (topics.length > 0) {
    fields.scope = 'topics'
    fields.topics = topics.join('\n')
  }
  if (strategies.size > 1) {
    problems.push(
      `Only one of ${[...strategies.keys()].map(flag => `--${flag}`).join(', ')} can be used. Choose below.`,
    )
  } else for (const chosen of strategies.values()) Object.assign(fields, chosen)
  return { fields, problems }
}

/** Slack escapes `& < >`, and keyboards make long dashes of `--` and curly quotes of straight ones. */
function asTyped(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .replace(/(^|\s)[—–](?=[a-z])/g, '$1--')
    .replace(/[“”„]/g, '"')
    .replace(/[‘’]/g, "'")
}

/** `--shift-by -100` is how the Kafka tool is typed; without the equals sign the parser would take -100 for a flag. */
function joinNegativeValues(args: string[]): string[] {
  return args.reduce<string[]>((joined, arg) => {
    const previous = joined.at(-1)
    if (previous === '--shift-by' && /^-\d/.test(arg)) joined[joined.length - 1] = `${previous}=${arg}`
    else joined.push(arg)
    return joined
  }, [])
}

function readStrategy(name: FlagName, value: string, nowMs: number): Partial<ResetFields> | string {
  switch (name) {
    case 'shift-by': {
      const match = /^([+-]?)0*(\d{1,19})$/.exec(value)
      if (match === null) return '--shift-by needs a whole number, like -100.'
      return { strategy: 'shift', direction: match[1] === '-' ? 'replay' : 'skip', count: match[2] as string }
    }
    case 'to-offset':
      return /^\d{1,19}$/.test(value)
        ? { strategy: 'offset', offset: value }
        : '--to-offset needs a whole number, 0 or more.'
    case 'to-datetime': {
      if (!/(Z|[+-]\d{2}:?\d{2})$/.test(value))
        return '--to-datetime needs a zone, like 2026-11-23T08:00:00Z.'
      const timeMs = Date.parse(value)
      return Number.isNaN(timeMs)
        ? '--to-datetime needs a time like 2026-11-23T08:00:00Z.'
        : timeField(timeMs)
    }
    case 'by-duration': {
      const durationMs = parseDuration(value)
      return durationMs === undefined
        ? '--by-duration needs an ISO 8601 duration, like PT2H30M or P1D.'
        : timeField(nowMs - durationMs)
    }
    default:
      return `--${name} is not a flag Rewind knows.`
  }
}

/** Slack's picker knows whole seconds; rounding down replays a little more rather than skipping anything. */
function timeField(timeMs: number): Partial<ResetFields> | string {
  const timeSeconds = Math.floor(timeMs / 1000)
  if (timeSeconds < 1_000_000_000 || timeSeconds > 9_999_999_999)
    return `${safeUtc(timeMs)} is not a time Slack can show.`
  return { strategy: 'time' satisfies Strategy['kind'], timeSeconds }
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

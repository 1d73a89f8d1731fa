// What a person may ask for: target, scope and strategy; how typed text becomes one, and how it is said in words.
// It must never guess: what cannot be understood is a problem on its own field.

import { z } from 'zod'

/** A bigint kept as decimal text in JSON, so that Kafka's int64 offsets lose no digit. */
export const int64Schema = z.codec(z.string().regex(/^-?\d{1,19}$/), z.bigint(), {
  decode: text => BigInt(text),
  encode: value => value.toString(),
})

const LARGEST_OFFSET = 2n ** 63n - 1n

/** Kafka's own rule for topic names: org.apache.kafka.common.internals.Topic. */
const topicSchema = z.string().regex(/^(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}$/)

export const targetSchema = z.object({ instanceId: z.string().min(1), group: z.string().min(1) })

/** `shift` counts messages per partition; `timestamp` is earliest, latest or a time in ms; `offset` is one number for all. */
export const strategySchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('shift'), direction: z.enum(['replay', 'skip']), count: int64Schema }),
  z.object({ kind: z.literal('earliest') }),
  z.object({ kind: z.literal('latest') }),
  z.object({ kind: z.literal('time'), timeMs: z.int() }),
  z.object({ kind: z.literal('offset'), offset: int64Schema }),
])

/** `topics` is empty only while "all topics" has not been expanded to names yet. */
export const resetSchema = z.object({
  target: targetSchema,
  strategy: strategySchema,
  scope: z.enum(['topics', 'allTopics']),
  topics: z.array(z.string()),
})

export type Target = z.output<typeof targetSchema>
export type Strategy = z.output<typeof strategySchema>
export type Reset = z.output<typeof resetSchema>

/** The fields of the form, as typed. Absent means not filled in. */
export interface ResetFields {
  instance?: string
  group?: string
  scope?: 'topics' | 'allTopics'
  topics?: string
  strategy?: Strategy['kind']
  direction?: 'replay' | 'skip'
  count?: string
  timeSeconds?: number
  offset?: string
  reason?: string
}

export type ResetField = keyof ResetFields
export type Problems = Partial<Record<ResetField, string>>
export type Parsed = { ok: true; reset: Reset; reason: string } | { ok: false; problems: Problems }

export interface ResetRules {
  /** Instances that may be reset; empty: any id. */
  instances: readonly string[]
}

export const REASON_MAX = 1000
const TOPICS_MAX = 500

/** Checks a filled-in form. Every wrong field gets its own sentence. */
export function parseReset(fields: ResetFields, rules: ResetRules): Parsed {
  const problems: Problems = {}
  const instanceId = parseInstance(fields.instance, rules, problems)
  const group = parseGroup(fields.group, problems)
  const topics = parseTopics(fields, problems)
  const strategy = parseStrategy(fields, problems)
  const reason = (fields.reason ?? '').trim()
  if (reason === '') problems.reason = 'Say why. The approver and the audit trail need it.'
  else if (reason.length > REASON_MAX) problems.reason = `Keep the reason under ${REASON_MAX} characters.`

  if (Object.keys(problems).length > 0 || strategy === undefined || fields.scope === undefined) {
    return { ok: false, problems }
  }
  return { ok: true, reason, reset: { target: { instanceId, group }, scope: fields.scope, topics, strategy } }
}

function parseInstance(typed: string | undefined, rules: ResetRules, problems: Problems): string {
  const instanceId = (typed ?? '').trim()
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(instanceId)) {
    problems.instance = 'Give the instance id, like ckafka-xxooa0.'
  } else if (rules.instances.length > 0 && !rules.instances.includes(instanceId)) {
    problems.instance = `Rewind is not set up for ${instanceId}. Pick one of: ${rules.instances.join(', ')}.`
  }
  return instanceId
}

function parseGroup(typed: string | undefined, problems: Problems): string {
  const group = (typed ?? '').trim()
  if (group === '') problems.group = 'Give the name of the consumer group.'
  else if (group.length > 255) problems.group = 'A consumer group name has at most 255 characters.'
  else if (/\p{Cc}/u.test(group)) problems.group = 'A consumer group name cannot hold control characters.'
  return group
}

function parseTopics(fields: ResetFields, problems: Problems): string[] {
  if (fields.scope === undefined) {
    problems.scope = 'Choose whether to reset named topics or all of them.'
    return []
  }
  if (fields.scope === 'allTopics') return []
  const topics = splitTopics(fields.topics ?? '')
  const wrong = topics.filter(topic => !topicSchema.safeParse(topic).success)
  if (topics.length === 0) problems.topics = 'Name at least one topic, or choose all topics.'
  else if (wrong.length > 0) {
    problems.topics = `Not a topic name: ${clip(wrong.join(', '), 200)}. Use letters, digits, dot, dash and underscore.`
  } else if (topics.length > TOPICS_MAX) problems.topics = `Name at most ${TOPICS_MAX} topics in one request.`
  return topics
}

/** Topics may be separated by lines, commas or spaces: none of these can be part of a topic name. Repeats are dropped. */
export function splitTopics(text: string): string[] {
  return [...new Set(text.split(/[\s,]+/).filter(topic => topic !== ''))]
}

function parseStrategy(fields: ResetFields, problems: Problems): Strategy | undefined {
  switch (fields.strategy) {
    case undefined:
      problems.strategy = 'Choose where the offsets should go.'
      return undefined
    case 'earliest':
    case 'latest':
      return { kind: fields.strategy }
    case 'time':
      if (fields.timeSeconds === undefined) {
        problems.timeSeconds = 'Pick the time to go to.'
        return undefined
      }
      return { kind: 'time', timeMs: fields.timeSeconds * 1000 }
    case 'shift': {
      if (fields.direction === undefined) problems.direction = 'Choose replay or skip.'
      const count = parseWhole(fields.count)
      if (count === undefined || count === 0n) problems.count = 'Give a whole number of messages, 1 or more.'
      if (fields.direction === undefined || count === undefined || count === 0n) return undefined
      return { kind: 'shift', direction: fields.direction, count }
    }
    case 'offset': {
      const offset = parseWhole(fields.offset)
      if (offset === undefined) {
        problems.offset = 'Give an offset: a whole number, 0 or more.'
        return undefined
      }
      return { kind: 'offset', offset }
    }
    default:
      return fields.strategy satisfies never
  }
}

/** A whole number from 0 to Kafka's largest offset; anything else is undefined. */
export function parseWhole(text: string | undefined): bigint | undefined {
  const digits = (text ?? '').trim()
  if (!/^\d{1,19}$/.test(digits)) return undefined
  const value = BigInt(digits)
  return value <= LARGEST_OFFSET ? value : undefined
}

/** The strategy as the end of "Reset …": direction always in words, never a sign. */
export function strategyInWords(strategy: Strategy): string {
  switch (strategy.kind) {
    case 'shift':
      return strategy.direction === 'replay'
        ? `back by ${grouped(strategy.count)} ${messages(strategy.count)} per partition (replays them)`
        : `forward by ${grouped(strategy.count)} ${messages(strategy.count)} per partition (skips them)`
    case 'earliest':
      return 'to the earliest message kept (replays everything)'
    case 'latest':
      return 'to the latest position (skips everything not read yet)'
    case 'time':
      return `to ${utc(strategy.timeMs)}`
    case 'offset':
      return `to offset ${grouped(strategy.offset)} on every partition`
    default:
      return strategy satisfies never
  }
}

/** `2026-11-23 08:00:00 UTC` */
export function utc(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

/** Digits in threes with a thin space, so that long offsets can be read and still copied: 12 430. */
export function grouped(value: bigint | number): string {
  return value.toString().replace(/\B(?=(\d{3})+$)/g, '\u202f')
}

/** `1 topic`, `3 topics` */
export function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`
}

function messages(count: bigint): string {
  return count === 1n ? 'message' : 'messages'
}

/** Shortens by whole characters, never through the middle of one, and says so with an ellipsis. */
export function clip(text: string, max: number): string {
  const characters = [...text]
  return characters.length <= max ? text : `${characters.slice(0, max - 1).join('')}…`
}

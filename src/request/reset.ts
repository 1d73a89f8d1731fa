// What a person may ask for: target, scope and strategy; and how typed text becomes one.
// It must never guess: what cannot be understood is a problem on its own field.

import { z } from 'zod'
import { linesSchema } from './lines.ts'
import type { FieldProblem } from './problem.ts'
import { plainlyTyped } from './typed.ts'

/** A bigint kept as decimal text in JSON, so that Kafka's int64 offsets lose no digit. */
export const int64Schema = z.codec(z.string().regex(/^-?\d{1,19}$/), z.bigint(), {
  decode: text => BigInt(text),
  encode: value => value.toString(),
})

const LARGEST_OFFSET = 2n ** 63n - 1n

/** Kafka's own rule for topic names (org.apache.kafka.common.internals.Topic), less the one that no record can hold. */
const topicSchema = z.string().regex(/^(?!(\.{1,2}|__proto__)$)[A-Za-z0-9._-]{1,249}$/)

const targetSchema = z.object({ instanceId: z.string().min(1), group: z.string().min(1) })

/**
 * What the API itself can be asked for. `shift` counts messages per partition; earliest, latest and a time in ms are the
 * API's `timestamp`; `offset` is one number for all partitions.
 */
const nativeStrategies = [
  z.object({ kind: z.literal('shift'), direction: z.enum(['replay', 'skip']), count: int64Schema }),
  z.object({ kind: z.literal('earliest') }),
  z.object({ kind: z.literal('latest') }),
  z.object({ kind: z.literal('time'), timeMs: z.int() }),
  z.object({ kind: z.literal('offset'), offset: int64Schema }),
] as const
const nativeStrategySchema = z.discriminatedUnion('kind', nativeStrategies)

/** The others need a write for each partition: to where another group is, or to offsets that were given one by one. */
const strategySchema = z.discriminatedUnion('kind', [
  ...nativeStrategies,
  z.object({ kind: z.literal('group'), group: z.string().min(1) }),
  /** The offsets themselves are the document `targets`. */
  z.object({ kind: z.literal('offsets'), source: z.enum(['file', 'undo', 'retry']), partitions: z.int() }),
])

/**
 * `topics` is empty only while "all topics" has not been expanded to names yet. `partitions` names those chosen of a
 * topic; a topic that is not in it is reset whole.
 */
export const resetSchema = z.object({
  target: targetSchema,
  strategy: strategySchema,
  scope: z.enum(['topics', 'allTopics']),
  topics: z.array(z.string()),
  partitions: z.record(z.string(), z.array(z.int().nonnegative())),
  /** Of a file: its rows of other groups, which are not used; absent where there are none. `groups` are the first. */
  leftOut: z.object({ rows: z.int(), groups: z.array(z.string()), moreGroups: z.int() }).optional(),
})

/** Where partitions are to go, one by one; keys are `placeOf`. */
export const targetsSchema = z.codec(
  linesSchema<[string, bigint]>(
    ([place, offset]) => `${place} ${offset}`,
    line => {
      const [, place, offset] = /^(\S+ \d+) (\d+)$/.exec(line) ?? []
      return place === undefined || offset === undefined ? null : [place, BigInt(offset)]
    },
  ),
  z.custom<Map<string, bigint>>(value => value instanceof Map),
  { decode: pairs => new Map(pairs), encode: targets => [...targets] },
)
export type Targets = ReadonlyMap<string, bigint>

export type Target = z.output<typeof targetSchema>
export type NativeStrategy = z.output<typeof nativeStrategySchema>
export type Strategy = z.output<typeof strategySchema>
export type Reset = z.output<typeof resetSchema>

/** By topic; a topic without any is reset whole. A map, as a topic may be called `constructor`. */
export function chosenPartitions({ partitions }: Reset): ReadonlyMap<string, ReadonlySet<number>> {
  return new Map(Object.entries(partitions).map(([topic, chosen]) => [topic, new Set(chosen)]))
}

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
  /** Where there is no message that late, jumping to the end is meant. */
  skipToEnd?: boolean
  offset?: string
  otherGroup?: string
  /** Where each partition is to go, out of a file; by `placeOf`. */
  file?: Targets
  reason?: string
}

export type ResetField = keyof ResetFields
export type Problems = Partial<Record<ResetField, FieldProblem>>
export type Parsed = { ok: true; asked: Asked } | { ok: false; problems: Problems }

/** A form that can be understood. */
export interface Asked {
  reset: Reset
  reason: string
  skipToEnd: boolean
  /** The offsets of a file; null with every other strategy. */
  targets: Targets | null
}

export interface ResetRules {
  /** Instances that may be reset; empty: any id. */
  instances: readonly string[]
  /** Whether the API can move some partitions of a topic, and each to an offset of its own. */
  writePartitions: boolean
  nowMs: number
}

export const REASON_MAX = 1000
const GROUP_MAX = 255
const TOPICS_MAX = 500
const PARTITIONS_MAX = 10_000

/** Checks a filled-in form. Every wrong field gets a problem of its own. */
export function parseReset(fields: ResetFields, rules: ResetRules): Parsed {
  const problems: Problems = {}
  const instanceId = parseInstance(fields.instance, rules, problems)
  const group = parseGroup(fields.group, problems)
  const strategy = parseStrategy(fields, rules, problems)
  const scope =
    fields.strategy === 'offsets' ? topicsInFile(fields.file, problems) : parseScope(fields, rules, problems)
  const reason = (fields.reason ?? '').trim()
  if (reason === '') problems.reason = { kind: 'reasonMissing' }
  else if (reason.length > REASON_MAX) problems.reason = { kind: 'reasonTooLong', max: REASON_MAX }

  if (Object.keys(problems).length > 0 || strategy === undefined || scope === undefined) {
    return { ok: false, problems }
  }
  const reset: Reset = { target: { instanceId, group }, strategy, ...scope }
  const targets = strategy.kind === 'offsets' ? (fields.file ?? null) : null
  const skipToEnd = strategy.kind === 'time' && fields.skipToEnd === true
  return { ok: true, asked: { reset, reason, skipToEnd, targets } }
}

type Scope = Pick<Reset, 'scope' | 'topics' | 'partitions'>

/** A file names its topics and partitions itself. */
function topicsInFile(file: Targets | undefined, problems: Problems): Scope {
  const topics = new Set([...(file?.keys() ?? [])].map(place => place.slice(0, place.lastIndexOf(' '))))
  if (topics.size > TOPICS_MAX) problems.file = { kind: 'fileTopicsTooMany', max: TOPICS_MAX }
  return { scope: 'topics', topics: [...topics].sort(), partitions: {} }
}

function parseInstance(typed: string | undefined, rules: ResetRules, problems: Problems): string {
  const instanceId = (typed ?? '').trim()
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(instanceId)) {
    problems.instance = { kind: 'instanceMissing' }
  } else if (rules.instances.length > 0 && !rules.instances.includes(instanceId)) {
    problems.instance = { kind: 'instanceNotSetUp', instance: instanceId, instances: rules.instances }
  }
  return instanceId
}

function parseGroup(typed: string | undefined, problems: Problems): string {
  const group = (typed ?? '').trim()
  const problem = group === '' ? ({ kind: 'groupMissing' } as const) : groupNameProblem(group)
  if (problem !== undefined) problems.group = problem
  return group
}

function groupNameProblem(name: string): FieldProblem | undefined {
  if (name.length > GROUP_MAX) return { kind: 'groupTooLong', max: GROUP_MAX }
  return /\p{Cc}/u.test(name) ? { kind: 'groupUnprintable' } : undefined
}

function parseScope(fields: ResetFields, rules: ResetRules, problems: Problems): Scope | undefined {
  const { scope } = fields
  if (scope === undefined) {
    problems.scope = { kind: 'scopeMissing' }
    return undefined
  }
  if (scope === 'allTopics') return { scope, topics: [], partitions: {} }
  const named = splitTopics(fields.topics ?? '').map(splitPartitions)
  const wrong = named.filter(({ topic, partitions }) => partitions === null || !isTopic(topic))
  const topics = [...new Set(named.map(({ topic }) => topic))]
  const chosen = named.filter(({ partitions }) => partitions !== undefined)
  if (named.length === 0) problems.topics = { kind: 'topicsMissing' }
  else if (wrong.length > 0) {
    const typed = clip(wrong.map(each => each.typed).join(', '), 200)
    problems.topics = { kind: 'topicsUnreadable', typed }
  } else if (topics.length > TOPICS_MAX) problems.topics = { kind: 'topicsTooMany', max: TOPICS_MAX }
  else if (chosen.length > 0 && !rules.writePartitions) {
    problems.topics = { kind: 'wholeTopicsOnly' }
  } else if (topics.length < named.length) {
    problems.topics = { kind: 'topicTwice' }
  }
  // Counted before they are spelled out: a short text can name very many.
  const count = chosen.reduce((sum, { partitions }) => sum + (partitions?.count ?? 0), 0)
  if (count > PARTITIONS_MAX) problems.topics ??= { kind: 'partitionsTooMany', max: PARTITIONS_MAX }
  if (problems.topics !== undefined) return undefined
  const partitions = Object.fromEntries(chosen.map(each => [each.topic, spelledOut(each.partitions)]))
  return { scope, topics, partitions }
}

function isTopic(name: string): boolean {
  return topicSchema.safeParse(name).success
}

/**
 * Topics may be separated by lines, commas or spaces: none of these can be part of a topic name. Partitions follow a
 * colon, as in `orders:0,1,4-6`, and a comma after it belongs to them, as in `orders:0, 1`. Repeats are dropped.
 */
export function splitTopics(text: string): string[] {
  // What stands on lines of its own has been chosen one by one.
  const lines = plainlyTyped(text).split('\n')
  const words = lines
    .flatMap(line => listsTogether(line.split(/\s+/)))
    .flatMap(word => {
      const colon = word.indexOf(':')
      if (colon < 0) return word.split(',')
      const start = word.lastIndexOf(',', colon) + 1
      return [...word.slice(0, start).split(','), word.slice(start).replace(/,$/, '')]
    })
  return [...new Set(words.filter(word => word !== ''))]
}

/** Puts a list of partitions together that blanks have torn apart: a word with a colon, and numbers that go on with it. */
function listsTogether(words: readonly string[]): string[] {
  const lists: string[][] = []
  /** How the last one ends: with a name that partitions may follow, inside its list, or after what asks for a number. */
  let end = 'other' as 'name' | 'list' | 'open' | 'other'
  for (const word of words) {
    const goesOn: boolean =
      (end === 'name' && word.startsWith(':')) ||
      ((end === 'list' || end === 'open') && /^[,-][\d,-]*$/.test(word)) ||
      (end === 'open' && /^\d/.test(word))
    if (goesOn) lists.at(-1)?.push(word)
    else lists.push([word])
    const isList = /:[\d,-]*$/.test(word) || (goesOn && /^[\d,-]+$/.test(word))
    if (isList) end = /[:,-]$/.test(word) ? 'open' : 'list'
    else end = /^[^:,]+$/.test(word) && !goesOn ? 'name' : 'other'
  }
  return lists.map(parts => parts.join(''))
}

/** Partitions that were chosen of a topic, as ranges in order that do not touch; they may be too many to spell out. */
export interface ChosenPartitions {
  count: number
  ranges: { low: number; high: number }[]
}

/** Undefined: none are named. Null: what is named is no list of partitions. */
export function splitPartitions(typed: string): {
  typed: string
  topic: string
  partitions: ChosenPartitions | null | undefined
} {
  const colon = typed.indexOf(':')
  const topic = colon < 0 ? typed : typed.slice(0, colon)
  const list = colon < 0 ? undefined : typed.slice(colon + 1)
  if (list === undefined) return { typed, topic, partitions: undefined }
  // zod leaves this key out of a record, so the topic would be reset whole.
  if (topic === '__proto__') return { typed, topic, partitions: null }
  const named: ChosenPartitions['ranges'] = []
  for (const part of list.split(',')) {
    const [, low, high = low] = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(part) ?? []
    if (low === undefined || Number(high) < Number(low)) return { typed, topic, partitions: null }
    if (Number(high) - Number(low) >= PARTITIONS_MAX) return { typed, topic, partitions: null }
    named.push({ low: Number(low), high: Number(high) })
  }
  const ranges: ChosenPartitions['ranges'] = []
  for (const { low, high } of named.sort((a, b) => a.low - b.low)) {
    const last = ranges.at(-1)
    if (last !== undefined && low <= last.high + 1) last.high = Math.max(last.high, high)
    else ranges.push({ low, high })
  }
  const count = ranges.reduce((sum, { low, high }) => sum + high - low + 1, 0)
  return { typed, topic, partitions: { count, ranges } }
}

function spelledOut(chosen: ChosenPartitions | null | undefined): number[] {
  return (chosen?.ranges ?? []).flatMap(({ low, high }) =>
    Array.from({ length: high - low + 1 }, (_, index) => low + index),
  )
}

function parseStrategy(fields: ResetFields, rules: ResetRules, problems: Problems): Strategy | undefined {
  switch (fields.strategy) {
    case undefined:
      problems.strategy = { kind: 'strategyMissing' }
      return undefined
    case 'earliest':
    case 'latest':
      return { kind: fields.strategy }
    case 'time': {
      if (fields.timeSeconds === undefined) {
        problems.timeSeconds = { kind: 'timeMissing' }
        return undefined
      }
      const timeMs = fields.timeSeconds * 1000
      if (timeMs > rules.nowMs && fields.skipToEnd !== true) {
        problems.timeSeconds = { kind: 'timeInFuture', timeMs }
      }
      return { kind: 'time', timeMs }
    }
    case 'shift': {
      if (fields.direction === undefined) problems.direction = { kind: 'directionMissing' }
      const count = parseWhole(fields.count)
      if (count === undefined || count === 0n) problems.count = { kind: 'countUnreadable' }
      if (fields.direction === undefined || count === undefined || count === 0n) return undefined
      return { kind: 'shift', direction: fields.direction, count }
    }
    case 'offset': {
      const offset = parseWhole(fields.offset)
      if (offset === undefined) {
        problems.offset = { kind: 'offsetUnreadable' }
        return undefined
      }
      return { kind: 'offset', offset }
    }
    case 'group': {
      const other = (fields.otherGroup ?? '').trim()
      const wrong = groupNameProblem(other)
      if (!rules.writePartitions) problems.strategy = { kind: 'needsPartitions' }
      else if (other === '') problems.otherGroup = { kind: 'otherGroupMissing' }
      else if (other === (fields.group ?? '').trim()) problems.otherGroup = { kind: 'otherGroupSame' }
      else if (wrong !== undefined) problems.otherGroup = wrong
      else return { kind: 'group', group: other }
      return undefined
    }
    case 'offsets': {
      const partitions = fields.file?.size ?? 0
      if (!rules.writePartitions) problems.strategy = { kind: 'needsPartitions' }
      else if (partitions === 0) problems.file = { kind: 'fileMissing' }
      else return { kind: 'offsets', source: 'file', partitions }
      return undefined
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

/** `2026-11-23 08:00:00 UTC` */
export function utc(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

/** Digits in threes with commas, as English and Chinese write them: 12,430. */
export function grouped(value: bigint | number): string {
  return value.toString().replace(/\B(?=(\d{3})+$)/g, ',')
}

/** Shortens to so many UTF-16 units, never through the middle of a character, and says so with an ellipsis. */
export function clip(text: string, max: number): string {
  if (text.length <= max) return text
  const cut = text.slice(0, max - 1)
  return `${/[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut}…`
}

/** Whether both would move a partition of the same topic. A list that is not known yet may hold any topic. */
export function overlap(one: Reset, other: Reset): boolean {
  if (one.target.instanceId !== other.target.instanceId || one.target.group !== other.target.group)
    return false
  if (one.topics.length === 0 || other.topics.length === 0) return true
  const [chosen, othersChosen] = [chosenPartitions(one), chosenPartitions(other)]
  return one.topics.some(topic => {
    if (!other.topics.includes(topic)) return false
    const [mine, theirs] = [chosen.get(topic), othersChosen.get(topic)]
    return mine === undefined || theirs === undefined || [...mine].some(partition => theirs.has(partition))
  })
}

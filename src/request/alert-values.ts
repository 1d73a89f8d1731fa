// What a line of a message labels as a group, a topic or a partition: the whole value, however it is quoted or marked.
// It must never take a piece of a value for the value: `#`, `@`, `::` and blanks belong to names. What was cut short is none.

import { type Item, itemsOf, type Labelled } from './alert-item.ts'
import { KEYS, NOT_LONGER, SIGN } from './alert-keys.ts'

/** `special`: nothing but a consumer group is called so. `general`: "group" alone. `weak`: no sign stands between. */
export type Strength = 'weak' | 'general' | 'special'

export interface Value {
  kind: 'group' | 'topic' | 'partition'
  strength: Strength
  /** Of each name in it, what it can be read as: the longest first, and the likeliest last. */
  names: string[][]
  /** As they are typed after a topic, like `0,4-6`; or UNCLEAR. */
  partitions: string | null
  /** Not one that is cut short or glued to more text. */
  isWhole: boolean
  isStruck: boolean
  /** Where the label begins in its line. */
  at: number
}

/** There are some, and nobody knows which. */
export const UNCLEAR = 'unclear'
/** So much after a label can be its value. */
const VALUE_READ = 600
const ITEMS_MAX = 24
const LABELS_MAX = 40

/** Before a key; `kafka_topic` and `labels.group` are keys too. */
const BEFORE = '(?<![A-Za-z0-9@/#.-]|[A-Za-z0-9.-]_)(?:(?:kafka|labels?|tags?|messaging)[ _.])?'
const LABEL = new RegExp(
  `(?:${BEFORE}|(?<=[_.])(?=consumer))(?:${KEYS})${NOT_LONGER}["'*_\`~]{0,3}(?<gap>\\s{0,3})(?<sign>${SIGN})?`,
  'giu',
)
/** What a label and a general word may stand behind: others make something else of it, like "log group". */
const ARTICLES =
  /^(?:the|an?|of|for|in|on|by|from|to|at|with|and|or|this|that|our|kafka|ckafka|reset|restart|restarting|is|lags?|lagging|behind|stuck|affected|consumer|skip|replay|move|moves|reads?|check)$/i
const BULLET = /^\s{0,8}(?:[•·*\-–]|\d{1,2}[.)])\s{1,4}/

/** @param at which of the lines; a label alone on its line has its value on the next */
export function labelsIn(lines: readonly string[], at: number): Value[] {
  const line = (lines[at] ?? '').replaceAll('\\"', '"')
  const values: Value[] = []
  /** What is before it is taken. */
  let end = 0
  for (const found of line.matchAll(LABEL)) {
    if (values.length >= LABELS_MAX) break
    if (found.index < end) continue
    const label = labelOf(found, line, end)
    if (label === null) continue
    const isAlone = /^[\s*_~`"'：:=]{0,8}$/.test(label.rest)
    if (isAlone && /^[^\p{L}\p{N}]{0,12}$/u.test(line.slice(0, found.index))) {
      values.push(...valueBelow(lines, at, label))
      break
    }
    if (label.sign === '' && label.gap === '' && !label.isChinese) continue
    const read = labelledBy(label, label.rest)
    if (read === null) continue
    values.push(...read.values)
    end = label.start + read.length
  }
  return values
}

interface Label extends Labelled {
  strength: Strength
  isChinese: boolean
  gap: string
  at: number
  start: number
  rest: string
}

function labelOf(found: RegExpExecArray, line: string, taken: number): Label | null {
  const { special, both, topic, partition, general, gap = '', sign = '' } = found.groups ?? {}
  const key = special ?? both ?? topic ?? partition ?? general ?? ''
  const before = line.slice(Math.max(taken, found.index - 40), found.index)
  const isChinese = /[^\0-\x7f]/.test(key)
  // A key of its own needs no leave; and neither does one that comes right after another's value.
  const isKey = special !== undefined || (sign !== '' && gap === '' && sign !== '：' && sign.startsWith('='))
  if (!isKey && !mayStandBehind(before, isChinese)) return null
  const start = found.index + found[0].length
  const strength = sign === '' ? 'weak' : special === undefined ? 'general' : 'special'
  return {
    kind:
      special !== undefined || general !== undefined
        ? 'group'
        : both !== undefined
          ? 'both'
          : topic !== undefined
            ? 'topic'
            : 'partition',
    ...{ strength, isChinese, sign, gap, start, at: found.index, before: line.slice(0, found.index) },
    isPlural: /s$/i.test(key),
    mark: /[*_~]{1,2}$/.exec(before)?.[0] ?? '',
    rest: line.slice(start, start + VALUE_READ),
  }
}

function mayStandBehind(before: string, isChinese: boolean): boolean {
  if (isChinese) return !/\p{Script=Han}$/u.test(before) || /[的在和与及为是将置阅例]$/.test(before)
  const [, word] = /([\p{L}\p{N}_.@#-]{1,40})\s{1,3}["'*_`]{0,2}$/u.exec(before) ?? []
  return word === undefined || ARTICLES.test(word) || /[\d_.@#-]|\p{Script=Han}/u.test(word)
}

/** Under a label that is alone on its line: one line is one value, and bullets are a list. */
function valueBelow(lines: readonly string[], at: number, label: Label): Value[] {
  const below: string[] = []
  for (const line of lines.slice(at + 1, at + 1 + ITEMS_MAX)) {
    const isBullet = BULLET.test(line)
    if (line.trim() === '' || (below.length > 0 && !isBullet)) break
    below.push(line.replace(BULLET, '').slice(0, VALUE_READ))
    if (!isBullet) break
  }
  const strength = label.kind === 'group' && label.strength === 'weak' ? 'general' : label.strength
  return below.flatMap(line => labelledBy({ ...label, strength, mark: '', before: '' }, line)?.values ?? [])
}

/** Null: nothing that can be its value follows. */
function labelledBy(label: Label, text: string): { values: Value[]; length: number } | null {
  const { kind, strength, mark, at } = label
  const opened = mark !== '' && text.startsWith(mark) && !mark.includes('~') ? mark.length : 0
  const { items, length } = itemsOf(text.slice(opened), label, ITEMS_MAX)
  const [first] = items
  if (first === undefined) return null
  const value = { strength, at, names: [], partitions: null, isWhole: true, isStruck: false }
  const read = (values: Value[]) => ({ values, length: opened + length })
  if (kind === 'group') {
    const named = label.isPlural || /^\s{0,5}\[\s{0,2}["']/.test(text) ? items : items.slice(0, 1)
    return read(named.map(({ readings, ...item }) => ({ ...value, ...item, kind, names: [readings] })))
  }
  if (kind === 'topic') {
    const topics: TopicRead[] = []
    for (const item of items) {
      const last = topics.at(-1)
      const [number] = leadingNumbers(item.isWhole ? [item.readings.at(-1) ?? ''] : [])
      // `orders:3,4`
      if (number !== undefined && typeof last?.partitions === 'string') last.partitions += `,${number}`
      else topics.push(...topicsOf(item, label.sign !== '' && topics.length === 0))
    }
    return read(topics.map(each => ({ ...value, kind: 'topic' as const, ...each })))
  }
  const isSure = items.every(item => item.isWhole && !item.isStruck)
  const numbers = isSure ? leadingNumbers(items.map(item => item.readings.at(-1) ?? '')) : []
  if (numbers.length > 0) {
    // "Partitions: 12" says how many there are.
    const isCount = label.isPlural && numbers.length === 1 && /^\d+$/.test(numbers[0] ?? '')
    return isCount ? null : read([{ ...value, kind: 'partition', partitions: numbers.join(',') }])
  }
  const [, topic, number] = first.isWhole ? (TOPIC_PARTITION.exec(first.readings.at(-1) ?? '') ?? []) : []
  if (topic !== undefined && number !== undefined && /[^\d-]/.test(topic)) {
    const { isStruck } = first
    return read([{ ...value, kind: 'partition', names: [[topic]], partitions: number, isStruck }])
  }
  // Of a list that is cut, or struck through in part, nobody knows the rest.
  return isSure ? null : read([{ ...value, kind: 'partition', partitions: UNCLEAR, isWhole: false }])
}

const TOPIC_PARTITION = /^([A-Za-z0-9._-]{1,249})[-:/](\d{1,6})$/

function leadingNumbers(items: readonly string[]): string[] {
  const plain = items.map(item => item.replace(/\s?[–—~]\s?|\s?-\s?/, '-'))
  const end = plain.findIndex(item => !/^\d{1,6}(?:-\d{1,6})?$/.test(item))
  return plain.slice(0, end < 0 ? plain.length : end)
}

/** A topic's name holds no blank, colon or bracket, so that what follows one is not of it. */
type TopicRead = Pick<Value, 'names' | 'partitions' | 'isWhole' | 'isStruck'>

/** @param mustBe it is surely meant as a topic, so that what is no name of one is none that is whole */
function topicsOf({ readings, isWhole, isStruck }: Item, mustBe: boolean): TopicRead[] {
  if (!isWhole) return [{ names: [readings], partitions: null, isWhole, isStruck }]
  const [, name, partition] =
    /^([A-Za-z0-9._-]{1,249})(?::(\d{1,6})|\[(\d{1,6})\])?$/.exec(readings.at(-1) ?? '')?.map(part => part) ??
    []
  // What is no topic's name may begin with one.
  if (name === undefined)
    return !mustBe ? [] : [{ names: [readings], partitions: null, isWhole: false, isStruck }]
  const plain = readings.filter(each => /^[A-Za-z0-9._-]{1,249}$/.test(each))
  const names = [partition === undefined && plain.length > 0 ? plain : [name]]
  return [{ names, partitions: partition ?? null, isWhole, isStruck }]
}

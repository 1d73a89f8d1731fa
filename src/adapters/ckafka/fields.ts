// What the fields of an answer are read as, in either dialect: whole numbers that keep every digit, lists, text fit to be
// shown. It must never guess: what does not fit is named by its place, and its value never leaves here.

import { LosslessNumber, parse } from 'lossless-json'
import { z } from 'zod'
import { clip } from '../../request/reset.ts'

export type Read<T> = { ok: true; value: T } | { ok: false; problem: string }

/** One page of a listing. The count is the API's word for all pages together, and not always right. */
export interface Page<T> {
  totalCount: number | null
  items: T[]
}

const MESSAGE_MAX = 500
const INT64_MAX = 2n ** 63n - 1n

// Some answers carry numbers as strings. A number is read as it was printed, see parseJson.
export const digits = z
  .union(
    [
      z.number().transform(String),
      z.string(),
      z.instanceof(LosslessNumber).transform(number => number.value),
    ],
    'expected a whole number',
  )
  .pipe(z.string().regex(/^-?\d{1,19}$/, 'expected a whole number'))
export const smallInt = digits.transform(Number).pipe(z.int32('expected a small whole number'))
export const int64 = digits
  .transform(BigInt)
  .refine(value => value <= INT64_MAX && value >= -INT64_MAX, 'expected an int64')
/** An offset, or null for Kafka's −1: nothing committed, or not known. */
export const offset = int64.nullable().transform(value => (value === null || value < 0n ? null : value))
/** As Kafka numbers them, from 0. */
export const partitionNumber = smallInt.refine(value => value >= 0, 'expected the number of a partition')
export const name = z.string().min(1)
export const text = z.string().nullish().catch(undefined)

/** `null` is how some servers print an empty list. A missing one is a problem: it would claim that there is nothing. */
export function list<T extends z.ZodType>(item: T) {
  return z
    .array(item)
    .nullable()
    .transform(items => items ?? [])
}

/** Those of one topic. With one of them twice, which of the two is so would be a guess. */
export function partitionList<T extends z.ZodType>(item: T, numberOf: (item: z.output<T>) => number) {
  return list(item).refine(
    items => new Set(items.map(numberOf)).size === items.length,
    'expected each partition once',
  )
}

/** Numbers that JavaScript would print in another way are a LosslessNumber; a name that comes twice is a problem. */
export function parseJson(body: string): Read<unknown> {
  if (isTooDeep(body)) return { ok: false, problem: 'nested too deeply' }
  const plain = plainJson(body)
  if (plain !== undefined) return { ok: true, value: plain }
  try {
    return { ok: true, value: parse(body, undefined, { parseNumber: numberOf }) }
  } catch {
    return { ok: false, problem: 'not JSON' }
  }
}

/** An answer has ten levels at most. */
const DEEPEST = 64
const [QUOTE, BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [34, 92, 91, 93, 123, 125]

/** Before anything is made of it: who reads JSON goes down as deep as it is. */
function isTooDeep(body: string): boolean {
  let depth = 0
  for (let at = 0; at < body.length; at++) {
    const code = body.charCodeAt(at)
    if (code === QUOTE) at = endOfText(body, at)
    else if (code === OPEN_LIST || code === OPEN_OBJECT) {
      depth += 1
      if (depth > DEEPEST) return true
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) depth -= 1
  }
  return false
}

/** The closing quote of the text that begins here; the end where it has none. */
function endOfText(body: string, start: number): number {
  for (let at = start + 1; at < body.length; at++) {
    const code = body.charCodeAt(at)
    if (code === BACKSLASH) at += 1
    else if (code === QUOTE) return at
  }
  return body.length
}

/** Many times faster. That it prints as the very same text proves that no digit and no name was lost. */
function plainJson(body: string): unknown {
  try {
    const value: unknown = JSON.parse(body)
    return JSON.stringify(value) === body ? value : undefined
  } catch {
    return undefined
  }
}

function numberOf(text: string): number | LosslessNumber {
  const number = Number(text)
  return JSON.stringify(number) === text ? number : new LosslessNumber(text)
}

/** The first problem, by its place and never by its value: `data.succ[0].topic: expected string`. */
export function check<T>(schema: z.ZodType<T>, value: unknown, root: string): Read<T> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return { ok: true, value: parsed.data }
  const issue = parsed.error.issues[0]
  const place = (issue?.path ?? []).reduce<string>(
    (path, step) =>
      typeof step === 'number' ? `${path}[${step}]` : path === '' ? String(step) : `${path}.${String(step)}`,
    root,
  )
  const what = (issue?.message ?? 'unreadable').replace('Invalid input: ', '').replace(/, received .*$/, '')
  return { ok: false, problem: place === '' ? what : `${place}: ${what}` }
}

/** Text from outside, made fit for a card: one line, no control or direction marks, at most 500 characters. */
export function shown(from: string): string {
  // Cut first: nothing beyond can be shown, and a whole answer could be one text.
  const flat = from.slice(0, MESSAGE_MAX * 4).replace(/[\p{Cc}\p{Cs}\u2028-\u202e\u2066-\u2069]+/gu, ' ')
  return clip(flat.trim(), MESSAGE_MAX)
}

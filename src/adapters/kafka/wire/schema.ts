// Messages of the protocol as data, and the one encoder and decoder for all of them, both of requests and of answers:
// whoever asks and whoever answers share what is declared once in messages.ts.

import { BrokenMessage, type ByteReader, type ByteWriter, TooMany } from './bytes.ts'

/** From this version on, to that one. */
interface Span {
  since?: number
  until?: number
}

type Kind =
  | { kind: 'bool' | 'int8' | 'int16' | 'int32' | 'int64' }
  /** From `nullable` on it may be null; undefined: never. */
  | { kind: 'string' | 'bytes'; nullable?: number }
  /** Read up to `most` items. */
  | { kind: 'array'; of: Type<unknown>; most: number; nullable?: number }
  /** `list` is of the same fields, made once. */
  | { kind: 'struct'; fields: Fields; list: readonly [string, Type<unknown>][] }

/** What a value looks like on the wire; `T` is what it is here. */
export type Type<T> = Kind & Span & { readonly like?: T; absent?: unknown }
export type Fields = Record<string, Type<unknown>>
export type ValueOf<T> = T extends { readonly like?: infer V } ? Exclude<V, undefined> : never

const plain = <T>(kind: Kind): Type<T> => kind
export const bool: Type<boolean> = plain({ kind: 'bool' })
export const int8: Type<number> = plain({ kind: 'int8' })
export const int16: Type<number> = plain({ kind: 'int16' })
export const int32: Type<number> = plain({ kind: 'int32' })
export const int64: Type<bigint> = plain({ kind: 'int64' })
export const string: Type<string> = plain({ kind: 'string' })
export const bytes: Type<Buffer> = plain({ kind: 'bytes' })

/** Of partitions, topics or groups: as many partitions as Kafka's own documentation ever gave a cluster. */
const ITEMS = 200_000
export const array = <T>(of: Type<T>, most = ITEMS): Type<T[]> =>
  plain({ kind: 'array', of: of as Type<unknown>, most })
export const struct = <F extends Fields>(fields: F): Type<{ [Name in keyof F]: ValueOf<F[Name]> }> =>
  plain({ kind: 'struct', fields, list: Object.entries(fields) })

export const nullable = <T>(type: Type<T>, since = 0): Type<T | null> =>
  ({ ...type, nullable: since }) as Type<T | null>

/** Only in versions from `first` on; in others it is not sent, and read as `absent`. */
export const since = <T>(first: number, type: Type<T>, absent: NoInfer<T>): Type<T> => ({
  ...type,
  since: first,
  absent,
})
export const until = <T>(last: number, type: Type<T>, absent: NoInfer<T>): Type<T> => ({
  ...type,
  until: last,
  absent,
})

const isIn = ({ since: first = 0, until: last = Number.POSITIVE_INFINITY }: Span, version: number) =>
  version >= first && version <= last

/** Which version of a message, and whether it is a flexible one: with compact lengths, and tags behind each struct. */
export interface Form {
  version: number
  flexible: boolean
}

export function write(to: ByteWriter, type: Type<unknown>, value: unknown, form: Form): void {
  switch (type.kind) {
    case 'bool':
      to.int8(value === true ? 1 : 0)
      return
    case 'int8':
    case 'int16':
    case 'int32':
      to[type.kind](value as number)
      return
    case 'int64':
      to.int64(value as bigint)
      return
    case 'string': {
      const text = value === null ? null : Buffer.from(value as string, 'utf8')
      if (text !== null && text.length > SHORT_MAX)
        throw new RangeError('a text is too long for the protocol')
      writeLength(to, text === null ? null : text.length, form, 'short')
      if (text !== null) to.raw(text)
      return
    }
    case 'bytes': {
      const raw = value as Buffer | null
      writeLength(to, raw === null ? null : raw.length, form, 'long')
      if (raw !== null) to.raw(raw)
      return
    }
    case 'array': {
      const items = value as unknown[] | null
      writeLength(to, items === null ? null : items.length, form, 'long')
      for (const item of items ?? []) write(to, type.of, item, form)
      return
    }
    case 'struct':
      for (const [name, field] of type.list) {
        if (isIn(field, form.version)) write(to, field, (value as Record<string, unknown>)[name], form)
      }
      if (form.flexible) to.unsigned(0)
      return
    default: {
      const none: never = type
      throw new TypeError(`no such type: ${none}`)
    }
  }
}

const SHORT_MAX = 2 ** 15 - 1

function writeLength(
  to: ByteWriter,
  length: number | null,
  { flexible }: Form,
  size: 'short' | 'long',
): void {
  if (flexible) to.unsigned(length === null ? 0 : length + 1)
  else if (size === 'short') to.int16(length ?? -1)
  else to.int32(length ?? -1)
}

export function read(from: ByteReader, type: Type<unknown>, form: Form, name = 'the message'): unknown {
  switch (type.kind) {
    case 'bool':
      return from.int8() !== 0
    case 'int8':
    case 'int16':
    case 'int32':
    case 'int64':
      return from[type.kind]()
    case 'string': {
      const length = readLength(from, type, form, 'short', name)
      return length === null ? null : from.raw(length, name).toString('utf8')
    }
    case 'bytes': {
      const length = readLength(from, type, form, 'long', name)
      // A copy: the answer is not to be kept for the sake of a few bytes.
      return length === null ? null : Buffer.from(from.raw(length, name))
    }
    case 'array': {
      const length = readLength(from, type, form, 'long', name)
      if (length === null) return null
      if (length * leastOf(type.of, form) > from.left) throw new BrokenMessage(`${name} is cut off`)
      if (length > type.most) throw new TooMany(name, type.most)
      if (!NUMBERS.has(type.of.kind)) from.count(length)
      const items: unknown[] = []
      for (let index = 0; index < length; index += 1) items.push(read(from, type.of, form, name))
      return items
    }
    case 'struct': {
      const value: Record<string, unknown> = {}
      for (const [field, of] of type.list) {
        value[field] = isIn(of, form.version) ? read(from, of, form, field) : of.absent
      }
      if (form.flexible) skipTags(from)
      return value
    }
    default:
      return type satisfies never
  }
}

/** What costs hardly more here than its bytes do there. */
const NUMBERS = new Set<Kind['kind']>(['bool', 'int8', 'int16', 'int32'])

/** How many bytes a value takes at least, so that a length cannot promise more items than can come. */
function leastOf(type: Type<unknown>, form: Form): number {
  switch (type.kind) {
    case 'bool':
    case 'int8':
      return 1
    case 'int16':
      return 2
    case 'int32':
      return 4
    case 'int64':
      return 8
    case 'string':
      return form.flexible ? 1 : 2
    case 'bytes':
    case 'array':
      return form.flexible ? 1 : 4
    case 'struct': {
      let least = form.flexible ? 1 : 0
      for (const [, field] of type.list) if (isIn(field, form.version)) least += leastOf(field, form)
      return least
    }
    default:
      return type satisfies never
  }
}

function readLength(
  from: ByteReader,
  { nullable: nullableSince }: { nullable?: number },
  { flexible, version }: Form,
  size: 'short' | 'long',
  name: string,
): number | null {
  const length = flexible ? from.unsigned() - 1 : size === 'short' ? from.int16() : from.int32()
  if (length >= 0) return length
  if (length === -1 && nullableSince !== undefined && version >= nullableSince) return null
  throw new BrokenMessage(`${name} has a length below zero`)
}

/** What later versions may add to any struct, and we do not know. */
export function skipTags(from: ByteReader): void {
  for (let left = from.unsigned(); left > 0; left -= 1) {
    from.unsigned()
    from.raw(from.unsigned(), 'a tag')
  }
}

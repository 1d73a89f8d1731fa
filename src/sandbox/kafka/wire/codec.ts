// Owns how a declared message becomes bytes and comes back from them, in either encoding of Kafka's: with lengths of a
// fixed size, or flexible, with short ones and room for tagged fields (KIP-482).
// It must never know what a message means, nor trust a length that came from outside.

import { Garbage, type Reading, type Written } from './bytes.ts'
import {
  type Declared,
  type Field,
  fieldOf,
  isList,
  type Read,
  type ScalarName,
  type Sent,
} from './declared.ts'

interface Form {
  version: number
  flexible: boolean
}

interface Codec {
  field: Field
  write(out: Written, value: unknown, form: Form): void
  read(from: Reading, form: Form): unknown
  /** What stands where nothing is said; undefined: something has to be. */
  otherwise: unknown
  /** What a reader gets of a version that does not have the field. */
  absent: unknown
}

const known = new WeakMap<object, Codec>()

export function encode<D extends Declared & object>(
  declared: D,
  out: Written,
  value: Sent<D>,
  form: Form,
): void {
  codecOf(declared).write(out, value, form)
}

/** Throws Garbage. */
export function decode<D extends Declared & object>(declared: D, from: Reading, form: Form): Read<D> {
  return codecOf(declared).read(from, form) as Read<D>
}

function codecOf(declared: Declared): Codec {
  if (typeof declared === 'string') return scalarCodec(fieldOf(declared))
  const found = known.get(declared)
  if (found !== undefined) return found
  const codec = isList(declared) ? listCodec(fieldOf(declared), codecOf(declared[1])) : structCodec(declared)
  known.set(declared, codec)
  return codec
}

const isIn = ({ from, to }: Field, version: number) => version >= from && version <= to

function structCodec(declared: { readonly [name: string]: Declared }): Codec {
  const parts = Object.entries(declared).map(([name, each]) => ({ name, codec: codecOf(each) }))
  return {
    field: fieldOf(declared),
    write(out, value, form) {
      const given = value as Record<string, unknown>
      for (const { name, codec } of parts) {
        if (!isIn(codec.field, form.version)) continue
        const said = given[name] === undefined ? codec.otherwise : given[name]
        if (said === undefined) throw new Error(`nothing is said of ${name}`)
        codec.write(out, said, form)
      }
      if (form.flexible) out.unsignedVarint(0)
    },
    read(from, form) {
      const found: Record<string, unknown> = {}
      for (const { name, codec } of parts)
        found[name] = isIn(codec.field, form.version) ? codec.read(from, form) : codec.absent
      if (form.flexible) skipTagged(from)
      return found
    },
    otherwise: undefined,
    absent: undefined,
  }
}

export function skipTagged(from: Reading): void {
  const count = from.unsignedVarint()
  for (let index = 0; index < count; index += 1) {
    from.unsignedVarint()
    from.raw(from.unsignedVarint())
  }
}

function listCodec(field: Field, element: Codec): Codec {
  return {
    field,
    write(out, value, form) {
      const list = value as unknown[] | null
      writeLength(out, list === null ? -1 : list.length, form, 32)
      for (const each of list ?? []) element.write(out, each, form)
    },
    read(from, form) {
      const length = readLength(from, form, 32)
      if (length === -1) return nothing(field)
      // Nothing takes less than a byte.
      if (length > from.left) throw new Garbage(`a list of ${length} in ${from.left} bytes`)
      return Array.from({ length }, () => element.read(from, form))
    },
    otherwise: field.otherwise === undefined ? undefined : [],
    absent: field.nullable ? null : [],
  }
}

function nothing(field: Field): null {
  if (!field.nullable) throw new Garbage('null where it is no value')
  return null
}

function writeLength(out: Written, length: number, { flexible }: Form, bits: 16 | 32): void {
  if (flexible) out.unsignedVarint(length + 1)
  else if (bits === 16) out.int16(length)
  else out.int32(length)
}

function readLength(from: Reading, { flexible }: Form, bits: 16 | 32): number {
  const length = flexible ? from.unsignedVarint() - 1 : bits === 16 ? from.int16() : from.int32()
  if (length < -1) throw new Garbage(`a length of ${length}`)
  return length
}

function scalarCodec(field: Field): Codec {
  const { write, read, zero, parse } = SCALARS[field.type as ScalarName]
  const { otherwise } = field
  const said = otherwise === undefined ? undefined : otherwise === 'null' ? null : parse(otherwise)
  return {
    field,
    write,
    read(from, form) {
      const value = read(from, form)
      return value === null ? nothing(field) : value
    },
    otherwise: said,
    absent: said === undefined ? (field.nullable ? null : zero) : said,
  }
}

interface ScalarCodec {
  write(out: Written, value: unknown, form: Form): void
  read(from: Reading, form: Form): unknown
  zero: unknown
  parse(text: string): unknown
}

const whole = (name: 'int8' | 'int16' | 'int32'): ScalarCodec => ({
  write: (out, value) => out[name](value as number),
  read: from => from[name](),
  zero: 0,
  parse: Number,
})

/** Of texts and bytes: the length, −1 for null, and then they themselves. */
const sized = (bits: 16 | 32, zero: unknown, to: (value: never) => Buffer, of: (raw: Buffer) => unknown) =>
  ({
    write(out, value, form) {
      const raw = value === null ? null : to(value as never)
      writeLength(out, raw === null ? -1 : raw.length, form, bits)
      if (raw !== null) out.raw(raw)
    },
    read(from, form) {
      const length = readLength(from, form, bits)
      return length === -1 ? null : of(from.raw(length))
    },
    zero,
    parse: () => zero,
  }) satisfies ScalarCodec

const UUID_BYTES = 16

const SCALARS: Record<ScalarName, ScalarCodec> = {
  bool: {
    write: (out, value) => out.int8(value === true ? 1 : 0),
    read: from => from.int8() !== 0,
    zero: false,
    parse: text => text === 'true',
  },
  int8: whole('int8'),
  int16: whole('int16'),
  int32: whole('int32'),
  int64: {
    write: (out, value) => out.int64(value as bigint),
    read: from => from.int64(),
    zero: 0n,
    parse: BigInt,
  },
  string: sized(
    16,
    '',
    (text: string) => Buffer.from(text, 'utf8'),
    raw => raw.toString('utf8'),
  ),
  bytes: sized(
    32,
    Buffer.alloc(0),
    (raw: Buffer) => raw,
    raw => Buffer.from(raw),
  ),
  uuid: {
    write: (out, value) => out.raw(value as Buffer),
    read: from => Buffer.from(from.raw(UUID_BYTES)),
    zero: Buffer.alloc(UUID_BYTES),
    parse: () => Buffer.alloc(UUID_BYTES),
  },
}

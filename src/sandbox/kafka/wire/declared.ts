// Owns how a message is declared: as data, in a notation near to that of Apache Kafka's own descriptions of its messages
// (clients/src/main/resources/common/message), so that the two can be compared field by field (test/kafka).
//
// A field is a text: `[?]type [versions] [=value]`. `?`: null is a value. Versions: `3+`, `0-7`, absent for all.
// `=value`: what stands there where nothing is said; `=` alone: the empty text or list. A list is `[field, element]`, whose
// type is `list`, and a structure an object of fields.

interface Scalars {
  bool: boolean
  int8: number
  int16: number
  int32: number
  int64: bigint
  string: string
  bytes: Buffer
  /** Sixteen bytes. */
  uuid: Buffer
}
export type ScalarName = keyof Scalars

export type Declared = string | readonly [field: string, element: Declared] | Fields
export interface Fields {
  readonly [name: string]: Declared
}

type Named<T> = T extends ScalarName ? Scalars[T] : never
type Plain<S> = S extends `${infer T} ${string}` ? Named<T> : Named<S>
type Scalar<S> = S extends `?${infer T}` ? Plain<T> | null : Plain<S>
type Nothing<S> = S extends `?${string}` ? null : never

/** What a reader gets: every field, with what stands for those of other versions. */
export type Read<D> = D extends string
  ? Scalar<D>
  : D extends readonly [infer S, infer E]
    ? Read<E>[] | Nothing<S>
    : { [K in keyof D]: Read<D[K]> }

type IsOptional<D> = D extends string
  ? D extends `${string}=${string}`
    ? true
    : false
  : D extends readonly [`${string}=${string}`, unknown]
    ? true
    : false
/** What a writer gives: fields with a `=value` may be left out. */
export type Sent<D> = D extends string
  ? Scalar<D>
  : D extends readonly [infer S, infer E]
    ? Sent<E>[] | Nothing<S>
    : { [K in keyof D as IsOptional<D[K]> extends true ? never : K]: Sent<D[K]> } & {
        [K in keyof D as IsOptional<D[K]> extends true ? K : never]?: Sent<D[K]>
      }

export interface Field {
  type: ScalarName | 'list' | 'struct'
  nullable: boolean
  from: number
  to: number
  /** Absent: it has to be said. */
  otherwise?: string
}

const TYPES = ['bool', 'int8', 'int16', 'int32', 'int64', 'string', 'bytes', 'uuid', 'list'] as const

/** Throws an Error for a text that is no field. */
export function fieldOf(declared: Declared): Field {
  const always = { from: 0, to: Number.POSITIVE_INFINITY }
  if (typeof declared === 'object' && !isList(declared)) return { type: 'struct', nullable: false, ...always }
  const text = typeof declared === 'string' ? declared : declared[0]
  const form = /^(\?)?([a-z\d]+)(?: (\d+)(\+|-\d+)?)?(?: =(.*))?$/
  const [whole, nullable, name, from, to, otherwise] = form.exec(text) ?? []
  const type = TYPES.find(each => each === name)
  if (whole === undefined || type === undefined || (type === 'list') !== isList(declared))
    throw new Error(`not a field: ${text}`)
  const range =
    from === undefined
      ? always
      : { from: Number(from), to: to === '+' ? always.to : Number(to?.slice(1) ?? from) }
  return {
    type,
    nullable: nullable !== undefined,
    ...range,
    ...(otherwise === undefined ? {} : { otherwise }),
  }
}

export const isList = (declared: Declared): declared is readonly [string, Declared] => Array.isArray(declared)

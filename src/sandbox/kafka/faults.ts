// Owns the ways in which a call of Kafka's protocol goes wrong, and what a code in an answer costs it.
// It must never do the work of a call itself.

import type { ApiName } from './wire/messages.ts'

/** `afterDoingIt`: whether the work was done before it went wrong. That is what a caller cannot know. */
export type KafkaFault =
  /** The work is done after the delay, even when the caller has gone by then. */
  | { kind: 'delay'; ms: number }
  /** No answer ever comes, to this call or to any behind it on the same connection. */
  | { kind: 'hang'; afterDoingIt: boolean }
  /** The connection is destroyed before any byte of an answer. */
  | { kind: 'cut'; afterDoingIt: boolean }
  /** The work is done; half of the answer arrives, and then the connection is destroyed. */
  | { kind: 'halfAnswer' }
  /** Kafka's error code, wherever the answer has room for one; see failPartition of the cluster for a single one. */
  | { kind: 'code'; code: number; afterDoingIt: boolean }
  /** Success is answered and nothing is done. */
  | { kind: 'lie' }
  /** Exactly these bytes come instead of an answer. */
  | { kind: 'pinned'; bytes: Buffer; afterDoingIt: boolean }

/** The answer with this code in the outermost places for one, and nothing in what lies below those. */
export function withCode<T>(name: ApiName, answer: T, code: number): T {
  const coded = codeIn(answer as Struct, code) as T
  return name === 'FindCoordinator' ? withoutNode(coded) : coded
}

type Struct = Record<string, unknown>
const isStruct = (value: unknown): value is Struct =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !Buffer.isBuffer(value)

function codeIn(value: Struct, code: number): Struct {
  const parts = Object.entries(value)
  const isHere = 'ErrorCode' in value
  return Object.fromEntries(
    parts.map(([name, part]) => {
      if (name === 'ErrorCode') return [name, code]
      if (!Array.isArray(part)) return [name, part]
      if (isHere) return [name, []]
      return [name, part.map(each => (isStruct(each) ? codeIn(each, code) : each))]
    }),
  )
}

function withoutNode<T>(answer: T): T {
  const { Coordinators } = answer as { Coordinators?: Struct[] }
  const nobody = { NodeId: -1, Host: '', Port: -1 }
  return {
    ...answer,
    ...nobody,
    ...(Coordinators && { Coordinators: Coordinators.map(each => ({ ...each, ...nobody })) }),
  }
}

// How one call of a cluster's API ended, whatever kind of cluster it is: what reads and writes resolve with.
// It must never say that nothing happened where something may have.

import { z } from 'zod'

/**
 * As the API gave it: Kafka's number, or a word of the API's own like `FailedOperation`. 0 means no error, and `none` an
 * error that was given no code.
 */
export type ApiCode = number | string

/** One topic of the API's answer, `succ` and `failed` alike. Code 0 means no error; partitions may be absent on failure. */
export interface TopicReport {
  topic: string
  errorCode: ApiCode
  errorMessage: string
  partitions: PartitionReport[]
  /** Not written, because something else is committed there than the plan goes out from. */
  moved?: number[]
}

/**
 * A topic whose own write did not come to an answer, where others were written. `refused` and `notSent`: certain that it
 * was not written. `unanswered`: it may have been.
 */
export type UnwrittenTopic = { topic: string } & (
  | { end: 'refused'; reason: RefusalReason; code: ApiCode; message: string }
  | { end: 'notSent' | 'unanswered'; cause: string }
)

export interface PartitionReport {
  partition: number
  /** Null: the API only accepted the call, or has no offset for it. */
  offset: bigint | null
  errorCode: number
  errorMessage: string
}

/** Why the API refused a call as a whole; the words for each are found where the sentence is written. */
export const refusalReasonSchema = z.enum([
  'groupNotEmpty',
  'topicMissing',
  'instanceMissing',
  'badRequest',
  'unknownAction',
  'credentials',
  'notAllowed',
  'clock',
  'quota',
  'unavailable',
  'other',
])
export type RefusalReason = z.output<typeof refusalReasonSchema>

/**
 * How one mutating call ended. `refused`: the API said no, nothing happened. `notSent`: certain that nothing reached it,
 * so trying again is safe; with `retryAfterMs` it asked to wait. `unknown`: it may have happened; never try again by
 * itself. `requestIds`: what the API calls the calls it answered.
 */
export type CallOutcome = { requestIds?: string[] } & (
  | { kind: 'done'; topics: TopicReport[] }
  | { kind: 'refused'; reason: RefusalReason; code: string; message: string }
  | { kind: 'notSent'; cause: string; retryAfterMs?: number }
  | { kind: 'unknown'; cause: string }
)

/** How a read ended. Reads have no effect, so `unavailable` may always be tried again. */
export type ReadOutcome<T> =
  | { kind: 'read'; value: T }
  | { kind: 'refused'; reason: RefusalReason; code: string; message: string }
  | { kind: 'unavailable'; cause: string; retryAfterMs?: number }

// The state that a request is in: what was decided, what it waits for, how an execution ended. Shapes only, but for which
// states are over and which may still begin.

import { z } from 'zod'
import { refusalReasonSchema } from './api-answer.ts'
import { boundsSchema } from './bounds.ts'
import { groupSchema } from './group.ts'
import { int64Schema } from './reset.ts'
import { doneSchema } from './result.ts'

export const userIdSchema = z.string().min(1)
export const timeMsSchema = z.int().nonnegative()

export const decisionSchema = z.object({
  verdict: z.enum(['approve', 'reject']),
  by: userIdSchema,
  note: z.string(),
  atMs: timeMsSchema,
  /** Which of the guard's needs this person can fill, by index. */
  fills: z.array(z.int()).default([0]),
  /** By which of the ids that the guard names, as far as that was known; absent in older records. */
  through: z.array(z.string()).optional(),
  /** Of the bounds of a plan, before it was exact. */
  onBounds: z.literal(true).optional(),
})
export type Decision = z.output<typeof decisionSchema>

/**
 * Why no request is allowed: a rule that denies it, none that covers it, none for this channel, none for this person in it, an instance that
 * the settings leave out, or a rule of which that is not known, because a user group cannot be read.
 */
const refusedRulingSchema = z.object({
  why: z.enum(['denied', 'nothingMatches', 'notInChannel', 'notRequester', 'instanceLeftOut', 'unreadable']),
  /** Null: no rule is about it. */
  rule: z.string().nullable(),
  /** In the words of who wrote the rule; empty where they gave none. */
  reason: z.string(),
})
export type RefusedRuling = z.output<typeof refusedRulingSchema>

/**
 * Why a record is not gone by: its events tell no story that leads to it, or, with a key, it is not sealed, sealed with a key
 * that is not set, or was changed after it was sealed.
 */
export const distrustSchema = z.enum(['story', 'unsealed', 'otherKey', 'changed'])
export type Distrust = z.output<typeof distrustSchema>

/** How an execution ended, without the rows: those are the document `result`. */
const outcomeSchema = z.discriminatedUnion('kind', [
  doneSchema,
  z.object({
    kind: z.literal('refused'),
    reason: refusalReasonSchema,
    code: z.string(),
    message: z.string(),
    /** Names the call to Tencent’s support; the API of 2.0 has none. */
    requestId: z.string().optional(),
  }),
  z.object({ kind: z.literal('notSent'), cause: z.string() }),
  z.object({ kind: z.literal('unknown'), cause: z.string() }),
  /** No plan could be made, so there was nothing to approve. */
  z.object({
    kind: z.literal('notPrepared'),
    cause: z.string(),
    /** Where the API refused a read. */
    refused: refusalReasonSchema.optional(),
  }),
  /** There is no message as late as the time asked for, and nobody has said that skipping to the end is meant. */
  z.object({
    kind: z.literal('wouldJump'),
    partitions: z.int(),
    skips: int64Schema,
    first: z.array(z.string()),
  }),
  /** Consumers stayed connected until the wait was over. */
  z.object({ kind: z.literal('neverEmpty'), group: groupSchema, holdMs: timeMsSchema.optional() }),
  /** The policy does not allow it, or no longer. */
  z.object({ kind: z.literal('notAllowed'), ruling: refusedRulingSchema }),
  /** Nothing vouches for its record. `event`: with which event of its trail that begins, where it is known. */
  z.object({ kind: z.literal('notVerified'), why: distrustSchema, event: z.int().nullable() }),
  /** The offsets do not tell, and somebody vouches for it that it happened. */
  z.object({ kind: z.literal('testified'), by: userIdSchema }),
])
export type Outcome = z.output<typeof outcomeSchema>
/** What a call can end in; kept in the audit as it is, so that it holds no bigint. */
export type CallEnd = Extract<Outcome, { kind: 'done' | 'refused' | 'notSent' | 'unknown' }>

const endedSchema = z.object({
  decision: decisionSchema.nullable(),
  attempt: z.int(),
  outcome: outcomeSchema,
  atMs: timeMsSchema,
})

/** An approved request whose group has members waits for it to be empty. */
const waitSchema = z.object({
  sinceMs: timeMsSchema,
  /** Nobody waits longer than this. */
  untilMs: timeMsSchema,
  /** So often in a row it has been found with members, or empty. */
  looks: z.int(),
  /** Since when every look has found the group empty; null while it has members. */
  emptySinceMs: timeMsSchema.nullable(),
  /** As it was at the last look. */
  group: groupSchema,
  /** How long it has to stay empty; absent in older records. */
  holdMs: timeMsSchema.optional(),
})
export type Wait = z.output<typeof waitSchema>

export const progressSchema = z.object({
  done: z.int(),
  total: z.int(),
  /** What the plan cannot exceed, as far as it is known; absent in older records, as below. */
  bounds: boundsSchema.optional(),
  /** So long the rest may take. */
  leftMs: z.int().nonnegative().optional(),
})
export type Progress = z.output<typeof progressSchema>

/** `attempt` counts executions from 1; `number` counts jobs put on the queue, and is never used twice. */
export const stateSchema = z.discriminatedUnion('name', [
  z.object({
    name: z.literal('preparing'),
    tries: z.int(),
    retryAtMs: timeMsSchema,
    /** Why the last try came to nothing; absent before there was one. */
    cause: z.string().optional(),
    /** How many of the reads that a plan needs are done; null before that is known. */
    progress: progressSchema.nullable(),
  }),
  z.object({ name: z.literal('pending') }),
  z.object({ name: z.literal('rejected'), decision: decisionSchema }),
  z.object({ name: z.literal('cancelled'), by: userIdSchema, atMs: timeMsSchema }),
  z.object({ name: z.literal('expired'), atMs: timeMsSchema }),
  z.object({
    name: z.literal('approved'),
    decision: decisionSchema,
    attempt: z.int(),
    notBeforeMs: timeMsSchema,
    lastCause: z.string().nullable(),
    wait: waitSchema.nullable(),
    /** `lost`: so many jobs in a row have ended without a trace in the record. */
    dispatch: z.object({ number: z.int(), seenAtMs: timeMsSchema, lost: z.int().default(0) }).nullable(),
    /** Somebody has vouched for it that the attempt before this one did nothing. */
    cleared: z.boolean().default(false),
    /** So often in a row it has given way to another request. */
    gaveWay: z.int().default(0),
  }),
  z.object({
    name: z.literal('executing'),
    decision: decisionSchema,
    attempt: z.int(),
    worker: z.string(),
    /** Kept for when the call turns out never to have been made. */
    wait: waitSchema.nullable(),
    startedAtMs: timeMsSchema,
    /** The call has ended by then, whatever happened. */
    deadlineMs: timeMsSchema,
    /** From then on whoever finds it still executing may say that nobody knows. */
    abandonAtMs: timeMsSchema,
    /** Until then a call of it that nobody answered may take effect; 0 in records of before that was kept. */
    lateUntilMs: timeMsSchema.default(0),
  }),
  endedSchema.extend({ name: z.literal('succeeded') }),
  endedSchema.extend({ name: z.literal('partial') }),
  endedSchema.extend({ name: z.literal('failed') }),
  endedSchema.extend({
    name: z.literal('unclear'),
    /** When the offsets are next read back, which may show what happened. In the oldest records there is none of these five. */
    lookAtMs: timeMsSchema.default(0),
    looks: z.int().default(0),
    /** What the last read-back showed, where it takes a second one to count. */
    seen: z.enum(['absent', 'partly']).nullable().default(null),
    /** Whether people have been asked. */
    asked: z.boolean().default(false),
    /** Whether a call is on record; without one the offsets cannot tell that it happened. */
    called: z.boolean().default(true),
    /** Whose call that is. Null: there is none, or the record is older than this. */
    worker: z.string().nullable().default(null),
    /** Redis was restored from a backup of before: no offsets tell what happened since, and a person has to. */
    restored: z.literal(true).optional(),
  }),
])
export type State = z.output<typeof stateSchema>
export type StateName = State['name']

/** Final states never change again; `unclear` may still learn what happened. */
export function isFinal(state: State): boolean {
  return !['preparing', 'pending', 'approved', 'executing', 'unclear'].includes(state.name)
}

/** An execution may begin from here: what decides on it has to be beyond doubt. */
export function mayBegin({ name }: State): boolean {
  return name === 'preparing' || name === 'pending' || name === 'approved'
}

// The record of a request: what was asked for and everything that has happened to it. Shapes only, no decisions.
// Written as JSON and read back by schema: a field that cannot be read is an error here, never an `undefined` further in.

import { z } from 'zod'
import { type Group, groupSchema } from './group.ts'
import { resetSchema } from './reset.ts'
import { countsSchema, refusalReasonSchema } from './result.ts'

export const requestIdSchema = z
  .string()
  .regex(/^R-[1-9]\d{0,14}$/)
  .brand<'RequestId'>()
export type RequestId = z.output<typeof requestIdSchema>

const userIdSchema = z.string().min(1)
const timeMsSchema = z.int().nonnegative()

export const decisionSchema = z.object({
  verdict: z.enum(['approve', 'reject']),
  by: userIdSchema,
  note: z.string(),
  atMs: timeMsSchema,
})
export type Decision = z.output<typeof decisionSchema>

/** How an execution ended, without the rows: those are the document `result`. */
export const outcomeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('done'), counts: countsSchema, rows: z.int() }),
  z.object({
    kind: z.literal('refused'),
    reason: refusalReasonSchema,
    code: z.string(),
    message: z.string(),
  }),
  z.object({ kind: z.literal('notSent'), cause: z.string() }),
  z.object({ kind: z.literal('unknown'), cause: z.string() }),
  /** "All topics" could not be turned into names, so there was nothing to approve. */
  z.object({ kind: z.literal('notPrepared'), cause: z.string() }),
])
export type Outcome = z.output<typeof outcomeSchema>

const endedSchema = z.object({
  decision: decisionSchema.nullable(),
  attempt: z.int(),
  outcome: outcomeSchema,
  atMs: timeMsSchema,
})

/** `attempt` counts executions from 1; `number` counts jobs put on the queue, and is never used twice. */
export const stateSchema = z.discriminatedUnion('name', [
  z.object({ name: z.literal('preparing'), tries: z.int(), retryAtMs: timeMsSchema }),
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
    dispatch: z.object({ number: z.int(), seenAtMs: timeMsSchema }).nullable(),
  }),
  z.object({
    name: z.literal('executing'),
    decision: decisionSchema,
    attempt: z.int(),
    worker: z.string(),
    startedAtMs: timeMsSchema,
    /** The call has ended by then, whatever happened. */
    deadlineMs: timeMsSchema,
    /** From then on whoever finds it still executing may say that nobody knows. */
    abandonAtMs: timeMsSchema,
  }),
  endedSchema.extend({ name: z.literal('succeeded') }),
  endedSchema.extend({ name: z.literal('partial') }),
  endedSchema.extend({ name: z.literal('failed') }),
  endedSchema.extend({ name: z.literal('unclear') }),
])
export type State = z.output<typeof stateSchema>
export type StateName = State['name']

/** The messages a request can owe. `card` is the root; the rest are replies, but `cardTrouble`, a direct message. */
export const postKeySchema = z.enum(['card', 'decision', 'unclear', 'result', 'csv', 'cardTrouble'])
export type PostKey = z.output<typeof postKeySchema>

/**
 * `claimed` is written before a post and `posted` after it, so that whoever finds a claim run out knows that the
 * message may be there already, and looks before posting again.
 */
export const postSchema = z.discriminatedUnion('state', [
  z.object({ state: z.literal('claimed'), by: z.string(), untilMs: timeMsSchema }),
  z.object({ state: z.literal('posted'), ts: z.string() }),
  /** Certainly not posted: Slack asked to wait, or was not reached. */
  z.object({ state: z.literal('waiting'), retryAtMs: timeMsSchema }),
  z.object({ state: z.literal('refused'), code: z.string(), retryAtMs: timeMsSchema }),
])
export type Post = z.output<typeof postSchema>

export const requestSchema = z.object({
  schema: z.literal(1),
  id: requestIdSchema,
  /** Counts every change; the compare-and-set key. */
  version: z.int().positive(),
  /** Counts the changes a person can see; the card shows one of them. */
  revision: z.int().positive(),
  reset: resetSchema,
  /** The group as it was seen when this was asked for; null until somebody has looked. */
  group: groupSchema.nullable(),
  reason: z.string(),
  requester: userIdSchema,
  /** Where the command was typed, and where the card belongs. */
  askedIn: z.string(),
  channel: z.string(),
  createdAtMs: timeMsSchema,
  expiresAtMs: timeMsSchema,
  state: stateSchema,
  /** The highest job number used so far. */
  dispatches: z.int().nonnegative(),
  posts: z.partialRecord(postKeySchema, postSchema),
  /** The revision the card shows, and from when on a newer one may be tried. */
  cardRevision: z.int().nonnegative(),
  cardRetryAtMs: timeMsSchema,
})
export type ResetRequest = z.output<typeof requestSchema>

/** Large facts beside the record. */
export type DocumentName = 'result'

/** One change, in the words of the command that made it. Replaying the commands in order gives the record again. */
export interface AuditEvent {
  version: number
  changeId: string
  atMs: number
  command: AuditedCommand
  state: StateName
}

/** What happened, as data; `decide.ts` gives the commands their meaning. */
export type AuditedCommand = Submission | Command

export interface Submission {
  kind: 'submit'
  reset: z.input<typeof resetSchema>
  group: Group | null
  reason: string
  requester: string
  askedIn: string
  channel: string
  expiresAtMs: number
}

export type Command =
  | { kind: 'prepare'; topics: string[]; group: Group }
  | { kind: 'prepareLater'; retryAtMs: number }
  | { kind: 'prepareFailed'; cause: string }
  | { kind: 'decide'; verdict: 'approve' | 'reject'; by: string; note: string; mayDecide: boolean }
  | { kind: 'cancel'; by: string }
  | { kind: 'expire' }
  | { kind: 'dispatched'; number: number }
  | { kind: 'start'; worker: string; callMs: number; graceMs: number }
  | { kind: 'finish'; worker: string; attempt: number; outcome: Outcome; retryAfterMs?: number }
  | { kind: 'abandon' }
  | { kind: 'claimPost'; key: PostKey; by: string; untilMs: number }
  | { kind: 'posted'; key: PostKey; ts: string; revision: number }
  | { kind: 'postRefused'; key: PostKey; code: string; retryAtMs: number }
  | { kind: 'postLater'; key: PostKey; retryAtMs: number }
  | { kind: 'cardShown'; revision: number }
  | { kind: 'cardLater'; retryAtMs: number }

/** Final states never change again; `unclear` may still learn what happened. */
export function isFinal(state: State): boolean {
  return !['preparing', 'pending', 'approved', 'executing', 'unclear'].includes(state.name)
}

// The record of a request: what was asked for and everything that has happened to it. Shapes only, no decisions.
// Written as JSON and read back by schema: a field that cannot be read is an error here, never an `undefined` further in.

import { z } from 'zod'
import { differenceSchema } from './drift.ts'
import { groupSchema } from './group.ts'
import { type PlanRow, planSchema } from './plan.ts'
import { int64Schema, resetSchema, type Targets } from './reset.ts'
import { countsSchema, type PartitionResult, refusalReasonSchema } from './result.ts'

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
    /** Names the call to Tencent’s support; the API of 2.0 has none. */
    requestId: z.string().optional(),
  }),
  z.object({ kind: z.literal('notSent'), cause: z.string() }),
  z.object({ kind: z.literal('unknown'), cause: z.string() }),
  /** No plan could be made, so there was nothing to approve. */
  z.object({ kind: z.literal('notPrepared'), cause: z.string() }),
  /** There is no message as late as the time asked for, and nobody has said that skipping to the end is meant. */
  z.object({
    kind: z.literal('wouldJump'),
    partitions: z.int(),
    skips: int64Schema,
    first: z.array(z.string()),
  }),
  /** Consumers stayed connected until the wait was over. */
  z.object({ kind: z.literal('neverEmpty'), group: groupSchema }),
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
})
export type Wait = z.output<typeof waitSchema>

/** `attempt` counts executions from 1; `number` counts jobs put on the queue, and is never used twice. */
export const stateSchema = z.discriminatedUnion('name', [
  z.object({
    name: z.literal('preparing'),
    tries: z.int(),
    retryAtMs: timeMsSchema,
    /** How many of the reads that a plan needs are done; null before that is known. */
    progress: z.object({ done: z.int(), total: z.int() }).nullable(),
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
  }),
  endedSchema.extend({ name: z.literal('succeeded') }),
  endedSchema.extend({ name: z.literal('partial') }),
  endedSchema.extend({ name: z.literal('failed') }),
  endedSchema.extend({
    name: z.literal('unclear'),
    /** When the offsets are next read back, which may show what happened. */
    lookAtMs: timeMsSchema,
    looks: z.int(),
    /** What the last read-back showed, where it takes a second one to count. */
    seen: z.enum(['absent', 'partly']).nullable(),
    /** Whether people have been asked. */
    asked: z.boolean(),
    /** Whether a call is on record; without one the offsets cannot tell that it happened. */
    called: z.boolean(),
  }),
])
export type State = z.output<typeof stateSchema>
export type StateName = State['name']

/** Where a difference was found. */
const driftedAtSchema = z.enum(['opened', 'submitted', 'execution'])
export type DriftedAt = z.output<typeof driftedAtSchema>

/**
 * What the thread has to tell, in the order in which it happened: each becomes one reply. `round` counts plans from 1:
 * each new one begins when the world has moved since the last.
 */
export const noteSchema = z.discriminatedUnion('kind', [
  /** The full plan, as a file. */
  z.object({ kind: z.literal('planned'), round: z.int() }),
  z.object({ kind: z.literal('voted'), decision: decisionSchema, approvals: z.int(), needed: z.int() }),
  z.object({ kind: z.literal('cancelled'), by: userIdSchema }),
  z.object({ kind: z.literal('expired') }),
  z.object({ kind: z.literal('drifted'), at: driftedAtSchema, differences: z.array(differenceSchema) }),
  z.object({ kind: z.literal('waiting'), group: groupSchema, untilMs: timeMsSchema }),
  z.object({ kind: z.literal('unclear'), cause: z.string() }),
  /** The offsets do not settle it: people are asked what happened. */
  z.object({
    kind: z.literal('asked'),
    attempt: z.int(),
    evidence: z.enum(['present', 'neither', 'unread']),
  }),
  z.object({ kind: z.literal('testified'), by: userIdSchema, happened: z.boolean() }),
  /** Approvals that do not count any more, because the policy has changed since. */
  z.object({ kind: z.literal('revoked'), by: z.array(userIdSchema) }),
  z.object({ kind: z.literal('ended') }),
  /** The full result, as a file. */
  z.object({ kind: z.literal('resultFile') }),
])
export type Note = z.output<typeof noteSchema>

/** The root of a request's thread, and a reply for each note. */
export type ThreadKey = 'card' | `note-${number}`
/** The messages a request can owe: its thread, a direct message about it, and what its channel did not take. */
export type PostKey = ThreadKey | 'cardTrouble' | `elsewhere-${ThreadKey}`

const ELSEWHERE = 'elsewhere-'

export function noteKey(index: number): `note-${number}` {
  return `note-${index}`
}

/** The same message, in the channel for what Slack does not take where it belongs. */
export function elsewhereKey(key: ThreadKey): `elsewhere-${ThreadKey}` {
  return `${ELSEWHERE}${key}`
}

export function isElsewhere(key: PostKey): boolean {
  return key.startsWith(ELSEWHERE)
}

/** Undefined for what is no note. */
export function noteOf(request: Pick<ResetRequest, 'notes'>, key: PostKey): Note | undefined {
  return request.notes[Number(key.replace(ELSEWHERE, '').replace('note-', ''))]
}

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

/** What a plan asks of those who approve it (policy.ts). */
export const guardSchema = z.object({
  /** They type the group's name. */
  typedGroup: z.boolean(),
  approvals: z.int().positive(),
})
export type Guard = z.output<typeof guardSchema>

export const requestSchema = z.object({
  schema: z.literal(2),
  id: requestIdSchema,
  /** Counts every change; the compare-and-set key. */
  version: z.int().positive(),
  /** Of the last audit event (audit.ts), so that the next change is chained on it; empty before the first. */
  auditHash: z
    .string()
    .regex(/^([0-9a-f]{64})?$/)
    .default(''),
  /** Counts the changes a person can see; the card shows one of them. */
  revision: z.int().positive(),
  reset: resetSchema,
  /** What this request follows up; null when it was asked for by itself. */
  parent: z.object({ id: requestIdSchema, kind: z.enum(['undo', 'retry']) }).nullable(),
  /** Requests for the same group and topics that were open when the plan was made. */
  overlaps: z.array(requestIdSchema),
  /** The requester has said that jumping to the end is meant where no message is late enough. */
  skipToEnd: z.boolean(),
  /** The group as it was seen when the plan was made; null until then. */
  group: groupSchema.nullable(),
  /** The plan a decision is about; null until it is made. Its rows are the document `planDocument(round)`. */
  plan: planSchema.nullable(),
  round: z.int().positive(),
  /** What has moved since the plan before this one; empty with the first. */
  drift: z.array(differenceSchema),
  guard: guardSchema,
  /** Approvals of this plan so far, when it takes more than one. */
  votes: z.array(decisionSchema),
  reason: z.string(),
  requester: userIdSchema,
  /** Where the command was typed, and where the card belongs. */
  askedIn: z.string(),
  channel: z.string(),
  /** The channel that is told what Slack does not take in the one above; null: there is none. */
  elsewhere: z.string().nullable().default(null),
  createdAtMs: timeMsSchema,
  expiresAtMs: timeMsSchema,
  state: stateSchema,
  /** The highest job number used so far. */
  dispatches: z.int().nonnegative(),
  notes: z.array(noteSchema),
  posts: z.record(z.string(), postSchema),
  /** The revision the card shows, and from when on a newer one may be tried. */
  cardRevision: z.int().nonnegative(),
  cardRetryAtMs: timeMsSchema,
  /** Who is drawing a newer one, until then; two at once could leave the older one standing. */
  cardClaim: z.string().nullable().default(null),
})
export type ResetRequest = z.output<typeof requestSchema>

/** Large facts beside the record: the plan of each round, where a request of offsets goes, and what came of it. */
export type DocumentName = `plan-${number}` | 'targets' | 'result'
export type DocumentOf<Name extends DocumentName> = Name extends 'result'
  ? PartitionResult[]
  : Name extends 'targets'
    ? Targets
    : PlanRow[]
export type Documents = { [Name in DocumentName]?: DocumentOf<Name> }

export function planDocument(round: number): `plan-${number}` {
  return `plan-${round}`
}

/** Final states never change again; `unclear` may still learn what happened. */
export function isFinal(state: State): boolean {
  return !['preparing', 'pending', 'approved', 'executing', 'unclear'].includes(state.name)
}

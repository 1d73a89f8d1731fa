// The record of a request: what was asked for and everything that has happened to it. Shapes only, no decisions.
// Written as JSON and read back by schema: a field that cannot be read is an error here, never an `undefined` further in.
//
// Words of the code that are neither Kafka's nor Slack's:
//   plan     per partition, where its offset goes and what that replays or skips; a decision is about one plan (plan.ts)
//   round    counts the plans of a request: each new one begins when the world has moved since the last, or with the exact
//            plan that settles one of bounds
//   bounds   what a plan cannot exceed before it is exact; where the policy allows it they are decided on (settling.ts)
//   guard    what the policy's rule asks of those who decide, as it read when it was last asked (policy.ts)
//   note     something that happened and that the thread has to tell; each becomes one reply
//   debt     what the record still owes the outside: a job, a card, a reply, a look (owed.ts finds it, service/debts.ts pays it)
//   claim    written before a message is posted, so that whoever finds it run out looks whether the message is there
//            (service/claims.ts: for how long, and the lease on a request whose debts somebody pays)
//   glass    of a request that somebody had carried out without approval: to break the glass (glass.ts)
//   attempt  one execution of an approved plan; a refused act of a person is an `attempted` command

import { z } from 'zod'
import { boundsSchema } from './bounds.ts'
import { differenceSchema } from './drift.ts'
import { groupSchema } from './group.ts'
import { type PlanRow, planSchema } from './plan.ts'
import { int64Schema, resetSchema, type Targets } from './reset.ts'
import { doneSchema, type PartitionResult, refusalReasonSchema } from './result.ts'
import { watchNoteSchema, watchSchema } from './watch.ts'
import { windowSchema } from './window.ts'

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
export const refusedRulingSchema = z.object({
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
export const outcomeSchema = z.discriminatedUnion('kind', [
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

const progressSchema = z.object({
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

/** Where a difference was found. */
const driftedAtSchema = z.enum(['opened', 'submitted', 'execution', 'settling'])
export type DriftedAt = z.output<typeof driftedAtSchema>

/**
 * What the thread has to tell, in the order in which it happened: each becomes one reply. `round` counts plans from 1:
 * each new one begins when the world has moved since the last.
 */
export const noteSchema = z.discriminatedUnion('kind', [
  /** The full plan, as a file. */
  z.object({ kind: z.literal('planned'), round: z.int() }),
  /** `settles`: it is decided with this one. */
  z.object({
    kind: z.literal('voted'),
    decision: decisionSchema,
    approvals: z.int(),
    needed: z.int(),
    settles: z.boolean().default(false),
  }),
  z.object({ kind: z.literal('withdrawn'), by: userIdSchema, approvals: z.int(), needed: z.int() }),
  /** The policy asks for something else now; `approvals` of those who have voted still count. */
  z.object({ kind: z.literal('reguarded'), rule: z.string(), approvals: z.int(), needed: z.int() }),
  z.object({ kind: z.literal('escalated'), label: z.string(), to: z.array(z.string()) }),
  z.object({ kind: z.literal('glassBroken'), by: userIdSchema, reason: z.string() }),
  z.object({ kind: z.literal('reviewed'), by: userIdSchema, note: z.string() }),
  z.object({ kind: z.literal('cancelled'), by: userIdSchema }),
  z.object({ kind: z.literal('expired') }),
  z.object({ kind: z.literal('drifted'), at: driftedAtSchema, differences: z.array(differenceSchema) }),
  z.object({
    kind: z.literal('waiting'),
    group: groupSchema,
    untilMs: timeMsSchema,
    /** As of the wait. */
    holdMs: timeMsSchema.optional(),
  }),
  z.object({ kind: z.literal('unclear'), cause: z.string() }),
  /** The offsets do not settle it: people are asked what happened. */
  z.object({
    kind: z.literal('asked'),
    attempt: z.int(),
    evidence: z.enum(['present', 'neither', 'unread', 'restored']),
  }),
  z.object({ kind: z.literal('testified'), by: userIdSchema, happened: z.boolean() }),
  /** Approvals that do not count any more, because the policy has changed since. */
  z.object({ kind: z.literal('revoked'), by: z.array(userIdSchema) }),
  z.object({ kind: z.literal('ended') }),
  /** The full result, as a file. */
  z.object({ kind: z.literal('resultFile') }),
  /** What a look after the result has found. */
  watchNoteSchema,
])
export type Note = z.output<typeof noteSchema>

/** The root of a request's thread, and a reply for each note. */
export type ThreadKey = 'card' | `note-${number}`
/** To the requester, to who else is told, and to an approver. */
export type DirectKey = `direct-${number}` | `tell-${number}-${string}` | `ping-${number}`
/** The messages a request can owe: its thread, a direct message about it, and what its channel did not take. */
export type PostKey = ThreadKey | DirectKey | 'cardTrouble' | `elsewhere-${ThreadKey}`

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

/** What one person or one more channel is told, beside the thread. */
export function isDirect(key: PostKey): key is DirectKey {
  return /^(direct|tell|ping)-/.test(key)
}

/** Undefined for what is no note. */
export function noteOf(request: Pick<ResetRequest, 'notes'>, key: PostKey): Note | undefined {
  return request.notes[Number(key.replace(ELSEWHERE, '').replace('note-', ''))]
}

/** Since when Slack refuses this message, over all tries; absent: it has not been refused. */
const refusedSince = { refusedSinceMs: timeMsSchema.optional() }

/**
 * `claimed` is written before a post and `posted` after it, so that whoever finds a claim run out knows that the
 * message may be there already, and looks before posting again.
 */
export const postSchema = z.discriminatedUnion('state', [
  z.object({ state: z.literal('claimed'), by: z.string(), untilMs: timeMsSchema, ...refusedSince }),
  /** `picture`: Slack's id of the picture that is in it beside a file; absent: there is none. */
  z.object({ state: z.literal('posted'), ts: z.string(), picture: z.string().optional() }),
  /** Certainly not posted: Slack asked to wait, or was not reached. */
  z.object({ state: z.literal('waiting'), retryAtMs: timeMsSchema, ...refusedSince }),
  z.object({ state: z.literal('refused'), code: z.string(), retryAtMs: timeMsSchema, ...refusedSince }),
])
export type Post = z.output<typeof postSchema>

/** So many approvals by people of these user and user-group ids. */
export const needSchema = z.object({
  label: z.string(),
  from: z.array(z.string()),
  count: z.int().positive(),
})
export type Need = z.output<typeof needSchema>

/** What the rule that applies asks for, with this plan (policy.ts). */
export const guardSchema = z.object({
  /** They type the group's name. */
  typedGroup: z.boolean(),
  /** In all. */
  approvals: z.int().positive(),
  /** The rule and the version of the policy; empty before there was one. */
  rule: z.string().default(''),
  version: z.string().default(''),
  needs: z.array(needSchema).default([]),
  /** Whether the requester's own vote counts. */
  ownVote: z.boolean().default(false),
  /** Null: it may run at any time. */
  window: windowSchema.nullable().default(null),
  /** Who may carry it out without approval. */
  breakGlass: z.array(z.string()).default([]),
  /** How long a plan waits for a decision; null: as the settings say. */
  expiryMs: z.int().positive().nullable().default(null),
  /** After so many milliseconds without a decision each approver is reminded. */
  reminders: z.array(z.int().positive()).default([]),
  escalation: z
    .object({ afterMs: z.int().positive(), label: z.string(), to: z.array(z.string()) })
    .nullable()
    .default(null),
  /** Channels and people that are told besides. */
  tell: z.array(z.string()).default([]),
  /** The bounds of a plan may be approved before it is exact. */
  onBounds: z.literal(true).optional(),
  /** How long the group is watched after the result, 0 for not at all; absent: as the settings say. */
  watchMs: timeMsSchema.optional(),
})
export type Guard = z.output<typeof guardSchema>

/** Somebody has had it carried out without approval; `review` is what was said of it afterwards. */
const glassSchema = z.object({
  by: userIdSchema,
  reason: z.string(),
  atMs: timeMsSchema,
  review: z.object({ by: userIdSchema, note: z.string(), atMs: timeMsSchema }).nullable(),
})

/** Of the requester: the user groups that the rules ask about, when they were last read. */
const lastReadSchema = z.object({ in: z.array(z.string()), notIn: z.array(z.string()) })

/** User groups that the policy needs and that could not be read when it was last asked, and when it is asked again. */
const unreadSchema = z.object({
  groups: z.array(z.string()),
  /** Nobody decides and nothing starts until it is known: what the policy says depends on one of them. */
  holds: z.boolean(),
  tries: z.int(),
  askAtMs: timeMsSchema,
})

const cardPlaceSchema = z.object({ channel: z.string(), ts: z.string() }).nullable()

/** Of so many partitions so many are done: put back by undos, or done by retries. */
export const shareSchema = z.object({ done: z.int(), of: z.int() })
export type Share = z.output<typeof shareSchema>

/**
 * By which undos something has been put back since that still is; `isWhole`: nothing of it holds any more. `share` is absent
 * in older records, here and below.
 */
export const sinceSchema = z.object({
  by: z.array(z.object({ id: requestIdSchema, card: cardPlaceSchema })),
  isWhole: z.boolean(),
  share: shareSchema.optional(),
})

/** A request that undoes or retries this one. */
const followerSchema = z.object({
  id: requestIdSchema,
  card: cardPlaceSchema,
  since: sinceSchema.optional(),
})

/** `isWhole`: nothing is left to put back. */
const undoneSchema = z.object({
  by: z.array(followerSchema),
  isWhole: z.boolean(),
  share: shareSchema.optional(),
})

/** `isWhole`: retries have done all that failed. `isLeft`: something can still be retried. */
const retriedSchema = z.object({
  by: z.array(followerSchema.extend({ isOpen: z.boolean() })),
  isWhole: z.boolean(),
  isLeft: z.boolean(),
  share: shareSchema.optional(),
})

/** A direct message that somebody is owed, not before their day has begun. */
const pingSchema = z.object({ to: userIdSchema, notBeforeMs: timeMsSchema, round: z.int() })

export const requestSchema = z.object({
  /** What a process has to know to read it (schema.ts); one that does not leaves it alone. */
  schema: z.literal([2, 3]),
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
  /** Of what kind the cluster is that it is about; absent: CKafka, by its API. */
  cluster: z.literal('kafka').optional(),
  /** Of the offsets given one by one, which are the document `targets`; absent with every other, and in older records. */
  targetsDigest: z.string().optional(),
  /** What this request follows up; null when it was asked for by itself. */
  parent: z.object({ id: requestIdSchema, kind: z.enum(['undo', 'retry', 'edit']) }).nullable(),
  /** By which requests it has been undone since, wholly or in part, each with its card; absent while by none. */
  undone: undoneSchema.optional(),
  /** By which requests it is retried, or has been. */
  retried: retriedSchema.optional(),
  /**
   * Of an undo or a retry: the request that it follows has been told that it is open, or of its end; absent until then,
   * and again when there is more to tell.
   */
  parentTold: z.union([z.literal(true), z.literal('open')]).optional(),
  /** Requests for the same group and topics that were open when the plan was made: the first of them. */
  overlaps: z.array(requestIdSchema).default([]),
  /** So many more; absent in older records. */
  overlapsLeft: z.int().optional(),
  /** The requester has said that jumping to the end is meant where no message is late enough. */
  skipToEnd: z.boolean(),
  /** The group as it was seen when the plan was made; null until then. */
  group: groupSchema.nullable(),
  /** How long a group that had members has to stay empty, by the settings of when it was planned; absent in older records. */
  holdMs: timeMsSchema.optional(),
  /** The plan a decision is about; null until it is made. Its rows are the document `planDocument(round)`. */
  plan: planSchema.nullable(),
  round: z.int().positive(),
  /** Of a plan of bounds: how far its exact offsets are. Null or absent: the plan is none, or is exact by now. */
  settling: z
    .object({
      tries: z.int(),
      retryAtMs: timeMsSchema,
      /** Why they could not be read last. */
      cause: z.string().optional(),
      progress: progressSchema.nullable(),
    })
    .nullable()
    .optional(),
  /** What has moved since the plan before this one; empty with the first. */
  drift: z.array(differenceSchema),
  guard: guardSchema,
  /** Approvals of this plan so far. */
  votes: z.array(decisionSchema),
  glass: glassSchema.nullable().default(null),
  lastRead: lastReadSchema.default({ in: [], notIn: [] }),
  unread: unreadSchema.nullable().default(null),
  /** Since when this plan waits for a decision; null while it does not. */
  pendingSinceMs: timeMsSchema.nullable().default(null),
  /** How often approvers have been reminded of this plan, and whether it was escalated. */
  reminded: z.int().default(0),
  escalated: z.boolean().default(false),
  pings: z.array(pingSchema).default([]),
  reason: z.string(),
  requester: userIdSchema,
  /** Where the command was typed, or the button pressed that it came from; null: in no channel, as on a Home tab. */
  askedIn: z.string().nullable(),
  /** Where the card belongs. */
  channel: z.string(),
  /** The channel that is told what Slack does not take in the one above; null: there is none. */
  elsewhere: z.string().nullable().default(null),
  createdAtMs: timeMsSchema,
  expiresAtMs: timeMsSchema,
  state: stateSchema,
  /** Of the group after the result; absent: there is none. */
  watch: watchSchema.optional(),
  /** Until then a call that nobody answered may take effect; null: there is none. */
  lateUntilMs: timeMsSchema.nullable().default(null),
  /** How many refused attempts of each person are kept as events. */
  attempts: z.record(z.string(), z.int().positive()).default({}),
  /** The highest job number used so far. */
  dispatches: z.int().nonnegative(),
  notes: z.array(noteSchema),
  posts: z.record(z.string(), postSchema),
  /** The revision the card shows, and from when on a newer one may be tried. */
  cardRevision: z.int().nonnegative(),
  cardRetryAtMs: timeMsSchema,
  /** Who is drawing a newer one, until then; two at once could leave the older one standing. */
  cardClaim: z.string().nullable().default(null),
  /** When Slack last took or showed it; 0 in records of before this was kept. */
  cardSeenAtMs: timeMsSchema.default(0),
  /** Since when Slack does not let it be changed, because its channel is closed; null while it does. */
  cardShutSinceMs: timeMsSchema.nullable().default(null),
  /** How often somebody has deleted it and it was to be posted again. */
  cardsLost: z.int().nonnegative().default(0),
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

/** The message that the thread hangs under; undefined while there is none. */
export function cardTsOf({ posts: { card } }: Pick<ResetRequest, 'posts'>): string | undefined {
  return card?.state === 'posted' ? card.ts : undefined
}

/** Slack's id of the picture of the plan that a decision is about; undefined: there is none. */
export function planPictureOf({ notes, posts, round }: ResetRequest): string | undefined {
  const index = notes.findLastIndex(note => note.kind === 'planned' && note.round === round)
  if (index === -1) return undefined
  return [noteKey(index), elsewhereKey(noteKey(index))]
    .map(key => posts[key])
    .map(post => (post?.state === 'posted' ? post.picture : undefined))
    .find(picture => picture !== undefined)
}

/** Final states never change again; `unclear` may still learn what happened. */
export function isFinal(state: State): boolean {
  return !['preparing', 'pending', 'approved', 'executing', 'unclear'].includes(state.name)
}

/** An execution may begin from here: what decides on it has to be beyond doubt. */
export function mayBegin({ name }: State): boolean {
  return name === 'preparing' || name === 'pending' || name === 'approved'
}

/** Still to be decided, carried out, cleared up, or looked at afterwards. */
export function isOpenRequest(request: Pick<ResetRequest, 'state' | 'glass' | 'notes'>): boolean {
  return !isFinal(request.state) || owesReview(request)
}

/** Whether an approver still has to look at what was carried out, or is to be, without approval. */
export function owesReview(request: Pick<ResetRequest, 'glass' | 'notes'>): boolean {
  return request.glass !== null && request.glass.review === null && !isGlassOvertaken(request)
}

/**
 * Whether the glass was broken for an earlier plan that certainly never ran: the world moved first, and the next plan is
 * decided on as any other. A call of which anybody had to ask what it did is in the notes between, and counts as made.
 */
export function isGlassOvertaken({ glass, notes }: Pick<ResetRequest, 'glass' | 'notes'>): boolean {
  const broken = notes.findLastIndex(({ kind }) => kind === 'glassBroken')
  if (glass === null || broken === -1) return false
  const since = notes.slice(broken)
  const moved = since.findIndex(({ kind }) => kind === 'drifted')
  if (moved === -1) return false
  return !since.slice(0, moved).some(({ kind }) => kind === 'unclear' || kind === 'asked')
}

/** Whether it waits for the policy to be known. */
export function isHeld({ unread }: Pick<ResetRequest, 'unread'>): boolean {
  return unread?.holds === true
}

/** Whether what is carried out now is so because somebody broke the glass. */
export function brokeGlass({ state, glass }: Pick<ResetRequest, 'state' | 'glass'>): boolean {
  if (glass === null || !('decision' in state) || state.decision === null) return false
  return state.decision.by === glass.by && state.decision.atMs === glass.atMs
}

// The record of a request: what was asked for and everything that has happened to it. Shapes only, no decisions.
// Written as JSON and read back by schema: a field that cannot be read is an error here, never an `undefined` further in.
// Its larger parts have files of their own: state.ts, notes.ts, guard.ts, plan.ts, watch.ts.
//
// Words of the code that are neither Kafka's nor Slack's:
//   plan     per partition, where its offset goes and what that replays or skips; a decision is about one plan (plan.ts)
//   round    counts the plans of a request: each new one begins when the world has moved since the last, or with the exact
//            plan that settles one of bounds
//   bounds   what a plan cannot exceed before it is exact; where the policy allows it they are decided on (settling.ts)
//   guard    what the policy's rule asks of those who decide, as it read when it was last asked (guard.ts; policy.ts)
//   note     something that happened and that the thread has to tell; each becomes one reply (notes.ts)
//   debt     what the record still owes the outside: a job, a card, a reply, a look (owed.ts finds it, service/debts.ts pays it)
//   claim    written before a message is posted, so that whoever finds it run out looks whether the message is there
//            (service/claims.ts: for how long, and the lease on a request whose debts somebody pays)
//   glass    of a request that somebody had carried out without approval: to break the glass (glass.ts)
//   attempt  one execution of an approved plan; a refused act of a person is an `attempted` command

import { z } from 'zod'
import { differenceSchema } from './drift.ts'
import { groupSchema } from './group.ts'
import { guardSchema } from './guard.ts'
import { elsewhereKey, noteKey, noteSchema, postSchema } from './notes.ts'
import { planSchema } from './plan.ts'
import type { PlanRow } from './plan-rows.ts'
import { resetSchema, type Targets } from './reset.ts'
import type { PartitionResult } from './result.ts'
import { decisionSchema, isFinal, progressSchema, stateSchema, timeMsSchema, userIdSchema } from './state.ts'
import { watchSchema } from './watch.ts'

export const requestIdSchema = z
  .string()
  .regex(/^R-[1-9]\d{0,14}$/)
  .brand<'RequestId'>()
export type RequestId = z.output<typeof requestIdSchema>

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
const shareSchema = z.object({ done: z.int(), of: z.int() })
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

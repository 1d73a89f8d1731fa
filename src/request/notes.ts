// What the thread of a request has to tell, as notes, and the messages that the card and they become, each under its key.
// Shapes only.

import { z } from 'zod'
import { differenceSchema } from './drift.ts'
import { groupSchema } from './group.ts'
import { decisionSchema, timeMsSchema, userIdSchema } from './state.ts'
import { watchNoteSchema } from './watch.ts'

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
type ThreadKey = 'card' | `note-${number}`
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
export function noteOf({ notes }: { notes: readonly Note[] }, key: PostKey): Note | undefined {
  return notes[Number(key.replace(ELSEWHERE, '').replace('note-', ''))]
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

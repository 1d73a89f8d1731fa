// What the command `requests` asks of a bot, and what it is answered: one schema for both sides. Shapes only.
// Every answer is bounded by what it is made of; a token is in no shape here.

import { z } from 'zod'
import { LIST_PARTS } from '../request/list-part.ts'
import { requestIdSchema } from '../request/request.ts'

/** Where the questions are posted. */
export const REQUESTS_PATH = '/requests'
/** More than 500 topics of a usual length. */
export const QUESTION_BYTES = 131_072
const WORDS_MAX = 2_000
const NAME_MAX = 255
export const LISTED_MAX = 100

export const questionSchema = z.discriminatedUnion('do', [
  z.strictObject({
    do: z.literal('ask'),
    /** The flags of /reset-offsets, as the shell has split them. */
    words: z.array(z.string()).max(WORDS_MAX),
    /** The same twice is one request, so that a lost answer can be asked for again. */
    once: z.uuid(),
  }),
  z.strictObject({
    do: z.literal('list'),
    part: z.enum(LIST_PARTS),
    group: z.string().min(1).max(NAME_MAX).optional(),
    instance: z.string().min(1).max(NAME_MAX).optional(),
  }),
  /** `rows`: with those of its plan and of its result. */
  z.strictObject({ do: z.literal('show'), id: requestIdSchema, rows: z.boolean() }),
  z.strictObject({ do: z.literal('cancel'), id: requestIdSchema }),
])
export type Question = z.output<typeof questionSchema>

/**
 * How it has come out so far, for who only wants to know whether to go on. `open`: it has not. `done`: proved, vouched for by
 * an approver, or nothing had to move. `refused`: the policy did not allow it after all. `unclear`: a person has to say what
 * happened.
 */
export const endSchema = z.enum([
  'open',
  'done',
  'refused',
  'rejected',
  'cancelled',
  'expired',
  'failed',
  'unclear',
])
export type End = z.output<typeof endSchema>

/** Times as ISO 8601; counts of messages in digits, as they may be larger than a number of JSON. */
export const shownSchema = z.object({
  id: requestIdSchema,
  end: endSchema,
  /** Its name in the record, like `pending`. */
  state: z.string(),
  /** One sentence about it, and another about its outcome where there is one. */
  sentences: z.array(z.string()),
  requester: z.string(),
  instance: z.string(),
  group: z.string(),
  topics: z.string(),
  reset: z.string(),
  reason: z.string(),
  askedAt: z.string(),
  /** Null: it waits for no decision any more. */
  expiresAt: z.string().nullable(),
  /** Null: it has no card yet. */
  card: z.object({ channel: z.string(), ts: z.string() }).nullable(),
  plan: z
    .object({
      digest: z.string(),
      madeAt: z.string(),
      certainty: z.string(),
      partitions: z.int(),
      moving: z.int(),
      replays: z.string(),
      skips: z.string(),
      sentence: z.string(),
    })
    .nullable(),
  approvals: z.object({ given: z.int(), needed: z.int() }),
  /** By outcome; null: it has no result. */
  counts: z.record(z.string(), z.int()).nullable(),
})
export type Shown = z.output<typeof shownSchema>

const rowsSchema = z.array(z.record(z.string(), z.unknown()))

/**
 * `wrong`: what was asked cannot be understood. `refused`: it was, and it is not done. `away`: it cannot be told now, and with
 * the same `once` it may be asked again.
 */
export const answerSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('request'),
    request: shownSchema,
    plan: rowsSchema.nullable(),
    result: rowsSchema.nullable(),
  }),
  /** `isWhole`: there are no more. */
  z.object({ kind: z.literal('list'), requests: z.array(shownSchema), isWhole: z.boolean() }),
  z.object({ kind: z.literal('wrong'), said: z.array(z.string()) }),
  z.object({ kind: z.literal('refused'), why: z.string(), said: z.array(z.string()) }),
  z.object({ kind: z.literal('away'), said: z.array(z.string()) }),
])
export type Answer = z.output<typeof answerSchema>

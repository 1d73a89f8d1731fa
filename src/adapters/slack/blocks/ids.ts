// Names that travel through Slack and come back: callback ids, action ids, block ids, metadata. Untrusted on return.

import { z } from 'zod'
import { askedInSchema } from '../../../request/asked-in.ts'
import { NOWHERE } from '../../../request/command.ts'
import { requestIdSchema } from '../../../request/request.ts'
import type { ResetField } from '../../../request/reset.ts'

export const COMMANDS = { reset: '/reset-offsets', list: '/offset-requests' } as const
export const CALLBACKS = {
  resetForm: 'reset_form',
  review: 'review_request',
  breakGlass: 'break_glass',
  reviewGlass: 'review_glass',
  followUp: 'follow_up',
  history: 'history',
  sentence: 'sentence',
} as const
/** In the menu of every message. */
export const SHORTCUTS = { alert: 'reset_from_alert' } as const
export const ACTIONS = {
  /** The menu behind three dots. */
  more: 'more',
  /** Approve or reject, as it is picked in the modal. */
  verdict: 'verdict',
  review: 'review',
  withdraw: 'withdraw',
  breakGlass: 'break_glass',
  reviewGlass: 'review_glass',
  cancel: 'cancel',
  undo: 'undo',
  retry: 'retry',
  edit: 'edit',
  ask: 'ask',
  happened: 'happened',
  didNotHappen: 'did_not_happen',
  checkAgain: 'check_again',
  listOlder: 'list_older',
  listNewest: 'list_newest',
  history: 'history',
  historyOlder: 'history_older',
  historyNewest: 'history_newest',
  historyCsv: 'history_csv',
  strategy: 'strategy',
  scope: 'scope',
  instance: 'instance',
  group: 'group',
  otherGroup: 'otherGroup',
  topics: 'topics',
} as const
export const REVIEW_BLOCKS = {
  verdict: 'verdict',
  note: 'note',
  typedGroup: 'typed_group',
  picture: 'picture',
  /** Stands there while a look at the cluster is under way. */
  looking: 'looking',
} as const
export const GLASS_BLOCKS = { reason: 'reason', typedGroup: 'typed_group' } as const
export const FOLLOW_UP_BLOCKS = { choice: 'choice', reason: 'reason' } as const

/** What a choice of the menu carries: the action that it stands for, and that action's value. */
export function menuValue(action: string, value: string): string {
  return `${action} ${value}`
}

/** Untrusted on return; no action of ours is called ''. */
export function readMenuValue(carried: string): { action: string; value: string } {
  const at = carried.indexOf(' ')
  return at < 0 ? { action: '', value: '' } : { action: carried.slice(0, at), value: carried.slice(at + 1) }
}

/** One input block per field, named alike, so that a problem finds its field. */
export function blockIdOf(field: ResetField): string {
  return `field_${field}`
}

/**
 * The block of the instance once it was filled in for the person in a form that was open already: Slack takes a first value
 * only for a block that was not there before, and for the others keeps what it has, be it nothing.
 */
export const FILLED_INSTANCE_BLOCK = 'field_instanceFilled'

/** Every id that the block of a field may have in an open form. */
export function blockIdsOf(field: ResetField): string[] {
  return field === 'instance' ? [FILLED_INSTANCE_BLOCK, blockIdOf(field)] : [blockIdOf(field)]
}

/**
 * Where it was opened, and where its card goes: Slack hands a view's metadata back as the app has set it, in a payload that
 * it signs, so that nobody can name another channel there. Instance and group ride along, because a picker's question need
 * not hold the rest of the form.
 */
export const formMetadataSchema = z.object({
  askedIn: askedInSchema,
  cardIn: z.string(),
  notes: z.array(z.string()),
  /** Where the fields have come from, when not from flags. */
  lead: z.string().optional(),
  /** The ended request that is asked for again; its offsets are kept while no other file is attached. */
  parent: z.object({ id: requestIdSchema, kind: z.literal('edit') }).optional(),
  instance: z.string().optional(),
  group: z.string().optional(),
  /** Slack does not show a field for a file to an app without the scope `files:read`. */
  files: z.literal('refused').optional(),
  /** The instance was filled in after the form was opened, and has FILLED_INSTANCE_BLOCK. */
  filled: z.literal('instance').optional(),
})
export type FormMetadata = z.output<typeof formMetadataSchema>
/** `digest` names the plan that was shown: the decision is about that one and no other. */
export const reviewMetadataSchema = z.object({
  requestId: requestIdSchema,
  digest: z.string(),
  /** Where it was opened; a modal that an older version has opened does not say. */
  from: z.object({ channel: z.string().nullable(), message: z.string().nullable() }).default(NOWHERE),
})
/** What the buttons are about that ask what happened. */
export const attemptSchema = z.object({ id: requestIdSchema, attempt: z.coerce.number().int().positive() })
export const followUpMetadataSchema = z.object({
  requestId: requestIdSchema,
  kind: z.enum(['undo', 'retry']),
  /** Where the button was pressed. */
  askedIn: askedInSchema,
  /** The one that was offered, where there was no choice; absent in views of before that. */
  offered: z.string().optional(),
})

/** On the Home tab, which Slack does not show in a channel: the person's conversation with Rewind. */
export const homeMetadataSchema = z.object({ conversation: z.string().min(1) })

/** Marks each post, so that one whose answer was lost can be found again. */
export const POST_EVENT_TYPE = 'rewind_post'
export const postMetadataSchema = z.object({
  event_type: z.literal(POST_EVENT_TYPE),
  event_payload: z.object({ request_id: z.string(), key: z.string() }),
})

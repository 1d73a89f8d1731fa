// Names that travel through Slack and come back: callback ids, action ids, block ids, metadata. Untrusted on return.

import { z } from 'zod'
import { requestIdSchema } from '../../request/request.ts'
import type { ResetField } from '../../request/reset.ts'

export const COMMANDS = { reset: '/reset-offsets', list: '/offset-requests' } as const
export const CALLBACKS = { resetForm: 'reset_form', review: 'review_request', sentence: 'sentence' } as const
export const ACTIONS = {
  review: 'review',
  cancel: 'cancel',
  strategy: 'strategy',
  scope: 'scope',
  instance: 'instance',
  group: 'group',
  topics: 'topics',
} as const
export const REVIEW_BLOCKS = { verdict: 'verdict', note: 'note' } as const

/** One input block per field, named alike, so that a problem finds its field. */
export function blockIdOf(field: ResetField): string {
  return `field_${field}`
}

/** Instance and group ride along, because a picker's question need not hold the rest of the form. */
export const formMetadataSchema = z.object({
  askedIn: z.string(),
  notes: z.array(z.string()),
  instance: z.string().optional(),
  group: z.string().optional(),
})
export type FormMetadata = z.output<typeof formMetadataSchema>
export const reviewMetadataSchema = z.object({ requestId: requestIdSchema })

/** Marks each post, so that one whose answer was lost can be found again. */
export const POST_EVENT_TYPE = 'rewind_post'
export const postMetadataSchema = z.object({
  event_type: z.literal(POST_EVENT_TYPE),
  event_payload: z.object({ request_id: z.string(), key: z.string() }),
})

// How long the large facts beside a record are kept: the plan's rows, the offsets of a file, the result. Pure. The record
// itself and its audit trail are kept as long as the request (retention.ts).

import { isOpenRequest, type ResetRequest } from './request.ts'

/** After its end an undone request can still be edited and asked for again with what it had. */
export const KEPT_AFTER_END_MS = 30 * 86_400_000

/**
 * From its last change on; null: for good. What has moved offsets keeps them, as its undo needs what was there; of what
 * came to nothing only an edit and a retry have any use.
 */
export function documentsKeptMs(request: Pick<ResetRequest, 'state' | 'glass' | 'notes'>): number | null {
  if (isOpenRequest(request)) return null
  const { name } = request.state
  return name === 'succeeded' || name === 'partial' ? null : KEPT_AFTER_END_MS
}

// What the form says over an edit of what it edits, and why there is none. Pure.

import type { ResetRequest } from '../../../request/request.ts'
import { canBeEdited } from '../../../request/resubmit.ts'
import { mayBegin } from '../../../request/state.ts'
import type { Words } from '../language/language.ts'

/** Null: it can be edited. A card that was not drawn anew in time may still have the button. */
export function notEditable({ resubmit }: Words, request: ResetRequest): string | null {
  if (canBeEdited(request)) return null
  return request.state.name === 'succeeded'
    ? resubmit.isDone(request.id)
    : resubmit.notYet(request.id, mayBegin(request.state))
}

/** @param offsets whether those it was asked for with are kept, as they were; `kept` also where there were none */
export function editLead(
  { resubmit }: Words,
  { id, reset: { strategy } }: ResetRequest,
  offsets: 'kept' | 'gone' | 'notWhole',
): string {
  if (offsets === 'notWhole') return resubmit.leadWithOtherOffsets(id)
  if (offsets === 'gone') return resubmit.leadWithoutOffsets(id)
  return strategy.kind === 'offsets' ? resubmit.leadWithOffsets(id, strategy.partitions) : resubmit.lead(id)
}

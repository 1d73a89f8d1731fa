// Which lists of requests a request belongs in, by how far it has come. Pure; where the lists are kept is the store's.

import { readCause } from './cause.ts'
import { isOpenRequest, type ResetRequest } from './request.ts'
import type { State } from './state.ts'

/** `failed` holds what failed in part, and what nobody knows, as well, but nothing that had nothing to move; `over` is all that is not open. */
export const LIST_PARTS = ['any', 'open', 'failed', 'over'] as const
export type ListPart = (typeof LIST_PARTS)[number]

/** Every offset was where it was to go already: that needs nobody. */
export function hadNothingToMove(state: State): boolean {
  if (state.name !== 'failed' || state.outcome.kind !== 'notPrepared') return false
  return readCause(state.outcome.cause)?.kind === 'nothingMoves'
}

export function isInPart(request: Pick<ResetRequest, 'state' | 'glass' | 'notes'>, part: ListPart): boolean {
  switch (part) {
    case 'any':
      return true
    case 'open':
      return isOpenRequest(request)
    case 'failed':
      return ['partial', 'failed', 'unclear'].includes(request.state.name) && !hadNothingToMove(request.state)
    case 'over':
      return !isOpenRequest(request)
    default:
      return part satisfies never
  }
}

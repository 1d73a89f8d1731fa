// One step of a request: taken, with the next version of the record, or refused with a reason. It decides nothing.

import type { Decision, Note, ResetRequest, State } from './request.ts'

export const FIRST_BACKOFF_MS = 2_000
const LONGEST_BACKOFF_MS = 300_000

export type Refusal =
  | 'ownRequest'
  | 'notApprover'
  | 'notRequester'
  | 'noteMissing'
  | 'groupNotTyped'
  | 'alreadyVoted'
  | 'noVote'
  | 'notBreakGlass'
  | 'outsideWindow'
  | 'planChanged'
  | 'preparing'
  | 'expired'
  | 'decided'
  | 'inUse'
  | 'unreadable'
  | 'checking'
  | 'stale'

export type Decided = { ok: true; next: ResetRequest } | { ok: false; refusal: Refusal }

export function refuse(refusal: Refusal): Decided {
  return { ok: false, refusal }
}

/** A change people can see: the card has to be drawn again, and the thread may have something to tell. */
export function visible(request: ResetRequest, state: State, ...notes: Note[]): Decided {
  return unseen(request, {
    ...request,
    state,
    notes: [...request.notes, ...notes],
    revision: request.revision + 1,
  })
}

export function unseen(request: ResetRequest, change: Partial<ResetRequest>): Decided {
  return { ok: true, next: { ...request, ...change, version: request.version + 1 } }
}

/** 2 s, 4 s, 8 s … at most five minutes. */
export function backoffAfter(attempt: number): number {
  return Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (attempt - 1))
}

/** Decided, and to be carried out from then on. */
export function approved(state: { decision: Decision; attempt: number; notBeforeMs: number }) {
  return { name: 'approved', ...state, lastCause: null, wait: null, dispatch: null, cleared: false } as const
}

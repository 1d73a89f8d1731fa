// One step of a request: taken, with the next version of the record, or refused with a reason. It decides nothing.

import type { Note } from './notes.ts'
import type { ResetRequest } from './request.ts'
import type { Decision, State } from './state.ts'

/** `forbidden`: they may not, and neither waiting nor typing something else changes that. */
const REFUSALS = {
  ownRequest: 'forbidden',
  notApprover: 'forbidden',
  notRequester: 'forbidden',
  notBreakGlass: 'forbidden',
  noVote: 'forbidden',
  noteMissing: 'passing',
  groupNotTyped: 'passing',
  alreadyVoted: 'passing',
  withdrawnOften: 'passing',
  outsideWindow: 'passing',
  planChanged: 'passing',
  planNotWhole: 'passing',
  preparing: 'passing',
  expired: 'passing',
  decided: 'passing',
  inUse: 'passing',
  unreadable: 'passing',
  checking: 'passing',
  stale: 'passing',
} as const

export type Refusal = keyof typeof REFUSALS

export function isForbidden(refusal: Refusal): boolean {
  return REFUSALS[refusal] === 'forbidden'
}

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

/** Decided, and to be carried out from then on. */
export function approved(state: { decision: Decision; attempt: number; notBeforeMs: number }) {
  return {
    name: 'approved',
    ...state,
    lastCause: null,
    wait: null,
    dispatch: null,
    cleared: false,
    gaveWay: 0,
  } as const
}

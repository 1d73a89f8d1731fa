// The number in a record that keeps a process of an earlier version away from what it does not know: it could read the rest of
// it, and would lose that part with its next change. So the number is the smallest whose readers know all that is in it.

import type { ResetRequest } from './request.ts'
import type { Decision } from './state.ts'

/**
 * The last one. Raised with RULES (decide.ts), and whenever a record comes to hold anything that it could not before; `schemaOf`
 * then says which records hold it. test/request/trails holds both to that.
 *
 * 1 was that of four hours before there were plans, and is not read. Every record of 2 is, since the first.
 */
export const SCHEMA = 3

/**
 * 3: bounds are decided on, or may be; the group is watched after the reset, or how long is said, and that its time is over; how long it takes to catch up is; a person has to say what
 * happened since a backup. 2: all else.
 */
export function schemaOf(request: ResetRequest): ResetRequest['schema'] {
  const isNew = [isOfBounds, isWatched, isRehearsed, isProvedInstead, wasRestored].some(each => each(request))
  return isNew ? 3 : 2
}

function isOfBounds({ guard, settling, plan, votes, state }: ResetRequest): boolean {
  const decisions: (Decision | null)[] = 'decision' in state ? [...votes, state.decision] : votes
  return (
    guard.onBounds === true ||
    settling !== undefined ||
    plan?.execution === 'bounds' ||
    plan?.within !== undefined ||
    decisions.some(decision => decision?.onBounds === true)
  )
}

function isWatched({ guard, watch, notes }: ResetRequest): boolean {
  return guard.watchMs !== undefined || watch !== undefined || notes.some(({ kind }) => kind === 'watched')
}

function isRehearsed({ plan }: ResetRequest): boolean {
  return plan?.rehearsal !== undefined
}

/** The offsets show what the call, that was not answered, has done. */
function isProvedInstead({ state }: ResetRequest): boolean {
  return 'outcome' in state && state.outcome.kind === 'done' && state.outcome.instead !== undefined
}

function wasRestored({ state, notes }: ResetRequest): boolean {
  const isAsked = notes.some(note => note.kind === 'asked' && note.evidence === 'restored')
  return isAsked || (state.name === 'unclear' && state.restored === true)
}

// The number in a record that keeps a process of an earlier version away from what it does not know: it could read the rest of
// it, and would lose that part with its next change. So the number is the smallest whose readers know all that is in it.

import type { Decision, ResetRequest } from './request.ts'

/**
 * The last one. Raised with RULES (decide.ts), and whenever a record comes to hold anything that it could not before; `schemaOf`
 * then says which records hold it. test/request/trails holds both to that.
 *
 * 1 was that of four hours before there were plans, and is not read.
 */
export const SCHEMA = 3

/** 3: bounds are decided on, or may be. 2: all else. */
export function schemaOf({ guard, settling, plan, votes, state }: ResetRequest): ResetRequest['schema'] {
  const decisions: (Decision | null)[] = 'decision' in state ? [...votes, state.decision] : votes
  const isOfBounds =
    guard.onBounds === true ||
    settling !== undefined ||
    plan?.execution === 'bounds' ||
    plan?.within !== undefined ||
    decisions.some(decision => decision?.onBounds === true)
  return isOfBounds ? 3 : 2
}

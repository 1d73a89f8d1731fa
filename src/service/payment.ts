// What came of paying one debt.

import type { ChangeOutcome } from '../ports/approvals.ts'

/** `paid` when the record changed, so that the rest can be looked at; `left` when somebody else or time has to act. */
export type Payment = 'paid' | 'left'

export function paid(outcome: ChangeOutcome): Payment {
  return outcome.kind === 'changed' ? 'paid' : 'left'
}

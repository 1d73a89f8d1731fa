// Why a call of the protocol came to nothing, and what that proves. It must never hold an address, a name or a secret.

import type { ReadOutcome, RefusalReason } from '../../request/api-answer.ts'

/**
 * `notSent`: no byte of the call can have been taken by a broker. `unknown`: it may have been taken and obeyed.
 * `refused`: there was an answer, and it was no.
 */
export type FaultEnd =
  | { kind: 'notSent'; cause: string; retryAfterMs?: number }
  | { kind: 'unknown'; cause: string }
  | { kind: 'refused'; reason: RefusalReason; code: string; message: string }

/** Thrown within this adapter, and made an outcome at its door. */
export class Fault extends Error {
  readonly end: FaultEnd
  /** Stable, for metrics. */
  readonly code: string

  constructor(end: FaultEnd, code: string) {
    super(end.kind === 'refused' ? end.message : end.cause)
    this.name = 'Fault'
    this.end = end
    this.code = code
  }
}

export function notSent(cause: string, code: string): Fault {
  return new Fault({ kind: 'notSent', cause }, code)
}

export function unknown(cause: string, code: string): Fault {
  return new Fault({ kind: 'unknown', cause }, code)
}

export function refused(reason: RefusalReason, code: string, message: string): Fault {
  return new Fault({ kind: 'refused', reason, code, message }, code)
}

/** A refusal without asking Kafka, which therefore has none of its codes. */
export function refusedHere(message: string): Fault {
  return refused('badRequest', 'none', message)
}

/** What a fault means to a read, which has no effect whatever became of it. */
export function readOutcomeOf(error: unknown): Exclude<ReadOutcome<never>, { kind: 'read' }> {
  if (!(error instanceof Fault)) throw error
  const { end } = error
  if (end.kind === 'refused') return end
  const retryAfterMs = end.kind === 'notSent' ? end.retryAfterMs : undefined
  return { kind: 'unavailable', cause: end.cause, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
}

/** `20 s`, `300 ms` */
export function spelled(ms: number): string {
  return ms >= 1000 ? `${Math.round(ms / 1000)} s` : `${Math.max(0, Math.round(ms))} ms`
}

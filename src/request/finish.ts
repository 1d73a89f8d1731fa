// How an execution ends, and whether another attempt follows under the same approval. Pure.
// What may have happened is never tried again here: unclear.ts finds out first.

import { backoffAfter, FIRST_BACKOFF_MS } from './backoff.ts'
import { causeOf } from './cause.ts'
import type { Command } from './command.ts'
import type { Note } from './notes.ts'
import type { ResetRequest } from './request.ts'
import { ROWS_IN_TABLE, verdictOf } from './result.ts'
import type { Decision, Wait } from './state.ts'
import { approved, type Decided, refuse, visible } from './step.ts'
import { mayRepeatAt, unclearFrom } from './unclear.ts'
import { JOINED } from './waiting.ts'
import { watchFrom } from './watching.ts'

/** Executions that provably never reached the API are tried again this often in all. */
export const MAX_ATTEMPTS = 8

/** What an execution has come to. */
export function finish(
  request: ResetRequest,
  command: Extract<Command, { kind: 'finish' }>,
  nowMs: number,
): Decided {
  const { state } = request
  const { outcome, attempt } = command
  const late = state.name === 'unclear' && isEvidence(state, command)
  if (!(state.name === 'executing' || late) || state.attempt !== attempt) return refuse('stale')
  if (state.name === 'executing' && state.worker !== command.worker) return refuse('stale')
  const ended = { decision: state.decision, attempt, outcome, atMs: nowMs }
  // What is still under way has arrived by then, or never will.
  const lookAtMs = state.name === 'executing' ? state.abandonAtMs : nowMs
  switch (outcome.kind) {
    case 'done': {
      const name = verdictOf(outcome.counts)
      if (name === 'unclear') {
        const cause = causeOf('nothingReported')
        return visible(
          leavingLate(request, outcome.unanswered),
          unclearFrom(ended, command.worker, cause, lookAtMs),
          { kind: 'unclear', cause },
        )
      }
      const notes: Note[] = [{ kind: 'ended' }]
      if (outcome.rows > ROWS_IN_TABLE) notes.push({ kind: 'resultFile' })
      const watch = name === 'failed' ? null : watchFrom(outcome, command.watchMs ?? 0, nowMs)
      const next = { ...leavingLate(request, outcome.unanswered), ...(watch === null ? {} : { watch }) }
      return visible(next, { name, ...ended }, ...notes)
    }
    case 'refused':
      // Somebody joined between the look and the call. That is no failure: it is waited for.
      if (outcome.reason === 'groupNotEmpty' && state.name === 'executing') {
        const wait = state.wait === null ? null : { ...state.wait, emptySinceMs: null, group: JOINED }
        return again({ ...request, group: JOINED }, { ...state, wait }, JOINED_CAUSE, undefined, nowMs)
      }
      return visible(request, { name: 'failed', ...ended }, { kind: 'ended' })
    case 'unknown': {
      const { cause } = outcome
      return visible(leavingLate(request), unclearFrom(ended, command.worker, cause, lookAtMs), {
        kind: 'unclear',
        cause,
      })
    }
    case 'notSent':
      return state.name === 'executing'
        ? again(request, state, outcome, command.retryAfterMs, nowMs)
        : againAfterUnclear(nowMs)(request, outcome.cause)
    default:
      return outcome satisfies never
  }
}

/**
 * Whether a worker that was thought dead brings what `unclear` is waiting for. That something was done counts whoever says
 * so; that nothing was, only of whose call it is: after a failover that forgot how one worker began, it knows nothing of
 * the call of another.
 */
function isEvidence(
  { outcome: before, called, worker }: Extract<ResetRequest['state'], { name: 'unclear' }>,
  { outcome, worker: by }: Extract<Command, { kind: 'finish' }>,
): boolean {
  if (before.kind !== 'unknown' || outcome.kind === 'unknown') return false
  return outcome.kind === 'done' || (called && (worker === null || worker === by))
}

/**
 * With the time until which its calls that nobody answered may take effect. What the first attempt's read-back has shown
 * to be done whole has arrived; of later attempts nobody can say which of their calls it was.
 */
export function leavingLate(request: ResetRequest, unanswered = 1): ResetRequest {
  const { state, lateUntilMs } = request
  if (state.name === 'unclear') {
    return unanswered === 0 && state.attempt === 1 ? { ...request, lateUntilMs: null } : request
  }
  if (state.name !== 'executing' || unanswered === 0) return request
  return { ...request, lateUntilMs: Math.max(lateUntilMs ?? 0, state.lateUntilMs, state.abandonAtMs) }
}

const JOINED_CAUSE = { kind: 'notSent', cause: causeOf('joined') } as const

/** What certainly did not happen is tried again, a few times and ever later. Being asked to wait is no attempt. */
export function again(
  request: ResetRequest,
  last: { decision: Decision; attempt: number; wait: Wait | null; cleared?: boolean },
  outcome: { kind: 'notSent'; cause: string },
  retryAfterMs: number | undefined,
  nowMs: number,
): Decided {
  const { decision, attempt, wait, cleared = false } = last
  const { cause: lastCause } = outcome
  if (retryAfterMs !== undefined) {
    const notBeforeMs = nowMs + Math.max(retryAfterMs, FIRST_BACKOFF_MS)
    return visible(request, { ...approved({ decision, attempt, notBeforeMs }), lastCause, wait })
  }
  if (attempt >= MAX_ATTEMPTS) {
    return visible(request, { name: 'failed', decision, attempt, outcome, atMs: nowMs }, { kind: 'ended' })
  }
  const next = approved({ decision, attempt: attempt + 1, notBeforeMs: nowMs + backoffAfter(attempt) })
  return visible(request, { ...next, lastCause, wait, cleared })
}

/** The look before the call finds out whether the plan still holds: people may have acted on it meanwhile. */
export function againAfterUnclear(nowMs: number) {
  return (request: ResetRequest, cause: string, cleared?: 'cleared'): Decided => {
    const { state } = request
    if (state.name !== 'unclear' || state.decision === null) return refuse('stale')
    const { decision, attempt } = state
    const last = { decision, attempt, wait: null, cleared: cleared !== undefined }
    const decided = again(request, last, { kind: 'notSent', cause }, undefined, nowMs)
    if (!decided.ok || decided.next.state.name !== 'approved') return decided
    const { state: next } = decided.next
    const notBeforeMs = Math.max(next.notBeforeMs, mayRepeatAt(request) ?? 0)
    return { ok: true, next: { ...decided.next, state: { ...next, notBeforeMs } } }
  }
}

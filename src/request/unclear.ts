// An execution of which nobody knows what it did: what the offsets show afterwards, and what people say. Pure.
// Nothing is called again on a guess: the offsets show twice that it did not happen, or somebody vouches for it.

import { causeOf } from './cause.ts'
import type { Command } from './command.ts'
import type { Evidence } from './evidence.ts'
import type { ResetRequest } from './request.ts'
import { isHeldAfterRestore, unknownOnceRestored } from './restored.ts'
import type { State } from './state.ts'
import { type Decided, refuse, unseen, visible } from './step.ts'
import { JOINED } from './waiting.ts'

type Unclear = Extract<State, { name: 'unclear' }>

/** After each read-back that settles nothing, so many graces until the next; after the last, people are asked. */
const PAUSES = [0.5, 2]
/** What was seen once has to be seen again, so many graces after. */
const SECOND_SIGHT = 0.5
/** What shows one thing now and another then is left to people after so many looks; once they are asked, after one. */
const MOST_LOOKS = 6
/** The cluster may be back before anybody has answered; */
const ASKED_PAUSE_MS = 600_000
/** the longer that takes, the less often is it looked for: after a sixth of the time that it has taken, at most a day. */
const ASKED_PART = 6
const ASKED_LONGEST_MS = 86_400_000

/** How it begins, after a call of the worker that nobody answered. */
export function unclearFrom(
  ended: Pick<Unclear, 'decision' | 'attempt' | 'atMs'>,
  worker: string | null,
  cause: string,
  lookAtMs: number,
): Unclear {
  const outcome = { kind: 'unknown', cause } as const
  const unseen = { looks: 0, seen: null, asked: false } as const
  return { name: 'unclear', ...ended, outcome, lookAtMs, ...unseen, called: true, worker }
}

/** Whether this read-back ends the matter: what shows a call that happened in part has to be seen twice. */
export function isProof({ seen, called }: Pick<Unclear, 'seen' | 'called'>, evidence: Evidence): boolean {
  return called && (evidence === 'present' || (evidence === 'partly' && seen === 'partly'))
}

/** How a further attempt of the same approval begins. `cleared`: somebody vouches for it that the last did nothing. */
type Again = (request: ResetRequest, cause: string, cleared?: 'cleared') => Decided

/**
 * From when on the call may be made again. One that writes the offsets of the plan writes the same twice, so that a late
 * one changes nothing; any other would be done twice, and is waited for. Null: at any time.
 */
export function mayRepeatAt({
  plan,
  lateUntilMs,
}: Pick<ResetRequest, 'plan' | 'lateUntilMs'>): number | null {
  return plan?.execution === 'offsets' ? null : lateUntilMs
}

export function looked(
  request: ResetRequest,
  { attempt, evidence, graceMs }: Extract<Command, { kind: 'looked' }>,
  again: Again,
  nowMs: number,
): Decided {
  const { state } = request
  if (state.name !== 'unclear' || state.attempt !== attempt || nowMs < state.lookAtMs) return refuse('stale')
  if (state.restored) return lookedAfterRestore(request, state, attempt, nowMs)
  if (evidence === 'absent' && state.seen === 'absent') {
    const repeatAtMs = mayRepeatAt(request)
    if (repeatAtMs === null || nowMs >= repeatAtMs) return again(request, ABSENT_TWICE)
    // It begins anew then: one look that cannot be taken must not leave it to people.
    return unseen(request, { state: { ...state, looks: 0, lookAtMs: repeatAtMs } })
  }
  const looks = state.looks + 1
  const mayTell = state.asked ? state.seen === null : looks < MOST_LOOKS
  if ((evidence === 'absent' || evidence === 'partly') && mayTell) {
    const lookAtMs = nowMs + SECOND_SIGHT * graceMs
    return unseen(request, { state: { ...state, looks, lookAtMs, seen: evidence } })
  }
  const later = (pauseMs: number): Unclear => ({ ...state, looks, lookAtMs: nowMs + pauseMs, seen: null })
  if (state.asked) {
    const part = Math.round((nowMs - state.atMs) / ASKED_PART)
    return unseen(request, { state: later(Math.min(Math.max(part, ASKED_PAUSE_MS), ASKED_LONGEST_MS)) })
  }
  const pause = PAUSES[state.looks]
  if (pause !== undefined) return unseen(request, { state: later(pause * graceMs) })
  const shown = evidence === 'unread' || evidence === 'present' ? evidence : 'neither'
  const note = { kind: 'asked', attempt, evidence: shown } as const
  return visible(request, { ...later(ASKED_PAUSE_MS), asked: true }, note)
}

/** The group may stand where the plan began because it was put back there since: no look settles it. */
function lookedAfterRestore(request: ResetRequest, state: Unclear, attempt: number, nowMs: number): Decided {
  const later = { ...state, looks: state.looks + 1, lookAtMs: nowMs + ASKED_LONGEST_MS, seen: null }
  if (state.asked) return unseen(request, { state: later })
  return visible(request, { ...later, asked: true }, { kind: 'asked', attempt, evidence: 'restored' })
}

/** Whoever asks for it: it only reads. What it finds is said in the thread. */
export function checkAgain(
  request: ResetRequest,
  { attempt }: Extract<Command, { kind: 'checkAgain' }>,
  nowMs: number,
): Decided {
  const { state } = request
  if (state.name !== 'unclear' || state.attempt !== attempt) return refuse('stale')
  if (!state.asked) return refuse('checking')
  // One look that settles nothing is enough to ask again.
  return visible(request, { ...state, lookAtMs: nowMs, looks: PAUSES.length, seen: null, asked: false })
}

export function testify(
  request: ResetRequest,
  { attempt, by, happened, policy }: Extract<Command, { kind: 'testify' }>,
  again: Again,
  nowMs: number,
): Decided {
  const { state } = request
  if (by === request.requester) return refuse('ownRequest')
  if (policy.verdict === 'deny') return refuse('notApprover')
  if (state.name !== 'unclear' || state.attempt !== attempt) return refuse('stale')
  // Not before people are asked: until then the offsets may still tell.
  if (state.looks === 0 && !state.asked) return refuse('checking')
  const note = { kind: 'testified', by, happened } as const
  if (happened) {
    const outcome = { kind: 'testified', by } as const
    return visible(
      request,
      { name: 'succeeded', decision: state.decision, attempt, outcome, atMs: nowMs },
      note,
    )
  }
  return again({ ...request, notes: [...request.notes, note] }, DENIED, 'cleared')
}

/**
 * The offsets stand where the plan leads before anything was called: the store may have forgotten a call, as after a
 * failover, or somebody has done the same by hand. Who knows is asked.
 */
export function alreadyThere(
  request: ResetRequest,
  { digest }: Extract<Command, { kind: 'alreadyThere' }>,
  nowMs: number,
): Decided {
  const { state } = request
  if (state.name !== 'approved' || request.plan?.digest !== digest) return refuse('stale')
  const { decision, attempt } = state
  const begun = unclearFrom({ decision, attempt, atMs: nowMs }, null, FORGOTTEN, nowMs + ASKED_PAUSE_MS)
  // While it waited the group had members, and what the wait knew must not be lost with it.
  const group = state.wait === null ? request.group : JOINED
  return visible(
    { ...request, group },
    { ...begun, asked: true, called: false },
    { kind: 'asked', attempt, evidence: 'present' },
  )
}

/** Whatever it had come to by the time of the backup, nothing is called for it until a person has said what happened since. */
export function restored(request: ResetRequest, nowMs: number): Decided {
  const { state } = request
  if (unknownOnceRestored(request) === null) return refuse('stale')
  if (state.name !== 'approved' && state.name !== 'executing' && state.name !== 'unclear')
    return refuse('stale')
  if (isHeldAfterRestore(request)) return refuse('stale')
  const { decision, attempt } = state
  const begun = unclearFrom({ decision, attempt, atMs: nowMs }, null, RESTORED, nowMs + ASKED_LONGEST_MS)
  const group = state.name === 'approved' && state.wait !== null ? JOINED : request.group
  return visible(
    { ...request, group },
    { ...begun, asked: true, called: false, restored: true },
    { kind: 'asked', attempt, evidence: 'restored' },
  )
}

const ABSENT_TWICE = causeOf('absentTwice')
const DENIED = causeOf('denied')
const FORGOTTEN = causeOf('forgotten')
const RESTORED = causeOf('restored')

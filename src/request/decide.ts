// Every legal change of a request. Pure: no clock, no ids, no I/O.
// All safety claims live here: who may decide, who may call, and that nothing is called twice on a guess.

import { z } from 'zod'
import { backoffOfGivingWay, FIRST_BACKOFF_MS } from './backoff.ts'
import { causeOf } from './cause.ts'
import type { AuditEvent, Command, Submission } from './command.ts'
import { again, againAfterUnclear, finish, leavingLate } from './finish.ts'
import { followed } from './followed.ts'
import { breakGlass, review } from './glass.ts'
import type { Guard } from './guard.ts'
import { drifted, outlookOf, prepare, prepareFailed, prepareLater, preparing, progress } from './planning.ts'
import { escalate, remind } from './reminding.ts'
import { isHeld, type RequestId, type ResetRequest } from './request.ts'
import { type Reset, resetSchema } from './reset.ts'
import { schemaOf } from './schema.ts'
import { isOfBounds, settle } from './settling.ts'
import { type Decision, mayBegin, type State } from './state.ts'
import { type Decided, refuse, unseen, visible } from './step.ts'
import { tell } from './telling.ts'
import { alreadyThere, checkAgain, looked, restored, testify, unclearFrom } from './unclear.ts'
import { reguard, unreadFrom, vote, withdraw } from './voting.ts'
import { mayStart, wait, waitsForWindow, withinWindow } from './waiting.ts'
import { watched, watchLater, watchOver } from './watching.ts'

/** So many jobs in a row may end without a trace in the record. */
export const MAX_LOST_JOBS = 5
/** So many refused attempts of one person are kept as events of one request. */
export const ATTEMPTS_KEPT = 5

/**
 * Raised whenever the same command comes to make something else of the same record, here or in what is called from here:
 * whoever replays the events of before then knows that these rules are not theirs. test/request/trails holds it to that.
 */
export const RULES = 5

export interface Draft {
  id: RequestId
  reset: Reset
  cluster?: 'kafka' | undefined
  targetsDigest?: string | undefined
  parent: ResetRequest['parent']
  skipToEnd: boolean
  reason: string
  requester: string
  askedIn: string | null
  channel: string
  elsewhere: string | null
  expiresAtMs: number
  /** What every plan of it is asked, under the rule that applies. */
  guard: Guard
}

/** A new request. Nobody can decide on it before there is a plan. */
export function submit(draft: Draft, nowMs: number): ResetRequest {
  const request: ResetRequest = {
    schema: 2,
    ...draft,
    version: 1,
    auditHash: '',
    revision: 1,
    createdAtMs: nowMs,
    state: preparing(nowMs),
    group: null,
    overlaps: [],
    plan: null,
    round: 1,
    drift: [],
    votes: [],
    glass: null,
    lastRead: { in: [], notIn: [] },
    unread: null,
    pendingSinceMs: null,
    reminded: 0,
    escalated: false,
    pings: [],
    lateUntilMs: null,
    attempts: {},
    dispatches: 0,
    notes: [],
    posts: {},
    cardRevision: 0,
    cardRetryAtMs: nowMs,
    cardClaim: null,
    cardSeenAtMs: 0,
    cardShutSinceMs: null,
    cardsLost: 0,
  }
  return { ...request, schema: schemaOf(request) }
}

export function submissionOf(draft: Draft): Submission {
  const { id: _, reset, ...rest } = draft
  return { kind: 'submit', reset: z.encode(resetSchema, reset), ...rest }
}

export function eventOf(
  before: ResetRequest | null,
  next: ResetRequest,
  command: AuditEvent['command'],
  changeId: string,
  nowMs: number,
): AuditEvent {
  return {
    version: next.version,
    changeId,
    atMs: nowMs,
    command,
    before: before?.state.name ?? null,
    state: next.state.name,
    rules: RULES,
  }
}

/** What the command makes of the request, or why not. */
export function decide(request: ResetRequest, command: Command, nowMs: number): Decided {
  const decided = withinWindow(request, decideAtAnyTime(request, command, nowMs), nowMs)
  return decided.ok ? { ok: true, next: { ...decided.next, schema: schemaOf(decided.next) } } : decided
}

/** As if there were no windows, but for the start of an execution. */
function decideAtAnyTime(request: ResetRequest, command: Command, nowMs: number): Decided {
  const { state } = request
  switch (command.kind) {
    case 'prepare':
      return prepare(request, command, nowMs)

    case 'settle':
      return settle(request, command, nowMs, (...of) => outlookOf(...of)[0])

    case 'progress':
      return progress(request, command, nowMs)

    case 'prepareLater':
      return prepareLater(request, command, nowMs)

    case 'prepareFailed':
      return prepareFailed(request, command, nowMs)

    case 'decide':
      return vote(request, command, nowMs)

    case 'withdraw':
      return withdraw(request, command.by, nowMs)

    case 'breakGlass':
      return breakGlass(request, command, nowMs)

    case 'review':
      return review(request, command, nowMs)

    case 'remind':
      return remind(request, command, nowMs)

    case 'escalate':
      return escalate(request, command, nowMs)

    case 'reguard':
      return reguard(request, command, nowMs)

    case 'reguardLater': {
      if (request.unread === null) return refuse('stale')
      return unseen(request, { unread: unreadFrom(request.unread, nowMs, request.unread.tries + 1) })
    }

    case 'disallow': {
      const { ruling } = command
      if (state.name !== 'preparing' && state.name !== 'pending' && state.name !== 'approved') {
        return refuse('stale')
      }
      const ended = state.name === 'approved' ? endOf(state) : { decision: null, attempt: 0 }
      const outcome = { kind: 'notAllowed', ruling } as const
      return visible(request, { ...ended, name: 'failed', outcome, atMs: nowMs }, { kind: 'ended' })
    }

    case 'distrust': {
      // What is under way is left to end: nothing begins from there without being looked at again.
      if (!mayBegin(state)) return refuse('stale')
      // Nor does anything vouch for the decision that it names.
      const ended = { decision: null, attempt: state.name === 'approved' ? state.attempt : 0 }
      const { why, event } = command
      const outcome = { kind: 'notVerified', why, event } as const
      return visible(request, { ...ended, name: 'failed', outcome, atMs: nowMs }, { kind: 'ended' })
    }

    case 'drifted':
      return drifted(request, command, nowMs)

    case 'cancel': {
      const undecided = state.name === 'pending' || state.name === 'preparing'
      if (!undecided && state.name !== 'approved') {
        return refuse(state.name === 'expired' ? 'expired' : 'decided')
      }
      // Those who may approve may also take an approval back, as long as nothing has been called.
      if (command.by !== request.requester && (undecided || command.policy.verdict === 'deny')) {
        return refuse('notRequester')
      }
      const { by } = command
      return visible(request, { name: 'cancelled', by, atMs: nowMs }, { kind: 'cancelled', by })
    }

    case 'expire':
      if (state.name !== 'pending' && state.name !== 'preparing') return refuse('stale')
      if (nowMs < request.expiresAtMs) return refuse('stale')
      return visible(request, { name: 'expired', atMs: nowMs }, { kind: 'expired' })

    case 'attempted': {
      const { by } = command
      const kept = request.attempts[by] ?? 0
      // Whoever goes on is counted beside the trail, which they must not be able to fill.
      if (kept >= ATTEMPTS_KEPT) return refuse('stale')
      return unseen(request, { attempts: { ...request.attempts, [by]: kept + 1 } })
    }

    case 'dispatched': {
      if (state.name !== 'approved') return refuse('stale')
      const lost = (state.dispatch?.lost ?? 0) + (command.lost === true ? 1 : 0)
      if (lost > MAX_LOST_JOBS) {
        const outcome = { kind: 'notSent', cause: LOST_JOBS } as const
        return visible(request, { ...endOf(state), name: 'failed', outcome, atMs: nowMs }, { kind: 'ended' })
      }
      return unseen(request, {
        dispatches: Math.max(request.dispatches, command.number),
        state: { ...state, dispatch: { number: command.number, seenAtMs: nowMs, lost } },
      })
    }

    case 'wait':
      return wait(request, command, nowMs)

    case 'postpone': {
      if (state.name !== 'approved' || request.plan?.digest !== command.digest) return refuse('stale')
      const { cause, retryAfterMs } = command
      // Who waits has an end to it already: a look that fails then is no attempt.
      if (state.wait !== null && nowMs < state.wait.untilMs) {
        const notBeforeMs = nowMs + Math.max(retryAfterMs ?? 0, FIRST_BACKOFF_MS)
        return unseen(request, { state: { ...state, notBeforeMs, dispatch: null } })
      }
      return again(request, state, { kind: 'notSent', cause }, retryAfterMs, nowMs)
    }

    case 'standBack': {
      if (state.name !== 'approved' || request.plan?.digest !== command.digest) return refuse('stale')
      const { cause: lastCause, waitMs, atMostMs = Number.POSITIVE_INFINITY } = command
      const gaveWay = state.lastCause === lastCause ? state.gaveWay + 1 : 0
      const pauseMs = Math.max(FIRST_BACKOFF_MS, Math.min(backoffOfGivingWay(gaveWay), atMostMs))
      const notBeforeMs = nowMs + Math.max(waitMs, pauseMs)
      const next: State = { ...state, lastCause, notBeforeMs, dispatch: null, gaveWay }
      return state.lastCause === lastCause ? unseen(request, { state: next }) : visible(request, next)
    }

    case 'alreadyThere':
      return alreadyThere(request, command, nowMs)

    case 'restored':
      return restored(request, nowMs)

    case 'callOff': {
      // CKafka refuses even to be looked at, and would again.
      if (state.name !== 'approved' || request.plan?.digest !== command.digest) return refuse('stale')
      const { outcome } = command
      return visible(request, { ...endOf(state), name: 'failed', outcome, atMs: nowMs }, { kind: 'ended' })
    }

    case 'start':
      // Whoever wins this commit, and only they, calls the API.
      if (state.name !== 'approved') return refuse('stale')
      if (request.plan?.digest !== command.digest || isOfBounds(request.plan)) return refuse('planChanged')
      if (isHeld(request)) return refuse('unreadable')
      if (!mayStart(request, command.group, command.holdMs, nowMs)) return refuse('inUse')
      if (waitsForWindow(request, nowMs)) return refuse('outsideWindow')
      return visible(request, {
        name: 'executing',
        decision: state.decision,
        attempt: state.attempt,
        worker: command.worker,
        wait: state.wait,
        startedAtMs: nowMs,
        deadlineMs: nowMs + command.callMs,
        abandonAtMs: nowMs + command.callMs + command.graceMs,
        lateUntilMs: nowMs + command.callMs + command.lateMs,
      })

    case 'finish':
      return finish(request, command, nowMs)

    case 'watched':
      return watched(request, command)

    case 'watchLater':
      return watchLater(request, command, nowMs)

    case 'watchOver':
      return watchOver(request, command)

    case 'abandon':
      if (state.name !== 'executing' || nowMs < state.abandonAtMs) return refuse('stale')
      return visible(
        leavingLate(request),
        unclearFrom({ ...endOf(state), atMs: nowMs }, state.worker, STOPPED, nowMs),
        { kind: 'unclear', cause: STOPPED },
      )

    case 'looked':
      return looked(request, command, againAfterUnclear(nowMs), nowMs)

    case 'checkAgain':
      return checkAgain(request, command, nowMs)

    case 'testify':
      return testify(request, command, againAfterUnclear(nowMs), nowMs)

    case 'undone': {
      const { by: id, card, isWhole } = command
      const known = request.undone?.by ?? []
      if (!('outcome' in state) || known.some(each => each.id === id)) return refuse('stale')
      return visible({ ...request, undone: { by: [...known, { id, card }], isWhole } }, state)
    }

    case 'followed':
      return followed(request, command)

    case 'parentTold': {
      const told = command.open === true ? 'open' : true
      if (request.parentTold === told || (command.revision ?? request.revision) !== request.revision)
        return refuse('stale')
      return unseen(request, { parentTold: told })
    }

    case 'claimPost':
    case 'posted':
    case 'postRefused':
    case 'postLater':
    case 'claimCard':
    case 'cardShown':
    case 'cardRefused':
    case 'cardLater':
      return tell(request, command, nowMs)

    default:
      return command satisfies never
  }
}

const STOPPED = causeOf('workerStopped')
const LOST_JOBS = causeOf('jobsLost')

function endOf({ decision, attempt }: { decision: Decision | null; attempt: number }) {
  return { decision, attempt }
}

// Every legal change of a request. Pure: no clock, no ids, no I/O.
// All safety claims live here: who may decide, who may call, and that nothing is called twice on a guess.

import { z } from 'zod'
import type { Group } from './group.ts'
import type {
  AuditEvent,
  Command,
  Decision,
  Post,
  PostKey,
  RequestId,
  ResetRequest,
  State,
  Submission,
} from './request.ts'
import { type Reset, resetSchema } from './reset.ts'
import { verdictOf } from './result.ts'

/** Executions that provably never reached the API are tried again this often in all. */
export const MAX_ATTEMPTS = 8
const FIRST_BACKOFF_MS = 2_000
const LONGEST_BACKOFF_MS = 300_000

export type Refusal =
  | 'ownRequest'
  | 'notApprover'
  | 'notRequester'
  | 'noteMissing'
  | 'preparing'
  | 'expired'
  | 'decided'
  | 'stale'

export type Decided = { ok: true; next: ResetRequest } | { ok: false; refusal: Refusal }

export interface Draft {
  id: RequestId
  reset: Reset
  group: Group | null
  reason: string
  requester: string
  askedIn: string
  channel: string
  expiresAtMs: number
}

/** A new request. Nobody can decide on it before "all topics" are names and somebody has looked at the group. */
export function submit(draft: Draft, nowMs: number): ResetRequest {
  return {
    schema: 1,
    ...draft,
    version: 1,
    revision: 1,
    createdAtMs: nowMs,
    state: isPrepared(draft) ? { name: 'pending' } : { name: 'preparing', tries: 0, retryAtMs: nowMs },
    dispatches: 0,
    posts: {},
    cardRevision: 0,
    cardRetryAtMs: nowMs,
  }
}

function isPrepared({ reset, group }: Draft): boolean {
  return reset.scope === 'topics' && group !== null
}

export function submissionOf(draft: Draft): Submission {
  const { group, reason, requester, askedIn, channel, expiresAtMs } = draft
  return {
    kind: 'submit',
    reset: z.encode(resetSchema, draft.reset),
    group,
    reason,
    requester,
    askedIn,
    channel,
    expiresAtMs,
  }
}

export function eventOf(
  next: ResetRequest,
  command: AuditEvent['command'],
  changeId: string,
  nowMs: number,
): AuditEvent {
  return { version: next.version, changeId, atMs: nowMs, command, state: next.state.name }
}

/** What the command makes of the request, or why not. */
export function decide(request: ResetRequest, command: Command, nowMs: number): Decided {
  const { state } = request
  switch (command.kind) {
    case 'prepare':
      if (state.name !== 'preparing') return refuse('stale')
      return visible(
        request,
        { name: 'pending' },
        { group: command.group, reset: { ...request.reset, topics: command.topics } },
      )

    case 'prepareLater':
      if (state.name !== 'preparing') return refuse('stale')
      return unseen(request, { state: { ...state, tries: state.tries + 1, retryAtMs: command.retryAtMs } })

    case 'prepareFailed':
      if (state.name !== 'preparing') return refuse('stale')
      return visible(request, {
        name: 'failed',
        decision: null,
        attempt: 0,
        outcome: { kind: 'notPrepared', cause: command.cause },
        atMs: nowMs,
      })

    case 'decide': {
      if (command.by === request.requester) return refuse('ownRequest')
      if (!command.mayDecide) return refuse('notApprover')
      if (state.name === 'preparing') return refuse('preparing')
      if (state.name !== 'pending') return refuse(state.name === 'expired' ? 'expired' : 'decided')
      if (nowMs >= request.expiresAtMs) return refuse('expired')
      const note = command.note.trim()
      if (command.verdict === 'reject' && note === '') return refuse('noteMissing')
      const decision: Decision = { verdict: command.verdict, by: command.by, note, atMs: nowMs }
      return visible(
        request,
        command.verdict === 'reject' ? { name: 'rejected', decision } : approved(decision, 1, nowMs, null),
      )
    }

    case 'cancel':
      if (command.by !== request.requester) return refuse('notRequester')
      if (state.name !== 'pending' && state.name !== 'preparing') {
        return refuse(state.name === 'expired' ? 'expired' : 'decided')
      }
      return visible(request, { name: 'cancelled', by: command.by, atMs: nowMs })

    case 'expire':
      if (state.name !== 'pending' && state.name !== 'preparing') return refuse('stale')
      if (nowMs < request.expiresAtMs) return refuse('stale')
      return visible(request, { name: 'expired', atMs: nowMs })

    case 'dispatched':
      if (state.name !== 'approved') return refuse('stale')
      return unseen(request, {
        dispatches: Math.max(request.dispatches, command.number),
        state: { ...state, dispatch: { number: command.number, seenAtMs: nowMs } },
      })

    case 'start':
      // Whoever wins this commit, and only they, calls the API.
      if (state.name !== 'approved') return refuse('stale')
      return visible(request, {
        name: 'executing',
        decision: state.decision,
        attempt: state.attempt,
        worker: command.worker,
        startedAtMs: nowMs,
        deadlineMs: nowMs + command.callMs,
        abandonAtMs: nowMs + command.callMs + command.graceMs,
      })

    case 'finish':
      return finish(request, command, nowMs)

    case 'abandon':
      if (state.name !== 'executing' || nowMs < state.abandonAtMs) return refuse('stale')
      return visible(request, {
        name: 'unclear',
        decision: state.decision,
        attempt: state.attempt,
        outcome: { kind: 'unknown', cause: 'the worker stopped before it could say how the call ended' },
        atMs: nowMs,
      })

    case 'claimPost': {
      const post = request.posts[command.key]
      if (post?.state === 'posted') return refuse('stale')
      if (post?.state === 'claimed' && nowMs < post.untilMs) return refuse('stale')
      return withPost(request, command.key, { state: 'claimed', by: command.by, untilMs: command.untilMs })
    }

    case 'posted': {
      if (request.posts[command.key]?.state === 'posted') return refuse('stale')
      const cardRevision = command.key === 'card' ? command.revision : request.cardRevision
      return withPost(request, command.key, { state: 'posted', ts: command.ts }, { cardRevision })
    }

    case 'postRefused':
      if (request.posts[command.key]?.state === 'posted') return refuse('stale')
      return withPost(request, command.key, {
        state: 'refused',
        code: command.code,
        retryAtMs: command.retryAtMs,
      })

    case 'postLater':
      if (request.posts[command.key]?.state === 'posted') return refuse('stale')
      return withPost(request, command.key, { state: 'waiting', retryAtMs: command.retryAtMs })

    case 'cardShown':
      if (command.revision <= request.cardRevision) return refuse('stale')
      return unseen(request, { cardRevision: command.revision })

    case 'cardLater':
      return unseen(request, { cardRetryAtMs: command.retryAtMs })

    default:
      return command satisfies never
  }
}

function finish(
  request: ResetRequest,
  command: Extract<Command, { kind: 'finish' }>,
  nowMs: number,
): Decided {
  const { state } = request
  const { outcome, attempt } = command
  // A worker that was thought dead may still bring the evidence that `unclear` is waiting for.
  const late = state.name === 'unclear' && state.outcome.kind === 'unknown' && outcome.kind !== 'unknown'
  if (!(state.name === 'executing' || late) || state.attempt !== attempt) return refuse('stale')
  if (state.name === 'executing' && state.worker !== command.worker) return refuse('stale')
  const ended = { decision: state.decision, attempt, outcome, atMs: nowMs }
  switch (outcome.kind) {
    case 'done':
      return visible(request, { name: verdictOf(outcome.counts), ...ended })
    case 'refused':
    case 'notPrepared':
      return visible(request, { name: 'failed', ...ended })
    case 'unknown':
      return visible(request, { name: 'unclear', ...ended })
    case 'notSent': {
      // After `unclear` people may have acted on it, so a late "never sent" ends the request instead of trying again.
      if (late || state.decision === null || attempt >= MAX_ATTEMPTS)
        return visible(request, { name: 'failed', ...ended })
      const backoffMs = Math.max(command.retryAfterMs ?? 0, backoffAfter(attempt))
      return visible(request, approved(state.decision, attempt + 1, nowMs + backoffMs, outcome.cause))
    }
    default:
      return outcome satisfies never
  }
}

function approved(decision: Decision, attempt: number, notBeforeMs: number, lastCause: string | null): State {
  return { name: 'approved', decision, attempt, notBeforeMs, lastCause, dispatch: null }
}

/** 2 s, 4 s, 8 s … at most five minutes. */
export function backoffAfter(attempt: number): number {
  return Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (attempt - 1))
}

function refuse(refusal: Refusal): Decided {
  return { ok: false, refusal }
}

/** A change people can see: the card has to be rendered again. */
function visible(request: ResetRequest, state: State, change: Partial<ResetRequest> = {}): Decided {
  return unseen(request, { ...change, state, revision: request.revision + 1 })
}

function withPost(
  request: ResetRequest,
  key: PostKey,
  post: Post,
  change: Partial<ResetRequest> = {},
): Decided {
  return unseen(request, { ...change, posts: { ...request.posts, [key]: post } })
}

function unseen(request: ResetRequest, change: Partial<ResetRequest>): Decided {
  return { ok: true, next: { ...request, ...change, version: request.version + 1 } }
}

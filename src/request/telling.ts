// What has been told in Slack, and by whom it is being told: posts and the drawings of the card. Pure.
// It must never let two tell the same at once, nor forget that somebody may have told it already.

import type { Command } from './command.ts'
import type { Post, PostKey } from './notes.ts'
import { cardTsOf, type ResetRequest } from './request.ts'
import { isFinal } from './state.ts'
import { type Decided, refuse, unseen } from './step.ts'

export type TellingCommand = Extract<
  Command,
  {
    kind:
      | 'claimPost'
      | 'posted'
      | 'postRefused'
      | 'postLater'
      | 'claimCard'
      | 'cardShown'
      | 'cardRefused'
      | 'cardLater'
  }
>

/** Slack's codes for a channel that is closed to Rewind just now; people archive channels, and open them again. */
const CLOSED = /^(is_archived|is_inactive|channel_not_found|not_in_channel|restricted_action\w*)$/
/** Of a message, or of the thread under one, that somebody has deleted. */
const DELETED = /^(message_not_found|thread_not_found)$/

/** A card that somebody deletes is posted again after so long, and after the last of these not any more. */
export const REPOST_AFTER_MS = [0, 60_000, 300_000, 1_800_000, 7_200_000]
/** What a closed channel does not take is offered again, ever more rarely. */
const SHORTEST_CLOSED_MS = 60_000
const LONGEST_CLOSED_MS = 1_800_000
/** What a request that is over has left to tell is kept so long for a channel that is closed. */
const GIVE_UP_MS = 86_400_000

/** Whether a refused reply is still to be posted: its channel is closed, and may be opened again. */
export function awaitsChannel(
  request: ResetRequest,
  post: Extract<Post, { state: 'refused' }>,
  nowMs: number,
): boolean {
  return CLOSED.test(post.code) && isWorthWaiting(request, post.refusedSinceMs ?? post.retryAtMs, nowMs)
}

function isWorthWaiting({ state }: ResetRequest, sinceMs: number, nowMs: number): boolean {
  return !isFinal(state) || nowMs - sinceMs < GIVE_UP_MS
}

function untilNextTry(sinceMs: number, nowMs: number): number {
  return Math.min(Math.max(nowMs - sinceMs, SHORTEST_CLOSED_MS), LONGEST_CLOSED_MS)
}

export function tell(request: ResetRequest, command: TellingCommand, nowMs: number): Decided {
  switch (command.kind) {
    case 'claimPost': {
      const post = request.posts[command.key]
      if (post?.state === 'posted') return refuse('stale')
      if (post?.state === 'claimed' && nowMs < post.untilMs) return refuse('stale')
      const { by, untilMs } = command
      return withPost(request, command.key, { state: 'claimed', by, untilMs, ...sinceOf(post) })
    }

    case 'posted': {
      if (request.posts[command.key]?.state === 'posted') return refuse('stale')
      const isCard = command.key === 'card'
      return withPost(
        request,
        command.key,
        {
          state: 'posted',
          ts: command.ts,
          ...(command.picture === undefined ? {} : { picture: command.picture }),
        },
        isCard ? { cardRevision: command.revision, cardSeenAtMs: nowMs, cardShutSinceMs: null } : {},
      )
    }

    case 'postRefused':
      return postRefused(request, command, nowMs)

    case 'postLater': {
      const post = request.posts[command.key]
      if (!isTheirs(post, command.by)) return refuse('stale')
      return withPost(request, command.key, {
        state: 'waiting',
        retryAtMs: command.retryAtMs,
        ...sinceOf(post),
      })
    }

    case 'claimCard':
      if (nowMs < request.cardRetryAtMs) return refuse('stale')
      return unseen(request, { cardClaim: command.by, cardRetryAtMs: command.untilMs })

    case 'cardShown':
      return cardShown(request, command, nowMs)

    case 'cardRefused':
      return cardRefused(request, command, nowMs)

    case 'cardLater':
      return unseen(request, { cardClaim: null, cardRetryAtMs: command.retryAtMs })

    default:
      return command satisfies never
  }
}

function sinceOf(post: Post | undefined): { refusedSinceMs?: number } {
  return post === undefined || post.state === 'posted' || post.refusedSinceMs === undefined
    ? {}
    : { refusedSinceMs: post.refusedSinceMs }
}

function postRefused(
  request: ResetRequest,
  { key, by, code, retryAtMs, cardTs }: Extract<Command, { kind: 'postRefused' }>,
  nowMs: number,
): Decided {
  const post = request.posts[key]
  if (!isTheirs(post, by)) return refuse('stale')
  if (cardTs !== undefined && DELETED.test(code)) {
    const again = withPost(request, key, { state: 'waiting', retryAtMs: nowMs })
    // Another has noticed before, and posted the card again or is about to.
    if (cardTsOf(request) !== cardTs) return again
    const change = postedAgain(request, nowMs)
    if (change !== null) {
      return unseen(request, {
        ...change,
        posts: { ...change.posts, [key]: { state: 'waiting', retryAtMs: nowMs } },
      })
    }
  }
  const { refusedSinceMs = nowMs } = sinceOf(post)
  return withPost(request, key, {
    state: 'refused',
    code,
    retryAtMs: Math.max(retryAtMs, nowMs + Math.min(nowMs - refusedSinceMs, LONGEST_CLOSED_MS)),
    refusedSinceMs,
  })
}

/** Slack says of one card at a time what became of it: what is said of an earlier one changes nothing. */
function cardRefused(
  request: ResetRequest,
  { by, revision, ts, code }: Extract<Command, { kind: 'cardRefused' }>,
  nowMs: number,
): Decided {
  if (cardTsOf(request) !== ts) return refuse('stale')
  const change = DELETED.test(code) ? postedAgain(request, nowMs) : null
  if (change !== null) return unseen(request, change)
  if (CLOSED.test(code)) {
    const cardShutSinceMs = request.cardShutSinceMs ?? nowMs
    if (isWorthWaiting(request, cardShutSinceMs, nowMs)) {
      const cardRetryAtMs = nowMs + untilNextTry(cardShutSinceMs, nowMs)
      return unseen(request, { cardShutSinceMs, cardRetryAtMs, cardClaim: null })
    }
  }
  // A card that cannot be changed any more must not hold up anything.
  return cardShown(request, { kind: 'cardShown', by, revision }, nowMs)
}

/** Null: not any more. A request that is over needs no card, and a card that is deleted ever again is not wanted. */
function postedAgain(
  request: ResetRequest,
  nowMs: number,
): Pick<
  ResetRequest,
  'posts' | 'cardsLost' | 'cardRevision' | 'cardRetryAtMs' | 'cardClaim' | 'cardShutSinceMs'
> | null {
  const afterMs = REPOST_AFTER_MS[request.cardsLost]
  const { state, glass } = request
  // Of a glass that needs no review any more as well: so it is in the trails that these rules have written.
  const isOver = isFinal(state) && (glass === null || glass.review !== null)
  if (afterMs === undefined || isOver) return null
  return {
    posts: { ...request.posts, card: { state: 'waiting', retryAtMs: nowMs + afterMs } },
    cardsLost: request.cardsLost + 1,
    cardRevision: 0,
    cardRetryAtMs: nowMs,
    cardClaim: null,
    cardShutSinceMs: null,
  }
}

/** What became of a post is told late now and then: by then another may have claimed it, or posted it. */
function isTheirs(post: Post | undefined, by: string): boolean {
  return post?.state !== 'posted' && !(post?.state === 'claimed' && post.by !== by)
}

/** Whoever comes back late may have drawn an older card over a newer one, so that it has to be drawn again. */
function cardShown(
  request: ResetRequest,
  { by, revision }: Extract<Command, { kind: 'cardShown' }>,
  nowMs: number,
): Decided {
  const { cardClaim, cardRevision } = request
  const isLate = revision < cardRevision || (cardClaim !== null && cardClaim !== by)
  if (isLate) return unseen(request, { cardRevision: Math.min(revision, cardRevision) })
  const seen = { cardSeenAtMs: nowMs, cardShutSinceMs: null }
  return unseen(request, { ...seen, cardRevision: revision, cardClaim: null, cardRetryAtMs: nowMs })
}

function withPost(
  request: ResetRequest,
  key: PostKey,
  post: Post,
  change: Partial<ResetRequest> = {},
): Decided {
  return unseen(request, { ...change, posts: { ...request.posts, [key]: post } })
}

// What has been told in Slack, and by whom it is being told: posts and the drawings of the card. Pure.
// It must never let two tell the same at once, nor forget that somebody may have told it already.

import type { Command } from './command.ts'
import type { Post, PostKey, ResetRequest } from './request.ts'
import { type Decided, refuse, unseen } from './step.ts'

export type TellingCommand = Extract<
  Command,
  {
    kind: 'claimPost' | 'posted' | 'postRefused' | 'postLater' | 'claimCard' | 'cardShown' | 'cardLater'
  }
>

export function tell(request: ResetRequest, command: TellingCommand, nowMs: number): Decided {
  switch (command.kind) {
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
      if (!isTheirs(request.posts[command.key], command.by)) return refuse('stale')
      return withPost(request, command.key, {
        state: 'refused',
        code: command.code,
        retryAtMs: command.retryAtMs,
      })

    case 'postLater':
      if (!isTheirs(request.posts[command.key], command.by)) return refuse('stale')
      return withPost(request, command.key, { state: 'waiting', retryAtMs: command.retryAtMs })

    case 'claimCard':
      if (nowMs < request.cardRetryAtMs) return refuse('stale')
      return unseen(request, { cardClaim: command.by, cardRetryAtMs: command.untilMs })

    case 'cardShown':
      return cardShown(request, command, nowMs)

    case 'cardLater':
      return unseen(request, { cardClaim: null, cardRetryAtMs: command.retryAtMs })

    default:
      return command satisfies never
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
  return isLate
    ? unseen(request, { cardRevision: Math.min(revision, cardRevision) })
    : unseen(request, { cardRevision: revision, cardClaim: null, cardRetryAtMs: nowMs })
}

function withPost(
  request: ResetRequest,
  key: PostKey,
  post: Post,
  change: Partial<ResetRequest> = {},
): Decided {
  return unseen(request, { ...change, posts: { ...request.posts, [key]: post } })
}

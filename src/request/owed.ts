// What the outside has not been given yet, derived from the record alone, so that no crash can lose it. Pure.

import { elsewhereKey, isFinal, noteKey, type PostKey, type ResetRequest } from './request.ts'

/** How long a job on the queue is trusted before somebody looks whether it is still there. */
const DISPATCH_TRUST_MS = 30_000
/** A message Slack refuses is offered again this late while the request is open: people do invite the bot. */
export const REFUSED_POST_RETRY_MS = 60_000

/** Something the outside has not been given yet, and from when on it can be. */
export type Debt =
  | { kind: 'prepare'; dueAtMs: number }
  | { kind: 'expire'; dueAtMs: number }
  | { kind: 'dispatch'; number: number; delayMs: number; dueAtMs: number }
  | { kind: 'checkDispatch'; number: number; dueAtMs: number }
  | { kind: 'abandon'; dueAtMs: number }
  | { kind: 'readBack'; dueAtMs: number }
  /** `look`: an earlier post of this key may have arrived. */
  | { kind: 'post'; key: PostKey; look: boolean; dueAtMs: number }
  | { kind: 'updateCard'; dueAtMs: number }

/** In the order in which to pay. */
export function owed(request: ResetRequest, nowMs: number): Debt[] {
  return [...stateDebts(request, nowMs), ...chatDebts(request, nowMs)]
}

/** When the request next needs somebody, or null. */
export function nextDueAt(request: ResetRequest, nowMs: number): number | null {
  const debts = owed(request, nowMs)
  return debts.length === 0 ? null : Math.min(...debts.map(debt => debt.dueAtMs))
}

function stateDebts(request: ResetRequest, nowMs: number): Debt[] {
  const { state } = request
  switch (state.name) {
    case 'preparing':
      return [
        { kind: 'expire', dueAtMs: request.expiresAtMs },
        { kind: 'prepare', dueAtMs: state.retryAtMs },
      ]
    case 'pending':
      return [{ kind: 'expire', dueAtMs: request.expiresAtMs }]
    case 'approved': {
      if (state.dispatch === null) {
        const delayMs = Math.max(0, state.notBeforeMs - nowMs)
        return [{ kind: 'dispatch', number: request.dispatches + 1, delayMs, dueAtMs: nowMs }]
      }
      const { number, seenAtMs } = state.dispatch
      const dueAtMs = Math.max(seenAtMs, state.notBeforeMs) + DISPATCH_TRUST_MS
      return [{ kind: 'checkDispatch', number, dueAtMs }]
    }
    case 'unclear':
      return [{ kind: 'readBack', dueAtMs: state.lookAtMs }]
    case 'executing':
      return [{ kind: 'abandon', dueAtMs: state.abandonAtMs }]
    default:
      return []
  }
}

/**
 * Replies need the card's thread, so they are owed once the card is there, one after the other, to keep their order.
 * What Slack does not take there is owed to the other channel, if there is one; it holds up nothing.
 */
function chatDebts(request: ResetRequest, nowMs: number): Debt[] {
  const debts = cardDebts(request, nowMs)
  const { state } = request.posts.card ?? {}
  if (state !== 'posted' && state !== 'refused') return debts
  for (const index of request.notes.keys()) {
    const debt = noteDebt(request, noteKey(index), nowMs)
    if (debt !== null) return [...debts, debt]
  }
  return debts
}

function cardDebts(request: ResetRequest, nowMs: number): Debt[] {
  const { posts, elsewhere, revision, cardRevision, cardRetryAtMs } = request
  if (posts.card?.state === 'posted') {
    return cardRevision < revision ? [{ kind: 'updateCard', dueAtMs: Math.max(nowMs, cardRetryAtMs) }] : []
  }
  const told: PostKey[] =
    posts.card?.state !== 'refused'
      ? []
      : ['cardTrouble', ...(elsewhere === null ? [] : [elsewhereKey('card')])]
  return [...told, 'card' as const].flatMap(key => postDebt(request, key, nowMs) ?? [])
}

function noteDebt(request: ResetRequest, key: `note-${number}`, nowMs: number): Debt | null {
  const { posts, elsewhere } = request
  const away = elsewhereKey(key)
  if (posts[away]?.state === 'posted') return null
  if (posts.card?.state === 'posted' && posts[key]?.state !== 'refused') return postDebt(request, key, nowMs)
  return elsewhere === null ? null : postDebt(request, away, nowMs)
}

function postDebt(request: ResetRequest, key: PostKey, nowMs: number): Debt | null {
  const post = request.posts[key]
  switch (post?.state) {
    case undefined:
      return { kind: 'post', key, look: false, dueAtMs: nowMs }
    case 'claimed':
      return { kind: 'post', key, look: true, dueAtMs: post.untilMs }
    case 'waiting':
      return { kind: 'post', key, look: false, dueAtMs: post.retryAtMs }
    case 'refused':
      // Slack said no for good. Only the card of a living request is offered again.
      return key === 'card' && !isFinal(request.state)
        ? { kind: 'post', key, look: false, dueAtMs: post.retryAtMs }
        : null
    case 'posted':
      return null
    default:
      return post satisfies never
  }
}

// What the outside has not been given yet, derived from the record alone, so that no crash can lose it. Pure.

import { owedToParent } from './followed.ts'
import { type DirectKey, elsewhereKey, type Note, noteKey, type PostKey } from './notes.ts'
import { escalateAt, pendingPings, remindAt } from './reminding.ts'
import { isHeld, isOpenRequest, type ResetRequest } from './request.ts'
import { isServiceAccount } from './service-account.ts'
import { isOfBounds } from './settling.ts'
import { isFinal } from './state.ts'
import { awaitsChannel } from './telling.ts'
import { openWatch } from './watch.ts'

/** How long a job on the queue is trusted before somebody looks whether it is still there. */
const DISPATCH_TRUST_MS = 30_000
/** A message Slack refuses is offered again this late while the request is open: people do invite the bot. */
export const REFUSED_POST_RETRY_MS = 60_000
/** An open request’s card is looked for so long after it was last seen: soon at first, and then hourly. */
const SOONEST_CHECK_MS = 60_000
const LATEST_CHECK_MS = 3_600_000

/** Records of before this was told are not told of long after. */
const TESTIFIED_TOLD_MS = 86_400_000

/** Something the outside has not been given yet, and from when on it can be. */
export type Debt =
  | { kind: 'prepare'; dueAtMs: number }
  /** The exact offsets within the bounds that the plan has so far. */
  | { kind: 'settle'; dueAtMs: number }
  | { kind: 'expire'; dueAtMs: number }
  | { kind: 'remind'; dueAtMs: number }
  /** The policy, of which a part could not be known. */
  | { kind: 'reconsider'; dueAtMs: number }
  | { kind: 'escalate'; dueAtMs: number }
  | { kind: 'dispatch'; number: number; delayMs: number; dueAtMs: number }
  | { kind: 'checkDispatch'; number: number; dueAtMs: number }
  | { kind: 'abandon'; dueAtMs: number }
  | { kind: 'readBack'; dueAtMs: number }
  /** Of an undo or a retry: the card of what it follows is to say so. */
  | { kind: 'tellParent'; dueAtMs: number }
  /** A look at the group after the result. */
  | { kind: 'watch'; dueAtMs: number }
  /** `look`: an earlier post of this key may have arrived. */
  | { kind: 'post'; key: PostKey; look: boolean; dueAtMs: number }
  | { kind: 'updateCard'; dueAtMs: number }
  /** Slack does not say when somebody deletes a card: whether it is there is found out by drawing it again. */
  | { kind: 'checkCard'; dueAtMs: number }

/** In the order in which to pay. */
export function owed(request: ResetRequest, nowMs: number): Debt[] {
  return [
    ...stateDebts(request, nowMs),
    ...parentDebts(request, nowMs),
    ...chatDebts(request, nowMs),
    ...watchDebts(request),
  ]
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
      return [
        { kind: 'expire', dueAtMs: request.expiresAtMs },
        ...settleDebts(request),
        ...reminderDebts(request),
        ...policyDebts(request),
      ]
    case 'approved': {
      // Nothing runs before it is exact.
      if (isHeld(request) || isOfBounds(request.plan))
        return [...settleDebts(request), ...policyDebts(request)]
      if (state.dispatch === null) {
        const delayMs = Math.max(0, state.notBeforeMs - nowMs)
        const number = request.dispatches + 1
        return [{ kind: 'dispatch', number, delayMs, dueAtMs: nowMs }, ...policyDebts(request)]
      }
      const { number, seenAtMs } = state.dispatch
      const dueAtMs = Math.max(seenAtMs, state.notBeforeMs) + DISPATCH_TRUST_MS
      return [{ kind: 'checkDispatch', number, dueAtMs }, ...policyDebts(request)]
    }
    case 'unclear':
      return [{ kind: 'readBack', dueAtMs: state.lookAtMs }]
    case 'executing':
      return [{ kind: 'abandon', dueAtMs: state.abandonAtMs }]
    default:
      return []
  }
}

function parentDebts(request: ResetRequest, nowMs: number): Debt[] {
  return owedToParent(request) === undefined ? [] : [{ kind: 'tellParent', dueAtMs: nowMs }]
}

/** Last of all: everything else goes first. */
function watchDebts(request: ResetRequest): Debt[] {
  const watch = openWatch(request)
  return watch === undefined ? [] : [{ kind: 'watch', dueAtMs: watch.nextAtMs }]
}

/**
 * Replies need the card's thread, so they are owed once the card is there, one after the other, to keep their order.
 * What Slack does not take there is owed to the other channel, if there is one; it holds up nothing.
 */
function chatDebts(request: ResetRequest, nowMs: number): Debt[] {
  const debts = cardDebts(request, nowMs)
  const { state } = request.posts.card ?? {}
  const isSettled = state === 'posted' || state === 'refused'
  return [
    ...debts,
    ...(isSettled ? nextReply(request, nowMs) : []),
    // A card that is to be posted again is nothing that they have to wait for.
    ...(isSettled || request.cardsLost > 0 ? directDebts(request, nowMs) : []),
  ]
}

function nextReply(request: ResetRequest, nowMs: number): Debt[] {
  for (const index of request.notes.keys()) {
    const debt = noteDebt(request, noteKey(index), nowMs)
    if (debt !== null) return [debt]
  }
  return []
}

function settleDebts({ plan, settling }: ResetRequest): Debt[] {
  return isOfBounds(plan) && settling ? [{ kind: 'settle', dueAtMs: settling.retryAtMs }] : []
}

function policyDebts({ unread }: ResetRequest): Debt[] {
  return unread === null ? [] : [{ kind: 'reconsider', dueAtMs: unread.askAtMs }]
}

function reminderDebts(request: ResetRequest): Debt[] {
  const [remindMs, escalateMs] = [remindAt(request), escalateAt(request)]
  return [
    ...(remindMs === null ? [] : [{ kind: 'remind', dueAtMs: remindMs } as const]),
    ...(escalateMs === null ? [] : [{ kind: 'escalate', dueAtMs: escalateMs } as const]),
  ]
}

/** What is told to one person or one more channel, beside the thread; none of it waits for another. */
function directDebts(request: ResetRequest, nowMs: number): Debt[] {
  const told = request.notes.flatMap((note, index): DirectKey[] => [
    ...(isForRequester(note, request) || isDoubtToTell(request, index, nowMs)
      ? [`direct-${index}` as const]
      : []),
    ...(isForOthers(note) ? othersTold(request).map(place => `tell-${index}-${place}` as const) : []),
  ])
  const pings = pendingPings(request, nowMs).flatMap(({ ping, index }) => {
    const debt = postDebt(request, `ping-${index}`, nowMs)
    return debt === null ? [] : [{ ...debt, dueAtMs: Math.max(debt.dueAtMs, ping.notBeforeMs) }]
  })
  return [...told.flatMap(key => postDebt(request, key, nowMs) ?? []), ...pings]
}

/** The decision and the end; what they did themselves they know. A service account reads nothing in Slack. */
function isForRequester(note: Note, { requester }: ResetRequest): boolean {
  if (isServiceAccount(requester)) return false
  switch (note.kind) {
    case 'voted':
      return note.settles && note.decision.by !== requester
    case 'glassBroken':
      return note.by !== requester
    case 'expired':
    case 'ended':
    case 'revoked':
      return true
    default:
      return false
  }
}

/** That nobody knows whether it took effect, as long as that is so, and that somebody has vouched for it. */
function isDoubtToTell({ state, notes, requester }: ResetRequest, index: number, nowMs: number): boolean {
  if (isServiceAccount(requester)) return false
  const note = notes[index]
  // What came after it says more.
  if (note === undefined || index !== notes.length - 1) return false
  if (state.name === 'unclear') return note.kind === 'unclear' || note.kind === 'asked'
  return note.kind === 'testified' && state.name === 'succeeded' && nowMs < state.atMs + TESTIFIED_TOLD_MS
}

/** Without those who hear of it anyway. */
function othersTold({ guard, requester, channel }: ResetRequest): string[] {
  return [...new Set(guard.tell)].filter(place => place !== requester && place !== channel)
}

function isForOthers({ kind }: Note): boolean {
  return kind === 'ended' || kind === 'glassBroken'
}

function cardDebts(request: ResetRequest, nowMs: number): Debt[] {
  const { posts, elsewhere, revision, cardRevision, cardRetryAtMs } = request
  if (posts.card?.state === 'posted') {
    if (cardRevision < revision) return [{ kind: 'updateCard', dueAtMs: Math.max(nowMs, cardRetryAtMs) }]
    return isOpenRequest(request) ? [{ kind: 'checkCard', dueAtMs: checkCardAt(request) }] : []
  }
  const told: PostKey[] =
    posts.card?.state !== 'refused'
      ? []
      : [
          ...(isServiceAccount(request.requester) ? [] : ['cardTrouble' as const]),
          ...(elsewhere === null ? [] : [elsewhereKey('card')]),
        ]
  return [...told, 'card' as const].flatMap(key => postDebt(request, key, nowMs) ?? [])
}

function checkCardAt({ createdAtMs, cardSeenAtMs, cardRetryAtMs }: ResetRequest): number {
  const seenAtMs = Math.max(cardSeenAtMs, createdAtMs)
  const afterMs = Math.min(Math.max(seenAtMs - createdAtMs, SOONEST_CHECK_MS), LATEST_CHECK_MS)
  return Math.max(seenAtMs + afterMs, cardRetryAtMs)
}

function noteDebt(request: ResetRequest, key: `note-${number}`, nowMs: number): Debt | null {
  const { posts, elsewhere } = request
  const away = elsewhereKey(key)
  if (posts[away]?.state === 'posted') return null
  const hasThread = posts.card?.state === 'posted'
  if (hasThread && posts[key]?.state !== 'refused') return postDebt(request, key, nowMs)
  const instead = elsewhere === null ? null : postDebt(request, away, nowMs)
  return instead ?? (hasThread ? postDebt(request, key, nowMs) : null)
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
      // Slack said no for good, but for the card of a living request, and for what a closed channel has not taken.
      return (key === 'card' && !isFinal(request.state)) ||
        (isReply(key) && awaitsChannel(request, post, nowMs))
        ? { kind: 'post', key, look: false, dueAtMs: post.retryAtMs }
        : null
    case 'posted':
      return null
    default:
      return post satisfies never
  }
}

function isReply(key: PostKey): boolean {
  return key.startsWith('note-')
}

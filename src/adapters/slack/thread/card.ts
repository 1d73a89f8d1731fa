// The card: the one message of a request, always drawn from the record. Pure; the review modal shares its lines.

import type { KnownBlock } from '@slack/types'
import { readCause } from '../../../request/cause.ts'
import { shortDigest } from '../../../request/digest.ts'
import { MAX_ATTEMPTS } from '../../../request/finish.ts'
import type { ActKind } from '../../../request/permissions.ts'
import { skipsArriving } from '../../../request/plan-gaps.ts'
import { filled, lacking, needsOf } from '../../../request/quorum.ts'
import { brokeGlass, isGlassOvertaken, isHeld, type ResetRequest } from '../../../request/request.ts'
import { clip, utc } from '../../../request/reset.ts'
import { isServiceAccount } from '../../../request/service-account.ts'
import { isOfBounds } from '../../../request/settling.ts'
import { type Decision, isFinal, type State, type Wait } from '../../../request/state.ts'
import { awaitedBy, isBeforeWindow, readHold } from '../../../request/waiting.ts'
import { LIMITS } from '../blocks/limits.ts'
import { link, messageUrl } from '../blocks/links.ts'
import {
  clipEscaped,
  context,
  escaped,
  type Line,
  line,
  type Piece,
  paragraph,
  plain,
  quoted,
  spoken,
  strong,
  text,
} from '../blocks/text.ts'
import { type Words, wordsAbout } from '../language/language.ts'
import { causeInWords } from '../wording/cause.ts'
import { differenceBullets } from '../wording/drift.ts'
import { facts, originLine, parentInWords, resetInWords, titleInWords } from '../wording/facts.ts'
import { hadCalls, isVouchedFor, nothingReset, outcomeAlone } from '../wording/outcome.ts'
import {
  moversInWords,
  planDetails,
  planHead,
  settlingInWords,
  settlingLines,
  totalsInWords,
} from '../wording/plan.ts'
import { watchLines } from '../wording/watch.ts'
import {
  deciders,
  missingTeams,
  reviewers,
  unreadLines,
  whoDecides,
  windowLine,
} from '../wording/who-decides.ts'
import { connectedInWords, groupInWords, lossInWords, scopeInWords, stateWords } from '../wording/words.ts'
import { buttonsOf } from './buttons.ts'

export interface Message {
  text: string
  blocks: KnownBlock[]
}

export const TOPICS_ON_CARD = 10
const TOPICS_SPOKEN = 3
const DECIDERS_NAMED = 20
const REASON_SPOKEN = 500
/** Characters of a decision's note. */
export const NOTE_MAX = 1_000

/** @param base of links to messages, as links.ts has it @param acts what is open to the one who reads it; null: many do */
export function card(
  given: Words,
  request: ResetRequest,
  base: string | null = null,
  acts: ReadonlySet<ActKind> | null = null,
): Message {
  const words = wordsAbout(given, request)
  const state = stateWords(words, request)
  const title = words.card.title(request.id, brokeGlass(request) ? `${state} · ${words.glass.mark}` : state)
  const sentence = words.card.spokenTitle(title, escaped(spokenFacts(words, request)), request.requester)
  const guards = guardLines(words, request).map(pieces => line(...pieces))
  return {
    text: clipEscaped(`${sentence}\n${spokenReason(words, request)}`, LIMITS.messageText),
    blocks: [
      { type: 'header', text: plain(titleInWords(words, request), LIMITS.headerText) },
      context(...standing(words, request, title)),
      ...glassBlocks(words, request),
      ...stateBlocks(words, request, base),
      ...totals(request, words),
      originLine(words, request),
      facts(words, request, TOPICS_ON_CARD),
      ...planBlocks(words, request),
      ...driftBlocks(words, request),
      ...groupInUse(words, request),
      ...overlapBlocks(words, request),
      ...(guards.length === 0 ? [] : [paragraph(...guards)]),
      buttonsOf(words, request, acts),
    ],
  }
}

/** Which request it is and how far it has got, in one line. */
function standing(
  words: Words,
  { id, state, guard, votes, expiresAtMs }: ResetRequest,
  title: string,
): Piece[] {
  if (state.name !== 'pending') return [text(title)]
  const needs = needsOf(guard)
  const left = lacking(guard, votes)
  const needed = needs.reduce((sum, { count }) => sum + count, 0)
  const missing = left.reduce((sum, count) => sum + count, 0)
  return words.card.open(id, needed - missing, needed, missingTeams({ guard, votes }), expiresAtMs)
}

/** What has come of it stands before what it would do; the line under the title says that it waits for approval. */
function stateBlocks(words: Words, request: ResetRequest, base: string | null): KnownBlock[] {
  if (request.state.name === 'pending') return []
  const said = stateLine(words, request)
  const lines = [
    ...(said.length === 0 ? [] : [line(...said)]),
    ...followerLines(words, request, base),
    ...watchLines(words, request),
  ]
  return lines.length === 0 ? [] : [paragraph(...lines)]
}

function totals(request: ResetRequest, words: Words): KnownBlock[] {
  const { plan } = request
  return plan === null ? [] : [paragraph(line(...planHead(words, plan, request)))]
}

/** Before anything else, for everybody who passes by. */
function glassBlocks(words: Words, request: ResetRequest): KnownBlock[] {
  const { glass, plan, state } = request
  if (glass === null) return []
  const { by, reason, review } = glass
  const say = words.glass
  if (isGlassOvertaken(request)) {
    if (state.name !== 'preparing' && state.name !== 'pending') return []
    return [paragraph(line(...say.neverRan(by, plan === null ? null : shortDigest(plan.digest))))]
  }
  const then =
    review === null
      ? say.unreviewed(reviewers(request), notReviewing(request, by), isFinal(state))
      : say.reviewed(review.by, clip(review.note, NOTE_MAX))
  return [paragraph(line(...say.broken(by, clip(reason, NOTE_MAX))), line(...then))]
}

/** Who asked for it and who ran it may be in a group that reviews, and may not. */
function notReviewing(request: ResetRequest, brokenBy: string): string[] {
  const hasGroups = reviewers(request).some(each => each.startsWith('S'))
  const people = [...new Set([request.requester, brokenBy])]
  return hasGroups ? people.filter(each => !isServiceAccount(each)) : []
}

/** In full as long as somebody may still act on it; afterwards the thread has it. */
function planBlocks(words: Words, request: ResetRequest): KnownBlock[] {
  const { plan, reset } = request
  if (plan === null || isOver(request.state)) return []
  const details = [...planDetails(words, request), ...settlingLines(words, request)].map(pieces =>
    line(...pieces),
  )
  return [...moversInWords(words, plan, skipsArriving(plan, reset)), paragraph(...details)]
}

function isOver(state: State): boolean {
  return isFinal(state) || state.name === 'unclear'
}

function driftBlocks(words: Words, { drift, state }: ResetRequest): KnownBlock[] {
  if (drift.length === 0 || !(state.name === 'preparing' || state.name === 'pending')) return []
  return [paragraph(line(strong(words.card.movedHeading))), differenceBullets(words, drift)]
}

/** For who decides: both may be right, and one after the other they do something else than each alone. */
export function overlapBlocks(
  words: Words,
  { overlaps, overlapsLeft = 0, state }: ResetRequest,
): KnownBlock[] {
  if (overlaps.length === 0 || state.name !== 'pending') return []
  const { overlapLabel, overlap } = words.card
  return [paragraph(line(strong(overlapLabel), text(overlap(overlaps, overlapsLeft))))]
}

/**
 * As it was when the plan was made, or that somebody was seen there since; a request that waits for it says so itself.
 */
export function groupInUse(words: Words, { group, state, holdMs = 0 }: ResetRequest): KnownBlock[] {
  if (group === null) return []
  const isShown = state.name === 'pending' || (state.name === 'approved' && state.wait === null)
  if (!isShown) return []
  // What stands there when somebody has joined since is not of when it was planned, and names nobody.
  if (group.state === 'Stable' && group.members.length === 0) {
    return [paragraph(line(text(words.card.seenInUse(holdMs))))]
  }
  // That nobody is a member is all that this state proves.
  if (group.state === 'Empty') {
    const { membersOnly, mayExpire } = words.card
    return [
      paragraph(line(text(group.expiresFromEmpty === true ? `${membersOnly}${mayExpire}` : membersOnly))),
    ]
  }
  return [paragraph(line(strong(words.card.whenPlannedLabel), text(groupInWords(words, group))))]
}

/** One sentence for screen readers and notifications, which read only the text. */
export function spokenFacts(words: Words, request: ResetRequest): string {
  const { reset, parent, plan } = request
  return words.card.spoken({
    parent: parent === null ? null : parentInWords(words, parent),
    reset: resetInWords(words, reset),
    topics: clip(scopeInWords(words, reset, TOPICS_SPOKEN), 800),
    totals: plan === null ? null : totalsInWords(words, plan, request),
  })
}

export function spokenReason({ reset }: Words, { reason }: ResetRequest): string {
  return spoken([text(reset.whyLabel), quoted(clip(reason, REASON_SPOKEN))])
}

export function stateLine(words: Words, request: ResetRequest): Piece[] {
  const { state } = request
  const { card: say } = words
  switch (state.name) {
    case 'preparing':
      if (state.cause !== undefined && (state.progress?.total ?? 0) === 0)
        return say.notPreparedYet(causeInWords(words, state.cause), state.retryAtMs, request.expiresAtMs)
      return say.preparing(state.progress)
    case 'pending':
      return say.pending(request.expiresAtMs)
    case 'rejected':
      return say.rejected(state.decision.by, clip(state.decision.note, NOTE_MAX))
    case 'cancelled':
      return say.cancelled(state.by, nothingReset(words, request))
    case 'expired':
      return [
        text(
          request.plan === null
            ? say.expiredUnplanned(nothingReset(words, request))
            : say.expired(
                filled(request.guard, request.votes),
                request.guard.approvals,
                nothingReset(words, request),
              ),
        ),
      ]
    case 'approved':
      // Held, nothing comes next: a line of its own says why.
      return [
        ...approval(words, request, state.decision),
        ...(isHeld(request) ? [] : (settlingThen(words, request) ?? nextInLine(words, state))),
      ]
    case 'executing':
      return [
        ...approval(words, request, state.decision),
        text(say.executing(state.attempt, hadCalls(request), isVouchedFor(request))),
      ]
    case 'unclear':
      return [
        ...approval(words, request, state.decision),
        ...(state.asked
          ? say.unclearAsked(deciders(request).slice(0, DECIDERS_NAMED))
          : [text(say.unclearChecking)]),
      ]
    case 'succeeded':
    case 'partial':
    case 'failed':
      return [
        ...approval(words, request, state.decision),
        ...(state.outcome.kind === 'testified'
          ? say.testified(state.outcome.by)
          : [text(outcomeAlone(words, state.outcome, request))]),
      ]
    default:
      return state satisfies never
  }
}

/** Null: nobody had to decide. */
function approval(words: Words, request: ResetRequest, decision: Decision | null): Piece[] {
  if (decision === null) return []
  // A block of its own says who has decided that.
  if (brokeGlass(request)) return []
  const others = request.votes.filter(({ by }) => by !== decision.by)
  return words.card.approved(
    [...others, decision].map(({ by, note }) => ({ by, note: clip(note, NOTE_MAX) })),
  )
}

/** Null: nothing has to be read before it can run. */
function settlingThen(words: Words, { plan, settling }: ResetRequest): Piece[] | null {
  if (!isOfBounds(plan) || !settling) return null
  return [...settlingInWords(words, settling), text(words.card.runsOnceExact)]
}

function nextInLine(words: Words, state: Extract<State, { name: 'approved' }>): Piece[] {
  const { wait, lastCause, attempt, notBeforeMs } = state
  const { card: say } = words
  const awaited = awaitedBy(state)
  if (awaited === 'window') return say.waitingForWindow(minuteOf(notBeforeMs), notBeforeMs)
  if (wait !== null && (awaited === 'empty' || awaited === 'stayEmpty')) return waiting(words, wait)
  if (lastCause === null) return [text(say.queued)]
  const held = readHold(lastCause)
  if (held !== null) return say.behind(held.id, held.hold, held.untilMs)
  const kind = readCause(lastCause)?.kind
  // Of these the call was made, or may have been.
  if (attempt > 1 && (kind === 'absentTwice' || kind === 'denied'))
    return say.hadNoEffect(attempt - 1, kind === 'denied' ? 'approver' : 'offsets', MAX_ATTEMPTS, notBeforeMs)
  return say.postponed(causeInWords(words, lastCause), attempt, MAX_ATTEMPTS, notBeforeMs)
}

/** `2026-11-23 01:00 UTC` */
function minuteOf(timeMs: number): string {
  return utc(timeMs).replace(/:\d\d UTC$/, ' UTC')
}

function waiting(words: Words, { group, emptySinceMs, untilMs, holdMs = 0 }: Wait): Piece[] {
  const { card: say } = words
  return emptySinceMs === null
    ? say.waitingForEmpty(connectedInWords(words, group), group.members.length > 0, untilMs, holdMs)
    : say.emptySince(emptySinceMs, untilMs, holdMs)
}

/** Which requests retry it or have, and which have put it back; of each, whether it was undone since. */
export function followerLines(
  { card: say }: Words,
  { undone, retried }: Pick<ResetRequest, 'undone' | 'retried'>,
  base: string | null,
): Line[] {
  const named = (each: { id: string; card: { channel: string; ts: string } | null }): Piece => {
    const url = messageUrl(base, each.card)
    return url === null ? text(each.id) : link(url, each.id)
  }
  const since = (said: (by: readonly Piece[]) => Piece[], followers: NonNullable<typeof undone>['by']) =>
    followers.flatMap(each => {
      if (each.since === undefined) return []
      const { by, isWhole, share } = each.since
      const later = say.undoneSince(by.map(named), isWhole, share, each.id)
      return [line(...said([named(each)]), ...later)]
    })
  const holding = (followers: NonNullable<typeof undone>['by']) =>
    followers.filter(each => each.since === undefined).map(named)
  const [open, ended] = [true, false].map(isOpen =>
    (retried?.by ?? []).filter(each => each.isOpen === isOpen),
  )
  const retries = holding(ended ?? [])
  const undos = holding(undone?.by ?? [])
  return [
    ...since(say.retriedOnce, ended ?? []),
    ...(retries.length === 0
      ? []
      : [line(...say.retried(retries, retried?.isWhole === true, retried?.share))]),
    ...(open === undefined || open.length === 0 ? [] : [line(...say.retrying(open.map(named)))]),
    ...since(say.undoneOnce, undone?.by ?? []),
    ...(undos.length === 0 ? [] : [line(...say.undone(undos, undone?.isWhole === true, undone?.share))]),
  ]
}

/** What the plan asks of those who approve it, and how far that has got. */
export function guardLines(words: Words, request: ResetRequest): Piece[][] {
  const { guard, votes, state } = request
  // The first card is drawn before there is a plan, and mentions those who will decide.
  if (state.name === 'preparing') return whoDecides(words, request)
  if (state.name !== 'pending') {
    const hours = isBeforeWindow(state) && guard.window !== null ? [windowLine(words, guard.window)] : []
    return [...hours, ...unreadLines(words, request)]
  }
  const voters = votes.map(({ by }) => by)
  return [
    ...(guard.typedGroup ? [[text(words.card.typedGuard(lossInWords(words, request)))]] : []),
    ...(guard.approvals < 2 || guard.needs.length > 0
      ? []
      : [words.card.approversGuard(guard.approvals, voters)]),
    ...whoDecides(words, request),
    ...(guard.window === null ? [] : [windowLine(words, guard.window)]),
    ...unreadLines(words, request),
  ]
}

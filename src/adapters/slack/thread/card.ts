// The card: the one message of a request, always drawn from the record. Pure; the review modal shares its lines.

import type { ActionsBlock, Button, KnownBlock } from '@slack/types'
import { didNothing, hasMissed } from '../../../request/follow-up.ts'
import {
  brokeGlass,
  type Decision,
  isFinal,
  isHeld,
  type ResetRequest,
  type State,
  type Wait,
} from '../../../request/request.ts'
import { clip, utc } from '../../../request/reset.ts'
import { canBeEdited } from '../../../request/resubmit.ts'
import { isBeforeWindow } from '../../../request/waiting.ts'
import { ACTIONS } from '../blocks/ids.ts'
import { LIMITS } from '../blocks/limits.ts'
import { link, messageUrl } from '../blocks/links.ts'
import {
  bullets,
  clipEscaped,
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
import { facts, parentInWords, resetInWords } from '../wording/facts.ts'
import { moverLine, planDetails, planHead, totalsInWords } from '../wording/plan.ts'
import { unreadLines, whoDecides, windowLine } from '../wording/who-decides.ts'
import {
  connectedInWords,
  emptyInWords,
  groupInWords,
  lossInWords,
  outcomeAlone,
  scopeInWords,
  stateWords,
} from '../wording/words.ts'

export interface Message {
  text: string
  blocks: KnownBlock[]
}

const TOPICS_ON_CARD = 10
const TOPICS_SPOKEN = 3
const REASON_SPOKEN = 500
/** Characters of a decision's note. */
export const NOTE_MAX = 1_000

/** @param base of links to messages, as links.ts has it */
export function card(given: Words, request: ResetRequest, base: string | null = null): Message {
  const words = wordsAbout(given, request)
  const state = stateWords(words, request)
  const title = words.card.title(
    request.id,
    request.glass === null ? state : `${state} · ${words.glass.mark}`,
  )
  const sentence = words.card.spokenTitle(title, escaped(spokenFacts(words, request)), request.requester)
  const why = spoken([text(words.reset.whyLabel), quoted(clip(request.reason, REASON_SPOKEN))])
  const guards = guardLines(words, request).map(pieces => line(...pieces))
  return {
    text: clipEscaped(`${sentence}\n${why}`, LIMITS.messageText),
    blocks: [
      { type: 'header', text: plain(title, LIMITS.headerText) },
      ...glassBlocks(words, request),
      facts(words, request, TOPICS_ON_CARD),
      ...planBlocks(words, request),
      ...driftBlocks(words, request),
      ...groupInUse(words, request),
      ...overlapBlocks(words, request),
      paragraph(line(...stateLine(words, request)), ...undoneLines(words, request, base), ...guards),
      buttonsOf(words, request),
    ],
  }
}

/** Before anything else, for everybody who passes by. */
function glassBlocks(words: Words, { glass }: ResetRequest): KnownBlock[] {
  if (glass === null) return []
  const { by, reason, review } = glass
  const say = words.glass
  const then = review === null ? [text(say.unreviewed)] : say.reviewed(review.by, clip(review.note, NOTE_MAX))
  return [paragraph(line(...say.broken(by, clip(reason, NOTE_MAX))), line(...then))]
}

/** In full as long as somebody may still act on it; afterwards the thread has it. */
function planBlocks(words: Words, request: ResetRequest): KnownBlock[] {
  const { plan } = request
  if (plan === null) return []
  const head = paragraph(line(...planHead(words, plan)))
  if (isOver(request.state)) return [head]
  const details = planDetails(words, request).map(pieces => line(...pieces))
  return [
    head,
    ...(plan.biggest.length === 0 ? [] : [bullets(plan.biggest.map(row => moverLine(words, row)))]),
    paragraph(...details),
  ]
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

/** As it was when the plan was made; a request that waits for it says so itself. */
function groupInUse(words: Words, { group, state }: ResetRequest): KnownBlock[] {
  if (group === null) return []
  const isShown = state.name === 'pending' || (state.name === 'approved' && state.wait === null)
  if (!isShown) return []
  // That nobody is a member is all that this state proves.
  if (group.state === 'Empty') {
    return [paragraph(line(text(emptyInWords(words, words.card.membersOnly, group))))]
  }
  return [paragraph(line(strong(words.card.whenPlannedLabel), text(groupInWords(words, group))))]
}

/** One sentence for screen readers and notifications, which read only the text. */
function spokenFacts(words: Words, { reset, parent, plan }: ResetRequest): string {
  return words.card.spoken({
    parent: parent === null ? null : parentInWords(words, parent),
    reset: resetInWords(words, reset),
    topics: clip(scopeInWords(words, reset, TOPICS_SPOKEN), 800),
    totals: plan === null ? null : totalsInWords(words, plan),
  })
}

export function stateLine(words: Words, request: ResetRequest): Piece[] {
  const { state } = request
  const { card: say } = words
  switch (state.name) {
    case 'preparing':
      return say.preparing(state.progress)
    case 'pending':
      return say.pending(request.expiresAtMs)
    case 'rejected':
      return say.rejected(state.decision.by, clip(state.decision.note, NOTE_MAX))
    case 'cancelled':
      return say.cancelled(state.by)
    case 'expired':
      return [text(say.expired)]
    case 'approved':
      // Held, nothing comes next: a line of its own says why.
      return [
        ...approval(words, request, state.decision),
        ...(isHeld(request) ? [] : nextInLine(words, state)),
      ]
    case 'executing':
      return [...approval(words, request, state.decision), text(say.executing)]
    case 'unclear':
      return [
        ...approval(words, request, state.decision),
        text(state.asked ? say.unclearAsked : say.unclearChecking),
      ]
    case 'succeeded':
    case 'partial':
    case 'failed':
      return [...approval(words, request, state.decision), text(outcomeAlone(words, state.outcome, request))]
    default:
      return state satisfies never
  }
}

/** The note is the last approver's. Null: nobody had to decide. */
function approval(words: Words, request: ResetRequest, decision: Decision | null): Piece[] {
  if (decision === null) return []
  const note = clip(decision.note, NOTE_MAX)
  if (brokeGlass(request)) return words.card.withoutApproval(decision.by, note)
  const others = request.votes.map(({ by }) => by).filter(by => by !== decision.by)
  return words.card.approved([...others, decision.by], note)
}

function nextInLine(words: Words, state: Extract<State, { name: 'approved' }>): Piece[] {
  const { wait, lastCause, attempt, notBeforeMs } = state
  const { card: say } = words
  if (isBeforeWindow(state)) return say.waitingForWindow(minuteOf(notBeforeMs), notBeforeMs)
  if (wait === null && lastCause === null) return [text(say.queued)]
  if (lastCause === null) return wait === null ? [] : waiting(words, wait)
  const cause = causeInWords(words, lastCause)
  const failed =
    attempt === 1 ? say.postponed(cause, notBeforeMs) : say.triedInVain(attempt - 1, cause, notBeforeMs)
  return wait === null ? failed : say.andThen(failed, waiting(words, wait))
}

/** `2026-11-23 01:00 UTC` */
function minuteOf(timeMs: number): string {
  return utc(timeMs).replace(/:\d\d UTC$/, ' UTC')
}

function waiting(words: Words, { group, emptySinceMs, untilMs }: Wait): Piece[] {
  return emptySinceMs === null
    ? words.card.waitingForEmpty(connectedInWords(words, group), group.members.length > 0, untilMs)
    : words.card.emptySince(emptySinceMs, untilMs)
}

/** Which requests have put it back. */
export function undoneLines(words: Words, { undone }: ResetRequest, base: string | null): Line[] {
  if (undone === undefined) return []
  const by = undone.by.map(({ id, card }) => {
    const url = messageUrl(base, card)
    return url === null ? text(id) : link(url, id)
  })
  return [line(...words.card.undone(by, undone.isWhole))]
}

/** What the plan asks of those who approve it, and how far that has got. */
export function guardLines(words: Words, request: ResetRequest): Piece[][] {
  const { guard, votes, state, plan } = request
  // The first card is drawn before there is a plan, and mentions those who will decide.
  if (state.name === 'preparing') return whoDecides(words, request)
  if (state.name !== 'pending') {
    const hours = isBeforeWindow(state) && guard.window !== null ? [windowLine(words, guard.window)] : []
    return [...hours, ...unreadLines(words, request)]
  }
  const voters = votes.map(({ by }) => by)
  return [
    ...(guard.typedGroup ? [[text(words.card.typedGuard(lossInWords(words, { plan })))]] : []),
    ...(guard.approvals < 2 || guard.needs.length > 0
      ? []
      : [words.card.approversGuard(guard.approvals, voters)]),
    ...whoDecides(words, request),
    ...(guard.window === null ? [] : [windowLine(words, guard.window)]),
    ...unreadLines(words, request),
  ]
}

function buttons(words: Words, request: ResetRequest): ActionsBlock[] {
  const { id, state } = request
  const { buttons: say } = words.card
  switch (state.name) {
    case 'pending':
      return [
        actions(
          reviewButton(words, id),
          ...(request.votes.length === 0 ? [] : [withdrawButton(words, id)]),
          ...(request.guard.breakGlass.length === 0 ? [] : [glassButton(words, id)]),
          cancelButton(words, id, say.cancel),
        ),
      ]
    case 'preparing':
      return [actions(cancelButton(words, id, say.cancel))]
    case 'approved':
      return [
        actions(
          cancelButton(
            words,
            id,
            state.wait === null || isBeforeWindow(state) ? say.cancel : say.stopWaiting,
          ),
        ),
      ]
    case 'rejected':
    case 'cancelled':
    case 'expired':
    case 'succeeded':
    case 'partial':
    case 'failed':
    case 'unclear': {
      const offered = [
        ...(request.glass?.review === null ? [afterwardsButton(words, id)] : []),
        ...('outcome' in state ? followUpButtons(words, request, state) : []),
        ...(canBeEdited(request) ? [button(words, ACTIONS.edit, words.resubmit.button, id)] : []),
      ]
      return offered.length === 0 ? [] : [actions(...offered)]
    }
    default:
      return []
  }
}

/** All that can be pressed about it, wherever it is shown. */
export function buttonsOf(words: Words, request: ResetRequest): ActionsBlock {
  return withHistory(words, request.id, buttons(words, request))
}

/** After what the request itself offers: a group's history is there from any card. */
function withHistory(words: Words, id: string, [row]: ActionsBlock[]): ActionsBlock {
  const history = button(words, ACTIONS.history, words.history.button, id)
  return row === undefined ? actions(history) : { ...row, elements: [...row.elements, history] }
}

/**
 * Only an execution that came to a result has something to put back, or to try again. What did nothing is asked for again
 * by its edit, sent as it is, but for one with more topics than the form holds.
 */
function followUpButtons(
  words: Words,
  request: ResetRequest,
  { name, outcome }: Extract<State, { outcome: unknown }>,
): Button[] {
  const { id, undone } = request
  if (didNothing(request) && !fitsForm(request)) {
    return [button(words, ACTIONS.retry, words.card.buttons.askAgain, id)]
  }
  if (outcome.kind !== 'done') return []
  const { undo, retry } = words.card.buttons
  return [
    ...(name === 'failed' || undone?.isWhole ? [] : [button(words, ACTIONS.undo, undo, id)]),
    ...(hasMissed(outcome) ? [button(words, ACTIONS.retry, retry, id)] : []),
  ]
}

function fitsForm({ reset: { scope, topics, strategy } }: ResetRequest): boolean {
  return scope === 'allTopics' || strategy.kind === 'offsets' || topics.length <= LIMITS.options
}

/** Of one attempt: a click under an older question is about nothing any more. */
export function questionButtons(words: Words, id: string, attempt: number): ActionsBlock {
  const value = `${id} ${attempt}`
  const { happened, didNotHappen, checkAgain } = words.card.buttons
  const asked = (action: string, label: string): Button => ({ ...button(words, action, label, id), value })
  return actions(
    asked(ACTIONS.happened, happened),
    asked(ACTIONS.didNotHappen, didNotHappen),
    asked(ACTIONS.checkAgain, checkAgain),
  )
}

function cancelButton(words: Words, id: string, label: string): Button {
  const { cancelTitle, cancelText, keepIt } = words.card
  return {
    ...button(words, ACTIONS.cancel, label, id),
    confirm: {
      title: plain(cancelTitle(id), 100),
      text: plain(cancelText, 300),
      confirm: plain(label, 30),
      deny: plain(keepIt, 30),
    },
  }
}

function withdrawButton(words: Words, id: string): Button {
  const { withdraw, withdrawTitle, withdrawText, keepIt } = words.votes
  return {
    ...button(words, ACTIONS.withdraw, withdraw, id),
    confirm: {
      title: plain(withdrawTitle(id), 100),
      text: plain(withdrawText, 300),
      confirm: plain(withdraw, 30),
      deny: plain(keepIt, 30),
    },
  }
}

function glassButton(words: Words, id: string): Button {
  return { ...button(words, ACTIONS.breakGlass, words.glass.button, id), style: 'danger' }
}

function afterwardsButton(words: Words, id: string): Button {
  return { ...button(words, ACTIONS.reviewGlass, words.glass.reviewButton, id), style: 'primary' }
}

function actions(...elements: Button[]): ActionsBlock {
  return { type: 'actions', elements }
}

export function reviewButton(words: Words, id: string): Button {
  return { ...button(words, ACTIONS.review, words.card.buttons.review, id), style: 'primary' }
}

function button(words: Words, action: string, label: string, id: string): Button {
  return {
    type: 'button',
    action_id: action,
    text: plain(label, LIMITS.optionText),
    value: id,
    accessibility_label: words.card.buttonOf(label, id),
  }
}

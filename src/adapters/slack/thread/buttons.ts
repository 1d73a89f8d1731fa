// What can be pressed about a request, on its card and wherever else it is shown. Pure.

import type { ActionsBlock, Button, Overflow, PlainTextOption } from '@slack/types'
import { didNothing, hasMissed } from '../../../request/follow-up.ts'
import type { ActKind } from '../../../request/permissions.ts'
import { owesReview, type ResetRequest } from '../../../request/request.ts'
import { canBeEdited } from '../../../request/resubmit.ts'
import type { State } from '../../../request/state.ts'
import { ACTIONS, menuValue } from '../blocks/ids.ts'
import { LIMITS } from '../blocks/limits.ts'
import { plain } from '../blocks/text.ts'
import type { Words } from '../language/language.ts'

/** For one person: what they could do to each request shown, by its id, and where messages of the workspace are. */
export interface ForReader {
  acts: ReadonlyMap<string, ReadonlySet<ActKind>>
  /** As links.ts has it; null: not known. */
  base: string | null
}

/** What must be open to somebody for the button to be of use to them. Asking for something new is open to everybody. */
const ACT_OF: ReadonlyMap<string, ActKind> = new Map([
  [ACTIONS.review, 'decide'],
  [ACTIONS.withdraw, 'withdraw'],
  [ACTIONS.cancel, 'cancel'],
  [ACTIONS.breakGlass, 'breakGlass'],
  [ACTIONS.reviewGlass, 'review'],
  [ACTIONS.happened, 'testify'],
  [ACTIONS.didNotHappen, 'testify'],
  [ACTIONS.checkAgain, 'checkAgain'],
] as const)

/** @param acts what is open to the reader; null: it is read by everybody */
export function isOffered(action: string, acts: ReadonlySet<ActKind> | null): boolean {
  const act = ACT_OF.get(action)
  return acts === null || act === undefined || acts.has(act)
}

/**
 * All that can be pressed about it, wherever it is shown: what comes next in sight, the rest behind three dots.
 * @param acts as isOffered has it
 */
export function buttonsOf(
  words: Words,
  request: ResetRequest,
  acts: ReadonlySet<ActKind> | null = null,
): ActionsBlock {
  const shown = inSight(words, request).filter(({ action_id = '' }) => isOffered(action_id, acts))
  const canEdit = canBeEdited(request)
  const edits = canEdit && shown.length === 0
  return {
    type: 'actions',
    elements: [
      ...shown,
      ...(edits ? [button(words, ACTIONS.edit, words.resubmit.button, request.id)] : []),
      more(words, request, canEdit && !edits, acts),
    ],
  }
}

function inSight(words: Words, request: ResetRequest): Button[] {
  const { id, state } = request
  switch (state.name) {
    case 'pending':
      return [
        reviewButton(words, id),
        ...(request.votes.length === 0 ? [] : [withdrawButton(words, id)]),
        cancelButton(words, id),
      ]
    case 'preparing':
    case 'approved':
      return [cancelButton(words, id)]
    case 'executing':
      return []
    case 'rejected':
    case 'cancelled':
    case 'expired':
    case 'succeeded':
    case 'partial':
    case 'failed':
    case 'unclear':
      return [
        ...(owesReview(request) ? [afterwardsButton(words, id)] : []),
        ...('outcome' in state ? followUpButtons(words, request, state) : []),
      ]
    default:
      return state satisfies never
  }
}

/** A choice's value names the button that it stands for, and what that would carry: older cards have the buttons themselves. */
function more(
  words: Words,
  request: ResetRequest,
  edits: boolean,
  acts: ReadonlySet<ActKind> | null,
): Overflow {
  const { id, state, guard } = request
  const choice = (action: string, label: string): PlainTextOption => ({
    text: plain(label, LIMITS.optionText),
    value: menuValue(action, id),
  })
  const mayBreak =
    state.name === 'pending' && guard.breakGlass.length > 0 && isOffered(ACTIONS.breakGlass, acts)
  return {
    type: 'overflow',
    action_id: ACTIONS.more,
    options: [
      ...(edits ? [choice(ACTIONS.edit, words.resubmit.button)] : []),
      choice(ACTIONS.history, words.history.button),
      ...(mayBreak ? [choice(ACTIONS.breakGlass, words.glass.button)] : []),
    ],
  }
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
  const { id, undone, retried } = request
  const isLeft = retried?.isLeft ?? true
  if (didNothing(request) && !fitsForm(request)) {
    if (!isLeft) return []
    return [button(words, ACTIONS.retry, words.card.buttons.askAgain, id)]
  }
  if (outcome.kind !== 'done') return []
  const { undo, retry } = words.card.buttons
  return [
    ...(name === 'failed' || undone?.isWhole ? [] : [button(words, ACTIONS.undo, undo, id)]),
    ...(isLeft && hasMissed(outcome) ? [button(words, ACTIONS.retry, retry, id)] : []),
  ]
}

function fitsForm({ reset: { scope, topics, strategy } }: ResetRequest): boolean {
  return scope === 'allTopics' || strategy.kind === 'offsets' || topics.length <= LIMITS.options
}

/** Of one attempt: a click under an older question is about nothing any more. */
export function questionButtons(words: Words, { id, reset }: ResetRequest, attempt: number): ActionsBlock {
  const value = `${id} ${attempt}`
  const { happened, didNotHappen, checkAgain } = words.card.buttons
  const { happenedTitle, happenedText, didNotHappenTitle, didNotHappenText, notNow } = words.card
  const isShift = reset.strategy.kind === 'shift'
  const asked = (action: string, label: string): Button => ({ ...button(words, action, label, id), value })
  const sure = (action: string, label: string, title: string, then: string) =>
    confirmed(asked(action, label), { title, text: then, deny: notNow })
  return actions(
    sure(ACTIONS.happened, happened, happenedTitle(id), happenedText),
    sure(ACTIONS.didNotHappen, didNotHappen, didNotHappenTitle(id), didNotHappenText(isShift)),
    asked(ACTIONS.checkAgain, checkAgain),
  )
}

function cancelButton(words: Words, id: string): Button {
  const { cancelTitle, cancelText, keepIt, buttons } = words.card
  const asked = { title: cancelTitle(id), text: cancelText, deny: keepIt }
  return confirmed(button(words, ACTIONS.cancel, buttons.cancel, id), asked)
}

function withdrawButton(words: Words, id: string): Button {
  const { withdraw, withdrawTitle, withdrawText, keepIt } = words.votes
  const asked = { title: withdrawTitle(id), text: withdrawText, deny: keepIt }
  return confirmed(button(words, ACTIONS.withdraw, withdraw, id), asked)
}

/** Asks once more: to go on is called as the button is. */
function confirmed(pressed: Button, asked: { title: string; text: string; deny: string }): Button {
  return {
    ...pressed,
    confirm: {
      title: plain(asked.title, 100),
      text: plain(asked.text, 300),
      confirm: plain(pressed.text.text, 30),
      deny: plain(asked.deny, 30),
    },
  }
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

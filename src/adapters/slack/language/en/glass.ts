// Carrying something out without approval, and looking at it afterwards, in English.

import { mentions, named, type Piece, person, quoted, strong, text } from '../../blocks/text.ts'
import { buttons } from './buttons.ts'
import { times } from './times.ts'

export const glass = {
  button: buttons.breakGlass,
  /** After the state in a title. */
  mark: 'without approval',
  awaitsReview: (state: string) => `${state}, waiting for a review afterwards`,
  title: (id: string) => `Break glass: ${id}`,
  /** @param hasVotes some have approved @param holdMs so long the group has to stay empty; null: nobody has been seen in it */
  warning: (group: string, hasVotes: boolean, holdMs: number | null): Piece[] => [
    strong(
      `This runs without ${hasVotes ? 'the approvals it still needs' : 'anybody’s approval'}, ${holdMs === null ? 'immediately if the group is empty and no other request holds it' : times.onceEmpty(holdMs)}. `,
    ),
    text(
      `It writes the offsets of ${named(group)} as planned. The approvers are told now, and one of them has to review it afterwards.`,
    ),
  ],
  /** @param connected `2 consumers are connected: audit-1 (10.0.3.11), …` @param areListed whether it names them */
  connectedNow: (connected: string, areListed: boolean) =>
    `Right now ${connected}. It waits until ${areListed ? 'they have stopped' : 'the group is empty'}.`,
  reason: 'Why it cannot wait',
  reasonHint: 'Everybody sees it on the card and in the thread.',
  typedGroup: (group: string) => `Type ${group} to run it`,
  submit: 'Run Without Approval',
  cancel: 'Cancel',
  reasonMissing: 'Say why it cannot wait.',
  groupNotTyped: 'Type the group’s name exactly as shown.',
  broken: (by: string, reason: string): Piece[] => [
    strong('Without approval: '),
    person(by),
    text(' broke the glass:'),
    quoted(reason),
  ],
  /**
   * @param by of whom one has to; empty: the rule names nobody in particular
   * @param except who may be in one of their groups, and may not
   */
  unreviewed: (by: readonly string[], except: readonly string[], isOver: boolean): Piece[] => [
    text(isOver ? 'Waiting for a review by ' : 'Afterwards it needs a review by '),
    ...(by.length === 0 ? [text('an approver')] : alternatives(by)),
    ...(except.length === 0 ? [] : [text(', other than '), ...joined(except)]),
    text('.'),
  ],
  /** Under the thread’s words when the glass was broken. @param by as above, and never empty */
  askedToReview: (by: readonly string[]): Piece[] => [
    ...mentions(by),
    text(
      isOnePerson(by) ? ': you have to review it afterwards.' : ': one of you has to review it afterwards.',
    ),
  ],
  /** For an earlier plan, that the world has overtaken. @param plan by its short digest; null: it is being made */
  neverRan: (by: string, plan: string | null): Piece[] => [
    person(by),
    text(
      ` broke the glass for an earlier plan, but it never ran: the offsets or logs changed. ${plan === null ? 'The new plan' : `Plan ${plan}`} needs approval.`,
    ),
  ],
  reviewed: (by: string, note: string): Piece[] => [
    text('Reviewed by '),
    person(by),
    text(':'),
    quoted(note),
  ],
  reviewButton: buttons.reviewAfterwards,
  reviewTitle: (id: string) => `Post-review of ${id}`,
  reviewLead: (by: string, id: string, reason: string, hasRun: boolean): Piece[] => [
    person(by),
    text(hasRun ? ` ran ${id} without approval:` : ` decided that ${id} runs without approval:`),
    quoted(reason),
  ],
  reviewNote: 'Your assessment',
  /** @param closes nothing else of the request is open */
  reviewHint: (closes: boolean) =>
    `Everybody sees it in the thread.${closes ? ' It closes the request.' : ' The request stays open until it has ended.'}`,
  reviewSubmit: 'Submit Review',
  reviewMissing: 'Write your assessment: without one there is no review.',
  ownGlass: (id: string) =>
    `Neither who asked for ${id} nor who ran it may review it: another approver has to.`,
  nothingToReview: (id: string) => `There is nothing to review on ${id} any more. Look at its card.`,
}

/** `@audit or @platform` */
function alternatives(by: readonly string[]): Piece[] {
  return by.flatMap((each, index) => [
    ...(index === 0 ? [] : [text(index === by.length - 1 ? ' or ' : ', ')]),
    ...mentions([each]),
  ])
}

function joined(ids: readonly string[]): Piece[] {
  return ids.flatMap((each, index) => [...(index === 0 ? [] : [text(' and ')]), ...mentions([each])])
}

/** And no user group. */
function isOnePerson(by: readonly string[]): boolean {
  return by.length === 1 && !by[0]?.startsWith('S')
}

// The approval modal, in English.

import { type Piece, text } from '../../blocks/text.ts'
import { capitalized, counted, listed } from './grammar.ts'
import { times } from './times.ts'

export const review = {
  title: (id: string) => `Review ${id}`,
  /** Before anything is picked. */
  submit: 'Send Decision',
  submits: { approve: 'Approve Reset', reject: 'Reject Request' },
  cancel: 'Cancel',
  checking: 'Checking whether anything has changed since the plan…',
  justNowLabel: 'Right now: ',
  holds: {
    unchanged: 'Nothing has changed since the plan.',
    harmless: 'The logs have grown since the plan, and its targets hold.',
    arriving: 'The logs have grown since the plan: what has arrived is skipped as well.',
    consuming:
      'Consumers are still committing, so this plan is out of date. A new plan is made once the group is empty, and needs a decision then.',
  },
  notSeen: (why: string) =>
    `It could not be checked whether anything has changed since the plan (${why}). It will be checked again before it runs.`,
  notWhole: 'The stored plan does not match its record, so it is not shown and cannot be approved.',
  notWholeThen:
    'Its rows are missing or were changed in Redis. Reject it, ask again, and tell the people who run Rewind.',
  expires: (atMs: number): Piece[] => [text('It expires '), times.moment(atMs), text('.')],
  decision: 'Decision',
  approve: 'Approve',
  /** @param atLeast several teams have to approve, and one person counts for one of them */
  needsMore: (more: number, atLeast: boolean) =>
    `It then needs ${atLeast ? 'at least ' : ''}${counted(more, 'more approval')}`,
  /** @param labels of the teams whose approval is missing, the reader’s perhaps among them */
  runsWhenTeams: (labels: readonly string[]) =>
    `It runs once ${listed(labels)} ${labels.length === 1 ? 'has' : 'have'} approved`,
  runsWhenMet: 'It runs once every team it needs has approved',
  runsWhenExact: 'It runs once its exact offsets are known to be within these bounds',
  held: 'Not possible until Slack shows the user groups',
  notWholeOption: 'Not possible: its stored plan cannot be used',
  replanned: 'A new plan needs a decision before anything runs',
  runsAtOnce: 'It runs immediately if the group is empty and no other request holds it',
  runsWhenEmpty: (holdMs: number) => `It runs ${times.onceEmpty(holdMs)}`,
  runsInWindow: 'It runs within its window, once the group is empty',
  reject: 'Reject',
  rejectHint: 'Nothing is reset; say why in the note',
  typedGroup: (group: string) => `Type ${group} to approve`,
  typedGroupHint: (loss: string) => `Required to approve: ${loss}.`,
  note: 'Note',
  noteHint: 'Everybody sees it in the thread. A rejection needs one.',
  allTopics: (count: number) => `All ${counted(count, 'topic')}:`,
  moreTopics: (left: number) => `… and ${counted(left, 'topic')} more than Slack can show here.`,
  nothingDecided: 'Nothing was decided',
  /** @param plan like `Plan e6095bda` */
  moved: (plan: string) =>
    `${capitalized(plan)} can no longer be approved: the group or its logs changed after it was made.`,
  newPlan: 'Close this and review the new plan on the card.',
}

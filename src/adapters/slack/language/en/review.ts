// The approval modal, in English.

import { type Piece, text } from '../../blocks/text.ts'
import { capitalized, counted } from './grammar.ts'
import { times } from './times.ts'

export const review = {
  title: (id: string) => `Review ${id}`,
  submit: 'Send decision',
  notNow: 'Not now',
  checking: 'Checking whether anything has changed since the plan…',
  justNowLabel: 'Right now: ',
  holds: {
    unchanged: 'Nothing has changed since the plan.',
    harmless: 'The logs have grown since the plan, and its targets hold.',
    consuming:
      'Its consumers are still committing, so this plan is out of date. A new plan is made once the group is empty, and needs a decision then.',
  },
  notSeen: (why: string) =>
    `It could not be checked whether anything has changed since the plan (${why}). It will be checked again before it runs.`,
  notWhole:
    'The stored plan does not match its record: its rows are missing or were changed in Redis, so they are not shown, and it cannot be approved. Reject it, ask again, and tell the people who run Rewind.',
  expires: (atMs: number): Piece[] => [text('It expires '), times.moment(atMs), text('.')],
  decision: 'Decision',
  approve: 'Approve',
  needsMore: (more: number) => `It then needs ${counted(more, 'more approval')}`,
  runsWhenEmpty: 'It runs as soon as the group is empty',
  runsInWindow: 'It runs within its window, once the group is empty',
  reject: 'Reject',
  rejectHint: 'Nothing is reset; say why below',
  typedGroup: 'Type the group’s name to approve',
  typedGroupHint: (loss: string) => `${capitalized(loss)}.`,
  note: 'Note',
  noteHint: 'Everybody sees it in the thread. A rejection needs one.',
  allTopics: (count: number) => `All ${counted(count, 'topic')}:`,
  moreTopics: (left: number) => `… and ${counted(left, 'topic')} more than Slack can show here.`,
  nothingDecided: 'Nothing was decided',
  moved: (id: string) => `Offsets or logs have changed since the plan of ${id}, so nothing was decided.`,
  newPlan: 'A new plan is being made. Review it again from the card.',
}

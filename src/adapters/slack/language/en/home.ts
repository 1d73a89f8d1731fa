// The Home tab, in English: what waits for somebody, what they asked for, what has run lately.

import { grouped } from '../../../../request/reset.ts'
import { type Piece, text } from '../../blocks/text.ts'
import { buttons } from './buttons.ts'
import { times } from './times.ts'

export const home = {
  ask: buttons.request,
  waiting: 'Waiting for you',
  mine: 'Your requests',
  lately: 'Recent runs',
  nothingWaits: 'Nothing waits for you. What you can decide on, or have to look at, appears here.',
  nothingAsked: `You have not asked for a reset yet. Press ${buttons.request}, or type /reset-offsets.`,
  /** Of those that were looked through, and there are others. @param looked so many, the newest */
  nothingWaitsAmong: (looked: number) => `None of the ${grouped(looked)} newest open requests waits for you.`,
  nothingRan: 'None of the newest requests has run. Type /offset-requests closed for all that are closed.',
  /** Only the newest are looked through. */
  moreOpen: (left: number) =>
    `${grouped(left)} older ${left === 1 ? 'request is' : 'requests are'} open that ${left === 1 ? 'is' : 'are'} not looked through here. Type /offset-requests for all of them.`,
  moreMine: (left: number) => `${grouped(left)} more: type /offset-requests mine.`,
  moreRan: 'For more, type /offset-requests closed.',
  fresh: (atMs: number): Piece[] => [
    text('Last updated '),
    times.moment(atMs),
    text('. Open this tab again for the latest.'),
  ],
  /** Over the form, where the approvals have no channel of their own. */
  cardComesToYou:
    'No channel for approvals is set. Unless the policy names one for this group, the card comes to your direct messages with Rewind. Approvers find the request on their own Home tab. To show them the card, type /reset-offsets in their channel instead.',
  notRead: 'Rewind cannot read its requests right now. This page is filled as soon as it can.',
  /** Over the window that says what became of a press. */
  answer: 'Rewind',
}

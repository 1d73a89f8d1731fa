// The history of a group, in English: every reset of it, by whom, approved by whom, from where to where.

import { grouped } from '../../../../request/reset.ts'
import { code, type Piece, person, text } from '../../blocks/text.ts'
import { buttons } from './buttons.ts'
import { counted } from './grammar.ts'

export interface SpokenMove {
  partitions: number
  /** Of them, those that were at their target when it was planned. */
  there: number
  /** Like `300–442 430`. */
  from: string
  /** Null: it was not known before it ran. */
  to: string | null
  /** Like `replays 12 430 messages`, as often as there are directions. */
  effects: readonly string[]
}

function people(by: readonly string[]): Piece[] {
  return by.flatMap((each, index) => [...(index === 0 ? [] : [text(' and ')]), person(each)])
}

/** `3 partitions (1 already at its target when planned)` */
function partitionsOf(count: number, there: number): string {
  const all = counted(count, 'partition')
  if (there === 0) return all
  const which = there === count ? 'already' : `${grouped(there)} already`
  return `${all} (${which} at ${there === 1 ? 'its' : 'their'} target when planned)`
}

export const history = {
  button: buttons.history,
  title: 'History',
  heading: (group: string, instance: string, total: number): Piece[] => [
    text('All requests for '),
    code(group),
    text(' on '),
    code(instance),
    text(`: ${counted(total, 'request')}, newest first.`),
  ],
  none: (group: string, instance: string): Piece[] => [
    text('Nobody has asked for a reset of '),
    code(group),
    text(' on '),
    code(instance),
    text(' yet. Ask for one with /reset-offsets.'),
  ],
  askedBy: (requester: string): Piece[] => [text('Asked for by '), person(requester)],
  approvedBy: (by: readonly string[]): Piece[] => [text(' · approved by '), ...people(by)],
  withoutApproval: (by: string): Piece[] => [text(' · without approval, by '), person(by)],
  reviewedBy: (by: string): Piece[] => [text(', reviewed by '), person(by)],
  rejectedBy: (by: string): Piece[] => [text(' · rejected by '), person(by)],
  cancelledBy: (by: string): Piece[] => [text(' · cancelled by '), person(by)],
  /** What follows the name of a topic, of what never ran and of what is not proven whole. */
  planned: ({ partitions, there, from, to, effects }: SpokenMove) =>
    [
      `: ${partitionsOf(partitions, there)}, planned from ${from} to ${to ?? 'offsets that would be known when it ran'}`,
      ...effects,
    ].join(', '),
  wouldHave: {
    replays: (amount: string) => `would have replayed ${amount}`,
    skips: (amount: string) => `would have skipped ${amount}`,
  },
  /** Of what is done in part, or of which nobody knows. */
  wasTo: {
    replays: (amount: string) => `to replay ${amount}`,
    skips: (amount: string) => `to skip ${amount}`,
  },
  /** What follows the name of a topic. */
  move: ({ partitions, there, from, to, effects }: SpokenMove) =>
    [
      `: ${partitionsOf(partitions, there)}, from ${from} to ${to ?? 'offsets that are known when it runs'}`,
      ...effects,
    ].join(', '),
  moreTopics: (left: number) => `… and ${counted(left, 'more topic')}. The CSV file has all of them.`,
  notWhole: 'The rows kept of its plan do not match its record, so they are not shown.',
  noPlan: 'No plan was made, so nothing was moved.',
  noPlanYet: 'There is no plan yet.',
  card: 'Card',
  download: buttons.download,
  /** Beside the file. @param left so many older ones that are not in it */
  file: (group: string, instance: string, requests: number, left: number) =>
    `The history of ${group} on ${instance}: ${counted(requests, 'request')}, newest first, a row for each partition.${left > 0 ? ` It leaves out the ${grouped(left)} oldest, which do not fit.` : ''}`,
  making: 'Making the file…',
  sent: 'The file is in your direct messages with Rewind.',
  notSent: `The file could not be sent right now, so there is none. Press ${buttons.download} again in a minute.`,
}

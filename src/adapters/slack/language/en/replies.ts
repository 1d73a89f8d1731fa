// What the thread under a card has to tell, in English.

import type { DriftedAt, Note } from '../../../../request/notes.ts'
import { grouped } from '../../../../request/reset.ts'
import { mentions, named, type Piece, person, quoted, strong, text } from '../../blocks/text.ts'
import { buttons } from './buttons.ts'
import { askAgain, counted, listed, requestedBy, stopConsumers } from './grammar.ts'
import { times } from './times.ts'

type Evidence = Extract<Note, { kind: 'asked' }>['evidence']

export interface KnownWhenAsked {
  evidence: Evidence
  /** Whether a call of it is on record that nobody answered. */
  isCalled: boolean
  /** A sentence, where the call was accepted; empty else. */
  accepted: string
}

/** So many partitions. */
export interface ReadBackAgain {
  there: number
  stayed: number
  elsewhere: number
  unread: number
}

const FOUND_AT: Record<DriftedAt, string> = {
  opened: 'noticed on review',
  submitted: 'noticed when a decision was sent, which does not count',
  execution: 'noticed before anything was written',
  settling: 'noticed when the exact offsets were read',
}

const ASKED: Record<Evidence, string> = {
  neither:
    'Taken together, the offsets match neither the plan nor where they were before, so they do not show what happened.',
  unread: 'The offsets could not be read back, so they do not show what happened.',
  present:
    'The offsets already match the plan, and no call of this request is on record: Redis may have lost it, or somebody has moved them by other means than Rewind.',
  restored:
    'Redis was restored from a backup of a time when this request was approved. Whether it has run since is not in the backup, and the offsets cannot show it: they may have been moved again. Look at the messages in this thread and at the group.',
}

const ASKED_AFTER_CALL =
  'The offsets match the plan now. No answer to an earlier call of this request was received, and it had moved nothing when they were read back: it may have arrived late, or somebody has moved them by other means than Rewind.'

/** So many of the `needed` approvals are there; `missing` are the teams that have not approved. */
export interface VotesShown {
  approvals: number
  needed: number
  missing: readonly string[]
}

function votesInWords({ approvals, needed, missing }: VotesShown): string {
  const still = missing.length === 0 ? '' : `; still needed from ${listed(missing)}`
  return `${grouped(approvals)} of ${counted(needed, 'approval')}${still}`
}

export const replies = {
  planFile: (id: string) => `The plan of ${id}, partition by partition, is attached.`,
  planNotWhole: (id: string) =>
    `The rows kept of this plan of ${id} are missing or do not match its record, so they are not shown. Tell the people who run Rewind.`,
  resultNotWhole: (id: string) =>
    `The rows kept of the result of ${id} do not match its record, so they are not shown. Tell the people who run Rewind.`,
  resultFile: (id: string) => `The full result of ${id} is attached.`,
  approved: (id: string, by: string, note: string, votes: VotesShown): Piece[] => {
    const count = votes.needed > 1 ? ` (${votesInWords(votes)})` : ''
    return [person(by), ...saying(` approved ${id}${count}`, note)]
  },
  rejected: (id: string, by: string, note: string): Piece[] => [
    person(by),
    ...saying(` rejected ${id}`, note),
  ],
  withdrawn: (id: string, by: string, votes: VotesShown): Piece[] => [
    person(by),
    text(` took their approval of ${id} back (${votesInWords(votes)}).`),
  ],
  reguarded: (id: string, rule: string, votes: VotesShown): Piece[] => [
    text(
      `The policy asks for something else of ${id} now (rule ${named(rule)}): it has ${votesInWords(votes)}.`,
    ),
  ],
  /** @param to user and user-group ids */
  escalated: (id: string, label: string, to: readonly string[]): Piece[] => [
    text(`${id} is not decided yet. Now asked as well: ${label === '' ? '' : `${label} `}`),
    ...mentions(to),
  ],
  glassBroken: (id: string, by: string, reason: string): Piece[] => [
    person(by),
    text(` runs ${id} without approval:`),
    quoted(reason),
  ],
  reviewed: (id: string, by: string, note: string): Piece[] => [
    person(by),
    text(` has reviewed the decision to run ${id} without approval:`),
    quoted(note),
  ],
  cancelled: (id: string, by: string, nothing: string): Piece[] => [
    person(by),
    text(` cancelled ${id}. ${nothing}`),
  ],
  expiredUnplanned: (id: string, nothing: string) =>
    `${id} expired: no plan could be made in time. ${nothing} ${askAgain}`,
  /** @param have of the approvals it needed */
  expired: (id: string, have: number, needed: number, nothing: string) =>
    `${id} expired: ${have === 0 ? 'nobody decided in time' : `only ${grouped(have)} of ${counted(needed, 'approval')} in time`}. ${nothing} ${askAgain}`,
  moved: (id: string, at: DriftedAt): Piece[] => [
    strong(`Offsets or logs have changed since ${id} was planned`),
    text(` (${FOUND_AT[at]}):`),
  ],
  /** @param ids of the requests that did it */
  movedBy: (ids: readonly string[]) => `${listed(ids)} moved the offsets after that plan was made. `,
  /** @param deciders whom the rule names; empty: nobody in particular @param nothing that nothing was reset, as far as that is so */
  movedThen: (requester: string | null, deciders: readonly string[], nothing: string): Piece[] => [
    text(`${nothing} A new plan is being made; it needs a new decision`),
    ...(deciders.length === 0 ? [] : [text(' by '), ...mentions(deciders)]),
    ...(requester === null ? [] : [text('. Requested by '), person(requester)]),
    text('.'),
  ],
  /** @param areListed whether it names who is to be stopped */
  waitsForMembers: (
    id: string,
    connected: string,
    areListed: boolean,
    { untilMs, holdMs }: { untilMs: number; holdMs: number },
    noticed: string | null,
  ): Piece[] => [
    strong(`${id} waits for its group to be empty: `),
    text(
      `${connected}. ${areListed ? stopConsumers : ''}It runs ${holdMs === 0 ? 'once the group has stayed empty' : times.onceEmpty(holdMs)}, and gives up `,
    ),
    times.moment(untilMs),
    text(`. To call it off, press ${buttons.cancel} on the card. `),
    ...requestedBy(noticed),
  ],
  waitsToStayEmpty: (
    id: string,
    { untilMs, holdMs }: { untilMs: number; holdMs: number },
    noticed: string | null,
  ): Piece[] => [
    strong(`${id} waits for its group to stay empty: `),
    text(
      `consumers were connected before. It runs ${holdMs === 0 ? 'once the group has stayed empty' : times.onceEmpty(holdMs)}, and gives up `,
    ),
    times.moment(untilMs),
    text(` if consumers connect again. To call it off, press ${buttons.cancel} on the card. `),
    ...requestedBy(noticed),
  ],
  unclear: (id: string, unknown: string, advice: string, noticed: string | null): Piece[] => [
    strong(`${id} is unclear. `),
    text(`${unknown} ${advice} `),
    ...requestedBy(noticed),
  ],
  /** @param deciders who may answer, as far as the rule names them; never the requester */
  asked: (
    id: string,
    { evidence, isCalled, accepted }: KnownWhenAsked,
    requester: string,
    deciders: readonly string[],
  ): Piece[] => [
    strong(`Did ${id} take effect? `),
    text(
      `${accepted}${evidence === 'present' && isCalled ? ASKED_AFTER_CALL : ASKED[evidence]} Rewind makes no call for ${id} until an approver says what happened${deciders.length === 0 ? '. ' : ': '}`,
    ),
    ...(deciders.length === 0 ? [] : [...mentions(deciders), text('. ')]),
    text('Requested by '),
    person(requester),
    text('.'),
  ],
  /** To the requester, who may not answer. */
  askedOthers: (
    id: string,
    { evidence, isCalled, accepted }: KnownWhenAsked,
    deciders: readonly string[],
  ): Piece[] => [
    strong(`${id} is unclear. `),
    text(
      `${accepted}${evidence === 'present' && isCalled ? ASKED_AFTER_CALL : ASKED[evidence]} It waits for `,
    ),
    ...(deciders.length === 0 ? [text('an approver')] : mentions(deciders)),
    text(' to answer in its thread.'),
  ],
  /** Under the question, instead of its buttons. */
  answered: (by: string, happened: boolean): Piece[] => [
    text('Answered by '),
    person(by),
    text(happened ? ': it took effect.' : ': it did not take effect.'),
  ],
  readingAgain: (by: string): Piece[] => [
    person(by),
    text(' asked for the offsets to be read back again. What they show follows in the thread.'),
  ],
  testified: (id: string, by: string, happened: boolean): Piece[] => [
    person(by),
    text(
      happened
        ? ` confirmed that ${id} took effect. Closed as done.`
        : ` confirmed that ${id} did not take effect. It is tried again if nothing has changed since the plan; otherwise it needs a new decision.`,
    ),
  ],
  revoked: (id: string, by: readonly string[]): Piece[] => {
    const [verb, who] = by.length === 1 ? ['does', 'an approver'] : ['do', 'approvers']
    return [
      text('The approval of '),
      ...by.flatMap((each, index) => [...(index === 0 ? [] : [text(' and ')]), person(each)]),
      text(` ${verb} not count any more: they are no longer ${who}. ${id} needs a decision again.`),
    ]
  },
  /** @param outcome empty: there is none to tell */
  ended: (state: string, outcome: string, hasClamped: boolean): Piece[] => {
    const clamped = hasClamped
      ? 'Clamped: the requested offset is outside the log, so these partitions are at its nearest end.'
      : ''
    return [strong(state), text([outcome, clamped].flatMap(each => (each === '' ? [] : ` ${each}`)).join(''))]
  },
  readBackAgain: ({ there, stayed, elsewhere, unread }: ReadBackAgain) =>
    `Read back again: ${counted(there, 'partition')} at the planned offset, ${grouped(stayed)} at the old one, ${grouped(elsewhere)} elsewhere${unread === 0 ? '' : `, ${grouped(unread)} unreadable`}.`,
  /** Of calls to Tencent's API, where somebody may have to ask its support. @param left so many more */
  apiRequests: (ids: readonly string[], left: number) =>
    `For Tencent support, the request id${ids.length + left === 1 ? '' : 's'} of the call${ids.length + left === 1 ? '' : 's'}: ${listed(ids, left)}.`,
  moreInTable: (more: number) => `… and ${grouped(more)} more like these in the table.`,
  moreInFile: (more: number) => `… and ${grouped(more)} more like these in the file.`,
  firstRows: (shown: number, all: number) =>
    `The first ${shown} of ${grouped(all)} rows, failures first. The full result follows as a file.`,
  /** In Slack's text format. @param why escaped */
  cardTrouble: (id: string, channel: string, why: string) =>
    `The card of ${id} could not be posted in <#${channel}>: Slack says ${why}. Invite Rewind there with /invite and it appears within a minute. Until then an approver can review it with \`/offset-requests ${id}\`.`,
  round: (round: number) => `Plan ${grouped(round)}`,
  planComment: (plan: string, id: string, partitions: number) =>
    `${plan} of ${id} in full: ${counted(partitions, 'partition')}.`,
  resultComment: (id: string, rows: number) => `The result of ${id} in full: ${counted(rows, 'row')}.`,
}

function saying(did: string, note: string): Piece[] {
  return note === '' ? [text(`${did}.`)] : [text(`${did}:`), quoted(note)]
}

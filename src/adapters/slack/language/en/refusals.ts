// Why a click or a decision was refused, in English. `requester` and `by` are mentioned as Slack writes it.

import { mention } from '../../blocks/text.ts'
import { listed } from './grammar.ts'

const THEN = {
  approved: 'is on the queue',
  held: 'is held until Slack shows the user groups that the policy asks about',
  waiting: 'waits for the group to be empty',
  staying: 'waits for the group to stay empty',
  beforeWindow: 'waits for its window',
  settling: 'reads its exact offsets',
  behind: 'waits for another request for the same group',
  retrying: 'waits for the next try',
  executing: 'is running',
}

export const refusals = {
  /** @param who may, as the rule names them; null: nobody in particular */
  ownRequest: (id: string, who: string | null) =>
    `You asked for ${id} yourself, so somebody else has to decide on it${who === null ? '' : `: ${who}`}.`,
  notApprover: (id: string, who: string | null) =>
    who === null
      ? `Only approvers can decide on ${id}. Ask one of them, or the people who run Rewind.`
      : `Only approvers can decide on ${id}: ${who}.`,
  notRequester: (id: string, requester: string) =>
    `Only ${mention(requester)}, who asked for ${id}, can cancel it. Approvers can reject it.`,
  notRequesterNow: (id: string, requester: string, who: string | null) =>
    `Only ${mention(requester)}, who asked for ${id}, or an approver${who === null ? '' : ` (${who})`} can cancel it now.`,
  groupNotTyped: (id: string, loss: string) =>
    `Type the group’s name exactly as shown to approve ${id}: ${loss}.`,
  /** @param missing the teams that have not approved; empty where they have no names, or there is only one */
  alreadyVoted: (id: string, missing: readonly string[]) =>
    `You have approved ${id} already. It still needs ${missing.length === 0 ? 'another approver' : `approval from ${listed(missing)}`}.`,
  withdrawnOften: (id: string) =>
    `You have taken your approval of ${id} back several times, so you cannot approve it any more. You can still reject it.`,
  planChanged: (id: string) =>
    `The plan of ${id} is not the one you saw, so nothing was decided. Review it again from its card.`,
  planNotWhole: (id: string) =>
    `The stored plan of ${id} does not match its record, so it cannot be approved, nor carried out without approval. It can be rejected; ask again with /reset-offsets, and tell the people who run Rewind.`,
  inUse: (id: string) => `The group of ${id} is in use. It runs once the group has stayed empty.`,
  checking: (id: string) =>
    `The offsets of ${id} are being read back. The thread says what they show, or asks.`,
  noteMissing: 'Say why you reject it, so that the requester knows what to change.',
  preparing: (id: string) => `${id} is still being planned. Try again in a moment.`,
  expired: (id: string) => `${id} has expired, so nothing was done. Ask again with /reset-offsets.`,
  noVote: (id: string) => `You have not approved ${id}, so there is nothing to take back.`,
  notBreakGlass: (id: string, who: string | null) =>
    `The policy does not let you run ${id} without approval. ${who === null ? 'Ask an approver' : `It names ${who} for that. Ask one of them, an approver`}, or the people who run Rewind.`,
  unreadable: (id: string) =>
    `The policy asks about a user group that Slack does not show at the moment, so what it says of ${id} is not known. Nothing was done. Try again in a minute, or ask the people who run Rewind.`,
  outsideWindow: (id: string) => `${id} may not run at this time. It runs once it may.`,
  tooLate: (what: string) => `Too late: ${what}`,
  hasRejected: (id: string, by: string) => `${mention(by)} has rejected ${id}.`,
  hasCancelled: (id: string, by: string) => `${mention(by)} has cancelled ${id}.`,
  hasChanged: (id: string) => `${id} has changed meanwhile. Look at the card and try again.`,
  /** @param then what it does since */
  hasApproved: (id: string, by: string, then: keyof typeof THEN) =>
    `${mention(by)} has approved ${id}, and it ${THEN[then]}.`,
  seeThread: (sentence: string) => `${sentence} The thread under its card says more.`,
}

// What state a request is in, in English: as a name, and as a sentence.

import { grouped } from '../../../../request/reset.ts'
import { counted, listed } from './grammar.ts'

export const states = {
  names: {
    preparing: 'being planned',
    pending: 'waiting for approval',
    approved: 'approved, on the queue',
    /** The exact offsets within the bounds that were approved. */
    settling: 'approved, exact offsets being read',
    /** The policy cannot be known. */
    held: 'approved, held',
    waiting: 'approved, waiting for the group to be empty',
    staying: 'approved, waiting for the group to stay empty',
    /** Another holds the group. */
    behind: 'approved, waiting for another request',
    retrying: 'approved, waiting for the next try',
    beforeWindow: 'approved, waiting for its window',
    executing: 'running',
    succeeded: 'done',
    partial: 'partly done',
    failed: 'failed',
    notAllowed: 'not allowed',
    nothingToMove: 'nothing to move',
    checking: 'unclear, being checked',
    unclear: 'unclear, waiting for an answer',
    rejected: 'rejected',
    cancelled: 'cancelled',
    expired: 'expired',
  },
  /** Of what nobody has approved, because somebody broke the glass. */
  unapproved: {
    approved: 'queued',
    held: 'held',
    waiting: 'waiting for the group to be empty',
    staying: 'waiting for the group to stay empty',
    behind: 'waiting for another request',
    retrying: 'waiting for the next try',
    beforeWindow: 'waiting for its window',
  },
  /** What a request that waits for approval still needs; absent from `names`: one approval, or any. */
  pendingOf: {
    /** @param labels of the teams whose approval is missing */
    teams: (labels: readonly string[]) => `waiting for approval from ${listed(labels)}`,
    votes: (have: number, needed: number) =>
      `waiting for approval, ${grouped(have)} of ${counted(needed, 'approval')} given`,
  },
  /** @param still as `names` or `pendingOf` say it */
  stillPending: (id: string, still: string) => `${id} is ${still}.`,
  sentences: {
    preparing: (id: string) => `${id} is being planned.`,
    pending: (id: string) => `${id} is waiting for approval.`,
    approved: (id: string) => `${id} is approved and on the queue.`,
    settling: (id: string) => `${id} is approved, and its exact offsets are being read.`,
    held: (id: string) => `${id} is approved and held.`,
    waiting: (id: string) => `${id} is approved and waits for the group to be empty.`,
    staying: (id: string) => `${id} is approved and waits for the group to stay empty.`,
    behind: (id: string) => `${id} is approved and waits for another request for the same group.`,
    retrying: (id: string) => `${id} is approved and waits for the next try.`,
    beforeWindow: (id: string) => `${id} is approved and waits for its window.`,
    executing: (id: string) => `${id} is running.`,
    succeeded: (id: string) => `${id} is done.`,
    partial: (id: string) => `${id} is partly done.`,
    failed: (id: string) => `${id} has failed.`,
    notAllowed: (id: string) => `${id} is not allowed.`,
    nothingToMove: (id: string) => `${id} has nothing to move.`,
    checking: (id: string) => `${id} is unclear, and its offsets are being read back.`,
    unclear: (id: string) => `${id} is unclear and waits for an approver’s answer.`,
    rejected: (id: string) => `${id} was rejected.`,
    cancelled: (id: string) => `${id} was cancelled.`,
    expired: (id: string) => `${id} has expired.`,
  },
  unapprovedSentences: {
    approved: (id: string) => `${id} is queued and runs without approval.`,
    held: (id: string) => `${id} is held.`,
    waiting: (id: string) => `${id} waits for the group to be empty and then runs without approval.`,
    staying: (id: string) => `${id} waits for the group to stay empty and then runs without approval.`,
    behind: (id: string) =>
      `${id} waits for another request for the same group and then runs without approval.`,
    retrying: (id: string) => `${id} waits for the next try and then runs without approval.`,
    beforeWindow: (id: string) => `${id} waits for its window and then runs without approval.`,
  },
}

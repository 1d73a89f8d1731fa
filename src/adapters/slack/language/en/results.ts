// What came of an execution, row by row, in English.

import { grouped } from '../../../../request/reset.ts'
import type { PartitionOutcome } from '../../../../request/result.ts'
import { inQuotes } from '../../blocks/text.ts'
import { buttons } from './buttons.ts'
import type { ClusterInWords } from './cluster.ts'
import { counted, listed } from './grammar.ts'

const OUTCOMES: Record<PartitionOutcome, string> = {
  succeeded: 'succeeded',
  clamped: 'clamped',
  failed: 'failed',
  unreported: 'not confirmed',
  'moved-after': 'moved since',
}

export const resultsOn = (on: ClusterInWords) => ({
  outcomes: OUTCOMES,
  /** `partitions 0 and 1` */
  partitions: (partitions: readonly number[]) =>
    `${partitions.length === 1 ? 'partition' : 'partitions'} ${listed(partitions.map(String))}`,
  manyPartitions: (count: number) => counted(count, 'partition'),
  /** What follows the name of the topic. @param where null: all of it */
  trouble: (where: string | null, outcome: PartitionOutcome, reason: string) =>
    `${where === null ? '' : `${where} `}${OUTCOMES[outcome]}: ${reason}`,
  /** @param first where several moved, the one that the offset is of */
  movedAfter: (readBack: bigint | null, first: number | null) => {
    const where = first === null ? '' : `on partition ${first}, the first of them, `
    if (readBack === null)
      return `${on.start} accepted the reset, and by now ${where}no offset is committed any more. Look who is consuming.`
    return `${on.start} accepted the reset; ${where}the group is at ${grouped(readBack)} now: somebody has committed since, or the log no longer holds the planned offset. Look who is consuming before you ask again.`
  },
  /** @param said in the words of the API; empty: in none */
  apiError: (name: string, said: string, hint: string) =>
    `${name}.${said === '' ? '' : ` ${inQuotes(said)}`} ${hint}`,
  noCode: 'an error without a code',
  /** @param name of the API's code; null: it has none, as the look before the write said no */
  refused: (name: string | null, said: string, hint: string) =>
    `${name === null ? 'not written' : `${on.start} refused it with ${name}`}.${said === '' ? '' : ` ${inQuotes(said)}`} ${hint}`,
  despiteError: (name: string, said: string) =>
    `the offset is where planned, although ${on.name} reported ${name}${said === '' ? '' : ` (${inQuotes(said)})`}. There is nothing to ask for again.`,
  movedDespiteError: (name: string, said: string) =>
    `${on.start} reported ${name}${said === '' ? '' : ` (${inQuotes(said)})`}, and yet the offset moved. The table says where it is: look there before you ask for anything else.`,
  withCause: {
    notSent: (cause: string) => `never sent: ${cause}. Press ${buttons.retry} on the card.`,
    unanswered: (cause: string) => `possibly written: ${cause}. Check the offset ${on.there}.`,
  },
  whys: {
    saidButUnchanged: `${on.start} said it succeeded, but the offset did not move. Press ${buttons.retry} on the card, or ${on.askWhy}.`,
    unchanged: `${on.start} accepted the call, but the offset is where it was. Look at it ${on.there}.`,
    elsewhere: `${on.start} set another offset than the plan has. Look at the table, then ask again.`,
    notRead: `could not be read back. Check the offset ${on.there}.`,
    notReported: `${on.start}’s answer does not name it. Check the offset ${on.there}.`,
    notWritten: `this part of the call did not take effect. Press ${buttons.retry} on the card.`,
    movedBefore: `not written: somebody committed another offset there after the plan was made. Look who is consuming, then press ${buttons.retry} on the card.`,
    notSeen: 'no partition of it could be seen. Check the spelling. If the topic was deleted, leave it out.',
    unknown: `no reason was given. Look at its offset ${on.there}.`,
  },
  accepted: 'accepted',
  header: ['Topic', 'Partition', 'Outcome', 'Before', 'Planned', on.saidHeader, 'Read back'],
})

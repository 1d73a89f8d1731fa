// A consumer group as it is just now, in English.

import { grouped } from '../../../../request/reset.ts'
import { counted, listed } from './grammar.ts'

export const group = {
  label: 'The group: ',
  looking: 'Looking at the group…',
  unread: (why: string) => `could not be read (${why}). The plan reads it again.`,
  refused: (message: string, code: string) => `${message}, code ${code}`,
  missing: 'it does not exist.',
  /** Of consumers that are no members nobody knows. */
  empty:
    'empty (no group members), so it can be reset. Consumers that assign partitions themselves (Flink, Spark) do not show here; make sure they are stopped.',
  alsoExpires: (sentence: string) =>
    `${sentence} If the group has been empty for days, its offsets may expire soon, the new ones as well: by default Kafka deletes them 7 days after a group became empty.`,
  inUse: (state: string) => `the group is in use (${state})`,
  /** The cluster says that it has members, and names none. */
  unlisted: 'the group is reported to have members, and none are listed',
  /** @param named the first of them */
  connected: (count: number, named: readonly string[]) =>
    `${count === 1 ? '1 consumer is' : `${grouped(count)} consumers are`} connected: ${listed(named, count - named.length)}`,
  member: (clientId: string, host: string) => `${clientId} (${host})`,
  stopFirst: (connected: string) =>
    `${connected}. Stop the group’s consumers first: a reset waits until the group is empty.`,
  inUseStopFirst: (state: string) =>
    `in use (${state}). Stop the group’s consumers first: a reset waits until the group is empty.`,
  header: ['Topic', 'Partitions', 'Committed', 'End', 'Lag'],
  moreTopics: (left: number) => `… and ${counted(left, 'more topic')} with less lag.`,
}

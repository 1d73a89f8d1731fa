// The options of the pickers, in English.

import { counted, listed } from './grammar.ts'

export const pickers = {
  /** `partitions 0 and 1` */
  partitions: (count: number, ranges: readonly string[]) =>
    `${count === 1 ? 'partition' : 'partitions'} ${listed(ranges)}`,
  manyPartitions: (count: number) => counted(count, 'partition'),
  /** Between a topic and its partitions. */
  comma: ', ',
  instance: (name: string, id: string) => `${name} (${id})`,
  theseAlone: 'These partitions alone',
  committed: 'The group has committed offsets',
  otherTopics: 'Other topics',
  notFromCluster: 'Not from the cluster',
  silent: 'CKafka does not answer',
  refused: (code: string) => `CKafka refused: ${code}`,
  asTyped: (name: string, why: string) => `${name} – as typed, ${why}`,
}

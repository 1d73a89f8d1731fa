// The options of the pickers, in English.

import type { ClusterInWords } from './cluster.ts'
import { counted, listed } from './grammar.ts'

export const pickersOn = (on: ClusterInWords) => ({
  /** `partitions 0 and 1` */
  partitions: (count: number, ranges: readonly string[]) =>
    `${count === 1 ? 'partition' : 'partitions'} ${listed(ranges)}`,
  manyPartitions: (count: number) => counted(count, 'partition'),
  /** Between a topic and its partitions. */
  comma: ', ',
  instance: (name: string, id: string) => `${name} (${id})`,
  theseAlone: 'Only these partitions',
  committed: 'The group has committed offsets',
  otherTopics: 'Other topics',
  /** Over the instances of the others. */
  untold: (clusters: string) => `Not answering: ${clusters}`,
  notFromCluster: 'Not from the cluster',
  silent: `${on.start} does not answer`,
  noInstance: 'unknown instance',
  refused: (code: string) => `${on.start} refused: ${code}`,
  asTyped: (name: string, why: string) => `${name} – as typed, ${why}`,
})

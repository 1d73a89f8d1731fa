// One instance that is reached in two ways: what is read comes by Kafka's protocol, and what is written goes by the API of
// CKafka. It must never promise more of a write than that API can do.

import type { Cluster, ClusterAbilities, ClusterReader } from '../../ports/cluster.ts'
import type { Readers } from './clusters.ts'

export function createBoth(reads: Readers, writes: { cluster: Cluster; can: ClusterAbilities }) {
  const { writePartitions, writeTopics } = writes.can
  const of = (reader: ClusterReader): ClusterReader => ({
    ...reader,
    async abilitiesOf(instanceId) {
      const read = await reader.abilitiesOf(instanceId)
      return read.kind === 'read' ? { ...read, value: { ...read.value, writePartitions, writeTopics } } : read
    },
  })
  const readers: Readers = {
    person: of(reads.person),
    plan: of(reads.plan),
    execution: of(reads.execution),
  }
  return { cluster: writes.cluster, readers }
}

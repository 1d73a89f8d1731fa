// One instance that is reached in two ways: what is read comes by Kafka's protocol, and what is written goes by the API of
// CKafka. It must never promise more of a write than that API can do.

import type { Cluster, ClusterAbilities, ClusterReader } from '../../ports/cluster.ts'
import type { ReadOutcome, RefusalReason } from '../../request/api-answer.ts'
import { causeOf } from '../../request/cause.ts'
import type { Readers } from './clusters.ts'

export function createBoth(reads: Readers, writes: { cluster: Cluster; can: ClusterAbilities }) {
  const { writePartitions, writeTopics } = writes.can
  const of = (reader: ClusterReader): ClusterReader => {
    const { logRangesOf, firstMessagesAt, topicKinds } = reader
    return {
      async abilitiesOf(instanceId) {
        const read = await reader.abilitiesOf(instanceId)
        return read.kind === 'read'
          ? { ...read, value: { ...read.value, writePartitions, writeTopics } }
          : read
      },
      instances: () => reader.instances(),
      groups: async (...asked) => byKafka(await reader.groups(...asked)),
      topics: async (...asked) => byKafka(await reader.topics(...asked)),
      group: async target => byKafka(await reader.group(target)),
      positions: async (...asked) => byKafka(await reader.positions(...asked)),
      logRanges: async (...asked) => byKafka(await reader.logRanges(...asked)),
      firstMessageAt: async (...asked) => byKafka(await reader.firstMessageAt(...asked)),
      ...(logRangesOf === undefined
        ? {}
        : { logRangesOf: async (...asked) => rowsByKafka(byKafka(await logRangesOf(...asked))) }),
      ...(firstMessagesAt === undefined
        ? {}
        : { firstMessagesAt: async (...asked) => rowsByKafka(byKafka(await firstMessagesAt(...asked))) }),
      ...(topicKinds === undefined
        ? {}
        : { topicKinds: async (...asked) => byKafka(await topicKinds(...asked)) }),
    }
  }
  const readers: Readers = {
    person: of(reads.person),
    plan: of(reads.plan),
    execution: of(reads.execution),
    watch: of(reads.watch),
  }
  return { cluster: writes.cluster, readers }
}

/** Of these, what to do depends on which of the two refused, and people are told what to do about the API. */
const OF_THE_CONNECTION: ReadonlySet<RefusalReason> = new Set(['credentials', 'unknownAction'])

/** The cause says that it was not the API. */
function byKafka<T>(read: ReadOutcome<T>): ReadOutcome<T> {
  if (read.kind === 'unavailable') return { ...read, cause: causeOf('byKafka', read.cause) }
  if (read.kind === 'refused' && OF_THE_CONNECTION.has(read.reason)) {
    return { kind: 'unavailable', cause: causeOf('byKafka', causeOf('apiSaid', read.code, read.message)) }
  }
  return read
}

function rowsByKafka<Row extends object>(
  read: ReadOutcome<ReadonlyMap<string, readonly Row[]>>,
): ReadOutcome<ReadonlyMap<string, readonly Row[]>> {
  if (read.kind !== 'read') return read
  const said = (row: Row) =>
    'unread' in row && typeof row.unread === 'string'
      ? { ...row, unread: causeOf('byKafka', row.unread) }
      : row
  return { kind: 'read', value: new Map([...read.value].map(([topic, rows]) => [topic, rows.map(said)])) }
}

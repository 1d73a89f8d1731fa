// The model's cluster behind two brokers of a simulated Kafka. Every partition of a request is in one call, and each has a
// code of its own.

import { createKafka } from '../../../src/adapters/kafka/kafka.ts'
import { type ClusterSeed, createCluster } from '../../../src/sandbox/cluster/model.ts'
import { CODES } from '../../../src/sandbox/kafka/codes.ts'
import type { KafkaFault } from '../../../src/sandbox/kafka/faults.ts'
import { startKafkaBroker } from '../../../src/sandbox/kafka/start.ts'
import type { ApiName, RequestOf } from '../../../src/sandbox/kafka/wire/messages.ts'
import type { CallFault, Front, ReadFault } from './front.ts'

const WRITE = 'OffsetCommit'
const COORDINATOR_LOADING = 14
const TOPIC_AUTHORIZATION_FAILED = 29
const GROUP_AUTHORIZATION_FAILED = 30
const UNKNOWN_SERVER_ERROR = -1
/** A read that fails once is asked again. */
const READ_FAILS = 3

export async function startKafkaFront(seed: ClusterSeed, now: () => number): Promise<Front> {
  const cluster = createCluster(seed, { now })
  const [instance] = seed.instances
  if (instance === undefined) throw new Error('The model has a cluster.')
  const { id, name, groups, topics } = instance
  const kafka = await startKafkaBroker(cluster, { brokers: 2, now })
  let coordinator = 1

  function arrive({ GroupId: group, Topics }: RequestOf<'OffsetCommit'>): void {
    const offsets = Topics.flatMap(({ Name: topic, Partitions }) =>
      Partitions.map(each => ({ topic, partition: each.PartitionIndex, offset: each.CommittedOffset })),
    )
    cluster.commitOffsets({ instance: id, group, offsets })
  }

  return {
    cluster,
    failCall: fault => kafka.inject(WRITE, FAULTS[fault]),
    failPartition() {
      const topic = topics.at(-1)
      if (topic !== undefined) cluster.failPartition(topic.name, 1, TOPIC_AUTHORIZATION_FAILED)
    },
    moveCoordinators() {
      coordinator = coordinator === 1 ? 2 : 1
      for (const group of groups) kafka.moveCoordinator(group.name, coordinator)
    },
    failRead: what =>
      kafka.inject(
        READS[what],
        { kind: 'code', code: UNKNOWN_SERVER_ERROR, afterDoingIt: false },
        READ_FAILS,
      ),
    faulted: () =>
      kafka
        .calls(WRITE)
        .filter(({ fault }) => fault !== null)
        .map(
          ({ request }) =>
            () =>
              arrive(request as RequestOf<'OffsetCommit'>),
        ),
    heal: () => cluster.heal(),
    clearFaults: () => kafka.clearFaults(),
    readsLogStart: false,
    open({ now: clock, onSend }) {
      const client = createKafka({ id, name, bootstrap: kafka.bootstrap.split(',') }, { now: clock })
      const { writePaceOf, resetOffsets, writeOffsets } = client
      return {
        cluster: {
          writePaceOf,
          resetOffsets,
          writeOffsets,
          writeTopics(...write) {
            onSend()
            return client.writeTopics(...write)
          },
        },
        reader: client.reader({ urgency: 'execution', readMs: 5_000 }),
        close: async () => client.close(),
      }
    },
    close: () => kafka.close(),
  }
}

const READS: Record<ReadFault, ApiName> = {
  group: 'DescribeGroups',
  committed: 'OffsetFetch',
  logs: 'ListOffsets',
}

const FAULTS: Record<CallFault, KafkaFault> = {
  doneNoAnswer: { kind: 'cut', afterDoingIt: true },
  lost: { kind: 'cut', afterDoingIt: false },
  late: { kind: 'cut', afterDoingIt: false },
  gatewayDone: { kind: 'code', code: CODES.COORDINATOR_NOT_AVAILABLE, afterDoingIt: true },
  gatewayNotDone: { kind: 'code', code: CODES.NOT_COORDINATOR, afterDoingIt: false },
  refused: { kind: 'code', code: GROUP_AUTHORIZATION_FAILED, afterDoingIt: false },
  throttled: { kind: 'code', code: COORDINATOR_LOADING, afterDoingIt: false },
  notEmpty: { kind: 'code', code: CODES.UNKNOWN_MEMBER_ID, afterDoingIt: false },
  slow: { kind: 'delay', ms: 15 },
}

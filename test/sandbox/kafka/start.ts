// The simulated Kafka as its tests start it: two topics and four groups, gone with the test.

import { onTestFinished } from 'vitest'
import { type Cluster, createCluster } from '../../../src/sandbox/cluster/model.ts'
import {
  type KafkaBrokerOptions,
  type SimulatedKafka,
  startKafkaBroker,
} from '../../../src/sandbox/kafka/start.ts'
import type { RequestOf } from '../../../src/sandbox/kafka/wire/messages.ts'
import { type Caller, callerOf } from './caller.ts'
import { INSTANCE } from './world.ts'

export const T0 = 1_700_000_000_000
const log = (start: bigint, end: bigint) => ({
  start,
  end,
  written: [{ fromOffset: start, atMs: T0, everyMs: 1_000 }],
})

/** `simple` has no members; `classic` and `young` have one each, of their own protocol. */
export async function started(
  options: KafkaBrokerOptions = {},
): Promise<{ cluster: Cluster; kafka: SimulatedKafka; caller: Caller; another(): Promise<Caller> }> {
  const cluster = createCluster({
    instances: [
      {
        id: INSTANCE,
        name: 'simulated',
        topics: [
          { name: 'orders', partitions: [log(10n, 110n), log(0n, 50n)] },
          { name: 'payments', partitions: [log(0n, 20n)] },
        ],
        groups: [
          { name: 'simple', commits: { orders: [60n, 20n], payments: [5n] } },
          {
            name: 'classic',
            commits: { orders: [100n, 40n] },
            members: [{ clientId: 'reader-1', memberId: 'reader-1-id', assignment: { orders: [0, 1] } }],
          },
          {
            name: 'young',
            type: 'consumer',
            commits: { payments: [7n] },
            members: [{ clientId: 'reader-2', memberId: 'reader-2-id', assignment: { payments: [0] } }],
          },
        ],
      },
    ],
  })
  const kafka = await startKafkaBroker(cluster, options)
  onTestFinished(kafka.close)
  const another = async () => {
    const caller = await callerOf(kafka.bootstrap)
    onTestFinished(caller.close)
    return caller
  }
  return { cluster, kafka, caller: await another(), another }
}

export const GREETING = { ClientSoftwareName: 'test', ClientSoftwareVersion: '1' }
export const ALL_GROUPS = { StatesFilter: [], TypesFilter: [] }

/** By `topic partition`. */
export function commitOf(
  GroupId: string,
  offsets: Record<string, bigint>,
  more: Partial<RequestOf<'OffsetCommit'>> = {},
): RequestOf<'OffsetCommit'> {
  const topics = new Map<string, { partition: number; offset: bigint }[]>()
  for (const [place, offset] of Object.entries(offsets)) {
    const [topic = '', partition] = place.split(' ')
    const places = topics.get(topic) ?? []
    topics.set(topic, places)
    places.push({ partition: Number(partition), offset })
  }
  return {
    GroupId,
    GenerationIdOrMemberEpoch: -1,
    MemberId: '',
    GroupInstanceId: null,
    RetentionTimeMs: -1n,
    Topics: [...topics].map(([Name, places]) => ({
      Name,
      Partitions: places.map(({ partition, offset }) => ({
        PartitionIndex: partition,
        CommittedOffset: offset,
        CommittedLeaderEpoch: -1,
        CommittedMetadata: '',
      })),
    })),
    ...more,
  }
}

/** By `topic partition`. */
export async function codesOf(
  caller: Caller,
  request: RequestOf<'OffsetCommit'>,
  version = 7,
): Promise<Record<string, number>> {
  const { Topics } = await caller.ask('OffsetCommit', version, request)
  return Object.fromEntries(
    Topics.flatMap(({ Name, Partitions }) =>
      Partitions.map(each => [`${Name} ${each.PartitionIndex}`, each.ErrorCode]),
    ),
  )
}

export const committedIn = (cluster: Cluster, group: string) =>
  Object.fromEntries(
    cluster.committed(INSTANCE, group).map(each => [`${each.topic} ${each.partition}`, each.offset]),
  )

// The simulated Kafka beside a real one: the same cluster in both, and every question in every version that both speak. What
// they answer has to be the same, but for what no two brokers have in common (ids, epochs, hosts, and words for people).

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCluster } from '../../src/sandbox/cluster/model.ts'
import { type SimulatedKafka, startKafkaBroker } from '../../src/sandbox/kafka/start.ts'
import { type ApiName, apiOf, type RequestOf } from '../../src/sandbox/kafka/wire/messages.ts'
import type { KafkaWorld } from '../contract/kafka.contract.ts'
import { type Caller, callerOf } from '../sandbox/kafka/caller.ts'
import { INSTANCE, worldOf } from '../sandbox/kafka/world.ts'
import { VERSIONS } from './broker/jars.ts'
import { driverOf, fresh, overEachKafka } from './kafkas.ts'

const T0 = 1_700_000_000_000
const names = {
  orders: fresh('orders'),
  table: fresh('table'),
  nowhere: fresh('nowhere'),
  old: fresh('old'),
  simple: fresh('simple'),
  young: fresh('young'),
  left: fresh('left'),
  pending: fresh('pending'),
  nobody: fresh('nobody'),
}
const OURS = new Set<unknown>(Object.values(names))

async function makeIn(world: KafkaWorld): Promise<void> {
  const { orders, table, old, simple, young, left, pending } = names
  await world.createTopics(
    // What the brokers of a test do by default is their own.
    { name: orders, partitions: 3, config: { 'retention.ms': '-1' } },
    {
      name: table,
      config: {
        ...{ 'cleanup.policy': 'compact', 'message.timestamp.type': 'LogAppendTime' },
        'retention.ms': '3600000',
      },
    },
  )
  await world.produce(
    [0, 0, 0, 0, 0, 1, 1].map((partition, index) => ({ topic: orders, partition, atMs: T0 + index * 1_000 })),
  )
  await world.deleteRecords({ topic: orders, partition: 0, offset: 2n })
  await world.commit(simple, [
    { topic: orders, partition: 0, offset: 3n },
    { topic: table, partition: 0, offset: 2n ** 62n },
  ])
  await world.startReader(left, left, [orders], 'consumer')
  await world.stopReader(left)
  await world.commit(left, [{ topic: orders, partition: 1, offset: 1n }])
  await world.commit(old, [{ topic: orders, partition: 0, offset: 4n }])
  await world.startReader(old, old, [orders], 'classic')
  await world.startReader(young, young, [orders], 'consumer')
  await world.commit(pending, [{ topic: orders, partition: 0, offset: 2n }])
  await world.openTransaction(fresh('transaction'), pending, [
    { topic: orders, partition: 0, offset: 3n },
    { topic: orders, partition: 1, offset: 1n },
  ])
}

type Question = { [Name in ApiName]: [name: Name, title: string, request: () => RequestOf<Name>] }[ApiName]

const ask = <Name extends ApiName>(name: Name, title: string, request: () => RequestOf<Name>) =>
  [name, title, request] as unknown as Question
const fetch =
  (
    group: () => string,
    topics: () => { Name: string; PartitionIndexes: number[] }[] | null,
    RequireStable = false,
  ) =>
  (): RequestOf<'OffsetFetch'> => ({
    GroupId: group(),
    Topics: topics(),
    Groups: [{ GroupId: group(), MemberId: null, MemberEpoch: -1, Topics: topics() }],
    RequireStable,
  })
const commit =
  (
    group: () => string,
    change: Partial<RequestOf<'OffsetCommit'>> = {},
    places: [topic: () => string, partition: number, offset: bigint, metadata?: string][] = [
      [() => names.orders, 0, 3n],
    ],
  ) =>
  (): RequestOf<'OffsetCommit'> => ({
    GroupId: group(),
    GenerationIdOrMemberEpoch: -1,
    MemberId: '',
    GroupInstanceId: null,
    RetentionTimeMs: -1n,
    Topics: [...new Set(places.map(([topic]) => topic()))].map(Name => ({
      Name,
      Partitions: places
        .filter(([topic]) => topic() === Name)
        .map(([, PartitionIndex, CommittedOffset, CommittedMetadata = '']) => ({
          ...{ PartitionIndex, CommittedOffset, CommittedLeaderEpoch: -1, CommittedMetadata },
        })),
    })),
    ...change,
  })
const offsets =
  (...times: [topic: () => string, partition: number, time: bigint][]) =>
  (): RequestOf<'ListOffsets'> => ({
    ReplicaId: -1,
    IsolationLevel: 0,
    Topics: times.map(([topic, PartitionIndex, Timestamp]) => ({
      Name: topic(),
      Partitions: [{ PartitionIndex, CurrentLeaderEpoch: -1, Timestamp }],
    })),
  })
const metadata =
  (...topics: (() => string)[]) =>
  (): RequestOf<'Metadata'> => ({
    Topics: topics.map(topic => ({ TopicId: Buffer.alloc(16), Name: topic() })),
    AllowAutoTopicCreation: false,
    IncludeClusterAuthorizedOperations: false,
    IncludeTopicAuthorizedOperations: false,
  })
const configs =
  (keys: string[] | null, ...topics: (() => string)[]) =>
  (): RequestOf<'DescribeConfigs'> => ({
    Resources: topics.map(topic => ({ ResourceType: 2, ResourceName: topic(), ConfigurationKeys: keys })),
    IncludeSynonyms: false,
    IncludeDocumentation: false,
  })

const groups = ['old', 'simple', 'young', 'left', 'pending', 'nobody'] as const
const orders = () => names.orders
const table = () => names.table
const nowhere = () => names.nowhere
const everywhere = () => [
  { Name: names.orders, PartitionIndexes: [0, 1, 2, 9] },
  { Name: names.nowhere, PartitionIndexes: [0] },
]

const QUESTIONS: Question[] = [
  ask(
    'Metadata',
    'topics that are there, that are not, and none',
    metadata(orders, nowhere, () => 'no/name'),
  ),
  ask('FindCoordinator', 'of a group', () => ({
    Key: names.nobody,
    KeyType: 0,
    CoordinatorKeys: [names.nobody],
  })),
  ask('ListOffsets', 'the start', offsets([orders, 0, -2n], [table, 0, -2n])),
  ask('ListOffsets', 'the end', offsets([orders, 0, -1n], [table, 0, -1n])),
  ask('ListOffsets', 'a time', offsets([orders, 0, T0_(3)])),
  ask('ListOffsets', 'a time between two messages', offsets([orders, 0, T0_(3) + 1n])),
  ask('ListOffsets', 'a time before the start', offsets([orders, 0, T0_(0)])),
  ask('ListOffsets', 'a time past the end', offsets([orders, 0, T0_(100)])),
  ask('ListOffsets', 'a time in an empty log', offsets([orders, 2, T0_(0)])),
  ask('ListOffsets', 'what is not there', offsets([orders, 9, -1n], [nowhere, 0, -1n])),
  ask('ListOffsets', 'a partition twice', () => {
    const asked = { PartitionIndex: 0, CurrentLeaderEpoch: -1, Timestamp: -1n }
    return { ReplicaId: -1, IsolationLevel: 0, Topics: [{ Name: names.orders, Partitions: [asked, asked] }] }
  }),
  ask('ListGroups', 'all', () => ({ StatesFilter: [], TypesFilter: [] })),
  ask('ListGroups', 'the empty ones', () => ({ StatesFilter: ['empty'], TypesFilter: [] })),
  ask('ListGroups', 'those of KIP-848', () => ({ StatesFilter: [], TypesFilter: ['Consumer'] })),
  ...groups.flatMap(group => [
    ask('DescribeGroups', group, () => ({ Groups: [names[group]], IncludeAuthorizedOperations: false })),
    ask('ConsumerGroupDescribe', group, () => ({
      GroupIds: [names[group]],
      IncludeAuthorizedOperations: false,
    })),
    ask(
      'OffsetFetch',
      `all of ${group}`,
      fetch(
        () => names[group],
        () => null,
      ),
    ),
    ask(
      'OffsetFetch',
      `all that is stable of ${group}`,
      fetch(
        () => names[group],
        () => null,
        true,
      ),
    ),
    ask(
      'OffsetFetch',
      `some of ${group}`,
      fetch(() => names[group], everywhere),
    ),
    ask(
      'OffsetFetch',
      `some that is stable of ${group}`,
      fetch(() => names[group], everywhere, true),
    ),
  ]),
  ask(
    'DescribeConfigs',
    'what a log is',
    configs(['cleanup.policy', 'message.timestamp.type', 'retention.ms'], orders, table),
  ),
  ask('DescribeConfigs', 'of nothing', configs(null, nowhere)),
  ask(
    'DescribeConfigs',
    'of Kafka’s own topic',
    configs(['cleanup.policy', 'max.message.bytes'], () => '__consumer_offsets'),
  ),
  // Last, because they have an effect.
  ask(
    'OffsetCommit',
    'as an administrator',
    commit(() => names.simple),
  ),
  ask(
    'OffsetCommit',
    'what is not there',
    commit(() => names.simple, {}, [
      [orders, 9, 1n],
      [nowhere, 0, 1n],
      [orders, 0, 2n],
    ]),
  ),
  ask(
    'OffsetCommit',
    'with too many words',
    commit(() => names.simple, {}, [
      [orders, 0, 1n, 'x'.repeat(4_097)],
      [orders, 1, 1n],
    ]),
  ),
  ask(
    'OffsetCommit',
    'past the end',
    commit(() => names.simple, {}, [[orders, 0, 2n ** 63n - 1n]]),
  ),
  ask(
    'OffsetCommit',
    'a negative offset',
    commit(() => names.simple, {}, [[orders, 0, -1n]]),
  ),
  ask(
    'OffsetCommit',
    'to a classic group with members',
    commit(() => names.old),
  ),
  ask(
    'OffsetCommit',
    'to a KIP-848 group with members',
    commit(() => names.young),
  ),
  ask(
    'OffsetCommit',
    'to a KIP-848 group without members',
    commit(() => names.left),
  ),
  ask(
    'OffsetCommit',
    'as a stranger',
    commit(() => names.old, { MemberId: 'a-stranger', GenerationIdOrMemberEpoch: 1 }),
  ),
  ask(
    'OffsetCommit',
    'as a stranger of KIP-848',
    commit(() => names.young, { MemberId: 'a-stranger', GenerationIdOrMemberEpoch: 1 }),
  ),
  ask(
    'OffsetCommit',
    'as a stranger to an empty group',
    commit(() => names.simple, { MemberId: 'a-stranger', GenerationIdOrMemberEpoch: 1 }),
  ),
  ask(
    'OffsetCommit',
    'as a member of nothing',
    commit(() => names.nobody, { MemberId: 'a-stranger', GenerationIdOrMemberEpoch: 1 }),
  ),
  ask(
    'OffsetCommit',
    'to a group that is not there',
    commit(() => names.nobody),
  ),
  ask(
    'OffsetFetch',
    'what was committed',
    fetch(() => names.simple, everywhere),
  ),
  ask(
    'OffsetFetch',
    'what was committed to what was not there',
    fetch(() => names.nobody, everywhere),
  ),
]

function T0_(seconds: number): bigint {
  return BigInt(T0 + seconds * 1_000)
}

/** What no two brokers have in common. */
const OWN = new Set([
  ...['ThrottleTimeMs', 'ErrorMessage', 'NodeId', 'Host', 'Port', 'ControllerId', 'ClusterId', 'Brokers'],
  ...[
    'TopicId',
    'LeaderId',
    'LeaderEpoch',
    'CommittedLeaderEpoch',
    'ReplicaNodes',
    'IsrNodes',
    'OfflineReplicas',
  ],
  ...['MemberId', 'MemberEpoch', 'GroupEpoch', 'AssignmentEpoch', 'InstanceId', 'RackId', 'MemberMetadata'],
  ...['SubscribedTopicNames', 'SubscribedTopicRegex', 'ApiKeys', 'Synonyms', 'Documentation'],
])

function settled(value: unknown): unknown {
  if (Array.isArray(value)) {
    const kept = value.filter(each => !isOfOthers(each)).map(settled)
    // Kafka 3 answers a question that was asked twice as often.
    const once = new Map(kept.map(each => [JSON.stringify(each, text), each]))
    return [...once.values()].sort((a, b) => (JSON.stringify(a, text) < JSON.stringify(b, text) ? -1 : 1))
  }
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !OWN.has(name))
      .map(([name, part]) => [name, settled(part)]),
  )
}
const text = (_: string, value: unknown) => (typeof value === 'bigint' ? `${value}` : value)
/** A group of another test on the same broker. */
const isOfOthers = (value: unknown) =>
  typeof value === 'object' &&
  value !== null &&
  'GroupType' in value &&
  'GroupId' in value &&
  !OURS.has(value.GroupId)

overEachKafka(real => {
  describe('the simulated twin', () => {
    const cluster = createCluster({ instances: [{ id: INSTANCE, name: 'twin', topics: [], groups: [] }] })
    let kafka: SimulatedKafka
    let twin: Caller
    let original: Caller
    let spokenBy: Map<number, readonly [number, number]>

    beforeAll(async () => {
      kafka = await startKafkaBroker(cluster)
      await Promise.all([makeIn(await driverOf(real)), makeIn(worldOf(cluster))])
      twin = await callerOf(kafka.bootstrap)
      original = await callerOf(real.bootstrap)
      const { ApiKeys } = await original.ask('ApiVersions', 3, {
        ClientSoftwareName: 'test',
        ClientSoftwareVersion: '1',
      })
      spokenBy = new Map(ApiKeys.map(each => [each.ApiKey, [each.MinVersion, each.MaxVersion] as const]))
    })
    afterAll(async () => {
      twin.close()
      original.close()
      await kafka.close()
    })

    it.runIf(real.version === VERSIONS[0])('takes as much in one commit, to the byte', async () => {
      const [topic, group] = [fresh('large'), fresh('g'.repeat(20_000))]
      const partitions = 52
      const world = await driverOf(real)
      await Promise.all([
        world.createTopics({ name: topic, partitions }),
        worldOf(cluster).createTopics({ name: topic, partitions }),
      ])
      const codeOf = async (caller: Caller, metadata: number) => {
        const Partitions = Array.from({ length: partitions }, (_, PartitionIndex) => ({
          ...{ PartitionIndex, CommittedOffset: 0n, CommittedLeaderEpoch: -1 },
          // No more in each than is taken.
          CommittedMetadata: 'x'.repeat(Math.max(0, Math.min(4_096, metadata - PartitionIndex * 4_096))),
        }))
        const request = { ...commit(() => group)(), Topics: [{ Name: topic, Partitions }] }
        return (await caller.ask('OffsetCommit', 7, request)).Topics[0]?.Partitions[0]?.ErrorCode
      }
      // A group that is made by its first commit takes a record of its own.
      expect([await codeOf(twin, 0), await codeOf(original, 0)]).toEqual([0, 0])
      let [taken, refused] = [0, partitions * 4_096]
      while (refused - taken > 1) {
        const middle = Math.floor((taken + refused) / 2)
        if ((await codeOf(twin, middle)) === 0) taken = middle
        else refused = middle
      }
      expect(await codeOf(twin, refused)).toBe(-1)
      expect([await codeOf(original, taken), await codeOf(original, refused)]).toEqual([0, -1])
    })

    it.each(QUESTIONS)('%s: %s', async (name, _, request) => {
      const { key, oldest, newest } = apiOf(name)
      const [from, to] = spokenBy.get(key) ?? [1, 0]
      // Before 4, to ask for a topic may be to make it.
      const least = name === 'Metadata' ? 4 : oldest
      for (let version = Math.max(least, from); version <= Math.min(newest, to); version += 1) {
        const asked = request() as never
        const [mine, theirs] = await Promise.all([
          twin.ask(name, version, asked),
          original.ask(name, version, asked),
        ])
        expect(settled(mine), `version ${version}`).toEqual(settled(theirs))
      }
    })
  })
})

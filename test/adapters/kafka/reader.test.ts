// The reads, over brokers that answer as real ones cannot be brought to: one bad partition, broker or topic costs its own
// rows and no other, and nobody waits longer than was asked.

import { describe, expect, it } from 'vitest'
import type { ReadOutcome } from '../../../src/request/api-answer.ts'
import { causeOf } from '../../../src/request/cause.ts'
import { brokerOf, described, describedNew, fetched, ID, kafkaOf, scripted, TARGET } from './scripted.ts'
import { type Answers, topicOf } from './scripted-broker.ts'

type Listed = NonNullable<Answers['ListOffsets']>

/** Each log from 10 to 100 plus the partition's number; another time finds 50. `code` says what is wrong with one. */
const logs =
  (code: (topic: string, partition: number, nth: number) => number = () => 0): Listed =>
  ({ topics }, { nth }) => ({
    throttleTimeMs: 0,
    topics: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex, timestamp }) => {
        const errorCode = code(name, partitionIndex, nth)
        const offset = timestamp === -2n ? 10n : timestamp === -1n ? 100n + BigInt(partitionIndex) : 50n
        return {
          partitionIndex,
          errorCode,
          timestamp: -1n,
          offset: errorCode === 0 ? offset : -1n,
          leaderEpoch: 0,
        }
      }),
    })),
  })

const metadataOf =
  (
    brokers: { nodeId: number; port: number }[],
    topics: ReturnType<typeof topicOf>[],
  ): NonNullable<Answers['Metadata']> =>
  request => ({
    throttleTimeMs: 0,
    brokers: brokers.map(each => ({ ...each, host: '127.0.0.1', rack: null })),
    clusterId: null,
    controllerId: 1,
    topics:
      request.topics === null
        ? topics
        : request.topics.map(({ name }) => topics.find(each => each.name === name) ?? topicOf(name, [], 3)),
    clusterAuthorizedOperations: 0,
  })

const value = <T>(outcome: ReadOutcome<T>): T => {
  if (outcome.kind !== 'read') throw new Error(JSON.stringify(outcome))
  return outcome.value
}

describe('positions', () => {
  it('cost a leaderless partition its own row', async () => {
    const { kafka, broker } = await scripted({
      OffsetFetch: () => fetched({ 'orders 0': 20n, 'orders 1': 21n }),
      ListOffsets: logs(),
    })
    broker.answers.Metadata = metadataOf([{ nodeId: 1, port: broker.port }], [topicOf('orders', [1, -1, 1])])
    expect(value(await kafka.reader({ readMs: 3_000 }).positions(TARGET, ['orders']))).toEqual([
      { topic: 'orders', partition: 0, committed: 20n, logStart: null, logEnd: 100n },
      { topic: 'orders', partition: 1, committed: null, logStart: null, logEnd: null },
      { topic: 'orders', partition: 2, committed: null, logStart: null, logEnd: 102n },
    ])
  })

  it('of a partition with a transaction under way are not read, and the others are', async () => {
    const { kafka } = await scripted({
      OffsetFetch: () => fetched({ 'orders 0': 20n, 'payments 0': 7n }, { 'orders 0': 88 }),
      ListOffsets: logs(),
    })
    expect(value(await kafka.reader({ readMs: 3_000 }).positions(TARGET))).toEqual([
      { topic: 'orders', partition: 0, committed: null, logStart: null, logEnd: null },
      { topic: 'payments', partition: 0, committed: 7n, logStart: null, logEnd: 100n },
    ])
  })

  it('leave out a topic that is not there, whether it was named or committed to', async () => {
    const { kafka, broker } = await scripted({
      OffsetFetch: () => fetched({ 'gone 0': 3n, 'orders 0': 20n }),
      ListOffsets: logs(),
    })
    broker.answers.Metadata = metadataOf([{ nodeId: 1, port: broker.port }], [topicOf('orders', [1])])
    const reader = kafka.reader({ readMs: 3_000 })
    const rows = [{ topic: 'orders', partition: 0, committed: 20n, logStart: null, logEnd: 100n }]
    expect(value(await reader.positions(TARGET))).toEqual(rows)
    expect(value(await reader.positions(TARGET, ['orders', 'gone', 'never']))).toEqual(rows)
  })

  it('of a topic that is deleted between the questions cost its own rows', async () => {
    const { kafka, broker } = await scripted({
      OffsetFetch: () => fetched({ 'gone 0': 3n, 'orders 0': 20n }),
      ListOffsets: logs(topic => (topic === 'gone' ? 3 : 0)),
    })
    broker.answers.Metadata = metadataOf(
      [{ nodeId: 1, port: broker.port }],
      [topicOf('orders', [1]), topicOf('gone', [1])],
    )
    expect(value(await kafka.reader({ readMs: 3_000 }).positions(TARGET))).toMatchObject([
      { topic: 'gone', logEnd: null },
      { topic: 'orders', committed: 20n, logEnd: 100n },
    ])
  })

  it('ask each broker once, side by side, and one that is silent costs its own partitions', async () => {
    const silent = await brokerOf({ ListOffsets: () => 'silence' }, {}, { nodeId: 2 })
    const { kafka, broker } = await scripted({
      OffsetFetch: () => fetched({ 'orders 0': 20n, 'orders 1': 21n }),
      ListOffsets: logs(),
    })
    broker.answers.Metadata = metadataOf(
      [
        { nodeId: 1, port: broker.port },
        { nodeId: 2, port: silent.port },
      ],
      [topicOf('orders', [1, 2, 1]), topicOf('payments', [2, 1])],
    )
    const startedMs = Date.now()
    const rows = value(await kafka.reader({ readMs: 500 }).positions(TARGET, ['orders', 'payments']))
    expect(rows.map(({ topic, partition, logEnd }) => [topic, partition, logEnd])).toEqual([
      ['orders', 0, 100n],
      ['orders', 1, null],
      ['orders', 2, 102n],
      ['payments', 0, null],
      ['payments', 1, 101n],
    ])
    expect(Date.now() - startedMs).toBeLessThan(1_500)
    expect([broker.of('ListOffsets').length, silent.of('ListOffsets').length]).toEqual([1, 1])
  })

  it('follow a leader that has moved', async () => {
    const next = await brokerOf({ ListOffsets: logs() }, {}, { nodeId: 2 })
    const { kafka, broker } = await scripted({
      OffsetFetch: () => fetched({ 'orders 0': 20n }),
      ListOffsets: logs((_, partition) => (partition === 1 ? 6 : 0)),
    })
    const brokers = [
      { nodeId: 1, port: broker.port },
      { nodeId: 2, port: next.port },
    ]
    broker.answers.Metadata = (request, seen) =>
      metadataOf(brokers, [topicOf('orders', seen.nth === 1 ? [1, 1] : [1, 2])])(request, seen)
    const rows = value(await kafka.reader({ readMs: 3_000 }).positions(TARGET, ['orders']))
    expect(rows.map(({ logEnd }) => logEnd)).toEqual([100n, 101n])
    expect(next.of('ListOffsets')).toMatchObject([{ topics: [{ partitions: [{ partitionIndex: 1 }] }] }])
  })

  it('of a leader that never settles are not read, and the read ends', async () => {
    const { kafka } = await scripted({ OffsetFetch: () => fetched({}), ListOffsets: logs(() => 6) })
    expect(value(await kafka.reader({ readMs: 3_000 }).positions(TARGET, ['orders']))).toMatchObject([
      { logEnd: null },
    ])
  })

  it('of a topic that may not be described are refused with what it takes', async () => {
    const { kafka, broker } = await scripted({ OffsetFetch: () => fetched({}) })
    broker.answers.Metadata = metadataOf([{ nodeId: 1, port: broker.port }], [topicOf('orders', [], 29)])
    expect(await kafka.reader({ readMs: 3_000 }).positions(TARGET, ['orders'])).toEqual({
      kind: 'refused',
      reason: 'notAllowed',
      code: 'TOPIC_AUTHORIZATION_FAILED',
      message: 'This needs DESCRIBE on the topic orders.',
    })
  })

  it('of a group that may not be described are refused with what it takes, which is not READ', async () => {
    const refused = {
      ...{ kind: 'refused', reason: 'notAllowed', code: 'GROUP_AUTHORIZATION_FAILED' },
      message: 'This needs DESCRIBE on the group.',
    }
    const { kafka, broker } = await scripted({
      OffsetFetch: () => ({ ...fetched({}), errorCode: 30 }),
      ConsumerGroupDescribe: () => describedNew(TARGET.group, '', 30),
    })
    const reader = kafka.reader({ readMs: 3_000 })
    expect(await reader.positions(TARGET)).toEqual(refused)
    expect(await reader.group(TARGET)).toEqual(refused)
    broker.answers.FindCoordinator = () => ({
      ...{ throttleTimeMs: 0, errorCode: 30, errorMessage: null, nodeId: -1, host: '', port: -1 },
    })
    const { bootstrap } = broker
    expect(await kafkaOf(bootstrap).reader({ readMs: 3_000 }).group(TARGET)).toEqual(refused)
  })

  it('take four calls in two rounds for any number of topics', async () => {
    const { kafka, broker } = await scripted({ OffsetFetch: () => fetched({}), ListOffsets: logs() })
    const topics = Array.from({ length: 300 }, (_, index) => `topic-${index}`)
    expect(value(await kafka.reader({ readMs: 3_000 }).positions(TARGET, topics))).toHaveLength(300)
    const asked = broker.requests.map(({ api }) => api).filter(api => api !== 'ApiVersions')
    expect(asked.sort()).toEqual(['FindCoordinator', 'ListOffsets', 'Metadata', 'OffsetFetch'])
  })

  it('make no topic by asking for it', async () => {
    const { kafka, broker } = await scripted({ OffsetFetch: () => fetched({}), ListOffsets: logs() })
    await kafka.reader({ readMs: 3_000 }).positions(TARGET, ['orders'])
    expect(broker.of('Metadata')).toMatchObject([{ allowAutoTopicCreation: false }])
  })
})

describe('logs', () => {
  it('of a topic that may not be described say what it takes, which is not READ', async () => {
    const { kafka } = await scripted({ ListOffsets: logs(() => 29) })
    const unread = causeOf('apiSaid', 'TOPIC_AUTHORIZATION_FAILED', 'This needs DESCRIBE on the topic.')
    expect(value(await kafka.reader({ readMs: 3_000 }).logRangesOf(ID, ['orders']))).toEqual(
      new Map([['orders', [{ partition: 0, unread }]]]),
    )
  })

  const twoBrokers = async () => {
    const { kafka, broker } = await scripted({
      ListOffsets: logs((topic, partition) => (topic === 'bad' && partition === 1 ? 56 : 0)),
    })
    broker.answers.Metadata = metadataOf(
      [{ nodeId: 1, port: broker.port }],
      [topicOf('orders', [1, 1]), topicOf('bad', [1, 1]), topicOf('headless', [-1])],
    )
    return { reader: kafka.reader({ readMs: 3_000 }), broker }
  }

  it('of many topics are read in two questions, and what cannot be read says why', async () => {
    const { reader, broker } = await twoBrokers()
    const ranges = value(await reader.logRangesOf(ID, ['orders', 'headless', 'never']))
    expect(ranges).toEqual(
      new Map([
        [
          'orders',
          [
            { partition: 0, start: 10n, end: 100n },
            { partition: 1, start: 10n, end: 101n },
          ],
        ],
        ['headless', [{ partition: 0, unread: causeOf('apiSaid', 'LEADER_NOT_AVAILABLE') }]],
      ]),
    )
    expect(broker.of('ListOffsets')).toHaveLength(2)
  })

  it('of one topic are not passed off as whole when a partition cannot be read', async () => {
    const { reader } = await twoBrokers()
    expect(value(await reader.logRanges(ID, 'orders'))).toHaveLength(2)
    expect(value(await reader.logRanges(ID, 'never'))).toEqual([])
    expect(await reader.logRanges(ID, 'headless')).toEqual({
      kind: 'unavailable',
      cause: causeOf('offsetUnread', 'headless 0'),
    })
  })

  it('tell first messages of many partitions in one question', async () => {
    const { reader, broker } = await twoBrokers()
    const asked = new Map([
      ['orders', [1, 0]],
      ['headless', [0]],
      ['never', [3]],
    ])
    expect(value(await reader.firstMessagesAt(ID, asked, 1_000))).toEqual(
      new Map<string, unknown>([
        [
          'orders',
          [
            { partition: 1, offset: 50n },
            { partition: 0, offset: 50n },
          ],
        ],
        ['headless', [{ partition: 0, unread: causeOf('apiSaid', 'LEADER_NOT_AVAILABLE') }]],
        ['never', [{ partition: 3, unread: causeOf('apiSaid', 'UNKNOWN_TOPIC_OR_PARTITION') }]],
      ]),
    )
    expect(broker.of('ListOffsets')).toHaveLength(1)
  })

  it('ask nobody again who leads the logs that were read a moment ago, where each topic has a time of its own', async () => {
    const { reader, broker } = await twoBrokers()
    const asked = new Map([['orders', [1, 0]]])
    const times = new Map([['orders', 1_000]])
    value(await reader.logRangesOf(ID, ['orders']))
    const before = broker.of('Metadata').length
    expect(value(await reader.firstMessagesAt(ID, asked, times)).get('orders')).toHaveLength(2)
    expect(broker.of('Metadata')).toHaveLength(before)
    value(await reader.firstMessagesAt(ID, asked, 1_000))
    expect(broker.of('Metadata')).toHaveLength(before + 1)
    // What was not among them is asked for.
    value(await reader.firstMessagesAt(ID, new Map([['never', [3]]]), times))
    expect(broker.of('Metadata')).toHaveLength(before + 2)
  })

  it.each([-1, -2, 0.5, Number.NaN])(
    'are not asked for the time %d, which means something else to Kafka',
    async timeMs => {
      const { reader, broker } = await twoBrokers()
      expect(await reader.firstMessageAt(ID, 'orders', 0, timeMs)).toMatchObject({
        kind: 'refused',
        reason: 'badRequest',
      })
      expect(broker.requests).toEqual([])
    },
  )
})

describe('a group', () => {
  const stateOf = async (answers: Answers, versions = {}) => {
    const { kafka, broker } = await scripted(
      {
        ListGroups: () => ({ throttleTimeMs: 0, errorCode: 0, groups: [] }),
        OffsetFetch: () => fetched({}),
        ...answers,
      },
      { versions },
    )
    const { state } = value(await kafka.reader({ readMs: 3_000 }).group(TARGET))
    return { state, asked: broker.requests.map(({ api }) => api).filter(api => /Describe|List/.test(api)) }
  }

  it.each([
    ['Empty', 'Empty'],
    ['Stable', 'Stable'],
    ['Assigning', 'PreparingRebalance'],
    ['Reconciling', 'CompletingRebalance'],
    ['Dead', 'Dead'],
    ['NotReady', 'PreparingRebalance'],
    ['Unknown', 'PreparingRebalance'],
    ['a state of the future', 'PreparingRebalance'],
  ])('that Kafka calls %s is %s', async (word, state) => {
    expect(await stateOf({ ConsumerGroupDescribe: () => describedNew('billing', word) })).toEqual({
      state,
      asked: ['ConsumerGroupDescribe'],
    })
  })

  it.each([69, 35])('of the classic protocol is asked for after %d', async code => {
    const answers = {
      ConsumerGroupDescribe: () => describedNew('billing', '', code),
      DescribeGroups: () => described('billing', 'Stable'),
    }
    expect((await stateOf(answers)).asked).toEqual(['ConsumerGroupDescribe', 'DescribeGroups'])
  })

  it('is asked for once where the broker knows the classic protocol alone', async () => {
    const answers = { DescribeGroups: () => described('billing', 'Empty') }
    const versions = { ConsumerGroupDescribe: null, DescribeGroups: 4, ListGroups: 2 }
    expect(await stateOf(answers, versions)).toEqual({ state: 'Empty', asked: ['DescribeGroups'] })
  })

  it.each(['Dead', ''])('that both call %s is dead', async word => {
    const answers = {
      ConsumerGroupDescribe: () => describedNew('billing', '', 69),
      DescribeGroups: () => described('billing', word, word === 'Dead' ? 0 : 69),
    }
    expect((await stateOf(answers)).state).toBe('Dead')
  })

  const slowToFind = async () => {
    const found = await scripted({
      FindCoordinator: async () => {
        await new Promise(resolve => setTimeout(resolve, 300))
        const { port } = found.broker
        return { throttleTimeMs: 0, errorCode: 0, errorMessage: null, nodeId: 1, host: '127.0.0.1', port }
      },
      ConsumerGroupDescribe: () => describedNew('billing', 'Empty'),
    })
    return found
  }

  it('read twice at once finds its coordinator once', async () => {
    const { kafka, broker } = await slowToFind()
    const reader = kafka.reader({ readMs: 3_000 })
    const reads = await Promise.all([reader.group(TARGET), reader.group(TARGET)])
    expect(reads.map(({ kind }) => kind)).toEqual(['read', 'read'])
    expect(broker.of('FindCoordinator')).toHaveLength(1)
  })

  it('read by one who waits for less costs those nothing who wait for more', async () => {
    const { kafka, broker } = await slowToFind()
    const reads = [3_000, 100, 3_000].map(readMs => kafka.reader({ readMs }).group(TARGET))
    expect((await Promise.all(reads)).map(({ kind }) => kind)).toEqual(['read', 'unavailable', 'read'])
    // The late answer takes its connection along, and what was asked there is asked again.
    expect(broker.of('FindCoordinator').length).toBeLessThanOrEqual(4)
  })

  it('that is called dead and has commits is there, and empty', async () => {
    const answers = {
      ConsumerGroupDescribe: () => describedNew('billing', '', 69),
      DescribeGroups: () => described('billing', 'Dead'),
      OffsetFetch: () => fetched({ 'orders 0': 3n }),
    }
    expect((await stateOf(answers)).state).toBe('Empty')
  })

  it('of another type is in use when the list says so', async () => {
    const answers: Answers = {
      ConsumerGroupDescribe: () => describedNew('billing', '', 69),
      DescribeGroups: () => described('billing', 'Dead', 69),
      ListGroups: () => ({
        throttleTimeMs: 0,
        errorCode: 0,
        groups: [{ groupId: 'billing', protocolType: 'streams', groupState: 'Stable', groupType: 'streams' }],
      }),
    }
    expect((await stateOf(answers)).state).toBe('Stable')
  })
})

describe('groups', () => {
  it('of every broker are found, those with offsets alone, at most 50 of them', async () => {
    const group = (groupId: string, protocolType: string, groupType: string) => ({
      groupId,
      protocolType,
      groupState: 'Empty',
      groupType,
    })
    const listed =
      (...groups: ReturnType<typeof group>[]) =>
      () => ({ throttleTimeMs: 0, errorCode: 0, groups })
    const other = await brokerOf(
      {
        ListGroups: listed(
          ...Array.from({ length: 60 }, (_, i) => group(`many-${i}`, 'consumer', 'consumer')),
        ),
      },
      {},
      { nodeId: 2 },
    )
    const { kafka, broker } = await scripted({
      ListGroups: listed(
        group('new', 'consumer', 'consumer'),
        group('classic', 'consumer', 'classic'),
        group('simple', '', 'classic'),
        group('connect-workers', 'connect', 'classic'),
        group('streams', 'streams', 'streams'),
        group('share', 'share', 'share'),
      ),
    })
    broker.answers.Metadata = metadataOf(
      [
        { nodeId: 1, port: broker.port },
        { nodeId: 2, port: other.port },
      ],
      [],
    )
    const reader = kafka.reader({ readMs: 3_000 })
    const all = value(await reader.groups(ID, ''))
    expect([all.names.length, all.total]).toEqual([50, 64])
    const found = value(await reader.groups(ID, 's'))
    expect(found).toEqual({ names: ['classic', 'simple', 'streams'], total: 3 })
  })

  it('are not passed off as all when a broker does not say', async () => {
    const { kafka } = await scripted({ ListGroups: () => ({ throttleTimeMs: 0, errorCode: 14, groups: [] }) })
    expect(await kafka.reader({ readMs: 3_000 }).groups(ID, '')).toEqual({
      kind: 'unavailable',
      cause: causeOf('apiSaid', 'COORDINATOR_LOAD_IN_PROGRESS'),
    })
  })
})

describe('any read', () => {
  it('uses the next bootstrap server when the first is silent, refuses, or is none of Kafka’s', async () => {
    const silent = await brokerOf({ ApiVersions: () => 'silence' })
    const gone = await brokerOf({})
    await gone.close()
    const web = await brokerOf({ ApiVersions: () => Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n') })
    const good = await brokerOf({})
    const bootstrap = [silent, gone, web, good].map(each => each.bootstrap).join(',')
    const kafka = kafkaOf(bootstrap, { timeouts: { connectMs: 300 } })
    expect(value(await kafka.reader({ readMs: 5_000 }).topics(ID, ''))).toEqual({ names: [], total: 0 })
  })

  it('is asked again over a new connection when an old one had been closed, and once only', async () => {
    const { kafka, broker } = await scripted({})
    const answer = broker.answers.Metadata
    broker.answers.Metadata = (request, seen) =>
      seen.nth === 2
        ? 'cut'
        : (answer?.(request, seen) ?? metadataOf([{ nodeId: 1, port: broker.port }], [])(request, seen))
    const reader = kafka.reader({ readMs: 3_000 })
    expect((await reader.topics(ID, '')).kind).toBe('read')
    expect((await reader.topics(ID, '')).kind).toBe('read')
    broker.answers.Metadata = () => 'cut'
    expect(await reader.topics(ID, '')).toEqual({ kind: 'unavailable', cause: causeOf('connectionBroke') })
  })

  it('of another cluster, or of nothing, is refused without asking', async () => {
    const { kafka, broker } = await scripted({})
    const reader = kafka.reader({ readMs: 3_000 })
    const elsewhere = { kind: 'refused', reason: 'instanceMissing' }
    expect(await reader.topics('other', '')).toMatchObject(elsewhere)
    expect(await reader.positions({ instanceId: 'other', group: 'billing' })).toMatchObject(elsewhere)
    expect(await reader.group({ instanceId: ID, group: ' ' })).toMatchObject({
      kind: 'refused',
      reason: 'badRequest',
    })
    expect(await reader.logRanges(ID, 'orders\ud800')).toMatchObject({
      kind: 'refused',
      reason: 'badRequest',
    })
    expect(broker.requests).toEqual([])
  })

  it('of a broker that speaks nothing we speak says so', async () => {
    const { kafka } = await scripted({}, { versions: { Metadata: 3 } })
    expect(await kafka.reader({ readMs: 3_000 }).topics(ID, '')).toMatchObject({
      kind: 'refused',
      reason: 'unknownAction',
      code: 'UNSUPPORTED_VERSION',
    })
  })

  it('of a broker that does not know the newest greeting uses the oldest', async () => {
    const { kafka, broker } = await scripted({
      ApiVersions: (_, { version }) => ({
        errorCode: version === 0 ? 0 : 35,
        apiKeys: version === 0 ? [{ apiKey: 3, minVersion: 0, maxVersion: 5 }] : [],
        throttleTimeMs: 0,
      }),
    })
    expect((await kafka.reader({ readMs: 3_000 }).topics(ID, '')).kind).toBe('read')
    expect(broker.requests.map(({ api, version }) => `${api} ${version}`)).toEqual([
      'ApiVersions 3',
      'ApiVersions 0',
      'Metadata 5',
    ])
  })

  it('ends when the adapter is closed', async () => {
    const { kafka, broker } = await scripted({ Metadata: () => 'silence' })
    const reading = kafka.reader({ readMs: 5_000 }).topics(ID, '')
    await new Promise(resolve => setTimeout(resolve, 100))
    kafka.close()
    expect((await reading).kind).toBe('unavailable')
    expect((await kafka.reader({ readMs: 5_000 }).topics(ID, '')).kind).toBe('unavailable')
    await new Promise(resolve => setTimeout(resolve, 30))
    expect(broker.connections()).toBe(0)
  })
})

const NOTHING = {
  ...{ throttleTimeMs: 0, brokers: [], clusterId: null, controllerId: 1 },
  clusterAuthorizedOperations: -1,
}

describe('kinds of topics', () => {
  const producer = (coordinatorEpoch: number, currentTxnStartOffset: bigint) => ({
    ...{ producerId: 1n, producerEpoch: 0, lastSequence: 0, lastTimestamp: 0n },
    ...{ coordinatorEpoch, currentTxnStartOffset },
  })
  const PRODUCERS: Record<string, ReturnType<typeof producer>[]> = {
    orders: [producer(-1, -1n)],
    payments: [producer(-1, -1n), producer(0, -1n)],
    opened: [producer(-1, 17n)],
    table: [],
  }
  const described: Answers = {
    DescribeConfigs: ({ resources }) => ({
      throttleTimeMs: 0,
      results: resources.map(({ resourceName, resourceType }) => ({
        ...{ errorCode: 0, errorMessage: null, resourceType, resourceName },
        configs: [],
      })),
    }),
  }
  const telling: NonNullable<Answers['DescribeProducers']> = ({ topics }) => ({
    throttleTimeMs: 0,
    topics: topics.map(({ name, partitionIndexes }) => ({
      name,
      partitions: partitionIndexes.map(partitionIndex => ({
        ...{ partitionIndex, errorCode: name === 'secret' ? 29 : 0, errorMessage: null },
        activeProducers: PRODUCERS[name] ?? [producer(3, -1n)],
      })),
    })),
  })
  const TOPICS = ['orders', 'payments', 'opened', 'secret']

  it('tell of transactions that have ended or are open, of the producers that the leaders remember', async () => {
    const { kafka, broker } = await scripted({ ...described, DescribeProducers: telling })
    const kinds = value(await kafka.reader({ readMs: 3_000 }).topicKinds(ID, TOPICS))
    expect([...kinds].filter(([, { transactions }]) => transactions).map(([topic]) => topic)).toEqual([
      'payments',
      'opened',
    ])
    expect(broker.of('DescribeProducers')).toHaveLength(1)
  })

  it.each<[string, Answers, Parameters<typeof scripted>[1]]>([
    ['a broker does not know the question', {}, { versions: { DescribeProducers: null } }],
    ['the connection breaks at it', { DescribeProducers: () => 'cut' }, {}],
    [
      'no topic may be described',
      { Metadata: () => ({ ...NOTHING, topics: TOPICS.map(name => topicOf(name, [], 29)) }) },
      {},
    ],
  ])(
    'tell of no transactions where %s, and of the configuration all the same',
    async (_, answers, options) => {
      const { kafka } = await scripted({ ...described, ...answers }, options)
      const kinds = value(await kafka.reader({ readMs: 3_000 }).topicKinds(ID, TOPICS))
      expect(kinds.size).toBe(4)
      expect([...kinds.values()].some(({ transactions }) => transactions)).toBe(false)
    },
  )

  const POLICIES: Record<string, string> = { table: 'compact,delete', latest: 'compact', kept: '' }
  const RETENTION: Record<string, string> = { endless: '-1', garbled: '1e3', beyond: '9223372036854775807' }

  it('tell a compacted log, and how long one keeps messages where they expire by their time', async () => {
    const config = (name: string, text: string) => ({
      name,
      value: text,
      readOnly: false,
      configSource: 1,
      isSensitive: false,
      synonyms: [],
      configType: 0,
      documentation: null,
    })
    const { kafka, broker } = await scripted({
      DescribeProducers: telling,
      DescribeConfigs: ({ resources }) => ({
        throttleTimeMs: 0,
        results: resources.map(({ resourceName, resourceType }) => ({
          errorCode: resourceName === 'secret' ? 29 : 0,
          errorMessage: null,
          resourceType,
          resourceName,
          configs:
            resourceName === 'secret'
              ? []
              : [
                  config('cleanup.policy', POLICIES[resourceName] ?? 'delete'),
                  config('retention.ms', RETENTION[resourceName] ?? '3600000'),
                ],
        })),
      }),
    })
    const topics = ['table', 'orders', 'latest', 'kept', 'endless', 'garbled', 'beyond', 'secret']
    const kinds = value(await kafka.reader({ readMs: 3_000 }).topicKinds(ID, topics))
    expect([...kinds].map(([topic, kind]) => [topic, kind.compacted, kind.retentionMs])).toEqual([
      ['table', true, 3_600_000],
      ['orders', false, 3_600_000],
      ['latest', true, undefined],
      ...['kept', 'endless', 'garbled', 'beyond'].map(topic => [topic, false, undefined]),
    ])
    expect(broker.of('DescribeConfigs')).toHaveLength(1)
  })
})

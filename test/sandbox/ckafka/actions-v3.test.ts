// What each action of the simulated API 3.0 endpoint takes, does and answers.

import { describe, expect, it } from 'vitest'
import type { CkafkaSimulator } from '../../../src/sandbox/ckafka/start.ts'
import { bigSeed, demoSeed, wideSeed } from '../../../src/sandbox/cluster/seed.ts'
import { call, start } from './caller.ts'
import { callV3 } from './caller-v3.ts'

const InstanceId = 'ckafka-xxooa0'
const Group = 'streams-wordcount'
const output = 'streams-wordcount-output'
const toLatest = { InstanceId, Group, Topics: [output], Strategy: 1, ShiftTimestamp: -1 }
const done = { Result: { ReturnCode: '0', ReturnMessage: 'ok' } }
const before = [20_000n, 90_000n, 0n, 100n]
const latest = [29_402n, 112_843n, 27_708n, 29_149n]

const modify = (simulator: CkafkaSimulator, body: object) => callV3(simulator, 'ModifyGroupOffsets', body)
const committed = ({ cluster }: CkafkaSimulator, group = Group) =>
  cluster.positions(InstanceId, group).map(each => each.committed)
const resultOf = async (simulator: CkafkaSimulator, action: string, body: object) =>
  (await callV3(simulator, action, body)).result()

/** The keys in the order printed, which is that of the page. */
const printed = (value: unknown) => JSON.stringify(value)

describe('ModifyGroupOffsets', () => {
  it('answers no more than a code and a word', async () => {
    const simulator = await start()
    const answer = await modify(simulator, toLatest)
    expect(answer.text).toMatch(
      /^\{"Response":\{"Result":\{"ReturnCode":"0","ReturnMessage":"ok"\},"RequestId":"[\da-f-]{36}"\}\}$/,
    )
    expect(committed(simulator)).toEqual(latest)
  })

  it.each<[string, object, bigint[]]>([
    ['by a shift', { Strategy: 0, Shift: -50 }, [19_950n, 89_950n, 0n, 50n]],
    ['by a shift beyond the ends', { Strategy: 0, Shift: 95_000 }, latest],
    ['to the earliest', { Strategy: 1, ShiftTimestamp: -2 }, [0n, 0n, 0n, 0n]],
    ['to a time', { Strategy: 1, ShiftTimestamp: 1_699_999_990_000 }, [29_392n, 112_833n, 27_698n, 29_139n]],
    ['to an offset, clamped', { Strategy: 2, Offset: 28_000 }, [28_000n, 28_000n, 27_708n, 28_000n]],
    [
      'on some partitions',
      { Strategy: 1, ShiftTimestamp: -1, Partitions: [1, 3] },
      [...[20_000n, 112_843n], ...[0n, 29_149n]],
    ],
    [
      'by the one parameter its strategy needs, whatever else is sent',
      { Strategy: 0, Shift: -50, ShiftTimestamp: 0, Offset: 0, Partitions: [] },
      [19_950n, 89_950n, 0n, 50n],
    ],
  ])('moves %s', async (_, how, expected) => {
    const simulator = await start()
    expect((await modify(simulator, { InstanceId, Group, Topics: [output], ...how })).response()).toEqual(
      done,
    )
    expect(committed(simulator)).toEqual(expected)
  })

  it('requires topics; takes none for all where it is switched', async () => {
    const simulator = await start()
    const { Topics: _, ...noTopics } = toLatest
    for (const body of [noTopics, { ...toLatest, Topics: [] }])
      expect((await modify(simulator, body)).code()).toBe('MissingParameter')
    expect(simulator.cluster.effects()).toEqual([])
    simulator.behaviourV3.topics = 'optional'
    for (const body of [noTopics, { ...toLatest, Topics: [] }])
      expect((await modify(simulator, body)).response()).toEqual(done)
    expect(simulator.cluster.effects().map(each => each.topics)).toEqual(['all', 'all'])
  })

  it('ignores a missing topic and says nothing of it; refuses the whole where it is switched', async () => {
    const simulator = await start({ behaviourV3: { missingTopic: 'refused', failures: 'told' } })
    const among = { ...toLatest, Topics: [output, 'aaaa'] }
    expect((await modify(simulator, among)).code()).toBe('InvalidParameter')
    expect(committed(simulator)).toEqual(before)
    simulator.behaviourV3.missingTopic = 'ignored'
    expect((await modify(simulator, among)).response()).toEqual(done)
    expect(committed(simulator)).toEqual(latest)
    expect((await modify(simulator, { ...toLatest, Topics: ['aaaa'] })).response()).toEqual(done)
    expect(simulator.cluster.effects()).toHaveLength(1)
  })

  it('leaves a failed partition and moves the others; tells so only where it is switched', async () => {
    const simulator = await start()
    simulator.cluster.failPartition(output, 3, 25, 'unknown member')
    expect((await modify(simulator, toLatest)).response()).toEqual(done)
    expect(committed(simulator)).toEqual([29_402n, 112_843n, 27_708n, 100n])
    simulator.behaviourV3.failures = 'told'
    expect(await resultOf(simulator, 'ModifyGroupOffsets', toLatest)).toEqual({
      ReturnCode: '25',
      ReturnMessage: 'unknown member',
    })
    simulator.cluster.heal()
    simulator.cluster.failTopic(output, 29)
    expect(await resultOf(simulator, 'ModifyGroupOffsets', toLatest)).toMatchObject({ ReturnCode: '29' })
    simulator.cluster.heal()
    expect(await resultOf(simulator, 'ModifyGroupOffsets', { ...toLatest, Partitions: [9] })).toMatchObject({
      ReturnCode: '3',
    })
  })

  it('refuses a group with members, in the words it is given', async () => {
    const simulator = await start()
    simulator.cluster.join(Group, { clientId: 'c' })
    expect((await modify(simulator, toLatest)).response()).toEqual({
      Error: { Code: 'FailedOperation', Message: expect.stringContaining('not empty') },
    })
    simulator.behaviourV3.membersRefusal = { code: 'InvalidParameter', message: 'consumers are online' }
    expect((await modify(simulator, toLatest)).response()).toEqual({
      Error: { Code: 'InvalidParameter', Message: 'consumers are online' },
    })
    expect(simulator.cluster.effects()).toEqual([])
  })

  it('takes and shows every digit of an offset beyond 2^53', async () => {
    const simulator = await start()
    simulator.cluster.produce(output, 0, 2n ** 62n)
    const exact = JSON.stringify({ ...toLatest, Strategy: 2, Offset: 0, Partitions: [0] })
    const body = exact.replace('"Offset":0', '"Offset":4611686018427387905')
    expect((await callV3(simulator, 'ModifyGroupOffsets', body)).response()).toEqual(done)
    expect(committed(simulator)[0]).toBe(4_611_686_018_427_387_905n)
    const read = await callV3(simulator, 'DescribeGroupOffsets', { InstanceId, Group })
    expect(read.text).toContain(
      '"Offset":4611686018427387905,"Metadata":"","ErrorCode":0,"LogEndOffset":4611686018427417306,"Lag":29401}',
    )
    const ends = await callV3(simulator, 'DescribeTopicSyncReplica', { InstanceId, TopicName: output })
    expect(ends.text).toContain('"EndOffset":4611686018427417306,')
  })
})

describe('BatchModifyGroupOffsets', () => {
  const batch = (simulator: CkafkaSimulator, more: object = {}) =>
    callV3(simulator, 'BatchModifyGroupOffsets', {
      InstanceId,
      GroupName: Group,
      TopicName: [output],
      Partitions: [
        { Partition: 3, Offset: 200 },
        { Partition: 0, Offset: 99_999 },
      ],
      ...more,
    })
  const data = { FlowId: 0, RouteDTO: { RouteId: 0 } }

  it('writes each partition its own offset, clamped, and leaves the others', async () => {
    const simulator = await start()
    expect(printed((await batch(simulator)).response())).toBe(
      printed({ Result: { ReturnCode: 'OK', ReturnMessage: 'success', Data: data } }),
    )
    expect(committed(simulator)).toEqual([29_402n, 90_000n, 0n, 200n])
    simulator.behaviourV3.batchReturnCode = '0'
    expect((await batch(simulator)).result()).toMatchObject({ ReturnCode: '0' })
  })

  it('takes no topics for all of the group, each with the same offsets', async () => {
    const simulator = await start({ seed: bigSeed(200) })
    const all = { InstanceId: 'ckafka-bulk0001', GroupName: 'bulk', TopicName: [] }
    await batch(simulator, { ...all, Partitions: [{ Partition: 7, Offset: 5_000 }] })
    expect(simulator.cluster.effects()[0]?.written).toMatchObject([
      { topic: 'bulk-000', partition: 7, to: 5_000n },
      { topic: 'bulk-001', partition: 7, to: 5_000n },
    ])
  })

  it('refuses a partition named twice, none at all, a group with members, or beyond the ends where so ruled', async () => {
    const simulator = await start()
    const twice = [
      { Partition: 0, Offset: 1 },
      { Partition: 0, Offset: 2 },
    ]
    expect((await batch(simulator, { Partitions: twice })).code()).toBe(
      'InvalidParameterValue.RepetitionValue',
    )
    expect((await batch(simulator, { Partitions: [] })).code()).toBe('InvalidParameter')
    expect((await batch(simulator, { Partitions: undefined })).code()).toBe('MissingParameter')
    expect((await batch(simulator, { Partitions: [{ Partition: 0 }] })).code()).toBe('MissingParameter')
    simulator.cluster.rules.offsetStrategy = 'fail'
    simulator.behaviourV3.failures = 'told'
    expect((await batch(simulator)).result()).toMatchObject({ ReturnCode: '1', Data: data })
    simulator.cluster.join(Group, { clientId: 'c' })
    expect((await batch(simulator)).code()).toBe('FailedOperation')
    expect(simulator.cluster.effects()).toEqual([])
  })

  it('cannot write a partition that is not there', async () => {
    const simulator = await start({ behaviourV3: { failures: 'told' } })
    const Partitions = [
      { Partition: 0, Offset: 1 },
      { Partition: 4, Offset: 1 },
    ]
    expect((await batch(simulator, { Partitions })).result()).toMatchObject({ ReturnCode: '3' })
    expect(committed(simulator)).toEqual([1n, 90_000n, 0n, 100n])
  })
})

describe('DescribeGroupOffsets', () => {
  const read = (simulator: CkafkaSimulator, more: object = {}) =>
    resultOf(simulator, 'DescribeGroupOffsets', { InstanceId, Group, ...more })

  it('answers as its page prints it, with -1 where there is no commit or it cannot be read', async () => {
    const simulator = await start()
    simulator.cluster.addPartitions(output, 1)
    simulator.cluster.failRead(output, 0, 5)
    const row = (
      Partition: number,
      Offset: number,
      ErrorCode: number,
      LogEndOffset: number,
      Lag: number,
    ) => ({
      Partition,
      Offset,
      Metadata: '',
      ErrorCode,
      LogEndOffset,
      Lag,
    })
    const Partitions = [
      row(2, 0, 0, 27_708, 27_708),
      row(1, 90_000, 0, 112_843, 22_843),
      row(3, 100, 0, 29_149, 29_049),
      row(0, -1, 5, -1, -1),
      row(4, -1, 0, 0, -1),
    ]
    expect(printed(await read(simulator))).toBe(
      printed({ TotalCount: 1, TopicList: [{ Topic: output, Partitions }] }),
    )
  })

  it('shows a named topic without a commit, as API 2.0 does, and never one that does not exist', async () => {
    const simulator = await start()
    simulator.cluster.createTopic('fresh', 1)
    const none = { Partition: 0, Offset: -1, Metadata: '', ErrorCode: 0, LogEndOffset: 0, Lag: -1 }
    expect(await read(simulator, { Topics: ['fresh', 'aaaa'] })).toEqual({
      TotalCount: 1,
      TopicList: [{ Topic: 'fresh', Partitions: [none] }],
    })
    expect(await read(simulator, { Group: 'ghost' })).toEqual({ TotalCount: 0, TopicList: [] })
  })

  it('pages 120 topics by fifty, each once, and finds by a part of the name', async () => {
    const simulator = await start({ seed: bigSeed(12_000) })
    const bulk = { InstanceId: 'ckafka-bulk0001', Group: 'bulk' }
    const pages = (await Promise.all(
      [0, 50, 100, 150].map(Offset => read(simulator, { ...bulk, Offset })),
    )) as { TotalCount: number; TopicList: { Topic: string }[] }[]
    expect(pages.map(each => [each.TotalCount, each.TopicList.length])).toEqual([
      [120, 50],
      [120, 50],
      [120, 20],
      [120, 0],
    ])
    expect(new Set(pages.flatMap(each => each.TopicList.map(({ Topic }) => Topic))).size).toBe(120)
    const found = await read(simulator, { ...bulk, SearchWord: 'k-00', Limit: 3 })
    expect(found).toMatchObject({ TotalCount: 10, TopicList: [{ Topic: 'bulk-000' }, {}, {}] })
    const tooMany = await callV3(simulator, 'DescribeGroupOffsets', { ...bulk, Limit: 51 })
    expect(tooMany.code()).toBe('InvalidParameter')
  })
})

describe('the reads that make a plan exact', () => {
  it('DescribeTopicSyncReplica: both ends of every partition, whose number is a string', async () => {
    const simulator = await start()
    simulator.cluster.truncate(output, 0, 400n)
    const ask = { InstanceId, TopicName: output, Limit: 1 }
    expect(printed(await resultOf(simulator, 'DescribeTopicSyncReplica', ask))).toBe(
      printed({
        TopicInSyncReplicaList: [
          {
            Partition: '0',
            Leader: 150032,
            Replica: '150032,150033',
            InSyncReplica: '150032,150033',
            BeginOffset: 400,
            EndOffset: 29_402,
            MessageCount: 29_002,
            OutOfSyncReplica: '',
          },
        ],
        TotalCount: 4,
      }),
    )
    const behind = await resultOf(simulator, 'DescribeTopicSyncReplica', {
      ...ask,
      OutOfSyncReplicaOnly: true,
    })
    expect(behind).toEqual({ TopicInSyncReplicaList: [], TotalCount: 0 })
  })

  it('DescribeTopicAttributes: the configuration as the page prints it, and what was set for the topic', async () => {
    const simulator = await start()
    const ask = (TopicName: string) =>
      resultOf(simulator, 'DescribeTopicAttributes', { InstanceId, TopicName })
    const usual = { CleanUpPolicy: 'delete', LogMsgTimestampType: null, MaxMessageBytes: 1_048_576 }
    expect(await ask(output)).toMatchObject({ PartitionNum: 4, Config: usual })
    const config = { 'cleanup.policy': 'compact', 'max.message.bytes': '8388608' }
    simulator.cluster.createTopic('table', 1, config)
    expect(await ask('table')).toMatchObject({
      Config: { ...usual, CleanUpPolicy: 'compact', MaxMessageBytes: 8_388_608 },
    })
    const nowhere = await callV3(simulator, 'DescribeTopicAttributes', { InstanceId, TopicName: 'aaaa' })
    expect(nowhere.code()).toBe('InvalidParameter')
  })

  it('DescribeTopicSyncReplica: a hundred partitions by twenty, each once', async () => {
    const simulator = await start({ seed: bigSeed(100) })
    const ask = { InstanceId: 'ckafka-bulk0001', TopicName: 'bulk-000' }
    const pages = (await Promise.all(
      [0, 20, 40, 60, 80].map(Offset => resultOf(simulator, 'DescribeTopicSyncReplica', { ...ask, Offset })),
    )) as { TopicInSyncReplicaList: { Partition: string }[] }[]
    const all = pages.flatMap(each => each.TopicInSyncReplicaList.map(({ Partition }) => Partition))
    expect([all.length, new Set(all).size]).toEqual([100, 100])
    for (const Limit of [0, 21]) {
      const answer = await callV3(simulator, 'DescribeTopicSyncReplica', { ...ask, Limit })
      expect(answer.code()).toBe('InvalidParameter')
    }
    const nowhere = await callV3(simulator, 'DescribeTopicSyncReplica', { ...ask, TopicName: 'aaaa' })
    expect(nowhere.code()).toBe('InvalidParameter')
  })

  it('FetchMessageListByTimestamp: the first messages at or after a time, and nothing past the end', async () => {
    const simulator = await start()
    const ask = { InstanceId, Topic: output, Partition: 2, SinglePartitionRecordNumber: 2 }
    const fetchFrom = (more: object) =>
      resultOf(simulator, 'FetchMessageListByTimestamp', { ...ask, ...more })
    expect(printed(await fetchFrom({ StartTime: 1_699_999_989_001 }))).toBe(
      printed([
        { Topic: output, Partition: 2, Offset: 27_698, Timestamp: 1_699_999_990_000 },
        { Topic: output, Partition: 2, Offset: 27_699, Timestamp: 1_699_999_991_000 },
      ]),
    )
    expect(await fetchFrom({ StartTime: 1_699_999_999_000 })).toHaveLength(1)
    expect(await fetchFrom({ StartTime: 1_700_000_000_000 })).toEqual([])
    expect(await fetchFrom({ StartTime: 1_699_000_000_000, SinglePartitionRecordNumber: 20 })).toHaveLength(
      20,
    )
  })

  it.each([
    ['a time in seconds', { StartTime: 1_699_999_989 }],
    ['no messages', { SinglePartitionRecordNumber: 0 }],
    ['too many messages', { SinglePartitionRecordNumber: 21 }],
    ['a topic that is not there', { Topic: 'aaaa' }],
    ['a partition that is not there', { Partition: 4 }],
  ])('FetchMessageListByTimestamp refuses %s', async (_, wrong) => {
    const ask = { InstanceId, Topic: output, Partition: 0, StartTime: 1_699_999_990_000, ...wrong }
    expect((await callV3(await start(), 'FetchMessageListByTimestamp', ask)).code()).toBe('InvalidParameter')
  })
})

describe('groups, topics and instances', () => {
  it('DescribeGroupInfo: its error code is a string; members are shown only while Stable', async () => {
    const simulator = await start({ seed: demoSeed(Date.now()) })
    simulator.cluster.leave('orders-audit', 'audit-2')
    const ask = { InstanceId: 'ckafka-demo0001', GroupList: ['orders-audit', 'ghost'] }
    const member = {
      MemberId: expect.stringMatching(/^audit-1-/),
      ClientId: 'audit-1',
      ClientHost: '/10.0.3.11',
      Assignment: { Version: 0, Topics: [{ Topic: 'orders', Partitions: [0, 1] }] },
    }
    expect(await resultOf(simulator, 'DescribeGroupInfo', ask)).toEqual([
      {
        ErrorCode: '0',
        State: 'Stable',
        ProtocolType: 'consumer',
        Protocol: 'range',
        Members: [member],
        Group: 'orders-audit',
      },
      { ErrorCode: '0', State: 'Dead', ProtocolType: '', Protocol: '', Members: [], Group: 'ghost' },
    ])
    simulator.cluster.rebalance('orders-audit', 'CompletingRebalance')
    expect(await resultOf(simulator, 'DescribeGroupInfo', ask)).toMatchObject([
      { State: 'CompletingRebalance', Members: [] },
      {},
    ])
    const none = await callV3(simulator, 'DescribeGroupInfo', { ...ask, GroupList: undefined })
    expect(none.code()).toBe('MissingParameter')
  })

  it('DescribeGroup: by a part of the name, and by state', async () => {
    const simulator = await start({ seed: demoSeed(Date.now()) })
    const groups = (more: object) =>
      resultOf(simulator, 'DescribeGroup', { InstanceId: 'ckafka-demo0001', ...more })
    const audit = { Group: 'orders-audit', Protocol: 'consumer' }
    expect(printed(await groups({ SearchWord: 'audit' }))).toBe(
      printed({ TotalCount: 1, GroupList: [audit], GroupCountQuota: 200 }),
    )
    const inState = (state: string) => groups({ Filters: [{ Name: 'GroupState', Values: [state] }] })
    expect(await inState('Stable')).toMatchObject({ GroupList: [audit] })
    expect(await inState('Empty')).toMatchObject({ TotalCount: 2 })
  })

  it('DescribeConsumerGroup: partitions as strings, and no totals worth having', async () => {
    const simulator = await start()
    const topic = { TopicId: expect.stringMatching(/^topic-[\da-f]{8}$/), TopicName: output }
    const ask = { InstanceId, GroupName: Group, TopicName: output }
    expect(await resultOf(simulator, 'DescribeConsumerGroup', ask)).toEqual({
      TotalCount: 1,
      TopicList: [topic],
      GroupList: [
        {
          ConsumerGroupName: Group,
          SubscribedInfo: [
            {
              TopicName: output,
              PartitionOffset: [
                { Partition: '0', Offset: 20_000 },
                { Partition: '1', Offset: 90_000 },
                { Partition: '2', Offset: 0 },
                { Partition: '3', Offset: 100 },
              ],
            },
          ],
        },
      ],
      TotalPartition: 0,
      PartitionListForMonitor: [],
      TotalTopic: 1,
      TopicListForMonitor: [topic],
      GroupListForMonitor: [{ GroupName: Group }],
    })
    const nobody = await resultOf(simulator, 'DescribeConsumerGroup', { ...ask, GroupName: 'ghost' })
    expect(nobody).toMatchObject({ TotalCount: 0, GroupList: [], TotalTopic: 0 })
  })

  it('DescribeTopic and DescribeInstances', async () => {
    const simulator = await start()
    expect(await resultOf(simulator, 'DescribeTopic', { InstanceId, SearchWord: 'word' })).toEqual({
      TotalCount: 1,
      TopicList: [{ TopicId: expect.stringMatching(/^topic-/), TopicName: output, Note: '' }],
    })
    expect(await resultOf(simulator, 'DescribeTopic', { InstanceId, SearchWord: 'Word' })).toEqual({
      TotalCount: 0,
      TopicList: [],
    })
    expect(await resultOf(simulator, 'DescribeInstances', { Status: [1], SearchWord: 'xxoo' })).toEqual({
      TotalCount: 1,
      InstanceList: [{ InstanceId, InstanceName: 'test', Status: 1, IfCommunity: true }],
    })
    expect(await resultOf(simulator, 'DescribeInstances', { Status: [2] })).toMatchObject({ TotalCount: 0 })
  })

  it('every action refuses an instance that is not there', async () => {
    const simulator = await start()
    const elsewhere = 'ckafka-none'
    const asks: Record<string, object> = {
      ModifyGroupOffsets: toLatest,
      BatchModifyGroupOffsets: { GroupName: Group, Partitions: [{ Partition: 0, Offset: 1 }] },
      DescribeGroupOffsets: { Group },
      DescribeGroupInfo: { GroupList: [Group] },
      DescribeGroup: {},
      DescribeConsumerGroup: {},
      DescribeTopic: {},
      DescribeTopicSyncReplica: { TopicName: output },
      DescribeTopicAttributes: { TopicName: output },
      FetchMessageListByTimestamp: { Topic: output },
    }
    for (const [action, ask] of Object.entries(asks)) {
      const answer = await callV3(simulator, action, { ...ask, InstanceId: elsewhere })
      expect([action, answer.code()]).toEqual([action, 'InvalidParameterValue.InstanceNotExist'])
    }
  })
})

describe('a wide cluster', () => {
  it('is paged through by fifty: 5 000 groups, each once, and 2 000 topics', async () => {
    const simulator = await start({ seed: wideSeed() })
    const all = async (action: string, list: string, count: number) => {
      const names: unknown[] = []
      for (let Offset = 0; Offset < count; Offset += 50) {
        const ask = { InstanceId: 'ckafka-wide0001', Offset, Limit: 50 }
        const page = (await resultOf(simulator, action, ask)) as Record<string, object[]>
        names.push(...(page[list] ?? []).map(each => Object.values(each).join(' ')))
      }
      return new Set(names).size
    }
    expect(await all('DescribeGroup', 'GroupList', 5_050)).toBe(5_000)
    expect(await all('DescribeTopic', 'TopicList', 2_050)).toBe(2_000)
    const found = { InstanceId: 'ckafka-wide0001', SearchWord: 'mail.reader', Limit: 1 }
    expect(await resultOf(simulator, 'DescribeGroup', found)).toMatchObject({
      TotalCount: 500,
      GroupList: [{ Group: 'mail.reader-0007' }],
    })
  })

  it.each([
    ['doubled', 1_000],
    ['zero', 0],
  ] as const)(
    'may lie about how many there are (%s), in both dialects, and only about that',
    async (counts, said) => {
      const simulator = await start({ seed: wideSeed(), behaviour: { counts }, behaviourV3: { counts } })
      const InstanceId = 'ckafka-wide0001'
      const word = { InstanceId, SearchWord: 'ads.reader', Limit: 50 }
      const groups = (await resultOf(simulator, 'DescribeGroup', word)) as {
        TotalCount: number
        GroupList: object[]
      }
      expect([groups.TotalCount, groups.GroupList.length]).toEqual([said, 50])
      const lastPage = await resultOf(simulator, 'DescribeGroup', { ...word, Offset: 500 })
      expect(lastPage).toMatchObject({ GroupList: [] })
      const older = await call(simulator, {
        ...{ Action: 'ListGroup', instanceId: InstanceId, searchWord: 'ads.reader', limit: '50' },
      })
      const { data } = older.json() as { data: { totalCount: number; groupList: object[] } }
      expect([data.totalCount, data.groupList.length]).toEqual([said, 50])
    },
  )
})

// Who may commit to which group of the simulated cluster, and that every commit is recorded, each once.

import { describe, expect, it } from 'vitest'
import { codesOf, commitOf, committedIn, started } from './start.ts'
import { INSTANCE } from './world.ts'

describe('a commit', () => {
  it('is one effect with everything that it wrote, inside the log or not', async () => {
    const { cluster, caller } = await started({ now: () => 5 })
    const offsets = {
      'orders 0': 0n,
      'orders 1': 2n ** 63n - 1n,
      'payments 0': 20n,
      'orders 9': 1n,
      'nowhere 0': 1n,
    }
    expect(await codesOf(caller, commitOf('simple', offsets))).toEqual({
      'orders 0': 0,
      'orders 1': 0,
      'payments 0': 0,
      'orders 9': 3,
      'nowhere 0': 3,
    })
    expect(cluster.effects()).toEqual([
      {
        instance: INSTANCE,
        group: 'simple',
        topics: ['orders', 'payments'],
        how: { strategy: 'commit' },
        atMs: expect.any(Number),
        written: [
          { topic: 'orders', partition: 0, from: 60n, to: 0n },
          { topic: 'orders', partition: 1, from: 20n, to: 2n ** 63n - 1n },
          { topic: 'payments', partition: 0, from: 5n, to: 20n },
        ],
      },
    ])
    expect(committedIn(cluster, 'simple')).toEqual({
      'orders 0': 0n,
      'orders 1': 2n ** 63n - 1n,
      'payments 0': 20n,
    })
  })

  it('twice is two effects', async () => {
    const { cluster, caller } = await started()
    for (let turn = 0; turn < 2; turn += 1) await codesOf(caller, commitOf('simple', { 'orders 0': 70n }))
    expect(cluster.effects('simple').map(({ written }) => written)).toEqual([
      [{ topic: 'orders', partition: 0, from: 60n, to: 70n }],
      [{ topic: 'orders', partition: 0, from: 70n, to: 70n }],
    ])
  })

  it.each(['classic', 'young'])('from outside is refused by %s while it has members', async group => {
    const { cluster, caller } = await started()
    const before = committedIn(cluster, group)
    const offsets = { 'orders 0': 10n, 'payments 0': 1n, 'orders 9': 1n }
    expect(await codesOf(caller, commitOf(group, offsets))).toEqual({
      'orders 0': 25,
      'payments 0': 25,
      'orders 9': 3,
    })
    expect(committedIn(cluster, group)).toEqual(before)
    expect(cluster.effects()).toEqual([])
    cluster.leave(group, group === 'classic' ? 'reader-1' : 'reader-2')
    expect(await codesOf(caller, commitOf(group, { 'orders 0': 10n }))).toEqual({ 'orders 0': 0 })
    expect(cluster.group(INSTANCE, group)).toMatchObject({ state: 'Empty', members: [] })
  })

  it('of a member is taken in its own generation', async () => {
    const { cluster, caller } = await started()
    const as = (MemberId: string, GenerationIdOrMemberEpoch: number) =>
      codesOf(caller, commitOf('classic', { 'orders 0': 101n }, { MemberId, GenerationIdOrMemberEpoch }))
    const { generation } = cluster.group(INSTANCE, 'classic')
    expect(await as('a-stranger', generation)).toEqual({ 'orders 0': 25 })
    expect(await as('reader-1-id', generation - 1)).toEqual({ 'orders 0': 22 })
    expect(await as('reader-1-id', generation)).toEqual({ 'orders 0': 0 })
    cluster.rebalance('classic', 'CompletingRebalance')
    expect(await as('reader-1-id', generation)).toEqual({ 'orders 0': 27 })
    expect(cluster.effects()).toHaveLength(1)
    const stale = { MemberId: 'reader-2-id', GenerationIdOrMemberEpoch: 7 }
    expect(await codesOf(caller, commitOf('young', { 'payments 0': 1n }, stale), 9)).toEqual({
      'payments 0': 113,
    })
  })

  it('makes a group that is not there, and none when nothing is written', async () => {
    const { cluster, caller } = await started()
    await codesOf(caller, commitOf('new', { 'nowhere 0': 1n }))
    expect(cluster.group(INSTANCE, 'new').state).toBe('Dead')
    await codesOf(caller, commitOf('new', { 'orders 0': 11n }))
    expect(cluster.group(INSTANCE, 'new')).toMatchObject({
      state: 'Empty',
      type: 'classic',
      protocolType: '',
    })
  })

  it.each<[string, { newest?: { ConsumerGroupDescribe: null } }, number]>([
    ['a coordinator of today', {}, -1],
    ['an older one', { newest: { ConsumerGroupDescribe: null } }, 28],
  ])('that one batch cannot hold is not taken at all: %s', async (_, options, code) => {
    const { cluster, caller } = await started({ ...options, largestCommitBytes: 200 })
    expect(await codesOf(caller, commitOf('simple', { 'orders 0': 10n, 'orders 1': 10n }))).toEqual({
      'orders 0': code,
      'orders 1': code,
    })
    expect(cluster.effects()).toEqual([])
    expect(await codesOf(caller, commitOf('simple', { 'orders 0': 10n, 'orders 9': 1n }))).toEqual({
      'orders 0': 0,
      'orders 9': 3,
    })
  })

  it('fails where it was told to, and there alone', async () => {
    const { cluster, caller } = await started()
    cluster.failPartition('orders', 1, 29)
    cluster.failTopic('payments', 7)
    const offsets = { 'orders 0': 10n, 'orders 1': 10n, 'payments 0': 1n }
    expect(await codesOf(caller, commitOf('simple', offsets))).toEqual({
      'orders 0': 0,
      'orders 1': 29,
      'payments 0': 7,
    })
    expect(cluster.effects()[0]?.written).toHaveLength(1)
    cluster.heal()
    expect(Object.values(await codesOf(caller, commitOf('simple', offsets)))).toEqual([0, 0, 0])
  })
})

describe('members', () => {
  it('are told with what they were given, of either protocol, and of the other not at all', async () => {
    const { cluster, caller } = await started()
    const old = async (group: string, version = 5) =>
      (await caller.ask('DescribeGroups', version, { Groups: [group], IncludeAuthorizedOperations: false }))
        .Groups[0]
    const young = async (group: string) =>
      (
        await caller.ask('ConsumerGroupDescribe', 1, {
          GroupIds: [group],
          IncludeAuthorizedOperations: false,
        })
      ).Groups[0]
    expect(await old('classic')).toMatchObject({
      GroupState: 'Stable',
      ProtocolData: 'range',
      Members: [{ ClientId: 'reader-1', MemberAssignment: expect.any(Buffer) }],
    })
    expect(await young('young')).toMatchObject({
      GroupState: 'Stable',
      Members: [
        {
          ClientId: 'reader-2',
          Assignment: { TopicPartitions: [{ TopicName: 'payments', Partitions: [0] }] },
        },
      ],
    })
    expect(await old('young')).toMatchObject({ ErrorCode: 0, GroupState: 'Dead' })
    expect(await old('young', 6)).toMatchObject({ ErrorCode: 69 })
    expect(await young('classic')).toMatchObject({ ErrorCode: 69 })

    cluster.rebalance('classic', 'PreparingRebalance')
    cluster.rebalance('young', 'CompletingRebalance')
    expect(await old('classic')).toMatchObject({ GroupState: 'PreparingRebalance', ProtocolData: '' })
    expect(await young('young')).toMatchObject({ GroupState: 'Reconciling' })
    cluster.leave('young', 'reader-2')
    expect(await young('young')).toMatchObject({ GroupState: 'Empty', Members: [] })
    cluster.join('young', { clientId: 'reader-3' }, 'classic')
    expect(await old('young')).toMatchObject({ GroupState: 'Stable', Members: [{ ClientId: 'reader-3' }] })
  })

  it('come and go by the verbs that a demo uses, and their commits are read', async () => {
    const { cluster, caller } = await started()
    cluster.consume('classic', 'orders', 0, 5)
    cluster.failRead('orders', 1, 9)
    const request = {
      GroupId: 'classic',
      Topics: [{ Name: 'orders', PartitionIndexes: [0, 1] }],
      Groups: [],
      RequireStable: true,
    }
    expect((await caller.ask('OffsetFetch', 7, request)).Topics[0]?.Partitions).toMatchObject([
      { CommittedOffset: 105n, ErrorCode: 0 },
      { CommittedOffset: -1n, ErrorCode: 9 },
    ])
  })
})

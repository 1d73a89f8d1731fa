// The rules by which the simulated cluster may move, and none else.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ClusterSeed, createCluster, type ResetStrategy } from '../../../src/sandbox/cluster/model.ts'
import { bigSeed, demoSeed } from '../../../src/sandbox/cluster/seed.ts'

const instance = 'i'
const group = 'g'
const startMs = 1_000_000

/** One topic `t`; every partition holds a message every 10 ms from `startMs` on. */
function seedOf(partitions: { start: bigint; end: bigint; committed: bigint | null }[]): ClusterSeed {
  const logs = partitions.map(({ start, end }) => ({
    start,
    end,
    written: [{ fromOffset: 0n, atMs: startMs, everyMs: 10 }],
  }))
  const commits = { t: partitions.map(each => each.committed) }
  return {
    instances: [
      {
        id: instance,
        name: 'one',
        topics: [
          { name: 't', partitions: logs },
          { name: 'other', partitions: logs },
        ],
        groups: [{ name: group, commits }],
      },
    ],
  }
}

const clusterOf = (...partitions: { start: bigint; end: bigint; committed: bigint | null }[]) =>
  createCluster(seedOf(partitions), { now: () => 5_000_000 })

const usual = { start: 100n, end: 200n, committed: 150n }

function reset(cluster: ReturnType<typeof createCluster>, how: ResetStrategy, topics: string[] = ['t']) {
  const outcome = cluster.setGroupOffsets({ instance, group, topics, how })
  if (outcome.kind !== 'applied') throw new Error(outcome.kind)
  return outcome.topics
}

const committed = (cluster: ReturnType<typeof createCluster>, topic = 't') =>
  cluster.positions(instance, group, [topic]).map(each => each.committed)

describe('a reset', () => {
  const offset = fc.bigInt({ min: 0n, max: 2n ** 62n })
  const partition = fc
    .record({ a: offset, length: offset, committed: fc.option(offset) })
    .map(({ a, length, committed }) => ({ start: a, end: a + length, committed }))
  const strategy: fc.Arbitrary<ResetStrategy> = fc.oneof(
    fc.record({ strategy: fc.constant(0 as const), shift: fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }) }),
    fc.record({ strategy: fc.constant(1 as const), timestamp: fc.integer({ min: -2, max: startMs * 3 }) }),
    fc.record({ strategy: fc.constant(2 as const), offset }),
  )

  it('always lands within the log, and reports where', () => {
    fc.assert(
      fc.property(fc.array(partition, { minLength: 1, maxLength: 4 }), strategy, (partitions, how) => {
        const cluster = clusterOf(...partitions)
        const [topic] = reset(cluster, how)
        const after = cluster.positions(instance, group)
        expect(topic?.partitions.map(each => each.offset)).toEqual(after.map(each => each.committed))
        for (const { committed, logStart, logEnd } of after)
          expect(committed !== null && committed >= logStart && committed <= logEnd).toBe(true)
      }),
    )
  })

  it('by shift gives old + shift, clamped', () => {
    fc.assert(
      fc.property(offset, offset, offset, fc.bigInt(-(2n ** 62n), 2n ** 62n), (start, length, old, shift) => {
        const end = start + length
        const cluster = clusterOf({ start, end, committed: old })
        reset(cluster, { strategy: 0, shift })
        const [, middle] = [start, old + shift, end].sort((a, b) => Number(a - b))
        expect(committed(cluster)).toEqual([middle])
      }),
    )
  })

  it('by shift without a commit counts from the beginning', () => {
    const cluster = clusterOf({ start: 0n, end: 50n, committed: null })
    reset(cluster, { strategy: 0, shift: 11n })
    expect(committed(cluster)).toEqual([10n])
  })

  it.each([
    ['earliest', -2, 100n],
    ['latest', -1, 200n],
    ['a time before retention', startMs - 5, 100n],
    ['the very millisecond of a message', startMs + 1_500, 150n],
    ['between two messages', startMs + 1_501, 151n],
    ['after the last message', startMs + 1_991, 200n],
  ])('by time: %s', (_, timestamp, expected) => {
    const cluster = clusterOf(usual)
    reset(cluster, { strategy: 1, timestamp })
    expect(committed(cluster)).toEqual([expected])
  })

  it('to an offset outside the log clamps, or fails the whole topic where the rules say so', () => {
    const cluster = clusterOf(usual, { start: 0n, end: 300n, committed: 10n })
    reset(cluster, { strategy: 2, offset: 250n })
    expect(committed(cluster)).toEqual([200n, 250n])

    cluster.rules.offsetStrategy = 'fail'
    expect(reset(cluster, { strategy: 2, offset: 50n })).toMatchObject([{ errorCode: 1, partitions: [] }])
    expect(committed(cluster)).toEqual([200n, 250n])
    expect(cluster.effects()).toHaveLength(1)
  })

  it('of all topics takes those with a commit of the group, and no others', () => {
    const cluster = clusterOf(usual)
    const outcome = cluster.setGroupOffsets({ instance, group, how: { strategy: 1, timestamp: -2 } })
    expect(outcome).toMatchObject({ topics: [{ topic: 't' }] })
    expect(committed(cluster, 'other')).toEqual([null])
  })

  it('of an unknown topic fails that topic alone, with the words of the page', () => {
    const cluster = clusterOf(usual)
    expect(reset(cluster, { strategy: 1, timestamp: -1 }, ['aaaa', 't'])).toMatchObject([
      {
        topic: 'aaaa',
        errorCode: 3,
        message: 'This request is for a topic or partition that does not exist on this broker.',
        partitions: [],
      },
      { topic: 't', errorCode: 0 },
    ])
    expect(committed(cluster)).toEqual([200n])
  })

  it('is refused while the group has members, and possible again when they have left', () => {
    const cluster = clusterOf(usual)
    const command = { instance, group, how: { strategy: 1, timestamp: -2 } } as const
    cluster.join(group, { clientId: 'c1' })
    cluster.join(group, { clientId: 'c2' })
    expect(cluster.setGroupOffsets(command)).toEqual({ kind: 'groupNotEmpty' })
    cluster.rebalance(group, 'PreparingRebalance')
    cluster.leave(group, 'c1')
    expect(cluster.group(instance, group).state).toBe('PreparingRebalance')
    expect(cluster.setGroupOffsets(command)).toEqual({ kind: 'groupNotEmpty' })
    cluster.leave(group, 'c2')
    expect(cluster.group(instance, group).state).toBe('Empty')
    expect(committed(cluster)).toEqual([150n])
    expect(cluster.setGroupOffsets(command).kind).toBe('applied')
    expect(committed(cluster)).toEqual([100n])
  })

  it('of an unknown instance is refused', () => {
    const command = { instance: 'nowhere', group, how: { strategy: 1, timestamp: -2 } } as const
    expect(clusterOf(usual).setGroupOffsets(command)).toEqual({ kind: 'unknownInstance' })
  })

  it('of a Dead group creates its commits, but only on topics that were named', () => {
    const cluster = clusterOf(usual)
    const how = { strategy: 1, timestamp: -1 } as const
    expect(cluster.group(instance, 'ghost').state).toBe('Dead')
    expect(cluster.setGroupOffsets({ instance, group: 'ghost', how })).toEqual({
      kind: 'applied',
      topics: [],
    })
    expect(cluster.group(instance, 'ghost').state).toBe('Dead')
    cluster.setGroupOffsets({ instance, group: 'ghost', topics: ['t'], how })
    expect(cluster.group(instance, 'ghost').state).toBe('Empty')
    expect(cluster.positions(instance, 'ghost')).toMatchObject([{ topic: 't', committed: 200n }])
  })

  it('moves only the partitions that were named', () => {
    const cluster = clusterOf(usual, usual, usual)
    const how = { strategy: 1, timestamp: -2 } as const
    cluster.setGroupOffsets({ instance, group, topics: ['t'], partitions: [1], how })
    expect(committed(cluster)).toEqual([150n, 100n, 150n])
  })
})

describe('failures', () => {
  it('of one partition stay inside a topic that succeeds, until healed', () => {
    const cluster = clusterOf(usual, usual)
    cluster.failPartition('t', 1, 6, 'not the leader')
    expect(reset(cluster, { strategy: 1, timestamp: -2 })).toEqual([
      {
        topic: 't',
        errorCode: 0,
        partitions: [
          { partition: 0, offset: 100n, errorCode: 0 },
          { partition: 1, offset: 100n, errorCode: 6, message: 'not the leader' },
        ],
      },
    ])
    expect(committed(cluster)).toEqual([100n, 150n])
    cluster.heal('t')
    reset(cluster, { strategy: 1, timestamp: -2 })
    expect(committed(cluster)).toEqual([100n, 100n])
  })

  it('of a topic leave all of it where it was', () => {
    const cluster = clusterOf(usual)
    cluster.failTopic('t', 29)
    expect(reset(cluster, { strategy: 1, timestamp: -2 })).toMatchObject([{ errorCode: 29, partitions: [] }])
    expect(committed(cluster)).toEqual([150n])
    expect(cluster.effects()).toHaveLength(0)
  })
})

describe('effects', () => {
  it('count each call that wrote, with what was asked and what it moved', () => {
    const cluster = clusterOf(usual)
    reset(cluster, { strategy: 0, shift: -10n })
    reset(cluster, { strategy: 0, shift: -10n })
    reset(cluster, { strategy: 0, shift: -10n }, ['aaaa'])
    expect(cluster.effects(group).map(each => each.written)).toEqual([
      [{ topic: 't', partition: 0, from: 150n, to: 140n }],
      [{ topic: 't', partition: 0, from: 140n, to: 130n }],
    ])
    expect(cluster.effects(group)[0]).toMatchObject({ topics: ['t'], how: { strategy: 0, shift: -10n } })
    expect(cluster.effects('another')).toEqual([])
  })

  it('do not count a pretence, which changes nothing', () => {
    const cluster = clusterOf(usual)
    const command = { instance, group, topics: ['t'], how: { strategy: 1, timestamp: -2 } } as const
    const pretended = cluster.setGroupOffsets({ ...command, topics: ['t'] }, 'pretend')
    expect(committed(cluster)).toEqual([150n])
    expect(cluster.effects()).toEqual([])
    expect(cluster.setGroupOffsets({ ...command, topics: ['t'] })).toEqual(pretended)
  })
})

describe('the world', () => {
  it('moves by producing, consuming, retention, new partitions and deletion', () => {
    const cluster = clusterOf(usual)
    cluster.produce('t', 0, 5)
    expect(cluster.offsetAt(instance, 't', 0, 5_000_000)).toBe(200n)
    cluster.consume(group, 't', 0, 1_000)
    expect(cluster.positions(instance, group)).toMatchObject([{ committed: 205n, logEnd: 205n, lag: 0n }])
    cluster.truncate('t', 0, 190n)
    cluster.addPartitions('t', 1)
    expect(cluster.positions(instance, group)).toMatchObject([
      { logStart: 190n },
      { partition: 1, committed: null, logStart: 0n, logEnd: 0n, lag: null },
    ])
    cluster.deleteTopic('t')
    expect(cluster.topicsOf(instance, group)).toEqual([])
  })

  it('tells listeners of every change until they leave', () => {
    const cluster = clusterOf(usual)
    let heard = 0
    const leave = cluster.onChange(() => {
      heard += 1
    })
    cluster.produce('t', 0, 1)
    reset(cluster, { strategy: 1, timestamp: -2 })
    leave()
    cluster.produce('t', 0, 1)
    expect(heard).toBe(2)
  })

  it('keeps instances apart', () => {
    const [one] = seedOf([usual]).instances
    if (!one) throw new Error('no instance')
    const cluster = createCluster({ instances: [one, { ...one, id: 'j' }] })
    cluster.in('j').commit(group, 't', 0, 111n)
    expect(cluster.positions('i', group)).toMatchObject([{ committed: 150n }])
    expect(cluster.positions('j', group)).toMatchObject([{ committed: 111n }])
  })
})

describe('seeds', () => {
  it('of the demo: one group behind and Empty, one with members, one with an odd name', () => {
    const cluster = createCluster(demoSeed(1_700_000_000_000))
    const billing = cluster.positions('ckafka-demo0001', 'orders-billing')
    expect(billing).toHaveLength(13)
    expect(billing.every(each => (each.lag ?? 0n) > 0n && (each.committed ?? 0n) > each.logStart)).toBe(true)
    expect(cluster.group('ckafka-demo0001', 'orders-billing').state).toBe('Empty')
    expect(cluster.group('ckafka-demo0001', 'orders-audit')).toMatchObject({ state: 'Stable' })
    expect(cluster.group('ckafka-demo0001', '报表 a&b @x').state).toBe('Empty')
  })

  it('can be as big as ten thousand partitions', () => {
    const cluster = createCluster(bigSeed())
    expect(cluster.positions('ckafka-bulk0001', 'bulk')).toHaveLength(10_000)
  })
})

// What an execution can be followed by: an undo that leads back to the digit, a retry that moves nothing twice, or a why-not.

import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type FollowUps, retryOf, undoOf } from '../../src/request/follow-up.ts'
import { type Reset, resetSchema, type Strategy, targetsSchema } from '../../src/request/reset.ts'
import type { PartitionResult } from '../../src/request/result.ts'
import { EVERYTHING, NOTHING } from './worlds.ts'

const resetTo = (strategy: Strategy, topics = ['orders']): Reset => ({
  target: { instanceId: 'ckafka-one', group: 'billing' },
  strategy,
  scope: 'topics',
  topics,
  partitions: {},
})
const back100 = resetTo({ kind: 'shift', direction: 'replay', count: 100n })
const ahead100 = resetTo({ kind: 'shift', direction: 'skip', count: 100n })
const latest = resetTo({ kind: 'latest' })

/** Partition 0 of orders, moved from 150 to 50 as planned. */
const moved = (partition = 0, change: Partial<PartitionResult> = {}): PartitionResult => ({
  topic: 'orders',
  partition,
  from: 150n,
  planned: 50n,
  said: { offset: 50n, code: 0, message: '' },
  readBack: 50n,
  outcome: 'succeeded',
  why: null,
  ...change,
})
const failed = (partition = 0, change: Partial<PartitionResult> = {}) =>
  moved(partition, {
    outcome: 'failed',
    readBack: 150n,
    said: { offset: 50n, code: 25, message: 'no' },
    ...change,
  })
const notRead = (partition = 0, change: Partial<PartitionResult> = {}) =>
  moved(partition, { outcome: 'unreported', why: 'notRead', readBack: null, ...change })
const unseen: PartitionResult = {
  topic: 'unseen',
  partition: null,
  from: null,
  planned: null,
  said: null,
  readBack: null,
  outcome: 'failed',
  why: 'notSeen',
}
const NEITHER: FollowUps = { possible: [], impossible: [] }

/** What is asked for, short: strategy, topics, and where each partition goes. */
const asked = ({ possible }: FollowUps) =>
  possible.map(({ reset, targets, partitions }) => ({
    strategy: reset.strategy,
    topics: reset.topics,
    targets: targets === null ? null : Object.fromEntries(targets),
    partitions,
  }))

describe('an undo, where offsets can be written one by one', () => {
  const undo = (...result: PartitionResult[]) => undoOf(back100, result, EVERYTHING)

  it('leads every partition that moved back to where it stood', () => {
    const result = [moved(0), moved(1, { from: 170n }), moved(0, { topic: 'a', from: 2n ** 62n })]
    expect(asked(undo(...result))).toEqual([
      {
        strategy: { kind: 'offsets', source: 'undo', partitions: 3 },
        topics: ['a', 'orders'],
        targets: { 'orders 0': 150n, 'orders 1': 170n, 'a 0': 2n ** 62n },
        partitions: 3,
      },
    ])
  })

  it.each<[string, PartitionResult, boolean]>([
    ['moved', moved(), true],
    ['was held back on the way', moved(0, { outcome: 'clamped', readBack: 90n }), true],
    ['was committed over', moved(0, { outcome: 'moved-after', readBack: 60n }), true],
    ['is not known to have moved', notRead(), true],
    [
      'is not known to have moved, and stands where it was',
      notRead(0, { why: 'notReported', readBack: 150n }),
      true,
    ],
    ['failed, and stands elsewhere all the same', failed(0, { why: 'elsewhere', readBack: 30n }), true],
    ['failed', failed(), false],
    ['failed, and could not be read', failed(0, { readBack: null }), false],
    ['was to stay, and did', moved(0, { planned: 150n, readBack: 150n }), false],
    ['could not be seen', unseen, false],
  ])('of what %s: %s', (_, row, isPutBack) => {
    expect(undo(row).possible).toHaveLength(isPutBack ? 1 : 0)
    expect(undo(row).impossible).toEqual([])
  })

  it('says that a first commit cannot be taken back, and puts the others back', () => {
    const found = undo(moved(0), moved(1, { from: null }), moved(2, { from: null }))
    expect(asked(found)).toMatchObject([{ targets: { 'orders 0': 150n }, partitions: 1 }])
    expect(found.impossible).toEqual([{ topic: 'orders', partitions: 2, why: 'noCommitBefore' }])
  })

  it('says nothing of a partition that had no commit and has none now', () => {
    expect(undo(moved(0, { from: null, readBack: null, outcome: 'failed' }))).toEqual(NEITHER)
  })

  it('is nothing where nothing moved', () => {
    expect(undo(failed(), unseen)).toEqual(NEITHER)
    expect(undo()).toEqual(NEITHER)
  })

  it('can be submitted like any other request', () => {
    const [followUp] = undo(moved(0), moved(1)).possible
    if (!followUp?.targets) throw new Error('no undo')
    expect(resetSchema.decode(z.encode(resetSchema, followUp.reset))).toEqual(followUp.reset)
    const kept = z.encode(targetsSchema, new Map(followUp.targets))
    expect(targetsSchema.decode(kept)).toEqual(followUp.targets)
    expect(followUp.reset.target).toEqual(back100.target)
  })
})

describe('an undo, where a topic moves as a whole', () => {
  const undo = (reset: Reset, ...result: PartitionResult[]) => undoOf(reset, result, NOTHING)
  const shifted = (partition: number, from: bigint, change: Partial<PartitionResult> = {}) =>
    moved(partition, { from, readBack: from - 100n, ...change })

  it.each([
    ['replay', back100, -100n, 'skip'],
    ['skip', ahead100, 100n, 'replay'],
  ] as const)('of a whole shift is the shift the other way: %s', (_, reset, by, direction) => {
    const rows = [150n, 900n].map((from, partition) => moved(partition, { from, readBack: from + by }))
    const found = undo(reset, ...rows)
    expect(asked(found)).toEqual([
      {
        strategy: { kind: 'shift', direction, count: 100n },
        topics: ['orders'],
        targets: null,
        partitions: 2,
      },
    ])
    expect(found.impossible).toEqual([])
  })

  it.each<[string, PartitionResult]>([
    ['was held back by an end of the log', shifted(1, 70n, { outcome: 'clamped', readBack: 0n })],
    ['moved by one less, though called a success', shifted(1, 170n, { readBack: 71n })],
    ['failed, and would be shifted too', failed(1, { from: 170n, readBack: 170n })],
    ['is not known to have moved', notRead(1, { from: 170n })],
    ['was committed over', shifted(1, 170n, { outcome: 'moved-after', readBack: 75n })],
    ['moved the other way', shifted(1, 170n, { readBack: 270n })],
    ['never had a commit, and has none', moved(1, { from: null, readBack: null, outcome: 'failed' })],
  ])('is not a shift when one partition %s', (_, odd) => {
    const found = undo(back100, shifted(0, 150n), odd)
    expect(found.possible).toEqual([])
    expect(found.impossible).toMatchObject([{ topic: 'orders', why: 'severalOffsets' }])
  })

  it('of a topic whose partitions all stood at one offset is that offset', () => {
    const rows = [moved(0, { outcome: 'clamped' }), moved(1), failed(2)]
    expect(asked(undo(latest, ...rows))).toEqual([
      { strategy: { kind: 'offset', offset: 150n }, topics: ['orders'], targets: null, partitions: 2 },
    ])
  })

  it('is not one offset when a partition that did not move stood at another', () => {
    const found = undo(latest, moved(0), moved(1), failed(2, { from: 160n, readBack: 160n }))
    expect(found).toEqual({
      possible: [],
      impossible: [{ topic: 'orders', partitions: 2, why: 'severalOffsets' }],
    })
  })

  it('is a request for each strategy it takes, and a why-not for the rest', () => {
    const topics = ['a', 'b', 'c', 'd', 'e']
    const found = undo(
      { ...back100, topics },
      shifted(0, 150n, { topic: 'b' }),
      shifted(0, 170n, { topic: 'a' }),
      moved(0, { topic: 'c', from: 7n, readBack: 0n, outcome: 'clamped' }),
      moved(0, { topic: 'd', from: 8n, readBack: 0n, outcome: 'clamped' }),
      moved(0, { topic: 'e', from: 7n, readBack: 0n, outcome: 'clamped' }),
      moved(0, { topic: 'f', from: 7n, readBack: 0n, outcome: 'clamped' }),
      moved(1, { topic: 'f', from: 8n, readBack: 0n, outcome: 'clamped' }),
      unseen,
    )
    expect(asked(found)).toEqual([
      {
        strategy: { kind: 'shift', direction: 'skip', count: 100n },
        topics: ['a', 'b'],
        targets: null,
        partitions: 2,
      },
      { strategy: { kind: 'offset', offset: 7n }, topics: ['c', 'e'], targets: null, partitions: 2 },
      { strategy: { kind: 'offset', offset: 8n }, topics: ['d'], targets: null, partitions: 1 },
    ])
    expect(found.impossible).toEqual([{ topic: 'f', partitions: 2, why: 'severalOffsets' }])
  })

  it('leaves a topic alone of which a partition had its first commit, and says so of all its partitions', () => {
    const found = undo(back100, shifted(0, 150n), shifted(1, 170n), moved(2, { from: null }))
    expect(found).toEqual({
      possible: [],
      impossible: [{ topic: 'orders', partitions: 3, why: 'noCommitBefore' }],
    })
  })

  it('is nothing where nothing moved', () => {
    expect(undo(back100, failed(0), failed(1), unseen)).toEqual(NEITHER)
  })
})

describe('a retry, where offsets can be written one by one', () => {
  const retry = (...result: PartitionResult[]) => retryOf(back100, result, EVERYTHING)

  it('is of what failed or is not known to have happened, to where it was planned', () => {
    const rows = [
      failed(0),
      notRead(1, { planned: 60n }),
      moved(2),
      moved(3, { outcome: 'moved-after', readBack: 51n }),
      moved(4, { outcome: 'clamped' }),
      failed(5, { why: 'unchanged', topic: 'a' }),
    ]
    expect(asked(retry(...rows))).toEqual([
      {
        strategy: { kind: 'offsets', source: 'retry', partitions: 3 },
        topics: ['a', 'orders'],
        targets: { 'a 5': 50n, 'orders 0': 50n, 'orders 1': 60n },
        partitions: 3,
      },
    ])
  })

  it('is nothing where everything happened, and where nothing could be seen', () => {
    expect(retry(moved(0), moved(1, { outcome: 'clamped' }))).toEqual(NEITHER)
    expect(retry(unseen)).toEqual(NEITHER)
  })

  it('asks for the same again on topics of which the plan could not say where they lead', () => {
    const time = resetTo({ kind: 'time', timeMs: 1_000 })
    const rows = [failed(0, { planned: null }), failed(1), failed(0, { topic: 'a' }), moved(2)]
    const found = retryOf(time, rows, EVERYTHING)
    expect(found.impossible).toEqual([])
    expect(asked(found)).toEqual([
      {
        strategy: { kind: 'offsets', source: 'retry', partitions: 1 },
        topics: ['a'],
        targets: { 'a 0': 50n },
        partitions: 1,
      },
      { strategy: { kind: 'time', timeMs: 1_000 }, topics: ['orders'], targets: null, partitions: 2 },
    ])
  })
})

describe('a retry, where a topic moves as a whole', () => {
  const retry = (reset: Reset, ...result: PartitionResult[]) => retryOf(reset, result, NOTHING)

  it('of a shift is the shift again, on topics of which nothing has moved', () => {
    const found = retry(
      back100,
      failed(0),
      failed(1, { readBack: null }),
      notRead(2, { why: 'unchanged', readBack: 150n }),
      moved(0, { topic: 'done' }),
    )
    expect(asked(found)).toEqual([
      { strategy: back100.strategy, topics: ['orders'], targets: null, partitions: 3 },
    ])
    expect(found.impossible).toEqual([])
  })

  const ODD: [string, PartitionResult][] = [
    ['has moved', moved(1)],
    ['may have moved, as it could not be read', notRead(1)],
    ['may have moved its first commit, as it could not be read', notRead(1, { from: null })],
    ['was not reported, and stands elsewhere', notRead(1, { why: 'notReported', readBack: 50n })],
    ['was refused, and stands elsewhere', failed(1, { readBack: 60n })],
  ]

  it.each<[string, PartitionResult]>([
    ...ODD.map(([what, odd]): [string, PartitionResult] => [what, { ...odd, planned: 40n }]),
    ['was committed over', moved(1, { outcome: 'moved-after', readBack: 60n })],
  ])('of a shift is not offered when a partition %s: it would move twice', (_, odd) => {
    const found = retry(back100, failed(0), odd)
    expect(found.possible).toEqual([])
    expect(found.impossible).toMatchObject([{ topic: 'orders', why: 'partly' }])
  })

  it.each(ODD)(
    'of a shift goes to the one offset that all of the topic share when a partition %s',
    (_, odd) => {
      const found = retry(back100, failed(0), odd)
      const strategy = { kind: 'offset', offset: 50n }
      expect(asked(found)).toMatchObject([{ strategy, topics: ['orders'], targets: null }])
      expect(found.impossible).toEqual([])
    },
  )

  it.each<Strategy>([
    { kind: 'earliest' },
    { kind: 'latest' },
    { kind: 'time', timeMs: 1_000 },
    { kind: 'offset', offset: 5n },
  ])('of anything else is the same again, as it leads to the same place: %s', strategy => {
    const found = retry(resetTo(strategy), failed(0), moved(1), notRead(2), moved(0, { topic: 'done' }))
    expect(asked(found)).toEqual([{ strategy, topics: ['orders'], targets: null, partitions: 2 }])
    expect(found.impossible).toEqual([])
  })

  it('offers the topics it can, and says why not of the others', () => {
    const found = retry(back100, failed(0), moved(1, { planned: 40n }), failed(0, { topic: 'a' }))
    expect(asked(found)).toMatchObject([{ topics: ['a'], partitions: 1 }])
    expect(found.impossible).toEqual([{ topic: 'orders', partitions: 1, why: 'partly' }])
  })
})

// The product's adapter over the simulated Kafka when things go wrong: what it says of a write against what was written, which
// the simulated cluster knows. What the storm will do at random, one by one.

import { describe, expect, it, onTestFinished } from 'vitest'
import { createKafka } from '../../../src/adapters/kafka/kafka.ts'
import type { KafkaFault } from '../../../src/sandbox/kafka/faults.ts'
import type { KafkaBrokerOptions } from '../../../src/sandbox/kafka/start.ts'
import { committedIn, started } from './start.ts'

const ID = 'kafka-simulated'
const target = (group: string) => ({ instanceId: ID, group })
const WRITES = new Map([
  ['orders', [{ partition: 0, offset: 10n }]],
  ['payments', [{ partition: 0, offset: 1n }]],
])
const WRITTEN = { 'orders 0': 10n, 'orders 1': 20n, 'payments 0': 1n }
const BEFORE = { 'orders 0': 60n, 'orders 1': 20n, 'payments 0': 5n }

async function adapted(options: KafkaBrokerOptions = {}, sasl?: { username: string; password: string }) {
  const { cluster, kafka } = await started(options)
  const adapter = createKafka(
    {
      id: ID,
      name: 'simulated',
      bootstrap: kafka.bootstrap.split(','),
      timeouts: { connectMs: 1_000, callMs: 600, idleMs: 60_000 },
      ...(sasl === undefined ? {} : { sasl: { mechanism: 'PLAIN', ...sasl } }),
    },
    { now: Date.now },
  )
  onTestFinished(adapter.close)
  return { cluster, kafka, adapter }
}
const soon = () => Date.now() + 4_000

describe('a write', () => {
  it.each<[string, KafkaFault, boolean]>([
    ['is cut after it was taken', { kind: 'cut', afterDoingIt: true }, true],
    ['is cut before it was taken', { kind: 'cut', afterDoingIt: false }, false],
    ['is half answered', { kind: 'halfAnswer' }, true],
    ['hangs after it was taken', { kind: 'hang', afterDoingIt: true }, true],
    ['hangs before it was taken', { kind: 'hang', afterDoingIt: false }, false],
    ['is answered with 15 although it was taken', { kind: 'code', code: 15, afterDoingIt: true }, true],
    ['is answered with 16', { kind: 'code', code: 16, afterDoingIt: false }, false],
    [
      'is answered with another’s answer',
      { kind: 'pinned', bytes: Buffer.from('0000000400ffffff', 'hex'), afterDoingIt: true },
      true,
    ],
  ])('that %s is unknown, and never sent again', async (_, fault, isWritten) => {
    const { cluster, kafka, adapter } = await adapted()
    kafka.inject('OffsetCommit', fault)
    const { called } = await adapter.writeTopics(target('simple'), WRITES, soon())
    expect(called.kind).toBe('unknown')
    expect(kafka.calls('OffsetCommit')).toHaveLength(1)
    expect(cluster.effects()).toHaveLength(isWritten ? 1 : 0)
    expect(committedIn(cluster, 'simple')).toEqual(isWritten ? WRITTEN : BEFORE)
  })

  it.each<[string, Parameters<Awaited<ReturnType<typeof adapted>>['kafka']['inject']>]>([
    ['the group cannot be looked at', ['OffsetFetch', { kind: 'cut', afterDoingIt: false }, 9]],
    ['there is no coordinator', ['FindCoordinator', { kind: 'code', code: 15, afterDoingIt: false }, 99]],
    ['the coordinator is still loading', ['OffsetCommit', { kind: 'code', code: 14, afterDoingIt: false }]],
    ['nobody is greeted', ['ApiVersions', { kind: 'hang', afterDoingIt: false }, 99]],
  ])('is not sent while %s', async (_, fault) => {
    const { cluster, kafka, adapter } = await adapted()
    kafka.inject(...fault)
    const { called } = await adapter.writeTopics(target('simple'), WRITES, Date.now() + 1_500)
    expect(called.kind).toBe('notSent')
    expect(cluster.effects()).toEqual([])
  })

  it('is one, with both topics, and finds the coordinator that has moved', async () => {
    const { cluster, kafka, adapter } = await adapted({ brokers: 3 })
    for (const nodeId of [1, 2, 3]) {
      kafka.moveCoordinator('simple', nodeId)
      expect(await adapter.writeTopics(target('simple'), WRITES, soon())).toMatchObject({
        called: { kind: 'done' },
      })
    }
    expect(cluster.effects().map(({ topics }) => topics)).toEqual(Array(3).fill(['orders', 'payments']))
    expect(kafka.calls('OffsetCommit').map(({ nodeId }) => nodeId)).toEqual([1, 2, 3])
  })

  it.each([undefined, null])(
    'of more than one batch holds is several, each of which fits',
    async describedNew => {
      const { cluster, kafka, adapter } = await adapted({
        largestCommitBytes: 70_000,
        newest: { ...(describedNew === null ? { ConsumerGroupDescribe: null } : {}) },
      })
      cluster.createTopic('many', 3_000)
      const offsets = Array.from({ length: 3_000 }, (_, partition) => ({ partition, offset: 0n }))
      const { called, unwritten } = await adapter.writeTopics(
        target('simple'),
        new Map([['many', offsets]]),
        soon(),
      )
      expect([called.kind, unwritten]).toEqual(['done', []])
      const written = cluster.effects().flatMap(each => each.written.map(({ partition }) => partition))
      expect(written.sort((a, b) => a - b)).toEqual(offsets.map(({ partition }) => partition))
      expect(cluster.effects().length).toBe(kafka.calls('OffsetCommit').length)
      expect(cluster.effects().length).toBeLessThan(6)
    },
  )

  it('is refused with a wrong password, and done with the right one', async () => {
    const sasl = { username: 'alice', password: 'a password' }
    const wrong = await adapted({ sasl }, { ...sasl, password: 'another' })
    expect((await wrong.adapter.writeTopics(target('simple'), WRITES, soon())).called).toMatchObject({
      kind: 'refused',
      reason: 'credentials',
    })
    const right = await adapted({ sasl }, sasl)
    expect((await right.adapter.writeTopics(target('simple'), WRITES, soon())).called.kind).toBe('done')
  })
})

describe('a read', () => {
  it('of a log without a leader costs that row and no other', async () => {
    const { kafka, adapter } = await adapted({ brokers: 2 })
    kafka.moveLeader('orders', 1, null)
    const ranges = await adapter.reader({ readMs: 3_000 }).logRangesOf(ID, ['orders'])
    expect(ranges).toEqual({
      kind: 'read',
      value: new Map([
        [
          'orders',
          [
            { partition: 0, start: 10n, end: 110n },
            { partition: 1, unread: expect.any(String) },
          ],
        ],
      ]),
    })
  })
})

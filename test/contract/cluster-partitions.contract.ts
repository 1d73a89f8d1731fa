// The promises of the Cluster port about writeOffsets, over the cluster of cluster.contract.ts: kept to the digit where the
// API has such a write, refused without a call where it has not.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PartitionWrite, Quota } from '../../src/ports/cluster.ts'
import type { CallOutcome } from '../../src/request/api-answer.ts'
import { causeOf } from '../../src/request/cause.ts'
import type { CkafkaFault } from '../../src/sandbox/ckafka/faults.ts'
import { type CkafkaSimulator, startCkafkaSimulator } from '../../src/sandbox/ckafka/start.ts'
import {
  CALL_MS,
  type ClusterSubject,
  CREDENTIALS,
  INSTANCE,
  OTHER_NAMES,
  type Subject,
  seed,
} from './cluster.contract.ts'

const BEYOND_DOUBLES = 9_007_199_254_740_991n

export function describeClusterPartitions(name: string, subject: ClusterSubject): void {
  describe(name, () => {
    const { writeAction } = subject
    let simulator: CkafkaSimulator
    let cluster: Subject

    beforeEach(async () => {
      simulator = await startCkafkaSimulator({ ...CREDENTIALS, seed: seed() })
      cluster = subject.create(simulator, CALL_MS)
    })
    afterEach(async () => {
      await simulator.close()
      await cluster.close()
    })

    const soon = (ms = 5_000) => Date.now() + ms
    const write = (topic: string, offsets: PartitionWrite[], group = 'billing', instanceId = INSTANCE) =>
      cluster.writeOffsets({ instanceId, group }, topic, offsets, soon())
    const to = (...offsets: bigint[]) => offsets.map((offset, partition) => ({ partition, offset }))
    const committed = (topic: string, group = 'billing') =>
      simulator.cluster.positions(INSTANCE, group, [topic]).map(position => position.committed)
    const effects = () => simulator.cluster.effects()
    /** By topic: partition, offset, code. */
    const reported = (outcome: CallOutcome) =>
      outcome.kind === 'done'
        ? Object.fromEntries(
            outcome.topics.map(({ topic, errorCode, partitions }) => [
              topic,
              errorCode === 0
                ? partitions
                    .map(each => [each.partition, each.offset, each.errorCode] as const)
                    .sort((a, b) => a[0] - b[0])
                : errorCode,
            ]),
          )
        : outcome

    it('says whether it can, and so does its reader', async () => {
      expect(cluster.can.writePartitions).toBe(writeAction !== null)
      const reader = cluster.reader({ urgency: 'person', readMs: 1_000 })
      expect(await reader.abilitiesOf(INSTANCE)).toEqual({ kind: 'read', value: cluster.can })
      expect(simulator.calls()).toEqual([])
    })

    it.each<[string, number[]]>([
      ['no partitions', []],
      ['a partition twice', [0, 1, 0]],
      ['a partition below zero', [0, -1]],
      ['half a partition', [0.5]],
      ['a partition that is no number', [Number.NaN]],
      ['a partition that Kafka cannot count to', [2 ** 31]],
    ])('refuses %s without asking the API', async (_, partitions) => {
      const offsets = partitions.map(partition => ({ partition, offset: 1n }))
      expect(await write('orders', offsets)).toMatchObject({
        kind: 'refused',
        reason: 'badRequest',
        code: 'none',
      })
      expect(simulator.calls()).toEqual([])
    })

    it.each<[string, string, bigint, string]>([
      ['an offset below zero', 'orders', -1n, 'billing'],
      ['an offset that no log has', 'orders', 2n ** 63n, 'billing'],
      ['no topic', ' ', 1n, 'billing'],
      ['a topic that is no text', 'orders\ud800', 1n, 'billing'],
      ['no group', 'orders', 1n, ''],
    ])('refuses to write %s without asking the API', async (_, topic, offset, group) => {
      expect(await write(topic, to(offset), group)).toMatchObject({ kind: 'refused', reason: 'badRequest' })
      expect(simulator.calls()).toEqual([])
    })

    describe.runIf(writeAction === null)('where the API cannot', () => {
      it('refuses in plain words, and sends nothing', async () => {
        expect(await write('orders', to(1n))).toEqual({
          kind: 'refused',
          reason: 'badRequest',
          code: 'none',
          message: expect.stringMatching(/whole topics/),
        })
        expect(simulator.calls()).toEqual([])
      })
    })

    describe.runIf(writeAction !== null)('writeOffsets', () => {
      const action = writeAction ?? ''

      it('commits each offset to its partition, in one call, touches no other, and reports what was accepted', async () => {
        expect(reported(await write('orders', to(300n, 1_999n)))).toEqual({
          orders: [
            [0, null, 0],
            [1, null, 0],
          ],
        })
        expect(committed('orders')).toEqual([300n, 1_999n])
        expect(reported(await write('orders', [{ partition: 1, offset: 700n }]))).toEqual({
          orders: [[1, null, 0]],
        })
        expect(committed('orders')).toEqual([300n, 700n])
        expect(committed('payments')).toEqual([400n])
        expect(simulator.calls(action)).toHaveLength(2)
        expect(effects().map(({ topics }) => topics)).toEqual([['orders'], ['orders']])
      })

      it('puts back what a reset has moved', async () => {
        const target = { instanceId: INSTANCE, group: 'billing' }
        await cluster.resetOffsets({ target, strategy: { kind: 'earliest' }, topics: ['orders'] }, soon())
        expect(committed('orders')).toEqual([100n, 200n])
        await write('orders', to(500n, 1_500n))
        expect(committed('orders')).toEqual([500n, 1_500n])
      })

      it('changes nothing the second time', async () => {
        await write('orders', to(300n, 300n))
        expect(await write('orders', to(300n, 300n))).toMatchObject({ kind: 'done' })
        expect(committed('orders')).toEqual([300n, 300n])
      })

      it('loses no digit of an offset beyond 2^53', async () => {
        for (const offset of [BEYOND_DOUBLES, BEYOND_DOUBLES + 2n]) {
          expect(await write('huge', to(offset))).toMatchObject({ kind: 'done' })
          expect(committed('huge')).toEqual([offset])
        }
      })

      it.each(OTHER_NAMES)('carries a topic and a group named %s through unchanged', async other => {
        expect(reported(await write(other, to(70n), other))).toEqual({ [other]: [[0, null, 0]] })
        expect(committed(other, other)).toEqual([70n])
      })

      it('commits where nothing was committed, and for a group that nobody knows', async () => {
        expect(reported(await write('orders', to(300n), 'half'))).toEqual({ orders: [[0, null, 0]] })
        expect(reported(await write('payments', to(30n), 'nobody'))).toEqual({ payments: [[0, null, 0]] })
        expect(committed('orders', 'half')).toEqual([300n, 0n])
        expect(committed('payments', 'nobody')).toEqual([30n])
      })

      it('reports a partition that is not there, leaves it out, and writes the rest', async () => {
        const offsets = [
          { partition: 9, offset: 1n },
          { partition: 1, offset: 300n },
        ]
        expect(reported(await write('orders', offsets))).toEqual({
          orders: [
            [1, null, 0],
            [9, null, 3],
          ],
        })
        expect(effects()).toMatchObject([{ how: { offsets: [{ partition: 1, offset: 300n }] } }])
      })

      it.each<[string, string, number, unknown]>([
        ['topic', 'nowhere', 0, { nowhere: 3 }],
        ['partition', 'orders', 2, { orders: [[2, null, 3]] }],
      ])('sends nothing when no such %s is there', async (_, topic, partition, expected) => {
        expect(reported(await write(topic, [{ partition, offset: 1n }]))).toEqual(expected)
        expect(simulator.calls(action)).toEqual([])
      })

      it('refuses a group with members, and an instance that is not there', async () => {
        expect(await write('orders', to(1n), 'busy')).toMatchObject({ reason: 'groupNotEmpty' })
        expect(await write('orders', to(1n), 'billing', 'ckafka-nowhere')).toMatchObject({
          kind: 'refused',
          reason: 'instanceMissing',
        })
        expect(simulator.calls(action)).toEqual([])
      })

      it.each<[string, CkafkaFault]>([
        ['cut after the work', { kind: 'cut', afterDoingIt: true }],
        ['left hanging before the work', { kind: 'hang', afterDoingIt: false }],
        ['half an answer', { kind: 'halfAnswer' }],
        ['a 502 after the work', { kind: 'status', status: 502, afterDoingIt: true }],
        ['a web page', { kind: 'html' }],
      ])('does not know, and never asks again, after %s', async (_, fault) => {
        simulator.inject(action, fault, Number.POSITIVE_INFINITY)
        const target = { instanceId: INSTANCE, group: 'billing' }
        const outcome = await cluster.writeOffsets(target, 'orders', to(300n), soon(600))
        expect(outcome.kind).toBe('unknown')
        expect(simulator.calls(action)).toHaveLength(1)
        expect(effects().length).toBeLessThanOrEqual(1)
      })

      it('has sent nothing when nobody listens, or the deadline has passed', async () => {
        const target = { instanceId: INSTANCE, group: 'billing' }
        expect(await cluster.writeOffsets(target, 'orders', to(300n), Date.now())).toMatchObject({
          kind: 'notSent',
        })
        expect(simulator.calls()).toEqual([])
        await simulator.close()
        expect(await write('orders', to(300n))).toEqual({
          kind: 'notSent',
          cause: causeOf('noConnection', 'ECONNREFUSED'),
        })
      })

      it('asks the budget before each call, as an execution, and heeds it', async () => {
        const asked: string[][] = []
        const take: Quota['take'] = async (...call) => {
          asked.push(call)
          return call[0] === action ? { ok: false, retryAfterMs: 300 } : { ok: true }
        }
        const frugal = subject.create(simulator, CALL_MS, { take, pause: async () => {} })
        const target = { instanceId: INSTANCE, group: 'billing' }
        expect(await frugal.writeOffsets(target, 'orders', to(300n), soon())).toMatchObject({
          kind: 'notSent',
          retryAfterMs: 300,
        })
        expect(asked).toContainEqual([action, 'execution'])
        expect(new Set(asked.map(([, urgency]) => urgency))).toEqual(new Set(['execution']))
        expect(simulator.calls(action)).toEqual([])
        await frugal.close()
      })
    })
  })
}

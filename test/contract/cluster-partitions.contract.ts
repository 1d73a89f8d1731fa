// The promises of the Cluster port about writes to chosen partitions, over the cluster of cluster.contract.ts: kept to the
// digit where the API has such writes, refused without a call where it has not.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PartitionWrite, Quota } from '../../src/ports.ts'
import type { Strategy } from '../../src/request/reset.ts'
import type { CallOutcome } from '../../src/request/result.ts'
import type { CkafkaFault } from '../../src/sandbox/ckafka/faults.ts'
import { type CkafkaSimulator, startCkafkaSimulator } from '../../src/sandbox/ckafka/start.ts'
import {
  type ClusterSubject,
  CREDENTIALS,
  INSTANCE,
  OTHER_NAMES,
  PATIENT,
  type Subject,
  seed,
} from './cluster.contract.ts'

const BEYOND_DOUBLES = 9_007_199_254_740_991n

export function describeClusterPartitions(name: string, subject: ClusterSubject): void {
  describe(name, () => {
    const { resetAction, writeAction } = subject
    let simulator: CkafkaSimulator
    let cluster: Subject

    beforeEach(async () => {
      simulator = await startCkafkaSimulator({ ...CREDENTIALS, seed: seed() })
      cluster = subject.create(simulator, PATIENT)
    })
    afterEach(async () => {
      await simulator.close()
      await cluster.close()
    })

    const soon = (ms = 5_000) => Date.now() + ms
    const resetOf = (strategy: Strategy, topics: string[], group = 'billing') => ({
      target: { instanceId: INSTANCE, group },
      strategy,
      scope: 'topics' as const,
      topics,
    })
    const replay: Strategy = { kind: 'shift', direction: 'replay', count: 10n }
    const apply = (strategy: Strategy, topics: string[], partitions: number[], group?: string) =>
      cluster.resetOffsets(resetOf(strategy, topics, group), soon(), partitions)
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

    it('says whether it can', () => {
      expect(cluster.can.writePartitions).toBe(writeAction !== null)
    })

    it.each<[string, number[]]>([
      ['no partitions', []],
      ['a partition twice', [0, 1, 0]],
      ['a partition below zero', [0, -1]],
      ['half a partition', [0.5]],
      ['a partition that is no number', [Number.NaN]],
      ['a partition that Kafka cannot count to', [2 ** 31]],
    ])('refuses %s without asking the API', async (_, partitions) => {
      const refusal = { kind: 'refused', reason: 'badRequest', code: 'none' }
      expect(await apply(replay, ['orders'], partitions)).toMatchObject(refusal)
      const offsets = partitions.map(partition => ({ partition, offset: 1n }))
      expect(await write('orders', offsets)).toMatchObject(refusal)
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
      it('refuses both in plain words, and sends nothing', async () => {
        expect(await apply(replay, ['orders'], [0])).toEqual({
          kind: 'refused',
          reason: 'badRequest',
          code: 'none',
          message: expect.stringMatching(/whole topics/),
        })
        expect(await write('orders', to(1n))).toEqual({
          kind: 'refused',
          reason: 'badRequest',
          code: 'none',
          message: expect.stringMatching(/whole topics/),
        })
        expect(simulator.calls()).toEqual([])
      })
    })

    describe.runIf(writeAction !== null)('resetOffsets of chosen partitions', () => {
      it.each<[string, Strategy, bigint]>([
        ['back by a count', replay, 1_490n],
        ['to the earliest', { kind: 'earliest' }, 200n],
        ['to the latest', { kind: 'latest' }, 2_000n],
        ['to an offset', { kind: 'offset', offset: 600n }, 600n],
      ])('moves and reports these, and nothing else: %s', async (_, strategy, expected) => {
        expect(reported(await apply(strategy, ['orders'], [1]))).toEqual({ orders: [[1, expected, 0]] })
        expect(committed('orders')).toEqual([500n, expected])
        expect(simulator.calls(resetAction)).toHaveLength(1)
      })

      it('moves them in every topic named', async () => {
        const outcome = await apply(replay, ['orders', 'payments'], [0])
        expect(reported(outcome)).toEqual({ orders: [[0, 490n, 0]], payments: [[0, 390n, 0]] })
        expect(committed('orders')).toEqual([490n, 1_500n])
        expect(committed('payments')).toEqual([390n])
      })

      it('is not confused by what happens to the others', async () => {
        simulator.cluster.failPartition('orders', 0, 25, 'a member is back')
        simulator.cluster.failRead('orders', 0, 15)
        expect(reported(await apply(replay, ['orders'], [1]))).toEqual({ orders: [[1, 1_490n, 0]] })
      })

      it('reports a partition or a topic that is not there, and moves the rest', async () => {
        expect(reported(await apply(replay, ['orders', 'nowhere'], [7, 0]))).toEqual({
          orders: [
            [0, 490n, 0],
            [7, null, 3],
          ],
          nowhere: 3,
        })
        expect(JSON.stringify(simulator.calls(resetAction)[0]?.params)).not.toMatch(/7|nowhere/)
      })

      it('leaves out a topic that has none of them', async () => {
        expect(reported(await apply(replay, ['payments', 'orders'], [1]))).toEqual({
          payments: [[1, null, 3]],
          orders: [[1, 1_490n, 0]],
        })
        expect(committed('payments')).toEqual([400n])
      })

      it('never sends an empty list, which would mean every partition', async () => {
        expect(reported(await apply(replay, ['payments', 'orders'], [2, 3]))).toEqual({
          payments: [
            [2, null, 3],
            [3, null, 3],
          ],
          orders: [
            [2, null, 3],
            [3, null, 3],
          ],
        })
        expect(simulator.calls(resetAction)).toEqual([])
      })

      it('refuses topics of which some lack what others have', async () => {
        expect(await apply(replay, ['orders', 'payments'], [0, 1])).toEqual({
          kind: 'refused',
          reason: 'badRequest',
          code: 'none',
          message: 'Topic payments does not have all of these partitions.',
        })
        expect(simulator.calls(resetAction)).toEqual([])
      })

      it('finds out an API that says yes and does nothing', async () => {
        simulator.inject(resetAction, { kind: 'lie' })
        expect(reported(await apply(replay, ['orders'], [1]))).toEqual({
          orders: [[1, 1_500n, subject.unmovedCode]],
        })
      })
    })

    describe.runIf(writeAction !== null)('writeOffsets', () => {
      const action = writeAction ?? ''

      it('commits each offset to its partition, in one call, and touches no other', async () => {
        expect(reported(await write('orders', to(300n, 1_999n)))).toEqual({
          orders: [
            [0, 300n, 0],
            [1, 1_999n, 0],
          ],
        })
        expect(committed('orders')).toEqual([300n, 1_999n])
        expect(reported(await write('orders', [{ partition: 1, offset: 700n }]))).toEqual({
          orders: [[1, 700n, 0]],
        })
        expect(committed('orders')).toEqual([300n, 700n])
        expect(committed('payments')).toEqual([400n])
        expect(simulator.calls(action)).toHaveLength(2)
        expect(effects().map(({ topics }) => topics)).toEqual([['orders'], ['orders']])
      })

      it('puts back what a reset has moved', async () => {
        await cluster.resetOffsets(resetOf({ kind: 'earliest' }, ['orders']), soon())
        expect(committed('orders')).toEqual([100n, 200n])
        await write('orders', to(500n, 1_500n))
        expect(committed('orders')).toEqual([500n, 1_500n])
      })

      it('changes nothing the second time', async () => {
        await write('orders', to(300n, 300n))
        const second = await write('orders', to(300n, 300n))
        expect(reported(second)).toEqual({
          orders: [
            [0, 300n, 0],
            [1, 300n, 0],
          ],
        })
        expect(committed('orders')).toEqual([300n, 300n])
      })

      it('loses no digit of an offset beyond 2^53', async () => {
        expect(reported(await write('huge', to(BEYOND_DOUBLES)))).toEqual({ huge: [[0, BEYOND_DOUBLES, 0]] })
        expect(reported(await write('huge', to(BEYOND_DOUBLES + 2n)))).toEqual({
          huge: [[0, BEYOND_DOUBLES + 2n, 0]],
        })
        expect(committed('huge')).toEqual([BEYOND_DOUBLES + 2n])
      })

      it.each(OTHER_NAMES)('carries a topic and a group named %s through unchanged', async other => {
        expect(reported(await write(other, to(70n), other))).toEqual({ [other]: [[0, 70n, 0]] })
        expect(committed(other, other)).toEqual([70n])
      })

      it('commits where nothing was committed, and for a group that nobody knows', async () => {
        expect(reported(await write('orders', to(300n), 'half'))).toEqual({ orders: [[0, 300n, 0]] })
        expect(reported(await write('payments', to(30n), 'nobody'))).toEqual({ payments: [[0, 30n, 0]] })
        expect(committed('orders', 'half')).toEqual([300n, 0n])
        expect(committed('payments', 'nobody')).toEqual([30n])
      })

      it.each([
        ['start', 99n, 100n],
        ['end', 1_001n, 1_000n],
      ])('calls it a failure when the log’s %s holds an offset back', async (_, asked, found) => {
        const outcome = await write('orders', to(asked, 300n))
        expect(reported(outcome)).toEqual({
          orders: [
            [0, found, -1],
            [1, 300n, 0],
          ],
        })
        expect(
          JSON.stringify(outcome, (_key, value) => (typeof value === 'bigint' ? `${value}` : value)),
        ).toContain(`the API answered success, but the offset is ${found}`)
      })

      it('reports a partition that is not there, leaves it out, and writes the rest', async () => {
        const offsets = [
          { partition: 9, offset: 1n },
          { partition: 1, offset: 300n },
        ]
        expect(reported(await write('orders', offsets))).toEqual({
          orders: [
            [1, 300n, 0],
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

      it('reports a partition that failed beside one that did not', async () => {
        simulator.cluster.failPartition('orders', 1, 25, 'a member is back')
        expect(reported(await write('orders', to(300n, 300n)))).toEqual({
          orders: [
            [0, 300n, 0],
            [1, 1_500n, subject.unmovedCode],
          ],
        })
      })

      it('finds out an API that says yes and does nothing', async () => {
        simulator.inject(action, { kind: 'lie' })
        expect(reported(await write('orders', to(300n, 1_500n)))).toEqual({
          orders: [
            [0, 500n, -1],
            [1, 1_500n, 0],
          ],
        })
        expect(simulator.calls(action)).toHaveLength(1)
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
          cause: 'could not connect (ECONNREFUSED)',
        })
      })

      it('asks the budget before each call, as an execution, and heeds it', async () => {
        const asked: string[][] = []
        const take: Quota['take'] = async (...call) => {
          asked.push(call)
          return call[0] === action ? { ok: false, retryAfterMs: 300 } : { ok: true }
        }
        const frugal = subject.create(simulator, PATIENT, { take })
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

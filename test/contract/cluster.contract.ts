// The promises of the Cluster port, for every implementation of it. They are checked in the simulator, from the outside:
// what was written and how often it was asked. Nothing here may know how an implementation speaks to the API.
// Over the same cluster: writeOffsets in cluster-partitions.contract.ts, the ClusterReader's promises in
// cluster-reader.contract.ts.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Cluster, ClusterReader, NativeReset, Quota } from '../../src/ports/cluster.ts'
import { causeOf } from '../../src/request/cause.ts'
import type { Abilities } from '../../src/request/group.ts'
import type { NativeStrategy } from '../../src/request/reset.ts'
import type { CkafkaFault } from '../../src/sandbox/ckafka/faults.ts'
import { type CkafkaSimulator, startCkafkaSimulator } from '../../src/sandbox/ckafka/start.ts'
import type { ClusterSeed } from '../../src/sandbox/cluster/model.ts'

export interface ClusterSubject {
  /** Names of the API's actions that the implementation uses. */
  resetAction: string
  /** Null where the API cannot move some partitions of a topic. */
  writeAction: string | null
  /** What the API says of a reset that it has carried out: where each partition is now, or only that it was accepted. */
  says: 'offsets' | 'accepted'
  /** From now on every call is one too many; the API asks to wait this long. */
  throttle(simulator: CkafkaSimulator): { retryAfterMs: number }
  /** Its list of instances is one of several clusters, of which one that does not answer hides no other. */
  isOfSeveral?: boolean
  /** `callMs`: how long one call may take; `now`: the clock that deadlines are read on. */
  create(simulator: CkafkaSimulator, callMs: number, quota?: Quota, now?: () => number): Subject
}

export type Subject = Cluster & {
  can: Abilities
  reader(options: { urgency: 'execution' | 'person'; readMs: number }): ClusterReader
  close(): Promise<void>
}

export const CREDENTIALS = { secretId: 'AKIDCONTRACT', secretKey: 'contract-secret-key' }

export const INSTANCE = 'ckafka-contract'
export const OTHER_NAMES = ['with space', 'a&b=c', '100%25', '@first', '主题-é', "q'(*)!~", '<!channel>']
export const CALL_MS = 5_000
export const NOW = 1_700_000_000_000

const log = (start: bigint, end: bigint) => ({
  start,
  end,
  written: [{ fromOffset: start, atMs: NOW - Number(end - start) * 1000, everyMs: 1000 }],
})

export const seed = (): ClusterSeed => ({
  instances: [
    {
      id: INSTANCE,
      name: 'contract',
      topics: [
        { name: 'orders', partitions: [log(100n, 1_000n), log(200n, 2_000n)] },
        { name: 'payments', partitions: [log(0n, 500n)] },
        { name: 'table', partitions: [log(0n, 100n)], config: { 'cleanup.policy': 'compact,delete' } },
        { name: 'videos', partitions: [log(0n, 100n)], config: { 'max.message.bytes': '8388608' } },
        { name: 'huge', partitions: [log(9_007_199_254_740_000n, 9_007_199_254_740_993n)] },
        ...OTHER_NAMES.map(name => ({ name, partitions: [log(0n, 100n)] })),
        ...Array.from({ length: 120 }, (_, index) => ({ name: `many-${index}`, partitions: [log(0n, 10n)] })),
      ],
      groups: [
        {
          name: 'billing',
          commits: { orders: [500n, 1_500n], payments: [400n], huge: [9_007_199_254_740_500n] },
        },
        { name: 'busy', commits: { orders: [500n, 1_500n] }, members: [{ clientId: 'busy-1' }] },
        { name: 'half', commits: { payments: [null], orders: [null, 0n] } },
        {
          name: 'many',
          commits: Object.fromEntries(Array.from({ length: 120 }, (_, i) => [`many-${i}`, [5n]])),
        },
        ...OTHER_NAMES.map(name => ({ name, commits: Object.fromEntries([[name, [50n]]]) })),
      ],
    },
  ],
})

export function describeCluster(name: string, subject: ClusterSubject): void {
  describe(name, () => {
    const { resetAction } = subject
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

    const resetOf = (
      strategy: NativeStrategy,
      topics: string[],
      group = 'billing',
      instanceId = INSTANCE,
    ): NativeReset => ({ target: { instanceId, group }, strategy, topics })
    const apply = (strategy: NativeStrategy, topics: string[], group?: string, instanceId?: string) =>
      cluster.resetOffsets(resetOf(strategy, topics, group, instanceId), Date.now() + 5_000)
    const replay = (count: bigint): NativeStrategy => ({ kind: 'shift', direction: 'replay', count })
    const committed = (group = 'billing') =>
      Object.fromEntries(
        simulator.cluster
          .topicsOf(INSTANCE, group)
          .map(topic => [
            topic,
            simulator.cluster.positions(INSTANCE, group, [topic]).map(position => position.committed),
          ]),
      )

    const before = { orders: [500n, 1_500n], payments: [400n], huge: [9_007_199_254_740_500n] }

    describe('resetOffsets', () => {
      it.each<[string, NativeStrategy, (bigint | null)[]]>([
        ['back by a count', { kind: 'shift', direction: 'replay', count: 50n }, [450n, 1_450n]],
        ['forward by a count', { kind: 'shift', direction: 'skip', count: 50n }, [550n, 1_550n]],
        [
          'back, stopping at the log start',
          { kind: 'shift', direction: 'replay', count: 10_000n },
          [100n, 200n],
        ],
        ['to the earliest', { kind: 'earliest' }, [100n, 200n]],
        ['to the latest', { kind: 'latest' }, [1_000n, 2_000n]],
        ['to a time', { kind: 'time', timeMs: NOW - 300_000 }, [700n, 1_700n]],
        ['to an offset', { kind: 'offset', offset: 600n }, [600n, 600n]],
      ])('moves every partition of the topics named, and nothing else: %s', async (_, strategy, expected) => {
        const outcome = await apply(strategy, ['orders'])
        expect(committed()).toEqual({ ...before, orders: expected })
        expect(outcome.kind).toBe('done')
        if (outcome.kind !== 'done') return
        expect(outcome.topics).toHaveLength(1)
        expect(outcome.topics[0]).toMatchObject({ topic: 'orders', errorCode: 0 })
        const reports = [...(outcome.topics[0]?.partitions ?? [])].sort((a, b) => a.partition - b.partition)
        // What the API did not name is not reported, however likely it is.
        expect(reports).toEqual(
          expected.map((offset, partition) => ({
            partition,
            offset: subject.says === 'offsets' ? offset : null,
            errorCode: 0,
            errorMessage: '',
          })),
        )
      })

      it('loses no digit of an offset beyond 2^53', async () => {
        const outcome = await apply({ kind: 'offset', offset: 9_007_199_254_740_993n }, ['huge'])
        expect(committed().huge).toEqual([9_007_199_254_740_993n])
        const offset = subject.says === 'offsets' ? 9_007_199_254_740_993n : null
        expect(outcome).toMatchObject({ topics: [{ partitions: [{ offset }] }] })
      })

      it.each(OTHER_NAMES)('carries a topic and a group named %s through unchanged', async other => {
        const outcome = await apply({ kind: 'latest' }, [other], other)
        expect(outcome).toMatchObject({ kind: 'done', topics: [{ topic: other, errorCode: 0 }] })
        expect(committed(other)).toEqual({ [other]: [100n] })
      })

      it('names a topic once, so that it cannot be shifted twice', async () => {
        await apply(replay(10n), ['orders', 'payments', 'orders'])
        const sent = JSON.stringify(simulator.calls(resetAction)[0]?.params)
        expect(sent.match(/orders/g)).toHaveLength(1)
        expect(committed()).toMatchObject({ orders: [490n, 1_490n], payments: [390n] })
      })

      it('reports a topic that failed beside those that did not', async () => {
        const outcome = await apply({ kind: 'latest' }, ['nowhere', 'payments'])
        expect(outcome.kind).toBe('done')
        if (outcome.kind !== 'done') return
        const codes = new Map(outcome.topics.map(({ topic, errorCode }) => [topic, errorCode]))
        expect(codes).toEqual(
          new Map([
            ['payments', 0],
            ['nowhere', 3],
          ]),
        )
      })

      it('reports a partition that failed inside a topic that did not, where the API says so', async () => {
        simulator.cluster.failPartition('orders', 1, 25, 'a member is back')
        const outcome = await apply({ kind: 'latest' }, ['orders'])
        const partitions = outcome.kind === 'done' ? (outcome.topics[0]?.partitions ?? []) : []
        const codes = new Map(partitions.map(({ partition, errorCode }) => [partition, errorCode]))
        expect(codes).toEqual(
          new Map([
            [0, 0],
            [1, subject.says === 'offsets' ? 25 : 0],
          ]),
        )
      })

      it.each<[string, NativeStrategy, string[]]>([
        ['no topics', { kind: 'latest' }, []],
        ['an empty topic', { kind: 'latest' }, ['orders', ' ']],
        ['a topic that is no text', { kind: 'latest' }, ['orders\ud800']],
        ['a count of nothing', { kind: 'shift', direction: 'skip', count: 0n }, ['orders']],
        [
          'a count that turns the direction round',
          { kind: 'shift', direction: 'skip', count: -5n },
          ['orders'],
        ],
        ['a time that means latest to the API', { kind: 'time', timeMs: -1 }, ['orders']],
        ['half a millisecond', { kind: 'time', timeMs: 0.5 }, ['orders']],
        ['an offset below zero', { kind: 'offset', offset: -2n }, ['orders']],
        ['an offset that no log has', { kind: 'offset', offset: 2n ** 63n }, ['orders']],
      ])('refuses %s without asking the API', async (_, strategy, topics) => {
        expect(await apply(strategy, topics)).toMatchObject({ kind: 'refused', reason: 'badRequest' })
        expect(simulator.calls()).toEqual([])
      })

      it('refuses a group with members, and moves nothing', async () => {
        expect(await apply(replay(10n), ['orders'], 'busy')).toMatchObject({
          kind: 'refused',
          reason: 'groupNotEmpty',
        })
        expect(committed('busy')).toEqual({ orders: [500n, 1_500n] })
      })

      it('refuses an instance that is not there', async () => {
        const outcome = await apply(replay(10n), ['orders'], 'billing', 'ckafka-nowhere')
        expect(outcome).toMatchObject({ kind: 'refused', reason: 'instanceMissing' })
      })

      it.each<[string, CkafkaFault]>([
        ['cut after the work', { kind: 'cut', afterDoingIt: true }],
        ['cut before the work', { kind: 'cut', afterDoingIt: false }],
        ['left hanging after the work', { kind: 'hang', afterDoingIt: true }],
        ['left hanging before the work', { kind: 'hang', afterDoingIt: false }],
        ['half an answer', { kind: 'halfAnswer' }],
        ['a 500 after the work', { kind: 'status', status: 500, afterDoingIt: true }],
        ['a 502 after the work', { kind: 'status', status: 502, afterDoingIt: true }],
        ['a 504 after the work', { kind: 'status', status: 504, afterDoingIt: true }],
        ['a 504 before the work', { kind: 'status', status: 504, afterDoingIt: false }],
        ['a bare 403 after the work', { kind: 'status', status: 403, afterDoingIt: true }],
        ['a web page', { kind: 'html' }],
      ])('does not know, and never asks again, after %s', async (_, fault) => {
        simulator.inject(resetAction, fault, Number.POSITIVE_INFINITY)
        const outcome = await cluster.resetOffsets(resetOf(replay(10n), ['orders']), Date.now() + 600)
        expect(outcome.kind).toBe('unknown')
        expect(simulator.calls(resetAction)).toHaveLength(1)
        expect(simulator.cluster.effects().length).toBeLessThanOrEqual(1)
      })

      it('ends by the deadline, and sends nothing once it has passed', async () => {
        simulator.inject(resetAction, { kind: 'hang', afterDoingIt: false })
        const startedMs = Date.now()
        expect(await cluster.resetOffsets(resetOf(replay(10n), ['orders']), startedMs + 500)).toMatchObject({
          kind: 'unknown',
        })
        expect(Date.now() - startedMs).toBeLessThan(3_000)
        expect(await cluster.resetOffsets(resetOf(replay(10n), ['orders']), Date.now())).toMatchObject({
          kind: 'notSent',
        })
        expect(simulator.calls(resetAction)).toHaveLength(1)
      })

      it('has sent nothing when nobody listens', async () => {
        await simulator.close()
        expect(await apply(replay(10n), ['orders'])).toMatchObject({
          kind: 'notSent',
          cause: causeOf('noConnection', 'ECONNREFUSED'),
        })
      })

      it('has had no effect when there were too many calls, and says how long to wait', async () => {
        const { retryAfterMs } = subject.throttle(simulator)
        const outcome = await apply(replay(10n), ['orders'])
        expect(outcome).toMatchObject({ kind: 'notSent', retryAfterMs })
        expect(simulator.cluster.effects()).toEqual([])
      })

      it('asks the budget first, as an execution, and sends nothing that it does not allow', async () => {
        const asked: string[][] = []
        const frugal = subject.create(simulator, CALL_MS, {
          async take(...call) {
            asked.push(call)
            return { ok: false, retryAfterMs: 7_000 }
          },
          pause: async () => {},
        })
        const outcome = await frugal.resetOffsets(resetOf(replay(10n), ['orders']), Date.now() + 5_000)
        expect(outcome).toMatchObject({ kind: 'notSent', retryAfterMs: 7_000 })
        expect(new Set(asked.map(([, urgency]) => urgency))).toEqual(new Set(['execution']))
        expect(simulator.calls()).toEqual([])
        await frugal.close()
      })

      it.each<[string, Quota['take']]>([
        ['cannot be read', () => Promise.reject(new Error('the store is away'))],
        ['keeps silent', () => new Promise(() => {})],
      ])('is not held up by a budget that %s', async (_, take) => {
        const brave = subject.create(simulator, CALL_MS, { take, pause: async () => {} })
        const outcome = await brave.resetOffsets(resetOf(replay(10n), ['orders']), Date.now() + 20_000)
        expect(outcome.kind).toBe('done')
        await brave.close()
      })

      it('has taken one call from the budget for every call that it sends', async () => {
        const asked: string[] = []
        const counted = subject.create(simulator, CALL_MS, {
          async take(action) {
            asked.push(action)
            return { ok: true }
          },
          pause: async () => {},
        })
        await counted.resetOffsets(resetOf({ kind: 'earliest' }, ['orders', 'payments']), Date.now() + 5_000)
        expect(asked.sort()).toEqual(
          simulator
            .calls()
            .map(({ action }) => action)
            .sort(),
        )
        expect(asked.filter(action => action === resetAction)).toHaveLength(1)
        await counted.close()
      })

      it('tells apart calls made at the same time', async () => {
        const outcomes = await Promise.all(
          OTHER_NAMES.map(other => apply({ kind: 'latest' }, [other], other)),
        )
        const topics = outcomes.map(outcome => (outcome.kind === 'done' ? outcome.topics[0]?.topic : outcome))
        expect(topics).toEqual(OTHER_NAMES)
        expect(simulator.calls(resetAction)).toHaveLength(OTHER_NAMES.length)
      })
    })
  })
}

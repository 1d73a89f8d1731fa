// The promises of the ClusterReader port, for every implementation of it, over the cluster of cluster.contract.ts.
// Nothing here may know how an implementation speaks to the API.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ClusterReader, Quota } from '../../src/ports/cluster.ts'
import type { ReadOutcome } from '../../src/request/api-answer.ts'
import type { CkafkaFault } from '../../src/sandbox/ckafka/faults.ts'
import { type CkafkaSimulator, startCkafkaSimulator } from '../../src/sandbox/ckafka/start.ts'
import {
  CALL_MS,
  type ClusterSubject,
  CREDENTIALS,
  INSTANCE,
  NOW,
  OTHER_NAMES,
  type Subject,
  seed,
} from './cluster.contract.ts'

const PERSON = { urgency: 'person', readMs: 10_000 } as const

function fail(): never {
  throw new Error('it has no such question')
}

export function describeClusterReader(name: string, subject: ClusterSubject): void {
  describe(name, () => {
    let simulator: CkafkaSimulator
    let cluster: Subject
    let reader: ClusterReader

    beforeEach(async () => {
      const [first] = seed().instances
      if (first === undefined) throw new Error('the contract needs an instance')
      // More instances than either API gives on one page.
      const others = Array.from({ length: 130 }, (_, index) => ({
        ...first,
        id: `ckafka-other-${String(index).padStart(3, '0')}`,
        name: '',
        topics: [],
        groups: [],
      }))
      simulator = await startCkafkaSimulator({ ...CREDENTIALS, seed: { instances: [first, ...others] } })
      cluster = subject.create(simulator, CALL_MS)
      reader = cluster.reader(PERSON)
    })
    afterEach(async () => {
      await simulator.close()
      await cluster.close()
    })

    const target = (group: string, instanceId = INSTANCE) => ({ instanceId, group })
    const lie = (counts: 'doubled' | 'zero') => {
      simulator.behaviour.counts = counts
      simulator.behaviourV3.counts = counts
    }
    const value = <T>(outcome: ReadOutcome<T>): T => {
      if (outcome.kind !== 'read') throw new Error(JSON.stringify(outcome))
      return outcome.value
    }
    const hang: CkafkaFault = { kind: 'hang', afterDoingIt: false }

    /** Reads with a budget that says this. */
    const withBudget = async <T>(
      take: Quota['take'],
      read: (from: ClusterReader) => Promise<T>,
      options: Parameters<Subject['reader']>[0] = PERSON,
      now = Date.now,
    ): Promise<T> => {
      const subjectOfBudget = subject.create(simulator, CALL_MS, { take, pause: async () => {} }, now)
      const outcome = await read(subjectOfBudget.reader(options))
      await subjectOfBudget.close()
      return outcome
    }

    /** Each read once. */
    const reads: [string, (from: ClusterReader) => Promise<ReadOutcome<unknown>>][] = [
      ['groups', from => from.groups(INSTANCE, '')],
      ['topics', from => from.topics(INSTANCE, '')],
      ['group', from => from.group(target('billing'))],
      ['positions', from => from.positions(target('billing'))],
    ]
    if (!subject.isOfSeveral) reads.push(['instances', from => from.instances()])
    const logReads: typeof reads = [
      ['logRanges', from => from.logRanges(INSTANCE, 'orders')],
      ['firstMessageAt', from => from.firstMessageAt(INSTANCE, 'orders', 0, NOW)],
      ['topicKinds', from => from.topicKinds?.(INSTANCE, ['orders']) ?? fail()],
    ]

    it.skipIf(subject.isOfSeveral)('lists every instance, however many pages they fill', async () => {
      const instances = value(await reader.instances())
      expect(instances).toHaveLength(131)
      expect(instances[0]).toEqual({ id: INSTANCE, name: 'contract' })
    })

    describe('a search', () => {
      it('finds the groups whose name holds the text, in one call', async () => {
        expect(value(await reader.groups(INSTANCE, 'il'))).toEqual({ names: ['billing'], total: 1 })
        expect(value(await reader.groups(INSTANCE, 'nowhere'))).toEqual({ names: [], total: 0 })
        expect(simulator.calls()).toHaveLength(2)
      })

      it('finds topics likewise, at most 50 of them, and says how many there are', async () => {
        const { names, total } = value(await reader.topics(INSTANCE, 'many-'))
        expect([names.length, total]).toEqual([50, 120])
        expect(simulator.calls()).toHaveLength(1)
      })

      it('gives the first ones for an empty text', async () => {
        expect(value(await reader.groups(INSTANCE, '')).names).toContain('billing')
        expect(value(await reader.topics(INSTANCE, '')).names).toHaveLength(50)
      })

      it.each(OTHER_NAMES)('carries %s through unchanged, as text and as answer', async other => {
        expect(value(await reader.groups(INSTANCE, other)).names).toEqual([other])
        expect(value(await reader.topics(INSTANCE, other)).names).toEqual([other])
      })

      it('refuses an instance that is not there', async () => {
        const expected = { kind: 'refused', reason: 'instanceMissing' }
        expect(await reader.groups('ckafka-nowhere', '')).toMatchObject(expected)
        expect(await reader.topics('ckafka-nowhere', '')).toMatchObject(expected)
      })
    })

    describe('a group', () => {
      it('is told with its state and who is in it', async () => {
        expect(value(await reader.group(target('billing')))).toEqual({
          ...{ state: 'Empty', members: [] },
          expiresFromEmpty: true,
        })
        expect(value(await reader.group(target('busy')))).toEqual({
          state: 'Stable',
          members: [{ clientId: 'busy-1', host: '10.53.88.65' }],
        })
      })

      it.each(['PreparingRebalance', 'CompletingRebalance'] as const)(
        'is told while it is %s, when the API names no members',
        async state => {
          simulator.cluster.rebalance('busy', state)
          expect(value(await reader.group(target('busy')))).toEqual({ state, members: [] })
        },
      )

      it('is Dead when nobody knows it', async () => {
        expect(value(await reader.group(target('nobody')))).toEqual({ state: 'Dead', members: [] })
      })

      it.each(OTHER_NAMES)('named %s is found', async other => {
        expect(value(await reader.group(target(other))).state).toBe('Empty')
      })
    })

    describe('positions', () => {
      it('tell committed offset and log end of every partition, in order, with every digit', async () => {
        const topics = ['payments', 'orders', 'huge']
        expect(value(await reader.positions(target('billing'), topics))).toEqual([
          {
            topic: 'huge',
            partition: 0,
            committed: 9_007_199_254_740_500n,
            logStart: null,
            logEnd: 9_007_199_254_740_993n,
          },
          { topic: 'orders', partition: 0, committed: 500n, logStart: null, logEnd: 1_000n },
          { topic: 'orders', partition: 1, committed: 1_500n, logStart: null, logEnd: 2_000n },
          { topic: 'payments', partition: 0, committed: 400n, logStart: null, logEnd: 500n },
        ])
      })

      it('tell of a partition without a commit, and of no topic that is not there', async () => {
        const positions = value(await reader.positions(target('half'), ['orders', 'payments', 'nowhere']))
        expect(positions.map(({ topic, committed, logEnd }) => [topic, committed, logEnd])).toEqual([
          ['orders', null, 1_000n],
          ['orders', 0n, 2_000n],
          ['payments', null, 500n],
        ])
      })

      it('cover all the group has committed to when no topic is named, and nothing when none is asked for', async () => {
        const positions = value(await reader.positions(target('billing')))
        expect(new Set(positions.map(({ topic }) => topic))).toEqual(new Set(['huge', 'orders', 'payments']))
        expect(value(await reader.positions(target('half')))).toHaveLength(2)
        expect(value(await reader.positions(target('billing'), []))).toEqual([])
      })

      it.each(['honest', 'doubled', 'zero'] as const)(
        'are all there over several pages: %s counts',
        async counts => {
          if (counts !== 'honest') lie(counts)
          const named = Array.from({ length: 120 }, (_, index) => `many-${index}`)
          expect(value(await reader.positions(target('many')))).toHaveLength(120)
          expect(value(await reader.positions(target('many'), named))).toHaveLength(120)
        },
      )

      it('do not pass a partition that could not be read for one at offset −1', async () => {
        simulator.cluster.failRead('orders', 1, 15)
        const positions = value(await reader.positions(target('billing'), ['orders']))
        expect(positions[1]).toMatchObject({ partition: 1, committed: null, logEnd: null })
      })

      it('hold a topic of which nothing could be read, even when no topic is named', async () => {
        simulator.cluster.failRead('payments', 0, 15)
        const positions = value(await reader.positions(target('billing')))
        expect(positions.at(-1)).toEqual({
          topic: 'payments',
          partition: 0,
          committed: null,
          logStart: null,
          logEnd: null,
        })
      })

      it('are none for a group that nobody knows, and refused for an instance that is not there', async () => {
        expect(value(await reader.positions(target('nobody')))).toEqual([])
        expect(await reader.positions(target('billing', 'ckafka-nowhere'))).toMatchObject({
          kind: 'refused',
          reason: 'instanceMissing',
        })
      })

      it.each(OTHER_NAMES)('of a group and a topic named %s are found', async other => {
        expect(value(await reader.positions(target(other), [other]))).toMatchObject([
          { topic: other, committed: 50n, logEnd: 100n },
        ])
      })
    })

    describe('logs', () => {
      it('are told with start and end, partition by partition, or refused where the API cannot', async () => {
        const outcome = await reader.logRanges(INSTANCE, 'orders')
        if (!cluster.can.logStart) {
          expect(outcome).toMatchObject({ kind: 'refused', reason: 'badRequest' })
          expect(simulator.calls()).toEqual([])
          return
        }
        expect(value(outcome)).toEqual([
          { partition: 0, start: 100n, end: 1_000n },
          { partition: 1, start: 200n, end: 2_000n },
        ])
        expect(value(await reader.logRanges(INSTANCE, 'huge'))).toEqual([
          { partition: 0, start: 9_007_199_254_740_000n, end: 9_007_199_254_740_993n },
        ])
      })

      it.each(['honest', 'doubled', 'zero'] as const)(
        'are all there over several pages: %s counts',
        async counts => {
          if (!cluster.can.logStart) return
          if (counts !== 'honest') lie(counts)
          simulator.cluster.createTopic('wide', 64)
          const partitions = value(await reader.logRanges(INSTANCE, 'wide')).map(({ partition }) => partition)
          expect(partitions).toEqual(Array.from({ length: 64 }, (_, index) => index))
        },
      )

      it('are none of a topic that is not there, and refused of an instance that is not', async () => {
        if (!cluster.can.logStart) return
        expect(await reader.logRanges(INSTANCE, 'nowhere')).toEqual({ kind: 'read', value: [] })
        expect(await reader.logRanges('ckafka-nowhere', 'orders')).toMatchObject({
          kind: 'refused',
          reason: 'instanceMissing',
        })
      })

      it('are searched by time, or the search is refused where the API cannot', async () => {
        const outcome = await reader.firstMessageAt(INSTANCE, 'orders', 0, NOW - 300_000)
        if (!cluster.can.firstMessageAt) {
          expect(outcome).toMatchObject({ kind: 'refused', reason: 'badRequest' })
          expect(simulator.calls()).toEqual([])
          return
        }
        expect(outcome).toEqual({ kind: 'read', value: 700n })
        expect(value(await reader.firstMessageAt(INSTANCE, 'orders', 1, NOW + 1))).toBeNull()
        expect(value(await reader.firstMessageAt(INSTANCE, 'orders', 1, 0))).toBe(200n)
      })
    })

    describe('what kind of log a topic has', () => {
      it('is told of each that is there, once in a while, or refused where the API cannot', async () => {
        const topics = ['table', 'orders', 'videos', 'nowhere', 'orders']
        const outcome = await reader.topicKinds?.(INSTANCE, topics)
        if (!cluster.can.logStart) {
          expect(outcome).toMatchObject({ kind: 'refused', reason: 'badRequest' })
          expect(simulator.calls()).toEqual([])
          return
        }
        const plain = { compacted: false, transactions: false, timesMayBeLate: false }
        const expected = new Map([
          ['table', { ...plain, compacted: true, retentionMs: 259_200_000 }],
          ['orders', { ...plain, retentionMs: 259_200_000 }],
          ['videos', { ...plain, timesMayBeLate: true, retentionMs: 259_200_000 }],
        ])
        expect(outcome).toEqual({ kind: 'read', value: expected })
        expect(simulator.calls()).toHaveLength(4)
        // What is known is not asked again, by nobody who asks the same account.
        const another = cluster.reader({ ...PERSON, urgency: 'execution' })
        expect(await another.topicKinds?.(INSTANCE, topics)).toEqual({ kind: 'read', value: expected })
        expect(simulator.calls()).toHaveLength(5)
      })

      it('is refused for an instance that is not there', async () => {
        if (!cluster.can.logStart) return
        expect(await reader.topicKinds?.('ckafka-nowhere', ['orders'])).toMatchObject({
          kind: 'refused',
          reason: 'instanceMissing',
        })
        expect(value((await reader.topicKinds?.(INSTANCE, [])) ?? fail()).size).toBe(0)
      })
    })

    it.each<[string, (from: ClusterReader) => Promise<ReadOutcome<unknown>>]>([
      ['an empty instance', from => from.groups(' ', '')],
      ['an empty group', from => from.group(target(''))],
      ['an empty topic among others', from => from.positions(target('billing'), ['orders', ''])],
      ['a search that is no text', from => from.topics(INSTANCE, '\ud800')],
      ['a topic that is no text', from => from.logRanges(INSTANCE, '\ud800')],
    ])('refuses %s without asking the API', async (_, read) => {
      expect(await read(reader)).toMatchObject({ kind: 'refused', reason: 'badRequest' })
      expect(simulator.calls()).toEqual([])
    })

    describe.each(reads)('%s, when something is wrong', (_, read) => {
      it('ends in time when the API keeps silent', async () => {
        const impatient = cluster.reader({ ...PERSON, readMs: 100 })
        simulator.inject('*', hang, Number.POSITIVE_INFINITY)
        const startedMs = Date.now()
        expect(await read(impatient)).toMatchObject({ kind: 'unavailable' })
        expect(Date.now() - startedMs).toBeLessThan(3_000)
      })

      it.each<[string, CkafkaFault]>([
        ['connections keep breaking', { kind: 'cut', afterDoingIt: false }],
        ['the gateway fails', { kind: 'status', status: 502, afterDoingIt: false }],
        ['a web page comes', { kind: 'html' }],
        ['answers come in half', { kind: 'halfAnswer' }],
        [
          'the answer is of another shape',
          { kind: 'pinned', body: '{"code":0,"Response":{}}', afterDoingIt: false },
        ],
      ])('is unavailable, never empty, when %s', async (_, fault) => {
        simulator.inject('*', fault, Number.POSITIVE_INFINITY)
        expect(await read(reader)).toMatchObject({ kind: 'unavailable' })
        expect(simulator.calls().length).toBeLessThanOrEqual(2)
      })

      it.each(['person', 'execution'] as const)(
        'asks the budget for whom it reads, and sends nothing without: for a %s',
        async urgency => {
          const asked: string[] = []
          const refuse: Quota['take'] = async (_action, whose) => {
            asked.push(whose)
            return { ok: false, retryAfterMs: 7_000 }
          }
          const outcome = await withBudget(refuse, read, { ...PERSON, urgency })
          expect(outcome).toMatchObject({ kind: 'unavailable', retryAfterMs: 7_000 })
          expect(asked).toEqual([urgency])
          expect(simulator.calls()).toEqual([])
        },
      )

      it('reads through one broken connection', async () => {
        simulator.inject('*', { kind: 'cut', afterDoingIt: false })
        expect(await read(reader)).toMatchObject({ kind: 'read' })
      })

      it('says how long to wait when there were too many calls', async () => {
        const { retryAfterMs } = subject.throttle(simulator)
        expect(await read(reader)).toMatchObject({ kind: 'unavailable', retryAfterMs })
      })
    })

    it.each(logReads)('%s gives way to executions too', async (_, read) => {
      if (!cluster.can.logStart) return
      const spare: Quota['take'] = async (_action, urgency) =>
        urgency === 'person' ? { ok: false, retryAfterMs: 7_000 } : { ok: true }
      expect(await withBudget(spare, read)).toMatchObject({ kind: 'unavailable', retryAfterMs: 7_000 })
      expect(await withBudget(spare, read, { ...PERSON, urgency: 'execution' })).toMatchObject({
        kind: 'read',
      })
    })

    it('goes on with a list after short pauses, rather than throw away what it has read', async () => {
      let calls = 0
      const paced: Quota['take'] = async () => {
        calls += 1
        return calls % 2 === 0 ? { ok: false, retryAfterMs: 20 } : { ok: true }
      }
      const positions = await withBudget(paced, from => from.positions(target('many')))
      expect(value(positions)).toHaveLength(120)
    })

    it('ends within its patience when the pauses would take longer, and says how long to wait', async () => {
      let [calls, passedMs] = [0, 0]
      const dry: Quota['take'] = async () => {
        calls += 1
        if (calls === 1) return { ok: true }
        passedMs += 4_000
        return { ok: false, retryAfterMs: 100 }
      }
      const positions = await withBudget(
        dry,
        from => from.positions(target('many')),
        { urgency: 'execution', readMs: 10_000 },
        () => Date.now() + passedMs,
      )
      expect(positions).toMatchObject({ kind: 'unavailable', retryAfterMs: 100 })
      // The third time that it is refused, ten seconds are over.
      expect(calls).toBeLessThanOrEqual(1 + 3)
      expect(simulator.calls()).toHaveLength(1)
    })

    it('never has an effect', async () => {
      for (const [, read] of [...reads, ...logReads]) await read(reader)
      expect(simulator.cluster.effects()).toEqual([])
      expect(simulator.calls(subject.resetAction)).toEqual([])
    })
  })
}

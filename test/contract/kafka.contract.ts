// What both ports promise over a cluster that speaks Kafka's protocol, whoever it is: a real broker, or one that is played.
// What is seeded and what is there afterwards goes through the World, never through the adapter.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createKafka, type Kafka } from '../../src/adapters/kafka/kafka.ts'
import type { ClusterReader, PartitionWrite } from '../../src/ports/cluster.ts'
import type { CallOutcome, ReadOutcome } from '../../src/request/api-answer.ts'

export interface WorldPlace {
  topic: string
  partition: number
}
export type WorldOffset = WorldPlace & { offset: bigint }

/** The cluster as others see and use it. */
export interface KafkaWorld {
  createTopics(
    ...topics: { name: string; partitions?: number; config?: Record<string, string> }[]
  ): Promise<void>
  deleteTopics(...names: string[]): Promise<void>
  /** With `transaction`, in one of that id, which is committed. */
  produce(records: (WorldPlace & { atMs?: number; key?: string })[], transaction?: string): Promise<void>
  /** Moves the start of logs up. */
  deleteRecords(...before: WorldOffset[]): Promise<void>
  /** Makes the group, when it is not there. */
  commit(group: string, offsets: WorldOffset[]): Promise<void>
  /** By `topic partition`. */
  offsets(group: string): Promise<Record<string, bigint>>
  groups(): Promise<string[]>
  /** A consumer that commits nothing by itself; resolves when partitions have been assigned to it. */
  startReader(name: string, group: string, topics: string[], protocol: 'classic' | 'consumer'): Promise<void>
  readerCommits(name: string): Promise<void>
  stopReader(name: string): Promise<void>
  openTransaction(name: string, group: string, offsets: WorldOffset[]): Promise<void>
  endTransaction(name: string, how: 'commit' | 'abort'): Promise<void>
}

export interface KafkaSubject {
  bootstrap: string
  world(): Promise<KafkaWorld>
  /** A name that nothing in that cluster has. */
  fresh(word: string): string
}

const ID = 'kafka-contract'
const T0 = 1_700_000_000_000
const value = <T>(outcome: ReadOutcome<T>): T => {
  if (outcome.kind !== 'read') throw new Error(JSON.stringify(outcome))
  return outcome.value
}
const soon = () => Date.now() + 10_000

export function describeKafka(name: string, { bootstrap, world: enter, fresh }: KafkaSubject): void {
  describe(name, () => {
    let world: KafkaWorld
    let kafka: Kafka
    let reader: Required<ClusterReader>
    const orders = fresh('orders')
    const payments = fresh('payments')
    const table = fresh('table')
    const empty = fresh('empty')

    /** orders: partition 0 from 2 to 5, a message a second from T0; 1 from 0 to 4; 2 empty. payments: one message. */
    beforeAll(async () => {
      world = await enter()
      kafka = createKafka({ id: ID, name, bootstrap: bootstrap.split(',') }, { now: Date.now })
      reader = kafka.reader({ readMs: 10_000 })
      await world.createTopics(
        { name: orders, partitions: 3 },
        { name: payments },
        { name: table, config: { 'cleanup.policy': 'compact', 'message.timestamp.type': 'LogAppendTime' } },
        { name: empty, config: { 'retention.ms': '-1' } },
      )
      await world.produce([
        ...[0, 1, 2, 3, 4].map(n => ({ topic: orders, partition: 0, atMs: T0 + 1_000 * n })),
        ...[0, 1, 2, 3].map(n => ({ topic: orders, partition: 1, atMs: T0 + 1_000 * n })),
        { topic: payments, partition: 0, atMs: T0 },
      ])
      await world.deleteRecords({ topic: orders, partition: 0, offset: 2n })
    })
    afterAll(() => kafka.close())

    const target = (group: string) => ({ instanceId: ID, group })
    const at = (topic: string, partition: number, offset: bigint) => ({ topic, partition, offset })
    const seeded = async (...offsets: WorldOffset[]) => {
      const group = fresh('group')
      await world.commit(group, offsets)
      return group
    }
    const write = (group: string, topic: string, offsets: PartitionWrite[]) =>
      kafka.writeOffsets(target(group), topic, offsets, soon())
    const codes = (outcome: CallOutcome) =>
      outcome.kind === 'done'
        ? Object.fromEntries(
            outcome.topics.flatMap(({ topic, partitions }) =>
              partitions.map(({ partition, errorCode }) => [`${topic} ${partition}`, errorCode]),
            ),
          )
        : outcome

    describe('reads', () => {
      it('tell the cluster by its own id and name', async () => {
        expect(value(await reader.instances())).toEqual([{ id: ID, name }])
      })

      it('find topics by a part of their name, and none of Kafka’s own', async () => {
        expect(value(await reader.topics(ID, orders.slice(2)))).toEqual({ names: [orders], total: 1 })
        expect(value(await reader.topics(ID, '__consumer')).names).toEqual([])
        expect(value(await reader.topics(ID, fresh('nowhere')))).toEqual({ names: [], total: 0 })
      })

      it('find groups by a part of their name, of either protocol', async () => {
        const [old, simple] = [fresh('old'), await seeded(at(payments, 0, 0n))]
        const fresh848 = fresh('new')
        await world.startReader(old, old, [payments], 'classic')
        await world.startReader(fresh848, fresh848, [payments], 'consumer')
        for (const group of [old, simple, fresh848]) {
          expect(value(await reader.groups(ID, group.slice(1)))).toEqual({ names: [group], total: 1 })
        }
        await world.stopReader(old)
        await world.stopReader(fresh848)
      })

      it('tell a group of either protocol with its members while it has some, and empty afterwards', async () => {
        for (const protocol of ['classic', 'consumer'] as const) {
          const group = fresh(protocol)
          await world.startReader(group, group, [payments], protocol)
          expect(value(await reader.group(target(group)))).toEqual({
            state: 'Stable',
            members: [{ clientId: group, host: expect.stringMatching(/^[\d.:a-f]+$/) }],
          })
          await world.stopReader(group)
          expect(value(await reader.group(target(group)))).toEqual({
            ...{ state: 'Empty', members: [] },
            // Of the newer protocol, and of a group that nobody was ever in, each offset expires from its own commit.
            ...(protocol === 'classic' ? { expiresFromEmpty: true } : {}),
          })
        }
        const simple = await seeded(at(payments, 0, 0n))
        expect(value(await reader.group(target(simple)))).toEqual({ state: 'Empty', members: [] })
      })

      it('tell a group that nobody knows as dead, and do not make it', async () => {
        const group = fresh('nobody')
        expect(value(await reader.group(target(group)))).toEqual({ state: 'Dead', members: [] })
        expect(value(await reader.positions(target(group)))).toEqual([])
        expect(value(await reader.positions(target(group), [payments]))).toMatchObject([{ committed: null }])
        expect(await world.groups()).not.toContain(group)
      })

      it('tell where a group stands in every partition of topics named, or of all that it has committed to', async () => {
        const group = await seeded(at(orders, 1, 3n), at(payments, 0, 1n))
        const rows = [
          [orders, 0, null, 5n],
          [orders, 1, 3n, 4n],
          [orders, 2, null, 0n],
          [payments, 0, 1n, 1n],
        ]
        const shown = (outcome: Awaited<ReturnType<typeof reader.positions>>) =>
          value(outcome).map(row => [row.topic, row.partition, row.committed, row.logEnd])
        expect(shown(await reader.positions(target(group)))).toEqual(rows)
        expect(shown(await reader.positions(target(group), [payments, fresh('nowhere'), orders]))).toEqual(
          rows,
        )
        expect(shown(await reader.positions(target(group), [empty]))).toEqual([[empty, 0, null, 0n]])
        const logs = value(await reader.logRangesOf(ID, [orders, payments]))
        expect(shown(await reader.positions(target(group), [orders, payments], logs))).toEqual(rows)
        const unread = new Map([[payments, [{ partition: 0, unread: 'away' }]]])
        expect(shown(await reader.positions(target(group), [payments], unread))).toEqual([
          [payments, 0, null, null],
        ])
      })

      it('tell a commit past the end, and one before the start, as they are', async () => {
        const group = await seeded(at(orders, 0, 1n), at(orders, 1, 2n ** 62n))
        expect(value(await reader.positions(target(group)))).toMatchObject([
          { committed: 1n },
          { committed: 2n ** 62n },
          { committed: null },
        ])
      })

      it('tell where logs start and end, of one topic and of many', async () => {
        const ranges = [
          { partition: 0, start: 2n, end: 5n },
          { partition: 1, start: 0n, end: 4n },
          { partition: 2, start: 0n, end: 0n },
        ]
        expect(value(await reader.logRanges(ID, orders))).toEqual(ranges)
        expect(value(await reader.logRanges(ID, fresh('nowhere')))).toEqual([])
        expect(value(await reader.logRangesOf(ID, [orders, empty, fresh('nowhere')]))).toEqual(
          new Map([
            [orders, ranges],
            [empty, [{ partition: 0, start: 0n, end: 0n }]],
          ]),
        )
      })

      it('tell the first message at or after a time', async () => {
        const found = async (partition: number, timeMs: number) =>
          value(await reader.firstMessageAt(ID, orders, partition, timeMs))
        expect(await found(1, 0)).toBe(0n)
        expect(await found(1, T0 + 1_000)).toBe(1n)
        expect(await found(1, T0 + 1_001)).toBe(2n)
        expect(await found(0, T0)).toBe(2n)
        expect(await found(1, T0 + 3_001)).toBeNull()
        expect(await found(2, T0)).toBeNull()
        const ofEach = new Map([
          [orders, T0 + 3_000],
          [payments, T0 + 1],
        ])
        const asked = new Map([
          [orders, [0, 1]],
          [payments, [0]],
        ])
        expect(value(await reader.firstMessagesAt(ID, asked, ofEach))).toEqual(
          new Map<string, unknown>([
            [
              orders,
              [
                { partition: 0, offset: 3n },
                { partition: 1, offset: 3n },
              ],
            ],
            [payments, [{ partition: 0, offset: null }]],
          ]),
        )
        expect(
          value(
            await reader.firstMessagesAt(
              ID,
              new Map([
                [orders, [2, 0]],
                [payments, [0, 1]],
              ]),
              T0,
            ),
          ),
        ).toEqual(
          new Map<string, unknown>([
            [
              orders,
              [
                { partition: 2, offset: null },
                { partition: 0, offset: 2n },
              ],
            ],
            [
              payments,
              [
                { partition: 0, offset: 0n },
                { partition: 1, unread: expect.any(String) },
              ],
            ],
          ]),
        )
      })

      it('tell what kind of log a topic has', async () => {
        expect(value(await reader.topicKinds(ID, [orders, table, empty, fresh('nowhere')]))).toEqual(
          new Map([
            [
              orders,
              { compacted: false, transactions: false, timesMayBeLate: false, retentionMs: 604_800_000 },
            ],
            [table, { compacted: true, transactions: false, timesMayBeLate: false }],
            [empty, { compacted: false, transactions: false, timesMayBeLate: false }],
          ]),
        )
      })

      it('do not read a partition that a transaction may still commit to, and read it afterwards', async () => {
        const group = await seeded(at(orders, 0, 3n), at(orders, 1, 1n))
        const transaction = fresh('transaction')
        await world.openTransaction(transaction, group, [at(orders, 1, 2n)])
        expect(value(await reader.positions(target(group), [orders]))).toMatchObject([
          { committed: 3n, logEnd: 5n },
          { committed: null, logEnd: null },
          { committed: null, logEnd: 0n },
        ])
        const over = [
          { partition: 0, offset: 4n },
          { partition: 1, offset: 4n },
        ]
        expect(codes(await write(group, orders, over))).toEqual({ [`${orders} 0`]: 0, [`${orders} 1`]: 88 })
        await world.endTransaction(transaction, 'commit')
        await expect.poll(async () => (await world.offsets(group))[`${orders} 1`]).toBe(2n)
        expect(value(await reader.positions(target(group), [orders]))).toMatchObject([
          { committed: 4n },
          { committed: 2n, logEnd: 4n },
          {},
        ])
      })

      it('tell of a topic that was deleted nothing, and of the others all', async () => {
        const doomed = fresh('doomed')
        await world.createTopics({ name: doomed })
        const group = await seeded(at(doomed, 0, 0n), at(payments, 0, 1n))
        await world.deleteTopics(doomed)
        await expect
          .poll(async () =>
            value(await reader.positions(target(group), [doomed, payments])).map(row => row.topic),
          )
          .toEqual([payments])
        expect(value(await reader.logRangesOf(ID, [doomed, payments])).has(doomed)).toBe(false)
      })
    })

    describe('writes', () => {
      it('commit several topics at once, to the digit, and touch nothing else', async () => {
        const group = await seeded(at(orders, 0, 3n), at(orders, 1, 1n), at(payments, 0, 0n))
        const writes = new Map<string, PartitionWrite[]>([
          [
            orders,
            [
              { partition: 0, offset: 2n },
              { partition: 2, offset: 2n ** 63n - 1n },
            ],
          ],
          [payments, [{ partition: 0, offset: 1n }]],
        ])
        const { called, unwritten } = await kafka.writeTopics(target(group), writes, soon())
        expect(codes(called)).toEqual({ [`${orders} 0`]: 0, [`${orders} 2`]: 0, [`${payments} 0`]: 0 })
        expect(unwritten).toEqual([])
        expect(await world.offsets(group)).toEqual({
          [`${orders} 0`]: 2n,
          [`${orders} 1`]: 1n,
          [`${orders} 2`]: 2n ** 63n - 1n,
          [`${payments} 0`]: 1n,
        })
      })

      it('write over what they go out from, and over nothing else', async () => {
        const group = await seeded(at(orders, 0, 3n), at(orders, 1, 1n))
        const outcome = await write(group, orders, [
          { partition: 0, offset: 2n, over: 3n },
          { partition: 1, offset: 0n, over: 3n },
          { partition: 2, offset: 0n, over: null },
        ])
        expect(outcome).toMatchObject({ kind: 'done', topics: [{ topic: orders, moved: [1] }] })
        expect(codes(outcome)).toEqual({ [`${orders} 0`]: 0, [`${orders} 2`]: 0 })
        expect(await world.offsets(group)).toEqual({
          [`${orders} 0`]: 2n,
          [`${orders} 1`]: 1n,
          [`${orders} 2`]: 0n,
        })
      })

      it('report a partition and a topic that are not there, and write the rest', async () => {
        const group = await seeded(at(payments, 0, 0n))
        const nowhere = fresh('nowhere')
        const writes = new Map([
          [nowhere, [{ partition: 0, offset: 1n }]],
          [
            payments,
            [
              { partition: 0, offset: 1n },
              { partition: 9, offset: 1n },
            ],
          ],
        ])
        const { called } = await kafka.writeTopics(target(group), writes, soon())
        expect(codes(called)).toEqual({ [`${nowhere} 0`]: 3, [`${payments} 0`]: 0, [`${payments} 9`]: 3 })
        expect(await world.offsets(group)).toEqual({ [`${payments} 0`]: 1n })
      })

      it('refuse a group that is not there, and do not make it', async () => {
        const group = fresh('nobody')
        expect(await write(group, payments, [{ partition: 0, offset: 1n }])).toMatchObject({
          kind: 'refused',
          code: 'GROUP_ID_NOT_FOUND',
        })
        expect(await world.groups()).not.toContain(group)
      })

      it.each(['classic', 'consumer'] as const)(
        'refuse a group of the %s protocol while it has members',
        async protocol => {
          const group = fresh(protocol)
          await world.startReader(group, group, [orders], protocol)
          await world.readerCommits(group)
          const before = await world.offsets(group)
          expect(await write(group, orders, [{ partition: 0, offset: 3n }])).toMatchObject({
            kind: 'refused',
            reason: 'groupNotEmpty',
            message: expect.stringMatching(/members/),
          })
          expect(await world.offsets(group)).toEqual(before)
          await world.stopReader(group)
          expect(codes(await write(group, orders, [{ partition: 0, offset: 3n }]))).toEqual({
            [`${orders} 0`]: 0,
          })
          expect(await world.offsets(group)).toEqual({ ...before, [`${orders} 0`]: 3n })
        },
      )

      it('change nothing the second time', async () => {
        const group = await seeded(at(payments, 0, 0n))
        for (let turn = 0; turn < 2; turn += 1) {
          expect(codes(await write(group, payments, [{ partition: 0, offset: 1n }]))).toEqual({
            [`${payments} 0`]: 0,
          })
        }
        expect(await world.offsets(group)).toEqual({ [`${payments} 0`]: 1n })
      })

      it('write no negative offset, whatever it would mean elsewhere', async () => {
        const group = await seeded(at(payments, 0, 1n))
        for (const offset of [-1n, -2n]) {
          expect(await write(group, payments, [{ partition: 0, offset }])).toMatchObject({
            reason: 'badRequest',
          })
        }
        expect(await world.offsets(group)).toEqual({ [`${payments} 0`]: 1n })
      })
    })
  })
}

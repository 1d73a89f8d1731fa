// What other tools got wrong, one by one, over real Kafkas; and Kafka's own tool as the judge of what was written.

import { afterAll, beforeAll, expect, inject, it, onTestFinished } from 'vitest'
import { placeOf } from '../../src/request/group.ts'
import { utc } from '../../src/request/reset.ts'
import { startTcpProxy } from '../support/tcp-proxy.ts'
import { type Adapter, adapterOf, ID, soon, to, value } from './adapter.ts'
import type { Driver } from './driver/driver.ts'
import { judgementIn } from './judge/tool.ts'
import { KEPT } from './judge/worlds.ts'
import { driverOf, fresh, overEachKafka } from './kafkas.ts'
import { type Rewind, resetOf, startRewind } from './rewind.ts'

const T0 = 1_700_000_000_000
/** How the request begins: its number, and the newest version that both speak. */
const COMMIT = String.fromCharCode(0, 8, 0, 9)

overEachKafka(kafka => {
  let driver: Driver
  let adapter: Adapter
  let reader: ReturnType<Adapter['reader']>
  let rewind: Rewind
  const orders = fresh('orders')
  const payments = fresh('payments')

  beforeAll(async () => {
    driver = await driverOf(kafka)
    adapter = adapterOf(kafka.bootstrap)
    reader = adapter.reader({ readMs: 8_000 })
    rewind = await startRewind(kafka.bootstrap, inject('redisUrl'))
    await driver.createTopics({ name: orders, partitions: 2, config: KEPT }, { name: payments, config: KEPT })
    await driver.produce(
      Array.from({ length: 10 }, (_, n) => ({ topic: orders, partition: n % 2, atMs: T0 + n * 1_000 })),
    )
    await driver.produce([{ topic: payments, partition: 0, atMs: T0 }])
  })
  afterAll(() => {
    adapter.close()
    rewind.close()
  })

  const committed = async (offsets: Record<string, bigint>) => {
    const group = fresh('billing')
    await driver.commit(
      group,
      Object.entries(offsets).map(([place, offset]) => {
        const [topic = '', partition] = place.split(' ')
        return { topic, partition: Number(partition), offset }
      }),
    )
    return group
  }
  const write = (group: string, topic: string, ...offsets: bigint[]) =>
    adapter.writeOffsets(
      to(group),
      topic,
      offsets.map((offset, partition) => ({ partition, offset })),
      soon(),
    )
  /** What `kafka-consumer-groups.sh --describe` shows: committed offset and log end by place. */
  const judged = async (group: string) => {
    const said = await driver.consumerGroups('--describe', '--group', group)
    const rows = [...said.matchAll(/^\S+ +(\S+) +(\d+) +(\d+|-) +(\d+|-) /gm)]
    return Object.fromEntries(
      rows.map(([, topic = '', partition, at, end]) => [placeOf(topic, Number(partition)), [at, end]]),
    )
  }

  it('knows of a log that has transactions in it, which ended there or are open, and of others that they have none', async () => {
    const [ended, taken, open] = [fresh('ended'), fresh('taken'), fresh('open')]
    await driver.createTopics(...[ended, taken, open].map(name => ({ name, partitions: 2, config: KEPT })))
    await driver.produce([{ topic: ended, partition: 1, atMs: T0 }], fresh('t'), 'commit')
    await driver.produce([{ topic: taken, partition: 0, atMs: T0 }], fresh('t'), 'abort')
    await driver.openTransactionOf(fresh('t'), [{ topic: open, partition: 1, atMs: T0 }])
    const kinds = value(await reader.topicKinds(ID, [orders, ended, taken, open]))
    expect([...kinds].map(([topic, { transactions }]) => [topic, transactions])).toEqual([
      [orders, false],
      [ended, true],
      [taken, true],
      [open, true],
    ])
  })

  it('is shown by Kafka’s own tool as it was written', async () => {
    const group = await committed({ [`${orders} 0`]: 5n, [`${orders} 1`]: 5n, [`${payments} 0`]: 0n })
    const writes = new Map([
      [
        orders,
        [
          { partition: 0, offset: 2n },
          { partition: 1, offset: 0n },
        ],
      ],
      [payments, [{ partition: 0, offset: 1n }]],
    ])
    expect((await adapter.writeTopics(to(group), writes, soon())).called.kind).toBe('done')
    const [first, second] = [await judged(group), value(await reader.positions(to(group)))]
    expect(first).toEqual({
      [`${orders} 0`]: ['2', '5'],
      [`${orders} 1`]: ['0', '5'],
      [`${payments} 0`]: ['1', '1'],
    })
    expect(
      Object.fromEntries(
        second.map(row => [placeOf(row.topic, row.partition), [`${row.committed}`, `${row.logEnd}`]]),
      ),
    ).toEqual(first)
  })

  it('redpanda console 1850: −1 and −2 are never committed', async () => {
    const group = await committed({ [`${payments} 0`]: 1n })
    expect(await write(group, payments, -1n)).toMatchObject({ kind: 'refused', reason: 'badRequest' })
    expect(await write(group, payments, -2n)).toMatchObject({ kind: 'refused', reason: 'badRequest' })
    expect(await judged(group)).toMatchObject({ [`${payments} 0`]: ['1', '1'] })
  })

  it('kafka-ui 409: what is read back is what was asked for, not the latest', async () => {
    const group = await committed({ [`${orders} 0`]: 5n, [`${orders} 1`]: 5n })
    const ranges = value(await reader.logRanges(ID, orders))
    await write(group, orders, ...ranges.map(({ start }) => start))
    expect(value(await reader.positions(to(group))).map(row => row.committed)).toEqual([0n, 0n])
    const first = value(await reader.firstMessageAt(ID, orders, 1, T0 + 4_000))
    await write(group, orders, 3n, first ?? -1n)
    expect(value(await reader.positions(to(group))).map(row => row.committed)).toEqual([3n, 2n])
  })

  it('kafkactl 43: a stable group is refused, and nothing has changed', async () => {
    const group = fresh('stable')
    await driver.startReader(group, group, [payments], 'classic')
    await driver.readerCommits(group)
    const before = await driver.offsets(group)
    const elsewhere = before[`${payments} 0`] === 0n ? 1n : 0n
    expect(await write(group, payments, elsewhere)).toMatchObject({
      kind: 'refused',
      reason: 'groupNotEmpty',
    })
    expect(await driver.offsets(group)).toEqual(before)
    await driver.stopReader(group)
  })

  it('kaf 91: nobody joins: a group is as empty after a write as before, and of the same kind', async () => {
    const group = await committed({ [`${payments} 0`]: 1n })
    const state = () => driver.consumerGroups('--describe', '--group', group, '--state')
    const before = await state()
    expect(before).toMatch(/Empty/)
    await write(group, payments, 0n)
    expect(await state()).toBe(before)
    const apis = new Set(adapter.calls.map(({ api }) => api))
    expect([...apis].filter(api => /Join|Sync|Heartbeat/.test(api))).toEqual([])
  })

  it('kafkactl 217: a group without members that Kafka calls empty or dead is written to when it has commits', async () => {
    const group = await committed({ [`${orders} 0`]: 1n })
    expect((await write(group, payments, 0n)).kind).toBe('done')
    expect(await driver.offsets(group)).toEqual({ [`${orders} 0`]: 1n, [`${payments} 0`]: 0n })
  })

  it('confluent-kafka-dotnet 2119: a mistyped group is refused, and not made', async () => {
    const typo = `${await committed({ [`${payments} 0`]: 1n })}x`
    expect(await write(typo, payments, 0n)).toMatchObject({ kind: 'refused', code: 'GROUP_ID_NOT_FOUND' })
    expect(await driver.groups()).not.toContain(typo)
  })

  it('redpanda 5277: a refusal for members says what to do', async () => {
    const group = fresh('stable')
    await driver.startReader(group, group, [payments], 'consumer')
    await driver.readerCommits(group)
    expect(await write(group, payments, 0n)).toMatchObject({
      reason: 'groupNotEmpty',
      message: 'The group has members: its consumers have to be stopped.',
    })
    await driver.stopReader(group)
  })

  it('akhq 2720: an active group of KIP-848 is in use, not dead', async () => {
    const group = fresh('new')
    await driver.startReader(group, group, [payments], 'consumer')
    expect(value(await reader.group(to(group)))).toMatchObject({
      state: 'Stable',
      members: [{ clientId: group }],
    })
    await driver.stopReader(group)
    expect(value(await reader.group(to(group))).state).toBe('Empty')
  })

  it('integrations-core 24165: each partition has its own code', async () => {
    const group = await committed({ [`${orders} 0`]: 5n })
    expect(await write(group, orders, 1n, 1n, 1n)).toMatchObject({
      kind: 'done',
      topics: [{ partitions: [{ errorCode: 0 }, { errorCode: 0 }, { partition: 2, errorCode: 3 }] }],
    })
  })

  it('redpanda console 1212: a time is one instant, whatever the zone that it is typed or shown in', async () => {
    const timeMs = T0 + 4_000
    const { rows } = await rewind.plan(
      await rewind.ask(resetOf(await committed({ [`${orders} 0`]: 5n }), { kind: 'time', timeMs }, [orders])),
    )
    const ours = Object.fromEntries(
      rows.map(({ topic, partition, to: offset }) => [placeOf(topic, partition), offset]),
    )
    expect(utc(timeMs)).toBe('2023-11-14 22:13:24 UTC')
    const group = await committed({ [`${orders} 0`]: 5n })
    for (const typed of [
      '2023-11-14T22:13:24.000',
      '2023-11-15T06:13:24.000+08:00',
      '2023-11-14T22:13:24.000Z',
    ]) {
      const said = await driver.consumerGroups(
        ...[
          '--reset-offsets',
          '--group',
          group,
          '--topic',
          orders,
          '--to-datetime',
          typed,
          '--dry-run',
          '--export',
        ],
      )
      expect(judgementIn(said, group)).toEqual({ kind: 'resets', offsets: new Map(Object.entries(ours)) })
    }
  })

  it.runIf(kafka.proxied !== undefined)(
    'redpanda 3404: an error after which the commit stands is read back, and is no failure',
    async () => {
      const { port = 0, told = 0 } = kafka.proxied ?? {}
      const proxy = await startTcpProxy(port, told)
      const behind = await startRewind(`127.0.0.1:${told}`, inject('redisUrl'))
      onTestFinished(async () => {
        behind.close()
        await proxy.close()
      })
      const approved = async (group: string) => {
        const asked = await behind.ask(resetOf(group, { kind: 'earliest' }, [orders]))
        return await behind.approve((await behind.plan(asked)).request)
      }
      const group = await committed({ [`${orders} 0`]: 5n, [`${orders} 1`]: 5n })
      const request = await approved(group)
      proxy.loseNextReply(COMMIT)
      const ended = await behind.execute(request)
      expect(await driver.offsets(group)).toEqual({ [`${orders} 0`]: 0n, [`${orders} 1`]: 0n })
      expect(ended.state).toMatchObject({ name: 'succeeded', outcome: { counts: { succeeded: 2 } } })
      expect(behind.adapter.callsOf('OffsetCommit')).toMatchObject([{ outcome: 'unknown' }])

      const other = await committed({ [`${orders} 0`]: 5n })
      const doubtful = await approved(other)
      void proxy.holdNextRequest(COMMIT).then(() => proxy.reset())
      const unclear = await behind.execute(doubtful)
      expect(unclear.state.name).toBe('unclear')
      expect((await behind.lookBack(unclear)).evidence).toBe('absent')
      expect(await driver.offsets(other)).toEqual({ [`${orders} 0`]: 5n })
      expect(behind.adapter.callsOf('OffsetCommit')).toHaveLength(2)
    },
  )

  it('kafka 10092: no message after a time is no offset, not the latest', async () => {
    const asked = new Map([[orders, [0, 1]]])
    expect(value(await reader.firstMessagesAt(ID, asked, T0 + 8_500)).get(orders)).toEqual([
      { partition: 0, offset: null },
      { partition: 1, offset: 4n },
    ])
  })

  it('akhq 1000: a write to one topic leaves the others alone', async () => {
    const group = await committed({ [`${orders} 0`]: 5n, [`${payments} 0`]: 1n })
    await write(group, payments, 0n)
    expect(await driver.offsets(group)).toEqual({ [`${orders} 0`]: 5n, [`${payments} 0`]: 0n })
  })

  it('kafka 16766: a topic that is deleted does not hide the others', async () => {
    const doomed = fresh('doomed')
    await driver.createTopics({ name: doomed })
    const group = await committed({ [`${doomed} 0`]: 0n, [`${payments} 0`]: 1n })
    const reading = Array.from({ length: 30 }, () => reader.positions(to(group), [doomed, payments]))
    await Promise.all([driver.deleteTopics(doomed), ...reading])
    for (const each of reading) {
      expect(value(await each).filter(({ topic }) => topic === payments)).toMatchObject([
        { committed: 1n, logEnd: 1n },
      ])
    }
  })

  it('kafkajs 1219: what has just been stopped may still be in use, and is refused until it is not', async () => {
    const group = fresh('leaving')
    await driver.startReader(group, group, [payments], 'classic')
    await driver.readerCommits(group)
    const stopping = driver.stopReader(group)
    const outcomes = new Set<string>()
    await expect
      .poll(async () => {
        const outcome = await write(group, payments, 0n)
        outcomes.add(outcome.kind === 'refused' ? outcome.reason : outcome.kind)
        return outcome.kind
      })
      .toBe('done')
    await stopping
    expect([...outcomes].filter(each => each !== 'done' && each !== 'groupNotEmpty')).toEqual([])
  })

  it('ns4kafka 669: a group that nobody knows is an answer, not an error', async () => {
    const outcome = await reader.group(to(fresh('nobody')))
    expect(outcome).toEqual({ kind: 'read', value: { state: 'Dead', members: [] } })
  })

  it('kafka-ui 3932: a group without commits shows where the logs are', async () => {
    const group = fresh('bare')
    await driver.startReader(group, group, [payments], 'classic')
    await driver.stopReader(group)
    expect(value(await reader.positions(to(group), [payments]))).toEqual([
      { topic: payments, partition: 0, committed: null, logStart: null, logEnd: 1n },
    ])
    expect((await write(group, payments, 1n)).kind).toBe('done')
  })

  it('takes as few commits as fit where one is too large for the offsets topic', async () => {
    const wide = fresh('wide')
    await driver.createTopics({ name: wide, partitions: 800 })
    // The name of the group stands in each record of the batch, which may be a megabyte.
    const group = fresh('long'.repeat(500))
    await driver.commit(group, [{ topic: wide, partition: 0, offset: 0n }])
    const offsets = Array.from({ length: 800 }, (_, partition) => ({ partition, offset: BigInt(partition) }))
    const before = adapter.callsOf('OffsetCommit').length
    // Sent whole, it would be answered as if something unknown had gone wrong.
    const { called, unwritten } = await adapter.writeTopics(to(group), new Map([[wide, offsets]]), soon())
    expect(called).toMatchObject({ kind: 'done', topics: [{ topic: wide }] })
    expect(unwritten).toEqual([])
    expect(adapter.callsOf('OffsetCommit').length - before).toBe(2)
    const found = await driver.offsets(group)
    expect(found).toEqual(
      Object.fromEntries(offsets.map(each => [placeOf(wide, each.partition), each.offset])),
    )
  })
})

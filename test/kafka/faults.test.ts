// A write and the reads beside it through a network that fails, in front of a real broker: what is claimed is what the
// broker's own client sees afterwards, and the wire shows that a commit went over it once.

import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { causeOf } from '../../src/request/cause.ts'
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'
import { type Adapter, adapterOf, ID, soon, to } from './adapter.ts'
import type { Driver } from './driver/driver.ts'
import { driverOf, fresh, KAFKAS, overEachKafka } from './kafkas.ts'

/** The head of a request: its number and its version, the newest that both speak. */
const head = (key: number, version: number) => String.fromCharCode(0, key, 0, version)
const COMMIT = head(8, 9)
const LOOK = head(9, 7)
const FIND = head(10, 3)

const PROXIED = KAFKAS.filter(({ proxied }) => proxied !== undefined)

overEachKafka(kafka => {
  const { port = 0, told = 0 } = kafka.proxied ?? {}
  const topic = fresh('orders')
  let driver: Driver
  let proxy: TcpProxy
  let adapter: Adapter
  let group: string

  beforeAll(async () => {
    driver = await driverOf(kafka)
    await driver.createTopics({ name: topic, partitions: 2 })
    await driver.produce([0, 0, 0, 1, 1, 1].map(partition => ({ topic, partition })))
    proxy = await startTcpProxy(port, told)
  })
  afterAll(() => proxy.close())
  afterEach(() => {
    proxy.clear()
    proxy.up()
    adapter.close()
  })

  const prepared = async () => {
    group = fresh('billing')
    await driver.commit(group, [
      { topic, partition: 0, offset: 3n },
      { topic, partition: 1, offset: 3n },
    ])
    adapter = adapterOf(`127.0.0.1:${told}`)
  }
  const write = (ms?: number) =>
    adapter.writeOffsets(
      to(group),
      topic,
      [
        { partition: 0, offset: 1n },
        { partition: 1, offset: 2n },
      ],
      soon(ms),
    )
  const committed = async () => Object.values(await driver.offsets(group)).map(Number)
  const UNTOUCHED = [3, 3]
  const WRITTEN = [1, 2]

  it('passes everything through the proxy, and a commit is so many bytes, once', async () => {
    await prepared()
    expect((await write()).kind).toBe('done')
    expect(await committed()).toEqual(WRITTEN)
    const commits = adapter.callsOf('OffsetCommit')
    expect(commits).toMatchObject([{ outcome: 'answered', version: 9 }])
    // Head and client 17, group 1 more than its length, generation 4, member 1, instance 1, topics 1, name 1 more than its
    // length, partitions 1, each 18 with its tags, tags 2; and the length of the frame.
    expect(commits[0]?.bytes).toBe(
      4 + 17 + (1 + group.length) + 4 + 1 + 1 + 1 + (1 + topic.length) + 1 + 2 * 18 + 2,
    )
  })

  it('refuses the connection: nothing was sent', async () => {
    await prepared()
    await proxy.close()
    expect(await write()).toEqual({ kind: 'notSent', cause: causeOf('noConnection', 'ECONNREFUSED') })
    expect(await adapter.reader({ readMs: 2_000 }).group(to(group))).toEqual({
      kind: 'unavailable',
      cause: causeOf('noConnection', 'ECONNREFUSED'),
    })
    expect(await committed()).toEqual(UNTOUCHED)
    proxy = await startTcpProxy(port, told)
  })

  it('accepts and says nothing: nothing was sent, and half of the time is enough to know', async () => {
    await prepared()
    proxy.hang()
    const startedMs = Date.now()
    expect((await write(1_000)).kind).toBe('notSent')
    expect(Date.now() - startedMs).toBeLessThan(900)
    proxy.resume()
    expect(await committed()).toEqual(UNTOUCHED)
  })

  it.each([
    ['who coordinates', FIND],
    ['where the group stands', LOOK],
  ])('resets while it is asked %s: nothing was sent', async (_, request) => {
    await prepared()
    const held = proxy.holdNextRequest(request)
    const writing = write(2_000)
    await held
    // It is asked a second time over a new connection where that has no effect; and then it is cut as well.
    proxy.down()
    expect((await writing).kind).toBe('notSent')
    expect(await committed()).toEqual(UNTOUCHED)
    expect(adapter.callsOf('OffsetCommit')).toEqual([])
  })

  it('resets before the commit arrives: unknown, and it is not sent again', async () => {
    await prepared()
    const held = proxy.holdNextRequest(COMMIT)
    const writing = write()
    await held
    proxy.reset()
    expect(await writing).toEqual({ kind: 'unknown', cause: causeOf('connectionBroke') })
    expect(await committed()).toEqual(UNTOUCHED)
    expect(adapter.callsOf('OffsetCommit')).toHaveLength(1)
  })

  it('resets after the commit was done: unknown, and it is not sent again', async () => {
    await prepared()
    proxy.loseNextReply(COMMIT)
    expect(await write()).toEqual({ kind: 'unknown', cause: causeOf('connectionBroke') })
    expect(await committed()).toEqual(WRITTEN)
    expect(adapter.callsOf('OffsetCommit')).toHaveLength(1)
  })

  it('passes half of the answer: unknown', async () => {
    await prepared()
    proxy.cutAnswerAfter(9, COMMIT)
    expect((await write()).kind).toBe('unknown')
    expect(await committed()).toEqual(WRITTEN)
    expect(adapter.callsOf('OffsetCommit')).toHaveLength(1)
  })

  it('keeps the answer: unknown when the deadline is there, and not later', async () => {
    await prepared()
    const held = proxy.holdNextReply(COMMIT)
    const startedMs = Date.now()
    expect(await write(900)).toMatchObject({ kind: 'unknown', cause: expect.stringMatching(/^noAnswer/) })
    expect(Date.now() - startedMs).toBeLessThan(1_400)
    expect(await held).toBe('held')
    expect(await committed()).toEqual(WRITTEN)
  })

  it('is slow: all of it arrives', async () => {
    await prepared()
    proxy.latency(60)
    expect((await write()).kind).toBe('done')
    expect(await committed()).toEqual(WRITTEN)
  })

  it('breaks connections that nobody uses: the next write and the next read do not notice', async () => {
    await prepared()
    const reader = adapter.reader({ readMs: 5_000 })
    expect((await write()).kind).toBe('done')
    expect((await reader.positions(to(group))).kind).toBe('read')
    proxy.reset()
    expect((await reader.positions(to(group))).kind).toBe('read')
    expect((await write()).kind).toBe('done')
  })

  it('breaks a read: it is asked once more, and then said not to be there', async () => {
    await prepared()
    const reader = adapter.reader({ readMs: 2_000 })
    expect((await reader.topics(ID, topic)).kind).toBe('read')
    proxy.loseNextReply(head(3, 9))
    expect((await reader.topics(ID, topic)).kind).toBe('read')
    proxy.down()
    expect((await reader.topics(ID, topic)).kind).toBe('unavailable')
  })
}, PROXIED)

// Consumers around a reset: in use, leaving, back between the look and the call, committing over it; and transactions that
// are open. They are Kafka's own Java client, of either protocol: the one kept client in JavaScript needs a newer Node than
// Rewind does.

import { afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { causeOf } from '../../src/request/cause.ts'
import { placeOf } from '../../src/request/group.ts'
import type { ResetRequest } from '../../src/request/request.ts'
import type { Driver } from './driver/driver.ts'
import { driverOf, fresh, overEachKafka } from './kafkas.ts'
import { type Rewind, type RewindOptions, resetOf, startRewind } from './rewind.ts'

const HOLD_MS = 30_000

overEachKafka(kafka => {
  let driver: Driver
  let rewind: Rewind
  let orders: string
  let running: string[] = []

  beforeAll(async () => {
    driver = await driverOf(kafka)
    orders = fresh('orders')
    await driver.createTopics({ name: orders, partitions: 2 })
    await driver.produce([0, 0, 0, 1, 1, 1].map(partition => ({ topic: orders, partition })))
  })
  afterEach(async () => {
    for (const name of running) await driver.stopReader(name)
    running = []
    rewind.close()
  })

  const start = async (options: RewindOptions = {}) => {
    rewind = await startRewind(kafka.bootstrap, inject('redisUrl'), options)
  }
  const join = async (group: string, protocol: 'classic' | 'consumer') => {
    const name = fresh('member')
    await driver.startReader(name, group, [orders], protocol)
    running.push(name)
    return name
  }
  const leave = async (name: string) => {
    running = running.filter(each => each !== name)
    await driver.stopReader(name)
  }
  /** Read to the end, and left. */
  const used = async (protocol: 'classic' | 'consumer') => {
    const group = fresh(protocol)
    const name = await join(group, protocol)
    await driver.readerCommits(name)
    await leave(name)
    await driver.commit(group, [at(0, 3n), at(1, 3n)])
    return group
  }
  const at = (partition: number, offset: bigint) => ({ topic: orders, partition, offset })
  const approved = async (group: string) => {
    const { request } = await rewind.plan(await rewind.ask(resetOf(group, { kind: 'earliest' }, [orders])))
    return await rewind.approve(request)
  }
  /** When its time has come. */
  const again = async (request: ResetRequest) => {
    if (request.state.name === 'approved') rewind.pass(Math.max(0, request.state.notBeforeMs - rewind.now()))
    return await rewind.execute(request)
  }
  const stands = async (group: string) => Object.values(await driver.offsets(group)).map(Number)
  const commits = () => rewind.adapter.callsOf('OffsetCommit').length

  describe.each(['classic', 'consumer'] as const)('a group of the %s protocol', protocol => {
    it('in use is waited for; when its members have left and stay away, it is reset', async () => {
      await start()
      const group = await used(protocol)
      const request = await approved(group)
      const name = await join(group, protocol)
      const waits = await rewind.execute(request)
      expect(waits.state).toMatchObject({
        name: 'approved',
        wait: { emptySinceMs: null, group: { state: 'Stable', members: [{ clientId: name }] } },
      })
      await leave(name)
      const empty = await again(waits)
      expect(empty.state).toMatchObject({ name: 'approved', wait: { group: { state: 'Empty' } } })
      expect(await stands(group)).toEqual([3, 3])
      rewind.pass(HOLD_MS)
      expect((await again(empty)).state.name).toBe('succeeded')
      expect(await stands(group)).toEqual([0, 0])
      expect(commits()).toBe(1)
    })

    it('that comes back between the look and the call is refused by the broker, told, and waited for', async () => {
      let comesBack = true
      let name = ''
      await start({
        async beforeWrite() {
          if (comesBack) name = await join(group, protocol)
          comesBack = false
        },
      })
      const group = await used(protocol)
      const ended = await rewind.execute(await approved(group))
      expect(commits()).toBe(1)
      expect(ended.state).toMatchObject({ name: 'approved', attempt: 2, lastCause: causeOf('joined') })
      expect(await stands(group)).toEqual([3, 3])
      await leave(name)
      const empty = await again(ended)
      rewind.pass(HOLD_MS)
      expect((await again(empty)).state.name).toBe('succeeded')
      expect(await stands(group)).toEqual([0, 0])
    })

    it('that commits over the reset at once is told as having moved on, not as a success', async () => {
      await start({
        async afterWrite() {
          const name = await join(group, protocol)
          // It begins where the reset has put it, and reads to the end.
          await expect
            .poll(
              async () => {
                await driver.readerCommits(name)
                return await stands(group)
              },
              { timeout: 10_000 },
            )
            .toEqual([3, 3])
        },
      })
      const group = await used(protocol)
      await driver.commit(group, [at(0, 2n), at(1, 2n)])
      const ended = await rewind.execute(await approved(group))
      expect(ended.state).toMatchObject({ outcome: { counts: { movedAfter: 2, succeeded: 0 } } })
      expect(await rewind.resultOf(ended)).toMatchObject([
        { from: 2n, planned: 0n, readBack: 3n, outcome: 'moved-after' },
        { from: 2n, planned: 0n, readBack: 3n, outcome: 'moved-after' },
      ])
    })
  })

  it('a consumer that assigns its partitions itself is no member: what it commits between look and call is kept', async () => {
    await start({ beforeWrite: () => driver.commit(group, [at(1, 1n)]) })
    const group = await used('classic')
    const ended = await rewind.execute(await approved(group))
    expect(await stands(group)).toEqual([0, 1])
    expect(ended.state.name).toBe('partial')
    expect(await rewind.resultOf(ended)).toMatchObject([
      { partition: 1, outcome: 'failed', why: 'movedBefore', readBack: 1n },
      { partition: 0, outcome: 'succeeded', readBack: 0n },
    ])
  })

  it('a transaction that is open when its turn comes: looked at again, until it is over', async () => {
    await start()
    const group = await used('classic')
    const request = await approved(group)
    const transaction = fresh('transaction')
    await driver.openTransaction(transaction, group, [at(1, 2n)])
    const waits = await rewind.execute(request)
    const unread = causeOf('offsetUnread', placeOf(orders, 1))
    expect(waits.state).toMatchObject({ name: 'approved', lastCause: causeOf('lookFailed', unread) })
    expect(commits()).toBe(0)
    await driver.endTransaction(transaction, 'abort')
    const reader = rewind.adapter.reader({ readMs: 5_000 })
    await expect
      .poll(() => reader.positions(request.reset.target, [orders]))
      .toMatchObject({ value: [{ logEnd: 3n }, { logEnd: 3n }] })
    expect((await again(waits)).state.name).toBe('succeeded')
    expect(await stands(group)).toEqual([0, 0])
  })

  it('a transaction that opens between the look and the call: its partition is not written, and said to be unstable', async () => {
    const transaction = fresh('transaction')
    await start({ beforeWrite: () => driver.openTransaction(transaction, group, [at(1, 2n)]) })
    const group = await used('classic')
    const ended = await rewind.execute(await approved(group))
    expect(ended.state.name).toBe('partial')
    expect(await rewind.resultOf(ended)).toMatchObject([
      { partition: 1, outcome: 'failed', said: { code: 88 }, readBack: null },
      { partition: 0, outcome: 'succeeded', readBack: 0n },
    ])
    await driver.endTransaction(transaction, 'commit')
    await expect.poll(() => stands(group)).toEqual([0, 2])
  })
})

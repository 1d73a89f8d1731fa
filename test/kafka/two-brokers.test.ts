// Two brokers: a coordinator that moves between the look and the commit, and a broker that dies.

import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { createKafka } from '../../src/adapters/kafka/kafka.ts'
import { causeOf } from '../../src/request/cause.ts'
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'
import { adapterOf, ID, soon, to, value } from './adapter.ts'
import { VERSIONS } from './broker/jars.ts'
import { freePort } from './broker/java.ts'
import { type RunningKafka, startKafka } from './broker/start.ts'
import { type Driver, startDriver } from './driver/driver.ts'
import { CAN_START, fresh } from './kafkas.ts'
import { resetOf, startRewind } from './rewind.ts'

const OFFSETS = '__consumer_offsets'

describe.each(VERSIONS.map(version => ({ version })))('Kafka $version', ({ version }) => {
  describe.runIf(CAN_START)('with two brokers', () => {
    let kafka: RunningKafka
    let driver: Driver
    let proxy: TcpProxy
    let proxied: string
    const topic = 'orders'

    beforeAll(async () => {
      const told = await freePort()
      kafka = await startKafka({
        version,
        brokers: 2,
        listeners: { PROXIED: 'PLAINTEXT' },
        advertised: { PROXIED: told },
      })
      proxy = await startTcpProxy(kafka.brokers[0]?.ports.PROXIED ?? 0, told)
      proxied = `127.0.0.1:${told}`
      driver = await startDriver(version, kafka.bootstrap)
      // Each partition is on one broker alone.
      await driver.createTopics({ name: topic, replicas: [[1], [2]] })
      await driver.produce([0, 0, 1, 1].map(partition => ({ topic, partition })))
      await driver.commit('first', [{ topic, partition: 0, offset: 1n }])
    })
    afterAll(async () => {
      await driver?.close()
      await proxy?.close()
      await kafka?.close()
    })

    /** All groups are coordinated by that broker. */
    const coordinatedBy = async (broker: number) => {
      const count = (await driver.leaders(OFFSETS)).length
      for (let partition = 0; partition < count; partition += 1) {
        await driver.moveReplicas({ topic: OFFSETS, partition }, broker === 1 ? [1, 2] : [2, 1])
      }
      await expect.poll(() => driver.leaders(OFFSETS), { timeout: 10_000 }).toEqual(Array(count).fill(broker))
    }
    const seeded = async () => {
      const group = fresh('billing')
      await driver.commit(group, [{ topic, partition: 0, offset: 2n }])
      return group
    }
    const OFFSET = [{ partition: 0, offset: 1n }]

    it('asks each for its own partitions', async () => {
      const adapter = adapterOf(kafka.bootstrap)
      const group = await seeded()
      expect(value(await adapter.reader({ readMs: 5_000 }).positions(to(group)))).toMatchObject([
        { partition: 0, committed: 2n, logEnd: 2n },
        { partition: 1, committed: null, logEnd: 2n },
      ])
      expect(adapter.callsOf('ListOffsets')).toHaveLength(2)
      adapter.close()
    })

    it('finds a coordinator that moved since the last write, and commits once', async () => {
      await coordinatedBy(1)
      const adapter = adapterOf(kafka.bootstrap)
      const group = await seeded()
      expect((await adapter.writeOffsets(to(group), topic, OFFSET, soon())).kind).toBe('done')
      await coordinatedBy(2)
      const again = [{ partition: 0, offset: 0n }]
      expect((await adapter.writeOffsets(to(group), topic, again, soon())).kind).toBe('done')
      expect(value(await adapter.reader({ readMs: 5_000 }).group(to(group))).state).toBe('Empty')
      expect(await driver.offsets(group)).toEqual({ [`${topic} 0`]: 0n })
      expect(adapter.callsOf('OffsetCommit')).toHaveLength(2)
      adapter.close()
    })

    it('does not know what became of a commit whose coordinator moved after the look, and sends it once', async () => {
      await coordinatedBy(1)
      const group = await seeded()
      let commits = 0
      const late = createKafka(
        { id: ID, name: 'late', bootstrap: [proxied] },
        {
          now: Date.now,
          onCall({ api }) {
            // From the look on everything takes long enough for the coordinator to move.
            if (api === 'OffsetFetch' && commits === 0) proxy.latency(4_000)
            if (api === 'OffsetCommit') commits += 1
          },
        },
      )
      const writing = late.writeOffsets(to(group), topic, OFFSET, soon(20_000))
      await expect.poll(() => proxy.connections()).toBeGreaterThan(0)
      await new Promise(resolve => setTimeout(resolve, 300))
      await coordinatedBy(2)
      expect(await writing).toEqual({ kind: 'unknown', cause: causeOf('apiSaid', 'NOT_COORDINATOR') })
      proxy.latency(0)
      expect(commits).toBe(1)
      expect(await driver.offsets(group)).toEqual({ [`${topic} 0`]: 2n })
      // It is read back, and tried again when it is certain that nothing happened.
      expect((await late.writeOffsets(to(group), topic, OFFSET, soon())).kind).toBe('done')
      expect(await driver.offsets(group)).toEqual({ [`${topic} 0`]: 1n })
      late.close()
    })

    it('redpanda console 2573: a partition without a leader costs its own row, and groups of a dead broker are found again', async () => {
      await coordinatedBy(2)
      const adapter = adapterOf(kafka.bootstrap)
      const reader = adapter.reader({ readMs: 8_000 })
      const group = await seeded()
      expect((await reader.positions(to(group))).kind).toBe('read')
      await kafka.brokers[1]?.kill()
      await expect
        .poll(async () => await reader.positions(to(group)), { timeout: 20_000 })
        .toMatchObject({
          kind: 'read',
          value: [
            { partition: 0, committed: 2n, logEnd: 2n },
            { partition: 1, committed: null, logEnd: null },
          ],
        })
      expect(value(await reader.logRangesOf(ID, [topic])).get(topic)).toEqual([
        { partition: 0, start: 0n, end: 2n },
        { partition: 1, unread: expect.any(String) },
      ])
      const rewind = await startRewind(kafka.bootstrap, inject('redisUrl'))
      const { request } = await rewind.plan(await rewind.ask(resetOf(group, { kind: 'earliest' }, [topic])))
      expect(request.plan).toMatchObject({ partitions: 1, unread: { partitions: 1, first: [`${topic} 1`] } })
      expect((await rewind.execute(await rewind.approve(request))).state.name).toBe('succeeded')
      rewind.close()
      expect(await driver.offsets(group)).toEqual({ [`${topic} 0`]: 0n })
      expect((await adapter.writeOffsets(to(group), topic, OFFSET, soon())).kind).toBe('done')
      expect(await driver.offsets(group)).toEqual({ [`${topic} 0`]: 1n })
      await kafka.brokers[1]?.restart()
      await expect
        .poll(async () => await reader.positions(to(group)), { timeout: 20_000 })
        .toMatchObject({ kind: 'read', value: [{ logEnd: 2n }, { logEnd: 2n }] })
      adapter.close()
    })
  })
})

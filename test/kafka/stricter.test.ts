// Where Rewind does something else than Kafka's own tool, on purpose: each difference by its name, with what either does.

import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { causeOf } from '../../src/request/cause.ts'
import { placeOf } from '../../src/request/group.ts'
import { parseReset, type Reset, type ResetFields } from '../../src/request/reset.ts'
import { ID } from './adapter.ts'
import type { At, Driver } from './driver/driver.ts'
import { judged, judgementIn, withFile } from './judge/tool.ts'
import { KEPT } from './judge/worlds.ts'
import { driverOf, fresh, overEachKafka } from './kafkas.ts'
import { type Rewind, resetOf, startRewind } from './rewind.ts'

const T0 = 1_700_000_000_000
const HOUR_MS = 3_600_000

overEachKafka(kafka => {
  let driver: Driver
  let rewind: Rewind
  const orders = fresh('orders')
  const hours = fresh('hours')

  beforeAll(async () => {
    driver = await driverOf(kafka)
    rewind = await startRewind(kafka.bootstrap, inject('redisUrl'))
    await driver.createTopics({ name: orders, partitions: 2, config: KEPT }, { name: hours })
    await driver.produce(
      [0, 1, 2, 3, 4, 5].map(n => ({ topic: orders, partition: n % 2, atMs: T0 + n * 1_000 })),
    )
    await driver.produce(
      [-5, -3, -1].map(n => ({ topic: hours, partition: 0, atMs: Date.now() + n * HOUR_MS })),
    )
  })
  afterAll(() => rewind?.close())

  const at = (topic: string, partition: number, offset: bigint): At => ({ topic, partition, offset })
  const standing = async (...offsets: At[]) => {
    const group = fresh('billing')
    await driver.commit(group, offsets)
    return group
  }
  const tool = (reset: Reset) => judged(driver, 'dry-run', reset)
  const make = async (reset: Reset, targets?: Map<string, bigint>) =>
    rewind.make(await rewind.ask(reset, targets))
  const plan = async (reset: Reset, skipToEnd = false) =>
    await rewind.plan(await rewind.ask(reset, undefined, skipToEnd))
  const form = (fields: ResetFields) => {
    const filled = { instance: ID, group: 'billing', scope: 'topics', topics: orders, reason: 'x' } as const
    const parsed = parseReset(
      { ...filled, ...fields },
      { instances: [], writePartitions: true, nowMs: Date.now() },
    )
    return parsed.ok ? {} : parsed.problems
  }
  const resets = (offsets: Record<string, bigint>) => ({
    kind: 'resets',
    offsets: new Map(Object.entries(offsets)),
  })
  const [zero, one] = [placeOf(orders, 0), placeOf(orders, 1)]

  const STRICTER: Record<string, () => Promise<void>> = {
    async 'an unknown group: the tool makes it, Rewind says that there is none'() {
      const group = fresh('mistyped')
      const reset = resetOf(group, { kind: 'earliest' }, [orders])
      expect(await make(reset)).toMatchObject({
        kind: 'impossible',
        cause: expect.stringMatching(/^noGroup( \[|$)/),
      })
      expect(await driver.groups()).not.toContain(group)
      expect(await judged(driver, 'execute', reset)).toEqual(resets({ [zero]: 0n, [one]: 0n }))
      expect(await driver.groups()).toContain(group)
    },

    async 'all topics: the tool leaves out what has no commit, Rewind takes the topics whole'() {
      const group = await standing(at(orders, 0, 2n))
      const reset = resetOf(group, { kind: 'latest' })
      expect(await tool(reset)).toEqual(resets({ [zero]: 3n }))
      const { rows } = await plan(reset)
      expect(rows).toMatchObject([{ to: 3n }, { partition: 1, from: null, to: 3n, note: 'noCommit' }])
    },

    async 'a shift where one partition has no commit: the tool refuses all of it, Rewind moves the others'() {
      const group = await standing(at(orders, 0, 2n))
      const reset = resetOf(group, { kind: 'shift', direction: 'replay', count: 1n }, [orders])
      expect(await tool(reset)).toMatchObject({ said: expect.stringMatching(/^Cannot shift offset/) })
      const { request, rows } = await plan(reset)
      expect(rows).toMatchObject([{ to: 1n }, { partition: 1, to: null, note: 'noCommit' }])
      expect((await rewind.execute(await rewind.approve(request))).state.name).toBe('succeeded')
      expect(await driver.offsets(group)).toEqual({ [zero]: 1n })
    },

    async 'a time after the last message: the tool skips to the end, Rewind only where that was said'() {
      const group = await standing(at(orders, 0, 1n), at(orders, 1, 1n))
      const reset = resetOf(group, { kind: 'time', timeMs: T0 + 4_500 }, [orders])
      expect(await tool(reset)).toEqual(resets({ [zero]: 3n, [one]: 2n }))
      const unsaid = await plan(reset)
      expect(unsaid.rows).toMatchObject([
        { to: 3n, note: 'noMessageSince' },
        { to: 2n, note: null },
      ])
      expect(unsaid.request.state).toMatchObject({ name: 'failed', outcome: { kind: 'wouldJump' } })
      expect((await plan(reset, true)).request.state.name).toBe('pending')
    },

    async 'a time that is still to come: the tool skips to the end, the form refuses'() {
      const group = await standing(at(orders, 0, 1n))
      const timeMs = Math.ceil(Date.now() / 1_000) * 1_000 + HOUR_MS
      expect(await tool(resetOf(group, { kind: 'time', timeMs }, [orders]))).toEqual(
        resets({ [zero]: 3n, [one]: 3n }),
      )
      expect(form({ strategy: 'time', timeSeconds: timeMs / 1_000 })).toEqual({
        timeSeconds: { kind: 'timeInFuture', timeMs },
      })
    },

    async 'an offset below 0: the tool takes the start of the log, the form refuses'() {
      const group = await standing(at(orders, 0, 1n))
      expect(await tool(resetOf(group, { kind: 'offset', offset: -5n }, [orders]))).toEqual(
        resets({ [zero]: 0n, [one]: 0n }),
      )
      expect(form({ strategy: 'offset', offset: '-5' })).toEqual({ offset: { kind: 'offsetUnreadable' } })
    },

    async 'a shift by 0: the tool only moves what is outside its log, the form refuses'() {
      const group = await standing(at(orders, 0, 9n), at(orders, 1, 2n))
      expect(await tool(resetOf(group, { kind: 'shift', direction: 'skip', count: 0n }, [orders]))).toEqual(
        resets({ [zero]: 3n, [one]: 2n }),
      )
      expect(form({ strategy: 'shift', direction: 'skip', count: '0' })).toEqual({
        count: { kind: 'countUnreadable' },
      })
    },

    async 'a partition that is not there: the tool asks until its time is over, Rewind names it at once'() {
      const group = await standing(at(orders, 0, 1n))
      const said = await withFile(`${orders},0,1\n${orders},9,1\n`, file =>
        driver.consumerGroups('--reset-offsets', '--group', group, '--from-file', file, '--timeout', '1000'),
      )
      expect(said).toMatch(/TimeoutException/)
      const targets = new Map([
        [zero, 1n],
        [placeOf(orders, 9), 1n],
      ])
      const reset = resetOf(group, { kind: 'offsets', source: 'file', partitions: 2 }, [orders])
      expect(await make(reset, targets)).toEqual({
        kind: 'impossible',
        cause: causeOf('partitionsMissing', '0', placeOf(orders, 9)),
      })
    },

    async 'a topic that is not there beside one that is: the tool refuses both, Rewind says which is not seen'() {
      const group = await standing(at(orders, 0, 1n))
      const nowhere = fresh('nowhere')
      const reset = resetOf(group, { kind: 'earliest' }, [nowhere, orders])
      expect(await tool(reset)).toMatchObject({ said: expect.stringMatching(/UnknownTopicOrPartition/) })
      const { request } = await plan(reset)
      expect(request.plan?.unseenTopics).toEqual([nowhere])
      const ended = await rewind.execute(await rewind.approve(request))
      expect(ended.state.name).toBe('partial')
      expect(await rewind.resultOf(ended)).toMatchObject([
        { topic: nowhere, outcome: 'failed', why: 'notSeen' },
        { outcome: 'succeeded' },
        { outcome: 'succeeded' },
      ])
      expect(await make(resetOf(group, { kind: 'earliest' }, [nowhere]))).toMatchObject({
        kind: 'impossible',
      })
    },

    async 'a group in use: the tool refuses, Rewind plans, and waits until it is empty'() {
      const group = fresh('used')
      await driver.startReader(group, group, [orders], 'consumer')
      await driver.readerCommits(group)
      // Where a reader that has just joined has committed nothing yet, nor once it has read all.
      const reset = resetOf(group, { kind: 'offset', offset: 1n }, [orders])
      expect(await tool(reset)).toMatchObject({
        said: expect.stringMatching(
          /can only be reset if the group .* is inactive, but the current state is/,
        ),
      })
      const before = rewind.adapter.callsOf('OffsetCommit').length
      const { request } = await plan(reset)
      expect(request.group?.members).toMatchObject([{ clientId: group }])
      const waits = await rewind.execute(await rewind.approve(request))
      expect(waits.state).toMatchObject({ name: 'approved', wait: { emptySinceMs: null } })
      expect(rewind.adapter.callsOf('OffsetCommit')).toHaveLength(before)
      await driver.stopReader(group)
    },

    async 'a transaction that may still commit: the tool writes all the same, Rewind leaves that partition out'() {
      const group = await standing(at(orders, 0, 1n), at(orders, 1, 1n))
      const transaction = fresh('transaction')
      await driver.openTransaction(transaction, group, [at(orders, 0, 3n)])
      const reset = resetOf(group, { kind: 'earliest' }, [orders])
      const { request, rows } = await plan(reset)
      expect(rows).toMatchObject([{ partition: 1, to: 0n }])
      expect(request.plan?.unread).toMatchObject({ partitions: 1, first: [zero] })
      expect(await judged(driver, 'execute', reset)).toEqual(resets({ [zero]: 0n, [one]: 0n }))
      await driver.endTransaction(transaction, 'commit')
      // What the transaction commits is older than what the tool has written, and is dropped without a word.
      const reader = rewind.adapter.reader({ readMs: 5_000 })
      await expect
        .poll(() => reader.positions(reset.target, [orders]))
        .toMatchObject({ value: [{ committed: 0n, logEnd: 3n }, { committed: 0n }] })
    },

    async 'a reset that would move nothing: the tool writes it, Rewind says that there is nothing to do'() {
      const group = await standing(at(orders, 0, 3n), at(orders, 1, 3n))
      const reset = resetOf(group, { kind: 'latest' }, [orders])
      expect(await tool(reset)).toEqual(resets({ [zero]: 3n, [one]: 3n }))
      expect(await make(reset)).toEqual({ kind: 'impossible', cause: causeOf('nothingMoves', '2') })
    },

    async '--to-current: Rewind has it not; the tool moves nothing by it, not even what is outside its log'() {
      const group = await standing(at(orders, 0, 9n), at(orders, 1, 2n))
      const said = await driver.consumerGroups(
        ...['--reset-offsets', '--group', group, '--topic', orders, '--to-current', '--dry-run', '--export'],
      )
      expect(judgementIn(said, group)).toEqual(resets({ [zero]: 9n, [one]: 2n }))
    },

    async '--by-duration: Rewind has it not, and its time of so long ago is the same'() {
      const group = await standing(at(hours, 0, 0n))
      const said = await driver.consumerGroups(
        ...[
          '--reset-offsets',
          '--group',
          group,
          '--topic',
          hours,
          '--by-duration',
          'PT4H',
          '--dry-run',
          '--export',
        ],
      )
      expect(judgementIn(said, group)).toEqual(resets({ [placeOf(hours, 0)]: 1n }))
      const { rows } = await plan(resetOf(group, { kind: 'time', timeMs: Date.now() - 4 * HOUR_MS }, [hours]))
      expect(rows).toMatchObject([{ to: 1n }])
    },

    async 'where another group stands: the tool takes two steps and a file, Rewind one, with the same end'() {
      const other = await standing(at(orders, 0, 1n), at(orders, 1, 9n))
      const [mine, theirs] = [await standing(at(orders, 0, 3n)), await standing(at(orders, 0, 3n))]
      const exported = await driver.consumerGroups(
        ...['--reset-offsets', '--group', other, '--all-topics', '--to-current', '--dry-run', '--export'],
      )
      await withFile(exported.trim(), file =>
        driver.consumerGroups('--reset-offsets', '--group', theirs, '--from-file', file, '--execute'),
      )
      const { request } = await plan(resetOf(mine, { kind: 'group', group: other }, [orders]))
      expect((await rewind.execute(await rewind.approve(request))).state.name).toBe('succeeded')
      expect(await driver.offsets(mine)).toEqual({ [zero]: 1n, [one]: 3n })
      expect(await driver.offsets(theirs)).toEqual(await driver.offsets(mine))
    },
  }

  describe('other than Kafka’s own tool', () => {
    for (const [name, test] of Object.entries(STRICTER)) it(name, test)
  })
})

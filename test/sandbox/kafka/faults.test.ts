// How calls of the simulated brokers go wrong when a test or a demo wants it, and what was done when they did.

import { describe, expect, it } from 'vitest'
import type { KafkaFault } from '../../../src/sandbox/kafka/faults.ts'
import { requestFrame } from './caller.ts'
import { ALL_GROUPS, codesOf, commitOf, GREETING, started } from './start.ts'

const COMMIT = commitOf('simple', { 'orders 0': 70n, 'payments 0': 1n })

describe('a commit', () => {
  it.each<[string, KafkaFault, number]>([
    ['cut before it was taken', { kind: 'cut', afterDoingIt: false }, 0],
    ['cut after it was taken', { kind: 'cut', afterDoingIt: true }, 1],
    ['half answered', { kind: 'halfAnswer' }, 1],
  ])('%s ends its connection, and leaves others', async (_, fault, effects) => {
    const { cluster, kafka, caller, another } = await started()
    const other = await another()
    kafka.inject('OffsetCommit', fault)
    caller.write(requestFrame('OffsetCommit', 7, 1, COMMIT))
    await caller.ended
    expect(cluster.effects()).toHaveLength(effects)
    expect(kafka.calls('OffsetCommit')).toMatchObject([{ answered: false, fault: fault.kind, version: 7 }])
    expect(await codesOf(other, COMMIT)).toEqual({ 'orders 0': 0, 'payments 0': 0 })
  })

  it.each([false, true])(
    'that hangs is never answered, nor what comes behind it; done: %s',
    async afterDoingIt => {
      const { cluster, kafka, caller, another } = await started()
      kafka.inject('OffsetCommit', { kind: 'hang', afterDoingIt })
      caller.write(requestFrame('OffsetCommit', 7, 1, COMMIT))
      caller.write(requestFrame('ListGroups', 5, 2, ALL_GROUPS))
      await (await another()).ask('ListGroups', 5, ALL_GROUPS)
      expect(cluster.effects()).toHaveLength(afterDoingIt ? 1 : 0)
      expect(kafka.calls().map(({ api }) => api)).toEqual(['OffsetCommit', 'ListGroups'])
      caller.close()
      await expect.poll(() => kafka.connections()).toBe(1)
    },
  )

  it('that is delayed is done afterwards, whether the caller is still there or not', async () => {
    const { cluster, kafka, caller } = await started()
    kafka.inject('OffsetCommit', { kind: 'delay', ms: 400 })
    caller.write(requestFrame('OffsetCommit', 7, 1, COMMIT))
    await expect.poll(() => kafka.calls('OffsetCommit').length).toBe(1)
    expect(cluster.effects()).toEqual([])
    caller.close()
    await expect.poll(() => cluster.effects().length).toBe(1)
  })

  it('that is still delayed at the end is never done', async () => {
    const { cluster, kafka, caller } = await started()
    kafka.inject('OffsetCommit', { kind: 'delay', ms: 400 })
    caller.write(requestFrame('OffsetCommit', 7, 1, COMMIT))
    await expect.poll(() => kafka.calls('OffsetCommit').length).toBe(1)
    await kafka.close()
    await new Promise(resolve => setTimeout(resolve, 500))
    expect(cluster.effects()).toEqual([])
  })

  it.each<[number, boolean]>([
    [15, false],
    [16, true],
    [7, true],
  ])('is answered with %i on every partition; done all the same: %s', async (code, afterDoingIt) => {
    const { cluster, kafka, caller } = await started()
    kafka.inject('OffsetCommit', { kind: 'code', code, afterDoingIt })
    expect(await codesOf(caller, COMMIT)).toEqual({ 'orders 0': code, 'payments 0': code })
    expect(cluster.effects()).toHaveLength(afterDoingIt ? 1 : 0)
  })

  it('is said to be done and is not', async () => {
    const { cluster, kafka, caller } = await started()
    kafka.inject('OffsetCommit', { kind: 'lie' })
    expect(await codesOf(caller, COMMIT)).toEqual({ 'orders 0': 0, 'payments 0': 0 })
    expect(cluster.effects()).toEqual([])
  })

  it('is answered with bytes that are no answer', async () => {
    const { cluster, kafka, caller } = await started()
    const bytes = Buffer.from('000000040000ffff', 'hex')
    kafka.inject('OffsetCommit', { kind: 'pinned', bytes, afterDoingIt: true })
    caller.write(requestFrame('OffsetCommit', 7, 1, COMMIT))
    expect(await caller.frame()).toEqual(bytes.subarray(4))
    expect(cluster.effects()).toHaveLength(1)
  })
})

describe('a code', () => {
  it('stands wherever an answer has room for one, in every version', async () => {
    const { kafka, caller } = await started()
    kafka.inject('*', { kind: 'code', code: 15, afterDoingIt: false }, Number.POSITIVE_INFINITY)
    const find = { Key: 'simple', KeyType: 0, CoordinatorKeys: ['simple'] }
    expect(await caller.ask('FindCoordinator', 3, find)).toMatchObject({
      ErrorCode: 15,
      NodeId: -1,
      Host: '',
    })
    expect(await caller.ask('FindCoordinator', 4, find)).toMatchObject({
      Coordinators: [{ Key: 'simple', ErrorCode: 15, NodeId: -1 }],
    })
    const fetch = {
      GroupId: 'simple',
      Topics: null,
      Groups: [{ GroupId: 'simple', MemberId: null, MemberEpoch: -1, Topics: null }],
      RequireStable: true,
    }
    expect(await caller.ask('OffsetFetch', 7, fetch)).toMatchObject({ ErrorCode: 15, Topics: [] })
    expect(await caller.ask('OffsetFetch', 9, fetch)).toMatchObject({
      Groups: [{ ErrorCode: 15, Topics: [] }],
    })
    expect(await caller.ask('ListGroups', 5, ALL_GROUPS)).toMatchObject({ ErrorCode: 15, Groups: [] })
    const describe = { Groups: ['simple'], IncludeAuthorizedOperations: false }
    expect(await caller.ask('DescribeGroups', 5, describe)).toMatchObject({
      Groups: [{ GroupId: 'simple', ErrorCode: 15, Members: [] }],
    })
    kafka.clearFaults()
    expect(await caller.ask('ApiVersions', 0, GREETING)).toMatchObject({ ErrorCode: 0 })
  })

  it('comes so many times, each first before the next', async () => {
    const { kafka, caller } = await started()
    kafka.inject('OffsetCommit', { kind: 'code', code: 14, afterDoingIt: false }, 2)
    kafka.inject('*', { kind: 'code', code: 16, afterDoingIt: false })
    const codes: (number | undefined)[] = []
    for (let turn = 0; turn < 4; turn += 1) codes.push((await codesOf(caller, COMMIT))['orders 0'])
    expect(codes).toEqual([14, 14, 16, 0])
    expect(kafka.calls('OffsetCommit').map(({ fault, answered }) => [fault, answered])).toEqual([
      ['code', true],
      ['code', true],
      ['code', true],
      [null, true],
    ])
  })
})

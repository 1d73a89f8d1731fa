// A request with many topics over API 3.0: each topic is a write of its own, and all of them come to an end that is told.

import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createQuota } from '../../src/adapters/redis/quota.ts'
import { retryOf } from '../../src/request/follow-up.ts'
import type { ResetRequest } from '../../src/request/request.ts'
import type { Reset } from '../../src/request/reset.ts'
import type { PartitionResult } from '../../src/request/result.ts'
import { back100, GROUP, INSTANCE, SETTINGS, type Service, startService } from '../support/service.ts'

const WRITE = 'BatchModifyGroupOffsets'
const CAN = { logStart: true, firstMessageAt: true, writePartitions: true }
const topicsOf = (count: number) =>
  Array.from({ length: count }, (_, index) => `t${String(index).padStart(3, '0')}`)
const wide = (count: number): Reset => ({ ...back100, topics: topicsOf(count) })

const LOG = { start: 0n, end: 1_000n, written: [{ fromOffset: 0n, atMs: 1_000_000, everyMs: 1_000 }] }

/** Of each topic one partition, with 900 of 1 000 messages read. */
const seedOf = (count: number) => ({
  instances: [
    {
      id: INSTANCE,
      name: 'wide',
      topics: topicsOf(count).map(name => ({ name, partitions: [LOG] })),
      groups: [{ name: GROUP, commits: Object.fromEntries(topicsOf(count).map(name => [name, [900n]])) }],
    },
  ],
})

let service: Service
afterEach(() => service.close())

/** @param writesASecond how many writes the account may make; the other calls are free */
async function start(topics: number, writesASecond?: number): Promise<ResetRequest> {
  service = await startService({
    seed: seedOf(topics),
    ...(writesASecond === undefined
      ? {}
      : {
          quota: (redis, prefix) =>
            createQuota(redis, prefix, {
              account: 'wide',
              perAction: action => (action === WRITE ? { points: writesASecond, seconds: 1 } : undefined),
            }),
        }),
  })
  return service.approved(wide(topics))
}

async function resultOf({ id }: ResetRequest): Promise<PartitionResult[]> {
  return (await service.store.readDocument(id, 'result')) ?? []
}

const standing = (topics: number) => topicsOf(topics).map(topic => service.committed(topic)[0])

describe('a request with more topics than the API takes writes in a second', () => {
  it('is carried out whole, in the time that its plan has said', async () => {
    const approved = await start(45, 20)
    expect(approved.plan?.writing).toEqual({ calls: 45, atLeastMs: 2_200, atMostMs: 5_000 + 44 * 1_000 })
    const executed = service.execute(approved)
    await vi.waitFor(async () => expect((await service.now(approved)).state.name).toBe('executing'), {
      timeout: 10_000,
    })
    const { state } = await service.now(approved)
    const takesMs = state.name === 'executing' ? state.deadlineMs - state.startedAtMs : 0
    expect(takesMs).toBe(approved.plan?.writing?.atMostMs)
    const request = await executed
    expect(request.state).toMatchObject({ name: 'succeeded', outcome: { counts: { succeeded: 45 } } })
    expect(standing(45)).toEqual(Array.from({ length: 45 }, () => 800n))
    expect(service.callsToReset()).toBe(45)
  }, 20_000)

  it.each([
    ['the API', 'RequestLimitExceeded'],
    ['the API, in a family of its own', 'RequestLimitExceeded.UinLimitExceeded'],
  ])('goes on when the second write is told to wait by %s', async (_, code) => {
    const approved = await start(3)
    let writes = 0
    service.ckafka.onChange(() => {
      const seen = service.ckafka.calls(WRITE).filter(({ answer }) => answer !== '').length
      if (seen === 1 && writes === 0) {
        writes = 1
        service.ckafka.inject(WRITE, { kind: 'code', code, message: 'slow down' }, 2)
      }
    })
    const request = await service.execute(approved)
    expect(request.state).toMatchObject({ name: 'succeeded', attempt: 1 })
    expect(standing(3)).toEqual([800n, 800n, 800n])
  })
})

describe('a request of which some topics were not written', () => {
  it('says which were never sent and why, and a retry takes just those', {
    tags: ['long'],
    timeout: 20_000,
  }, async () => {
    const approved = await start(4)
    onWrite(2, () =>
      service.ckafka.inject(WRITE, { kind: 'code', code: 'RequestLimitExceeded', message: '' }, 1e6),
    )
    const request = await service.execute(approved)
    expect(request.state).toMatchObject({
      name: 'partial',
      outcome: { counts: { succeeded: 2, failed: 2 } },
    })
    const rows = await resultOf(request)
    expect(rows.slice(0, 2)).toMatchObject([
      { topic: 't002', outcome: 'failed', why: 'notSent', said: null, readBack: 900n },
      { topic: 't003', outcome: 'failed', why: 'notSent', said: null, readBack: 900n },
    ])
    expect(rows[0]?.cause).toContain('RequestLimitExceeded')
    const { possible } = retryOf(request.reset, rows, CAN)
    expect(possible).toMatchObject([{ reset: { topics: ['t002', 't003'] }, partitions: 2 }])
    expect([...(possible[0]?.targets ?? [])]).toEqual([
      ['t002 0', 800n],
      ['t003 0', 800n],
    ])
  })

  it('does not write over what somebody has committed since it began, and says so', async () => {
    const approved = await start(3)
    onWrite(1, () => service.ckafka.cluster.commit(GROUP, 't002', 0, 950n))
    const request = await service.execute(approved)
    expect(request.state).toMatchObject({ name: 'partial', outcome: { counts: { succeeded: 2, failed: 1 } } })
    expect((await resultOf(request))[0]).toMatchObject({ topic: 't002', why: 'movedBefore', readBack: 950n })
    expect(standing(3)).toEqual([800n, 800n, 950n])
    expect(service.callsToReset()).toBe(2)
  })

  it('gives the code and the message of a write that the API refused', async () => {
    const approved = await start(3)
    onWrite(1, () =>
      service.ckafka.inject(WRITE, {
        kind: 'code',
        code: 'UnauthorizedOperation',
        message: 'ask your admin',
      }),
    )
    const [row] = await resultOf(await service.execute(approved))
    expect(row).toMatchObject({
      topic: 't001',
      outcome: 'failed',
      why: 'refused',
      said: { code: 'UnauthorizedOperation', message: 'ask your admin' },
      cause: 'notAllowed',
    })
    expect(standing(3)).toEqual([800n, 900n, 800n])
  })

  it('keeps the code and the message of one that failed, and the group until it can take no effect any more', async () => {
    const approved = await start(3)
    onWrite(1, () =>
      service.ckafka.inject(WRITE, { kind: 'code', code: 'FailedOperation', message: 'broker 3 is away' }),
    )
    const request = await service.execute(approved)
    const [row] = await resultOf(request)
    expect(row).toMatchObject({ topic: 't001', outcome: 'unreported', why: 'unanswered', said: null })
    expect(row?.cause).toContain('FailedOperation')
    expect(row?.cause).toContain('broker 3 is away')
    expect(request.lateUntilMs).toBeGreaterThanOrEqual(service.clock() + SETTINGS.lateMs - 1_000)
    expect((await service.store.writerOf(request.reset.target)).holder).toBe(request.id)
  })

  it('of a process that is to end stops in time for its result to be kept', async () => {
    const approved = await start(12, 2)
    const executed = service.execute(approved)
    await pause(300)
    service.stopWriting(1_000)
    const startedMs = performance.now()
    const request = await executed
    expect(performance.now() - startedMs).toBeLessThan(3_000)
    expect(request.state.name).toBe('partial')
    const causes = (await resultOf(request)).flatMap(({ cause }) => cause ?? [])
    expect(causes.length).toBeGreaterThan(5)
    expect(standing(12).filter(offset => offset === 800n)).toHaveLength(12 - causes.length)
  }, 20_000)
})

/** After so many writes have been answered, once. */
function onWrite(times: number, then: () => void): void {
  let isDone = false
  service.ckafka.onChange(() => {
    if (isDone || service.ckafka.calls(WRITE).filter(({ answer }) => answer !== '').length < times) return
    isDone = true
    then()
  })
}

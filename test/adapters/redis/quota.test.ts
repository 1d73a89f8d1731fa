import { randomUUID } from 'node:crypto'
import { afterAll, describe, expect, inject, it } from 'vitest'
import { budgetsOf } from '../../../src/adapters/ckafka/budgets.ts'
import { connectRedis } from '../../../src/adapters/redis/connect.ts'
import { createQuota } from '../../../src/adapters/redis/quota.ts'
import { startTcpProxy } from '../../support/tcp-proxy.ts'

const redis = connectRedis({ mode: 'single', url: inject('redisUrl') }, () => {})
const other = connectRedis({ mode: 'single', url: inject('redisUrl') }, () => {})
await Promise.all([redis, other].map(one => new Promise(resolve => one.once('ready', resolve))))
afterAll(() => {
  redis.disconnect()
  other.disconnect()
})

async function granted(count: number, take: () => Promise<{ ok: boolean }>): Promise<number> {
  const answers = await Promise.all(Array.from({ length: count }, take))
  return answers.filter(answer => answer.ok).length
}

describe('the quota', () => {
  it('is one budget for all processes', async () => {
    const prefix = `test-${randomUUID()}`
    const budgets = budgetsOf('v2', 'a')
    const [here, there] = [createQuota(redis, prefix, budgets), createQuota(other, prefix, budgets)]
    const first = await granted(80, () => here.take('ListGroup', 'execution'))
    const second = await granted(80, () => there.take('ListTopic', 'execution'))
    expect(first + second).toBe(100)
  })

  it('lets people looking around use only their share, so that an execution always finds some', async () => {
    const quota = createQuota(redis, `test-${randomUUID()}`, budgetsOf('v2', 'a'))
    expect(await granted(200, () => quota.take('ListGroup', 'person'))).toBe(70)
    expect(await granted(200, () => quota.take('SetGroupOffsets', 'execution'))).toBe(30)
  })

  it('lets people have all of a budget of a second, until an execution has been held up', async () => {
    const prefix = `test-${randomUUID()}`
    const [here, there] = [redis, other].map(each => createQuota(each, prefix, budgetsOf('v3', 'a')))
    const LOGS = 'DescribeTopicSyncReplica'
    const look = () => here?.take(LOGS, 'person') ?? Promise.reject(new Error('none'))
    expect(await granted(20, look)).toBe(5)
    const refused = await there?.take(LOGS, 'execution')
    expect(refused).toMatchObject({ ok: false })
    await new Promise(resolve => setTimeout(resolve, 1_100))
    expect(await granted(20, look)).toBe(3)
    expect(await there?.take(LOGS, 'execution')).toEqual({ ok: true })
  })

  it('lets looks after a reset have a tenth, and none while an execution is held up', async () => {
    const quota = createQuota(redis, `test-${randomUUID()}`, budgetsOf('v2', 'a'))
    expect(await granted(200, () => quota.take('GetGroupInfo', 'watch'))).toBe(10)
    expect(await granted(200, () => quota.take('GetGroupInfo', 'person'))).toBe(60)
    const other = createQuota(redis, `test-${randomUUID()}`, budgetsOf('v3', 'a'))
    const LOGS = 'DescribeTopicSyncReplica'
    await granted(6, () => other.take(LOGS, 'execution'))
    await new Promise(resolve => setTimeout(resolve, 1_100))
    expect(await other.take(LOGS, 'watch')).toMatchObject({ ok: false })
    expect(await other.take(LOGS, 'person')).toEqual({ ok: true })
  })

  it('says how long to wait', async () => {
    const quota = createQuota(redis, `test-${randomUUID()}`, budgetsOf('v3', 'a'))
    expect(await quota.take('FetchMessageListByTimestamp', 'person')).toEqual({ ok: true })
    const refused = await quota.take('FetchMessageListByTimestamp', 'execution')
    expect(refused).toMatchObject({ ok: false, retryAfterMs: expect.any(Number) })
    expect(refused.ok ? 0 : refused.retryAfterMs).toBeLessThanOrEqual(1_000 + 50)
  })

  it('has those who wait come back one after the other, in the order in which they asked', async () => {
    const quota = createQuota(redis, `test-${randomUUID()}`, budgetsOf('v3', 'a'))
    await quota.pause('BatchModifyGroupOffsets', 1_000)
    const comesBack: number[] = []
    for (let asked = 0; asked < 5; asked++) {
      const refused = await quota.take('BatchModifyGroupOffsets', 'execution')
      comesBack.push(performance.now() + (refused.ok ? 0 : refused.retryAfterMs))
    }
    for (const [index, atMs] of comesBack.entries()) {
      expect(atMs).toBeGreaterThan((comesBack[index - 1] ?? performance.now() + 500) + 20)
    }
  })

  it('lets nobody have a call that the API has asked to wait with, for so long, in any process', async () => {
    const prefix = `test-${randomUUID()}`
    const [one, other] = [1, 2].map(() => createQuota(redis, prefix, budgetsOf('v3', 'a')))
    await one?.pause('BatchModifyGroupOffsets', 1_000)
    expect(await other?.take('BatchModifyGroupOffsets', 'execution')).toMatchObject({ ok: false })
    expect(await other?.take('ModifyGroupOffsets', 'execution')).toEqual({ ok: true })
    await new Promise(resolve => setTimeout(resolve, 1_050))
    expect(await other?.take('BatchModifyGroupOffsets', 'execution')).toEqual({ ok: true })
  })

  it('counts the actions of API 3.0 apart, and accounts apart', async () => {
    const prefix = `test-${randomUUID()}`
    const quota = createQuota(redis, prefix, budgetsOf('v3', 'a'))
    expect(await granted(30, () => quota.take('DescribeTopicSyncReplica', 'execution'))).toBe(5)
    expect(await granted(30, () => quota.take('BatchModifyGroupOffsets', 'execution'))).toBe(20)
    const another = createQuota(redis, prefix, budgetsOf('v3', 'b'))
    expect(await granted(30, () => another.take('DescribeTopicSyncReplica', 'execution'))).toBe(5)
  })

  it('lets a call go when Redis is away', async () => {
    const proxy = await startTcpProxy(Number(new URL(inject('redisUrl')).port))
    const behind = connectRedis({ mode: 'single', url: `redis://127.0.0.1:${proxy.port}` }, () => {})
    await new Promise(resolve => behind.once('ready', resolve))
    const quota = createQuota(behind, `test-${randomUUID()}`, budgetsOf('v2', 'a'))
    proxy.down()
    await new Promise(resolve => behind.once('close', resolve))
    expect(await quota.take('SetGroupOffsets', 'execution')).toEqual({ ok: true })
    behind.disconnect()
    await proxy.close()
  })
})

import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { afterAll, describe, expect, inject, it } from 'vitest'
import { connectRedis } from '../../../src/adapters/redis/connect.ts'
import { createRetention } from '../../../src/adapters/redis/retention.ts'
import { createRedisStore } from '../../../src/adapters/redis/store.ts'
import { retentionContract } from '../../contract/retention.contract.ts'
import { openDesk } from '../../support/finished.ts'
import { T0 } from '../../support/requests.ts'

const redis = connectRedis({ mode: 'single', url: inject('redisUrl') }, () => {})
redis.setMaxListeners(0)
if (redis.status !== 'ready') await once(redis, 'ready')
afterAll(() => redis.disconnect())

retentionContract('the Redis retention', async () => {
  const prefix = `test-${randomUUID()}`
  return { store: createRedisStore(redis, prefix), retention: createRetention(redis, prefix, null) }
})

describe('the Redis retention', () => {
  it('leaves no key of a request but when it was exported', async () => {
    const prefix = `test-${randomUUID()}`
    const store = createRedisStore(redis, prefix)
    const retention = createRetention(redis, prefix, null)
    const desk = openDesk(store)
    const request = await desk.carryOut(await desk.ask())
    await store.countAttempt(request.id, 'U0DAVE')
    const { id, createdAtMs, requester, version, auditHash, reset } = request
    const removed = await retention.remove({
      ...{ id, createdAtMs, requester, target: reset.target, followers: 0 },
      ...{ version, auditHash, more: 1, exportedAtMs: T0 },
    })
    expect(removed).toBe('removed')
    const left = (await redis.keys(`{${prefix}}:*`)).map(key => key.slice(prefix.length + 3)).sort()
    // Of the first hundred; counters of the store; and what a group's last writer and a submission leave for a day.
    const others = left.filter(key => !/^(submission:|writer)/.test(key))
    expect(others).toEqual(['change-count', 'exported:0', 'last-request', 'server'])
    expect(await redis.hgetall(`{${prefix}}:exported:0`)).toEqual({ 1: `${T0}` })
  })

  it('ends the look at a record that it cannot read, whatever that refers to', async () => {
    const prefix = `test-${randomUUID()}`
    const desk = openDesk(createRedisStore(redis, prefix))
    const { id } = await desk.carryOut(await desk.ask())
    await redis.hset(`{${prefix}}:request:${id}`, 'json', '{"schema":3}')
    const look = createRetention(redis, prefix, null).look()
    await expect(look[Symbol.asyncIterator]().next()).rejects.toThrow(`The record of ${id} cannot be read`)
  })
})

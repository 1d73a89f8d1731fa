// The places of spans beside requests and modals: found by other processes, for some days, and never anything else.

import { randomUUID } from 'node:crypto'
import { afterAll, expect, inject, it } from 'vitest'
import { connectRedis } from '../../../src/adapters/redis/connect.ts'
import { createTraceMarks } from '../../../src/adapters/redis/traces.ts'
import { until } from '../../support/product.ts'

const redis = connectRedis({ mode: 'single', url: inject('redisUrl') }, () => {})
await new Promise(resolve => redis.once('ready', resolve))
afterAll(() => redis.disconnect())

const PLACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

it('are found by every process, and end by themselves', async () => {
  const prefix = `test-${randomUUID()}`
  createTraceMarks(redis, prefix).keep('R-1', PLACE)
  const there = createTraceMarks(redis, prefix)
  await until(async () => (await there.find('R-1')) === PLACE)
  expect(await there.find('R-2')).toBeNull()
  const ttl = await redis.ttl(`{${prefix}}:trace:R-1`)
  expect(ttl).toBeGreaterThan(6 * 86_400)
  expect(ttl).toBeLessThanOrEqual(7 * 86_400)
})

it.each(['', 'nonsense', PLACE.replace('00-', '99-'), `${PLACE} and more`, '{"a":1}'])(
  'are not what somebody else has written there: %j',
  async text => {
    const prefix = `test-${randomUUID()}`
    await redis.set(`{${prefix}}:trace:R-1`, text)
    expect(await createTraceMarks(redis, prefix).find('R-1')).toBeNull()
  },
)

it('are missed by nobody where Redis is away or holds something else', async () => {
  const away = connectRedis({ mode: 'single', url: 'redis://127.0.0.1:1' }, () => {})
  const marks = createTraceMarks(away, 'test')
  marks.keep('R-1', PLACE)
  expect(await marks.find('R-1')).toBeNull()
  away.disconnect()
  const prefix = `test-${randomUUID()}`
  await redis.lpush(`{${prefix}}:trace:R-1`, 'a')
  expect(await createTraceMarks(redis, prefix).find('R-1')).toBeNull()
})

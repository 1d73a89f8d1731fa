import { randomUUID } from 'node:crypto'
import { afterAll, expect, inject, it } from 'vitest'
import { connectRedis } from '../../../src/adapters/redis/connect.ts'
import { createWatchRate } from '../../../src/adapters/redis/watch-rate.ts'
import { looksAMinute } from '../../../src/request/watch.ts'

const redis = connectRedis({ mode: 'single', url: inject('redisUrl') }, () => {})
const other = connectRedis({ mode: 'single', url: inject('redisUrl') }, () => {})
await Promise.all([redis, other].map(one => new Promise(resolve => one.once('ready', resolve))))
afterAll(() => {
  redis.disconnect()
  other.disconnect()
})

it('lets so many looks a minute go at an instance, over all processes', async () => {
  const prefix = `test-${randomUUID()}`
  const [here, there] = [createWatchRate(redis, prefix, 3), createWatchRate(other, prefix, 3)]
  const answers = await Promise.all([here, there, here, there].map(each => each.take('ckafka-a')))
  expect(answers.filter(({ ok }) => ok)).toHaveLength(3)
  const refused = answers.find(({ ok }) => !ok)
  expect(refused?.ok === false && refused.retryAfterMs).toBeGreaterThan(50_000)
  expect(await there.take('ckafka-b')).toEqual({ ok: true })
})

it('lets none go while Redis is away', async () => {
  const away = connectRedis({ mode: 'single', url: 'redis://127.0.0.1:9' }, () => {})
  expect(await createWatchRate(away, 'x', 3).take('ckafka-a')).toEqual({ ok: false, retryAfterMs: 60_000 })
  away.disconnect()
})

it('is three of two hours, and as many as a shorter watch needs', () => {
  expect(looksAMinute(7_200_000, 1)).toBe(3)
  expect(looksAMinute(0, 1)).toBe(3)
  expect(looksAMinute(7_200_000, 0.1)).toBe(1)
  expect(looksAMinute(20_000, 1)).toBe(24)
})

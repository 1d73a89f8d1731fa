import { randomUUID } from 'node:crypto'
import { expect, inject, it } from 'vitest'
import { connectRedis, untilReady } from '../../../src/adapters/redis/connect.ts'
import { createWorkers } from '../../../src/adapters/redis/workers.ts'

it('counts each worker that has said lately that it takes jobs, and none that has left', async ({
  onTestFinished,
}) => {
  const redis = connectRedis({ mode: 'single', url: inject('redisUrl') }, () => {})
  onTestFinished(() => redis.disconnect())
  await untilReady(redis, 5_000)
  const prefix = `test-${randomUUID()}`
  const workers = createWorkers(redis, prefix)
  expect(await workers.count()).toBe(0)
  await workers.takes('a')
  await workers.takes('b')
  await workers.takes('a')
  expect(await workers.count()).toBe(2)
  await workers.leaves('b')
  expect(await workers.count()).toBe(1)
  // The last word of a worker that was killed grows old, and goes with the next word of another.
  await redis.zadd(`{${prefix}}:workers`, Date.now() - 16_000, 'a')
  expect(await workers.count()).toBe(0)
  await workers.takes('c')
  expect(await redis.zrange(`{${prefix}}:workers`, '0', '-1')).toEqual(['c'])
})

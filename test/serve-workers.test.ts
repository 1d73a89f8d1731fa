import { randomUUID } from 'node:crypto'
import { expect, inject, it, onTestFinished } from 'vitest'
import { connectRedis, untilReady } from '../src/adapters/redis/connect.ts'
import { createWorkers } from '../src/adapters/redis/workers.ts'
import { createTelling, noWorker } from '../src/serve-workers.ts'

it('a worker that leaves what it takes to others, as with another AUDIT_KEY, is counted no more', async () => {
  const redis = connectRedis({ mode: 'single', url: inject('redisUrl') }, () => {})
  onTestFinished(() => redis.disconnect())
  await untilReady(redis, 5_000)
  const workers = createWorkers(redis, `test-${randomUUID()}`)
  let takes = false
  const tell = createTelling(workers, 'a', () => takes)
  const counts: number[] = []
  for (takes of [false, true, false, false, true]) {
    expect(await tell()).toBe(takes)
    counts.push(await workers.count())
  }
  expect(counts).toEqual([0, 1, 0, 0, 1])
})

it.each([
  [0, ['No worker takes jobs: what is approved waits.']],
  [1, []],
])('a bot says of %i workers: %j', async (count, said) => {
  expect(await noWorker({ count: async () => count })).toEqual(said)
})

it('a bot says nothing of workers while Redis cannot be asked for them', async () => {
  const count = () => Promise.reject(new Error('Connection is closed.'))
  expect(await noWorker({ count })).toEqual([])
})

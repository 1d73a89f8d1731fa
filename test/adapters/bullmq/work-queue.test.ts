import { randomUUID } from 'node:crypto'
import { afterEach, expect, inject, it } from 'vitest'
import { type Executor, startExecutor } from '../../../src/adapters/bullmq/executor.ts'
import { createWorkQueue } from '../../../src/adapters/bullmq/work-queue.ts'
import { connectBlocking, connectRedis } from '../../../src/adapters/redis/connect.ts'
import type { RequestId } from '../../../src/request/request.ts'

const id = 'R-12' as RequestId
const open: { close(patienceMs: number): Promise<void> }[] = []

afterEach(async () => {
  await Promise.all(open.splice(0).map(each => each.close(1_000)))
})

function setUp() {
  const settings = { mode: 'single', url: inject('redisUrl') } as const
  const options = { prefix: `test-${randomUUID()}`, onError: () => {} }
  const queue = createWorkQueue({ ...options, connection: connectRedis(settings, () => {}) })
  open.push({ close: () => queue.close() })
  const seen: RequestId[] = []
  const work = (execute: (id: RequestId) => Promise<void>): Executor => {
    const executor = startExecutor({
      ...options,
      connect: () => connectBlocking(settings, () => {}),
      usableMs: () => 0,
      concurrency: 2,
      execute: async request => {
        seen.push(request)
        await execute(request)
      },
    })
    open.push(executor)
    return executor
  }
  return { queue, seen, work }
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = performance.now() + 5_000; performance.now() < end; ) {
    if (await holds()) return
    await new Promise(resolve => setTimeout(resolve, 10))
  }
  throw new Error('It did not happen within 5 s.')
}

it('delivers a job once however often it is added', async () => {
  const { queue, seen, work } = setUp()
  await queue.enqueue(id, 1, 0)
  await queue.enqueue(id, 1, 0)
  expect(await queue.isLive(id, 1)).toBe(true)
  work(async () => {})
  await until(async () => !(await queue.isLive(id, 1)))
  await queue.enqueue(id, 1, 0)
  expect(await queue.isLive(id, 1)).toBe(false)
  expect(seen).toEqual([id])
})

it('tells how many jobs there are and since when the oldest could have been taken, by the time to which it is delayed', async () => {
  const { queue, work } = setUp()
  // It is asked of a connection that is there.
  await queue.isLive(id, 1)
  expect(await queue.depth()).toEqual({ waiting: 0, delayed: 0, active: 0, oldestSinceMs: null })
  const before = Date.now()
  await queue.enqueue(id, 1, 60_000)
  const { oldestSinceMs: delayed } = await queue.depth()
  expect(delayed).toBeGreaterThanOrEqual(before + 60_000)
  await queue.enqueue(id, 2, 0)
  const after = Date.now()
  await queue.enqueue(id, 3, 0)
  const { oldestSinceMs, ...counts } = await queue.depth()
  expect(counts).toEqual({ waiting: 2, delayed: 1, active: 0 })
  expect(oldestSinceMs).toBeGreaterThanOrEqual(before)
  expect(oldestSinceMs).toBeLessThanOrEqual(after)
  let end = () => {}
  const ended = new Promise<void>(resolve => {
    end = resolve
  })
  work(() => ended)
  await until(async () => (await queue.depth()).active === 2)
  expect(await queue.depth()).toMatchObject({ waiting: 0, delayed: 1, oldestSinceMs: delayed })
  end()
})

it('delivers a second dispatch of the same request as a job of its own', async () => {
  const { queue, seen, work } = setUp()
  work(async () => {})
  await queue.enqueue(id, 1, 0)
  await queue.enqueue(id, 2, 0)
  await until(() => seen.length === 2)
})

it('holds a delayed job back, and counts it as live', async () => {
  const { queue, seen, work } = setUp()
  work(async () => {})
  await queue.enqueue(id, 1, 300)
  expect(await queue.isLive(id, 1)).toBe(true)
  expect(seen).toEqual([])
  await until(() => seen.length === 1)
})

it('does not know a job that was never added', async () => {
  const { queue } = setUp()
  expect(await queue.isLive(id, 7)).toBe(false)
})

it('lets the job in hand end before it closes', async () => {
  const { queue, work } = setUp()
  let ended = false
  let begun = false
  const executor = work(async () => {
    begun = true
    await new Promise(resolve => setTimeout(resolve, 100))
    ended = true
  })
  await queue.enqueue(id, 1, 0)
  await until(() => begun)
  await executor.close(5_000)
  expect(ended).toBe(true)
})

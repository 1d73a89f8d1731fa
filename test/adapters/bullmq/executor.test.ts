// A worker that is dead is found by its silence and replaced, whatever it says of itself, and no job is executed twice.
// @module-tag long

import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, inject, it, type TestContext } from 'vitest'
import { startExecutor } from '../../../src/adapters/bullmq/executor.ts'
import { createWorkQueue } from '../../../src/adapters/bullmq/work-queue.ts'
import { connectBlocking, connectRedis, type RedisConnection } from '../../../src/adapters/redis/connect.ts'
import type { RequestId } from '../../../src/request/request.ts'
import { startTcpProxy } from '../../support/tcp-proxy.ts'

const id = 'R-12' as RequestId
const ALWAYS = Number.POSITIVE_INFINITY

async function setUp({ onTestFinished }: Pick<TestContext, 'onTestFinished'>, usableMs = () => ALWAYS) {
  const url = new URL(inject('redisUrl'))
  const proxy = await startTcpProxy(Number(url.port))
  onTestFinished(() => proxy.close())
  const prefix = `test-${randomUUID()}`
  const direct = connectRedis({ mode: 'single', url: url.href }, () => {})
  const queue = createWorkQueue({ prefix, connection: direct, onError: () => {} })
  onTestFinished(() => queue.close())
  const [seen, errors, made]: [RequestId[], string[], RedisConnection[]] = [[], [], []]
  let executing = async () => {}
  url.port = `${proxy.port}`
  const executor = startExecutor({
    prefix,
    connect() {
      const connection = connectBlocking({ mode: 'single', url: url.href }, () => {})
      made.push(connection)
      return connection
    },
    concurrency: 2,
    usableMs,
    onError: error => errors.push(error.message),
    async execute(request) {
      seen.push(request)
      await executing()
    },
  })
  onTestFinished(() => executor.close(1_000))
  await until(executor.isTaking, 5_000)
  return {
    ...{ proxy, queue, seen, errors, made, executor },
    executesBy(deed: () => Promise<void>) {
      executing = deed
    },
  }
}

async function until(holds: () => boolean | Promise<boolean>, withinMs: number): Promise<void> {
  for (const end = performance.now() + withinMs; performance.now() < end; ) {
    if (await holds()) return
    await delay(20)
  }
  throw new Error(`It did not happen within ${withinMs} ms.`)
}

const REPLACED = expect.stringContaining('another worker takes its place')

it.concurrent('takes jobs while it has nothing to do, however long', async context => {
  const { executor, errors, made } = await setUp(context)
  for (const end = performance.now() + 12_000; performance.now() < end; await delay(50)) {
    expect(executor.isTaking()).toBe(true)
  }
  expect([errors, made.length]).toEqual([[], 1])
})

it.concurrent('one whose connection has ended is not taking jobs within 6 s, and another takes them within 13', async context => {
  const { executor, queue, seen, errors, made } = await setUp(context)
  // What ioredis is in after some outages (bullmq 4378, 4585): nobody connects any more, and the worker says that it runs.
  made[0]?.disconnect()
  await until(() => !executor.isTaking(), 6_000)
  await queue.enqueue(id, 1, 0)
  await until(() => seen.length > 0, 8_000)
  expect(executor.isTaking()).toBe(true)
  await until(async () => !(await queue.isLive(id, 1)), 2_000)
  expect([seen, errors.filter(each => each.includes('place'))]).toEqual([[id], [REPLACED]])
  expect(made).toHaveLength(2)
})

it.concurrent('one whose packets are dropped for 20 s, and whose connections then stay dead, takes jobs soon after', {
  timeout: 60_000,
}, async context => {
  const { proxy, executor, queue, seen } = await setUp(context)
  proxy.hang()
  await until(() => !executor.isTaking(), 6_000)
  await delay(14_000)
  proxy.abandon()
  proxy.resume()
  await until(executor.isTaking, 10_000)
  await queue.enqueue(id, 1, 0)
  await until(() => seen.length > 0, 3_000)
  await delay(1_000)
  expect(seen).toEqual([id])
})

it.concurrent('what is in hand when it is replaced is ended, and its job is not given to another meanwhile', {
  timeout: 60_000,
}, async context => {
  const { executor, queue, seen, made, executesBy } = await setUp(context)
  let ended = 0
  executesBy(async () => {
    await delay(16_000)
    ended += 1
  })
  await queue.enqueue(id, 1, 0)
  await until(() => seen.length === 1, 3_000)
  made[0]?.disconnect()
  await until(() => made.length === 2 && executor.isTaking(), 16_000)
  await queue.enqueue(id, 2, 0)
  await until(() => seen.length === 2, 3_000)
  await until(() => ended === 1, 16_000)
  expect(seen).toEqual([id, id])
})

it.concurrent('one with as many jobs in hand as it may have is no dead one', {
  timeout: 40_000,
}, async context => {
  const { executor, queue, seen, made, executesBy } = await setUp(context)
  executesBy(() => delay(14_000))
  await queue.enqueue(id, 1, 0)
  await queue.enqueue(id, 2, 0)
  await until(() => seen.length === 2, 3_000)
  for (const end = performance.now() + 13_000; performance.now() < end; await delay(50)) {
    expect(executor.isTaking()).toBe(true)
  }
  expect(made).toHaveLength(1)
})

it.concurrent('while Redis is away for everybody nothing is replaced', { timeout: 40_000 }, async context => {
  const { executor, proxy, made } = await setUp(context, () => 0)
  proxy.down()
  await delay(14_000)
  expect([executor.isTaking(), made.length]).toEqual([false, 1])
  proxy.up()
  await until(executor.isTaking, 8_000)
})

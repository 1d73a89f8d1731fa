// What finished requests take of Redis: 1 000 of three partitions, and 1 000 of a hundred, each asked for, approved, carried
// out and told by the whole product, and copied as the store wrote it. And what a pass of retention costs.

import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Redis } from 'ioredis'
import { afterEach, expect, it } from 'vitest'
import { connectRedis, untilReady } from '../../src/adapters/redis/connect.ts'
import { exportedPlace } from '../../src/adapters/redis/exported.ts'
import { createRetention } from '../../src/adapters/redis/retention.ts'
import { createRedisStore } from '../../src/adapters/redis/store.ts'
import { type RequestId, requestIdSchema } from '../../src/request/request.ts'
import { createSeals } from '../../src/request/seals.ts'
import { retentionPass } from '../../src/retention/pass.ts'
import type { ClusterSeed } from '../../src/sandbox/cluster/model.ts'
import { startRedis } from '../../src/sandbox/redis/start.ts'
import { openDesk } from '../support/finished.ts'
import { NO_WAITING, startProduct, until } from '../support/product.ts'
import { T0 } from '../support/requests.ts'
import { copyFinished, readTemplate, type Template } from './finished-copies.ts'
import { type Measurement, printTable } from './measure.ts'

const COUNT = 1_000
const NOTES = 10_000
const MB = 1_000_000
const KEPT_MS = 365 * 86_400_000
const KEY = 'b1946ac92492d2347c6235b4d2611184'

const closers: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function server() {
  const started = await startRedis()
  closers.push(started.close)
  const redis = new Redis(started.url)
  closers.push(() => redis.disconnect())
  await once(redis, 'ready')
  const used = async () => Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1])
  return { ...started, redis, used }
}

function seedOf(partitions: number): ClusterSeed {
  const log = {
    start: 0n,
    end: 1_000_000n,
    written: [{ fromOffset: 0n, atMs: Date.now() - 1_000_000_000, everyMs: 1_000 }],
  }
  const logs = Array.from({ length: partitions }, () => log)
  const commits = Array.from({ length: partitions }, (_, i) => 900_000n + BigInt(i))
  return {
    instances: [
      {
        id: 'ckafka-bench001',
        name: 'bench',
        topics: [{ name: 'orders', partitions: logs }],
        groups: [{ name: 'orders-billing', commits: { orders: commits } }],
      },
    ],
  }
}

/** One that the product has carried out and told of. */
async function finishedOf(partitions: number): Promise<Template> {
  const { url, redis } = await server()
  const env = { ...NO_WAITING, AUDIT_KEY: KEY, SKIPS_TYPED_ABOVE: '1000000' }
  const product = await startProduct({ redisUrl: url, seed: seedOf(partitions), env })
  try {
    const what = '--instance ckafka-bench001 --group orders-billing --topic orders'
    await product.ask(`${what} --shift-by -100 --reason "wrong VAT rate since 06:00"`)
    await product.review(product.bob, 'Approve')
    await product.cardSays('· done', 60_000)
    await until(async () => (await redis.zcard(`{${product.prefix}}:due`)) === 0, 60_000)
    return await readTemplate(redis, product.prefix, 'R-1')
  } finally {
    await product.stop()
  }
}

it.each([3, 100])('shows what 1 000 finished requests of %i partitions take', async partitions => {
  const template = await finishedOf(partitions)
  const { redis, used } = await server()
  const before = await used()
  await copyFinished(redis, 'bench', template, COUNT)
  const taken = (await used()) - before
  const measured = (what: string, value: number, unit: string): Measurement => ({
    what,
    unit,
    measured: value,
  })
  const bytes = (texts: readonly string[]) => texts.join('').length
  printTable(`Redis memory, ${partitions} partitions`, [
    measured('1 000 requests', taken / MB, 'MB'),
    measured('one request', taken / COUNT / 1_000, 'kB'),
    measured('of it the record', bytes(template.record) / 1_000, 'kB'),
    measured('of it the events', bytes(template.events) / 1_000, 'kB'),
    measured('of it plan and result', bytes(template.documents) / 1_000, 'kB'),
  ])
})

it('shows what is left of a request that was exported', async () => {
  const { redis, used } = await server()
  const before = await used()
  for (let number = 1; number <= NOTES; number++) {
    const { key, field } = exportedPlace('{bench}', requestIdSchema.parse(`R-${number}`))
    await redis.hset(key, field, Date.now())
  }
  const measured = ((await used()) - before) / NOTES
  printTable('Redis memory, exported and deleted', [{ what: 'one request', unit: 'bytes', measured }])
})

it('shows what exporting and deleting 1 000 of them holds up', async () => {
  const { url, redis: other } = await server()
  const redis = connectRedis({ mode: 'single', url }, () => {})
  closers.push(() => redis.disconnect())
  await untilReady(redis, 5_000)
  const seals = createSeals([KEY], 'bench')
  const store = createRedisStore(redis, 'bench', { seals })
  const desk = openDesk(store, seals)
  for (let i = 0; i < COUNT; i++) await desk.reject(await desk.ask())
  const directory = await mkdtemp(join(tmpdir(), 'retention-'))
  closers.push(() => rm(directory, { recursive: true }))

  const loop = monitorEventLoopDelay({ resolution: 5 })
  loop.enable()
  let isOver = false
  const slow = (async () => {
    let slowest = 0
    while (!isOver) {
      const startedMs = performance.now()
      await other.ping()
      slowest = Math.max(slowest, performance.now() - startedMs)
      await new Promise(resolve => setTimeout(resolve, 2))
    }
    return slowest
  })()
  const startedMs = performance.now()
  const left: RequestId[] = []
  const removed = await retentionPass({
    ...{ store, seals, directory, prefix: 'bench', keptMs: KEPT_MS, processId: 'bench' },
    retention: createRetention(redis, 'bench', seals),
    clock: () => T0 + 2 * KEPT_MS,
    onLeft: ids => left.push(...ids),
    onExported: () => {},
    onBroken: () => {},
    isStopped: () => false,
  })
  const tookMs = performance.now() - startedMs
  isOver = true
  loop.disable()
  expect([removed, left]).toEqual([COUNT, []])
  printTable('A pass of retention over 1 000 requests that go', [
    { what: 'whole pass', unit: 's', measured: tookMs / 1_000 },
    { what: 'event loop held up, longest', unit: 'ms', measured: loop.max / 1e6 },
    { what: 'PING of another connection, slowest', unit: 'ms', measured: await slow },
  ])
})

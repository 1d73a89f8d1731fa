// Full executions a second of one worker, against BullMQ with nothing to do: both one process, on one Redis that writes
// each commit to disk, with jobs that wait for them. A wrong end of a single request is an error.

import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterEach, expect, it } from 'vitest'
import { z } from 'zod'
import { type RequestId, requestIdSchema } from '../../src/request/request.ts'
import { type PrivateRedis, startRedis } from '../../src/sandbox/redis/start.ts'
import { ACCOUNT, type Desk, inTurns, openDesk, openQueue } from './approved.ts'
import { type Child, startChild } from './child.ts'
import { type Measurement, printTable } from './measure.ts'

const CONCURRENCIES = [4, 16, 64]
const FLEETS = [1, 2, 4, 6]
const IN_A_FLEET = 16
const EXECUTIONS = 1_200
const EMPTY_JOBS = 4_000
/** The first part of the jobs, in which the code is still being compiled. */
const WARM_UP = 0.3

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function setUp() {
  const server = await startRedis({ appendonly: 'always' })
  closers.push(() => server.close())
  const redis = new Redis(server.url)
  closers.push(async () => redis.disconnect())
  await once(redis, 'ready')
  const api = await startChild('instant-api')
  closers.push(api.close)
  const apiUrl = await api.ask('url', z.string())
  return { server, redis, api, apiUrl }
}

it('carries out approved requests', async () => {
  const { server, redis, api, apiUrl } = await setUp()

  const rows: Measurement[] = []
  for (const concurrency of CONCURRENCIES) {
    const empty = await emptyJobsPerSecond(server, redis, concurrency)
    const executions = await executionsPerSecond(server, redis, apiUrl, { workers: 1, concurrency })
    rows.push({
      what: `executions, ${concurrency} at once`,
      unit: '/s',
      measured: executions,
      baseline: empty,
      target: { of: 'measured', atLeast: 400 },
    })
  }
  expect(await api.ask('mutations', z.array(z.number()))).toHaveLength(EXECUTIONS * CONCURRENCIES.length)
  printTable('One worker', rows, [
    `${EXECUTIONS} approved requests, each of a group of its own, on the queue before the worker starts; the first ${WARM_UP * 100} % not counted.`,
    'An execution: look, commit, look and write, read back, commit; three partitions, API 3.0, answered at once by a process apart.',
    `Baseline: BullMQ with an empty processor, ${EMPTY_JOBS} jobs, same settings. Redis: appendfsync always.`,
  ])
})

it('carries them out in several processes', async () => {
  const { server, redis, api, apiUrl } = await setUp()

  const rates = new Map<number, number>()
  for (const workers of FLEETS) {
    const by = { workers, concurrency: IN_A_FLEET }
    rates.set(workers, await executionsPerSecond(server, redis, apiUrl, by))
  }
  expect(await api.ask('mutations', z.array(z.number()))).toHaveLength(EXECUTIONS * FLEETS.length)
  printTable(
    'Several workers',
    FLEETS.map(workers => ({
      what: `executions, ${workers} ${workers === 1 ? 'process' : 'processes'}`,
      unit: '/s',
      measured: rates.get(workers) ?? Number.NaN,
      baseline: rates.get(1) ?? Number.NaN,
    })),
    [
      `As above, each process with ${IN_A_FLEET} at once. The API and Redis take of the same cores, so that the ratio ends where those do.`,
    ],
  )
})

async function executionsPerSecond(
  { url }: PrivateRedis,
  redis: Redis,
  apiUrl: string,
  { workers, concurrency }: { workers: number; concurrency: number },
): Promise<number> {
  const prefix = `workers-${workers}-${concurrency}`
  const desk = await openDesk(url, prefix, apiUrl)
  try {
    const ids = await desk.approved(EXECUTIONS)
    await desk.dispatch(ids)
    const fleet: Child[] = []
    try {
      for (let started = 0; started < workers; started++) {
        fleet.push(
          await startChild('product', {
            ROLE: 'worker',
            HOST: '127.0.0.1',
            PORT: '0',
            REDIS_URL: url,
            REDIS_PREFIX: prefix,
            CKAFKA_ENDPOINT: apiUrl,
            TENCENTCLOUD_SECRET_ID: ACCOUNT.secretId,
            TENCENTCLOUD_SECRET_KEY: ACCOUNT.secretKey,
            APPROVERS: 'U0BOB',
            WORKER_CONCURRENCY: String(concurrency),
          }),
        )
      }
      await Promise.all(fleet.map(worker => worker.ask('start', z.int())))
      const rate = await rateOfCompleted(redis, prefix, EXECUTIONS)
      await expectAllSucceeded(desk, ids)
      return rate
    } finally {
      await Promise.all(fleet.map(worker => worker.close()))
    }
  } finally {
    await desk.close()
  }
}

async function expectAllSucceeded({ store }: Desk, ids: readonly RequestId[]): Promise<void> {
  const states = await inTurns(ids.length, async index => {
    const request = await store.read(ids[index] as RequestId)
    return request?.state.name
  })
  expect(states.filter(state => state !== 'succeeded')).toEqual([])
}

async function emptyJobsPerSecond({ url }: PrivateRedis, redis: Redis, concurrency: number): Promise<number> {
  const prefix = `empty-${concurrency}`
  const queue = openQueue(url, prefix)
  const worker = await startChild('bullmq', { REDIS_URL: url, QUEUE_PREFIX: `{${prefix}:queue}` })
  try {
    await inTurns(EMPTY_JOBS, index => queue.enqueue(requestIdSchema.parse(`R-${index + 1}`), 1, 0), 64)
    await worker.ask({ work: concurrency }, z.null())
    return await rateOfCompleted(redis, prefix, EMPTY_JOBS)
  } finally {
    await worker.close()
    await queue.close()
  }
}

/** From the times at which BullMQ says that the jobs ended, so that nothing is asked of the worker meanwhile. */
async function rateOfCompleted(redis: Redis, prefix: string, count: number): Promise<number> {
  const key = `{${prefix}:queue}:execute:completed`
  const giveUpAtMs = performance.now() + 60_000
  while ((await redis.zcard(key)) < count) {
    if (performance.now() > giveUpAtMs)
      throw new Error(`Only ${await redis.zcard(key)} jobs of ${count} ended.`)
    await pause(50)
  }
  const pairs = await redis.zrange(key, '0', '-1', 'WITHSCORES')
  const endedMs = pairs.filter((_, index) => index % 2 === 1).map(Number)
  const counted = endedMs.slice(Math.floor(count * WARM_UP))
  const tookMs = (counted.at(-1) ?? 0) - (counted[0] ?? 0)
  return ((counted.length - 1) / tookMs) * 1_000
}

// What one process of the product holds in memory: at rest, and what each request leaves behind. 100 000 requests would
// take most of an hour, so that a straight line is drawn through fewer; the table says so.

import { setTimeout as pause } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterEach, expect, it } from 'vitest'
import { z } from 'zod'
import type { ResetRequest } from '../../src/request/request.ts'
import { isFinal } from '../../src/request/state.ts'
import { stopBot } from '../../src/sandbox/bot.ts'
import { type Desk, inTurns, openDesk } from './approved.ts'
import { startChild } from './child.ts'
import { startInstallation, until } from './installation.ts'
import { printTable } from './measure.ts'

const REST_MS = 3_000
const WARM_UP_REQUESTS = 100
const BATCH = 100
const BATCHES = 6
const AT_ONCE = 25
const MANY = 100_000
const MB = 1_000_000

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

it('keeps little in memory', async () => {
  const installation = await startInstallation({ delivery: 'socket' })
  closers.push(installation.close)
  const { api, redisUrl, prefix, env } = installation
  const bot = await installation.startProduct()
  await pause(REST_MS)
  const restMb = (await residentBytes(bot.port)) / MB
  await stopBot(bot)

  // The same composition, which can be told to collect garbage.
  const product = await startChild('product', { ...env, ROLE: 'all', LOG_LEVEL: 'info' }, [
    '--enable-source-maps',
    '--max-semi-space-size=4',
    '--expose-gc',
  ])
  closers.push(product.close)
  await product.ask('start', z.int())
  await installation.slack.waitForApp()
  const desk = await openDesk(redisUrl, prefix, await api.ask('url', z.string()))
  closers.push(desk.close)

  const redis = new Redis(redisUrl)
  closers.push(async () => redis.disconnect())
  const points: { requests: number; heap: number; rss: number }[] = []
  let requests = 0
  const look = async () => {
    // What the thread is still to be told is held on purpose.
    await until(async () => (await redis.zcard(`{${prefix}}:due`)) === 0)
    const { heapUsed: heap, rss } = await product.ask('memory', memorySchema)
    points.push({ requests, heap, rss })
  }
  const finish = async (count: number) => {
    await inTurns(count, () => finishOne(desk, `billing-${requests++}`), AT_ONCE)
  }
  await finish(WARM_UP_REQUESTS)
  await look()
  for (let batch = 0; batch < BATCHES; batch++) {
    await finish(BATCH)
    await look()
  }

  const { slope, error } = lineThrough(points.map(({ requests: x, heap: y }) => [x, y]))
  const last = points.at(-1)
  const unit = 'MB'
  const more = MANY - requests
  printTable(
    'Memory of one process, ROLE=all',
    [
      { what: 'resident, at rest', unit, measured: restMb, target: { of: 'measured', atMost: 120 } },
      {
        what: `resident, after ${requests} requests`,
        unit,
        measured: (last?.rss ?? 0) / MB,
        baseline: restMb,
      },
      { what: `heap in use, after ${requests} requests`, unit, measured: (last?.heap ?? 0) / MB },
      { what: 'heap in use, more with each request', unit: 'kB', measured: slope / 1_000 },
      {
        what: `heap in use, after ${MANY} requests, by the line`,
        unit,
        measured: ((last?.heap ?? 0) + slope * more) / MB,
      },
    ],
    [
      `At rest: ${REST_MS / 1_000} s after the start of dist/main.js, connected to Slack over Socket Mode.`,
      `Each request is planned, shown on a card, approved, carried out and told in its thread; ${AT_ONCE} at once.`,
      `${MANY} requests were not made: a line was drawn through the heap in use, garbage collected, at ${points.length} points from`,
      `${WARM_UP_REQUESTS} to ${requests} requests, give or take ${((2 * error) / 1_000).toFixed(1)} kB a request, which is ${Math.round((2 * error * more) / MB)} MB at the end.`,
    ],
  )
})

const memorySchema = z.object({ rss: z.number(), heapUsed: z.number() })

/** Made and decided as another process of the installation would; all else is the product's own doing. */
async function finishOne(desk: Desk, group: string): Promise<void> {
  const asked = await desk.ask(group)
  const planned = await become(desk, asked, ({ state }) => state.name === 'pending')
  await desk.approve(planned)
  const ended = await become(desk, asked, ({ state }) => isFinal(state))
  expect(ended.state.name).toBe('succeeded')
}

async function become(
  { store }: Desk,
  { id }: ResetRequest,
  holds: (request: ResetRequest) => boolean,
): Promise<ResetRequest> {
  for (const end = performance.now() + 30_000; performance.now() < end; ) {
    const request = await store.read(id)
    if (request !== undefined && holds(request)) return request
    await pause(100)
  }
  throw new Error(`${id} did not get there.`)
}

async function residentBytes(port: number | undefined): Promise<number> {
  const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  const [, bytes] = /^process_resident_memory_bytes (\S+)/m.exec(metrics) ?? []
  if (bytes === undefined) throw new Error('The process does not tell how much memory it holds.')
  return Number(bytes)
}

/** The straight line with the least squares: how steep it is, and the standard error of that. */
function lineThrough(points: readonly (readonly [number, number])[]): { slope: number; error: number } {
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0)
  const x = sum(points.map(point => point[0])) / points.length
  const y = sum(points.map(point => point[1])) / points.length
  const spread = sum(points.map(point => (point[0] - x) ** 2))
  const slope = sum(points.map(point => (point[0] - x) * (point[1] - y))) / spread
  const residuals = points.map(point => (point[1] - y - slope * (point[0] - x)) ** 2)
  return { slope, error: Math.sqrt(sum(residuals) / (points.length - 2) / spread) }
}

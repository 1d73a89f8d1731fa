// A million finished requests: nothing that people, the pump, a start, the audit of some or retention do may take longer than
// with a thousand. Each is the smallest that the product itself leaves, one that was cancelled before it had a plan, with all
// that it was told: 22 kB of one that was carried out would need 22 GB. A read costs the same for any; what is larger is
// measured with 100 000 in finished.bench.ts. Redis keeps them in memory alone, below 6 GB, and they go with it.

import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, expect, it } from 'vitest'
import { startBot, stopBot } from '../../src/sandbox/bot.ts'
import { startInstallation } from './installation.ts'
import { type Kept, OPEN, PREFIX, smallestTemplate, startKept } from './kept.ts'
import { type Measurement, median, printTable } from './measure.ts'

const [BASELINE, MANY] = [1_000, 1_000_000]
const ROUNDS = 60
const WARM_UPS = 10
const STARTS = 5
const TARGET = { of: 'ratio', atMost: 1.5 } as const
const MOST_GB = 6

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

it('takes no longer with a million finished requests', { timeout: 480_000 }, async () => {
  const template = await smallestTemplate()
  const beganMs = performance.now()
  const stores = new Map<number, Kept>()
  for (const size of [BASELINE, MANY]) {
    const kept = await startKept(size, template)
    closers.push(kept.close)
    stores.set(size, kept)
  }
  const madeS = (performance.now() - beganMs) / 1_000
  const usedGb = await gigabytesOf(stores.get(MANY) as Kept)
  expect(usedGb).toBeLessThan(MOST_GB)

  const tookMs = new Map<string, number[]>()
  const note = (name: string, size: number, ms: number) =>
    tookMs.set(`${name} ${size}`, [...(tookMs.get(`${name} ${size}`) ?? []), ms])
  const names = [...(stores.get(MANY) as Kept).deeds.keys()]
  for (let round = -WARM_UPS; round < ROUNDS; round++) {
    for (const name of names) {
      // In turns, so that what disturbs the machine disturbs both alike.
      for (const size of round % 2 === 0 ? [BASELINE, MANY] : [MANY, BASELINE]) {
        const startedMs = performance.now()
        await stores.get(size)?.deeds.get(name)?.()
        if (round >= 0) note(name, size, performance.now() - startedMs)
      }
    }
  }
  const start = 'start of a process, until it is ready'
  for (let round = 0; round < STARTS; round++) {
    for (const size of [BASELINE, MANY]) note(start, size, await startMs(stores.get(size) as Kept))
  }

  const rows = [...names, start].map(
    (what): Measurement => ({
      ...{ what, unit: 'ms', target: TARGET },
      measured: median(tookMs.get(`${what} ${MANY}`) ?? []),
      baseline: median(tookMs.get(`${what} ${BASELINE}`) ?? []),
    }),
  )
  printTable(
    'A million finished requests',
    [
      ...rows,
      {
        what: 'Redis, all of them',
        unit: 'GB',
        measured: usedGb,
        target: { of: 'measured', atMost: MOST_GB },
      },
      { what: 'making them', unit: 's', measured: madeS },
    ],
    [
      `${MANY} beside ${BASELINE} as the baseline; ${OPEN} open ones in each. Median of ${ROUNDS}, of the start ${STARTS}, in turns.`,
      `Each is a copy of one that was cancelled before it had a plan, all of one requester and one group.`,
    ],
  )
})

async function gigabytesOf({ redis }: Kept): Promise<number> {
  return Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1]) / 1e9
}

let installation: Awaited<ReturnType<typeof startInstallation>> | undefined

/** The built product, as in production, on this Redis. */
async function startMs({ url }: Kept): Promise<number> {
  if (installation === undefined) {
    installation = await startInstallation({ delivery: 'socket' })
    closers.push(installation.close)
  }
  const env = { ...installation.env, REDIS_URL: url, REDIS_PREFIX: PREFIX }
  const startedMs = performance.now()
  const bot = await startBot('all', env)
  try {
    await bot.waitUntilReady(30_000)
    return performance.now() - startedMs
  } finally {
    await stopBot(bot)
    await pause(50)
  }
}

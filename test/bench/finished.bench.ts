// What people and the pump wait for must not grow with what is finished: any page of a list of requests and of a group's
// history, and the two rounds of the reconciler, with 10, 1 000 and 100 000 finished requests stored.

import { once } from 'node:events'
import { Redis } from 'ioredis'
import { afterEach, expect, it } from 'vitest'
import { z } from 'zod'
import { createCkafka } from '../../src/adapters/ckafka/ckafka.ts'
import { createRedisStore } from '../../src/adapters/redis/store.ts'
import { HISTORY_PAGE } from '../../src/adapters/slack/history/view.ts'
import { wordsIn } from '../../src/adapters/slack/language/language.ts'
import { firstPage, type ListAsked } from '../../src/adapters/slack/lists/query.ts'
import { LIST_PAGE, requestList } from '../../src/adapters/slack/lists/view.ts'
import { createWebClient } from '../../src/adapters/slack/platform/web-client.ts'
import { createSlackChat } from '../../src/adapters/slack/thread/chat.ts'
import { readConfig } from '../../src/config.ts'
import { policyOfSettings } from '../../src/request/policy-of-settings.ts'
import type { RequestId } from '../../src/request/request.ts'
import { isFinal } from '../../src/request/state.ts'
import { stopBot } from '../../src/sandbox/bot.ts'
import { startRedis } from '../../src/sandbox/redis/start.ts'
import { createApprovals } from '../../src/service/approvals.ts'
import { createTelemetry } from '../../src/telemetry.ts'
import { ACCOUNT, openDesk, openQueue } from './approved.ts'
import { copyFinished, readTemplate } from './finished-copies.ts'
import { type Installation, startInstallation, until } from './installation.ts'
import { median, printTable } from './measure.ts'

const words = wordsIn('en')

const SIZES = [10, 1_000, 100_000] as const
type Size = (typeof SIZES)[number]
/** With fewer there is less on a page. */
const BASELINE: Size = 1_000
const OPEN = 20
const ROUNDS = 200
const WARM_UPS = 50
/** More than this is growth; less cannot be told from chance. */
const TARGET = { of: 'ratio', atMost: 1.5 } as const

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

it('does not wait longer for more finished requests', async () => {
  const installation = await startInstallation({ delivery: 'socket' })
  closers.push(installation.close)
  const template = await finishOne(installation)
  const stores = new Map<Size, Awaited<ReturnType<typeof storeWith>>>()
  for (const size of SIZES) stores.set(size, await storeWith(size, template, installation))

  const deeds = ['open', 'middle', 'history', 'payDue', 'payForgotten'] as const
  const tookMs = new Map(
    SIZES.flatMap(size => deeds.map(deed => [`${deed} ${size}`, [] as number[]] as const)),
  )
  for (let round = -WARM_UPS; round < ROUNDS; round++) {
    for (const deed of deeds) {
      // In turns, and each first every third time, so that what disturbs the machine disturbs all alike.
      for (const [index] of SIZES.entries()) {
        const size = SIZES[(index + round + WARM_UPS) % SIZES.length] ?? BASELINE
        const ms = await stores.get(size)?.[deed]()
        if (round >= 0 && ms !== undefined) tookMs.get(`${deed} ${size}`)?.push(ms)
      }
    }
  }
  const medianOf = (deed: (typeof deeds)[number], size: Size) => median(tookMs.get(`${deed} ${size}`) ?? [])
  const names = {
    open: '/offset-requests',
    middle: '/offset-requests over, the page in the middle',
    history: 'history of a group, the page in the middle',
    payDue: 'pump: payDue',
    payForgotten: 'pump: payForgotten',
  }
  printTable(
    'What is finished',
    deeds.flatMap(deed =>
      SIZES.filter(size => size !== BASELINE).map(size => ({
        what: `${names[deed]}, ${size} stored`,
        unit: 'ms',
        measured: medianOf(deed, size),
        baseline: medianOf(deed, BASELINE),
        target: TARGET,
      })),
    ),
    [
      `Baseline with ${BASELINE} finished requests stored; ${OPEN} open ones in each. Median of ${ROUNDS}, in turns.`,
      'The finished ones are copies of one that the product has carried out, with its events and documents.',
    ],
  )
})

/** One request that the product has planned, carried out and told about. */
async function finishOne(installation: Installation) {
  const { redisUrl, prefix, api } = installation
  const bot = await installation.startProduct()
  const desk = await openDesk(redisUrl, prefix, await api.ask('url', z.string()))
  const redis = new Redis(redisUrl)
  try {
    const { id } = await desk.ask('billing')
    const state = async () => (await desk.store.read(id))?.state
    await until(async () => (await state())?.name === 'pending')
    const planned = await desk.store.read(id)
    if (planned === undefined) throw new Error(`There is no ${id}.`)
    await desk.approve(planned)
    await until(async () => {
      const now = await state()
      return now !== undefined && isFinal(now)
    })
    await until(async () => (await redis.zscore(`{${prefix}}:due`, id)) === null)
    expect((await state())?.name).toBe('succeeded')
    return await readTemplate(redis, prefix, id)
  } finally {
    redis.disconnect()
    await desk.close()
    await stopBot(bot)
  }
}

type Template = Awaited<ReturnType<typeof readTemplate>>

/** A store of its own, and how long each deed takes on it. */
async function storeWith(finished: number, template: Template, { slack, api, env }: Installation) {
  const apiUrl = await api.ask('url', z.string())
  // Nothing is written while it is measured.
  const server = await startRedis()
  closers.push(server.close)
  const redis = new Redis(server.url)
  closers.push(async () => redis.disconnect())
  await once(redis, 'ready')
  const prefix = 'bench'
  await copyFinished(redis, prefix, template, finished)

  const store = createRedisStore(redis, prefix)
  const desk = await openDesk(server.url, prefix, apiUrl)
  closers.push(desk.close)
  for (const request of await desk.pending(OPEN)) {
    // As if its card were there: it is next due when it expires.
    await store.settle(request.id, request.version, request.expiresAtMs)
  }
  // As where Rewind has run for a while: requests of before documents had an end were looked through once.
  for (let seen = 0; seen < finished + OPEN; seen += 1_000) await store.endOldDocuments(1_000, () => null)
  const inTheMiddle = Math.ceil(finished / 2)
  const middle = await store.read(`R-${inTheMiddle}` as RequestId)
  if (middle?.state.name !== 'succeeded') throw new Error('The one in the middle is no copy.')

  const approvals = serve(server.url, prefix, store, slack.apiUrl, env)
  const timed = async (deed: () => Promise<void>) => {
    const startedMs = performance.now()
    await deed()
    return performance.now() - startedMs
  }
  const all = { of: { kind: 'all' } } as const
  const asked: ListAsked = { ...all, part: 'open', day: null, ...firstPage() }
  return {
    open: () =>
      timed(async () => {
        const page = await approvals.list({ ...all, part: 'open' }, LIST_PAGE)
        requestList(words, asked, page)
        expect(page.total).toBe(OPEN)
      }),
    middle: () =>
      timed(async () => {
        const page = await approvals.list({ ...all, part: 'over' }, LIST_PAGE, middle)
        requestList(words, { ...asked, part: 'over', before: middle }, page)
        expect(page.requests).toHaveLength(Math.min(LIST_PAGE, inTheMiddle - 1))
        expect(page.total).toBe(finished)
      }),
    history: () =>
      timed(async () => {
        const page = await approvals.history(middle.reset.target, HISTORY_PAGE, middle)
        expect(page.requests).toHaveLength(Math.min(HISTORY_PAGE, inTheMiddle - 1))
      }),
    payDue: () => timed(async () => expect(await approvals.payDue(50)).toBe(0)),
    payForgotten: () => timed(async () => expect(await approvals.payForgotten()).toBe(0)),
  }
}

/** The product's service, put together as main.ts does. */
function serve(
  url: string,
  prefix: string,
  store: ReturnType<typeof createRedisStore>,
  apiUrl: string,
  env: Record<string, string>,
) {
  const read = readConfig(env)
  if (!read.ok) throw new Error(read.problems.join('\n'))
  const { slackLogger, report } = createTelemetry('silent', 'all')
  const queue = openQueue(url, prefix)
  closers.push(queue.close)
  const cluster = createCkafka(
    { dialect: 'v3', endpoint: env.CKAFKA_ENDPOINT ?? '', region: 'ap-guangzhou', ...ACCOUNT },
    { now: Date.now },
  )
  closers.push(cluster.close)
  const reader = cluster.reader({ urgency: 'person', readMs: 1_000 })
  const client = createWebClient({ token: 'xoxb-bench', apiUrl, logger: slackLogger })
  const chat = createSlackChat({
    client,
    clock: Date.now,
    onGroupUnreadable: () => {},
    words,
    wordsFor: async () => words,
  })
  const readers = { person: reader, plan: reader, execution: reader }
  const policy = policyOfSettings(read.config.approvers, read.config.skipLimits)
  return createApprovals(
    {
      ...{
        store,
        rate: { take: async () => null },
        queue,
        cluster,
        readers,
        chat,
        clock: Date.now,
        report,
        processId: 'bench',
      },
      people: null,
      policy: () => policy,
    },
    read.config,
  )
}

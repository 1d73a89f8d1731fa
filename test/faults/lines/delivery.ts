// The service with the pump, the queue and the executor of the product before it, and a clock that can be moved ahead:
// what takes minutes to be found out takes a moment here. Only Slack's people and CKafka are not the real ones.

import { randomUUID } from 'node:crypto'
import { inject, type TestContext } from 'vitest'
import { startExecutor } from '../../../src/adapters/bullmq/executor.ts'
import { createWorkQueue } from '../../../src/adapters/bullmq/work-queue.ts'
import { connectBlocking, connectRedis, untilReady } from '../../../src/adapters/redis/connect.ts'
import { wordsIn } from '../../../src/adapters/slack/language/language.ts'
import { createWebClient } from '../../../src/adapters/slack/platform/web-client.ts'
import { createSlackChat } from '../../../src/adapters/slack/thread/chat.ts'
import type { RequestId, ResetRequest } from '../../../src/request/request.ts'
import { startLocalSlack } from '../../../src/sandbox/slack/server.ts'
import { createDebts } from '../../../src/service/debts.ts'
import { startPump } from '../../../src/service/pump.ts'
import { lookBack } from '../../../src/service/verifications.ts'
import { createTelemetry } from '../../../src/telemetry.ts'
import { textOf, until } from '../../support/product.ts'
import { SETTINGS, type Service, startService } from '../../support/service.ts'
import { type Jobs, openJobs } from './jobs.ts'
import { stepOf } from './line-fleet.ts'

const words = wordsIn('en')

const CHANNEL = 'C0OPS'
const TOKEN = 'xoxb-test'
const PUMP_REST_MS = 20
/** How long a job is trusted, and a little more. */
export const TRUST_MS = 31_000

export interface Delivery extends Service {
  jobs: Jobs
  /** How often a job of each request was carried out, or tried to be. */
  deliveries: Map<RequestId, number>
  /** From now on somebody takes the jobs. */
  startWorker(): void
  /** Asked for, planned, approved, on the queue, and told so. */
  queued(reset?: Parameters<Service['approved']>[0]): Promise<ResetRequest>
  steps(request: ResetRequest): Promise<string[]>
  stateOf(request: ResetRequest): Promise<string>
  cardOf(request: ResetRequest): string
}

export async function startDelivery({
  onTestFinished,
}: Pick<TestContext, 'onTestFinished'>): Promise<Delivery> {
  const service = await startService()
  onTestFinished(() => service.close())
  const slack = await startLocalSlack({
    delivery: { kind: 'socket' },
    botToken: TOKEN,
    appToken: 'xapp-test',
    signingSecret: 'shhh',
    scopes: ['chat:write', 'channels:history', 'files:write'],
    commands: [],
    users: [{ id: 'U0ALICE', name: 'alice', realName: 'Alice' }],
    channels: [{ id: CHANNEL, name: 'kafka-ops', members: ['U0ALICE'], botIsMember: true }],
    userGroups: [],
  })
  onTestFinished(() => slack.close())
  const { changes, store, plans, kept, movers, followers, reader, clock, prefix } = service
  const { slackLogger: logger } = createTelemetry('silent', 'bot')
  const settings = { mode: 'single', url: inject('redisUrl') } as const
  const silent = () => {}
  const producing = connectRedis(settings, silent)
  await untilReady(producing, 5_000)
  const queue = createWorkQueue({ connection: producing, prefix, onError: silent })
  onTestFinished(() => queue.close())
  const debts = createDebts({
    changes,
    store,
    queue,
    plans,
    kept,
    movers,
    followers,
    clock,
    lookBack: request => lookBack(request, { plans, kept, reader }),
    reconsider: async () => null,
    membersOf: async () => new Map(),
    people: null,
    chat: createSlackChat({
      words,
      wordsFor: async () => words,
      client: createWebClient({ token: TOKEN, apiUrl: slack.apiUrl, logger }),
      clock,
      onGroupUnreadable: silent,
    }),
    report: event => void service.events.push(event),
    processId: `bot-${randomUUID()}`,
    graceMs: SETTINGS.graceMs,
    requestExpiryMs: SETTINGS.requestExpiryMs,
  })
  const pump = startPump({
    payDue: debts.payDue,
    payForgotten: debts.payForgotten,
    report: event => void service.events.push(event),
    restMs: PUMP_REST_MS,
  })
  onTestFinished(async () => {
    await pump.stop()
    await debts.idle()
  })
  const jobs = openJobs(settings.url, prefix)
  onTestFinished(() => jobs.close())
  const deliveries = new Map<RequestId, number>()

  const delivery: Delivery = {
    ...service,
    jobs,
    deliveries,
    startWorker() {
      const executor = startExecutor({
        connect: () => connectBlocking(settings, silent),
        usableMs: () => 0,
        prefix,
        onError: silent,
        concurrency: 4,
        async execute(id) {
          deliveries.set(id, (deliveries.get(id) ?? 0) + 1)
          const request = await store.read(id)
          if (request !== undefined) await service.execute(request)
        },
      })
      onTestFinished(() => executor.close(1_000))
    },
    async queued(reset) {
      const { id } = await service.ask(reset)
      // The pump makes the plan: a test that made one as well would sometimes come second.
      await until(async () => (await store.read(id))?.state.name === 'pending', 20_000)
      const pending = await store.read(id)
      if (pending === undefined) throw new Error(`There is no ${id}.`)
      await service.approve(pending)
      let request: ResetRequest | undefined
      const isTold = async () => {
        request = await store.read(id)
        const isQueued = request?.state.name === 'approved' && request.state.dispatch !== null
        return isQueued && request?.posts['note-1']?.state === 'posted'
      }
      await until(isTold, 20_000)
      if (request === undefined) throw new Error(`There is no ${id}.`)
      return request
    },
    steps: async ({ id }) => (await store.readEvents(id)).flatMap(({ command }) => stepOf(command) ?? []),
    stateOf: async request => (await service.now(request)).state.name,
    cardOf({ id }) {
      const texts = slack.messages(CHANNEL).map(textOf)
      return texts.find(text => text.includes(`${id} ·`)) ?? ''
    },
  }
  return delivery
}

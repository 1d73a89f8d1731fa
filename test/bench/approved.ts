// Requests ready to be carried out, made by the product's own steps without a worker that would take them.

import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { Redis } from 'ioredis'
import { createWorkQueue } from '../../src/adapters/bullmq/work-queue.ts'
import { createCkafka } from '../../src/adapters/ckafka/ckafka.ts'
import { createRedisStore } from '../../src/adapters/redis/store.ts'
import type { Store } from '../../src/ports/store.ts'
import type { Command } from '../../src/request/command.ts'
import { NEVER_READ } from '../../src/request/policy.ts'
import type { RequestId, ResetRequest } from '../../src/request/request.ts'
import type { Reset } from '../../src/request/reset.ts'
import { createChanges } from '../../src/service/changes.ts'
import { createKeptRows } from '../../src/service/kept-rows.ts'
import { createMovers } from '../../src/service/moved-by.ts'
import { createPlans } from '../../src/service/plans.ts'
import { createdIn } from '../support/commits.ts'
import { ALICE, approve, GUARD } from '../support/requests.ts'

export const ACCOUNT = { secretId: 'AKIDBENCH', secretKey: 'bench-secret-key' }
export const INSTANCE = 'ckafka-bench01'
const AT_ONCE = 16

export interface Desk {
  store: Store
  /** Asked for, and nothing else: whoever pays debts makes the plan. */
  ask(group: string): Promise<ResetRequest>
  change(request: ResetRequest, command: Command): Promise<ResetRequest>
  /** Approves a request that has a plan. */
  approve(request: ResetRequest): Promise<ResetRequest>
  /** Asked for and planned, each for a group of its own. */
  pending(count: number): Promise<ResetRequest[]>
  /** The same, approved. */
  approved(count: number): Promise<RequestId[]>
  /** Puts them on the queue, as the bot would. */
  dispatch(ids: readonly RequestId[]): Promise<void>
  close(): Promise<void>
}

export function resetOf(group: string): Reset {
  return {
    target: { instanceId: INSTANCE, group },
    strategy: { kind: 'shift', direction: 'replay', count: 100n },
    scope: 'topics',
    topics: ['orders'],
    partitions: {},
  }
}

export async function openDesk(redisUrl: string, prefix: string, apiUrl: string): Promise<Desk> {
  const redis = new Redis(redisUrl)
  await once(redis, 'ready')
  const store = createRedisStore(redis, prefix)
  const queue = openQueue(redisUrl, prefix)
  const cluster = createCkafka(
    { dialect: 'v3', endpoint: apiUrl, region: 'ap-guangzhou', ...ACCOUNT },
    { now: Date.now },
  )
  const reader = cluster.reader({ urgency: 'execution', readMs: 5_000 })
  const changes = createChanges({ store, clock: Date.now, report: () => {} })
  const guarded = { kind: 'allowed', guard: GUARD, lastRead: NEVER_READ, unread: null } as const
  const guardFor = async () => guarded
  // Each plan is compared with what else is open: not what is measured, and with thousands of them most of the time.
  const alone: Store = { ...store, openRequests: async () => ({ requests: [], notRead: [], total: 0 }) }
  const writeTimeOf = () => ({ atLeastMs: 0, atMostMs: 0 })
  const kept = createKeptRows({ store, seals: null })
  const plans = createPlans({
    store: alone,
    kept,
    movers: createMovers({ store, kept, patiently: changes.patiently }),
    clock: Date.now,
    guardFor,
    emptyHoldMs: 30_000,
    reader,
    writeTimeOf,
  })

  const desk: Desk = {
    store,
    async ask(group) {
      const draft = {
        reset: resetOf(group),
        parent: null,
        skipToEnd: false,
        reason: 'wrong VAT rate',
        requester: ALICE,
        askedIn: 'C0OPS',
        channel: 'C0OPS',
        elsewhere: null,
        guard: GUARD,
        expiresAtMs: Date.now() + 3_600_000,
      }
      return createdIn(await changes.create(draft, randomUUID()))
    },
    async change({ id }, command) {
      const outcome = await changes.change(id, command)
      if (outcome.kind !== 'changed') throw new Error(`${command.kind}: ${JSON.stringify(outcome)}`)
      return outcome.request
    },
    approve: request => desk.change(request, { ...approve, digest: request.plan?.digest ?? '' }),
    pending: count =>
      inTurns(count, async () => {
        const request = await desk.ask(`billing-${randomUUID()}`)
        const made = await plans.make(request, async () => {})
        if (made.kind !== 'planned') throw new Error(`There is no plan: ${JSON.stringify(made)}`)
        const documents = { [`plan-${request.round}`]: made.rows }
        const outcome = await changes.change(request.id, made.command, { documents })
        if (outcome.kind !== 'changed') throw new Error(`The plan was not taken: ${outcome.kind}`)
        return outcome.request
      }),
    async approved(count) {
      const planned = await desk.pending(count)
      return inTurns(count, async index => (await desk.approve(planned[index] as ResetRequest)).id)
    },
    async dispatch(ids) {
      await inTurns(ids.length, async index => {
        const id = ids[index] as RequestId
        await queue.enqueue(id, 1, 0)
        await changes.change(id, { kind: 'dispatched', number: 1 })
      })
    },
    async close() {
      await queue.close()
      await cluster.close()
      redis.disconnect()
    },
  }
  return desk
}

export function openQueue(redisUrl: string, prefix: string) {
  const onError = (error: Error) => console.error(error)
  return createWorkQueue({ connection: new Redis(redisUrl), prefix, onError })
}

/** A few at once, so that Redis writes them to its log together. */
export async function inTurns<T>(
  count: number,
  turn: (index: number) => Promise<T>,
  atOnce = AT_ONCE,
): Promise<T[]> {
  const results: T[] = []
  let next = 0
  const lane = async () => {
    while (next < count) {
      const index = next++
      results[index] = await turn(index)
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, lane))
  return results
}

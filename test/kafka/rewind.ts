// Rewind's own service over a real Kafka and a real Redis, without Slack and without a queue: a test takes each step itself.
// What it plans and writes is the product's doing alone.

import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { connectRedis } from '../../src/adapters/redis/connect.ts'
import { createRedisStore } from '../../src/adapters/redis/store.ts'
import type { Cluster } from '../../src/ports/cluster.ts'
import { digestOfTargets } from '../../src/request/digest.ts'
import type { PlanRow } from '../../src/request/plan-rows.ts'
import { policyOfSettings } from '../../src/request/policy-of-settings.ts'
import type { ResetRequest } from '../../src/request/request.ts'
import type { Reset, Targets } from '../../src/request/reset.ts'
import type { PartitionResult } from '../../src/request/result.ts'
import { writeTime } from '../../src/request/write-time.ts'
import { createChanges } from '../../src/service/changes.ts'
import { createExecutions, type ExecutionSettings } from '../../src/service/executions.ts'
import { createKeptRows } from '../../src/service/kept-rows.ts'
import { createMovers } from '../../src/service/moved-by.ts'
import { createPlans, type Planned } from '../../src/service/plans.ts'
import { createPolicies } from '../../src/service/policies.ts'
import { lookBack } from '../../src/service/verifications.ts'
import { createdIn } from '../support/commits.ts'
import { ALICE, ALLOWED, BOB, GUARD, SOMEWHERE } from '../support/requests.ts'
import { type Adapter, adapterOf, ID } from './adapter.ts'

const EXPIRY_MS = 3_600_000
const SETTINGS: ExecutionSettings = {
  callMs: 10_000,
  graceMs: 5_000,
  lateMs: 20_000,
  requestExpiryMs: EXPIRY_MS,
  emptyWaitMs: 1_800_000,
  emptyHoldMs: 30_000,
  instances: [],
}

export interface Rewind {
  adapter: Adapter
  /** Lets time pass for all but sockets and timers. */
  pass(ms: number): void
  now(): number
  ask(reset: Reset, targets?: Targets, skipToEnd?: boolean): Promise<ResetRequest>
  /** Makes a plan and keeps none. */
  make(request: ResetRequest): Promise<Planned>
  /** Makes the plan and keeps it; throws where there can be none. */
  plan(request: ResetRequest): Promise<{ request: ResetRequest; rows: PlanRow[] }>
  approve(request: ResetRequest): Promise<ResetRequest>
  /** One job for the request; what became of it. */
  execute(request: ResetRequest): Promise<ResetRequest>
  resultOf(request: ResetRequest): Promise<PartitionResult[]>
  /** As people ask for it after a call that nobody answered. */
  lookBack(request: ResetRequest): ReturnType<typeof lookBack>
  close(): void
}

export interface RewindOptions {
  readMs?: number
  /** What happens between the service's last look and its write, and between the write and the read-back. */
  beforeWrite?: () => Promise<void>
  afterWrite?: () => Promise<void>
}

const nothing = async () => {}

export async function startRewind(
  bootstrap: string,
  redisUrl: string,
  { readMs = 15_000, beforeWrite = nothing, afterWrite = nothing }: RewindOptions = {},
): Promise<Rewind> {
  const adapter = adapterOf(bootstrap)
  const within = async <T>(write: () => Promise<T>): Promise<T> => {
    await beforeWrite()
    const written = await write()
    await afterWrite()
    return written
  }
  const cluster: Cluster = {
    ...adapter,
    writeOffsets: (...args) => within(() => adapter.writeOffsets(...args)),
    writeTopics: (...args) => within(() => adapter.writeTopics(...args)),
  }
  let aheadMs = 0
  const clock = () => Date.now() + aheadMs
  const redis = connectRedis({ mode: 'single', url: redisUrl }, () => {})
  await once(redis, 'ready')
  const store = createRedisStore(redis, `test-${randomUUID()}`, { seals: null })
  const reader = adapter.reader({ urgency: 'execution', readMs })
  const report = () => {}
  const changes = createChanges({ store, clock, report, seals: null })
  const policy = policyOfSettings([BOB], { typedAbove: null, secondApproverAbove: null })
  const { guardFor } = createPolicies({
    chat: null,
    policy: () => policy,
    instances: [],
    requestExpiryMs: EXPIRY_MS,
  })
  const kept = createKeptRows({ store, seals: null })
  const writeTimeOf = (id: string, writes: number) =>
    writeTime(writes, adapter.writePaceOf(id), SETTINGS.callMs)
  const movers = createMovers({ store, kept, patiently: changes.patiently })
  const plans = createPlans({
    ...{ store, kept, movers, clock, guardFor, reader },
    emptyHoldMs: SETTINGS.emptyHoldMs,
    writeTimeOf,
  })
  const { execute } = createExecutions(
    { changes, plans, movers, cluster, reader, clock, report, processId: 'w1', pay: () => {} },
    SETTINGS,
  )
  const make = (request: ResetRequest) => plans.make(request, async () => {})

  return {
    adapter,
    make,
    now: clock,
    pass(ms) {
      aheadMs += ms
    },
    async ask(reset, targets, skipToEnd = false) {
      const asked = {
        ...{ reset, parent: null, skipToEnd, reason: 'the judge asks', requester: ALICE },
        ...{ askedIn: 'C0OPS', channel: 'C0OPS', elsewhere: null, guard: GUARD },
        expiresAtMs: clock() + EXPIRY_MS,
        ...(targets === undefined ? {} : { targetsDigest: digestOfTargets(targets) }),
      }
      const documents = targets === undefined ? {} : { targets: new Map(targets) }
      return createdIn(await changes.create(asked, randomUUID(), { documents }))
    },
    async plan(asked) {
      const made = await make(asked)
      if (made.kind !== 'planned') throw new Error(`There is no plan: ${JSON.stringify(made)}`)
      const documents = { [`plan-${asked.round}`]: made.rows }
      const outcome = await changes.change(asked.id, made.command, { documents })
      if (outcome.kind !== 'changed') throw new Error(`It was not taken: ${outcome.kind}`)
      return { request: outcome.request, rows: made.rows }
    },
    async approve({ id, plan }) {
      const outcome = await changes.change(id, {
        ...{ kind: 'decide', verdict: 'approve', by: BOB, note: '', policy: ALLOWED, from: SOMEWHERE },
        ...{ digest: plan?.digest ?? '', typedGroup: '' },
      })
      if (outcome.kind !== 'changed')
        throw new Error(`It was not approved: ${outcome.kind === 'refused' ? outcome.refusal : outcome.kind}`)
      return outcome.request
    },
    async execute({ id }) {
      await execute(id)
      const request = await changes.read(id, 'worker')
      if (request === undefined) throw new Error(`There is no ${id}.`)
      return request
    },
    resultOf: async ({ id }) => (await kept.result(id)) ?? [],
    lookBack: request => lookBack(request, { plans, kept, reader }),
    close() {
      adapter.close()
      redis.disconnect()
    },
  }
}

/** A reset of this group; of all its topics, unless some are named. */
export function resetOf(
  group: string,
  strategy: Reset['strategy'],
  topics?: readonly string[],
  partitions: Reset['partitions'] = {},
): Reset {
  return {
    target: { instanceId: ID, group },
    strategy,
    scope: topics === undefined ? 'allTopics' : 'topics',
    topics: topics === undefined ? [] : [...topics],
    partitions,
  }
}

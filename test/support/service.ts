// The service over the real store and the real adapter, without Slack and without a queue: a test takes each step itself.
// Its clock runs by itself and can be moved ahead, for the simulator as well.

import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { inject } from 'vitest'
import { createCkafka } from '../../src/adapters/ckafka/ckafka.ts'
import { connectRedis, type RedisConnection } from '../../src/adapters/redis/connect.ts'
import { createRedisStore } from '../../src/adapters/redis/store.ts'
import type { ClusterReader, Quota } from '../../src/ports/cluster.ts'
import type { ProductEvent } from '../../src/ports/events.ts'
import type { Store } from '../../src/ports/store.ts'
import type { WorkQueue } from '../../src/ports/work-queue.ts'
import type { Command } from '../../src/request/command.ts'
import type { Policy } from '../../src/request/policy.ts'
import { policyOfSettings } from '../../src/request/policy-of-settings.ts'
import type { ResetRequest } from '../../src/request/request.ts'
import type { Reset } from '../../src/request/reset.ts'
import type { Seals } from '../../src/request/seals.ts'
import { writeTime } from '../../src/request/write-time.ts'
import { type CkafkaSimulator, startCkafkaSimulator } from '../../src/sandbox/ckafka/start.ts'
import type { ClusterSeed } from '../../src/sandbox/cluster/model.ts'
import {
  type ApprovalsService,
  type ApprovalsSettings,
  createApprovals,
} from '../../src/service/approvals.ts'
import { type Changes, createChanges } from '../../src/service/changes.ts'
import { createExecutions, type ExecutionSettings } from '../../src/service/executions.ts'
import { createFollowers, type Followers } from '../../src/service/followers.ts'
import { createKeptRows, type KeptRows } from '../../src/service/kept-rows.ts'
import { createMovers, type Movers } from '../../src/service/moved-by.ts'
import { createPlans, type Plans } from '../../src/service/plans.ts'
import { createPolicies } from '../../src/service/policies.ts'
import { createdIn } from './commits.ts'
import { ALICE, ALLOWED, BOB, GUARD, SOMEWHERE } from './requests.ts'

export const INSTANCE = 'ckafka-service1'
export const GROUP = 'billing'
export const OTHER_GROUP = 'audit'
const ACCOUNT = { secretId: 'AKIDSERVICE', secretKey: 'service-secret-key' }
/** The actions that move offsets. */
const WRITES = ['SetGroupOffsets', 'ModifyGroupOffsets', 'BatchModifyGroupOffsets']

export const SETTINGS: ExecutionSettings = {
  callMs: 5_000,
  graceMs: 5_000,
  lateMs: 20_000,
  requestExpiryMs: 3_600_000,
  emptyWaitMs: 1_800_000,
  emptyHoldMs: 30_000,
  instances: [],
}

/** A message each second, the last one just now. */
const logTo = (end: bigint) => ({
  start: 0n,
  end,
  written: [{ fromOffset: 0n, atMs: Date.now() - Number(end) * 1_000, everyMs: 1_000 }],
})

/** Three partitions of orders, one of payments; nothing is committed to the last of orders. */
export const seed = (): ClusterSeed => ({
  instances: [
    {
      id: INSTANCE,
      name: 'service',
      topics: [
        { name: 'orders', partitions: [logTo(1_000n), logTo(1_000n), logTo(1_000n)] },
        { name: 'payments', partitions: [logTo(1_000n)] },
        { name: 'untouched', partitions: [logTo(1_000n)] },
      ],
      groups: [
        { name: GROUP, commits: { orders: [900n, 800n, null], payments: [700n] } },
        { name: OTHER_GROUP, commits: { orders: [500n, null, null] } },
      ],
    },
  ],
})

export const back100: Reset = {
  target: { instanceId: INSTANCE, group: GROUP },
  strategy: { kind: 'shift', direction: 'replay', count: 100n },
  scope: 'topics',
  topics: ['orders'],
  partitions: {},
}

export interface Service {
  prefix: string
  ckafka: CkafkaSimulator
  redis: RedisConnection
  store: Store
  changes: Changes
  plans: Plans
  kept: KeptRows
  movers: Movers
  followers: Followers
  reader: ClusterReader
  events: ProductEvent[]
  clock(): number
  /** Lets time pass for all but sockets and timers. */
  pass(ms: number): void
  /** As it is now. */
  now(request: ResetRequest): Promise<ResetRequest>
  /** Applies a command; throws when it is refused. */
  apply(request: ResetRequest, command: Command): Promise<ResetRequest>
  /** Asks for a reset, which has no plan yet. */
  ask(reset?: Reset): Promise<ResetRequest>
  /** Makes the plan of the round that the request is in, and keeps it. */
  plan(request: ResetRequest): Promise<ResetRequest>
  approve(request: ResetRequest): Promise<ResetRequest>
  /** Asked for, planned and approved. */
  approved(reset?: Reset): Promise<ResetRequest>
  /** What people can do, in a process without Slack, in which nothing is paid and user groups cannot be read. */
  approvals(
    policy: () => Policy,
    instances?: { id: string }[],
    mostOpen?: ApprovalsSettings['mostOpen'],
  ): ApprovalsService
  /** One job for the request; returns what became of it. */
  execute(request: ResetRequest): Promise<ResetRequest>
  /** As a process does that is to end. */
  stopWriting(withinMs: number): void
  /** The calls that the simulator has answered since the last time, in order. */
  newActions(): string[]
  callsToReset(): number
  committed(topic: string, group?: string): (bigint | null)[]
  /** Where the rows of this round's plan are kept, for a test that loses them. */
  documentsKey(request: ResetRequest): string
  close(): Promise<void>
}

/** Nothing is handed over where nothing is paid. */
const NO_QUEUE: WorkQueue = {
  enqueue: () => Promise.reject(new Error('Nothing is handed over here.')),
  isLive: () => Promise.reject(new Error('Nothing is handed over here.')),
}

export interface ServiceOptions {
  dialect?: 'v2' | 'v3'
  redisUrl?: string
  /** Keeps to the calls that the account may make. */
  quota?: (redis: RedisConnection, prefix: string) => Quota
  /** Instead of the one below. */
  seed?: ClusterSeed
  /** Those that the worker may reset; all, unless told otherwise. */
  instances?: { id: string }[]
  /** With which it seals; it does not, unless told otherwise. */
  seals?: Seals
  /** Where another service keeps its requests, to go on with them. */
  prefix?: string
  ckafka?: CkafkaSimulator
  /** As soon as the service has something to say. */
  onEvent?: (event: ProductEvent) => void
}

export async function startService(options: ServiceOptions = {}): Promise<Service> {
  const { dialect = 'v3', redisUrl = inject('redisUrl'), quota, onEvent = () => {}, seed: given } = options
  const settings = { ...SETTINGS, instances: options.instances ?? [] }
  const { prefix = `test-${randomUUID()}`, seals = null } = options
  let aheadMs = 0
  const clock = () => Date.now() + aheadMs
  const ckafka =
    options.ckafka ?? (await startCkafkaSimulator({ ...ACCOUNT, seed: given ?? seed(), now: clock }))
  const redis = connectRedis({ mode: 'single', url: redisUrl }, () => {})
  await once(redis, 'ready')
  const store = createRedisStore(redis, prefix, { seals })
  const api = { endpoint: ckafka.url, region: 'ap-guangzhou', ...ACCOUNT }
  const cluster = createCkafka(
    dialect === 'v3'
      ? { dialect, ...api }
      : { dialect, ...api, signatureMethod: 'HmacSHA256', setOffsetsAction: 'SetGroupOffsets' },
    { now: clock, ...(quota === undefined ? {} : { quota: quota(redis, prefix) }) },
  )
  const reader = cluster.reader({ urgency: 'execution', readMs: 5_000 })
  const events: ProductEvent[] = []
  const report = (event: ProductEvent) => {
    events.push(event)
    onEvent(event)
  }
  const changes = createChanges({ store, clock, report, seals })
  const policy = policyOfSettings([BOB], { typedAbove: null, secondApproverAbove: null })
  const { guardFor } = createPolicies({
    chat: null,
    policy: () => policy,
    instances: [],
    requestExpiryMs: 3_600_000,
  })
  const kept = createKeptRows({ store, seals })
  const writeTimeOf = (instanceId: string, writes: number) =>
    writeTime(writes, cluster.writePaceOf(instanceId), SETTINGS.callMs)
  const movers = createMovers({ store, kept, patiently: changes.patiently })
  const plans = createPlans({
    ...{ store, kept, movers, clock, guardFor, reader, emptyHoldMs: settings.emptyHoldMs, writeTimeOf },
  })
  const followers = createFollowers({ store, kept, patiently: changes.patiently })
  const { execute: carryOut, stopWriting } = createExecutions(
    { changes, plans, movers, cluster, reader, clock, report, processId: 'w1', pay: () => {} },
    settings,
  )
  let seen = 0

  const service: Service = {
    prefix,
    ckafka,
    redis,
    store,
    changes,
    plans,
    kept,
    movers,
    followers,
    reader,
    events,
    clock,
    pass(ms) {
      aheadMs += ms
    },
    async now({ id }) {
      const request = await changes.read(id, 'worker')
      if (request === undefined) throw new Error(`There is no ${id}.`)
      return request
    },
    async apply({ id }, command) {
      const outcome = await changes.change(id, command)
      if (outcome.kind !== 'changed') throw new Error(`${command.kind}: ${JSON.stringify(outcome)}`)
      return outcome.request
    },
    async ask(reset = back100) {
      const asked = {
        reset,
        parent: null,
        skipToEnd: false,
        reason: 'wrong VAT rate',
        requester: ALICE,
        askedIn: 'C0OPS',
        channel: 'C0OPS',
        elsewhere: null,
        guard: GUARD,
        expiresAtMs: clock() + SETTINGS.requestExpiryMs,
      }
      return createdIn(await changes.create(asked, randomUUID()))
    },
    async plan(request) {
      const made = await plans.make(request, async () => {})
      if (made.kind !== 'planned') throw new Error(`There is no plan: ${JSON.stringify(made)}`)
      const documents = { [`plan-${request.round}`]: made.rows }
      const outcome = await changes.change(request.id, made.command, { documents })
      if (outcome.kind !== 'changed') throw new Error(`It was not taken: ${outcome.kind}`)
      return outcome.request
    },
    approve: request =>
      service.apply(request, {
        kind: 'decide',
        verdict: 'approve',
        by: BOB,
        note: '',
        policy: ALLOWED,
        from: SOMEWHERE,
        digest: request.plan?.digest ?? '',
        typedGroup: '',
      }),
    approved: async reset => service.approve(await service.plan(await service.ask(reset))),
    approvals: (policyNow, instances = [], mostOpen = { ofRequester: null, inAll: null }) =>
      createApprovals(
        {
          store,
          rate: { take: async () => null },
          queue: NO_QUEUE,
          cluster,
          readers: { person: reader, plan: reader, execution: reader },
          chat: null,
          people: null,
          policy: policyNow,
          ...{ clock, report, seals },
          processId: 'bot',
        },
        { ...SETTINGS, approvalsChannel: null, fallbackChannel: null, instances, mostOpen },
      ),
    async execute(request) {
      await carryOut(request.id)
      return service.now(request)
    },
    stopWriting,
    newActions() {
      const calls = ckafka.calls().slice(seen)
      seen += calls.length
      return calls.map(({ action }) => action)
    },
    callsToReset: () => ckafka.calls().filter(({ action }) => WRITES.includes(action)).length,
    committed: (topic, group = GROUP) =>
      ckafka.cluster.positions(INSTANCE, group, [topic]).map(position => position.committed),
    documentsKey: ({ id }) => `{${prefix}}:documents:${id}`,
    async close() {
      // In this order: a call that hangs would be waited for.
      if (options.ckafka === undefined) await ckafka.close()
      await cluster.close()
      redis.disconnect()
    },
  }
  return service
}

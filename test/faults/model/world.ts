// The world of one run of the model: the processes of the product, the cluster and the Slack that they share, and the one
// clock of them all. Time passes for Redis and for calls under way as well; a clock that jumps is the processes' alone.

import { randomUUID } from 'node:crypto'
import { LogLevel } from '@slack/web-api'
import type { RedisConnection } from '../../../src/adapters/redis/connect.ts'
import { createRedisStore } from '../../../src/adapters/redis/store.ts'
import { createWebClient } from '../../../src/adapters/slack/platform/web-client.ts'
import type { ProductEvent } from '../../../src/ports/events.ts'
import type { Store } from '../../../src/ports/store.ts'
import { EVERYBODY, type Policy } from '../../../src/request/policy.ts'
import { policyOfSettings } from '../../../src/request/policy-of-settings.ts'
import type { RequestId } from '../../../src/request/request.ts'
import type { Cluster } from '../../../src/sandbox/cluster/model.ts'
import type { LocalSlack } from '../../../src/sandbox/slack/face.ts'
import { startLocalSlack } from '../../../src/sandbox/slack/server.ts'
import { SCOPES } from '../../support/manifest.ts'
import { BOB, CAROL, T0 } from '../../support/requests.ts'
import { createApi, type ModelApi } from './api.ts'
import type { FrontKind } from './front.ts'
import { startCkafkaFront } from './front-ckafka.ts'
import { startKafkaFront } from './front-kafka.ts'
import { createHistory, type History } from './history.ts'
import type { Jobs } from './jobs.ts'
import { type ProductProcess, SEALS, startProcess } from './product-process.ts'

/** Whichever way it is reached. */
export const INSTANCE = 'ckafka-model001'
export const GROUPS = ['billing', 'audit'] as const
export const TOPICS = ['orders', 'payments'] as const
export const CHANNEL = 'C0OPS'
export const SETTINGS = {
  callMs: 5_000,
  graceMs: 10_000,
  lateMs: 30_000,
  requestExpiryMs: 3_600_000,
  emptyWaitMs: 600_000,
  emptyHoldMs: 30_000,
  approvalsChannel: CHANNEL,
  fallbackChannel: null,
  mostOpen: { ofRequester: null, inAll: null },
  instances: [],
}
const APPROVERS = 'S0APPROVERS'
export const CREW = 'S0CREW'
const settings = policyOfSettings([APPROVERS], { typedAbove: null, secondApproverAbove: null })
/** Nobody is of the crew, so that nothing is denied; that has to be known before anything starts. */
export const POLICY: Policy = {
  ...settings,
  rules: [
    ...settings.rules,
    {
      effect: 'deny',
      name: 'no crew',
      match: { instances: [EVERYBODY], groups: [EVERYBODY], topics: [EVERYBODY] },
      people: [CREW],
      channels: null,
      reason: '',
    },
  ],
}

export interface Shared {
  redis: RedisConnection
  jobs: Jobs
}

export interface World {
  prefix: string
  redis: RedisConnection
  store: Store
  jobs: Jobs
  cluster: Cluster
  slack: LocalSlack
  api: ModelApi
  history: History
  faults: ProductEvent[]
  /** In the order in which they were asked for. */
  requests: RequestId[]
  bots: ProductProcess[]
  workers: ProductProcess[]
  clock(): number
  /** Of real time, which no clock shows. */
  sinceStartMs(): number
  pass(ms: number): Promise<void>
  jump(ms: number): void
  /** A new process takes the place of a dead one; a frozen one goes on. */
  revive(which: ProductProcess): Promise<void>
  /** As long as nobody has lost it: each distinct, so that an effect tells whose it is. */
  nextShift(): bigint
  /** An offset that no plan leads to. */
  nextMark(): bigint
  isMark(offset: bigint): boolean
  /** Another Redis takes over, which knows the earlier record of the request. */
  failOver(id: RequestId, keys: ReadonlyMap<string, Buffer | null>): Promise<void>
  close(): Promise<void>
}

export async function startWorld({ redis, jobs }: Shared, kind: FrontKind): Promise<World> {
  const prefix = `model-${randomUUID()}`
  const requests: RequestId[] = []
  const faults: ProductEvent[] = []
  let clockMs = T0
  let passedMs = 0
  let lastRealMs = Date.now()
  let processes = 0
  let shifts = 0
  let marks = 0
  const clock = () => clockMs
  const front = await (kind === 'kafka' ? startKafkaFront : startCkafkaFront)(seed(), clock)
  const { cluster } = front
  const slack = await startLocalSlack({
    delivery: { kind: 'http', url: () => 'http://127.0.0.1:9/' },
    botToken: 'xoxb-model',
    appToken: 'xapp-model',
    signingSecret: 'shhh',
    scopes: SCOPES,
    commands: [],
    users: ['alice', 'bob', 'carol', 'dave'].map(name => ({
      id: `U0${name.toUpperCase()}`,
      name,
      realName: name,
    })),
    channels: [{ id: CHANNEL, name: 'kafka-ops', members: ['U0ALICE', 'U0BOB'], botIsMember: true }],
    userGroups: [
      { id: APPROVERS, handle: 'approvers', name: 'Approvers', users: [BOB, CAROL] },
      { id: CREW, handle: 'crew', name: 'Crew', users: [] },
    ],
    now: clock,
  })
  const client = createWebClient({ token: 'xoxb-model', apiUrl: slack.apiUrl, logger: SILENT })
  const store = createRedisStore(redis, prefix, { seals: SEALS })
  const history = createHistory()
  const api = createApi(front, history, { sinceStartMs: () => passedMs, clock })
  // The execute queue is shared by all runs, so that no two of them have a request of the same name.
  await redis.set(`{${prefix}}:last-request`, nextNumber)
  nextNumber += 1_000

  function start(role: 'bot' | 'worker'): ProductProcess {
    processes += 1
    return startProcess(`${role}-${processes}`, role, {
      store,
      queue: jobs.queue,
      client,
      clock,
      front,
      settings: SETTINGS,
      policy: POLICY,
      beforeCommit: async ({ event, next: { id } }) => {
        const { kind: before } = event.command
        if (REMEMBERED.has(before)) history.remember(id, { before, keys: await dump(id), passedMs })
      },
      afterCommit(commit, outcome) {
        if (outcome.kind === 'applied') history.note({ commit, passedMs, effects: cluster.effects().length })
      },
      onEnqueued: (id, dispatch, delayMs) => jobs.noteEnqueued(id, dispatch, clockMs + delayMs),
      onSend: api.noteSent,
      onAnswered: api.noteAnswered,
      staleRead: api.staleRead,
      report(event) {
        if (event.event === 'fault') faults.push(event)
      },
    })
  }

  const keysOf = (id: RequestId) =>
    ['request', 'changes', 'events', 'documents'].map(name => `{${prefix}}:${name}:${id}`)
  const writerKeyOf = (group: string) => `{${prefix}}:writer:${JSON.stringify([INSTANCE, group])}`
  const writerKeys = GROUPS.map(writerKeyOf)
  const serverKey = `{${prefix}}:server`

  async function dump(id: RequestId) {
    const dumps = await Promise.all(keysOf(id).map(async key => [key, await redis.dumpBuffer(key)] as const))
    return new Map<string, Buffer | null>(dumps)
  }

  const bots = [start('bot'), start('bot')]
  const workers = [start('worker'), start('worker')]

  return {
    prefix,
    redis,
    store,
    jobs,
    cluster,
    slack,
    api,
    history,
    faults,
    requests,
    bots,
    workers,
    clock,
    sinceStartMs: () => passedMs,
    async pass(ms) {
      api.arriveBy(passedMs + ms)
      passedMs += ms
      clockMs += ms
      // Redis reads a clock of its own: it goes on as well, but not by what the run itself takes.
      const realMs = Date.now()
      const driftMs = realMs - lastRealMs
      lastRealMs = realMs
      if ((await redis.exists(serverKey)) === 1) await redis.hincrby(serverKey, 'since', driftMs - ms)
      for (const key of writerKeys) {
        const leftMs = await redis.pttl(key)
        if (leftMs > 0) await redis.pexpire(key, Math.max(1, leftMs - ms))
      }
    },
    jump(ms) {
      clockMs += ms
    },
    async revive(which) {
      if (which.state() === 'frozen') {
        which.thaw()
        await which.run()
      }
      if (which.state() !== 'dead') return
      for (const [role, list] of [
        ['bot', bots],
        ['worker', workers],
      ] as const) {
        const index = list.indexOf(which)
        if (index === -1) continue
        list[index] = start(role)
        closing.push(which.close())
      }
    },
    nextShift() {
      shifts += 1
      return 1_009n * 2n ** BigInt(shifts - 1)
    },
    nextMark() {
      marks += 1
      return MARKS_FROM + BigInt(marks)
    },
    isMark: offset => offset > MARKS_FROM,
    async failOver(id, keys) {
      for (const [key, kept] of keys) {
        if (kept === null) await redis.del(key)
        else await redis.restore(key, 0, kept, 'REPLACE')
      }
      const record = await store.read(id)
      const writerKey = writerKeyOf(record?.reset.target.group ?? '')
      if (record?.state.name === 'executing')
        await redis.set(writerKey, id, 'PX', Math.max(1, record.state.abandonAtMs - clockMs + 60_000))
      else await redis.del(writerKey)
      await redis.hset(serverKey, 'run', 'a'.repeat(40), 'since', '0')
      await redis.zadd(`{${prefix}}:due`, clockMs, id)
      await redis.zadd(`{${prefix}}:open`, T0, id)
    },
    async close() {
      for (const each of [...bots, ...workers]) {
        each.kill()
        closing.push(each.close())
      }
      await Promise.all([front.close(), slack.close()])
      await Promise.all(closing.splice(0))
      const keys = await redis.keys(`{${prefix}}:*`)
      if (keys.length > 0) await redis.del(...keys)
    },
  }
}

const closing: Promise<void>[] = []
let nextNumber = 0
/** What a failover may forget: each with the record as it was before. */
const REMEMBERED: ReadonlySet<string> = new Set(['decide', 'start', 'finish', 'claimPost', 'posted'])

export const COMMITTED = 500_000n
const MARKS_FROM = COMMITTED + 10_000n

function seed() {
  const log = {
    start: 0n,
    end: 1_000_000n,
    written: [{ fromOffset: 0n, atMs: T0 - 1_000_000_000, everyMs: 1_000 }],
  }
  const commits = Object.fromEntries(TOPICS.map(topic => [topic, [COMMITTED, COMMITTED]]))
  return {
    instances: [
      {
        id: INSTANCE,
        name: 'model',
        topics: TOPICS.map(name => ({ name, partitions: [log, log] })),
        groups: GROUPS.map(name => ({ name, commits })),
      },
    ],
  }
}

const SILENT = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  getLevel: () => LogLevel.ERROR,
  setName() {},
}

// Several processes of the built product in one world, each with a proxy of its own before Redis, Slack and CKafka.
// What it reads, it reads past the proxies: it is the observer, and must not be struck by what it observes.

import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { createRedisStore } from '../../src/adapters/redis/store.ts'
import { postMetadataSchema } from '../../src/adapters/slack/blocks/ids.ts'
import type { Store } from '../../src/ports/store.ts'
import type { AuditEvent } from '../../src/request/command.ts'
import { type RequestId, type ResetRequest, requestIdSchema } from '../../src/request/request.ts'
import type { Bot, Role } from '../../src/sandbox/bot.ts'
import type { CkafkaSimulator } from '../../src/sandbox/ckafka/start.ts'
import type { Cluster, ClusterSeed, Effect } from '../../src/sandbox/cluster/model.ts'
import type { SimulatedKafka } from '../../src/sandbox/kafka/start.ts'
import type { PrivateRedis } from '../../src/sandbox/redis/start.ts'
import type { LocalSlack, SlackMessage } from '../../src/sandbox/slack/face.ts'
import { CHANNELS, type Service, startWorld, USERS, type World } from '../../src/sandbox/world.ts'
import { NO_LIMITS } from '../support/product.ts'
import { asOneLine, firstHeld, type TcpLine } from '../support/tcp-lines.ts'
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'
import { fleetSeed, INSTANCE, KAFKA, TOPIC } from './fleet-seed.ts'

export const REQUESTERS = [USERS.alice, USERS.dave, 'U0ERIN', 'U0FRANK'] as const
export const APPROVERS = [USERS.bob, USERS.carol, 'U0HEIDI', 'U0IVAN'] as const

/** Short times, so that what a fault leaves behind is settled while a test waits. */
const SHORT_TIMES = {
  CALL_DEADLINE: '2s',
  CALL_GRACE: '1s',
  CALL_LATE: '2s',
  EMPTY_HOLD: '1s',
  CKAFKA_QUOTA_FACTOR: '100',
  ...NO_LIMITS,
}

export interface FleetOptions {
  /** One process each; one of role `all` unless told otherwise. */
  roles?: Role[]
  /** Over the short times. */
  env?: Record<string, string>
  /** Groups `group-1`, `group-2`, …, each behind on one topic. */
  groups?: number
  /** Absent: see fleet-seed.ts. */
  seed?: ClusterSeed
  /** So many brokers of a Kafka beside CKafka, which then has the groups that are reset. */
  kafkaBrokers?: number
  /** Channels `C0ROOM1`, `C0ROOM2`, …, beside those of the story, everybody and the bot in each. */
  rooms?: number
  /** Processes, counted from 0, of another build: the folder that its `dist` is in. */
  otherBuild?: { folder: string; processes: readonly number[] }
  log?(line: string): void
}

export interface FleetProcess {
  readonly index: number
  readonly role: Role
  readonly bot: Bot
  /** What this process reaches each service by; a worker does not speak to Slack. */
  readonly lines: {
    redis: TcpProxy
    ckafka: TcpProxy
    slack: TcpProxy | undefined
    /** To all of its brokers. */
    kafka: TcpLine | undefined
  }
}

/** The same fault on the lines of every process. */
export type Lines = Omit<TcpLine, 'holdNextRequest' | 'holdNextReply'> & {
  /** Of whichever process comes first. */
  holdNextRequest(requestHolds?: string): Promise<FleetProcess | 'cleared'>
  holdNextReply(requestHolds?: string): Promise<FleetProcess | 'cleared'>
}

export interface Ask {
  /** A user id; alice. */
  by?: string
  /** `group-1` */
  group?: string
  shiftBy?: number
  /** A channel id; #kafka-ops. */
  channel?: string
  reason?: string
}

export interface Fleet {
  readonly world: World
  readonly slack: LocalSlack
  readonly ckafka: CkafkaSimulator
  readonly kafka: SimulatedKafka | undefined
  /** The one whose groups are reset: Kafka's where there is one, else CKafka's. */
  readonly cluster: Cluster
  /** What requests call it. */
  readonly instance: string
  /** The server; for its connections see `lines`. */
  readonly redis: PrivateRedis
  readonly processes: FleetProcess[]
  readonly lines: Record<Service, Lines>
  /** The product's own, on a connection that no fault touches. It is away when the server is. */
  readonly store: Store
  /** Types the command, sends the form as it opens, and resolves when the request is saved. */
  ask(what?: Ask): Promise<RequestId>
  /** Resolves when there is a plan to decide on. */
  planned(id: RequestId, timeoutMs?: number): Promise<void>
  /** Of every request there has been, oldest first. A number may have been skipped. */
  requestIds(): Promise<RequestId[]>
  /** Opens the review with the list command, and sends the decision. Throws when it did not count. */
  approve(id: RequestId, by?: string): Promise<void>
  reject(id: RequestId, by?: string, note?: string): Promise<void>
  /** Waits while the store is away. */
  record(id: RequestId): Promise<ResetRequest>
  events(id: RequestId): Promise<AuditEvent[]>
  /** Every message that is the request's card; there should be one. */
  cards(id: RequestId): SlackMessage[]
  /** What was said under its card, or cards. */
  replies(id: RequestId): SlackMessage[]
  effects(group: string): Effect[]
  /** Starts every process that does not run, and resolves when all are ready. */
  /** @param ending those that run no more, by their index */
  restartAll(ending?: readonly number[]): Promise<void>
  until(holds: () => boolean | Promise<boolean>, timeoutMs?: number): Promise<void>
  close(): Promise<void>
}

export async function startFleet(options: FleetOptions = {}): Promise<Fleet> {
  const { roles = ['all'], groups = 8, rooms = 0, kafkaBrokers } = options
  const proxies = new Map<string, TcpProxy[]>()
  const channels = Array.from({ length: rooms }, (_, index) => ({
    id: `C0ROOM${index + 1}`,
    name: `room-${index + 1}`,
    members: [...REQUESTERS, ...APPROVERS],
    botIsMember: true,
  }))
  const world = await startWorld({
    delivery: 'socket',
    roles,
    ...(kafkaBrokers === undefined
      ? { seed: options.seed ?? fleetSeed(groups, Date.now()) }
      : { kafka: { seed: options.seed ?? fleetSeed(groups, Date.now(), KAFKA), brokers: kafkaBrokers } }),
    env: { ...SHORT_TIMES, APPROVERS: `${APPROVERS.join()},S0KAFKA`, ...options.env },
    more: { people: crowd, channels },
    ...(options.log === undefined ? {} : { log: options.log }),
    entryOf: process =>
      options.otherBuild?.processes.includes(process)
        ? join(options.otherBuild.folder, 'dist/main.js')
        : undefined,
    async between(service, url, process) {
      const target = new URL(url)
      const proxy = await startTcpProxy(Number(target.port))
      const name = `${service} ${process}`
      proxies.set(name, [...(proxies.get(name) ?? []), proxy])
      target.port = `${proxy.port}`
      return target.href
    },
  })
  const { slack, ckafka, kafka, redis } = world
  const { cluster } = kafka ?? ckafka
  const [{ id: instance } = { id: '' }] = cluster.instances()
  const connection = new Redis(world.redisUrl, { enableOfflineQueue: false, maxRetriesPerRequest: 0 })
  connection.on('error', () => {})
  const store = createRedisStore(connection, world.redisPrefix)
  const closeAll = async () => {
    connection.disconnect()
    await world.close()
    await Promise.all([...proxies.values()].flat().map(proxy => proxy.close()))
  }
  if (redis === undefined) {
    await closeAll()
    throw new Error('A fleet has a Redis of its own.')
  }

  const linesTo = (service: Service, process: number) => proxies.get(`${service} ${process}`) ?? []
  const line = (service: Service, process: number) => linesTo(service, process)[0]
  const must = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error('A process has lost its line.')
    return value
  }
  const processes = world.bots.map(
    (bot, index): FleetProcess => ({
      index,
      role: bot.role,
      bot,
      lines: {
        redis: must(line('redis', index)),
        ckafka: must(line('ckafka', index)),
        slack: line('slack', index),
        kafka: kafka && asOneLine(linesTo('kafka', index)),
      },
    }),
  )

  async function record(id: RequestId): Promise<ResetRequest> {
    const found = await patiently(() => store.read(id))
    if (found === undefined) throw new Error(`There is no ${id}.`)
    return found
  }

  async function decide(id: RequestId, by: string, verdict: 'Approve' | 'Reject', note: string) {
    const person = slack.person(by)
    const { channel } = await record(id)
    const typed = await person.command(channel, `/offset-requests ${id}`)
    if (!typed.ok) throw new Error(typed.message)
    await person.waitForView(view => JSON.stringify(view.blocks).includes('Decision'))
    await person.fill('Decision', verdict)
    if (note !== '') await person.fill('Note', note)
    const outcome = await person.submit()
    if (outcome.kind !== 'closed') throw new Error(`It was not decided: ${JSON.stringify(outcome)}`)
  }

  const everywhere = () => [CHANNELS.kafkaOps, ...channels.map(({ id }) => id)]
  const cards = (id: RequestId) =>
    everywhere().flatMap(channel => slack.messages(channel).filter(message => isCardOf(message, id)))

  return {
    world,
    slack,
    ckafka,
    kafka,
    cluster,
    instance,
    redis,
    processes,
    lines: {
      redis: linesOf(processes, ({ lines }) => lines.redis),
      slack: linesOf(processes, ({ lines }) => lines.slack),
      ckafka: linesOf(processes, ({ lines }) => lines.ckafka),
      kafka: linesOf(processes, ({ lines }) => lines.kafka),
    },
    store,
    async ask({ by = USERS.alice, group = 'group-1', shiftBy = -100, channel, reason = 'why' } = {}) {
      const person = slack.person(by)
      const typed = await person.command(
        channel ?? CHANNELS.kafkaOps,
        askLine({ instance, group, shiftBy, reason }),
      )
      if (!typed.ok) throw new Error(typed.message)
      const { id: submission } = await person.waitForView()
      const outcome = await person.submit()
      if (outcome.kind !== 'closed') throw new Error(`It was not asked for: ${JSON.stringify(outcome)}`)
      return requestIdSchema.parse(await connection.get(`{${world.redisPrefix}}:submission:${submission}`))
    },
    async planned(id, timeoutMs = 20_000) {
      await until(async () => (await record(id)).state.name !== 'preparing', timeoutMs)
    },
    async requestIds() {
      const last = await patiently(() => connection.get(`{${world.redisPrefix}}:last-request`))
      return Array.from({ length: Number(last) }, (_, index) => requestIdSchema.parse(`R-${index + 1}`))
    },
    approve: (id, by = USERS.bob) => decide(id, by, 'Approve', ''),
    reject: (id, by = USERS.bob, note = 'not now') => decide(id, by, 'Reject', note),
    record,
    events: id => patiently(() => store.readEvents(id)),
    cards,
    replies: id => cards(id).flatMap(card => slack.thread(card.channel, card.ts)),
    effects: group => cluster.effects(group),
    async restartAll(ending = []) {
      await Promise.all(
        processes.map(async ({ bot, index }) => {
          await bot.kill('SIGCONT')
          if (ending.includes(index)) {
            await bot.kill('SIGKILL')
            return
          }
          if (bot.exit !== undefined) await bot.restart()
          await bot.waitUntilReady(30_000)
        }),
      )
    },
    until,
    close: closeAll,
  }
}

export function askLine({
  instance = INSTANCE,
  group,
  shiftBy,
  reason,
}: Required<Pick<Ask, 'group' | 'shiftBy' | 'reason'>> & { instance?: string }): string {
  return `/reset-offsets --instance ${instance} --group ${group} --topic ${TOPIC} --shift-by ${shiftBy} --reason ${reason}`
}

/** Which post of which request a message is; undefined: none, or a file. */
export function markOf({ metadata }: SlackMessage): { id: string; key: string } | undefined {
  const marked = postMetadataSchema.safeParse(metadata)
  if (!marked.success) return undefined
  const { request_id: id, key } = marked.data.event_payload
  return { id, key }
}

function isCardOf(message: SlackMessage, id: RequestId): boolean {
  const mark = markOf(message)
  return mark?.key === 'card' && mark.id === id
}

const crowd = ['erin', 'frank', 'heidi', 'ivan'].map(name => ({
  id: `U0${name.toUpperCase()}`,
  name,
  realName: name,
  part: ['heidi', 'ivan'].includes(name) ? ('approver' as const) : ('requester' as const),
}))

function linesOf(processes: FleetProcess[], lineOf: (process: FleetProcess) => TcpLine | undefined): Lines {
  const pairs = processes.flatMap(process => {
    const line = lineOf(process)
    return line === undefined ? [] : [[line, process] as const]
  })
  return {
    ...asOneLine(pairs.map(([line]) => line)),
    holdNextRequest: requestHolds => firstHeld(pairs, line => line.holdNextRequest(requestHolds)),
    holdNextReply: requestHolds => firstHeld(pairs, line => line.holdNextReply(requestHolds)),
  }
}

/** A store that is away for a moment is waited for. */
export async function patiently<T>(ask: () => Promise<T>, timeoutMs = 20_000): Promise<T> {
  for (const end = performance.now() + timeoutMs; ; ) {
    try {
      return await ask()
    } catch (error) {
      if (performance.now() > end) throw error
      await delay(50)
    }
  }
}

async function until(holds: () => boolean | Promise<boolean>, timeoutMs = 10_000): Promise<void> {
  for (const end = performance.now() + timeoutMs; performance.now() < end; ) {
    if (await holds()) return
    await delay(20)
  }
  throw new Error(`It did not happen within ${timeoutMs} ms: ${holds}`)
}

// The whole outside world on one machine, with the built bot running in it as a process of its own.
// It must never import the product, nor leave a process behind, however the one that started it ends.

import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Redis } from 'ioredis'
import { parse } from 'yaml'
import { z } from 'zod'
import { type Bot, type BotClock, type Role, startBot, stopBot } from './bot.ts'
import { type CkafkaSimulator, startCkafkaSimulator } from './ckafka/start.ts'
import type { Cluster, ClusterSeed } from './cluster/model.ts'
import { createMembers, type Members } from './consumers.ts'
import type { SimulatedKafka } from './kafka/start.ts'
import { type PrivateRedis, startRedis } from './redis/start.ts'
import type {
  LocalSlack,
  LocalSlackChannel,
  LocalSlackShortcut,
  LocalSlackUser,
  LocalSlackUserGroup,
} from './slack/face.ts'
import { startLocalSlack } from './slack/server.ts'
import { startWorldKafka, type WorldKafkaOptions } from './world-kafka.ts'

export const USERS = {
  alice: 'U0ALICE',
  bob: 'U0BOB',
  carol: 'U0CAROL',
  dave: 'U0DAVE',
  gina: 'U0GINA',
} as const
export const CHANNELS = {
  kafkaOps: 'C0KAFKAOPS',
  general: 'C0GENERAL',
  paymentsPrivate: 'C0PAYPRIVATE',
} as const
const APPROVERS_GROUP = 'S0KAFKA'
/** Those who look after `orders-audit`, and those who look after the cluster. */
const AUDIT_GROUP = 'S0AUDIT'
const PLATFORM_GROUP = 'S0PLATFORM'
const ON_CALL_GROUP = 'S0ONCALL'

const credentials = {
  botToken: 'xoxb-local-bot',
  appToken: 'xapp-1-local-app',
  signingSecret: 'local-signing-secret',
  secretId: 'AKIDlocal',
  secretKey: 'local-secret-key',
}

/** How long a group that had consumers has to stay empty here; in production at least their session timeout. */
export const EMPTY_HOLD_MS = 2_000

/** By then a sign of life has arrived, or come too late. */
const PONG_MS = 100

// The same depth from src/ and from dist/.
const top = new URL('../../', import.meta.url)
const ourManifest = fileURLToPath(new URL('manifest.yml', top))
/** Who decides in the demo and its walkthrough. */
export const DEMO_POLICY = fileURLToPath(new URL('src/sandbox/policy-demo.yml', top))

/** `slack`: its Web API, and Socket Mode. `kafka`: one broker of it. */
export type Service = 'redis' | 'slack' | 'ckafka' | 'kafka'

export interface WorldOptions {
  /** How Slack reaches the bot. */
  delivery: 'socket' | 'http'
  /** Absent: a private Redis in which every acknowledged write survives. */
  redisUrl?: string
  /** Added to the bot's environment, over what the world sets. */
  env?: Record<string, string>
  seed?: ClusterSeed
  /**
   * A simulated Kafka beside CKafka, with a cluster of its own. The bots get both by a file of clusters, and not by the
   * settings of CKafka.
   */
  kafka?: true | WorldKafkaOptions
  /** One process each. */
  roles?: Role[]
  /** The file that a process, counted from 0, is started from; undefined: that of this build. */
  entryOf?: (process: number) => string | undefined
  /** Lower levels would hide the line that tells which port the bot listens on. */
  logLevel?: 'trace' | 'debug' | 'info'
  /** A file with the scopes and slash commands to install the app with; absent: the project's. */
  manifestFile?: string
  /**
   * Puts something between one process, counted from 0, and one of the services that it speaks to, at `url`. Asked for each
   * broker of Kafka: the process is told of the port alone that is returned, which is on 127.0.0.1 too.
   */
  between?: (service: Service, url: string, process: number) => Promise<string>
  /** Beside those of the story. */
  more?: { people?: WorldWorkspace['people']; channels?: LocalSlackChannel[] }
  /** The clock of Slack and CKafka; the bot has its own. */
  now?: () => number
  /** `movable`: it can be put forward, with that of the bots. */
  clock?: BotClock
  /** Absent: bob and the group of carol approve everything. */
  policyFile?: string
  /** Gets a line when something takes long: the first run on a bare machine fetches a Redis. */
  log?(line: string): void
}

/** The workspace as it was when the world began. */
export interface WorldWorkspace {
  /** `part`: what they are in this story. */
  people: (LocalSlackUser & { part: 'requester' | 'approver' | 'on call' | 'guest' })[]
  channels: LocalSlackChannel[]
  userGroups: LocalSlackUserGroup[]
  commands: { command: string; description: string; hint: string }[]
  shortcuts: LocalSlackShortcut[]
}

/** One of the clusters that the bots serve here, and who lives around it. */
export interface WorldCluster {
  readonly kind: 'ckafka' | 'kafka'
  /** What requests call it. */
  readonly id: string
  readonly name: string
  readonly cluster: Cluster
  readonly members: Members
}

export interface World {
  readonly slack: LocalSlack
  readonly workspace: WorldWorkspace
  readonly ckafka: CkafkaSimulator
  /** Absent unless asked for. */
  readonly kafka: SimulatedKafka | undefined
  /** CKafka's first instance, then the Kafka if there is one. */
  readonly clusters: readonly WorldCluster[]
  readonly delivery: 'socket' | 'http'
  /** Which API the bot calls: `v2` or `v3`. */
  readonly api: string
  readonly redisUrl: string
  /** Absent: a Redis that was here before. */
  readonly redis: PrivateRedis | undefined
  /** Every key of the bot holds this. */
  readonly redisPrefix: string
  readonly bots: Bot[]
  /** The first bot; there is always one. */
  readonly bot: Bot
  /** Resolves when every bot is ready and Slack can reach one that speaks to it. */
  waitForBot(timeoutMs?: number): Promise<void>
  /** What the clocks of this world show, in milliseconds since the epoch. */
  now(): number
  /**
   * Puts the clocks of Slack, CKafka and the bots forward. Redis and every timer go on as before, so nothing may be
   * delayed or on its way. Throws unless the clock is movable.
   */
  advance(ms: number): Promise<void>
  close(): Promise<void>
}

export async function startWorld(options: WorldOptions): Promise<World> {
  const { delivery, roles = ['all'], logLevel = 'info', log = () => {} } = options
  let aheadMs = 0
  const { now: startedNow = Date.now, clock = 'real' } = options
  const now = () => startedNow() + aheadMs
  const people = [...storyPeople, ...(options.more?.people ?? [])]
  const channels = [...storyChannels, ...(options.more?.channels ?? [])]
  const closers: (() => Promise<void>)[] = []
  const close = async () => {
    for (const end of closers.splice(0).reverse()) await end()
  }
  const bots: Bot[] = []

  try {
    const redis = options.redisUrl === undefined ? await startRedis({ appendonly: 'always', log }) : undefined
    const redisUrl = redis?.url ?? options.redisUrl ?? ''
    const redisPrefix = `world-${randomBytes(6).toString('hex')}`
    closers.push(() => redis?.close() ?? removeKeys(redisUrl, redisPrefix))

    const { secretId, secretKey, botToken, appToken, signingSecret } = credentials
    const ckafka = await startCkafkaSimulator({
      secretId,
      secretKey,
      now,
      ...(options.seed === undefined ? {} : { seed: options.seed }),
    })
    closers.push(() => ckafka.close())
    const { kafka: wanted } = options
    const beside = wanted && (await startWorldKafka(wanted === true ? {} : wanted, now))
    closers.push(async () => beside?.close())
    const { scopes, commands, shortcuts } = await readManifest(options.manifestFile ?? ourManifest)
    const slack = await startLocalSlack({
      delivery: delivery === 'socket' ? { kind: 'socket' } : { kind: 'http', url: () => endpointOf(bots) },
      botToken,
      appToken,
      signingSecret,
      now,
      users: people,
      channels,
      userGroups,
      scopes,
      commands: commands.map(each => each.command),
      shortcuts,
    })
    closers.push(() => slack.close())

    const env = {
      ...inherited(['PATH', 'HOME', 'TMPDIR', 'TZ', 'LANG', 'SystemRoot']),
      LOG_LEVEL: logLevel,
      HOST: '127.0.0.1',
      PORT: '0',
      REDIS_URL: redisUrl,
      REDIS_PREFIX: redisPrefix,
      SLACK_API_URL: slack.apiUrl,
      SLACK_BOT_TOKEN: botToken,
      SLACK_SIGNING_SECRET: signingSecret,
      ...(delivery === 'socket' ? { SLACK_APP_TOKEN: appToken } : {}),
      CKAFKA_ENDPOINT: ckafka.url,
      CKAFKA_INSTANCES: ckafka.cluster
        .instances()
        .map(({ id, name }) => `${id}=${name}`)
        .join(','),
      TENCENTCLOUD_SECRET_ID: secretId,
      TENCENTCLOUD_SECRET_KEY: secretKey,
      ...(options.policyFile === undefined
        ? { APPROVERS: `${USERS.bob},${APPROVERS_GROUP}` }
        : { POLICY_FILE: options.policyFile }),
      EMPTY_HOLD: `${EMPTY_HOLD_MS / 1000}s`,
      WATCH: 'off',
      // Each world would start a process for them.
      PICTURES: 'off',
      ...options.env,
    }
    const { between = async (_service: Service, url: string) => url } = options
    for (const [process, role] of roles.entries()) {
      const addresses = {
        REDIS_URL: await between('redis', env.REDIS_URL, process),
        CKAFKA_ENDPOINT: await between('ckafka', env.CKAFKA_ENDPOINT, process),
        ...(speaksToSlack(role) ? { SLACK_API_URL: await between('slack', env.SLACK_API_URL, process) } : {}),
      }
      const own =
        beside === undefined
          ? { ...env, ...addresses }
          : await beside.environmentOf(
              process,
              { ...env, ...addresses },
              ckafka.cluster.instances(),
              options.between && (async port => portIn(await between('kafka', brokerUrl(port), process))),
            )
      const entry = options.entryOf?.(process)
      const bot = await startBot(role, role === 'worker' ? withoutSlack(own) : own, clock, entry)
      bots.push(bot)
      closers.push(() => stopBot(bot))
    }
    const [bot] = bots
    if (bot === undefined) throw new Error('a world needs a bot')

    return {
      slack,
      workspace: { people, channels, userGroups, commands, shortcuts },
      ckafka,
      kafka: beside?.kafka,
      clusters: [
        clusterOf('ckafka', ckafka.cluster),
        ...(beside ? [clusterOf('kafka', beside.kafka.cluster)] : []),
      ],
      delivery,
      api: options.env?.CKAFKA_API ?? 'v3',
      redisUrl,
      redis,
      redisPrefix,
      bots,
      bot,
      async waitForBot(timeoutMs = 15_000) {
        await Promise.all(bots.map(each => each.waitUntilReady(timeoutMs)))
        if (roles.some(speaksToSlack)) await slack.waitForApp(timeoutMs)
      },
      now,
      async advance(ms) {
        if (clock === 'real') throw new Error('This world was started with a clock that nobody can move.')
        aheadMs += ms
        await Promise.all(bots.map(each => each.advance(ms)))
        if (slack.connections() === 0) return
        // By the clock the last pong was long ago, and Slack's client leaves a connection for that, if it looks just now.
        slack.pong()
        await delay(PONG_MS)
        await slack.waitForApp()
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

function clusterOf(kind: WorldCluster['kind'], cluster: Cluster): WorldCluster {
  const [instance] = cluster.instances()
  if (instance === undefined) throw new Error('a cluster needs an instance')
  return { kind, id: instance.id, name: instance.name, cluster, members: createMembers(cluster) }
}

/** Throws in words for a person when there is none. */
export function clusterCalled({ clusters }: Pick<World, 'clusters'>, id: string): WorldCluster {
  const found = clusters.find(each => each.id === id)
  if (found === undefined) throw new Error(`There is no cluster "${id}".`)
  return found
}

const brokerUrl = (port: number) => `kafka://127.0.0.1:${port}`
const portIn = (url: string) => Number(new URL(url).port)

const speaksToSlack = (role: Role) => role !== 'worker'

const everybody = Object.values(USERS)
const storyPeople: WorldWorkspace['people'] = [
  { id: USERS.alice, name: 'alice', realName: 'Alice Moreau', part: 'requester' },
  { id: USERS.bob, name: 'bob', realName: 'Bob Okafor', tz: 'Asia/Shanghai', part: 'approver' },
  { id: USERS.carol, name: 'carol', realName: 'Carol Lindqvist', tz: 'Europe/Stockholm', part: 'approver' },
  { id: USERS.dave, name: 'dave', realName: 'Dave Tanaka', part: 'on call' },
  { id: USERS.gina, name: 'gina', realName: 'Gina Ferrari', kind: 'guest', part: 'guest' },
]
const storyChannels: LocalSlackChannel[] = [
  { id: CHANNELS.kafkaOps, name: 'kafka-ops', members: everybody, botIsMember: true },
  { id: CHANNELS.general, name: 'general', members: everybody },
  {
    id: CHANNELS.paymentsPrivate,
    name: 'payments-private',
    private: true,
    members: [USERS.alice, USERS.bob],
  },
]
const userGroups: LocalSlackUserGroup[] = [
  { id: APPROVERS_GROUP, handle: 'kafka-approvers', name: 'Kafka approvers', users: [USERS.carol] },
  { id: AUDIT_GROUP, handle: 'audit', name: 'Audit', users: [USERS.bob, USERS.dave] },
  { id: PLATFORM_GROUP, handle: 'platform', name: 'Platform', users: [USERS.carol] },
  { id: ON_CALL_GROUP, handle: 'on-call', name: 'On call', users: [USERS.dave] },
]

const manifestSchema = z.object({
  features: z.object({
    slash_commands: z.array(
      z.object({ command: z.string(), description: z.string(), usage_hint: z.string().default('') }),
    ),
    shortcuts: z
      .array(z.object({ name: z.string(), type: z.enum(['message', 'global']), callback_id: z.string() }))
      .default([]),
  }),
  oauth_config: z.object({ scopes: z.object({ bot: z.array(z.string()) }) }),
})

// Read, not repeated: what works here works with the scopes and commands that people really install.
async function readManifest(
  file: string,
): Promise<{ scopes: string[] } & Pick<WorldWorkspace, 'commands' | 'shortcuts'>> {
  const manifest = manifestSchema.parse(parse(await readFile(file, 'utf8')))
  return {
    scopes: manifest.oauth_config.scopes.bot,
    commands: manifest.features.slash_commands.map(({ command, description, usage_hint }) => ({
      command,
      description,
      hint: usage_hint,
    })),
    shortcuts: manifest.features.shortcuts
      .filter(({ type }) => type === 'message')
      .map(({ name, callback_id }) => ({ name, callbackId: callback_id })),
  }
}

/** Only these of the caller's variables: its tokens and proxies are not for a bot in a sandbox. */
function inherited(names: string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap(name => {
      const value = process.env[name]
      return value === undefined ? [] : [[name, value]]
    }),
  )
}

function withoutSlack(env: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('SLACK_')))
}

/** Like a load balancer: the first bot that runs. Empty while there is none. */
function endpointOf(bots: Bot[]): string {
  const running = bots.find(
    bot => speaksToSlack(bot.role) && bot.exit === undefined && bot.port !== undefined,
  )
  return running === undefined ? '' : `http://127.0.0.1:${running.port}/slack/events`
}

async function removeKeys(redisUrl: string, prefix: string): Promise<void> {
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: 1, retryStrategy: () => null })
  redis.on('error', () => {})
  try {
    for await (const keys of redis.scanStream({ match: `*${prefix}*`, count: 1_000 })) {
      if (keys.length > 0) await redis.unlink(...(keys as string[]))
    }
  } catch {
    // A Redis that has gone has nothing left to tidy.
  } finally {
    redis.disconnect()
  }
}

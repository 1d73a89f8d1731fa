// The whole product in one process: real Bolt, Redis, BullMQ and HTTP, with the sandbox as the outside world.

import { randomUUID } from 'node:crypto'
import { createServer } from 'node:net'
import { inject } from 'vitest'
import { type Config, readConfig } from '../../src/config.ts'
import type { ClusterEntry } from '../../src/config-clusters.ts'
import { type Rewind, startRewind } from '../../src/main.ts'
import type { ProductEvent } from '../../src/ports/events.ts'
import { type CkafkaSimulator, startCkafkaSimulator } from '../../src/sandbox/ckafka/start.ts'
import type { ClusterSeed } from '../../src/sandbox/cluster/model.ts'
import { demoSeed } from '../../src/sandbox/cluster/seed.ts'
import { RESET_ACTIONS } from '../../src/sandbox/reset-actions.ts'
import type {
  LocalSlack,
  LocalSlackUser,
  Person,
  SlackMessage,
  SlackView,
} from '../../src/sandbox/slack/face.ts'
import { renderMessage, renderView } from '../../src/sandbox/slack/render.ts'
import { startLocalSlack } from '../../src/sandbox/slack/server.ts'
import { createTelemetry } from '../../src/telemetry.ts'
import { COMMANDS, SCOPES, SHORTCUTS } from './manifest.ts'

export const OPS = 'C0OPS'
export const PRIVATE = 'C0PRIVATE'
/** Told what the others do not take, where a test says so. */
export const FALLBACK = 'C0FALLBACK'
export const DEMO = { instance: 'ckafka-demo0001', group: 'orders-billing' }

/** In the channel as everybody, and none of them a full member of the workspace. */
export const STRANGERS: LocalSlackUser[] = [
  { id: 'U0GINA', name: 'gina', realName: 'gina', kind: 'guest' },
  { id: 'U0SOLO', name: 'solo', realName: 'solo', kind: 'singleChannelGuest' },
  { id: 'U0ERIN', name: 'erin', realName: 'erin', teamId: 'T0OTHER' },
  { id: 'U0ROBO', name: 'robo', realName: 'robo', kind: 'bot' },
  { id: 'U0GONE', name: 'gone', realName: 'gone', kind: 'deactivated' },
]

/** Enough calls for a test that is not about the limits: in 3.0 the API allows one a second of some. */
export const NO_WAITING = { CKAFKA_QUOTA_FACTOR: '100' }

/** Tests ask faster than people do. */
export const NO_LIMITS = { OPEN_PER_PERSON: 'off', OPEN_IN_ALL: 'off', SUBMISSIONS_A_MINUTE: 'off' }

export interface Product {
  slack: LocalSlack
  ckafka: CkafkaSimulator
  rewind: Rewind
  events: ProductEvent[]
  /** alice asks, bob and carol may decide (carol through a user group), dave is an outsider. */
  alice: Person
  bob: Person
  carol: Person
  dave: Person
  prefix: string
  /** Another process of the same installation. */
  startAnother(env?: Record<string, string>): Promise<Rewind>
  /** Asks for a reset with flags, submits the form as it is, and returns the card once there is a plan. */
  ask(flags: string): Promise<SlackMessage>
  /** Opens the approval modal from the card. */
  openReview(person: Person): Promise<SlackView>
  /** Opens it, types the group's name where it asks for that, and sends the decision. */
  review(person: Person, verdict: 'Approve' | 'Reject', note?: string): Promise<void>
  /** The newest. */
  card(): SlackMessage
  cardSays(words: string | RegExp, timeoutMs?: number): Promise<void>
  /** What a person reads in the thread under the card. */
  threadText(): string
  threadSays(words: string | RegExp, timeoutMs?: number): Promise<void>
  /** The lines of a CSV file, once it is posted, without its header. */
  csv(name: string): Promise<string[][]>
  /** The calls that move offsets: in 3.0 a plan that is exact is written with one for each topic. */
  callsToReset(): number
  stop(): Promise<void>
}

export interface ProductOptions {
  delivery?: 'socket' | 'http'
  /** 3.0 unless told otherwise. */
  dialect?: 'v2' | 'v3'
  seed?: ClusterSeed
  env?: Record<string, string>
  /** Of people by name, where it is not `en-US`. */
  locales?: Record<string, string>
  redisUrl?: string
  clock?: () => number
  /** The clusters that it serves, instead of the one at the simulator. */
  clusters?: (simulator: ClusterEntry) => readonly ClusterEntry[]
  /** Puts something between the product and the simulator, which is at this address. */
  ckafkaBehind?: (url: string) => Promise<string>
}

export async function startProduct(options: ProductOptions = {}): Promise<Product> {
  const delivery = options.delivery ?? 'socket'
  const dialect = options.dialect ?? 'v3'
  const prefix = `test-${randomUUID()}`
  const port = delivery === 'http' ? await freePort() : 0
  const now = options.clock === undefined ? {} : { now: options.clock }
  const ckafka = await startCkafkaSimulator({
    secretId: 'AKIDTEST',
    secretKey: 'SECRETTEST',
    seed: options.seed ?? demoSeed(Date.now()),
    ...now,
  })
  const slack = await startLocalSlack({
    delivery:
      delivery === 'socket'
        ? { kind: 'socket' }
        : { kind: 'http', url: () => `http://127.0.0.1:${port}/slack/events` },
    ...now,
    botToken: 'xoxb-test',
    appToken: 'xapp-test',
    signingSecret: 'shhh',
    scopes: SCOPES,
    commands: COMMANDS,
    shortcuts: SHORTCUTS,
    users: [
      ...['alice', 'bob', 'carol', 'dave'].map(name => ({
        id: `U0${name.toUpperCase()}`,
        name,
        realName: name,
        ...(name === 'bob' ? { tz: 'Asia/Shanghai' } : {}),
        locale: options.locales?.[name] ?? 'en-US',
      })),
      ...STRANGERS,
    ],
    channels: [
      {
        id: OPS,
        name: 'kafka-ops',
        members: ['U0ALICE', 'U0BOB', 'U0CAROL', 'U0DAVE', ...STRANGERS.map(({ id }) => id)],
        botIsMember: true,
      },
      { id: FALLBACK, name: 'kafka-fallback', members: ['U0BOB'], botIsMember: true },
      { id: PRIVATE, name: 'payments', private: true, members: ['U0ALICE', 'U0BOB'], botIsMember: false },
    ],
    userGroups: [
      { id: 'S0KAFKA', handle: 'kafka-approvers', name: 'Kafka approvers', users: ['U0CAROL'] },
      { id: 'S0ORDERS', handle: 'orders', name: 'Orders', users: ['U0BOB', 'U0CAROL'] },
      { id: 'S0PLATFORM', handle: 'platform', name: 'Platform', users: ['U0CAROL', 'U0DAVE'] },
    ],
  })
  const env: Record<string, string> = {
    SLACK_BOT_TOKEN: 'xoxb-test',
    ...(delivery === 'socket' ? { SLACK_APP_TOKEN: 'xapp-test' } : {}),
    SLACK_SIGNING_SECRET: 'shhh',
    SLACK_API_URL: slack.apiUrl,
    REDIS_URL: options.redisUrl ?? inject('redisUrl'),
    REDIS_PREFIX: prefix,
    CKAFKA_API: dialect,
    CKAFKA_ENDPOINT: (await options.ckafkaBehind?.(ckafka.url)) ?? ckafka.url,
    TENCENTCLOUD_SECRET_ID: 'AKIDTEST',
    TENCENTCLOUD_SECRET_KEY: 'SECRETTEST',
    APPROVERS: 'U0BOB,S0KAFKA',
    CALL_LATE: '1s',
    // A card that changes after its result is what only some tests are about.
    WATCH: 'off',
    HOST: '127.0.0.1',
    PORT: `${port}`,
    LOG_LEVEL: 'silent',
    // Each would start a process; the tests of them turn them on.
    PICTURES: 'off',
    ...NO_LIMITS,
    ...options.env,
  }
  const events: ProductEvent[] = []
  const running: Rewind[] = []

  async function startOne(extra: Record<string, string>): Promise<Rewind> {
    const settings = configOf({ ...env, ...extra })
    const [simulated] = settings.clusters
    const config =
      options.clusters === undefined || simulated === undefined
        ? settings
        : { ...settings, clusters: options.clusters(simulated) }
    const telemetry = createTelemetry(config.logLevel, config.role)
    const report = (event: ProductEvent) => {
      events.push(event)
      telemetry.report(event)
    }
    const rewind = await startRewind(config, { ...telemetry, report }, options.clock)
    let stopped: Promise<void> | undefined
    const stop = () => {
      stopped ??= rewind.stop()
      return stopped
    }
    running.push({ ...rewind, stop })
    return { ...rewind, stop }
  }

  const rewind = await startOne({})
  if (env.ROLE !== 'worker') await slack.waitForApp()
  const alice = slack.person('U0ALICE')

  const product: Product = {
    slack,
    ckafka,
    rewind,
    events,
    prefix,
    alice,
    bob: slack.person('U0BOB'),
    carol: slack.person('U0CAROL'),
    dave: slack.person('U0DAVE'),
    startAnother: (extra = {}) => startOne({ PORT: '0', ...extra }),
    async ask(flags) {
      const before = slack.messages(OPS).length
      await alice.command(OPS, `/reset-offsets ${flags}`)
      await alice.waitForView()
      const outcome = await alice.submit()
      if (outcome.kind !== 'closed') throw new Error(`The form stayed open: ${JSON.stringify(outcome)}`)
      await until(() => slack.messages(OPS).length > before)
      await product.cardSays(/^(?![\s\S]*being planned)/, 20_000)
      return product.card()
    },
    async openReview(person) {
      await person.press(product.card(), 'Review')
      return person.waitForView()
    },
    async review(person, verdict, note = '') {
      const view = await product.openReview(person)
      await person.fill('Decision', verdict)
      // The button says what is picked: what follows is about the window as it is then.
      await person.waitForView(({ submit }) => submit?.text.startsWith(verdict) === true)
      if (note !== '') await person.fill('Note', note)
      const isTyped = view.blocks.some(block => block.block_id === TYPED_GROUP)
      if (verdict === 'Approve' && isTyped) await person.fill(TYPED_GROUP, groupIn(view))
      const outcome = await person.submit()
      if (outcome.kind !== 'closed') throw new Error(`The modal stayed open: ${JSON.stringify(outcome)}`)
    },
    card() {
      const card = slack.messages(OPS).findLast(({ user }) => user === slack.botUserId)
      if (card === undefined) throw new Error('There is no card.')
      return card
    },
    cardSays: (words, timeoutMs) => says(slack, () => textOf(product.card()), words, timeoutMs),
    threadText: () => slack.thread(OPS, product.card().ts).map(textOf).join('\n'),
    threadSays: (words, timeoutMs) => says(slack, product.threadText, words, timeoutMs),
    async csv(name) {
      const posted = () => slack.files().find(file => file.name === name)
      await until(() => posted() !== undefined)
      const [, ...lines] = posted()?.content.toString('utf8').trim().split('\n') ?? []
      return lines.map(each => each.split(','))
    },
    callsToReset: () => ckafka.calls().filter(({ action }) => RESET_ACTIONS.includes(action)).length,
    async stop() {
      await Promise.all(running.map(each => each.stop()))
      await slack.close()
      await ckafka.close()
    },
  }
  return product
}

export function configOf(env: Record<string, string>): Config {
  const read = readConfig(env)
  if (!read.ok) throw new Error(read.problems.join('\n'))
  return read.config
}

const names = new Map(['alice', 'bob', 'carol', 'dave'].map(name => [`U0${name.toUpperCase()}`, name]))
const handles = new Map([
  ['S0KAFKA', 'kafka-approvers'],
  ['S0ORDERS', 'orders'],
  ['S0PLATFORM', 'platform'],
])
const lookup = {
  userName: (id: string) => names.get(id) ?? id,
  groupName: (id: string) => handles.get(id) ?? id,
}

/** A message as a person reads it in a terminal; before it, of a card, what a notification and a screen reader say. */
export function textOf(message: SlackMessage): string {
  const read = renderMessage(message, lookup).join('\n')
  const isCard = message.blocks?.some(({ type }) => type === 'header') === true
  return isCard ? `${message.text}\n${read}` : read
}

/** A modal likewise, its lines joined where they were only wrapped. Empty: none is open. */
export function viewText(view: SlackView | undefined): string {
  if (view === undefined) return ''
  const text = renderView(view, lookup).join('\n')
  return text.replace(/\s*│\n│\s*/g, ' ')
}

const TYPED_GROUP = 'typed_group'

/** The group that the approval modal is about: the first name in it that is set as code. */
function groupIn(view: SlackView): string {
  const [, group = ''] =
    /\{"type":"text","text":"([^"]*)","style":\{"code":true\}\}/.exec(JSON.stringify(view.blocks)) ?? []
  return group
}

/** It is rendered anew only where something has changed in the workspace. */
async function says(
  slack: LocalSlack,
  read: () => string,
  words: string | RegExp,
  timeoutMs = 10_000,
): Promise<void> {
  let hasChanged = true
  const stop = slack.onChange(() => {
    hasChanged = true
  })
  try {
    for (const end = performance.now() + timeoutMs; performance.now() < end; ) {
      if (hasChanged) {
        hasChanged = false
        const said = read()
        if (typeof words === 'string' ? said.includes(words) : words.test(said)) return
      }
      await new Promise(resolve => setTimeout(resolve, 10))
    }
  } finally {
    stop()
  }
  throw new Error(`${words} was not said within ${timeoutMs} ms:\n${read()}`)
}

export async function until(holds: () => boolean | Promise<boolean>, timeoutMs = 10_000): Promise<void> {
  for (const end = performance.now() + timeoutMs; performance.now() < end; ) {
    if (await holds()) return
    await new Promise(resolve => setTimeout(resolve, 10))
  }
  throw new Error(`It did not happen within ${timeoutMs} ms: ${holds}`)
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise(resolve => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('No free port.')
  return address.port
}

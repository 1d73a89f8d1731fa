// One real process of the built product with its port open to anybody, and the sandbox as the outside world; and what a
// stranger does there over a raw socket.

import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { inject } from 'vitest'
import { type Bot, startBot, stopBot } from '../../src/sandbox/bot.ts'
import { startCkafkaSimulator } from '../../src/sandbox/ckafka/start.ts'
import { demoSeed } from '../../src/sandbox/cluster/seed.ts'
import type { LocalSlack } from '../../src/sandbox/slack/face.ts'
import { startLocalSlack } from '../../src/sandbox/slack/server.ts'
import { COMMANDS, SCOPES, SHORTCUTS } from '../support/manifest.ts'
import { NO_LIMITS, OPS } from '../support/product.ts'

/** Whatever of these is printed is a secret that has got out. */
export const SECRETS = {
  botToken: 'xoxb-1234567890-veryverysecret',
  appToken: 'xapp-1-A111-222-veryverysecret',
  signingSecret: '8f742231b10e8888abcd99yyyzzz85a5',
  secretId: 'AKIDofthisteam',
  secretKey: 'SECRETKEYofthisteam',
  metricsToken: 'a-token-for-the-monitoring',
  /** Slack's own, in each of its payloads. */
  verificationToken: 'local-verification-token',
  /** What a stranger or a proxy sends along. */
  header: 'Bearer sent-by-somebody-else',
}

export interface PortStage {
  bot: Bot
  slack: LocalSlack
  port(): number
  prefix: string
  /** Resident memory now, in bytes. */
  rss(): number
  /** Of all the lines it has printed, those that hold one of the secrets. */
  leaks(): string[]
  /** How many faults it has told of. */
  faults(): number
  stop(): Promise<void>
}

export interface StageOptions {
  env?: Record<string, string>
  /** Where Slack is told that Rewind is; default: at its port. */
  endpoint?: (port: () => number) => string
  /** Puts something between Rewind and Slack's Web API, which is at this address. */
  apiBehind?: (apiUrl: string) => Promise<string>
}

export async function startPortStage(
  delivery: 'socket' | 'http',
  { env = {}, endpoint, apiBehind }: StageOptions = {},
): Promise<PortStage> {
  const prefix = `test-${randomUUID()}`
  const { botToken, appToken, signingSecret, secretId, secretKey } = SECRETS
  const ckafka = await startCkafkaSimulator({ secretId, secretKey, seed: demoSeed(Date.now()) })
  let bot: Bot | undefined
  const port = () => bot?.port ?? 0
  const slack = await startLocalSlack({
    delivery:
      delivery === 'socket'
        ? { kind: 'socket' }
        : { kind: 'http', url: () => endpoint?.(port) ?? `http://127.0.0.1:${port()}/slack/events` },
    botToken,
    appToken,
    signingSecret,
    scopes: SCOPES,
    commands: COMMANDS,
    shortcuts: SHORTCUTS,
    users: ['alice', 'bob', 'dave'].map(name => ({
      id: `U0${name.toUpperCase()}`,
      name,
      realName: name,
      locale: 'en-US',
    })),
    channels: [{ id: OPS, name: 'kafka-ops', members: ['U0ALICE', 'U0BOB', 'U0DAVE'], botIsMember: true }],
    userGroups: [],
  })
  bot = await startBot('all', {
    SLACK_BOT_TOKEN: botToken,
    ...(delivery === 'socket' ? { SLACK_APP_TOKEN: appToken } : {}),
    SLACK_SIGNING_SECRET: signingSecret,
    SLACK_API_URL: (await apiBehind?.(slack.apiUrl)) ?? slack.apiUrl,
    REDIS_URL: inject('redisUrl'),
    REDIS_PREFIX: prefix,
    CKAFKA_ENDPOINT: ckafka.url,
    CKAFKA_QUOTA_FACTOR: '100',
    TENCENTCLOUD_SECRET_ID: secretId,
    TENCENTCLOUD_SECRET_KEY: secretKey,
    APPROVERS: 'U0BOB',
    HOST: '127.0.0.1',
    PORT: '0',
    ...NO_LIMITS,
    ...env,
  })
  const running = bot
  const leaked: string[] = []
  let faults = 0
  running.onLine(line => {
    if (Object.values(SECRETS).some(secret => line.includes(secret))) leaked.push(line)
    if (line.includes('"event":"fault"')) faults += 1
  })
  await running.waitUntilReady()
  return {
    bot: running,
    slack,
    port,
    prefix,
    rss() {
      const status = readFileSync(`/proc/${running.pid}/status`, 'utf8')
      return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024
    },
    leaks: () => leaked,
    faults: () => faults,
    async stop() {
      await stopBot(running)
      await slack.close()
      await ckafka.close()
    },
  }
}

/** `status` 0: closed without an answer. `none`: neither within the time. */
export type RawAnswer =
  | { kind: 'answered'; status: number; text: string }
  | { kind: 'closed' }
  | { kind: 'none' }

export interface RawOptions {
  /** The other side has ended the exchange by then. */
  withinMs?: number
  /** Goes on after the bytes; its end is not waited for. */
  andThen?: (socket: Socket) => void
}

/** Writes the bytes to a new connection, and takes what comes until the first answer is there or the connection ends. */
export function exchangeRaw(
  port: number,
  bytes: string | Buffer,
  { withinMs = 5_000, andThen }: RawOptions = {},
): Promise<RawAnswer> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1')
    let text = ''
    const end = (answer: RawAnswer) => {
      clearTimeout(timer)
      socket.destroy()
      resolve(answer)
    }
    const timer = setTimeout(() => end({ kind: 'none' }), withinMs)
    const settle = () => end(answerIn(text) ?? { kind: 'closed' })
    socket.setEncoding('latin1')
    socket.on('data', chunk => {
      text += chunk
      const answer = answerIn(text)
      if (answer !== null) end(answer)
    })
    socket.on('close', settle)
    socket.on('end', settle)
    // A close follows.
    socket.on('error', () => {})
    socket.write(bytes)
    andThen?.(socket)
  })
}

/** The status of the first answer that is not an interim one. */
function answerIn(text: string): RawAnswer | null {
  for (const [, status] of text.matchAll(/(?:^|\r\n\r\n)HTTP\/1\.1 (\d{3}) [^\r]*(?=\r\n)/g)) {
    if (Number(status) >= 200) return { kind: 'answered', status: Number(status), text }
  }
  return null
}

export function requestOf(
  line: string,
  headers: Record<string, string | string[]> = {},
  body: string | Buffer = '',
): Buffer {
  const all = { host: 'rewind.example', authorization: SECRETS.header, ...headers }
  const lines = Object.entries(all).flatMap(([name, values]) =>
    [values].flat().map(value => `${name}: ${value}`),
  )
  return Buffer.concat([Buffer.from(`${[line, ...lines].join('\r\n')}\r\n\r\n`, 'latin1'), Buffer.from(body)])
}

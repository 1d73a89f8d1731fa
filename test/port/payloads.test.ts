// Payloads of every listener with something wrong in them, in Slack's name: signed over HTTP, and in frames of Socket Mode.
// FUZZ_REQUESTS says how many, and FUZZ_SEED which.
// @module-tag long

import { once } from 'node:events'
import { createServer, type IncomingMessage, request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { connectRedis } from '../../src/adapters/redis/connect.ts'
import { createRedisStore } from '../../src/adapters/redis/store.ts'
import { signRequest } from '../../src/sandbox/slack/signature.ts'
import { createRandom } from '../faults/random.ts'
import { configOf, until } from '../support/product.ts'
import { mutated, vitalPathsOf, WRONG, withAt } from './mutation.ts'
import { type Body, type Example, listening, type RecordingStage, startRecordingStage } from './recording.ts'
import { SECRETS, startPortStage } from './stage.ts'

const REQUESTS = Math.ceil(Number(process.env.FUZZ_REQUESTS ?? 300) / 3)
const SEED = Number(process.env.FUZZ_SEED ?? 20_261_129)
const AT_ONCE = 16
const SLACK_WAITS_MS = 3_000
const LONG_MS = 60_000 + REQUESTS * 60

let stage: RecordingStage
const redis = connectRedis(configOf({ ...ENV(), REDIS_URL: inject('redisUrl') }).redis, () => {})

beforeAll(async () => {
  stage = await startRecordingStage()
})
afterAll(async () => {
  await stage.stop()
  redis.disconnect()
})

it('has an example of what every listener takes', () => {
  const kinds = new Set(stage.examples.map(({ name }) => name))
  expect(kinds.size).toBeGreaterThan(60)
  for (const name of [
    'event app_home_opened',
    'message_action reset_from_alert',
    'view_submission break_glass',
  ]) {
    expect(kinds).toContain(name)
  }
})

it(
  'changes nothing for a payload without something that it takes, and answers it in time',
  async () => {
    // What was asked for beforehand is still being told in the thread.
    let before = await standing()
    for (let last = ''; last !== JSON.stringify(before); before = await standing()) {
      last = JSON.stringify(before)
      await delay(500)
    }
    expect(Object.keys(before)).toEqual(['R-1', 'R-2'])
    const spoilt = stage.examples.flatMap(example =>
      vitalPathsOf(example).flatMap(path =>
        WRONG.map(value => () => ({ ...example, body: withAt(example.body, path, value) })),
      ),
    )
    const random = createRandom(SEED)
    const drawn =
      spoilt.length > REQUESTS ? spoilt.filter(() => random.chance(REQUESTS / spoilt.length)) : spoilt
    const faults = stage.faults()
    await deliverAll(drawn.map(spoil => spoil()))
    await delay(500)
    expect(stage.faults() - faults).toBeLessThanOrEqual(drawn.length)
    expect(await standing()).toEqual(before)
    await isWell()
  },
  LONG_MS,
)

it(
  'goes on, and answers in time, whatever is changed in a payload',
  async () => {
    const random = createRandom(SEED).fork('anything')
    const drawn = Array.from({ length: REQUESTS }, () => {
      const example = random.pick(stage.examples)
      return { ...example, body: mutated(random, example.body) }
    })
    await deliverAll(drawn)
    await isWell()
  },
  LONG_MS,
)

it(
  'goes on over Socket Mode, whatever is in a frame, and what is right is still acknowledged',
  async () => {
    const random = createRandom(SEED).fork('frames')
    const link = await startLink()
    const other = await startPortStage('socket', { apiBehind: link.behind })
    const types = { command: 'slash_commands', interactive: 'interactive', event: 'events_api' }
    try {
      for (let left = REQUESTS; left > 0; left--) {
        const { kind, body } = random.pick(stage.examples)
        const frame = { envelope_id: `e-${left}`, type: types[kind], payload: mutated(random, body) }
        link.send(JSON.stringify(random.chance(0.8) ? frame : mutated(random, frame)))
        if (random.chance(0.1)) link.send(random.pick(FRAMES))
        // As Slack would: not all at once.
        if (left % 50 === 0) await delay(20)
      }
      const home = stage.examples.find(({ kind }) => kind === 'event')?.body ?? {}
      for (const [id, payload] of [
        ['no event', { ...home, event: null }],
        ['no type', { event: {} }],
        ['right', home],
      ]) {
        link.send(JSON.stringify({ envelope_id: id, type: 'events_api', payload }))
        await until(() => link.acknowledged().includes(String(id)))
      }
      expect(other.bot.exit).toBeUndefined()
      expect(other.leaks()).toEqual([])
      expect((await fetch(`http://127.0.0.1:${other.port()}/readyz`)).status).toBe(200)
    } finally {
      await other.stop()
      link.close()
    }
  },
  LONG_MS,
)

const FRAMES = [
  ...[
    'null',
    '[]',
    '1',
    '""',
    '{',
    '{}',
    '{"type":null}',
    '{"type":"error"}',
    '{"type":"close"}',
    '{"type":"ws_message"}',
  ],
  ...[
    '{"type":"connected"}',
    '{"type":"events_api"}',
    '{"type":"events_api","envelope_id":"x"}',
    '{"type":"slack_event"}',
  ],
  ...[
    '{"type":"events_api","envelope_id":"x","payload":null}',
    '{"type":"interactive","envelope_id":7,"payload":{}}',
  ],
]

/** Sends them in Slack's name, some at a time. Throws for one that is not answered as it ought to be. */
async function deliverAll(examples: readonly Example[]): Promise<void> {
  const queue = [...examples]
  async function deliverSome(): Promise<void> {
    for (let example = queue.pop(); example !== undefined; example = queue.pop()) {
      const startedMs = performance.now()
      const status = await deliver(example)
      const tookMs = performance.now() - startedMs
      if (![200, 400, 404, 413, 500].includes(status) || tookMs > SLACK_WAITS_MS) {
        throw new Error(
          `${status} in ${tookMs} ms to ${example.name} ${JSON.stringify(example.body).slice(0, 3_000)}`,
        )
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, deliverSome))
}

/** Each on a connection of its own: one that is kept may be closed just when it is used again. */
async function deliver({ kind, body }: Example): Promise<number> {
  const text = kind === 'event' ? JSON.stringify(body) : formOf(kind, body)
  const seconds = Math.floor(Date.now() / 1000)
  const sending = request({
    ...{ host: '127.0.0.1', port: stage.port(), path: '/slack/events', method: 'POST', agent: false },
    headers: {
      'content-type': kind === 'event' ? 'application/json' : 'application/x-www-form-urlencoded',
      'content-length': Buffer.byteLength(text),
      'x-slack-request-timestamp': `${seconds}`,
      'x-slack-signature': signRequest(SECRETS.signingSecret, seconds, text),
    },
  })
  sending.end(text)
  const [answer] = (await once(sending, 'response')) as [IncomingMessage]
  answer.resume()
  return answer.statusCode ?? 0
}

function formOf(kind: Example['kind'], body: Body): string {
  return kind === 'command'
    ? new URLSearchParams(
        Object.entries(body).map(([key, value]): [string, string] => [
          key,
          typeof value === 'string' ? value : JSON.stringify(value),
        ]),
      ).toString()
    : new URLSearchParams({ payload: JSON.stringify(body) }).toString()
}

/** Every request, and how often it has changed. */
async function standing(): Promise<Record<string, number>> {
  const versions: Record<string, number> = {}
  for await (const { id, version } of createRedisStore(redis, stage.prefix).readTrails())
    versions[id] = version
  return versions
}

async function isWell(): Promise<void> {
  expect(stage.bot.exit).toBeUndefined()
  expect(stage.leaks()).toEqual([])
  expect((await fetch(`http://127.0.0.1:${stage.port()}/readyz`)).status).toBe(200)
  expect(await deliver(stage.examples.find(({ kind }) => kind === 'event') as Example)).toBe(200)
}

/** Slack's Web API with a socket of its own in the place of Slack's, over which anything can be sent. */
async function startLink() {
  const sockets = new WebSocketServer({ noServer: true })
  const open: WebSocket[] = []
  const acknowledged: string[] = []
  let api = new URL('http://127.0.0.1')
  const server = createServer((incoming, response) => {
    const { method, headers, url = '' } = incoming
    if (url.endsWith('/apps.connections.open')) {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ ok: true, url: `ws://${headers.host}/link` }))
      return
    }
    incoming.pipe(
      request({ host: api.hostname, port: api.port, path: url, method, headers }, answer => {
        response.writeHead(answer.statusCode ?? 500, answer.headers)
        answer.pipe(response)
      }),
    )
  })
  server.on('upgrade', (incoming, socket, head) =>
    sockets.handleUpgrade(incoming, socket, head, one => {
      open.push(one)
      one.on('message', data => acknowledged.push(String(JSON.parse(String(data)).envelope_id)))
      one.send(JSON.stringify({ type: 'hello', num_connections: 1, connection_info: { app_id: 'A1' } }))
    }),
  )
  const port = await listening(server)
  return {
    acknowledged: () => acknowledged,
    send: (text: string) => open.at(-1)?.send(text),
    async behind(apiUrl: string) {
      api = new URL(apiUrl)
      return `http://127.0.0.1:${port}/api/`
    },
    close() {
      for (const one of sockets.clients) one.terminate()
      server.close()
      server.closeAllConnections()
    },
  }
}

function ENV(): Record<string, string> {
  const [id, key] = [SECRETS.secretId, SECRETS.secretKey]
  return { ROLE: 'worker', TENCENTCLOUD_SECRET_ID: id, TENCENTCLOUD_SECRET_KEY: key }
}

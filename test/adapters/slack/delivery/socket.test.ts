// The connection of Socket Mode against a server that answers whatever it likes: the process lives, and connects again.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type App, LogLevel } from '@slack/bolt'
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { createSocket } from '../../../../src/adapters/slack/delivery/socket.ts'
import { type ProxyManners, startConnectProxy } from '../../../support/connect-proxy.ts'
import { until } from '../../../support/product.ts'
import { startTcpProxy } from '../../../support/tcp-proxy.ts'

const silent = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  setName() {},
  getLevel: () => LogLevel.ERROR,
}
const HELLO = JSON.stringify({ type: 'hello' })

type Answer = { status?: number; headers?: Record<string, string>; body: string } | 'cut'

/** Answers apps.connections.open as told, and then with an address that says hello. */
async function startServer(answers: Answer[], link?: string) {
  const sockets: WebSocket[] = []
  const opened: number[] = []
  const websockets = new WebSocketServer({ noServer: true })
  let greeting: string | null = HELLO
  const server = createServer((_request, response) => {
    opened.push(performance.now())
    const next = answers.shift()
    if (next === 'cut') return response.destroy()
    const own = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/link`
    const address = { ok: true, url: link ?? own }
    const { status = 200, headers = {}, body } = next ?? { body: JSON.stringify(address) }
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body)
  })
  server.on('upgrade', (request, socket, head) => {
    websockets.handleUpgrade(request, socket, head, websocket => {
      sockets.push(websocket)
      if (greeting !== null) websocket.send(greeting)
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/`,
    sockets,
    opened,
    linkTo(address: string) {
      link = address
    },
    greetWith(frame: string | null) {
      greeting = frame
    },
    async close() {
      for (const socket of websockets.clients) socket.terminate()
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

const COMMAND = JSON.stringify({
  command: '/x',
  text: '',
  user_id: 'U1',
  channel_id: 'C1',
  trigger_id: '1',
  response_url: 'http://127.0.0.1/',
})
const frameOf = (payload: string) => `{"type":"slash_commands","envelope_id":"2","payload":${payload}}`

const unhandled: unknown[] = []
const note = (error: unknown) => void unhandled.push(error)
beforeAll(() => void process.on('unhandledRejection', note))
afterAll(() => {
  process.off('unhandledRejection', note)
  expect(unhandled).toEqual([])
})

/** `onEvent` throws or rejects where the app does. All of it ends with the test. */
async function connect(
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  answers: Answer[] = [],
  onEvent: (event: unknown, link: Awaited<ReturnType<typeof startServer>>) => unknown = () => {},
) {
  const faults: Error[] = []
  const payloadFaults: unknown[] = []
  const events: unknown[] = []
  const server = await startServer(answers)
  const socket = createSocket({
    appToken: 'xapp-test',
    address: { slackApiUrl: server.url },
    proxies: null,
    logger: silent,
    onFault: error => faults.push(error),
    onConnected: () => {},
    report: event => payloadFaults.push(event),
  })
  onTestFinished(async () => {
    await Promise.race([socket.stop(), new Promise(resolve => setTimeout(resolve, 500))])
    await server.close()
  })
  const processEvent = async (event: { body: unknown }) => {
    events.push(event.body)
    await onEvent(event, server)
  }
  socket.init({ processEvent } as unknown as App)
  await socket.start()
  return { server, socket, faults, payloadFaults, events }
}

const refusing = (error: string): Answer => ({ body: JSON.stringify({ ok: false, error }) })
const ANSWERS: [string, Answer][] = [
  ...['not_authed', 'invalid_auth', 'account_inactive', 'user_removed_from_team', 'team_disabled'].map(
    (error): [string, Answer] => [error, refusing(error)],
  ),
  ['an error nobody has heard of', refusing('something_new')],
  ['internal_error', refusing('internal_error')],
  ['HTTP 500', { status: 500, body: 'oops' }],
  ['HTTP 403 of a proxy', { status: 403, body: '<html>' }],
  ['HTTP 429', { status: 429, headers: { 'retry-after': '1' }, body: '{"ok":false,"error":"ratelimited"}' }],
  ['HTTP 429 without a time', { status: 429, body: '{"ok":false}' }],
  ['a redirect', { status: 302, headers: { location: 'http://127.0.0.1:1/' }, body: '' }],
  ['a page', { body: '<html>hello</html>' }],
  ['nothing', { body: '' }],
  ['null', { body: 'null' }],
  ['no address', { body: '{"ok":true}' }],
  ['an address that is none', { body: '{"ok":true,"url":"::not an address::"}' }],
  ['an address of another kind', { body: '{"ok":true,"url":"ftp://127.0.0.1/x"}' }],
  ['an address where nobody listens', { body: '{"ok":true,"url":"ws://127.0.0.1:1/link"}' }],
  ['a broken connection', 'cut'],
]

const SOME = ['invalid_auth', 'HTTP 429', 'a page', 'an address where nobody listens', 'a broken connection']

/** At once, because each waits for most of its time, in a world of its own. */
describe.concurrent('whatever Slack answers to a connect', () => {
  for (const [name, answer] of ANSWERS) {
    it(`${name}: it is tried again until it works`, async test => {
      const { socket, faults } = await connect(test, [answer])
      await until(() => socket.isConnected())
      expect(faults).toHaveLength(1)
      expect(socket.trouble()).toBeNull()
    })

    // A reconnect goes the same way as a connect: some of them stand for all.
    const tags = SOME.includes(name) ? [] : ['long']
    it(`${name}, to a reconnect: likewise`, { tags }, async test => {
      const answers: Answer[] = []
      const { server, socket, faults } = await connect(test, answers)
      await until(() => socket.isConnected())
      answers.push(answer)
      server.sockets[0]?.terminate()
      await until(() => faults.length === 1)
      expect(socket.isConnected()).toBe(false)
      await until(() => socket.isConnected())
      expect(server.opened).toHaveLength(3)
    })
  }

  it('again and again the same: with growing waits, and said once', async test => {
    const { server, socket, faults } = await connect(
      test,
      Array.from({ length: 50 }, () => refusing('invalid_auth')),
    )
    await until(() => server.opened.length === 4)
    const waits = server.opened.slice(1).map((at, index) => at - (server.opened[index] ?? 0))
    expect(waits[1]).toBeGreaterThan((waits[0] ?? 0) * 2)
    expect(waits[2]).toBeGreaterThan((waits[1] ?? 0) * 1.5)
    expect(faults.map(error => error.message)).toEqual([expect.stringContaining('invalid_auth')])
    expect(socket.trouble()).toBe('invalid_auth')
    expect(socket.isConnected()).toBe(false)
  })
})

describe.concurrent('a connection', () => {
  it('that Slack closes before it has said hello is made again', async test => {
    const { server, socket } = await connect(test)
    await until(() => socket.isConnected())
    server.greetWith(JSON.stringify({ type: 'disconnect', reason: 'too_many_websockets' }))
    server.sockets[0]?.terminate()
    await until(() => server.sockets.length === 2)
    server.sockets[1]?.close()
    server.greetWith(HELLO)
    await until(() => server.sockets.length === 3)
    await until(() => socket.isConnected())
  })

  it('that Slack asks to end is replaced at once', async test => {
    const { server, socket } = await connect(test)
    await until(() => socket.isConnected())
    const beganMs = performance.now()
    server.sockets[0]?.send(JSON.stringify({ type: 'disconnect', reason: 'refresh_requested' }))
    await until(() => server.sockets.length === 2)
    await until(() => socket.isConnected())
    expect(performance.now() - beganMs).toBeLessThan(2_000)
  })

  for (const [name, frame] of [
    ['null', 'null'],
    ['a number', '7'],
    ['text', '"x"'],
    ['no JSON', '{{{'],
    ['a list', '[]'],
    ['an event without an event', '{"type":"events_api","envelope_id":"1","payload":{}}'],
    ['an event without a payload', '{"type":"events_api","envelope_id":"1"}'],
    ['app_rate_limited', '{"type":"events_api","envelope_id":"1","payload":{"type":"app_rate_limited"}}'],
    ['no type', '{"envelope_id":"1"}'],
    ['the name of a lifecycle event', '{"type":"error","envelope_id":"1","payload":{}}'],
    ['the name of an end', '{"type":"disconnected","envelope_id":"1","payload":{}}'],
  ]) {
    it(`lives through a frame that is ${name}`, async test => {
      const { server, socket, events } = await connect(test)
      await until(() => socket.isConnected())
      server.sockets[0]?.send(frame ?? '')
      await until(() => {
        server.sockets.at(-1)?.send(frameOf(COMMAND))
        return events.some(event => JSON.stringify(event) === COMMAND)
      })
      await until(() => socket.isConnected())
    })
  }

  it('that is dead and was not closed is found by the pings that nobody answers, and another is made within 15 s', {
    tags: ['long'],
    timeout: 40_000,
  }, async test => {
    const { server, socket, faults } = await connect(test)
    const proxy = await startTcpProxy(Number(new URL(server.url).port))
    test.onTestFinished(proxy.close)
    await until(() => socket.isConnected())
    server.linkTo(`ws://127.0.0.1:${proxy.port}/link`)
    server.sockets[0]?.terminate()
    await until(() => server.sockets.length === 2 && socket.isConnected())
    // Some pings are answered first.
    await new Promise(resolve => setTimeout(resolve, 4_000))
    expect(server.sockets).toHaveLength(2)
    proxy.abandon()
    await until(() => !socket.isConnected(), 12_000)
    await until(() => server.sockets.length === 3 && socket.isConnected(), 3_000)
    // One that answers no ping from the first on, and says hello.
    proxy.clear()
    server.sockets[2]?.pause()
    await until(() => server.sockets.length === 4 && socket.isConnected(), 15_000)
    expect(faults).toEqual([])
  })

  it('lives through a listener that throws, and through an answer to a socket that is gone', async test => {
    const { server, socket, payloadFaults } = await connect(test, [], async (event, link) => {
      link.sockets[0]?.terminate()
      await new Promise(resolve => setTimeout(resolve, 100))
      await (event as { ack(): Promise<void> }).ack()
      throw new Error('not reached')
    })
    await until(() => socket.isConnected())
    server.sockets[0]?.send(frameOf(COMMAND))
    await until(() => payloadFaults.length === 1)
    await until(() => server.sockets.length === 2)
    await until(() => socket.isConnected())
  })
})

describe.concurrent('through a proxy', () => {
  /** No name of the system: only the proxy knows it. */
  const HOST = 'slack.test'

  async function connectThrough(
    test: Pick<TestContext, 'onTestFinished'>,
    manners: ProxyManners = 'connect',
  ) {
    const port = (url: string) => Number(new URL(url).port)
    const server = await startServer([], `ws://${HOST}/link`)
    const proxy = await startConnectProxy({ [`${HOST}:80`]: port(server.url) })
    proxy.behave(manners)
    const faults: Error[] = []
    const socket = createSocket({
      appToken: 'xapp-test',
      address: { slackApiUrl: `http://${HOST}/api/` },
      proxies: { https: null, http: proxy.url, except: '' },
      logger: silent,
      onFault: error => faults.push(error),
      onConnected: () => {},
      report: () => {},
    })
    test.onTestFinished(async () => {
      await Promise.race([socket.stop(), new Promise(resolve => setTimeout(resolve, 500))])
      await proxy.close()
      await server.close()
    })
    socket.init({ processEvent: async () => {} } as unknown as App)
    await socket.start()
    return { server, proxy, socket, faults }
  }

  it('it connects, connects again when that breaks off, and leaves nothing open', async test => {
    const { server, proxy, socket } = await connectThrough(test)
    await until(() => socket.isConnected())
    expect(proxy.asked).toEqual([`${HOST}:80`, `${HOST}:80`])
    proxy.cut()
    await until(() => server.sockets.length === 2)
    await until(() => socket.isConnected())
    server.sockets[1]?.send(JSON.stringify({ type: 'disconnect', reason: 'refresh_requested' }))
    await until(() => server.sockets.length === 3)
    await socket.stop()
    // One may be kept for the next call of the Web API.
    await until(() => proxy.open() <= 1)
  })

  const MINUTE = { tags: ['long'], timeout: 60_000 }
  it('ends a connection that Slack does not close', MINUTE, async test => {
    const { server, proxy, socket } = await connectThrough(test)
    await until(() => socket.isConnected())
    server.sockets[0]?.pause()
    void socket.stop()
    await until(() => proxy.open() === 0, 45_000)
  })

  it('finds one that is dead and was not closed', MINUTE, async test => {
    const { server, socket } = await connectThrough(test)
    await until(() => socket.isConnected())
    server.sockets[0]?.pause()
    await until(() => server.sockets.length === 2 && socket.isConnected(), 15_000)
  })

  it('says that it is the proxy that does not let it through, and goes on trying', async test => {
    const { proxy, socket, faults } = await connectThrough(test, 407)
    await until(() => proxy.asked.length === 2)
    const said = `the proxy ${proxy.place} wants a user and a password that it knows (HTTP 407)`
    expect(socket.trouble()).toBe(said)
    expect(faults).toHaveLength(1)
    proxy.behave('connect')
    await until(() => socket.isConnected())
  })

  it('says so likewise where only the address of the socket is not let through', async test => {
    const { proxy, socket, faults, server } = await connectThrough(test)
    await until(() => socket.isConnected())
    server.linkTo('ws://elsewhere.test/link')
    server.sockets[0]?.terminate()
    await until(() => faults.length === 1)
    expect(socket.trouble()).toBe(`the proxy ${proxy.place} made no connection: it answered with HTTP 502`)
  })
})

it('takes no new connection once it is stopped', async test => {
  const { server, socket } = await connect(test, [refusing('invalid_auth')])
  await until(() => server.opened.length === 1)
  await socket.stop()
  await new Promise(resolve => setTimeout(resolve, 600))
  expect(server.opened.length).toBe(1)
  expect(server.sockets).toHaveLength(0)
})

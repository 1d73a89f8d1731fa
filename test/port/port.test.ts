// What a stranger can do at the port of a real process: be answered, or lose the connection, and nothing else.

import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { signRequest } from '../../src/sandbox/slack/signature.ts'
import { exchangeRaw, type PortStage, requestOf, SECRETS, startPortStage } from './stage.ts'

const MB = 1_000_000
const FORM = 'application/x-www-form-urlencoded'

let stage: PortStage
const send = (line: string, headers: Record<string, string | string[]> = {}, body: string | Buffer = '') =>
  exchangeRaw(stage.port(), requestOf(line, headers, body))
const statusOf = async (...request: Parameters<typeof send>) => {
  const answer = await send(...request)
  return answer.kind === 'answered' ? answer.status : answer.kind
}
const signed = (body: string, seconds = Math.floor(Date.now() / 1000)) => ({
  'x-slack-request-timestamp': `${seconds}`,
  'x-slack-signature': signRequest(SECRETS.signingSecret, seconds, body),
  'content-length': `${Buffer.byteLength(body)}`,
})
const signedJson = (body: string) =>
  send('POST /slack/events HTTP/1.1', { 'content-type': 'application/json', ...signed(body) }, body)

async function isWell(): Promise<void> {
  expect(stage.bot.exit).toBeUndefined()
  expect(await statusOf('GET /healthz HTTP/1.1')).toBe(200)
  expect(stage.leaks()).toEqual([])
}

const TARGETS = [
  '//',
  '///',
  '/\\',
  '//[',
  '//[::1',
  '/%',
  '/%zz',
  '*',
  'http://[',
  'http:',
  'x:y',
  '?',
  '/..//../',
]
const METHODS = ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE', 'PROPFIND', 'M-SEARCH', 'QUERY']

for (const delivery of ['socket', 'http'] as const) {
  // The same server with less behind it, where Slack delivers over Socket Mode.
  describe(`at the port, with ${delivery} delivery`, { tags: delivery === 'http' ? [] : ['long'] }, () => {
    atThePort(delivery)
    if (delivery === 'http') describe('Slack', slackAtThePort)
  })
}

function atThePort(delivery: 'socket' | 'http'): void {
  beforeAll(async () => {
    stage = await startPortStage(delivery)
  })
  afterAll(async () => {
    await stage.stop()
  })

  // The first four wait for connections to be closed, and do not disturb one another.
  it.concurrent.each(TARGETS)('answers the target %s like any that is not there', async target => {
    for (const method of ['GET', 'POST', 'HEAD']) {
      expect([400, 404]).toContain(await statusOf(`${method} ${target} HTTP/1.1`))
    }
    await isWell()
  })

  it.concurrent('answers every method', async () => {
    for (const method of METHODS) {
      const wanted = ['M-SEARCH', 'QUERY', 'PROPFIND'].includes(method) ? [400, 405, 404] : [405, 404]
      expect(wanted).toContain(await statusOf(`${method} /slack/events HTTP/1.1`))
      const asked = await statusOf(`${method} /healthz HTTP/1.1`)
      expect([['GET', 'HEAD'].includes(method) ? 200 : 405, 400]).toContain(asked)
    }
    expect(await statusOf('GET http://rewind.example/healthz HTTP/1.1')).toBe(200)
    await isWell()
  })

  it.concurrent('survives what is no request, an upgrade, a tunnel and an expectation', async () => {
    const bytes = ['GET / HTTP/9.9\r\n\r\n', '\0\x16\x03\x01', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n']
    const ended = await Promise.all(bytes.map(each => exchangeRaw(stage.port(), each, { withinMs: 8_000 })))
    expect(ended.filter(({ kind }) => kind === 'none')).toEqual([])
    const upgrade = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-key': 'x' }
    expect([404, 405, 'closed']).toContain(await statusOf('GET /slack/events HTTP/1.1', upgrade))
    expect(['closed', 400, 404, 405]).toContain(await statusOf('CONNECT example.com:443 HTTP/1.1'))
    expect([417, 400]).toContain(await statusOf('GET /healthz HTTP/1.1', { expect: 'a-miracle' }))
    const twice = { 'content-length': ['1', '2'] }
    expect(await statusOf('POST /slack/events HTTP/1.1', twice, 'ab')).toBe(400)
    expect(await statusOf('GET /healthz HTTP/1.1', { 'x-filler': 'x'.repeat(100_000) })).toBe(431)
    const many = await exchangeRaw(stage.port(), Buffer.concat(Array(500).fill(requestOf('GET / HTTP/1.1'))))
    expect(many.kind).not.toBe('none')
    await isWell()
  })

  it.runIf(delivery === 'http')(
    'keeps no connection for somebody who says little or nothing',
    { concurrent: true },
    async () => {
      const open = Array.from({ length: 20 }, () => connect(stage.port(), '127.0.0.1'))
      open.slice(0, 10).forEach(socket => void socket.write('POST /slack/events HTTP/1.1\r\nhost: x\r\n'))
      for (const socket of open.slice(0, 5)) socket.write('content-length: 9\r\ncontent-type: text/plain\r\n')
      const closed = await Promise.all(open.map(socket => isClosedWithin(socket, 9_000)))
      expect(closed).not.toContain(false)
      await isWell()
    },
  )

  it('serves others while somebody opens connections and says nothing', async () => {
    const open = Array.from({ length: 2_000 }, () => silent(stage.port()))
    await delay(300)
    expect(await statusOf('GET /healthz HTTP/1.1')).toBe(200)
    if (delivery === 'http') expect((await signedJson(CHALLENGE)).kind).toBe('answered')
    for (const socket of open) socket.destroy()
    await isWell()
  })

  it('holds next to nothing for 150 strangers with 4 MB each', { tags: ['long'] }, async () => {
    const before = stage.rss()
    let most = before
    const watch = setInterval(() => {
      most = Math.max(most, stage.rss())
    }, 10)
    onTestFinished(() => clearInterval(watch))
    const piece = Buffer.alloc(4 * MB, 'a')
    const claims = { 'content-type': FORM, ...signed(''), 'x-slack-signature': `v0=${'0'.repeat(64)}` }
    const whole = requestOf(
      'POST /slack/events HTTP/1.1',
      { ...claims, 'content-length': `${4 * MB}` },
      piece,
    )
    const { 'content-length': _, ...unsized } = claims
    const chunk = Buffer.concat([Buffer.from(`${(900_000).toString(16)}\r\n`), piece.subarray(0, 900_000)])
    const chunked = Buffer.concat([
      requestOf('POST /slack/events HTTP/1.1', { ...unsized, 'transfer-encoding': 'chunked' }),
      chunk,
    ])
    // Three times as many cost no more.
    for (let round = 0; round < 3; round++) {
      const answers = await Promise.all(
        Array.from({ length: 150 }, (_each, index) =>
          exchangeRaw(stage.port(), index % 2 === 0 ? whole : chunked, { withinMs: 1_500 }),
        ),
      )
      expect(answers.filter(each => each.kind === 'answered' && each.status < 400)).toEqual([])
      // Those last to come may still go on for a while; more of them on a busy machine.
      expect(answers.filter(({ kind }) => kind === 'none').length).toBeLessThan(75)
    }
    clearInterval(watch)
    expect((most - before) / MB).toBeLessThan(200)
    await isWell()
  })
}

const CHALLENGE = JSON.stringify({ type: 'url_verification', challenge: 'c' })

function slackAtThePort(): void {
  it('is recognised by its signature, and nobody else is', async () => {
    const asJson = { 'content-type': 'application/json' }
    const post = 'POST /slack/events HTTP/1.1'
    const answer = await signedJson(CHALLENGE)
    expect(answer).toMatchObject({ status: 200, text: expect.stringContaining('{"challenge":"c"}') })
    const old = Math.floor(Date.now() / 1000) - 400
    const wrong = [
      {},
      { 'x-slack-signature': signed(CHALLENGE)['x-slack-signature'] },
      { 'x-slack-request-timestamp': `${Math.floor(Date.now() / 1000)}` },
      signed(CHALLENGE, old),
      { ...signed(CHALLENGE), 'x-slack-signature': 'v0=' },
      { ...signed(CHALLENGE), 'x-slack-signature': `v1=${signed(CHALLENGE)['x-slack-signature'].slice(3)}` },
      { ...signed(CHALLENGE), 'x-slack-request-timestamp': ['1', '2'] },
      signed(`${CHALLENGE} `),
    ]
    for (const headers of wrong) {
      const sent = { ...asJson, ...headers, 'content-length': `${CHALLENGE.length}` }
      expect(await statusOf(post, sent, CHALLENGE)).toBe(401)
    }
    await isWell()
  })

  it('gets 413 for a body in chunks of one byte, each of which costs as much as a thousand', async () => {
    const { 'content-length': _, ...claims } = signed('')
    const head = requestOf('POST /slack/events HTTP/1.1', {
      'content-type': FORM,
      ...claims,
      'transfer-encoding': 'chunked',
    })
    const crumbs = Buffer.concat([head, Buffer.from('1\r\na\r\n'.repeat(5_000))])
    const answer = await exchangeRaw(stage.port(), crumbs, { withinMs: 4_000 })
    expect(answer).toMatchObject({ kind: 'answered', status: 413 })
  })

  it('gets 415 for another type, 413 for more than Slack sends, and 400 for what cannot be read', async () => {
    const post = 'POST /slack/events HTTP/1.1'
    expect(await statusOf(post, { 'content-type': 'text/plain', ...signed('x') }, 'x')).toBe(415)
    expect(await statusOf(post, signed('x'), 'x')).toBe(415)
    const large = 'x'.repeat(1_100_000)
    expect(await statusOf(post, { 'content-type': FORM, ...signed(large) }, large)).toBe(413)
    for (const body of [
      '',
      'null',
      '[]',
      '"x"',
      '1',
      '{',
      '{"type":"url_verification"}',
      `{"a":${'['.repeat(9_000)}`,
    ]) {
      expect(await signedJson(body)).toMatchObject({ status: 400 })
    }
    for (const body of ['payload=null', 'payload=', 'payload=%7B', 'payload=1&payload=2', '=', '&&&']) {
      expect(await statusOf(post, { 'content-type': FORM, ...signed(body) }, body)).toBe(400)
    }
    await isWell()
  })

  it('may wait for our word before it sends, check the certificate, and say which charset it uses', async () => {
    const post = 'POST /slack/events HTTP/1.1'
    const expecting = { 'content-type': 'application/json; charset=utf-8', expect: '100-continue' }
    const bytes = requestOf(post, { ...expecting, ...signed(CHALLENGE) })
    const answer = await exchangeRaw(stage.port(), bytes, {
      andThen: socket => socket.once('data', () => socket.write(CHALLENGE)),
    })
    expect(answer).toMatchObject({ kind: 'answered', status: 200 })
    expect(await statusOf(post, { 'content-type': 'text/plain', expect: '100-continue' })).toBe(415)
    const check = 'ssl_check=1&token=x'
    const unsigned = { 'content-type': FORM, 'content-length': `${check.length}` }
    expect(await statusOf(post, unsigned, check)).toBe(200)
    await isWell()
  })

  it('reaches it while strangers hold as many bodies open as they can', async () => {
    const claims = { 'content-type': FORM, ...signed(''), 'content-length': '900000' }
    const start = requestOf('POST /slack/events HTTP/1.1', claims, Buffer.alloc(890_000, 'a'))
    const open = Array.from({ length: 300 }, () => silent(stage.port()))
    for (const socket of open) socket.write(start)
    for (let times = 0; times < 5; times++) {
      expect(await signedJson(CHALLENGE)).toMatchObject({ status: 200 })
      await delay(50)
    }
    for (const socket of open) socket.destroy()
    await isWell()
  })
}

describe('the health check of the image', () => {
  const command = /^ {2}CMD (\[.+\])$/m.exec(readFileSync('Dockerfile', 'utf8'))?.[1] ?? '[]'
  const [, ...args] = JSON.parse(command) as string[]

  it('asks the process, and fails where none answers', { tags: ['long'] }, async () => {
    const { execFile } = await import('node:child_process')
    const exitWith = (port: number) =>
      new Promise(resolve => {
        execFile(process.execPath, args, { env: { PORT: `${port}` } }, error => resolve(error?.code ?? 0))
      })
    const healthy = await startPortStage('socket', { env: { METRICS_PORT: '0' } })
    expect(await exitWith(healthy.port())).toBe(0)
    const { port } = { port: healthy.port() }
    await healthy.stop()
    expect(await exitWith(port)).toBe(1)
  })
})

function silent(port: number): Socket {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  return socket
}

function isClosedWithin(socket: Socket, ms: number): Promise<boolean> {
  socket.on('error', () => {})
  socket.resume()
  return Promise.race([
    new Promise<boolean>(resolve => socket.once('close', () => resolve(true))),
    delay(ms, false, { ref: false }),
  ])
}

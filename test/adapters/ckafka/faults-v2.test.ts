// Connections and answers that go wrong, on real sockets. The promise under all of them: what the server may have read
// is `unknown`, what it cannot have read is `notSent`, and it never sees a reset twice.

import type { Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { type Ckafka, createCkafka } from '../../../src/adapters/ckafka/ckafka.ts'
import type { CkafkaConfig } from '../../../src/adapters/ckafka/settings.ts'
import type { NativeReset } from '../../../src/ports/cluster.ts'
import { causeOf } from '../../../src/request/cause.ts'
import { NO_SUCH_HOST } from '../../support/unreachable.ts'
import { httpAnswer, type RawServer, startRawServer } from './raw-server.ts'

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  await Promise.all(closers.splice(0).map(close => close()))
})

const serve = async (...args: Parameters<typeof startRawServer>): Promise<RawServer> => {
  const server = await startRawServer(...args)
  closers.push(server.close)
  return server
}
const client = (endpoint: string, timeouts: CkafkaConfig['timeouts'] = {}) => {
  const config = { region: 'ap-guangzhou', secretId: 'AKIDFAULTS', secretKey: 'faults-secret-key' }
  const cluster = createCkafka(
    {
      ...config,
      dialect: 'v2',
      endpoint,
      signatureMethod: 'HmacSHA256',
      setOffsetsAction: 'SetGroupOffsets',
      timeouts,
    },
    { now: Date.now },
  )
  closers.push(cluster.close)
  return cluster
}
const target = { instanceId: 'ckafka-xxooa0', group: 'g' }
const shift: NativeReset = {
  target,
  strategy: { kind: 'shift', direction: 'replay', count: 1n },
  topics: ['t'],
}
const positions = (cluster: Ckafka) =>
  cluster.reader({ urgency: 'execution', readMs: 10_000 }).positions(target)
const soon = (ms = 5_000) => Date.now() + ms
const DONE = '{"code":0,"data":{"succ":[],"failed":[]}}'
const PAGE = '{"code":0,"data":{"totalCount":0,"topicList":[]}}'

/** A port of 127.0.0.1 that nobody listens on. */
const closedPort = async (): Promise<number> => {
  const server = await startRawServer(() => {})
  await server.close()
  return server.port
}

describe('a reset that cannot have been read was not sent', () => {
  it('refused connection', async () => {
    expect(await client(`http://127.0.0.1:${await closedPort()}`).resetOffsets(shift, soon())).toEqual({
      kind: 'notSent',
      cause: causeOf('noConnection', 'ECONNREFUSED'),
    })
  })

  it('refused on every address of a host', async () => {
    expect(await client(`http://localhost:${await closedPort()}`).resetOffsets(shift, soon())).toEqual({
      kind: 'notSent',
      cause: causeOf('noConnection', 'ECONNREFUSED'),
    })
  })

  it('no such host', async () => {
    const outcome = await client(`http://${NO_SUCH_HOST}`).resetOffsets(shift, soon())
    expect(outcome).toMatchObject({
      kind: 'notSent',
      cause: expect.stringMatching(/^hostNotFound /),
    })
  })

  it('a server that does not get as far as a connection', async () => {
    const silent = await serve(() => {})
    const outcome = await client(`https://127.0.0.1:${silent.port}`, { connectMs: 100 }).resetOffsets(
      shift,
      soon(),
    )
    expect(outcome).toEqual({ kind: 'notSent', cause: causeOf('noConnectionWithin', '100 ms') })
  })

  it('a deadline that has passed', async () => {
    const server = await serve(socket => socket.end(httpAnswer(200, DONE)))
    expect(await client(server.url).resetOffsets(shift, Date.now())).toMatchObject({ kind: 'notSent' })
    expect(server.connections()).toBe(0)
  })

  it('a client that was closed', async () => {
    const server = await serve(socket => socket.end(httpAnswer(200, DONE)))
    const cluster = client(server.url)
    await cluster.close()
    expect(await cluster.resetOffsets(shift, soon())).toMatchObject({ kind: 'notSent' })
    expect(server.connections()).toBe(0)
  })

  it.each([
    ['7', 7_000],
    [new Date(Date.now() + 3_600_000).toUTCString(), 600_000],
    ['soon', 60_000],
    ['0', 0],
  ])('HTTP 429, with Retry-After %s', async (retryAfter, retryAfterMs) => {
    const server = await serve(socket =>
      socket.end(httpAnswer(429, 'slow down', { 'retry-after': retryAfter })),
    )
    const cluster = client(server.url)
    const cause = causeOf('tooManyCalls', 'HTTP 429')
    expect(await cluster.resetOffsets(shift, soon())).toEqual({ kind: 'notSent', cause, retryAfterMs })
    expect(server.requests).toHaveLength(1)
    expect(await positions(cluster)).toEqual({ kind: 'unavailable', cause, retryAfterMs })
  })
})

describe('a reset that may have been read is unknown, and is sent once', () => {
  const half = (socket: Socket, then: () => void) => {
    socket.write(httpAnswer(200, DONE).slice(0, -10), then)
  }

  it.each<[string, (socket: Socket) => void, string]>([
    ['closed without an answer', socket => socket.end(), causeOf('connectionBroke')],
    ['reset without an answer', socket => socket.resetAndDestroy(), causeOf('connectionBroke')],
    ['half a body', socket => half(socket, () => socket.destroy()), causeOf('connectionBroke')],
    [
      'half a body, then a reset',
      socket => half(socket, () => socket.resetAndDestroy()),
      causeOf('connectionBroke'),
    ],
    ['no HTTP', socket => socket.end('SSH-2.0-OpenSSH_9.6\r\n'), causeOf('answerNotHttp')],
    ['a web page', socket => socket.end(httpAnswer(200, '<html>')), causeOf('notDocumented', 'not JSON')],
    ['nothing but 200', socket => socket.end(httpAnswer(200, '')), causeOf('notDocumented', 'not JSON')],
    ['204', socket => socket.end('HTTP/1.1 204 X\r\n\r\n'), causeOf('notDocumented', 'not JSON')],
    [
      '302 to itself',
      socket => socket.end(httpAnswer(302, '', { location: '/v2/index.php' })),
      causeOf('httpStatus', '302'),
    ],
    [
      '307 to itself',
      socket => socket.end(httpAnswer(307, '', { location: '/v2/index.php' })),
      causeOf('httpStatus', '307'),
    ],
    ['a bare 403', socket => socket.end(httpAnswer(403, 'no')), causeOf('httpStatus', '403')],
    ['404 and success', socket => socket.end(httpAnswer(404, DONE)), causeOf('httpStatus', '404')],
    ['408', socket => socket.end(httpAnswer(408, '')), causeOf('httpStatus', '408')],
    [
      '500',
      socket => socket.end(httpAnswer(500, '{"code":4000,"message":"no"}')),
      causeOf('httpStatus', '500'),
    ],
    ['502', socket => socket.end(httpAnswer(502, '<html>')), causeOf('httpStatus', '502')],
    [
      '503 with Retry-After',
      socket => socket.end(httpAnswer(503, '', { 'retry-after': '1' })),
      causeOf('httpStatus', '503'),
    ],
  ])('%s', async (_, answer, cause) => {
    const server = await serve(answer)
    expect(await client(server.url).resetOffsets(shift, soon())).toEqual({ kind: 'unknown', cause })
    expect(server.requests).toHaveLength(1)
    expect(server.connections()).toBe(1)
  })

  it('silence until the deadline', async () => {
    const server = await serve(() => {})
    const startedMs = Date.now()
    const outcome = await client(server.url).resetOffsets(shift, startedMs + 100)
    expect(outcome).toMatchObject({
      kind: 'unknown',
      cause: expect.stringMatching(/^noAnswer \["\d+ ms"\]$/),
    })
    expect(Date.now() - startedMs).toBeLessThan(2_000)
    expect(server.requests).toHaveLength(1)
  })

  it('silence until the call has had its time, long before the deadline', async () => {
    const server = await serve(() => {})
    const outcome = await client(server.url, { callMs: 80 }).resetOffsets(shift, soon(60_000))
    expect(outcome).toEqual({ kind: 'unknown', cause: causeOf('noAnswer', '80 ms') })
  })

  // One after the other these take two seconds: undici's own timers are that coarse.
  it('headers that do not come, and a body that stops', async () => {
    const silent = await serve(() => {})
    const stalled = await serve(socket => half(socket, () => {}))
    const outcomes = await Promise.all([
      client(silent.url, { headersMs: 50 }).resetOffsets(shift, soon()),
      client(stalled.url, { bodyMs: 50 }).resetOffsets(shift, soon()),
    ])
    expect(outcomes).toEqual([
      { kind: 'unknown', cause: causeOf('noAnswer', '50 ms') },
      { kind: 'unknown', cause: causeOf('answerStopped', '50 ms') },
    ])
  })

  it('a body that trickles in past the deadline', async () => {
    const server = await serve(socket => {
      socket.write('HTTP/1.1 200 X\r\ncontent-length: 100000\r\n\r\n')
      const timer = setInterval(() => socket.write(' '), 10)
      socket.on('close', () => clearInterval(timer))
    })
    const startedMs = Date.now()
    expect(await client(server.url).resetOffsets(shift, startedMs + 100)).toMatchObject({ kind: 'unknown' })
    expect(Date.now() - startedMs).toBeLessThan(2_000)
  })

  it('a connection that is not made by the deadline, which also ends it', async () => {
    const silent = await serve(() => {})
    const startedMs = Date.now()
    const outcome = await client(`https://127.0.0.1:${silent.port}`, { connectMs: 5_000 }).resetOffsets(
      shift,
      startedMs + 60,
    )
    expect(outcome).toMatchObject({ kind: 'unknown' })
    expect(Date.now() - startedMs).toBeLessThan(2_000)
  })

  it('50 MB of answer, of which at most 16 MB are read', async () => {
    const server = await serve(socket => {
      socket.write('HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\n\r\n')
      const chunk = Buffer.alloc(1 << 20, ' ')
      const feed = (left: number) => {
        if (left === 0 || socket.destroyed) return
        socket.write('100000\r\n')
        socket.write(chunk)
        socket.write('\r\n', () => feed(left - 1))
      }
      feed(50)
    })
    expect(await client(server.url).resetOffsets(shift, soon(10_000))).toEqual({
      kind: 'unknown',
      cause: causeOf('answerTooLarge'),
    })
    expect(server.requests).toHaveLength(1)
  })

  it('a process that froze past the deadline while connecting, which sends nothing when it thaws', async () => {
    const server = await serve(socket => socket.end(httpAnswer(200, DONE)))
    const cluster = client(server.url)
    const outcome = cluster.resetOffsets(shift, soon(40))
    const thawAtMs = Date.now() + 80
    while (Date.now() < thawAtMs);
    expect((await outcome).kind).toBe('unknown')
    await cluster.close()
    await new Promise(resolve => setTimeout(resolve, 50))
    expect(server.requests).toEqual([])
  })
})

describe('the API’s own refusal counts with any 4xx', () => {
  it.each([400, 401, 403, 404])('HTTP %d', async status => {
    const server = await serve(socket => socket.end(httpAnswer(status, '{"code":4100,"message":"who"}')))
    expect(await client(server.url).resetOffsets(shift, soon())).toEqual({
      kind: 'refused',
      reason: 'credentials',
      code: '4100',
      message: 'who',
    })
  })
})

describe('connections', () => {
  it('carry one reset each, so that none is lost on a connection that the server has just closed', async () => {
    const server = await serve(socket => {
      socket.write(httpAnswer(200, DONE, { connection: 'keep-alive' }))
      setImmediate(() => socket.destroy())
    })
    const cluster = client(server.url)
    for (let call = 0; call < 5; call += 1) {
      expect(await cluster.resetOffsets(shift, soon())).toEqual({ kind: 'done', topics: [] })
    }
    expect(server.requests.map(({ connection }) => connection)).toEqual([1, 2, 3, 4, 5])
  })

  it('carry resets side by side: a silent one holds up no other', async () => {
    const server = await serve((socket, _, number) => {
      if (number > 1) socket.end(httpAnswer(200, DONE))
    })
    const cluster = client(server.url)
    const silent = cluster.resetOffsets(shift, soon(1_500))
    await expect.poll(() => server.requests.length).toBe(1)
    const startedMs = Date.now()
    const others = await Promise.all(Array.from({ length: 6 }, () => cluster.resetOffsets(shift, soon())))
    expect(others.every(({ kind }) => kind === 'done')).toBe(true)
    expect(Date.now() - startedMs).toBeLessThan(1_200)
    expect((await silent).kind).toBe('unknown')
    expect(server.requests).toHaveLength(7)
  })

  it('are used again by reads, and a stale one costs a read nothing', async () => {
    const server = await serve((socket, _, number) => {
      if (number === 3) socket.destroy()
      else socket.write(httpAnswer(200, PAGE))
    })
    const cluster = client(server.url)
    for (let call = 0; call < 3; call += 1) {
      expect(await positions(cluster)).toEqual({ kind: 'read', value: [] })
    }
    expect(server.requests).toHaveLength(4)
    expect(server.requests[2]?.connection).toBe(1)
    expect(server.requests[3]?.connection).toBe(3)
  })
})

describe('causes', () => {
  it('never hold a secret, a parameter or an address', async () => {
    const breaking = [
      (socket: Socket) => socket.destroy(),
      (socket: Socket) => socket.end(httpAnswer(502, '')),
      (socket: Socket) => socket.end('nonsense\r\n\r\n'),
    ]
    const outcomes: unknown[] = [
      await client(`http://127.0.0.1:${await closedPort()}`).resetOffsets(shift, soon()),
    ]
    for (const answer of breaking) {
      const server = await serve(answer)
      outcomes.push(await client(server.url).resetOffsets(shift, soon()))
      outcomes.push(await positions(client(server.url)))
    }
    expect(JSON.stringify(outcomes)).not.toMatch(
      /AKIDFAULTS|faults-secret|127\.0\.0\.1|index\.php|Signature|ckafka-xxooa0/,
    )
  })
})

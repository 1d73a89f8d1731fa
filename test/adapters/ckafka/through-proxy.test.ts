// The API of CKafka behind a proxy. The promises are those of a straight connection: a write goes over a connection of its
// own and at most once, what may have been read is unknown; and a fault of the proxy is told as the proxy's.

import { describe, expect, it, onTestFinished } from 'vitest'
import { createHttp } from '../../../src/adapters/ckafka/http.ts'
import type { NativeReset } from '../../../src/ports/cluster.ts'
import type { Proxies } from '../../../src/proxy/proxy.ts'
import { causeOf } from '../../../src/request/cause.ts'
import { type ProxyManners, startConnectProxy } from '../../support/connect-proxy.ts'
import { httpAnswer, type RawServer, startRawServer } from './raw-server.ts'
import { ACCEPTED, actionOf, answering, client, EMPTY, type Respond, seen, serve } from './scripted-v3.ts'

/** No name of the system: only the proxy knows it. */
const HOST = 'ckafka.test'
const ENDPOINT = `http://${HOST}`
const reset: NativeReset = {
  target: { instanceId: 'ckafka-xxooa0', group: 'g' },
  strategy: { kind: 'shift', direction: 'replay', count: 10n },
  topics: ['t'],
}
const soon = (ms = 5_000) => Date.now() + ms

async function proxyTo(server: RawServer) {
  const proxy = await startConnectProxy({ [`${HOST}:80`]: server.port })
  onTestFinished(() => proxy.close())
  const proxies: Proxies = { https: null, http: proxy.url, except: '' }
  return { proxy, proxies }
}

const LIMITS = { connectMs: 300, headersMs: 400, bodyMs: 400 }

async function httpThrough(respond: Parameters<typeof startRawServer>[0], largestBytes = 10_000) {
  const server = await startRawServer(respond)
  onTestFinished(() => server.close())
  const { proxy, proxies } = await proxyTo(server)
  const http = createHttp(LIMITS, Date.now, { proxies, largestBytes })
  const write = (limitMs = 2_000) =>
    http.exchange('fresh', { method: 'POST', url: `${ENDPOINT}/x`, body: 'a write' }, limitMs)
  return { server, proxy, http, write }
}

describe('through a proxy', () => {
  it('a reset goes over a connection of its own, and reads share theirs', async () => {
    const server = await serve()
    const { proxy, proxies } = await proxyTo(server)
    const ckafka = client(ENDPOINT, {}, { proxies })
    for (const _ of [1, 2]) expect(await ckafka.resetOffsets(reset, soon())).toMatchObject({ kind: 'done' })
    const [first, second] = seen(server)
    const reads = server.requests.filter(each => actionOf(each) !== 'ModifyGroupOffsets')
    expect(first?.connection).not.toBe(second?.connection)
    expect(
      reads.some(({ connection }) => [first, second].some(each => each?.connection === connection)),
    ).toBe(false)
    expect(new Set(reads.map(({ connection }) => connection)).size).toBeLessThan(reads.length)
    expect(first?.headers).toMatch(/^POST \/ HTTP.*^host: ckafka\.test\r?$/ims)
    expect(first?.headers).toMatch(/connection: close/i)
    // What was signed is what arrives, and what is for the proxy stays there.
    expect(first?.headers).not.toMatch(/proxy/i)
    expect(new Set(proxy.asked)).toEqual(new Set([`${HOST}:80`]))
    expect(proxy.asked).toHaveLength(server.connections())
  })

  it('whose user and password it is shown, and nobody else', async () => {
    const { proxy, server } = await httpThrough(socket => socket.end(httpAnswer(200, '{}')))
    const proxies = { https: null, http: proxy.url.replace('//', '//me%40here:p%3Aw%2F@'), except: '' }
    const http = createHttp(LIMITS, Date.now, { proxies })
    expect(await http.exchange('fresh', { method: 'GET', url: ENDPOINT }, 2_000)).toMatchObject({
      status: 200,
    })
    expect(proxy.shown).toEqual(['me@here:p:w/'])
    expect(server.requests[0]?.headers).not.toMatch(/authorization|cDp3|me@/i)
  })

  it.each([
    ['', true],
    ['127.0.0.1', false],
    ['other.example,127.0.0.1', false],
    ['0.0.1', false],
    ['*.0.1', false],
    ['127.0.0.1:1', true],
    ['27.0.0.1', true],
  ])('which hosts are excepted by %j', async (except, isThrough) => {
    const server = await serve()
    const proxy = await startConnectProxy({ [`127.0.0.1:${server.port}`]: server.port })
    onTestFinished(() => proxy.close())
    const ckafka = client(server.url, {}, { proxies: { https: null, http: proxy.url, except } })
    expect(await ckafka.resetOffsets(reset, soon())).toMatchObject({ kind: 'done' })
    expect(proxy.asked.length > 0).toBe(isThrough)
  })

  it('that may be named for https alone: what begins with http goes straight', async () => {
    const server = await serve()
    const ckafka = client(
      server.url,
      {},
      { proxies: { https: 'http://127.0.0.1:1', http: null, except: '' } },
    )
    expect(await ckafka.resetOffsets(reset, soon())).toMatchObject({ kind: 'done' })
  })
})

describe('a proxy that makes no connection: the write was not sent, and the proxy is named', () => {
  const MANNERS: [ProxyManners, (place: string) => string, string][] = [
    [407, place => causeOf('proxyRefused', place, '407'), 'proxy 407'],
    [403, place => causeOf('proxyRefused', place, '403'), 'proxy 403'],
    [502, place => causeOf('proxyRefused', place, '502'), 'proxy 502'],
    ['break', place => causeOf('proxyBroke', place, 'UND_ERR_SOCKET'), 'proxy UND_ERR_SOCKET'],
    ['silent', place => causeOf('proxySilent', place, '300 ms'), 'proxy silent'],
    ['noHttp', place => causeOf('proxyBroke', place, 'HTTPParserError'), 'proxy HTTPParserError'],
  ]
  it.each(MANNERS)('%s', async (manners, cause, code) => {
    const { proxy, server, write } = await httpThrough(socket => socket.end(httpAnswer(200, '{}')))
    proxy.behave(manners)
    expect(await write()).toEqual({ kind: 'notSent', cause: cause(proxy.place), code })
    // Nor later, when it would.
    proxy.behave('connect')
    await new Promise(resolve => setTimeout(resolve, 50))
    expect([server.connections(), proxy.passed(), proxy.asked.length]).toEqual([0, 0, 1])
    expect(await write()).toMatchObject({ kind: 'answered' })
    expect(server.requests).toHaveLength(1)
  })

  it('is not there', async () => {
    const { proxy, server, write } = await httpThrough(socket => socket.end(httpAnswer(200, '{}')))
    await proxy.close()
    expect(await write()).toEqual({
      kind: 'notSent',
      cause: causeOf('proxyUnreached', proxy.place, 'ECONNREFUSED'),
      code: 'proxy ECONNREFUSED',
    })
    expect(server.connections()).toBe(0)
  })

  it('has a name that nobody knows', async () => {
    const proxies = { https: null, http: 'http://me:secret@proxy.invalid:3128', except: '' }
    const http = createHttp(LIMITS, Date.now, { proxies })
    const exchange = await http.exchange('fresh', { method: 'GET', url: ENDPOINT }, 2_000)
    expect(exchange).toMatchObject({ kind: 'notSent' })
    expect(JSON.stringify(exchange)).toMatch(/proxyUnreached.*proxy\.invalid:3128.*E[A-Z_]+/)
    expect(JSON.stringify(exchange)).not.toContain('secret')
  })

  it('is silent for longer than the call may take: our own patience ends it, and nothing is sent afterwards', async () => {
    const { proxy, server, write } = await httpThrough(socket => socket.end(httpAnswer(200, '{}')))
    proxy.behave('silent')
    expect(await write(100)).toMatchObject({ kind: 'timeLimit' })
    await new Promise(resolve => setTimeout(resolve, 350))
    expect(server.connections()).toBe(0)
  })

  it('by the time of the reset, after it has connected the reads before it', async () => {
    const held: (() => void)[] = []
    const whenBoth =
      (answer: string): Respond =>
      socket => {
        held.push(() => socket.write(answer))
        if (held.length < 2) return
        behave()
        for (const go of held) go()
      }
    let behave = () => {}
    const offsets = JSON.stringify({
      Response: {
        RequestId: 'r',
        Result: {
          TotalCount: 1,
          TopicList: [
            { Topic: 't', Partitions: [{ Partition: 0, Offset: 50, LogEndOffset: 100, ErrorCode: 0 }] },
          ],
        },
      },
    })
    const server = await serve({ info: whenBoth(EMPTY), offsets: whenBoth(httpAnswer(200, offsets)) })
    const { proxy, proxies } = await proxyTo(server)
    behave = () => proxy.behave(407)
    expect(await client(ENDPOINT, {}, { proxies }).resetOffsets(reset, soon())).toMatchObject({
      kind: 'notSent',
      cause: causeOf('proxyRefused', proxy.place, '407'),
    })
    expect(seen(server)).toEqual([])
  })
})

describe('a proxy that has connected: what may have been read is unknown, and is sent once', () => {
  it('and closes when the request comes', async () => {
    const { proxy, write } = await httpThrough(socket => socket.end(httpAnswer(200, '{}')))
    proxy.behave('cut')
    expect(await write()).toEqual({
      kind: 'unknown',
      cause: causeOf('connectionBroke'),
      code: expect.any(String),
    })
    expect(proxy.asked).toHaveLength(1)
  })

  it('and breaks off before the answer', async () => {
    let cut = () => {}
    const server = await serve({ modify: () => cut() })
    const { proxy, proxies } = await proxyTo(server)
    cut = proxy.cut
    expect(await client(ENDPOINT, {}, { proxies }).resetOffsets(reset, soon())).toMatchObject({
      kind: 'unknown',
      cause: causeOf('connectionBroke'),
    })
    expect(seen(server)).toHaveLength(1)
  })

  it.each<[string, Parameters<typeof startRawServer>[0], string]>([
    ['no answer comes', () => {}, causeOf('noAnswer', '400 ms')],
    [
      'half an answer comes',
      socket => socket.write(ACCEPTED.slice(0, -10)),
      causeOf('answerStopped', '400 ms'),
    ],
    [
      'too much comes',
      socket => socket.write(httpAnswer(200, 'x'.repeat(20_000))),
      causeOf('answerTooLarge'),
    ],
  ])('and %s', async (_, respond, cause) => {
    const { server, write } = await httpThrough(respond)
    expect(await write()).toMatchObject({ kind: 'unknown', cause })
    expect(server.requests).toHaveLength(1)
  })

  it('answers itself for the API where the API is asked without TLS: a 502 then is unknown', async () => {
    const server = await serve({ modify: answering(httpAnswer(502, '<html>')) })
    const { proxies } = await proxyTo(server)
    expect(await client(ENDPOINT, {}, { proxies }).resetOffsets(reset, soon())).toMatchObject({
      kind: 'unknown',
      cause: causeOf('httpStatus', '502'),
    })
  })
})

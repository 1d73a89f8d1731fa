// The 2.0 dialect: the port's promises over the simulator, then what is said on the wire and what each code proves.

import { afterEach, describe, expect, it } from 'vitest'
import { type Ckafka, createCkafka } from '../../../src/adapters/ckafka/ckafka.ts'
import type { CkafkaDeps, ConfigV2 } from '../../../src/adapters/ckafka/settings.ts'
import type { NativeReset } from '../../../src/ports/cluster.ts'
import { causeOf } from '../../../src/request/cause.ts'
import type { NativeStrategy } from '../../../src/request/reset.ts'
import { startCkafkaSimulator } from '../../../src/sandbox/ckafka/start.ts'
import { seedPageSeed } from '../../../src/sandbox/cluster/seed.ts'
import { type ClusterSubject, CREDENTIALS, describeCluster } from '../../contract/cluster.contract.ts'
import { describeClusterPartitions } from '../../contract/cluster-partitions.contract.ts'
import { describeClusterReader } from '../../contract/cluster-reader.contract.ts'
import { httpAnswer, type RawServer, startRawServer } from './raw-server.ts'

const config = (url: string, more: Partial<ConfigV2> = {}): ConfigV2 => ({
  dialect: 'v2',
  endpoint: url,
  region: 'ap-guangzhou',
  signatureMethod: 'HmacSHA256',
  setOffsetsAction: 'SetGroupOffsets',
  ...CREDENTIALS,
  ...more,
})

const subject: ClusterSubject = {
  resetAction: 'SetGroupOffsets',
  writeAction: null,
  says: 'offsets',
  throttle(simulator) {
    simulator.behaviour.quotaPerMinute = 0
    return { retryAfterMs: 60_000 }
  },
  create: (simulator, callMs, quota, now = Date.now) =>
    createCkafka(config(simulator.url, { timeouts: { callMs } }), { now, ...(quota && { quota }) }),
}
describeCluster('CKafka API 2.0', subject)
describeClusterPartitions('writing offsets with CKafka API 2.0', subject)
describeClusterReader('reading with CKafka API 2.0', subject)

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  await Promise.all(closers.splice(0).map(close => close()))
})

const serve = async (...args: Parameters<typeof startRawServer>): Promise<RawServer> => {
  const server = await startRawServer(...args)
  closers.push(server.close)
  return server
}
const client = (url: string, more: Partial<ConfigV2> = {}, deps: Partial<CkafkaDeps> = {}) => {
  const cluster = createCkafka(config(url, more), { now: Date.now, ...deps })
  closers.push(cluster.close)
  return cluster
}
const target = { instanceId: 'ckafka-xxooa0', group: 'streams-wordcount' }
const latest: NativeReset = { target, strategy: { kind: 'latest' }, topics: ['t'] }
const reset = (strategy: NativeStrategy, topics: string[], group = target.group): NativeReset => ({
  target: { ...target, group },
  strategy,
  topics,
})
const positions = (cluster: Ckafka) =>
  cluster.reader({ urgency: 'execution', readMs: 10_000 }).positions(target)
const soon = () => Date.now() + 5_000
const EMPTY = '{"code":0,"codeDesc":"Success","msg":"","data":{"succ":[],"failed":[]}}'

describe('what goes over the wire', () => {
  it('is a form with common parameters first in upper case and topics counted from zero', async () => {
    const server = await serve(socket => socket.end(httpAnswer(200, EMPTY)))
    await client(server.url, {}, { now: () => 1_465_185_768_999 }).resetOffsets(
      reset({ kind: 'shift', direction: 'replay', count: 12n }, ['b', 'a']),
      1_465_185_770_000,
    )
    const [request] = server.requests
    expect(request?.method).toBe('POST')
    expect(request?.target).toBe('/v2/index.php')
    expect(request?.headers).toMatch(/content-type: application\/x-www-form-urlencoded/i)
    expect(request?.headers).toMatch(/connection: close/i)
    expect(request?.params).toEqual({
      Action: 'SetGroupOffsets',
      Region: 'ap-guangzhou',
      Timestamp: '1465185768',
      Nonce: expect.stringMatching(/^\d+$/),
      SecretId: CREDENTIALS.secretId,
      SignatureMethod: 'HmacSHA256',
      Signature: expect.any(String),
      ...target,
      strategy: '0',
      shift: '-12',
      'topics.0': 'b',
      'topics.1': 'a',
    })
  })

  it.each<[NativeStrategy, Record<string, string>]>([
    [
      { kind: 'shift', direction: 'skip', count: 7n },
      { strategy: '0', shift: '7' },
    ],
    [{ kind: 'earliest' }, { strategy: '1', timestamp: '-2' }],
    [{ kind: 'latest' }, { strategy: '1', timestamp: '-1' }],
    [
      { kind: 'time', timeMs: 1_700_000_000_000 },
      { strategy: '1', timestamp: '1700000000000' },
    ],
    [
      { kind: 'offset', offset: 2n ** 63n - 1n },
      { strategy: '2', offset: '9223372036854775807' },
    ],
  ])('says %o in the API’s words, and no other strategy’s', async (strategy, expected) => {
    const server = await serve(socket => socket.end(httpAnswer(200, EMPTY)))
    await client(server.url).resetOffsets(reset(strategy, ['t']), soon())
    const { strategy: number, shift, timestamp, offset } = server.requests[0]?.params ?? {}
    const said = Object.entries({ strategy: number, shift, timestamp, offset }).filter(
      ([, value]) => value !== undefined,
    )
    expect(Object.fromEntries(said)).toEqual(expected)
  })

  it('goes by GET when a value begins with @, and by POST otherwise, since a GET may be repeated on the way', async () => {
    const server = await serve(socket => socket.end(httpAnswer(200, EMPTY)))
    const cluster = client(server.url)
    await cluster.resetOffsets(reset({ kind: 'latest' }, ['t'], '@g'), soon())
    await cluster.resetOffsets(reset({ kind: 'latest' }, ['t', '@t']), soon())
    await cluster.resetOffsets(reset({ kind: 'latest' }, ['t@']), soon())
    expect(server.requests.map(({ method }) => method)).toEqual(['GET', 'GET', 'POST'])
    expect(server.requests[0]?.params.group).toBe('@g')
  })

  it('refuses a call with @ that no query string can hold, without sending it', async () => {
    const server = await serve(socket => socket.end(httpAnswer(200, EMPTY)))
    const topics = Array.from({ length: 100 }, (_, index) => `@${'t'.repeat(200)}${index}`)
    expect(await client(server.url).resetOffsets(reset({ kind: 'latest' }, topics), soon())).toMatchObject({
      kind: 'refused',
      reason: 'badRequest',
      message: expect.stringContaining('@'),
    })
    expect(server.requests).toEqual([])
  })

  it('reads by GET, and by POST when the query would be long', async () => {
    const answer = '{"code":0,"message":"","data":{"totalCount":0,"topicList":[]}}'
    const server = await serve(socket => socket.write(httpAnswer(200, answer)))
    await positions(client(server.url))
    await positions(client(server.url, { token: 't'.repeat(4_000) }))
    expect(server.requests.map(({ method }) => method)).toEqual(['GET', 'POST'])
  })

  it('signs as the server checks: either algorithm, a token, the other spelling of the action', async () => {
    const simulator = await startCkafkaSimulator({ ...CREDENTIALS, token: 'tok/+= en', seed: seedPageSeed() })
    closers.push(simulator.close)
    simulator.behaviour.singular = 'accepted'
    const more = {
      token: 'tok/+= en',
      setOffsetsAction: 'SetGroupOffset',
      signatureMethod: 'HmacSHA1',
    } as const
    const outcome = await client(simulator.url, more).resetOffsets(
      reset({ kind: 'latest' }, ['streams-wordcount-output', 'aaaa']),
      soon(),
    )
    expect(outcome).toMatchObject({ kind: 'done' })
    expect(simulator.calls()[0]?.params.SignatureMethod).toBe('HmacSHA1')
    expect(await positions(client(simulator.url, { ...more, token: 'other' }))).toMatchObject({
      kind: 'refused',
      reason: 'credentials',
      code: '4105',
    })
    const forged = client(simulator.url, { ...more, secretKey: 'wrong' })
    expect(await forged.resetOffsets(latest, soon())).toMatchObject({
      kind: 'refused',
      reason: 'credentials',
    })
  })
})

describe('what a code proves', () => {
  const answerOf = async (body: string, effect: 'reset' | 'read' = 'reset') => {
    const server = await serve(socket =>
      socket.end(httpAnswer(200, body, { date: new Date().toUTCString() })),
    )
    const cluster = client(server.url)
    const outcome = effect === 'reset' ? await cluster.resetOffsets(latest, soon()) : await positions(cluster)
    return { outcome, requests: server.requests.length }
  }

  it.each([
    ['4000', '(1049)group not empty', 'groupNotEmpty', '4000/1049'],
    ['4000', '(10012)no such topic', 'topicMissing', '4000/10012'],
    ['4000', '(9001)no such interface', 'unknownAction', '4000/9001'],
    ['4000', '(10024)denied', 'notAllowed', '4000/10024'],
    ['4000', '(10018)quota', 'quota', '4000/10018'],
    ['4000', '(1000)invalid', 'badRequest', '4000/1000'],
    ['4000', 'no module code', 'badRequest', '4000'],
    ['"4100"', 'signature', 'credentials', '4100'],
    ['4104', 'id', 'credentials', '4104'],
    ['4105', 'token', 'credentials', '4105'],
    ['4101', 'no', 'notAllowed', '4101'],
    ['4102', '(10024)no', 'notAllowed', '4102/10024'],
    ['4103', 'no', 'notAllowed', '4103'],
    ['4106', 'mfa', 'notAllowed', '4106'],
    ['4110', 'cam', 'notAllowed', '4110'],
    ['4300', 'banned', 'notAllowed', '4300'],
    ['5000', '(10006)no instance', 'instanceMissing', '5000/10006'],
    ['6100', 'version', 'unknownAction', '6100'],
  ])('%s %s: refused, %s', async (code, message, reason, shown) => {
    const body = `{"code":${code},"message":"${message}"}`
    const expected = { kind: 'refused', reason, code: shown, message: message.replace(/^\(.*\)/, '') }
    expect((await answerOf(body)).outcome).toEqual(expected)
    expect((await answerOf(body, 'read')).outcome).toEqual(expected)
  })

  it.each([
    ['4400', causeOf('tooManyCalls', '4400')],
    ['6200', causeOf('maintenance', '6200')],
  ])('%s: not executed, so it may be tried again later', async (code, cause) => {
    const body = `{"code":${code},"message":"m"}`
    expect((await answerOf(body)).outcome).toEqual({ kind: 'notSent', cause, retryAfterMs: 60_000 })
    expect((await answerOf(body, 'read')).outcome).toEqual({
      kind: 'unavailable',
      cause,
      retryAfterMs: 60_000,
    })
  })

  it.each(['5100', '6000', '5200', '1234', '-1'])('%s: nobody knows how far it got', async code => {
    const body = `{"code":${code},"message":"oops"}`
    const cause = causeOf('apiSaid', code, 'oops')
    expect(await answerOf(body)).toEqual({ outcome: { kind: 'unknown', cause }, requests: 1 })
    expect((await answerOf(body, 'read')).outcome).toEqual({ kind: 'unavailable', cause })
  })

  it('5400 with its data is done, topic by topic; without data it is unknown', async () => {
    const data = '{"succ":[{"topic":"a"}],"failed":[{"topic":"b","error_code":25}]}'
    expect((await answerOf(`{"code":5400,"data":${data}}`)).outcome).toMatchObject({
      kind: 'done',
      topics: [
        { topic: 'a', errorCode: 0 },
        { topic: 'b', errorCode: 25 },
      ],
    })
    for (const rest of ['', ',"data":null', ',"data":"text"']) {
      expect((await answerOf(`{"code":5400${rest}}`)).outcome.kind).toBe('unknown')
    }
  })

  it('says what in the answer was not as documented', async () => {
    expect((await answerOf('{"code":0,"data":{"succ":[{}]}}')).outcome).toEqual({
      kind: 'unknown',
      cause: causeOf('notDocumented', 'data.succ[0].topic: expected string'),
    })
    expect((await answerOf('{"code":0}', 'read')).outcome).toEqual({
      kind: 'unavailable',
      cause: causeOf('notDocumented', 'data: expected object'),
    })
  })

  it('never shows a secret that the API quotes', async () => {
    const message = `bad id ${CREDENTIALS.secretId} key ${CREDENTIALS.secretKey}`
    const refused = await answerOf(JSON.stringify({ code: 4100, message }))
    const unknown = await answerOf(JSON.stringify({ code: 6000, message }))
    expect(JSON.stringify([refused, unknown])).not.toMatch(/AKIDCONTRACT|contract-secret-key/)
  })
})

describe('code 4500, a clock or a nonce that was not accepted', () => {
  const REPLAYED = '{"code":4500,"message":"replay"}'
  const dated = (date: Date) => httpAnswer(200, REPLAYED, { date: date.toUTCString() })

  it('is a refusal when the server’s clock shows that ours is off', async () => {
    const server = await serve(socket => socket.end(dated(new Date(Date.now() + 600_000))))
    expect(await client(server.url).resetOffsets(latest, soon())).toEqual({
      kind: 'refused',
      reason: 'clock',
      code: '4500',
      message: 'replay',
    })
    expect(server.requests).toHaveLength(1)
  })

  it('leaves unknown what a reset did when the clocks agree: its first copy may have been executed', async () => {
    const server = await serve(socket => socket.end(dated(new Date())))
    expect(await client(server.url).resetOffsets(latest, soon())).toMatchObject({ kind: 'unknown' })
    expect(server.requests).toHaveLength(1)
  })

  it('is asked again once by a read, with another nonce', async () => {
    const page = '{"code":0,"message":"","data":{"totalCount":0,"topicList":[]}}'
    const server = await serve((socket, _, number) =>
      socket.end(number === 1 ? dated(new Date()) : httpAnswer(200, page)),
    )
    expect(await positions(client(server.url))).toEqual({ kind: 'read', value: [] })
    expect(new Set(server.requests.map(({ params }) => params.Nonce)).size).toBe(2)

    const stubborn = await serve(socket => socket.end(dated(new Date())))
    expect(await positions(client(stubborn.url))).toMatchObject({
      kind: 'refused',
      reason: 'clock',
    })
    expect(stubborn.requests).toHaveLength(2)
  })
})

describe('the listing of topics', () => {
  const pageOf = (topics: string[], totalCount?: number) =>
    httpAnswer(
      200,
      JSON.stringify({
        code: 0,
        data: {
          totalCount,
          topicList: topics.map(topic => ({ topic, partitions: [{ partition: 0, offset: 1 }] })),
        },
      }),
    )
  const names = (from: number, count: number) =>
    Array.from({ length: count }, (_, index) => `t${from + index}`)
  /** Offsets are where the adapter asked to go on. */
  const list = async (answer: (offset: number) => string) => {
    const server = await serve((socket, { params }) => socket.write(answer(Number(params.offset))))
    const outcome = await positions(client(server.url))
    return {
      offsets: server.requests.map(({ params }) => Number(params.offset)),
      outcome: outcome.kind === 'read' ? outcome.value.length : outcome,
    }
  }

  it('goes on after a full page even when the count says that it was the last', async () => {
    const answer = (offset: number) => pageOf(names(offset, offset === 0 ? 50 : 5), 50)
    expect(await list(answer)).toEqual({ offsets: [0, 50], outcome: 55 })
  })

  it('goes on after a short page when the count says that there is more', async () => {
    const answer = (offset: number) => pageOf(names(offset, Math.min(20, 45 - offset)), 45)
    expect(await list(answer)).toEqual({ offsets: [0, 20, 40], outcome: 45 })
  })

  it('ends at an empty page, whatever the count says', async () => {
    const answer = (offset: number) => pageOf(offset === 0 ? names(0, 30) : [], 9_999)
    expect(await list(answer)).toEqual({ offsets: [0, 30], outcome: 30 })
  })

  it('ends at a page that brings nothing new', async () => {
    expect(await list(() => pageOf(names(0, 50), 9_999))).toEqual({ offsets: [0, 50], outcome: 50 })
  })

  it('ends at an empty page when there is no count', async () => {
    const answer = (offset: number) => pageOf(names(offset, offset === 0 ? 3 : 0))
    expect(await list(answer)).toEqual({ offsets: [0, 3], outcome: 3 })
  })
})

describe('what is counted', () => {
  it('is each exchange, with its outcome and the API’s code', async () => {
    const bodies = ['{"code":4000,"message":"(1049)x"}', '{"code":0}', '<html>']
    const server = await serve((socket, _, number) => socket.end(httpAnswer(200, bodies[number - 1] ?? '')))
    const calls: { action: string; outcome: string; code: string | null; durationMs: number }[] = []
    const cluster = client(server.url, {}, { onCall: call => void calls.push(call) })
    for (const _ of bodies) await cluster.resetOffsets(latest, soon())
    await server.close()
    await cluster.resetOffsets(latest, soon())
    expect(calls.map(({ action, outcome, code }) => [action, outcome, code])).toEqual([
      ['SetGroupOffsets', 'refused', '4000/1049'],
      ['SetGroupOffsets', 'done', '0'],
      ['SetGroupOffsets', 'unknown', 'http 200'],
      ['SetGroupOffsets', 'notSent', 'ECONNREFUSED'],
    ])
    expect(calls.every(({ durationMs }) => durationMs >= 0)).toBe(true)
  })

  it('never costs the outcome of a call', async () => {
    const server = await serve(socket => socket.end(httpAnswer(200, EMPTY)))
    const onCall = () => {
      throw new Error('the counter is broken')
    }
    expect(await client(server.url, {}, { onCall }).resetOffsets(latest, soon())).toEqual({
      kind: 'done',
      topics: [],
    })
  })
})

// Connections and answers of API 3.0 that go wrong, on real sockets. A reset is several calls there; the promises are the
// same: what was not sent is `notSent`, what may have been read is `unknown`, and the reset itself is sent at most once.

import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { CkafkaDeps } from '../../../src/adapters/ckafka/settings.ts'
import type { NativeReset } from '../../../src/ports/cluster.ts'
import { causeOf } from '../../../src/request/cause.ts'
import type { NativeStrategy } from '../../../src/request/reset.ts'
import { httpAnswer, startRawServer } from './raw-server.ts'
import {
  ACCEPTED,
  actionOf,
  answering,
  client,
  error,
  type Respond,
  result,
  type Script,
  seen,
  serve,
} from './scripted-v3.ts'

const target = { instanceId: 'ckafka-xxooa0', group: 'g' }
const reset = (strategy: NativeStrategy): NativeReset => ({ target, strategy, topics: ['t'] })
const shift = reset({ kind: 'shift', direction: 'replay', count: 10n })
const soon = (ms = 5_000) => Date.now() + ms
const ACCEPTANCE = {
  kind: 'done',
  topics: [
    {
      topic: 't',
      errorCode: 0,
      errorMessage: '',
      partitions: [{ partition: 0, offset: null, errorCode: 0, errorMessage: '' }],
    },
  ],
}

/** A port of 127.0.0.1 that nobody listens on. */
const closedPort = async (): Promise<number> => {
  const server = await startRawServer(() => {})
  await server.close()
  return server.port
}
const half = (socket: Socket, then: () => void) => {
  socket.write(ACCEPTED.slice(0, -10), then)
}

describe('what goes over the wire', () => {
  it('is a look, and one reset with its topics named', async () => {
    const server = await serve()
    expect(await client(server.url).resetOffsets(shift, soon())).toMatchObject(ACCEPTANCE)
    const actions = server.requests.map(actionOf)
    expect(new Set(actions.slice(0, 2))).toEqual(new Set(['DescribeGroupInfo', 'DescribeGroupOffsets']))
    expect(actions.slice(2)).toEqual(['ModifyGroupOffsets'])
    const [request] = seen(server)
    expect(`${request?.method} ${request?.target}`).toBe('POST /')
    expect(request?.headers).toMatch(/connection: close/i)
    expect(request?.headers).toMatch(/content-type: application\/json; charset=utf-8/i)
    expect(request?.headers).toMatch(/x-tc-version: 2019-08-19/i)
    expect(request?.headers).toMatch(/x-tc-region: ap-guangzhou/i)
    expect(request?.headers).not.toMatch(/x-tc-token/i)
    expect(request?.headers).toMatch(
      /authorization: TC3-HMAC-SHA256 Credential=AKIDFAULTS\/\d{4}-\d\d-\d\d\/ckafka\/tc3_request, SignedHeaders=content-type;host;x-tc-action, Signature=[0-9a-f]{64}/i,
    )
    expect(request?.body).toBe(
      '{"InstanceId":"ckafka-xxooa0","Group":"g","Topics":["t"],"Strategy":0,"Shift":-10}',
    )
  })

  it.each<[NativeStrategy, string]>([
    [{ kind: 'shift', direction: 'skip', count: 7n }, '"Strategy":0,"Shift":7}'],
    [{ kind: 'earliest' }, '"Strategy":1,"ShiftTimestamp":-2}'],
    [{ kind: 'latest' }, '"Strategy":1,"ShiftTimestamp":-1}'],
    [{ kind: 'time', timeMs: 1_700_000_000_000 }, '"Strategy":1,"ShiftTimestamp":1700000000000}'],
    [{ kind: 'offset', offset: 2n ** 63n - 1n }, '"Strategy":2,"Offset":9223372036854775807}'],
  ])('says %o in the API’s words, and no other strategy’s', async (strategy, expected) => {
    const server = await serve()
    await client(server.url).resetOffsets(reset(strategy), soon())
    expect(seen(server)[0]?.body.endsWith(`"Topics":["t"],${expected}`)).toBe(true)
  })

  it('carries the token of temporary credentials', async () => {
    const server = await serve()
    await client(server.url, { token: 'tok/+=' }).resetOffsets(shift, soon())
    expect(server.requests.every(({ headers }) => /^x-tc-token: tok\/\+=\r?$/im.test(headers))).toBe(true)
  })
})

describe('a reset that cannot have been read was not sent', () => {
  it('refused connection', async () => {
    expect(await client(`http://127.0.0.1:${await closedPort()}`).resetOffsets(shift, soon())).toMatchObject({
      kind: 'notSent',
      cause: causeOf('noConnection', 'ECONNREFUSED'),
    })
  })

  it('a deadline that has passed', async () => {
    const server = await serve()
    expect(await client(server.url).resetOffsets(shift, Date.now())).toMatchObject({ kind: 'notSent' })
    expect(server.connections()).toBe(0)
  })

  it('a client that was closed', async () => {
    const server = await serve()
    const cluster = client(server.url)
    await cluster.close()
    expect(await cluster.resetOffsets(shift, soon())).toMatchObject({ kind: 'notSent' })
    expect(server.connections()).toBe(0)
  })

  const broken: [string, Respond][] = [
    ['is cut', socket => socket.destroy()],
    ['is a 502', socket => socket.end(httpAnswer(502, '<html>'))],
    ['is a web page', socket => socket.end(httpAnswer(200, '<html>'))],
    ['is an internal error', answering(error('InternalError'))],
    ['is of another shape', answering(result({}))],
  ]
  it.each(broken)('when the look at the group %s', async (_, info) => {
    const server = await serve({ info })
    expect(await client(server.url).resetOffsets(shift, soon())).toMatchObject({ kind: 'notSent' })
    expect(seen(server)).toEqual([])
  })
  it.each(broken)('when the look at the offsets %s', async (_, offsets) => {
    const server = await serve({ offsets })
    expect(await client(server.url).resetOffsets(shift, soon())).toMatchObject({ kind: 'notSent' })
    expect(seen(server)).toEqual([])
  })

  it('when the look takes more than half of the time: the call would have too little left', async () => {
    const server = await serve({ info: () => {} })
    const startedMs = Date.now()
    expect(await client(server.url).resetOffsets(shift, startedMs + 1_800)).toMatchObject({
      kind: 'notSent',
      cause: expect.stringMatching(/^lookFailed \["noAnswer \[\\"\d+ ms\\"\]"\]$/),
    })
    expect(Date.now() - startedMs).toBeLessThan(1_700)
    expect(seen(server)).toEqual([])
  })

  it('when it cannot be said whether a topic exists', async () => {
    const nothing = answering(result({ TotalCount: 0, TopicList: [] }))
    const server = await serve({ offsets: nothing, topics: answering(error('InternalError')) })
    expect(await client(server.url).resetOffsets(shift, soon())).toMatchObject({ kind: 'notSent' })
    expect(seen(server)).toEqual([])
  })

  it.each([
    ['the look', { info: answering(error('RequestLimitExceeded')) }, 0],
    ['the reset', { modify: answering(error('RequestLimitExceeded')) }, 1],
  ] as const)('when %s was one call too many', async (_, script, sent) => {
    const server = await serve(script)
    expect(await client(server.url).resetOffsets(shift, soon())).toMatchObject({
      kind: 'notSent',
      cause: causeOf('tooManyCalls', 'RequestLimitExceeded'),
      retryAfterMs: 1_000,
    })
    expect(seen(server)).toHaveLength(sent)
  })

  it('HTTP 429, with Retry-After', async () => {
    const server = await serve({
      modify: socket => socket.end(httpAnswer(429, 'slow down', { 'retry-after': '7' })),
    })
    expect(await client(server.url).resetOffsets(shift, soon())).toMatchObject({
      kind: 'notSent',
      cause: causeOf('tooManyCalls', 'HTTP 429'),
      retryAfterMs: 7_000,
    })
    expect(seen(server)).toHaveLength(1)
  })
})

describe('a group that is not empty is refused before anything is sent', () => {
  it.each([
    ['Stable', [{ ClientId: 'c', ClientHost: '/h' }]],
    ['Stable', []],
    ['PreparingRebalance', null],
    ['CompletingRebalance', []],
    ['AwaitingSync', []],
    ['Empty', [{ ClientId: 'c', ClientHost: '/h' }]],
  ])('%s, members %o', async (State, Members) => {
    const server = await serve({ info: answering(result([{ Group: 'g', State, ErrorCode: '0', Members }])) })
    expect(await client(server.url).resetOffsets(shift, soon())).toMatchObject({
      kind: 'refused',
      reason: 'groupNotEmpty',
      code: 'none',
    })
    expect(seen(server)).toEqual([])
  })

  it('or by the API itself, when a member has come since', async () => {
    const server = await serve({ modify: answering(error('FailedOperation', 'group is not empty')) })
    expect(await client(server.url).resetOffsets(shift, soon())).toMatchObject({
      kind: 'refused',
      reason: 'groupNotEmpty',
      code: 'FailedOperation',
      message: 'group is not empty',
    })
    expect(seen(server)).toHaveLength(1)
  })
})

describe('a reset that may have been read is unknown, and is sent once', () => {
  it.each<[string, Respond, string]>([
    ['closed without an answer', socket => socket.end(), causeOf('connectionBroke')],
    ['reset without an answer', socket => socket.resetAndDestroy(), causeOf('connectionBroke')],
    ['half a body', socket => half(socket, () => socket.destroy()), causeOf('connectionBroke')],
    ['no HTTP', socket => socket.end('SSH-2.0-OpenSSH_9.6\r\n'), causeOf('answerNotHttp')],
    ['a web page', socket => socket.end(httpAnswer(200, '<html>')), causeOf('notDocumented', 'not JSON')],
    ['302', socket => socket.end(httpAnswer(302, '', { location: '/' })), causeOf('httpStatus', '302')],
    ['a bare 403', socket => socket.end(httpAnswer(403, 'no')), causeOf('httpStatus', '403')],
    ['404 and success', socket => socket.end(result({ ReturnCode: '0' }, 404)), causeOf('httpStatus', '404')],
    [
      '500 and a refusal',
      socket => socket.end(error('InvalidParameter', 'no', 500)),
      causeOf('httpStatus', '500'),
    ],
    ['502', socket => socket.end(httpAnswer(502, '<html>')), causeOf('httpStatus', '502')],
    ['an internal error', answering(error('InternalError', 'x')), causeOf('apiSaid', 'InternalError', 'x')],
    ['a failed operation', answering(error('FailedOperation')), causeOf('apiSaid', 'FailedOperation', 'm')],
    ['a new code', answering(error('Strange.New')), causeOf('apiSaid', 'Strange.New', 'm')],
    [
      'a return code',
      answering(result({ ReturnCode: '25', ReturnMessage: 'x' })),
      causeOf('apiSaid', 'ReturnCode 25', 'x'),
    ],
    [
      'a success of nothing',
      answering(result({})),
      causeOf('notDocumented', 'Response.Result.ReturnCode: expected text or a number'),
    ],
  ])('%s', async (_, modify, cause) => {
    const server = await serve({ modify })
    expect(await client(server.url).resetOffsets(shift, soon())).toMatchObject({ kind: 'unknown', cause })
    expect(seen(server)).toHaveLength(1)
  })

  it('silence until the deadline', async () => {
    const server = await serve({ modify: () => {} })
    const startedMs = Date.now()
    const outcome = await client(server.url).resetOffsets(shift, startedMs + 500)
    expect(outcome).toMatchObject({ kind: 'unknown', cause: expect.stringMatching(/^noAnswer \[/) })
    expect(Date.now() - startedMs).toBeLessThan(3_000)
    expect(seen(server)).toHaveLength(1)
  })

  it('silence until the call has had its time, long before the deadline', async () => {
    const server = await serve({ modify: () => {} })
    const outcome = await client(server.url, { timeouts: { callMs: 600 } }).resetOffsets(shift, soon(60_000))
    expect(outcome).toMatchObject({ kind: 'unknown', cause: causeOf('noAnswer', '600 ms') })
  })

  it('and each goes over a connection of its own', async () => {
    const server = await serve()
    const cluster = client(server.url)
    for (let call = 0; call < 3; call += 1) await cluster.resetOffsets(shift, soon())
    const connections = seen(server).map(({ connection }) => connection)
    expect(new Set(connections).size).toBe(3)
    const others = server.requests.filter(request => actionOf(request) !== 'ModifyGroupOffsets')
    expect(others.some(({ connection }) => connections.includes(connection))).toBe(false)
  })
})

describe('the API’s own refusal counts with any 4xx', () => {
  it.each([400, 401, 403, 404])('HTTP %d', async status => {
    const server = await serve({
      modify: socket => socket.end(error('UnauthorizedOperation', 'who', status)),
    })
    expect(await client(server.url).resetOffsets(shift, soon())).toMatchObject({
      kind: 'refused',
      reason: 'notAllowed',
      code: 'UnauthorizedOperation',
      message: 'who',
    })
  })
})

describe('once the API has accepted a reset', () => {
  it('nothing is reported of a topic whose partitions could not be seen, but that it was sent', async () => {
    const nothing = answering(result({ TotalCount: 0, TopicList: [] }))
    const topics = answering(result({ TotalCount: 2, TopicList: [{ TopicName: 'at' }, { TopicName: 't' }] }))
    const server = await serve({ offsets: nothing, topics })
    expect(await client(server.url).resetOffsets(shift, soon())).toMatchObject({
      kind: 'done',
      topics: [{ topic: 't', errorCode: 0, errorMessage: '', partitions: [] }],
    })
    expect(seen(server)).toHaveLength(1)
  })
})

describe('causes and messages', () => {
  it('never hold a secret, a parameter or an address', async () => {
    const quoting = error(
      'AuthFailure.SignatureFailure',
      'key faults-secret-key of AKIDFAULTS with tok-secret',
    )
    const scripts: Script[] = [
      { modify: socket => socket.destroy() },
      { modify: socket => socket.end(httpAnswer(502, '')) },
      { modify: answering(quoting) },
      { info: answering(quoting) },
      { modify: answering(error('InternalError', 'AKIDFAULTS')) },
    ]
    const outcomes: unknown[] = [
      await client(`http://127.0.0.1:${await closedPort()}`).resetOffsets(shift, soon()),
    ]
    for (const script of scripts) {
      const server = await serve(script)
      const cluster = client(server.url, { token: 'tok-secret' })
      const reader = cluster.reader({ urgency: 'person', readMs: 5_000 })
      outcomes.push(await cluster.resetOffsets(shift, soon()), await reader.group(target))
    }
    expect(JSON.stringify(outcomes)).not.toMatch(/AKIDFAULTS|faults-secret|tok-secret|127\.0\.0\.1|xxooa0/)
  })
})

describe('what is counted', () => {
  it('is each exchange, with its outcome and the API’s code', async () => {
    const calls: unknown[][] = []
    const onCall: CkafkaDeps['onCall'] = ({ action, outcome, code }) => {
      calls.push([action, outcome, code])
    }
    const count = async (script: Script) => {
      const server = await serve(script)
      await client(server.url, {}, { onCall }).resetOffsets(shift, soon())
      return calls.splice(0).filter(([action]) => action === 'ModifyGroupOffsets')
    }
    expect(await count({})).toEqual([['ModifyGroupOffsets', 'done', '0']])
    expect(await count({ modify: answering(error('MissingParameter')) })).toEqual([
      ['ModifyGroupOffsets', 'refused', 'MissingParameter'],
    ])
    expect(await count({ modify: answering(result({ ReturnCode: '7' })) })).toEqual([
      ['ModifyGroupOffsets', 'unknown', 'ReturnCode 7'],
    ])
    expect(await count({ modify: socket => socket.destroy() })).toEqual([
      ['ModifyGroupOffsets', 'unknown', 'UND_ERR_SOCKET'],
    ])
  })

  it('has the id by which the API knows the exchange, of reads as well, also where it failed', async () => {
    const ids: unknown[][] = []
    const server = await serve({ modify: answering(error('MissingParameter')) })
    const onCall: CkafkaDeps['onCall'] = ({ action, apiRequestId }) => void ids.push([action, apiRequestId])
    const cluster = client(server.url, {}, { onCall })
    await cluster.resetOffsets(shift, soon())
    await cluster.reader({ urgency: 'person', readMs: 5_000 }).group(target)
    const named = new Set(ids.map(([action]) => action))
    expect(named.size).toBeGreaterThan(1)
    expect(ids.filter(([, id]) => typeof id !== 'string' || id === '')).toEqual([])
  })

  it('is also what the budget did not let through', async () => {
    const server = await serve()
    const calls: unknown[][] = []
    const quota: CkafkaDeps['quota'] = {
      take: async action =>
        action === 'ModifyGroupOffsets' ? { ok: false, retryAfterMs: 300 } : { ok: true },
      pause: async () => {},
    }
    const onCall: CkafkaDeps['onCall'] = ({ action, outcome, code }) => {
      calls.push([action, outcome, code])
    }
    expect(await client(server.url, {}, { quota, onCall }).resetOffsets(shift, soon())).toMatchObject({
      kind: 'notSent',
      cause: causeOf('budgetUsed'),
      retryAfterMs: 300,
    })
    expect(calls).toContainEqual(['ModifyGroupOffsets', 'notSent', 'budget'])
    expect(seen(server)).toEqual([])
  })
})

describe('what the API calls a call', () => {
  it.each([
    ['a success', undefined, 'done'],
    ['a refusal', answering(error('MissingParameter')), 'refused'],
    ['an unknown end', answering(error('InternalError')), 'unknown'],
  ] as const)('comes with %s, to ask its support about', async (_, modify, kind) => {
    const server = await serve(modify === undefined ? {} : { modify })
    const outcome = await client(server.url).resetOffsets(shift, soon())
    expect(outcome).toMatchObject({ kind, requestIds: ['r'] })
  })

  it('is not known of a call that was not answered', async () => {
    const server = await serve({ modify: socket => socket.destroy() })
    expect(await client(server.url).resetOffsets(shift, soon())).not.toHaveProperty('requestIds')
  })
})

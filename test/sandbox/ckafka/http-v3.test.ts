// Whom the simulated API 3.0 endpoint refuses, how it goes wrong, and what it shares with API 2.0.

import { describe, expect, it } from 'vitest'
import type { CkafkaSimulator } from '../../../src/sandbox/ckafka/start.ts'
import { call, start } from './caller.ts'
import { callV3, type Signing, sendV3, signV3 } from './caller-v3.ts'

const InstanceId = 'ckafka-xxooa0'
const shift = {
  InstanceId,
  Group: 'streams-wordcount',
  Topics: ['streams-wordcount-output'],
  Strategy: 0,
  Shift: -5,
}
const reset = (simulator: CkafkaSimulator, signing?: Signing) =>
  callV3(simulator, 'ModifyGroupOffsets', shift, signing)
const committed = ({ cluster }: CkafkaSimulator) =>
  cluster.positions(InstanceId, 'streams-wordcount').map(each => each.committed)
const before = [20_000n, 90_000n, 0n, 100n]
const after = [19_995n, 89_995n, 0n, 95n]

describe('a caller', () => {
  const secondsAway = (seconds: number) => String(Math.floor(Date.now() / 1000) + seconds)

  it.each<[string, string, Signing]>([
    ['another key', 'AuthFailure.SignatureFailure', { key: 'WRONG' }],
    ['an unknown id', 'AuthFailure.SecretIdNotFound', { secretId: 'AKIDOTHER' }],
    ['an old time', 'AuthFailure.SignatureExpire', { headers: { 'x-tc-timestamp': secondsAway(-310) } }],
    ['a time to come', 'AuthFailure.SignatureExpire', { headers: { 'x-tc-timestamp': secondsAway(310) } }],
    ['a time in ms', 'AuthFailure.SignatureExpire', { headers: { 'x-tc-timestamp': `${Date.now()}` } }],
    ['a token too many', 'AuthFailure.TokenFailure', { headers: { 'x-tc-token': 'tok' } }],
    ['an unsigned host', 'AuthFailure.InvalidAuthorization', { signedHeaders: ['content-type'] }],
    ['no version', 'MissingParameter', { headers: { 'x-tc-version': undefined } }],
    ['another version', 'NoSuchVersion', { headers: { 'x-tc-version': '2017-03-12' } }],
    ['no region', 'MissingParameter', { headers: { 'x-tc-region': undefined } }],
    ['a region of API 2.0', 'UnsupportedRegion', { headers: { 'x-tc-region': 'gz' } }],
    ['a form', 'InvalidParameter', { headers: { 'content-type': 'application/x-www-form-urlencoded' } }],
  ])('is refused with %s: %s', async (_, code, signing) => {
    const simulator = await start()
    const answer = await reset(simulator, signing)
    expect([answer.status, answer.code()]).toEqual([200, code])
    expect(answer.response()).toEqual({ Error: { Code: code, Message: expect.any(String) } })
    expect(simulator.cluster.effects()).toEqual([])
    expect(simulator.calls()).toMatchObject([{ dialect: 'v3', code }])
  })

  it('is refused with a body that is not the one signed, or no authorization, or by GET', async () => {
    const simulator = await start()
    const signed = signV3(simulator, 'ModifyGroupOffsets', shift)
    const changed = await sendV3(simulator, { ...signed, body: signed.body.replace('-5', '-6') })
    expect(changed.code()).toBe('AuthFailure.SignatureFailure')
    const bare = await sendV3(simulator, { ...signed, headers: { ...signed.headers, authorization: '' } })
    expect(bare.code()).toBe('AuthFailure.InvalidAuthorization')
    const got = await sendV3(simulator, { ...signed, body: '' }, { method: 'GET' })
    expect(got.code()).toBe('UnsupportedProtocol')
    expect(simulator.cluster.effects()).toEqual([])
  })

  it('must carry the token of temporary credentials', async () => {
    const simulator = await start({ token: 'Tok/+=' })
    expect((await reset(simulator)).code()).toBe('AuthFailure.TokenFailure')
    expect((await reset(simulator, { headers: { 'x-tc-token': 'Tok/+=' } })).code()).toBeUndefined()
  })

  it('may leave x-tc-action unsigned, and sign for a host that it does not send', async () => {
    const simulator = await start({ signedHost: 'ckafka.tencentcloudapi.com' })
    expect((await reset(simulator)).code()).toBe('AuthFailure.SignatureFailure')
    const signedHeaders = ['content-type', 'host']
    const request = signV3(simulator, 'ModifyGroupOffsets', shift, {
      signedHeaders,
      headers: { host: 'ckafka.tencentcloudapi.com' },
    })
    const { host: _, ...headers } = request.headers
    expect((await sendV3(simulator, { ...request, headers })).code()).toBeUndefined()
  })

  it('is told of an unknown action, one of API 2.0 among them, and of a path that is not there', async () => {
    const simulator = await start()
    expect((await callV3(simulator, 'SetGroupOffsets', shift)).code()).toBe('InvalidAction')
    const elsewhere = await sendV3(simulator, signV3(simulator, 'ModifyGroupOffsets', shift), {
      path: '/v3',
    })
    expect(elsewhere.status).toBe(404)
  })

  it.each([
    ['no JSON', 'InvalidParameter', '{"InstanceId":'],
    ['a list', 'InvalidParameter', '[]'],
    ['a parameter of API 2.0', 'UnknownParameter', { ...shift, timestamp: -2 }],
    ['no instance', 'MissingParameter', { ...shift, InstanceId: undefined }],
    ['no shift', 'MissingParameter', { ...shift, Shift: undefined }],
    ['a number as text', 'InvalidParameter', { ...shift, Shift: '-5' }],
    ['a shift that is no integer', 'InvalidParameter', { ...shift, Shift: 1.5 }],
    ['a shift beyond 64 bits', 'InvalidParameter', '{"Shift":9223372036854775808}'],
    ['an unknown strategy', 'InvalidParameter', { ...shift, Strategy: 3 }],
    ['a time below -2', 'InvalidParameter', { ...shift, Strategy: 1, ShiftTimestamp: -3 }],
    ['an empty topic', 'InvalidParameter', { ...shift, Topics: [''] }],
    ['topics as text', 'InvalidParameter', { ...shift, Topics: 'streams-wordcount-output' }],
  ])('moves nothing with %s: %s', async (_, code, body) => {
    const simulator = await start()
    const whole =
      typeof body === 'string' && body.startsWith('{"Shift"')
        ? JSON.stringify({ ...shift, Shift: 0 }).replace('"Shift":0', body.slice(1, -1))
        : body
    expect((await callV3(simulator, 'ModifyGroupOffsets', whole)).code()).toBe(code)
    expect(simulator.cluster.effects()).toEqual([])
  })
})

describe('rates', () => {
  it('one call a second of FetchMessageListByTimestamp, five of DescribeTopicSyncReplica, each on its own', async () => {
    let nowMs = Date.now()
    const simulator = await start({ behaviourV3: { rates: 'enforced' }, now: () => nowMs })
    const fetchOne = { InstanceId, Topic: 'streams-wordcount-output', Partition: 0 }
    const codeOf = async (action: string, body: unknown) => (await callV3(simulator, action, body)).code()
    const fetched = () => codeOf('FetchMessageListByTimestamp', fetchOne)
    expect([await fetched(), await fetched()]).toEqual([undefined, 'RequestLimitExceeded'])
    const replicas: unknown[] = []
    for (let index = 0; index < 6; index += 1)
      replicas.push(
        await codeOf('DescribeTopicSyncReplica', { InstanceId, TopicName: 'streams-wordcount-output' }),
      )
    expect(replicas.indexOf('RequestLimitExceeded')).toBe(5)
    nowMs += 999
    expect(await fetched()).toBe('RequestLimitExceeded')
    nowMs += 1
    expect(await fetched()).toBeUndefined()
  })

  it('are off unless switched on', async () => {
    const simulator = await start()
    const ask = { InstanceId, Topic: 'streams-wordcount-output', Partition: 0 }
    for (let index = 0; index < 3; index += 1)
      expect((await callV3(simulator, 'FetchMessageListByTimestamp', ask)).code()).toBeUndefined()
  })
})

describe('faults', () => {
  it.each([
    [true, after],
    [false, before],
  ])('cut: the connection is gone; done: %s', async (afterDoingIt, expected) => {
    const simulator = await start()
    simulator.inject('ModifyGroupOffsets', { kind: 'cut', afterDoingIt })
    await expect(reset(simulator)).rejects.toThrow()
    expect(committed(simulator)).toEqual(expected)
    expect(simulator.calls()).toMatchObject([{ dialect: 'v3', code: null, fault: 'cut' }])
  })

  it('code: a business error in its own shape, nothing done', async () => {
    const simulator = await start()
    simulator.inject('ModifyGroupOffsets', { kind: 'code', code: 'InternalError', message: 'try again' })
    expect((await reset(simulator)).response()).toEqual({
      Error: { Code: 'InternalError', Message: 'try again' },
    })
    expect(committed(simulator)).toEqual(before)
  })

  it('lie: says success and has no effect at all', async () => {
    const simulator = await start()
    simulator.inject('ModifyGroupOffsets', { kind: 'lie' })
    const lied = await reset(simulator)
    expect(simulator.cluster.effects()).toEqual([])
    expect((await reset(simulator)).response()).toEqual(lied.response())
    expect(committed(simulator)).toEqual(after)
  })

  it('unreported: the topic is left out of a read', async () => {
    const simulator = await start()
    simulator.inject('DescribeGroupOffsets', { kind: 'unreported', topics: shift.Topics })
    const read = await callV3(simulator, 'DescribeGroupOffsets', { InstanceId, Group: shift.Group })
    expect(read.result()).toEqual({ TotalCount: 1, TopicList: [] })
  })

  it('halfAnswer, status and pinned bytes come as in the other dialect', async () => {
    const simulator = await start()
    simulator.inject('*', { kind: 'halfAnswer' })
    await expect(reset(simulator)).rejects.toThrow()
    expect(committed(simulator)).toEqual(after)
    simulator.inject('*', { kind: 'status', status: 502, afterDoingIt: false })
    expect((await reset(simulator)).status).toBe(502)
    simulator.pinAnswer('ModifyGroupOffsets', '{"Response":null}', { work: 'not-done' })
    expect((await reset(simulator)).text).toBe('{"Response":null}')
    expect(committed(simulator)).toEqual(after)
  })
})

it('both dialects speak of one cluster, on one port, and their calls are told apart', async () => {
  const simulator = await start()
  await reset(simulator)
  const read = await call(simulator, {
    Action: 'GetGroupOffsets',
    instanceId: InstanceId,
    group: 'streams-wordcount',
  })
  expect(read.text).toContain('"offset":19995,')
  expect(simulator.calls()).toMatchObject([
    {
      dialect: 'v3',
      action: 'ModifyGroupOffsets',
      code: 0,
      params: {
        InstanceId,
        Group: 'streams-wordcount',
        Topics: '["streams-wordcount-output"]',
        Strategy: '0',
        Shift: '-5',
      },
    },
    { dialect: 'v2', action: 'GetGroupOffsets', code: 0 },
  ])
  expect([simulator.urlV2, simulator.urlV3]).toEqual([`${simulator.url}/v2/index.php`, `${simulator.url}/`])
})

// What the simulated API 2.0 endpoint answers, and whom it refuses.

import { describe, expect, it } from 'vitest'
import { bigSeed, demoSeed } from '../../../src/sandbox/cluster/seed.ts'
import { call, send, signParams, start } from './caller.ts'

const wordcount = { instanceId: 'ckafka-xxooa0', group: 'streams-wordcount' }
const toLatest = { Action: 'SetGroupOffsets', ...wordcount, strategy: '1', timestamp: '-1' }
const list = { Action: 'ListTopic', instanceId: 'ckafka-xxooa0' }

const pageAnswer = {
  codeDesc: 'Success',
  code: 0,
  msg: '',
  data: {
    succ: [
      {
        topic: 'streams-wordcount-output',
        error_code: 0,
        partitions: [
          { partition: 2, offset: 27708, error_code: 0 },
          { partition: 1, offset: 112843, error_code: 0 },
          { partition: 3, offset: 29149, error_code: 0 },
          { partition: 0, offset: 29402, error_code: 0 },
        ],
      },
    ],
    failed: [
      {
        topic: 'aaaa',
        error_code: 3,
        error_msg: 'This request is for a topic or partition that does not exist on this broker.',
        partitions: [],
      },
    ],
  },
}

describe('SetGroupOffsets', () => {
  const topics = { 'topics.0': 'streams-wordcount-output', 'topics.1': 'aaaa' }

  it.each(['GET', 'POST'] as const)('answers the sample of its page, text for text, by %s', async method => {
    const simulator = await start()
    const { text } = await call(simulator, { ...toLatest, ...topics }, method)
    expect(text).toBe(JSON.stringify(pageAnswer))
    const after = simulator.cluster.positions('ckafka-xxooa0', 'streams-wordcount')
    expect(after.map(each => each.committed)).toEqual([29402n, 112843n, 27708n, 29149n])
    expect(simulator.calls()).toMatchObject([{ action: 'SetGroupOffsets', code: 0, fault: null }])
  })

  it('takes topics.10 after topics.9, and lists only counted from 0', async () => {
    const simulator = await start({ seed: bigSeed(1_200) })
    const bulk = {
      Action: 'SetGroupOffsets',
      instanceId: 'ckafka-bulk0001',
      group: 'bulk',
      strategy: '0',
      shift: '-1',
    }
    const names = Array.from({ length: 12 }, (_, index) => `bulk-${String(index).padStart(3, '0')}`)
    const all = Object.fromEntries(names.map((name, index) => [`topics.${index}`, name]))
    await call(simulator, { ...bulk, ...all })
    expect(simulator.cluster.effects()[0]?.topics).toEqual(names)
    const oneBased = await call(simulator, { ...bulk, 'topics.1': 'bulk-000' })
    expect(oneBased.said()).toEqual([4000, '(9003)parameter topics is not a list counted from 0'])
    expect(simulator.cluster.effects()).toHaveLength(1)
  })

  it('takes a list under a wrong name for no list: all topics', async () => {
    const simulator = await start()
    await call(simulator, { ...toLatest, 'topic.0': 'aaaa' })
    expect(simulator.cluster.effects()[0]).toMatchObject({ topics: 'all' })
  })

  it.each([
    ['no strategy', { strategy: '' }],
    ['an unknown strategy', { strategy: '3' }],
    ['a missing shift', { strategy: '0' }],
    ['a shift that is no integer', { strategy: '0', shift: '1.5' }],
    ['a shift beyond 64 bits', { strategy: '0', shift: '9223372036854775808' }],
    ['a time below -2', { timestamp: '-3' }],
    ['no group', { group: '' }],
    ['an empty topic', { 'topics.0': '' }],
  ])('refuses %s and moves nothing', async (_, wrong) => {
    const simulator = await start()
    const [code, message] = (await call(simulator, { ...toLatest, ...wrong })).said()
    expect([code, String(message).slice(0, 6)]).toEqual([4000, '(9003)'])
    expect(simulator.cluster.effects()).toEqual([])
  })

  it('refuses a group with members by 4000 (1049), and an unknown instance by 5000 (10006)', async () => {
    const simulator = await start()
    simulator.cluster.join('streams-wordcount', { clientId: 'c' })
    expect((await call(simulator, toLatest)).said()).toEqual([4000, expect.stringMatching(/^\(1049\)/)])
    const elsewhere = { ...toLatest, instanceId: 'ckafka-none' }
    expect((await call(simulator, elsewhere)).said()).toEqual([5000, expect.stringMatching(/^\(10006\)/)])
  })

  it('is one action in the plural; the singular only where it is switched on', async () => {
    const simulator = await start()
    const singular = { ...toLatest, Action: 'SetGroupOffset' }
    expect((await call(simulator, singular)).said()).toEqual([4000, expect.stringMatching(/^\(9001\)/)])
    expect(simulator.cluster.effects()).toEqual([])
    simulator.behaviour.singular = 'accepted'
    expect((await call(simulator, singular)).said()).toEqual([0, ''])
    expect(simulator.cluster.effects()).toHaveLength(1)
  })

  it('shows a failed partition inside succ, or its topic in failed where it is switched', async () => {
    const simulator = await start()
    simulator.cluster.failPartition('streams-wordcount-output', 3, 25, 'unknown member')
    const inSucc = (await call(simulator, toLatest)).json()
    expect(inSucc).toMatchObject({ code: 0, data: { succ: [{ error_code: 0 }], failed: [] } })
    simulator.behaviour.partitionFailures = 'in-failed'
    const inFailed = (await call(simulator, toLatest)).json()
    const partitions = [
      { partition: 2 },
      { partition: 1 },
      { partition: 3, error_code: 25 },
      { partition: 0 },
    ]
    expect(inFailed).toMatchObject({ code: 0, data: { succ: [], failed: [{ error_code: 25, partitions }] } })
  })

  it('spells its answer the way it is told to', async () => {
    const simulator = await start({ behaviour: { spelling: 'message-err_code', codeAs: 'string' } })
    const answer = (await call(simulator, toLatest)).json()
    expect(answer).toMatchObject({ code: '0', message: '', data: { succ: [{ err_code: 0 }] } })
    expect(answer).not.toHaveProperty('msg')
  })

  it('prints every digit of an offset beyond 2^53', async () => {
    const simulator = await start()
    const { cluster } = simulator
    const big = 2n ** 62n + 1n
    cluster.produce('streams-wordcount-output', 0, big)
    expect((await call(simulator, toLatest)).text).toContain(`"offset":${big + 29_402n},`)
    const read = await call(simulator, { Action: 'GetGroupOffsets', ...wordcount })
    expect(read.text).toContain(`"offset":${big + 29_402n},`)
    const exact = { ...toLatest, strategy: '2', offset: '4611686018427387905' }
    expect((await call(simulator, exact)).text).toContain('"offset":4611686018427387905,')
  })

  it('answers ten thousand partitions in one go', async () => {
    const simulator = await start({ seed: bigSeed() })
    const all = { ...toLatest, instanceId: 'ckafka-bulk0001', group: 'bulk' }
    const { data } = (await call(simulator, all)).json() as { data: { succ: { partitions: unknown[] }[] } }
    expect(data.succ.flatMap(each => each.partitions)).toHaveLength(10_000)
  })
})

describe('a caller', () => {
  const minutesAway = (minutes: number) => String(Math.floor(Date.now() / 1000) + minutes * 60)

  it('must sign with the right key', async () => {
    const simulator = await start()
    const wrong = await send(simulator, signParams(simulator, toLatest, { key: 'WRONG' }))
    expect(wrong.said()[0]).toBe(4100)
    const changed = await send(simulator, { ...signParams(simulator, toLatest), timestamp: '-2' })
    expect(changed.said()[0]).toBe(4100)
    expect(simulator.cluster.effects()).toEqual([])
  })

  it('may have names that need encoding', async () => {
    const simulator = await start()
    for (const method of ['GET', 'POST'] as const)
      for (const group of ['报表 a&b @x', '@first', 'a+b=c%20d'])
        expect((await call(simulator, { ...toLatest, group }, method)).said()).toEqual([0, ''])
    expect(simulator.calls().at(-1)?.params.group).toBe('a+b=c%20d')
  })

  it('must be known', async () => {
    const simulator = await start()
    expect((await call(simulator, { ...list, SecretId: 'AKIDOTHER' })).said()[0]).toBe(4104)
  })

  it('must carry the token of temporary credentials, and none with permanent ones', async () => {
    const temporary = await start({ token: 'tok/+=' })
    expect((await call(temporary, list)).said()[0]).toBe(4105)
    expect((await call(temporary, { ...list, Token: 'tok/+=' })).said()[0]).toBe(0)
    expect((await call(await start(), { ...list, Token: 'tok' })).said()[0]).toBe(4105)
  })

  it('must have the right time, to five minutes, in seconds', async () => {
    const simulator = await start()
    for (const Timestamp of [minutesAway(-6), minutesAway(6), String(Date.now())])
      expect((await call(simulator, { ...list, Timestamp })).said()[0]).toBe(4500)
    for (const Timestamp of [minutesAway(-4), minutesAway(4)])
      expect((await call(simulator, { ...list, Timestamp })).said()[0]).toBe(0)
  })

  it('cannot use a nonce twice, and a replayed reset moves nothing', async () => {
    const simulator = await start()
    const params = signParams(simulator, { ...toLatest, strategy: '0', shift: '-1' })
    expect((await send(simulator, params)).said()[0]).toBe(0)
    expect((await send(simulator, params)).said()[0]).toBe(4500)
    expect(simulator.cluster.effects()).toHaveLength(1)
  })

  it('is told which common parameter is missing', async () => {
    const simulator = await start()
    for (const name of ['Action', 'Timestamp', 'Nonce', 'SecretId', 'Signature']) {
      const params = signParams(simulator, list)
      delete params[name]
      expect((await send(simulator, params)).said()).toEqual([
        4000,
        `(9003)common parameter ${name} is missing`,
      ])
    }
  })

  it('is told of an unknown action', async () => {
    const simulator = await start()
    const answer = await call(simulator, { Action: 'ResetEverything' })
    expect(answer.said()).toEqual([4000, '(9001)interface ResetEverything not exist'])
  })

  it('has a hundred calls a minute where the quota is on', async () => {
    let nowMs = Date.now()
    const simulator = await start({ behaviour: { quotaPerMinute: 100 }, now: () => nowMs })
    const codes: unknown[] = []
    for (let index = 0; index < 101; index += 1) codes.push((await call(simulator, list)).said()[0])
    expect(codes.indexOf(4400)).toBe(100)
    nowMs += 60_000
    expect((await call(simulator, list)).said()[0]).toBe(0)
  })

  it('cannot mix a query string into a POST, nor send JSON', async () => {
    const simulator = await start()
    const params = signParams(simulator, list)
    const mixed = await fetch(`${simulator.urlV2}?${new URLSearchParams(params)}`, { method: 'POST' })
    expect(await mixed.json()).toMatchObject({ code: 4000 })
    const json = await fetch(simulator.urlV2, {
      method: 'POST',
      body: JSON.stringify(params),
      headers: { 'content-type': 'application/json' },
    })
    expect(await json.json()).toMatchObject({ code: 4000 })
    expect((await fetch(`${simulator.url}/elsewhere`)).status).toBe(404)
  })
})

describe('reads', () => {
  it('page 120 topics by fifty, each once', async () => {
    const simulator = await start({ seed: bigSeed(12_000) })
    const read = async (offset: number) => {
      const bulk = { instanceId: 'ckafka-bulk0001', group: 'bulk' }
      const answer = await call(simulator, { Action: 'GetGroupOffsets', ...bulk, offset: String(offset) })
      return answer.json().data as { totalCount: number; topicList: { topic: string }[] }
    }
    const pages = await Promise.all([0, 50, 100, 150].map(read))
    expect(pages.map(each => each.topicList.length)).toEqual([50, 50, 20, 0])
    expect(new Set(pages.flatMap(each => each.topicList.map(({ topic }) => topic))).size).toBe(120)
    expect(pages.every(each => each.totalCount === 120)).toBe(true)
  })

  it('refuse a page of more than fifty', async () => {
    const params = { Action: 'GetGroupOffsets', ...wordcount, limit: '51' }
    expect((await call(await start(), params)).said()[0]).toBe(4000)
  })

  it('GetGroupOffsets: spelled as on its page, with -1 where there is no commit or it cannot be read', async () => {
    const simulator = await start()
    simulator.cluster.addPartitions('streams-wordcount-output', 1)
    simulator.cluster.failRead('streams-wordcount-output', 0, 5)
    const answer = await call(simulator, {
      Action: 'GetGroupOffsets',
      ...wordcount,
      'topics.0': 'streams-wordcount-output',
    })
    const { message, data } = answer.json() as {
      message: string
      data: { totalCount: number; topicList: { topic: string; partitions: { partition: number }[] }[] }
    }
    const partitions = data.topicList[0]?.partitions.sort((a, b) => a.partition - b.partition)
    expect(message).toBe('')
    expect(partitions?.map(each => Object.values(each))).toEqual([
      [0, -1, '', 5, -1, -1],
      [1, 90000, '', 0, 112843, 22843],
      [2, 0, '', 0, 27708, 27708],
      [3, 100, '', 0, 29149, 29049],
      [4, -1, '', 0, 0, -1],
    ])
    expect(Object.keys(partitions?.[0] ?? {})).toEqual([
      'partition',
      'offset',
      'metadata',
      'err_code',
      'log_end_offset',
      'lag',
    ])
  })

  it('GetGroupOffsets: filters by name, and knows nothing of a Dead group', async () => {
    const simulator = await start({ seed: bigSeed(300) })
    const bulk = { Action: 'GetGroupOffsets', instanceId: 'ckafka-bulk0001', group: 'bulk' }
    const found = await call(simulator, { ...bulk, searchWord: '-002' })
    expect(found.json()).toMatchObject({ data: { totalCount: 1, topicList: [{ topic: 'bulk-002' }] } })
    const ghost = await call(simulator, { ...bulk, group: 'ghost' })
    expect(ghost.json()).toMatchObject({ data: { totalCount: 0, topicList: [] } })
  })

  it('GetGroupInfo: state and members, shown only while Stable', async () => {
    const simulator = await start({ seed: demoSeed(Date.now()) })
    const ask = {
      Action: 'GetGroupInfo',
      instanceId: 'ckafka-demo0001',
      'group.0': 'orders-audit',
      'group.1': 'ghost',
    }
    expect((await call(simulator, ask)).json()).toMatchObject({
      data: [
        {
          err_code: 0,
          state: 'Stable',
          protocol_type: 'consumer',
          protocol: 'range',
          members: [
            {
              client_id: 'audit-1',
              client_host: '/10.0.3.11',
              assignment: { version: 0, topics: [{ topic: 'orders', partitions: [0, 1] }] },
            },
            { client_id: 'audit-2' },
          ],
          group: 'orders-audit',
        },
        { state: 'Dead', members: [], group: 'ghost' },
      ],
    })
    simulator.cluster.rebalance('orders-audit', 'PreparingRebalance')
    expect((await call(simulator, ask)).json()).toMatchObject({
      data: [{ state: 'PreparingRebalance', members: [] }, {}],
    })
  })

  it('the lists answer flat, or inside data where it is switched', async () => {
    const simulator = await start()
    const instances = {
      totalCount: 1,
      instanceList: [{ instanceId: 'ckafka-xxooa0', instanceName: 'test', status: 1 }],
    }
    expect((await call(simulator, { Action: 'ListInstance', 'status.0': '1' })).json()).toMatchObject(
      instances,
    )
    simulator.behaviour.lists = 'data'
    expect((await call(simulator, { Action: 'ListInstance' })).json()).toMatchObject({ data: instances })
    expect((await call(simulator, { Action: 'ListInstance', 'status.0': '0' })).json()).toMatchObject({
      data: { totalCount: 0 },
    })
    expect((await call(simulator, list)).json()).toMatchObject({
      data: { topicList: [{ topicName: 'streams-wordcount-output' }] },
    })
  })

  it('the remaining pages: topic attributes, groups, and who consumes what', async () => {
    const simulator = await start()
    const instanceId = 'ckafka-xxooa0'
    const attributes = { Action: 'GetTopicAttributes', instanceId, topicName: 'streams-wordcount-output' }
    expect((await call(simulator, attributes)).json()).toMatchObject({ partitionNum: 4 })
    expect((await call(simulator, { ...attributes, topicName: 'aaaa' })).said()).toEqual([
      4000,
      '(10012)topic not exist',
    ])
    expect((await call(simulator, { Action: 'ListGroup', instanceId })).json()).toMatchObject({
      data: { totalCount: 1, groupList: [{ group: 'streams-wordcount', protocol: 'consumer' }] },
    })
    expect((await call(simulator, { Action: 'ListConsumerGroup', instanceId })).json()).toMatchObject({
      data: {
        totalCount: 1,
        groupList: { 'streams-wordcount': { 'streams-wordcount-output': [20000, 90000, 0, 100] } },
        topicListForMonitor: [{ topicName: 'streams-wordcount-output' }],
      },
    })
  })
})

// Writes to chosen partitions over API 3.0, on real sockets: what is said on the wire, what a look beforehand must have
// seen, and that one call makes at most one change, whatever comes back.

import type { Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createCkafka } from '../../../src/adapters/ckafka/ckafka.ts'
import type { ConfigV3 } from '../../../src/adapters/ckafka/settings.ts'
import type { PartitionWrite } from '../../../src/ports.ts'
import type { Reset } from '../../../src/request/reset.ts'
import { httpAnswer, type RawServer } from './raw-server.ts'
import {
  ACCEPTED,
  actionOf,
  answering,
  at,
  error,
  type Respond,
  result,
  type Script,
  seen,
  startScriptedApi,
} from './scripted-v3.ts'

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  await Promise.all(closers.splice(0).map(close => close()))
})

const serve = async (script?: Script): Promise<RawServer> => {
  const server = await startScriptedApi(script)
  closers.push(server.close)
  return server
}
const client = (endpoint: string, timeouts: ConfigV3['timeouts'] = {}) => {
  const account = { region: 'ap-guangzhou', secretId: 'AKIDFAULTS', secretKey: 'faults-secret-key' }
  const cluster = createCkafka(
    { dialect: 'v3', ...account, endpoint, timeouts: { secondLookMs: 10, ...timeouts } },
    { now: Date.now },
  )
  closers.push(cluster.close)
  return cluster
}
const target = { instanceId: 'ckafka-xxooa0', group: 'g' }
const shift: Reset = {
  target,
  strategy: { kind: 'shift', direction: 'replay', count: 10n },
  scope: 'topics',
  topics: ['t'],
}
const soon = (ms = 5_000) => Date.now() + ms
const TO_40: PartitionWrite[] = [{ partition: 0, offset: 40n }]
const write = ({ url }: RawServer, offsets = TO_40, deadlineMs = soon()) =>
  client(url).writeOffsets(target, 't', offsets, deadlineMs)
const batches = (server: RawServer) => seen(server, 'BatchModifyGroupOffsets')
const mutations = (server: RawServer) => server.requests.filter(each => /Modify/.test(actionOf(each)))
const reported = (...partitions: [number, bigint | null, number, string?][]) => ({
  kind: 'done',
  topics: [
    {
      topic: 't',
      errorCode: 0,
      errorMessage: '',
      partitions: partitions.map(([partition, offset, errorCode, errorMessage = '']) => ({
        partition,
        offset,
        errorCode,
        errorMessage,
      })),
    },
  ],
})
const NO_PARTITION = 'There is no partition of this number in the topic.'
const offsetsOf = (...partitions: [number, number | string][]) =>
  answering(
    // By hand: the digits of a large offset must come over as they are.
    httpAnswer(
      200,
      `{"Response":{"Result":{"TotalCount":1,"TopicList":[{"Topic":"t","Partitions":[${partitions
        .map(([partition, offset]) => `{"Partition":${partition},"Offset":${offset},"ErrorCode":0}`)
        .join(',')}]}]},"RequestId":"r"}}`,
    ),
  )
const rangesOf = (...partitions: number[]) =>
  answering(
    result({
      TotalCount: partitions.length,
      TopicInSyncReplicaList: partitions.map(partition => ({
        Partition: String(partition),
        BeginOffset: 10,
        EndOffset: 100,
      })),
    }),
  )
const NOTHING = answering(result({ TotalCount: 0, TopicList: [] }))

describe('what goes over the wire', () => {
  it('is a look, one write of one topic with every offset, and a look', async () => {
    const server = await serve()
    expect(await write(server)).toEqual(reported([0, 40n, 0]))
    const actions = server.requests.map(actionOf)
    expect(new Set(actions.slice(0, 2))).toEqual(new Set(['DescribeGroupInfo', 'DescribeGroupOffsets']))
    expect(actions.slice(2)).toEqual(['BatchModifyGroupOffsets', 'DescribeGroupOffsets'])
    const [request] = batches(server)
    expect(request?.headers).toMatch(/connection: close/i)
    expect(request?.body).toBe(
      '{"InstanceId":"ckafka-xxooa0","GroupName":"g","TopicName":["t"],"Partitions":[{"Partition":0,"Offset":40}]}',
    )
  })

  it('has every digit, there and back', async () => {
    const offsets = offsetsOf([0, '9223372036854775807'], [1, '9007199254740993'])
    const server = await serve({ offsets })
    const asked = [
      { partition: 1, offset: 9_007_199_254_740_993n },
      { partition: 0, offset: 2n ** 63n - 1n },
    ]
    expect(await write(server, asked)).toEqual(
      reported([0, 2n ** 63n - 1n, 0], [1, 9_007_199_254_740_993n, 0]),
    )
    expect(batches(server)[0]?.body).toMatch(
      /"Partitions":\[\{"Partition":1,"Offset":9007199254740993\},\{"Partition":0,"Offset":9223372036854775807\}\]\}$/,
    )
  })

  it('is, for a reset of chosen partitions, their numbers beside the topics', async () => {
    const server = await serve()
    expect(await client(server.url).resetOffsets(shift, soon(), [0])).toEqual(reported([0, 40n, 0]))
    expect(seen(server)[0]?.body).toBe(
      '{"InstanceId":"ckafka-xxooa0","Group":"g","Topics":["t"],"Partitions":[0],"Strategy":0,"Shift":-10}',
    )
  })
})

describe('a code inside the result', () => {
  it.each(['0', 0, 'OK', 'ok'])('means success when it is %o', async ReturnCode => {
    const data = { Data: { FlowId: 0, RouteDTO: { RouteId: 0 } } }
    const server = await serve({
      write: answering(result({ ReturnCode, ReturnMessage: 'success', ...data })),
    })
    expect(await write(server)).toEqual(reported([0, 40n, 0]))
  })

  it.each(['25', 1, 'OKAY', ''])('proves nothing when it is %o', async ReturnCode => {
    const server = await serve({ write: answering(result({ ReturnCode, ReturnMessage: 'x' })) })
    expect(await write(server)).toMatchObject({ kind: 'unknown' })
    expect(mutations(server)).toHaveLength(1)
  })
})

describe('what is not there is not sent', () => {
  it('nor is a partition called missing because it has no commit: the topic itself is asked', async () => {
    let looks = 0
    const server = await serve({
      offsets: (socket, number, request) => {
        looks = number
        const found = number === 1 ? offsetsOf([0, 50]) : offsetsOf([0, 40], [1, 7])
        found(socket, number, request)
      },
      ranges: rangesOf(0, 1),
    })
    const asked = [...TO_40, { partition: 1, offset: 7n }, { partition: 2, offset: 7n }]
    expect(await write(server, asked)).toEqual(reported([0, 40n, 0], [1, 7n, 0], [2, null, 3, NO_PARTITION]))
    expect(looks).toBe(2)
    expect(batches(server)[0]?.body).toMatch(
      /"Partitions":\[\{"Partition":0,"Offset":40\},\{"Partition":1,"Offset":7\}\]\}$/,
    )
  })

  it('and nothing is, when no partition is left', async () => {
    const server = await serve()
    expect(await write(server, [{ partition: 3, offset: 7n }])).toEqual(reported([3, null, 3, NO_PARTITION]))
    const reset = await client(server.url).resetOffsets(shift, soon(), [3])
    expect(reset).toEqual(reported([3, null, 3, NO_PARTITION]))
    expect(mutations(server)).toEqual([])
  })

  it('and a topic is asked for its partitions where the group has none of its own', async () => {
    const topics = answering(result({ TotalCount: 1, TopicList: [{ TopicName: 't' }] }))
    const offsets: Respond = (socket, number, request) =>
      (number === 1 ? NOTHING : offsetsOf([0, 40]))(socket, number, request)
    const server = await serve({ offsets, topics })
    expect(await write(server)).toEqual(reported([0, 40n, 0]))
    expect(mutations(server)).toHaveLength(1)
  })

  it.each<[string, Respond]>([
    ['is cut', socket => socket.destroy()],
    ['is a 502', socket => socket.end(httpAnswer(502, '<html>'))],
    ['is an internal error', answering(error('InternalError'))],
    ['is of another shape', answering(result({}))],
  ])('and nothing is, when the look at the partitions %s', async (_, ranges) => {
    const server = await serve({ ranges })
    const asked = [...TO_40, { partition: 1, offset: 7n }]
    expect(await write(server, asked)).toMatchObject({ kind: 'notSent' })
    expect(await client(server.url).resetOffsets(shift, soon(), [0, 1])).toMatchObject({ kind: 'notSent' })
    expect(mutations(server)).toEqual([])
  })

  it('and nothing is, when that look takes more than half of the time', async () => {
    const server = await serve({ ranges: () => {} })
    const outcome = await write(server, [{ partition: 1, offset: 7n }], soon(400))
    expect(outcome).toMatchObject({ kind: 'notSent' })
    expect(mutations(server)).toEqual([])
  })

  it.each(['Stable', 'PreparingRebalance', 'CompletingRebalance'])(
    'nor anything to a group that is %s',
    async State => {
      const server = await serve({ info: answering(result([{ Group: 'g', State, ErrorCode: '0' }])) })
      expect(await write(server)).toMatchObject({ kind: 'refused', reason: 'groupNotEmpty', code: 'none' })
      expect(mutations(server)).toEqual([])
    },
  )
})

describe('a write that may have been read is unknown, and is sent once', () => {
  const half = (socket: Socket) => {
    socket.write(ACCEPTED.slice(0, -10), () => socket.destroy())
  }
  it.each<[string, Respond]>([
    ['closed without an answer', socket => socket.end()],
    ['reset without an answer', socket => socket.resetAndDestroy()],
    ['half a body', half],
    ['no HTTP', socket => socket.end('SSH-2.0-OpenSSH_9.6\r\n')],
    ['a web page', socket => socket.end(httpAnswer(200, '<html>'))],
    ['a bare 403', socket => socket.end(httpAnswer(403, 'no'))],
    ['302', socket => socket.end(httpAnswer(302, '', { location: '/' }))],
    ['502', socket => socket.end(httpAnswer(502, '<html>'))],
    ['an internal error', answering(error('InternalError'))],
    ['a failed operation', answering(error('FailedOperation'))],
    ['a success of nothing', answering(result({}))],
  ])('%s', async (_, respond) => {
    const server = await serve({ write: respond, modify: respond })
    expect(await write(server)).toMatchObject({ kind: 'unknown' })
    expect(mutations(server)).toHaveLength(1)
    expect(await client(server.url).resetOffsets(shift, soon(), [0])).toMatchObject({ kind: 'unknown' })
    expect(mutations(server)).toHaveLength(2)
  })

  it('silence until the deadline', async () => {
    const server = await serve({ write: () => {} })
    const startedMs = Date.now()
    expect(await write(server, TO_40, startedMs + 400)).toMatchObject({ kind: 'unknown' })
    expect(Date.now() - startedMs).toBeLessThan(1_500)
    expect(mutations(server)).toHaveLength(1)
  })

  it('silence until the call has had its time', async () => {
    const server = await serve({ write: () => {} })
    const outcome = await client(server.url, { callMs: 600 }).writeOffsets(target, 't', TO_40, soon(60_000))
    expect(outcome).toEqual({ kind: 'unknown', cause: 'no answer within 600 ms' })
    expect(mutations(server)).toHaveLength(1)
  })
})

describe('the API’s own refusal is one', () => {
  it.each([
    ['InvalidParameterValue.RepetitionValue', 'twice', 'badRequest'],
    ['InvalidParameterValue.InstanceNotExist', 'gone', 'instanceMissing'],
    ['UnauthorizedOperation', 'who', 'notAllowed'],
    ['FailedOperation', 'group is not empty', 'groupNotEmpty'],
  ])('%s', async (code, message, reason) => {
    const server = await serve({ write: answering(error(code, message)) })
    expect(await write(server)).toEqual({ kind: 'refused', reason, code, message })
    expect(mutations(server)).toHaveLength(1)
  })

  it('one call too many was not sent', async () => {
    const server = await serve({ write: answering(error('RequestLimitExceeded')) })
    expect(await write(server)).toMatchObject({ kind: 'notSent', retryAfterMs: 1_000 })
    expect(mutations(server)).toHaveLength(1)
  })
})

describe('once the API has accepted a write', () => {
  const contradiction = (found: number) => `the API answered success, but the offset is ${found}`

  it.each([
    ['did nothing', 50],
    ['went to the log’s start', 10],
    ['went to the log’s end', 100],
    ['went one too far', 41],
  ])('it has failed when it %s, after a second look', async (_, found) => {
    const server = await serve({
      offsets: (socket, number) => {
        socket.write(at(number === 1 ? 50 : found))
      },
    })
    expect(await write(server)).toEqual(reported([0, BigInt(found), -1, contradiction(found)]))
    expect(seen(server, 'DescribeGroupOffsets')).toHaveLength(3)
    // An offset that was named is held to itself; where the log ends can excuse nothing.
    expect(seen(server, 'DescribeTopicSyncReplica')).toEqual([])
    expect(mutations(server)).toHaveLength(1)
  })

  it('it has succeeded when the first look was a moment too early', async () => {
    const server = await serve({
      offsets: (socket, number) => {
        socket.write(at(number <= 2 ? 50 : 40))
      },
    })
    expect(await write(server)).toEqual(reported([0, 40n, 0]))
  })

  it('it has failed where the offset is not listed', async () => {
    const server = await serve({
      offsets: (socket, number, request) =>
        (number === 1 ? offsetsOf([0, 50], [1, 50]) : offsetsOf([1, 9]))(socket, number, request),
    })
    const message = 'the API answered success, but does not list the partition'
    expect(await write(server)).toEqual(reported([0, null, -1, message]))
  })

  it.each<[string, Respond]>([
    ['silence', () => {}],
    ['502', socket => socket.end(httpAnswer(502, ''))],
    ['another shape', answering(result({}))],
  ])('nothing is reported when the read-back meets %s: not even what was left out', async (_, respond) => {
    const server = await serve({
      offsets: (socket, number, request) => {
        if (number === 1) socket.write(at(50))
        else respond(socket, number, request)
      },
    })
    const asked = [...TO_40, { partition: 5, offset: 7n }]
    expect(await write(server, asked, soon(400))).toEqual({ kind: 'done', topics: [] })
    expect(mutations(server)).toHaveLength(1)
  })

  it('a topic that is gone since has failed as a whole', async () => {
    const server = await serve({
      offsets: (socket, number, request) =>
        (number === 1 ? offsetsOf([0, 50]) : NOTHING)(socket, number, request),
    })
    const asked = [...TO_40, { partition: 5, offset: 7n }]
    expect(await write(server, asked)).toMatchObject({
      topics: [{ topic: 't', errorCode: 3, partitions: [] }],
    })
  })
})

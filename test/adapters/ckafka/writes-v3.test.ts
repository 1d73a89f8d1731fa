// Offsets written one by one over API 3.0, on real sockets: what is said on the wire, what a look beforehand must have
// seen, and that one call makes at most one change, whatever comes back.

import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { PartitionWrite, Quota } from '../../../src/ports/cluster.ts'
import { causeOf } from '../../../src/request/cause.ts'
import { httpAnswer, type RawServer } from './raw-server.ts'
import {
  ACCEPTED,
  actionOf,
  answering,
  client,
  error,
  type Respond,
  result,
  seen,
  serve,
} from './scripted-v3.ts'

const target = { instanceId: 'ckafka-xxooa0', group: 'g' }
const soon = (ms = 5_000) => Date.now() + ms
const TO_40: PartitionWrite[] = [{ partition: 0, offset: 40n }]
const write = ({ url }: RawServer, offsets = TO_40, deadlineMs = soon()) =>
  client(url).writeOffsets(target, 't', offsets, deadlineMs)
const batches = (server: RawServer) => seen(server, 'BatchModifyGroupOffsets')
const mutations = (server: RawServer) => server.requests.filter(each => /Modify/.test(actionOf(each)))
const NO_PARTITION = 'There is no partition of this number in the topic.'
/** With Kafka's code 3 the partition is not there; with 0 its write was accepted. */
const reported = (...partitions: [number, 0 | 3][]) => ({
  kind: 'done',
  topics: [
    {
      topic: 't',
      errorCode: 0,
      errorMessage: '',
      partitions: partitions.map(([partition, errorCode]) => ({
        partition,
        offset: null,
        errorCode,
        errorMessage: errorCode === 0 ? '' : NO_PARTITION,
      })),
    },
  ],
})
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
const TOPIC = answering(result({ TotalCount: 1, TopicList: [{ TopicName: 't' }] }))
const NOTHING = answering(result({ TotalCount: 0, TopicList: [] }))

describe('a budget that has to be waited for', () => {
  /** Of the write, as long as it takes a Redis that is silent. */
  const slow = (asked: string[]): Quota => ({
    async take(action) {
      asked.push(action)
      if (action === 'BatchModifyGroupOffsets') await new Promise(resolve => setTimeout(resolve, 300))
      return { ok: true }
    },
    pause: async () => {},
  })

  it('is taken before the look, so that nothing slow comes between the look and the write', async () => {
    const server = await serve()
    const asked: string[] = []
    const outcome = await client(server.url, {}, { quota: slow(asked) }).writeOffsets(
      target,
      't',
      TO_40,
      soon(),
    )
    expect(outcome).toMatchObject(reported([0, 0]))
    expect(asked.slice(0, 1)).toEqual(['BatchModifyGroupOffsets'])
    expect(asked).toHaveLength(3)
    expect(server.requests.map(actionOf).slice(2)).toEqual(['BatchModifyGroupOffsets'])
  })
})

describe('what goes over the wire', () => {
  it('is a look, and one write of one topic with every offset', async () => {
    const server = await serve()
    expect(await write(server)).toMatchObject(reported([0, 0]))
    const actions = server.requests.map(actionOf)
    expect(new Set(actions.slice(0, 2))).toEqual(new Set(['DescribeGroupInfo', 'DescribeGroupOffsets']))
    expect(actions.slice(2)).toEqual(['BatchModifyGroupOffsets'])
    const [request] = batches(server)
    expect(request?.headers).toMatch(/connection: close/i)
    expect(request?.body).toBe(
      '{"InstanceId":"ckafka-xxooa0","GroupName":"g","TopicName":["t"],"Partitions":[{"Partition":0,"Offset":40}]}',
    )
  })

  it('has every digit', async () => {
    const server = await serve({ offsets: offsetsOf([0, 1], [1, 1]) })
    const asked = [
      { partition: 1, offset: 9_007_199_254_740_993n },
      { partition: 0, offset: 2n ** 63n - 1n },
    ]
    expect(await write(server, asked)).toMatchObject(reported([1, 0], [0, 0]))
    expect(batches(server)[0]?.body).toMatch(
      /"Partitions":\[\{"Partition":1,"Offset":9007199254740993\},\{"Partition":0,"Offset":9223372036854775807\}\]\}$/,
    )
  })
})

describe('a code inside the result', () => {
  it.each(['0', 0, 'OK', 'ok'])('means success when it is %o', async ReturnCode => {
    const data = { Data: { FlowId: 0, RouteDTO: { RouteId: 0 } } }
    const server = await serve({
      write: answering(result({ ReturnCode, ReturnMessage: 'success', ...data })),
    })
    expect(await write(server)).toMatchObject(reported([0, 0]))
  })

  it.each(['25', 1, 'OKAY', ''])('proves nothing when it is %o', async ReturnCode => {
    const server = await serve({ write: answering(result({ ReturnCode, ReturnMessage: 'x' })) })
    expect(await write(server)).toMatchObject({ kind: 'unknown' })
    expect(mutations(server)).toHaveLength(1)
  })
})

describe('what is not there is not sent', () => {
  it('nor is a partition called missing because it has no commit: the topic itself is asked', async () => {
    const server = await serve({ offsets: offsetsOf([0, 50]), ranges: rangesOf(0, 1) })
    const asked = [...TO_40, { partition: 1, offset: 7n }, { partition: 2, offset: 7n }]
    expect(await write(server, asked)).toMatchObject(reported([0, 0], [1, 0], [2, 3]))
    expect(batches(server)[0]?.body).toMatch(
      /"Partitions":\[\{"Partition":0,"Offset":40\},\{"Partition":1,"Offset":7\}\]\}$/,
    )
  })

  it('and nothing is, when no partition is left', async () => {
    const server = await serve()
    expect(await write(server, [{ partition: 3, offset: 7n }])).toMatchObject(reported([3, 3]))
    expect(mutations(server)).toEqual([])
  })

  it('and a topic is asked for its partitions where the group has none of its own', async () => {
    const server = await serve({ offsets: NOTHING })
    expect(await write(server)).toMatchObject(reported([0, 0]))
    expect(mutations(server)).toHaveLength(1)
  })

  it.each<[string, Respond, object]>([
    ['and there is none of the name', NOTHING, { kind: 'done', topics: [{ errorCode: 3 }] }],
    ['and there is one', TOPIC, { kind: 'refused', reason: 'badRequest' }],
    ['and nobody can say', answering(error('InternalError')), { kind: 'refused' }],
  ])('and nothing is, when the API refuses to look at the topic, %s', async (_, topics, expected) => {
    const ranges = answering(error('InvalidParameter'))
    const server = await serve({ offsets: NOTHING, ranges, topics })
    expect(await write(server)).toMatchObject(expected)
    expect(mutations(server)).toEqual([])
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
    const server = await serve({ write: respond })
    expect(await write(server)).toMatchObject({ kind: 'unknown' })
    expect(mutations(server)).toHaveLength(1)
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
    const outcome = await client(server.url, { timeouts: { callMs: 600 } }).writeOffsets(
      target,
      't',
      TO_40,
      soon(60_000),
    )
    expect(outcome).toMatchObject({ kind: 'unknown', cause: causeOf('noAnswer', '600 ms') })
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
    expect(await write(server)).toMatchObject({ kind: 'refused', reason, code, message })
    expect(mutations(server)).toHaveLength(1)
  })

  it('one call too many was not sent', async () => {
    const server = await serve({ write: answering(error('RequestLimitExceeded')) })
    expect(await write(server)).toMatchObject({ kind: 'notSent', retryAfterMs: 1_000 })
    expect(mutations(server)).toHaveLength(1)
  })
})

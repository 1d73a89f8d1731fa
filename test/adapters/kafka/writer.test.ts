// The writes, over brokers that answer as real ones cannot be brought to: what is sent, how often, and what is claimed of it.

import { describe, expect, it } from 'vitest'
import type { PartitionWrite } from '../../../src/ports/cluster.ts'
import { causeOf } from '../../../src/request/cause.ts'
import { NO_SUCH_HOST } from '../../support/unreachable.ts'
import {
  brokerOf,
  committed,
  described,
  describedNew,
  fetched,
  kafkaOf,
  scripted,
  soon,
  TARGET,
} from './scripted.ts'
import type { Answers } from './scripted-broker.ts'

const AT = { 'orders 0': 5n, 'orders 1': 6n, 'payments 0': 7n }
const THERE: Answers = { OffsetFetch: () => fetched(AT), OffsetCommit: request => committed(request) }
const WRITES = new Map<string, PartitionWrite[]>([
  [
    'orders',
    [
      { partition: 0, offset: 1n },
      { partition: 1, offset: 2n },
    ],
  ],
  ['payments', [{ partition: 0, offset: 3n }]],
])

describe('a write', () => {
  it('is one commit as an administrator, of all topics, sent once', async () => {
    const { kafka, broker } = await scripted(THERE)
    expect(await kafka.writeTopics(TARGET, WRITES, soon())).toMatchObject({
      called: { kind: 'done' },
      unwritten: [],
    })
    const place = (partitionIndex: number, committedOffset: bigint) => ({
      partitionIndex,
      committedOffset,
      committedLeaderEpoch: -1,
      committedMetadata: '',
    })
    expect(broker.of('OffsetCommit')).toEqual([
      {
        groupId: 'billing',
        generationIdOrMemberEpoch: -1,
        memberId: '',
        groupInstanceId: null,
        topics: [
          { name: 'orders', partitions: [place(0, 1n), place(1, 2n)] },
          { name: 'payments', partitions: [place(0, 3n)] },
        ],
      },
    ])
    expect(broker.of('OffsetFetch')).toMatchObject([{ requireStable: true }])
  })

  it('takes three calls on the wire beside greetings, and two when the coordinator is known', async () => {
    const { kafka, broker } = await scripted(THERE)
    await kafka.writeTopics(TARGET, WRITES, soon())
    expect(broker.requests.map(({ api }) => api).filter(api => api !== 'ApiVersions')).toEqual([
      'FindCoordinator',
      'OffsetFetch',
      'OffsetCommit',
    ])
    await kafka.writeTopics(TARGET, WRITES, soon())
    expect(broker.requests.slice(-2).map(({ api }) => api)).toEqual(['OffsetFetch', 'OffsetCommit'])
  })

  it('speaks the versions of Kafka 2.4 as well', async () => {
    const versions = { ApiVersions: 3, Metadata: 8, FindCoordinator: 2, OffsetFetch: 6, OffsetCommit: 7 }
    const { kafka, broker } = await scripted(THERE, { versions })
    expect((await kafka.writeTopics(TARGET, WRITES, soon())).called.kind).toBe('done')
    expect(broker.requests.map(({ api, version }) => `${api} ${version}`)).toContain('OffsetCommit 7')
  })

  it('leaves out what has another offset than it goes out from, and says so', async () => {
    const { kafka, broker } = await scripted(THERE)
    const outcome = await kafka.writeOffsets(
      TARGET,
      'orders',
      [
        { partition: 0, offset: 1n, over: 4n },
        { partition: 1, offset: 2n, over: 6n },
      ],
      soon(),
    )
    expect(outcome).toMatchObject({
      kind: 'done',
      topics: [{ topic: 'orders', moved: [0], partitions: [{ partition: 1, errorCode: 0 }] }],
    })
    expect(broker.of('OffsetCommit')).toMatchObject([{ topics: [{ partitions: [{ partitionIndex: 1 }] }] }])
  })

  it('goes out from no commit where there is none', async () => {
    const { kafka } = await scripted({
      ...THERE,
      OffsetFetch: () => fetched({ 'orders 0': null, 'orders 1': 6n }),
    })
    const outcome = await kafka.writeOffsets(
      TARGET,
      'orders',
      [
        { partition: 0, offset: 1n, over: null },
        { partition: 1, offset: 2n, over: null },
      ],
      soon(),
    )
    expect(outcome).toMatchObject({ kind: 'done', topics: [{ moved: [1], partitions: [{ partition: 0 }] }] })
  })

  it('sends no commit when nothing is left to write', async () => {
    const { kafka, broker } = await scripted(THERE)
    const outcome = await kafka.writeOffsets(
      TARGET,
      'orders',
      [{ partition: 0, offset: 1n, over: 4n }],
      soon(),
    )
    expect(outcome).toMatchObject({ kind: 'done', topics: [{ moved: [0], partitions: [] }] })
    expect(broker.of('OffsetCommit')).toEqual([])
  })

  it('does not write over what a transaction that is open may commit', async () => {
    const { kafka, broker } = await scripted({ ...THERE, OffsetFetch: () => fetched(AT, { 'orders 0': 88 }) })
    expect(await kafka.writeOffsets(TARGET, 'orders', WRITES.get('orders') ?? [], soon())).toMatchObject({
      kind: 'done',
      topics: [
        {
          partitions: [
            { partition: 1, errorCode: 0 },
            { partition: 0, errorCode: 88 },
          ],
        },
      ],
    })
    expect(broker.of('OffsetCommit')).toMatchObject([{ topics: [{ partitions: [{ partitionIndex: 1 }] }] }])
  })

  it.each<[string, ReadonlyMap<string, PartitionWrite[]>]>([
    ['a negative offset', new Map([['orders', [{ partition: 0, offset: -1n }]]])],
    ['an offset that no log has', new Map([['orders', [{ partition: 0, offset: 2n ** 63n }]]])],
    ['no topic', new Map()],
    ['no partition', new Map([['orders', []]])],
    [
      'a partition twice',
      new Map([
        [
          'orders',
          [
            { partition: 0, offset: 1n },
            { partition: 0, offset: 2n },
          ],
        ],
      ]),
    ],
    ['a partition below zero', new Map([['orders', [{ partition: -1, offset: 1n }]]])],
    ['half a partition', new Map([['orders', [{ partition: 0.5, offset: 1n }]]])],
    ['a topic that is no text', new Map([['orders\ud800', [{ partition: 0, offset: 1n }]]])],
    [
      'a topic longer than the protocol takes',
      new Map([['x'.repeat(40_000), [{ partition: 0, offset: 1n }]]]),
    ],
  ])('of %s is refused without asking', async (_, writes) => {
    const { kafka, broker } = await scripted(THERE)
    const { called } = await kafka.writeTopics(TARGET, writes, soon())
    expect(called).toMatchObject({ kind: 'refused', reason: 'badRequest', code: 'none' })
    expect(broker.requests).toEqual([])
  })

  it('to another cluster, or as a reset that Kafka has not, is refused without asking', async () => {
    const { kafka, broker } = await scripted(THERE)
    const elsewhere = { ...TARGET, instanceId: 'other' }
    expect(
      await kafka.writeOffsets(elsewhere, 'orders', [{ partition: 0, offset: 1n }], soon()),
    ).toMatchObject({
      kind: 'refused',
      reason: 'instanceMissing',
    })
    const reset = { target: TARGET, topics: ['orders'], strategy: { kind: 'earliest' } } as const
    expect(await kafka.resetOffsets(reset, soon())).toMatchObject({ kind: 'refused', reason: 'badRequest' })
    expect(broker.requests).toEqual([])
  })
})

describe('a group', () => {
  const nothing = { ...THERE, OffsetFetch: () => fetched({}) }

  it('that nobody knows is refused, and not made', async () => {
    const { kafka, broker } = await scripted({
      ...nothing,
      ConsumerGroupDescribe: () => describedNew('billing', '', 69),
      DescribeGroups: () => described('billing', 'Dead'),
      ListGroups: () => ({ throttleTimeMs: 0, errorCode: 0, groups: [] }),
    })
    expect((await kafka.writeTopics(TARGET, WRITES, soon())).called).toEqual({
      kind: 'refused',
      reason: 'other',
      code: 'GROUP_ID_NOT_FOUND',
      message: 'There is no consumer group of this name.',
    })
    expect(broker.of('OffsetCommit')).toEqual([])
  })

  it('that is there without a commit is written to', async () => {
    const { kafka } = await scripted({
      ...nothing,
      ConsumerGroupDescribe: () => describedNew('billing', 'Empty'),
    })
    expect((await kafka.writeTopics(TARGET, WRITES, soon())).called.kind).toBe('done')
  })

  it('that is called dead and has commits elsewhere is written to', async () => {
    const { kafka } = await scripted({
      ...THERE,
      OffsetFetch: ({ topics }) => (topics === null ? fetched({ 'other 0': 3n }) : fetched({})),
      ConsumerGroupDescribe: () => describedNew('billing', '', 69),
      DescribeGroups: () => described('billing', 'Dead'),
      ListGroups: () => ({ throttleTimeMs: 0, errorCode: 0, groups: [] }),
    })
    expect((await kafka.writeTopics(TARGET, WRITES, soon())).called.kind).toBe('done')
  })

  it.each(['Stable', 'Assigning', 'Reconciling', 'PreparingRebalance', 'NotReady', 'Unknown', 'Brand New'])(
    'that is %s and has no commit is refused before anything is sent',
    async state => {
      const { kafka, broker } = await scripted({
        ...nothing,
        ConsumerGroupDescribe: () => describedNew('billing', state),
      })
      expect((await kafka.writeTopics(TARGET, WRITES, soon())).called).toMatchObject({
        reason: 'groupNotEmpty',
      })
      expect(broker.of('OffsetCommit')).toEqual([])
    },
  )

  it('that may not be read is refused with the reason', async () => {
    const { kafka } = await scripted({ ...THERE, OffsetFetch: () => ({ ...fetched({}), errorCode: 30 }) })
    expect((await kafka.writeTopics(TARGET, WRITES, soon())).called).toMatchObject({
      kind: 'refused',
      reason: 'notAllowed',
      code: 'GROUP_AUTHORIZATION_FAILED',
      // The look needs DESCRIBE alone, and the write READ.
      message: 'This needs READ on the group.',
    })
  })

  it('whose coordinator has moved before the look is looked at there, and the commit is sent once', async () => {
    const { kafka, broker } = await scripted({
      ...THERE,
      OffsetFetch: (_, { nth }) =>
        nth < 3 ? { ...fetched({}), errorCode: nth === 1 ? 16 : 14 } : fetched(AT),
    })
    expect((await kafka.writeTopics(TARGET, WRITES, soon())).called.kind).toBe('done')
    expect(broker.of('FindCoordinator')).toHaveLength(3)
    expect(broker.of('OffsetCommit')).toHaveLength(1)
  })

  it('whose coordinator is nowhere until half of the time is over is not written to', async () => {
    const { kafka, broker } = await scripted({
      ...THERE,
      FindCoordinator: () => ({
        throttleTimeMs: 0,
        errorCode: 15,
        errorMessage: null,
        nodeId: -1,
        host: '',
        port: -1,
      }),
    })
    const { called } = await kafka.writeTopics(TARGET, WRITES, soon(600))
    expect(called).toEqual({ kind: 'notSent', cause: causeOf('apiSaid', 'COORDINATOR_NOT_AVAILABLE') })
    expect(broker.of('OffsetCommit')).toEqual([])
  })

  it('whose coordinator cannot be reached any more is looked for anew', async () => {
    const gone = await brokerOf({})
    await gone.close()
    const { kafka, broker } = await scripted({ ...THERE })
    broker.answers.FindCoordinator = (_, { nth }) => ({
      throttleTimeMs: 0,
      errorCode: 0,
      errorMessage: null,
      nodeId: 1,
      host: '127.0.0.1',
      port: nth === 2 ? gone.port : broker.port,
    })
    expect((await kafka.writeTopics(TARGET, WRITES, soon())).called.kind).toBe('done')
    broker.answers.OffsetFetch = (_, { nth }) => (nth === 2 ? { ...fetched({}), errorCode: 16 } : fetched(AT))
    expect((await kafka.writeTopics(TARGET, WRITES, soon())).called).toEqual({
      kind: 'notSent',
      cause: causeOf('noConnection', 'ECONNREFUSED'),
    })
    expect((await kafka.writeTopics(TARGET, WRITES, soon())).called.kind).toBe('done')
    expect(broker.of('OffsetCommit')).toHaveLength(2)
  })
})

describe('the answer', () => {
  it.each([15, 16, 7, -1, 999])('%d leaves it unknown, and nothing is sent again', async code => {
    const { kafka, broker } = await scripted({ ...THERE, OffsetCommit: request => committed(request, code) })
    const { called, unwritten } = await kafka.writeTopics(TARGET, WRITES, soon())
    expect(called.kind).toBe('unknown')
    expect(unwritten.map(({ topic, end }) => `${topic} ${end}`)).toEqual([
      'orders unanswered',
      'payments unanswered',
    ])
    expect(broker.of('OffsetCommit')).toHaveLength(1)
  })

  it('25 refuses the whole: somebody joined between the look and the commit', async () => {
    const { kafka } = await scripted({ ...THERE, OffsetCommit: request => committed(request, 25) })
    expect((await kafka.writeTopics(TARGET, WRITES, soon())).called).toMatchObject({
      kind: 'refused',
      reason: 'groupNotEmpty',
      code: 'UNKNOWN_MEMBER_ID',
    })
  })

  it('14 was not taken, and says when to try again', async () => {
    const { kafka, broker } = await scripted({ ...THERE, OffsetCommit: request => committed(request, 14) })
    expect((await kafka.writeTopics(TARGET, WRITES, soon())).called).toMatchObject({
      kind: 'notSent',
      retryAfterMs: 1_000,
    })
    expect(broker.of('OffsetCommit')).toHaveLength(1)
  })

  const sizes = (broker: { of(api: 'OffsetCommit'): unknown[] }) =>
    (broker.of('OffsetCommit') as { topics: { partitions: unknown[] }[] }[]).map(({ topics }) =>
      topics.reduce((sum, { partitions }) => sum + partitions.length, 0),
    )
  const wide = new Map(
    ['a', 'b', 'c', 'd'].map(topic => [topic, [0, 1].map(partition => ({ partition, offset: 1n }))]),
  )
  const fits =
    (most: number): NonNullable<Answers['OffsetCommit']> =>
    request =>
      committed(request, request.topics.flatMap(({ partitions }) => partitions).length > most ? 28 : 0)

  it('28 is sent in as few parts as fit, each once, one after the other', async () => {
    const { kafka, broker } = await scripted({ ...THERE, OffsetCommit: fits(4) })
    const { called, unwritten } = await kafka.writeTopics(TARGET, wide, soon())
    expect(sizes(broker)).toEqual([8, 4, 4])
    expect(unwritten).toEqual([])
    expect(called).toMatchObject({
      kind: 'done',
      topics: [...wide.keys()].map(topic => ({ topic, partitions: [{}, {}] })),
    })
  })

  it('is asked for in parts from the start where one batch cannot hold it, as few as fit', async () => {
    const many = new Map([
      ['t', Array.from({ length: 1_000 }, (_, partition) => ({ partition, offset: 1n }))],
    ])
    const config =
      (value: string | null, errorCode = 0): NonNullable<Answers['DescribeConfigs']> =>
      () => ({
        throttleTimeMs: 0,
        results: [
          {
            errorCode,
            errorMessage: null,
            resourceType: 2,
            resourceName: '__consumer_offsets',
            configs: [
              {
                ...{ name: 'max.message.bytes', value, readOnly: false, configSource: 1, isSensitive: false },
                ...{ synonyms: [], configType: 0, documentation: null },
              },
            ],
          },
        ],
      })
    // A record takes 68 bytes, and the names of its group and topic, at most.
    const { kafka, broker } = await scripted({ ...THERE, DescribeConfigs: config(`${61 + 400 * 76}`) })
    expect((await kafka.writeTopics(TARGET, many, soon())).called.kind).toBe('done')
    expect(sizes(broker)).toEqual([400, 400, 200])
    for (const unknown of [config(null), config('-5'), config('1', 29)]) {
      broker.answers.DescribeConfigs = unknown
      expect((await kafka.writeTopics(TARGET, many, soon())).called.kind).toBe('done')
      expect(sizes(broker).at(-1)).toBe(1_000)
    }
  })

  it('28 for one partition alone is a refusal', async () => {
    const { kafka, broker } = await scripted({ ...THERE, OffsetCommit: fits(0) })
    expect((await kafka.writeTopics(TARGET, wide, soon())).called).toMatchObject({
      kind: 'refused',
      code: 'INVALID_COMMIT_OFFSET_SIZE',
    })
    expect(sizes(broker)).toEqual([8, 4, 2, 1])
  })

  it('that is missing for one part ends the write there: the parts behind it are not sent', async () => {
    const { kafka, broker } = await scripted({
      ...THERE,
      OffsetCommit: (request, { nth }) => (nth === 4 ? 'cut' : committed(request, [28, 28, 0][nth - 1] ?? 0)),
    })
    const { called, unwritten } = await kafka.writeTopics(TARGET, wide, soon())
    expect(sizes(broker)).toEqual([8, 4, 2, 2])
    expect(called).toMatchObject({ kind: 'done', topics: [{ topic: 'a' }] })
    expect(unwritten.map(({ topic, end }) => `${topic} ${end}`)).toEqual([
      'b unanswered',
      'c notSent',
      'd notSent',
    ])
  })

  it('that refuses one part ends the write there as well', async () => {
    const { kafka, broker } = await scripted({
      ...THERE,
      OffsetCommit: (request, { nth }) => committed(request, [28, 0, 25][nth - 1] ?? 0),
    })
    const { called, unwritten } = await kafka.writeTopics(TARGET, wide, soon())
    expect(sizes(broker)).toEqual([8, 4, 4])
    expect(called).toMatchObject({ kind: 'done', topics: [{ topic: 'a' }, { topic: 'b' }] })
    expect(unwritten).toMatchObject(
      ['c', 'd'].map(topic => ({ topic, end: 'refused', reason: 'groupNotEmpty' })),
    )
  })
})

describe('a connection that breaks', () => {
  const lost: [string, NonNullable<Answers['OffsetCommit']>, string][] = [
    ['is cut instead of an answer', () => 'cut', causeOf('connectionBroke')],
    ['gives no answer', () => 'silence', causeOf('noAnswer', '600 ms')],
    [
      'answers with a web page',
      () => Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'),
      causeOf('notDocumented', 'a frame is too long'),
    ],
    ['answers with zeros', () => Buffer.alloc(64), causeOf('notDocumented', 'a frame is too short')],
    [
      'promises more than is allowed',
      () => Buffer.from('7fffffff00000003', 'hex'),
      causeOf('notDocumented', 'a frame is too long'),
    ],
    [
      'answers something else',
      () => Buffer.from('00000008000003e800000000', 'hex'),
      causeOf('notDocumented', 'an answer to nothing came'),
    ],
    [
      'answers with a message that is cut off',
      () => Buffer.from('000000080000000300000000', 'hex'),
      causeOf('notDocumented', 'a number is cut off'),
    ],
  ]

  it.each(lost)('and %s leaves the commit unknown, sent once', async (_, answer, cause) => {
    const { kafka, broker, calls } = await scripted({ ...THERE, OffsetCommit: answer })
    const startedMs = Date.now()
    const { called } = await kafka.writeTopics(TARGET, WRITES, soon(600))
    expect(called.kind).toBe('unknown')
    expect('cause' in called && called.cause.replace(/\d+ ms/, '600 ms')).toBe(cause)
    expect(Date.now() - startedMs).toBeLessThan(1_500)
    await new Promise(resolve => setTimeout(resolve, 50))
    const sent = broker.requests.filter(({ api }) => api === 'OffsetCommit')
    expect(sent).toHaveLength(1)
    expect(calls.filter(({ api }) => api === 'OffsetCommit')).toMatchObject([
      { outcome: 'unknown', bytes: sent[0]?.bytes },
    ])
  })

  it.each(lost)('and %s during the look has sent nothing', async (_, answer) => {
    const look = answer as unknown as NonNullable<Answers['OffsetFetch']>
    const { kafka, broker } = await scripted({ ...THERE, OffsetFetch: look })
    expect((await kafka.writeTopics(TARGET, WRITES, soon(600))).called.kind).toBe('notSent')
    expect(broker.of('OffsetCommit')).toEqual([])
  })

  it('has sent nothing when nobody listens, or the deadline has passed', async () => {
    const { kafka, broker } = await scripted(THERE)
    expect((await kafka.writeTopics(TARGET, WRITES, Date.now())).called).toEqual({
      kind: 'notSent',
      cause: causeOf('deadlinePassed'),
    })
    expect(broker.requests).toEqual([])
    await broker.close()
    expect((await kafka.writeTopics(TARGET, WRITES, soon())).called).toEqual({
      kind: 'notSent',
      cause: causeOf('noConnection', 'ECONNREFUSED'),
    })
    expect((await kafkaOf(`${NO_SUCH_HOST}:9092`).writeTopics(TARGET, WRITES, soon())).called).toMatchObject({
      kind: 'notSent',
      cause: expect.stringMatching(/^hostNotFound/),
    })
  })

  it('and closed while nobody used it costs the next write nothing', async () => {
    const { kafka, broker } = await scripted({
      ...THERE,
      OffsetCommit: (request, { socket }) => {
        setTimeout(() => socket.destroy(), 30)
        return committed(request)
      },
    })
    for (let turn = 0; turn < 3; turn += 1) {
      expect((await kafka.writeTopics(TARGET, WRITES, soon())).called.kind).toBe('done')
      await new Promise(resolve => setTimeout(resolve, 80))
    }
    expect(broker.of('OffsetCommit')).toHaveLength(3)
  })

  it('under one write leaves another alone', async () => {
    const { kafka } = await scripted({
      ...THERE,
      OffsetCommit: async (request, { nth }) => {
        if (nth === 1) return 'silence'
        await new Promise(resolve => setTimeout(resolve, 500))
        return committed(request)
      },
    })
    const [lost, kept] = await Promise.all([
      kafka.writeTopics(TARGET, WRITES, soon(300)),
      new Promise(resolve => setTimeout(resolve, 100)).then(() => kafka.writeTopics(TARGET, WRITES, soon())),
    ])
    expect([lost.called.kind, kept.called.kind]).toEqual(['unknown', 'done'])
  })

  it('under a read leaves a write alone', async () => {
    const { kafka } = await scripted({
      ...THERE,
      ListOffsets: () => 'silence',
      OffsetCommit: async request => {
        await new Promise(resolve => setTimeout(resolve, 500))
        return committed(request)
      },
    })
    const [kept, read] = await Promise.all([
      kafka.writeTopics(TARGET, WRITES, soon()),
      kafka.reader({ readMs: 200 }).positions(TARGET, ['orders']),
    ])
    expect(kept.called.kind).toBe('done')
    expect(read).toMatchObject({ kind: 'read', value: [{ logEnd: null }] })
  })
})

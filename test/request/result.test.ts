// A result says no more than the evidence: what was planned, what the API said, and what stands there afterwards.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { TopicReport, UnwrittenTopic } from '../../src/request/api-answer.ts'
import { causeOf } from '../../src/request/cause.ts'
import { placeOf } from '../../src/request/group.ts'
import { type Execution, executionOf } from '../../src/request/plan.ts'
import { type PlanRow, planRows } from '../../src/request/plan-rows.ts'
import {
  type Counts,
  countsOf,
  doneOf,
  isDoubtful,
  type PartitionResult,
  type ReadBack,
  resultOf,
  resultSchema,
  verdictOf,
} from '../../src/request/result.ts'
import type { TopicOutcome } from '../../src/sandbox/cluster/model.ts'
import {
  carryOut,
  choiceArbitrary,
  clusterOf,
  EVERYTHING,
  factsOf,
  GROUP,
  INSTANCE,
  NOTHING,
  nativeArbitrary,
  resetOf,
  worldArbitrary,
} from './worlds.ts'

/** Back from 150 to 50, in a log from 0 to 200. */
const row = (change: Partial<PlanRow> = {}): PlanRow => ({
  topic: 'orders',
  partition: 0,
  from: 150n,
  to: 50n,
  replays: 100n,
  skips: 0n,
  certainty: 'exact',
  note: null,
  logStart: 0n,
  logEnd: 200n,
  ...change,
})

const said = (offset: bigint | null, errorCode = 0): TopicReport => ({
  topic: 'orders',
  errorCode: 0,
  errorMessage: '',
  partitions: [{ partition: 0, offset, errorCode, errorMessage: errorCode === 0 ? '' : 'no' }],
})
const topicFailed = (errorCode: number): TopicReport => ({
  topic: 'orders',
  errorCode,
  errorMessage: 'the topic is not here',
  partitions: [],
})

const read = (offset: bigint | null): ReadBack => new Map([['orders 0', offset]])
const NOT_READ: ReadBack = new Map()
const NOBODY: TopicReport[] = []
const ACCEPTED = said(null)

function judge(
  execution: Execution,
  planned: PlanRow,
  reports: TopicReport[],
  readBack: ReadBack,
): PartitionResult {
  const [only, ...rest] = resultOf({ execution, unseenTopics: [] }, [planned], reports, readBack)
  if (only === undefined || rest.length > 0) throw new Error('one row makes one result')
  return only
}

type Verdict = [PartitionResult['outcome'], PartitionResult['why']]
type Case = [string, PlanRow, TopicReport[], ReadBack, Verdict]

function expectJudged(execution: Execution, [, planned, reports, readBack, expected]: Case): void {
  const { outcome, why } = judge(execution, planned, reports, readBack)
  expect([outcome, why]).toEqual(expected)
}

describe('offsets that were written', () => {
  const stays = row({ to: 150n, replays: 0n })
  it.each<Case>([
    ['stands where it was planned', row(), [ACCEPTED], read(50n), ['succeeded', null]],
    ['stands there, though nobody answered', row(), NOBODY, read(50n), ['succeeded', null]],
    [
      'stands at the start, where the log held it back',
      row({ note: 'atStart' }),
      [ACCEPTED],
      read(50n),
      ['clamped', null],
    ],
    [
      'stands at the end, where the log held it back',
      row({ note: 'atEnd' }),
      [ACCEPTED],
      read(50n),
      ['clamped', null],
    ],
    [
      'stands at the end, as no message is as late',
      row({ note: 'noMessageSince' }),
      [ACCEPTED],
      read(50n),
      ['succeeded', null],
    ],
    [
      'has its first commit',
      row({ from: null, note: 'noCommit' }),
      [ACCEPTED],
      read(50n),
      ['succeeded', null],
    ],

    ['was accepted, and nothing has changed', row(), [ACCEPTED], read(150n), ['failed', 'unchanged']],
    [
      'was said to be done to the digit, and nothing has changed',
      row(),
      [said(50n)],
      read(150n),
      ['failed', 'unchanged'],
    ],
    [
      'was accepted for the first commit, and there is none',
      row({ from: null }),
      [ACCEPTED],
      read(null),
      ['failed', 'unchanged'],
    ],
    ['was refused', row(), [said(50n, 25)], read(150n), ['failed', null]],
    [
      'was called an error, and stands where planned',
      row(),
      [said(50n, 25)],
      read(50n),
      ['succeeded', 'despiteError'],
    ],
    [
      'was called an error, and moved elsewhere',
      row(),
      [said(50n, 25)],
      read(90n),
      ['failed', 'movedDespiteError'],
    ],
    ['was refused with its topic', row(), [topicFailed(3)], read(150n), ['failed', null]],
    ['was refused, and could not be read', row(), [said(50n, 25)], NOT_READ, ['failed', null]],

    ['was accepted, and stands where nobody planned', row(), [ACCEPTED], read(120n), ['moved-after', null]],
    [
      'was accepted, and a consumer has gone on from there',
      row(),
      [ACCEPTED],
      read(51n),
      ['moved-after', null],
    ],
    ['was accepted, and its commit is gone', row(), [ACCEPTED], read(null), ['moved-after', null]],
    [
      'success was said with another offset, and it is there',
      row(),
      [said(70n)],
      read(70n),
      ['moved-after', null],
    ],

    ['is missing from the answer, and unmoved', row(), NOBODY, read(150n), ['unreported', 'notReported']],
    ['is missing from the answer, and elsewhere', row(), NOBODY, read(120n), ['unreported', 'notReported']],
    ['was accepted, and could not be read', row(), [ACCEPTED], NOT_READ, ['unreported', 'notRead']],
    [
      'was answered for by topic only, and is unmoved',
      row(),
      [{ ...ACCEPTED, partitions: [] }],
      read(150n),
      ['unreported', 'notReported'],
    ],

    ['was to stay and does', stays, NOBODY, read(150n), ['succeeded', null]],
    ['was to stay and has moved', stays, NOBODY, read(151n), ['moved-after', null]],
    ['was to stay and could not be read', stays, NOBODY, NOT_READ, ['unreported', 'notRead']],
  ])('%s', (...each) => expectJudged('offsets', each))

  it('says nothing of what was not to be written and has nowhere to stand', () => {
    const nowhere = row({ from: null, to: null, replays: 0n, note: 'noCommit' })
    expect(resultOf({ execution: 'offsets', unseenTopics: [] }, [nowhere], [], read(null))).toEqual([])
  })
})

describe('a reset the API worked out, naming the offsets', () => {
  /** Of API 2.0, which knows no log start: all that is sure is that it goes back no further than this. */
  const bound = row({ certainty: 'bound', logStart: null })
  const toEnd = row({ from: 150n, to: 200n, replays: 0n, skips: 50n, certainty: 'bound', logStart: null })
  const ahead = row({ from: 150n, to: 180n, replays: 0n, skips: 30n, certainty: 'bound', logStart: null })
  const anywhere = row({ to: null, certainty: 'unknown', logStart: null, replays: 150n, skips: 50n })
  const atEnd = row({ from: 250n, to: 200n, replays: 0n, certainty: 'exact', logStart: null })
  it.each<Case>([
    ['went where it was planned', bound, [said(50n)], read(50n), ['succeeded', null]],
    ['was held back by the start of the log', bound, [said(90n)], read(90n), ['clamped', null]],
    ['was held back so far that it has not moved', bound, [said(150n)], read(150n), ['clamped', null]],
    ['went ahead by less than the log still holds', ahead, [said(190n)], read(190n), ['clamped', null]],
    [
      'was held back by the end of the log',
      { ...toEnd, note: 'atEnd' },
      [said(200n)],
      read(200n),
      ['clamped', null],
    ],
    [
      'was held back by an end that has moved on',
      { ...toEnd, note: 'atEnd' },
      [said(260n)],
      read(260n),
      ['clamped', null],
    ],
    ['went to an end that has moved on', toEnd, [said(230n)], read(230n), ['succeeded', null]],
    [
      'went to the end of an empty log',
      row({ from: null, to: 0n, logEnd: 0n }),
      [said(0n)],
      read(0n),
      ['succeeded', null],
    ],
    ['went where nobody could know', anywhere, [said(77n)], read(77n), ['succeeded', null]],
    ['stays where nobody could know that it would', anywhere, [said(150n)], read(150n), ['succeeded', null]],

    ['was said to be done, and nothing has changed', bound, [said(50n)], read(150n), ['failed', 'unchanged']],
    [
      'was said to be done where nobody could know, and nothing has changed',
      anywhere,
      [said(77n)],
      read(150n),
      ['failed', 'unchanged'],
    ],
    ['was to come down to the end, and has not', atEnd, [said(250n)], read(250n), ['failed', 'unchanged']],
    [
      'was to go ahead, and has not, as the API says itself',
      toEnd,
      [said(150n)],
      read(150n),
      ['failed', 'unchanged'],
    ],
    [
      'went back further than was approved, as the API says itself',
      bound,
      [said(30n)],
      read(30n),
      ['failed', 'elsewhere'],
    ],
    [
      'went back instead of ahead, as the API says itself',
      toEnd,
      [said(10n)],
      read(10n),
      ['failed', 'elsewhere'],
    ],
    ['was refused', bound, [said(-1n, 25)], read(150n), ['failed', null]],
    ['was refused with its topic', anywhere, [topicFailed(3)], read(150n), ['failed', null]],
    [
      'was refused with its topic, which lists it all the same',
      bound,
      [{ ...topicFailed(16), partitions: said(50n).partitions }],
      read(150n),
      ['failed', null],
    ],

    ['was done, and somebody has committed over it', bound, [said(50n)], read(55n), ['moved-after', null]],
    ['was done, and its commit is gone', anywhere, [said(77n)], read(null), ['moved-after', null]],

    [
      'is missing from the answer',
      bound,
      [{ ...said(50n), partitions: [] }],
      read(150n),
      ['unreported', 'notReported'],
    ],
    [
      'is missing with its topic',
      bound,
      [{ ...said(50n), topic: 'other' }],
      read(150n),
      ['unreported', 'notReported'],
    ],
    ['was done, and could not be read', bound, [said(50n)], NOT_READ, ['unreported', 'notRead']],
  ])('%s', (...each) => expectJudged('native', each))
})

describe('a reset the API worked out and only accepted', () => {
  const anywhere = row({ to: null, certainty: 'unknown', replays: 150n, skips: 50n, logStart: 20n })
  const bound = row({ certainty: 'bound', logStart: null })
  const toEnd = row({ from: 250n, to: 200n, replays: 0n, logStart: null })
  it.each<Case>([
    ['stands where it was planned', row(), [ACCEPTED], read(50n), ['succeeded', null]],
    [
      'stands at the start, where the log held it back',
      row({ note: 'atStart' }),
      [ACCEPTED],
      read(50n),
      ['clamped', null],
    ],
    ['stands at an end that has moved on', row({ to: 200n }), [ACCEPTED], read(205n), ['succeeded', null]],
    ['stands short of a bound', bound, [ACCEPTED], read(90n), ['clamped', null]],
    [
      'was planned to stand where it does',
      { ...bound, to: 150n },
      [ACCEPTED],
      read(150n),
      ['succeeded', null],
    ],
    ['has moved, nobody could know where to', anywhere, [ACCEPTED], read(77n), ['succeeded', null]],
    ['has moved to the very start', anywhere, [ACCEPTED], read(20n), ['succeeded', null]],

    ['has changed nothing', row(), [ACCEPTED], read(150n), ['failed', 'unchanged']],
    ['has changed nothing beyond the end', toEnd, [ACCEPTED], read(250n), ['failed', 'unchanged']],
    ['has committed nothing', row({ from: null }), [ACCEPTED], read(null), ['failed', 'unchanged']],
    ['was refused', anywhere, [said(null, 25)], read(150n), ['failed', null]],

    ['stands elsewhere', row(), [ACCEPTED], read(120n), ['moved-after', null]],
    ['stands before a bound, where it leads nobody', bound, [ACCEPTED], read(30n), ['moved-after', null]],
    ['stands before the log, where it leads nobody', anywhere, [ACCEPTED], read(19n), ['moved-after', null]],

    [
      'has not moved, and nobody could know whether it would',
      anywhere,
      [ACCEPTED],
      read(150n),
      ['unreported', 'unchanged'],
    ],
    [
      'has not moved, and the log may start there',
      bound,
      [ACCEPTED],
      read(150n),
      ['unreported', 'unchanged'],
    ],
    ['is missing from the answer', anywhere, NOBODY, read(77n), ['unreported', 'notReported']],
    ['could not be read', row(), [ACCEPTED], NOT_READ, ['unreported', 'notRead']],
  ])('%s', (...each) => expectJudged('native', each))
})

describe('topics of which nothing could be seen', () => {
  const unseen = (execution: Execution, ...reports: TopicReport[]) =>
    resultOf({ execution, unseenTopics: ['orders'] }, [], reports, NOT_READ)
  const place = { topic: 'orders', partition: null, from: null, planned: null, readBack: null }

  it('have failed when offsets were to be written: none was', () => {
    expect(unseen('offsets')).toEqual([{ ...place, said: null, outcome: 'failed', why: 'notSeen' }])
  })

  it('are what the API says of them when it worked them out', () => {
    expect(unseen('native')).toEqual([{ ...place, said: null, outcome: 'unreported', why: 'notSeen' }])
    const missing = { offset: null, code: 3, message: 'the topic is not here' }
    expect(unseen('native', topicFailed(3))).toEqual([
      { ...place, said: missing, outcome: 'failed', why: null },
    ])
  })

  it('are not taken for done because the topic is listed as done', () => {
    expect(unseen('native', said(50n))[0]?.outcome).toBe('unreported')
  })
})

describe('what the API said', () => {
  it('is kept beside what was planned and what was read', () => {
    expect(judge('native', row(), [said(70n)], read(71n))).toEqual({
      topic: 'orders',
      partition: 0,
      from: 150n,
      planned: 50n,
      said: { offset: 70n, code: 0, message: '' },
      readBack: 71n,
      outcome: 'moved-after',
      why: null,
    })
  })

  it('of a partition goes before what it said of the topic', () => {
    const report = { ...topicFailed(16), partitions: said(50n, 25).partitions }
    expect(judge('native', row(), [report], read(150n)).said).toEqual({
      offset: 50n,
      code: 25,
      message: 'no',
    })
  })

  it.each([
    ['before', [topicFailed(3), { ...said(50n), partitions: [] }]],
    ['after', [{ ...said(50n), partitions: [] }, topicFailed(3)]],
  ])(
    'as a failure counts for partitions listed nowhere, %s the same topic is listed as done',
    (_, reports) => {
      expect(judge('native', row(), reports, read(150n)).said?.code).toBe(3)
    },
  )

  it('of a topic split over two answers is put together', () => {
    const rows = [row(), row({ partition: 1 })]
    const second = said(50n)
    const [first] = second.partitions
    if (first) first.partition = 1
    const done = new Map([...read(50n), ['orders 1', 50n] as const])
    const result = resultOf({ execution: 'native', unseenTopics: [] }, rows, [said(50n), second], done)
    expect(result.map(({ outcome }) => outcome)).toEqual(['succeeded', 'succeeded'])
  })
})

describe('an API that tells the truth', () => {
  const asReported =
    (named: boolean) =>
    (topic: TopicOutcome): TopicReport => ({
      topic: topic.topic,
      errorCode: topic.errorCode,
      errorMessage: topic.message ?? '',
      partitions: topic.partitions.map(({ partition, offset, errorCode }) => ({
        partition,
        offset: named ? offset : null,
        errorCode,
        errorMessage: '',
      })),
    })
  const outcomes = (result: readonly PartitionResult[]) => [...new Set(result.map(({ outcome }) => outcome))]

  it('is never doubted where offsets were written', () => {
    fc.assert(
      fc.property(choiceArbitrary, ({ world, strategy, targets, chosen }) => {
        const reset = resetOf(world, strategy, chosen)
        const cluster = clusterOf(world)
        const facts = { ...factsOf(cluster, reset, EVERYTHING) }
        if (strategy.kind === 'offsets') facts.targets = targets
        const rows = planRows(reset, facts)
        const reports = carryOut(cluster, reset, rows, 'offsets').map(asReported(false))
        const result = resultOf({ execution: 'offsets', unseenTopics: [] }, rows, reports, readFrom(cluster))
        expect(outcomes(result)).toEqual(outcomes(result).filter(each => isGood(each)))
        const clamped = rows.filter(({ note }) => note === 'atStart' || note === 'atEnd')
        expect(countsOf(result).clamped).toBe(clamped.length)
      }),
      { numRuns: 300 },
    )
  })

  it.each([
    ['and names the offsets', true],
    ['and only accepts', false],
  ])('is not called a liar where it worked the reset out by itself, %s', (_, named) => {
    fc.assert(
      fc.property(worldArbitrary, nativeArbitrary, fc.nat(5), (world, strategy, produced) => {
        const reset = resetOf(world, strategy)
        const cluster = clusterOf(world)
        const rows = planRows(reset, factsOf(cluster, reset, NOTHING))
        fc.pre(executionOf(reset, rows, NOTHING) === 'native')
        // Logs grow between the plan and the call.
        for (const { topic, partition } of rows)
          if (strategy.kind === 'latest') cluster.produce(topic, partition, produced)
        const reports = carryOut(cluster, reset, rows, 'native').map(asReported(named))
        const result = resultOf({ execution: 'native', unseenTopics: [] }, rows, reports, readFrom(cluster))
        for (const each of result) {
          // Silence about where it went, and nothing to be seen: that is all that may be left open.
          const isOpen = !named && each.outcome === 'unreported' && each.readBack === each.from
          // An end that has grown to exactly where the commit stood looks as if nothing had happened.
          const isLost =
            each.why === 'unchanged' && each.from !== null && each.from > (each.planned ?? each.from)
          if (!isOpen && !isLost) expect(isGood(each.outcome), JSON.stringify(each, text)).toBe(true)
        }
      }),
      { numRuns: 400 },
    )
  })

  const readFrom = (cluster: ReturnType<typeof clusterOf>): ReadBack => {
    const topics = cluster.instances().flatMap(each => each.topics.map(({ name }) => name))
    const positions = cluster.positions(INSTANCE, GROUP, topics)
    return new Map(positions.map(each => [placeOf(each.topic, each.partition), each.committed]))
  }
  const isGood = (outcome: PartitionResult['outcome']) => outcome === 'succeeded' || outcome === 'clamped'
  const text = (_: string, value: unknown) => (typeof value === 'bigint' ? `${value}` : value)
})

describe('a result', () => {
  const rows = [
    ...(['z', 'a'] as const).flatMap(topic => [10, 9, 2, 1, 0].map(partition => row({ topic, partition }))),
  ]
  const reports: TopicReport[] = ['z', 'a'].map(topic => ({
    topic,
    errorCode: 0,
    errorMessage: '',
    partitions: [0, 1, 2, 9].map(partition => ({
      partition,
      offset: null,
      errorCode: partition === 9 ? 25 : 0,
      errorMessage: '',
    })),
  }))
  const readBack: ReadBack = new Map(
    rows.map(({ topic, partition }) => [
      placeOf(topic, partition),
      partition === 2 ? 60n : partition < 2 ? 50n : 150n,
    ]),
  )
  const planned = rows.map(each => (each.partition === 1 ? { ...each, note: 'atStart' as const } : each))
  const result = resultOf({ execution: 'offsets', unseenTopics: ['unseen', 'b'] }, planned, reports, readBack)

  it('lists failures first, so that a clipped list still shows them, and each kind by topic and partition', () => {
    expect(result.map(({ outcome, topic, partition }) => `${outcome} ${topic} ${partition}`)).toEqual([
      'failed a 9',
      'failed b null',
      'failed unseen null',
      'failed z 9',
      'unreported a 10',
      'unreported z 10',
      'moved-after a 2',
      'moved-after z 2',
      'clamped a 1',
      'clamped z 1',
      'succeeded a 0',
      'succeeded z 0',
    ])
  })

  it('counts each kind', () => {
    expect(countsOf(result)).toEqual({ failed: 4, unreported: 2, movedAfter: 2, clamped: 2, succeeded: 2 })
  })

  it('is kept by its counts, with whole topics told from partitions, and the topics that did not go as planned', () => {
    expect(doneOf(result, 1)).toEqual({
      kind: 'done',
      counts: countsOf(result),
      wholeTopics: { failed: 2, unreported: 0 },
      troubled: { topics: ['a', 'b', 'unseen'], all: 4 },
      rows: 12,
      unanswered: 1,
    })
  })

  it('keeps what became of a topic that was not written, with every character of it', () => {
    const ends: UnwrittenTopic[] = [
      { topic: 'a', end: 'notSent', cause: causeOf('tooManyCalls', 'Request LimitExceeded,\n2') },
      { topic: 'z', end: 'unanswered', cause: causeOf('apiSaid', 'FailedOperation', '说明, - 7\n') },
    ]
    const refused = {
      topic: 'a',
      end: 'refused',
      reason: 'notAllowed',
      code: 'Unauthorized, Operation',
      message: 'a, b -',
    } as const
    const kinds: UnwrittenTopic[] = [...ends, refused, { ...refused, code: -1 }]
    for (const each of kinds) {
      const ended = resultOf({ execution: 'offsets', unseenTopics: [] }, planned, [], new Map(), [each])
      const kept = JSON.parse(JSON.stringify(z.encode(resultSchema, ended)))
      const tidied = ended.map(found => ({
        ...found,
        ...(found.said === null || typeof found.said.code === 'number'
          ? {}
          : { said: { ...found.said, code: 'Unauthorized_Operation' } }),
      }))
      expect(resultSchema.decode(kept)).toEqual(tidied)
    }
  })

  it('can be kept and read back, with offsets beyond what a number holds', () => {
    const large = judge('offsets', row({ to: 2n ** 62n + 1n }), [ACCEPTED], read(2n ** 62n + 1n))
    const kept = JSON.parse(JSON.stringify(z.encode(resultSchema, [...result, large])))
    expect(resultSchema.decode(kept)).toEqual([...result, large])
  })
})

describe('a second look', () => {
  it.each<[boolean, PlanRow, TopicReport[], ReadBack]>([
    [true, row(), [ACCEPTED], read(150n)],
    [true, row(), [ACCEPTED], NOT_READ],
    [true, row(), [ACCEPTED], read(120n)],
    [false, row(), [ACCEPTED], read(50n)],
    [false, row(), [said(null, 25)], read(150n)],
  ])('is worth it: %s', (expected, planned, reports, readBack) => {
    expect(isDoubtful(judge('offsets', planned, reports, readBack))).toBe(expected)
  })
})

describe('the state a request ends in', () => {
  const counts = (some: Partial<Counts>): Counts => ({
    succeeded: 0,
    clamped: 0,
    failed: 0,
    unreported: 0,
    movedAfter: 0,
    ...some,
  })
  it.each<[Partial<Counts>, ReturnType<typeof verdictOf>]>([
    [{ succeeded: 2 }, 'succeeded'],
    [{ succeeded: 1, clamped: 1 }, 'succeeded'],
    [{ clamped: 1 }, 'succeeded'],
    [{ succeeded: 1, failed: 1 }, 'partial'],
    [{ clamped: 1, unreported: 1 }, 'partial'],
    [{ succeeded: 9, movedAfter: 1 }, 'partial'],
    [{ movedAfter: 1 }, 'partial'],
    [{ movedAfter: 1, failed: 1 }, 'partial'],
    [{ failed: 2 }, 'failed'],
    [{ unreported: 2 }, 'unclear'],
    [{ unreported: 1, failed: 1 }, 'unclear'],
    [{}, 'failed'],
    [{}, 'failed'],
  ])('of %j is %s', (some, expected) => {
    expect(verdictOf(counts(some))).toBe(expected)
  })

  it('is failed when the API answers success and changes nothing', () => {
    const rows = [0, 1, 2].map(partition => row({ partition }))
    const reports: TopicReport[] = [
      {
        topic: 'orders',
        errorCode: 0,
        errorMessage: '',
        partitions: rows.map(({ partition, to: offset }) => ({
          partition,
          offset,
          errorCode: 0,
          errorMessage: '',
        })),
      },
    ]
    const unmoved: ReadBack = new Map(rows.map(({ partition, from }) => [placeOf('orders', partition), from]))
    for (const execution of ['offsets', 'native'] as const) {
      const result = resultOf({ execution, unseenTopics: [] }, rows, reports, unmoved)
      expect(verdictOf(countsOf(result))).toBe('failed')
    }
  })
})

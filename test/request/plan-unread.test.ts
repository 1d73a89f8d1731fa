// What a plan says where offsets are not messages, and where a partition could not be read.

import { describe, expect, it } from 'vitest'
import { driftSince } from '../../src/request/drift.ts'
import type { Group, Position } from '../../src/request/group.ts'
import { executionOf, moves, planOf } from '../../src/request/plan.ts'
import { type Facts, planRows } from '../../src/request/plan-rows.ts'
import type { Reset } from '../../src/request/reset.ts'

const CAN = { logStart: true, firstMessageAt: true, writePartitions: true }
const EMPTY: Group = { state: 'Empty', members: [] }
const reset: Reset = {
  target: { instanceId: 'kafka-1', group: 'billing' },
  strategy: { kind: 'earliest' },
  scope: 'topics',
  topics: ['orders', 'table', 'gone'],
  partitions: {},
}
const at = (topic: string, partition: number, committed = 60n): Position => ({
  topic,
  partition,
  committed,
  logStart: 10n,
  logEnd: 110n,
})
const CAUSE = 'apiSaid ["LEADER_NOT_AVAILABLE"]'

const planned = (facts: Facts, of = reset) => {
  const rows = planRows(of, facts)
  const execution = executionOf(of, rows, CAN)
  if (execution === null) throw new Error('There is no execution.')
  const { positions, unread } = facts
  const digests = { digest: 'd', rowsDigest: 'r' }
  const plan = planOf(of, rows, {
    ...digests,
    ...{ execution, atMs: 0, movedSince: null, positions, seen: facts },
    ...(unread === undefined ? {} : { unread }),
  })
  return { rows, plan }
}

describe('a topic of which offsets are not messages', () => {
  const facts: Facts = {
    atMs: 0,
    positions: [at('orders', 0), at('table', 0), at('table', 1, 10n)],
    sparse: new Set(['table']),
  }

  it('counts at most, and is written exactly all the same', () => {
    const { rows, plan } = planned(facts)
    expect(rows.map(({ topic, to, certainty }) => [topic, to, certainty])).toEqual([
      ['orders', 10n, 'exact'],
      ['table', 10n, 'bound'],
      ['table', 10n, 'exact'],
    ])
    expect(plan).toMatchObject({ execution: 'offsets', certainty: 'bound', sparseTopics: ['table'] })
    expect(rows.map(moves)).toEqual([true, true, false])
    expect(plan.moving).toBe(2)
  })

  it('has a lag that is exact, since lag is a difference of offsets: skipped ones are none of it', () => {
    const latest: Reset = { ...reset, strategy: { kind: 'latest' } }
    expect(planned(facts, latest).plan).toMatchObject({ lagBefore: 200n, lagAfter: 0n, lagIsExact: true })
    expect(planned(facts).plan).toMatchObject({ lagBefore: 200n, lagAfter: 300n, lagIsExact: true })
    const unsure = { ...facts, positions: [{ ...at('orders', 0), logStart: null }] }
    expect(planned(unsure).plan).toMatchObject({ lagBefore: 50n, lagAfter: 110n, lagIsExact: false })
  })

  it('is not named where none of its offsets moves', () => {
    const still = { ...facts, positions: [at('orders', 0), at('table', 0, 10n)] }
    expect(planned(still).plan).not.toHaveProperty('sparseTopics')
  })
})

describe('a topic with messages that are too large to be found by their time', () => {
  const facts: Facts = {
    atMs: 1_000,
    positions: [at('orders', 0), at('table', 0), at('table', 1, 10n)],
    lateTimes: new Set(['table']),
  }
  const toTime: Reset = { ...reset, strategy: { kind: 'time', timeMs: 500 } }
  const firstMessages = new Map([
    ['orders 0', 20n],
    ['table 0', 20n],
    ['table 1', null],
  ])

  it('is named where a time was looked up there, also where nothing was found', () => {
    expect(planned({ ...facts, firstMessages }, toTime).plan.lateTopics).toEqual(['table'])
    expect(planned({ ...facts, firstMessages, lateTimes: new Set() }, toTime).plan).not.toHaveProperty(
      'lateTopics',
    )
  })

  it('is not named of another strategy, nor where the cluster looks in its log by itself', () => {
    expect(planned(facts).plan).not.toHaveProperty('lateTopics')
    const orders = new Map([['orders 0', 20n]])
    const { plan } = planned({ ...facts, firstMessages: orders }, toTime)
    expect(plan.execution).toBe('native')
    expect(plan).not.toHaveProperty('lateTopics')
  })
})

describe('a partition that could not be read', () => {
  const unread = new Map([['orders 1', CAUSE]])
  const facts: Facts = { atMs: 0, positions: [at('orders', 0), at('table', 0)], unread }

  it('is left out and named, and its topic is not one of which nothing was seen', () => {
    const { plan, rows } = planned(facts)
    expect(rows).toHaveLength(2)
    expect(plan).toMatchObject({
      unread: { partitions: 1, first: ['orders 1'], cause: CAUSE },
      unseenTopics: ['gone'],
    })
    expect(planned({ ...facts, positions: [at('table', 0)] }).plan.unseenTopics).toEqual(['gone'])
  })

  it('is not named where it was not chosen', () => {
    const chosen = { ...reset, partitions: { orders: [0] } }
    expect(planned(facts, chosen).plan).not.toHaveProperty('unread')
  })

  it('that can be read now is one that appeared: it belongs to what was asked for', () => {
    const { plan, rows } = planned(facts)
    const now = { ...facts, positions: [...facts.positions, at('orders', 1)] }
    expect(
      driftSince(reset, plan, rows, { group: EMPTY, facts: { ...now, unread: new Map() } }),
    ).toMatchObject({
      verdict: 'material',
      differences: [{ kind: 'partitionAppeared' }],
    })
    expect(driftSince(reset, plan, rows, { group: EMPTY, facts })).toEqual({ verdict: 'unchanged' })
  })

  it('of the plan is not called gone', () => {
    const { plan, rows } = planned({ ...facts, unread: new Map() })
    const now: Facts = { atMs: 1, positions: [at('table', 0)], unread: new Map([['orders 0', CAUSE]]) }
    expect(driftSince(reset, plan, rows, { group: EMPTY, facts: now })).toEqual({ verdict: 'unchanged' })
    expect(
      driftSince(reset, plan, rows, { group: EMPTY, facts: { ...now, unread: new Map() } }),
    ).toMatchObject({ verdict: 'material', differences: [{ kind: 'partitionGone' }] })
  })
})

describe('a group that is called dead', () => {
  const facts: Facts = { atMs: 0, positions: [at('orders', 0)] }
  const dead: Group = { state: 'Dead', members: [] }
  const of = { ...reset, topics: ['orders'] }

  it('and was when it was planned is there while its offsets are', () => {
    const { plan, rows } = planned(facts, of)
    expect(driftSince(of, plan, rows, { group: dead, facts }, dead)).toEqual({ verdict: 'unchanged' })
    expect(driftSince(of, plan, rows, { group: dead, facts }, EMPTY)).toMatchObject({ verdict: 'material' })
    const gone = { ...facts, positions: [{ ...at('orders', 0), committed: null }] }
    expect(driftSince(of, plan, rows, { group: dead, facts: gone }, dead)).toMatchObject({
      verdict: 'material',
      differences: [{ kind: 'groupRecreated' }],
    })
  })
})

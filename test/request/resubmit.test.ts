// An ended request in the fields of the form: parsed again they are the same request.

import { describe, expect, it } from 'vitest'
import { parseReset, type Reset, type Strategy } from '../../src/request/reset.ts'
import { areOffsetsOf, canBeEdited, fieldsOf } from '../../src/request/resubmit.ts'

const target = { instanceId: 'ckafka-demo0001', group: 'orders-billing' }
const rules = { instances: [], writePartitions: true, nowMs: Date.UTC(2026, 10, 23) }

function again(reset: Reset, skipToEnd = false) {
  const parsed = parseReset(fieldsOf({ reset, reason: 'wrong VAT rate', skipToEnd }), rules)
  return parsed.ok ? parsed.asked : parsed.problems
}

describe('the fields of a request', () => {
  for (const strategy of [
    { kind: 'shift', direction: 'replay', count: 9_223_372_036_854_775_807n },
    { kind: 'shift', direction: 'skip', count: 1n },
    { kind: 'earliest' },
    { kind: 'latest' },
    { kind: 'time', timeMs: Date.UTC(2026, 10, 22, 8) },
    { kind: 'offset', offset: 0n },
    { kind: 'group', group: 'orders-audit' },
  ] satisfies Strategy[]) {
    it(`give ${strategy.kind} again`, () => {
      const reset: Reset = { target, strategy, scope: 'topics', topics: ['orders'], partitions: {} }
      expect(again(reset)).toEqual({ reset, reason: 'wrong VAT rate', skipToEnd: false, targets: null })
    })
  }

  it('give the partitions again that were named', () => {
    const reset: Reset = {
      target,
      strategy: { kind: 'earliest' },
      scope: 'topics',
      topics: ['constructor', 'orders', 'payments'],
      partitions: { orders: [0, 1, 2, 7], constructor: [3] },
    }
    expect(fieldsOf({ reset, reason: '', skipToEnd: false }).topics).toBe(
      'constructor:3\norders:0-2,7\npayments',
    )
    expect(again(reset)).toMatchObject({ reset })
  })

  it('ask for all topics anew, as there may be others now', () => {
    const reset: Reset = {
      target,
      strategy: { kind: 'latest' },
      scope: 'allTopics',
      topics: ['orders'],
      partitions: {},
    }
    expect(again(reset)).toMatchObject({ reset: { scope: 'allTopics', topics: [] } })
  })

  it('still say that skipping to the end is meant', () => {
    const reset: Reset = {
      target,
      strategy: { kind: 'time', timeMs: Date.UTC(2026, 10, 22) },
      scope: 'topics',
      topics: ['orders'],
      partitions: {},
    }
    expect(again(reset, true)).toMatchObject({ skipToEnd: true })
  })

  it('name no topics where a file does', () => {
    const reset: Reset = {
      target,
      strategy: { kind: 'offsets', source: 'undo', partitions: 3 },
      scope: 'topics',
      topics: ['orders'],
      partitions: {},
    }
    expect(fieldsOf({ reset, reason: 'why', skipToEnd: false })).toEqual({
      instance: target.instanceId,
      group: target.group,
      strategy: 'offsets',
      reason: 'why',
    })
  })
})

it('the offsets of a request are those of its group on its instance, and of no other', () => {
  const reset: Reset = {
    target,
    strategy: { kind: 'offsets', source: 'file', partitions: 3 },
    scope: 'topics',
    topics: ['orders'],
    partitions: {},
  }
  expect(areOffsetsOf({ reset }, { ...target })).toBe(true)
  expect(areOffsetsOf({ reset }, { ...target, instanceId: 'ckafka-demo0002' })).toBe(false)
  expect(areOffsetsOf({ reset }, { ...target, group: 'orders-billing2' })).toBe(false)
  expect(areOffsetsOf({ reset }, { ...target, group: 'ORDERS-BILLING' })).toBe(false)
})

describe('what can be edited', () => {
  const decision = { verdict: 'reject', by: 'U0BOB', note: 'no', atMs: 1, fills: [0] } as const

  it('is a request that has ended without doing all of it, and no other', () => {
    expect(canBeEdited({ state: { name: 'rejected', decision: { ...decision, fills: [0] } } })).toBe(true)
    expect(canBeEdited({ state: { name: 'cancelled', by: 'U0ALICE', atMs: 1 } })).toBe(true)
    expect(canBeEdited({ state: { name: 'expired', atMs: 1 } })).toBe(true)
    expect(canBeEdited({ state: { name: 'pending' } })).toBe(false)
  })
})

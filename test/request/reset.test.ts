import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  clip,
  grouped,
  parseReset,
  type ResetFields,
  resetSchema,
  strategyInWords,
} from '../../src/request/reset.ts'

const filled: ResetFields = {
  instance: 'ckafka-xxooa0',
  group: 'orders-billing',
  scope: 'topics',
  topics: 'orders, payments\norders',
  strategy: 'shift',
  direction: 'replay',
  count: '100',
  reason: 'wrong VAT rate',
}
const rules = { instances: [] }

function problemsOf(change: Partial<ResetFields>, remove: (keyof ResetFields)[] = []) {
  const fields = { ...filled, ...change }
  for (const field of remove) delete fields[field]
  const parsed = parseReset(fields, rules)
  return parsed.ok ? [] : Object.keys(parsed.problems)
}

describe('a filled-in form', () => {
  it('becomes a reset with each topic once', () => {
    expect(parseReset(filled, rules)).toEqual({
      ok: true,
      reason: 'wrong VAT rate',
      reset: {
        target: { instanceId: 'ckafka-xxooa0', group: 'orders-billing' },
        scope: 'topics',
        topics: ['orders', 'payments'],
        strategy: { kind: 'shift', direction: 'replay', count: 100n },
      },
    })
  })

  it.each([
    ['an instance with a space', { instance: 'ckafka xx' }, 'instance'],
    ['no group', { group: '  ' }, 'group'],
    ['a group of 256 characters', { group: 'g'.repeat(256) }, 'group'],
    ['a group with a line break', { group: 'a\nb' }, 'group'],
    ['a topic with a slash', { topics: 'orders/eu' }, 'topics'],
    ['a topic called ..', { topics: '..' }, 'topics'],
    ['a count of nought', { count: '0' }, 'count'],
    ['a signed count', { count: '-5' }, 'count'],
    ['a count beyond 64 bits', { count: '9223372036854775808' }, 'count'],
    ['a reason of blanks', { reason: ' \n ' }, 'reason'],
    ['a reason too long', { reason: 'r'.repeat(1001) }, 'reason'],
  ] as const)('is refused on its own field: %s', (_name, change, field) => {
    expect(problemsOf(change)).toEqual([field])
  })

  it('never takes an empty list of topics for all topics', () => {
    expect(problemsOf({}, ['topics'])).toEqual(['topics'])
    expect(problemsOf({ topics: ' ,\n' })).toEqual(['topics'])
    expect(problemsOf({}, ['scope'])).toEqual(['scope'])
  })

  it('says all that is wrong at once', () => {
    const parsed = parseReset({}, rules)
    expect(parsed.ok ? [] : Object.keys(parsed.problems).sort()).toEqual([
      'group',
      'instance',
      'reason',
      'scope',
      'strategy',
    ])
  })

  it('takes only instances Rewind is set up for, and names them', () => {
    const parsed = parseReset(filled, { instances: ['ckafka-a', 'ckafka-b'] })
    expect(parsed.ok ? '' : parsed.problems.instance).toContain('ckafka-a, ckafka-b')
  })

  it('takes groups and topics as Kafka names them', () => {
    expect(problemsOf({ group: '报表 a&b @x % <!channel>', topics: 'a.b_c-D.0' })).toEqual([])
  })
})

describe('words', () => {
  it('say the direction, never a sign', () => {
    expect(strategyInWords({ kind: 'shift', direction: 'replay', count: 12_430n })).toBe(
      'back by 12\u202f430 messages per partition (replays them)',
    )
    expect(strategyInWords({ kind: 'shift', direction: 'skip', count: 1n })).toBe(
      'forward by 1 message per partition (skips them)',
    )
    expect(strategyInWords({ kind: 'time', timeMs: Date.UTC(2026, 10, 23, 8) })).toBe(
      'to 2026-11-23 08:00:00 UTC',
    )
  })

  it('keep long offsets whole', () => {
    expect(grouped(9_007_199_254_740_993n).replaceAll('\u202f', '')).toBe('9007199254740993')
  })

  it('are never cut through the middle of a character', () => {
    expect(clip('🎈🎈🎈🎈', 3)).toBe('🎈🎈…')
  })
})

it('an offset beyond 2^53 survives being written down and read back', () => {
  const parsed = parseReset({ ...filled, strategy: 'offset', offset: '9223372036854775807' }, rules)
  if (!parsed.ok) throw new Error('not parsed')
  const read = resetSchema.decode(JSON.parse(JSON.stringify(z.encode(resetSchema, parsed.reset))))
  expect(read.strategy).toEqual({ kind: 'offset', offset: 9_223_372_036_854_775_807n })
})

import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { wordsIn } from '../../src/adapters/slack/language/language.ts'
import { sentenceOf } from '../../src/adapters/slack/language/sentences.ts'
import {
  clip,
  grouped,
  overlap,
  parseReset,
  type Reset,
  type ResetFields,
  resetSchema,
} from '../../src/request/reset.ts'

const words = wordsIn('en')

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
const NOW = Date.UTC(2026, 10, 23, 8)
const rules = { instances: [], writePartitions: true, nowMs: NOW }

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
      asked: {
        reason: 'wrong VAT rate',
        skipToEnd: false,
        targets: null,
        reset: {
          target: { instanceId: 'ckafka-xxooa0', group: 'orders-billing' },
          scope: 'topics',
          topics: ['orders', 'payments'],
          partitions: {},
          strategy: { kind: 'shift', direction: 'replay', count: 100n },
        },
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
    const parsed = parseReset(filled, { ...rules, instances: ['ckafka-a', 'ckafka-b'] })
    expect(parsed.ok ? null : parsed.problems.instance).toMatchObject({ instances: ['ckafka-a', 'ckafka-b'] })
  })

  it('takes groups and topics as Kafka names them', () => {
    expect(problemsOf({ group: '报表 a&b @x % <!channel>', topics: 'a.b_c-D.0' })).toEqual([])
  })
})

const resetOf = (change: Partial<ResetFields>) => {
  const parsed = parseReset({ ...filled, ...change }, rules)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return parsed.asked
}
const sentencesOf = (change: Partial<ResetFields>, other = rules) => {
  const parsed = parseReset({ ...filled, ...change }, other)
  const problems = Object.entries(parsed.ok ? {} : parsed.problems)
  return Object.fromEntries(problems.map(([field, each]) => [field, sentenceOf(words.problems, each)]))
}

describe('partitions', () => {
  it('are those named, sorted, and a topic without any is reset whole', () => {
    const { reset } = resetOf({ topics: 'orders:4,0-2,1\npayments' })
    expect(reset.topics).toEqual(['orders', 'payments'])
    expect(reset.partitions).toEqual({ orders: [0, 1, 2, 4] })
  })

  it.each([
    'orders:',
    'orders:x',
    'orders:0,,1',
    'orders:3-1',
    'orders:-1',
    ':0',
    'a/b:0',
    'orders:0:1',
    '__proto__:0',
  ])('that are no list are refused: %s', topics => {
    expect(sentencesOf({ topics: `${topics} payments` }).topics).toContain('name partitions like orders:0,1')
  })

  it('go on after a comma and a blank, but not on another line, where something else was chosen', () => {
    expect(resetOf({ topics: 'orders:0, 1' }).reset.partitions).toEqual({ orders: [0, 1] })
    for (const [topics, names] of [
      ['orders:0,\n1', ['orders', '1']],
      ['orders:0\n-', ['orders', '-']],
    ] as const)
      expect(resetOf({ topics }).reset).toMatchObject({ topics: names, partitions: { orders: [0] } })
  })

  it('may stand in a list of topics', () => {
    expect(resetOf({ topics: 'payments,orders:0,1, a' }).reset).toMatchObject({
      topics: ['payments', 'orders', 'a'],
      partitions: { orders: [0, 1] },
    })
  })

  it('are refused where the API resets whole topics', () => {
    expect(sentencesOf({ topics: 'orders:0' }, { ...rules, writePartitions: false }).topics).toContain(
      'API 2.0',
    )
  })

  it('of a topic that is named twice are never guessed', () => {
    for (const topics of ['orders orders:0', 'orders:0 orders:1'])
      expect(sentencesOf({ topics }).topics).toContain('named twice')
  })

  it('are not more than a request can carry', () => {
    expect(sentencesOf({ topics: 'a:0-9999' })).toEqual({})
    expect(sentencesOf({ topics: 'a:0-9999 b:0' }).topics).toContain('10000 partitions')
    expect(sentencesOf({ topics: 'a:0-999999' }).topics).toContain('Not a topic name')
  })

  it('survive being written down and read back', () => {
    const { reset } = resetOf({ topics: 'orders:0,1 constructor:2' })
    const read = resetSchema.decode(JSON.parse(JSON.stringify(z.encode(resetSchema, reset))))
    expect(read).toEqual(reset)
  })
})

describe('a strategy that sets each partition apart', () => {
  const file = new Map([
    ['orders 0', 5n],
    ['orders 1', 7n],
    ['a.b 3', 0n],
  ])

  it('takes over another group', () => {
    expect(resetOf({ strategy: 'group', otherGroup: ' orders-audit ' }).reset.strategy).toEqual({
      kind: 'group',
      group: 'orders-audit',
    })
    for (const otherGroup of ['', ' ', 'orders-billing', 'g'.repeat(256), 'a\nb'])
      expect(Object.keys(sentencesOf({ strategy: 'group', otherGroup }))).toEqual(['otherGroup'])
  })

  it('takes topics and offsets from a file, whatever topics are named', () => {
    const { reset, targets } = resetOf({ strategy: 'offsets', file })
    expect(reset.strategy).toEqual({ kind: 'offsets', source: 'file', partitions: 3 })
    expect(reset).toMatchObject({ scope: 'topics', topics: ['a.b', 'orders'], partitions: {} })
    expect(targets).toBe(file)
  })

  it('needs the file, and asks for no topics beside it', () => {
    expect(problemsOf({ strategy: 'offsets' }, ['scope', 'topics'])).toEqual(['file'])
    expect(problemsOf({ strategy: 'offsets', file: new Map() })).toEqual(['file'])
  })

  it('takes no file of more topics than one request holds', () => {
    const large = new Map(Array.from({ length: 501 }, (_, index) => [`t${index} 0`, 0n]))
    expect(sentencesOf({ strategy: 'offsets', file: large }).file).toContain('at most 500 topics')
  })

  it('is refused where the API cannot, on the field where it was chosen', () => {
    const without = { ...rules, writePartitions: false }
    expect(Object.keys(sentencesOf({ strategy: 'group', otherGroup: 'a' }, without))).toEqual(['strategy'])
    expect(Object.keys(sentencesOf({ strategy: 'offsets', file }, without))).toEqual(['strategy'])
  })

  it('leaves the file out of a reset that goes elsewhere', () => {
    expect(resetOf({ file }).targets).toBeNull()
  })
})

describe('a time', () => {
  const future = NOW / 1000 + 60

  it('in the future is refused, unless skipping to the end is meant', () => {
    expect(sentencesOf({ strategy: 'time', timeSeconds: future }).timeSeconds).toContain('in the future')
    expect(resetOf({ strategy: 'time', timeSeconds: future, skipToEnd: true }).skipToEnd).toBe(true)
    expect(resetOf({ strategy: 'time', timeSeconds: future - 60 }).skipToEnd).toBe(false)
  })

  it('alone can allow to skip to the end', () => {
    expect(resetOf({ skipToEnd: true }).skipToEnd).toBe(false)
    expect(resetOf({ strategy: 'latest', skipToEnd: true }).skipToEnd).toBe(false)
  })
})

describe('words', () => {
  it('say the direction, never a sign', () => {
    expect(words.reset.strategy({ kind: 'shift', direction: 'replay', count: 12_430n })).toBe(
      'back by 12,430 messages per partition (replays them)',
    )
    expect(words.reset.strategy({ kind: 'shift', direction: 'skip', count: 1n })).toBe(
      'forward by 1 message per partition (skips them)',
    )
    expect(words.reset.strategy({ kind: 'time', timeMs: Date.UTC(2026, 10, 23, 8) })).toBe(
      'to 2026-11-23 08:00:00 UTC',
    )
  })

  it('keep long offsets whole', () => {
    expect(grouped(9_007_199_254_740_993n).replaceAll(',', '')).toBe('9007199254740993')
  })

  it('are never cut through the middle of a character', () => {
    expect(clip('🎈🎈🎈🎈', 4)).toBe('🎈…')
    expect(clip('🎈🎈🎈🎈', 5)).toBe('🎈🎈…')
    expect(clip('🎈🎈', 4)).toBe('🎈🎈')
  })
})

it('an offset beyond 2^53 survives being written down and read back', () => {
  const parsed = parseReset({ ...filled, strategy: 'offset', offset: '9223372036854775807' }, rules)
  if (!parsed.ok) throw new Error('not parsed')
  const read = resetSchema.decode(JSON.parse(JSON.stringify(z.encode(resetSchema, parsed.asked.reset))))
  expect(read.strategy).toEqual({ kind: 'offset', offset: 9_223_372_036_854_775_807n })
})

describe('two requests', () => {
  const one = (change: Partial<Reset> = {}): Reset => ({
    target: { instanceId: 'ckafka-a', group: 'billing' },
    strategy: { kind: 'earliest' },
    scope: 'topics',
    topics: ['orders', 'payments'],
    partitions: {},
    ...change,
  })

  it.each<[string, Reset, boolean]>([
    ['a topic in common', one({ topics: ['payments', 'refunds'] }), true],
    ['no topic in common', one({ topics: ['refunds'] }), false],
    ['all topics, which are not names yet', one({ scope: 'allTopics', topics: [] }), true],
    ['another group', one({ target: { instanceId: 'ckafka-a', group: 'audit' } }), false],
    ['another instance', one({ target: { instanceId: 'ckafka-b', group: 'billing' } }), false],
    ['partitions of a topic reset whole', one({ topics: ['orders'], partitions: { orders: [3] } }), true],
  ])('with %s overlap: %s', (_what, other, expected) => {
    expect(overlap(one(), other)).toBe(expected)
    expect(overlap(other, one())).toBe(expected)
  })

  it('overlap on partitions only where both have chosen the same', () => {
    const chosen = (partitions: number[]) => one({ topics: ['orders'], partitions: { orders: partitions } })
    expect(overlap(chosen([0, 1]), chosen([1, 2]))).toBe(true)
    expect(overlap(chosen([0, 1]), chosen([2, 3]))).toBe(false)
  })
})

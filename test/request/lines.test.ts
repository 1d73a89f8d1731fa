// Plans, results and targets are kept as lines of text: every row comes back as it was, and nothing else is taken for one.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type PlanRow, planRowsSchema } from '../../src/request/plan-rows.ts'
import { targetsSchema } from '../../src/request/reset.ts'
import { type PartitionResult, resultSchema } from '../../src/request/result.ts'
import { anyText } from '../support/texts.ts'

const LARGEST = 2n ** 63n - 1n

const topic = fc.stringMatching(/^[A-Za-z0-9._-]{1,249}$/)
const offset = fc.bigInt(0n, LARGEST)
const maybe = fc.option(offset)

const planRow: fc.Arbitrary<PlanRow> = fc.record({
  topic,
  partition: fc.nat(999_999_999),
  from: maybe,
  to: maybe,
  replays: offset,
  skips: offset,
  certainty: fc.constantFrom('exact', 'bound', 'unknown'),
  note: fc.constantFrom('atStart', 'atEnd', 'noMessageSince', 'noCommit', null),
  logStart: maybe,
  logEnd: offset,
})

const resultRow: fc.Arbitrary<PartitionResult> = fc.record({
  topic,
  partition: fc.option(fc.nat(999_999_999)),
  from: maybe,
  planned: maybe,
  said: fc.option(
    fc.record({
      offset: fc.option(fc.bigInt(-LARGEST, LARGEST)),
      code: fc.maxSafeInteger(),
      message: fc.oneof(anyText(), fc.constantFrom('-', ' - 0 ', 'a\nb', '\u2028', '')),
    }),
  ),
  readBack: maybe,
  outcome: fc.constantFrom('succeeded', 'clamped', 'failed', 'unreported', 'moved-after'),
  why: fc.constantFrom('unchanged', 'elsewhere', 'notRead', 'notReported', 'notSeen', null),
})

const throughJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

describe('rows that are kept', () => {
  it('come back as they were: of a plan', () => {
    fc.assert(
      fc.property(fc.array(planRow), rows => {
        expect(planRowsSchema.parse(throughJson(z.encode(planRowsSchema, rows)))).toEqual(rows)
      }),
    )
  })

  it('come back as they were: of a result, whatever the API has said', () => {
    fc.assert(
      fc.property(fc.array(resultRow), rows => {
        expect(resultSchema.parse(throughJson(z.encode(resultSchema, rows)))).toEqual(rows)
      }),
    )
  })
})

describe('where partitions are to go', () => {
  it('comes back as it was', () => {
    const place = fc.tuple(topic, fc.nat()).map(([name, partition]) => `${name} ${partition}`)
    fc.assert(
      fc.property(fc.array(fc.tuple(place, offset)), pairs => {
        const targets = new Map(pairs)
        expect(targetsSchema.parse(throughJson(z.encode(targetsSchema, targets)))).toEqual(targets)
      }),
    )
  })

  it.each(['', 'orders 3', 'orders 3 ', 'orders 3 -1', 'orders 3 ten', 'orders 3 4 5', 'orders  3 5'])(
    'is not read from “%s”',
    line => {
      expect(targetsSchema.safeParse(['orders 3 5', line]).success).toBe(false)
    },
  )
})

describe('a line that is none', () => {
  const planLine = 'orders 3 150 50 100 0 exact atStart 0 200'
  const resultLine = 'orders 3 150 50 50 failed unchanged 50 0 no\nway'

  it('is told from one that is', () => {
    expect(planRowsSchema.parse([planLine])).toHaveLength(1)
    expect(resultSchema.parse([resultLine])).toHaveLength(1)
  })

  it.each<[string, string]>([
    ['nothing', ''],
    ['half a line', 'orders 3 150 50 100'],
    ['a cell too many', `${planLine} 7`],
    ['a line break after it', `${planLine}\n`],
    ['a blank too many', planLine.replace(' 3 ', '  3 ')],
    ['no topic', planLine.replace('orders', '')],
    ['a partition below zero', planLine.replace(' 3 ', ' -3 ')],
    ['an offset with a fraction', planLine.replace('150', '150.5')],
    ['an offset in hexadecimal', planLine.replace('150', '0x96')],
    ['no log end', planLine.replace(/200$/, '-')],
    ['a certainty of another version', planLine.replace('exact', 'likely')],
    ['a note of another version', planLine.replace('atStart', 'constructor')],
  ])('stops a plan from being read: %s', (_, line) => {
    expect(planRowsSchema.safeParse([planLine, line]).success).toBe(false)
  })

  it.each<[string, string]>([
    ['nothing', ''],
    ['half a line', 'orders 3 150 50 50 failed'],
    ['no blank before the message', 'orders 3 150 50 50 failed unchanged 50 0'],
    ['an outcome of another version', resultLine.replace('failed', 'done')],
    ['a reason of another version', resultLine.replace('unchanged', 'toString')],
    ['an offset that is none', resultLine.replace('150', 'ten')],
  ])('stops a result from being read: %s', (_, line) => {
    expect(resultSchema.safeParse([resultLine, line]).success).toBe(false)
  })

  it('is no document: an object, a number, null', () => {
    for (const document of [{}, 3, null, [3], [[]], [null]]) {
      expect(planRowsSchema.safeParse(document).success).toBe(false)
    }
  })
})

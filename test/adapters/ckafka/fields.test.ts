// Reading JSON the fast way must give what reading it with every digit gives, or not be taken.

import fc from 'fast-check'
import { LosslessNumber, parse } from 'lossless-json'
import { describe, expect, it } from 'vitest'
import { check, digits, parseJson } from '../../../src/adapters/ckafka/fields.ts'
import { anyText } from '../../support/texts.ts'

/** Every number as it was printed. */
function printed(value: unknown): unknown {
  if (typeof value === 'number') return { number: String(value) }
  if (value instanceof LosslessNumber) return { number: value.value }
  if (Array.isArray(value)) return value.map(printed)
  if (typeof value !== 'object' || value === null) return value
  return Object.entries(value).map(([name, inside]) => [name, printed(inside)])
}

function losslessly(body: string): unknown {
  try {
    return printed(parse(body))
  } catch {
    return 'not JSON'
  }
}

function read(body: string): unknown {
  const json = parseJson(body)
  return json.ok ? printed(json.value) : json.problem
}

const digit = fc.constantFrom(...'0123456789')
const numbers = fc.oneof(
  fc.integer().map(String),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n }).map(String),
  fc.bigInt({ min: 2n ** 53n - 2n, max: 2n ** 53n + 9n }).map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.array(digit, { minLength: 1, maxLength: 24 }).map(all => all.join('')),
  fc.constantFrom('-0', '1.0', '1e3', '1E+21', '1e21', '1e400', '0.1e-7', '-0.0', '01', '.5', '1.'),
)
const texts = fc.oneof(
  anyText().map(text => JSON.stringify(text)),
  fc.constantFrom('"\\/"', '"\\u0041"', '"\\ud800"', '"组"', '"\u2028"', '"a', '"\\x"', '"\t"'),
)
const names = fc.constantFrom('"a"', '"b"', '"1"', '"0"', '"__proto__"', '"toJSON"', '"\\u0061"')
const { bodies } = fc.letrec(tie => ({
  bodies: fc.oneof(
    { maxDepth: 4 },
    numbers,
    texts,
    fc.constantFrom('true', 'false', 'null', '', ' ', 'NaN'),
    fc.array(tie('bodies'), { maxLength: 4 }).map(items => `[${items.join(',')}]`),
    fc
      .tuple(fc.array(fc.tuple(names, tie('bodies')), { maxLength: 4 }), fc.constantFrom(',', ', ', ',\n'))
      .map(([pairs, comma]) => `{${pairs.map(([name, value]) => `${name}:${value}`).join(comma)}}`),
  ),
}))

describe('an answer', () => {
  it('is read, or refused, just as if each of its digits were read one by one', () => {
    fc.assert(
      fc.property(bodies, body => {
        expect(read(String(body))).toEqual(losslessly(String(body)))
      }),
      { numRuns: 500 },
    )
  })

  it.each(['9007199254740993', '9223372036854775807', '-9223372036854775808', '9007199254740992', '0', '-0'])(
    'keeps every digit of %s, printed as a number or as text',
    number => {
      for (const body of [number, `"${number}"`, ` ${number} `]) {
        const json = parseJson(body)
        expect(json.ok && check(digits, json.value, '')).toEqual({ ok: true, value: number })
      }
    },
  )

  it.each(['1.0', '1e3', '1E3', '1.5', '12345678901234567890', '1e21', '"1e3"', '""'])(
    'has no whole number in %s',
    number => {
      const json = parseJson(number)
      expect(json.ok && check(digits, json.value, '')).toEqual({
        ok: false,
        problem: 'expected a whole number',
      })
    },
  )

  it('that names one thing twice and differently is not JSON, compact or not', () => {
    expect(parseJson('{"a":1,"a":2}')).toEqual({ ok: false, problem: 'not JSON' })
    expect(parseJson('{"a": 1, "a": 2}')).toEqual({ ok: false, problem: 'not JSON' })
  })
})

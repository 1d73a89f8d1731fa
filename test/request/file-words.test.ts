// Every kind of finding of the schema library, made to happen: what people read is ours, whichever schema forgets to say it.

import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { issueWords, yamlWords } from '../../src/request/file-words.ts'

const NEVER_SAID = /invalid|expected|received|too (?:small|big)|unrecognized|zod|undefined|\[object/i

const said = (schema: z.ZodType, value: unknown) => {
  const read = schema.safeParse(value, { error: issueWords })
  return read.success ? [] : read.error.issues.map(({ code, message }) => [code, message])
}

describe('what a schema does not say itself', () => {
  it.each([
    [z.number(), undefined, 'invalid_type', 'is missing'],
    [z.number(), 'x', 'invalid_type', 'must be a number'],
    [z.int(), 1.5, 'invalid_type', 'must be a whole number'],
    [z.string(), 1, 'invalid_type', 'must be text, in quotes where it looks like something else'],
    [z.boolean(), 1, 'invalid_type', 'must be true or false'],
    [z.array(z.string()), 1, 'invalid_type', 'must be a list'],
    [z.object({}), 1, 'invalid_type', 'must be keys with their values'],
    [z.record(z.string(), z.string()), 1, 'invalid_type', 'must be keys with their values'],
    [z.date(), 1, 'invalid_type', 'must be a date'],
    [z.null(), 1, 'invalid_type', 'must be empty'],
    [z.never(), 1, 'invalid_type', 'must be absent'],
    [z.symbol(), 1, 'invalid_type', 'must be something else'],
    [z.literal(1), 2, 'invalid_value', 'must be 1'],
    [z.enum(['a', 'b', 'c']), 'x', 'invalid_value', 'must be a, b or c'],
    [z.enum(['a', 'b']), undefined, 'invalid_value', 'is missing'],
    [z.number().min(1), 0, 'too_small', 'must be at least 1'],
    [z.number().gt(1), 1, 'too_small', 'must be more than 1'],
    [z.number().max(10), 11, 'too_big', 'must be at most 10'],
    [z.number().lt(10), 10, 'too_big', 'must be less than 10'],
    [z.bigint().min(2n), 1n, 'too_small', 'must be at least 2'],
    [z.string().min(1), '', 'too_small', 'must have at least 1 character'],
    [z.string().max(3), 'abcd', 'too_big', 'must have at most 3 characters'],
    [z.string().length(3), 'abcd', 'too_big', 'must have exactly 3 characters'],
    [z.array(z.number()).min(1), [], 'too_small', 'must have at least 1 entry'],
    [z.array(z.number()).max(1), [1, 2], 'too_big', 'must have at most 1 entry'],
    [z.number().multipleOf(5), 3, 'not_multiple_of', 'must be a multiple of 5'],
    [z.string().regex(/^a$/), 'b', 'invalid_format', 'is not written as it has to be'],
    [z.string().startsWith('xoxb-'), 'b', 'invalid_format', 'must start with xoxb-'],
    [z.string().endsWith('.pem'), 'b', 'invalid_format', 'must end with .pem'],
    [z.string().includes('='), 'b', 'invalid_format', 'must have = in it'],
    [z.url(), 'b', 'invalid_format', 'must be an address, like https://example.com'],
    [z.email(), 'b', 'invalid_format', 'is not written as it has to be'],
    [z.strictObject({}), { a: 1, b: 2 }, 'unrecognized_keys', 'must not hold a, b'],
    [z.union([z.string(), z.number()]), true, 'invalid_union', 'has none of the forms that it may have'],
    [
      z.discriminatedUnion('kind', [z.object({ kind: z.literal('a') }), z.object({ kind: z.literal('b') })]),
      { kind: 'c' },
      'invalid_union',
      'must be a or b',
    ],
    [z.record(z.string().min(2), z.number()), { a: 1 }, 'invalid_key', 'has a name that it may not have'],
    [z.map(z.string(), z.number()), new Map([['a', 'b']]), 'invalid_type', 'must be a number'],
    [
      z.map(z.object({}), z.number()),
      new Map([[{}, 'b']]),
      'invalid_element',
      'holds something that it may not hold',
    ],
    [z.string().refine(() => false), 'a', 'custom', 'cannot be used as it is'],
  ] satisfies [z.ZodType, unknown, string, string][])(
    '%# is said in our words',
    (schema, value, code, words) => {
      expect(said(schema, value)).toEqual([[code, words]])
      expect(words).not.toMatch(NEVER_SAID)
    },
  )

  it('gives way to what it does say', () => {
    expect(said(z.number('must be a port').min(1, 'must be 1 or more'), 0)).toEqual([
      ['too_small', 'must be 1 or more'],
    ])
  })
})

describe('what is wrong with YAML', () => {
  it('is said in our words, whatever it is', () => {
    expect(yamlWords('MISSING_CHAR')).toBe(
      'not valid YAML: a quote, a bracket, a comma or a colon is missing',
    )
    expect(yamlWords('IMPOSSIBLE')).toBe('not valid YAML from here on')
    expect(yamlWords('constructor')).toBe('not valid YAML from here on')
  })
})

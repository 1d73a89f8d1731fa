// Every code that a broker can put into its answer to a commit, and what it proves.

import { describe, expect, it } from 'vitest'
import { commitEnd } from '../../../src/adapters/kafka/commit-answer.ts'

const ASKED = [
  { topic: 'orders', partition: 0, offset: 1n },
  { topic: 'orders', partition: 1, offset: 2n },
  { topic: 'payments', partition: 0, offset: 3n },
]
/** Codes in the order of ASKED; null: the answer leaves it out. */
const answered = (...codes: (number | null)[]) => ({
  topics: ['orders', 'payments'].map(name => ({
    name,
    partitions: ASKED.flatMap(({ topic, partition }, index) => {
      const errorCode = codes[index] ?? null
      return topic === name && errorCode !== null ? [{ partitionIndex: partition, errorCode }] : []
    }),
  })),
})
const ended = (...codes: (number | null)[]) => commitEnd(ASKED, answered(...codes))

describe('the answer to a commit', () => {
  it('is done with each partition’s own code, and no offset', () => {
    expect(ended(0, 3, 0)).toEqual({
      kind: 'done',
      topics: [
        {
          topic: 'orders',
          errorCode: 0,
          errorMessage: '',
          partitions: [
            { partition: 0, offset: null, errorCode: 0, errorMessage: '' },
            {
              partition: 1,
              offset: null,
              errorCode: 3,
              errorMessage: 'There is no such topic or partition.',
            },
          ],
        },
        {
          topic: 'payments',
          errorCode: 0,
          errorMessage: '',
          partitions: [{ partition: 0, offset: null, errorCode: 0, errorMessage: '' }],
        },
      ],
    })
  })

  it.each([3, 12, 29])('%d leaves that partition out, and the others are written', code => {
    expect(ended(0, code, 0).kind).toBe('done')
    expect(ended(code, code, code).kind).toBe('done')
  })

  it.each([
    [22, 'groupNotEmpty', 'ILLEGAL_GENERATION'],
    [25, 'groupNotEmpty', 'UNKNOWN_MEMBER_ID'],
    [27, 'groupNotEmpty', 'REBALANCE_IN_PROGRESS'],
    [110, 'groupNotEmpty', 'FENCED_MEMBER_EPOCH'],
    [113, 'groupNotEmpty', 'STALE_MEMBER_EPOCH'],
    [24, 'badRequest', 'INVALID_GROUP_ID'],
    [30, 'notAllowed', 'GROUP_AUTHORIZATION_FAILED'],
    [35, 'unknownAction', 'UNSUPPORTED_VERSION'],
    [42, 'badRequest', 'INVALID_REQUEST'],
    [69, 'other', 'GROUP_ID_NOT_FOUND'],
  ])('%d refuses the whole, also beside a partition that is not there', (code, reason, name) => {
    expect(ended(code, code, code)).toMatchObject({ kind: 'refused', reason, code: name })
    expect(ended(code, 3, code)).toMatchObject({ kind: 'refused', reason, code: name })
    expect(ended(code, code, code)).toMatchObject({ message: expect.stringMatching(/\w/) })
  })

  it('25 says to stop the consumers', () => {
    expect(ended(25, 25, 25)).toMatchObject({ message: expect.stringMatching(/stopped/) })
  })

  it('28 is too large for one commit', () => {
    expect(ended(28, 28, 28)).toEqual({ kind: 'tooLarge' })
  })

  it('14 was not written, and may be tried again in a moment', () => {
    expect(ended(14, 14, 14)).toMatchObject({ kind: 'notSent', retryAfterMs: expect.any(Number) })
  })

  it.each([15, 16, 7, -1])('%d leaves it open', code => {
    expect(ended(code, code, code).kind).toBe('unknown')
    expect(ended(code, 3, code).kind).toBe('unknown')
  })

  it('every other code leaves it open as well', () => {
    const known = new Set([0, 3, 12, 29, 22, 25, 27, 110, 113, 24, 28, 30, 35, 42, 69, 14])
    for (let code = -1; code < 140; code += 1) {
      if (!known.has(code)) expect(ended(code, code, code).kind, `${code}`).toBe('unknown')
    }
    expect(ended(999, 999, 999)).toMatchObject({ kind: 'unknown', cause: 'apiSaid ["ERROR_999"]' })
  })

  it.each<[string, (number | null)[]]>([
    ['two codes about the whole', [25, 27, 25]],
    ['a refusal of one part, and another written', [25, 0, 25]],
    ['a refusal of one part, and silence about another', [25, null, 25]],
    ['too large for one part, and another written', [28, 0, 28]],
    ['nothing at all', [null, null, null]],
  ])('that holds %s leaves it open: no batch is answered so', (_, codes) => {
    expect(ended(...codes).kind).toBe('unknown')
  })

  it('that leaves a partition out reports what it holds, and nothing of what was not asked', () => {
    const { topics } = answered(0, null, 0)
    const other = { name: 'other', partitions: [{ partitionIndex: 0, errorCode: 0 }] }
    const end = commitEnd(ASKED, { topics: [...topics, other] })
    expect(end).toMatchObject({ kind: 'done' })
    const reported = end.kind === 'done' ? end.topics : []
    expect(reported.map(({ topic, partitions }) => [topic, partitions.length])).toEqual([
      ['orders', 1],
      ['payments', 1],
    ])
  })
})

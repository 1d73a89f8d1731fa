// The longest lists, page by page, without a socket between: a thousand answers over HTTP would tell no more.
// What a single page, a count or a pause makes of a list is held to in cluster-v2.test.ts and cluster-v3.test.ts.

import { describe, expect, it } from 'vitest'
import { readPages, throughShortPauses } from '../../../src/adapters/ckafka/paging.ts'
import { QUESTIONS_V2 } from '../../../src/adapters/ckafka/questions-v2.ts'
import { QUESTIONS_V3 } from '../../../src/adapters/ckafka/questions-v3.ts'
import { causeOf } from '../../../src/request/cause.ts'

/** Kafka on CKafka allows a topic no more. */
const PARTITIONS_OF_A_TOPIC = 10_000

/** A list of that many whole numbers, each page full but the last. */
async function list(length: number, pageSize: number, totalCount: (offset: number) => number | null) {
  const offsets: number[] = []
  const answer = await readPages({
    pageSize,
    readPage: async offset => {
      offsets.push(offset)
      const items = Array.from({ length: Math.min(pageSize, length - offset) }, (_, index) => offset + index)
      return { kind: 'answered', value: { totalCount: totalCount(offset), items } }
    },
    keyOf: String,
    now: Date.now,
    deadlineMs: Date.now() + 60_000,
  })
  return { answer, offsets }
}

describe('a list', () => {
  it.each([
    ['is counted', () => PARTITIONS_OF_A_TOPIC],
    ['has no count', () => null],
    ['has a count that is wrong', () => 1],
  ])('of as many partitions as a topic may have is read to its end when it %s', async (_, totalCount) => {
    const pageSize = QUESTIONS_V3.pageSizes.logRanges
    const { answer, offsets } = await list(PARTITIONS_OF_A_TOPIC, pageSize, totalCount)
    expect(answer).toEqual({
      kind: 'answered',
      value: Array.from({ length: PARTITIONS_OF_A_TOPIC }, (_, index) => index),
    })
    expect(new Set(offsets).size).toBe(offsets.length)
  })

  it.each([QUESTIONS_V2.pageSizes.offsets, QUESTIONS_V3.pageSizes.logRanges])(
    'without an end is never passed off by a part of it, in pages of %i',
    async pageSize => {
      const { answer, offsets } = await list(Number.POSITIVE_INFINITY, pageSize, () => pageSize)
      expect(offsets).toHaveLength(1_000)
      expect(answer).toEqual({ kind: 'unknown', cause: causeOf('listEndless', '1000') })
    },
  )
})

it('a short pause that lasts until the time is over ends with what was said of the limit, and asks no more', async () => {
  let [asked, nowMs] = [0, 0]
  const ask = async () => {
    asked += 1
    // It is back too late, however short a time it has slept.
    setTimeout(() => {
      nowMs = 300
    }, 1)
    return { kind: 'notSent', cause: causeOf('budgetUsed'), retryAfterMs: 100 } as const
  }
  expect(await throughShortPauses(ask, () => nowMs, 250)).toMatchObject({ retryAfterMs: 100 })
  expect(asked).toBe(1)
})

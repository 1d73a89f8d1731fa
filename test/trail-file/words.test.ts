// How many of a thing there are, and the words that follow.

import { expect, it } from 'vitest'
import { remarksInWords, totalsInWords } from '../../src/trail-file/words.ts'

const all = (count: number) => ({
  otherRules: count,
  unsealed: count,
  notChecked: count,
  offsetsNotChecked: count,
  noRecord: count,
  unsealedAttempts: count,
  notCheckedAttempts: count,
  unsealedCounted: count,
  notCheckedCounters: count,
})

it('speaks of one as of one, and of none not at all', () => {
  expect(remarksInWords(all(0))).toEqual([])
  const [one, more] = [remarksInWords(all(1)), remarksInWords(all(2))]
  expect(one).toHaveLength(9)
  for (const said of one) expect(said).toMatch(/^1 (?:sealed |refused )?(?:request|attempt|counter) /)
  for (const said of more) expect(said).toMatch(/^2 (?:sealed |refused )?(?:requests|attempts|counters) /)
  expect(totalsInWords({ requests: 1, events: 2, attempts: 1, more: 1, exports: 0, hash: '' })).toBe(
    '1 request, 2 events, 1 attempt apart and 1 more refused attempt, counted only, no hash.',
  )
})

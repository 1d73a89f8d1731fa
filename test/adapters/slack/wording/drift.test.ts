// What has moved, said in one short sentence each.

import { expect, it } from 'vitest'
import { wordsIn } from '../../../../src/adapters/slack/language/language.ts'
import { differencesInWords } from '../../../../src/adapters/slack/wording/drift.ts'
import type { Difference } from '../../../../src/request/drift.ts'

const words = wordsIn('en')

type Placed = Extract<Difference, { partitions: number }>

function said(difference: Difference): string | undefined {
  return differencesInWords(words, [difference])[0]
}

function placed(
  kind: Placed['kind'],
  was: bigint | null,
  is: bigint | null,
  partitions = 1,
  topic = 'orders',
): Difference {
  return { kind, partitions, first: { topic, partition: 3, was, is } }
}

it.each<[Difference, string]>([
  [
    placed('committedMoved', 442_430n, 442_511n),
    'The committed offset of orders p3 moved from 442,430 to 442,511.',
  ],
  [
    placed('committedMoved', 442_430n, 442_511n, 7),
    'The committed offset of orders p3 moved from 442,430 to 442,511, and likewise on 6 more partitions.',
  ],
  [placed('committedMoved', null, 5n), 'The committed offset of orders p3 was set to 5.'],
  [placed('committedMoved', 5n, null), 'The committed offset of orders p3 was 5 and is gone.'],
  [placed('partitionAppeared', null, null), 'A partition appeared: orders p3.'],
  [placed('partitionAppeared', null, null, 2), '2 partitions appeared, the first orders p3.'],
  [placed('partitionGone', 5n, null), 'A partition is gone: orders p3.'],
  [placed('partitionGone', 5n, null, 1_200), '1,200 partitions are gone, the first orders p3.'],
  [
    placed('targetLeftLog', 10n, 55n, 2),
    'The log of orders p3 now starts at 55, after the planned offset 10: it has expired there, and likewise on 1 more partition.',
  ],
  [placed('targetLeftLog', 90n, 0n), 'The log of orders p3 does not hold the planned offset 90 any more.'],
  [placed('targetLeftLog', 90n, null), 'The log of orders p3 does not hold the planned offset 90 any more.'],
  [{ kind: 'skipsGrew', was: 890n, is: 1_200n }, 'It would now skip 1,200 messages instead of 890.'],
  [{ kind: 'groupRecreated' }, 'The group was deleted or recreated.'],
])('%o', (difference, sentence) => {
  expect(said(difference)).toBe(sentence)
})

it('keeps every kind, and shortens a name that no topic can have', () => {
  const all = [placed('partitionGone', 1n, null), { kind: 'groupRecreated' } as const]
  expect(differencesInWords(words, all)).toHaveLength(2)
  const long = said(placed('committedMoved', 1n, 2n, 1, 'x'.repeat(5_000)))
  expect(long?.length).toBeLessThan(250)
})

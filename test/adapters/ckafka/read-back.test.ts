// What offsets read after a reset prove of it. Nothing that they do not show may pass for a success.

import { describe, expect, it } from 'vitest'
import type { PartitionOffset } from '../../../src/adapters/ckafka/group-offsets.ts'
import { type Finding, findingOf, reportOf } from '../../../src/adapters/ckafka/read-back.ts'
import type { Strategy } from '../../../src/request/reset.ts'

const at = (committed: bigint | null, logEnd: bigint | null = 1_000n, partition = 0): PartitionOffset => ({
  partition,
  committed,
  logEnd,
  errorCode: 0,
})
/** Before, the group stood at 500; the log runs from 100 to 1 000, and to 1 010 afterwards. */
const before = at(500n)
const range = { partition: 0, start: 100n, end: 1_010n }
const find = (strategy: Strategy, committed: bigint | null) => {
  const after = at(committed, 1_010n)
  const first = findingOf(strategy, before, after, 'mayBeRead')
  return first === 'needsRange' ? `range: ${findingOf(strategy, before, after, range)}` : first
}

const earliest: Strategy = { kind: 'earliest' }
const latest: Strategy = { kind: 'latest' }
const time: Strategy = { kind: 'time', timeMs: 1 }
const offset = (to: bigint): Strategy => ({ kind: 'offset', offset: to })
const replay = (count: bigint): Strategy => ({ kind: 'shift', direction: 'replay', count })
const skip = (count: bigint): Strategy => ({ kind: 'shift', direction: 'skip', count })

describe('one partition', () => {
  it.each<[string, Strategy, bigint | null, string]>([
    ['at the log start', earliest, 100n, 'range: asAsked'],
    ['where it was', earliest, 500n, 'range: otherwise'],
    ['before the log', earliest, 99n, 'range: otherwise'],
    ['at the end as it was before', latest, 1_000n, 'asAsked'],
    ['at the end as it is now', latest, 1_010n, 'asAsked'],
    ['between the two', latest, 1_004n, 'asAsked'],
    ['where it was', latest, 500n, 'otherwise'],
    ['just before the end', latest, 999n, 'otherwise'],
    ['beyond the end', latest, 1_011n, 'otherwise'],
    ['inside the log', time, 700n, 'asAsked'],
    ['beyond the end', time, 1_011n, 'otherwise'],
    ['at the offset', offset(600n), 600n, 'asAsked'],
    ['where it was', offset(600n), 500n, 'otherwise'],
    ['after it', offset(400n), 500n, 'range: otherwise'],
    ['at the log start, the offset being lower', offset(5n), 100n, 'range: asAsked'],
    ['at the log end, the offset being higher', offset(5_000n), 1_003n, 'asAsked'],
    ['as far back as asked', replay(50n), 450n, 'asAsked'],
    ['where it was', replay(50n), 500n, 'range: otherwise'],
    ['twice as far back', replay(50n), 400n, 'otherwise'],
    ['the other way', replay(50n), 550n, 'range: otherwise'],
    ['at the log start, too far back', replay(5_000n), 100n, 'range: asAsked'],
    ['as far forward as asked', skip(50n), 550n, 'asAsked'],
    ['where it was', skip(50n), 500n, 'otherwise'],
    ['twice as far forward', skip(50n), 600n, 'range: otherwise'],
    ['at the log end, too far forward', skip(5_000n), 1_010n, 'asAsked'],
    ['without a commit', latest, null, 'otherwise'],
  ])('%s after %o', (_, strategy, committed, expected) => {
    expect(find(strategy, committed)).toBe(expected)
  })

  it.each<[string, Strategy, Finding]>([
    ['a shift from nowhere', skip(5n), 'asAsked'],
    ['the latest', latest, 'otherwise'],
    ['an offset', offset(700n), 'asAsked'],
  ])('that had no commit is held to what can be known: %s', (_, strategy, expected) => {
    expect(findingOf(strategy, undefined, at(700n), 'mayBeRead')).toBe(expected)
    expect(findingOf(strategy, at(null), at(700n), 'mayBeRead')).toBe(expected)
  })

  it('needs the range where the answer does not tell the log end', () => {
    for (const strategy of [latest, time, skip(5_000n)]) {
      const after = at(1_010n, null)
      expect(findingOf(strategy, at(500n, null), after, 'mayBeRead')).toBe('needsRange')
      expect(findingOf(strategy, at(500n, null), after, range)).toBe('asAsked')
    }
  })
})

describe('a topic', () => {
  const topic = (...partitions: PartitionOffset[]) => ({ topic: 't', partitions })

  it('is reported partition by partition, contradictions in words', () => {
    const report = reportOf(
      latest,
      topic(at(500n), at(500n, 1_000n, 1), at(null, 1_000n, 2), at(1n, 1_000n, 3), at(1n, 1_000n, 4)),
      topic(at(1_000n), at(500n, 1_000n, 1), at(null, 1_000n, 2), {
        partition: 3,
        committed: null,
        logEnd: null,
        errorCode: 15,
      }),
    )
    expect(report?.errorCode).toBe(0)
    expect(report?.partitions).toEqual([
      { partition: 0, offset: 1_000n, errorCode: 0, errorMessage: '' },
      {
        partition: 1,
        offset: 500n,
        errorCode: -1,
        errorMessage: 'the API answered success, but the offset is 500',
      },
      {
        partition: 2,
        offset: null,
        errorCode: -1,
        errorMessage: 'the API answered success, but there is no committed offset',
      },
      {
        partition: 3,
        offset: null,
        errorCode: 15,
        errorMessage: 'the API answered success, but the offset could not be read back',
      },
      {
        partition: 4,
        offset: null,
        errorCode: -1,
        errorMessage: 'the API answered success, but does not list the partition',
      },
    ])
  })

  it('is not reported at all while one of its partitions cannot be judged', () => {
    const after = topic(at(600n), at(700n, 1_000n, 1))
    expect(reportOf(offset(600n), undefined, after)).toBeUndefined()
    expect(reportOf(offset(600n), undefined, after, [range])).toBeUndefined()
    const both = [range, { partition: 1, start: 700n, end: 1_000n }]
    expect(reportOf(offset(600n), undefined, after, both)?.partitions.map(each => each.errorCode)).toEqual([
      0, 0,
    ])
  })
})

describe('when the ranges of the log cannot be read in time', () => {
  const earliest = { kind: 'earliest' } as const

  it('an offset that moved back is what a reset to the start looks like', () => {
    expect(findingOf(earliest, at(500n), at(100n), 'movementOnly')).toBe('asAsked')
  })

  it('an offset that stayed, moved on or was never there proves nothing', () => {
    expect(findingOf(earliest, at(500n), at(500n), 'movementOnly')).toBe('needsRange')
    expect(findingOf(earliest, at(500n), at(600n), 'movementOnly')).toBe('needsRange')
    expect(findingOf(earliest, at(null), at(100n), 'movementOnly')).toBe('needsRange')
  })

  it('a movement back is not taken while the ranges may still be read', () => {
    expect(findingOf(earliest, at(500n), at(100n), 'mayBeRead')).toBe('needsRange')
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dealt, isMet, lacking } from '../../src/request/quorum.ts'
import type { Decision } from '../../src/request/state.ts'
import { T0 } from '../support/requests.ts'

const need = (label: string, count = 1) => ({ label, from: [label], count })
const vote = (by: string, ...fills: number[]): Decision => ({
  verdict: 'approve',
  by,
  note: '',
  atMs: T0,
  fills,
})

describe('a quorum of one of each team', () => {
  const guard = { needs: [need('orders'), need('platform')], approvals: 2 }
  const cases: [string, Decision[], number[]][] = [
    ['nobody', [], [1, 1]],
    ['one of one team', [vote('B', 0)], [0, 1]],
    ['two of one team', [vote('B', 0), vote('C', 0)], [0, 1]],
    ['one of each', [vote('B', 0), vote('D', 1)], [0, 0]],
    ['one person of both', [vote('C', 0, 1)], [0, 1]],
    ['who is of both makes room for who is not, first', [vote('C', 0, 1), vote('B', 0)], [0, 0]],
    ['or last', [vote('B', 0), vote('C', 0, 1)], [0, 0]],
    ['two who are of both', [vote('C', 0, 1), vote('E', 0, 1)], [0, 0]],
    ['one of neither', [vote('X')], [1, 1]],
  ]
  it.each(cases)('with %s', (_name, votes, left) => {
    expect(lacking(guard, votes)).toEqual(left)
    expect(isMet(guard, votes)).toBe(left.every(count => count === 0))
  })
})

it('says for which team each vote counts', () => {
  const guard = { needs: [need('orders'), need('platform')], approvals: 2 }
  expect(dealt(guard, [vote('B', 0), vote('C', 0)])).toEqual([0, null])
  expect(dealt(guard, [vote('C', 0, 1), vote('B', 0)])).toEqual([1, 0])
  expect(dealt(guard, [])).toEqual([])
})

it('of a guard from before there were needs counts approvers', () => {
  const guard = { needs: [], approvals: 2 }
  expect(isMet(guard, [vote('B', 0)])).toBe(false)
  expect(isMet(guard, [vote('B', 0), vote('C', 0)])).toBe(true)
})

it('is met exactly when the votes can be dealt out, and one more never takes it away', () => {
  const fills = fc.uniqueArray(fc.nat(2), { maxLength: 3 })
  const votes = fc
    .array(fills, { maxLength: 6 })
    .map(all => all.map((each, index) => vote(`U${index}`, ...each)))
  const needs = fc
    .array(fc.integer({ min: 1, max: 2 }), { minLength: 1, maxLength: 3 })
    .map(counts => counts.map((count, index) => need(`${index}`, count)))
  fc.assert(
    fc.property(needs, votes, votes, (wanted, some, more) => {
      const guard = { needs: wanted, approvals: wanted.reduce((sum, { count }) => sum + count, 0) }
      const places = wanted.flatMap(({ count }, index) => Array.from({ length: count }, () => index))
      expect(isMet(guard, some)).toBe(canBeDealt(places, some))
      if (isMet(guard, some)) expect(isMet(guard, [...some, ...more])).toBe(true)
    }),
  )
})

/** By trying everything, which shares nothing with how it is done. */
function canBeDealt([place, ...rest]: number[], votes: readonly Decision[]): boolean {
  if (place === undefined) return true
  return votes.some(
    (each, index) => each.fills.includes(place) && canBeDealt(rest, votes.toSpliced(index, 1)),
  )
}

// What a plan says of afterwards: at which rate, and how long it takes.

import { expect, it } from 'vitest'
import { rateBetween, rateOfWatch, rehearsalOf, type StoodAt } from '../../../src/request/rehearsal.ts'
import type { ResetRequest } from '../../../src/request/request.ts'
import { EMPTY, IN_USE, T0 } from '../../support/requests.ts'
import { watchedDone, watchLook } from '../../support/watch.ts'

const TOPICS = ['orders', 'payments']
const reading = [{}, { moved: [40] }, { moved: [120] }].reduce<ResetRequest>(watchLookAt, watchedDone())
const last = reading.watch?.last?.atMs ?? 0

function watchLookAt(request: ResetRequest, stands: Parameters<typeof watchLook>[1]): ResetRequest {
  return watchLook(request, stands)
}

it('is the rate of the last watch over the same topics in which the group was seen to read', () => {
  const rate = rateOfWatch([reading], TOPICS, last)
  // 4 partitions by 120 messages, in 3 minutes.
  expect(rate).toEqual({ read: 3, written: 0, overMs: 180_000, atMs: last, after: 'R-12' })
  const away = watchLook(watchedDone(), { group: EMPTY })
  expect(rateOfWatch([away, watchedDone(), reading], TOPICS, last)).toEqual(rate)
})

it('is none of other topics, nor of long ago, nor of a group that was not seen to read', () => {
  expect(rateOfWatch([reading], ['orders'], last)).toBeNull()
  expect(rateOfWatch([reading], TOPICS, last + 31 * 86_400_000)).toBeNull()
  expect(rateOfWatch([watchLook(watchedDone(), {})], TOPICS, last)).toBeNull()
  expect(rateOfWatch([], TOPICS, last)).toBeNull()
})

const row = (from: bigint | null, logEnd: bigint | null, partition = 0) => ({
  topic: 'orders',
  partition,
  from,
  logEnd,
})
const before = { atMs: T0, group: IN_USE, rows: [row(100n, 1_000n), row(null, 50n, 1)] }
const now = { atMs: T0 + 20_000, group: IN_USE, rows: [row(300n, 1_040n), row(7n, 90n, 1)] }

it('is what consumers have read between two looks', () => {
  expect(rateBetween(before, now)).toEqual({ read: 10, written: 2, overMs: 20_000, atMs: T0 + 20_000 })
})

it.each<[string, StoodAt, StoodAt]>([
  ['an offset went back', before, { ...now, rows: [row(99n, 1_040n)] }],
  ['an offset went further than anybody reads', before, { ...now, rows: [row(9_000_100n, 9_000_200n)] }],
  ['they are too close', before, { ...now, atMs: T0 + 9_000 }],
  ['nothing was read', before, { ...before, atMs: T0 + 60_000 }],
  ['the consumers have stopped at some time', before, { ...now, group: EMPTY }],
  ['they were started at some time', { ...before, group: EMPTY }, now],
  ['it is not known whether there are any', before, { ...now, group: null }],
  ['a partition could not be read', before, { ...now, rows: [row(null, 1_040n)] }],
  ['a partition is not there', before, { ...now, rows: [row(7n, 90n, 1)] }],
  [
    'it was read as it came',
    { ...before, rows: [row(950n, 1_000n)] },
    { ...now, rows: [row(1_150n, 1_200n)] },
  ],
])('is none where %s', (_, first, second) => {
  expect(rateBetween(first, second)).toBeNull()
})

it('says how long the lag takes, or that it is never read', () => {
  const rate = { read: 50, written: 10, overMs: 60_000, atMs: T0 }
  expect(rehearsalOf(rate, 96_000n).inMs).toBe(2_400_000)
  expect(rehearsalOf({ ...rate, written: 50 }, 96_000n).inMs).toBeNull()
})

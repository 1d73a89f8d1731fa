// What a plan says of afterwards: at which rate, and how long it takes.

import { expect, it } from 'vitest'
import { rateBetweenPlans, rateOfWatch, rehearsalOf } from '../../../src/request/rehearsal.ts'
import type { ResetRequest } from '../../../src/request/request.ts'
import { EMPTY, T0 } from '../../support/requests.ts'
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

it('is what has been read between two plans, unless an offset went back', () => {
  const row = (from: bigint | null, logEnd: bigint, partition = 0) => ({
    topic: 'orders',
    partition,
    from,
    logEnd,
  })
  const before = { atMs: T0, rows: [row(100n, 1_000n), row(null, 50n, 1)] }
  const now = { atMs: T0 + 20_000, rows: [row(300n, 1_040n), row(7n, 90n, 1)] }
  expect(rateBetweenPlans(before, now)).toEqual({ read: 10, written: 2, overMs: 20_000, atMs: T0 + 20_000 })
  expect(rateBetweenPlans(before, { ...now, rows: [row(99n, 1_040n)] })).toBeNull()
  expect(rateBetweenPlans(before, { ...now, atMs: T0 + 9_000 })).toBeNull()
  expect(rateBetweenPlans(before, { ...before, atMs: T0 + 60_000 })).toBeNull()
})

it('says how long the lag takes, or that it is never read', () => {
  const rate = { read: 50, written: 10, overMs: 60_000, atMs: T0 }
  expect(rehearsalOf(rate, 96_000n).inMs).toBe(2_400_000)
  expect(rehearsalOf({ ...rate, written: 50 }, 96_000n).inMs).toBeNull()
})

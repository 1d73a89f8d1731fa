// The drawing of a log: exact where offsets outgrow JavaScript's numbers, and sane where there is nothing to draw.

import { describe, expect, it } from 'vitest'
import {
  drawLog,
  formatOffset,
  movement,
  nearRetention,
  percentOf,
  scaleOf,
  standingOf,
  sumOf,
} from '../../../src/sandbox/page/cluster/offsets.ts'

const log = (start: bigint, end: bigint, committed: bigint | null) => ({
  start: String(start),
  end: String(end),
  committed: committed === null ? null : String(committed),
})

/** The first offset that a JavaScript number cannot hold is one more than this. */
const HUGE = 2n ** 53n

describe('the scale of a topic', () => {
  it('reaches from the oldest start to the newest end of all its partitions', () => {
    expect(scaleOf([log(100n, 500n, null), log(50n, 300n, null), log(200n, 900n, null)])).toEqual({
      from: 50n,
      to: 900n,
      longest: 700n,
    })
  })

  it('is nothing for a topic without partitions', () => {
    expect(scaleOf([])).toEqual({ from: 0n, to: 0n, longest: 0n })
  })

  it('tells neighbours apart beyond 2^53, where numbers cannot', () => {
    const scale = scaleOf([log(HUGE, HUGE + 4n, null)])
    expect([0n, 1n, 2n, 3n, 4n].map(more => percentOf(scale, HUGE + more))).toEqual([0, 25, 50, 75, 100])
  })

  it('keeps to four decimals of a percent at the largest offsets there are', () => {
    const scale = scaleOf([log(0n, 2n ** 63n - 1n, null)])
    expect(percentOf(scale, 2n ** 62n)).toBeCloseTo(50, 3)
  })

  it('has ends that nothing passes', () => {
    const scale = scaleOf([log(100n, 200n, null)])
    expect(percentOf(scale, 3n)).toBe(0)
    expect(percentOf(scale, 100_000n)).toBe(100)
  })
})

describe('a log', () => {
  const wide = scaleOf([log(0n, 1000n, null)])

  it('is what is read, then the marker, then what is unread', () => {
    expect(drawLog(wide, log(200n, 700n, 450n))).toEqual({
      start: 20,
      end: 70,
      marker: 45,
      read: 25,
      unread: 25,
    })
  })

  it('is read to its end by a group that has caught up', () => {
    expect(drawLog(wide, log(200n, 700n, 700n))).toMatchObject({ marker: 70, read: 50, unread: 0 })
  })

  it('is all unread and has no marker when nothing was ever committed', () => {
    expect(drawLog(wide, log(200n, 700n, null))).toEqual({
      start: 20,
      end: 70,
      marker: null,
      read: 0,
      unread: 50,
    })
  })

  it('is all unread, with the marker before it, when the commit is below its start', () => {
    expect(drawLog(wide, log(200n, 700n, 150n))).toMatchObject({ marker: 15, read: 0, unread: 50 })
  })

  it('is all read, with the marker behind it, when the commit is beyond its end', () => {
    expect(drawLog(wide, log(200n, 700n, 800n))).toMatchObject({ marker: 80, read: 50, unread: 0 })
  })

  it('that is empty has no length, and its marker stands where it is', () => {
    expect(drawLog(wide, log(500n, 500n, 500n))).toEqual({
      start: 50,
      end: 50,
      marker: 50,
      read: 0,
      unread: 0,
    })
  })

  it('that is alone and empty lies at the start of its scale', () => {
    const point = scaleOf([log(7n, 7n, 7n)])
    expect(drawLog(point, log(7n, 7n, 7n))).toEqual({ start: 0, end: 0, marker: 0, read: 0, unread: 0 })
    expect(drawLog(point, log(7n, 7n, null))).toMatchObject({ marker: null, unread: 0 })
  })
})

describe('where a group stands', () => {
  const scale = scaleOf([log(0n, 10_000n, null)])

  it('is near the edge of retention within two percent of the log, and not a message further', () => {
    expect(nearRetention(scale, 0n, 200n)).toBe(true)
    expect(nearRetention(scale, 0n, 201n)).toBe(false)
    expect(standingOf(scale, log(0n, 10_000n, 1n))).toBe('near')
    expect(standingOf(scale, log(0n, 10_000n, 201n))).toBe('behind')
  })

  it('is measured by the longest log of the topic, so that a log nearly deleted counts as near', () => {
    expect(standingOf(scale, log(9_000n, 9_400n, 9_090n))).toBe('near')
  })

  it('is past retention when what comes next is gone, one message being enough', () => {
    expect(standingOf(scale, log(500n, 10_000n, 499n))).toBe('past')
    expect(standingOf(scale, log(500n, 10_000n, 501n))).toBe('near')
  })

  it('is at the start, which is as near as can be, after a reset to the earliest', () => {
    expect(standingOf(scale, log(500n, 10_000n, 500n))).toBe('atStart')
    expect(nearRetention(scale, 500n, 500n)).toBe(true)
  })

  it('is caught up at the end, even of an empty log, and even beyond it', () => {
    expect(standingOf(scale, log(0n, 10_000n, 10_000n))).toBe('caughtUp')
    expect(standingOf(scale, log(9_000n, 9_000n, 9_000n))).toBe('caughtUp')
    expect(standingOf(scale, log(0n, 10_000n, 10_001n))).toBe('caughtUp')
  })

  it('is nowhere before the first commit', () => {
    expect(standingOf(scale, log(0n, 10_000n, null))).toBe('none')
  })

  it('is told beyond 2^53 by a single message', () => {
    const huge = scaleOf([log(HUGE, HUGE + 100n, null)])
    expect(standingOf(huge, log(HUGE, HUGE + 100n, HUGE + 2n))).toBe('near')
    expect(standingOf(huge, log(HUGE, HUGE + 100n, HUGE + 3n))).toBe('behind')
    expect(standingOf(huge, log(HUGE + 1n, HUGE + 100n, HUGE))).toBe('past')
  })
})

describe('a commit that moved', () => {
  it('went back or ahead, told by a single message beyond 2^53', () => {
    expect(movement(String(HUGE + 1n), String(HUGE))).toBe('back')
    expect(movement(String(HUGE), String(HUGE + 1n))).toBe('ahead')
    expect(movement('999', '1000')).toBe('ahead')
  })

  it('went nowhere when it is the same, or when one of the two is unknown', () => {
    expect(movement('5', '5')).toBeNull()
    expect(movement(null, '5')).toBeNull()
    expect(movement('5', null)).toBeNull()
  })
})

describe('numbers', () => {
  it('are grouped by threes with commas, as on the cards', () => {
    expect(formatOffset('0')).toBe('0')
    expect(formatOffset('999')).toBe('999')
    expect(formatOffset('1000')).toBe('1,000')
    expect(formatOffset('9007199254740993')).toBe('9,007,199,254,740,993')
    expect(formatOffset('-1234')).toBe('-1,234')
  })

  it('add up exactly, leave out what is unknown, and are unknown when all of it is', () => {
    expect(sumOf([String(HUGE), '1'])).toBe('9007199254740993')
    expect(sumOf(['3', null])).toBe('3')
    expect(sumOf([null, null])).toBeNull()
    expect(sumOf([])).toBeNull()
  })
})

// How fast a group reads after a reset, and when it may have caught up: from two looks or more, with what it cannot be earlier or
// later than. Pure. It must never name a time where the looks do not carry one: test/request/watch-estimate.property.test.ts
// holds the bounds against a simulated group, in 95 of 100 runs.

import type { WatchPoint } from './watch.ts'

/** Messages a second. */
export interface Rates {
  read: number
  /** Written to the log meanwhile. */
  written: number
  /** Over how long that was seen. */
  overMs: number
}

export interface Estimate {
  rates: Rates
  lag: number
  /** From the last look on. Null: the lag does not shrink, or nothing says when. */
  inMs: number | null
  /** Not sooner than this; null with `inMs`. */
  earliestMs: number | null
  /** Null: it may be any time later, or never. */
  latestMs: number | null
}

/** Of the looks before, those that are older say little of now. */
const LOOKS_USED = 4
/** What one look after another shows differs by so much of what is read, and by more the shorter they are apart. */
const LEAST_DOUBT = 0.3
const DOUBT_OF_A_MINUTE = 0.55
const MINUTE_MS = 60_000

/** @param points of one watch, oldest first @param backSinceMs nobody read before that */
export function estimate(points: readonly WatchPoint[], backSinceMs: number | null): Estimate | null {
  const used = comparable(points, backSinceMs)
  const [first] = used
  const last = used.at(-1)
  if (first === undefined || last === undefined || last.atMs <= first.atMs) return null
  const rates = ratesBetween(first, last)
  const lag = Number(last.lag)
  const drain = rates.read - rates.written
  const doubt = doubtOf(used) * Math.max(rates.read, rates.written)
  const inMs = drain > 0 ? (lag / drain) * 1_000 : null
  if (inMs === null) return { rates, lag, inMs, earliestMs: null, latestMs: null }
  const slowest = drain - doubt
  return {
    rates,
    lag,
    inMs,
    earliestMs: (lag / (drain + doubt)) * 1_000,
    latestMs: slowest > 0 ? (lag / slowest) * 1_000 : null,
  }
}

/** The last looks over the same partitions, from when somebody read on. */
function comparable(points: readonly WatchPoint[], backSinceMs: number | null): WatchPoint[] {
  const last = points.at(-1)
  if (last === undefined || backSinceMs === null) return []
  const others = points.findLastIndex(({ read }) => read !== last.read)
  const back = points.findLastIndex(({ atMs }) => atMs < backSinceMs)
  return points.slice(Math.max(others, back) + 1).slice(-LOOKS_USED)
}

export function ratesBetween(from: WatchPoint, to: WatchPoint): Rates {
  const overMs = Math.max(1, to.atMs - from.atMs)
  const aSecond = (before: bigint, after: bigint) => Math.max(0, (Number(after - before) * 1_000) / overMs)
  return {
    read: aSecond(from.committed, to.committed),
    written: aSecond(from.end, to.end),
    overMs,
  }
}

/** As a part of what is read. */
function doubtOf(used: readonly WatchPoint[]): number {
  const [first, ...rest] = used
  if (first === undefined) return 1
  const overMs = (rest.at(-1)?.atMs ?? first.atMs) - first.atMs
  const mean = ratesBetween(first, rest.at(-1) ?? first).read
  let before = first
  let widest = 0
  for (const each of rest) {
    widest = Math.max(widest, Math.abs(ratesBetween(before, each).read - mean) / Math.max(mean, 1e-9))
    before = each
  }
  const ofTime = DOUBT_OF_A_MINUTE * Math.sqrt(MINUTE_MS / Math.max(overMs, 1))
  return Math.min(0.95, Math.max(LEAST_DOUBT, ofTime, rest.length > 1 ? widest * 0.75 : 0))
}

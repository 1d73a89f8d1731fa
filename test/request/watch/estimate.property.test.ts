// What a watch says of when a group has caught up, held against simulated groups: what it names as the earliest and the latest
// has to hold in 95 of 100 random runs, and has to be narrow enough to be worth saying.
// @module-tag chance

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { beginsWatch, type Seen, type Watch } from '../../../src/request/watch.ts'
import type { Estimate } from '../../../src/request/watch-estimate.ts'
import { estimate } from '../../../src/request/watch-estimate.ts'
import { afterLook } from '../../../src/request/watch-findings.ts'
import { type GroupTraits, type Second, simulate } from './simulated-group.ts'

const RUNS = Number(process.env.WATCH_RUNS ?? 100)
const TWO_HOURS_MS = 7_200_000
/** Nobody waits longer for it to come true. */
const SECONDS = 6 * 3_600

const traits = (seed: number): fc.Arbitrary<GroupTraits> =>
  fc.record({
    readS: fc.integer({ min: 50, max: 40_000 }),
    writtenPart: fc.double({ min: 0, max: 0.6, noNaN: true }),
    nominalS: fc.integer({ min: 240, max: 7_200 }),
    backAfterS: fc.integer({ min: 0, max: 180 }),
    noise: fc.double({ min: 0, max: 0.5, noNaN: true }),
    memoryS: fc.integer({ min: 1, max: 60 }),
    rebalancesH: fc.double({ min: 0, max: 6, noNaN: true }),
    rebalanceS: fc.integer({ min: 3, max: 45 }),
    seed: fc.integer({ min: seed, max: seed + 1_000_000 }),
  })

function seenAt(second: Second, atMs: number): Seen {
  const lag = second.end - second.committed
  const places = { topics: [{ topic: 'orders', lag }], topicsLeft: 0, apart: [] }
  const moved = second.committed > 0n ? 8 : 0
  return { atMs, partitions: 8, read: 8, lag, moved, unmoved: 8 - moved, ...second, ...places }
}

interface Said {
  atS: number
  estimate: Estimate
}

/** All that the watch names a time for, until it has caught up or its time is over. */
function watchOf(group: readonly Second[]): { said: Said[]; watch: Watch } {
  let watch = beginsWatch(TWO_HOURS_MS, 0) as Watch
  const said: Said[] = []
  while (watch.over === null) {
    const atS = Math.round(watch.nextAtMs / 1_000)
    const second = group[atS - 1]
    if (second === undefined) throw new Error('The group is simulated for longer than it is watched.')
    watch = afterLook(watch, seenAt(second, atS * 1_000)).watch
    const known = estimate(watch.points, watch.backSinceMs)
    if (known?.inMs != null && known.lag > 0 && watch.over === null) said.push({ atS, estimate: known })
  }
  return { said, watch }
}

/** When nothing is left to read but what was written in the last seconds. */
function caughtUpAt(group: readonly Second[], { readS, writtenPart }: GroupTraits, fromS: number): number {
  const little = BigInt(Math.ceil(readS * writtenPart * 2 + readS))
  const index = group.findIndex(({ end, committed }, second) => second >= fromS && end - committed <= little)
  return index === -1 ? Number.POSITIVE_INFINITY : index
}

function isWithin({ atS, estimate: { earliestMs, latestMs } }: Said, truthS: number): boolean {
  const leftMs = (truthS - atS) * 1_000
  // A second is what the simulation can tell.
  return leftMs + 2_000 >= (earliestMs ?? 0) && (latestMs === null || leftMs - 2_000 <= latestMs)
}

describe('the estimate', () => {
  const runs = fc
    .sample(traits(1), { numRuns: RUNS, seed: Number(process.env.WATCH_SEED ?? 7) })
    .map(each => {
      const group = simulate(each, SECONDS)
      return { traits: each, group, ...watchOf(group) }
    })
  const shareOf = (sayings: readonly boolean[]) => sayings.filter(Boolean).length / sayings.length
  const judged = (said: readonly Said[], { group, traits: of }: (typeof runs)[number]) =>
    said.map(each => isWithin(each, caughtUpAt(group, of, each.atS)))

  it('holds in 95 of 100 looks', () => {
    expect(shareOf(runs.flatMap(run => judged(run.said, run)))).toBeGreaterThan(0.95)
  })

  it('holds in 95 of 100 runs where it is said first', () => {
    const firsts = runs.flatMap(run => judged(run.said.slice(0, 1), run))
    expect(firsts.length).toBeGreaterThan(RUNS / 2)
    expect(shareOf(firsts)).toBeGreaterThan(0.95)
  })

  it('is narrow enough to be worth saying', () => {
    const widths = runs
      .flatMap(({ said }) => said)
      .map(({ estimate: { earliestMs, latestMs } }) =>
        latestMs === null || earliestMs === null ? Number.POSITIVE_INFINITY : latestMs / earliestMs,
      )
      .sort((a, b) => a - b)
    expect(widths[Math.floor(widths.length / 2)]).toBeLessThan(4)
  })

  it('has caught up when it says so, and not before', () => {
    for (const { watch, group, traits: of } of runs) {
      if (watch.over !== 'caughtUp') continue
      const atS = Math.round((watch.last?.atMs ?? 0) / 1_000)
      const left = Number(group[atS - 1]?.end ?? 0n) - Number(group[atS - 1]?.committed ?? 0n)
      expect(left).toBeLessThanOrEqual(Math.max(100, of.readS * of.writtenPart * 15))
    }
    expect(runs.filter(({ watch }) => watch.over === 'caughtUp').length).toBeGreaterThan(RUNS / 4)
  })
})

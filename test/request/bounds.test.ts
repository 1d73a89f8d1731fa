// The bounds of a plan of which only a part has been read, held against the plan made with everything known.
// @module-tag chance

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { boundsOf } from '../../src/request/bounds.ts'
import { placeOf } from '../../src/request/group.ts'
import { isSure } from '../../src/request/plan-gaps.ts'
import { type Facts, planRows } from '../../src/request/plan-rows.ts'
import type { Reset, Strategy } from '../../src/request/reset.ts'
import { choiceArbitrary, clusterOf, EVERYTHING, factsOf, NOW_MS, resetOf } from './worlds.ts'

/** As a look goes: the log of one topic after the other, and after all of these the time of one partition after the other. */
function soFar(all: Facts, reads: number): Facts {
  const topics = [...new Set(all.positions.map(({ topic }) => topic))]
  const read = new Set(topics.slice(0, reads))
  const facts: Facts = {
    atMs: all.atMs,
    positions: all.positions.map(each => ({
      ...each,
      logStart: read.has(each.topic) ? each.logStart : null,
    })),
    firstMessages: new Map([...(all.firstMessages ?? [])].slice(0, Math.max(0, reads - topics.length))),
  }
  return facts
}

const RUNS = { numRuns: Number(process.env.PLAN_RUNS ?? 75) }

describe('the bounds of a plan', () => {
  it('are never exceeded by the plan, however much of it has been read', () => {
    fc.assert(
      fc.property(choiceArbitrary, fc.nat(16), ({ world, strategy, targets, chosen }, reads) => {
        const reset = resetOf(world, strategy, strategy.kind === 'offsets' ? {} : chosen)
        const all = factsOf(clusterOf(world), reset, EVERYTHING)
        const given = strategy.kind === 'offsets' ? { targets } : {}
        const rows = planRows(reset, { ...all, ...given })
        const bounds = boundsOf(reset, { ...soFar(all, reads), ...given })
        const sum = (of: 'replays' | 'skips') => rows.reduce((total, row) => total + row[of], 0n)
        if (bounds === null) {
          expect(rows.every(({ from }) => from === null)).toBe(true)
          return
        }
        expect(bounds.replays).toBeGreaterThanOrEqual(sum('replays'))
        expect(bounds.skips).toBeGreaterThanOrEqual(sum('skips'))
        expect(bounds.partitions).toBeGreaterThanOrEqual(rows.length)
        expect(bounds.exact).toBeLessThanOrEqual(bounds.partitions)
      }),
      RUNS,
    )
  })

  it('are the plan once all of it has been read, and as narrow or narrower with each read', () => {
    fc.assert(
      fc.property(choiceArbitrary, ({ world, strategy }) => {
        fc.pre(strategy.kind !== 'group' && strategy.kind !== 'offsets')
        const reset = resetOf(world, strategy)
        const all = factsOf(clusterOf(world), reset, EVERYTHING)
        const steps = Array.from({ length: 17 }, (_, reads) => boundsOf(reset, soFar(all, reads)))
        for (const [index, each] of steps.entries()) {
          const before = steps[index - 1]
          if (each === null || before === undefined || before === null) continue
          expect(each.replays).toBeLessThanOrEqual(before.replays)
          expect(each.skips).toBeLessThanOrEqual(before.skips)
          expect(each.exact).toBeGreaterThanOrEqual(before.exact)
        }
        const last = steps.at(-1)
        if (last === undefined || last === null) return
        const rows = planRows(reset, all)
        const sum = (of: 'replays' | 'skips') => rows.reduce((total, row) => total + row[of], 0n)
        expect(last).toEqual({
          atMs: NOW_MS,
          partitions: rows.length,
          exact: rows.filter(isSure).length,
          replays: sum('replays'),
          skips: sum('skips'),
        })
      }),
      RUNS,
    )
  })

  const at = (partition: number, committed: bigint | null) =>
    ({ topic: 'orders', partition, committed, logStart: 100n, logEnd: 1_000n }) as const
  const toTime = (timeMs: number): Reset => resetFor({ kind: 'time', timeMs })
  const resetFor = (strategy: Strategy): Reset => ({
    ...{ target: { instanceId: 'i', group: 'g' }, strategy },
    ...{ scope: 'topics', topics: ['orders'], partitions: {} },
  })

  it('count what may be replayed and what may be skipped, and of how many partitions it is known', () => {
    const positions = [at(0, 400n), at(1, 900n), at(2, null)]
    const firstMessages = new Map([[placeOf('orders', 0), 300n]])
    expect(boundsOf(toTime(5), { atMs: 10, positions, firstMessages })).toEqual({
      ...{ atMs: 10, partitions: 3, exact: 1 },
      // The first one by 100; of the second all of its log on either side.
      ...{ replays: 100n + 800n, skips: 100n },
    })
  })

  it('do not take for granted that no message is as late as a time to come', () => {
    const facts = { atMs: 10, positions: [at(0, 400n)] }
    expect(boundsOf(toTime(99), facts)).toMatchObject({ exact: 0, replays: 300n, skips: 600n })
  })

  it('of another group that has not been read yet are the whole log on either side', () => {
    const facts = { atMs: 10, positions: [at(0, 400n)] }
    const toOther = resetFor({ kind: 'group', group: 'other' })
    expect(boundsOf(toOther, facts)).toMatchObject({ exact: 0, replays: 300n, skips: 600n })
  })

  it('are not told where nothing is committed', () => {
    expect(boundsOf(toTime(5), { atMs: 10, positions: [at(0, null)] })).toBeNull()
    expect(boundsOf(toTime(5), { atMs: 10, positions: [] })).toBeNull()
  })

  it('are known before any log has been read', () => {
    const reset = resetFor({ kind: 'shift', direction: 'replay', count: 50n })
    const positions = [{ ...at(0, 400n), logStart: null }]
    expect(boundsOf(reset, { atMs: 10, positions })).toMatchObject({ exact: 0, replays: 50n, skips: 0n })
  })
})

// What a plan says, held against a cluster that works resets out by itself and shares no code with the planner.
// @module-tag chance

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { digestOf } from '../../src/request/digest.ts'
import { type Abilities, placeOf } from '../../src/request/group.ts'
import { executionOf, isWritten, type Plan, planOf } from '../../src/request/plan.ts'
import { type PlanRow, planRows } from '../../src/request/plan-rows.ts'
import type { NativeStrategy, Reset, Strategy } from '../../src/request/reset.ts'
import {
  BEGAN_MS,
  type Choice,
  carryOut,
  choiceArbitrary,
  clusterOf,
  count,
  EVERYTHING,
  factsOf,
  GROUP,
  type Happened,
  happenedBetween,
  NOTHING,
  NOW_MS,
  nativeArbitrary,
  OTHER,
  resetOf,
  type World,
  worldArbitrary,
} from './worlds.ts'

/** The promise of each row: exactly so, or no more than so. */
function expectKept(rows: readonly PlanRow[], happened: ReadonlyMap<string, Happened>): void {
  for (const row of rows) {
    const fact = happened.get(placeOf(row.topic, row.partition))
    if (fact === undefined) throw new Error(`the plan names a partition that there is not: ${row.topic}`)
    if (row.certainty === 'exact') {
      const { from, to, replays, skips } = fact
      // Where nothing is written, it stays where it is.
      expect({ from, to, replays, skips }).toEqual({
        from: row.from,
        to: row.to ?? row.from,
        replays: row.replays,
        skips: row.skips,
      })
    } else {
      expect(fact.replays).toBeLessThanOrEqual(row.replays)
      expect(fact.skips).toBeLessThanOrEqual(row.skips)
    }
  }
}

function planFor(reset: Reset, rows: readonly PlanRow[], can: Abilities): Plan | null {
  const execution = executionOf(reset, rows, can)
  if (execution === null) return null
  return planOf(reset, rows, {
    execution,
    digest: digestOf(reset, execution, rows),
    atMs: NOW_MS,
    positions: rows,
    movedSince: null,
  })
}

function happenedBy(world: World, reset: Reset, rows: readonly PlanRow[], { execution }: Plan) {
  const cluster = clusterOf(world)
  carryOut(cluster, reset, rows, execution)
  return happenedBetween(clusterOf(world), cluster)
}

/** PLAN_RUNS lets it run longer; `npm run test:long` does. */
const RUNS = { numRuns: Number(process.env.PLAN_RUNS ?? 75) }

describe('a plan made with everything known', () => {
  const planned = ({ world, strategy, targets, chosen }: Choice) => {
    const reset = resetOf(world, strategy, strategy.kind === 'offsets' ? {} : chosen)
    const facts = factsOf(clusterOf(world), reset, EVERYTHING)
    if (strategy.kind === 'offsets') facts.targets = targets
    return { reset, rows: planRows(reset, facts) }
  }

  it('is exact in every row, and can be written', () => {
    fc.assert(
      fc.property(choiceArbitrary, choice => {
        const { reset, rows } = planned(choice)
        expect(rows.filter(({ certainty }) => certainty !== 'exact')).toEqual([])
        expect(executionOf(reset, rows, EVERYTHING)).toBe('offsets')
      }),
      RUNS,
    )
  })

  it('is what happens when it is written, and moves nothing else', () => {
    fc.assert(
      fc.property(choiceArbitrary, choice => {
        const { reset, rows } = planned(choice)
        const plan = planFor(reset, rows, EVERYTHING)
        if (plan === null) throw new Error('no plan')
        const happened = happenedBy(choice.world, reset, rows, plan)
        expectKept(rows, happened)
        const named = new Set(rows.map(row => placeOf(row.topic, row.partition)))
        for (const [place, { from, to }] of happened) if (!named.has(place)) expect(to).toBe(from)
      }),
      RUNS,
    )
  })

  it('is what the API does when it works the same out by itself', () => {
    fc.assert(
      fc.property(worldArbitrary, nativeArbitrary, (world, strategy) => {
        const reset = resetOf(world, strategy)
        const cluster = clusterOf(world)
        const rows = planRows(reset, factsOf(cluster, reset, EVERYTHING))
        carryOut(cluster, reset, rows, 'native')
        // A shift of what was never committed is not written; what the API makes of it is documented nowhere.
        const comparable = rows.filter(({ from }) => strategy.kind !== 'shift' || from !== null)
        expectKept(comparable, happenedBetween(clusterOf(world), cluster))
      }),
      RUNS,
    )
  })

  it('leaves alone what a shift has nothing to count from', () => {
    fc.assert(
      fc.property(worldArbitrary, count, (world, by) => {
        const reset = resetOf(world, { kind: 'shift', direction: 'skip', count: by })
        const rows = planRows(reset, factsOf(clusterOf(world), reset, EVERYTHING))
        for (const row of rows.filter(({ from }) => from === null)) {
          expect(row).toMatchObject({ to: null, note: 'noCommit', replays: 0n, skips: 0n })
          expect(isWritten(row, 'offsets')).toBe(false)
        }
      }),
      RUNS,
    )
  })

  it('adds up to what the log holds: messages, partitions, and the lag before and after', () => {
    fc.assert(
      fc.property(choiceArbitrary, choice => {
        const { reset, rows } = planned(choice)
        const plan = planFor(reset, rows, EVERYTHING)
        if (plan === null) throw new Error('no plan')
        const happened = happenedBy(choice.world, reset, rows, plan)
        const facts = rows.map(row => happened.get(placeOf(row.topic, row.partition)))
        const sum = (of: 'replays' | 'skips' | 'lagBefore' | 'lagAfter') =>
          facts.reduce((total, fact) => total + (fact?.[of] ?? 0n), 0n)
        expect(plan).toMatchObject({
          partitions: rows.length,
          moving: facts.filter(fact => fact?.from !== fact?.to).length,
          replays: sum('replays'),
          skips: sum('skips'),
          lagBefore: sum('lagBefore'),
          lagAfter: sum('lagAfter'),
          noCommit: facts.filter(fact => fact?.from === null).length,
        })
        const sizes = rows.map(({ replays, skips }) => replays + skips).filter(size => size > 0n)
        sizes.sort((a, b) => (a < b ? 1 : a > b ? -1 : 0))
        expect(plan.biggest.map(({ replays, skips }) => replays + skips)).toEqual(sizes.slice(0, 5))
      }),
      RUNS,
    )
  })
})

describe.each<[string, Abilities]>([
  ['of an API that tells neither where logs start nor when messages were written', NOTHING],
  [
    'of an API that tells where logs start, with times too many to be asked for',
    { ...EVERYTHING, firstMessageAt: false },
  ],
])('a plan %s', (_, can) => {
  const planned = (world: World, strategy: NativeStrategy) => {
    const reset = resetOf(world, strategy)
    const rows = planRows(reset, factsOf(clusterOf(world), reset, can))
    const plan = planFor(reset, rows, can)
    if (plan === null) throw new Error('no plan')
    return { reset, rows, plan, happened: happenedBy(world, reset, rows, plan) }
  }

  it('is never exceeded, and exact wherever it says so', () => {
    fc.assert(
      fc.property(worldArbitrary, nativeArbitrary, (world, strategy) => {
        const { rows, happened } = planned(world, strategy)
        expectKept(rows, happened)
      }),
      RUNS,
    )
  })

  it('says at least as much in its totals as happens', () => {
    fc.assert(
      fc.property(worldArbitrary, nativeArbitrary, (world, strategy) => {
        const { plan, happened } = planned(world, strategy)
        const sum = (of: 'replays' | 'skips' | 'lagBefore' | 'lagAfter') =>
          [...happened.values()].reduce((total, fact) => total + fact[of], 0n)
        const changed = [...happened.values()].filter(({ from, to }) => from !== to).length
        expect(plan.replays).toBeGreaterThanOrEqual(sum('replays'))
        expect(plan.skips).toBeGreaterThanOrEqual(sum('skips'))
        expect(plan.lagBefore).toBeGreaterThanOrEqual(sum('lagBefore'))
        expect(plan.lagAfter).toBeGreaterThanOrEqual(sum('lagAfter'))
        expect(plan.moving).toBeGreaterThanOrEqual(changed)
      }),
      RUNS,
    )
  })

  it('is not sure of what a shift does where nothing was committed, if it is made', () => {
    fc.assert(
      fc.property(worldArbitrary, count, (world, by) => {
        const { rows, plan } = planned(world, { kind: 'shift', direction: 'replay', count: by })
        const sure = rows.filter(({ from, certainty }) => from === null && certainty === 'exact')
        if (plan.execution === 'native') expect(sure).toEqual([])
        else expect(sure.filter(row => isWritten(row, plan.execution))).toEqual([])
      }),
      RUNS,
    )
  })
})

describe('partitions and offsets one by one', () => {
  const world: World = {
    topics: [
      {
        name: 'orders',
        partitions: [0, 1].map(() => ({
          log: { start: 0n, end: 9n, written: [{ fromOffset: 0n, atMs: BEGAN_MS, everyMs: 1 }] },
          at: 3n,
          other: 5n,
        })),
      },
    ],
  }
  it('are written only by an API that can: a plan that is sure all the same is left to the API', () => {
    const reset = resetOf(world, { kind: 'latest' })
    const cluster = clusterOf(world)
    for (const partition of [0, 1]) cluster.commit(GROUP, 'orders', partition, 9n)
    const rows = planRows(reset, factsOf(cluster, reset, NOTHING))
    // At the end already: no log's start is needed to be sure of that.
    expect(rows.map(({ certainty, to }) => [certainty, to])).toEqual([
      ['exact', 9n],
      ['exact', 9n],
    ])
    expect(executionOf(reset, rows, NOTHING)).toBe('native')
    expect(executionOf(reset, rows, EVERYTHING)).toBe('offsets')
  })

  it.each<[string, Strategy, Reset['partitions']]>([
    ['another group', { kind: 'group', group: OTHER }, {}],
    ['a file', { kind: 'offsets', source: 'file', partitions: 2 }, {}],
    ['chosen partitions', { kind: 'latest' }, { orders: [1] }],
  ])('are refused where they cannot be written: %s', (_, strategy, partitions) => {
    const reset = resetOf(world, strategy, partitions)
    const facts = factsOf(clusterOf(world), reset, NOTHING)
    const rows = planRows(reset, { ...facts, targets: new Map([['orders 0', 1n]]) })
    expect(executionOf(reset, rows, NOTHING)).toBeNull()
  })
})

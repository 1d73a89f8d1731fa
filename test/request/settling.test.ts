// A plan of bounds: what may be decided on it, what becomes of it, and that nothing runs before it is exact.
// @module-tag chance

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Command } from '../../src/request/command.ts'
import { decide } from '../../src/request/decide.ts'
import { placeOf } from '../../src/request/group.ts'
import { owed } from '../../src/request/owed.ts'
import { planOf, planSchema } from '../../src/request/plan.ts'
import { planRows } from '../../src/request/plan-rows.ts'
import { guardUnder } from '../../src/request/policy.ts'
import { policyOfSettings } from '../../src/request/policy-of-settings.ts'
import type { ResetRequest } from '../../src/request/request.ts'
import type { Reset } from '../../src/request/reset.ts'
import { outsideOf, rowsOfBounds, settledRows } from '../../src/request/settling.ts'
import {
  ALICE,
  ALLOWED,
  approve,
  asked,
  BOB,
  CAROL,
  DIGEST,
  drifted,
  following,
  GUARD,
  prepare,
  reguard,
  SOMEWHERE,
  start,
  T0,
} from '../support/requests.ts'
import { clusterOf, EVERYTHING, factsOf, NOW_MS, resetOf, worldArbitrary } from './worlds.ts'

const EXACT = '0badcafe'.repeat(8)
const reset: Reset = { ...asked().reset, strategy: { kind: 'time', timeMs: T0 - 60_000 } }
const allowing = { ...GUARD, onBounds: true as const }
type Settle = Extract<Command, { kind: 'settle' }>

function bounds(guard = allowing): ResetRequest {
  const request = asked({ reset })
  const command = prepare(request)
  const plan = { ...command.plan, digest: DIGEST, execution: 'bounds' as const, replays: '900', skips: '50' }
  return following(request, { ...command, guard, plan: { ...plan, jumping: NO_JUMP } })
}
const NO_JUMP = { partitions: 0, skips: '0', first: [] }

function settle(request: ResetRequest, change: Partial<Settle['plan']> = {}): Settle {
  const { plan } = request
  if (plan === null) throw new Error('It has a plan.')
  const exact = { ...z.encode(planSchema, plan), digest: EXACT, execution: 'offsets' as const }
  return {
    ...{ kind: 'settle', round: request.round, topics: request.reset.topics },
    plan: { ...exact, certainty: 'exact', replays: '700', skips: '50', ...change },
  }
}

function refusalOf(request: ResetRequest, command: Command): string | null {
  const decided = decide(request, command, T0 + 1)
  return decided.ok ? null : decided.refusal
}

const debtsOf = (request: ResetRequest) =>
  owed(request, T0 + 1)
    .map(({ kind }) => kind)
    .filter(kind => kind !== 'post')

describe('a plan of bounds', () => {
  it('is none where the rule does not allow it', () => {
    const request = asked({ reset })
    const { plan, ...command } = prepare(request)
    expect(refusalOf(request, { ...command, plan: { ...plan, execution: 'bounds' } })).toBe('stale')
  })

  it('can be approved, and waits for its exact offsets before anything runs', () => {
    const pending = bounds()
    expect(debtsOf(pending)).toContain('settle')
    const approved = following(pending, approve)
    expect(approved.state.name).toBe('approved')
    expect(approved.votes).toMatchObject([{ by: BOB, onBounds: true }])
    expect(debtsOf(approved)).toEqual(['settle'])
    expect(refusalOf(approved, start)).toBe('planChanged')
    const exact = following(approved, settle(approved))
    expect(exact).toMatchObject({
      state: { name: 'approved' },
      ...{ round: 2, settling: null, plan: { digest: EXACT, within: DIGEST, replays: 700n } },
    })
    expect(exact.notes.at(-1)).toEqual({ kind: 'planned', round: 2 })
    expect(debtsOf(exact)).toEqual(['dispatch'])
    expect(refusalOf(exact, start)).toBe('planChanged')
    expect(following(exact, { ...start, digest: EXACT }).state.name).toBe('executing')
  })

  it('that is exact by now can still be approved by who was shown its bounds', () => {
    const exact = following(bounds(), settle(bounds()))
    expect(exact.state.name).toBe('pending')
    expect(following(exact, approve)).toMatchObject({
      state: { name: 'approved' },
      votes: [{ onBounds: true }],
    })
    const seen = following(exact, { ...approve, digest: EXACT })
    expect(seen.votes).not.toHaveProperty('0.onBounds')
    expect(refusalOf(exact, { ...approve, digest: 'f00d'.repeat(16) })).toBe('planChanged')
  })

  it('becomes no plan that moves more, or is of other partitions, or is not exact', () => {
    const pending = bounds()
    for (const change of [
      { replays: '901' },
      { skips: '51' },
      { partitions: 99 },
      { execution: 'native' },
      { execution: 'bounds' },
      { certainty: 'unknown' },
    ] as const) {
      expect(refusalOf(pending, settle(pending, change)), JSON.stringify(change)).toBe('planChanged')
    }
    expect(following(pending, settle(pending, { replays: '900' })).plan?.replays).toBe(900n)
    expect(refusalOf(pending, { ...settle(pending), round: 2 })).toBe('stale')
    const exact = following(pending, settle(pending))
    expect(refusalOf(exact, { ...settle(pending), round: 2 })).toBe('stale')
  })

  it('gives way to a new plan where the world has moved, and what was read for it changes nothing', () => {
    const approved = following(bounds(), approve)
    const moved = following(approved, { ...drifted(), at: 'settling', digest: DIGEST } as Command)
    expect(moved).toMatchObject({ state: { name: 'preparing' }, votes: [], plan: null, settling: null })
    expect(refusalOf(moved, settle(approved))).toBe('stale')
  })

  it('ends where its exact one would skip to the end and nobody has said that this is meant', () => {
    const jumping = { partitions: 1, skips: '50', first: ['orders 0'] }
    for (const request of [bounds(), following(bounds(), approve)]) {
      const ended = following(request, settle(request, { jumping }))
      expect(ended.state).toMatchObject({ name: 'failed', outcome: { kind: 'wouldJump' } })
      const decision = request.state.name === 'approved' ? { by: BOB } : null
      if (decision === null) expect(ended.state).toHaveProperty('decision', null)
      else expect(ended.state).toMatchObject({ decision })
    }
  })

  it('says how far its exact offsets are, why they could not be read, and ends where they never can', () => {
    const approved = following(bounds(), approve)
    const progress = { kind: 'progress', round: 1, done: 3, total: 9, retryAtMs: T0 + 30_000 } as const
    const reading = following(approved, progress)
    expect(reading.settling).toMatchObject({ progress: { done: 3, total: 9 }, retryAtMs: T0 + 30_000 })
    expect(reading.state).toBe(approved.state)
    const later = following(reading, { kind: 'prepareLater', round: 1, retryAtMs: T0 + 60_000, cause: 'x' })
    expect(later.settling).toMatchObject({ tries: 1, retryAtMs: T0 + 60_000, cause: 'x' })
    expect(owed(later, T0).find(({ kind }) => kind === 'settle')?.dueAtMs).toBe(T0 + 60_000)
    const failed = following(later, { kind: 'prepareFailed', round: 1, cause: 'x' })
    expect(failed.state).toMatchObject({ name: 'failed', decision: { by: BOB }, outcome: { cause: 'x' } })
    for (const late of [progress, settle(approved)]) expect(refusalOf(failed, late)).toBe('stale')
  })

  it('is not run without approval: who breaks the glass is shown exact offsets', () => {
    const glass = {
      ...{
        kind: 'breakGlass' as const,
        by: ALICE,
        reason: 'paging',
        policy: ALLOWED,
        from: SOMEWHERE,
        digest: DIGEST,
      },
      typedGroup: reset.target.group,
    } as const
    const pending = bounds({ ...allowing, breakGlass: [ALICE] } as typeof allowing)
    expect(refusalOf(pending, glass)).toBe('preparing')
    const exact = following(pending, settle(pending))
    expect(refusalOf(exact, glass)).toBe('planChanged')
    expect(following(exact, { ...glass, digest: EXACT }).state.name).toBe('approved')
  })
})

describe('once the policy does not allow bounds any more', () => {
  const forbids = (request: ResetRequest) =>
    reguard(Object.fromEntries(request.votes.map(({ by, fills }) => [by, fills])), GUARD)

  it('their approvals do not count, before the plan is exact and after', () => {
    const approved = following(bounds(), approve)
    const exact = following(approved, settle(approved))
    for (const request of [approved, exact]) {
      const back = following(request, { ...forbids(request), round: request.round })
      expect(back).toMatchObject({ state: { name: 'pending' }, votes: [] })
      expect(back.notes.at(-1)).toEqual({ kind: 'revoked', by: [BOB] })
    }
  })

  it('nobody approves them, and somebody may reject them', () => {
    const pending = following(bounds(), { ...forbids(bounds()), round: 1 })
    expect(refusalOf(pending, approve)).toBe('preparing')
    expect(following(pending, { ...approve, verdict: 'reject', note: 'no' }).state.name).toBe('rejected')
    const exact = following(pending, settle(pending))
    expect(refusalOf(exact, approve)).toBe('planChanged')
    expect(following(exact, { ...approve, digest: EXACT }).state.name).toBe('approved')
  })

  it('what was approved when it was exact stays', () => {
    const twice = bounds({ ...allowing, approvals: 2 })
    const one = following(twice, approve)
    const exact = following(one, settle(one))
    const both = following(exact, { ...approve, by: CAROL, digest: EXACT })
    expect(both.state.name).toBe('approved')
    const back = following(both, {
      ...reguard({ [BOB]: [0], [CAROL]: [0] }, { ...GUARD, approvals: 2 }),
      round: 2,
    })
    expect(back.votes.map(({ by }) => by)).toEqual([CAROL])
    expect(back.state.name).toBe('pending')
  })
})

describe('limits of a rule', () => {
  it('are held against the bounds, which are not exceeded', () => {
    const [rule] = policyOfSettings([BOB], { typedAbove: 49, secondApproverAbove: 50 }).rules
    const { plan } = bounds()
    if (rule?.effect !== 'allow' || plan === null) throw new Error('It allows.')
    const guard = guardUnder({ ...rule, decideOnBounds: true }, 'v', { ...plan, certainty: 'unknown' })
    expect(guard).toMatchObject({ onBounds: true, typedGroup: true, approvals: 1 })
    expect(guardUnder(rule, 'v', plan)).not.toHaveProperty('onBounds')
    const native = guardUnder(rule, 'v', { ...plan, certainty: 'unknown', execution: 'native' })
    expect(native.approvals).toBe(2)
  })
})

describe('the rows', () => {
  const times = fc.integer({ min: 999_900, max: 1_001_200 })
  it('that become exact are those of a plan made at once, each within its bounds', () => {
    fc.assert(
      fc.property(worldArbitrary, times, (world, timeMs) => {
        const ofTime = resetOf(world, { kind: 'time', timeMs })
        const facts = factsOf(clusterOf(world), ofTime, EVERYTHING)
        const within = rowsOfBounds(ofTime, facts)
        expect(within.every(({ to, certainty }) => to === null && certainty === 'unknown')).toBe(true)
        const { firstMessages = new Map() } = facts
        expect(outsideOf(within, firstMessages)).toEqual([])
        const rows = settledRows(ofTime, within, NOW_MS, { firstMessages })
        expect(rows).toEqual(planRows(ofTime, facts))
        for (const [index, row] of rows.entries()) {
          expect(row.replays).toBeLessThanOrEqual(within[index]?.replays ?? -1n)
          expect(row.skips).toBeLessThanOrEqual(within[index]?.skips ?? -1n)
        }
        const summed = { digest: '', atMs: NOW_MS, positions: rows, movedSince: null }
        const [exact, bound] = [
          planOf(ofTime, rows, { ...summed, execution: 'offsets' }),
          planOf(ofTime, within, { ...summed, execution: 'bounds' }),
        ]
        expect(exact.replays <= bound.replays && exact.skips <= bound.skips).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  it('are outside where the first message is not in the log as it was, or is not known', () => {
    const at = (partition: number) => ({
      ...{ topic: 'orders', partition, from: 400n, to: null, replays: 300n, skips: 600n },
      ...({ certainty: 'unknown', note: null, logStart: 100n, logEnd: 1_000n } as const),
    })
    const rows = [at(0), at(1), at(2)]
    const found = (...offsets: (bigint | null)[]) =>
      new Map(offsets.map((offset, partition) => [placeOf('orders', partition), offset]))
    expect(outsideOf(rows, found(100n, 1_000n, null))).toEqual([])
    expect(outsideOf(rows, found(99n, 1_001n, 500n))).toEqual([
      {
        kind: 'outsideBounds',
        partitions: 2,
        first: { topic: 'orders', partition: 0, was: 1_000n, is: 99n },
      },
    ])
    expect(outsideOf(rows, found(100n, 200n))).toMatchObject([{ partitions: 1, first: { is: null } }])
  })
})

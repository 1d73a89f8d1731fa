import { describe, expect, it } from 'vitest'
import { gaugesOf, type Mark, markOf, waitedFor } from '../../src/request/gauges.ts'
import { nextDueAt } from '../../src/request/owed.ts'
import type { ResetRequest } from '../../src/request/request.ts'
import {
  approve,
  asked,
  BOB,
  CAROL,
  cardPosted,
  EVENINGS,
  everyState,
  following,
  pending,
  reject,
  start,
  T0,
  wait,
} from '../support/requests.ts'

const NO_JOBS = { waiting: 0, delayed: 0, active: 0, oldestSinceMs: null, workers: 0 }
const mark = (request: ResetRequest, nowMs = T0) => markOf(request, nextDueAt(request, nowMs), nowMs)
const cardShown = { kind: 'cardShown', by: 'p1', revision: 99 } as const
const posted = (key: 'note-0') => ({ kind: 'posted', key, ts: '1', revision: 0 }) as const

describe('the mark of a request', () => {
  it('says what state it is in, since when it waits for a decision, and that its card is owed', () => {
    expect(mark(asked())).toEqual({ state: 'preparing', sinceMs: null, owesSinceMs: T0 })
    const request = pending()
    expect(mark(request, T0 + 9_000)).toEqual({
      ...{ state: 'pending', sinceMs: request.pendingSinceMs, owesSinceMs: T0 + 9_000 },
    })
  })

  it('owes Slack nothing while it only looks whether its card is still there', () => {
    const told = following(pending(), cardPosted, cardShown, posted('note-0'))
    expect(mark(told, T0 + 86_000_000)).toMatchObject({ owesSinceMs: null })
  })

  it('owes a reminder from when the day of whom it is for has begun', () => {
    const told = following(pending(), cardPosted, cardShown, posted('note-0'))
    const morning = told.expiresAtMs - 60_000
    const pings = [BOB, CAROL].map((to, index) => ({ to, notBeforeMs: morning + index, round: told.round }))
    const reminded = { ...told, pings }
    expect(mark(reminded)).toMatchObject({ owesSinceMs: morning })
    expect(mark(reminded, morning + 5)).toMatchObject({ owesSinceMs: morning + 5 })
  })

  it('is there until it is over and everything is said', () => {
    const rejected = following(pending(), cardPosted, reject)
    expect(mark(rejected, T0 + 1_000)).toMatchObject({ state: 'rejected', owesSinceMs: T0 + 1_000 })
    expect(markOf(rejected, null, T0)).toBeNull()
  })
})

describe('what an execution waited for', () => {
  const executing = (request: ResetRequest) => following(request, approve, start)

  it('is nothing, or that its group was empty', () => {
    expect(waitedFor(executing(pending()))).toBe('nothing')
    expect(waitedFor(pending())).toBe('nothing')
    const waited = executing(pending())
    if (waited.state.name !== 'executing') throw new Error('It runs.')
    const { state } = following(pending(), approve, wait())
    if (state.name !== 'approved') throw new Error('It waits.')
    expect(waitedFor({ ...waited, state: { ...waited.state, wait: state.wait } })).toBe('emptyGroup')
  })

  it('is its exact plan, where the bounds were approved', () => {
    const { state, ...rest } = executing(pending())
    if (state.name !== 'executing') throw new Error('It runs.')
    const decision = { ...state.decision, onBounds: true } as const
    expect(waitedFor({ ...rest, state: { ...state, decision } })).toBe('exactPlan')
  })

  it('is its window, where that was closed when it was decided', () => {
    const request = executing(pending())
    const at = { ...request, guard: { ...request.guard, window: EVENINGS } }
    expect(waitedFor(at)).toBe('window')
  })
})

describe('the gauges', () => {
  const kept = (state: Mark['state'], agoS: number, owesAgoS: number | null = null): Mark => ({
    ...{ state, sinceMs: T0 - agoS * 1000 },
    owesSinceMs: owesAgoS === null ? null : T0 - owesAgoS * 1000,
  })

  it('are 0 where there is nothing', () => {
    const none = gaugesOf([], NO_JOBS, T0)
    expect(Object.values({ ...none, ...none.requests, ...none.waiting, ...none.queue }).flat()).not.toContain(
      1,
    )
    expect(none).toMatchObject({ oldestWaitingS: 0, oldestUnclearS: 0, oldestDebtS: 0, oldestJobS: 0 })
  })

  it('count each request that is not over in one state, and each that waits in one age', () => {
    const marks = [
      ...[60, 600, 601, 3_601, 14_401, 86_401].map(ago => kept('pending', ago)),
      ...[kept('executing', 5), kept('unclear', 70), kept('unclear', 90), kept('succeeded', 9, 3)],
    ]
    const gauges = gaugesOf(
      marks,
      { waiting: 2, delayed: 1, active: 3, oldestSinceMs: T0 - 7_000, workers: 2 },
      T0,
    )
    expect(gauges).toEqual({
      requests: { preparing: 0, pending: 6, approved: 0, executing: 1, unclear: 2 },
      waiting: { upTo10Minutes: 2, upTo1Hour: 1, upTo4Hours: 1, upTo1Day: 1, over1Day: 1 },
      ...{ oldestWaitingS: 86_401, oldestUnclearS: 90, oldestDebtS: 3 },
      queue: { waiting: 2, delayed: 1, active: 3 },
      oldestJobS: 7,
      workers: 2,
    })
  })

  it('never go below 0 for what lies ahead, or for clocks that differ', () => {
    const gauges = gaugesOf([kept('pending', -5, -9)], { ...NO_JOBS, oldestSinceMs: T0 + 60_000 }, T0)
    expect(gauges).toMatchObject({ oldestWaitingS: 0, oldestDebtS: 0, oldestJobS: 0 })
    expect(gauges.waiting.upTo10Minutes).toBe(1)
  })

  it('know states of every kind of history', () => {
    for (const [, request] of everyState()) {
      const { name } = request.state
      expect(mark(request)?.state ?? name).toBe(name)
    }
  })
})

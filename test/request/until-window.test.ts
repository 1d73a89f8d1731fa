import { describe, expect, it } from 'vitest'
import type { ResetRequest } from '../../src/request/request.ts'
import { isBeforeWindow } from '../../src/request/waiting.ts'
import type { Window } from '../../src/request/window.ts'
import {
  approve,
  BOB,
  DIGEST,
  EMPTY,
  EVENINGS,
  following,
  IN_USE,
  pending,
  postpone,
  reguard,
  start,
  T0,
  wait,
} from '../support/requests.ts'

const MINUTE = 60_000
/** In Shanghai it is 22:00. */
const OPENS = T0 + 360 * MINUTE
/** Shuts ten minutes after T0, and opens the day after. */
const SHUTS_SOON: Window = { ...EVENINGS, fromMinute: 470, untilMinute: 490, zone: 'UTC' }
const TOMORROW = T0 + 1_430 * MINUTE

const under = (window: Window | null) => pending({}, { guard: { window } })
const held = following(under(EVENINGS), approve)

function approvedStateOf({ state }: ResetRequest) {
  if (state.name !== 'approved') throw new Error(`It is ${state.name}.`)
  return state
}

describe('what is approved while its window is shut', () => {
  it('waits for the opening from the first, and is never shown as next', () => {
    expect(approvedStateOf(held)).toMatchObject({ notBeforeMs: OPENS, attempt: 1, dispatch: null })
    expect(isBeforeWindow(held.state)).toBe(true)
    expect(held.revision).toBe(under(EVENINGS).revision + 1)
  })

  it('runs at once where it is open', () => {
    const open = following(under(SHUTS_SOON), approve)
    expect(isBeforeWindow(open.state)).toBe(false)
    expect(following(open, start).state.name).toBe('executing')
  })

  it('does not wait any more once it is open, whatever is done with it then', () => {
    const sent = following(held, [{ kind: 'dispatched', number: 1 }, OPENS])
    expect(approvedStateOf(sent)).toMatchObject({ lastCause: null, dispatch: { number: 1 } })
    expect(sent.revision).toBe(held.revision + 1)
    const looked = following(held, [wait(IN_USE), OPENS + MINUTE])
    expect(approvedStateOf(looked)).toMatchObject({ lastCause: null, wait: { group: IN_USE } })
  })

  it('keeps a job that was put on the queue for the opening', () => {
    const queued = following(held, { kind: 'dispatched', number: 1 })
    expect(approvedStateOf(queued)).toMatchObject({ notBeforeMs: OPENS, dispatch: { number: 1 } })
    expect(queued.revision).toBe(held.revision)
  })

  it('waits for the next one where nobody came to it, and says so', () => {
    const missed = following(held, [{ kind: 'dispatched', number: 1 }, OPENS + 600 * MINUTE])
    expect(approvedStateOf(missed)).toMatchObject({ notBeforeMs: OPENS + 1_440 * MINUTE, dispatch: null })
    expect(missed.revision).toBe(held.revision + 1)
  })

  it('waits for it too where it shuts before the next attempt', () => {
    const open = following(under(SHUTS_SOON), approve)
    const later = following(open, [postpone(20_000), T0 + 10 * MINUTE - 5_000])
    expect(isBeforeWindow(later.state)).toBe(true)
    expect(approvedStateOf(later)).toMatchObject({ attempt: 1, notBeforeMs: TOMORROW })
  })
})

describe('a policy that is edited while a request waits for its window', () => {
  const edited = (window: Window | null) =>
    following(held, [reguard({ [BOB]: [0] }, { window }), T0 + MINUTE])

  it('lets it run at once where there is none any more, or another that is open', () => {
    for (const window of [null, SHUTS_SOON]) {
      const free = edited(window)
      expect(approvedStateOf(free)).toMatchObject({
        lastCause: null,
        notBeforeMs: T0 + MINUTE,
        dispatch: null,
      })
      expect(free.revision).toBe(held.revision + 1)
    }
  })

  it('has it wait for the opening of the new one', () => {
    const other = edited({ ...EVENINGS, fromMinute: 1_380 })
    expect(approvedStateOf(other)).toMatchObject({ notBeforeMs: OPENS + 60 * MINUTE })
  })

  it('gives a window to what was on the queue, and the job there is not the one that runs it', () => {
    const queued = following(under(null), approve, { kind: 'dispatched', number: 1 })
    const late = following(queued, [reguard({ [BOB]: [0] }, { window: EVENINGS }), T0 + MINUTE])
    expect(isBeforeWindow(late.state)).toBe(true)
    expect(approvedStateOf(late)).toMatchObject({ notBeforeMs: OPENS, dispatch: null })
  })
})

describe('a wait for the group to be empty', () => {
  const open = following(under(SHUTS_SOON), approve)
  const nearlyShut = T0 + 10 * MINUTE - 1_000

  it('goes on after the window with the time it had left, and the group has to be seen empty anew', () => {
    const waiting = following(open, [wait(IN_USE), T0 + MINUTE], [wait(EMPTY), nearlyShut - 14_000])
    const shut = following(waiting, [wait(EMPTY), nearlyShut])
    const { wait: left, notBeforeMs } = approvedStateOf(shut)
    expect(notBeforeMs).toBe(TOMORROW)
    expect(left).toMatchObject({ emptySinceMs: null, untilMs: TOMORROW + 21 * MINUTE + 1_000 })
    const again = following(shut, [wait(EMPTY), TOMORROW])
    expect(approvedStateOf(again)).toMatchObject({ lastCause: null, wait: { emptySinceMs: TOMORROW } })
    expect(() => following(again, [{ ...start, digest: DIGEST }, TOMORROW + 5_000])).toThrow('inUse')
    expect(following(again, [start, TOMORROW + 45_000]).state.name).toBe('executing')
  })
})

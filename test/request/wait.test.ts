import { describe, expect, it } from 'vitest'
import type { Command, PolicyVerdict } from '../../src/request/command.ts'
import { decide } from '../../src/request/decide.ts'
import { MAX_ATTEMPTS } from '../../src/request/finish.ts'
import { type Group, hasMembers } from '../../src/request/group.ts'
import type { ResetRequest } from '../../src/request/request.ts'
import type { Wait } from '../../src/request/state.ts'
import {
  ALICE,
  ALLOWED,
  approve,
  CAROL,
  DENIED,
  EMPTY,
  finish,
  following,
  IN_USE,
  pending,
  postpone,
  SOMEWHERE,
  start,
  T0,
  wait,
} from '../support/requests.ts'

const HOLD_MS = 30_000
const BEGUN = T0 + 1_000
const UNTIL = BEGUN + 1_800_000
/** No members are named, and yet somebody is there. */
const REBALANCING: Group = { state: 'PreparingRebalance', members: [] }

const approved = following(pending(), approve)
const waiting = following(approved, wait())

function refusalOf(request: ResetRequest, command: Command, nowMs = BEGUN): string | null {
  const decided = decide(request, command, nowMs)
  return decided.ok ? null : decided.refusal
}

function waitOf({ state }: ResetRequest): Wait {
  if (state.name !== 'approved' || state.wait === null)
    throw new Error(`It is ${state.name}, and does not wait.`)
  return state.wait
}

function nextLookAt({ state }: ResetRequest): number {
  if (state.name !== 'approved') throw new Error(`It is ${state.name}.`)
  return state.notBeforeMs
}

/** Looks whenever it is time to, and finds the group like this. */
function looking(request: ResetRequest, group: Group, untilMs: number): ResetRequest {
  let current = request
  while (current.state.name === 'approved' && nextLookAt(current) <= untilMs) {
    current = following(current, [wait(group), nextLookAt(current)])
  }
  return current
}

describe('an approved request whose group is in use', () => {
  it('waits instead of failing, says for whom and until when, and comes back by itself', () => {
    expect(waiting.state).toMatchObject({
      name: 'approved',
      attempt: 1,
      dispatch: null,
      wait: { sinceMs: BEGUN, untilMs: UNTIL, looks: 1, emptySinceMs: null, group: IN_USE },
    })
    expect(waiting.notes.at(-1)).toEqual({
      kind: 'waiting',
      group: IN_USE,
      untilMs: UNTIL,
      holdMs: 30_000,
    })
    expect(nextLookAt(waiting)).toBe(BEGUN + 2_000)
  })

  it('says so once, however often it looks and whatever it sees', () => {
    const later = [IN_USE, REBALANCING, EMPTY, IN_USE, EMPTY].reduce(
      (request, group) => following(request, [wait(group), nextLookAt(request)]),
      waiting,
    )
    expect(later.notes.filter(note => note.kind === 'waiting')).toHaveLength(1)
    expect(later.notes).toEqual(waiting.notes)
  })

  it('looks less and less often, and at least once a minute', () => {
    const pauses: number[] = []
    let request = waiting
    for (let look = 0; look < 8; look++) {
      const nowMs = nextLookAt(request)
      request = following(request, [wait(), nowMs])
      pauses.push(nextLookAt(request) - nowMs)
    }
    expect(pauses).toEqual([4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000, 60_000])
  })

  it('is looked at as closely when somebody comes back as when they were there first', () => {
    let request = looking(waiting, IN_USE, BEGUN + 300_000)
    request = looking(request, EMPTY, nextLookAt(request) + 15_000)
    const backAt = nextLookAt(request)
    request = following(request, [wait(), backAt])
    expect(nextLookAt(request)).toBe(backAt + 2_000)
    expect(nextLookAt(following(request, [wait(), backAt + 2_000]))).toBe(backAt + 6_000)
  })

  it('has its card drawn again only when something else is to be seen', () => {
    const same = following(waiting, [wait(), T0 + 5_000])
    expect(same.revision).toBe(waiting.revision)
    expect(waitOf(same).looks).toBe(2)
    const other = { ...IN_USE, members: IN_USE.members.slice(0, 1) }
    const fewer = following(same, [wait(other), T0 + 6_000])
    expect(fewer.revision).toBe(same.revision + 1)
    const empty = following(fewer, [wait(EMPTY), T0 + 7_000])
    expect(empty.revision).toBe(fewer.revision + 1)
    expect(following(empty, [wait(EMPTY), T0 + 8_000]).revision).toBe(empty.revision)
  })

  it('does not start while anybody is there, named or not', () => {
    for (const group of [IN_USE, REBALANCING]) {
      expect(hasMembers(group)).toBe(true)
      expect(refusalOf(approved, { ...start, group })).toBe('inUse')
      expect(refusalOf(waiting, { ...start, group }, UNTIL - 1)).toBe('inUse')
    }
  })

  it('can be cancelled meanwhile by the requester or an approver, and by nobody else', () => {
    for (const request of [waiting, following(waiting, [wait(EMPTY), T0 + 5_000])]) {
      const cancel = (by: string, policy: PolicyVerdict): Command => ({
        kind: 'cancel',
        by,
        policy,
        from: SOMEWHERE,
      })
      expect(following(request, cancel(ALICE, DENIED)).state.name).toBe('cancelled')
      expect(following(request, cancel(CAROL, ALLOWED)).state.name).toBe('cancelled')
      expect(refusalOf(request, cancel(CAROL, DENIED))).toBe('notRequester')
    }
  })

  it('does not have its card drawn again because the API names the members in another order', () => {
    const reversed = { ...IN_USE, members: [...IN_USE.members].reverse() }
    expect(following(waiting, [wait(reversed), T0 + 5_000]).revision).toBe(waiting.revision)
    const moved = { ...IN_USE, members: IN_USE.members.map(each => ({ ...each, host: '/10.0.3.99' })) }
    expect(following(waiting, [wait(moved), T0 + 5_000]).revision).toBe(waiting.revision + 1)
  })

  it('keeps on waiting, until the same hour, when looks fail, however many: that is no attempt', () => {
    let request = waiting
    for (let look = 1; look <= 3 * MAX_ATTEMPTS; look++) {
      const nowMs = nextLookAt(request)
      request = following(request, [postpone(1_000), nowMs])
      expect(nextLookAt(request)).toBe(nowMs + 2_000)
    }
    expect(request.state).toMatchObject({ attempt: 1, wait: waitOf(waiting), dispatch: null })
    expect(request.revision).toBe(waiting.revision)
    expect(refusalOf(request, start, T0 + 60_000)).toBe('inUse')
    expect(nextLookAt(following(waiting, [postpone(45_000), T0 + 5_000]))).toBe(T0 + 50_000)
  })

  it('gives up at last when looks still fail after that hour, and starts no second wait', () => {
    let request = following(waiting, [postpone(), UNTIL])
    expect(request.state).toMatchObject({ attempt: 2, lastCause: 'no answer', wait: waitOf(waiting) })
    expect(following(request, [wait(), UNTIL + 5_000]).state).toMatchObject({
      name: 'failed',
      outcome: { kind: 'neverEmpty' },
    })
    expect(refusalOf(request, start, UNTIL + 5_000)).toBe('inUse')
    for (let look = 2; look < MAX_ATTEMPTS; look++) request = following(request, [postpone(), UNTIL])
    request = following(request, [postpone(), UNTIL])
    expect(request.state).toMatchObject({ name: 'failed', outcome: { kind: 'notSent' } })
  })
})

describe('a group that had members', () => {
  const emptyAt = T0 + 5_000
  const holding = following(waiting, [wait(EMPTY), emptyAt])

  it('has to stay empty for the whole hold', () => {
    expect(waitOf(holding).emptySinceMs).toBe(emptyAt)
    expect(refusalOf(holding, start, emptyAt + HOLD_MS - 1)).toBe('inUse')
    expect(refusalOf(holding, start, emptyAt + HOLD_MS)).toBeNull()
    expect(refusalOf(holding, { ...start, group: IN_USE }, emptyAt + HOLD_MS)).toBe('inUse')
  })

  it('is looked at several times in the hold, the last time as it ends', () => {
    const looks: number[] = []
    let request = holding
    while (nextLookAt(request) < emptyAt + HOLD_MS) {
      looks.push(nextLookAt(request) - emptyAt)
      request = following(request, [wait(EMPTY), nextLookAt(request)])
    }
    expect(looks).toEqual([10_000, 20_000])
    expect(nextLookAt(request)).toBe(emptyAt + HOLD_MS)
    expect(waitOf(request).emptySinceMs).toBe(emptyAt)
    const lookedLate = following(holding, [wait(EMPTY), emptyAt + 25_000])
    expect(nextLookAt(lookedLate)).toBe(emptyAt + HOLD_MS)
  })

  it('is held anew when anybody came back in between', () => {
    const back = following(holding, [wait(), emptyAt + 10_000])
    expect(waitOf(back).emptySinceMs).toBeNull()
    expect(refusalOf(back, start, emptyAt + HOLD_MS)).toBe('inUse')
    const again = following(back, [wait(EMPTY), emptyAt + 20_000])
    expect(refusalOf(again, start, emptyAt + 20_000 + HOLD_MS - 1)).toBe('inUse')
    expect(refusalOf(again, start, emptyAt + 20_000 + HOLD_MS)).toBeNull()
  })

  it('is held also when it had them while the plan was made, though none are there now', () => {
    const request = following(pending({}, { group: IN_USE }), approve)
    expect(refusalOf(request, start)).toBe('inUse')
    const held = following(request, wait(EMPTY))
    expect(refusalOf(held, start, BEGUN + HOLD_MS - 1)).toBe('inUse')
    expect(refusalOf(held, start, BEGUN + HOLD_MS)).toBeNull()
  })

  it('needs no hold when nobody has ever been seen in it', () => {
    expect(refusalOf(approved, start)).toBeNull()
  })
})

describe('a call that turns out not to have been made', () => {
  const heldAt = T0 + 35_000
  const held = following(waiting, [wait(EMPTY), T0 + 5_000])
  const executing = following(held, [start, heldAt])
  const notSent = finish({ kind: 'notSent', cause: 'connection refused' })
  const joined = finish({ kind: 'refused', reason: 'groupNotEmpty', code: '1049', message: 'not empty' })

  it('gives the wait back as it was: what has been held need not be held again', () => {
    expect(executing.state).toMatchObject({ name: 'executing', wait: waitOf(held) })
    const back = following(executing, [notSent, heldAt + 1_000])
    expect(back.state).toMatchObject({ name: 'approved', attempt: 2, wait: waitOf(held) })
    expect(refusalOf(back, start, heldAt + 3_000)).toBeNull()
    expect(following(back, [wait(), heldAt + 3_000]).notes).toEqual(waiting.notes)
  })

  it('as somebody had joined begins the hold anew, until the same hour', () => {
    const back = following(executing, [joined, heldAt + 1_000])
    const { group, ...rest } = waitOf(back)
    expect(rest).toEqual({
      sinceMs: BEGUN,
      untilMs: UNTIL,
      looks: 1,
      emptySinceMs: null,
      holdMs: HOLD_MS,
    })
    expect(hasMembers(group)).toBe(true)
    expect(refusalOf(back, start, heldAt + 10 * HOLD_MS)).toBe('inUse')
    const again = following(back, [wait(EMPTY), heldAt + 3_000])
    expect(refusalOf(again, start, heldAt + 3_000 + HOLD_MS - 1)).toBe('inUse')
    expect(refusalOf(again, start, heldAt + 3_000 + HOLD_MS)).toBeNull()
  })

  it('as somebody had joined is held also where nobody had ever been seen', () => {
    const back = following(approved, start, joined)
    expect(back.group && hasMembers(back.group)).toBe(true)
    expect(refusalOf(back, start, T0 + 10 * HOLD_MS)).toBe('inUse')
    const held = following(back, [wait(EMPTY), T0 + 5_000])
    expect(refusalOf(held, start, T0 + 5_000 + HOLD_MS - 1)).toBe('inUse')
    expect(refusalOf(held, start, T0 + 5_000 + HOLD_MS)).toBeNull()
  })
})

describe('the end of the wait', () => {
  it('is the time that was announced, to the millisecond, whatever the rhythm of the looks', () => {
    const last = looking(waiting, IN_USE, UNTIL - 1)
    expect(last.state.name).toBe('approved')
    expect(nextLookAt(last)).toBe(UNTIL)
    const failed = looking(last, IN_USE, UNTIL)
    expect(failed.state).toMatchObject({
      name: 'failed',
      atMs: UNTIL,
      outcome: { kind: 'neverEmpty', group: IN_USE, holdMs: 30_000 },
    })
    expect(failed.notes.at(-1)).toEqual({ kind: 'ended' })
    expect(refusalOf(failed, start, UNTIL + HOLD_MS)).toBe('stale')
  })

  it('does not come in the middle of a hold, and does when the hold is broken', () => {
    const holding = following(waiting, [wait(EMPTY), UNTIL - 10_000])
    const past = following(holding, [wait(EMPTY), UNTIL + 5_000])
    expect(past.state.name).toBe('approved')
    expect(refusalOf(past, start, UNTIL + 20_000)).toBeNull()
    expect(following(past, [wait(), UNTIL + 6_000]).state.name).toBe('failed')
  })

  it('is not put off by a group that comes and goes', () => {
    let request = waiting
    for (let nowMs = BEGUN; request.state.name === 'approved'; nowMs += 20_000) {
      const group = nowMs % 40_000 < 20_000 ? EMPTY : IN_USE
      request = following(request, [wait(group), nowMs])
      if (nowMs > UNTIL + 60_000) break
    }
    expect(request.state.name).toBe('failed')
  })
})

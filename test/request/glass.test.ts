import { describe, expect, it } from 'vitest'
import type { Command } from '../../src/request/command.ts'
import { decide } from '../../src/request/decide.ts'
import { asksSomebody } from '../../src/request/permissions.ts'
import {
  brokeGlass,
  isGlassOvertaken,
  isOpenRequest,
  owesReview,
  type ResetRequest,
} from '../../src/request/request.ts'
import {
  ALICE,
  ALLOWED,
  allSucceeded,
  approve,
  asked,
  BOB,
  CAROL,
  DENIED,
  DIGEST,
  drifted,
  finish,
  following,
  looked,
  pending,
  prepare,
  reguard,
  reject,
  SOMEWHERE,
  someReset,
  start,
  T0,
  testify,
  wait,
} from '../support/requests.ts'

const breaking: Extract<Command, { kind: 'breakGlass' }> = {
  kind: 'breakGlass',
  by: BOB,
  reason: 'paging: invoices are doubled',
  policy: ALLOWED,
  from: SOMEWHERE,
  digest: DIGEST,
  typedGroup: someReset.target.group,
}
const reviewing: Extract<Command, { kind: 'review' }> = {
  kind: 'review',
  by: CAROL,
  note: 'right call',
  policy: ALLOWED,
  from: SOMEWHERE,
}

function refusalOf(request: ResetRequest, command: Command, nowMs = T0 + 1_000): string | null {
  const decided = decide(request, command, nowMs)
  return decided.ok ? null : decided.refusal
}

/** Closed just now, and for days. */
const CLOSED = { days: [6], fromMinute: 0, untilMinute: 60, zone: 'UTC' }

describe('breaking the glass', () => {
  it('has the plan carried out without approval, marks the request, and tells who it was and why', () => {
    const broken = following(pending({}, { guard: { approvals: 2 } }), breaking)
    expect(broken.state).toMatchObject({ name: 'approved', decision: { by: BOB, note: breaking.reason } })
    expect(broken.glass).toEqual({ by: BOB, reason: breaking.reason, atMs: T0 + 1_000, review: null })
    expect(broken.notes.at(-1)).toEqual({ kind: 'glassBroken', by: BOB, reason: breaking.reason })
    expect(brokeGlass(following(broken, start))).toBe(true)
  })

  const cases: [string, Partial<typeof breaking>, string][] = [
    ['somebody whom the policy does not name', { policy: DENIED }, 'notBreakGlass'],
    ['without a reason', { reason: '  ' }, 'noteMissing'],
    ['with another plan before them', { digest: 'another' }, 'planChanged'],
    ['without the group’s name typed', { typedGroup: 'orders' }, 'groupNotTyped'],
  ]
  it.each(cases)('is refused: %s', (_name, change, refusal) => {
    expect(refusalOf(pending(), { ...breaking, ...change })).toBe(refusal)
  })

  it('is for the requester too, whom no colleague has to decide for', () => {
    expect(refusalOf(pending(), { ...breaking, by: ALICE })).toBeNull()
  })

  it('is not for what has no plan yet, is decided, or has expired', () => {
    expect(refusalOf(asked(), breaking)).toBe('preparing')
    expect(refusalOf(following(pending(), reject), breaking)).toBe('decided')
    expect(refusalOf(pending(), breaking, pending().expiresAtMs)).toBe('expired')
  })

  it('waits for no window, and an approval does', () => {
    const outside = pending({}, { guard: { window: CLOSED } })
    expect(refusalOf(following(outside, approve), start)).toBe('outsideWindow')
    expect(refusalOf(following(outside, breaking), start)).toBeNull()
  })

  it('needs no votes when the policy is edited, but is over when the world moves', () => {
    const broken = following(pending(), breaking)
    expect(following(broken, reguard({}, { approvals: 2 })).state.name).toBe('approved')
    expect(following(broken, drifted()).state.name).toBe('preparing')
  })
})

describe('afterwards', () => {
  const done = following(pending(), breaking, start, finish(allSucceeded))

  it('the request stays open until an approver has looked at it, and its end stays as it is', () => {
    expect(isOpenRequest(done)).toBe(true)
    const reviewed = following(done, reviewing)
    expect(isOpenRequest(reviewed)).toBe(false)
    expect(reviewed.state).toEqual(done.state)
    expect(reviewed.glass?.review).toEqual({ by: CAROL, note: 'right call', atMs: T0 + 1_000 })
    expect(reviewed.notes.at(-1)).toEqual({ kind: 'reviewed', by: CAROL, note: 'right call' })
  })

  const cases: [string, ResetRequest, Partial<typeof reviewing>, string][] = [
    ['by who broke it', done, { by: BOB }, 'ownRequest'],
    ['by who asked for it', done, { by: ALICE }, 'ownRequest'],
    ['by who is no approver', done, { policy: DENIED }, 'notApprover'],
    ['without a word', done, { note: ' ' }, 'noteMissing'],
    ['twice', following(done, reviewing), {}, 'stale'],
    ['where no glass was broken', following(pending(), approve), {}, 'stale'],
  ]
  it.each(cases)('it is not reviewed %s', (_name, request, change, refusal) => {
    expect(refusalOf(request, { ...reviewing, ...change })).toBe(refusal)
  })
})

describe('the glass of an earlier plan', () => {
  const planned = (request: ResetRequest) => following(request, prepare(request))
  const unknown = finish({ kind: 'unknown', cause: 'no answer within 20 s' })
  const broken = following(pending(), breaking)

  it('that never ran needs no review once the world has moved, whatever becomes of the next plan', () => {
    expect([isGlassOvertaken(broken), owesReview(broken)]).toEqual([false, true])
    // Waiting for the group to be empty, or after a call that certainly never left here.
    const unrun = [
      broken,
      following(broken, wait()),
      following(broken, start, finish({ kind: 'notSent', cause: 'could not connect (ECONNREFUSED)' })),
    ]
    for (const before of unrun) {
      const moved = following(before, drifted())
      const anew = planned(moved)
      const done = following(anew, approve, start, finish(allSucceeded))
      const all = [moved, anew, following(anew, approve), done, following(anew, reject)]
      expect(all.map(isGlassOvertaken)).toEqual(all.map(() => true))
      expect(all.map(owesReview)).toEqual(all.map(() => false))
      expect(all.map(isOpenRequest)).toEqual([true, true, true, false, false])
      expect(asksSomebody(done)).toBe(false)
    }
  })

  it('is reviewed nevertheless where a call under it may have taken effect', () => {
    const unclear = following(broken, start, unknown)
    const lookAgainMs = (request: ResetRequest) => ('lookAtMs' in request.state ? request.state.lookAtMs : 0)
    const once = following(unclear, [looked('absent'), lookAgainMs(unclear)])
    const again = following(once, [looked('absent'), lookAgainMs(once)])
    expect(again.state.name).toBe('approved')
    const anew = planned(following(again, drifted()))
    const done = following(anew, approve, start, finish(allSucceeded))
    expect([again, anew, done].map(owesReview)).toEqual([true, true, true])
    expect(isOpenRequest(done)).toBe(true)
    // An earlier build asked what had happened before anything was called.
    const present = following(broken, { kind: 'alreadyThere', digest: DIGEST }, { ...denying, by: CAROL })
    expect(owesReview(planned(following(present, drifted())))).toBe(true)
  })

  it('is not that of the present one, when it is broken again', () => {
    const anew = planned(following(broken, drifted()))
    const twice = following(anew, breaking, start, finish(allSucceeded))
    expect([isGlassOvertaken(twice), owesReview(twice)]).toEqual([false, true])
  })
})

/** Of those who are asked: it has not happened. */
const denying = { ...testify, happened: false }

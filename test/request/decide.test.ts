import { describe, expect, it } from 'vitest'
import { backoffAfter } from '../../src/request/backoff.ts'
import type { Command } from '../../src/request/command.ts'
import { ATTEMPTS_KEPT, decide, MAX_LOST_JOBS } from '../../src/request/decide.ts'
import { MAX_ATTEMPTS } from '../../src/request/finish.ts'
import type { ResetRequest } from '../../src/request/request.ts'
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
  EMPTY,
  everyState,
  FOUND_TOPICS,
  finish,
  following,
  pending,
  positionsOf,
  postpone,
  prepare,
  reguard,
  reject,
  SOMEWHERE,
  someDifferences,
  someReset,
  start,
  T0,
  wait,
} from '../support/requests.ts'

const NEXT_DIGEST = '0badcafe'.repeat(8)
const HOUR_MS = 3_600_000

function refusalOf(request: ResetRequest, command: Command, nowMs = T0 + 1_000): string | null {
  const decided = decide(request, command, nowMs)
  return decided.ok ? null : decided.refusal
}

/** What one who makes a plan of that round has to say besides the plan. */
const newsOfPlan = (round: number): Command[] => [
  { kind: 'prepareLater', round, retryAtMs: T0 },
  { kind: 'prepareFailed', round, cause: 'x' },
  { kind: 'progress', round, done: 1, total: 2, retryAtMs: T0 },
]

const cancelBy = (by: string, policy = DENIED): Command => ({ kind: 'cancel', by, policy, from: SOMEWHERE })
const typed = { typedGroup: true, approvals: 1 }
const twoPeople = { typedGroup: false, approvals: 2 }
const groupNotEmpty = {
  kind: 'refused',
  reason: 'groupNotEmpty',
  code: '4000/1049',
  message: 'consumer group not empty',
} as const

describe('a plan', () => {
  it('comes before any decision', () => {
    expect(refusalOf(asked(), approve)).toBe('preparing')
    expect(refusalOf(asked(), { ...approve, digest: '' })).toBe('preparing')
    expect(refusalOf(asked(), reject)).toBe('preparing')
    expect(following(pending(), approve).state.name).toBe('approved')
  })

  it('makes names of "all topics", which is what is approved', () => {
    const request = asked({ reset: { ...someReset, scope: 'allTopics', topics: [] } })
    expect(following(request, prepare(request)).reset.topics).toEqual(FOUND_TOPICS)
  })

  it('is made once a round: a second one, of somebody slower, changes nothing', () => {
    const slower = prepare(asked(), { digest: NEXT_DIGEST })
    for (const request of [pending(), following(pending(), approve), following(pending(), reject)]) {
      expect(refusalOf(request, slower)).toBe('stale')
      for (const late of newsOfPlan(1)) expect(refusalOf(request, late)).toBe('stale')
    }
  })

  it('is of its own round: who still works on the round before changes nothing', () => {
    const moved = following(pending(), drifted())
    expect(moved).toMatchObject({ round: 2, state: { name: 'preparing' } })
    expect(refusalOf(moved, prepare(asked(), { digest: NEXT_DIGEST }))).toBe('stale')
    for (const late of newsOfPlan(1)) expect(refusalOf(moved, late)).toBe('stale')
    for (const early of newsOfPlan(3)) expect(refusalOf(moved, early)).toBe('stale')
    for (const own of [prepare(moved), ...newsOfPlan(2)]) expect(refusalOf(moved, own)).toBeNull()
  })

  it('says how far it is, and is not begun again meanwhile', () => {
    const progress = { kind: 'progress', round: 1, done: 12, total: 64, retryAtMs: T0 + 30_000 } as const
    const request = following(asked(), progress)
    expect(request.state).toMatchObject({ progress: { done: 12, total: 64 }, retryAtMs: T0 + 30_000 })
    expect(request.revision).toBe(asked().revision + 1)
  })

  it('says what it cannot exceed and how long it takes still, only as long as that is known', () => {
    const progress = { kind: 'progress', round: 1, done: 12, total: 64, retryAtMs: T0 + 30_000 } as const
    const bounds = { atMs: T0, partitions: 60, exact: 8, replays: '900', skips: '50' }
    const known = following(asked(), { ...progress, bounds, leftMs: 52_000 })
    expect(known.state).toMatchObject({
      progress: { bounds: { exact: 8, replays: 900n, skips: 50n }, leftMs: 52_000 },
    })
    const again = following(known, { ...progress, done: 0, total: 0 })
    expect(again.state).toMatchObject({ progress: { done: 0, total: 0 } })
    expect(again.state).not.toHaveProperty('progress.bounds')
    expect(again.state).not.toHaveProperty('progress.leftMs')
  })

  it('that could not be made ends the request', () => {
    const cause = 'there is no such consumer group'
    const failed = following(asked(), { kind: 'prepareFailed', round: 1, cause })
    expect(failed.state).toMatchObject({ name: 'failed', decision: null, outcome: { kind: 'notPrepared' } })
    expect(failed.notes.at(-1)).toEqual({ kind: 'ended' })
  })

  describe('for a time that no message is as late as', () => {
    const reset = { ...someReset, strategy: { kind: 'time', timeMs: T0 + HOUR_MS } } as const

    it('fails when it would jump to the end and nobody has said that this is meant', () => {
      const { state, notes } = pending({ reset })
      expect(state).toMatchObject({
        name: 'failed',
        decision: null,
        outcome: {
          kind: 'wouldJump',
          partitions: 4,
          skips: 200n,
          first: expect.arrayContaining(['orders 0']),
        },
      })
      expect(notes.map(note => note.kind)).toEqual(['planned', 'ended'])
    })

    it('waits for a decision when it is meant', () => {
      expect(pending({ reset, skipToEnd: true }).state.name).toBe('pending')
    })

    it('waits for a decision when there is nothing to skip', () => {
      const positions = positionsOf(someReset.topics, { committed: 500n, logStart: 0n, logEnd: 500n })
      expect(pending({ reset }, { facts: { positions } }).state.name).toBe('pending')
    })
  })
})

describe('a decision', () => {
  it('is never made by the requester, whatever else is true of them', () => {
    for (const command of [approve, reject]) {
      expect(refusalOf(pending(), { ...command, by: ALICE })).toBe('ownRequest')
      // What is over is over for everybody: that is said first.
      expect(refusalOf(following(pending(), approve), { ...command, by: ALICE })).toBe('decided')
      expect(refusalOf(following(pending(), approve), { ...command, policy: DENIED, from: SOMEWHERE })).toBe(
        'decided',
      )
    }
  })

  it('is made by approvers only', () => {
    expect(refusalOf(pending(), { ...approve, policy: DENIED, from: SOMEWHERE })).toBe('notApprover')
    expect(refusalOf(pending(), { ...reject, policy: DENIED, from: SOMEWHERE })).toBe('notApprover')
  })

  it('is about the plan that was in front of them, and no other', () => {
    for (const digest of [NEXT_DIGEST, '', DIGEST.slice(0, 8)]) {
      expect(refusalOf(pending(), { ...approve, digest })).toBe('planChanged')
      expect(refusalOf(pending(), { ...reject, digest })).toBe('planChanged')
    }
  })

  it('is made once: the second one, of either kind, comes too late', () => {
    for (const first of [approve, reject]) {
      for (const second of [approve, reject]) {
        expect(refusalOf(following(pending(), first), { ...second, by: CAROL })).toBe('decided')
      }
    }
  })

  it('needs a note to reject, and none to approve', () => {
    expect(refusalOf(pending(), { ...reject, note: '  ' })).toBe('noteMissing')
    expect(following(pending(), approve).state.name).toBe('approved')
  })

  it('comes too late at the very millisecond of expiry, even before anybody marked it expired', () => {
    const request = pending()
    expect(refusalOf(request, approve, request.expiresAtMs - 1)).toBeNull()
    expect(refusalOf(request, approve, request.expiresAtMs)).toBe('expired')
    expect(refusalOf(request, { kind: 'expire' }, request.expiresAtMs - 1)).toBe('stale')
    const expired = following(request, [{ kind: 'expire' }, request.expiresAtMs])
    expect(refusalOf(expired, approve)).toBe('expired')
    expect(refusalOf(expired, cancelBy(ALICE))).toBe('expired')
  })

  it('asks for the group’s name to approve where the guard does, and never to reject', () => {
    const request = pending({}, { guard: typed })
    for (const typedGroup of ['', 'orders', 'orders-billing2', 'ORDERS-BILLING']) {
      expect(refusalOf(request, { ...approve, typedGroup })).toBe('groupNotTyped')
    }
    expect(following(request, { ...approve, typedGroup: ' orders-billing ' }).state.name).toBe('approved')
    expect(following(request, reject).state.name).toBe('rejected')
  })

  it('takes two people where the guard asks for two, and the same person counts once', () => {
    const half = following(pending({}, { guard: twoPeople }), approve)
    expect(half.state.name).toBe('pending')
    expect(half.votes.map(vote => vote.by)).toEqual([BOB])
    expect(refusalOf(half, approve)).toBe('alreadyVoted')
    expect(refusalOf(half, start)).toBe('stale')
    const whole = following(half, { ...approve, by: CAROL })
    expect(whole.state).toMatchObject({ name: 'approved', decision: { by: CAROL } })
    expect(
      whole.notes.flatMap(note => (note.kind === 'voted' ? [[note.approvals, note.needed]] : [])),
    ).toEqual([
      [1, 2],
      [2, 2],
    ])
  })

  it('to reject ends it at once, also after an approval, also by who gave that', () => {
    const half = following(pending({}, { guard: twoPeople }), approve)
    for (const by of [BOB, CAROL]) {
      const rejected = following(half, { ...reject, by })
      expect(rejected.state).toMatchObject({ name: 'rejected', decision: { by } })
      expect(refusalOf(rejected, { ...approve, by: CAROL })).toBe('decided')
    }
  })

  it('never follows a cancellation', () => {
    expect(refusalOf(following(pending(), cancelBy(ALICE)), approve)).toBe('decided')
  })
})

describe('a cancellation', () => {
  it('is the requester’s alone before a decision', () => {
    for (const request of [asked(), pending()]) {
      expect(following(request, cancelBy(ALICE)).state).toMatchObject({ name: 'cancelled', by: ALICE })
      expect(refusalOf(request, cancelBy(BOB, ALLOWED))).toBe('notRequester')
    }
  })

  it('takes an approval back, by the requester or an approver, until something is called', () => {
    const approved = following(pending(), approve)
    expect(following(approved, cancelBy(ALICE)).state.name).toBe('cancelled')
    expect(following(approved, cancelBy(CAROL, ALLOWED)).state).toMatchObject({
      name: 'cancelled',
      by: CAROL,
    })
    expect(refusalOf(approved, cancelBy('U0DAVE'))).toBe('notRequester')
    const called = following(approved, start)
    expect(refusalOf(called, cancelBy(ALICE))).toBe('decided')
    expect(refusalOf(following(called, finish(allSucceeded)), cancelBy(ALICE))).toBe('decided')
  })

  it('stops everything: nothing starts after it', () => {
    const cancelled = following(pending(), approve, cancelBy(ALICE))
    for (const late of [start, wait(), drifted(), { kind: 'dispatched', number: 1 } as const]) {
      expect(refusalOf(cancelled, late)).toBe('stale')
    }
  })
})

describe('a world that has moved', () => {
  const half = following(pending({}, { guard: twoPeople }), approve)
  const approved = following(pending(), approve, { kind: 'dispatched', number: 1 })

  it('takes the plan and its approvals away, before and after the decision, and says what moved', () => {
    for (const request of [pending(), half, approved, following(approved, wait())]) {
      const moved = following(request, drifted())
      expect(moved).toMatchObject({ plan: null, group: null, votes: [], round: 2, drift: someDifferences })
      expect(moved.state).toMatchObject({ name: 'preparing', tries: 0, retryAtMs: T0 + 1_000 })
      expect(moved.notes.at(-1)).toEqual({ kind: 'drifted', at: 'execution', differences: someDifferences })
    }
  })

  it('lets nothing start, nor count as decided, until people have seen the new plan', () => {
    const moved = following(approved, drifted())
    expect(refusalOf(moved, start)).toBe('stale')
    expect(refusalOf(moved, { ...approve, by: CAROL })).toBe('preparing')
    const planned = following(moved, prepare(moved, { digest: NEXT_DIGEST }))
    expect(planned.notes.at(-1)).toEqual({ kind: 'planned', round: 2 })
    expect(planned.drift).toEqual(someDifferences)
    for (const digest of [DIGEST, NEXT_DIGEST]) expect(refusalOf(planned, { ...start, digest })).toBe('stale')
    expect(refusalOf(planned, { ...approve, by: CAROL })).toBe('planChanged')
  })

  it('takes an execution of the new plan only', () => {
    const moved = following(approved, drifted())
    const planned = following(moved, prepare(moved, { digest: NEXT_DIGEST }))
    const again = following(planned, { ...approve, digest: NEXT_DIGEST })
    expect(refusalOf(again, start)).toBe('planChanged')
    expect(following(again, { ...start, digest: NEXT_DIGEST }).state.name).toBe('executing')
  })

  it('counts no approval of the plan before: two people have to approve again', () => {
    const moved = following(half, drifted())
    const planned = following(moved, prepare(moved, { guard: twoPeople }))
    expect(following(planned, { ...approve, by: CAROL }).state.name).toBe('pending')
  })

  it('is told once: who noticed later, with the plan before in hand, changes nothing', () => {
    const moved = following(pending(), drifted())
    expect(refusalOf(moved, drifted())).toBe('stale')
    expect(refusalOf(following(moved, prepare(moved, { digest: NEXT_DIGEST })), drifted())).toBe('stale')
  })

  it('gives people time to decide anew, and never less than they had', () => {
    const request = following(pending(), approve)
    const late = request.expiresAtMs + HOUR_MS
    expect(following(request, [drifted(), late]).expiresAtMs).toBe(late + HOUR_MS)
    const longer = following(pending({ expiresAtMs: T0 + 9 * HOUR_MS }), approve)
    expect(following(longer, drifted()).expiresAtMs).toBe(T0 + 9 * HOUR_MS)
  })

  it('does not bring back a request whose time is up, though nobody has marked it yet', () => {
    const request = pending()
    expect(refusalOf(request, drifted(), request.expiresAtMs - 1)).toBeNull()
    expect(refusalOf(request, drifted(), request.expiresAtMs)).toBe('expired')
  })

  it('is of no matter once the call has begun', () => {
    const executing = following(approved, start)
    expect(refusalOf(executing, drifted())).toBe('stale')
    expect(refusalOf(following(executing, finish(allSucceeded)), drifted())).toBe('stale')
  })
})

describe('an execution', () => {
  const executing = following(pending(), approve, start)
  const notSent = { kind: 'notSent', cause: 'connection refused' } as const

  it('starts once for one approval: only one of two workers may call', () => {
    expect(refusalOf(executing, { ...start, worker: 'w2' })).toBe('stale')
  })

  it('never starts without an approval', () => {
    for (const request of [asked(), pending(), following(pending(), reject)]) {
      expect(refusalOf(request, start)).toBe('stale')
    }
  })

  it('is finished only by the worker that started it', () => {
    expect(refusalOf(executing, finish(allSucceeded, 'w2'))).toBe('stale')
    expect(refusalOf(executing, finish(allSucceeded, 'w1', 2))).toBe('stale')
    expect(following(executing, finish(allSucceeded)).state.name).toBe('succeeded')
  })

  it('is tried again only when the call certainly never left, later each time, and not for ever', () => {
    let request = executing
    for (let attempt = 1; attempt < MAX_ATTEMPTS; attempt++) {
      request = following(request, finish(notSent, 'w1', attempt))
      expect(request.state).toMatchObject({
        name: 'approved',
        attempt: attempt + 1,
        notBeforeMs: T0 + 1_000 + backoffAfter(attempt),
        lastCause: 'connection refused',
        dispatch: null,
      })
      request = following(request, start)
    }
    request = following(request, finish(notSent, 'w1', MAX_ATTEMPTS))
    expect(request.state).toMatchObject({ name: 'failed', attempt: MAX_ATTEMPTS, outcome: notSent })
  })

  it('comes again no sooner than CKafka asked for, which is no attempt, however often it asks', () => {
    const command = { ...finish(notSent), retryAfterMs: 90_000 } as Command
    let request = executing
    for (let asked = 0; asked < MAX_ATTEMPTS + 2; asked++) {
      request = following(request, command)
      expect(request.state).toMatchObject({ name: 'approved', attempt: 1, notBeforeMs: T0 + 91_000 })
      request = following(request, start)
    }
  })

  it('waits, rather than fails, when somebody joined the group between the look and the call', () => {
    expect(following(executing, finish(groupNotEmpty)).state).toMatchObject({ name: 'approved', attempt: 2 })
  })

  it('is put off while CKafka cannot be looked at, and not for ever', () => {
    let request = following(pending(), approve, { kind: 'dispatched', number: 1 })
    for (let attempt = 1; attempt < MAX_ATTEMPTS; attempt++) {
      request = following(request, postpone())
      expect(request.state).toMatchObject({
        name: 'approved',
        attempt: attempt + 1,
        notBeforeMs: T0 + 1_000 + backoffAfter(attempt),
        dispatch: null,
      })
    }
    const throttled = following(request, postpone(60_000))
    expect(throttled.state).toMatchObject({ attempt: MAX_ATTEMPTS, notBeforeMs: T0 + 61_000 })
    request = following(request, postpone())
    expect(request.state).toMatchObject({ name: 'failed', outcome: { kind: 'notSent', cause: 'no answer' } })
    expect(refusalOf(executing, postpone(60_000))).toBe('stale')
  })

  it('is called off, for good, when CKafka refuses even to be looked at', () => {
    const outcome = { ...groupNotEmpty, reason: 'instanceMissing' } as const
    const callOff = { kind: 'callOff', digest: DIGEST, outcome } as const
    const off = following(pending(), approve, callOff)
    expect(off.state).toMatchObject({ name: 'failed', decision: { by: BOB }, outcome })
    expect(off.notes.at(-1)).toEqual({ kind: 'ended' })
    expect(refusalOf(executing, callOff)).toBe('stale')
  })

  it('hears nothing from a look that was taken for another plan', () => {
    const moved = following(pending(), approve, drifted())
    const planned = following(moved, prepare(moved, { digest: NEXT_DIGEST }))
    const again = following(planned, { ...approve, digest: NEXT_DIGEST })
    const callOff = { kind: 'callOff', digest: DIGEST, outcome: groupNotEmpty } as const
    for (const late of [wait(), postpone(0), callOff]) {
      expect(refusalOf(again, late)).toBe('stale')
      expect(refusalOf(again, { ...late, digest: NEXT_DIGEST })).toBeNull()
    }
  })

  it('is unclear, and never starts again, when nobody knows what the call did', () => {
    const unclear = following(executing, finish({ kind: 'unknown', cause: 'no answer' }))
    expect(unclear.state.name).toBe('unclear')
    for (const late of [start, wait(EMPTY), approve, cancelBy(ALICE)])
      expect(refusalOf(unclear, late)).not.toBeNull()
  })

  it('that has come to nothing at all is no success', () => {
    const counts = { succeeded: 0, clamped: 0, failed: 0, unreported: 0, movedAfter: 0 }
    const nothing = following(executing, finish({ kind: 'done', counts, rows: 0 }))
    expect(nothing.state.name).toBe('failed')
  })

  it('is unclear as well when CKafka reported on nothing', () => {
    const counts = { succeeded: 0, clamped: 0, failed: 0, unreported: 4, movedAfter: 0 }
    const unclear = following(executing, finish({ kind: 'done', counts, rows: 4 }))
    expect(unclear.state.name).toBe('unclear')
    expect(unclear.notes.at(-1)?.kind).toBe('unclear')
  })

  it('is abandoned only after deadline and grace, and is unclear then', () => {
    const abandonAtMs = T0 + 1_000 + start.callMs + start.graceMs
    expect(refusalOf(executing, { kind: 'abandon' }, abandonAtMs - 1)).toBe('stale')
    expect(following(executing, [{ kind: 'abandon' }, abandonAtMs]).state.name).toBe('unclear')
  })

  it('takes the evidence of a worker that was thought dead', () => {
    const unclear = following(executing, [{ kind: 'abandon' }, T0 + 100_000])
    expect(following(unclear, finish(allSucceeded)).state.name).toBe('succeeded')
    expect(following(unclear, finish(notSent)).state).toMatchObject({ name: 'approved', attempt: 2 })
    expect(following(unclear, finish(groupNotEmpty)).state.name).toBe('failed')
    expect(refusalOf(unclear, finish({ kind: 'unknown', cause: 'x' }))).toBe('stale')
    expect(refusalOf(unclear, finish(allSucceeded, 'w1', 2))).toBe('stale')
  })

  it('does not take the word of another worker, or of none that is on record, that nothing was done', () => {
    const unclear = following(executing, [{ kind: 'abandon' }, T0 + 100_000])
    for (const denial of [notSent, groupNotEmpty])
      expect(refusalOf(unclear, finish(denial, 'another worker'))).toBe('stale')
    expect(following(unclear, finish(allSucceeded, 'another worker')).state.name).toBe('succeeded')
    const { plan, state } = following(pending(), approve)
    expect(state.name).toBe('approved')
    const there = following(pending(), approve, { kind: 'alreadyThere', digest: plan?.digest ?? '' })
    expect(there.state).toMatchObject({ name: 'unclear', called: false, worker: null })
    for (const denial of [notSent, groupNotEmpty]) expect(refusalOf(there, finish(denial))).toBe('stale')
  })

  it('is given up after a few jobs in a row that left no trace, and any trace begins the count anew', () => {
    const lost = (number: number): Command => ({ kind: 'dispatched', number, lost: true })
    let request = following(pending(), approve, { kind: 'dispatched', number: 1 })
    for (let number = 2; number <= 1 + MAX_LOST_JOBS; number++) request = following(request, lost(number))
    expect(request.state).toMatchObject({ name: 'approved', dispatch: { lost: MAX_LOST_JOBS } })
    expect(following(request, lost(9)).state).toMatchObject({ name: 'failed', outcome: { kind: 'notSent' } })
    expect(following(request, lost(9)).notes.at(-1)).toEqual({ kind: 'ended' })
    expect(following(request, wait(EMPTY), { kind: 'dispatched', number: 9 }).state).toMatchObject({
      dispatch: { lost: 0 },
    })
  })

  it('loses an approval that does not count any more, and needs a decision again', () => {
    const revoke = reguard({})
    const back = following(pending(), approve, revoke)
    expect(back).toMatchObject({ state: { name: 'pending' }, votes: [] })
    expect(back.expiresAtMs).toBeGreaterThanOrEqual(T0 + HOUR_MS)
    expect(back.notes.at(-1)).toEqual({ kind: 'revoked', by: [BOB] })
    expect(following(back, { ...approve, by: CAROL }).state.name).toBe('approved')
    expect(refusalOf(executing, revoke)).toBe('stale')
  })

  it('keeps the other approval when one of two is revoked', () => {
    const two = following(pending({}, { guard: twoPeople }), approve, { ...approve, by: CAROL })
    const back = following(two, reguard({ [CAROL]: [0] }, twoPeople))
    expect(back.votes.map(({ by }) => by)).toEqual([CAROL])
    expect(refusalOf(back, { ...approve, by: CAROL })).toBe('alreadyVoted')
  })

  it('keeps who tried what they may not, and nothing else changes', () => {
    const tried: Command = {
      kind: 'attempted',
      command: 'decide',
      by: ALICE,
      refusal: 'ownRequest',
      from: SOMEWHERE,
    }
    for (const [, request] of everyState()) {
      const { version, attempts, ...rest } = following(request, tried)
      expect({ ...rest, attempts: {}, version: version - 1 }).toEqual(request)
      expect(attempts).toEqual({ [ALICE]: 1 })
    }
  })

  it('keeps so many of one person, and as many of the next', () => {
    const tried = (by: string): Command => ({
      kind: 'attempted',
      command: 'decide',
      by,
      refusal: 'notApprover',
      from: SOMEWHERE,
    })
    const full = Array.from({ length: ATTEMPTS_KEPT }).reduce<ResetRequest>(
      request => following(request, tried('U0DAVE')),
      pending(),
    )
    expect(refusalOf(full, tried('U0DAVE'))).toBe('stale')
    expect(following(full, tried('U0ERIN')).attempts).toEqual({ U0DAVE: ATTEMPTS_KEPT, U0ERIN: 1 })
  })

  it('attaches its rows as a file when they are more than a message holds', () => {
    const notes = (rows: number) =>
      following(executing, finish({ ...allSucceeded, rows })).notes.map(note => note.kind)
    expect(notes(50)).toEqual(['planned', 'voted', 'ended'])
    expect(notes(51)).toEqual(['planned', 'voted', 'ended', 'resultFile'])
  })
})

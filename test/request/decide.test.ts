import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { backoffAfter, decide, MAX_ATTEMPTS, submit } from '../../src/request/decide.ts'
import type { Group } from '../../src/request/group.ts'
import { nextDueAt, owed } from '../../src/request/owed.ts'
import { type Command, isFinal, type ResetRequest } from '../../src/request/request.ts'
import {
  ALICE,
  allSucceeded,
  approve,
  BOB,
  cardPosted,
  draft,
  finish,
  following,
  pending,
  reject,
  someReset,
  start,
  T0,
} from '../support/requests.ts'

const EMPTY: Group = { state: 'Empty', members: [] }

function refusalOf(request: ResetRequest, command: Command, nowMs = T0 + 1_000): string | null {
  const decided = decide(request, command, nowMs)
  return decided.ok ? null : decided.refusal
}

describe('a decision', () => {
  it('is never made by the requester, whatever else is true of them', () => {
    expect(refusalOf(pending(), { ...approve, by: ALICE } as Command)).toBe('ownRequest')
    expect(refusalOf(following(pending(), approve), { ...approve, by: ALICE } as Command)).toBe('ownRequest')
  })

  it('is made by approvers only', () => {
    expect(refusalOf(pending(), { ...approve, mayDecide: false } as Command)).toBe('notApprover')
  })

  it('is made once: the second one, of either kind, comes too late', () => {
    for (const first of [approve, reject]) {
      for (const second of [approve, reject])
        expect(refusalOf(following(pending(), first), second)).toBe('decided')
    }
  })

  it('needs a note to reject, and none to approve', () => {
    expect(refusalOf(pending(), { ...reject, note: '  ' } as Command)).toBe('noteMissing')
    expect(following(pending(), approve).state.name).toBe('approved')
  })

  it('comes too late at the very millisecond of expiry, even before anybody marked it expired', () => {
    const request = pending()
    expect(refusalOf(request, approve, request.expiresAtMs - 1)).toBeNull()
    expect(refusalOf(request, approve, request.expiresAtMs)).toBe('expired')
  })

  it('waits until "all topics" has become a list of names', () => {
    const request = submit(draft({ reset: { ...someReset, scope: 'allTopics', topics: [] } }), T0)
    expect(refusalOf(request, approve)).toBe('preparing')
    const prepared = following(request, { kind: 'prepare', topics: ['a', 'b'], group: EMPTY })
    expect(prepared.reset.topics).toEqual(['a', 'b'])
    expect(following(prepared, approve).state.name).toBe('approved')
  })

  it('waits until somebody has looked at the group', () => {
    const request = submit(draft({ group: null }), T0)
    expect(refusalOf(request, approve)).toBe('preparing')
    const prepared = following(request, { kind: 'prepare', topics: request.reset.topics, group: EMPTY })
    expect(prepared.group).toEqual(EMPTY)
    expect(following(prepared, approve).state.name).toBe('approved')
  })

  it('never follows a cancellation, and a cancellation never follows a decision', () => {
    const cancel: Command = { kind: 'cancel', by: ALICE }
    expect(refusalOf(following(pending(), cancel), approve)).toBe('decided')
    expect(refusalOf(following(pending(), approve), cancel)).toBe('decided')
    expect(refusalOf(pending(), { kind: 'cancel', by: BOB })).toBe('notRequester')
  })
})

describe('an execution', () => {
  const executing = following(pending(), approve, start)

  it('starts once for one approval: only one of two workers may call', () => {
    expect(refusalOf(executing, { ...start, worker: 'w2' } as Command)).toBe('stale')
  })

  it('never starts without an approval', () => {
    for (const request of [
      pending(),
      following(pending(), reject),
      following(pending(), { kind: 'cancel', by: ALICE }),
    ]) {
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
      request = following(request, finish({ kind: 'notSent', cause: 'connection refused' }, 'w1', attempt))
      expect(request.state).toMatchObject({
        name: 'approved',
        attempt: attempt + 1,
        notBeforeMs: T0 + 1_000 + backoffAfter(attempt),
      })
      request = following(request, start)
    }
    request = following(request, finish({ kind: 'notSent', cause: 'connection refused' }, 'w1', MAX_ATTEMPTS))
    expect(request.state.name).toBe('failed')
  })

  it('is unclear, and owes no job, when nobody knows what the call did', () => {
    const unclear = following(executing, finish({ kind: 'unknown', cause: 'no answer' }))
    expect(unclear.state.name).toBe('unclear')
    expect(owed(unclear, T0 + 10_000_000).map(debt => debt.kind)).not.toContain('dispatch')
    expect(refusalOf(unclear, start)).toBe('stale')
  })

  it('is abandoned only after deadline and grace, and is unclear then', () => {
    const abandon: Command = { kind: 'abandon' }
    const abandonAtMs = T0 + 1_000 + 55_000
    expect(refusalOf(executing, abandon, abandonAtMs - 1)).toBe('stale')
    expect(following(executing, [abandon, abandonAtMs]).state.name).toBe('unclear')
  })

  it('takes the evidence of a worker that was thought dead, but does not try again after people may have acted', () => {
    const unclear = following(executing, [{ kind: 'abandon' }, T0 + 100_000])
    expect(following(unclear, finish(allSucceeded)).state.name).toBe('succeeded')
    expect(following(unclear, finish({ kind: 'notSent', cause: 'too late' })).state.name).toBe('failed')
    expect(refusalOf(unclear, finish({ kind: 'unknown', cause: 'x' }))).toBe('stale')
  })
})

describe('what is owed', () => {
  const kinds = (request: ResetRequest, nowMs: number) =>
    owed(request, nowMs)
      .filter(debt => debt.dueAtMs <= nowMs)
      .map(debt => (debt.kind === 'post' ? `post ${debt.key}` : debt.kind))

  it('is a card for a new request, and its expiry later', () => {
    const request = pending()
    expect(kinds(request, T0)).toEqual(['post card'])
    expect(kinds(following(request, cardPosted), T0)).toEqual([])
    expect(nextDueAt(following(request, cardPosted), T0)).toBe(request.expiresAtMs)
    expect(kinds(following(request, cardPosted), request.expiresAtMs)).toEqual(['expire'])
  })

  it('is the job before anything for Slack, so that Slack never holds up an execution', () => {
    const approved = following(pending(), cardPosted, approve)
    expect(kinds(approved, T0 + 1_000)).toEqual(['dispatch', 'updateCard', 'post decision'])
  })

  it('is a look at the queue when a job has been trusted for long enough', () => {
    const dispatched = following(pending(), cardPosted, approve, { kind: 'dispatched', number: 1 })
    expect(kinds(dispatched, T0 + 2_000)).not.toContain('checkDispatch')
    expect(kinds(dispatched, T0 + 60_000)).toContain('checkDispatch')
  })

  it('never uses a job number twice, also after an attempt that was never sent', () => {
    const again = following(
      pending(),
      approve,
      { kind: 'dispatched', number: 1 },
      start,
      finish({ kind: 'notSent', cause: 'x' }),
    )
    expect(owed(again, T0 + 1_000)[0]).toMatchObject({
      kind: 'dispatch',
      number: 2,
      delayMs: backoffAfter(1),
    })
  })

  it('is one reply at a time, so that a thread keeps its order', () => {
    const done = following(pending(), cardPosted, approve, start, finish(allSucceeded), {
      kind: 'cardShown',
      revision: 99,
    })
    expect(kinds(done, T0 + 1_000)).toEqual(['post decision'])
    const told = following(done, { kind: 'posted', key: 'decision', ts: '2', revision: 0 })
    expect(kinds(told, T0 + 1_000)).toEqual(['post result'])
    expect(
      nextDueAt(following(told, { kind: 'posted', key: 'result', ts: '3', revision: 0 }), T0 + 1_000),
    ).toBeNull()
  })

  it('is a look before a second post when a claim ran out, because the first may have arrived', () => {
    const claimed = following(pending(), { kind: 'claimPost', key: 'card', by: 'p1', untilMs: T0 + 30_000 })
    expect(kinds(claimed, T0 + 29_999)).toEqual([])
    expect(owed(claimed, T0 + 30_000)).toContainEqual({
      kind: 'post',
      key: 'card',
      look: true,
      dueAtMs: T0 + 30_000,
    })
    expect(refusalOf(claimed, { kind: 'claimPost', key: 'card', by: 'p2', untilMs: T0 + 60_000 })).toBe(
      'stale',
    )
  })

  it('is no reply without a card to put it under', () => {
    const refused = following(
      pending(),
      { kind: 'postRefused', key: 'card', code: 'is_archived', retryAtMs: T0 + 60_000 },
      { kind: 'posted', key: 'cardTrouble', ts: '5', revision: 0 },
      reject,
    )
    expect(kinds(refused, T0 + 120_000)).toEqual([])
  })

  it('is a word to the requester when Slack refuses the card, and the card again later', () => {
    const refused = following(pending(), {
      kind: 'postRefused',
      key: 'card',
      code: 'not_in_channel',
      retryAtMs: T0 + 60_000,
    })
    expect(kinds(refused, T0 + 2_000)).toEqual(['post cardTrouble'])
    const told = following(refused, { kind: 'posted', key: 'cardTrouble', ts: '5', revision: 0 })
    expect(kinds(told, T0 + 60_000)).toEqual(['post card'])
  })
})

describe('any sequence of commands', () => {
  const command = fc.oneof(
    fc.record({
      kind: fc.constant('decide' as const),
      verdict: fc.constantFrom('approve' as const, 'reject' as const),
      by: fc.constantFrom(ALICE, BOB, 'U0CAROL'),
      note: fc.constantFrom('', 'because'),
      mayDecide: fc.boolean(),
    }),
    fc.constantFrom<Command>(
      { kind: 'cancel', by: ALICE },
      { kind: 'expire' },
      { kind: 'abandon' },
      { kind: 'dispatched', number: 1 },
      { ...start, worker: 'w1' } as Command,
      { ...start, worker: 'w2' } as Command,
      finish(allSucceeded, 'w1', 1),
      finish(allSucceeded, 'w2', 2),
      finish({ kind: 'notSent', cause: 'x' }, 'w1', 1),
      finish({ kind: 'unknown', cause: 'x' }, 'w1', 1),
      { kind: 'prepare', topics: ['a'], group: EMPTY },
      cardPosted,
    ),
  )
  const step = fc.tuple(command, fc.integer({ min: 0, max: 4_000_000 }))

  it('keeps final states final, counts versions by one, and runs nothing the requester approved alone', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), steps => {
        let request = pending()
        for (const [next, offsetMs] of steps) {
          const before = request
          const decided = decide(request, next, T0 + offsetMs)
          if (!decided.ok) continue
          request = decided.next
          expect(request.version).toBe(before.version + 1)
          if (isFinal(before.state)) expect(request.state).toEqual(before.state)
          if (request.state.name === 'executing') {
            expect(request.state.decision).toMatchObject({ verdict: 'approve' })
            expect(request.state.decision.by).not.toBe(ALICE)
          }
        }
      }),
    )
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { backoffAfter } from '../../src/request/backoff.ts'
import type { Command } from '../../src/request/command.ts'
import { noteKey, type PostKey } from '../../src/request/notes.ts'
import { type Debt, nextDueAt, owed, REFUSED_POST_RETRY_MS } from '../../src/request/owed.ts'
import type { ResetRequest } from '../../src/request/request.ts'
import { isFinal } from '../../src/request/state.ts'
import {
  ALICE,
  ALLOWED,
  allSucceeded,
  approve,
  asked,
  askedAbout,
  BOB,
  CAROL,
  cardPosted,
  drifted,
  EMPTY,
  everyState,
  finish,
  following,
  pending,
  postpone,
  prepare,
  reject,
  SOMEWHERE,
  start,
  T0,
  testify,
  wait,
} from '../support/requests.ts'

/** What can be paid at this time, in words; what single people are told, and the look for the card, have their own tests. */
function due(request: ResetRequest, nowMs: number): string[] {
  return allDue(request, nowMs).filter(word => !isDirect(word))
}

function allDue(request: ResetRequest, nowMs: number): string[] {
  return owed(request, nowMs)
    .filter(debt => debt.dueAtMs <= nowMs && debt.kind !== 'checkCard')
    .map(debt => (debt.kind === 'post' ? `post ${debt.key}` : debt.kind))
}

function isDirect(word: string): boolean {
  return /(direct|tell|ping)-/.test(word)
}

function postedAs(key: PostKey): Command {
  return { kind: 'posted', key, ts: `ts of ${key}`, revision: 0 }
}

const cardShown: Command = { kind: 'cardShown', by: 'p1', revision: 99 }

describe('the work on a request', () => {
  it('is its plan first, and its expiry even if the plan never comes', () => {
    const request = following(asked(), cardPosted)
    expect(due(request, T0)).toEqual(['prepare'])
    const later = following(request, { kind: 'prepareLater', round: 1, retryAtMs: T0 + 5_000 })
    expect(due(later, T0 + 4_999)).toEqual([])
    expect(due(later, T0 + 5_000)).toEqual(['prepare'])
    expect(due(later, request.expiresAtMs)[0]).toBe('expire')
  })

  it('is nothing but its expiry while people decide', () => {
    const request = following(pending(), cardPosted, cardShown, postedAs('note-0'))
    const kinds = owed(request, T0).map(({ kind }) => kind)
    // Besides a look whether somebody has deleted the card.
    expect(kinds).toEqual(['expire', 'checkCard'])
    expect(due(request, request.expiresAtMs - 1)).toEqual([])
    expect(due(request, request.expiresAtMs)).toEqual(['expire'])
  })

  it('is the job before anything for Slack, so that Slack never holds up an execution', () => {
    const approved = following(pending(), cardPosted, approve)
    expect(due(approved, T0 + 1_000)).toEqual(['dispatch', 'updateCard', 'post note-0'])
  })

  it('is a look at the queue when a job has been trusted for long enough', () => {
    const dispatched = following(pending(), approve, { kind: 'dispatched', number: 1 })
    expect(due(dispatched, T0 + 30_999)).not.toContain('checkDispatch')
    expect(due(dispatched, T0 + 31_000)).toContain('checkDispatch')
  })

  it('never uses a job number twice: not after a call that was not sent, a look, a failed look, or a new plan', () => {
    const dispatched = following(pending(), approve, { kind: 'dispatched', number: 1 })
    const moved = following(dispatched, drifted())
    for (const again of [
      following(dispatched, start, finish({ kind: 'notSent', cause: 'x' })),
      following(dispatched, wait()),
      following(dispatched, postpone(0)),
      following(moved, prepare(moved), approve),
    ]) {
      expect(owed(again, T0 + 1_000)[0]).toMatchObject({ kind: 'dispatch', number: 2 })
    }
    expect(owed(following(dispatched, wait()), T0 + 1_000)[0]).toMatchObject({ delayMs: backoffAfter(1) })
  })

  it('waits for the next look of a group in use: the job is not missed before it can have come', () => {
    const waiting = following(pending(), approve, wait(EMPTY), { kind: 'dispatched', number: 2 })
    const lookAtMs = T0 + 11_000
    expect(due(waiting, lookAtMs + 29_999)).not.toContain('checkDispatch')
    expect(due(waiting, lookAtMs + 30_000)).toContain('checkDispatch')
  })

  it('is to be given up when the call has outlived its deadline and grace', () => {
    const executing = following(pending(), approve, start)
    const abandonAtMs = T0 + 1_000 + start.callMs + start.graceMs
    expect(due(executing, abandonAtMs - 1)).not.toContain('abandon')
    expect(due(executing, abandonAtMs)).toContain('abandon')
  })

  it('is a plan again, and no job, once the world has moved', () => {
    const moved = following(pending(), cardPosted, approve, { kind: 'dispatched', number: 1 }, drifted())
    expect(owed(moved, T0 + 1_000).map(debt => debt.kind)).not.toContain('dispatch')
    expect(due(moved, T0 + 1_000)).toContain('prepare')
  })

  it('is no job when nobody knows what the last one did', () => {
    const unclear = following(pending(), approve, start, finish({ kind: 'unknown', cause: 'no answer' }))
    const kinds = owed(unclear, T0 + 10_000_000).map(debt => debt.kind)
    expect(kinds).not.toContain('dispatch')
    expect(kinds).not.toContain('checkDispatch')
  })

  it('is never nothing while the request is open, so that none is forgotten', () => {
    for (const [name, request] of everyState()) {
      const told = tellAll(request, () => 'posted').request
      expect([name, nextDueAt(told, T0) !== null]).toEqual([name, !isFinal(request.state)])
    }
  })
})

describe('an unclear execution', () => {
  it('is read back from its time on, and ever again while nobody says what happened', () => {
    const unclear = following(pending(), approve, start, finish({ kind: 'unknown', cause: 'no answer' }))
    for (const request of [unclear, askedAbout(unclear)]) {
      if (request.state.name !== 'unclear') throw new Error('It is clear.')
      const { lookAtMs } = request.state
      expect(owed(request, T0)).toContainEqual({ kind: 'readBack', dueAtMs: lookAtMs })
    }
  })
})

describe('the card', () => {
  it('comes first, and the replies only under it', () => {
    expect(due(pending(), T0)).toEqual(['post card'])
    expect(due(following(pending(), approve, start, finish(allSucceeded)), T0 + 1_000)).toEqual(['post card'])
  })

  it('is drawn again when it shows less than has happened, when Slack will have it', () => {
    const behind = following(pending(), cardPosted)
    expect(due(behind, T0)).toContain('updateCard')
    const later = following(behind, { kind: 'cardLater', retryAtMs: T0 + 9_000 })
    expect(due(later, T0 + 8_999)).not.toContain('updateCard')
    expect(due(later, T0 + 9_000)).toContain('updateCard')
    const shown = following(behind, { kind: 'cardShown', by: 'p1', revision: behind.revision })
    expect(due(shown, T0)).not.toContain('updateCard')
    // A slower process may have drawn what is older.
    // Whoever drew an older one may have done so after the newer one.
    const over = following(shown, { kind: 'cardShown', by: 'p2', revision: behind.revision - 1 })
    expect(due(over, T0 + 20_000)).toContain('updateCard')
  })

  it('is drawn by one at a time, and again when who drew it comes back too late', () => {
    const behind = following(pending(), cardPosted, approve)
    const claim = (by: string) => ({ kind: 'claimCard', by, untilMs: T0 + 16_000 }) as const
    const claimed = following(behind, [claim('p1'), T0 + 1_000])
    expect(owed(claimed, T0 + 1_000)).toContainEqual({ kind: 'updateCard', dueAtMs: T0 + 16_000 })
    expect(() => following(claimed, [claim('p2'), T0 + 15_999])).toThrow('stale')
    const { revision } = behind
    const drawn = following(claimed, { kind: 'cardShown', by: 'p1', revision })
    expect(due(drawn, T0 + 1_000)).not.toContain('updateCard')

    const taken = following(claimed, [claim('p2'), T0 + 16_000])
    const second = following(taken, { kind: 'cardShown', by: 'p2', revision })
    const late = following(second, { kind: 'cardShown', by: 'p1', revision: revision - 1 })
    expect(due(late, T0 + 40_000)).toContain('updateCard')
    const meanwhile = following(taken, { kind: 'cardShown', by: 'p1', revision: revision - 1 })
    expect(owed(meanwhile, T0 + 16_000).map(({ kind }) => kind)).toContain('updateCard')
  })

  it('is offered again while the request lives, after a word to the requester, when Slack refuses it', () => {
    const retryAtMs = T0 + REFUSED_POST_RETRY_MS
    const refused = following(pending(), {
      kind: 'postRefused',
      by: 'p1',
      key: 'card',
      code: 'not_in_channel',
      retryAtMs,
    })
    expect(due(refused, T0 + 2_000)).toEqual(['post cardTrouble'])
    const told = following(refused, postedAs('cardTrouble'))
    expect(due(told, retryAtMs - 1)).toEqual([])
    expect(due(told, retryAtMs)).toEqual(['post card'])
    expect(due(following(told, reject), retryAtMs)).toEqual([])
  })
})

describe('the replies', () => {
  const done = following(pending(), approve, start, finish({ ...allSucceeded, rows: 51 }))
  const started = following(done, cardPosted, cardShown)

  it('are one for each note, files as well, one at a time and in the order in which it happened', () => {
    expect(done.notes.map(note => note.kind)).toEqual(['planned', 'voted', 'ended', 'resultFile'])
    let request = started
    for (const index of done.notes.keys()) {
      expect(due(request, T0 + 1_000)).toEqual([`post ${noteKey(index)}`])
      request = following(request, postedAs(noteKey(index)))
    }
    expect(due(request, T0 + 1_000)).toEqual([])
    const told = following(request, postedAs('direct-1'), postedAs('direct-2'))
    expect(nextDueAt(told, T0 + 1_000)).toBeNull()
  })

  it('wait for one that Slack will have later, and not for one it will never have', () => {
    const later = following(started, { kind: 'postLater', by: 'p1', key: 'note-0', retryAtMs: T0 + 7_000 })
    expect(due(later, T0 + 6_999)).toEqual([])
    expect(due(later, T0 + 7_000)).toEqual(['post note-0'])
    const refused = following(started, {
      kind: 'postRefused',
      by: 'p1',
      key: 'note-0',
      code: 'msg_too_long',
      retryAtMs: T0 + 2_000,
    })
    expect(due(refused, T0 + 2_000)).toEqual(['post note-1'])
  })

  it('are posted by one process at a time, and looked for before a second try', () => {
    const claim = (by: string, untilMs: number): Command => ({
      kind: 'claimPost',
      key: 'note-0',
      by,
      untilMs,
    })
    const claimed = following(started, claim('p1', T0 + 16_000))
    expect(due(claimed, T0 + 15_999)).toEqual([])
    expect(() => following(claimed, [claim('p2', T0 + 30_000), T0 + 15_999])).toThrow('stale')
    const debt: Debt = { kind: 'post', key: 'note-0', look: true, dueAtMs: T0 + 16_000 }
    expect(owed(claimed, T0 + 16_000)).toContainEqual(debt)
    expect(() => following(claimed, [claim('p2', T0 + 30_000), T0 + 16_000])).not.toThrow()
  })

  it('keep a newer claim, whatever is heard late of the one before it', () => {
    const first = { kind: 'claimPost', key: 'note-0', by: 'p1', untilMs: T0 + 16_000 } as const
    const second: [Command, number] = [{ ...first, by: 'p2', untilMs: T0 + 40_000 }, T0 + 17_000]
    const claimed = following(started, first, second)
    for (const late of [
      { kind: 'postRefused', by: 'p1', key: 'note-0', code: 'x', retryAtMs: T0 },
      { kind: 'postLater', by: 'p1', key: 'note-0', retryAtMs: T0 },
    ] as const) {
      expect(() => following(claimed, [late, T0 + 18_000])).toThrow('stale')
    }
    const mine = { kind: 'postLater', by: 'p2', key: 'note-0', retryAtMs: T0 + 50_000 } as const
    expect(following(claimed, [mine, T0 + 18_000]).posts['note-0']).toMatchObject({ state: 'waiting' })
  })

  it('are never posted again, whatever is heard of them afterwards', () => {
    const posted = following(started, postedAs('note-0'))
    for (const late of [
      postedAs('note-0'),
      { kind: 'postRefused', by: 'p1', key: 'note-0', code: 'x', retryAtMs: T0 },
      { kind: 'postLater', by: 'p1', key: 'note-0', retryAtMs: T0 },
      { kind: 'claimPost', key: 'note-0', by: 'p2', untilMs: T0 + 9_000 },
    ] as const) {
      expect(() => following(posted, late)).toThrow('stale')
    }
  })

  it('reach the thread exactly once each and in order, however Slack answers, or end with what it refused', () => {
    const states = everyState().map(([, request]) => request)
    const answers = fc.array(fc.constantFrom<Answer>('posted', 'refused', 'later', 'lost', 'arrived'), {
      maxLength: 60,
    })
    fc.assert(
      fc.property(fc.constantFrom(...states), answers, (state, given) => {
        const left = [...given]
        const answerFor = (key: PostKey): Answer => {
          const answer = left.shift() ?? 'posted'
          // Without a card there is no thread.
          return key === 'card' && answer === 'refused' ? 'later' : answer
        }
        const { request, thread, refused } = tellAll(state, answerFor)
        const notes = [...state.notes.keys()].map(noteKey)
        const inThread = thread.filter(key => !isDirect(key))
        expect(inThread).toEqual(['card', ...notes.filter(key => !refused.includes(key))])
        expect(new Set(thread).size).toBe(thread.length)
        if (isFinal(state.state)) expect(nextDueAt(request, T0)).toBeNull()
        expect(request.cardRevision).toBe(request.revision)
      }),
    )
  })
})

describe('what single people are told', () => {
  const direct = (request: ResetRequest, nowMs = T0 + 1_000) => allDue(request, nowMs).filter(isDirect)
  const kindsTold = (request: ResetRequest) =>
    direct(request).map(word => `${word.split(' ')[1]} ${request.notes[Number(word.split('-')[1])]?.kind}`)
  const card = (request: ResetRequest) => following(request, cardPosted)

  it('is the decision and the end, to the requester, once each, whatever became of the thread', () => {
    const decided = card(following(pending(), approve))
    expect(kindsTold(decided)).toEqual(['direct-1 voted'])
    const done = following(decided, start, finish(allSucceeded))
    expect(kindsTold(done)).toEqual(['direct-1 voted', 'direct-2 ended'])
    expect(direct(following(done, postedAs('direct-1')))).toEqual(['post direct-2'])
    const refused = {
      kind: 'postRefused',
      key: 'direct-1',
      by: 'p1',
      code: 'cannot_dm_bot',
      retryAtMs: T0,
    } as const
    expect(direct(following(done, refused))).toEqual(['post direct-2'])
  })

  it('is that it is unclear and that people are asked, while that is so, and that somebody vouched for it', () => {
    const unclear = card(
      following(pending(), approve, start, finish({ kind: 'unknown', cause: 'no answer within 20 s' })),
    )
    expect(kindsTold(unclear)).toEqual(['direct-1 voted', 'direct-2 unclear'])
    const inDoubt = askedAbout(unclear)
    expect(kindsTold(inDoubt)).toEqual(['direct-1 voted', 'direct-3 asked'])
    const closed = following(inDoubt, [testify, T0 + 1_000_000])
    expect(kindsTold(closed)).toEqual(['direct-1 voted', 'direct-4 testified'])
    expect(direct(closed, T0 + 90_000_000)).toEqual(['post direct-1'])
    // Tried again, it is told how that ends.
    const again = following(inDoubt, [{ ...testify, happened: false }, T0 + 1_000_000])
    expect(kindsTold(again)).toEqual(['direct-1 voted'])
    const proven = following(unclear, finish(allSucceeded))
    expect(kindsTold(proven)).toEqual(['direct-1 voted', 'direct-3 ended'])
  })

  it('is nothing of a vote that settles nothing, nor of what they did themselves', () => {
    const twice = card(following(pending({}, { guard: { approvals: 2 } }), approve))
    expect(direct(twice)).toEqual([])
    const own = card(following(pending({}, { guard: { ownVote: true } }), { ...approve, by: ALICE }))
    expect(direct(own)).toEqual([])
    const cancelled = { kind: 'cancel', by: ALICE, policy: ALLOWED, from: SOMEWHERE } as const
    expect(direct(card(following(pending(), cancelled)))).toEqual([])
  })

  it('goes to the other places that the rule names when it has ended, and to nobody else before', () => {
    // The requester and the card's channel hear of it anyway.
    const told = pending({}, { guard: { tell: ['C0TEAM', ALICE, 'C0OPS', 'U0DAVE', 'C0TEAM'] } })
    expect(direct(card(told))).toEqual([])
    const done = card(following(told, approve, start, finish(allSucceeded)))
    expect(kindsTold(done)).toEqual([
      'direct-1 voted',
      'direct-2 ended',
      'tell-2-C0TEAM ended',
      'tell-2-U0DAVE ended',
    ])
  })
})

describe('approvers who have not decided', () => {
  const reminders = [1_800_000, 7_200_000]
  const request = following(
    pending({ expiresAtMs: T0 + 86_400_000 }, { guard: { reminders } }),
    cardPosted,
    cardShown,
    postedAs('note-0'),
  )
  const ping = (to: string, notBeforeMs: number) => ({ to, notBeforeMs })
  const remind = (round: number, ...pings: { to: string; notBeforeMs: number }[]) =>
    ({ kind: 'remind', round, pings }) as const

  it('are reminded when the rule says, each time once, and not once it is decided', () => {
    const first = T0 + 1_000 + 1_800_000
    expect(due(request, first - 1)).toEqual([])
    expect(due(request, first)).toEqual(['remind'])
    expect(() => following(request, [remind(1), first - 1])).toThrow('stale')
    const once = following(request, [remind(1, ping(BOB, first)), first])
    expect(allDue(once, first)).toEqual(['post ping-0'])
    expect(due(once, first + 5_399_999)).not.toContain('remind')
    expect(due(once, first + 5_400_000)).toContain('remind')
    expect(allDue(following(once, approve), first)).not.toContain('post ping-0')
  })

  it('are not woken: the message waits for their morning, and no second one is added to it', () => {
    const first = T0 + 1_000 + 1_800_000
    const morning = first + 900_000
    const asleep = following(request, [remind(1, ping(BOB, morning)), first])
    expect(allDue(asleep, morning - 1)).toEqual([])
    expect(allDue(asleep, morning)).toEqual(['post ping-0'])
    const second = T0 + 1_000 + 7_200_000
    const again = following(asleep, [remind(1, ping(BOB, second), ping(CAROL, second)), second])
    expect(again.pings.map(({ to }) => to)).toEqual([BOB, CAROL])
  })

  it('who have voted are left alone, and so is a plan that is another one by now', () => {
    const first = T0 + 1_000 + 1_800_000
    const twice = following(
      pending({}, { guard: { reminders, approvals: 2 } }),
      cardPosted,
      [remind(1, ping(BOB, first), ping(CAROL, first)), first],
      [approve, first],
    )
    expect(allDue(twice, first)).not.toContain('post ping-0')
    expect(allDue(twice, first)).toContain('post ping-1')
    expect(() => following(twice, [remind(2), T0 + 9_000_000])).toThrow('stale')
  })

  it('are joined by others once it is escalated, which happens once', () => {
    const escalation = { afterMs: 3_600_000 - 2_000, label: 'leads', to: ['U0LEAD'] }
    const waiting = following(
      pending({}, { guard: { escalation } }),
      cardPosted,
      cardShown,
      postedAs('note-0'),
    )
    const atMs = T0 + 1_000 + escalation.afterMs
    expect(due(waiting, atMs - 1)).toEqual([])
    expect(due(waiting, atMs)).toEqual(['escalate'])
    const escalated = following(waiting, [{ kind: 'escalate', round: 1 }, atMs])
    expect(escalated.notes.at(-1)).toEqual({ kind: 'escalated', label: 'leads', to: ['U0LEAD'] })
    expect(() => following(escalated, [{ kind: 'escalate', round: 1 }, atMs])).toThrow('stale')
  })
})

/** `arrived`: it is there, but its answer was lost. `lost`: neither. */
type Answer = 'posted' | 'refused' | 'later' | 'lost' | 'arrived'

/** Pays all that is owed to Slack, as time goes by. */
function tellAll(from: ResetRequest, answerFor: (key: PostKey) => Answer) {
  const thread: PostKey[] = []
  const refused: PostKey[] = []
  let request = from
  let nowMs = T0 + 2_000
  for (let step = 0; step < 1_000; step++) {
    const chat = owed(request, nowMs).filter(debt => debt.kind === 'post' || debt.kind === 'updateCard')
    const debt = chat.find(({ dueAtMs }) => dueAtMs <= nowMs)
    if (chat.length === 0) return { request, thread, refused }
    if (debt === undefined) nowMs = Math.min(...chat.map(({ dueAtMs }) => dueAtMs))
    else if (debt.kind === 'updateCard') {
      request = following(request, [{ kind: 'cardShown', by: 'p1', revision: request.revision }, nowMs])
    } else request = tell(debt.key, debt.look)
  }
  throw new Error('It never ends.')

  function tell(key: PostKey, look: boolean): ResetRequest {
    if (look && thread.includes(key)) return following(request, [postedAs(key), nowMs])
    const claimed = following(request, [{ kind: 'claimPost', key, by: 'p1', untilMs: nowMs + 15_000 }, nowMs])
    const answer = answerFor(key)
    if (answer === 'posted' || answer === 'arrived') thread.push(key)
    switch (answer) {
      case 'posted':
        return following(claimed, [postedAs(key), nowMs])
      case 'refused':
        refused.push(key)
        return following(claimed, [
          { kind: 'postRefused', by: 'p1', key, code: 'x', retryAtMs: nowMs + 60_000 },
          nowMs,
        ])
      case 'later':
        return following(claimed, [{ kind: 'postLater', by: 'p1', key, retryAtMs: nowMs + 3_000 }, nowMs])
      case 'arrived':
      case 'lost':
        return claimed
      default:
        return answer satisfies never
    }
  }
}

import { describe, expect, it } from 'vitest'
import type { Command } from '../../src/request/command.ts'
import { decide } from '../../src/request/decide.ts'
import type { ResetRequest } from '../../src/request/request.ts'
import {
  ALICE,
  approve,
  asked,
  BOB,
  CAROL,
  following,
  GUARD,
  pending,
  reguard,
  reject,
  SOMEWHERE,
  start,
  T0,
} from '../support/requests.ts'

const DAVE = 'U0DAVE'
const needs = [
  { label: 'orders', from: ['S0ORDERS'], count: 1 },
  { label: 'platform', from: ['S0PLATFORM'], count: 1 },
]
const two = { needs, approvals: 2 }
const vote = (by: string, ...fills: number[]) => ({ ...approve, by, fills })
const withdraw = (by: string): Command => ({ kind: 'withdraw', by, from: SOMEWHERE })

function refusalOf(request: ResetRequest, command: Command, nowMs = T0 + 1_000): string | null {
  const decided = decide(request, command, nowMs)
  return decided.ok ? null : decided.refusal
}

describe('a quorum of one of each team', () => {
  it('is not reached by two of one team, and is by one of each, in whatever order', () => {
    const same = following(pending({}, { guard: two }), vote(BOB, 0), vote(CAROL, 0))
    expect(same.state.name).toBe('pending')
    expect(same.votes.map(({ by }) => by)).toEqual([BOB, CAROL])
    expect(following(same, vote(DAVE, 1)).state).toMatchObject({ name: 'approved', decision: { by: DAVE } })
    expect(following(pending({}, { guard: two }), vote(DAVE, 1), vote(BOB, 0)).state.name).toBe('approved')
  })

  it('counts nobody twice, whichever teams they are of', () => {
    const both = following(pending({}, { guard: two }), vote(CAROL, 0, 1))
    expect(both.state.name).toBe('pending')
    expect(refusalOf(both, vote(CAROL, 1))).toBe('alreadyVoted')
    expect(following(both, vote(BOB, 0)).state.name).toBe('approved')
  })

  it('says of each vote whether it settles it', () => {
    const settled = following(pending({}, { guard: two }), vote(BOB, 0), vote(DAVE, 1))
    const told = settled.notes.flatMap(note =>
      note.kind === 'voted' ? [[note.approvals, note.settles]] : [],
    )
    expect(told).toEqual([
      [1, false],
      [2, true],
    ])
  })

  it('is not of people who are in no team', () => {
    expect(refusalOf(pending({}, { guard: two }), vote(BOB))).toBe('notApprover')
  })

  it('is ended by one reject, with its reason, however many have approved', () => {
    const rejected = following(pending({}, { guard: two }), vote(BOB, 0), { ...reject, by: DAVE, fills: [1] })
    expect(rejected.state).toMatchObject({ name: 'rejected', decision: { by: DAVE, note: reject.note } })
  })
})

describe('the requester’s own vote', () => {
  it('counts for nothing, unless the rule says so', () => {
    expect(refusalOf(pending(), vote(ALICE, 0))).toBe('ownRequest')
    expect(following(pending({}, { guard: { ownVote: true } }), vote(ALICE, 0)).state.name).toBe('approved')
  })
})

describe('a vote', () => {
  const half = following(pending({}, { guard: two }), vote(BOB, 0))

  it('can be withdrawn while nothing follows from it, and given again', () => {
    const without = following(half, withdraw(BOB))
    expect(without).toMatchObject({ state: { name: 'pending' }, votes: [] })
    expect(without.notes.at(-1)).toEqual({ kind: 'withdrawn', by: BOB, approvals: 0, needed: 2 })
    expect(following(without, vote(BOB, 0)).votes).toHaveLength(1)
  })

  it('cannot be given and taken back for ever: each time is an event and a reply', () => {
    let request = pending({}, { guard: two })
    for (let times = 0; times < 5; times++) request = following(request, vote(BOB, 0), withdraw(BOB))
    expect(refusalOf(request, vote(BOB, 0))).toBe('withdrawnOften')
    expect(refusalOf(request, { ...reject, by: BOB, fills: [0] })).toBeNull()
    expect(following(request, vote(CAROL, 0)).votes).toHaveLength(1)
  })

  it('is counted by what it fills: two of one team are one of two approvals', () => {
    const same = following(pending({}, { guard: two }), vote(BOB, 0), vote(CAROL, 0))
    expect(same.notes.at(-1)).toMatchObject({ kind: 'voted', approvals: 1, needed: 2 })
    expect(following(same, withdraw(CAROL)).notes.at(-1)).toMatchObject({ approvals: 1, needed: 2 })
  })

  it('is nobody else’s to withdraw, and not once it is decided or too late', () => {
    expect(refusalOf(half, withdraw(CAROL))).toBe('noVote')
    expect(refusalOf(following(half, vote(DAVE, 1)), withdraw(BOB))).toBe('decided')
    expect(refusalOf(half, withdraw(BOB), half.expiresAtMs)).toBe('expired')
  })
})

describe('an edited policy', () => {
  const pendingOne = following(pending({}, { guard: two }), vote(BOB, 0))

  it('that asks for more takes an approval back to people', () => {
    const approved = following(pending(), vote(BOB, 0))
    const more = following(approved, reguard({ [BOB]: [0] }, two))
    expect(more).toMatchObject({
      state: { name: 'pending' },
      guard: { approvals: 2 },
      pendingSinceMs: T0 + 1_000,
    })
    expect(more.notes.at(-1)).toMatchObject({ kind: 'reguarded', approvals: 1, needed: 2 })
    expect(following(more, vote(DAVE, 1)).state.name).toBe('approved')
  })

  it('that asks for less lets it run by the votes there are', () => {
    const less = following(pendingOne, reguard({ [BOB]: [0] }))
    expect(less.state).toMatchObject({ name: 'approved', decision: { by: BOB } })
    expect(less.notes.at(-1)).toMatchObject({ kind: 'voted', settles: true })
  })

  it('drops the votes of those who may not any more, and says whose', () => {
    const dropped = following(pendingOne, reguard({ [BOB]: [] }, two))
    expect(dropped).toMatchObject({ state: { name: 'pending' }, votes: [] })
    expect(dropped.notes.slice(-2).map(({ kind }) => kind)).toEqual(['revoked', 'reguarded'])
  })

  it('changes nothing of what is under way', () => {
    expect(refusalOf(following(pending(), vote(BOB, 0), start), reguard({}))).toBe('stale')
  })

  it('that allows it no more ends what has not begun, with its rule', () => {
    const ruling = { why: 'denied', rule: 'freeze', reason: 'Year end.' } as const
    const disallow: Command = { kind: 'disallow', ruling, version: 'v2' }
    for (const request of [asked(), pending(), following(pending(), vote(BOB, 0))]) {
      const ended = following(request, disallow)
      expect(ended.state).toMatchObject({ name: 'failed', outcome: { kind: 'notAllowed', ruling } })
      expect(ended.notes.at(-1)).toEqual({ kind: 'ended' })
    }
    expect(refusalOf(following(pending(), vote(BOB, 0), start), disallow)).toBe('stale')
  })
})

it('of an older record fills the one need it knew', () => {
  expect(GUARD.needs).toEqual([])
  expect(
    following(pending({}, { guard: { approvals: 2 } }), approve, { ...approve, by: CAROL }).state.name,
  ).toBe('approved')
})

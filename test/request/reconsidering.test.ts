import { describe, expect, it } from 'vitest'
import type { Command } from '../../src/request/command.ts'
import { decide } from '../../src/request/decide.ts'
import { throughOf } from '../../src/request/deciders.ts'
import { nextDueAt, owed } from '../../src/request/owed.ts'
import {
  type AllowRule,
  type DenyRule,
  type GroupMembers,
  guardUnder,
  type Policy,
  type Rule,
} from '../../src/request/policy.ts'
import { consider, countingOf, reguardFor } from '../../src/request/reconsidering.ts'
import type { ResetRequest } from '../../src/request/request.ts'
import {
  ALICE,
  approve,
  BOB,
  CAROL,
  following,
  pending,
  reject,
  SOMEWHERE,
  start,
  T0,
} from '../support/requests.ts'
import { ANY, allowing, denying } from '../support/rules.ts'

const DAVE = 'U0DAVE'
const ORDERS = 'S0ORDERS'
const PLATFORM = 'S0PLATFORM'
const CREW = 'S0CREW'
const EXPIRY_MS = 3_600_000
const MEMBERS: GroupMembers = new Map([
  [ORDERS, [BOB, CAROL]],
  [PLATFORM, [CAROL, DAVE]],
  [CREW, []],
])
const SILENT: GroupMembers = new Map([...MEMBERS.keys()].map(id => [id, null]))

const need = (...from: string[]) => ({ label: from.join(' or '), from, count: 1 })

const allow = (change: Partial<AllowRule> = {}): AllowRule =>
  allowing({ needs: [need(ORDERS), need(PLATFORM)], ...change })

const freeze = (change: Partial<DenyRule> = {}): DenyRule => denying({ reason: 'Year end.', ...change })
const policyOf = (...rules: Rule[]): Policy => ({ version: 'v1', rules })

/** What the policy of now makes of it. */
function reconsidered(
  request: ResetRequest,
  policy: Policy,
  members: GroupMembers,
  nowMs = T0 + 1_000,
): ResetRequest {
  const command = reguardFor(request, consider(request, policy, members), policy, members, EXPIRY_MS)
  return command === null ? request : following(request, [command, nowMs])
}

/** Under a policy, with what Slack said when it was planned. */
function under(rule: AllowRule, members = MEMBERS): ResetRequest {
  const guard = guardUnder(rule, 'v1', null)
  return reconsidered(pending({}, { guard }), policyOf(rule), members)
}

function voted(request: ResetRequest, by: string, members = MEMBERS): ResetRequest {
  const through = throughOf(request, by, members)
  return following(request, { ...approve, by, through })
}

function refusalOf(request: ResetRequest, command: Command): string | null {
  const decided = decide(request, command, T0 + 2_000)
  return decided.ok ? null : decided.refusal
}

const fillsIn = ({ votes }: ResetRequest) => Object.fromEntries(votes.map(({ by, fills }) => [by, fills]))

describe('a group that cannot be read', () => {
  it('adds no vote: two of one team settle no rule of two teams, whenever Slack is silent', () => {
    const two = voted(voted(under(allow()), BOB), CAROL, new Map([[ORDERS, [BOB, CAROL]]]))
    expect(fillsIn(two)).toEqual({ [BOB]: [0], [CAROL]: [0] })
    const silent = reconsidered(two, policyOf(allow()), SILENT)
    expect(silent.state.name).toBe('pending')
    expect(fillsIn(silent)).toEqual({ [BOB]: [0], [CAROL]: [0] })
    const gone = reconsidered(two, policyOf(allow()), new Map([...MEMBERS, [PLATFORM, null]]))
    expect(gone.state.name).toBe('pending')
  })

  it('takes no vote back that was looked at when it was given, and lets it run', () => {
    const done = voted(voted(under(allow()), BOB), DAVE)
    expect(done.state.name).toBe('approved')
    const silent = reconsidered(done, policyOf(allow()), SILENT)
    expect(silent.state.name).toBe('approved')
    expect(silent.unread).toMatchObject({ groups: [ORDERS, PLATFORM], holds: false })
    expect(following(silent, start).state.name).toBe('executing')
  })

  it('carries a vote over an edit by the group that it rests on, and only where that is named again', () => {
    const done = voted(under(allow({ needs: [need(ORDERS)] })), BOB)
    expect(done.state.name).toBe('approved')
    const renamed = allow({ name: 'renamed', needs: [{ ...need(ORDERS), label: 'another' }] })
    expect(reconsidered(done, policyOf(renamed), SILENT).state.name).toBe('approved')
    const moved = reconsidered(done, policyOf(allow({ needs: [need(PLATFORM)] })), SILENT)
    expect(moved).toMatchObject({ state: { name: 'pending' }, votes: [{ by: BOB, fills: [], through: [] }] })
    // Nobody has taken it back: it is for Slack to say whether it counts.
    expect(moved.notes.at(-1)).toMatchObject({ kind: 'reguarded', approvals: 0, needed: 1 })
    const both = allow({ needs: [need(ORDERS), need(PLATFORM)] })
    expect(fillsIn(reconsidered(done, policyOf(both), SILENT))).toEqual({ [BOB]: [0] })
  })

  it('that answers again says whether the vote counts', () => {
    const edited = allow({ needs: [need(PLATFORM)] })
    const moved = reconsidered(
      voted(under(allow({ needs: [need(ORDERS)] })), CAROL),
      policyOf(edited),
      SILENT,
    )
    expect(moved.state.name).toBe('pending')
    expect(reconsidered(moved, policyOf(edited), MEMBERS).state).toMatchObject({
      name: 'approved',
      decision: { by: CAROL, through: [PLATFORM] },
    })
    const without = reconsidered(moved, policyOf(edited), new Map([[PLATFORM, [DAVE]]]))
    expect(without).toMatchObject({ state: { name: 'pending' }, votes: [], unread: null })
    expect(without.notes.some(note => note.kind === 'revoked')).toBe(true)
  })

  it('gives nothing back to who was seen to have left it', () => {
    const rule = allow({ needs: [need(ORDERS, PLATFORM)] })
    const done = voted(under(rule), CAROL)
    const left = reconsidered(done, policyOf(rule), new Map([...MEMBERS, [ORDERS, [BOB]]]))
    expect(left.state.name).toBe('approved')
    const alsoThere = reconsidered(
      left,
      policyOf(rule),
      new Map([
        [PLATFORM, [DAVE]],
        [ORDERS, null],
      ]),
    )
    expect(alsoThere).toMatchObject({ state: { name: 'pending' }, votes: [{ by: CAROL, fills: [] }] })
  })

  it('tells who votes that it is not known, and not that they are no approver', () => {
    const request = under(allow())
    const denied = { verdict: 'deny', rule: 'orders' } as const
    const vote = { ...approve, by: BOB, policy: denied, fills: [], through: [] }
    expect(refusalOf(request, { ...vote, unread: true })).toBe('unreadable')
    expect(refusalOf(request, vote)).toBe('notApprover')
  })

  it('leaves a vote of before such things were recorded with who was the only one named', () => {
    const rule = allow({ needs: [need(ORDERS), need(ORDERS, PLATFORM)] })
    const old = following(under(rule), { ...approve, by: BOB, fills: [0, 1] })
    expect(old.votes[0]).not.toHaveProperty('through')
    expect(countingOf(old, old.guard, SILENT)).toEqual({ [BOB]: { through: [ORDERS], fills: [0, 1] } })
    const either = following(under(allow({ needs: [need(ORDERS, PLATFORM)] })), {
      ...approve,
      by: BOB,
      fills: [0],
    })
    expect(countingOf(either, either.guard, SILENT)).toEqual({ [BOB]: { through: [], fills: [] } })
  })
})

describe('a vote', () => {
  it('fills what the guard of its moment asks for, whichever was in force when it was looked at', () => {
    const before = under(allow({ needs: [need(ORDERS)] }))
    const vote = { ...approve, by: BOB, fills: [0], through: throughOf(before, BOB, MEMBERS) }
    const edited = reconsidered(before, policyOf(allow({ needs: [need(PLATFORM)] })), MEMBERS)
    expect(refusalOf(edited, vote)).toBe('notApprover')
    const both = reconsidered(before, policyOf(allow({ needs: [need(PLATFORM), need(ORDERS)] })), MEMBERS)
    expect(fillsIn(following(both, vote))).toEqual({ [BOB]: [1] })
  })

  it('that was cast while the others were looked at is not lost', () => {
    const edited = policyOf(allow({ name: 'edited', needs: [need(PLATFORM), need(ORDERS)] }))
    const first = voted(under(allow()), BOB)
    const command = reguardFor(first, consider(first, edited, MEMBERS), edited, MEMBERS, EXPIRY_MS)
    if (command === null) throw new Error('Nothing follows from it.')
    const second = following(first, { ...approve, by: 'U0ERIN', through: [ORDERS] })
    expect(fillsIn(following(second, command))).toEqual({ [BOB]: [1], U0ERIN: [1] })
  })

  it('of the requester does not outlive the rule that let it count', () => {
    const rule = allow({ needs: [need(ALICE)], ownVote: true })
    const own = voted(under(rule), ALICE)
    expect(own.state.name).toBe('approved')
    const edited = reconsidered(own, policyOf({ ...rule, ownVote: false }), SILENT)
    expect(edited).toMatchObject({ state: { name: 'pending' }, votes: [] })
  })
})

it('the guard of another plan is taken by nobody', () => {
  const request = under(allow())
  const edited = policyOf(allow({ name: 'edited', needs: [need(ORDERS)] }))
  const command = reguardFor(request, consider(request, edited, MEMBERS), edited, MEMBERS, EXPIRY_MS)
  expect(command).toMatchObject({ round: 1 })
  expect(refusalOf({ ...request, round: 2 }, command as Command)).toBe('stale')
})

describe('what the policy says and does not depend on a group that cannot be read', () => {
  const done = voted(voted(under(allow()), BOB), DAVE)

  it('takes effect: a freeze, and the removal of an approver', () => {
    const elsewhere = freeze({
      name: 'others',
      match: { ...ANY, groups: ['payments-*'] },
      people: ['S0GONE'],
    })
    const here = freeze({ name: 'here', people: ['S0GONE'] })
    for (const other of [elsewhere, here]) {
      expect(reconsidered(done, policyOf(other, freeze(), allow()), SILENT).state).toMatchObject({
        name: 'failed',
        outcome: { kind: 'notAllowed', ruling: { why: 'denied', rule: 'freeze' } },
      })
      const fewer = allow({ needs: [need(ORDERS), need('U0ERIN')] })
      const edited = reconsidered(done, policyOf(other, fewer), SILENT)
      expect(edited.state.name).toBe('pending')
      expect(edited.guard.needs.map(({ from }) => from)).toEqual([[ORDERS], ['U0ERIN']])
    }
  })

  it('is not asked for by rules about something else', () => {
    const elsewhere = freeze({ match: { ...ANY, groups: ['payments-*'] }, people: ['S0GONE'] })
    const members = new Map([...MEMBERS, ['S0GONE', null]])
    expect(reconsidered(done, policyOf(elsewhere, allow()), members)).toEqual(done)
  })
})

describe('a deny of a group of which nothing is known', () => {
  const denying = policyOf(freeze({ people: [CREW] }), allow())
  const done = voted(voted(under(allow()), BOB), DAVE)
  const held = reconsidered(done, denying, new Map([...MEMBERS, [CREW, null]]))

  it('holds what is approved: no job starts it, and none is owed until Slack has answered', () => {
    expect(held).toMatchObject({ state: { name: 'approved' }, unread: { groups: [CREW], holds: true } })
    expect(refusalOf(held, start)).toBe('unreadable')
    expect(owed(held, T0 + 2_000).map(({ kind }) => kind)).not.toContain('dispatch')
    expect(nextDueAt(held, T0 + 2_000)).toBe(T0 + 2_000)
    expect(owed(held, T0 + 2_000).find(({ kind }) => kind === 'reconsider')?.dueAtMs).toBe(T0 + 9_000)
  })

  it('holds a job that is on the queue already, which is owed anew afterwards', () => {
    const queued = following(done, { kind: 'dispatched', number: 1 })
    const late = reconsidered(queued, denying, new Map([...MEMBERS, [CREW, null]]))
    expect(refusalOf(late, start)).toBe('unreadable')
    const free = reconsidered(late, denying, MEMBERS)
    expect(free.unread).toBeNull()
    expect(owed(free, T0 + 2_000)).toContainEqual(expect.objectContaining({ kind: 'dispatch', number: 2 }))
    expect(following(free, start).state.name).toBe('executing')
  })

  it('takes no approval and no broken glass, and every reject, cancellation and withdrawal', () => {
    const open = reconsidered(voted(under(allow()), BOB), denying, new Map([...MEMBERS, [CREW, null]]))
    expect(open).toMatchObject({ state: { name: 'pending' }, unread: { holds: true } })
    const policy = { verdict: 'allow', rule: 'orders' } as const
    expect(refusalOf(open, { ...approve, by: DAVE, through: [PLATFORM] })).toBe('unreadable')
    const glass = { reason: 'paging', policy, from: SOMEWHERE, digest: approve.digest } as const
    const typedGroup = open.reset.target.group
    expect(refusalOf(open, { kind: 'breakGlass', by: DAVE, ...glass, typedGroup })).toBe('unreadable')
    expect(refusalOf(open, { ...reject, by: DAVE, through: [PLATFORM] })).toBeNull()
    expect(refusalOf(open, { kind: 'withdraw', by: BOB, from: SOMEWHERE })).toBeNull()
    expect(refusalOf(open, { kind: 'cancel', by: ALICE, policy, from: SOMEWHERE })).toBeNull()
  })

  it('ends what turns out to be denied, and lets go what is not', () => {
    const members = new Map([...MEMBERS, [CREW, [ALICE]]])
    expect(reconsidered(held, denying, members).state).toMatchObject({
      name: 'failed',
      outcome: { kind: 'notAllowed', ruling: { rule: 'freeze' } },
    })
    expect(reconsidered(held, policyOf(allow()), MEMBERS)).toMatchObject({ unread: null })
  })

  it('goes by what was read of it before, so that Slack being away holds up nothing', () => {
    const known = reconsidered(done, denying, MEMBERS)
    expect(known).toMatchObject({ state: { name: 'approved' }, lastRead: { notIn: [CREW] } })
    const silent = reconsidered(known, denying, SILENT)
    expect(silent.unread).toEqual({
      groups: [CREW, ORDERS, PLATFORM],
      holds: false,
      tries: 0,
      askAtMs: T0 + 9_000,
    })
    expect(following(silent, start).state.name).toBe('executing')
  })

  it('settles nothing after its time', () => {
    const open = reconsidered(
      voted(under(allow({ needs: [need(ORDERS), need('U0ERIN')] })), BOB),
      denying,
      SILENT,
    )
    const less = policyOf(allow({ needs: [need(ORDERS)] }))
    expect(reconsidered(open, less, MEMBERS, open.expiresAtMs - 1).state.name).toBe('approved')
    expect(reconsidered(open, less, MEMBERS, open.expiresAtMs).state.name).toBe('pending')
  })

  it('is asked for ever less often, with nothing in the thread', () => {
    const waits: number[] = []
    let request = held
    for (let times = 0; times < 8; times++) {
      const before = request.unread?.askAtMs ?? 0
      request = following(request, [{ kind: 'reguardLater' }, before])
      waits.push((request.unread?.askAtMs ?? 0) - before)
    }
    expect(waits).toEqual([16_000, 32_000, 64_000, 120_000, 120_000, 120_000, 120_000, 120_000])
    expect(request).toMatchObject({ revision: held.revision, notes: held.notes })
  })
})

it('what is known of people beside their votes is kept, and nobody is told', () => {
  const rule = allow({ request: { people: [CREW, PLATFORM], channels: null } })
  const before = under(rule, new Map([...MEMBERS, [CREW, [ALICE]]]))
  const after = reconsidered(
    before,
    policyOf(rule),
    new Map([...MEMBERS, [PLATFORM, [ALICE]], [CREW, [ALICE]]]),
  )
  expect(after.lastRead).toEqual({ in: [CREW, PLATFORM], notIn: [] })
  expect(after).toMatchObject({ revision: before.revision, notes: before.notes, version: before.version + 1 })
})

it('another version of the file that asks for the same changes nothing', () => {
  const done = voted(voted(under(allow()), BOB), DAVE)
  expect(reconsidered(done, { ...policyOf(allow()), version: 'v2' }, MEMBERS)).toEqual(done)
})

import { describe, expect, it } from 'vitest'
import { fillsOf, stillAsked } from '../../src/request/deciders.ts'
import type { GroupMembers } from '../../src/request/policy.ts'
import { countingOf } from '../../src/request/reconsidering.ts'
import { ALICE, approve, BOB, CAROL, following, pending, reguard } from '../support/requests.ts'

const DAVE = 'U0DAVE'
const ORDERS = 'S0ORDERS'
const PLATFORM = 'S0PLATFORM'
const MEMBERS: GroupMembers = new Map([
  [ORDERS, [BOB, CAROL]],
  [PLATFORM, [CAROL, DAVE]],
])

describe('who decides', () => {
  const needs = [
    { label: 'orders', from: [ORDERS], count: 1 },
    { label: 'platform', from: [PLATFORM], count: 1 },
  ]
  const escalation = { afterMs: 1, label: 'leads', to: ['U0LEAD'] }
  const request = pending({}, { guard: { needs, approvals: 2, escalation } })

  it('are those named in a need, by group or by id, and the others fill nothing', () => {
    expect(fillsOf(request, BOB, MEMBERS)).toEqual([0])
    expect(fillsOf(request, CAROL, MEMBERS)).toEqual([0, 1])
    expect(fillsOf(request, DAVE, MEMBERS)).toEqual([1])
    expect(fillsOf(request, ALICE, MEMBERS)).toEqual([])
    expect(fillsOf(request, BOB, new Map([[ORDERS, null]]))).toEqual([])
  })

  it('are not who asked for it, whatever names them, but where the rule says so', () => {
    const own = pending({ requester: CAROL }, { guard: { needs, approvals: 2 } })
    const allowed = { ...own, guard: { ...own.guard, ownVote: true } }
    expect(fillsOf(own, CAROL, MEMBERS)).toEqual([])
    expect(fillsOf(allowed, CAROL, MEMBERS)).toEqual([0, 1])
    const voted = following(allowed, { ...approve, by: CAROL, fills: [0, 1] })
    expect(countingOf(voted, voted.guard, MEMBERS)[CAROL]?.fills).toEqual([0, 1])
    expect(countingOf(voted, own.guard, MEMBERS)).toEqual({})
    // The change takes it back as well, whatever it says of it.
    const [need] = needs
    const one = { needs: need === undefined ? [] : [need], approvals: 1 }
    expect(following(voted, reguard({ [CAROL]: [0, 1] }, one)).votes).toEqual([])
  })

  it('are also those whom it was escalated to, and not before', () => {
    expect(fillsOf(request, 'U0LEAD', MEMBERS)).toEqual([])
    expect(fillsOf({ ...request, escalated: true }, 'U0LEAD', MEMBERS)).toEqual([0, 1])
  })

  it('are asked again as long as their need is not filled, without the requester and who has voted', () => {
    expect(stillAsked(request, MEMBERS).sort()).toEqual([BOB, CAROL, DAVE].sort())
    const voted = following(request, { ...approve, by: BOB, fills: [0] })
    expect(stillAsked(voted, MEMBERS).sort()).toEqual([CAROL, DAVE].sort())
    const alices = pending({}, { guard: { needs: [{ label: '', from: [ALICE, BOB], count: 1 }] } })
    expect(stillAsked(alices, MEMBERS)).toEqual([BOB])
    const own = pending({}, { guard: { needs: [{ label: '', from: [ALICE], count: 1 }], ownVote: true } })
    expect(stillAsked(own, MEMBERS)).toEqual([ALICE])
  })
})

import { describe, expect, it } from 'vitest'
import { guardOf, noLongerApprovers, parseApprovers, verdictOn } from '../../src/request/policy.ts'

describe('approvers', () => {
  it('are people and user groups, and anything else is said to be wrong', () => {
    expect(parseApprovers(['U0BOB', 'W0CAROL', 'S0ONCALL', 'C0OPS', '@bob', ''])).toEqual({
      approvers: { users: ['U0BOB', 'W0CAROL'], groups: ['S0ONCALL'] },
      wrong: ['C0OPS', '@bob', ''],
    })
  })

  it('are those named, and the members of the groups named, and nobody else', () => {
    const { approvers } = parseApprovers(['U0BOB', 'S0ONCALL'])
    const verdict = (userId: string, members: string[] | null) =>
      verdictOn(userId, approvers, new Map([['S0ONCALL', members]]))
    expect(verdict('U0BOB', null)).toEqual({ verdict: 'allow', rule: 'APPROVERS names U0BOB' })
    expect(verdict('U0CAROL', ['U0CAROL'])).toEqual({ verdict: 'allow', rule: 'APPROVERS names S0ONCALL' })
    for (const members of [[], ['U0DAVE'], null]) expect(verdict('U0CAROL', members).verdict).toBe('deny')
    expect(verdict('S0ONCALL', ['U0CAROL']).verdict).toBe('deny')
  })

  it('of whom an approval still counts are all but those who certainly are none any more', () => {
    const { approvers } = parseApprovers(['U0BOB', 'S0ONCALL'])
    const expelled = (members: string[] | null) =>
      noLongerApprovers(['U0BOB', 'U0CAROL'], approvers, new Map([['S0ONCALL', members]]))
    expect(expelled(['U0CAROL'])).toEqual([])
    expect(expelled(['U0DAVE'])).toEqual(['U0CAROL'])
    expect(expelled(null)).toEqual([])
    const { approvers: others } = parseApprovers(['U0DAVE'])
    expect(noLongerApprovers(['U0BOB'], others, new Map())).toEqual(['U0BOB'])
  })
})

describe('what a plan asks of those who approve it', () => {
  const limits = { typedAbove: 1_000, secondApproverAbove: 50_000 }

  it('is nothing more than a click while it skips no more than the limit', () => {
    for (const skips of [0n, 1_000n]) {
      expect(guardOf({ skips }, limits)).toEqual({ typedGroup: false, approvals: 1 })
    }
  })

  it('is the group’s name above one limit, and a second person above the other', () => {
    expect(guardOf({ skips: 1_001n }, limits)).toEqual({ typedGroup: true, approvals: 1 })
    expect(guardOf({ skips: 50_000n }, limits)).toEqual({ typedGroup: true, approvals: 1 })
    expect(guardOf({ skips: 50_001n }, limits)).toEqual({ typedGroup: true, approvals: 2 })
  })

  it('keeps the two limits apart', () => {
    const twoPeopleOnly = { typedAbove: null, secondApproverAbove: 0 }
    expect(guardOf({ skips: 0n }, twoPeopleOnly)).toEqual({ typedGroup: false, approvals: 1 })
    expect(guardOf({ skips: 1n }, twoPeopleOnly)).toEqual({ typedGroup: false, approvals: 2 })
  })

  it('is never more where there is no limit, and counts beyond 2^53', () => {
    const none = { typedAbove: null, secondApproverAbove: null }
    expect(guardOf({ skips: 2n ** 63n - 1n }, none)).toEqual({ typedGroup: false, approvals: 1 })
    const limit = { typedAbove: Number.MAX_SAFE_INTEGER, secondApproverAbove: null }
    expect(guardOf({ skips: 2n ** 53n - 1n }, limit).typedGroup).toBe(false)
    expect(guardOf({ skips: 2n ** 53n }, limit).typedGroup).toBe(true)
  })
})

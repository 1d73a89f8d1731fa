import { describe, expect, it } from 'vitest'
import { guardOf, isApprover, parseApprovers } from '../../src/request/policy.ts'

describe('approvers', () => {
  it('are people and user groups, and anything else is said to be wrong', () => {
    expect(parseApprovers(['U0BOB', 'W0CAROL', 'S0ONCALL', 'C0OPS', '@bob', ''])).toEqual({
      approvers: { users: ['U0BOB', 'W0CAROL'], groups: ['S0ONCALL'] },
      wrong: ['C0OPS', '@bob', ''],
    })
  })

  it('are those named, and the members of the groups named, and nobody else', () => {
    const { approvers } = parseApprovers(['U0BOB', 'S0ONCALL'])
    expect(isApprover('U0BOB', approvers, [])).toBe(true)
    expect(isApprover('U0CAROL', approvers, ['U0CAROL'])).toBe(true)
    expect(isApprover('U0CAROL', approvers, [])).toBe(false)
    expect(isApprover('S0ONCALL', approvers, [])).toBe(false)
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

// What can be typed after /offset-requests, and whose day a day is.

import { describe, expect, it } from 'vitest'
import {
  dayIn,
  filterOf,
  listPageSchema,
  readListCommand,
} from '../../../../src/adapters/slack/lists/query.ts'

const query = (text: string) => {
  const read = readListCommand(text)
  return read.kind === 'list' ? read.query : read
}
const group = (name: string) => ({ kind: 'group', group: name })

describe('what is typed after /offset-requests', () => {
  it.each<[string, unknown]>([
    ['', { of: { kind: 'all' }, part: 'open', day: null }],
    ['  ', { of: { kind: 'all' }, part: 'open', day: null }],
    ['mine', { of: { kind: 'mine' }, part: 'any', day: null }],
    ['pending', { of: { kind: 'all' }, part: 'open', day: null }],
    ['FAILED', { of: { kind: 'all' }, part: 'failed', day: null }],
    ['mine over', { of: { kind: 'mine' }, part: 'over', day: null }],
    ['orders-billing', { of: group('orders-billing'), part: 'any', day: null }],
    ['2026-11-20', { of: { kind: 'all' }, part: 'any', day: '2026-11-20' }],
    ['failed orders-billing 2026-11-20', { of: group('orders-billing'), part: 'failed', day: '2026-11-20' }],
    ['2026-11-20 pending mine', { of: { kind: 'mine' }, part: 'open', day: '2026-11-20' }],
    ['--group failed', { of: group('failed'), part: 'any', day: null }],
    ['“a b” pending', { of: group('a b'), part: 'open', day: null }],
    ['a&amp;b', { of: group('a&b'), part: 'any', day: null }],
  ])('%s narrows the list', (text, expected) => {
    expect(query(text)).toEqual(expected)
  })

  it('is the review of a request where it is its number alone', () => {
    for (const text of ['R-12', ' r-12 ']) expect(query(text)).toEqual({ kind: 'review', id: 'R-12' })
    expect(query('R-12 mine')).toMatchObject({ problem: { kind: 'idNotAlone', id: 'R-12' } })
    expect(query('12')).toEqual({ kind: 'review', id: 'R-12' })
    expect(query('--group 12')).toEqual({ of: group('12'), part: 'any', day: null })
    expect(query('0')).toEqual({ of: group('0'), part: 'any', day: null })
    expect(query('R-0')).toEqual({ of: group('R-0'), part: 'any', day: null })
  })

  it.each<[string, string]>([
    ['--since 2026-11-20', 'unknownWord'],
    ['--group', 'unknownWord'],
    ['one two', 'severalGroups'],
    ['mine orders', 'mineAndGroup'],
    ['pending failed', 'severalParts'],
    ['2026-11-20 2026-11-21', 'severalDays'],
    ['2026-02-30', 'noSuchDay'],
    ['2026-13-01', 'noSuchDay'],
    ['x'.repeat(256), 'nameTooLong'],
  ])('%s is said to be no list', (text, kind) => {
    expect(query(text)).toMatchObject({ kind: 'problem', problem: { kind } })
  })

  it('is a question where it is help', () => {
    expect(query('help')).toEqual({ kind: 'usage' })
    expect(query('--help')).toEqual({ kind: 'usage' })
  })
})

describe('a day', () => {
  const HOUR = 3_600_000
  it.each([
    ['Asia/Shanghai', '2026-11-20', '2026-11-19T16:00:00Z', 24],
    ['America/New_York', '2026-11-20', '2026-11-20T05:00:00Z', 24],
    // Clocks go back, and forward, during these.
    ['America/New_York', '2026-11-01', '2026-11-01T04:00:00Z', 25],
    ['Europe/Berlin', '2026-03-29', '2026-03-28T23:00:00Z', 23],
    ['Asia/Kathmandu', '2026-11-20', '2026-11-19T18:15:00Z', 24],
    ['UTC', '2026-12-31', '2026-12-31T00:00:00Z', 24],
    // Where its midnight does not exist, and where that of the next day does not.
    ['America/Santiago', '2026-09-06', '2026-09-06T04:00:00Z', 23],
    ['America/Santiago', '2026-09-05', '2026-09-05T04:00:00Z', 24],
    ['Asia/Beirut', '2026-03-29', '2026-03-28T22:00:00Z', 23],
    // Which was left out there, so that nothing happened on it.
    ['Pacific/Apia', '2011-12-30', '2011-12-30T10:00:00Z', 0],
  ])('in %s is from its midnight to the next, or what comes instead: %s', (zone, name, from, hours) => {
    const day = dayIn(zone, name)
    expect(day).toEqual({ name, zone, fromMs: Date.parse(from), untilMs: Date.parse(from) + hours * HOUR })
  })

  it('of nobody known is UTC’s, and says so', () => {
    for (const zone of [null, 'Nowhere/Nothing', '']) {
      expect(dayIn(zone, '2026-11-20')).toMatchObject({ zone: 'UTC', fromMs: Date.UTC(2026, 10, 20) })
    }
  })
})

describe('a page in a button', () => {
  const page = { of: { kind: 'mine' }, part: 'any', day: null, before: null, seen: 0 } as const

  it('is of whoever presses it where it says mine', () => {
    expect(filterOf(page, 'U0BOB')).toEqual({ of: { kind: 'requester', userId: 'U0BOB' }, part: 'any' })
  })

  it('is nothing else than a page', () => {
    expect(listPageSchema.safeParse(page).success).toBe(true)
    for (const wrong of [
      undefined,
      { ...page, of: { kind: 'requester', userId: 'U0ALICE' } },
      { ...page, part: 'everything' },
      { ...page, before: { createdAtMs: 0, id: 'R-1 x' } },
      { ...page, seen: -1 },
    ]) {
      expect(listPageSchema.safeParse(wrong).success).toBe(false)
    }
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { daytimeAt, isOpen, isZone, opensAt, type Window } from '../../src/request/window.ts'

const at = (text: string) => Date.parse(text)
const OFFICE: Window = {
  days: [1, 2, 3, 4, 5],
  fromMinute: 9 * 60,
  untilMinute: 18 * 60,
  zone: 'Asia/Shanghai',
}

describe('a window of office hours in Shanghai', () => {
  // 23 November 2026 is a Monday.
  const cases: [string, boolean, string][] = [
    ['2026-11-23T00:59:59Z', false, '2026-11-23T01:00:00Z'],
    ['2026-11-23T01:00:00Z', true, '2026-11-23T01:00:00Z'],
    ['2026-11-23T09:59:59Z', true, '2026-11-23T09:59:59Z'],
    ['2026-11-23T10:00:00Z', false, '2026-11-24T01:00:00Z'],
    ['2026-11-27T10:00:00Z', false, '2026-11-30T01:00:00Z'],
    // Sunday there, though Saturday in London.
    ['2026-11-28T18:00:00Z', false, '2026-11-30T01:00:00Z'],
  ]
  it.each(cases)('at %s', (time, open, opens) => {
    expect(isOpen(OFFICE, at(time))).toBe(open)
    expect(new Date(opensAt(OFFICE, at(time))).toISOString()).toBe(new Date(opens).toISOString())
  })
})

it('over midnight belongs to the day on which it began', () => {
  const night: Window = { days: [5], fromMinute: 22 * 60, untilMinute: 4 * 60, zone: 'UTC' }
  expect(isOpen(night, at('2026-11-27T21:59:00Z'))).toBe(false)
  expect(isOpen(night, at('2026-11-27T22:00:00Z'))).toBe(true)
  expect(isOpen(night, at('2026-11-28T03:59:00Z'))).toBe(true)
  expect(isOpen(night, at('2026-11-28T04:00:00Z'))).toBe(false)
  expect(isOpen(night, at('2026-11-27T03:00:00Z'))).toBe(false)
})

it('follows the clocks of its zone when they are changed', () => {
  const early: Window = { days: [0], fromMinute: 9 * 60, untilMinute: 10 * 60, zone: 'Europe/Berlin' }
  expect(isOpen(early, at('2026-10-25T08:30:00Z'))).toBe(true)
  expect(isOpen(early, at('2026-10-18T07:30:00Z'))).toBe(true)
})

it('opens at the first minute at which it is open', () => {
  const window = fc.record({
    days: fc.uniqueArray(fc.nat(6), { minLength: 1 }),
    fromMinute: fc.nat(1439),
    untilMinute: fc.nat(1439),
    zone: fc.constantFrom('UTC', 'Asia/Kathmandu', 'America/New_York', 'Australia/Lord_Howe'),
  })
  const times = fc.integer({ min: at('2026-01-01T00:00:00Z'), max: at('2027-01-01T00:00:00Z') })
  fc.assert(
    fc.property(
      window.filter(({ fromMinute, untilMinute }) => fromMinute !== untilMinute),
      times,
      (each, timeMs) => {
        const opensMs = opensAt(each, timeMs)
        expect(isOpen(each, opensMs)).toBe(true)
        if (opensMs === timeMs) return
        expect(opensMs % 60_000).toBe(0)
        let sooner = timeMs
        while (sooner < opensMs && !isOpen(each, sooner)) sooner += 60_000
        expect(sooner).toBeGreaterThanOrEqual(opensMs)
      },
    ),
    { numRuns: 20 },
  )
}, 30_000)

it('is of zones that there are', () => {
  expect(['Asia/Shanghai', 'UTC', 'Mars/Base', ''].map(isZone)).toEqual([true, true, false, false])
})

it('lets nobody be woken: it waits until eight in their own zone', () => {
  const shanghai = (time: string) => new Date(daytimeAt('Asia/Shanghai', at(time))).toISOString()
  expect(shanghai('2026-11-23T12:59:00Z')).toBe('2026-11-23T12:59:00.000Z')
  expect(shanghai('2026-11-23T13:00:00Z')).toBe('2026-11-24T00:00:00.000Z')
  expect(shanghai('2026-11-23T23:59:00Z')).toBe('2026-11-24T00:00:00.000Z')
  for (const zone of [null, 'Mars/Base']) expect(daytimeAt(zone, 5)).toBe(5)
})

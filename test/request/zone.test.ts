import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dayBegins, isPlaceOrUtc, isZone, offsetMs, stretches } from '../../src/request/zone.ts'
import { shownIn } from '../support/clocks.ts'

const at = (text: string) => Date.parse(text)
const ZONES = Intl.supportedValuesOf('timeZone')

it('is of zones that there are', () => {
  expect(['Asia/Shanghai', 'UTC', 'CST', 'Mars/Base', ''].map(isZone)).toEqual([
    true,
    true,
    true,
    false,
    false,
  ])
})

describe('the name of a zone', () => {
  it.each([
    ...['Asia/Shanghai', 'asia/shanghai', 'America/Argentina/Salta', 'US/Central', 'Pacific/Apia'],
    ...['UTC', 'utc', 'Etc/UTC'],
  ])('says what is meant: %s', zone => {
    expect(isPlaceOrUtc(zone)).toBe(true)
  })

  it.each([
    ...['CST', 'EST', 'MST', 'IST', 'BST', 'GMT', 'CET', 'EST5EDT', 'PRC', 'Zulu', ''],
    ...['Etc/GMT+8', 'Etc/GMT', 'SystemV/EST5', 'Mars/Base', '+08:00', 'UTC+8', 'Asia/', 'Asia/Shanghai '],
  ])('does not say it: %s', zone => {
    expect(isPlaceOrUtc(zone)).toBe(false)
  })

  it('is any that the platform lists', () => {
    expect(ZONES.filter(zone => !isPlaceOrUtc(zone))).toEqual([])
  })
})

const times = fc.integer({ min: at('1975-01-01T00:00:00Z'), max: at('2037-01-01T00:00:00Z') })
const zones = fc.constantFrom(...ZONES)

it('knows in every zone how far its clocks are ahead', () => {
  fc.assert(
    fc.property(zones, times, (zone, timeMs) => {
      const clock = new Date(timeMs + offsetMs(zone, timeMs)).toISOString()
      expect(clock.slice(0, 19).replace('T', ' ')).toBe(shownIn(zone, timeMs))
    }),
    { numRuns: 500 },
  )
})

it('finds every change of the clocks, to the millisecond', () => {
  const changes = (zone: string, from: string, days: number) => {
    const found: string[] = []
    let before: number | null = null
    for (const { fromMs, offsetMs: offset } of stretches(zone, at(from))) {
      if (fromMs > at(from) + days * 86_400_000) break
      if (before !== null && before !== offset) found.push(new Date(fromMs).toISOString())
      before = offset
    }
    return found
  }
  expect(changes('America/Santiago', '2026-01-01T12:34:56.789Z', 365)).toEqual([
    '2026-04-05T03:00:00.000Z',
    '2026-09-06T04:00:00.000Z',
  ])
  expect(changes('Australia/Lord_Howe', '2026-09-01T00:00:00Z', 60)).toEqual(['2026-10-03T15:30:00.000Z'])
  expect(changes('Pacific/Apia', '2011-12-20T00:00:00Z', 20)).toEqual(['2011-12-30T10:00:00.000Z'])
  expect(changes('Asia/Shanghai', '2026-01-01T00:00:00Z', 365)).toEqual([])
})

describe('a day somewhere', () => {
  const begins = (zone: string, day: string) =>
    new Date(dayBegins(zone, at(`${day}T00:00:00Z`))).toISOString()

  it.each([
    ['Asia/Shanghai', '2026-11-20', '2026-11-19T16:00:00.000Z'],
    ['America/New_York', '2026-11-01', '2026-11-01T04:00:00.000Z'],
    // At midnight the clocks are put forward, and the day begins at one.
    ['America/Santiago', '2026-09-06', '2026-09-06T04:00:00.000Z'],
    ['Africa/Cairo', '2026-04-24', '2026-04-23T22:00:00.000Z'],
    ['Asia/Beirut', '2026-03-29', '2026-03-28T22:00:00.000Z'],
    ['America/Havana', '2026-03-08', '2026-03-08T05:00:00.000Z'],
    ['America/Sao_Paulo', '2018-11-04', '2018-11-04T03:00:00.000Z'],
    // At midnight they are put back, and the evening comes twice.
    ['America/Sao_Paulo', '2018-02-18', '2018-02-18T03:00:00.000Z'],
    ['Atlantic/Azores', '2026-10-25', '2026-10-25T00:00:00.000Z'],
    // A day that was left out begins where the next one does.
    ['Pacific/Apia', '2011-12-30', '2011-12-30T10:00:00.000Z'],
    ['Pacific/Apia', '2011-12-31', '2011-12-30T10:00:00.000Z'],
  ])('begins in %s on %s at %s', (zone, day, time) => {
    expect(begins(zone, day)).toBe(time)
  })

  it('begins at the first moment of that date, in every zone and year', () => {
    const days = fc.integer({ min: 1_827, max: 24_470 }).map(count => count * 86_400_000)
    fc.assert(
      fc.property(zones, days, (zone, dayMs) => {
        const date = new Date(dayMs).toISOString().slice(0, 10)
        const beginsMs = dayBegins(zone, dayMs)
        expect(shownIn(zone, beginsMs).slice(0, 10) >= date).toBe(true)
        expect(shownIn(zone, beginsMs - 1).slice(0, 10) < date).toBe(true)
      }),
      { numRuns: 300 },
    )
  })
})

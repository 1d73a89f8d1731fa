import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { daytimeAt, isOpen, openingsIn, opensAt, type Window } from '../../src/request/window.ts'
import { stretches } from '../../src/request/zone.ts'
import { shownIn } from '../support/clocks.ts'

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

function isOpenAsShown({ days, fromMinute, untilMinute, zone }: Window, timeMs: number): boolean {
  const shown = shownIn(zone, timeMs)
  const day = new Date(`${shown.slice(0, 10)}T00:00:00Z`).getUTCDay()
  const minute = Number(shown.slice(11, 13)) * 60 + Number(shown.slice(14, 16))
  if (fromMinute < untilMinute) return days.includes(day) && minute >= fromMinute && minute < untilMinute
  return minute >= fromMinute ? days.includes(day) : minute < untilMinute && days.includes((day + 6) % 7)
}

const utc = (timeMs: number) => new Date(timeMs).toISOString().slice(0, 16)
const windowOf = (day: number, from: string, until: string, zone: string): Window => {
  const minuteOf = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))
  return { days: [day], fromMinute: minuteOf(from), untilMinute: minuteOf(until), zone }
}
const [SUNDAY, THURSDAY, FRIDAY, SATURDAY] = [0, 4, 5, 6] as const

describe('an opening that a clock change swallows', () => {
  const cases: [string, Window, string, string][] = [
    // After the last one has closed, two weeks and a little ahead.
    [
      'in Berlin',
      windowOf(SUNDAY, '02:00', '03:00', 'Europe/Berlin'),
      '2026-03-22T02:00',
      '2026-04-05T00:00',
    ],
    [
      'at midnight in Santiago',
      windowOf(SUNDAY, '00:00', '01:00', 'America/Santiago'),
      '2026-08-30T05:00',
      '2026-09-13T03:00',
    ],
    ['in Cairo', windowOf(FRIDAY, '00:00', '00:30', 'Africa/Cairo'), '2026-04-16T22:30', '2026-04-30T21:00'],
    ['in Beirut', windowOf(SUNDAY, '00:15', '00:45', 'Asia/Beirut'), '2026-03-21T22:45', '2026-04-04T21:15'],
    [
      'in Havana',
      windowOf(SUNDAY, '00:00', '01:00', 'America/Havana'),
      '2026-03-01T06:00',
      '2026-03-15T04:00',
    ],
    [
      'in São Paulo in 2018',
      windowOf(SUNDAY, '00:00', '01:00', 'America/Sao_Paulo'),
      '2018-10-28T04:00',
      '2018-11-11T02:00',
    ],
    [
      'of half an hour on Lord Howe',
      windowOf(SUNDAY, '02:00', '02:30', 'Australia/Lord_Howe'),
      '2026-09-26T16:00',
      '2026-10-10T15:00',
    ],
    [
      'with the whole Friday, in Apia',
      windowOf(FRIDAY, '09:00', '17:00', 'Pacific/Apia'),
      '2011-12-24T03:00',
      '2012-01-05T19:00',
    ],
  ]
  it.each(cases)('%s is not “never”: the next real one is taken', (_where, window, afterwards, opens) => {
    const sinceMs = at(`${afterwards}:00Z`)
    expect(isOpen(window, sinceMs - 1)).toBe(true)
    expect(utc(opensAt(window, sinceMs))).toBe(opens)
  })

  it('leaves what is left of it, from the moment at which the clocks are put forward', () => {
    const window = windowOf(SUNDAY, '02:30', '04:00', 'Europe/Berlin')
    const [week] = openingsIn(window, at('2026-03-28T00:00:00Z'), at('2026-03-31T00:00:00Z'))
    expect(week).toEqual({ fromMs: at('2026-03-29T01:00:00Z'), untilMs: at('2026-03-29T02:00:00Z') })
  })
})

describe('a closing that a clock change', () => {
  const openings = (window: Window, from: string, until: string) =>
    openingsIn(window, at(`${from}:00Z`), at(`${until}:00Z`)).map(
      ({ fromMs, untilMs }) => `${utc(fromMs)} – ${utc(untilMs)}`,
    )

  it('swallows comes at that change', () => {
    const window = windowOf(SUNDAY, '01:00', '02:30', 'Europe/Berlin')
    expect(openings(window, '2026-03-28T00:00', '2026-03-31T00:00')).toEqual([
      '2026-03-29T00:00 – 2026-03-29T01:00',
    ])
    const night = windowOf(THURSDAY, '22:00', '04:00', 'Pacific/Apia')
    expect(openings(night, '2011-12-29T00:00', '2011-12-31T12:00')).toEqual([
      '2011-12-30T08:00 – 2011-12-30T10:00',
    ])
  })

  it('brings twice comes twice, with the opening before the second', () => {
    const window = windowOf(SUNDAY, '02:15', '02:45', 'Europe/Berlin')
    expect(openings(window, '2026-10-24T00:00', '2026-10-26T00:00')).toEqual([
      '2026-10-25T00:15 – 2026-10-25T00:45',
      '2026-10-25T01:15 – 2026-10-25T01:45',
    ])
    const evening = windowOf(SATURDAY, '23:00', '24:00', 'America/Santiago')
    expect(openings(evening, '2026-04-04T00:00', '2026-04-06T00:00')).toEqual([
      '2026-04-05T02:00 – 2026-04-05T04:00',
    ])
  })
})

describe('in every zone, around every change of its clocks', () => {
  const zones = fc.constantFrom(
    ...['UTC', 'Asia/Shanghai', 'Asia/Kathmandu', 'America/New_York', 'Europe/Berlin', 'Africa/Casablanca'],
    ...['America/Santiago', 'Africa/Cairo', 'Asia/Beirut', 'America/Havana', 'Atlantic/Azores'],
    ...['Australia/Lord_Howe', 'Pacific/Apia', 'America/Sao_Paulo', 'America/St_Johns', 'Pacific/Kwajalein'],
  )
  const windows = fc
    .record({
      days: fc.uniqueArray(fc.nat(6), { minLength: 1 }),
      fromMinute: fc.oneof(fc.nat(1_439), fc.nat(240)),
      untilMinute: fc.oneof(fc.nat(1_440), fc.nat(240)),
      zone: zones,
    })
    .filter(({ fromMinute, untilMinute }) => fromMinute !== untilMinute)
  const times = fc
    .record({
      ms: fc.integer({ min: at('1985-01-01T00:00:00Z'), max: at('2036-01-01T00:00:00Z') }),
      near: fc.boolean(),
    })
    .map(({ ms, near }) => (zone: string) => {
      if (!near) return ms
      const year = new Date(ms).getUTCFullYear()
      let [changeMs, before] = [ms, null as number | null]
      for (const { fromMs, offsetMs } of stretches(zone, Date.UTC(year))) {
        if (fromMs > Date.UTC(year + 1)) break
        if (before !== null && before !== offsetMs) changeMs = fromMs
        before = offsetMs
      }
      return changeMs - (ms % (9 * 86_400_000))
    })

  it('opens when the clocks there say so, and at no sooner minute', () => {
    fc.assert(
      fc.property(windows, times, (window, timeIn) => {
        const timeMs = timeIn(window.zone)
        const opensMs = opensAt(window, timeMs)
        expect(isOpenAsShown(window, opensMs)).toBe(true)
        expect(opensMs).toBeGreaterThanOrEqual(timeMs)
        expect(opensMs - timeMs).toBeLessThan(15 * 86_400_000)
        if (opensMs === timeMs) return
        expect(opensMs % 60_000).toBe(0)
        expect(isOpenAsShown(window, opensMs - 1)).toBe(false)
        // Every quarter of an hour before it, and every minute of the last three hours.
        const sooner: string[] = []
        const look = (ms: number) => isOpenAsShown(window, ms) && sooner.push(utc(ms))
        for (let ms = timeMs; ms < opensMs; ms += 900_000) look(ms)
        for (let ms = Math.max(timeMs, opensMs - 10_800_000); ms < opensMs; ms += 60_000) look(ms)
        expect(sooner).toEqual([])
      }),
      { numRuns: 60 },
    )
  })

  it('is open within its openings, and at no other time', () => {
    fc.assert(
      fc.property(windows, times, (window, timeIn) => {
        const fromMs = Math.floor(timeIn(window.zone) / 60_000) * 60_000
        const untilMs = fromMs + 3 * 86_400_000
        const openings = openingsIn(window, fromMs, untilMs)
        const wrong: string[] = []
        for (let ms = fromMs; ms < untilMs; ms += 5 * 60_000) {
          const within = openings.some(each => ms >= each.fromMs && ms < each.untilMs)
          if (within !== isOpenAsShown(window, ms) || isOpen(window, ms) !== within) wrong.push(utc(ms))
        }
        expect(wrong).toEqual([])
      }),
      { numRuns: 20 },
    )
  })
})

it('never opens only where it has no minute at all', () => {
  expect(() => opensAt({ ...OFFICE, fromMinute: 1_440, untilMinute: 0 }, at('2026-11-23T00:00:00Z'))).toThrow(
    'never opens',
  )
})

it('lets nobody be woken: it waits until eight in their own zone', () => {
  const shanghai = (time: string) => new Date(daytimeAt('Asia/Shanghai', at(time))).toISOString()
  expect(shanghai('2026-11-23T12:59:00Z')).toBe('2026-11-23T12:59:00.000Z')
  expect(shanghai('2026-11-23T13:00:00Z')).toBe('2026-11-24T00:00:00.000Z')
  expect(shanghai('2026-11-23T23:59:00Z')).toBe('2026-11-24T00:00:00.000Z')
  for (const zone of [null, 'Mars/Base']) expect(daytimeAt(zone, 5)).toBe(5)
})

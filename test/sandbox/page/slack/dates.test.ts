// Moments in the reader's zone. Each zone is the machine's for one test, because that is where a browser takes it from.

import { afterEach, describe, expect, it } from 'vitest'
import {
  ago,
  dayHeading,
  formatMoment,
  fromLocalInput,
  toLocalInput,
} from '../../../../src/sandbox/page/slack/dates.ts'

const zone = process.env.TZ
afterEach(() => {
  if (zone === undefined) delete process.env.TZ
  else process.env.TZ = zone
})

const at = (iso: string) => Date.parse(iso) / 1000

describe('a date-time field', () => {
  it.each([
    ['UTC', '2026-01-01T00:00'],
    ['Asia/Shanghai', '2026-01-01T08:00'],
    ['America/New_York', '2025-12-31T19:00'],
  ])('shows a moment as clocks in %s do, and reads it back', (name, shown) => {
    process.env.TZ = name
    const seconds = at('2026-01-01T00:00:00Z')
    expect(toLocalInput(seconds)).toBe(shown)
    expect(fromLocalInput(shown)).toBe(seconds)
  })

  it('gives a time that the clocks skip in spring a moment all the same', () => {
    process.env.TZ = 'Europe/Berlin'
    expect(fromLocalInput('2026-03-29T02:30')).toBe(at('2026-03-29T01:30:00Z'))
  })

  it('holds nothing while it is empty, or its year is only half typed', () => {
    for (const value of ['', '0002-01-01T00:00', '1999-12-31T23:59', 'soon'])
      expect(fromLocalInput(value)).toBeNull()
  })
})

describe("Slack's date tokens", () => {
  const nowMs = Date.parse('2026-11-23T12:00:00Z')
  const shown = (format: string, iso: string, fallback = 'then') => {
    process.env.TZ = 'UTC'
    return formatMoment({ seconds: at(iso), format, fallback }, nowMs)
  }

  it('name the days around today', () => {
    const format = '{date_short_pretty} at {time}'
    expect(shown(format, '2026-11-23T23:59:00Z')).toBe('today at 23:59')
    expect(shown(format, '2026-11-22T00:00:00Z')).toBe('yesterday at 00:00')
    expect(shown(format, '2026-11-24T08:05:00Z')).toBe('tomorrow at 08:05')
    expect(shown(format, '2026-11-25T08:05:00Z')).toBe('Nov 25, 2026 at 08:05')
  })

  it('tell the reader their own time', () => {
    process.env.TZ = 'Asia/Shanghai'
    const moment = { seconds: at('2026-11-23T20:00:00Z'), format: '{date_num} {time_secs}', fallback: '' }
    expect(formatMoment(moment, nowMs)).toBe('2026-11-24 04:00:00')
  })

  it('give way to the fallback where a token or the moment makes no sense', () => {
    expect(shown('{date_short} {phase_of_moon}', '2026-11-23T20:00:00Z')).toBe('then')
    expect(formatMoment({ seconds: Number.NaN, format: '{time}', fallback: 'never' }, nowMs)).toBe('never')
    expect(formatMoment({ seconds: 1e20, format: '{time}', fallback: 'never' }, nowMs)).toBe('never')
  })

  it('say how long ago in the largest unit that fits', () => {
    expect(ago(nowMs / 1000 - 30, nowMs)).toBe('just now')
    expect(ago(nowMs / 1000 - 60, nowMs)).toBe('1 minute ago')
    expect(ago(nowMs / 1000 - 7300, nowMs)).toBe('2 hours ago')
    expect(ago(nowMs / 1000 + 90_000, nowMs)).toBe('in 1 day')
  })
})

it('heads the messages of today with Today', () => {
  process.env.TZ = 'UTC'
  const nowMs = Date.parse('2026-11-23T12:00:00Z')
  expect(dayHeading(at('2026-11-23T01:00:00Z'), nowMs)).toBe('Today')
  expect(dayHeading(at('2026-11-20T01:00:00Z'), nowMs)).toBe('Friday, November 20, 2026')
})

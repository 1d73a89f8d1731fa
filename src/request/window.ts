// When executions are allowed: days and hours in a zone. Pure; the zone's rules come from the platform.

import { z } from 'zod'

const MINUTES_A_DAY = 24 * 60
const MINUTE_MS = 60_000
/** Every window opens within a week; a day more for a clock that is put forward. */
const HORIZON_MINUTES = 8 * MINUTES_A_DAY

export const windowSchema = z.object({
  /** 0 is Sunday. */
  days: z.array(z.int().min(0).max(6)).min(1),
  /** Of the day; `until` is not part of it, and before `from` it is one of the next day. */
  fromMinute: z.int().min(0).max(MINUTES_A_DAY),
  untilMinute: z.int().min(0).max(MINUTES_A_DAY),
  /** IANA name. */
  zone: z.string(),
})
export type Window = z.output<typeof windowSchema>

export function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: zone })
    return true
  } catch {
    return false
  }
}

export function isOpen(window: Window, timeMs: number): boolean {
  const { days, fromMinute, untilMinute } = window
  const { day, minute } = localTime(window.zone, timeMs)
  if (fromMinute < untilMinute) return days.includes(day) && minute >= fromMinute && minute < untilMinute
  // Over midnight: what began yesterday is part of yesterday.
  return minute >= fromMinute ? days.includes(day) : minute < untilMinute && days.includes((day + 6) % 7)
}

/** Zones put their clocks forward or back by less. */
const CLOCK_CHANGE_MINUTES = 120

/** The first minute at or after this at which it is open. */
export function opensAt(window: Window, timeMs: number): number {
  if (isOpen(window, timeMs)) return timeMs
  const firstMs = Math.floor(timeMs / MINUTE_MS) * MINUTE_MS
  for (let minutes = 1; minutes <= HORIZON_MINUTES; ) {
    const atMs = firstMs + minutes * MINUTE_MS
    if (isOpen(window, atMs)) return atMs
    // It opens at no other time of the day, so that most of it can be left out.
    const left = (window.fromMinute - localTime(window.zone, atMs).minute + MINUTES_A_DAY) % MINUTES_A_DAY
    minutes += Math.max(1, left - CLOCK_CHANGE_MINUTES)
  }
  throw new Error('The window never opens.')
}

const formats = new Map<string, Intl.DateTimeFormat>()

function formatIn(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known !== undefined) return known
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  formats.set(zone, format)
  return format
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

function localTime(zone: string, timeMs: number): { day: number; minute: number } {
  const parts = new Map(
    formatIn(zone)
      .formatToParts(timeMs)
      .map(({ type, value }) => [type, value]),
  )
  return {
    day: DAYS.indexOf(parts.get('weekday') ?? ''),
    minute: Number(parts.get('hour')) * 60 + Number(parts.get('minute')),
  }
}

const NIGHT = { fromMinute: 21 * 60, untilMinute: 8 * 60 }

/** The first moment at or after this at which it is not night there. */
export function daytimeAt(zone: string | null, timeMs: number): number {
  if (zone === null || !isZone(zone)) return timeMs
  const { fromMinute, untilMinute } = NIGHT
  const day = { days: [0, 1, 2, 3, 4, 5, 6], fromMinute: untilMinute, untilMinute: fromMinute, zone }
  return opensAt(day, timeMs)
}

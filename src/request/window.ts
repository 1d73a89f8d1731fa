// When executions are allowed: days and hours in a zone. Pure. It is open whenever the clocks there show a time that is
// part of it, so a clock that is put forward can swallow an opening, and one that is put back can open it twice.

import { z } from 'zod'
import { isZone, offsetMs, type Stretch, stretches } from './zone.ts'

const MINUTES_A_DAY = 24 * 60
const MINUTE_MS = 60_000
const DAY_MS = MINUTES_A_DAY * MINUTE_MS
/** An opening that a clock swallows is followed by a real one a week later; no zone has ever swallowed two. */
const HORIZON_MS = 60 * DAY_MS

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

export function isOpen(window: Window, timeMs: number): boolean {
  return isOpenWhen(window, timeMs + offsetMs(window.zone, timeMs))
}

/** @param clockMs what the clocks there show, as if they were UTC's */
function isOpenWhen({ days, fromMinute, untilMinute }: Window, clockMs: number): boolean {
  const day = new Date(clockMs).getUTCDay()
  const minute = Math.floor(clockMs / MINUTE_MS) % MINUTES_A_DAY
  if (fromMinute < untilMinute) return days.includes(day) && minute >= fromMinute && minute < untilMinute
  // Over midnight: what began yesterday is part of yesterday.
  return minute >= fromMinute ? days.includes(day) : minute < untilMinute && days.includes((day + 6) % 7)
}

/** The first moment at or after this at which it is open. */
export function opensAt(window: Window, timeMs: number): number {
  for (const { atMs, open } of moments(window, timeMs)) {
    if (open) return atMs
    if (atMs > timeMs + HORIZON_MS) break
  }
  throw new Error('The window never opens.')
}

/** From a time up to another, which is not part of it. */
export interface Opening {
  fromMs: number
  untilMs: number
}

/** When it is open within this time, one after the other. */
export function openingsIn(window: Window, fromMs: number, untilMs: number): Opening[] {
  const found: Opening[] = []
  let sinceMs: number | null = null
  for (const { atMs, open } of moments(window, fromMs)) {
    if (atMs >= untilMs) break
    if (open) sinceMs ??= atMs
    else if (sinceMs !== null) {
      found.push({ fromMs: sinceMs, untilMs: atMs })
      sinceMs = null
    }
  }
  return sinceMs === null ? found : [...found, { fromMs: sinceMs, untilMs }]
}

/** Every moment from this on, in order, at which it may open or close; in between it does neither. Without an end. */
function* moments(window: Window, timeMs: number): Generator<{ atMs: number; open: boolean }> {
  for (const stretch of stretches(window.zone, timeMs)) {
    const { fromMs, offsetMs: offset } = stretch
    for (const atMs of [fromMs, ...limitsIn(window, stretch)]) {
      yield { atMs, open: isOpenWhen(window, atMs + offset) }
    }
  }
}

/** When the clocks show its `from` or its `until`. */
function limitsIn({ fromMinute, untilMinute }: Window, { fromMs, untilMs, offsetMs: offset }: Stretch) {
  const limits: number[] = []
  const lastMs = untilMs + offset
  for (let dayMs = Math.floor((fromMs + offset) / DAY_MS) * DAY_MS; dayMs < lastMs; dayMs += DAY_MS) {
    limits.push(dayMs + fromMinute * MINUTE_MS - offset, dayMs + untilMinute * MINUTE_MS - offset)
  }
  return limits.filter(atMs => atMs > fromMs && atMs < untilMs).sort((one, other) => one - other)
}

const NIGHT = { fromMinute: 21 * 60, untilMinute: 8 * 60 }

/** The first moment at or after this at which it is not night there. */
export function daytimeAt(zone: string | null, timeMs: number): number {
  if (zone === null || !isZone(zone)) return timeMs
  const { fromMinute, untilMinute } = NIGHT
  const day = { days: [0, 1, 2, 3, 4, 5, 6], fromMinute: untilMinute, untilMinute: fromMinute, zone }
  return opensAt(day, timeMs)
}

// Time zones: what the clocks of one show, when they are put forward or back, and when a day begins there. Pure; the
// rules of every zone come from the platform.

const HOUR_MS = 3_600_000

export function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: zone })
    return true
  } catch {
    return false
  }
}

/**
 * Whether it says which place is meant, or UTC. `CST` is Chicago's to one and Shanghai's to another, `EST` and `GMT` know
 * no summer, and `Etc/GMT+8` is eight hours behind: who writes one of those means something else.
 */
export function isPlaceOrUtc(zone: string): boolean {
  if (/^(Etc\/)?UTC$/i.test(zone)) return true
  return /^(?!etc\/|systemv\/)[a-z_]+\//i.test(zone) && isZone(zone)
}

/** The name that the platform has for it. */
export function canonicalZone(zone: string): string {
  return formatIn(zone).resolvedOptions().timeZone
}

/** How far its clocks are ahead of UTC at this time. */
export function offsetMs(zone: string, timeMs: number): number {
  const shown: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {}
  for (const { type, value } of formatIn(zone).formatToParts(timeMs)) shown[type] = Number(value)
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = shown
  // Date.UTC takes the years before 100 for those of 1900.
  const clock = new Date(0)
  clock.setUTCFullYear(year, month - 1, day)
  return clock.setUTCHours(hour, minute, second) - Math.floor(timeMs / 1_000) * 1_000
}

const formats = new Map<string, Intl.DateTimeFormat>()

function formatIn(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known !== undefined) return known
  const numeric = 'numeric'
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    ...{ year: numeric, month: numeric, day: numeric, hour: numeric, minute: numeric, second: numeric },
    hourCycle: 'h23',
  })
  formats.set(zone, format)
  return format
}

/** From a time up to another nobody touches the clocks. */
export interface Stretch {
  fromMs: number
  untilMs: number
  offsetMs: number
}

/** No zone changes its clocks twice within this. */
const STEP_MS = 12 * HOUR_MS

/** Without gaps, from this time on and without an end; one that is long comes in pieces. */
export function* stretches(zone: string, fromMs: number): Generator<Stretch> {
  for (let atMs = fromMs; ; ) {
    const offset = offsetMs(zone, atMs)
    let untilMs = atMs + STEP_MS
    if (offsetMs(zone, untilMs) !== offset) {
      let sameMs = atMs
      while (untilMs - sameMs > 1) {
        const halfMs = Math.floor((sameMs + untilMs) / 2)
        if (offsetMs(zone, halfMs) === offset) sameMs = halfMs
        else untilMs = halfMs
      }
    }
    yield { fromMs: atMs, untilMs, offsetMs: offset }
    atMs = untilMs
  }
}

/** Clocks are less than a day ahead of UTC, and one day at most has ever been left out. */
const BEFORE_MS = 48 * HOUR_MS

/**
 * The first moment of a day there: midnight, or what comes instead where the clocks are put forward over it. A day that
 * was left out begins and ends when the next one begins.
 *
 * @param day as UTC's midnight of that date
 */
export function dayBegins(zone: string, dayMs: number): number {
  for (const { fromMs, untilMs, offsetMs: offset } of stretches(zone, dayMs - BEFORE_MS)) {
    const beginsMs = Math.max(fromMs, dayMs - offset)
    if (beginsMs < untilMs) return beginsMs
  }
  throw new Error('The clocks never show that day.')
}

// Moments in the reader's own time zone: Slack's date tokens, the times beside messages, and the value of a
// date-time field. Pure but for the zone of the machine; unix seconds in and out.

const SECONDS_OF_TEN_DIGITS = { least: 1_000_000_000, most: 9_999_999_999 }

// Made anew each time, because a formatter keeps the zone it was made in.
const format = (options: Intl.DateTimeFormatOptions) => (seconds: number) =>
  new Intl.DateTimeFormat('en', options).format(new Date(seconds * 1000))

const time = format({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
const timeWithSeconds = format({ hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' })
const short = format({ month: 'short', day: 'numeric', year: 'numeric' })
const long = format({ weekday: 'long', month: 'long', day: 'numeric', year: 'numeric' })
const middle = format({ month: 'long', day: 'numeric', year: 'numeric' })
const full = format({
  weekday: 'long',
  month: 'long',
  day: 'numeric',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
  timeZoneName: 'short',
})

/** Slack's `{date_short_pretty} at {time}` and its kin. A moment or a token that cannot be shown gives the fallback. */
export function formatMoment(
  { seconds, format, fallback }: { seconds: number; format: string; fallback: string },
  nowMs: number,
): string {
  if (!isMoment(seconds)) return fallback
  let unknown = false
  const shown = format.replace(/\{(\w+)\}/g, (_, token: string) => {
    const value = tokenValue(token, seconds, nowMs)
    if (value === null) unknown = true
    return value ?? ''
  })
  return unknown || shown === '' ? fallback || exactMoment(seconds) : shown
}

function tokenValue(token: string, seconds: number, nowMs: number): string | null {
  const pretty = (formatted: string) => dayWord(seconds, nowMs) ?? formatted
  switch (token) {
    case 'date_num':
      return toLocalInput(seconds).slice(0, 10)
    case 'date':
      return middle(seconds)
    case 'date_short':
      return short(seconds)
    case 'date_long':
      return long(seconds)
    case 'date_pretty':
      return pretty(middle(seconds))
    case 'date_short_pretty':
      return pretty(short(seconds))
    case 'date_long_pretty':
    case 'day_divider_pretty':
      return pretty(long(seconds))
    case 'time':
      return time(seconds)
    case 'time_secs':
      return timeWithSeconds(seconds)
    case 'ago':
      return ago(seconds, nowMs)
    default:
      return null
  }
}

/** The heading over the messages of one day. */
export function dayHeading(seconds: number, nowMs: number): string {
  const word = dayWord(seconds, nowMs)
  return word === null ? long(seconds) : `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`
}

export function timeOfDay(seconds: number): string {
  return time(seconds)
}

/** With weekday and zone, for a tooltip. */
export function exactMoment(seconds: number): string {
  return isMoment(seconds) ? full(seconds) : ''
}

export function ago(seconds: number, nowMs: number): string {
  const passed = Math.round(nowMs / 1000 - seconds)
  const [amount, unit] = inWords(Math.abs(passed))
  if (unit === 'second') return passed >= 0 ? 'just now' : 'in a moment'
  const counted = `${amount} ${unit}${amount === 1 ? '' : 's'}`
  return passed >= 0 ? `${counted} ago` : `in ${counted}`
}

function inWords(seconds: number): [number, string] {
  if (seconds < 60) return [seconds, 'second']
  if (seconds < 3600) return [Math.floor(seconds / 60), 'minute']
  if (seconds < 86_400) return [Math.floor(seconds / 3600), 'hour']
  return [Math.floor(seconds / 86_400), 'day']
}

/** What a `datetime-local` field shows for this moment, in the reader's zone. */
export function toLocalInput(seconds: number): string {
  const date = new Date(seconds * 1000)
  const two = (number: number) => String(number).padStart(2, '0')
  const day = [String(date.getFullYear()).padStart(4, '0'), two(date.getMonth() + 1), two(date.getDate())]
  return `${day.join('-')}T${two(date.getHours())}:${two(date.getMinutes())}`
}

/** Unix seconds; null for an empty field and for what Slack's picker cannot hold, such as a year half typed. */
export function fromLocalInput(value: string): number | null {
  const parts = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})/.exec(value)?.slice(1).map(Number)
  if (parts === undefined) return null
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = parts
  const seconds = Math.floor(new Date(year, month - 1, day, hour, minute).getTime() / 1000)
  const { least, most } = SECONDS_OF_TEN_DIGITS
  return seconds >= least && seconds <= most ? seconds : null
}

export function sameDay(seconds: number, others: number): boolean {
  return toLocalInput(seconds).slice(0, 10) === toLocalInput(others).slice(0, 10)
}

function dayWord(seconds: number, nowMs: number): string | null {
  const now = new Date(nowMs)
  const dayFromNow = (days: number) =>
    new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, 12).getTime() / 1000
  if (sameDay(seconds, dayFromNow(0))) return 'today'
  if (sameDay(seconds, dayFromNow(-1))) return 'yesterday'
  if (sameDay(seconds, dayFromNow(1))) return 'tomorrow'
  return null
}

function isMoment(seconds: number): boolean {
  return Number.isFinite(seconds) && !Number.isNaN(new Date(seconds * 1000).getTime())
}

// What the clocks of a zone show, as the platform writes it: an account that shares nothing with the product's.

const formats = new Map<string, Intl.DateTimeFormat>()

/** Like `2026-11-23 09:00:00`. */
export function shownIn(zone: string, timeMs: number): string {
  const format =
    formats.get(zone) ??
    new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' })
  formats.set(zone, format)
  return format.format(timeMs)
}

// What keyboards make of what is typed: phones lengthen dashes, and Chinese keyboards write their own colons and commas.
// It must never be asked about a name that may hold such a character itself, as a group's may.

/** Each is a dash, whatever its length: hyphens, en and em dashes, a minus, and the wide and small ones. */
export const DASHES = '\\-\u2010-\u2015\u2212\ufe58\ufe63\uff0d'
const DASH = new RegExp(`[${DASHES}]`, 'g')

/** As a keyboard with plain ASCII would have written a number, a time, or a name that holds nothing else. */
export function plainlyTyped(text: string): string {
  return text
    .replace(/[\u200b\u2060\ufeff]/g, '')
    .replace(DASH, '-')
    .replace(/[\u3001\ufe50\ufe51]/g, ',')
    .normalize('NFKC')
}

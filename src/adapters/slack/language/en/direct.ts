// What one person, or one more channel, is told beside the thread, in English.

import { linkAfter } from '../../blocks/links.ts'
import { code, type Piece, strong, text } from '../../blocks/text.ts'
import { times } from './times.ts'

const openCard = 'Open its card'

export const direct = {
  /** @param url of the card; null: it cannot be linked */
  waitsForYou: (id: string, url: string | null, sinceMs: number, expiresAtMs: number): Piece[] => [
    strong(`${id} waits for your decision. `),
    text('Its plan has waited since '),
    times.moment(sinceMs),
    text(' and expires '),
    times.moment(expiresAtMs),
    text('.'),
    ...linkAfter(' ', url, openCard),
  ],
  about: (id: string, url: string | null, group: string): Piece[] => [
    strong(`About ${id} `),
    text('on the group '),
    code(group),
    ...linkAfter(' · ', url, openCard),
  ],
}

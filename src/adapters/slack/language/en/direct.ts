// What one person, or one more channel, is told beside the thread, in English.

import { code, named, type Piece, person, strong, text } from '../../blocks/text.ts'
import { times } from './times.ts'

export const direct = {
  waitsForYou: (
    id: string,
    requester: string,
    group: string,
    sinceMs: number,
    expiresAtMs: number,
  ): Piece[] => [
    strong(`${id} waits for your decision. `),
    person(requester),
    text(` asked for a reset of ${named(group)}, and its plan has waited since `),
    times.moment(sinceMs),
    text('. It expires '),
    times.moment(expiresAtMs),
    text('.'),
  ],
  about: (id: string, group: string): Piece[] => [
    strong(`About ${id} `),
    text('on the group '),
    code(group),
    text(':'),
  ],
}

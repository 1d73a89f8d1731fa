// Why something did not happen, as a part of a sentence. The words are in language/.

import { readCause } from '../../../request/cause.ts'
import { clip } from '../../../request/reset.ts'
import { type Words, wordsAbout } from '../language/language.ts'

export const CAUSE_MAX = 500

/** Why something did not happen; what is no word of ours stands there as it came. */
export function causeInWords(words: Words, cause: string, max = CAUSE_MAX): string {
  const known = readCause(cause)
  if (known === null) return clip(cause, max)
  const { kind, about } = known
  const isAround = ['lookFailed', 'notSent', 'noCredentials', 'byKafka'].includes(kind)
  const inside = kind === 'byKafka' ? wordsAbout(words, { cluster: 'kafka' }) : words
  const names = isAround ? about.map(inner => causeInWords(inside, inner)) : about
  return clip(words.causes[kind](names), max)
}

/** What came with a refusal: beside a code these are somebody else's words, even where they look like one of ours. */
export function messageInWords(words: Words, code: string | number, message: string): string {
  const said = message.trim()
  return code === 'none' ? causeInWords(words, said) : clip(said, CAUSE_MAX)
}

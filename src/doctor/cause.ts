// Why a cluster gave no answer, in the words that cards have for it.

import { type ClustersSaid, wordsIn } from '../adapters/slack/language/language.ts'
import { causeInWords } from '../adapters/slack/wording/cause.ts'

/** The end of a sentence. @param cause as request/cause.ts has it, or as it came */
export function causeSaid(cause: string, of: ClustersSaid): string {
  return causeInWords(wordsIn('en', of), cause)
}

// Which language a person reads: the one of their Slack, where it is one of ours and Slack says so in time.
// It must never hold up an answer: after PATIENCE_MS it is the language that everybody shares.

import type { People } from '../../../ports/chat.ts'
import { type ClustersSaid, type Language, languageOf, type Words, wordsIn } from '../language/language.ts'

const PATIENCE_MS = 300

export interface Wordings {
  /** Of what many people read, as the cards. */
  common: Words
  /** Of what this person alone reads. Never rejects. */
  wordsFor(userId: string): Promise<Words>
}

export interface WordingsDeps {
  people: People
  language: Language
  /** What is said of clusters before it is known which; absent: CKafka is. */
  clusters?: () => ClustersSaid
}

export function createWordings({ people, language, clusters }: WordingsDeps): Wordings {
  return {
    common: wordsIn(language, clusters?.()),
    async wordsFor(userId) {
      const person = await people.find(userId, PATIENCE_MS)
      const locale = person?.locale ?? null
      return wordsIn((locale === null ? null : languageOf(locale)) ?? language, clusters?.())
    },
  }
}

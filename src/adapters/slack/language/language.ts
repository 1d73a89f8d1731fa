// The languages in which people read Rewind: every word of one language stands in its folder, and nowhere else.

import { en } from './en/en.ts'
import { zh } from './zh/zh.ts'

export const LANGUAGES = ['en', 'zh'] as const
export type Language = (typeof LANGUAGES)[number]

/** English is written first; the type of every other language is what English has. */
export type Words = typeof en

const WORDS: Record<Language, Words> = { en, zh }

export function wordsIn(language: Language): Words {
  return WORDS[language]
}

/** Of a Slack locale, like `zh-CN`; null: none of ours, as for Traditional Chinese. */
export function languageOf(locale: string): Language | null {
  if (/^zh(-(CN|SG|Hans.*))?$/i.test(locale)) return 'zh'
  return /^en\b/i.test(locale) ? 'en' : null
}

// The languages in which people read Rewind: every word of one language stands in its folder, and nowhere else.

import type { ResetRequest } from '../../../request/request.ts'
import { en, enOfKafka, enOfSeveral } from './en/en.ts'
import { zh, zhOfKafka, zhOfSeveral } from './zh/zh.ts'

export const LANGUAGES = ['en', 'zh'] as const
export type Language = (typeof LANGUAGES)[number]

/** English is written first; the type of every other language is what English has. */
export type Words = typeof en

/** What the clusters are that are spoken of; `several`: of more than one kind, or not said which. */
export type ClustersSaid = 'ckafka' | 'kafka' | 'several'

const WORDS: Record<Language, Record<ClustersSaid, Words>> = {
  en: { ckafka: en, kafka: enOfKafka, several: enOfSeveral },
  zh: { ckafka: zh, kafka: zhOfKafka, several: zhOfSeveral },
}

export function wordsIn(language: Language, clusters: ClustersSaid = 'ckafka'): Words {
  return WORDS[language][clusters]
}

/** The same language, about the cluster of this request. */
export function wordsAbout(words: Words, { cluster }: Partial<Pick<ResetRequest, 'cluster'>>): Words {
  const own = Object.values(WORDS).find(each => Object.values(each).includes(words))
  return own === undefined ? words : own[cluster ?? 'ckafka']
}

/** Of a Slack locale, like `zh-CN`; null: none of ours, as for Traditional Chinese. */
export function languageOf(locale: string): Language | null {
  if (/^zh(-(CN|SG|Hans.*))?$/i.test(locale)) return 'zh'
  return /^en\b/i.test(locale) ? 'en' : null
}

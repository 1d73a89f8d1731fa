// Reasons that are known without asking the API, as a card says them in both languages: with no advice that does not fit.

import { expect, it } from 'vitest'
import { type Language, wordsIn } from '../../../../src/adapters/slack/language/language.ts'
import { causeInWords } from '../../../../src/adapters/slack/wording/cause.ts'
import { outcomeSentence } from '../../../../src/adapters/slack/wording/outcome.ts'
import { causeOf } from '../../../../src/request/cause.ts'
import type { Outcome } from '../../../../src/request/state.ts'
import { asked } from '../../../support/requests.ts'

const GONE = causeOf('instanceGone', 'isolated')
const notPrepared: Outcome = { kind: 'notPrepared', cause: GONE, refused: 'instanceMissing' }
const refused: Outcome = { kind: 'refused', reason: 'instanceMissing', code: 'none', message: GONE }

it.each<[Language, Outcome, string]>([
  ['en', notPrepared, 'The plan could not be made: the instance is isolated in CKafka. Nothing was reset.'],
  ['zh', notPrepared, '无法制定计划：实例已隔离。没有重置任何位点。'],
  ['en', refused, 'Rewind did not make the call: the instance is isolated in CKafka. No offset moved.'],
  ['zh', refused, 'Rewind 没有发起调用：实例已隔离。没有位点移动。'],
])('an instance that is gone, in %s', (language, outcome, sentence) => {
  expect(outcomeSentence(wordsIn(language), outcome, asked())).toBe(sentence)
})

it.each([
  [
    'proxyUnreached',
    'ECONNREFUSED',
    'could not connect to the proxy p:3128 (ECONNREFUSED)',
    '无法连接代理 p:3128（ECONNREFUSED）',
  ],
  ['proxySilent', '3 s', 'the proxy p:3128 did not answer within 3 s', '代理 p:3128 在 3 秒内没有响应'],
  [
    'proxyRefused',
    '407',
    'the proxy p:3128 wants a user and a password that it knows (HTTP 407)',
    '代理 p:3128 要求提供有效的用户名和密码（HTTP 407）',
  ],
  [
    'proxyRefused',
    '502',
    'the proxy p:3128 made no connection: it answered with HTTP 502',
    '代理 p:3128 没有建立连接：返回 HTTP 502',
  ],
  [
    'proxyBroke',
    'ECONNRESET',
    'no connection could be made through the proxy p:3128 (ECONNRESET)',
    '无法通过代理 p:3128 建立连接（ECONNRESET）',
  ],
] as const)('a proxy: %s, %s', (kind, detail, en, zh) => {
  const cause = causeOf(kind, 'p:3128', detail)
  expect(['en', 'zh'].map(language => causeInWords(wordsIn(language as Language), cause))).toEqual([en, zh])
})

// To the latest where the API works it out when it runs: what arrives until then is skipped as well, and nothing says at most.

import { expect, it } from 'vitest'
import { wordsIn } from '../../../../src/adapters/slack/language/language.ts'
import { reviewModal } from '../../../../src/adapters/slack/review/view.ts'
import { card } from '../../../../src/adapters/slack/thread/card.ts'
import { lossInWords } from '../../../../src/adapters/slack/wording/words.ts'
import type { ResetRequest } from '../../../../src/request/request.ts'
import { linesOf } from '../../../support/reading.ts'
import {
  allSucceeded,
  approve,
  EMPTY,
  finish,
  following,
  pending,
  rowsOf,
  someReset,
  start,
  T0,
} from '../../../support/requests.ts'

const reset = { ...someReset, topics: ['orders'], strategy: { kind: 'latest' } as const }
const at = [442_430n, 442_000n].map((committed, partition) => ({
  ...{ topic: 'orders', partition, committed, logStart: null, logEnd: 442_480n },
}))
const native = pending({ reset }, { facts: { positions: at }, execution: 'native' })
const cardOf = (request: ResetRequest, language: 'en' | 'zh' = 'en') =>
  linesOf(card(wordsIn(language), request)).join('\n')
const reviewOf = (language: 'en' | 'zh') =>
  JSON.stringify(
    reviewModal(wordsIn(language), native, rowsOf(reset, { positions: at }), {
      ...{ kind: 'holds', verdict: 'harmless', group: EMPTY },
    }),
  )

it('is said before it runs, on the card and in the modal', () => {
  const said = cardOf(native)
  expect(said).toContain(
    'Skips 530 messages on 2 partitions as of the plan, plus any that arrive before it runs.',
  )
  expect(said).toContain('442,000 → 442,480 (skips 480 as of the plan)')
  expect(said).toContain('Lag when planned: 530.')
  expect(said).not.toContain('at most')
  expect(reviewOf('en')).toContain('The logs have grown since the plan: what has arrived is skipped as well.')
  expect(reviewOf('en')).not.toMatch(/at most|its targets hold/)
  expect(lossInWords(wordsIn('en'), native)).toBe(
    'it skips 530 messages as of the plan, plus any that arrive before it runs, and they will not be delivered',
  )
})

it('is said in Chinese as well', () => {
  expect(cardOf(native, 'zh')).toContain('计划时在 2 个分区上跳过 530 条消息，执行前新到达的消息也会被跳过。')
  expect(cardOf(native, 'zh')).toContain('计划时的未消费消息：530。')
  expect(cardOf(native, 'zh')).not.toContain('最多')
  expect(reviewOf('zh')).toContain('计划制定后日志有增长，新到达的消息也会被跳过。')
  expect(reviewOf('zh')).not.toContain('最多')
})

it('is said of what arrived once it has run', () => {
  const done = following(native, approve, start, finish(allSucceeded))
  expect(done.state.name).toBe('succeeded')
  expect(cardOf(done)).toContain(
    'Skips 530 messages on 2 partitions as of the plan, plus any that arrived before it ran.',
  )
  expect(cardOf(done, 'zh')).toContain('执行前新到达的消息也已被跳过。')
})

it('is not said where exact offsets are written', () => {
  const exact = pending(
    { reset },
    { facts: { positions: at.map(one => ({ ...one, logStart: 0n })) }, execution: 'offsets' },
  )
  expect(cardOf(exact)).toContain('Skips 530 messages on 2 partitions. Replays none.')
  expect(cardOf(exact)).toContain('Lag: 530 before, 0 after.')
})

it('is said of a shift that the log’s end holds back, as far as the shift goes', () => {
  const shift = { kind: 'shift', direction: 'skip', count: 300n } as const
  const held = pending(
    { reset: { ...reset, strategy: shift } },
    { facts: { positions: at }, execution: 'native' },
  )
  const said = cardOf(held)
  expect(said).toContain(
    'Skips 350 messages on 2 partitions as of the plan, up to the log’s end; with those that arrive before it runs, up to 300 per partition.',
  )
  expect(said).toContain('442,430 → 442,480 (skips 50 as of the plan, log ends there)')
  expect(said).toContain('442,000 → 442,300 (skips at most 300)')
  expect(cardOf(held, 'zh')).toContain(
    '计划时在 2 个分区上跳过 350 条消息，到日志末端为止；加上执行前新到达的消息，每个分区最多跳过 300 条。',
  )
  const within = pending(
    { reset: { ...reset, strategy: { ...shift, count: 10n } } },
    { facts: { positions: at }, execution: 'native' },
  )
  expect(cardOf(within)).toContain('Skips at most 20 messages on 2 partitions.')
})

it('is said of a time that is still to come, and of none that is past', () => {
  const later = { kind: 'time', timeMs: T0 + 3_600_000 } as const
  const jumps = pending(
    { reset: { ...reset, strategy: later }, skipToEnd: true },
    { facts: { positions: at }, execution: 'native' },
  )
  expect(cardOf(jumps)).toContain(
    'Skips 530 messages on 2 partitions as of the plan, plus any that arrive before it runs.',
  )
  expect(cardOf(jumps)).not.toContain('at most')
  expect(cardOf(jumps, 'zh')).not.toContain('最多')
})

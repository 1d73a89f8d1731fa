// What is to be known of a plan before deciding, in both languages.

import { expect, it } from 'vitest'
import { spoken } from '../../../../src/adapters/slack/blocks/text.ts'
import { wordsIn } from '../../../../src/adapters/slack/language/language.ts'
import { planDetails } from '../../../../src/adapters/slack/wording/plan.ts'
import type { Expiring } from '../../../../src/request/message-expiry.ts'
import { planOf } from '../../../../src/request/plan.ts'
import { type Facts, planRows } from '../../../../src/request/plan-rows.ts'
import type { Reset } from '../../../../src/request/reset.ts'

const reset: Reset = {
  target: { instanceId: 'ckafka-1', group: 'billing' },
  strategy: { kind: 'time', timeMs: 500 },
  scope: 'topics',
  topics: ['orders', 'videos'],
  partitions: {},
}
const at = (topic: string) => ({ topic, partition: 0, committed: 60n, logStart: 10n, logEnd: 110n })
const facts: Facts = {
  atMs: 1_000,
  positions: [at('orders'), at('videos')],
  firstMessages: new Map([
    ['orders 0', 20n],
    ['videos 0', 90n],
  ]),
}

function said(language: 'en' | 'zh', more: Partial<Facts>, expiring?: Expiring): string {
  const seen = { ...facts, ...more }
  const plan = planOf(reset, planRows(reset, seen), {
    ...{ execution: 'offsets', digest: 'd', rowsDigest: 'r', atMs: 0, movedSince: null },
    ...{ positions: seen.positions, seen },
  })
  return planDetails(wordsIn(language), {
    ...{ parent: null, reset },
    plan: expiring === undefined ? plan : { ...plan, expiring },
  })
    .map(spoken)
    .join('\n')
}

it('says where a time may lead past a message, and only there', () => {
  const late = { lateTimes: new Set(['videos']) }
  expect(said('en', late)).toContain(
    'CKafka finds messages of up to 1 MB by their time, and videos takes larger ones: a larger message at or after the time asked for may be skipped there.',
  )
  expect(said('zh', late)).toContain('CKafka 按时间只能查到 1 MB 以内的消息，而 videos 允许更大的消息')
  const both = { lateTimes: new Set(['orders', 'videos']) }
  expect(said('en', both)).toContain('and orders and videos take larger ones')
  expect(said('en', {})).not.toContain('1 MB')
})

it('counts at most where offsets are not messages, and has a lag that is exact all the same', () => {
  const sparse = { sparse: new Set(['videos']) }
  expect(said('en', sparse)).toContain(
    'Message counts of videos are upper limits: it is compacted or transactional',
  )
  expect(said('en', sparse)).toContain('Lag: 100 before, 110 after.')
  expect(said('zh', sparse)).toContain('的消息数是上限')
})

it('says how much of the replay may expire, and where most does', () => {
  const one: Expiring = {
    ...{ messages: 12_000n, partitions: 1 },
    most: { topic: 'orders', partition: 3, messages: 12_000n },
  }
  expect(said('en', {}, one)).toContain(
    'Within an hour after this plan was made, orders p3 may lose up to 12,000 messages of the replay to its topic’s retention time (retention.ms).',
  )
  expect(said('zh', {}, one)).toContain(
    '计划制定后 1 小时内，orders p3 要重放的消息中最多可能有 12,000 条消息因',
  )
  const several = { ...one, messages: 20_000n, partitions: 4 }
  expect(said('en', {}, several)).toContain(
    '4 partitions may lose up to 20,000 messages of the replay to their topics’ retention time (retention.ms), at most 12,000 on one partition (orders p3).',
  )
  expect(said('zh', {}, several)).toContain('单个分区最多 12,000 条（orders p3）。')
  expect(said('en', {})).not.toContain('retention')
  const some = { ...one, lookedAt: { partitions: 3, of: 64 } }
  expect(said('en', {}, some)).toContain(
    '(retention.ms). Only the 3 largest replays were looked at, of 64 partitions.',
  )
  expect(said('zh', {}, some)).toContain('64 个分区中只查看了重放消息最多的 3 个。')
  expect(said('en', {}, { ...some, lookedAt: { partitions: 1, of: 2 } })).toContain(
    'Only the largest replay was looked at, of 2 partitions.',
  )
})

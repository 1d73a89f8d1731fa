// The card: valid in every state, whatever it holds, and a button only where it makes sense.

import { describe, expect, it } from 'vitest'
import { LANGUAGES, wordsIn } from '../../../../src/adapters/slack/language/language.ts'
import { card } from '../../../../src/adapters/slack/thread/card.ts'
import { groupInWords, refusalSentence } from '../../../../src/adapters/slack/wording/words.ts'
import { causeOf } from '../../../../src/request/cause.ts'
import { type Draft, decide } from '../../../../src/request/decide.ts'
import { type ResetRequest, requestIdSchema } from '../../../../src/request/request.ts'
import { heldBy } from '../../../../src/request/waiting.ts'
import { validateMessage } from '../../../../src/sandbox/slack/validate.ts'
import { cpuMsOf } from '../../../support/cpu.ts'
import { linesOf } from '../../../support/reading.ts'
import {
  ALICE,
  ALLOWED,
  allArrived,
  allSucceeded,
  approve,
  asked,
  askedAbout,
  BOB,
  CAROL,
  DIGEST,
  drifted,
  EMPTY,
  endedWith,
  everyState,
  finish,
  following,
  HOSTILE,
  IN_USE,
  looked,
  type Outlook,
  onBounds,
  partly,
  pending,
  positionsOf,
  prepare,
  reject,
  resultFor,
  rowsOf,
  SOMEWHERE,
  someDifferences,
  someReset,
  start,
  T0,
  testify,
  wait,
} from '../../../support/requests.ts'

const words = wordsIn('en')

const cardOf = (request: ResetRequest) => linesOf(card(words, request))
const states = everyState()
const inState = (name: string): ResetRequest => {
  const found = states.find(([state]) => state === name)
  if (found === undefined) throw new Error(`No request is ${name}.`)
  return found[1]
}
const buttonsOf = (request: ResetRequest) =>
  card(words, request)
    .blocks.flatMap(block => (block.type === 'actions' ? block.elements : []))
    .flatMap(one =>
      one.type === 'overflow'
        ? one.options.map(({ text }) => `⋯ ${text.text}`)
        : ['text' in one ? one.text?.text : undefined],
    )
const planned = (change: Partial<Draft>, outlook?: Outlook) => cardOf(pending(change, outlook)).join('\n')
/** Positions of partitions 0, 1, … of one topic. */
const at = (...positions: [bigint | null, bigint | null, bigint][]) =>
  positions.map(([committed, logStart, logEnd], partition) => ({
    topic: 'orders',
    partition,
    committed,
    logStart,
    logEnd,
  }))
const OTHER = requestIdSchema.parse('R-7')
const orders = { ...someReset, topics: ['orders'] }

/** Control characters, escaped by JSON, and marks of direction. */
const UNSEEN = /\\u00|\\[tr]|[\u061c\u200f\u2028\u202a-\u202e\u2066-\u2069]/

/** Mentions and links that Slack would make of the text, besides the one that names the requester. */
const markupIn = (text: string) => text.replaceAll(`<@${ALICE}>`, '').match(/[<>]/g)

describe('what a person reads', () => {
  it('while it waits for a decision', () => {
    expect(cardOf(inState('pending'))).toEqual([
      '== Move orders-billing back by 100 messages per partition ==',
      'R-12 · needs 1 approval · expires 2026-11-23 09:00 UTC',
      'Replays 400 messages on 4 partitions. Skips none.',
      'Plan 7f3a91c2 · made 2026-11-23 08:00 UTC · asked 2026-11-23 08:00 UTC by @alice',
      '@alice asks to reset the offsets of orders-billing on ckafka-demo0001 back by 100 messages per partition (replays them).',
      'Topics: orders, payments',
      'Why:',
      '> wrong VAT rate since 06:00',
      '• orders p0: 442,430 → 442,330 (replays 100)',
      '• orders p1: 442,431 → 442,331 (replays 100)',
      '• payments p0: 442,430 → 442,330 (replays 100)',
      '• payments p1: 442,431 → 442,331 (replays 100)',
      'Lag: 200 before, 600 after.',
      'Exact offsets: messages that arrive later are not affected.',
      'When planned, the group had no members. Consumers that assign partitions themselves (Flink, Spark) do not show; make sure they are stopped.',
      '[ Review ]  [ Cancel Request ]  [ ⋯ History ]',
    ])
  })

  it.each([
    ['preparing', 'being planned', 'Preparing the plan. An approver can review it when it’s ready.'],
    ['preparing, partly', 'being planned', 'Preparing the plan: 12 of 64 reads done.'],
    [
      'preparing, with bounds',
      'being planned',
      'Preparing the plan: 47 of 110 reads done, about 63 s left. As of 2026-11-23 08:00 UTC, it replays at most 240,000 messages and skips at most 1,200 messages. The exact offset is known for 37 of the 100 partitions seen so far.',
    ],
    [
      'notPrepared',
      'failed',
      'The plan could not be made: there is no such consumer group. Nothing was reset. Check the names, then ask again.',
    ],
    [
      'notPrepared, refused',
      'failed',
      'The plan could not be made: the API answered with code AuthFailure.SecretIdNotFound: The SecretId is not found. Nothing was reset. The API key was not accepted. Ask the people who run Rewind to check it.',
    ],
    [
      'notPrepared, too wide',
      'failed',
      'The plan could not be made: the targets cannot be worked out for so many partitions, and CKafka can’t do this natively. Ask for fewer partitions, or for whole topics. Nothing was reset.',
    ],
    [
      'not allowed',
      'not allowed',
      'The policy does not allow it (rule freeze). It says: “Nothing moves this week.” Nothing was reset.',
    ],
    [
      'nothing moves',
      'nothing to move',
      'All 13 partitions are already at their target, or have no offset to go to. Nothing was reset.',
    ],
    [
      'wouldJump',
      'failed',
      'There is no message at or after 2026-11-23 09:00:00 UTC on orders 0, orders 1, payments 0 and payments 1: it would skip to the end there, past 200 messages. Ask again with an earlier time, or tick the box that says so.',
    ],
    ['rejected', 'rejected', '> not during the sale'],
    ['cancelled', 'cancelled', 'Cancelled by @alice. Nothing was reset.'],
    [
      'expired',
      'expired',
      'Nobody decided in time. Nothing was reset. Press Edit and Ask Again on the card, or ask with /reset-offsets.',
    ],
    [
      'approved',
      'approved, on the queue',
      'Approved by @bob. Queued. The plan is checked once more, then it runs.',
    ],
    [
      'approved again',
      'approved, waiting for the next try',
      'Approved by @bob. It is not carried out yet: could not connect (ECONNREFUSED). Attempt 2 of 8 starts 2026-11-23 08:00 UTC.',
    ],
    [
      'waiting',
      'approved, waiting for the group to be empty',
      'Approved by @bob. 2 consumers are connected: billing-1 (10.0.3.11) and billing-2 (10.0.3.12). Stop the group’s consumers. It runs once Rewind has seen the group without consumers for 30 s, and gives up 2026-11-23 08:30 UTC.',
    ],
    [
      'waiting, empty',
      'approved, waiting for the group to stay empty',
      'Approved by @bob. The group has been seen empty since 2026-11-23 08:01 UTC. It runs once Rewind has seen the group without consumers for 30 s. If consumers connect again, it waits until 2026-11-23 08:30 UTC for them to stop, and then gives up.',
    ],
    [
      'before its window',
      'approved, waiting for its window',
      'It runs only on Sunday, Monday, Tuesday, Wednesday, Thursday, Friday, Saturday from 22:00 to 04:00 (Asia/Shanghai).',
    ],
    [
      'neverEmpty',
      'failed',
      'Approved by @bob. The group was never empty for 30 s: 2 consumers are connected: billing-1 (10.0.3.11) and billing-2 (10.0.3.12). Nothing was reset. Ask again when its consumers are stopped.',
    ],
    ['executing', 'running', 'Approved by @bob. Calling CKafka now.'],
    ['succeeded', 'done', 'Approved by @bob. 4 partitions succeeded.'],
    ['partial', 'partly done', 'Approved by @bob. 4 partitions succeeded · 1 failed.'],
    ['failed', 'failed', 'Approved by @bob. 2 partitions failed.'],
    [
      'partial, a topic unseen',
      'partly done',
      'Approved by @bob. 4 partitions succeeded · 1 topic failed. Not as planned: orders-archive. The thread says why.',
    ],
    [
      'partial, some of many',
      'partly done',
      'Approved by @bob. 4 partitions succeeded · 2 failed · 1 not confirmed · 1 topic failed · 1 topic not confirmed. Not as planned: a, b, c and 2 more. The thread says why.',
    ],
    [
      'refused',
      'failed',
      'Approved by @bob. CKafka refused it, and no offset moved. It said: “instance not found” (code 4000/1050). The instance does not exist or is not this account’s. Check the id and the region.',
    ],
    [
      'unclear',
      'unclear, being checked',
      'Approved by @bob. Outcome unknown. Reading the offsets back to find out what happened. Keep the consumers stopped meanwhile.',
    ],
    [
      'unclear, asked',
      'unclear, waiting for an answer',
      'Approved by @bob. Outcome unknown. An approver has to answer in the thread.',
    ],
    ['testified', 'done', 'Approved by @bob. Closed as done by @bob; the offsets could not prove it.'],
    [
      'unreported',
      'unclear, being checked',
      'Approved by @bob. Outcome unknown. Reading the offsets back to find out what happened. Keep the consumers stopped meanwhile.',
    ],
  ])('once it is %s', (state, title, line) => {
    const lines = cardOf(inState(state))
    const isOfTime = state === 'wouldJump'
    expect(lines[0]).toBe(
      isOfTime
        ? '== Reset orders-billing to 2026-11-23 09:00:00 UTC =='
        : '== Move orders-billing back by 100 messages per partition ==',
    )
    expect(lines[1]).toBe(`R-12 · ${title}`)
    expect(lines).toContain(line)
  })

  it('shows the note of each approver, and in Chinese says at most before the verb', () => {
    const two = pending({}, { guard: { typedGroup: false, approvals: 2 } })
    const both = following(
      two,
      { ...approve, note: 'lag is fine' },
      { ...approve, by: CAROL, note: 'checked' },
    )
    const shown = cardOf(both).join('\n')
    expect(shown).toContain('Approved by @bob and @carol. @bob:')
    for (const each of ['lag is fine', 'checked']) expect(shown).toContain(each)
    const { effects, atMost } = wordsIn('zh').plan
    expect(effects.replays(atMost('44 条消息'))).toBe('最多重放 44 条消息')
    expect(wordsIn('zh').causes.noAnswer(['10 s'])).toBe('10 秒内没有响应')
  })

  it('of a window that it waits for: from when on it may run, in UTC', () => {
    expect(cardOf(inState('before its window'))).toContain(
      'Approved by @bob. It waits for its window, and may run from 2026-11-23 14:00 UTC on (2026-11-23 14:00 UTC where you are).',
    )
    const inChinese = JSON.stringify(card(wordsIn('zh'), inState('before its window')))
    expect(inChinese).toContain('已批准，等待允许执行的时间段')
    expect(inChinese).toContain('正在等待允许执行的时间段，2026-11-23 14:00 UTC')
  })

  it('of a refusal without words', () => {
    const outcome = { kind: 'refused', reason: 'other', code: '4999', message: ' ' } as const
    const request = following(inState('executing'), finish(outcome))
    expect(cardOf(request)).toContain(
      'Approved by @bob. CKafka refused it with code 4999, and no offset moved. Look the code up in the CKafka documentation before you ask again.',
    )
  })

  it('on a phone or with a screen reader, which know the text only', () => {
    expect(card(words, inState('pending')).text).toBe(
      'R-12 · waiting for approval: reset orders-billing on ckafka-demo0001 back by 100 messages per partition (replays them); topics: orders, payments. Replays 400 messages on 4 partitions. Skips none. (asked by <@U0ALICE>)\nWhy:\n&gt; wrong VAT rate since 06:00',
    )
  })

  it('of what somebody vouches for: who does, and that the offsets could not prove it', () => {
    const closed = inState('testified')
    expect(cardOf(closed).join('\n')).toContain('Closed as done by @bob; the offsets could not prove it.')
    expect(linesOf(card(wordsIn('zh'), closed)).join('\n')).toContain(
      '@bob 确认已生效，按完成处理；位点无法证明。',
    )
  })

  it('of a call that was made and had no effect: that, and who says so', () => {
    const unclear = inState('unclear')
    const twice = [1, 2].reduce(
      request =>
        following(request, [looked('absent'), 'lookAtMs' in request.state ? request.state.lookAtMs : 0]),
      unclear,
    )
    expect(cardOf(twice).join('\n')).toContain(
      'Attempt 1 of 8 had no effect (offsets read back twice). Retries ',
    )
    const denied = following(inState('unclear, asked'), [{ ...testify, happened: false }, T0 + 1_000_000])
    expect(cardOf(denied).join('\n')).toContain(
      'Attempt 1 of 8 had no effect (confirmed by an approver). Retries ',
    )
    for (const request of [twice, denied]) expect(cardOf(request).join('\n')).not.toContain('not carried out')
    const { state } = twice
    if (state.name !== 'approved') throw new Error('It is not tried again.')
    const again = following(twice, [start, state.notBeforeMs])
    expect(cardOf(again)).toContain(
      'Approved by @bob. Attempt 2: calling CKafka now. Attempt 1 had no effect.',
    )
    // Waiting for its turn is no attempt, and says nothing of the one before.
    const limit = causeOf('tooManyCalls', 'RequestLimitExceeded')
    const limited = following(again, {
      ...finish({ kind: 'notSent', cause: limit }, 'w1', 2),
      retryAfterMs: 5_000,
    })
    expect(cardOf(limited).join('\n')).toContain(
      'It is not carried out yet: the API takes no more calls right now (RequestLimitExceeded). Attempt 2 of 8 starts ',
    )
  })

  it('of what is not proven whole: what was planned', () => {
    for (const [state, said] of [
      ['partial', 'Planned: replays 400 messages on 4 partitions. Skips none.'],
      ['unclear', 'Planned, outcome unknown: replays 400 messages on 4 partitions. Skips none.'],
      ['unclear, asked', 'Planned, outcome unknown: replays 400 messages on 4 partitions. Skips none.'],
      ['alreadyThere', 'Planned, outcome unknown: replays 400 messages on 4 partitions. Skips none.'],
      ['testified', 'Planned: replays 400 messages on 4 partitions. Skips none.'],
      ['succeeded', 'Replays 400 messages on 4 partitions. Skips none.'],
    ] as const) {
      expect(cardOf(inState(state)), state).toContain(said)
      expect(card(words, inState(state)).text, state).toContain(said)
    }
  })

  it('of a group that somebody joined at the last moment does not say that it is empty', () => {
    const joined = { kind: 'refused', reason: 'groupNotEmpty', code: '1049', message: 'not empty' } as const
    const held = following(inState('waiting, empty'), [start, T0 + 90_000])
    const text = cardOf(following(held, finish(joined))).join('\n')
    expect(text).toContain(
      'The group is reported to have members, and none are listed. It runs once Rewind has seen the group without consumers for 30 s, and gives up 2026',
    )
    expect(text).not.toMatch(/Retries| starts /)
  })

  it.each([
    [
      following(pending({ id: OTHER }), approve, start),
      'It waits for R-7, which is writing to the same group. Then, or 2026-11-23 08:05 UTC at the latest, the plan is checked once more; it runs if the plan still holds.',
      '正在等待 R-7：R-7 正在写入同一消费分组，最晚等到 2026-11-23 08:05 UTC。',
    ],
    [
      following(pending({ id: OTHER }), approve, start, finish({ kind: 'unknown', cause: 'x' })),
      'It waits for R-7: it is not known yet what R-7 did to the same group. Then, or 2026-11-23 08:06 UTC at the latest,',
      '正在等待 R-7：还不知道 R-7 对同一消费分组的写入是否已生效，最晚等到 2026-11-23 08:06 UTC。',
    ],
    [
      askedAbout(following(pending({ id: OTHER }), approve, start, finish({ kind: 'unknown', cause: 'x' }))),
      'It waits for R-7: an approver has to say in the thread of R-7 what it did to the same group. Then, or',
      '正在等待 R-7：需要审批人在 R-7 的消息列里确认它对同一消费分组的写入是否已生效，',
    ],
    [
      { ...following(pending({ id: OTHER }), approve), lateUntilMs: T0 + 360_000 },
      'It waits for R-7: a call of R-7 to the same group was not answered, and may still take effect. Then, or 2026-11-23 08:06 UTC at the latest, the plan',
      '正在等待 R-7：R-7 对同一消费分组的一次调用没有收到响应，仍可能生效，最晚等到',
    ],
    [
      endedWith(allArrived(pending({ id: OTHER })), pending({ id: OTHER })),
      'R-7 has just written to the same group, so the plan is checked once more; it runs if the plan still holds.',
      'R-7 刚刚写入过同一消费分组，因此会再次核对计划；计划仍有效时执行。',
    ],
  ])(
    'of what waits for another request: the one thing that keeps it, and until when at most (%#)',
    (holder, english, chinese) => {
      const cause = heldBy(holder, false, T0 + 2_000)
      const behind = following(pending(), approve, [
        { kind: 'standBack', digest: DIGEST, cause, waitMs: 0 },
        T0 + 2_000,
      ])
      const lines = cardOf(behind)
      expect(lines[1]).toBe('R-12 · approved, waiting for another request')
      expect(lines.join('\n')).toContain(english)
      expect(lines.join('\n')).not.toMatch(/just written.*writing|Retries/)
      expect(linesOf(card(wordsIn('zh'), behind)).join('\n')).toContain(chinese)
      expect(refusalSentence(words, 'decided', behind)).toBe(
        'Too late: <@U0BOB> has approved R-12, and it waits for another request for the same group.',
      )
    },
  )

  it('of what waits with a cause besides: one reason at a time', () => {
    const empty = inState('waiting, empty')
    const cause = causeOf('groupBusy', 'R-7')
    const busy = { kind: 'standBack', digest: DIGEST, cause, waitMs: 1_000 } as const
    const behind = following(empty, [busy, T0 + 90_000])
    const said = cardOf(behind).join('\n')
    expect(said).toContain('It waits for R-7, which holds the same group. Then')
    expect(said).not.toContain('has been seen empty since')
    const again = cardOf(following(behind, [wait(), T0 + 95_000])).join('\n')
    expect(again).toContain('Approved by @bob. 2 consumers are connected')
    expect(again).not.toMatch(/R-7|Retries| starts /)
    // Nor once the group is empty again: the cause was of before.
    const emptied = cardOf(following(behind, [wait(), T0 + 95_000], [wait(EMPTY), T0 + 97_000])).join('\n')
    expect(emptied).toContain('has been seen empty since')
    expect(emptied).not.toMatch(/R-7|Retries| starts /)
    const looked = cardOf(following(behind, [wait(EMPTY), T0 + 97_000])).join('\n')
    expect(looked).toContain('has been seen empty since')
    expect(looked).not.toMatch(/R-7|Retries| starts /)
  })

  it('of a group that somebody joined who was not there when it was planned: that it was refused, and what it waits for', () => {
    const joined = { kind: 'refused', reason: 'groupNotEmpty', code: '1049', message: 'not empty' } as const
    const refused = following(pending(), approve, start, finish(joined))
    const text = cardOf(refused).join('\n')
    expect(text).toContain(
      'It is not carried out yet: CKafka refused the call because the group had members. Attempt 2 of 8 starts',
    )
    expect(text).toContain(
      'The group has been seen with members, so it runs once Rewind has seen the group without consumers for 30 s.',
    )
    expect(text).not.toMatch(/When planned|Stop the group/)
    expect(cardOf({ ...refused, cluster: 'kafka' }).join('\n')).toContain(
      'Kafka refused the call because the group had members.',
    )
    const inChinese = linesOf(card(wordsIn('zh'), refused)).join('\n')
    expect(inChinese).toContain('CKafka 因消费分组有消费者而拒绝了调用')
    expect(inChinese).toContain('消费分组曾有消费者连接，因此要等它连续 30 秒被看到没有消费者后执行。')
    expect(inChinese).not.toContain('制定计划时的消费分组')
  })

  it('of many topics: the first ten, and how many more there are', () => {
    const topics = Array.from({ length: 500 }, (_, index) => `${index}-`.padEnd(249, 'x'))
    const request = pending({
      reset: { ...someReset, topics, target: { ...someReset.target, group: 'g'.repeat(255) } },
    })
    expect(validateMessage(card(words, request))).toEqual([])
    const text = cardOf(request).join('\n')
    for (const topic of topics.slice(0, 10)) expect(text).toContain(topic)
    expect(text).toContain(' and 490 more')
    expect(card(words, request).text).toContain('and 497 more')
  })

  it('of partitions that were chosen, whatever their topic is called', () => {
    const reset = {
      ...someReset,
      topics: ['constructor', 'orders', 'payments'],
      partitions: { orders: [0, 2, 3, 4, 7, 8], payments: [1] },
    }
    expect(cardOf(asked({ reset }))).toContain(
      'Topics: constructor, orders (partitions 0, 2–4, 7, 8), payments (partition 1)',
    )
  })

  it('of a time: in UTC, in their own zone, and how long before it was asked', () => {
    const to = (timeMs: number) =>
      cardOf(asked({ reset: { ...someReset, strategy: { kind: 'time', timeMs } } })).find(each =>
        each.includes('asks to'),
      )
    expect(to(T0 - 26 * 3_600_000)).toMatch(
      / to 2026-11-22 06:00:00 UTC \(2026-11-22 06:00 UTC, 26 h before it was asked\)\.$/,
    )
    expect(to(T0 - 90 * 60_000)).toContain('90 min before it was asked')
    expect(to(T0 - 10 * 86_400_000)).toContain('10 days before it was asked')
    expect(to(T0 + 7_200_000)).toContain('2 h after it was asked')
    expect(to(T0)).toContain('less than a minute before it was asked')
    expect(to(-5)).toContain('1969-12-31')
  })

  it('of a follow-up: what it follows', () => {
    for (const [kind, title] of [
      ['undo', 'Undo'],
      ['retry', 'Retry'],
    ] as const) {
      const request = pending({ parent: { id: requestIdSchema.parse('R-7'), kind } })
      expect(cardOf(request)).toContain(`${title} of R-7.`)
      expect(card(words, request).text).toContain(`${title} of R-7: reset `)
    }
  })
})

describe('the plan on the card', () => {
  it('says what is replayed and what is skipped, on how many of the partitions', () => {
    const to = { ...orders, strategy: { kind: 'offset', offset: 500n } as const }
    const facts = (...positions: Parameters<typeof at>) => ({ facts: { positions: at(...positions) } })
    const of = (...positions: Parameters<typeof at>) => planned({ reset: to }, facts(...positions))
    expect(of([600n, 0n, 900n], [500n, 0n, 900n])).toContain(
      'Replays 100 messages on 1 of 2 partitions. Skips none.',
    )
    expect(of([499n, 0n, 900n])).toContain('Skips 1 message on 1 partition. Replays none.')
    expect(of([600n, 0n, 900n], [490n, 0n, 900n])).toContain(
      'Replays 100 messages and skips 10 messages, on 2 partitions.',
    )
    expect(of([500n, 0n, 900n])).toContain('Nothing to move: the partition is already there.')
    expect(of([null, 0n, 900n])).toContain(
      'Replays none and skips none: only sets the group’s offsets on 1 partition.',
    )
  })

  it('says at most where it is a bound, and that it is unknown where it is', () => {
    const unread = { facts: { positions: at([600n, null, 900n]) }, execution: 'native' } as const
    const back = planned({ reset: orders }, unread)
    expect(back).toContain('Replays at most 100 messages on 1 partition. Skips none.')
    expect(back).toContain('• orders p0: 600 → 500 (replays at most 100)')
    expect(back).toContain('Lag: 300 before, at most 400 after.')
    expect(back).toContain('CKafka works the offsets out when it runs (API 2.0, or a plan that is not exact)')
    const time = { ...orders, strategy: { kind: 'time', timeMs: T0 - 1 } as const }
    const open = planned({ reset: time }, unread)
    expect(open).toContain(
      'Unknown before it runs: replays at most 600 messages, skips at most 300 messages, on 1 partition.',
    )
    expect(open).toContain('• orders p0: 600 → known when it runs (replays at most 600 or skips at most 300)')
    expect(open).toContain('Lag: 300 before, at most 900 after.')
    const nowhere = { ...unread, facts: { positions: at([null, null, 900n]) } }
    expect(planned({ reset: orders }, nowhere)).toContain(
      'Unknown before it runs: what it does on 1 partition.',
    )
  })

  it('warns of what goes elsewhere than was asked', () => {
    const facts = { positions: at([50n, 0n, 900n], [600n, 0n, 900n], [null, 0n, 900n]) }
    const back = planned({ reset: { ...orders, topics: ['orders', 'ordrs'] } }, { facts })
    expect(back).toContain(
      'The target of 1 partition is the log’s start, because the log holds nothing older.',
    )
    expect(back).toContain('1 partition has no committed offset.')
    expect(back).toContain('No partition of ordrs could be seen, so it will fail there. Check the spelling.')
    const strategy = { kind: 'shift', direction: 'skip', count: 500n } as const
    const forward = planned(
      { reset: { ...orders, strategy } },
      { facts: { positions: at([600n, 0n, 900n]) } },
    )
    expect(forward).toContain(
      'The target of 1 partition is the log’s end, because the log holds nothing newer.',
    )
    expect(forward).toContain('600 → 900 (skips 300, log ends there)')
  })

  it('names where it would jump to the end, when that is meant', () => {
    const reset = { ...orders, strategy: { kind: 'time', timeMs: T0 - 1 } as const }
    const positions = at([10n, 0n, 900n], [20n, 0n, 900n], [30n, 0n, 900n])
    const firstMessages = new Map([
      ['orders 0', null],
      ['orders 1', 15n],
      ['orders 2', null],
    ])
    const text = planned({ reset, skipToEnd: true }, { facts: { positions, firstMessages } })
    expect(text).toContain(
      'No message is newer than that time, so these partitions would jump to the end: partitions 0 and 2 of orders. That skips 1,760 messages.',
    )
  })

  it('names the requests that were open for the same topics, as long as somebody has to decide', () => {
    const [one, two] = ['R-7', 'R-9'].map(id => requestIdSchema.parse(id))
    if (one === undefined || two === undefined) throw new Error('There are two.')
    const said =
      '2 other requests were open for the same group and at least one of these topics when this was planned: R-7 and R-9.'
    expect(cardOf({ ...pending(), overlaps: [one, two] }).join('\n')).toContain(said)
    expect(cardOf({ ...inState('succeeded'), overlaps: [one, two] }).join('\n')).not.toContain(said)
    expect(cardOf({ ...pending(), overlaps: [one, two], overlapsLeft: 7 }).join('\n')).toContain(
      '9 other requests were open for the same group and at least one of these topics when this was planned: R-7, R-9 and 7 more. Look at those first.',
    )
    expect(cardOf({ ...pending(), overlaps: [one] }).join('\n')).toContain(
      '1 other request, R-7, was open for the same group and at least one of these topics when this was planned. Look at it first.',
    )
  })

  it('says in short where the offsets of an empty group may expire, and the review in full', () => {
    const group = { ...EMPTY, expiresFromEmpty: true } as const
    const said = planned({}, { group })
    expect(said).toContain(
      'make sure they are stopped. If the group has been empty for days, its offsets may expire soon.',
    )
    expect(said).not.toContain('7 days')
    expect(planned({}, { group: EMPTY })).not.toContain('expire soon')
    expect(groupInWords(words, group)).toContain('by default Kafka deletes them 7 days after')
  })

  it('says of an undo whether consumers have gone on since', () => {
    const parent = { id: requestIdSchema.parse('R-7'), kind: 'undo' } as const
    expect(planned({ parent }, { movedSince: 0 })).toContain(
      'When planned, every partition was still where R-7 left it.',
    )
    // Of an undo that goes forward again, and only of that.
    const forward = { ...someReset, strategy: { kind: 'shift', direction: 'skip', count: 10n } } as const
    const only = 'Only offsets are put back: messages that were delivered again stay delivered.'
    expect(planned({ parent, reset: forward }, { movedSince: 0 })).toContain(only)
    expect(planned({ parent }, { movedSince: 0 })).not.toContain(only)
    expect(planned({ reset: forward })).not.toContain(only)
    const offset = { ...orders, strategy: { kind: 'offset', offset: 7n } as const }
    expect(planned({ parent, reset: offset }, { movedSince: 3 })).toContain(
      '3 partitions moved on since R-7 ran. The undo sets those back as well, to where they were before R-7.',
    )
    expect(planned({ parent }, { movedSince: 1 })).toContain(
      '1 partition moved on since R-7 ran. The same shift backwards does not restore the old offsets.',
    )
  })

  it('says of a retry what has moved since, and which request has put it there', () => {
    const parent = { id: requestIdSchema.parse('R-7'), kind: 'retry' } as const
    const offset = { ...orders, strategy: { kind: 'offset', offset: 7n } as const }
    expect(planned({ parent, reset: offset }, { movedSince: 2, movedBy: ['R-25'] })).toContain(
      '2 partitions moved on since R-7 ran: R-25 has put the offsets there. The retry writes over that.',
    )
    expect(planned({ parent }, { movedSince: 1 })).toContain(
      '1 partition moved on since R-7 ran. The retry shifts from the current offsets.',
    )
    expect(planned({ parent }, { movedSince: 0 })).toContain(
      'When planned, every partition was still where it was before R-7.',
    )
    const cause = causeOf('nothingMoves', '3', 'R-25', 'R-24')
    const none = following(asked({ parent }), {
      kind: 'prepareFailed',
      round: 1,
      cause,
    })
    expect(cardOf(none)).toContain(
      'All 3 partitions are already at the target: R-25 and R-24 have put the offsets there since. Nothing was reset.',
    )
    expect(linesOf(card(wordsIn('zh'), none)).join('\n')).toContain(
      '3 个分区都已在目标位点：R-25 和 R-24 之后已把位点移到那里。没有重置任何位点。',
    )
  })

  it('goes on saying that all topics were asked for, once their names are known', () => {
    const reset = { ...someReset, scope: 'allTopics' } as const
    expect(cardOf(pending({ reset }))).toContain(
      'Topics: orders, payments (all topics of the group when planned)',
    )
    expect(cardOf(pending()).join('\n')).not.toContain('all topics')
  })

  it('is short once it is over: the thread has the rest', () => {
    const lines = cardOf(inState('succeeded'))
    expect(lines).toContain('Replays 400 messages on 4 partitions. Skips none.')
    expect(lines.join('\n')).not.toContain('Lag:')
  })

  it('says what has moved since the last one, until somebody has decided', () => {
    const moved = following(pending(), drifted())
    const said = ['Changed since the previous plan:', '• The committed offset of orders p0 moved from']
    for (const request of [moved, following(moved, prepare(moved))]) {
      for (const part of said) expect(cardOf(request).join('\n')).toContain(part)
    }
    const approved = following(moved, prepare(moved), approve)
    expect(cardOf(approved).join('\n')).not.toContain('moved since')
  })

  it('says who is connected while somebody can still act on it', () => {
    const request = pending({}, { group: IN_USE })
    const said =
      'When planned: 2 consumers are connected: billing-1 (10.0.3.11) and billing-2 (10.0.3.12). Stop the group’s consumers first: a reset waits until the group is empty.'
    expect(cardOf(request)).toContain(said)
    expect(cardOf(following(request, approve))).toContain(said)
    expect(cardOf(following(request, approve, wait())).join('\n')).not.toContain('When planned')
  })

  it('says what it asks of those who approve it, and who has', () => {
    const reset = { ...someReset, strategy: { kind: 'latest' } as const }
    const request = pending({ reset }, { guard: { typedGroup: true, approvals: 2 } })
    expect(cardOf(request)).toContain(
      'Whoever approves it has to type the group’s name: it skips 200 messages, and they will not be delivered.',
    )
    expect(cardOf(request)).toContain('0 of 2 approvals so far.')
    const half = following(request, { ...approve, typedGroup: 'orders-billing' })
    expect(cardOf(half)).toContain('1 of 2 approvals so far, by @bob.')
    const both = following(half, { ...approve, by: CAROL, note: 'fine', typedGroup: 'orders-billing' })
    expect(cardOf(both).join('\n')).toContain('Approved by @bob and @carol. @carol:\n> fine\nQueued')
  })

  it('is drawn in a moment for 10,000 partitions', () => {
    const positions = Array.from({ length: 10_000 }, (_, partition) => ({
      ...positionsOf(['orders'])[0],
      topic: 'orders',
      partition,
      committed: 900n,
      logStart: 0n,
      logEnd: 1_000n,
    }))
    const request = pending({ reset: orders }, { facts: { positions } })
    expect(validateMessage(card(words, request))).toEqual([])
    const times = Array.from({ length: 3 }, () => cpuMsOf(() => card(words, request)))
    expect(Math.min(...times)).toBeLessThan(20)
  })
})

describe('what the policy asks about and Slack does not show', () => {
  const shown = (name: string) => cardOf(inState(name)).join(' ')

  it('is named on the card, with what follows from it and nothing else', () => {
    const named = 'Cannot be read in Slack: @S0GONE0 @S0GONE1'
    for (const name of ['pending, held', 'approved, held', 'approved, unread'])
      expect(shown(name)).toContain(named)
    expect(shown('pending, held')).toContain(
      '@S0GONE7 and 4 more. What the policy says of this depends on it, so no approval',
    )
    expect(shown('approved, held')).toContain('so it does not run until it can be read')
    // It is not said to run next.
    expect(shown('approved, held')).not.toContain('on the queue')
    expect(shown('approved, unread')).toContain('What was read of it before still counts')
    expect(shown('approved, unread')).toContain('on the queue')
    expect(shown('approved')).not.toContain('Cannot be read')
  })
})

describe.each(states)('a request that is %s', (name, request) => {
  it('has a valid card', () => {
    expect(validateMessage(card(words, request))).toEqual([])
  })

  it('offers only what can still be done', () => {
    const open = ['Review', 'Cancel Request']
    const edit = 'Edit and Ask Again'
    const offered: Record<string, string[]> = {
      pending: open,
      'pending again': open,
      'pending, guarded': open,
      revoked: open,
      'pending, held': open,
      'pending, on bounds': open,
      'approved, on bounds': ['Cancel Request'],
      'approved, bounds unread': ['Cancel Request'],
      'pending, half approved': ['Review', 'Withdraw My Approval', 'Cancel Request'],
      preparing: ['Cancel Request'],
      'preparing, partly': ['Cancel Request'],
      'preparing, with bounds': ['Cancel Request'],
      'preparing again': ['Cancel Request'],
      approved: ['Cancel Request'],
      'approved, held': ['Cancel Request'],
      'approved, unread': ['Cancel Request'],
      'approved again': ['Cancel Request'],
      waiting: ['Cancel Request'],
      'waiting, empty': ['Cancel Request'],
      'before its window': ['Cancel Request'],
      succeeded: ['Prepare Undo'],
      partial: ['Prepare Undo', 'Retry What Failed', `⋯ ${edit}`],
      'partial, a topic unseen': ['Prepare Undo', `⋯ ${edit}`],
      'partial, some of many': ['Prepare Undo', 'Retry What Failed', `⋯ ${edit}`],
      failed: ['Retry What Failed', `⋯ ${edit}`],
      refused: [edit],
      notVerified: [edit],
      'notVerified, changed': [edit],
      'notVerified, unsealed': [edit],
      'notVerified, other key': [edit],
      neverEmpty: [edit],
      rejected: [edit],
      cancelled: [edit],
      expired: [edit],
      wouldJump: [edit],
      notPrepared: [edit],
      'notPrepared, refused': [edit],
      'notPrepared, too wide': [edit],
      'nothing moves': [edit],
      'not allowed': [edit],
    }
    const breaks = request.state.name === 'pending' && request.guard.breakGlass.length > 0
    const last = breaks ? ['⋯ History', '⋯ Break Glass'] : ['⋯ History']
    expect(buttonsOf(request)).toEqual([...(offered[name] ?? []), ...last])
    for (const block of card(words, request).blocks) {
      if (block.type === 'actions') {
        for (const one of block.elements) {
          if (one.type !== 'overflow') expect(one).toMatchObject({ value: 'R-12' })
          else for (const { value } of one.options) expect(value).toMatch(/^[a-z_]+ R-12$/)
        }
      }
    }
  })
})

describe('what takes no part', () => {
  const toGroup = { ...someReset, strategy: { kind: 'group', group: 'orders-audit' } as const }
  const positions = positionsOf(['orders', 'payments'])

  it('is named where it is decided on: topics and partitions without an offset to go to', () => {
    const targets = new Map([['orders 0', 442_000n]])
    const said = planned({ reset: toGroup }, { facts: { positions, targets } })
    expect(said).toContain('Not reset: payments, because orders-audit has no committed offset there.')
    expect(said).toContain('Not reset: 1 more partition, because orders-audit has no committed offset there.')
    const all = new Map(positions.map(({ topic, partition }) => [`${topic} ${partition}`, 442_000n]))
    expect(planned({ reset: toGroup }, { facts: { positions, targets: all } })).not.toContain('Not reset')
  })

  it('is named of a file as well: its rows of other groups', () => {
    const leftOut = { rows: 9, groups: ['audit', 'billing'], moreGroups: 0 }
    const strategy = { kind: 'offsets', source: 'file', partitions: 1 } as const
    const targets = new Map([['orders 0', 442_000n]])
    const said = planned(
      { reset: { ...orders, strategy, leftOut } },
      { facts: { positions: at([500n, 0n, 900n]), targets } },
    )
    expect(said).toContain('Not used: 9 rows of the file, which are of other groups: audit and billing.')
  })
})

it('says why a plan could not be made yet, when the next try is, and not that nobody decided on what had no plan', () => {
  const cause = causeOf('noConnection', 'ECONNREFUSED')
  const later = { kind: 'prepareLater', round: 1, retryAtMs: T0 + 60_000, cause } as const
  const request = following(asked(), later)
  expect(cardOf(request).join('\n')).toContain(
    'The plan could not be made yet: could not connect (ECONNREFUSED). The next try starts 2026-11-23 08:01 UTC. Without a plan it expires 2026-11-23 09:00 UTC.',
  )
  const reading = following(request, {
    kind: 'progress',
    round: 1,
    done: 1,
    total: 9,
    retryAtMs: T0 + 90_000,
  })
  expect(cardOf(reading).join('\n')).toContain('1 of 9 reads done')
  const expired = following(request, [{ kind: 'expire' }, T0 + 3_600_000])
  expect(cardOf(expired).join('\n')).toContain('No plan could be made in time. Nothing was reset.')
})

it('says of a plan that is being made what it replays and skips at most', () => {
  const said = (bounds: Parameters<typeof partly>[0], language: 'en' | 'zh' = 'en') =>
    linesOf(card(wordsIn(language), following(asked(), partly(bounds)))).join('\n')
  expect(said({ skips: '0' })).toContain('it replays at most 240,000 messages and skips none. The exact')
  expect(said({ replays: '0', skips: '1' })).toContain('it skips at most 1 message and replays none.')
  expect(said({ replays: '0', skips: '0' })).toContain('it replays and skips no messages.')
  expect(said({ exact: 0, partitions: 1 })).toContain('is known for 0 of the 1 partition seen so far.')
  expect(said({}, 'zh')).toContain(
    '正在制定计划：已完成 47/110 次读取，大约还需 63 秒，完成后由审批人审批。截至 2026-11-23 08:00 UTC：最多重放 240,000 条消息，最多跳过 1,200 条消息。目前看到的 100 个分区中，已有 37 个确定了精确位点。',
  )
  expect(said({ replays: '0', skips: '0' }, 'zh')).toContain('：不重放消息，不跳过消息。')
})

it('says of a plan of bounds what it is held to, and how far its exact offsets are', () => {
  const said = (language: 'en' | 'zh', request: ResetRequest) =>
    linesOf(card(wordsIn(language), request)).join('\n')
  const bounds = onBounds()
  expect(said('en', bounds)).toContain(
    'Replays at most 3,802 messages and skips at most 200 messages, on 4 partitions.',
  )
  expect(said('en', bounds)).toContain(
    'Each partition goes to its first message at or after that time, and only within its log as of this plan (the CSV file in the thread has where each log starts and ends). The exact offsets are read before it runs; if one is outside, nothing is reset and a new plan is made.',
  )
  expect(said('en', bounds)).toContain('The exact offsets are being read.')
  expect(said('zh', bounds)).toContain('正在读取精确位点。')
  expect(said('zh', bounds)).toContain('且只在这份计划时的日志范围内')
  const reading = following(bounds, { ...partly(), done: 2, total: 4 }, approve)
  expect(said('zh', reading)).toContain('正在读取精确位点：4 个分区中已知 2 个，大约还需 63 秒。确定后执行。')
  expect(said('zh', reading)).toContain('已批准，正在读取精确位点')
  expect(said('en', reading)).toContain('R-12 · approved, exact offsets being read')
  expect(said('en', reading)).toContain(
    'Approved by @bob. The exact offsets are being read: 2 of 4 partitions known, about 63 s left. It runs once they are known.',
  )
  const cause = causeOf('tooManyCalls', '4400')
  const later = { kind: 'prepareLater', round: 1, retryAtMs: T0 + 60_000, cause } as const
  const stuck = following(bounds, later, { ...partly(), done: 0, total: 0, retryAtMs: T0 + 60_000 })
  expect(said('en', stuck)).toContain(
    'The exact offsets could not be read yet: the API takes no more calls right now (4400). The next try starts 2026-11-23 08:01 UTC.',
  )
  expect(said('zh', stuck)).toContain('暂时无法读取精确位点：')
})

it('says which team has to approve still, and for which team each approval counts', () => {
  const needs = [
    { label: 'audit', from: [BOB, CAROL], count: 1 },
    { label: 'platform', from: ['U0DAVE'], count: 1 },
  ]
  const waiting = pending({}, { guard: { approvals: 2, needs } })
  expect(cardOf(waiting).join('\n')).toContain('needs approval from audit and platform')
  const fills = [0]
  const once = following(waiting, { ...approve, fills })
  const crowded = following(once, { ...approve, by: CAROL, fills })
  const said = cardOf(crowded).join('\n')
  expect(said).toContain('R-12 · needs approval from platform · expires')
  expect(said).not.toContain('1 of 2 approvals')
  expect(said).toContain(
    'Approved so far by @bob for audit. Also approved by @carol, whose team has enough approvals.',
  )
  const zh = linesOf(card(wordsIn('zh'), crowded)).join('\n')
  expect(zh).toContain('R-12 · 需要 platform 批准')
  expect(zh).toContain('已批准：@bob（audit）。另外批准：@carol，但其所在团队的批准已足够。')
  const both = following(once, { ...approve, by: 'U0DAVE', fills: [1] })
  expect(cardOf(both).join('\n')).not.toContain('needs approval')
})

it('of what runs without approval never says that it is approved', () => {
  const guard = { guard: { breakGlass: [ALICE] } }
  const glass = {
    kind: 'breakGlass',
    by: ALICE,
    reason: 'paging',
    typedGroup: someReset.target.group,
    digest: DIGEST,
    policy: ALLOWED,
    from: SOMEWHERE,
  } as const
  const broken = following(pending({}, guard), glass)
  for (const request of [broken, following(broken, wait()), following(broken, start)]) {
    for (const language of LANGUAGES) {
      const said = linesOf(card(wordsIn(language), request)).join('\n')
      expect(said).not.toMatch(/[^-]\bapproved|已批准/i)
      expect(said).toMatch(/· without approval|· 未经审批/)
    }
  }
  expect(cardOf(broken).join('\n')).toContain('R-12 · queued · without approval')
  expect(cardOf(following(broken, wait())).join('\n')).toContain(
    'R-12 · waiting for the group to be empty · without approval',
  )
  // The plan was overtaken: the next one is decided on as any other.
  const moved = following(broken, drifted())
  expect(cardOf(moved).join('\n')).not.toContain('· without approval')
  expect(cardOf(moved).join('\n')).toContain(
    '@alice broke the glass for an earlier plan, but it never ran: the offsets or logs changed. The new plan needs approval.',
  )
  const anew = following(moved, prepare(moved))
  expect(cardOf(anew).join('\n')).toContain('the offsets or logs changed. Plan 7f3a91c2 needs approval.')
  const zh = linesOf(card(wordsIn('zh'), anew)).join('\n')
  expect(zh).toContain('曾对之前的计划紧急执行，但位点或日志有变化，未执行。新计划 7f3a91c2 需要审批。')
  // Once that is decided, nothing is left to say, nor to review.
  const approved = following(anew, approve)
  for (const request of [approved, following(approved, start, finish(allSucceeded))]) {
    const said = cardOf(request).join('\n')
    expect(said).not.toMatch(/[Ww]ithout approval|broke the glass|afterwards|Review Afterwards/)
    expect(said).toContain('Approved by @bob')
  }
})

it('never names the requester among those who decide, but where nobody else is', () => {
  const needs = (from: string[]) => ({ guard: { needs: [{ label: '', from, count: 1 }] } })
  expect(planned({}, needs([ALICE, BOB]))).toContain('Who decides: @bob.')
  expect(planned({}, needs([ALICE]))).toContain('Who decides: @alice.')
  const own = { guard: { ownVote: true, needs: [{ label: '', from: [ALICE, BOB], count: 1 }] } }
  expect(planned({}, own)).toContain('Who decides: @alice @bob.')
})

it('says by which requests it was undone, and offers an undo only of what is left', () => {
  const ended = endedWith(allArrived(pending()))
  const [second, third] = ['R-13', 'R-14'].map(id => requestIdSchema.parse(id))
  if (second === undefined || third === undefined) throw new Error('There are no ids.')
  const undone = {
    kind: 'followed',
    how: 'undo',
    is: 'done',
    by: second,
    card: { channel: 'C0OPS', ts: '1700000000.000200' },
    isWhole: false,
    isLeft: false,
  } as const
  const partly = following(ended, undone)
  expect(cardOf(partly).join('\n')).toContain('4 partitions succeeded.\nR-13 undid part of this reset.')
  expect(buttonsOf(partly)).toContain('Prepare Undo')
  const wholly = following(partly, { ...undone, by: third, card: null, isWhole: true })
  expect(cardOf(wholly).join('\n')).toContain('R-13 and R-14 undid this reset.')
  expect(linesOf(card(wordsIn('zh'), wholly)).join('\n')).toContain('R-13 和 R-14 已撤销此次重置。')
  expect(buttonsOf(wholly)).not.toContain('Prepare Undo')
  expect(JSON.stringify(card(words, wholly, 'https://acme.slack.com/').blocks)).toContain(
    '"https://acme.slack.com/archives/C0OPS/p1700000000000200"',
  )
  expect(wholly.revision).toBe(ended.revision + 2)
  expect(decide(wholly, { ...undone, isWhole: true }, T0).ok).toBe(false)
})

it('says of an undo that it was undone since, and offers another', () => {
  const [second, third, fourth] = ['R-13', 'R-14', 'R-15'].map(id => requestIdSchema.parse(id))
  if (!second || !third || !fourth) throw new Error('There are no ids.')
  const ended = endedWith(allArrived(pending()))
  const undo = { kind: 'followed', how: 'undo', is: 'done', card: null, isLeft: false } as const
  const undone = following(ended, { ...undo, by: second, isWhole: true })
  const since = { by: [{ id: third, card: { channel: 'C0OPS', ts: '1700000000.000300' } }], isWhole: true }
  const restored = following(undone, { ...undo, by: second, isWhole: false, since })
  expect(cardOf(restored).join('\n')).toContain(
    'R-13 undid this reset; R-14 has undone that since: the offsets went back to where they were before R-13.',
  )
  expect(linesOf(card(wordsIn('zh'), restored)).join('\n')).toContain(
    'R-13 撤销过此次重置；其后 R-14 又将其撤销：位点已回到 R-13 之前的位置。',
  )
  expect(buttonsOf(restored)).toContain('Prepare Undo')
  expect(JSON.stringify(card(words, restored, 'https://acme.slack.com/').blocks)).toContain(
    '/archives/C0OPS/p1700000000000300',
  )
  const partly = following(restored, {
    ...undo,
    by: second,
    isWhole: false,
    since: { ...since, isWhole: false },
  })
  expect(cardOf(partly).join('\n')).toContain('R-14 has undone part of that since.')
  const share = { done: 2, of: 3 }
  const counted = following(restored, {
    ...undo,
    by: second,
    isWhole: false,
    since: { ...since, isWhole: false, share },
  })
  expect(cardOf(counted).join('\n')).toContain('R-14 has undone 2 of 3 partitions of that since.')
  expect(linesOf(card(wordsIn('zh'), counted)).join('\n')).toContain(
    '其后 R-14 又撤销了其中一部分（3 个分区中的 2 个）。',
  )
  const undoing = following(ended, { ...undo, by: second, isWhole: false, share })
  expect(cardOf(undoing).join('\n')).toContain('R-13 undid this reset on 2 of 3 partitions.')
  const again = following(restored, { ...undo, by: fourth, isWhole: true })
  expect(cardOf(again).join('\n')).toContain(
    'R-13 undid this reset; R-14 has undone that since: the offsets went back to where they were before R-13.\nR-15 undid this reset.',
  )
  expect(buttonsOf(again)).not.toContain('Prepare Undo')
})

it('says which request retries it, and offers a retry only of what is left', () => {
  const [second, third] = ['R-13', 'R-14'].map(id => requestIdSchema.parse(id))
  if (!second || !third) throw new Error('There are no ids.')
  const rows = allArrived(pending())
  const ended = endedWith(rows.map((row, index) => (index > 1 ? row : { ...row, outcome: 'failed' })))
  expect(buttonsOf(ended)).toContain('Retry What Failed')
  const retry = { kind: 'followed', how: 'retry', by: second, card: null, isWhole: false } as const
  const open = following(ended, { ...retry, is: 'open', isLeft: false })
  expect(cardOf(open).join('\n')).toContain('R-13 is an open request to retry what failed.')
  expect(linesOf(card(wordsIn('zh'), open)).join('\n')).toContain('R-13 申请重试失败的部分，尚未结束。')
  expect(buttonsOf(open)).not.toContain('Retry What Failed')
  const nothing = following(open, { ...retry, is: 'nothing', isLeft: true })
  expect(cardOf(nothing).join('\n')).not.toContain('R-13')
  expect(buttonsOf(nothing)).toContain('Retry What Failed')
  const partly = following(open, { ...retry, is: 'done', isLeft: true })
  expect(cardOf(partly).join('\n')).toContain('R-13 retried what failed, and part of it is done now.')
  const counted = following(open, { ...retry, is: 'done', isLeft: true, share: { done: 1, of: 2 } })
  expect(cardOf(counted).join('\n')).toContain('R-13 retried what failed: 1 of 2 partitions is done now.')
  expect(buttonsOf(partly)).toContain('Retry What Failed')
  const wholly = following(open, { ...retry, is: 'done', isWhole: true, isLeft: false })
  expect(cardOf(wholly).join('\n')).toContain('R-13 retried what failed, and all of it is done now.')
  expect(linesOf(card(wordsIn('zh'), wholly)).join('\n')).toContain('R-13 重试了失败的部分，现已全部完成。')
  expect(buttonsOf(wholly)).not.toContain('Retry What Failed')
  const since = { by: [{ id: third, card: null }], isWhole: true }
  const undone = following(wholly, { ...retry, is: 'done', isLeft: true, since })
  expect(cardOf(undone).join('\n')).toContain(
    'R-13 retried what failed; R-14 has undone that since: the offsets went back to where they were before R-13.',
  )
})

it('offers a retry only where something was missed', () => {
  const request = pending()
  const moved = rowsOf(request.reset).map(row => [`${row.topic} ${row.partition}`, 7n] as const)
  const reports = ['orders', 'payments'].map(topic => ({
    topic,
    errorCode: 0,
    errorMessage: '',
    partitions: [0, 1].map(partition => ({ partition, offset: null, errorCode: 0, errorMessage: '' })),
  }))
  const ended = endedWith(resultFor(request, reports, new Map(moved)))
  expect(ended.state.name).toBe('partial')
  expect(buttonsOf(ended)).toEqual(['Prepare Undo', '⋯ Edit and Ask Again', '⋯ History'])
})

describe.each(HOSTILE.map(text => [text.slice(0, 20), text]))('hostile text, %j …', (_name, text) => {
  const reset = { ...someReset, topics: [text, 'x'.repeat(249)], target: { instanceId: text, group: text } }
  const someone = { state: 'Stable', members: Array(9).fill({ clientId: text, host: text }) } as const
  const group = { ...someone, members: [...someone.members] }
  const base = pending({ reset, reason: text })
  const requests: [string, ResetRequest][] = [
    ...everyState({ reset, reason: text }),
    ['rejected with it', following(base, { ...reject, note: `no ${text}` })],
    ['approved with it', following(base, { ...approve, note: text })],
    ['waiting to try again', following(base, approve, start, finish({ kind: 'notSent', cause: text }))],
    ['planned with it', pending({ reset, reason: text }, { group, facts: { positions: [] } })],
    ['waiting for it', following(base, { ...approve, note: text }, wait(group))],
    ['failed to wait for it', following(base, approve, wait(group), [wait(group), T0 + 1_900_000])],
    [
      'moved on it',
      following(
        base,
        drifted(
          someDifferences.map(each =>
            'first' in each ? { ...each, first: { ...each.first, topic: text } } : each,
          ),
        ),
      ),
    ],
  ]

  it.each(requests)('in a card that is %s is shown as text, within the limits', (_state, request) => {
    const { text: spoken, blocks } = card(words, request)
    expect(validateMessage({ text: spoken, blocks })).toEqual([])
    expect([...spoken].length).toBeLessThanOrEqual(4_000)
    expect(markupIn(spoken)).toBeNull()
    expect(spoken.replace(/&(amp|lt|gt);/g, '')).not.toContain('&')
    // Ids, states and moments alone stand where Slack reads markup.
    const marked = blocks.flatMap(block => (block.type === 'context' ? block.elements : []))
    expect(JSON.stringify(blocks).match(/"mrkdwn"/g)).toHaveLength(marked.length)
    for (const each of marked) {
      const said = 'text' in each ? each.text.replaceAll(/<!date\^\d+\^[^|>]+\|[^>]+>|<@U\w+>/g, '') : ''
      expect(said).toMatch(/^[\w ,·-]+$/)
    }
    expect(JSON.stringify({ spoken, blocks })).not.toMatch(UNSEEN)
  })
})

it('fits into one message at its worst', () => {
  const topics = Array.from({ length: 500 }, (_, index) => `${index}-`.padEnd(249, 'x'))
  const strategy = { kind: 'time', timeMs: T0 + 9 } as const
  const reset = {
    ...someReset,
    strategy,
    topics: [...topics, ...topics.map(topic => `z${topic.slice(1)}`)].slice(0, 500),
    target: { instanceId: 'i'.repeat(64), group: 'g'.repeat(255) },
  }
  const big = 10n ** 15n
  const positions = positionsOf(topics.slice(250), { committed: 0n, logStart: 0n, logEnd: big })
  const parent = { id: requestIdSchema.parse('R-100000000000000'), kind: 'undo' } as const
  const group = {
    state: 'Stable' as const,
    members: Array.from({ length: 40 }, () => ({ clientId: 'c'.repeat(200), host: 'h'.repeat(200) })),
  }
  const outlook: Outlook = {
    facts: { positions },
    group,
    guard: { typedGroup: true, approvals: 2 },
    movedSince: 99,
  }
  const place = { topic: topics[0] ?? '', partition: 2_147_483_647, was: big, is: big + 1n }
  const differences = (
    ['committedMoved', 'partitionAppeared', 'partitionGone', 'targetLeftLog'] as const
  ).map(kind => ({ kind, partitions: 9_999, first: place }))
  const first = pending({ reset, reason: 'r'.repeat(1_000), parent, skipToEnd: true }, outlook)
  const all = [...differences, { kind: 'skipsGrew', was: big, is: big } as const]
  const moved = following(first, drifted(all))
  const again = following(moved, prepare(moved, outlook), {
    ...approve,
    note: 'n'.repeat(1_000),
    typedGroup: reset.target.group,
  })
  const typedGroup = reset.target.group
  const approved = following(again, { ...approve, by: CAROL, note: 'n'.repeat(1_000), typedGroup })
  for (const request of [first, moved, again, approved, following(approved, wait(group))]) {
    expect(validateMessage(card(words, request))).toEqual([])
    expect([...card(words, request).text].length).toBeLessThanOrEqual(4_000)
  }
})

it('names nobody as an approver who has not approved', () => {
  expect(JSON.stringify(card(words, inState('pending')).blocks)).not.toContain(BOB)
  expect(cardOf(following(inState('waiting'), wait(EMPTY))).join('\n')).not.toContain('@carol')
})

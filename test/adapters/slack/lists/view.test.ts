// The list of requests: valid whatever it holds, and saying what it is a list of.

import { describe, expect, it } from 'vitest'
import { LANGUAGES, wordsIn } from '../../../../src/adapters/slack/language/language.ts'
import {
  type ListAsked,
  listPageSchema,
  readListCommand,
} from '../../../../src/adapters/slack/lists/query.ts'
import { LIST_PAGE, noList, requestList } from '../../../../src/adapters/slack/lists/view.ts'
import type { ListPage } from '../../../../src/ports/store.ts'
import type { ActKind } from '../../../../src/request/permissions.ts'
import { type ResetRequest, requestIdSchema } from '../../../../src/request/request.ts'
import type { SlackMessage } from '../../../../src/sandbox/slack/face.ts'
import { renderMessage } from '../../../../src/sandbox/slack/render.ts'
import { validateMessage } from '../../../../src/sandbox/slack/validate.ts'
import { everyState, HOSTILE, pending, someReset, T0 } from '../../../support/requests.ts'

const words = wordsIn('en')
const OPEN: ListAsked = { of: { kind: 'all' }, part: 'open', day: null, before: null, seen: 0 }
const DAY = { name: '2026-11-20', zone: 'Asia/Shanghai', fromMs: T0, untilMs: T0 + 1 }
const NEXT = { createdAtMs: T0, id: requestIdSchema.parse('R-3') }

const page = (requests: ResetRequest[], rest: Partial<ListPage> = {}): ListPage => ({
  requests,
  total: requests.length,
  next: null,
  ...rest,
})
const numbered = (count: number) =>
  Array.from({ length: count }, (_, index) => pending({ id: requestIdSchema.parse(`R-${index + 1}`) }))
const read = (asked: ListAsked, listed: ListPage, language: 'en' | 'zh' = 'en') =>
  renderMessage(
    {
      type: 'message',
      ts: '0',
      user: 'Rewind',
      channel: 'C0OPS',
      ...requestList(wordsIn(language), asked, listed),
    } as SlackMessage,
    { userName: id => id },
  )
    .slice(1)
    .map(line => line.trim())
const buttonsIn = (asked: ListAsked, listed: ListPage) =>
  requestList(words, asked, listed).blocks.flatMap(block =>
    block.type === 'actions' ? block.elements.flatMap(each => (each.type === 'button' ? [each] : [])) : [],
  )

describe('the list of requests', () => {
  it('says that there is none, and what to do', () => {
    const none = (asked: Partial<ListAsked>) => read({ ...OPEN, ...asked }, page([])).join(' ')
    expect(none({})).toBe('No request is open. Ask for a reset with /reset-offsets.')
    expect(none({ of: { kind: 'mine' }, part: 'failed' })).toContain(
      'No request of yours has failed or is unclear. Type /offset-requests',
    )
    expect(none({ of: { kind: 'group', group: 'a&<!channel>' }, part: 'any', day: DAY })).toContain(
      'There is no request for the group “a&<!channel>” asked for on 2026-11-20 (Asia/Shanghai). Check the spelling',
    )
  })

  it.each([
    ['fialed', 'failed'],
    ['pendign', 'pending'],
    ['close', 'closed'],
    ['Mien', 'mine'],
  ])('asks after %s whether a word was meant', (typed, word) => {
    for (const [language, said] of [
      ['en', `Did you mean ${word}?`],
      ['zh', `你要写的是不是 ${word}？`],
    ] as const) {
      const of = { kind: 'group', group: typed } as const
      const { text } = requestList(wordsIn(language), { ...OPEN, of, part: 'any' }, page([]))
      expect(text).toContain(said)
    }
  })

  it.each(['orders-billing', 'all-orders', 'failed-jobs', 'x'])(
    'asks nothing of the kind after %s',
    group => {
      expect(read({ ...OPEN, of: { kind: 'group', group }, part: 'any' }, page([])).join(' ')).not.toContain(
        'Did you mean',
      )
    },
  )

  it.each<[Partial<ListAsked>, string]>([
    [{}, '没有进行中的申请。用 /reset-offsets 申请重置。'],
    [{ of: { kind: 'mine' }, part: 'failed' }, '没有你提交的失败或结果不明的申请。'],
    [{ of: { kind: 'mine' }, part: 'any', day: DAY }, '没有你在 2026-11-20（Asia/Shanghai）提交的申请。'],
    [{ of: { kind: 'group', group: 'billing' }, part: 'any' }, '没有消费分组 billing 的申请。'],
    [
      { of: { kind: 'group', group: 'billing' }, part: 'over', day: DAY },
      '没有 2026-11-20（Asia/Shanghai）提交的消费分组 billing 已结束的申请。',
    ],
  ])('says so in Chinese as well', (asked, sentence) => {
    expect(requestList(wordsIn('zh'), { ...OPEN, ...asked }, page([])).text).toContain(sentence)
  })

  it('has one line and one button for a request that waits for a decision', () => {
    expect(read(OPEN, page([pending()]))).toEqual([
      '1 request is open.',
      'R-12 · waiting for approval · @U0ALICE · orders-billing · back by 100 messages per partition (replays them) · asked 2026-11-23 08:00 UTC, expires 2026-11-23 09:00 UTC',
      'orders, payments · Replays 400 messages on 4 partitions. Skips none.',
      '[ Review ]',
    ])
  })

  it('says when each was asked for, what it waits for and until when, or when it ended', () => {
    const inState = (name: string) => everyState().find(([state]) => state === name)?.[1] ?? pending()
    const line = (request: ResetRequest, language: 'en' | 'zh' = 'en') =>
      read(OPEN, page([request]), language)[1] ?? ''
    for (const [name, state, when] of [
      ['preparing', 'being planned', ', expires 2026-11-23 09:00 UTC'],
      [
        'pending, half approved',
        'waiting for approval, 1 of 2 approvals given',
        ', expires 2026-11-23 09:00 UTC',
      ],
      ['approved', 'approved, on the queue', ''],
      ['approved again', 'approved, waiting for the next try', ''],
      ['waiting', 'approved, waiting for the group to be empty', ', waits until 2026-11-23 08:30 UTC'],
      ['waiting, empty', 'approved, waiting for the group to stay empty', ''],
      ['before its window', 'approved, waiting for its window', ', may run from 2026-11-23 14:00 UTC'],
      ['executing', 'running', ''],
      ['unclear, asked', 'unclear, waiting for an answer', ', unclear since 2026-11-23 08:00 UTC'],
      ['rejected', 'rejected', ', ended 2026-11-23 08:00 UTC'],
      ['expired', 'expired', ', ended 2026-11-23 09:00 UTC'],
      ['succeeded', 'done', ', ended 2026-11-23 08:00 UTC'],
    ] as const) {
      const said = line(inState(name))
      expect(said).toContain(`R-12 · ${state} · `)
      expect(said.endsWith(` · asked 2026-11-23 08:00 UTC${when}`), said).toBe(true)
    }
    expect(line(inState('waiting'), 'zh')).toMatch(
      /申请于 2026-11-23 08:00 UTC，最晚等到 2026-11-23 08:30 UTC$/,
    )
  })

  it('says of what is done in part what was planned, and how much of it is done', () => {
    const inState = (name: string) => everyState().find(([state]) => state === name)?.[1] ?? pending()
    expect(read(OPEN, page([inState('partial')]))).toContain(
      'orders, payments · Planned: replays 400 messages on 4 partitions. Skips none. · 4 partitions succeeded · 1 failed',
    )
    expect(read(OPEN, page([inState('unclear')]))).toContain(
      'orders, payments · Planned, outcome unknown: replays 400 messages on 4 partitions. Skips none.',
    )
    expect(read(OPEN, page([inState('succeeded')]))).toContain(
      'orders, payments · Replays 400 messages on 4 partitions. Skips none.',
    )
  })

  it('offers nobody a review that they would be refused, and links to the card where there is one', () => {
    const posts = { card: { state: 'posted' as const, ts: '1.000002' } }
    const base = 'https://acme.slack.com/'
    const shown = (acts: ReadonlyMap<string, ReadonlySet<ActKind>>) =>
      JSON.stringify(requestList(words, OPEN, page([{ ...pending(), posts }]), { acts, base }))
    expect(shown(new Map([['R-12', new Set<ActKind>(['decide'])]]))).toContain('"review"')
    expect(shown(new Map([['R-12', new Set<ActKind>(['cancel'])]]))).not.toContain('"review"')
    expect(shown(new Map())).not.toContain('"review"')
    expect(shown(new Map())).toContain('https://acme.slack.com/archives/C0OPS/p1000002')
  })

  it('has no button for a request that cannot be reviewed now', () => {
    for (const [name, request] of everyState()) {
      const count = buttonsIn(OPEN, page([request])).length
      expect(count, name).toBe(request.state.name === 'pending' ? 1 : 0)
    }
  })

  it('says which ones these are, and leads to the older ones and back to the newest', () => {
    const first = { requests: numbered(10), total: 1_234, next: NEXT }
    expect(read(OPEN, first)[0]).toBe('1,234 requests are open. These are 1 to 10, newest first.')
    const older = buttonsIn(OPEN, first).at(-1)
    expect(older?.text.text).toBe('Older')
    const asked = listPageSchema.parse(JSON.parse(older?.value ?? ''))
    expect(asked).toEqual({ ...OPEN, before: NEXT, seen: 10 })

    const last = { requests: numbered(2), total: 12, next: null }
    expect(read(asked, last)[0]).toBe('12 requests are open. These are 11 to 12, newest first.')
    const [newest, ...more] = buttonsIn(asked, last).slice(2)
    expect([newest?.text.text, more]).toEqual(['Newest', []])
    expect(JSON.parse(newest?.value ?? '')).toEqual(OPEN)
  })

  it('says so when what was on the page has left the list', () => {
    const asked = { ...OPEN, before: NEXT, seen: 10 }
    expect(read(asked, page([], { total: 10 })).join(' ')).toContain('nothing more on this page')
  })

  it('is taken by Slack with the longest and the worst names, in every language', () => {
    for (const language of LANGUAGES) {
      for (const text of HOSTILE) {
        const name = text.slice(0, 255) || '-'
        const reset = { ...someReset, target: { instanceId: name, group: name } }
        const requests = Array.from({ length: LIST_PAGE }, () => pending({ reset }))
        const asked: ListAsked = {
          ...OPEN,
          of: { kind: 'group', group: name },
          day: DAY,
          before: NEXT,
          seen: 9,
        }
        for (const listed of [page(requests, { total: 99, next: NEXT }), page([])]) {
          const list = requestList(wordsIn(language), asked, listed)
          expect(validateMessage(list)).toEqual([])
          expect(list.text).not.toMatch(/<[!@]/)
        }
      }
    }
  })

  it('keeps a page of the longest name in what a button can carry', () => {
    const group = '\u0001'.repeat(255)
    const asked: ListAsked = {
      ...OPEN,
      of: { kind: 'group', group },
      day: DAY,
      before: NEXT,
      seen: 1_000_000,
    }
    for (const { value } of buttonsIn(asked, page([pending()], { total: 99, next: NEXT }))) {
      expect(value?.length).toBeLessThanOrEqual(2_000)
    }
  })
})

describe('what is no list', () => {
  it.each([
    '&lt;!channel&gt; &lt;@U0BOB&gt; &lt;http://evil.example|click&gt; *b*',
    'mine &lt;!channel&gt;',
    'mine a\u0000b\u202ec',
    '--&lt;!here&gt; x',
    '--a\u0000\u202eb x',
    `mine ${'y'.repeat(250)}`,
    'help',
  ])('quotes %j and lets Slack read nothing in it', typed => {
    for (const language of LANGUAGES) {
      const command = readListCommand(typed)
      if (command.kind !== 'usage' && command.kind !== 'problem') throw new Error(command.kind)
      const said = noList(wordsIn(language), command)
      expect(said.text).not.toMatch(/[<>\p{Cc}\u202e]/u)
      expect(said.blocks.map(({ type }) => type)).toEqual(['rich_text'])
      expect(JSON.stringify(said.blocks)).not.toMatch(/\\u0000|\u202e|"(?:user|link|broadcast)"/)
      expect(validateMessage(said)).toEqual([])
    }
  })
})

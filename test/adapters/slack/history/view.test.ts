// The history of a group: valid whatever it holds, and saying who, whose decision, and from where to where.

import type { KnownBlock } from '@slack/types'
import { describe, expect, it } from 'vitest'
import { historyCsv } from '../../../../src/adapters/slack/history/file.ts'
import { type HistoryEntry, historyModal, topicMoves } from '../../../../src/adapters/slack/history/view.ts'
import { LANGUAGES, wordsIn } from '../../../../src/adapters/slack/language/language.ts'
import {
  firstPage,
  historyMetadataSchema,
  historyPageSchema,
} from '../../../../src/adapters/slack/lists/query.ts'
import { requestIdSchema } from '../../../../src/request/request.ts'
import type { SlackView } from '../../../../src/sandbox/slack/face.ts'
import { renderView } from '../../../../src/sandbox/slack/render.ts'
import { validateView } from '../../../../src/sandbox/slack/validate.ts'
import {
  ALLOWED,
  allArrived,
  allSucceeded,
  approve,
  asked,
  BOB,
  CAROL,
  DIGEST,
  endedWith,
  everyState,
  finish,
  following,
  HOSTILE,
  pending,
  reject,
  rowsOf,
  SOMEWHERE,
  someReset,
  start,
  T0,
} from '../../../support/requests.ts'

const words = wordsIn('en')
const { target } = someReset
const NEXT = { createdAtMs: T0, id: requestIdSchema.parse('R-3') }
const entry = (request = pending(), rest: Partial<HistoryEntry> = {}): HistoryEntry => ({
  request,
  moves: request.plan === null ? [] : topicMoves(rowsOf(request.reset)),
  link: null,
  ...rest,
})
const modal = (entries: HistoryEntry[], rest = {}) =>
  historyModal(words, target, firstPage(), { total: entries.length, next: null, ...rest }, entries)
const buttonsIn = (view: ReturnType<typeof modal>) =>
  (view.blocks as KnownBlock[])
    .flatMap(block => (block.type === 'actions' ? block.elements : []))
    .flatMap(element => (element.type === 'button' ? [element] : []))
const read = (view: ReturnType<typeof modal>) =>
  renderView({ ...view, state: { values: {} } } as unknown as SlackView, { userName: id => id })
    .join('\n')

    .replace(/\s*│\n│\s*/g, ' ')

describe('the history of a group', () => {
  it('says of each reset what it came to, who asked, who approved, and from where to where by topic', () => {
    const text = read(modal([entry(endedWith(allArrived(pending())))]))
    for (const said of [
      'orders-billing on ckafka-demo0001: 1 request, newest first',
      'R-12 · done · 2026-11-23 08:00 UTC',
      'Asked for by @U0ALICE · approved by @U0BOB',
      'Back by 100 messages per partition (replays them) · 4 partitions succeeded',
      'orders: 2 partitions, from 442,430–442,431 to 442,330–442,331, replays 200 messages',
      'payments: 2 partitions',
    ]) {
      expect(text).toContain(said)
    }
  })

  it('says of what never ran what it would have done', () => {
    for (const [request, moves] of everyState()
      .filter(([, { state }]) => ['rejected', 'cancelled', 'expired'].includes(state.name))
      .flatMap(([, request]) =>
        request.plan === null
          ? []
          : ([
              [request, {}],
              [request, { moves: null }],
            ] as const),
      )) {
      const text = read(modal([entry(request, moves)]))
      if ('moves' in moves) expect(text).toContain('Planned, not done: replays 400 messages')
      else {
        expect(text).toContain(
          'orders: 2 partitions, planned from 442,430–442,431 to 442,330–442,331, would have replayed 200 messages',
        )
      }
      expect(text).not.toMatch(/[Rr]eplays 200/)
      const zh = read(
        historyModal(wordsIn('zh'), target, firstPage(), { total: 1, next: null }, [entry(request, moves)]),
      )
      expect(zh).toMatch('moves' in moves ? /原计划（未执行）：/ : /原计划位点 .*本会重放 200 条消息/)
    }
  })

  it('says of what is done in part, or of which nobody knows, what was planned', () => {
    for (const [request, moves] of everyState().flatMap(([, request]) =>
      ['partial', 'unclear'].includes(request.state.name)
        ? ([
            [request, {}],
            [request, { moves: null }],
          ] as const)
        : [],
    )) {
      const text = read(modal([entry(request, moves)]))
      if (!('moves' in moves)) {
        expect(text).toContain(
          'orders: 2 partitions, planned from 442,430–442,431 to 442,330–442,331, to replay 200 messages',
        )
      } else {
        expect(text).toContain(
          request.state.name === 'partial'
            ? 'Planned: replays 400 messages on 4 partitions. Skips none.'
            : 'Planned, outcome unknown: replays 400 messages on 4 partitions. Skips none.',
        )
      }
      const zh = read(
        historyModal(wordsIn('zh'), target, firstPage(), { total: 1, next: null }, [entry(request, moves)]),
      )
      expect(zh).toMatch('moves' in moves ? /原计划(（结果不明）)?：/ : /原计划位点 .*，重放 200 条消息/)
    }
  })

  it('says how many partitions were where they were to go already', () => {
    const [first, ...others] = rowsOf(someReset)
    if (first === undefined) throw new Error('There is no row.')
    const moves = topicMoves([{ ...first, from: first.to, replays: 0n }, ...others])
    expect(read(modal([entry(endedWith(allArrived(pending())), { moves })]))).toContain(
      'orders: 2 partitions (1 already at its target when planned), from 442,330–442,431 to 442,330–442,331, replays 100 messages',
    )
    expect(read(modal([entry(following(pending(), reject), { moves })]))).toContain(
      'orders: 2 partitions (1 already at its target when planned), planned from',
    )
    const zh = historyModal(wordsIn('zh'), target, firstPage(), { total: 1, next: null }, [
      entry(endedWith(allArrived(pending())), { moves }),
    ])
    expect(read(zh)).toContain('2 个分区（其中 1 个在制定计划时已在目标位点）')
  })

  it('says that the glass was broken, by whom, and who reviewed it, and names nobody as its approver', () => {
    const glass = { by: BOB, reason: 'paging', policy: ALLOWED, from: SOMEWHERE, digest: DIGEST } as const
    const broken = following(
      pending({}, { guard: { breakGlass: [BOB] } }),
      { kind: 'breakGlass', ...glass, typedGroup: target.group },
      start,
      finish(allSucceeded),
    )
    const review = { kind: 'review', by: CAROL, note: 'right', policy: ALLOWED, from: SOMEWHERE } as const
    const reviewed = following(broken, review)
    for (const [request, title, then] of [
      [broken, 'R-12 · done, waiting for a review afterwards', 'without approval, by @U0BOB'],
      [reviewed, 'R-12 · done · without approval', 'without approval, by @U0BOB, reviewed by @U0CAROL'],
    ] as const) {
      const text = read(modal([entry(request)]))
      expect(text).toContain(title)
      expect(text).toContain(then)
      expect(text).not.toContain('approved by')
      const plan = rowsOf(request.reset)
      const [, row] = historyCsv(words, target, [{ request, plan, result: [] }], 0).content.split('\n')
      expect(row).toContain(',U0ALICE,,U0BOB,succeeded,')
    }
  })

  it('names no approver of what nobody approved', () => {
    expect(read(modal([entry(following(pending(), reject))]))).toContain('rejected by @U0BOB')
    expect(read(modal([entry()]))).not.toContain('approved by')
    const twice = pending({}, { guard: { ...pending().guard, approvals: 2 } })
    const half = following(twice, { ...approve, by: CAROL })
    expect(read(modal([entry(half)]))).toContain('approved by @U0CAROL')
  })

  it('gives the totals of a plan with too many rows, and says so of what has no plan', () => {
    expect(read(modal([entry(pending(), { moves: null })]))).toContain(
      'Replays 400 messages on 4 partitions. Skips none.',
    )
    expect(read(modal([entry(asked())]))).toContain('There is no plan yet.')
    const expired = following(asked(), [{ kind: 'expire' }, T0 + 3_600_000])
    expect(read(modal([entry(expired)]))).toContain('No plan was made')
  })

  it('leads to the card where that is known', () => {
    const view = modal([entry(pending(), { link: 'https://acme.slack.com/archives/C0OPS/p17' })])
    expect(JSON.stringify(view.blocks)).toContain('"url":"https://acme.slack.com/archives/C0OPS/p17"')
  })

  it('says that there is nothing, and offers no file of it', () => {
    const view = modal([])
    expect(read(view)).toContain('Nobody has asked for a reset of orders-billing')
    expect(view.blocks.some(block => block.type === 'actions')).toBe(false)
  })

  it('remembers its group and page, and leads to the older ones', () => {
    const view = modal(
      Array.from({ length: 20 }, () => entry()),
      { total: 45, next: NEXT },
    )
    expect(historyMetadataSchema.parse(JSON.parse(view.private_metadata ?? ''))).toEqual(target)
    expect(read(view)).toContain('These are 1 to 20, newest first.')
    const [older, csv] = buttonsIn(view)
    expect(historyPageSchema.parse(JSON.parse(older?.value ?? ''))).toEqual({ before: NEXT, seen: 20 })
    expect(csv).toMatchObject({ text: { text: 'Download CSV' } })
  })

  it('is taken by Slack in every state, with the longest and the worst names, in every language', () => {
    for (const language of LANGUAGES) {
      const spoken = wordsIn(language)
      for (const [name, request] of everyState()) {
        const view = historyModal(
          spoken,
          target,
          { before: NEXT, seen: 20 },
          { total: 99, next: NEXT },
          Array.from({ length: 20 }, () => entry(request, { link: 'https://acme.slack.com/archives/C/p1' })),
          'The file is there.',
        )
        expect(validateView(view), name).toEqual([])
      }
      for (const text of HOSTILE) {
        const name = text.slice(0, 255) || '-'
        const names = Array.from({ length: 9 }, (_, index) => `${name}${index}`)
        const reset = { ...someReset, target: { instanceId: name, group: name }, topics: names }
        const moves = topicMoves(rowsOf(reset))
        const view = historyModal(
          spoken,
          reset.target,
          firstPage(),
          { total: 99, next: NEXT },
          Array.from({ length: 20 }, () => entry(asked({ reset }), { moves })),
        )
        expect(validateView(view)).toEqual([])
      }
    }
  })
})

describe('the file of a history', () => {
  it('has a row for each partition, with what was read back where it was carried out', () => {
    const ended = endedWith(allArrived(pending()))
    const plan = rowsOf(ended.reset)
    const { name, content, comment } = historyCsv(
      words,
      target,
      [
        { request: ended, plan, result: allArrived(ended) },
        { request: pending(), plan, result: [] },
        { request: asked(), plan: [], result: [] },
      ],
      0,
    )
    const [header, ...rows] = content.trim().split('\n')
    expect(name).toBe('history-orders-billing.csv')
    expect(comment).toBe(
      'The history of orders-billing on ckafka-demo0001: 3 requests, newest first, a row for each partition.',
    )
    expect(header).toBe(
      'request,asked_at,asked_by,approved_by,without_approval_by,state,instance,group,topic,partition,from,to,read_back,outcome',
    )
    const head = 'R-12,2026-11-23 08:00:00 UTC,U0ALICE'
    const on = 'ckafka-demo0001,orders-billing'
    expect(rows[0]).toBe(`${head},U0BOB,,succeeded,${on},orders,0,442430,442330,442330,succeeded`)
    expect(rows[4]).toBe(`${head},,,pending,${on},orders,0,442430,442330,,`)
    expect(rows[8]).toBe(`${head},,,preparing,${on},,,,,,`)
  })

  it('holds no formula, and no name that a file cannot have', () => {
    const group = '=cmd()/../<!here>'
    const reset = { ...someReset, target: { instanceId: '@sum', group } }
    const { name, content, comment } = historyCsv(
      words,
      reset.target,
      [{ request: asked({ reset }), plan: [], result: [] }],
      7,
    )
    expect(name).toBe('history-_cmd___..___here_.csv')
    expect(content).toContain(`,"'@sum","'=cmd()/../<!here>",`)
    expect(comment).toContain('&lt;!here&gt;')
    expect(comment).toContain('It leaves out the 7 oldest')
  })
})

// The approval modal: the plan that an approval covers, what has moved since, in a view that Slack accepts.

import type { KnownBlock, ModalView } from '@slack/types'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { reviewMetadataSchema } from '../../../../src/adapters/slack/blocks/ids.ts'
import { wordsIn } from '../../../../src/adapters/slack/language/language.ts'
import { sentenceModal } from '../../../../src/adapters/slack/platform/sentence-views.ts'
import { movedModal, readReview, reviewModal } from '../../../../src/adapters/slack/review/view.ts'
import { refusalSentence, stateSentence } from '../../../../src/adapters/slack/wording/words.ts'
import type { Look } from '../../../../src/ports/approvals.ts'
import type { PlanRow } from '../../../../src/request/plan-rows.ts'
import type { ResetRequest } from '../../../../src/request/request.ts'
import type { Refusal } from '../../../../src/request/step.ts'
import type { SlackView } from '../../../../src/sandbox/slack/face.ts'
import { renderView } from '../../../../src/sandbox/slack/render.ts'
import { validateView } from '../../../../src/sandbox/slack/validate.ts'
import { cpuMsOf } from '../../../support/cpu.ts'
import {
  ALICE,
  approve,
  BOB,
  CAROL,
  DIGEST,
  EMPTY,
  everyState,
  following,
  HOSTILE,
  IN_USE,
  pending,
  positionsOf,
  rowsOf,
  someDifferences,
  someReset,
  T0,
} from '../../../support/requests.ts'
import { anyText } from '../../../support/texts.ts'

const words = wordsIn('en')

const people: Record<string, string> = { U0ALICE: 'alice', U0BOB: 'bob' }
const read = (view: ModalView) =>
  renderView({ submit: null, ...view, state: { values: {} } } as unknown as SlackView, {
    userName: id => people[id] ?? id,
  })
    .map(line => line.replace(/^[│|]\s?|\s*[│|]$/g, '').trimEnd())
    .filter(line => line.trim() !== '')
    .slice(1, -1)
/** Lines as one text, because a terminal wraps them. */
const textOf = (view: ModalView) => read(view).join(' ').replace(/\s+/g, ' ')
const rowsIn = (request: ResetRequest) => rowsOf(request.reset)
const withTopics = (topics: string[]): ResetRequest =>
  pending({ reset: { ...someReset, topics, target: { ...someReset.target, group: 'g'.repeat(255) } } })
const longTopics = (count: number) =>
  Array.from({ length: count }, (_, index) => `${index}-`.padEnd(249, 'x'))
const tableOf = (rows: readonly PlanRow[]): string[] => {
  const blocks = reviewModal(words, pending(), rows).blocks as KnownBlock[]
  const table = blocks.flatMap(block => (block.type === 'rich_text' ? block.elements : []))
  const found = table.find(element => element.type === 'rich_text_preformatted')
  const [text] = found?.elements ?? []
  return (text?.type === 'text' ? text.text : '').split('\n')
}
const row = (partition: number, change: Partial<PlanRow> = {}): PlanRow => ({
  topic: 'orders',
  partition,
  from: 1_000n,
  to: 900n,
  replays: 100n,
  skips: 0n,
  certainty: 'exact',
  note: null,
  logStart: 0n,
  logEnd: 2_000n,
  ...change,
})

describe('the picture in the approval modal', () => {
  const posted = (round: number) => {
    const request = pending()
    const key = `note-${request.notes.findIndex(({ kind }) => kind === 'planned')}` as const
    const shown = following(request, {
      kind: 'posted',
      key,
      ts: 'F0CSV',
      revision: 0,
      picture: 'F0123456789',
    })
    return { ...shown, round }
  }
  const imagesOf = (request: ResetRequest, isPictured?: boolean) =>
    reviewModal(words, request, rowsIn(request), undefined, undefined, isPictured).blocks.filter(
      ({ type }) => type === 'image',
    )

  it('is that of this plan, with its words, under the title', () => {
    const request = posted(1)
    const view = reviewModal(words, request, rowsIn(request))
    expect(view.blocks[1]).toEqual({
      type: 'image',
      block_id: 'picture',
      slack_file: { id: 'F0123456789' },
      alt_text: expect.stringContaining('orders p0: 442,430 → 442,330 (replays 100)'),
    })
    expect(validateView(view)).toEqual([])
    expect(textOf(view)).toContain('Partition')
  })

  it('is not there of an earlier plan, where Slack has refused it, and where the rows are not whole', () => {
    expect(imagesOf(posted(2))).toEqual([])
    expect(imagesOf(posted(1), false)).toEqual([])
    expect(imagesOf(pending())).toEqual([])
    expect(reviewModal(words, posted(1), null).blocks.some(({ type }) => type === 'image')).toBe(false)
  })
})

describe('the approval modal', () => {
  it('says who asks for what and why, shows the plan, and asks for a decision', () => {
    const request = pending()
    expect(read(reviewModal(words, request, rowsIn(request)))).toEqual([
      '== Move orders-billing back by 100 messages per partition ==',
      'Replays 400 messages on 4 partitions. Skips none.',
      'Plan 7f3a91c2 · made 2026-11-23 08:00 UTC · asked 2026-11-23 08:00 UTC by',
      '@alice',
      '    Topic     Partition     Now      To  What it does',
      '    orders            0  442430  442330  replays 100',
      '    orders            1  442431  442331  replays 100',
      '    payments          0  442430  442330  replays 100',
      '    payments          1  442431  442331  replays 100',
      'Lag: 200 before, 600 after.',
      'Exact offsets: messages that arrive later are not affected.',
      'How long it takes to catch up is not known: no recent rate of the group for',
      'these topics was seen.',
      '@alice asks to reset the offsets of orders-billing on ckafka-demo0001 back',
      'by 100 messages per partition (replays them).',
      'Topics: orders, payments',
      'Why:',
      '> wrong VAT rate since 06:00',
      'Checking whether anything has changed since the plan…',
      'It expires 2026-11-23 09:00 UTC.',
      'Decision',
      '  ( ) Approve – It runs immediately if the group is empty and no other',
      '  request holds it',
      '  ( ) Reject – Nothing is reset; say why in the note',
      'Note (optional)',
      '  > (empty)',
      '  Everybody sees it in the thread. A rejection needs one.',
      '[ Cancel ]  [ Send Decision ]',
    ])
  })

  it('carries the plan that it shows, so that the decision is about that one', () => {
    const { private_metadata } = reviewModal(words, pending(), [])
    expect(reviewMetadataSchema.parse(JSON.parse(private_metadata ?? ''))).toEqual({
      requestId: 'R-12',
      digest: DIGEST,
      from: { channel: null, message: null },
    })
  })

  const looks: [string, Look, string][] = [
    [
      'nothing has moved',
      { kind: 'holds', verdict: 'unchanged', group: EMPTY },
      'Right now: Nothing has changed since the plan. The group: empty (no group members), so it can be reset. Consumers that assign partitions themselves (Flink, Spark) do not show here; make sure they are stopped.',
    ],
    [
      'only the logs have grown',
      { kind: 'holds', verdict: 'harmless', group: IN_USE },
      'Right now: The logs have grown since the plan, and its targets hold. The group: 2 consumers are connected: billing-1 (10.0.3.11) and billing-2 (10.0.3.12). Stop the group’s consumers first: a reset waits until the group is empty.',
    ],
    [
      'its consumers go on',
      { kind: 'holds', verdict: 'consuming', group: IN_USE },
      '! Consumers are still committing, so this plan is out of date. A new plan is made once the group is empty, and needs a decision then. == Move',
    ],
    [
      'nothing could be seen',
      { kind: 'notSeen', cause: 'no answer within 8 s' },
      'Right now: It could not be checked whether anything has changed since the plan (no answer within 8 s). It will be checked again before it runs.',
    ],
  ]
  it('says how long it takes to catch up at the rate since the plan, in place of what the plan says', () => {
    const rehearsal = { read: 50, written: 10, overMs: 60_000, atMs: T0 + 60_000, inMs: 2_400_000 }
    const look: Look = { kind: 'holds', verdict: 'consuming', group: IN_USE, rehearsal }
    const { plan } = pending()
    const rehearsed = { ...pending(), plan: plan && { ...plan, rehearsal: { ...rehearsal, after: 'R-3' } } }
    for (const request of [pending(), rehearsed]) {
      const shown = textOf(reviewModal(words, request, rowsIn(request), look))
      expect(shown).toContain(
        'At the rate seen in the last 60 s (50 messages/s read, 10 messages/s written) it takes about 40 min to catch up.',
      )
      expect(shown).not.toMatch(/is not known|after R-3/)
    }
  })

  it.each(looks)('says when %s', (_name, look, said) => {
    const view = reviewModal(words, pending(), rowsIn(pending()), look)
    expect(validateView(view)).toEqual([])
    expect(textOf(view)).toContain(said)
    expect(textOf(view)).not.toContain('Checking whether')
  })

  it('says that it waits where somebody has joined since the plan, under the same values', () => {
    const optionsIn = (look?: Look, language: 'en' | 'zh' = 'en') => {
      const { blocks } = reviewModal(wordsIn(language), pending(), rowsIn(pending()), look)
      return (blocks as KnownBlock[]).flatMap(block =>
        block.type === 'input' && block.element.type === 'radio_buttons' ? block.element.options : [],
      )
    }
    const joined: Look = { kind: 'holds', verdict: 'unchanged', group: IN_USE }
    const empty: Look = { kind: 'holds', verdict: 'unchanged', group: EMPTY }
    const said = (look?: Look, language?: 'en' | 'zh') => optionsIn(look, language)[0]?.description?.text
    expect(said()).toBe('It runs immediately if the group is empty and no other request holds it')
    expect(said(empty)).toBe('It runs immediately if the group is empty and no other request holds it')
    expect(said(joined)).toBe('It runs once Rewind has seen the group without consumers for 30 s')
    expect(said(joined, 'zh')).toBe('消费分组连续 30 秒被看到没有消费者后执行')
    expect(optionsIn(joined).map(({ value }) => value)).toEqual(optionsIn().map(({ value }) => value))
  })

  it('asks for no decision once the world has moved, and says what has', () => {
    const view = reviewModal(words, pending(), rowsIn(pending()), {
      kind: 'moved',
      differences: someDifferences,
    })
    expect(view).toEqual(movedModal(words, someDifferences, DIGEST))
    expect(validateView(view)).toEqual([])
    expect(view.submit).toBeUndefined()
    expect(textOf(view)).toContain(
      '! Plan 7f3a91c2 can no longer be approved: the group or its logs changed after it was made. • The committed offset of orders p0 moved from 442,430 to 442,511, and likewise on 6 more partitions. Close this and review the new plan on the card.',
    )
    expect(validateView(movedModal(words, [], DIGEST))).toEqual([])
  })

  it('asks for the group’s name where approving skips many messages, and says why', () => {
    const reset = { ...someReset, strategy: { kind: 'latest' } as const }
    const request = pending({ reset }, { guard: { typedGroup: true, approvals: 1 } })
    const view = reviewModal(words, request, rowsIn(request))
    expect(validateView(view)).toEqual([])
    expect(textOf(view)).toContain(
      'Type orders-billing to approve > (empty) Required to approve: it skips 200 messages, and they will not be delivered.',
    )
    expect(textOf(reviewModal(words, pending(), []))).not.toContain('Type orders-billing')
  })

  it('names the requests that were open for the same topics before the decision is asked for', () => {
    const request = pending()
    const overlapping = { ...request, overlaps: [request.id] }
    expect(textOf(reviewModal(words, overlapping, rowsIn(request)))).toContain(
      `Overlap: 1 other request, ${request.id}, was open for the same group and at least one of these topics when this was planned. Look at it first.`,
    )
  })

  it('says that more approvals are needed', () => {
    const twice = pending({}, { guard: { typedGroup: false, approvals: 2 } })
    expect(textOf(reviewModal(words, twice, []))).toContain('Approve – It then needs 1 more approval')
    expect(textOf(reviewModal(words, twice, []))).toContain('0 of 2 approvals so far.')
  })

  it.each([1, 5, 6, 500, 2_000])('with %i topics of 249 characters is a view Slack accepts', count => {
    const request = withTopics(longTopics(count))
    const view = reviewModal(words, request, rowsIn(request))
    expect(validateView(view)).toEqual([])
    expect(Buffer.byteLength(JSON.stringify(view))).toBeLessThan(250 * 1024)
  })

  it.each([1, 5, 6, 500])('with %i topics names each of them', count => {
    const topics = longTopics(count)
    const shown = JSON.stringify(reviewModal(words, withTopics(topics), []).blocks)
    for (const topic of topics) expect(shown).toContain(topic)
    expect(shown).not.toContain('more than Slack can show')
  })

  it('with more topics than Slack can show says how many are not shown', () => {
    const topics = longTopics(2_000)
    const request = withTopics(topics)
    // The card's warning about topics without a partition would name some of them again.
    const shown = JSON.stringify(reviewModal(words, request, []).blocks)
    const left = topics.filter(topic => !shown.includes(topic)).length
    expect(left).toBeGreaterThan(0)
    expect(shown.replaceAll(',', '')).toContain(`… and ${left} topics more than Slack can show here.`)
  })

  it.each(everyState())('of a request that is %s is a view Slack accepts', (_state, request) => {
    for (const look of [undefined, ...looks.map(([, each]) => each)]) {
      expect(validateView(reviewModal(words, request, rowsIn(request), look))).toEqual([])
    }
  })

  it('shows any names and any reason as text, and stays a view Slack accepts', () => {
    const text = fc.oneof(fc.constantFrom(...HOSTILE), anyText({ minLength: 1, maxLength: 300 }))
    fc.assert(
      fc.property(fc.uniqueArray(text, { minLength: 1, maxLength: 40 }), text, (topics, reason) => {
        const target = { instanceId: reason, group: reason }
        const reset = { ...someReset, topics, target }
        const request = pending({ reset, reason }, { guard: { typedGroup: true, approvals: 2 } })
        const group = { ...IN_USE, members: [{ clientId: reason, host: reason }] }
        for (const look of [
          { kind: 'holds', verdict: 'harmless', group } as const,
          { kind: 'notSeen', cause: reason } as const,
        ]) {
          const view = reviewModal(words, request, rowsIn(request), look)
          expect(validateView(view)).toEqual([])
          // The one line of ids and moments.
          expect(JSON.stringify(view.blocks).match(/"mrkdwn"/g)).toHaveLength(1)
        }
      }),
      { numRuns: 40 },
    )
  })

  it('shortens names that no topic can have rather than failing', () => {
    const topics = Array.from({ length: 6 }, (_, index) => `${index}${'long '.repeat(20_000)}`)
    const request = withTopics(topics)
    expect(validateView(reviewModal(words, request, rowsIn(request)))).toEqual([])
  })

  it('stays under the limit of bytes whatever the names are made of', () => {
    for (const character of ['"', '字', '🙂', '\ud800', '\\']) {
      const topics = Array.from({ length: 1_000 }, (_, index) => `${index}${character.repeat(240)}`)
      const request = withTopics(topics)
      expect(validateView(reviewModal(words, request, rowsIn(request)))).toEqual([])
    }
  })
})

describe('the plan as a table', () => {
  it('says of each partition where it stands, where it goes, and what that does', () => {
    expect(
      tableOf([
        row(0, { from: 50_000n, to: 1_000n, replays: 49_000n, note: 'atStart' }),
        row(1, { to: 1_890n, replays: 0n, skips: 890n, note: 'atEnd' }),
        row(2, { to: 2_000n, replays: 0n, skips: 800n, note: 'noMessageSince' }),
        row(3, { replays: 700n, certainty: 'bound' }),
        row(4, { to: null, replays: 600n, skips: 5n, certainty: 'unknown' }),
        row(5, { from: null, to: 900n, replays: 0n, note: 'noCommit' }),
        row(6, { from: null, to: null, replays: 0n, note: 'noCommit' }),
        row(7, { to: 1_000n, replays: 0n }),
      ]),
    ).toEqual([
      'Topic   Partition    Now    To  What it does',
      'orders          0  50000  1000  replays 49,000, log starts there',
      'orders          1   1000  1890  skips 890, log ends there',
      'orders          2   1000  2000  skips 800, to the end: no message is newer',
      'orders          3   1000   900  replays at most 700',
      'orders          4   1000     ?  replays at most 600 or skips at most 5',
      'orders          5      –   900  moves past no message, nothing committed yet',
      'orders          6      –     –  stays as it is, nothing committed yet',
      'orders          7   1000  1000  stays',
    ])
  })

  it('puts those first that move most, in either direction', () => {
    const rows = [
      row(0, { to: 1_000n, replays: 0n }),
      row(1, { replays: 5n }),
      row(2, { replays: 0n, skips: 7n }),
      row(3, { replays: 7n }),
    ]
    expect(tableOf(rows).map(line => line.split(/\s+/)[1])).toEqual(['Partition', '2', '3', '1', '0'])
  })

  it('shows forty rows of ordinary names, says how many more there are, and where', () => {
    const rows = Array.from({ length: 10_000 }, (_, partition) =>
      row(partition, { replays: BigInt(partition) }),
    )
    expect(tableOf(rows)).toHaveLength(41)
    expect(tableOf(rows)[1]).toContain('9999')
    expect(textOf(reviewModal(words, pending(), rows))).toContain(
      '… and 9,960 more partitions. The thread under the card has all of them as a CSV file.',
    )
    const times = Array.from({ length: 3 }, () => cpuMsOf(() => reviewModal(words, pending(), rows)))
    expect(Math.min(...times)).toBeLessThan(50)
  })

  it('shows fewer rows where names are long, and keeps the columns whatever they hold', () => {
    const names = [...HOSTILE, 'a\nb'].map(text => text.padEnd(249, 'x').slice(0, 249))
    const rows = Array.from({ length: 60 }, (_, partition) =>
      row(partition, { topic: names[partition % names.length] ?? '' }),
    )
    const table = tableOf(rows)
    expect(Buffer.byteLength(JSON.stringify(table.join('\n')))).toBeLessThanOrEqual(2_900)
    expect(table.length).toBeGreaterThan(5)
    const start = [...(table[0] ?? '')].join('').indexOf('What')
    for (const line of table.slice(1)) {
      expect([...line].slice(start).join('')).toMatch(/^(replays|stays)/)
    }
  })

  it('is left out where there is no plan', () => {
    expect(textOf(reviewModal(words, pending(), []))).not.toContain('What it does')
  })
})

describe('what a person sends back', () => {
  const state = (verdict: unknown, note: unknown, typed?: unknown) => ({
    verdict: { verdict: { type: 'radio_buttons', selected_option: verdict } },
    note: { note: { type: 'plain_text_input', value: note } },
    ...(typed === undefined
      ? {}
      : { typed_group: { typed_group: { type: 'plain_text_input', value: typed } } }),
  })

  it('is a verdict with or without a note, and what was typed where that is asked for', () => {
    expect(readReview(state({ value: 'reject' }, 'not now'))).toEqual({
      verdict: 'reject',
      note: 'not now',
      typedGroup: '',
    })
    expect(readReview(state({ value: 'approve' }, null, 'orders-billing'))).toEqual({
      verdict: 'approve',
      note: '',
      typedGroup: 'orders-billing',
    })
    expect(readReview(state({ value: 'approve' }, null, null))?.typedGroup).toBe('')
  })

  it('is nothing when it is not what the modal asks for', () => {
    for (const wrong of [
      undefined,
      null,
      {},
      state(null, ''),
      state({ value: 'maybe' }, ''),
      state({ value: 'approve' }, 3),
      state({ value: 'approve' }, '', 3),
    ]) {
      expect(readReview(wrong)).toBeUndefined()
    }
    fc.assert(
      fc.property(fc.anything(), garbage => {
        expect(readReview(garbage)).toBeUndefined()
      }),
    )
  })
})

describe('the modal that only says a sentence', () => {
  const refusals: Refusal[] = [
    'ownRequest',
    'notApprover',
    'notRequester',
    'noteMissing',
    'groupNotTyped',
    'alreadyVoted',
    'planChanged',
    'preparing',
    'expired',
    'decided',
    'inUse',
    'stale',
  ]
  it.each(everyState())(
    'says every refusal of a request that is %s, in a view Slack accepts',
    (_state, request) => {
      for (const refusal of refusals) {
        const sentence = refusalSentence(words, refusal, request)
        expect(validateView(sentenceModal(words, 'R-12 not changed', sentence))).toEqual([])
        expect(sentence).toContain(refusal === 'noteMissing' ? 'Say why' : 'R-12')
        expect(sentence).toMatch(/^[A-Z<].*\.$/)
      }
    },
  )

  it.each([
    ['approved', 'Too late: <@U0BOB> has approved R-12, and it is on the queue.'],
    ['waiting', 'Too late: <@U0BOB> has approved R-12, and it waits for the group to be empty.'],
    ['executing', 'Too late: <@U0BOB> has approved R-12, and it is running.'],
    ['rejected', 'Too late: <@U0BOB> has rejected R-12.'],
    ['cancelled', 'Too late: <@U0ALICE> has cancelled R-12.'],
    ['expired', 'Too late: R-12 has expired.'],
    ['succeeded', 'Too late: R-12 is done. The thread under its card says more.'],
    ['partial', 'Too late: R-12 is partly done. The thread under its card says more.'],
    ['failed', 'Too late: R-12 has failed. The thread under its card says more.'],
    [
      'unclear, asked',
      'Too late: R-12 is unclear and waits for an approver’s answer. The thread under its card says more.',
    ],
  ])('tells a late approver of a request that is %s', (name, sentence) => {
    const request = everyState().find(([state]) => state === name)?.[1]
    expect(request && refusalSentence(words, 'decided', request)).toBe(sentence)
  })

  it('says who may still cancel', () => {
    const of = (name: string) => everyState().find(([state]) => state === name)?.[1] ?? pending()
    expect(refusalSentence(words, 'notRequester', of('pending'))).toBe(
      'Only <@U0ALICE>, who asked for R-12, can cancel it. Approvers can reject it.',
    )
    expect(refusalSentence(words, 'notRequester', of('waiting'))).toBe(
      'Only <@U0ALICE>, who asked for R-12, or an approver can cancel it now.',
    )
  })

  it('names who may, as the rule does, and the team whose approval is missing', () => {
    const needs = [
      { label: 'audit', from: [BOB], count: 1 },
      { label: 'platform', from: [ALICE, 'S0PLATFORM'], count: 1 },
    ]
    const waits = pending({}, { guard: { approvals: 2, needs, breakGlass: ['U0DAVE', 'S0ONCALL'] } })
    const say = (refusal: Refusal, request = waits, language = words) =>
      refusalSentence(language, refusal, request)
    expect(say('notApprover')).toBe('Only approvers can decide on R-12: <@U0BOB> and <!subteam^S0PLATFORM>.')
    expect(say('ownRequest')).toBe(
      'You asked for R-12 yourself, so somebody else has to decide on it: <@U0BOB> and <!subteam^S0PLATFORM>.',
    )
    expect(say('notBreakGlass')).toBe(
      'The policy does not let you run R-12 without approval. It names <@U0DAVE> and <!subteam^S0ONCALL> for that. Ask one of them, an approver, or the people who run Rewind.',
    )
    expect(
      say(
        'notRequester',
        following(waits, { ...approve, fills: [0, 1] }, { ...approve, by: CAROL, fills: [1] }),
      ),
    ).toBe(
      'Only <@U0ALICE>, who asked for R-12, or an approver (<@U0BOB> and <!subteam^S0PLATFORM>) can cancel it now.',
    )
    const half = following(waits, { ...approve, fills: [0] })
    expect(say('alreadyVoted', half)).toBe(
      'You have approved R-12 already. It still needs approval from platform.',
    )
    expect(say('alreadyVoted', half, wordsIn('zh'))).toBe('你已经批准过 R-12，还需要 platform 批准。')
    expect(say('notApprover', half, wordsIn('zh'))).toBe(
      '只有审批人可以审批 R-12：<@U0BOB> 和 <!subteam^S0PLATFORM>。',
    )
    expect(stateSentence(words, half)).toBe('R-12 is waiting for approval from platform.')
    expect(textOf(reviewModal(words, half, []))).toContain('Approve – It runs once platform has approved')
    expect(textOf(reviewModal(words, waits, []))).toContain('It runs once audit and platform have approved')
    const many = Array.from({ length: 30 }, (_, index) => `U0${index}`)
    const crowd = pending({}, { guard: { needs: [{ label: '', from: many, count: 1 }] } })
    expect(say('notApprover', crowd)).toMatch(/<@U07> and 22 more\.$/)
    const open = pending({}, { guard: { needs: [{ label: '', from: ['*'], count: 1 }] } })
    expect(say('ownRequest', open)).toBe('You asked for R-12 yourself, so somebody else has to decide on it.')
  })

  it('names also those who were asked besides, once it is escalated', () => {
    const needs = [{ label: '', from: [BOB], count: 1 }]
    const escalation = { afterMs: 60_000, label: 'leads', to: ['U0LEAD'] }
    const waits = { ...pending({}, { guard: { needs, escalation } }), escalated: true }
    expect(refusalSentence(words, 'notApprover', waits)).toContain('<@U0BOB> and <@U0LEAD>')
    expect(textOf(reviewModal(words, waits, []))).toContain('Who decides: @bob @U0LEAD.')
  })

  it('says what typing the group’s name is for', () => {
    const reset = { ...someReset, strategy: { kind: 'latest' } as const }
    expect(refusalSentence(words, 'groupNotTyped', pending({ reset }))).toBe(
      'Type the group’s name exactly as shown to approve R-12: it skips 200 messages, and they will not be delivered.',
    )
    const bound = pending(
      { reset },
      { facts: { positions: positionsOf(['orders'], { logStart: null }) }, execution: 'native' },
    )
    expect(refusalSentence(words, 'groupNotTyped', bound)).toContain(
      'it skips 100 messages as of the plan, plus any that arrive before it runs',
    )
  })
})

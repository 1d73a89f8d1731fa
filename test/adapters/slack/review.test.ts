// The approval modal: every topic that an approval covers, in a view that Slack accepts.

import type { ModalView } from '@slack/types'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readReview, reviewModal, sentenceModal } from '../../../src/adapters/slack/review.ts'
import { refusalSentence } from '../../../src/adapters/slack/words.ts'
import type { Refusal } from '../../../src/request/decide.ts'
import type { ResetRequest } from '../../../src/request/request.ts'
import type { SlackView } from '../../../src/sandbox/slack/face.ts'
import { renderView } from '../../../src/sandbox/slack/render.ts'
import { validateView } from '../../../src/sandbox/slack/validate.ts'
import { everyState, HOSTILE, pending, someReset } from '../../support/requests.ts'

const people: Record<string, string> = { U0ALICE: 'alice', U0BOB: 'bob' }
const read = (view: ModalView) =>
  renderView({ submit: null, ...view, state: { values: {} } } as unknown as SlackView, {
    userName: id => people[id] ?? id,
  }).map(line => line.replace(/^[│|]\s?|\s*[│|]$/g, '').trim())
const withTopics = (topics: string[]): ResetRequest =>
  pending({ reset: { ...someReset, topics, target: { ...someReset.target, group: 'g'.repeat(255) } } })
const longTopics = (count: number) =>
  Array.from({ length: count }, (_, index) => `${index}-`.padEnd(249, 'x'))

describe('the approval modal', () => {
  it('says who asks for what and why, and asks for a decision', () => {
    expect(
      read(reviewModal(pending()))
        .filter(line => line !== '')
        .slice(1, -1),
    ).toEqual([
      '@alice asks to reset the offsets of orders-billing on ckafka-demo0001 back',
      'by 100 messages per partition (replays them).',
      'Topics: orders, payments',
      'Why: wrong VAT rate since 06:00',
      'Asked: 2026-11-23 08:00 UTC',
      'It expires 2026-11-23 09:00 UTC.',
      'Decision',
      '( ) Approve – It runs at once',
      '( ) Reject – Nothing is reset; say why below',
      'Note (optional)',
      '> (empty)',
      'Everybody sees it in the thread. A rejection needs one.',
      '[ Not now ]  [ Send decision ]',
    ])
  })

  it.each([1, 5, 6, 500, 2_000])('with %i topics of 249 characters is a view Slack accepts', count => {
    const view = reviewModal(withTopics(longTopics(count)))
    expect(validateView(view)).toEqual([])
    expect(Buffer.byteLength(JSON.stringify(view))).toBeLessThan(250 * 1024)
  })

  it.each([1, 5, 6, 500])('with %i topics names each of them', count => {
    const topics = longTopics(count)
    const shown = JSON.stringify(reviewModal(withTopics(topics)).blocks)
    for (const topic of topics) expect(shown).toContain(topic)
    expect(shown).not.toContain('more than Slack can show')
  })

  it('with more topics than Slack can show says how many are not shown', () => {
    const topics = longTopics(2_000)
    const shown = JSON.stringify(reviewModal(withTopics(topics)).blocks)
    const left = topics.filter(topic => !shown.includes(topic)).length
    expect(left).toBeGreaterThan(0)
    expect(shown.replaceAll('\u202f', '')).toContain(`… and ${left} topics more than Slack can show here.`)
  })

  it.each(everyState())('of a request that is %s is a view Slack accepts', (_state, request) => {
    expect(validateView(reviewModal(request))).toEqual([])
  })

  it('shows any names and any reason as text, and stays a view Slack accepts', () => {
    const text = fc.oneof(
      fc.constantFrom(...HOSTILE),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 300 }),
    )
    fc.assert(
      fc.property(fc.array(text, { maxLength: 40 }), text, (topics, reason) => {
        const target = { instanceId: reason, group: reason }
        const view = reviewModal(pending({ reset: { ...someReset, topics, target }, reason }))
        expect(validateView(view)).toEqual([])
        expect(JSON.stringify(view.blocks)).not.toContain('"mrkdwn"')
      }),
    )
  })

  it('shortens names that no topic can have rather than failing', () => {
    const view = reviewModal(
      withTopics(Array.from({ length: 6 }, (_, index) => `${index}${'long '.repeat(20_000)}`)),
    )
    expect(validateView(view)).toEqual([])
  })

  it('stays under the limit of bytes whatever the names are made of', () => {
    for (const character of ['"', '字', '🙂', '\ud800', '\\']) {
      const view = reviewModal(withTopics(Array.from({ length: 1_000 }, () => character.repeat(249))))
      expect(validateView(view)).toEqual([])
    }
  })
})

describe('what a person sends back', () => {
  const state = (verdict: unknown, note: unknown) => ({
    verdict: { verdict: { type: 'radio_buttons', selected_option: verdict } },
    note: { note: { type: 'plain_text_input', value: note } },
  })

  it('is a verdict with or without a note', () => {
    expect(readReview(state({ value: 'reject' }, 'not now'))).toEqual({ verdict: 'reject', note: 'not now' })
    expect(readReview(state({ value: 'approve' }, null))).toEqual({ verdict: 'approve', note: '' })
  })

  it('is nothing when it is not what the modal asks for', () => {
    for (const wrong of [
      undefined,
      null,
      {},
      state(null, ''),
      state({ value: 'maybe' }, ''),
      state({ value: 'approve' }, 3),
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
    'preparing',
    'expired',
    'decided',
    'stale',
  ]
  it.each(everyState())(
    'says every refusal of a request that is %s, in a view Slack accepts',
    (_state, request) => {
      for (const refusal of refusals) {
        const sentence = refusalSentence(refusal, request)
        expect(validateView(sentenceModal('R-12 not changed', sentence))).toEqual([])
        expect(sentence).toContain(refusal === 'noteMissing' ? 'Say why' : 'R-12')
        expect(sentence).toMatch(/^[A-Z<].*\.$/)
      }
    },
  )

  it.each([
    ['approved', 'Too late: <@U0BOB> has approved R-12, and it is on the queue.'],
    ['executing', 'Too late: <@U0BOB> has approved R-12, and it is running.'],
    ['rejected', 'Too late: <@U0BOB> has rejected R-12.'],
    ['cancelled', 'Too late: <@U0ALICE> has cancelled R-12.'],
    ['expired', 'Too late: R-12 has expired.'],
    ['succeeded', 'Too late: R-12 is done. The thread under its card says more.'],
    ['partial', 'Too late: R-12 is partly done. The thread under its card says more.'],
    ['failed', 'Too late: R-12 has failed. The thread under its card says more.'],
    ['unclear', 'Too late: R-12 is unclear and needs a person. The thread under its card says more.'],
  ])('tells a late approver of a request that is %s', (name, sentence) => {
    const request = everyState().find(([state]) => state === name)?.[1]
    expect(request && refusalSentence('decided', request)).toBe(sentence)
  })
})

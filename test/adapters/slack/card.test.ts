// The card: valid in every state, whatever it holds, and a button only where it makes sense.

import { describe, expect, it } from 'vitest'
import { card, openList } from '../../../src/adapters/slack/card.ts'
import { type ResetRequest, requestIdSchema } from '../../../src/request/request.ts'
import type { SlackMessage } from '../../../src/sandbox/slack/face.ts'
import { renderMessage } from '../../../src/sandbox/slack/render.ts'
import { validateMessage } from '../../../src/sandbox/slack/validate.ts'
import {
  ALICE,
  approve,
  everyState,
  finish,
  following,
  HOSTILE,
  pending,
  reject,
  someReset,
  start,
} from '../../support/requests.ts'

const people: Record<string, string> = { U0ALICE: 'alice', U0BOB: 'bob' }
const read = (message: { text: string; blocks: unknown[] }) =>
  renderMessage({ type: 'message', ts: '0', user: 'Rewind', channel: 'C0OPS', ...message } as SlackMessage, {
    userName: id => people[id] ?? id,
  })
    .slice(1)
    .map(line => line.trim())
const cardOf = (request: ResetRequest) => read(card(request))
const states = everyState()
const inState = (name: string): ResetRequest => {
  const found = states.find(([state]) => state === name)
  if (found === undefined) throw new Error(`No request is ${name}.`)
  return found[1]
}

/** Control characters, escaped by JSON, and marks of direction. */
const UNSEEN = /\\u00|\\[tr]|[\u061c\u200f\u2028\u202a-\u202e\u2066-\u2069]/

/** Mentions and links that Slack would make of the text, besides the one that names the requester. */
const markupIn = (text: string) => text.replaceAll(`<@${ALICE}>`, '').match(/[<>]/g)

describe('what a person reads', () => {
  it('while it waits', () => {
    expect(cardOf(inState('pending'))).toEqual([
      '== R-12 · waiting for approval ==',
      '@alice asks to reset the offsets of orders-billing on ckafka-demo0001 back by 100 messages per partition (replays them).',
      'Topics: orders, payments',
      'Why: wrong VAT rate since 06:00',
      'Asked: 2026-11-23 08:00 UTC',
      'An approver has to review it. It expires 2026-11-23 09:00 UTC.',
      '[ Review ]  [ Cancel request ]',
    ])
  })

  it.each([
    ['preparing', 'being checked', 'Looking at the group and its topics. Then it can be reviewed.'],
    [
      'notPrepared',
      'failed',
      'The topics of the group could not be read: the group has no committed offsets. Nothing was reset. Check the names, then ask again.',
    ],
    ['rejected', 'rejected', 'Rejected by @bob: not during the sale'],
    ['cancelled', 'cancelled', 'Cancelled by @alice. Nothing was reset.'],
    ['expired', 'expired', 'Nobody decided in time. Nothing was reset. Ask again with /reset-offsets.'],
    ['approved', 'approved, on the queue', 'Approved by @bob. It is on the queue and runs next.'],
    [
      'approved again',
      'approved, on the queue',
      'Approved by @bob. Attempt 1 was not carried out: could not connect (ECONNREFUSED). The next one starts 2026-11-23 08:00 UTC.',
    ],
    ['executing', 'running', 'Approved by @bob. Calling CKafka now.'],
    ['succeeded', 'done', 'Approved by @bob. 4 partitions succeeded.'],
    ['partial', 'partly done', 'Approved by @bob. 4 partitions succeeded · 1 topic failed.'],
    ['failed', 'failed', 'Approved by @bob. 2 topics failed.'],
    [
      'refused',
      'failed',
      'Approved by @bob. CKafka refused it, and no offset moved. It said: “consumer group not empty” (code 4000/1049). Consumers are still connected. Stop them, wait for the group to be empty, then ask again.',
    ],
    [
      'unclear',
      'unclear, needs a person',
      'Approved by @bob. Nobody knows whether it happened. The thread says what to do.',
    ],
    [
      'unreported',
      'unclear, needs a person',
      'Approved by @bob. Nobody knows whether it happened. The thread says what to do.',
    ],
  ])('once it is %s', (state, title, line) => {
    const lines = cardOf(inState(state))
    expect(lines[0]).toBe(`== R-12 · ${title} ==`)
    expect(lines.filter(each => !each.startsWith('[')).at(-1)).toBe(line)
  })

  it('of a refusal without words', () => {
    const outcome = { kind: 'refused', reason: 'other', code: '4999', message: ' ' } as const
    const request = following(inState('executing'), { kind: 'finish', worker: 'w1', attempt: 1, outcome })
    expect(cardOf(request).at(-1)).toBe(
      'Approved by @bob. CKafka refused it with code 4999, and no offset moved. Look the code up in the CKafka documentation before you ask again.',
    )
  })

  it('on a phone or with a screen reader, which know the text only', () => {
    expect(card(inState('pending')).text).toBe(
      'R-12 · waiting for approval: reset orders-billing on ckafka-demo0001 back by 100 messages per partition (replays them); topics: orders, payments. Why: wrong VAT rate since 06:00 (asked by <@U0ALICE>)',
    )
  })

  it('of many topics: the first ten, and how many more there are', () => {
    const topics = Array.from({ length: 500 }, (_, index) => `${index}-`.padEnd(249, 'x'))
    const request = pending({
      reset: { ...someReset, topics, target: { ...someReset.target, group: 'g'.repeat(255) } },
    })
    expect(validateMessage(card(request))).toEqual([])
    const text = cardOf(request).join('\n')
    for (const topic of topics.slice(0, 10)) expect(text).toContain(topic)
    expect(text).toContain(' and 490 more')
    expect(card(request).text).toContain('and 497 more')
  })
})

describe.each(states)('a request that is %s', (name, request) => {
  it('has a valid card', () => {
    expect(validateMessage(card(request))).toEqual([])
  })

  it('offers only what can still be done', () => {
    const offered = { pending: ['Review', 'Cancel request'], preparing: ['Cancel request'] }[name] ?? []
    const buttons = card(request).blocks.flatMap(block => (block.type === 'actions' ? block.elements : []))
    expect(buttons.map(button => 'text' in button && button.text?.text)).toEqual(offered)
    for (const button of buttons) expect(button).toMatchObject({ value: 'R-12' })
  })
})

describe.each(HOSTILE.map(text => [text.slice(0, 20), text]))('hostile text, %j …', (_name, text) => {
  const reset = { ...someReset, topics: [text, 'x'.repeat(249)], target: { instanceId: text, group: text } }
  const requests: [string, ResetRequest][] = [
    ...everyState({ reset, reason: text }),
    [
      'rejected with it',
      following(pending({ reset, reason: text }), { ...reject, note: `no ${text}` } as typeof reject),
    ],
    [
      'approved with it',
      following(pending({ reset, reason: text }), { ...approve, note: text } as typeof approve),
    ],
    [
      'waiting to try again',
      following(pending({ reset, reason: text }), approve, start, finish({ kind: 'notSent', cause: text })),
    ],
  ]

  it.each(requests)('in a card that is %s is shown as text, within the limits', (_state, request) => {
    const { text: spoken, blocks } = card(request)
    expect(validateMessage({ text: spoken, blocks })).toEqual([])
    expect([...spoken].length).toBeLessThanOrEqual(4_000)
    expect(markupIn(spoken)).toBeNull()
    expect(spoken.replace(/&(amp|lt|gt);/g, '')).not.toContain('&')
    expect(JSON.stringify(blocks)).not.toContain('"mrkdwn"')
    expect(JSON.stringify({ spoken, blocks })).not.toMatch(UNSEEN)
  })
})

describe('the list of open requests', () => {
  const numbered = (count: number) =>
    Array.from({ length: count }, (_, index) => pending({ id: requestIdSchema.parse(`R-${index + 1}`) }))

  it('says that there is none', () => {
    const list = openList([], 0)
    expect(list.text).toBe('No request is open. Ask for a reset with /reset-offsets.')
    expect(validateMessage(list)).toEqual([])
  })

  it('has one line and one button for a request that waits', () => {
    expect(read(openList([inState('pending')], 1))).toEqual([
      '1 request is open.',
      'R-12 · waiting for approval · @alice · orders-billing · back by 100 messages per partition (replays them) · 2026-11-23 08:00 UTC',
      '[ Review ]',
    ])
  })

  it('says how many there are when it cannot show them all', () => {
    const list = openList(numbered(25), 1_234)
    expect(list.text).toBe('1\u202f234 requests are open. These are the newest 20.')
    expect(validateMessage(list)).toEqual([])
    expect(list.blocks.filter(block => block.type === 'actions')).toHaveLength(20)
  })

  it('has no button for a request that cannot be reviewed now', () => {
    const list = openList([inState('preparing'), inState('approved'), inState('unclear')], 3)
    expect(list.blocks.some(block => block.type === 'actions')).toBe(false)
  })

  it('holds twenty requests with the longest and the worst names', () => {
    for (const text of HOSTILE) {
      const reset = { ...someReset, target: { instanceId: text, group: text } }
      const list = openList(
        Array.from({ length: 20 }, () => pending({ reset, reason: text })),
        20,
      )
      expect(validateMessage(list)).toEqual([])
    }
  })
})

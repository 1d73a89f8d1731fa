import { describe, expect, it } from 'vitest'
import { wordsIn } from '../../../../src/adapters/slack/language/language.ts'
import { elsewhereCard, elsewhereReply } from '../../../../src/adapters/slack/thread/elsewhere.ts'
import { noteReply } from '../../../../src/adapters/slack/thread/replies.ts'
import type { SlackMessage } from '../../../../src/sandbox/slack/face.ts'
import { renderMessage } from '../../../../src/sandbox/slack/render.ts'
import { validateMessage } from '../../../../src/sandbox/slack/validate.ts'
import { approve, everyState, following, HOSTILE, pending, someReset } from '../../../support/requests.ts'

const words = wordsIn('en')

const archived = { kind: 'postRefused', by: 'p1', key: 'card', code: 'is_archived', retryAtMs: 0 } as const
const read = (message: { text: string; blocks: unknown[] }) =>
  renderMessage(
    { type: 'message', ts: '0', user: 'U0REWIND', channel: 'C0OPS', ...message } as SlackMessage,
    {
      userName: id => id,
    },
  )
    .slice(1)
    .map(each => each.trim())

describe('what the channel of a request does not take', () => {
  it('is told with the way to decide all the same, where it is the card', () => {
    expect(read(elsewhereCard(words, following(pending(), archived))).join(' ')).toContain(
      'R-12 has no card. Slack does not take it in the channel C0OPS (is_archived). An approver can review it with /offset-requests R-12.',
    )
  })

  it('is told in full, with its request, where it is a reply', () => {
    const request = following(pending(), approve)
    const note = request.notes.at(-1)
    if (note === undefined) throw new Error('There is no note.')
    const text = read(elsewhereReply(words, request, noteReply(words, request, note, {}))).join(' ')
    expect(text).toMatch(/About R-12 on the group orders-billing, as Slack .* approved R-12/)
  })

  it('is within Slack’s limits in every state, whatever the names', () => {
    for (const text of ['orders', ...HOSTILE]) {
      const reset = { ...someReset, topics: [text], target: { instanceId: text, group: text } }
      for (const [, request] of everyState({ reset, reason: text })) {
        expect(validateMessage(elsewhereCard(words, request))).toEqual([])
        for (const note of request.notes) {
          const message = elsewhereReply(words, request, noteReply(words, request, note, {}))
          expect(validateMessage(message)).toEqual([])
          expect(message.text.length).toBeLessThanOrEqual(4_000)
        }
      }
    }
  })
})

// A request of a service account in Slack: its name stands where a person is mentioned otherwise, and nobody is mentioned
// who does not exist.

import { describe, expect, it } from 'vitest'
import { LANGUAGES, wordsIn } from '../../../../src/adapters/slack/language/language.ts'
import { requestLine } from '../../../../src/adapters/slack/lists/view.ts'
import { card } from '../../../../src/adapters/slack/thread/card.ts'
import { noteReply } from '../../../../src/adapters/slack/thread/replies.ts'
import { refusalSentence } from '../../../../src/adapters/slack/wording/words.ts'
import { validateMessage } from '../../../../src/sandbox/slack/validate.ts'
import { linesOf } from '../../../support/reading.ts'
import { everyState, following, pending } from '../../../support/requests.ts'

const DEPLOYS = 'svc:deploys'
const ALLOWED_BY_POLICY = { verdict: 'allow', rule: 'orders (v1)' } as const
const states = everyState({ requester: DEPLOYS })

describe.each(LANGUAGES)('what Slack shows in %s of a request of a service account', language => {
  const words = wordsIn(language)

  it('mentions nobody of its name, in any state', () => {
    for (const [state, request] of states) {
      const shown = [
        card(words, request),
        ...request.notes.map(note => noteReply(words, request, note, {})),
        { text: 'a list', blocks: [requestLine(words, request, null)] },
      ]
      for (const message of shown) {
        expect(validateMessage(message), state).toEqual([])
        expect(JSON.stringify(message), state).not.toMatch(/"user_id":"svc:|<@svc:/)
      }
      expect(linesOf(card(words, request)).join('\n'), state).toContain(DEPLOYS)
    }
    expect(refusalSentence(words, 'notRequester', pending({ requester: DEPLOYS }))).toContain(DEPLOYS)
    expect(refusalSentence(words, 'notRequester', pending({ requester: DEPLOYS }))).not.toContain('<@svc')
  })

  it('names it where it has cancelled', () => {
    const from = { channel: null, message: null }
    const request = following(pending({ requester: DEPLOYS }), {
      kind: 'cancel',
      by: DEPLOYS,
      policy: ALLOWED_BY_POLICY,
      from,
    })
    const lines = linesOf(card(words, request)).join('\n')
    expect(lines).toContain(language === 'en' ? `Cancelled by ${DEPLOYS}` : DEPLOYS)
    expect(JSON.stringify(card(words, request))).not.toMatch(/"user_id":"svc:|<@svc:/)
  })
})

it('the card says who asked', () => {
  const message = card(wordsIn('en'), pending({ requester: DEPLOYS }))
  expect(message.text).toContain(`(asked by ${DEPLOYS})`)
  expect(linesOf(message).join('\n')).toContain(`${DEPLOYS} asks to reset the offsets of orders-billing`)
})

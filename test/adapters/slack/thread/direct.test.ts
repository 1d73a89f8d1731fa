// What one person, or one more channel, is told beside the thread says which request it is about, and no more than is so.

import { describe, expect, it } from 'vitest'
import { cardUrl } from '../../../../src/adapters/slack/blocks/links.ts'
import { type Language, wordsIn } from '../../../../src/adapters/slack/language/language.ts'
import { directMessage } from '../../../../src/adapters/slack/thread/direct.ts'
import type { ResetRequest } from '../../../../src/request/request.ts'
import { validateMessage } from '../../../../src/sandbox/slack/validate.ts'
import { linesOf } from '../../../support/reading.ts'
import { approve, everyState, following, pending } from '../../../support/requests.ts'

const BASE = 'https://acme.slack.com/'
const approved = following(pending(), approve)
const onCard = (request: ResetRequest): ResetRequest => ({
  ...request,
  posts: { ...request.posts, card: { state: 'posted', ts: '1700000000.000100' } },
})
const index = approved.notes.findIndex(({ kind }) => kind === 'voted')

describe.each<[Language, string, RegExp]>([
  ['en', 'About R-12 on the group', /Slack does not take/],
  ['zh', '关于 R-12', /Slack 不接受/],
])('a direct message in %s', (language, lead, untrue) => {
  const message = directMessage(wordsIn(language), approved, `direct-${index}`, BASE)

  it('names the request, and does not say that Slack refuses a channel that it takes', () => {
    expect(message.text).toContain(lead)
    expect(JSON.stringify(message)).not.toMatch(untrue)
    expect(validateMessage(message)).toEqual([])
  })

  it('mentions nobody to themselves', () => {
    for (const [, request] of everyState()) {
      for (const [at, { kind }] of request.notes.entries()) {
        if (!['asked', 'unclear', 'drifted', 'waiting'].includes(kind)) continue
        expect(directMessage(wordsIn(language), request, `direct-${at}`, BASE).text).not.toContain(
          '<@U0ALICE>',
        )
      }
    }
  })

  it('asks nothing that is for others to answer', () => {
    const inDoubt = everyState().find(([state]) => state === 'unclear, asked')?.[1] ?? pending()
    const asked = directMessage(wordsIn(language), inDoubt, `direct-${inDoubt.notes.length - 1}`, BASE)
    expect(asked.text).toMatch(
      /R-12 is unclear\. .* It waits for an approver to answer in its thread\.|R-12 结果不明。.*正在等待审批人在消息列里回答。/,
    )
    expect(JSON.stringify(asked.blocks)).not.toContain('"actions"')
  })

  it('leads to the card, and says what an approver is reminded of and why it was asked for', () => {
    const request = onCard(pending())
    const url = cardUrl(BASE, request)
    expect(url).toMatch(/archives/)
    for (const key of [`direct-${index}`, 'ping-0'] as const) {
      const told = directMessage(wordsIn(language), key === 'ping-0' ? request : onCard(approved), key, BASE)
      expect(JSON.stringify(told.blocks)).toContain(`"url":"${url}"`)
      expect(JSON.stringify(directMessage(wordsIn(language), request, 'ping-0', null).blocks)).not.toContain(
        '"url"',
      )
    }
    const reminded = directMessage(wordsIn(language), request, 'ping-0', BASE)
    expect(validateMessage(reminded)).toEqual([])
    const shown = linesOf(reminded).join('\n')
    for (const said of [reminded.text, shown]) {
      expect(said).toContain(request.reason)
      for (const topic of request.reset.topics) expect(said).toContain(topic)
    }
  })
})

// What one person, or one more channel, is told beside the thread says which request it is about, and no more than is so.

import { describe, expect, it } from 'vitest'
import { type Language, wordsIn } from '../../../../src/adapters/slack/language/language.ts'
import { directMessage } from '../../../../src/adapters/slack/thread/direct.ts'
import { validateMessage } from '../../../../src/sandbox/slack/validate.ts'
import { approve, everyState, following, pending } from '../../../support/requests.ts'

const approved = following(pending(), approve)
const index = approved.notes.findIndex(({ kind }) => kind === 'voted')

describe.each<[Language, string, RegExp]>([
  ['en', 'About R-12 on the group', /Slack does not take/],
  ['zh', '关于 R-12', /Slack 不接受/],
])('a direct message in %s', (language, lead, untrue) => {
  const message = directMessage(wordsIn(language), approved, `direct-${index}`)

  it('names the request, and does not say that Slack refuses a channel that it takes', () => {
    expect(message.text).toContain(lead)
    expect(JSON.stringify(message)).not.toMatch(untrue)
    expect(validateMessage(message)).toEqual([])
  })

  it('mentions nobody to themselves', () => {
    for (const [, request] of everyState()) {
      for (const [at, { kind }] of request.notes.entries()) {
        if (!['asked', 'unclear', 'drifted', 'waiting'].includes(kind)) continue
        expect(directMessage(wordsIn(language), request, `direct-${at}`).text).not.toContain('<@U0ALICE>')
      }
    }
  })

  it('asks nothing that is for others to answer', () => {
    const inDoubt = everyState().find(([state]) => state === 'unclear, asked')?.[1] ?? pending()
    const asked = directMessage(wordsIn(language), inDoubt, `direct-${inDoubt.notes.length - 1}`)
    expect(asked.text).toMatch(
      /R-12 is unclear\. .* It waits for an approver to answer in its thread\.|R-12 结果不明。.*正在等待审批人在消息列里回答。/,
    )
    expect(JSON.stringify(asked.blocks)).not.toContain('"actions"')
  })
})

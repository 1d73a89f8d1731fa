// How messages stand in a list, and how names are shortened for an avatar.

import { describe, expect, it } from 'vitest'
import type { Message } from '../../../../src/sandbox/page/protocol.ts'
import { countedReplies, rowsOf, sizeInWords } from '../../../../src/sandbox/page/slack/message-list.ts'
import { initialsOf } from '../../../../src/sandbox/page/slack/names.ts'

const start = new Date(2026, 10, 23, 12).getTime() / 1000
const message = (after: number, change: Partial<Message> = {}): Message => ({
  ts: `${start + after}.000100`,
  user: 'U1',
  text: 'x',
  blocks: [],
  files: [],
  ephemeral: false,
  edited: false,
  replyCount: 0,
  ...change,
})
const continued = (...messages: Message[]) => rowsOf(messages, start * 1000).map(row => row.continues)

describe('messages in a list', () => {
  it('show the name once for what one person says in a row', () => {
    expect(
      continued(message(0), message(10), message(20, { user: 'U2' }), message(400, { user: 'U2' })),
    ).toEqual([false, true, false, false])
  })

  it('show it again after replies, and around what only one person sees', () => {
    expect(continued(message(0, { replyCount: 1 }), message(1))).toEqual([false, false])
    expect(continued(message(0), message(1, { ephemeral: true }), message(2))).toEqual([false, false, false])
  })

  it('stand under a heading for each day', () => {
    const rows = rowsOf([message(0), message(60), message(86_400)], (start + 86_400) * 1000)
    expect(rows.map(row => row.day)).toEqual(['Yesterday', null, 'Today'])
  })
})

it('counts replies and bytes in words', () => {
  expect([countedReplies(1), countedReplies(2)]).toEqual(['1 reply', '2 replies'])
  expect([sizeInWords(900), sizeInWords(2048), sizeInWords(3_670_016)]).toEqual(['900 B', '2.0 KB', '3.5 MB'])
})

it('shortens a name to the letters of its first and last word', () => {
  expect([
    initialsOf('Alice Moreau'),
    initialsOf('Ana María de la Cruz'),
    initialsOf('bob'),
    initialsOf(''),
  ]).toEqual(['AM', 'AC', 'B', ''])
})

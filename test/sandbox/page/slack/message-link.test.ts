// Slack's links to messages, as the page follows them.

import { expect, it } from 'vitest'
import { readMessageLink } from '../../../../src/sandbox/page/slack/message-link.ts'

it.each([
  [
    'https://local.slack.com/archives/C0OPS/p1795990066656000',
    { channel: 'C0OPS', ts: '1795990066.656000', threadTs: null },
  ],
  [
    'https://local.slack.com/archives/C0OPS/p1795990067000001?thread_ts=1795990066.656000&cid=C0OPS',
    { channel: 'C0OPS', ts: '1795990067.000001', threadTs: '1795990066.656000' },
  ],
  ['https://local.slack.com/files/U0BOB/F0FILE/plan.csv', null],
  ['https://example.com/', null],
  ['archives/C0OPS/p1795990066656000', null],
])('%s', (url, link) => {
  expect(readMessageLink(url)).toEqual(link)
})

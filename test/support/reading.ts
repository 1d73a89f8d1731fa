// Messages as a person reads them in a terminal, line by line.

import type { SlackMessage } from '../../src/sandbox/slack/face.ts'
import { renderMessage } from '../../src/sandbox/slack/render.ts'

const people: Record<string, string> = { U0ALICE: 'alice', U0BOB: 'bob', U0CAROL: 'carol' }

/** Without the line that says who wrote it and when; with plain spaces in its numbers. */
export function linesOf(message: { text: string; blocks: unknown[] }): string[] {
  const posted = { type: 'message', ts: '0', user: 'Rewind', channel: 'C0OPS', ...message } as SlackMessage
  return renderMessage(posted, { userName: id => people[id] ?? id })
    .slice(1)
    .map(line => line.trim())
}

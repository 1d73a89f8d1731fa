// What the Chat port takes for its own post, when it looks for one whose answer was lost; over real HTTP.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { POST_EVENT_TYPE } from '../../../../src/adapters/slack/blocks/ids.ts'
import { wordsIn } from '../../../../src/adapters/slack/language/language.ts'
import { createWebClient } from '../../../../src/adapters/slack/platform/web-client.ts'
import { createSlackChat, type SlackChatDeps } from '../../../../src/adapters/slack/thread/chat.ts'
import type { Chat } from '../../../../src/ports/chat.ts'
import { createTelemetry } from '../../../../src/telemetry.ts'
import { pending } from '../../../support/requests.ts'

const words = wordsIn('en')

const BOT = 'U0REWIND'
const request = pending()

/** Slack, as a test answers for it. */
async function chatOver(
  answerTo: (method: string) => object,
  change: Partial<SlackChatDeps> = {},
): Promise<Chat> {
  const server = createServer((incoming, response) => {
    const answer = answerTo(incoming.url?.split('/').at(-1) ?? '')
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const client = createWebClient({
    token: 'xoxb-test',
    apiUrl: `http://127.0.0.1:${port}/api/`,
    logger: createTelemetry('silent', 'all').slackLogger,
  })
  return createSlackChat({
    client,
    clock: () => request.createdAtMs,
    onGroupUnreadable: () => {},
    words,
    wordsFor: async () => words,
    ...change,
  })
}

async function findAmong(messages: unknown[]) {
  const chat = await chatOver(method =>
    method === 'auth.test' ? { ok: true, user_id: BOT } : { ok: true, messages },
  )
  return chat.find(request, 'card')
}

function marked(user: string, ts: string, requestId: string = request.id) {
  const metadata = { event_type: POST_EVENT_TYPE, event_payload: { request_id: requestId, key: 'card' } }
  return { user, ts, text: 'R-12', metadata }
}

it('finds the card it has posted by what marks it', async () => {
  const messages = [{ user: BOT, ts: '1.1', text: 'hello' }, marked(BOT, '1.2', 'R-11'), marked(BOT, '1.3')]
  expect(await findAmong(messages)).toEqual({ kind: 'found', ts: '1.3' })
})

it('takes nobody else’s message for its own, however it is marked', async () => {
  expect(await findAmong([marked('U0MALLORY', '1.1')])).toEqual({ kind: 'found', ts: null })
  expect(await findAmong([marked('U0MALLORY', '1.1'), marked(BOT, '1.2')])).toEqual({
    kind: 'found',
    ts: '1.2',
  })
})

it('asks Slack for a user group that it does not show once in a while for who only looks, and each time for who acts', async () => {
  let nowMs = request.createdAtMs
  let answer: object = { ok: false, error: 'no_such_subteam' }
  let asked = 0
  const told: (string | null)[] = []
  const chat = await chatOver(
    () => {
      asked += 1
      return answer
    },
    {
      clock: () => nowMs,
      onGroupUnreadable: (_, error) =>
        told.push(String((Object(error) as { data?: { error?: string } }).data?.error)),
      onGroupRead: () => told.push(null),
    },
  )
  const look = () => chat.groupMembers('S0GONE', 'lately')
  expect([await look(), await look()]).toEqual([null, null])
  expect(asked).toBe(1)
  expect(await chat.groupMembers('S0GONE', 'now')).toBeNull()
  expect(asked).toBe(2)
  nowMs += 5_001
  answer = { ok: true, users: ['U0BOB'] }
  expect([await look(), await look()]).toEqual([['U0BOB'], ['U0BOB']])
  expect(asked).toBe(3)
  expect(told).toEqual(['no_such_subteam', 'no_such_subteam', null])
  // What is no list of people is no empty one: nobody would be kept from anything by it.
  answer = { ok: true }
  expect(await chat.groupMembers('S0GONE', 'now')).toBeNull()
})

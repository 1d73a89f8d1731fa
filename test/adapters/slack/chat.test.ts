// What the Chat port takes for its own post, when it looks for one whose answer was lost; over real HTTP.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { createSlackChat } from '../../../src/adapters/slack/chat.ts'
import { POST_EVENT_TYPE } from '../../../src/adapters/slack/ids.ts'
import { wordsIn } from '../../../src/adapters/slack/language/language.ts'
import { createWebClient } from '../../../src/adapters/slack/web-client.ts'
import { createTelemetry } from '../../../src/telemetry.ts'
import { pending } from '../../support/requests.ts'

const words = wordsIn('en')

const BOT = 'U0REWIND'
const request = pending()

async function findAmong(messages: unknown[]) {
  const server = createServer((incoming, response) => {
    const answer = incoming.url?.endsWith('auth.test') ? { ok: true, user_id: BOT } : { ok: true, messages }
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
  const chat = createSlackChat({
    client,
    clock: () => request.createdAtMs,
    onGroupUnreadable: () => {},
    words,
    wordsFor: async () => words,
  })
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

// The path of the service accounts over the product's own server: who is let in, and what becomes of anything else.

import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type HttpServer, startHttpServer } from '../../src/http-server.ts'
import { type Answer, QUESTION_BYTES, type Question } from '../../src/requests-api/questions.ts'
import { createRequestsRoute } from '../../src/requests-api/route.ts'
import { createClient } from '../../src/requests-command/client.ts'

const TOKEN = 'hunter2-hunter2-hunter2-hunter2-hunter2'
const ACCOUNTS = new Map([[createHash('sha256').update(TOKEN).digest('hex'), 'svc:deploys']])
const LIST: Question = { do: 'list', part: 'open' }

let server: HttpServer
let nowMs = 1_700_000_000_000
const asked: [string, Question][] = []
const errors: unknown[] = []
let strangers = 0
let answer: () => Promise<Answer> = async () => ({ kind: 'list', requests: [], isWhole: true })

beforeAll(async () => {
  const route = createRequestsRoute({
    accounts: ACCOUNTS,
    clock: () => nowMs,
    answer: (account, question) => {
      asked.push([account, question])
      return answer()
    },
    onError: error => errors.push(error),
    onStranger: () => {
      strangers += 1
    },
  })
  server = await startHttpServer({
    host: '127.0.0.1',
    port: 0,
    routes: { '/requests': { kind: 'post', ...route } },
    onError: error => errors.push(error),
  })
})
afterAll(() => server.close())

const at = () => `http://127.0.0.1:${server.port}`
const post = (body: string, authorization?: string) =>
  fetch(`${at()}/requests`, {
    method: 'POST',
    body,
    ...(authorization === undefined ? {} : { headers: { authorization } }),
  })

describe('the path of the service accounts', () => {
  it('answers who shows a token, as the account that it belongs to', async () => {
    const response = await post(JSON.stringify(LIST), `Bearer ${TOKEN}`)
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ kind: 'list', requests: [], isWhole: true })
    expect(asked.at(-1)).toEqual(['svc:deploys', LIST])
  })

  it('lets nobody else in, whatever they show, and says so once in ten minutes', async () => {
    const before = asked.length
    const shown = [
      undefined,
      'Bearer ',
      `Bearer ${TOKEN}x`,
      `Bearer ${TOKEN.slice(1)}`,
      `bearer ${TOKEN}`,
      `Basic ${TOKEN}`,
      'Bearer hunter2',
      `Bearer ${[...ACCOUNTS.keys()][0]}`,
      `Bearer ${'a'.repeat(600)}`,
    ]
    const responses = await Promise.all(shown.map(each => post(JSON.stringify(LIST), each)))
    expect(responses.map(({ status }) => status)).toEqual(shown.map(() => 401))
    expect(await responses[2]?.text()).not.toContain('hunter2')
    expect(asked.length).toBe(before)
    expect(strangers).toBe(1)
    nowMs += 600_000
    await post('', 'Bearer x')
    expect(strangers).toBe(2)
  })

  it('changes nothing for what it cannot read', async () => {
    const before = asked.length
    const id = 'R-1'
    const wrong: unknown[] = [
      {},
      [],
      null,
      { do: 'decide', id },
      { do: 'approve', id, verdict: 'approve' },
      { do: 'list' },
      { do: 'list', part: 'open', more: 1 },
      { do: 'list', part: 'open', group: 'a'.repeat(256) },
      { do: 'show', id: 'R-0', rows: false },
      { do: 'cancel', id: 7 },
      { do: 'ask', words: 'x', once: '5f0c7f4e-6c1d-4f3b-9d5e-0a1b2c3d4e5f' },
      { do: 'ask', words: [], once: 'again' },
      { do: 'ask', words: Array(2_001).fill('x'), once: '5f0c7f4e-6c1d-4f3b-9d5e-0a1b2c3d4e5f' },
      { do: 'ask', words: [], once: '5f0c7f4e-6c1d-4f3b-9d5e-0a1b2c3d4e5f', requester: 'U0BOB' },
    ]
    for (const body of [...wrong.map(each => JSON.stringify(each)), '', '{', '\u0000']) {
      const response = await post(body, `Bearer ${TOKEN}`)
      expect(response.status, body).toBe(400)
      expect(await response.json()).toMatchObject({ kind: 'wrong' })
    }
    expect((await post('x'.repeat(QUESTION_BYTES + 1), `Bearer ${TOKEN}`)).status).toBe(413)
    expect((await fetch(`${at()}/requests`)).status).toBe(405)
    expect(asked.length).toBe(before)
  })

  it('answers an error without its words, and reports it', async () => {
    const before = errors.length
    answer = async () => {
      throw new Error('hunter2')
    }
    const response = await post(JSON.stringify(LIST), `Bearer ${TOKEN}`)
    expect(response.status).toBe(503)
    expect(await response.text()).not.toContain('hunter2')
    expect(errors.length).toBe(before + 1)
  })

  it.each([
    ['SEALED_RECORD', 'has no AUDIT_KEY'],
    ['UNREADABLE_RECORD', 'cannot read it'],
    ['STORE_AWAY', 'Redis does not answer'],
  ])('says in words what %s is', async (code, words) => {
    answer = async () => {
      throw Object.assign(new Error('hunter2'), { code })
    }
    const response = await post(JSON.stringify(LIST), `Bearer ${TOKEN}`)
    expect(await response.json()).toEqual({ kind: 'away', said: [expect.stringContaining(words)] })
    // Of what may have been saved that is said as well.
    const cancelled = await post(JSON.stringify({ do: 'cancel', id: 'R-1' }), `Bearer ${TOKEN}`)
    const { said } = (await cancelled.json()) as { said: string[] }
    expect(said.slice(1)).toEqual(
      code === 'STORE_AWAY' ? ['Whether it was cancelled is not known: cancel it once more.'] : [],
    )
  })

  it('answers an account so often in a minute, and then again', async () => {
    const route = createRequestsRoute({
      ...{ accounts: ACCOUNTS, clock: () => nowMs, onError: () => {}, onStranger: () => {} },
      answer: async () => ({ kind: 'list', requests: [], isWhole: true }),
    })
    const ask = () => route.answer({ authorization: `Bearer ${TOKEN}` }, Buffer.from(JSON.stringify(LIST)))
    for (let i = 0; i < 600; i++) expect((await ask()).status).toBe(200)
    const refused = await ask()
    expect(refused.status).toBe(429)
    expect(JSON.parse(refused.body)).toMatchObject({ kind: 'away', said: [expect.stringContaining('600')] })
    nowMs += 60_000
    expect((await ask()).status).toBe(200)
  })

  it('answers so many at once, and asks the others to come again', async () => {
    let release = () => {}
    const gate = new Promise<void>(resolve => {
      release = resolve
    })
    answer = async () => {
      await gate
      return { kind: 'list', requests: [], isWhole: true }
    }
    const statuses: number[] = []
    let fourAnswered = () => {}
    const refused = new Promise<void>(resolve => {
      fourAnswered = resolve
    })
    const all = Array.from({ length: 20 }, async () => {
      const { status } = await post(JSON.stringify(LIST), `Bearer ${TOKEN}`)
      statuses.push(status)
      if (statuses.length === 4) fourAnswered()
    })
    await refused
    expect(statuses).toEqual([503, 503, 503, 503])
    release()
    await Promise.all(all)
    expect(statuses.filter(each => each === 200).length).toBe(16)
  })
})

describe('the command’s client', () => {
  it('asks the same again where no answer comes, and not where it is refused', async () => {
    let tries = 0
    answer = async () => {
      tries += 1
      if (tries < 3) throw new Error('away')
      return { kind: 'list', requests: [], isWhole: true }
    }
    const client = createClient({ address: at(), token: TOKEN })
    expect(await client.ask(LIST, 4)).toMatchObject({ kind: 'answered', answer: { kind: 'list' } })
    expect(tries).toBe(3)
    const other = createClient({ address: at(), token: `${TOKEN}x` })
    expect(await other.ask(LIST, 4)).toMatchObject({
      kind: 'answered',
      answer: { kind: 'refused', why: 'token' },
    })
  })

  it('says where nobody answers, and never what it sent', async () => {
    const nobody = createClient({ address: 'http://127.0.0.1:2', token: TOKEN })
    expect(await nobody.ask(LIST, 1)).toEqual({ kind: 'notReached', why: 'ECONNREFUSED' })
    const redirecting = await startHttpServer({
      host: '127.0.0.1',
      port: 0,
      routes: {
        '/requests': {
          kind: 'post',
          admit: () => ({ ok: true, maxBytes: 10_000 }),
          answer: () => ({ status: 307, headers: { location: `${at()}/requests` } }),
        },
      },
      onError: () => {},
    })
    const before = asked.length
    const client = createClient({ address: `http://127.0.0.1:${redirecting.port}`, token: TOKEN })
    const outcome = await client.ask(LIST, 1)
    redirecting.close()
    expect(outcome).toEqual({
      kind: 'notReached',
      why: expect.stringContaining('307, a redirect'),
      isFinal: true,
    })
    expect(JSON.stringify(outcome)).not.toContain('hunter2')
    expect(asked.length).toBe(before)
  })

  it('does not wait for the end of an answer that is sent drop by drop', async () => {
    const dripping = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      const timer = setInterval(() => response.write(' '), 20)
      response.on('close', () => clearInterval(timer))
    })
    await new Promise<void>(resolve => dripping.listen(0, '127.0.0.1', resolve))
    const { port } = dripping.address() as AddressInfo
    const client = createClient({ address: `http://127.0.0.1:${port}`, token: TOKEN, answerMs: 300 })
    expect(await client.ask(LIST, 1)).toEqual({ kind: 'notReached', why: 'no answer within 0.3 s' })
    dripping.closeAllConnections()
    await new Promise(resolve => dripping.close(resolve))
  })

  it('of a bot without service accounts says what is missing', async () => {
    const bare = await startHttpServer({ host: '127.0.0.1', port: 0, routes: {}, onError: () => {} })
    const client = createClient({ address: `http://127.0.0.1:${bare.port}`, token: TOKEN })
    expect(await client.ask(LIST, 4)).toMatchObject({
      kind: 'notReached',
      why: expect.stringContaining('SERVICE_ACCOUNTS_FILE'),
    })
    bare.close()
  })
})

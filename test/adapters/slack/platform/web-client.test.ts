// What a rejected call to Slack means, seen with the real client: sent once, and never taken for more than it proves.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Logger } from '@slack/web-api'
import { LogLevel } from '@slack/web-api'
import { afterEach, describe, expect, it } from 'vitest'
import { createWebClient, outcomeOfError } from '../../../../src/adapters/slack/platform/web-client.ts'
import type { ChatOutcome } from '../../../../src/ports/chat.ts'

const silent: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  setName() {},
  getLevel: () => LogLevel.ERROR,
}

type Answer = (response: ServerResponse, request: IncomingMessage) => void
let server: Server | undefined
let calls = 0
afterEach(async () => {
  server?.closeAllConnections()
  await new Promise(resolve => (server === undefined ? resolve(null) : server.close(resolve)))
  server = undefined
  calls = 0
})

async function listen(answer: Answer): Promise<string> {
  server = createServer((request, response) => {
    calls += 1
    request.resume().on('end', () => answer(response, request))
  })
  await new Promise<void>(resolve => server?.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/`
}

async function outcomeAt(apiUrl: string, timeoutMs?: number): Promise<ChatOutcome | 'answered'> {
  const options = { token: 'xoxb-test', apiUrl, logger: silent }
  const client = createWebClient(timeoutMs === undefined ? options : { ...options, timeoutMs })
  return client.chat
    .postMessage({ channel: 'C1', text: 'hello' })
    .then(() => 'answered' as const, outcomeOfError)
}
const outcomeOf = async (answer: Answer) => outcomeAt(await listen(answer))

const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  response => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(JSON.stringify(body))
  }
const html =
  (status: number): Answer =>
  response => {
    response.writeHead(status, { 'content-type': 'text/html' })
    response.end('<html><body>Please log in to the network.</body></html>')
  }
const refusal = (error: string) => json(200, { ok: false, error })

describe('a call that Slack answers', () => {
  it('with yes is answered', async () => {
    expect(await outcomeOf(json(200, { ok: true, ts: '1.2' }))).toBe('answered')
    expect(calls).toBe(1)
  })

  it.each([
    'channel_not_found',
    'not_in_channel',
    'is_archived',
    'invalid_blocks',
    'msg_too_long',
    'missing_scope',
  ])('with %s is refused', async code => {
    expect(await outcomeOf(refusal(code))).toEqual({ kind: 'refused', code })
    expect(calls).toBe(1)
  })

  it.each(['invalid_auth', 'token_revoked', 'account_inactive', 'not_authed'])(
    'with %s waits until somebody has repaired the installation',
    async code => {
      expect(await outcomeOf(refusal(code))).toEqual({ kind: 'later', afterMs: 60_000, cause: code })
      expect(calls).toBe(1)
    },
  )

  it.each(['internal_error', 'fatal_error', 'service_unavailable', 'request_timeout'])(
    'with %s may have been done',
    async code => {
      expect(await outcomeOf(refusal(code))).toEqual({ kind: 'unknown', cause: code })
      expect(calls).toBe(1)
    },
  )

  it.each(['ratelimited', 'rate_limited', 'message_limit_exceeded'])('with %s waits', async code => {
    expect(await outcomeOf(refusal(code))).toMatchObject({ kind: 'later', cause: code })
    expect(calls).toBe(1)
  })
})

describe('HTTP 429', () => {
  const limited = { ok: false, error: 'ratelimited' }
  it.each([
    ['30', 30_000],
    ['1', 1_000],
    ['0', 1_000],
    ['31536000', 600_000],
  ])(
    'with Retry-After %s waits that long, but no less than a second and no more than ten minutes',
    async (seconds, afterMs) => {
      const outcome = await outcomeOf(json(429, limited, { 'retry-after': seconds }))
      expect(outcome).toEqual({ kind: 'later', afterMs, cause: 'Slack asked to wait' })
      expect(calls).toBe(1)
    },
  )

  it.each([{}, { 'retry-after': 'soon' }])('with the headers %j waits all the same', async headers => {
    expect(await outcomeOf(json(429, limited, headers as Record<string, string>))).toMatchObject({
      kind: 'later',
    })
    expect(calls).toBe(1)
  })
})

describe('what is not Slack’s answer', () => {
  it.each([500, 502, 503, 504])('HTTP %i may have come after it was done', async status => {
    expect(await outcomeOf(html(status))).toEqual({ kind: 'unknown', cause: `Slack answered HTTP ${status}` })
    expect(calls).toBe(1)
  })

  it.each([400, 403, 404, 413])(
    'HTTP %i comes from a proxy or a wrong address, and waits for a repair',
    async status => {
      expect(await outcomeOf(html(status))).toEqual({
        kind: 'later',
        afterMs: 60_000,
        cause: `Slack answered HTTP ${status}`,
      })
      expect(calls).toBe(1)
    },
  )

  it('a page in the place of an answer is not a refusal', async () => {
    expect(await outcomeOf(html(200))).toEqual({ kind: 'unknown', cause: 'Slack’s answer could not be read' })
    expect(calls).toBe(1)
  })

  it.each([
    ['no body', (response: ServerResponse) => response.end()],
    ['an empty object', json(200, {})],
    ['an empty code', refusal('')],
    ['a redirect', (response: ServerResponse) => response.writeHead(302, { location: '/elsewhere' }).end()],
    [
      'half an answer',
      (response: ServerResponse) => {
        response.writeHead(200, { 'content-length': '100' })
        response.write('{"ok":tr', () => response.destroy())
      },
    ],
  ] as [string, Answer][])('%s is unknown', async (_what, answer) => {
    expect(await outcomeOf(answer)).toMatchObject({ kind: 'unknown' })
    expect(calls).toBe(1)
  })
})

describe('a connection', () => {
  it('that is cut after the request was read may have done it, and is not used again', async () => {
    expect(await outcomeOf(response => response.destroy())).toMatchObject({ kind: 'unknown' })
    expect(calls).toBe(1)
  })

  it('that is never answered ends after the time given, and may have done it', async () => {
    const startMs = performance.now()
    expect(await outcomeAt(await listen(() => {}), 60)).toMatchObject({ kind: 'unknown' })
    expect(performance.now() - startMs).toBeLessThan(1_000)
    expect(calls).toBe(1)
  })

  it('that is refused has posted nothing', async () => {
    const apiUrl = await listen(() => {})
    await new Promise(resolve => server?.close(resolve))
    const later = { kind: 'later', afterMs: 15_000, cause: 'Slack could not be reached' }
    expect(await outcomeAt(apiUrl)).toEqual(later)
    // A name with several addresses fails with an error for each.
    expect(await outcomeAt(apiUrl.replace('127.0.0.1', 'localhost'))).toEqual(later)
    expect(calls).toBe(0)
  })
})

describe('an error of any other kind', () => {
  it('is unknown, unless every address failed before anything was sent', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED'), {
      code: 'ECONNREFUSED',
      syscall: 'connect',
    })
    const reset = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' })
    const unknownHost = Object.assign(new Error('EAI_AGAIN'), { code: 'EAI_AGAIN', syscall: 'getaddrinfo' })
    const slow = Object.assign(new Error('slow'), { code: 'UND_ERR_CONNECT_TIMEOUT' })
    const failedWith = (cause: unknown) => outcomeOfError(new Error('fetch failed', { cause })).kind
    expect(failedWith(new AggregateError([refused, slow]))).toBe('later')
    expect(failedWith(new AggregateError([refused, reset]))).toBe('unknown')
    expect(failedWith(new AggregateError([]))).toBe('unknown')
    expect(failedWith(slow)).toBe('later')
    expect(failedWith(unknownHost)).toBe('later')
    expect(failedWith(reset)).toBe('unknown')
    for (const odd of [undefined, null, 'text', 7, {}, new Error('no idea')]) {
      expect(outcomeOfError(odd).kind).toBe('unknown')
    }
  })
})

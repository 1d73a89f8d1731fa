// Signed HTTP requests to the app's one endpoint. Never follows redirects and never keeps a connection: an app that
// stops must not wait for us.
import { request } from 'node:http'
import { connect } from 'node:net'
import { isObject, type Json } from './block-schema.ts'
import type { Ack, Attempt, PayloadKind, Route } from './delivery.ts'
import { signRequest } from './signature.ts'

export interface HttpDelivery extends Route {
  /** Whether something listens at the endpoint. */
  reachable(): Promise<boolean>
  close(): void
}

export function createHttpDelivery(deps: {
  url: () => string
  signingSecret: string
  ackTimeoutMs: number
  now: () => number
}): HttpDelivery {
  const running = new Set<() => void>()

  // The app may not have a port yet.
  function endpoint(): URL | undefined {
    const url = deps.url()
    return URL.canParse(url) ? new URL(url) : undefined
  }

  return {
    send(kind, payload, attempt) {
      const target = endpoint()
      if (!target) return Promise.resolve({ kind: 'failed', reason: 'unreachable', retry: 'allowed' })
      const { body, contentType } = encode(kind, payload)
      const timestamp = Math.floor(deps.now() / 1000)
      return new Promise<Ack>(resolve => {
        const settle = (ack: Ack) => {
          clearTimeout(timer)
          running.delete(stop)
          resolve({ ...ack, through: target.host })
          call.destroy()
        }
        const stop = () => settle({ kind: 'failed', reason: 'unreachable', retry: 'refused' })
        const timer = setTimeout(
          () => settle({ kind: 'failed', reason: 'timeout', retry: 'allowed' }),
          deps.ackTimeoutMs,
        )
        running.add(stop)
        const call = request(target, {
          method: 'POST',
          agent: false,
          headers: {
            // Bolt refuses a form with a charset after it, and Slack sends none.
            'content-type': contentType,
            'content-length': Buffer.byteLength(body),
            'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
            'x-slack-request-timestamp': String(timestamp),
            'x-slack-signature': signRequest(deps.signingSecret, timestamp, body),
            ...retryHeaders(attempt),
          },
        })
        call.on('error', () => settle({ kind: 'failed', reason: 'unreachable', retry: 'allowed' }))
        call.on('response', response => {
          let text = ''
          response.setEncoding('utf8')
          response.on('data', chunk => {
            text += chunk
          })
          response.on('error', () => settle({ kind: 'failed', reason: 'unreachable', retry: 'allowed' }))
          response.on('end', () => {
            if (response.statusCode === 200)
              return settle({ kind: 'acked', body: decode(text, response.headers['content-type']) })
            const retry = response.headers['x-slack-no-retry'] === '1' ? 'refused' : 'allowed'
            settle({ kind: 'failed', reason: 'status', retry })
          })
        })
        call.end(body)
      })
    },
    reachable() {
      const target = endpoint()
      if (!target) return Promise.resolve(false)
      const { hostname, port } = target
      return new Promise(resolve => {
        const socket = connect(Number(port || 80), hostname)
        const settle = (answer: boolean) => {
          socket.destroy()
          resolve(answer)
        }
        socket.once('connect', () => settle(true))
        socket.once('error', () => settle(false))
      })
    },
    close() {
      for (const stop of [...running]) stop()
    },
  }
}

function retryHeaders(attempt: Attempt | undefined): Record<string, string> {
  if (!attempt) return {}
  return { 'x-slack-retry-num': String(attempt.number), 'x-slack-retry-reason': attempt.reason }
}

function encode(kind: PayloadKind, payload: Json): { body: string; contentType: string } {
  const form = 'application/x-www-form-urlencoded'
  switch (kind) {
    case 'event':
      return { body: JSON.stringify(payload), contentType: 'application/json' }
    case 'interactive':
      return {
        body: new URLSearchParams({ payload: JSON.stringify(payload) }).toString(),
        contentType: form,
      }
    case 'command': {
      const fields = Object.entries(payload).map(([key, value]): [string, string] => [key, String(value)])
      return { body: new URLSearchParams(fields).toString(), contentType: form }
    }
    default:
      return kind satisfies never
  }
}

/** Plain text is a message, as Socket Mode's `{text}` is. */
function decode(text: string, contentType = ''): Json {
  if (text === '') return {}
  if (!contentType.startsWith('application/json')) return { text }
  try {
    const body: unknown = JSON.parse(text)
    return isObject(body) ? body : { text }
  } catch {
    return { text }
  }
}

// One HTTP exchange, and the connections it goes over. It must never send a request twice: who may repeat is the
// caller's business. Sources: undici docs/api (Client, Errors); the settings are each there against a measured fault.

import { Agent, request as send } from 'undici'
import { classifyNetworkError, type NetworkFault, spelled, type TimeLimits } from './network-error.ts'

export interface HttpRequest {
  method: 'GET' | 'POST'
  url: string
  headers?: Readonly<Record<string, string>>
  body?: string
}

export interface HttpAnswer {
  kind: 'answered'
  status: number
  body: string
  /** From Retry-After, in seconds or as a date. */
  retryAfterMs?: number
  /** From Date, whole seconds: the server's clock when it answered. */
  serverTimeMs?: number
}

/** `timeLimit`: our own patience ended the exchange. A mutation must take that as `unknown`. */
export type Exchange = HttpAnswer | NetworkFault | { kind: 'timeLimit'; cause: string; code: string }

/** `fresh`: a connection for this request alone. `kept`: an idle one may be used again. */
export type Connection = 'fresh' | 'kept'

export interface Http {
  /** Never rejects, and ends within `limitMs`. */
  exchange(connection: Connection, request: HttpRequest, limitMs: number): Promise<Exchange>
  /** Waits for exchanges under way. */
  close(): Promise<void>
}

// The largest real answer, 10 000 partitions as the API pretty-prints them, is about 2 MB.
const LARGEST_ANSWER_BYTES = 16 * 1024 * 1024
const LONGEST_RETRY_AFTER_MS = 600_000

export function createHttp(limits: TimeLimits, now: () => number): Http {
  const settings: Agent.Options = {
    connect: { timeout: limits.connectMs },
    headersTimeout: limits.headersMs,
    bodyTimeout: limits.bodyMs,
    maxResponseSize: LARGEST_ANSWER_BYTES,
    allowH2: false,
  }
  const agents = {
    // Without keep-alive: a request written to a connection that the server has just closed is lost, yet looks sent.
    fresh: new Agent({ ...settings, pipelining: 0 }),
    kept: new Agent({ ...settings, pipelining: 1 }),
  }

  let closing: Promise<void> | undefined

  return {
    exchange: (connection, request, limitMs) => exchange(agents[connection], request, limitMs, limits, now),
    close() {
      closing ??= Promise.all([agents.fresh.close(), agents.kept.close()]).then(() => {})
      return closing
    },
  }
}

async function exchange(
  agent: Agent,
  request: HttpRequest,
  limitMs: number,
  limits: TimeLimits,
  now: () => number,
): Promise<Exchange> {
  const stop = new AbortController()
  let timer: NodeJS.Timeout | undefined
  // Beside the signal, a race: while undici is still connecting it takes no notice of an abort. It does before it
  // writes, so a request that lost this race is never sent afterwards.
  const timeLimit = new Promise<Exchange>(resolve => {
    timer = setTimeout(() => {
      resolve({ kind: 'timeLimit', cause: `no answer within ${spelled(limitMs)}`, code: 'TIME_LIMIT' })
      stop.abort()
    }, limitMs)
  })
  try {
    return await Promise.race([attempt(agent, request, stop.signal, limits, now), timeLimit])
  } finally {
    clearTimeout(timer)
  }
}

async function attempt(
  agent: Agent,
  { method, url, headers, body }: HttpRequest,
  signal: AbortSignal,
  limits: TimeLimits,
  now: () => number,
): Promise<Exchange> {
  try {
    const answer = await send(url, {
      dispatcher: agent,
      method,
      signal,
      headers: {
        accept: 'application/json',
        'user-agent': 'rewind',
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
    })
    const retryAfterMs = waitOf(answer.headers['retry-after'], now())
    const serverTimeMs = dateOf(answer.headers.date)
    return {
      kind: 'answered',
      status: answer.statusCode,
      body: await answer.body.text(),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      ...(serverTimeMs === undefined ? {} : { serverTimeMs }),
    }
  } catch (error) {
    return classifyNetworkError(error, limits)
  }
}

function waitOf(header: string | string[] | undefined, nowMs: number): number | undefined {
  if (typeof header !== 'string') return undefined
  const waitMs = /^\d{1,9}$/.test(header) ? Number(header) * 1000 : (dateOf(header) ?? Number.NaN) - nowMs
  return Number.isNaN(waitMs) ? undefined : Math.min(Math.max(waitMs, 0), LONGEST_RETRY_AFTER_MS)
}

function dateOf(header: string | string[] | undefined): number | undefined {
  const timeMs = typeof header === 'string' ? Date.parse(header) : Number.NaN
  return Number.isNaN(timeMs) ? undefined : timeMs
}

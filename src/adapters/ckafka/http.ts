// One HTTP exchange, and the connections it goes over. It must never send a request twice: who may repeat is the
// caller's business. Sources: undici docs/api (Client, Errors); the settings are each there against a measured fault.

import type { Agent, Dispatcher } from 'undici'
import { createWayOut, type Proxies } from '../../proxy/proxy.ts'
import { causeOf } from '../../request/cause.ts'
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

export interface HttpOptions {
  largestBytes?: number
  /** Null: straight there. */
  proxies: Proxies | null
}

export function createHttp(
  limits: TimeLimits,
  now: () => number,
  { largestBytes = LARGEST_ANSWER_BYTES, proxies }: HttpOptions,
): Http {
  const settings: Omit<Agent.Options, 'connect' | 'factory'> = {
    headersTimeout: limits.headersMs,
    bodyTimeout: limits.bodyMs,
    maxResponseSize: largestBytes,
  }
  const { connectMs } = limits
  const agents = {
    // Without keep-alive: a request written to a connection that the server has just closed is lost, yet looks sent.
    fresh: createWayOut(proxies, { connectMs, agent: { ...settings, pipelining: 0 } }),
    kept: createWayOut(proxies, { connectMs, agent: { ...settings, pipelining: 1 } }),
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

/**
 * By `dispatch` and not by `request`, whose stream for the body and whose abort signals cost more than all else that a
 * call needs (measured). Whatever ends it first counts; what comes later is not heard.
 */
function exchange(
  agent: Dispatcher,
  request: HttpRequest,
  limitMs: number,
  limits: TimeLimits,
  now: () => number,
): Promise<Exchange> {
  return new Promise(resolve => {
    let underWay: Dispatcher.DispatchController | undefined
    let late: Error | undefined
    // While undici is still connecting nothing can be stopped. It asks before it writes, so a request that lost this
    // race is never sent afterwards.
    const timer = setTimeout(() => {
      resolve({ kind: 'timeLimit', cause: causeOf('noAnswer', spelled(limitMs)), code: 'TIME_LIMIT' })
      late = new Error('time limit')
      underWay?.abort(late)
    }, limitMs)
    const end = (exchange: Exchange) => {
      clearTimeout(timer)
      resolve(exchange)
    }

    let status = 0
    let headers: Headers = {}
    const chunks: Buffer[] = []
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart(controller) {
        underWay = controller
        if (late !== undefined) controller.abort(late)
      },
      // Once for each 1xx too; the last one is the answer's.
      onResponseStart(_controller, statusCode, answered) {
        status = statusCode
        headers = answered
      },
      onResponseData(_controller, chunk) {
        chunks.push(chunk)
      },
      onResponseEnd() {
        end(answerOf(status, headers, textOf(chunks), now()))
      },
      onResponseError(_controller, error) {
        end(classifyNetworkError(error, limits))
      },
    }
    try {
      agent.dispatch(dispatchOf(request), handler)
    } catch (error) {
      end(classifyNetworkError(error, limits))
    }
  })
}

function dispatchOf({ method, url, headers, body }: HttpRequest): Dispatcher.DispatchOptions {
  const { origin, pathname, search } = new URL(url)
  return {
    origin,
    path: `${pathname}${search}`,
    method,
    headers: { accept: 'application/json', 'user-agent': 'rewind', ...headers },
    ...(body === undefined ? {} : { body }),
  }
}

type Headers = Readonly<Record<string, string | string[] | undefined>>

function answerOf(status: number, headers: Headers, body: string, nowMs: number): HttpAnswer {
  const retryAfterMs = waitOf(headers['retry-after'], nowMs)
  const serverTimeMs = dateOf(headers.date)
  return {
    kind: 'answered',
    status,
    body,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(serverTimeMs === undefined ? {} : { serverTimeMs }),
  }
}

/** UTF-8, without the mark that some servers put before it. */
function textOf(chunks: readonly Buffer[]): string {
  const [only] = chunks
  const text = (chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks)).toString('utf8')
  return text.startsWith('\ufeff') ? text.slice(1) : text
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

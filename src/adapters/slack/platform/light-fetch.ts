// What Slack’s client needs of fetch, without the web streams that cost half of a call’s CPU time (measured). It must
// never send a request twice, nor one that its signal has stopped. What the client does not ask for is left to fetch.

import type { FetchFunction } from '@slack/web-api'
import { Agent, type Dispatcher, fetch as fetchByUndici, type RequestInfo, type RequestInit } from 'undici'
import { createWayOut, type Proxies } from '../../../proxy/proxy.ts'

type FetchResponse = Awaited<ReturnType<FetchFunction>>
type Headers = Readonly<Record<string, string | string[] | undefined>>

/** Files go by this. */
export type FilesFetch = typeof fetchByUndici

/** Shorter than a call may take, so that it is known that nothing was sent. */
const PROXY_MS = 5_000

/** How all that is said to Slack gets there, but for the socket of Socket Mode. @param proxies null: straight */
export function createSlackWay(proxies: Proxies | null): { calls: FetchFunction; files: FilesFetch } {
  if (proxies === null) return { calls: lightFetch, files: fetchByUndici }
  const dispatcher = createWayOut(proxies, { connectMs: PROXY_MS, agent: {} })
  const files: FilesFetch = (url, init) => fetchByUndici(url, { ...init, dispatcher })
  // The client gives what either of the two fetches takes.
  return {
    calls: lightly(dispatcher, (url, init) => files(url as RequestInfo, init as RequestInit) as never),
    files,
  }
}

/** Not the global one: that is of the undici inside Node where anybody has used Node's fetch first, and another version. */
export const lightFetch: FetchFunction = lightly(new Agent(), (url, init) => fetch(url, init))

/** Resolves when the whole body is there, so that an answer that breaks off is an error here and not a text later. */
function lightly(agent: Dispatcher, otherwise: FetchFunction): FetchFunction {
  return async (url, init = {}) => {
    const { method = 'GET', headers = {}, body, redirect, signal } = init
    if (redirect !== 'error' || typeof body !== 'string') return otherwise(url, init)
    signal?.throwIfAborted()
    const { origin, pathname, search } = new URL(url)
    const request = { origin, path: `${pathname}${search}`, method, headers, body }
    const response = await exchange(agent, request, String(url), signal)
    if (response.status >= 300 && response.status < 400) throw new TypeError('Slack answered with a redirect')
    return response
  }
}

function exchange(
  agent: Dispatcher,
  request: Dispatcher.DispatchOptions,
  url: string,
  signal: AbortSignal | undefined,
): Promise<FetchResponse> {
  return new Promise((resolve, reject) => {
    let underWay: Dispatcher.DispatchController | undefined
    // Undici asks before it writes: what was stopped while it was connecting is never sent.
    const stop = () => {
      reject(signal?.reason)
      underWay?.abort(stopped)
    }
    signal?.addEventListener('abort', stop)
    const end = () => signal?.removeEventListener('abort', stop)

    let status = 0
    let statusText = ''
    let headers: Headers = {}
    const chunks: Buffer[] = []
    agent.dispatch(request, {
      onRequestStart(controller) {
        underWay = controller
        if (signal?.aborted) controller.abort(stopped)
      },
      // Once for each 1xx too; the last one is the answer's.
      onResponseStart(_controller, statusCode, answered, statusMessage = '') {
        status = statusCode
        headers = answered
        statusText = statusMessage
      },
      onResponseData(_controller, chunk) {
        chunks.push(chunk)
      },
      onResponseEnd() {
        end()
        resolve(responseOf(url, status, statusText, headers, Buffer.concat(chunks)))
      },
      onResponseError(_controller, error) {
        end()
        reject(error)
      },
    })
  })
}

const stopped = new Error('stopped by its signal')

function responseOf(
  url: string,
  status: number,
  statusText: string,
  headers: Headers,
  bytes: Buffer<ArrayBuffer>,
): FetchResponse {
  const textOf = (value: string | string[]) => (typeof value === 'string' ? value : value.join(', '))
  const text = () => new TextDecoder().decode(bytes)
  return {
    ok: status >= 200 && status < 300,
    status,
    statusText,
    url,
    headers: {
      get(name) {
        const value = headers[name.toLowerCase()]
        return value === undefined ? null : textOf(value)
      },
      entries: () =>
        Object.entries(headers).flatMap(([name, value]): [string, string][] =>
          value === undefined ? [] : [[name, textOf(value)]],
        ),
    },
    text: async () => text(),
    json: async () => JSON.parse(text()),
    arrayBuffer: async () => bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength),
  }
}

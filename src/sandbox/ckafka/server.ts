// Owns the sockets: one HTTP server on 127.0.0.1 that speaks the dialects, goes wrong when told to, records every call.
// It must never read parameters or print answers itself.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { FaultQueue } from '../cluster/fault-queue.ts'
import type { AnswerOptions, CkafkaFault } from './faults.ts'

export interface ReceivedRequest {
  method: string
  /** The Host header. */
  host: string
  path: string
  query: string
  contentType: string
  /** Names in lower case. */
  headers: Record<string, string>
  body: string
}

/** What a request asks for, as far as it can be read before any check. */
export interface ReceivedCall {
  action: string
  params: Record<string, string>
}

export interface Answer {
  /** 0: success, in both dialects. */
  code: number | string
  body: string
}

/** One way of asking the model: API 2.0 or 3.0. */
export interface Dialect {
  readonly name: 'v2' | 'v3'
  readonly path: string
  read(request: ReceivedRequest): ReceivedCall
  /** Checks the caller and does the work. */
  answer(request: ReceivedRequest, call: ReceivedCall, options: AnswerOptions): Answer
  /** A business error, nothing done. */
  refuse(call: ReceivedCall, code: number | string, message: string): Answer
}

export interface CkafkaCall {
  dialect: Dialect['name']
  action: string
  /** Where a value is not text (API 3.0), its JSON. */
  params: Record<string, string>
  atMs: number
  /** The code answered; null: the caller has no readable answer, or not yet, or a pinned one. */
  code: number | string | null
  /** How the body answered begins; empty while there is none. */
  answer: string
  fault: CkafkaFault['kind'] | null
}

/** Enough to see what it is, however large it was. */
const ANSWER_KEPT = 1_000

export interface CkafkaServer {
  port: number
  calls(action?: string): CkafkaCall[]
  close(): Promise<void>
}

export async function startServer(deps: {
  port: number
  dialects: Dialect[]
  faults: FaultQueue<CkafkaFault>
  now: () => number
  onCall: () => void
}): Promise<CkafkaServer> {
  const calls: CkafkaCall[] = []
  const timers = new Set<NodeJS.Timeout>()

  async function receive(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await readRequest(incoming)
    const dialect = deps.dialects.find(each => each.path === request.path)
    if (!dialect) return sendPage(response, 404)
    if (request.method !== 'GET' && request.method !== 'POST') return sendPage(response, 405)
    const call = dialect.read(request)
    const fault = deps.faults.take(call.action)
    const record: CkafkaCall = {
      dialect: dialect.name,
      ...call,
      atMs: deps.now(),
      code: null,
      answer: '',
      fault: fault?.kind ?? null,
    }
    calls.push(record)

    const work = (effect: 'apply' | 'pretend' = 'apply', leaveOut: string[] = []) =>
      dialect.answer(request, call, { effect, leaveOut })
    const send = ({ code, body }: Answer) => {
      record.code = code
      record.answer = body.slice(0, ANSWER_KEPT)
      sendJson(response, body)
    }
    const workIf = (yes: boolean) => {
      if (yes) work()
    }

    switch (fault?.kind) {
      case undefined:
        send(work())
        break
      case 'delay':
        await wait(fault.ms)
        send(work())
        break
      case 'hang':
        workIf(fault.afterDoingIt)
        break
      case 'cut':
        workIf(fault.afterDoingIt)
        response.destroy()
        break
      case 'halfAnswer':
        sendHalf(response, work().body)
        break
      case 'status':
        workIf(fault.afterDoingIt)
        sendPage(response, fault.status)
        break
      case 'code':
        send(dialect.refuse(call, fault.code, fault.message))
        break
      case 'html':
        sendPage(response, 200)
        break
      case 'lie':
        send(work('pretend'))
        break
      case 'unreported':
        send(work('apply', fault.topics))
        break
      case 'pinned':
        workIf(fault.afterDoingIt)
        sendJson(response, fault.body)
        break
      default:
        fault satisfies never
    }
    deps.onCall()
  }

  const wait = (ms: number) =>
    new Promise<void>(resolve => {
      const timer = setTimeout(() => {
        timers.delete(timer)
        resolve()
      }, ms)
      timers.add(timer)
    })

  const server = createServer((incoming, response) => {
    receive(incoming, response).catch((error: Error) => response.destroy(error))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(deps.port, '127.0.0.1', resolve)
  })

  return {
    port: (server.address() as AddressInfo).port,
    calls: action =>
      calls.filter(each => action === undefined || each.action === action).map(each => ({ ...each })),
    close: () =>
      new Promise(resolve => {
        // Work still waiting on a delay is never done.
        for (const timer of timers) clearTimeout(timer)
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function readRequest(incoming: IncomingMessage): Promise<ReceivedRequest> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk)
  const [path = '', ...query] = (incoming.url ?? '').split('?')
  return {
    method: incoming.method ?? '',
    host: incoming.headers.host ?? '',
    path,
    query: query.join('?'),
    contentType: incoming.headers['content-type'] ?? '',
    headers: Object.fromEntries(
      Object.entries(incoming.headers).map(([name, value]) => [name, String(value ?? '')]),
    ),
    body: Buffer.concat(chunks).toString('utf8'),
  }
}

function sendJson(response: ServerResponse, body: string): void {
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' }).end(body)
}

function sendHalf(response: ServerResponse, body: string): void {
  const bytes = Buffer.from(body)
  response.writeHead(200, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': bytes.length,
  })
  // Destroyed only once the half has left, or the caller would see no answer at all instead of half of one.
  response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.destroy())
}

function sendPage(response: ServerResponse, status: number): void {
  const page = `<html>\r\n<head><title>${status}</title></head>\r\n<body><center><h1>${status}</h1></center></body>\r\n</html>\r\n`
  response.writeHead(status, { 'content-type': 'text/html' }).end(page)
}

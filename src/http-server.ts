// The port, where anybody may send anything: it bounds what arrives before anybody looks at it, and answers it or closes
// the connection. It must never throw out of a callback, hold more for strangers than is said here, or print what they sent.

import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

export interface HttpAnswer {
  status: number
  /** Plain text unless said. */
  type?: string
  /** Absent: the name of the status. */
  body?: string
  headers?: Record<string, string>
}

/** Before its body is read: how many bytes it may have, or the answer at once. */
export type Admission = { ok: true; maxBytes: number } | { ok: false; answer: HttpAnswer }

/** What is at a path. `look` is for GET and HEAD, and its body is thrown away; `post` is given the whole body. */
export type Route =
  | { kind: 'look'; answer(headers: IncomingHttpHeaders): HttpAnswer | Promise<HttpAnswer> }
  | {
      kind: 'post'
      admit(headers: IncomingHttpHeaders): Admission
      answer(headers: IncomingHttpHeaders, body: Buffer): HttpAnswer | Promise<HttpAnswer>
    }

export interface HttpServerOptions {
  host: string
  port: number
  /** By exact path. */
  routes: Readonly<Record<string, Route>>
  /** A route has thrown, or the server itself has a problem. */
  onError(error: unknown): void
}

export interface HttpServer {
  port: number
  close(): void
}

/** Slack sends some hundred bytes of headers, and a proxy adds its own. */
const HEADER_BYTES = 16_384
const HEADERS_MAX = 100
/** Slack itself waits three seconds for the whole of it. */
const REQUEST_MS = 5_000
/** Node looks this often who has taken too long; by default only every 30 s. */
const CHECK_MS = 500
/** Without a byte in either direction. */
const SILENT_MS = 10_000
const CONNECTIONS_MAX = 256
/** All bodies together that are still arriving. */
const BODIES_BYTES = 16 * 1024 * 1024
const BLOCK_BYTES = 32_768
/** Each costs as much as some thousand bytes: a body in chunks of one byte is no work of Slack's, nor of a proxy's. */
const PIECES_MAX = 2_000
/** So long the connection stays for the answer to be read, of somebody who still sends: closing at once could lose it. */
const LINGER_MS = 250
const LOOKS = ['GET', 'HEAD']

/** Resolves when it listens; rejects when it cannot. */
export async function startHttpServer({
  host,
  port,
  routes,
  onError,
}: HttpServerOptions): Promise<HttpServer> {
  const connections = createConnections()
  const bodies = createBodies()
  const server = createServer({
    maxHeaderSize: HEADER_BYTES,
    headersTimeout: REQUEST_MS,
    requestTimeout: REQUEST_MS,
    connectionsCheckingInterval: CHECK_MS,
  })
  server.maxHeadersCount = HEADERS_MAX
  server.timeout = SILENT_MS

  async function serve(request: IncomingMessage, response: ServerResponse, waits: boolean): Promise<void> {
    // Nobody may be listening for these, and then they would end the process.
    request.on('error', () => {})
    response.on('error', () => {})
    const { socket } = request
    if (!connections.begin(socket, response)) return
    try {
      const answer = await answerTo(request, response, waits)
      if (answer !== null) send(request, response, answer)
    } catch (error) {
      onError(error)
      send(request, response, { status: 500 })
    }
  }

  /** Null: the sender has gone, or was sent away. */
  async function answerTo(
    { method = '', url = '', headers, socket }: IncomingMessage,
    response: ServerResponse,
    waits: boolean,
  ): Promise<HttpAnswer | null> {
    const path = pathOf(url)
    if (path === null) return { status: 400 }
    const route = Object.hasOwn(routes, path) ? routes[path] : undefined
    if (route === undefined) return { status: 404 }
    const methods = route.kind === 'look' ? LOOKS : ['POST']
    if (!methods.includes(method)) return { status: 405, headers: { allow: methods.join(', ') } }
    if (route.kind === 'look') return route.answer(headers)
    const admission = route.admit(headers)
    if (!admission.ok) return admission.answer
    if (Number(headers['content-length'] ?? 0) > admission.maxBytes) return { status: 413 }
    if (waits) response.writeContinue()
    const body = await bodies.read(response.req, admission.maxBytes)
    if (body === 'tooLarge') return { status: 413 }
    if (body === 'gone') return null
    connections.keep(socket)
    return route.answer(headers, body)
  }

  server.on('connection', connections.add)
  server.on('request', (request, response) => void serve(request, response, false))
  server.on('checkContinue', (request, response) => void serve(request, response, true))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  server.removeAllListeners('error').on('error', onError)
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** Null for what names nothing here. An absolute target is as good as its path (RFC 9112, 3.2.2). */
function pathOf(target: string): string | null {
  if (target.startsWith('/')) return target.split(/[?#]/, 1)[0] ?? null
  return /^https?:\/\//i.test(target) && URL.canParse(target) ? new URL(target).pathname : null
}

function send(request: IncomingMessage, response: ServerResponse, answer: HttpAnswer): void {
  if (response.headersSent || response.destroyed || response.writableEnded) return
  const { status, type = 'text/plain; charset=utf-8', headers = {} } = answer
  const body = answer.body ?? `${STATUS_CODES[status]?.toLowerCase()}\n`
  const isSending = hasBody(request.headers) && !request.complete
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    ...headers,
    ...(isSending ? { connection: 'close' } : {}),
  })
  if (!isSending) {
    response.end(body)
    return
  }
  // Not read any further: what is on its way waits with the sender.
  request.pause()
  response.write(body)
  const timer = setTimeout(() => response.end(), LINGER_MS)
  response.once('close', () => clearTimeout(timer))
}

function hasBody(headers: IncomingHttpHeaders): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

interface Connections {
  add(socket: Socket): void
  /** False: it had not waited for the answer to its last request, and is closed. */
  begin(socket: Socket, response: ServerResponse): boolean
  /** Its request is whole and being answered: it does not make room for a newer one. */
  keep(socket: Socket): void
}

/** With too many, the oldest makes room: Slack connects, sends at once and is answered, while a stranger sits and waits. */
function createConnections(): Connections {
  /** Oldest first. */
  const open = new Map<Socket, 'idle' | 'asking' | 'kept'>()

  return {
    add(socket) {
      open.set(socket, 'idle')
      socket.once('close', () => open.delete(socket))
      if (open.size <= CONNECTIONS_MAX) return
      const [oldest] = [...open].find(([, state]) => state !== 'kept') ?? []
      open.delete(oldest ?? socket)
      ;(oldest ?? socket).destroy()
    },
    begin(socket, response) {
      // A thousand requests fit into what is read at once, and each would be held until those before it are answered.
      if (open.get(socket) !== 'idle') {
        socket.destroy()
        return false
      }
      open.set(socket, 'asking')
      response.once('close', () => {
        if (open.has(socket)) open.set(socket, 'idle')
      })
      return true
    },
    keep(socket) {
      if (open.has(socket)) open.set(socket, 'kept')
    },
  }
}

interface Bodies {
  read(request: IncomingMessage, maxBytes: number): Promise<Buffer | 'tooLarge' | 'gone'>
}

/**
 * Together they hold no more than BODIES_BYTES: with more, the one that has been arriving longest is cut off. Copied into
 * memory of their own, because a chunk keeps alive all that was read from the socket with it.
 */
function createBodies(): Bodies {
  /** What each holds, in bytes; the longest under way first. */
  const underWay = new Map<IncomingMessage, number>()
  let held = 0

  function take(request: IncomingMessage): void {
    held += BLOCK_BYTES
    underWay.set(request, (underWay.get(request) ?? 0) + BLOCK_BYTES)
    for (const oldest of underWay.keys()) {
      if (held <= BODIES_BYTES) return
      release(oldest)
      oldest.destroy()
    }
  }

  function release(request: IncomingMessage): void {
    held -= underWay.get(request) ?? 0
    underWay.delete(request)
  }

  return {
    read: (request, maxBytes) =>
      new Promise(resolve => {
        let blocks: Buffer[] = []
        let length = 0
        let pieces = 0

        function settle(outcome: Buffer | 'tooLarge' | 'gone'): void {
          release(request)
          blocks = []
          request.off('data', add)
          resolve(outcome)
        }
        function add(chunk: Buffer): void {
          pieces += 1
          if (length + chunk.length > maxBytes || pieces > PIECES_MAX) {
            settle('tooLarge')
            return
          }
          for (let at = 0; at < chunk.length; ) {
            if (length === blocks.length * BLOCK_BYTES) {
              take(request)
              if (!underWay.has(request)) {
                settle('gone')
                return
              }
              blocks.push(Buffer.allocUnsafeSlow(BLOCK_BYTES))
            }
            const copied = chunk.copy(blocks.at(-1) as Buffer, length % BLOCK_BYTES, at)
            at += copied
            length += copied
          }
        }
        request.on('data', add)
        request.once('end', () => settle(Buffer.concat(blocks, length)))
        request.once('close', () => settle('gone'))
      }),
  }
}

// Socket Mode: tickets, connections and envelopes. Each payload goes to one connection, in turn, and only that
// connection can acknowledge it.
import { randomBytes, randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { isObject, type Json } from './block-schema.ts'
import type { Ack, Route } from './delivery.ts'

const MAX_CONNECTIONS = 10
// Once Slack has pinged, the client expects it to go on within 30 seconds.
const PING_EVERY_MS = 10_000

export interface SocketDelivery extends Route {
  /** A ticket for one connection; absent once the app has as many as it may. */
  issueTicket(): string
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  connections(): number
  /** On every connection, to no ping. */
  pong(): void
  disconnect(how: 'refresh' | 'cut'): void
  close(): Promise<void>
}

const envelopeTypes = { command: 'slash_commands', interactive: 'interactive', event: 'events_api' }

export function createSocketDelivery(deps: {
  appId: string
  ackTimeoutMs: number
  changed: () => void
}): SocketDelivery {
  const server = new WebSocketServer({ noServer: true })
  const tickets = new Set<string>()
  const open: WebSocket[] = []
  /** The host that each connection was made to. */
  const through = new WeakMap<WebSocket, string>()
  const waiting = new Map<string, { socket: WebSocket; settle: (ack: Ack) => void }>()
  const host = 'applink-local'

  function drop(socket: WebSocket): void {
    const at = open.indexOf(socket)
    if (at >= 0) open.splice(at, 1)
    deps.changed()
  }

  function greet(socket: WebSocket, request: IncomingMessage): void {
    through.set(socket, request.headers.host ?? '')
    const pings = setInterval(() => socket.ping(), PING_EVERY_MS)
    pings.unref()
    socket.on('close', () => {
      clearInterval(pings)
      drop(socket)
    })
    // ws reports a broken connection here first; the close event that follows does the work.
    socket.on('error', () => socket.terminate())
    socket.on('message', data => {
      const ack = parseAck(String(data))
      const pending = ack && waiting.get(ack.envelopeId)
      if (pending?.socket === socket) pending.settle({ kind: 'acked', body: ack?.body ?? {} })
    })
    if (open.length >= MAX_CONNECTIONS) {
      socket.send(JSON.stringify({ type: 'disconnect', reason: 'too_many_websockets', debug_info: { host } }))
      socket.close()
      return
    }
    open.push(socket)
    socket.send(
      JSON.stringify({
        type: 'hello',
        num_connections: open.length,
        connection_info: { app_id: deps.appId },
        debug_info: {
          host,
          started: new Date().toISOString(),
          build_number: 1,
          approximate_connection_time: 3600,
        },
      }),
    )
    deps.changed()
  }

  return {
    issueTicket() {
      const ticket = randomBytes(16).toString('hex')
      tickets.add(ticket)
      return ticket
    },
    upgrade(request, socket, head) {
      const ticket = new URL(request.url ?? '/', 'http://localhost').searchParams.get('ticket') ?? ''
      if (!tickets.delete(ticket)) {
        socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n')
        return
      }
      server.handleUpgrade(request, socket, head, greet)
    },
    connections: () => open.length,
    pong() {
      for (const socket of open) socket.pong()
    },
    disconnect(how) {
      for (const socket of [...open]) {
        drop(socket)
        if (how === 'cut') socket.terminate()
        else
          socket.send(
            JSON.stringify({ type: 'disconnect', reason: 'refresh_requested', debug_info: { host } }),
          )
      }
    },
    async send(kind, payload, attempt) {
      const socket = open.find(one => one.readyState === one.OPEN)
      if (!socket) return { kind: 'failed', reason: 'unreachable', retry: 'allowed' }
      // To the back of the queue: the next payload goes to somebody else.
      open.splice(open.indexOf(socket), 1)
      open.push(socket)
      const envelopeId = randomUUID()
      const envelope = {
        envelope_id: envelopeId,
        type: envelopeTypes[kind],
        accepts_response_payload: kind !== 'event',
        ...(kind === 'event'
          ? { retry_attempt: attempt?.number ?? 0, retry_reason: attempt?.reason ?? '' }
          : {}),
        payload,
      }
      return new Promise<Ack>(resolve => {
        const settle = (ack: Ack) => {
          clearTimeout(timer)
          waiting.delete(envelopeId)
          resolve({ ...ack, through: through.get(socket) ?? '' })
        }
        const late = () => settle({ kind: 'failed', reason: 'timeout', retry: 'allowed' })
        const timer = setTimeout(late, deps.ackTimeoutMs)
        waiting.set(envelopeId, { socket, settle })
        socket.send(JSON.stringify(envelope))
      })
    },
    async close() {
      for (const { settle } of [...waiting.values()])
        settle({ kind: 'failed', reason: 'unreachable', retry: 'refused' })
      for (const client of server.clients) client.terminate()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

function parseAck(data: string): { envelopeId: string; body: Json } | undefined {
  try {
    const frame: unknown = JSON.parse(data)
    if (!isObject(frame) || typeof frame.envelope_id !== 'string') return undefined
    return { envelopeId: frame.envelope_id, body: isObject(frame.payload) ? frame.payload : {} }
  } catch {
    return undefined
  }
}

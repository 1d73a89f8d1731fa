// A TCP server that answers each HTTP request with whatever bytes or silence a test wants, and counts what it saw.
// It must never repair a bad answer: what node:http would refuse to send is what these tests are about.

import { type AddressInfo, createServer, type Socket } from 'node:net'

export interface SeenRequest {
  method: string
  /** Path and query. */
  target: string
  headers: string
  body: string
  params: Record<string, string>
  /** Number of the connection it came over, from 1. */
  connection: number
}

export interface RawServer {
  url: string
  port: number
  requests: SeenRequest[]
  connections(): number
  close(): Promise<void>
}

/** `answer` gets the socket, the request and its number, from 1. */
export async function startRawServer(
  answer: (socket: Socket, request: SeenRequest, number: number) => void,
): Promise<RawServer> {
  const requests: SeenRequest[] = []
  const sockets = new Set<Socket>()
  let connections = 0
  const server = createServer(socket => {
    connections += 1
    const connection = connections
    sockets.add(socket)
    let received = ''
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
    socket.on('data', chunk => {
      received += chunk.toString('latin1')
      const request = readRequest(received, connection)
      if (request === undefined) return
      received = ''
      requests.push(request)
      answer(socket, request, requests.length)
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    requests,
    connections: () => connections,
    close: () => {
      for (const socket of sockets) socket.destroy()
      return new Promise(resolve => server.close(() => resolve()))
    },
  }
}

function readRequest(received: string, connection: number): SeenRequest | undefined {
  const [head, body] = received.split('\r\n\r\n', 2)
  if (head === undefined || body === undefined) return undefined
  const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0)
  if (body.length < length) return undefined
  const [method = '', target = ''] = head.split(' ')
  const form = method === 'POST' ? body : (target.split('?')[1] ?? '')
  return {
    method,
    target,
    headers: head,
    body,
    params: Object.fromEntries(new URLSearchParams(form)),
    connection,
  }
}

/** A complete HTTP answer; the connection stays open unless `headers` say otherwise. */
export function httpAnswer(status: number, body: string, headers: Record<string, string> = {}): string {
  const lines = Object.entries({ 'content-length': String(Buffer.byteLength(body)), ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  )
  return `HTTP/1.1 ${status} X\r\n${lines.join('')}\r\n${body}`
}

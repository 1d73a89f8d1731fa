// An HTTP proxy for tests: it answers CONNECT, finds hosts by a table of its own, counts what passes, and can misbehave.

import { createServer, type IncomingMessage } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/**
 * What it does with a CONNECT. A number is the status that it answers with. `break`: it closes the connection. `silent`: it
 * never answers. `noHttp`: it answers something else. `cut`: it connects, and closes once the client has sent something.
 */
export type ProxyManners = 'connect' | 'break' | 'silent' | 'noHttp' | 'cut' | number

export interface ConnectProxy {
  url: string
  /** `127.0.0.1:port`, as a fault of it is told. */
  place: string
  /** What was asked for, as `host:port`, in order. */
  asked: string[]
  /** The user and password that were shown with each, as `user:password`; undefined: none. */
  shown: (string | undefined)[]
  /** Bytes that clients have sent through it. */
  passed(): number
  /** Open connections. */
  open(): number
  behave(manners: ProxyManners): void
  /** Cuts what is open. */
  cut(): void
  close(): Promise<void>
}

/** @param hosts the port on this machine behind each `host:port`; what is not there is answered with 502 */
export async function startConnectProxy(hosts: Readonly<Record<string, number>>): Promise<ConnectProxy> {
  const asked: string[] = []
  const shown: (string | undefined)[] = []
  const sockets = new Set<Duplex>()
  let manners: ProxyManners = 'connect'
  let passed = 0

  const server = createServer((_request, response) => response.writeHead(501).end())
  server.on('connection', socket => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
  })
  server.on('connect', (request: IncomingMessage, client: Socket, head: Buffer) => {
    asked.push(request.url ?? '')
    const [, basic] = /^Basic (.+)$/.exec(request.headers['proxy-authorization'] ?? '') ?? []
    shown.push(basic === undefined ? undefined : Buffer.from(basic, 'base64').toString())
    if (manners === 'silent') return
    if (manners === 'break') return client.destroy()
    if (manners === 'noHttp') return void client.end('SSH-2.0-OpenSSH_9.6\r\n')
    const port = hosts[request.url ?? '']
    const status = typeof manners === 'number' ? manners : port === undefined ? 502 : 200
    if (status !== 200 || port === undefined) {
      client.end(`HTTP/1.1 ${status} No\r\ncontent-length: 2\r\n\r\nno`)
      return
    }
    client.write('HTTP/1.1 200 Connection established\r\n\r\n')
    const upstream = connect(port, '127.0.0.1')
    upstream.on('error', () => client.destroy())
    client.on('data', piece => {
      passed += piece.length
      if (manners === 'cut') client.destroy()
    })
    if (head.length > 0) upstream.write(head)
    client.pipe(upstream).pipe(client)
    // Whose client has closed its side is over, whatever the other one still waits for.
    client.on('end', () => client.destroy())
    client.on('close', () => upstream.destroy())
    upstream.on('close', () => client.destroy())
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const place = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: `http://${place}`,
    place,
    asked,
    shown,
    passed: () => passed,
    open: () => sockets.size,
    behave(next) {
      manners = next
    },
    cut,
    close() {
      cut()
      return new Promise(resolve => server.close(() => resolve()))
    },
  }
}

// A TCP proxy to put in front of a server: passes bytes through until told to misbehave.

import type { AddressInfo } from 'node:net'
import { createServer, connect as dial, type Socket } from 'node:net'

export interface TcpProxy {
  port: number
  /** Lets the next matching request through, and cuts the connection instead of passing its answer back. */
  loseNextReply(requestHolds: string): void
  /** Refuses new connections and cuts the open ones, until `up`. */
  down(): void
  up(): void
  close(): Promise<void>
}

export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const open = new Set<Socket>()
  let losing: string | undefined
  let isDown = false

  const server = createServer(client => {
    if (isDown) {
      client.destroy()
      return
    }
    const upstream = dial({ port: targetPort, host: '127.0.0.1' })
    let loseAnswer = false
    for (const socket of [client, upstream]) {
      open.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        open.delete(socket)
        client.destroy()
        upstream.destroy()
      })
    }
    client.on('data', data => {
      if (losing !== undefined && data.includes(losing)) {
        losing = undefined
        loseAnswer = true
      }
      upstream.write(data)
    })
    upstream.on('data', data => {
      if (loseAnswer) client.destroy()
      else client.write(data)
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))

  const cut = () => {
    for (const socket of open) socket.destroy()
  }
  return {
    port: (server.address() as AddressInfo).port,
    loseNextReply(requestHolds) {
      losing = requestHolds
    },
    down() {
      isDown = true
      cut()
    },
    up() {
      isDown = false
    },
    async close() {
      cut()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

// A connection over TLS that is ended in the middle of its handshake: whatever its socket still has to say ends no process.

import { createServer, type Socket } from 'node:net'
import type { Redis } from 'ioredis'
import { expect, it, onTestFinished } from 'vitest'
import { connectBlocking } from '../../../src/adapters/redis/connect.ts'

async function stalling() {
  const sockets: Socket[] = []
  const server = createServer(socket => {
    sockets.push(socket.on('error', () => {}))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const address = server.address()
  return { url: `rediss://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`, sockets }
}

it('hears more than one error of a socket that is left in its handshake, also that of a copy', async () => {
  const { url, sockets } = await stalling()
  const redis = connectBlocking({ mode: 'single', url }, () => {}) as Redis
  const copy = redis.duplicate().on('error', () => {})
  await expect.poll(() => sockets.length).toBe(2)
  for (const each of [redis, copy]) {
    const { stream } = each
    expect(each.status).toBe('connecting')
    each.disconnect()
    // ioredis has heard the first, and listens no longer.
    stream.emit('error', new Error('Client network socket disconnected before secure TLS connection'))
    stream.emit('error', new Error('tlsv1 alert decode error'))
  }
})

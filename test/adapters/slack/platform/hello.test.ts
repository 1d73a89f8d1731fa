// What a new connection of Socket Mode is told, at a server that says what it likes.

import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { readHello } from '../../../../src/adapters/slack/platform/hello.ts'

/** The address of a server that does this with each connection, and how many are open. */
async function serverThat(greets: (socket: WebSocket) => void) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  server.on('connection', greets)
  await new Promise<void>(resolve => server.once('listening', resolve))
  onTestFinished(() => {
    for (const socket of server.clients) socket.terminate()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { url: `ws://127.0.0.1:${port}/link`, open: () => server.clients.size }
}

const say =
  (...frames: unknown[]) =>
  (socket: WebSocket) => {
    for (const frame of frames) socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame))
  }

it('says how many connections there are, and closes its own', async () => {
  const { url, open } = await serverThat(say({ type: 'hello', num_connections: 3 }))
  expect(await readHello(url, 5_000)).toEqual({ kind: 'said', connections: 3, missed: 0 })
  await expect.poll(open).toBe(0)
})

it.each<[string, unknown[], unknown]>([
  ['says no number', [{ type: 'hello' }], { kind: 'said', connections: null, missed: 0 }],
  [
    'first says what is none of ours',
    ['nonsense', '{"type":7}', { type: 'hello', num_connections: 1 }],
    { kind: 'said', connections: 1, missed: 0 },
  ],
  [
    'ends it',
    [{ type: 'disconnect', reason: 'too_many_websockets' }],
    { kind: 'ended', reason: 'too_many_websockets' },
  ],
  ['ends it without a word', [{ type: 'disconnect' }], { kind: 'ended', reason: 'disconnect' }],
])('understands a Slack that %s', async (_, frames, hello) => {
  const { url } = await serverThat(say(...frames))
  expect(await readHello(url, 5_000)).toEqual(hello)
})

it('acknowledges nothing that comes to it meanwhile', async () => {
  const heard: string[] = []
  const { url } = await serverThat(socket => {
    socket.on('message', data => heard.push(String(data)))
    say(
      { type: 'hello', num_connections: 1 },
      { type: 'slash_commands', envelope_id: 'e-1', payload: {} },
    )(socket)
  })
  expect(await readHello(url, 5_000)).toMatchObject({ kind: 'said', connections: 1 })
  expect(heard).toEqual([])
})

it('does not wait for a Slack that says nothing, ends it, or is not there', async () => {
  const silent = await serverThat(() => {})
  expect(await readHello(silent.url, 200)).toEqual({ kind: 'unasked', cause: 'no hello within 0.2 s' })
  const broken = { kind: 'unasked', cause: 'the connection broke off' }
  const ending = await serverThat(socket => socket.terminate())
  expect(await readHello(ending.url, 5_000)).toEqual(broken)
  expect(await readHello('ws://127.0.0.1:1/', 5_000)).toEqual(broken)
  expect(await readHello('', 5_000)).toEqual({
    kind: 'unasked',
    cause: 'the address that it gave is none',
  })
})

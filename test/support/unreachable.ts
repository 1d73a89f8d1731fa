// Places at which no connection comes about: a host that is not found, a port that nobody listens on, and a server that
// takes nobody in.

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'

/** Its label is over 63 characters: the resolver itself refuses it, so no name server is asked, here or elsewhere. */
export const NO_SUCH_HOST = `${'no-such-host'.repeat(6)}.invalid`

export async function closedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise(resolve => server.close(resolve))
  return port
}

/** Listens on a thread that then sleeps, so that nothing is accepted. */
const DEAF = `
const { parentPort } = require('node:worker_threads')
const server = require('node:net').createServer()
server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
  parentPort.postMessage(server.address().port)
  setTimeout(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0), 0)
})
`
/** More than wait for such a server at once. */
const WAITING = 8

/** Its queue is full: the kernel answers no further connection. */
export async function startDeafServer(): Promise<{ port: number; close(): Promise<void> }> {
  const worker = new Worker(DEAF, { eval: true })
  const [port] = (await once(worker, 'message')) as [number]
  await delay(50)
  const sockets: Socket[] = []
  for (let each = 0; each < WAITING; each++) {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => {})
    sockets.push(socket)
  }
  await delay(50)
  return {
    port,
    async close() {
      for (const socket of sockets) socket.destroy()
      await worker.terminate()
    },
  }
}

// The proxy is evidence in other tests, so that it has to do what it says, no more and no less.

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts'

/** Answers every piece with `you said <piece>`, and remembers it. */
async function startEcho() {
  const heard: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('data', data => {
      heard.push(data.toString())
      socket.write(`you said ${data}`)
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise(resolve => server.close(resolve))
  })
  return { port: (server.address() as AddressInfo).port, heard }
}

async function start() {
  const echo = await startEcho()
  const proxy = await startTcpProxy(echo.port)
  onTestFinished(() => proxy.close())
  return { proxy, heard: echo.heard }
}

async function dial(proxy: TcpProxy) {
  const socket = connect(proxy.port, '127.0.0.1')
  const end: { how?: string } = {}
  let received = ''
  socket.on('data', data => {
    received += data
  })
  socket.on('error', (error: NodeJS.ErrnoException) => {
    end.how = error.code ?? 'error'
  })
  socket.on('close', () => {
    end.how ??= 'closed'
  })
  await once(socket, 'connect')
  onTestFinished(() => void socket.destroy())
  return { say: (text: string) => void socket.write(text), received: () => received, end }
}

const eventually = (holds: () => unknown) => expect.poll(holds, { timeout: 1_000, interval: 2 })
const aWhile = () => new Promise(resolve => setTimeout(resolve, 40))

it('passes both ways', async () => {
  const { proxy } = await start()
  const caller = await dial(proxy)
  caller.say('hello')
  await eventually(caller.received).toBe('you said hello')
  expect(proxy.connections()).toBe(1)
})

it('loses one reply to what was carried out, and only to what matches', async () => {
  const { proxy, heard } = await start()
  proxy.loseNextReply('two')
  const caller = await dial(proxy)
  caller.say('one')
  await eventually(caller.received).toBe('you said one')
  caller.say('two')
  await eventually(() => caller.end.how).toBe('closed')
  expect(heard).toEqual(['one', 'two'])
  expect(caller.received()).toBe('you said one')
  const again = await dial(proxy)
  again.say('two')
  await eventually(again.received).toBe('you said two')
})

it('keeps a request to itself, so that it never arrives', async () => {
  const { proxy, heard } = await start()
  const held = proxy.holdNextRequest('two')
  const caller = await dial(proxy)
  caller.say('two')
  expect(await held).toBe('held')
  caller.say('three')
  await aWhile()
  expect(heard).toEqual([])
  expect(caller.end.how).toBeUndefined()
  proxy.clear()
  await eventually(() => caller.end.how).toBe('closed')
  expect(heard).toEqual([])
})

it('keeps an answer to itself, once the request was carried out', async () => {
  const { proxy, heard } = await start()
  const held = proxy.holdNextReply('two')
  const caller = await dial(proxy)
  caller.say('two')
  expect(await held).toBe('held')
  expect(heard).toEqual(['two'])
  await aWhile()
  expect(caller.received()).toBe('')
  expect(caller.end.how).toBeUndefined()
})

it('tells whoever waits for a request that it never came', async () => {
  const { proxy } = await start()
  const held = [proxy.holdNextRequest('never'), proxy.holdNextReply('never')]
  proxy.clear()
  expect(await Promise.all(held)).toEqual(['cleared', 'cleared'])
})

it('passes so much of one answer and cuts the connection', async () => {
  const { proxy } = await start()
  proxy.cutAnswerAfter(8)
  const caller = await dial(proxy)
  caller.say('hello')
  await eventually(() => caller.end.how).toBe('closed')
  expect(caller.received()).toBe('you said')
  const again = await dial(proxy)
  again.say('hello')
  await eventually(again.received).toBe('you said hello')
})

it('takes longer for each piece, and keeps their order', async () => {
  const { proxy } = await start()
  proxy.latency(30)
  const caller = await dial(proxy)
  const before = performance.now()
  caller.say('slow')
  await aWhile()
  proxy.latency(0)
  caller.say(' and quick')
  await eventually(() => caller.received().includes('quick')).toBe(true)
  expect(performance.now() - before).toBeGreaterThanOrEqual(55)
  expect(caller.received()).toMatch(/^you said slow.* and quick$/)
})

it('accepts connections and passes nothing while it hangs, and delivers late', async () => {
  const { proxy, heard } = await start()
  const before = await dial(proxy)
  proxy.hang()
  const during = await dial(proxy)
  before.say('one')
  during.say('two')
  await aWhile()
  expect(heard).toEqual([])
  expect([before.end.how, during.end.how]).toEqual([undefined, undefined])
  proxy.resume()
  await eventually(before.received).toBe('you said one')
  await eventually(during.received).toBe('you said two')
})

it('resets what is open, and goes on with what comes next', async () => {
  const { proxy } = await start()
  const caller = await dial(proxy)
  caller.say('one')
  await eventually(caller.received).toBe('you said one')
  proxy.reset()
  await eventually(() => caller.end.how).toBe('ECONNRESET')
  const again = await dial(proxy)
  again.say('two')
  await eventually(again.received).toBe('you said two')
})

it('is away until it is up again', async () => {
  const { proxy, heard } = await start()
  const caller = await dial(proxy)
  proxy.down()
  await eventually(() => caller.end.how).toBeDefined()
  const during = await dial(proxy)
  during.say('one')
  await eventually(() => during.end.how).toBeDefined()
  expect(heard).toEqual([])
  proxy.up()
  const after = await dial(proxy)
  after.say('two')
  await eventually(after.received).toBe('you said two')
})

it('is back to passing after clear, whatever it was told', async () => {
  const { proxy } = await start()
  proxy.loseNextReply()
  proxy.cutAnswerAfter(1)
  proxy.latency(10_000)
  proxy.hang()
  proxy.down()
  proxy.clear()
  const caller = await dial(proxy)
  caller.say('hello')
  await eventually(caller.received).toBe('you said hello')
})

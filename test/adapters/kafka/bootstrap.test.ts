// Behind servers that are silent, one that is there is found in time, however many they are; and one that is only slow does
// not have everybody asked.

import { createServer, type Socket } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { brokerOf, ID, kafkaOf } from './scripted.ts'

/** Takes connections, and what comes over them, and never says anything: like a host behind a firewall that drops packets. */
async function blackHole(): Promise<string> {
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => {}).resume()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const address = server.address()
  return `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
}

const many = (count: number) => Promise.all(Array.from({ length: count }, blackHole))

it.each([
  ['a person', 8_000],
  ['a plan', 600_000],
])('of 20 servers the last alone is there, and %s gets an answer within seconds', async (_who, readMs) => {
  const good = await brokerOf({})
  const kafka = kafkaOf([...(await many(19)), good.bootstrap].join(','))
  const startedMs = performance.now()
  expect((await kafka.reader({ readMs }).topics(ID, '')).kind).toBe('read')
  expect(performance.now() - startedMs).toBeLessThan(5_000)
})

it('where none is there, that is told when the last has had its time, and not when each of them has', {
  tags: ['long'],
}, async () => {
  const kafka = kafkaOf((await many(8)).join(','), { timeouts: { connectMs: 1_000 } })
  const startedMs = performance.now()
  const read = await kafka.reader({ readMs: 60_000 }).topics(ID, '')
  expect(read).toEqual({ kind: 'unavailable', cause: expect.stringMatching(/^noAnswer /) })
  expect(performance.now() - startedMs).toBeLessThan(5_000)
})

it('the next question goes to the one that is there, and not to those that have not answered yet', async () => {
  const good = await brokerOf({})
  const kafka = kafkaOf([...(await many(3)), good.bootstrap].join(','))
  const reader = kafka.reader({ readMs: 8_000 })
  await reader.topics(ID, '')
  const startedMs = performance.now()
  await reader.topics(ID, '')
  expect(performance.now() - startedMs).toBeLessThan(200)
})

it('one that is connected and slow is asked alone for a while', async () => {
  const other = await brokerOf({})
  const slow = await brokerOf({})
  const kafka = kafkaOf([slow, other].map(each => each.bootstrap).join(','))
  const reader = kafka.reader({ readMs: 8_000 })
  expect((await reader.topics(ID, '')).kind).toBe('read')
  slow.answers.Metadata = async () => {
    await new Promise(resolve => setTimeout(resolve, 500))
    const brokers = [{ nodeId: 1, host: '127.0.0.1', port: slow.port, rack: null }]
    const rest = { clusterId: null, controllerId: 1, topics: [], clusterAuthorizedOperations: -1 }
    return { throttleTimeMs: 0, brokers, ...rest }
  }
  expect((await reader.topics(ID, '')).kind).toBe('read')
  expect(other.requests).toEqual([])
})

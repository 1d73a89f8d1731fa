// Several listeners of the same brokers: who comes by one is told the addresses of that one, and all reach the same cluster.

import { expect, it, onTestFinished } from 'vitest'
import { startTcpProxy } from '../../support/tcp-proxy.ts'
import { callerOf } from './caller.ts'
import { codesOf, commitOf, GREETING, started } from './start.ts'

const ALL_TOPICS = {
  Topics: null,
  AllowAutoTopicCreation: false,
  IncludeClusterAuthorizedOperations: false,
  IncludeTopicAuthorizedOperations: false,
}

it('tells whoever comes by another listener where the brokers are for them', async () => {
  const { cluster, kafka, caller } = await started({ brokers: 2 })
  const behind: number[] = []
  const bootstrap = await kafka.listen(async port => {
    behind.push(port)
    const proxy = await startTcpProxy(port)
    onTestFinished(() => proxy.close())
    return proxy.port
  })
  const portsIn = (servers: string) => servers.split(',').map(each => Number(each.split(':')[1]))
  const ports = portsIn(bootstrap)
  expect(new Set([...behind, ...ports]).size).toBe(4)
  const other = await callerOf(bootstrap)
  onTestFinished(other.close)

  const brokersFor = async (asking: typeof caller) =>
    (await asking.ask('Metadata', 9, ALL_TOPICS)).Brokers.map(each => each.Port)
  expect(await brokersFor(other)).toEqual(ports)
  expect(await brokersFor(caller)).toEqual(portsIn(kafka.bootstrap))

  kafka.moveCoordinator('simple', 1)
  const found = await other.ask('FindCoordinator', 3, { Key: 'simple', KeyType: 0, CoordinatorKeys: [] })
  expect(found).toMatchObject({ NodeId: 1, Port: ports[0] })
  expect(await codesOf(other, commitOf('simple', { 'orders 0': 70n }))).toEqual({ 'orders 0': 0 })
  expect(cluster.effects('simple')).toHaveLength(1)
})

it('counts the calls of each listener, and those that went wrong', async () => {
  const { kafka, caller } = await started()
  const other = await callerOf(await kafka.listen(async port => port))
  onTestFinished(other.close)
  kafka.inject('ApiVersions', { kind: 'delay', ms: 1 })
  for (const each of [caller, other]) await each.ask('ApiVersions', 3, GREETING)
  await codesOf(other, commitOf('simple', { 'orders 0': 70n }))
  expect(kafka.tally('ApiVersions')).toEqual({ received: 2, wrong: 1 })
  expect(kafka.tally()).toEqual({ received: 3, wrong: 1 })
})

// What is told of the clusters themselves, over simulated Kafkas: the entries here need no Redis.

import { expect, it, onTestFinished, vi } from 'vitest'
import type { ClusterEntry } from '../src/config-clusters.ts'
import { openClusters } from '../src/open-clusters.ts'
import { createCluster } from '../src/sandbox/cluster/model.ts'
import { startKafkaBroker } from '../src/sandbox/kafka/start.ts'

/** It says its name for its ClusterId. */
async function kafkaNamed(id: string): Promise<string> {
  const kafka = await startKafkaBroker(
    createCluster({ instances: [{ id, name: id, topics: [], groups: [] }] }),
  )
  onTestFinished(kafka.close)
  return kafka.bootstrap
}

const entryOf = (id: string, bootstrap: string): ClusterEntry => ({
  ...{ kind: 'kafka', id, name: id.toUpperCase() },
  kafka: { id, name: id.toUpperCase(), bootstrap: [bootstrap] },
})

function opened(entries: readonly ClusterEntry[]) {
  const told: unknown[] = []
  const faults: unknown[] = []
  const clusters = openClusters({
    ...{ entries, clock: Date.now, redis: null as never, redisPrefix: 'x', quotaFactor: 1, mayChange: true },
    proxies: null,
    ...{ onCall: () => {}, onTrouble: () => {}, onRenewal: () => {} },
    onClusterId: (...news) => told.push(news),
    onFault: error => faults.push(error),
  })
  onTestFinished(async () => {
    await clusters.close()
    expect(faults).toEqual([])
  })
  return { clusters, told }
}

it('tells that an edit has given the id of an entry to another cluster', async () => {
  const [one, other] = [await kafkaNamed('first'), await kafkaNamed('second')]
  const before = entryOf('a', one)
  const { clusters, told } = opened([before])
  await clusters.readers.plan.topics('a', '')
  expect(told).toEqual([])
  const now = entryOf('a', other)
  clusters.change({ entries: [now], added: [], changed: [now] })
  await vi.waitUntil(() => told.length > 0)
  expect(told).toEqual([['A', { kind: 'another', was: 'first', is: 'second' }]])
})

it('a cluster that does not answer is waited for: only one that could not be opened is none', async () => {
  const away = opened([entryOf('a', '127.0.0.1:1'), entryOf('b', '127.0.0.1:1')]).clusters
  await away.tryKeys()
  await vi.waitUntil(async () => {
    await away.readers.plan.topics('a', '').catch(() => {})
    await away.readers.plan.topics('b', '').catch(() => {})
    return away.troubles().length === 2
  })
  expect(away.areNoneOpen()).toBe(false)
  const broken = opened([entryOf('a', 'no port')]).clusters
  expect(broken.troubles()).toHaveLength(1)
  expect(broken.areNoneOpen()).toBe(true)
})

it('tells of two entries whose brokers say that they are one cluster', async () => {
  const server = await kafkaNamed('first')
  const [port] = server.split(':').slice(-1)
  const { told } = opened([entryOf('a', `127.0.0.1:${port}`), entryOf('b', `localhost:${port}`)])
  await vi.waitUntil(() => told.length > 0)
  expect([
    [['A', { kind: 'same', other: 'b', clusterId: 'first' }]],
    [['B', { kind: 'same', other: 'a', clusterId: 'first' }]],
  ]).toContainEqual(told)
})

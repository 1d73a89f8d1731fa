// What more clusters cost whoever uses one of them: the list of all, and a look at a group of the last, with 1, 10 and 50
// of them. All are simulated Kafkas in this one process, so that their own work is in what is measured.

import { once } from 'node:events'
import { Redis } from 'ioredis'
import { afterEach, expect, it } from 'vitest'
import type { ClusterEntry } from '../../src/config-clusters.ts'
import { type OpenClusters, openClusters } from '../../src/open-clusters.ts'
import { createCluster } from '../../src/sandbox/cluster/model.ts'
import { startKafkaBroker } from '../../src/sandbox/kafka/start.ts'
import { startRedis } from '../../src/sandbox/redis/start.ts'
import { type Measurement, median, printTable } from './measure.ts'

const SIZES = [1, 10, 50]
const WARM_UPS = 300
const ROUNDS = 200
const LOG = { start: 0n, end: 100n, written: [{ fromOffset: 0n, atMs: 1_700_000_000_000, everyMs: 1_000 }] }

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

it('does not wait longer for one of many clusters', async () => {
  const redis = await aRedis()
  const medians = new Map<string, number>()
  for (const size of SIZES) {
    const entries = await Promise.all(Array.from({ length: size }, (_, index) => aKafka(index)))
    const clusters = open(entries, redis)
    const last = { instanceId: entries.at(-1)?.id ?? '', group: 'billing' }
    const { person } = clusters.readers
    const deeds = {
      'list of instances': async () => expect((await person.instances()).kind).toBe('read'),
      'what the last one can': async () =>
        expect((await person.abilitiesOf(last.instanceId)).kind).toBe('read'),
      'a group of the last one': async () => {
        const [group, positions] = await Promise.all([person.group(last), person.positions(last)])
        expect([group.kind, positions.kind]).toEqual(['read', 'read'])
      },
    }
    for (const [what, deed] of Object.entries(deeds)) {
      const took: number[] = []
      for (let round = -WARM_UPS; round < ROUNDS; round++) {
        const beganMs = performance.now()
        await deed()
        if (round >= 0) took.push(performance.now() - beganMs)
      }
      medians.set(`${what} ${size}`, median(took))
    }
    for (const close of closers.splice(1).reverse()) await close()
  }
  const names = ['list of instances', 'what the last one can', 'a group of the last one']
  const rows = names.flatMap(what =>
    SIZES.slice(1).map(
      (size): Measurement => ({
        what: `${what}, ${size} clusters`,
        unit: 'ms',
        measured: medians.get(`${what} ${size}`) ?? Number.NaN,
        baseline: medians.get(`${what} ${SIZES[0]}`) ?? Number.NaN,
        // A list is as long as what is on it.
        ...(what.startsWith('list') ? {} : { target: { of: 'ratio', atMost: 1.5 } as const }),
      }),
    ),
  )
  printTable('Many clusters', rows, [`Baseline: one cluster. Median of ${ROUNDS}.`])
}, 120_000)

async function aRedis(): Promise<Redis> {
  const server = await startRedis()
  const redis = new Redis(server.url)
  closers.push(async () => {
    redis.disconnect()
    await server.close()
  })
  await once(redis, 'ready')
  return redis
}

async function aKafka(index: number): Promise<ClusterEntry> {
  const id = `kafka-${index}`
  const kafka = await startKafkaBroker(
    createCluster({
      instances: [
        {
          id,
          name: id,
          topics: [{ name: 'orders', partitions: [LOG, LOG, LOG] }],
          groups: [{ name: 'billing', commits: { orders: [1n, 2n, 3n] } }],
        },
      ],
    }),
  )
  closers.push(kafka.close)
  return { kind: 'kafka', id, name: id, kafka: { id, name: id, bootstrap: kafka.bootstrap.split(',') } }
}

function open(entries: readonly ClusterEntry[], redis: Redis): OpenClusters {
  const clusters = openClusters({
    entries,
    clock: Date.now,
    redis,
    redisPrefix: 'bench',
    quotaFactor: 1,
    proxies: null,
    onCall: () => {},
    mayChange: false,
    onTrouble: () => {},
    onClusterId: () => {},
    onFault: error => {
      throw error
    },
    onRenewal: () => {},
  })
  closers.push(clusters.close)
  return clusters
}

// Owns the clusters that the demo and the tests begin with.
// It must never depend on a clock of its own: the same `now` gives the same cluster.

import type { PartitionSeed } from './log.ts'
import type { ClusterSeed } from './model.ts'

const minute = 60_000
const hour = 60 * minute

/** A log that has been written evenly until `now`. */
const writtenEvenly = (start: bigint, end: bigint, everyMs: number, now: number): PartitionSeed => ({
  start,
  end,
  written: [{ fromOffset: start, atMs: now - Number(end - start) * everyMs, everyMs }],
})

/** Where a consumer stood that stopped `agoMs` before `now`. */
const stoppedAgo = ({ end, written }: PartitionSeed, agoMs: number): bigint =>
  end - BigInt(Math.floor(agoMs / (written[0]?.everyMs || 1)))

/**
 * An online shop. `orders-billing` stopped two hours ago and can be reset; `orders-audit` is running and cannot;
 * `报表 a&b @x` is a name that breaks careless encoding. Partition 5 of shipments has nearly lost what billing has
 * not read yet.
 */
export function demoSeed(now: number): ClusterSeed {
  const orders = [812_430n, 799_102n, 805_871n, 820_015n].map((end, index) =>
    writtenEvenly(end - 370_000n, end, 650 + 20 * index, now),
  )
  const payments = [402_113n, 398_874n, 401_250n].map((end, index) =>
    writtenEvenly(end - 180_000n, end, 1_400 + 50 * index, now),
  )
  const shipments = [95_210n, 96_044n, 94_987n, 95_611n, 95_930n].map(end =>
    writtenEvenly(end - 45_000n, end, 5_600, now),
  )
  const nearEdge = writtenEvenly(94_102n, 95_478n, 5_600, now)
  shipments.push(nearEdge)

  return {
    instances: [
      {
        id: 'ckafka-demo0001',
        name: 'orders-demo',
        topics: [
          { name: 'orders', note: 'every order placed', partitions: orders },
          { name: 'payments', note: 'captured and refunded payments', partitions: payments },
          { name: 'shipments', note: 'parcels handed over', partitions: shipments },
        ],
        groups: [
          {
            name: 'orders-billing',
            commits: {
              orders: orders.map((log, index) => stoppedAgo(log, 2 * hour + index * minute)),
              payments: payments.map(log => stoppedAgo(log, 2 * hour)),
              shipments: shipments.map(log =>
                log === nearEdge ? log.start + 90n : stoppedAgo(log, 2 * hour),
              ),
            },
          },
          {
            name: 'orders-audit',
            commits: { orders: orders.map(log => log.end - 3n) },
            members: [
              { clientId: 'audit-1', host: '/10.0.3.11', assignment: { orders: [0, 1] } },
              { clientId: 'audit-2', host: '/10.0.3.12', assignment: { orders: [2, 3] } },
            ],
          },
          { name: '报表 a&b @x', commits: { payments: payments.map(log => stoppedAgo(log, 26 * hour)) } },
        ],
      },
    ],
  }
}

/**
 * A site's events, on an Apache Kafka. `clicks-sessions` speaks the protocol of KIP-848 and stopped three hours ago, with a
 * partition that has lost what it has not read yet; `clicks-alerts` is running; `invoices-mail` commits to a topic that is
 * compacted, so that counts there are `at most`.
 */
export function kafkaDemoSeed(now: number): ClusterSeed {
  const clicks = [1_204_551n, 1_198_020n, 1_211_347n].map((end, index) =>
    writtenEvenly(end - 520_000n, end, 400 + 15 * index, now),
  )
  const invoices = [61_204n, 60_877n].map(end => writtenEvenly(end - 21_000n, end, 9_000, now))
  const profiles = [30_412n, 29_966n].map(end => writtenEvenly(0n, end, 30_000, now))
  return {
    instances: [
      {
        id: 'kafka-demo',
        name: 'events-demo',
        topics: [
          { name: 'clicks', partitions: clicks },
          { name: 'invoices', partitions: invoices },
          { name: 'profiles', partitions: profiles, config: { 'cleanup.policy': 'compact' } },
        ],
        groups: [
          {
            name: 'clicks-sessions',
            type: 'consumer',
            commits: {
              clicks: clicks.map((log, index) =>
                index === 1 ? log.start - 4_000n : stoppedAgo(log, 3 * hour + index * minute),
              ),
            },
          },
          {
            name: 'clicks-alerts',
            type: 'consumer',
            commits: { clicks: clicks.map(log => log.end - 2n) },
            members: [{ clientId: 'alerts-1', host: '/10.0.7.21', assignment: { clicks: [0, 1, 2] } }],
          },
          {
            name: 'invoices-mail',
            commits: {
              invoices: invoices.map(log => stoppedAgo(log, 5 * hour)),
              profiles: profiles.map(log => stoppedAgo(log, 5 * hour)),
            },
          },
        ],
      },
    ],
  }
}

/** The cluster in which the sample answer of the SetGroupOffsets page is what a reset to latest gives. */
export function seedPageSeed(now = 1_700_000_000_000): ClusterSeed {
  const partitions = [29_402n, 112_843n, 27_708n, 29_149n].map(end => writtenEvenly(0n, end, 1_000, now))
  return {
    instances: [
      {
        id: 'ckafka-xxooa0',
        name: 'test',
        topics: [{ name: 'streams-wordcount-output', partitions }],
        groups: [
          {
            name: 'streams-wordcount',
            commits: { 'streams-wordcount-output': [20_000n, 90_000n, 0n, 100n] },
          },
        ],
      },
    ],
  }
}

/** One Empty group, `bulk`, behind on `partitions` partitions, a hundred to a topic (`bulk-000`, `bulk-001`, …). */
export function bigSeed(partitions = 10_000, now = 1_700_000_000_000): ClusterSeed {
  const topics = Array.from({ length: Math.ceil(partitions / 100) }, (_, index) => ({
    name: `bulk-${String(index).padStart(3, '0')}`,
    partitions: Array.from({ length: Math.min(100, partitions - index * 100) }, (_, partition) =>
      writtenEvenly(1_000n, 50_000n + BigInt(partition), 1_000, now),
    ),
  }))
  const commits = Object.fromEntries(
    topics.map(topic => [topic.name, topic.partitions.map(log => log.end - 10_000n)]),
  )
  return { instances: [{ id: 'ckafka-bulk0001', name: 'bulk', topics, groups: [{ name: 'bulk', commits }] }] }
}

/**
 * As many as a list has to page through: 5 000 groups and 2 000 topics (`orders.events-0000`, `orders.reader-0000`, …),
 * each topic a partition of a thousand messages, each group behind on one or two topics.
 */
export function wideSeed(now = 1_700_000_000_000): ClusterSeed {
  const words = [
    'orders',
    'payments',
    'shipments',
    'stock',
    'prices',
    'users',
    'search',
    'mail',
    'audit',
    'ads',
  ]
  const named = (what: string, index: number) =>
    `${words[index % words.length]}.${what}-${String(index).padStart(4, '0')}`
  const topics = Array.from({ length: 2_000 }, (_, index) => ({
    name: named('events', index),
    partitions: [writtenEvenly(0n, 1_000n, 1_000, now)],
  }))
  const groups = Array.from({ length: 5_000 }, (_, index) => ({
    name: named('reader', index),
    commits: Object.fromEntries(
      [index, index * 2].map(topic => [named('events', topic % 2_000), [BigInt(index % 1_000)]]),
    ),
  }))
  return { instances: [{ id: 'ckafka-wide0001', name: 'wide', topics, groups }] }
}

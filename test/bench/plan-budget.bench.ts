// How long a plan over API 3.0 takes at the limits that the API documents, with 40 ms for each answer, against what the
// budgets allow at best. Nearly all of it is waiting, so that a busy machine changes little.

import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { Redis } from 'ioredis'
import { afterEach, expect, it } from 'vitest'
import { budgetsOf } from '../../src/adapters/ckafka/budgets.ts'
import { createCkafka } from '../../src/adapters/ckafka/ckafka.ts'
import { createQuota } from '../../src/adapters/redis/quota.ts'
import type { Reset, Strategy } from '../../src/request/reset.ts'
import { type CkafkaSimulator, startCkafkaSimulator } from '../../src/sandbox/ckafka/start.ts'
import { startRedis } from '../../src/sandbox/redis/start.ts'
import { observe } from '../../src/service/observe.ts'
import { ACCOUNT, INSTANCE } from './approved.ts'
import { type Measurement, printTable } from './measure.ts'

const ANSWER_MS = 40
const T0 = 1_700_000_000_000
const LOG_PAGE = 20
/** Calls a second, as the API documents them. */
const LOGS_A_SECOND = 5
const TIMES_A_SECOND = 1

const shift: Strategy = { kind: 'shift', direction: 'replay', count: 100n }
const time: Strategy = { kind: 'time', timeMs: T0 + 60_000 }
const CASES: [topics: number, partitions: number, strategy: Strategy][] = [
  [1, 3, shift],
  [30, 10, shift],
  [100, 100, shift],
  [1, 3, time],
  [10, 10, time],
]

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

it('plans at the pace of the budgets', async () => {
  const server = await startRedis()
  closers.push(server.close)
  const redis = new Redis(server.url)
  closers.push(() => redis.disconnect())
  await once(redis, 'ready')
  await secondsToPlan(redis, 1, 1, shift)
  const rows: Measurement[] = []
  for (const [topics, partitions, strategy] of CASES) {
    const measured = await secondsToPlan(redis, topics, partitions, strategy)
    rows.push({
      what: `${topics} × ${partitions}${strategy.kind === 'time' ? ' by time' : ''}`,
      unit: 's',
      measured,
      baseline: fewestSeconds(topics, partitions, strategy),
      target: { of: 'ratio', atMost: 1.2 },
    })
  }
  printTable('A plan over API 3.0 at its documented limits', rows, [
    `Baseline: the calls that the logs (${LOGS_A_SECOND} a second) and the times (${TIMES_A_SECOND} a second) take at the least, the first at once, and ${ANSWER_MS} ms for each step that waits for the one before it.`,
  ])
}, 600_000)

/** Logs, times, kinds, and the group with its commits come one after the other. */
function fewestSeconds(topics: number, partitions: number, { kind }: Strategy): number {
  // A page that is full is followed by another, whatever the API's count says.
  const logs = topics * Math.ceil((partitions + 1) / LOG_PAGE)
  const times = kind === 'time' ? topics * partitions : 0
  const steps = times === 0 ? 3 : 4
  return (
    Math.ceil(logs / LOGS_A_SECOND - 1) +
    Math.max(0, Math.ceil(times / TIMES_A_SECOND - 1)) +
    (steps * ANSWER_MS) / 1_000
  )
}

async function secondsToPlan(
  redis: Redis,
  topics: number,
  partitions: number,
  strategy: Strategy,
): Promise<number> {
  const names = Array.from({ length: topics }, (_, index) => `topic-${index}`)
  const simulator = await startSimulator(names, partitions)
  simulator.inject('*', { kind: 'delay', ms: ANSWER_MS }, Number.POSITIVE_INFINITY)
  const quota = createQuota(redis, randomUUID(), budgetsOf('v3', 'bench'))
  const cluster = createCkafka(
    { dialect: 'v3', endpoint: simulator.url, region: 'ap-guangzhou', ...ACCOUNT },
    { now: Date.now, quota },
  )
  try {
    const reset: Reset = {
      target: { instanceId: INSTANCE, group: 'billing' },
      strategy,
      scope: 'topics',
      topics: names,
      partitions: {},
    }
    const reader = cluster.reader({ urgency: 'person', readMs: 120_000 })
    const beganMs = performance.now()
    const seen = await observe(reset, { reader, clock: Date.now, logsOf: () => true, withTargets: true })
    const tookMs = performance.now() - beganMs
    if (seen.kind !== 'read') throw new Error(JSON.stringify(seen))
    expect(seen.value.facts.positions).toHaveLength(topics * partitions)
    return tookMs / 1_000
  } finally {
    await cluster.close()
    await simulator.close()
  }
}

function startSimulator(names: readonly string[], partitions: number): Promise<CkafkaSimulator> {
  const log = { start: 100n, end: 1_000n, written: [{ fromOffset: 100n, atMs: T0, everyMs: 1_000 }] }
  const each = <T>(value: T) => Array.from({ length: partitions }, () => value)
  return startCkafkaSimulator({
    ...ACCOUNT,
    seed: {
      instances: [
        {
          id: INSTANCE,
          name: 'bench',
          topics: names.map(name => ({ name, partitions: each(log) })),
          groups: [{ name: 'billing', commits: Object.fromEntries(names.map(name => [name, each(500n)])) }],
        },
      ],
    },
  })
}

// Rewind over a real Kafka against Kafka's own tool on the same broker: a reset from the submit to the read-back, a plan by
// time of very many partitions, the calls that each takes, and the memory of such a plan. Skipped where there is no Java.
//
// It can be run alone: npx vitest run --config test/bench/vitest.config.ts test/bench/kafka.bench.ts

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { KafkaCall } from '../../src/adapters/kafka/settings.ts'
import { type Facts, planRows } from '../../src/request/plan-rows.ts'
import { startRedis } from '../../src/sandbox/redis/start.ts'
import { ID, value } from '../kafka/adapter.ts'
import { whyNoKafka } from '../kafka/broker/jars.ts'
import { type RunningKafka, startKafka } from '../kafka/broker/start.ts'
import { type Driver, startDriver } from '../kafka/driver/driver.ts'
import { consumerGroupsScript } from '../kafka/judge/script.ts'
import { judgementIn } from '../kafka/judge/tool.ts'
import { type Rewind, resetOf, startRewind } from '../kafka/rewind.ts'
import { GUARD } from '../support/requests.ts'
import { startChild } from './child.ts'
import { type Measurement, median, printTable } from './measure.ts'

const T0 = 1_700_000_000_000
const HALFWAY_MS = T0 + 5_000
const VERSION = '4.4.0'
const RUNS = 15
const TOOL_RUNS = 3
const TOPICS = Number(process.env.BENCH_KAFKA_TOPICS ?? 10)
const PARTITIONS_EACH = 1_000
const PARTITIONS = TOPICS * PARTITIONS_EACH
const CREATED_AT_ONCE = 500
const COMMITTED_AT_ONCE = 2_000
const MB = 1_000_000

const why = await whyNoKafka()
if (why !== null) console.log(why)

describe.skipIf(why !== null)('over a real Kafka', () => {
  const closers: (() => unknown)[] = []
  let kafka: RunningKafka
  let driver: Driver
  let redisUrl: string
  let rewind: Rewind

  beforeAll(async () => {
    const redis = await startRedis({ appendonly: 'always' })
    closers.push(redis.close)
    redisUrl = redis.url
    kafka = await startKafka({
      version: VERSION,
      // As little of the disk and of the address space as ten thousand partitions can do with.
      settings: {
        'log.index.size.max.bytes': '4096',
        'log.segment.bytes': '1048576',
        // Messages of years ago stay.
        'log.retention.hours': '1000000',
      },
      heapMb: 1_024,
    })
    closers.push(kafka.close)
    driver = await startDriver(VERSION, kafka.bootstrap)
    closers.push(driver.close)
    rewind = await startRewind(kafka.bootstrap, redisUrl, { readMs: 60_000 })
    closers.push(rewind.close)
  }, 120_000)
  afterAll(async () => {
    for (const close of closers.splice(0).reverse()) await close()
  })

  const script = (...args: string[]) => consumerGroupsScript(VERSION, kafka.bootstrap, ...args)

  it('resets a topic of three partitions', async () => {
    await driver.createTopics({ name: 'orders', partitions: 3 })
    await driver.produce(
      Array.from({ length: 30 }, (_, n) => ({ topic: 'orders', partition: n % 3, atMs: T0 + n * 1_000 })),
    )
    const standing = async (group: string) => {
      await driver.commit(
        group,
        [0, 1, 2].map(partition => ({ topic: 'orders', partition, offset: 10n })),
      )
      return group
    }
    const DONE = { 'orders 0': 0n, 'orders 1': 0n, 'orders 2': 0n }
    const ours: number[] = []
    const calls = { plan: [] as KafkaCall[], execute: [] as KafkaCall[] }
    for (let run = -3; run < RUNS; run++) {
      const group = await standing(`rewind-${run}`)
      const began = performance.now()
      const first = rewind.adapter.calls.length
      const { request } = await rewind.plan(
        await rewind.ask(resetOf(group, { kind: 'earliest' }, ['orders'])),
      )
      const planned = rewind.adapter.calls.length
      const ended = await rewind.execute(await rewind.approve(request))
      const tookMs = performance.now() - began
      expect(ended.state.name).toBe('succeeded')
      expect(await driver.offsets(group)).toEqual(DONE)
      calls.plan = rewind.adapter.calls.slice(first, planned)
      calls.execute = rewind.adapter.calls.slice(planned)
      if (run >= 0) ours.push(tookMs)
    }
    const toolMs = async (run: number, tool: (...args: string[]) => Promise<string>) => {
      const group = await standing(`tool-${run}`)
      const args = ['--reset-offsets', '--group', group, '--topic', 'orders', '--to-earliest']
      const began = performance.now()
      await tool(...args, '--dry-run')
      await tool(...args, '--execute')
      const tookMs = performance.now() - began
      expect(await driver.offsets(group)).toEqual(DONE)
      return tookMs
    }
    const theirs: number[] = []
    const warm: number[] = []
    for (let run = 0; run < TOOL_RUNS; run++) theirs.push(await toolMs(run, script))
    for (let run = 0; run < RUNS; run++) warm.push(await toolMs(100 + run, driver.consumerGroups))
    const measured = median(ours)
    printTable(
      'A reset of 1 topic with 3 partitions, over Kafka',
      [
        {
          what: 'from the submit to the read-back, against the script',
          unit: 'ms',
          measured,
          baseline: median(theirs),
          target: { of: 'ratio', atMost: 1 / 20 },
        },
        {
          what: 'against its class in a warm process',
          unit: 'ms',
          measured,
          baseline: median(warm),
        },
        ...wireRows(calls, FEWEST_SMALL),
      ],
      [
        `Rewind: the service over a Redis that writes each commit to disk, nobody waiting; median of ${RUNS}.`,
        `The script: a Java process each for --dry-run and --execute, as kafka-consumer-groups.sh starts it; median of ${TOOL_RUNS}.`,
        `Calls of the plan: ${spoken(calls.plan)}.`,
        `Calls of the execution, with the look before and the read-back: ${spoken(calls.execute)}.`,
        ...FEWEST_NOTES,
      ],
    )
  })

  it(`plans ${PARTITIONS} partitions by time`, async () => {
    const topics = Array.from({ length: TOPICS }, (_, n) => `wide-${n}`)
    const making = performance.now()
    for (const name of topics) {
      await driver.createTopics({ name, partitions: CREATED_AT_ONCE })
      for (let count = 2 * CREATED_AT_ONCE; count <= PARTITIONS_EACH; count += CREATED_AT_ONCE) {
        await driver.addPartitions(name, count)
      }
    }
    const places = topics.flatMap(topic =>
      Array.from({ length: PARTITIONS_EACH }, (_, partition) => ({ topic, partition })),
    )
    for (const second of [0, 10]) {
      for (const topic of topics) {
        const of = places.filter(each => each.topic === topic)
        await driver.produce(of.map(each => ({ ...each, atMs: T0 + second * 1_000 })))
      }
    }
    const group = 'wide-billing'
    for (let from = 0; from < places.length; from += COMMITTED_AT_ONCE) {
      const part = places.slice(from, from + COMMITTED_AT_ONCE)
      await driver.commit(
        group,
        part.map(each => ({ ...each, offset: 2n })),
      )
    }
    const madeSeconds = (performance.now() - making) / 1_000

    const reset = resetOf(group, { kind: 'time', timeMs: HALFWAY_MS }, topics)
    const typed = new Date(HALFWAY_MS).toISOString().replace('Z', '')
    const args = [
      ...['--reset-offsets', '--group', group, ...topics.flatMap(topic => ['--topic', topic])],
      ...['--to-datetime', typed, '--dry-run', '--export', '--timeout', '120000'],
    ]
    const theirs: number[] = []
    for (let run = 0; run < 2; run++) {
      const began = performance.now()
      const said = judgementIn(await script(...args), group)
      theirs.push(performance.now() - began)
      if (said.kind === 'refuses') throw new Error(said.said.slice(0, 500))
      expect(said.offsets.size).toBe(PARTITIONS)
      expect([...said.offsets.values()].every(offset => offset === 1n)).toBe(true)
    }

    const ours: number[] = []
    let calls: KafkaCall[] = []
    let exact = false
    for (let run = -1; run < 5; run++) {
      const first = rewind.adapter.calls.length
      const began = performance.now()
      const made = await rewind.make(await rewind.ask(reset))
      const tookMs = performance.now() - began
      if (made.kind !== 'planned') throw new Error(JSON.stringify(made))
      expect(made.rows).toHaveLength(PARTITIONS)
      exact = made.rows.every(({ certainty, to }) => certainty === 'exact' && to === 1n)
      calls = rewind.adapter.calls.slice(first)
      if (run >= 0) ours.push(tookMs)
    }
    const direct: number[] = []
    for (let run = -1; run < 5; run++) {
      const began = performance.now()
      await planDirectly(rewind, reset.topics, group)
      if (run >= 0) direct.push(performance.now() - began)
    }
    const env = { KAFKA: kafka.bootstrap, REDIS_URL: redisUrl, CLUSTER_ID: ID }
    const resident: number[] = []
    for (let run = 0; run < 3; run++) resident.push(await residentMb(env, topics, group))
    const baseline = median(theirs)
    printTable(
      `A plan by time of ${TOPICS} topics with ${PARTITIONS_EACH} partitions each, over Kafka`,
      [
        {
          what: exact
            ? 'a plan, against the script'
            : 'a plan that leaves the times open, against the script',
          unit: 'ms',
          measured: median(ours),
          baseline,
          ...(exact ? { target: { of: 'ratio', atMost: 1 / 2 } as const } : {}),
        },
        {
          what: 'its reads and rows alone, batched',
          unit: 'ms',
          measured: median(direct),
          baseline,
          target: { of: 'ratio', atMost: 1 / 2 },
        },
        ...wireRows({ plan: calls }, FEWEST_WIDE),
        {
          what: 'resident while it is made and kept, above rest',
          unit: 'MB',
          measured: median(resident),
          target: { of: 'measured', atMost: 100 },
        },
      ],
      [
        `One broker with a heap of 1 GB; its topics, two messages and a commit in each partition took ${madeSeconds.toFixed(0)} s to make.`,
        `Rewind: median of 5 after one. The script: a Java process for --dry-run, median of 2.`,
        `Calls of a plan: ${spoken(calls)}.`,
        'Resident: the most that a process of its own held, started as the product is, above what it held after a small plan; median of 3.',
        ...FEWEST_NOTES,
      ],
    )
  }, 900_000)
})

/** At the most, in a process that is started as the product is and has made a small plan before. */
async function residentMb(env: Record<string, string>, topics: string[], group: string): Promise<number> {
  const child = await startChild('kafka-plan', env, ['--max-semi-space-size=4', '--expose-gc'])
  try {
    await child.ask({ group: 'rewind-0', topics: ['orders'], timeMs: T0 + 1, guard: GUARD }, memorySchema)
    const { rows, rest, most } = await child.ask(
      { group, topics, timeMs: HALFWAY_MS, guard: GUARD },
      memorySchema,
    )
    expect(rows).toBe(PARTITIONS)
    return (most - rest) / MB
  } finally {
    await child.close()
  }
}

const memorySchema = z.object({ rows: z.number(), rest: z.number(), most: z.number() })

/** What the service asks for such a plan where it reads many topics at once. */
async function planDirectly({ adapter }: Rewind, topics: readonly string[], group: string): Promise<void> {
  const reader = adapter.reader({ readMs: 60_000 })
  const target = { instanceId: ID, group }
  const logs = value(await reader.logRangesOf(ID, topics))
  const asked = new Map([...logs].map(([topic, rows]) => [topic, rows.map(({ partition }) => partition)]))
  const firsts = value(await reader.firstMessagesAt(ID, asked, HALFWAY_MS))
  const [state, listed] = await Promise.all([reader.group(target), reader.positions(target, topics)])
  expect(value(state).state).toBe('Empty')
  const ranges = new Map(
    [...logs].flatMap(([topic, rows]) => rows.map(row => [`${topic} ${row.partition}`, row] as const)),
  )
  const facts: Facts = {
    atMs: Date.now(),
    positions: value(listed).map(each => {
      const range = ranges.get(`${each.topic} ${each.partition}`)
      return range === undefined || 'unread' in range
        ? each
        : { ...each, logStart: range.start, logEnd: range.end }
    }),
    firstMessages: new Map(
      [...firsts].flatMap(([topic, rows]) =>
        rows.flatMap(row => ('unread' in row ? [] : [[`${topic} ${row.partition}`, row.offset] as const])),
      ),
    ),
  }
  const rows = planRows(resetOf(group, { kind: 'time', timeMs: HALFWAY_MS }, topics), facts)
  expect(rows).toHaveLength(PARTITIONS)
  expect(rows.every(({ to, certainty }) => to === 1n && certainty === 'exact')).toBe(true)
}

/**
 * The fewest calls that the protocol allows, on one broker. Plan: metadata, log starts, log ends, the commits, and two to
 * describe a classic group; a time is one more. Execution: the same look, and then another at the commits right before the
 * commit, the commit, and the commits again. Beside these, what only some plans need: who coordinates a group that is new
 * here, and what kind of log a topic has.
 */
const FEWEST_SMALL = { plan: 6, execute: 9 }
const FEWEST_WIDE = { plan: 7 }
const ONCE = ['FindCoordinator', 'DescribeConfigs']
const FEWEST_NOTES = [
  'Fewest, on one broker: for a plan the metadata, log starts, log ends, the commits, two to describe a classic group, one for a',
  'time, and who coordinates it when that is not known; for an execution the same, a look at the commits, the commit, and the commits.',
]

function wireRows(
  calls: Partial<Record<'plan' | 'execute', readonly KafkaCall[]>>,
  fewest: Partial<Record<'plan' | 'execute', number>>,
): Measurement[] {
  return (['plan', 'execute'] as const).flatMap(each => {
    const [made, looks] = [calls[each], fewest[each]]
    if (made === undefined || looks === undefined) return []
    const least = looks + ONCE.filter(name => made.some(({ api }) => api === name)).length
    return {
      what: `calls on the wire, ${each === 'plan' ? 'a plan' : 'an execution'}`,
      unit: '',
      measured: made.length,
      baseline: least,
      target: { of: 'ratio', atMost: 1.5 },
    }
  })
}

function spoken(calls: readonly KafkaCall[]): string {
  const counts = new Map<string, number>()
  for (const { api } of calls) counts.set(api, (counts.get(api) ?? 0) + 1)
  return [...counts].map(([api, count]) => (count === 1 ? api : `${count} ${api}`)).join(', ')
}

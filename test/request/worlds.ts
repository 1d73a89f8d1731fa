// Random clusters, groups and resets for tests of the plan, and what a reset makes of them: worked out by the simulated
// cluster alone. It must never ask the planner.

import fc from 'fast-check'
import { type Abilities, type Position, placeOf } from '../../src/request/group.ts'
import { type Execution, isWritten } from '../../src/request/plan.ts'
import type { Facts, PlanRow } from '../../src/request/plan-rows.ts'
import type { NativeStrategy, Reset, Strategy } from '../../src/request/reset.ts'
import type { PartitionSeed } from '../../src/sandbox/cluster/log.ts'
import {
  type Cluster,
  type ClusterSeed,
  createCluster,
  type ResetCommand,
  type ResetStrategy,
  type TopicOutcome,
} from '../../src/sandbox/cluster/model.ts'

export const INSTANCE = 'ckafka-one'
export const GROUP = 'billing'
export const OTHER = 'other'
export const BEGAN_MS = 1_000_000
/** Later than every message: the promise about a time to come stands on nobody dating messages ahead. */
export const NOW_MS = BEGAN_MS + 10_000
const LARGEST = 2n ** 63n - 1n

export const EVERYTHING: Abilities = { logStart: true, firstMessageAt: true, writePartitions: true }
export const NOTHING: Abilities = { logStart: false, firstMessageAt: false, writePartitions: false }

export interface World {
  topics: { name: string; partitions: { log: PartitionSeed; at: bigint | null; other: bigint | null }[] }[]
}

/** Wide enough to stand before the log, on each of its ends, inside, and beyond. */
const around = (start: bigint, length: number): fc.Arbitrary<bigint> =>
  fc
    .oneof(
      fc.integer({ min: -8, max: length + 8 }),
      fc.constantFrom(0, length),
      fc.integer({ min: 0, max: length }),
    )
    .map(offset => (start + BigInt(offset) < 0n ? 0n : start + BigInt(offset)))

const partitionArbitrary = fc
  .record({
    start: fc.oneof(fc.bigInt(0n, 40n), fc.constant(0n), fc.bigInt(2n ** 53n, 2n ** 62n)),
    length: fc.oneof(fc.integer({ min: 0, max: 30 }), fc.constant(0)),
  })
  .chain(({ start, length }) => {
    const committed = fc.option(around(start, length), { freq: 4 })
    const stretch = fc.record({
      skip: fc.integer({ min: 1, max: 15 }),
      atMs: fc.integer({ min: BEGAN_MS, max: BEGAN_MS + 500 }),
      everyMs: fc.integer({ min: 0, max: 20 }),
    })
    return fc.record({
      log: fc.array(stretch, { minLength: 1, maxLength: 4 }).map((stretches): PartitionSeed => {
        let at = start
        const written = stretches.map(({ skip, atMs, everyMs }, index) => {
          if (index > 0) at += BigInt(skip)
          return { fromOffset: at, atMs, everyMs }
        })
        return { start, end: start + BigInt(length), written }
      }),
      at: committed,
      other: committed,
    })
  })

export const worldArbitrary: fc.Arbitrary<World> = fc
  .uniqueArray(fc.constantFrom('orders', 'a-b.c_d', 'Payments', '0', 'constructor'), {
    minLength: 1,
    maxLength: 3,
  })
  .chain(names =>
    fc.tuple(
      ...names.map(name =>
        fc.record({
          name: fc.constant(name),
          partitions: fc.array(partitionArbitrary, { minLength: 1, maxLength: 4 }),
        }),
      ),
    ),
  )
  .map(topics => ({ topics }))

export const count = fc.oneof(fc.bigInt(1n, 60n), fc.constant(LARGEST))
export const nativeArbitrary: fc.Arbitrary<NativeStrategy> = fc.oneof(
  fc.record({ kind: fc.constant('shift' as const), direction: fc.constantFrom('replay', 'skip'), count }),
  fc.record({ kind: fc.constant('earliest' as const) }),
  fc.record({ kind: fc.constant('latest' as const) }),
  fc.record({
    kind: fc.constant('time' as const),
    timeMs: fc.integer({ min: BEGAN_MS - 100, max: BEGAN_MS + 1_200 }),
  }),
  fc.record({ kind: fc.constant('time' as const), timeMs: fc.constant(NOW_MS + 1) }),
  fc.record({ kind: fc.constant('offset' as const), offset: fc.oneof(fc.bigInt(0n, 80n), count) }),
)

const seedOf = ({ topics }: World): ClusterSeed => {
  const commits = (of: 'at' | 'other') =>
    Object.fromEntries(topics.map(({ name, partitions }) => [name, partitions.map(each => each[of])]))
  return {
    instances: [
      {
        id: INSTANCE,
        name: 'one',
        topics: topics.map(({ name, partitions }) => ({
          name,
          partitions: partitions.map(({ log }) => log),
        })),
        groups: [
          { name: GROUP, commits: commits('at') },
          { name: OTHER, commits: commits('other') },
        ],
      },
    ],
  }
}

export const clusterOf = (world: World) => createCluster(seedOf(world), { now: () => NOW_MS })

export function resetOf(world: World, strategy: Strategy, partitions: Reset['partitions'] = {}): Reset {
  const topics = world.topics.map(({ name }) => name)
  return { target: { instanceId: INSTANCE, group: GROUP }, strategy, scope: 'topics', topics, partitions }
}

/** What a dialect that can see this much would have read. */
export function factsOf(
  cluster: Cluster,
  { strategy, topics }: Reset,
  sees: Pick<Abilities, 'logStart' | 'firstMessageAt'>,
): Facts {
  const positions = cluster.positions(INSTANCE, GROUP, topics).map(
    ({ topic, partition, committed, logStart, logEnd }): Position => ({
      topic,
      partition,
      committed,
      logStart: sees.logStart ? logStart : null,
      logEnd,
    }),
  )
  const facts: Facts = { atMs: NOW_MS, positions }
  if (strategy.kind === 'time' && sees.firstMessageAt) {
    facts.firstMessages = new Map(
      positions.map(({ topic, partition }) => {
        const [first] = cluster.messagesFrom(INSTANCE, topic, partition, strategy.timeMs, 1)
        return [placeOf(topic, partition), first?.offset ?? null]
      }),
    )
  }
  if (strategy.kind === 'group') {
    const others = cluster.positions(INSTANCE, strategy.group, topics)
    facts.targets = new Map(
      others.flatMap(({ topic, partition, committed }) =>
        committed === null ? [] : [[placeOf(topic, partition), committed] as const],
      ),
    )
  }
  return facts
}

function asTheApiTakesIt(strategy: NativeStrategy): ResetStrategy {
  switch (strategy.kind) {
    case 'shift':
      return { strategy: 0, shift: strategy.direction === 'replay' ? -strategy.count : strategy.count }
    case 'earliest':
      return { strategy: 1, timestamp: -2 }
    case 'latest':
      return { strategy: 1, timestamp: -1 }
    case 'time':
      return { strategy: 1, timestamp: strategy.timeMs }
    case 'offset':
      return { strategy: 2, offset: strategy.offset }
    default:
      return strategy satisfies never
  }
}

/** What the cluster answers to the calls that the plan takes, made on it in the way the plan says. */
export function carryOut(
  cluster: Cluster,
  { topics, strategy }: Reset,
  rows: readonly PlanRow[],
  execution: Execution,
): TopicOutcome[] {
  if (execution === 'offsets') {
    return topics.flatMap(topic => {
      const offsets = rows.flatMap(row =>
        row.topic === topic && row.to !== null && isWritten(row, 'offsets')
          ? [{ partition: row.partition, offset: row.to }]
          : [],
      )
      return offsets.length === 0 ? [] : called(cluster, [topic], { strategy: 'each', offsets })
    })
  }
  if (strategy.kind === 'group' || strategy.kind === 'offsets')
    throw new Error('the API has no such strategy')
  return called(cluster, topics, asTheApiTakesIt(strategy))
}

function called(cluster: Cluster, topics: string[], how: ResetCommand['how']): TopicOutcome[] {
  const outcome = cluster.setGroupOffsets({ instance: INSTANCE, group: GROUP, topics, how })
  if (outcome.kind !== 'applied') throw new Error(outcome.kind)
  return outcome.topics
}

export interface Happened {
  from: bigint | null
  to: bigint | null
  replays: bigint
  skips: bigint
  lagBefore: bigint
  lagAfter: bigint
}

/** Counted message by message, in the log. */
export function happenedBetween(before: Cluster, after: Cluster): Map<string, Happened> {
  const all = before.instances().flatMap(({ topics }) => topics.map(({ name }) => name))
  const now = new Map(
    after.positions(INSTANCE, GROUP, all).map(each => [placeOf(each.topic, each.partition), each.committed]),
  )
  return new Map(
    before.positions(INSTANCE, GROUP, all).map(({ topic, partition, committed: from, logStart, logEnd }) => {
      const messages = before.messagesFrom(INSTANCE, topic, partition, 0, Number(logEnd - logStart))
      const between = (low: bigint, high: bigint) =>
        BigInt(messages.filter(({ offset }) => offset >= low && offset < high).length)
      const to = now.get(placeOf(topic, partition)) ?? null
      const isCounted = from !== null && to !== null
      return [
        placeOf(topic, partition),
        {
          from,
          to,
          replays: isCounted ? between(to, from) : 0n,
          skips: isCounted ? between(from, to) : 0n,
          lagBefore: from === null ? 0n : between(from, logEnd),
          lagAfter: to === null ? 0n : between(to, logEnd),
        },
      ]
    }),
  )
}

export interface Choice {
  world: World
  strategy: Strategy
  /** Where the offsets of a file lead. */
  targets: Map<string, bigint>
  chosen: Reset['partitions']
}

/** All seven strategies; partitions chosen of some topics; offsets given for some partitions. */
export const choiceArbitrary: fc.Arbitrary<Choice> = worldArbitrary.chain(world => {
  const places = world.topics.flatMap(({ name, partitions }) =>
    partitions.map(({ log }, partition) => ({ topic: name, partition, log })),
  )
  const strategy: fc.Arbitrary<Strategy> = fc.oneof(
    { weight: 6, arbitrary: nativeArbitrary },
    { weight: 1, arbitrary: fc.constant({ kind: 'group', group: OTHER } as const) },
    { weight: 1, arbitrary: fc.constant({ kind: 'offsets', source: 'file', partitions: 1 } as const) },
  )
  const targets = fc
    .tuple(
      ...places.map(({ topic, partition, log }) =>
        fc
          .option(around(log.start, Number(log.end - log.start)))
          .map(offset => [placeOf(topic, partition), offset] as const),
      ),
    )
    .map(
      pairs =>
        new Map(pairs.flatMap(([place, offset]) => (offset === null ? [] : [[place, offset] as const]))),
    )
  const chosen = fc
    .tuple(
      ...world.topics.map(({ name, partitions }) =>
        fc
          .option(
            fc.subarray(
              partitions.map((_, partition) => partition),
              { minLength: 1 },
            ),
          )
          .map(list => [name, list] as const),
      ),
    )
    .map(pairs =>
      Object.fromEntries(pairs.flatMap(([name, list]) => (list === null ? [] : [[name, list] as const]))),
    )
  return fc.record({ world: fc.constant(world), strategy, targets, chosen })
})

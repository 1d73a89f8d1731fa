// Random topics, commits and resets out of a seed: expired heads, empty, compacted and transactional partitions, commits
// before, inside and past the log. The same seed makes the same.

import fc from 'fast-check'
import { type LogRange, placeOf } from '../../../src/request/group.ts'
import type { Reset, Strategy } from '../../../src/request/reset.ts'
import type { At, Driver, NewTopic } from '../driver/driver.ts'
import { resetOf } from '../rewind.ts'

export const T0 = 1_700_000_000_000

interface Partition {
  /** Ms after T0, one for each message. */
  times: number[]
  /** How many tenths of the log have expired. */
  expired: number
}
interface Topic {
  word: string
  partitions: Partition[]
  config?: Record<string, string>
  /** How its messages are written. */
  as: 'plain' | 'keyed' | 'transactions'
}

const STEPS_MS = [0, 1, 500, 1_000, 60_000, -2_000]
const messages = (least: number, most: number) =>
  fc.array(fc.constantFrom(...STEPS_MS), { minLength: least, maxLength: most }).map(steps => {
    let at = 0
    return steps.map(step => {
      at = Math.max(0, at + step)
      return at
    })
  })
const partition = (least: number, most: number, expired: readonly number[]): fc.Arbitrary<Partition> =>
  fc.record({ times: messages(least, most), expired: fc.constantFrom(...expired) })

/** Messages of years ago stay, though the broker looks for old ones half a minute after its start. */
export const KEPT = { 'retention.ms': '-1' }

const COMPACTED = {
  'cleanup.policy': 'compact',
  'min.cleanable.dirty.ratio': '0.01',
  'segment.ms': '1000',
  'delete.retention.ms': '0',
  'max.compaction.lag.ms': '1000',
}

const topicsArb: fc.Arbitrary<Topic[]> = fc.tuple(
  fc.record<Topic>({
    word: fc.constant('plain'),
    as: fc.constant('plain'),
    partitions: fc.array(partition(0, 24, [0, 0, 3, 7]), { minLength: 2, maxLength: 4 }),
  }),
  fc.record<Topic>({
    word: fc.constant('expired'),
    as: fc.constant('plain'),
    partitions: fc.tuple(partition(3, 12, [10]), partition(5, 20, [4, 8])),
  }),
  fc.record<Topic>({
    word: fc.constant('empty'),
    as: fc.constant('plain'),
    partitions: fc.array(partition(0, 0, [0]), { minLength: 1, maxLength: 2 }),
  }),
  fc.record<Topic>({
    word: fc.constant('table'),
    as: fc.constant('keyed'),
    config: fc.constant(COMPACTED),
    partitions: fc.array(partition(8, 16, [0]), { minLength: 1, maxLength: 2 }),
  }),
  fc.record<Topic>({
    word: fc.constant('payments'),
    as: fc.constant('transactions'),
    partitions: fc.array(partition(3, 12, [0, 5]), { minLength: 2, maxLength: 3 }),
  }),
)

export interface World {
  ranges: ReadonlyMap<string, readonly LogRange[]>
  /** Of every message written, in ms since 1970. */
  times: number[]
  table: string
  /** Written in transactions, one of them open. */
  inTransactions: string
  close(): Promise<void>
}

const SEGMENT_MS = 2_000
const KEYS = 3

/** `ranges` is asked once all is written, only to choose commits and offsets by. */
export async function makeWorld(
  driver: Driver,
  seed: number,
  fresh: (word: string) => string,
  ranges: (topics: string[]) => Promise<World['ranges']>,
): Promise<World> {
  const [topics = []] = fc.sample(topicsArb, { seed, numRuns: 1 })
  const named = topics.map(topic => ({ ...topic, name: fresh(topic.word) }))
  await driver.createTopics(
    ...named.map(
      ({ name, partitions, config }): NewTopic => ({
        name,
        partitions: partitions.length,
        config: { ...KEPT, ...config },
      }),
    ),
  )
  const times: number[] = []
  const open = fresh('open')
  for (const { name, as, partitions } of named) {
    const records = partitions.flatMap((each, partition) =>
      each.times.map(ms => ({ topic: name, partition, atMs: T0 + ms })),
    )
    times.push(...records.map(({ atMs }) => atMs))
    if (as === 'plain') await driver.produce(records)
    if (as === 'keyed') {
      // A segment that is over is compacted: each round of keys begins one, and the last stays as it is.
      for (const [round, record] of records.entries()) {
        const atMs = record.atMs + round * SEGMENT_MS
        await driver.produce([{ ...record, atMs, key: `k${round % KEYS}` }])
      }
    }
    if (as === 'transactions') {
      const half = Math.ceil(records.length / 2)
      await driver.produce(records.slice(0, half), fresh('committed'))
      await driver.produce(records.slice(half), fresh('aborted'), 'abort')
      await driver.openTransactionOf(open, [{ topic: name, partition: 0, atMs: T0 + 90_000 }])
    }
  }
  const before: At[] = named.flatMap(({ name, partitions }) =>
    partitions.flatMap(({ times: all, expired }, partition) => {
      const offset = BigInt(Math.ceil((all.length * expired) / 10))
      return offset === 0n ? [] : [{ topic: name, partition, offset }]
    }),
  )
  if (before.length > 0) await driver.deleteRecords(...before)
  return {
    ranges: await ranges(named.map(({ name }) => name)),
    times,
    table: named.find(({ as }) => as === 'keyed')?.name ?? '',
    inTransactions: named.find(({ as }) => as === 'transactions')?.name ?? '',
    close: () => driver.endTransaction(open, 'abort'),
  }
}

export const SCOPES = ['all topics', 'some topics', 'some partitions'] as const
export const STRATEGIES = ['earliest', 'latest', 'time', 'back', 'ahead', 'offset'] as const
export type Wanted = { strategy: (typeof STRATEGIES)[number]; scope: (typeof SCOPES)[number] } | 'file'

/** Every strategy with every scope; a file is its own scope. */
export const WANTED: Wanted[] = [
  ...STRATEGIES.flatMap(strategy => SCOPES.map(scope => ({ strategy, scope }))),
  'file',
]

export interface Case {
  reset(group: string): Reset
  targets?: Map<string, bigint>
  /** Where the group stands before. */
  commits: At[]
  without: { topic: string; partition: number }[]
}

const COMMITS = ['none', 'before', 'start', 'inside', 'inside', 'end', 'past', 'far'] as const

export function caseOf(seed: number, world: World, wanted: Wanted): Case {
  const chance = chanceOf(seed)
  const places = [...world.ranges].flatMap(([topic, ranges]) => ranges.map(range => ({ topic, ...range })))
  const commits: At[] = []
  const without: Case['without'] = []
  // Kafka's tool refuses to shift where one partition of the scope has no commit.
  const all = wanted !== 'file' && isShift(wanted.strategy) && wanted.scope !== 'all topics'
  for (const { topic, partition, start, end } of places) {
    const how = chance.oneOf(all ? COMMITS.slice(1) : COMMITS)
    const offset = {
      none: null,
      before: start === 0n ? 0n : chance.between(0n, start - 1n),
      start,
      inside: chance.between(start, end),
      end,
      past: end + chance.between(1n, 30n),
      far: 2n ** 62n,
    }[how]
    if (offset === null) without.push({ topic, partition })
    else commits.push({ topic, partition, offset })
  }
  const [first] = without
  if (commits.length === 0 && first !== undefined) commits.push({ ...first, offset: 0n })
  if (wanted === 'file') {
    const chosen = chance.some(places)
    const targets = new Map(
      chosen.map(({ topic, partition, start, end }) => [
        placeOf(topic, partition),
        chance.oneOf([chance.between(start, end), 0n, end + chance.between(1n, 9n), 2n ** 63n - 1n]),
      ]),
    )
    const topics = [...new Set(chosen.map(({ topic }) => topic))].sort()
    const strategy = { kind: 'offsets', source: 'file', partitions: targets.size } as const
    return { reset: group => resetOf(group, strategy, topics), targets, commits, without }
  }
  const strategy = strategyOf(wanted.strategy, world, chance)
  const topics = wanted.scope === 'all topics' ? undefined : chance.some([...world.ranges.keys()])
  const partitions: Reset['partitions'] = {}
  if (wanted.scope === 'some partitions') {
    for (const [place, topic] of (topics ?? []).entries()) {
      const numbers = (world.ranges.get(topic) ?? []).map(({ partition }) => partition)
      if (place === 0 || chance.oneOf([true, false])) partitions[topic] = chance.some(numbers)
    }
  }
  return { reset: group => resetOf(group, strategy, topics, partitions), commits, without }
}

const isShift = (word: string) => word === 'back' || word === 'ahead'

function strategyOf(word: (typeof STRATEGIES)[number], world: World, chance: Chance): Strategy {
  switch (word) {
    case 'earliest':
    case 'latest':
      return { kind: word }
    case 'time': {
      const some = chance.oneOf(world.times)
      const near = some + chance.oneOf([-1, 0, 0, 0, 1, 250])
      return { kind: 'time', timeMs: chance.oneOf([near, near, near, T0 - 1_000, T0 + 86_400_000]) }
    }
    case 'back':
    case 'ahead': {
      const count = chance.oneOf([1n, chance.between(2n, 20n), chance.between(2n, 20n), 10n ** 12n])
      return { kind: 'shift', direction: word === 'back' ? 'replay' : 'skip', count }
    }
    case 'offset':
      return {
        kind: 'offset',
        offset: chance.oneOf([0n, chance.between(1n, 25n), 1_000n, 2n ** 63n - 1n]),
      }
    default:
      return word satisfies never
  }
}

interface Chance {
  oneOf<T>(choices: readonly T[]): T
  between(least: bigint, most: bigint): bigint
  /** At least one of them, in their order. */
  some<T>(choices: readonly T[]): T[]
}

function chanceOf(seed: number): Chance {
  const numbers = fc.sample(fc.nat({ max: 2 ** 30 }), { seed, numRuns: 400 })
  let used = 0
  const next = (below: number) => {
    used += 1
    return (numbers[used % numbers.length] ?? 0) % below
  }
  return {
    oneOf: choices => choices[next(choices.length)] as (typeof choices)[number],
    between: (least, most) => least + BigInt(next(Number(most - least) + 1)),
    some(choices) {
      const chosen = choices.filter(() => next(2) === 0)
      return chosen.length > 0 ? chosen : [choices[next(choices.length)] as (typeof choices)[number]]
    },
  }
}

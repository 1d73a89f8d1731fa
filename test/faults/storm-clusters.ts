// What goes wrong in a storm at the cluster whose offsets are moved: by either API of CKafka, or by Kafka's own protocol.

import { CODES } from '../../src/sandbox/kafka/codes.ts'
import type { KafkaFault } from '../../src/sandbox/kafka/faults.ts'
import type { ApiName } from '../../src/sandbox/kafka/wire/messages.ts'
import type { Fleet } from './fleet.ts'
import { TOPIC } from './fleet-seed.ts'
import type { Random } from './random.ts'
import type { Strike, Strikes } from './storm-strikes.ts'

export interface Kind {
  name: string
  weight: number
  strike: Strike
}

export const STORM_DIALECTS = ['v3', 'v2', 'kafka'] as const
export type StormDialect = (typeof STORM_DIALECTS)[number]

/** What the storm meets of each API: the call that moves offsets, the looks, and the code that asks to wait. */
const CKAFKA_CALLS = {
  v3: {
    reset: 'BatchModifyGroupOffsets',
    reads: ['DescribeGroupInfo', 'DescribeGroupOffsets', 'DescribeTopicSyncReplica', '*'],
    limit: 'RequestLimitExceeded',
  },
  v2: { reset: 'SetGroupOffsets', reads: ['GetGroupInfo', 'GetGroupOffsets', '*'], limit: 4400 },
} as const

/** An OffsetCommit of version 9 begins with this, after its length. */
const OFFSET_COMMIT = '\0\x08\0\x09'

/** Over which line the call goes that moves offsets, and what its bytes hold. */
export function writeOf(dialect: StormDialect): { service: 'ckafka' | 'kafka'; holds: string } {
  return dialect === 'kafka'
    ? { service: 'kafka', holds: OFFSET_COMMIT }
    : { service: 'ckafka', holds: CKAFKA_CALLS[dialect].reset }
}

/** Of all calls, and of those that move offsets: how many came, and how many of them the cluster itself let go wrong. */
export function tallyOf(dialect: StormDialect, { ckafka, kafka }: Fleet) {
  if (kafka !== undefined) return { all: kafka.tally(), writes: kafka.tally('OffsetCommit') }
  const tally = (action?: string) => {
    const calls = ckafka.calls(action)
    return { received: calls.length, wrong: calls.filter(({ fault }) => fault !== null).length }
  }
  return { all: tally(), writes: tally(writeOf(dialect).holds) }
}

interface Hands {
  strikes: Strikes
  fleet: Fleet
  random: Random
}

export function faultsOf(dialect: StormDialect, hands: Hands): Kind[] {
  return dialect === 'kafka' ? kafkaFaults(hands) : ckafkaFaults(dialect, hands)
}

function ckafkaFaults(dialect: 'v2' | 'v3', { strikes, fleet: { ckafka }, random }: Hands): Kind[] {
  const { reset, reads, limit } = CKAFKA_CALLS[dialect]
  const isDone = () => random.chance(0.5)
  return [
    {
      name: 'CKafka hangs',
      weight: 6,
      strike: strikes.ofCluster('CKafka: hangs', [reset, reset, ...reads], action =>
        ckafka.inject(action, { kind: 'hang', afterDoingIt: isDone() }),
      ),
    },
    {
      name: 'CKafka cuts',
      weight: 6,
      strike: strikes.ofCluster('CKafka: cuts the connection', [reset, reset, ...reads], action =>
        ckafka.inject(action, { kind: 'cut', afterDoingIt: isDone() }),
      ),
    },
    {
      name: 'CKafka half an answer',
      weight: 4,
      strike: strikes.ofCluster('CKafka: half an answer', [reset, ...reads], action =>
        ckafka.inject(action, { kind: 'halfAnswer' }),
      ),
    },
    {
      name: 'CKafka 502',
      weight: 5,
      strike: strikes.ofCluster('CKafka: answers 502', [reset, reset, ...reads], action =>
        ckafka.inject(action, { kind: 'status', status: 502, afterDoingIt: isDone() }, random.between(1, 2)),
      ),
    },
    {
      name: 'CKafka page',
      weight: 3,
      strike: strikes.ofCluster('CKafka: answers with a page', [reset, ...reads], action =>
        ckafka.inject(action, { kind: 'html' }),
      ),
    },
    {
      name: 'CKafka limit',
      weight: 4,
      strike: strikes.ofCluster('CKafka: asks to wait', [reset, ...reads], action =>
        ckafka.inject(action, { kind: 'code', code: limit, message: 'too many' }, 2),
      ),
    },
    {
      name: 'CKafka lies',
      weight: 1,
      strike: strikes.ofCluster('CKafka: says done and does nothing', [reset], action =>
        ckafka.inject(action, { kind: 'lie' }),
      ),
    },
  ]
}

/** Kafka's codes, as a commit may be answered; `either`: it may have been done all the same. */
const COMMIT_CODES = [
  { code: CODES.COORDINATOR_NOT_AVAILABLE, done: 'either' },
  { code: CODES.NOT_COORDINATOR, done: 'either' },
  { code: 7, done: 'either' },
  { code: -1, done: 'either' },
  { code: 14, done: 'never' },
  { code: 14, done: 'never' },
] as const
/** Nothing is written: the group is rebalancing, may not be written to, or has members. */
const REFUSALS = [27, 30, CODES.UNKNOWN_MEMBER_ID]
const READ_CODES: readonly (readonly [ApiName, number])[] = [
  ['FindCoordinator', CODES.COORDINATOR_NOT_AVAILABLE],
  ['OffsetFetch', 14],
  ['OffsetFetch', CODES.NOT_COORDINATOR],
  ['DescribeGroups', CODES.NOT_COORDINATOR],
  ['ConsumerGroupDescribe', CODES.COORDINATOR_NOT_AVAILABLE],
  ['ListOffsets', CODES.NOT_LEADER_OR_FOLLOWER],
  ['ListGroups', 14],
  ['Metadata', CODES.LEADER_NOT_AVAILABLE],
]
/** What comes later than this after a call would come after its deadline and its grace: nobody can wait for it. */
const LATE_MS = 3_000
const PARTITIONS = 2

function kafkaFaults({ strikes, fleet: { kafka }, random }: Hands): Kind[] {
  if (kafka === undefined) throw new Error('This fleet has no Kafka.')
  const isDone = () => random.chance(0.5)
  const reads = ['FindCoordinator', 'OffsetFetch', 'ListOffsets', 'DescribeGroups', 'Metadata', '*'] as const
  const commits = ['OffsetCommit', 'OffsetCommit'] as const
  const fault = (
    name: string,
    weight: number,
    calls: readonly (ApiName | '*')[],
    faultNow: () => KafkaFault,
  ): Kind => ({
    name: `Kafka ${name}`,
    weight,
    strike: strikes.ofCluster(`Kafka: ${name}`, calls, call =>
      kafka.inject(call as ApiName | '*', faultNow(), random.between(1, 2)),
    ),
  })
  const place = (name: string, weight: number, move: Parameters<Strikes['ofPlace']>[1]): Kind => ({
    name: `Kafka ${name}`,
    weight,
    strike: strikes.ofPlace(`Kafka: ${name}`, move),
  })
  const someNode = () => random.between(1, 2)
  const somePartition = () => random.between(0, PARTITIONS - 1)

  return [
    fault('hangs', 6, [...commits, ...reads], () => ({ kind: 'hang', afterDoingIt: isDone() })),
    fault('cuts the connection', 6, [...commits, ...reads], () => ({ kind: 'cut', afterDoingIt: isDone() })),
    fault('half an answer', 4, ['OffsetCommit', ...reads], () => ({ kind: 'halfAnswer' })),
    fault('is slow', 5, [...commits, ...reads], () => ({ kind: 'delay', ms: random.between(200, LATE_MS) })),
    fault('answers a commit with a code', 6, ['OffsetCommit'], () => {
      const { code, done } = random.pick(COMMIT_CODES)
      return { kind: 'code', code, afterDoingIt: done === 'either' && isDone() }
    }),
    fault('refuses a commit', 2, ['OffsetCommit'], () => ({
      kind: 'code',
      code: random.pick(REFUSALS),
      afterDoingIt: false,
    })),
    fault('says done and does nothing', 1, ['OffsetCommit'], () => ({ kind: 'lie' })),
    ...READ_CODES.map(([api, code]) =>
      fault(`answers ${api} with a code`, 0.7, [api], () => ({ kind: 'code', code, afterDoingIt: false })),
    ),
    place('the coordinator moves', 5, group => {
      kafka.moveCoordinator(group, someNode())
      return undefined
    }),
    place('no coordinator for a while', 4, group => {
      kafka.moveCoordinator(group, null)
      return () => kafka.moveCoordinator(group, someNode())
    }),
    place('a leader moves', 3, () => {
      kafka.moveLeader(TOPIC, somePartition(), someNode())
      return undefined
    }),
    place('no leader for a while', 3, () => {
      const partition = somePartition()
      kafka.moveLeader(TOPIC, partition, null)
      return () => kafka.moveLeader(TOPIC, partition, someNode())
    }),
  ]
}

// The 3.0 dialect: the ports' promises over the simulator, and what a reset must still prove when the API only says yes.

import { afterEach, describe, expect, it } from 'vitest'
import { createCkafka } from '../../../src/adapters/ckafka/ckafka.ts'
import type { CkafkaDeps, ConfigV3 } from '../../../src/adapters/ckafka/settings.ts'
import type { Strategy } from '../../../src/request/reset.ts'
import type { ClusterSeed } from '../../../src/sandbox/ckafka/model.ts'
import {
  type CkafkaSimulator,
  type CkafkaSimulatorOptions,
  startCkafkaSimulator,
} from '../../../src/sandbox/ckafka/start.ts'
import { type ClusterSubject, CREDENTIALS, describeCluster } from '../../contract/cluster.contract.ts'
import { describeClusterPartitions } from '../../contract/cluster-partitions.contract.ts'
import { describeClusterReader } from '../../contract/cluster-reader.contract.ts'

const config = (url: string, more: Partial<ConfigV3> = {}): ConfigV3 => ({
  dialect: 'v3',
  endpoint: url,
  region: 'ap-guangzhou',
  ...CREDENTIALS,
  ...more,
  timeouts: { secondLookMs: 10, ...more.timeouts },
})

const subject: ClusterSubject = {
  resetAction: 'ModifyGroupOffsets',
  writeAction: 'BatchModifyGroupOffsets',
  readAction: 'DescribeGroupOffsets',
  unmovedCode: -1,
  throttle(simulator) {
    const fault = { kind: 'code', code: 'RequestLimitExceeded', message: 'slow down' } as const
    simulator.inject('*', fault, Number.POSITIVE_INFINITY)
    return { retryAfterMs: 1_000 }
  },
  create: (simulator, timeouts, quota) =>
    createCkafka(config(simulator.url, { timeouts }), { now: Date.now, ...(quota && { quota }) }),
}
describeCluster('CKafka API 3.0', subject)
describeClusterPartitions('chosen partitions with CKafka API 3.0', subject)
describeClusterReader('reading with CKafka API 3.0', subject)

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  await Promise.all(closers.splice(0).map(close => close()))
})

const INSTANCE = 'ckafka-wide'
const target = { instanceId: INSTANCE, group: 'g' }
const log = (start: bigint, end: bigint) => ({
  start,
  end,
  written: [{ fromOffset: start, atMs: 1_700_000_000_000, everyMs: 1000 }],
})
const name = (index: number) => `topic-${String(index).padStart(3, '0')}`
const wide = (topics: number): ClusterSeed => ({
  instances: [
    {
      id: INSTANCE,
      name: 'wide',
      topics: Array.from({ length: topics }, (_, index) => ({
        name: name(index),
        partitions: [log(100n, 1_000n), log(200n, 2_000n)],
      })),
      groups: [
        {
          name: 'g',
          commits: Object.fromEntries(
            Array.from({ length: topics }, (_, index) => [name(index), [500n, 1_500n]]),
          ),
        },
      ],
    },
  ],
})

const start = async (options: Partial<CkafkaSimulatorOptions> = {}): Promise<CkafkaSimulator> => {
  const simulator = await startCkafkaSimulator({ ...CREDENTIALS, seed: wide(1), ...options })
  closers.push(simulator.close)
  return simulator
}
const client = (url: string, more: Partial<ConfigV3> = {}, deps: Partial<CkafkaDeps> = {}) => {
  const cluster = createCkafka(config(url, more), { now: Date.now, ...deps })
  closers.push(cluster.close)
  return cluster
}
const reset = (strategy: Strategy, topics = [name(0)]) => ({
  target,
  strategy,
  scope: 'topics' as const,
  topics,
})
const soon = (ms = 5_000) => Date.now() + ms
const replay = (count: bigint): Strategy => ({ kind: 'shift', direction: 'replay', count })
const skip = (count: bigint): Strategy => ({ kind: 'shift', direction: 'skip', count })

describe('an API that says yes and does nothing', () => {
  it.each<[string, Strategy]>([
    ['earliest', { kind: 'earliest' }],
    ['latest', { kind: 'latest' }],
    ['an offset below', { kind: 'offset', offset: 300n }],
    ['an offset above', { kind: 'offset', offset: 1_800n }],
    ['an offset that no log has', { kind: 'offset', offset: 2n ** 63n - 1n }],
    ['a shift back', replay(50n)],
    ['a shift forward', skip(50n)],
    ['a shift too far back', replay(50_000n)],
    ['a shift too far forward', skip(50_000n)],
  ])('is found out: %s', async (_, strategy) => {
    const simulator = await start()
    simulator.inject('ModifyGroupOffsets', { kind: 'lie' })
    const outcome = await client(simulator.url).resetOffsets(reset(strategy), soon())
    const partitions = outcome.kind === 'done' ? (outcome.topics[0]?.partitions ?? []) : []
    const found = partitions.map(({ partition, offset, errorCode, errorMessage }) => [
      partition,
      offset,
      errorCode,
      errorMessage,
    ])
    expect(found.sort()).toEqual([
      [0, 500n, -1, 'the API answered success, but the offset is 500'],
      [1, 1_500n, -1, 'the API answered success, but the offset is 1500'],
    ])
    expect(simulator.calls('ModifyGroupOffsets')).toHaveLength(1)
  })
})

describe('an API that does what it says', () => {
  it.each<[string, Strategy]>([
    ['earliest', { kind: 'earliest' }],
    ['latest', { kind: 'latest' }],
    ['a time', { kind: 'time', timeMs: 1_700_000_300_000 }],
    ['a time after the last message', { kind: 'time', timeMs: 1_800_000_000_000 }],
    ['an offset', { kind: 'offset', offset: 700n }],
    ['an offset clamped below', { kind: 'offset', offset: 0n }],
    ['an offset clamped above', { kind: 'offset', offset: 2n ** 63n - 1n }],
    ['where it stands already', { kind: 'offset', offset: 500n }],
    ['a shift back', replay(50n)],
    ['a shift clamped below', replay(50_000n)],
    ['a shift clamped above', skip(50_000n)],
  ])('is believed, while producers go on: %s', async (_, strategy) => {
    const simulator = await start()
    const produce = setInterval(() => simulator.cluster.produce(name(0), 0, 1), 1)
    const outcome = await client(simulator.url).resetOffsets(reset(strategy), soon())
    clearInterval(produce)
    const partitions = outcome.kind === 'done' ? (outcome.topics[0]?.partitions ?? []) : []
    expect(partitions.map(({ errorCode, errorMessage }) => [errorCode, errorMessage])).toEqual([
      [0, ''],
      [0, ''],
    ])
    const committed = simulator.cluster.positions(INSTANCE, 'g').map(position => position.committed)
    expect(partitions.sort((a, b) => a.partition - b.partition).map(({ offset }) => offset)).toEqual(
      committed,
    )
  })
})

describe('many topics', () => {
  it('are reset by one call and read back in parts, each topic once', async () => {
    const simulator = await start({ seed: wide(120) })
    simulator.behaviourV3.counts = 'zero'
    const topics = Array.from({ length: 120 }, (_, index) => name(index))
    const outcome = await client(simulator.url).resetOffsets(reset(replay(10n), topics), soon())
    const reported = outcome.kind === 'done' ? outcome.topics : []
    expect(reported.map(({ topic }) => topic).sort()).toEqual(topics)
    expect(reported.every(({ partitions }) => partitions.length === 2)).toBe(true)
    expect(reported.flatMap(({ partitions }) => partitions).every(({ errorCode }) => errorCode === 0)).toBe(
      true,
    )
    expect(simulator.calls('ModifyGroupOffsets')).toHaveLength(1)
    // Three parts before, three after: what is complete needs no further page, whatever the count.
    expect(simulator.calls('DescribeGroupOffsets')).toHaveLength(6)
  })

  it.each([
    ['all, where there is time to wait for the API’s limit', 8_000, 7],
    ['as far as the deadline allows, where there is not', 900, 5],
  ])('are read back, where nothing but the log can tell: %s', async (_, ms, most) => {
    const simulator = await start({ seed: wide(7) })
    // Five log ranges a second.
    simulator.behaviourV3.rates = 'enforced'
    const topics = Array.from({ length: 7 }, (_, index) => name(index))
    const startedMs = Date.now()
    // Without a commit beforehand there is no movement to go by.
    const fresh = { ...reset({ kind: 'earliest' }, topics), target: { ...target, group: 'fresh' } }
    const outcome = await client(simulator.url).resetOffsets(fresh, startedMs + ms)
    expect(Date.now() - startedMs).toBeLessThan(ms + 2_000)
    const reported = outcome.kind === 'done' ? outcome.topics : []
    expect(reported).toHaveLength(most)
    expect(reported.flatMap(({ partitions }) => partitions).every(({ errorCode }) => errorCode === 0)).toBe(
      true,
    )
  })
})

describe('a topic that does not exist', () => {
  it('is reported, and not sent: the API may refuse the rest for it', async () => {
    const simulator = await start({ behaviourV3: { missingTopic: 'refused' } })
    const outcome = await client(simulator.url).resetOffsets(reset(replay(10n), ['nowhere', name(0)]), soon())
    expect(outcome).toMatchObject({
      kind: 'done',
      topics: [
        { topic: 'nowhere', errorCode: 3, errorMessage: 'There is no topic of this name in the instance.' },
        { topic: name(0), errorCode: 0 },
      ],
    })
    expect(simulator.calls('ModifyGroupOffsets')[0]?.params.Topics).toBe(JSON.stringify([name(0)]))
  })

  it('leaves nothing to send when it is the only one', async () => {
    const simulator = await start()
    const outcome = await client(simulator.url).resetOffsets(reset(replay(10n), ['topic-00']), soon())
    expect(outcome).toMatchObject({ kind: 'done', topics: [{ topic: 'topic-00', errorCode: 3 }] })
    expect(simulator.calls('ModifyGroupOffsets')).toEqual([])
  })
})

describe('a partition', () => {
  it('that cannot be read back has failed with the error of the reading', async () => {
    const simulator = await start()
    simulator.cluster.failRead(name(0), 1, 15)
    const outcome = await client(simulator.url).resetOffsets(reset(skip(10n)), soon())
    const partitions = outcome.kind === 'done' ? (outcome.topics[0]?.partitions ?? []) : []
    const codes = new Map(partitions.map(({ partition, errorCode }) => [partition, errorCode]))
    expect(codes).toEqual(
      new Map([
        [0, 0],
        [1, 15],
      ]),
    )
  })

  it('that the API says has failed leaves unknown what became of the others', async () => {
    const simulator = await start({ behaviourV3: { failures: 'told' } })
    simulator.cluster.failPartition(name(0), 1, 25, 'a member is back')
    expect(await client(simulator.url).resetOffsets(reset(skip(10n)), soon())).toEqual({
      kind: 'unknown',
      cause: 'the API answered with code ReturnCode 25: a member is back',
    })
  })
})

describe('the account', () => {
  it('is proven by the signature, with a token where credentials are temporary', async () => {
    const simulator = await start({ token: 'tok/+=' })
    const committed = (more: Partial<ConfigV3>, deps: Partial<CkafkaDeps> = {}) =>
      client(simulator.url, more, deps).committedTopics(target)
    expect(await committed({ token: 'tok/+=' })).toEqual({ kind: 'read', value: [name(0)] })
    expect(await committed({ token: 'other' })).toMatchObject({ reason: 'credentials' })
    expect(await committed({ token: 'tok/+=', secretKey: 'wrong' })).toMatchObject({ reason: 'credentials' })
    expect(await committed({ token: 'tok/+=', secretId: 'AKIDOTHER' })).toMatchObject({
      reason: 'credentials',
    })
    expect(await committed({ token: 'tok/+=', region: 'ap-nowhere' })).toMatchObject({ reason: 'badRequest' })
  })

  it('is refused for a clock that is off, before anything is sent', async () => {
    const simulator = await start()
    const slow = client(simulator.url, {}, { now: () => Date.now() - 600_000 })
    expect(await slow.resetOffsets(reset(skip(10n)), Date.now() - 595_000)).toMatchObject({
      kind: 'refused',
      reason: 'clock',
      code: 'AuthFailure.SignatureExpire',
    })
    expect(simulator.calls('ModifyGroupOffsets')).toEqual([])
  })
})

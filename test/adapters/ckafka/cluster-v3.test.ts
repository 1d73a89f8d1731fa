// The 3.0 dialect: the ports' promises over the simulator, and what becomes of many topics, missing ones and the account.

import { afterEach, describe, expect, it } from 'vitest'
import { createCkafka } from '../../../src/adapters/ckafka/ckafka.ts'
import type { CkafkaDeps, ConfigV3 } from '../../../src/adapters/ckafka/settings.ts'
import type { NativeReset } from '../../../src/ports/cluster.ts'
import { causeOf } from '../../../src/request/cause.ts'
import type { NativeStrategy } from '../../../src/request/reset.ts'
import {
  type CkafkaSimulator,
  type CkafkaSimulatorOptions,
  startCkafkaSimulator,
} from '../../../src/sandbox/ckafka/start.ts'
import type { ClusterSeed } from '../../../src/sandbox/cluster/model.ts'
import { type ClusterSubject, CREDENTIALS, describeCluster } from '../../contract/cluster.contract.ts'
import { describeClusterPartitions } from '../../contract/cluster-partitions.contract.ts'
import { describeClusterReader } from '../../contract/cluster-reader.contract.ts'

const config = (url: string, more: Partial<ConfigV3> = {}): ConfigV3 => ({
  dialect: 'v3',
  endpoint: url,
  region: 'ap-guangzhou',
  ...CREDENTIALS,
  ...more,
})

const subject: ClusterSubject = {
  resetAction: 'ModifyGroupOffsets',
  writeAction: 'BatchModifyGroupOffsets',
  says: 'accepted',
  throttle(simulator) {
    const fault = { kind: 'code', code: 'RequestLimitExceeded', message: 'slow down' } as const
    simulator.inject('*', fault, Number.POSITIVE_INFINITY)
    return { retryAfterMs: 1_000 }
  },
  create: (simulator, callMs, quota, now = Date.now) =>
    createCkafka(config(simulator.url, { timeouts: { callMs } }), { now, ...(quota && { quota }) }),
}
describeCluster('CKafka API 3.0', subject)
describeClusterPartitions('writing offsets with CKafka API 3.0', subject)
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
const reset = (strategy: NativeStrategy, topics = [name(0)]): NativeReset => ({ target, strategy, topics })
const soon = (ms = 5_000) => Date.now() + ms
const replay = (count: bigint): NativeStrategy => ({ kind: 'shift', direction: 'replay', count })
const skip = (count: bigint): NativeStrategy => ({ kind: 'shift', direction: 'skip', count })

describe('many topics', () => {
  it('are looked at in parts and reset by one call, each reported once', async () => {
    const simulator = await start({ seed: wide(120) })
    simulator.behaviourV3.counts = 'zero'
    const topics = Array.from({ length: 120 }, (_, index) => name(index))
    const outcome = await client(simulator.url).resetOffsets(reset(replay(10n), topics), soon())
    const reported = outcome.kind === 'done' ? outcome.topics : []
    expect(reported.map(({ topic }) => topic)).toEqual(topics)
    expect(reported.every(({ partitions }) => partitions.length === 2)).toBe(true)
    expect(reported.flatMap(({ partitions }) => partitions).every(({ errorCode }) => errorCode === 0)).toBe(
      true,
    )
    expect(simulator.calls('ModifyGroupOffsets')).toHaveLength(1)
    // What is complete needs no further page, whatever the count.
    expect(simulator.calls('DescribeGroupOffsets')).toHaveLength(3)
  })
})

describe('many partitions', () => {
  it('are all read, however few a page holds and a second allows', async () => {
    const simulator = await start()
    // Five log ranges a second, twenty partitions each.
    simulator.behaviourV3.rates = 'enforced'
    simulator.cluster.createTopic('broad', 130)
    const read = (readMs: number) =>
      client(simulator.url).reader({ urgency: 'execution', readMs }).logRanges(INSTANCE, 'broad')
    const outcome = await read(10_000)
    expect(outcome.kind === 'read' && outcome.value.map(({ partition }) => partition)).toEqual(
      Array.from({ length: 130 }, (_, index) => index),
    )
    expect(await read(300)).toMatchObject({ kind: 'unavailable' })
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
  it('that the API says has failed leaves unknown what became of the others', async () => {
    const simulator = await start({ behaviourV3: { failures: 'told' } })
    simulator.cluster.failPartition(name(0), 1, 25, 'a member is back')
    expect(await client(simulator.url).resetOffsets(reset(skip(10n)), soon())).toMatchObject({
      kind: 'unknown',
      cause: causeOf('apiSaid', 'ReturnCode 25', 'a member is back'),
    })
  })
})

describe('the account', () => {
  it('is proven by the signature, with a token where credentials are temporary', async () => {
    const simulator = await start({ token: 'tok/+=' })
    const read = (more: Partial<ConfigV3>) =>
      client(simulator.url, more).reader({ urgency: 'execution', readMs: 5_000 }).group(target)
    expect(await read({ token: 'tok/+=' })).toMatchObject({ kind: 'read' })
    expect(await read({ token: 'other' })).toMatchObject({ reason: 'credentials' })
    expect(await read({ token: 'tok/+=', secretKey: 'wrong' })).toMatchObject({ reason: 'credentials' })
    expect(await read({ token: 'tok/+=', secretId: 'AKIDOTHER' })).toMatchObject({ reason: 'credentials' })
    expect(await read({ token: 'tok/+=', region: 'ap-nowhere' })).toMatchObject({ reason: 'badRequest' })
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

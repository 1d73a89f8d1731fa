// Where the cluster says its brokers are, when nobody can be there: it is a broken answer, which is not remembered.

import { describe, expect, it } from 'vitest'
import { addressOf, problemWithAddress } from '../../../src/adapters/kafka/address.ts'
import { causeOf } from '../../../src/request/cause.ts'
import { committed, fetched, kafkaOf, scripted, soon, TARGET } from './scripted.ts'
import { type Answers, topicOf } from './scripted-broker.ts'

const ANSWERS: Answers = {
  OffsetFetch: () => fetched({ 'orders 0': 20n }),
  OffsetCommit: request => committed(request),
  ListOffsets: ({ topics }) => ({
    throttleTimeMs: 0,
    topics: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => ({
        ...{ partitionIndex, errorCode: 0, timestamp: -1n, offset: 100n, leaderEpoch: 0 },
      })),
    })),
  }),
}
const WRITE = new Map([['orders', [{ partition: 0, offset: 5n }]]])
const PORTS = [0, -5, 65_536, 99_999, 2 ** 31 - 1, -(2 ** 31)]
const HOSTS = ['', ' ', 'a\0b', 'two hosts', 'a'.repeat(256)]
const portProblem = (port: number) => `a broker's port is ${port}, which is not between 1 and 65535`

const coordinatorAt =
  (host: string, port: number): NonNullable<Answers['FindCoordinator']> =>
  () => ({ throttleTimeMs: 0, errorCode: 0, errorMessage: null, nodeId: 1, host, port })
const metadataAt =
  (host: string, port: number): NonNullable<Answers['Metadata']> =>
  ({ topics }) => ({
    ...{ throttleTimeMs: 0, clusterId: null, controllerId: 1, clusterAuthorizedOperations: -1 },
    brokers: [{ nodeId: 1, host, port, rack: null }],
    topics: (topics ?? []).map(({ name }) => topicOf(name, [1])),
  })

it('an address is a host and a port from 1 to 65535', () => {
  for (const port of [...PORTS, 1.5, Number.NaN])
    expect(problemWithAddress({ host: 'k', port })).toBeDefined()
  for (const host of HOSTS) expect(problemWithAddress({ host, port: 9092 })).toBeDefined()
  for (const host of ['k', 'kafka-0.kafka.svc', '10.0.0.1', 'fe80::1%eth0'])
    expect(problemWithAddress({ host, port: 65_535 })).toBeUndefined()
  expect(addressOf('[::1]:9092')).toEqual({ host: '::1', port: 9092 })
  for (const text of ['k', 'k:', 'k:0', 'k:65536', ':9092', ' :9092'])
    expect(() => addressOf(text)).toThrow(TypeError)
})

describe('a coordinator where nobody can be', () => {
  it.each(PORTS)('of port %i is no answer to a read nor to a write, and the next one is used', async port => {
    const { kafka, broker } = await scripted({
      ...ANSWERS,
      FindCoordinator: coordinatorAt('127.0.0.1', port),
    })
    const reader = kafka.reader({ readMs: 1_000 })
    const cause = causeOf('notDocumented', portProblem(port))
    expect(await reader.positions(TARGET, ['orders'])).toEqual({ kind: 'unavailable', cause })
    expect(await reader.group(TARGET)).toEqual({ kind: 'unavailable', cause })
    expect(await kafka.writeTopics(TARGET, WRITE, soon(1_000))).toEqual({
      called: { kind: 'notSent', cause },
      unwritten: [],
    })
    expect(broker.of('OffsetCommit')).toEqual([])

    delete broker.answers.FindCoordinator
    expect((await reader.positions(TARGET, ['orders'])).kind).toBe('read')
    expect((await kafka.writeTopics(TARGET, WRITE, soon())).called.kind).toBe('done')
    expect(broker.of('OffsetCommit')).toHaveLength(1)
  })

  it.each(HOSTS)('of host %j is none either', async host => {
    const { kafka } = await scripted({ ...ANSWERS, FindCoordinator: coordinatorAt(host, 9092) })
    const { called } = await kafka.writeTopics(TARGET, WRITE, soon(1_000))
    expect(called).toMatchObject({ kind: 'notSent', cause: expect.stringContaining('notDocumented') })
  })
})

describe('a broker where nobody can be', () => {
  it.each(PORTS)('of port %i costs the reads that need it, and nothing once it is right', async port => {
    const { kafka, broker } = await scripted({ ...ANSWERS, Metadata: metadataAt('127.0.0.1', port) })
    broker.answers.ListGroups = () => ({ throttleTimeMs: 0, errorCode: 0, groups: [] })
    const reader = kafka.reader({ readMs: 1_000 })
    const cause = causeOf('notDocumented', portProblem(port))
    expect(await reader.groups(TARGET.instanceId, '')).toEqual({ kind: 'unavailable', cause })
    expect(await reader.logRangesOf(TARGET.instanceId, ['orders'])).toEqual({
      kind: 'read',
      value: new Map([['orders', [{ partition: 0, unread: cause }]]]),
    })
    expect(await reader.positions(TARGET, ['orders'])).toMatchObject({ value: [{ logEnd: null }] })

    delete broker.answers.Metadata
    expect((await reader.groups(TARGET.instanceId, '')).kind).toBe('read')
    expect(await reader.positions(TARGET, ['orders'])).toMatchObject({ value: [{ logEnd: 100n }] })
  })
})

it('what Node throws for at once is an outcome', async () => {
  const { broker } = await scripted(ANSWERS)
  const kafka = kafkaOf(broker.bootstrap, { tls: { cert: 'no certificate' } })
  const read = await kafka.reader({ readMs: 1_000 }).group(TARGET)
  expect(read).toMatchObject({ kind: 'unavailable', cause: expect.stringContaining('noConnection') })
  const { called } = await kafka.writeTopics(TARGET, WRITE, soon(1_000))
  expect(called).toMatchObject({ kind: 'notSent', cause: expect.stringContaining('noConnection') })
})

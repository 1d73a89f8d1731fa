// What comes over a connection to the simulated brokers, whatever it is: garbage closes it, and nothing else.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { API_NAMES, apiOf } from '../../../src/sandbox/kafka/wire/messages.ts'
import { readAnswer, requestFrame } from './caller.ts'
import { ALL_GROUPS, commitOf, GREETING, started } from './start.ts'

const framed = (body: Buffer) => {
  const size = Buffer.alloc(4)
  size.writeInt32BE(body.length)
  return Buffer.concat([size, body])
}
const header = (key: number, version: number) => {
  const bytes = Buffer.alloc(10)
  bytes.writeInt16BE(key, 0)
  bytes.writeInt16BE(version, 2)
  bytes.writeInt32BE(7, 4)
  bytes.writeInt16BE(-1, 8)
  return bytes
}
const int32 = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

describe('a connection', () => {
  it.each<[string, Buffer]>([
    ['a frame of no byte', framed(Buffer.alloc(0))],
    ['half a header', framed(header(18, 0).subarray(0, 5))],
    ['a length below zero', int32(-1)],
    ['a length that nothing has', int32(2 ** 31 - 1)],
    ['a length beyond the largest', int32(2 ** 24 + 1)],
    ['a web request', Buffer.from('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n')],
    ['a TLS greeting', Buffer.from('16030100f8010000f40303', 'hex')],
    ['a call that nobody knows', framed(header(999, 0))],
    ['a call that is not spoken here', framed(header(0, 9))],
    ['a version that is too new', framed(header(16, 99))],
    ['a version that is too old', framed(Buffer.concat([header(8, 1), Buffer.alloc(40)]))],
    ['a version below zero', framed(header(16, -1))],
    ['a byte too many', framed(Buffer.concat([header(18, 0), Buffer.alloc(1)]))],
    ['a list longer than its frame', framed(Buffer.concat([header(15, 0), int32(1_000_000)]))],
    ['a list of less than nothing', framed(Buffer.concat([header(15, 0), int32(-2)]))],
    ['null where it is no value', framed(Buffer.concat([header(15, 0), int32(-1)]))],
    [
      'a text longer than its frame',
      framed(Buffer.concat([header(15, 0), int32(1), Buffer.from([0x7f, 0xff])])),
    ],
    ['a varint without an end', framed(Buffer.concat([header(16, 4), Buffer.alloc(9, 0xff)]))],
  ])('ends with %s, and no other does', async (_, bytes) => {
    const { kafka, caller, another } = await started()
    const bad = await another()
    bad.write(bytes)
    await bad.ended
    expect((await caller.ask('ListGroups', 5, ALL_GROUPS)).Groups).toHaveLength(3)
    expect(kafka.calls().map(({ api }) => api)).toEqual(['ListGroups'])
    expect(kafka.connections()).toBe(1)
  })

  it('outlives whatever comes over others', async () => {
    const { cluster, kafka, caller, another } = await started()
    const keys = fc.constantFrom(...API_NAMES.map(name => apiOf(name).key))
    const call = fc
      .tuple(keys, fc.integer({ min: 0, max: 12 }), fc.uint8Array({ maxLength: 60 }))
      .map(([key, version, rest]) => framed(Buffer.concat([header(key, version), rest])))
    const anything = fc.uint8Array({ minLength: 1, maxLength: 80 }).map(bytes => Buffer.from(bytes))
    await fc.assert(
      fc.asyncProperty(fc.oneof(call, anything), async bytes => {
        const bad = await another()
        bad.write(bytes)
        await caller.ask('ApiVersions', 0, GREETING)
        bad.close()
      }),
      { numRuns: 300 },
    )
    expect(cluster.effects().flatMap(each => each.written)).toEqual([])
    expect((await caller.ask('ListGroups', 5, ALL_GROUPS)).Groups).toHaveLength(3)
    await expect.poll(() => kafka.connections()).toBe(1)
  })

  it('takes a call in pieces of one byte, and many calls in one piece, and answers in their order', async () => {
    const { caller } = await started()
    for (const byte of requestFrame('ApiVersions', 3, 1, GREETING)) {
      caller.write(Buffer.from([byte]))
      await new Promise(resolve => setImmediate(resolve))
    }
    expect(readAnswer('ApiVersions', 3, await caller.frame()).id).toBe(1)
    const many = Array.from({ length: 100 }, (_, id) => requestFrame('ListGroups', 5, id, ALL_GROUPS))
    caller.write(Buffer.concat(many))
    for (let id = 0; id < many.length; id += 1)
      expect(readAnswer('ListGroups', 5, await caller.frame()).id).toBe(id)
  })

  it('carries a commit of ten thousand partitions', async () => {
    const { cluster, caller } = await started()
    cluster.createTopic('many', 10_000)
    const offsets = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`many ${index}`, 0n]))
    const { Topics } = await caller.ask('OffsetCommit', 8, commitOf('simple', offsets))
    expect(Topics[0]?.Partitions.filter(({ ErrorCode }) => ErrorCode === 0)).toHaveLength(10_000)
    expect(cluster.effects()[0]?.written).toHaveLength(10_000)
  })

  it('tells who is too new which versions there are, in the oldest', async () => {
    const { caller } = await started({ newest: { ApiVersions: 2, ConsumerGroupDescribe: null, Metadata: 8 } })
    caller.write(requestFrame('ApiVersions', 4, 1, GREETING))
    const { id, answer } = readAnswer('ApiVersions', 0, await caller.frame())
    expect([id, answer]).toMatchObject([1, { ErrorCode: 35 }])
    const { ApiKeys } = await caller.ask('ApiVersions', 2, GREETING)
    const spoken = new Map(ApiKeys.map(each => [each.ApiKey, [each.MinVersion, each.MaxVersion]]))
    expect([spoken.get(18), spoken.get(3), spoken.get(69)]).toEqual([[0, 2], [1, 8], undefined])
  })

  it('is the broker it is: others lead and coordinate what it does not', async () => {
    const { kafka, caller } = await started({ brokers: 3 })
    kafka.moveCoordinator('simple', 2)
    kafka.moveLeader('orders', 0, 3)
    kafka.moveLeader('orders', 1, null)
    const found = await caller.ask('FindCoordinator', 2, { Key: 'simple', KeyType: 0, CoordinatorKeys: [] })
    expect(found).toMatchObject({ ErrorCode: 0, NodeId: 2, Port: Number(kafka.bootstrap.split(/[:,]/)[3]) })
    expect(
      (await caller.ask('OffsetCommit', 7, commitOf('simple', { 'orders 0': 10n }))).Topics,
    ).toMatchObject([{ Partitions: [{ ErrorCode: 16 }] }])
    const asked = [0, 1].map(PartitionIndex => ({ PartitionIndex, CurrentLeaderEpoch: -1, Timestamp: -1n }))
    const request = { ReplicaId: -1, IsolationLevel: 0, Topics: [{ Name: 'orders', Partitions: asked }] }
    expect((await caller.ask('ListOffsets', 6, request)).Topics[0]?.Partitions).toMatchObject([
      { ErrorCode: 6 },
      { ErrorCode: 6 },
    ])
    kafka.moveCoordinator('simple', null)
    expect(
      await caller.ask('FindCoordinator', 4, { Key: '', KeyType: 0, CoordinatorKeys: ['simple'] }),
    ).toMatchObject({ Coordinators: [{ ErrorCode: 15, NodeId: -1 }] })
  })
})

describe('who has to prove who they are', () => {
  const sasl = { username: 'alice', password: 'a password' }
  const proof = (password: string) => ({ AuthBytes: Buffer.from(`\0alice\0${password}`) })

  it('is heard afterwards, and not before', async () => {
    const { caller, another } = await started({ sasl })
    const hasty = await another()
    hasty.write(requestFrame('ListGroups', 5, 1, ALL_GROUPS))
    await hasty.ended
    await caller.ask('ApiVersions', 3, GREETING)
    expect(await caller.ask('SaslHandshake', 1, { Mechanism: 'SCRAM-SHA-256' })).toEqual({
      ErrorCode: 33,
      Mechanisms: ['PLAIN'],
    })
    expect(await caller.ask('SaslHandshake', 1, { Mechanism: 'PLAIN' })).toMatchObject({ ErrorCode: 0 })
    expect(await caller.ask('SaslAuthenticate', 2, proof('a password'))).toMatchObject({ ErrorCode: 0 })
    expect((await caller.ask('ListGroups', 5, ALL_GROUPS)).Groups).toHaveLength(3)
  })

  it('is told that it was no proof, and not heard any more', async () => {
    const { caller } = await started({ sasl })
    await caller.ask('SaslHandshake', 1, { Mechanism: 'PLAIN' })
    expect(await caller.ask('SaslAuthenticate', 2, proof('another'))).toMatchObject({ ErrorCode: 58 })
    await caller.ended
  })

  it('can do so in the oldest way', async () => {
    const { caller, another } = await started({ sasl })
    for (const [who, password] of [
      [caller, 'a password'],
      [await another(), 'another'],
    ] as const) {
      await who.ask('SaslHandshake', 0, { Mechanism: 'PLAIN' })
      who.write(framed(proof(password).AuthBytes))
      if (who !== caller) {
        await who.ended
        continue
      }
      expect(await who.frame()).toHaveLength(0)
      expect((await who.ask('ListGroups', 5, ALL_GROUPS)).ErrorCode).toBe(0)
    }
  })

  it('cannot where everybody is heard', async () => {
    const { caller } = await started()
    expect(await caller.ask('SaslHandshake', 1, { Mechanism: 'PLAIN' })).toMatchObject({ ErrorCode: 34 })
    expect((await caller.ask('ListGroups', 5, ALL_GROUPS)).ErrorCode).toBe(0)
  })
})

// The demo's Kafka cluster, with the members that live around it, as a client of the protocol sees them.

import { expect, it, onTestFinished, vi } from 'vitest'
import { createCluster } from '../../../src/sandbox/cluster/model.ts'
import { kafkaDemoSeed } from '../../../src/sandbox/cluster/seed.ts'
import { createMembers, startTraffic } from '../../../src/sandbox/consumers.ts'
import { startKafkaBroker } from '../../../src/sandbox/kafka/start.ts'
import { callerOf } from './caller.ts'

it('has members that come back and read on, and topics that are written to', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  onTestFinished(() => void vi.useRealTimers())
  const cluster = createCluster(kafkaDemoSeed(Date.now()))
  const kafka = await startKafkaBroker(cluster)
  onTestFinished(kafka.close)
  const caller = await callerOf(kafka.bootstrap)
  onTestFinished(caller.close)
  const described = async (group: string) =>
    (await caller.ask('ConsumerGroupDescribe', 1, { GroupIds: [group], IncludeAuthorizedOperations: false }))
      .Groups[0]
  const committed = async (group: string, topic: string) => {
    const topics = [{ Name: topic, PartitionIndexes: [0, 1, 2] }]
    const request = { GroupId: group, Topics: topics, Groups: [], RequireStable: true }
    const { Topics } = await caller.ask('OffsetFetch', 7, request)
    return Topics[0]?.Partitions.map(each => each.CommittedOffset) ?? []
  }
  const start = async (partition: number, time: bigint) => {
    const asked = { PartitionIndex: partition, CurrentLeaderEpoch: -1, Timestamp: time }
    const request = { ReplicaId: -1, IsolationLevel: 0, Topics: [{ Name: 'clicks', Partitions: [asked] }] }
    return (await caller.ask('ListOffsets', 6, request)).Topics[0]?.Partitions[0]?.Offset ?? -1n
  }

  const members = createMembers(cluster)
  expect(await described('clicks-sessions')).toMatchObject({ ErrorCode: 0, GroupState: 'Empty' })
  const [, lost = -1n] = await committed('clicks-sessions', 'clicks')
  expect(lost).toBeLessThan(await start(1, -2n))
  members.start('clicks-sessions')
  expect(await described('clicks-sessions')).toMatchObject({
    GroupState: 'Stable',
    Members: [{ ClientId: 'consumer-1' }, { ClientId: 'consumer-2' }],
  })
  expect(await described('clicks-alerts')).toMatchObject({ GroupState: 'Stable' })

  const before = await committed('clicks-alerts', 'clicks')
  const end = await start(0, -1n)
  const traffic = startTraffic(cluster)
  onTestFinished(traffic.close)
  traffic.produce('clicks', true)
  vi.advanceTimersByTime(2_000)
  expect(await start(0, -1n)).toBeGreaterThan(end)
  const after = await committed('clicks-alerts', 'clicks')
  expect(after.every((offset, index) => offset > (before[index] ?? 0n))).toBe(true)
  members.stop('clicks-alerts')
  expect(await described('clicks-alerts')).toMatchObject({ GroupState: 'Empty', Members: [] })
})

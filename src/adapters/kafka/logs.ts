// What the leaders of partitions say of their logs: start, end, the first message at a time. Each leader is asked once for
// all of its partitions, side by side with the others; what one cannot say costs its own partitions alone.

import { causeOf } from '../../request/cause.ts'
import { placeOf } from '../../request/group.ts'
import { kafkaErrorName } from '../../request/kafka-errors.ts'
import { type Client, CodeFault, type Metadata, type Node } from './client.ts'
import { isLeaderMoved, meaningToReaders } from './codes.ts'
import { Fault, refused } from './fault.ts'
import { listOffsets } from './wire/messages.ts'

/** What the protocol means by these times. */
export const END = -1n
export const START = -2n

export interface TopicPartition {
  topic: string
  partition: number
}
/** `offset` null: no message is as late. */
export type Offset = { offset: bigint | null } | { unread: string }
/** By `placeOf`. */
export type Offsets = ReadonlyMap<string, Offset>

/** Neither of a partition's log nor of who asks: of the topic. */
const TOPIC_MISSING = new Set([3, 17])
const TRIES = 3
const RETRY_MS = 100
/** As far as replicas have it, whether a transaction of it is open or not: what Kafka's own tool calls the end. */
const UNCOMMITTED = 0

/** Which partitions there are of each topic, and who leads them; a topic that is not there is left out. */
export interface Layout {
  partitions: ReadonlyMap<string, readonly number[]>
  leaderOf(place: TopicPartition): Node | { unread: string }
}

export async function layoutOf(
  client: Client,
  topics: readonly string[],
  deadlineMs: number,
): Promise<Layout> {
  // An empty list would be answered, but needs no asking.
  const found = topics.length === 0 ? null : await client.metadata([...new Set(topics)], deadlineMs)
  const partitions = new Map<string, number[]>()
  const leaders = new Map<string, Node | { unread: string }>()
  const nodes = new Map(found?.brokers.map(each => [each.nodeId, each]))
  for (const topic of found?.topics ?? []) {
    if (TOPIC_MISSING.has(topic.errorCode)) continue
    if (topic.errorCode !== 0) throw topicFault(topic)
    partitions.set(
      topic.name,
      topic.partitions.map(({ partitionIndex }) => partitionIndex).sort((a, b) => a - b),
    )
    for (const { partitionIndex, leaderId } of topic.partitions) {
      const leader = nodes.get(leaderId) ?? { unread: causeOf('apiSaid', 'LEADER_NOT_AVAILABLE') }
      leaders.set(placeOf(topic.name, partitionIndex), leader)
    }
  }
  return {
    partitions,
    leaderOf: ({ topic, partition }) =>
      leaders.get(placeOf(topic, partition)) ?? { unread: causeOf('apiSaid', kafkaErrorName(3)) },
  }
}

function topicFault({ errorCode, name }: Metadata['topics'][number]): Fault {
  const fault = new CodeFault(errorCode)
  if (fault.end.kind !== 'refused') return fault
  return refused(fault.end.reason, fault.end.code, `This needs DESCRIBE on the topic ${name}.`)
}

type TimeOf = (topic: string) => bigint

/** Of each place the offset at this time, or at that of its topic, asked of its leader; again of the next one when it has moved. */
export async function offsetsAt(
  client: Client,
  layout: Layout,
  places: readonly TopicPartition[],
  timestamp: bigint | TimeOf,
  deadlineMs: number,
  now: () => number,
): Promise<Offsets> {
  const offsets = new Map<string, Offset>()
  const timeOf = typeof timestamp === 'bigint' ? () => timestamp : timestamp
  let left = places
  let known = layout
  for (let tries = 1; left.length > 0; tries += 1) {
    const moved = await askLeaders(client, known, left, timeOf, deadlineMs, offsets)
    if (moved.length === 0 || tries >= TRIES || now() + RETRY_MS >= deadlineMs) break
    await new Promise(resolve => setTimeout(resolve, RETRY_MS))
    left = moved
    try {
      known = await layoutOf(
        client,
        moved.map(({ topic }) => topic),
        deadlineMs,
      )
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      break
    }
  }
  return offsets
}

/** @returns those whose leader is another one by now */
async function askLeaders(
  client: Client,
  layout: Layout,
  places: readonly TopicPartition[],
  timeOf: TimeOf,
  deadlineMs: number,
  offsets: Map<string, Offset>,
): Promise<TopicPartition[]> {
  const byLeader = new Map<number, { leader: Node; places: TopicPartition[] }>()
  const moved: TopicPartition[] = []
  for (const place of places) {
    const leader = layout.leaderOf(place)
    if ('unread' in leader) {
      offsets.set(placeOf(place.topic, place.partition), leader)
      continue
    }
    const known = byLeader.get(leader.nodeId)
    if (known === undefined) byLeader.set(leader.nodeId, { leader, places: [place] })
    else known.places.push(place)
  }
  await Promise.all(
    [...byLeader.values()].map(async ({ leader, places: led }) => {
      for (const { topic, partition } of led) {
        offsets.set(placeOf(topic, partition), { unread: causeOf('nothingReported') })
      }
      try {
        const topics = new Map<
          string,
          { partitionIndex: number; currentLeaderEpoch: number; timestamp: bigint }[]
        >()
        for (const { topic, partition } of led) {
          const asked = { partitionIndex: partition, currentLeaderEpoch: -1, timestamp: timeOf(topic) }
          const known = topics.get(topic)
          if (known === undefined) topics.set(topic, [asked])
          else known.push(asked)
        }
        const request = {
          replicaId: -1,
          isolationLevel: UNCOMMITTED,
          topics: [...topics].map(([name, partitions]) => ({ name, partitions })),
        }
        const answer = await client.ask(leader, listOffsets, request, deadlineMs)
        for (const { name, partitions } of answer.topics) {
          for (const { partitionIndex, errorCode, offset } of partitions) {
            const place = placeOf(name, partitionIndex)
            if (!offsets.has(place)) continue
            if (errorCode === 0) {
              offsets.set(place, { offset: offset < 0n ? null : offset })
              continue
            }
            offsets.set(place, {
              unread: causeOf('apiSaid', kafkaErrorName(errorCode), meaningToReaders(errorCode)),
            })
            if (isLeaderMoved(errorCode)) moved.push({ topic: name, partition: partitionIndex })
          }
        }
      } catch (error) {
        if (!(error instanceof Fault)) throw error
        const unread = error.end.kind === 'refused' ? causeOf('apiSaid', error.end.code) : error.end.cause
        for (const { topic, partition } of led) offsets.set(placeOf(topic, partition), { unread })
      }
    }),
  )
  return moved
}

// What a group has committed, topic by topic, as both dialects answer it. Facts of one instant; it judges nothing.

import type { Group, Position } from '../../request/group.ts'
import { classicGroup, groupStateSchema } from '../../request/group.ts'
import { type Read, shown } from './fields.ts'

/** Null: never committed, or not readable (then `errorCode`, Kafka's, is not 0). */
export interface PartitionOffset {
  partition: number
  committed: bigint | null
  logEnd: bigint | null
  errorCode: number
}

export interface TopicOffsets {
  topic: string
  partitions: PartitionOffset[]
}

/** What could not be read may hide a commit. */
export function mayHaveCommit({ partitions }: TopicOffsets): boolean {
  return partitions.some(({ committed, errorCode }) => committed !== null || errorCode !== 0)
}

/** By topic and partition. The log start is not among what these answers tell. */
export function positionsOf(offsets: readonly TopicOffsets[]): Position[] {
  const positions = offsets.flatMap(({ topic, partitions }) =>
    partitions.map(({ partition, committed, logEnd, errorCode }) => ({
      topic,
      partition,
      committed,
      logStart: null,
      // An offset that could not be read must not pass for one that was never committed.
      logEnd: errorCode === 0 ? logEnd : null,
    })),
  )
  return positions.sort((a, b) =>
    a.topic < b.topic ? -1 : a.topic > b.topic ? 1 : a.partition - b.partition,
  )
}

/** One entry of a group listing, in the words of neither dialect. */
export interface DescribedGroup {
  name: string
  state: string
  errorCode: number
  /** `consumer` for ordinary consumers. CKafka's brokers, up to 3.2, have classic groups alone. */
  protocolType: string
  members: { clientId: string; host: string }[]
}

const GROUP_ID_NOT_FOUND = 69

/** A group that the answer leaves out is Dead, which is Kafka's word for a group that nobody knows. */
export function groupAmong(described: readonly DescribedGroup[], name: string, root: string): Read<Group> {
  const found = described.find(each => each.name === name)
  if (found === undefined || found.errorCode === GROUP_ID_NOT_FOUND) return DEAD
  if (found.errorCode !== 0) {
    return {
      ok: false,
      problem: `${root}: the state of the group could not be read (error ${found.errorCode})`,
    }
  }
  // The older word of Kafka, which some pages still print.
  const state = groupStateSchema.safeParse(
    found.state === 'AwaitingSync' ? 'CompletingRebalance' : found.state,
  )
  if (!state.success) return { ok: false, problem: `${root}: expected a state of a group` }
  // Java prints an address with a slash before it.
  const members = found.members.map(({ clientId, host }) => ({
    clientId: shown(clientId),
    host: shown(host).replace(/^\//, ''),
  }))
  return { ok: true, value: classicGroup({ state: state.data, members }, found.protocolType) }
}

const DEAD: Read<Group> = { ok: true, value: { state: 'Dead', members: [] } }

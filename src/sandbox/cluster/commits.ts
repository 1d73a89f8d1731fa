// Owns what Kafka's own OffsetCommit and OffsetFetch do to a group: who may commit, and what becomes of each offset.
// It must never move an offset into the log: Kafka takes any, and its consumers find out later.

import { type CommitOffset, commitsOn, createGroup, type Group, type Instance } from './instance.ts'

export interface CommitCommand {
  instance: string
  group: string
  offsets: CommitOffset[]
  /** Absent: from outside, by nobody who is a member. */
  member?: { id: string; generation: number }
}

export interface CommitWord {
  topic: string
  partition: number
  /** Kafka's; not 0: nothing was written. */
  errorCode: number
}

export interface CommittedAt {
  topic: string
  partition: number
  /** null: nothing yet, but a transaction may. */
  offset: bigint | null
  /** A transaction that is open may commit here. */
  unstable: boolean
}

export interface Written {
  topic: string
  partition: number
  from: bigint | null
  to: bigint
}

const NONE = 0
const UNKNOWN_TOPIC_OR_PARTITION = 3
const ILLEGAL_GENERATION = 22
const GROUP_ID_NOT_FOUND = 69
const UNKNOWN_MEMBER_ID = 25
const REBALANCE_IN_PROGRESS = 27
const STALE_MEMBER_EPOCH = 113

/** A code of the group stands on every partition that there is; all others are one batch. */
export function commitFor(
  instance: Instance,
  { group: name, offsets, member }: CommitCommand,
  effect: 'apply' | 'pretend',
): { words: CommitWord[]; written: Written[] } {
  const group = instance.groups.get(name)
  const ofGroup = member ? codeOfMember(group, member) : codeOfOutsider(group)
  const written: Written[] = []
  const words = offsets.map(({ topic, partition, offset }): CommitWord => {
    const errorCode =
      codeOfPlace(instance, topic, partition) || ofGroup || failureAt(instance, topic, partition)
    if (errorCode === NONE) {
      const from = group?.commits.get(topic)?.get(partition) ?? null
      written.push({ topic, partition, from, to: offset })
    }
    return { topic, partition, errorCode }
  })
  if (effect === 'pretend') return { words, written: [] }
  if (written.length > 0) {
    // A group that was not there is a simple one from now on: it has no members, and no protocol.
    const target = group ?? createGroup(instance, name, '')
    for (const { topic, partition, to } of written) commitsOn(target, topic).set(partition, to)
  }
  return { words, written }
}

function codeOfPlace(instance: Instance, topic: string, partition: number): number {
  return instance.topics.get(topic)?.logs[partition] === undefined ? UNKNOWN_TOPIC_OR_PARTITION : NONE
}

function failureAt(instance: Instance, topic: string, partition: number): number {
  const failed = instance.topicFailures.get(topic) ?? instance.partitionFailures.get(topic)?.get(partition)
  return failed?.errorCode ?? NONE
}

const codeOfOutsider = (group: Group | undefined) =>
  group !== undefined && group.members.length > 0 ? UNKNOWN_MEMBER_ID : NONE

function codeOfMember(
  group: Group | undefined,
  { id, generation }: { id: string; generation: number },
): number {
  if (group === undefined) return generation < 0 ? NONE : GROUP_ID_NOT_FOUND
  if (group.members.length === 0 && generation < 0) return NONE
  if (!group.members.some(each => each.memberId === id)) return UNKNOWN_MEMBER_ID
  if (generation !== group.generation)
    return group.type === 'consumer' ? STALE_MEMBER_EPOCH : ILLEGAL_GENERATION
  return group.type === 'classic' && group.rebalance === 'CompletingRebalance' ? REBALANCE_IN_PROGRESS : NONE
}

export function committedIn(instance: Instance, name: string): CommittedAt[] {
  const group = instance.groups.get(name)
  if (group === undefined) return []
  const found = new Map<string, CommittedAt>()
  for (const [topic, offsets] of group.commits) {
    for (const [partition, offset] of offsets)
      found.set(`${topic} ${partition}`, { topic, partition, offset, unstable: false })
  }
  for (const { topic, partition } of [...group.pending.values()].flat()) {
    const offset = group.commits.get(topic)?.get(partition) ?? null
    found.set(`${topic} ${partition}`, { topic, partition, offset, unstable: true })
  }
  return [...found.values()].sort(byPlace)
}

function byPlace(a: CommittedAt, b: CommittedAt): number {
  if (a.topic !== b.topic) return a.topic < b.topic ? -1 : 1
  return a.partition - b.partition
}

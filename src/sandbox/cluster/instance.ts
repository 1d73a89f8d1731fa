// Owns one cluster: its topics, groups, commits and members, and the verbs that move them.
// It must never know how a reset is worked out, nor how anybody asks.

import { createPartitionLog, type PartitionLog, type PartitionSeed } from './log.ts'

export interface Member {
  clientId: string
  /** Absent: derived from the client id. */
  memberId?: string
  /** As Kafka prints it, with a leading slash: `/10.0.0.7`. */
  host?: string
  /** Topic → partitions. */
  assignment?: Record<string, number[]>
}

/** Which of Kafka's two protocols its members speak: `consumer` is that of KIP-848. */
export type GroupType = 'classic' | 'consumer'

export interface GroupSeed {
  name: string
  /** Absent: classic. */
  type?: GroupType
  /** `consumer`, `connect`, or empty for a group that only ever committed. */
  protocolType?: string
  /** Topic → committed offset by partition number; null: never committed. */
  commits: Record<string, (bigint | null)[]>
  members?: Member[]
}

export interface TopicSeed {
  name: string
  note?: string
  partitions: PartitionSeed[]
  /** What differs from Kafka's defaults: `cleanup.policy` and the like. */
  config?: Record<string, string>
}

export interface InstanceSeed {
  id: string
  name: string
  topics: TopicSeed[]
  groups: GroupSeed[]
  /** As CKafka's API numbers it: 1 running, 2 deleting, 3 deleted, 5 isolated. Absent: running. */
  status?: number
}

export type Rebalance = 'PreparingRebalance' | 'CompletingRebalance' | 'settled'

/** What a test or a demo may do to one instance. Verbs throw on a topic, partition or group that is not there. */
export interface InstanceVerbs {
  /** `atMs`: what the producer says that the time is; absent: what it is. */
  produce(topic: string, partition: number, count: number | bigint, atMs?: number): void
  /** Retention: the log start moves up to `newStart`. */
  truncate(topic: string, partition: number, newStart: bigint): void
  createTopic(topic: string, partitions: number, config?: Record<string, string>): void
  /** Commits on the topic go with it, as in Kafka. */
  deleteTopic(topic: string): void
  addPartitions(topic: string, count: number): void
  /** Creates the group if need be. With a type, an empty group becomes one of it. */
  join(group: string, member: Member, type?: GroupType): void
  leave(group: string, clientId: string): void
  /** A rebalance under way, until it is called with `settled`. Only a group with members can rebalance. */
  rebalance(group: string, state: Rebalance): void
  /** Creates the group if need be. */
  commit(group: string, topic: string, partition: number, offset: bigint): void
  /** Forgets the group with its commits; one with members stays, and this throws. */
  deleteGroup(group: string): void
  /** A transaction that will commit these offsets of the group, or abort. */
  openTransaction(name: string, group: string, offsets: CommitOffset[]): void
  endTransaction(name: string, how: 'commit' | 'abort'): void
  /** Advances the commit by up to `count` messages, never past the log end. */
  consume(group: string, topic: string, partition: number, count: number | bigint): void
  /** Resets of the topic fail as a whole until healed. */
  failTopic(topic: string, errorCode: number, message?: string): void
  /** Resets of the partition fail, inside a topic that succeeds, until healed. */
  failPartition(topic: string, partition: number, errorCode: number, message?: string): void
  /** Reading the partition's position fails until healed. */
  failRead(topic: string, partition: number, errorCode: number): void
  /** Ends the failures of one topic, or all of them. */
  heal(topic?: string): void
  /** As CKafka's API numbers it: see InstanceSeed. */
  setStatus(status: number): void
}

export interface CommitOffset {
  topic: string
  partition: number
  offset: bigint
}

export interface Group {
  protocolType: string
  type: GroupType
  /** Grows by one with everybody who joins or leaves. */
  generation: number
  /** Topic → partition → committed offset. */
  commits: Map<string, Map<number, bigint>>
  members: Required<Member>[]
  rebalance: Rebalance
  /** Of open transactions, by name. */
  pending: Map<string, CommitOffset[]>
}

export interface Topic {
  note: string
  logs: PartitionLog[]
  config: Record<string, string>
}

export interface Failure {
  /** A Kafka protocol code. */
  errorCode: number
  message?: string
}

export interface Instance {
  readonly id: string
  readonly name: string
  readonly topics: Map<string, Topic>
  readonly groups: Map<string, Group>
  readonly topicFailures: Map<string, Failure>
  readonly partitionFailures: Map<string, Map<number, Failure>>
  readonly readFailures: Map<string, Map<number, number>>
  status: number
}

export function createInstance(seed: InstanceSeed): Instance {
  const topics = seed.topics.map(({ name, note = '', partitions, config = {} }): [string, Topic] => [
    name,
    { note, logs: partitions.map(createPartitionLog), config },
  ])
  const instance: Instance = {
    id: seed.id,
    name: seed.name,
    topics: new Map(topics),
    groups: new Map(),
    topicFailures: new Map(),
    partitionFailures: new Map(),
    readFailures: new Map(),
    status: seed.status ?? 1,
  }
  for (const { name, protocolType = 'consumer', type = 'classic', commits, members = [] } of seed.groups) {
    const group = createGroup(instance, name, protocolType, type)
    group.members = members.map(completeMember)
    group.generation = members.length
    for (const [topic, offsets] of Object.entries(commits))
      offsets.forEach((offset, partition) => {
        logOf(instance, topic, partition)
        if (offset !== null) commitsOn(group, topic).set(partition, offset)
      })
  }
  return instance
}

export function verbsOf(instance: Instance, now: () => number, changed: () => void): InstanceVerbs {
  const { topics, groups } = instance
  const groupToChange = (name: string) => groups.get(name) ?? createGroup(instance, name, 'consumer')
  const announced =
    <Args extends unknown[]>(verb: (...args: Args) => void) =>
    (...args: Args) => {
      verb(...args)
      changed()
    }

  return {
    produce: announced((topic, partition, count, saidMs = now()) => {
      const { config } = mustFind(topics, topic, 'topic')
      const atMs = config['message.timestamp.type'] === 'LogAppendTime' ? now() : saidMs
      logOf(instance, topic, partition).append(BigInt(count), atMs)
    }),
    truncate: announced((topic, partition, newStart) => {
      logOf(instance, topic, partition).truncateTo(newStart)
    }),
    createTopic: announced((topic, partitions, config = {}) => {
      if (topics.has(topic)) throw new Error(`there is a topic ${topic} already`)
      topics.set(topic, { note: '', logs: Array.from({ length: partitions }, createEmptyLog), config })
    }),
    deleteTopic: announced(topic => {
      mustFind(topics, topic, 'topic')
      topics.delete(topic)
      for (const group of groups.values()) group.commits.delete(topic)
    }),
    addPartitions: announced((topic, count) => {
      mustFind(topics, topic, 'topic').logs.push(...Array.from({ length: count }, createEmptyLog))
    }),
    join: announced((name, member, type) => {
      const group = groupToChange(name)
      if (type !== undefined && group.members.length === 0) group.type = type
      if (group.protocolType === '') group.protocolType = 'consumer'
      group.members.push(completeMember(member))
      group.generation += 1
    }),
    leave: announced((group, clientId) => {
      const left = mustFind(groups, group, 'group')
      left.members = left.members.filter(each => each.clientId !== clientId)
      left.generation += 1
      if (left.members.length === 0) left.rebalance = 'settled'
    }),
    rebalance: announced((group, state) => {
      const found = mustFind(groups, group, 'group')
      if (found.members.length === 0) throw new Error(`${group} has no members to rebalance`)
      found.rebalance = state
    }),
    commit: announced((group, topic, partition, offset) => {
      logOf(instance, topic, partition)
      commitsOn(groupToChange(group), topic).set(partition, offset)
    }),
    deleteGroup: announced(group => {
      if (mustFind(groups, group, 'group').members.length > 0) throw new Error(`${group} has members`)
      groups.delete(group)
    }),
    openTransaction: announced((name, group, offsets) => {
      for (const { topic, partition } of offsets) logOf(instance, topic, partition)
      groupToChange(group).pending.set(name, offsets)
    }),
    endTransaction: announced((name, how) => {
      const group = [...groups.values()].find(each => each.pending.has(name))
      if (!group) throw new Error(`there is no transaction ${name}`)
      const offsets = group.pending.get(name) ?? []
      group.pending.delete(name)
      if (how === 'abort') return
      for (const { topic, partition, offset } of offsets)
        if (topics.has(topic)) commitsOn(group, topic).set(partition, offset)
    }),
    consume: announced((group, topic, partition, count) => {
      const log = logOf(instance, topic, partition)
      const commits = commitsOn(groupToChange(group), topic)
      commits.set(partition, clamp((commits.get(partition) ?? log.start()) + BigInt(count), log))
    }),
    failTopic: announced((topic, errorCode, message) => {
      instance.topicFailures.set(topic, failureOf(errorCode, message))
    }),
    failPartition: announced((topic, partition, errorCode, message) => {
      logOf(instance, topic, partition)
      innerMap(instance.partitionFailures, topic).set(partition, failureOf(errorCode, message))
    }),
    failRead: announced((topic, partition, errorCode) => {
      logOf(instance, topic, partition)
      innerMap(instance.readFailures, topic).set(partition, errorCode)
    }),
    heal: announced(topic => {
      for (const failures of [instance.topicFailures, instance.partitionFailures, instance.readFailures])
        if (topic === undefined) failures.clear()
        else failures.delete(topic)
    }),
    setStatus: announced(status => {
      instance.status = status
    }),
  }
}

export function createGroup(
  instance: Instance,
  name: string,
  protocolType: string,
  type: GroupType = 'classic',
): Group {
  const group: Group = {
    protocolType,
    type,
    generation: 0,
    commits: new Map(),
    members: [],
    rebalance: 'settled',
    pending: new Map(),
  }
  instance.groups.set(name, group)
  return group
}

/** The group's commits on a topic, to be read or written. */
export const commitsOn = (group: Group, topic: string) => innerMap(group.commits, topic)

export function clamp(offset: bigint, log: PartitionLog): bigint {
  if (offset < log.start()) return log.start()
  return offset > log.end() ? log.end() : offset
}

export function logOf(instance: Instance, topic: string, partition: number): PartitionLog {
  const log = mustFind(instance.topics, topic, 'topic').logs[partition]
  if (!log) throw new Error(`there is no partition ${partition} of ${topic}`)
  return log
}

export function mustFind<V>(map: ReadonlyMap<string, V>, key: string, what: string): V {
  const found = map.get(key)
  if (!found) throw new Error(`there is no ${what} ${key}`)
  return found
}

function innerMap<V>(map: Map<string, Map<number, V>>, key: string): Map<number, V> {
  const inner = map.get(key) ?? new Map<number, V>()
  map.set(key, inner)
  return inner
}

const createEmptyLog = () => createPartitionLog({ start: 0n, end: 0n, written: [] })

const completeMember = ({ clientId, memberId, host, assignment }: Member): Required<Member> => ({
  clientId,
  memberId: memberId ?? `${clientId}-5b0f2c1e-90aa-4d7e-8a55-6c1f0d3f7e21`,
  host: host ?? '/10.53.88.65',
  assignment: assignment ?? {},
})

const failureOf = (errorCode: number, message?: string): Failure =>
  message === undefined ? { errorCode } : { errorCode, message }

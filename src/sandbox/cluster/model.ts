// Owns a small cluster and its resets, moved only by the documented rules.
// It must never know how it is asked: HTTP, signatures, parameter names, frames and answers live in the fronts.

import { type CommitCommand, type CommittedAt, type CommitWord, commitFor, committedIn } from './commits.ts'
import {
  clamp,
  commitsOn,
  createGroup,
  createInstance,
  type Group,
  type GroupType,
  type Instance,
  type InstanceSeed,
  type InstanceVerbs,
  logOf,
  type Member,
  mustFind,
  verbsOf,
} from './instance.ts'
import type { PartitionLog } from './log.ts'

export interface ClusterSeed {
  instances: InstanceSeed[]
}

/**
 * The documented strategies: 0 shift-by, 1 by time (−2 earliest, −1 latest, else ms), 2 to-offset; and `each`, the
 * batch of API 3.0, which names an offset for every partition it moves.
 */
export type ResetStrategy =
  | { strategy: 0; shift: bigint }
  | { strategy: 1; timestamp: number }
  | { strategy: 2; offset: bigint }
  | { strategy: 'each'; offsets: { partition: number; offset: bigint }[] }

export interface ResetCommand {
  instance: string
  group: string
  /** Absent: all topics of the group. */
  topics?: string[]
  /** Absent: all partitions. API 2.0 cannot say this; 3.0 can. `each` says it by itself. */
  partitions?: number[]
  how: ResetStrategy
}

export interface PartitionOutcome {
  partition: number
  offset: bigint
  /** A Kafka protocol code; not 0: nothing was written. */
  errorCode: number
  message?: string
}

export interface TopicOutcome {
  topic: string
  /** A Kafka protocol code; 0: see the partitions. */
  errorCode: number
  message?: string
  partitions: PartitionOutcome[]
}

export type ResetOutcome =
  | { kind: 'applied'; topics: TopicOutcome[] }
  | { kind: 'unknownInstance' }
  | { kind: 'groupNotEmpty' }

/** One call that wrote commits. */
export interface Effect {
  instance: string
  group: string
  topics: string[] | 'all'
  /** `commit`: by Kafka's own protocol, where `written` says all there is to say. */
  how: ResetStrategy | { strategy: 'commit' }
  atMs: number
  /** Every commit written, those that landed where they were included. */
  written: { topic: string; partition: number; from: bigint | null; to: bigint }[]
}

export interface Position {
  topic: string
  partition: number
  /** null: never committed. */
  committed: bigint | null
  logStart: bigint
  logEnd: bigint
  /** null: never committed. */
  lag: bigint | null
  /** Not 0 after failRead: a dialect then shows no offsets. */
  readErrorCode: number
}

export interface GroupView {
  name: string
  type: GroupType
  generation: number
  state: 'Dead' | 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable'
  protocolType: string
  members: Required<Member>[]
}

export interface InstanceView {
  id: string
  name: string
  status: number
  topics: { name: string; note: string; partitions: number; config: Record<string, string> }[]
  groups: { name: string; protocolType: string }[]
}

export interface ClusterRules {
  /**
   * to-offset beyond the log's ends. The console documents clamping; the API page is silent, so `fail` is the other
   * reading: the whole topic is refused with OFFSET_OUT_OF_RANGE before any of it is written.
   */
  offsetStrategy: 'clamp' | 'fail'
}

/** The verbs act on the first instance; `in` gives those of another. */
export interface Cluster extends InstanceVerbs {
  /** May be changed at any time. */
  readonly rules: ClusterRules
  in(instance: string): InstanceVerbs
  instances(): InstanceView[]
  /** A group nobody knows is Dead. */
  group(instance: string, group: string): GroupView
  /** Topics with a commit of the group, or assigned to a member, by name. */
  topicsOf(instance: string, group: string): string[]
  /** By topic and partition; absent topics: those of the group. Topics that do not exist are left out. */
  positions(instance: string, group: string, topics?: string[]): Position[]
  /** The first offset written at or after `ms`, else the log end. */
  offsetAt(instance: string, topic: string, partition: number, ms: number): bigint
  /** By partition; a topic that does not exist has none. */
  logs(instance: string, topic: string): { partition: number; start: bigint; end: bigint }[]
  /** Up to `most` messages in log order, from the first one written at or after `ms`. */
  messagesFrom(
    instance: string,
    topic: string,
    partition: number,
    ms: number,
    most: number,
  ): { offset: bigint; atMs: number }[]
  /** `pretend` answers as if, and changes nothing. */
  setGroupOffsets(command: ResetCommand, effect?: 'apply' | 'pretend'): ResetOutcome
  /** What OffsetCommit does: one word for each offset, in their order. Offsets are taken as they are, inside the log or not. */
  commitOffsets(command: CommitCommand, effect?: 'apply' | 'pretend'): CommitWord[]
  /** Where the group has committed, or a transaction may: by topic and partition. */
  committed(instance: string, group: string): CommittedAt[]
  /** The calls that wrote commits, oldest first: what proves "at most once". */
  effects(group?: string): Effect[]
  onChange(listener: () => void): () => void
}

const OFFSET_OUT_OF_RANGE = 1
const notHere = {
  /** UNKNOWN_TOPIC_OR_PARTITION */
  errorCode: 3,
  // The page's own words, which are those of old clients and not of today's Kafka.
  message: 'This request is for a topic or partition that does not exist on this broker.',
}
/** What OffsetFetch answers where there is no commit. */
const noCommit = -1n

export function createCluster(
  seed: ClusterSeed,
  options: { now?: () => number; rules?: Partial<ClusterRules> } = {},
): Cluster {
  const now = options.now ?? Date.now
  const rules: ClusterRules = { offsetStrategy: 'clamp', ...options.rules }
  const instances = new Map(seed.instances.map(each => [each.id, createInstance(each)]))
  const effects: Effect[] = []
  const listeners = new Set<() => void>()
  const changed = () => {
    for (const listener of listeners) listener()
  }
  const instanceOf = (id: string) => mustFind(instances, id, 'instance')
  const first = seed.instances[0]
  if (!first) throw new Error('a cluster needs an instance')

  return {
    ...verbsOf(instanceOf(first.id), now, changed),
    rules,
    in: instance => verbsOf(instanceOf(instance), now, changed),
    instances: () => [...instances.values()].map(viewInstance),
    group: (instance, name) => viewGroup(name, instanceOf(instance).groups.get(name)),
    topicsOf: (instance, group) => topicsOf(instanceOf(instance).groups.get(group)),
    positions: (instance, group, topics) => positionsOf(instanceOf(instance), group, topics),
    offsetAt: (instance, topic, partition, ms) => offsetAt(logOf(instanceOf(instance), topic, partition), ms),
    logs: (instance, topic) =>
      (instanceOf(instance).topics.get(topic)?.logs ?? []).map((log, partition) => ({
        partition,
        start: log.start(),
        end: log.end(),
      })),
    messagesFrom: (instance, topic, partition, ms, most) =>
      messagesFrom(logOf(instanceOf(instance), topic, partition), ms, most),

    setGroupOffsets(command, effect = 'apply') {
      const instance = instances.get(command.instance)
      if (!instance) return { kind: 'unknownInstance' }
      const group = instance.groups.get(command.group)
      if (group && group.members.length > 0) return { kind: 'groupNotEmpty' }

      // A Dead group is no obstacle: Kafka takes a commit from outside for it, and the group exists from then on.
      // It has no topics, so "all topics" resets nothing.
      const written: Effect['written'] = []
      const names = new Set(command.topics ?? topicsOf(group))
      const topics = [...names].map(name => resetTopic(instance, group, name, command, rules, written))
      if (effect === 'apply' && written.length > 0) {
        const target = group ?? createGroup(instance, command.group, '')
        for (const { topic, partition, to } of written) commitsOn(target, topic).set(partition, to)
        effects.push({
          instance: command.instance,
          group: command.group,
          topics: command.topics ?? 'all',
          how: command.how,
          atMs: now(),
          written,
        })
        changed()
      }
      return { kind: 'applied', topics }
    },

    commitOffsets(command, effect = 'apply') {
      const instance = instanceOf(command.instance)
      const { words, written } = commitFor(instance, command, effect)
      if (written.length > 0) {
        const topics = [...new Set(written.map(each => each.topic))]
        const { instance: id, group } = command
        effects.push({ instance: id, group, topics, how: { strategy: 'commit' }, atMs: now(), written })
        changed()
      }
      return words
    },
    committed: (instance, group) => committedIn(instanceOf(instance), group),

    effects: group => effects.filter(each => group === undefined || each.group === group),
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

function resetTopic(
  instance: Instance,
  group: Group | undefined,
  name: string,
  { how, partitions }: ResetCommand,
  rules: ClusterRules,
  written: Effect['written'],
): TopicOutcome {
  const topic = instance.topics.get(name)
  if (!topic) {
    return { topic: name, ...notHere, partitions: [] }
  }
  const failure = instance.topicFailures.get(name)
  if (failure) return { topic: name, partitions: [], ...failure }

  const asked = how.strategy === 'each' ? how.offsets.map(each => each.partition) : partitions
  const chosen = [...topic.logs.entries()].filter(([number]) => asked?.includes(number) ?? true)
  const beyond = chosen.some(([partition, log]) => {
    const offset = offsetNamed(how, partition)
    return offset !== undefined && clamp(offset, log) !== offset
  })
  if (beyond && rules.offsetStrategy === 'fail') {
    const message = 'The requested offset is not within the range of offsets maintained by the server.'
    return { topic: name, errorCode: OFFSET_OUT_OF_RANGE, message, partitions: [] }
  }

  const failures = instance.partitionFailures.get(name)
  const outcomes = chosen.map(([partition, log]): PartitionOutcome => {
    const from = group?.commits.get(name)?.get(partition)
    const to = targetOf(how, from, log, partition)
    const failed = failures?.get(partition)
    // The offset asked for is echoed even where it was not written: a reader must look at the code.
    if (failed) return { partition, offset: to, ...failed }
    written.push({ topic: name, partition, from: from ?? null, to })
    return { partition, offset: to, errorCode: 0 }
  })
  const absent = (asked ?? []).filter(partition => !topic.logs[partition])
  const refused = absent.map(partition => ({ partition, offset: noCommit, ...notHere }))
  return { topic: name, errorCode: 0, partitions: [...outcomes, ...refused] }
}

function offsetNamed(how: ResetStrategy, partition: number): bigint | undefined {
  if (how.strategy === 2) return how.offset
  return how.strategy === 'each' ? how.offsets.find(each => each.partition === partition)?.offset : undefined
}

function targetOf(
  how: ResetStrategy,
  committed: bigint | undefined,
  log: PartitionLog,
  partition: number,
): bigint {
  switch (how.strategy) {
    case 0:
      // Without a commit there is no old offset to shift from, and the page does not say what happens then. What
      // OffsetFetch answers, −1, is taken for it: such a partition counts from the very beginning.
      return clamp((committed ?? noCommit) + how.shift, log)
    case 1:
      if (how.timestamp === -2) return log.start()
      if (how.timestamp === -1) return log.end()
      return offsetAt(log, how.timestamp)
    case 2:
    case 'each':
      return clamp(offsetNamed(how, partition) ?? noCommit, log)
    default:
      return how satisfies never
  }
}

const offsetAt = (log: PartitionLog, ms: number) => log.firstAtOrAfter(ms) ?? log.end()

function messagesFrom(log: PartitionLog, ms: number, most: number): { offset: bigint; atMs: number }[] {
  const first = log.firstAtOrAfter(ms) ?? log.end()
  const offsets = Array.from({ length: most }, (_, index) => first + BigInt(index))
  return offsets.flatMap(offset => {
    const atMs = log.timeOf(offset)
    return atMs === undefined ? [] : [{ offset, atMs }]
  })
}

function positionsOf(instance: Instance, groupName: string, topics?: string[]): Position[] {
  const group = instance.groups.get(groupName)
  return [...new Set(topics ?? topicsOf(group))].flatMap(topic =>
    (instance.topics.get(topic)?.logs ?? []).map((log, partition) => {
      const committed = group?.commits.get(topic)?.get(partition) ?? null
      return {
        topic,
        partition,
        committed,
        logStart: log.start(),
        logEnd: log.end(),
        lag: committed === null ? null : log.end() - committed,
        readErrorCode: instance.readFailures.get(topic)?.get(partition) ?? 0,
      }
    }),
  )
}

function topicsOf(group: Group | undefined): string[] {
  if (!group) return []
  const assigned = group.members.flatMap(member => Object.keys(member.assignment))
  return [...new Set([...group.commits.keys(), ...assigned])].sort()
}

function viewGroup(name: string, group: Group | undefined): GroupView {
  if (!group) return { name, type: 'classic', generation: 0, state: 'Dead', protocolType: '', members: [] }
  const { type, generation, protocolType, members, rebalance } = group
  const active = rebalance === 'settled' ? 'Stable' : rebalance
  const state = members.length === 0 ? 'Empty' : active
  return { name, type, generation, state, protocolType, members: [...members] }
}

const viewInstance = ({ id, name, status, topics, groups }: Instance): InstanceView => ({
  id,
  name,
  status,
  topics: [...topics].map(([topic, { note, logs, config }]) => ({
    name: topic,
    note,
    partitions: logs.length,
    config,
  })),
  groups: [...groups].map(([group, { protocolType }]) => ({ name: group, protocolType })),
})

// What reads and writes offsets, and how often it may be asked. The comments are the contracts; test/contract holds each
// adapter to them. Behind one port there may be several clusters: what a cluster can, and how fast, is asked of the one that
// an instance id names.

import type { CallOutcome, ReadOutcome, UnwrittenTopic } from '../request/api-answer.ts'
import type { Abilities, Group, Instance, LogRange, NamePage, Position } from '../request/group.ts'
import type { NativeStrategy, Target } from '../request/reset.ts'
import type { WritePace } from '../request/write-time.ts'

/** A reset as the API itself knows it: whole topics, and one strategy for all of their partitions. */
export interface NativeReset {
  target: Target
  topics: readonly string[]
  strategy: NativeStrategy
}

/** Where one partition is to go. */
export interface PartitionWrite {
  partition: number
  offset: bigint
  /** The committed offset that it is written over, null for none: with another one there it is not. Absent: over any. */
  over?: bigint | null
}

/**
 * What became of a write of several topics. `called`: of all of it together. `unwritten`: the topics that are not, or not
 * wholly, among what it reports.
 */
export interface WrittenTopics {
  called: CallOutcome
  unwritten: UnwrittenTopic[]
}

/** What the cluster of an instance can, beside what every cluster can. */
export interface ClusterAbilities extends Abilities {
  /** Cluster.writeTopics: all topics of a request in one write. */
  writeTopics: boolean
  /** logRangesOf and firstMessagesAt: of many topics at once, and one row that cannot be read costs no other. */
  readMany: boolean
}

/** The log of a partition, or the cause why it could not be read (request/cause.ts). */
export type LogRow = LogRange | { partition: number; unread: string }

/** `offset` null: there is no message as late as that. */
export type FirstMessage =
  | { partition: number; offset: bigint | null }
  | { partition: number; unread: string }

/** `untold`: the names of the clusters that could not say now which instances they have; absent: all have. */
export type InstancesRead = ReadOutcome<Instance[]> & { untold?: readonly string[] }

/** What is known of a topic's log beside its offsets. */
export interface TopicKind {
  /** Offsets are not messages there: a difference of two is `at most`. */
  compacted: boolean
  /**
   * Producers are known to have used transactions on it, so that offsets are not messages there either. False: of none that is
   * known, which does not prove that there were none.
   */
  transactions: boolean
  /** The topic takes larger messages than firstMessageAt sees, so that what that finds may be a later one. */
  timesMayBeLate: boolean
  /** A message may be deleted once it is older, in ms; absent: none is by its age, or that is not known. */
  retentionMs?: number
}

/**
 * Writes, by the CKafka API or by Kafka's own protocol. Never rejects: every fault is an outcome. `done` holds what the
 * cluster said and nothing else: each topic and partition it answered for, with the offset it named, or null where it only
 * accepted the call (API 3.0, Kafka). Whether that is true is for a read-back to tell (request/result.ts). Topics and
 * partitions that do not exist are reported with Kafka's code 3. An instance that is not there is refused as
 * `instanceMissing`, and nothing is sent.
 */
export interface Cluster {
  /** Of writes one after the other to this instance; of one that is not known here, the slowest there is. */
  writePaceOf(instanceId: string): WritePace
  /**
   * Applies the reset to exactly `topics`, once, and ends by `deadlineMs` (epoch) at the latest.
   * Never retries by itself, never sends a call without topics (refused as `badRequest`), and never writes into a group
   * with members (refused as `groupNotEmpty`).
   */
  resetOffsets(reset: NativeReset, deadlineMs: number): Promise<CallOutcome>
  /**
   * Commits an offset for each partition named of one topic, in one call, where `can.writePartitions`; else refused as
   * `badRequest`. Otherwise as resetOffsets.
   */
  writeOffsets(
    target: Target,
    topic: string,
    offsets: readonly PartitionWrite[],
    deadlineMs: number,
  ): Promise<CallOutcome>
  /**
   * Where the instance's cluster can (`writeTopics`), else refused as `badRequest`: as writeOffsets, of several topics in as few calls as it takes, which is one unless the cluster
   * says that it is too large. None is sent twice, nor after one that was not answered or was refused.
   */
  writeTopics?(
    target: Target,
    offsets: ReadonlyMap<string, readonly PartitionWrite[]>,
    deadlineMs: number,
  ): Promise<WrittenTopics>
}

/** Reads: never an effect. Never rejects; one read, with all its pages, ends within the reader's own patience. */
export interface ClusterReader {
  /**
   * What the cluster of this instance can. At once, and asking nobody, where it is known which cluster that is; `refused` as
   * `instanceMissing` where it is known that there is none, `unavailable` where that cannot be told now.
   */
  abilitiesOf(instanceId: string): Promise<ReadOutcome<ClusterAbilities>>
  /** All instances there are; of several clusters, those that can be told, and which cannot. */
  instances(): Promise<InstancesRead>
  /** Groups whose name holds the text, at most 50, in one call. Empty text: the first 50. */
  groups(instanceId: string, search: string): Promise<ReadOutcome<NamePage>>
  /** Topics likewise. */
  topics(instanceId: string, search: string): Promise<ReadOutcome<NamePage>>
  /** `Dead` for a group nobody knows. */
  group(target: Target): Promise<ReadOutcome<Group>>
  /**
   * Committed offset and log end of every partition of these topics (absent: all the group has committed to).
   * @param logs of these topics, just read: where commits and logs are asked apart, partitions and ends are taken from them
   */
  positions(
    target: Target,
    topics?: readonly string[],
    logs?: ReadonlyMap<string, readonly LogRow[]>,
  ): Promise<ReadOutcome<Position[]>>
  /** Log start and end of each partition, where `can.logStart`; else refused as `badRequest`. Empty: no such topic. */
  logRanges(instanceId: string, topic: string): Promise<ReadOutcome<LogRange[]>>
  /** Offset of the first message at or after the time, null when there is none; where `can.firstMessageAt`. */
  firstMessageAt(
    instanceId: string,
    topic: string,
    partition: number,
    timeMs: number,
  ): Promise<ReadOutcome<bigint | null>>
  /** Where `readMany`, else refused as `badRequest`: logRanges of many topics at once. One that is not there is left out. */
  logRangesOf?(
    instanceId: string,
    topics: readonly string[],
  ): Promise<ReadOutcome<ReadonlyMap<string, readonly LogRow[]>>>
  /**
   * Likewise firstMessageAt, of these partitions of each topic. A partition that is not there is `unread`.
   * @param timeMs for all, or by topic for each
   */
  firstMessagesAt?(
    instanceId: string,
    partitions: ReadonlyMap<string, readonly number[]>,
    timeMs: number | ReadonlyMap<string, number>,
  ): Promise<ReadOutcome<ReadonlyMap<string, readonly FirstMessage[]>>>
  /**
   * Where `can.logStart`, else refused as `badRequest`. A topic of which it cannot be told, or that is not there, is not in
   * the answer.
   */
  topicKinds?(
    instanceId: string,
    topics: readonly string[],
  ): Promise<ReadOutcome<ReadonlyMap<string, TopicKind>>>
}

/** How many calls in how many seconds; by action, or for all actions together. */
export interface Budget {
  points: number
  seconds: number
}

export interface Budgets {
  /** Names the account, so that two accounts on one Redis do not share. */
  account: string
  /** Every action counts against this one, where the API has one for all. */
  together?: Budget
  perAction: (action: string) => Budget | undefined
}

/** Who asks: the first goes before the second, and the second before the third. */
export type CallUrgency = 'execution' | 'person' | 'watch'

/** How often the groups of an instance may be looked at after a reset, for all processes together. */
export interface WatchRate {
  /** Takes one look. While the store is away none is given: nobody waits for it. Never rejects. */
  take(instanceId: string): Promise<{ ok: true } | { ok: false; retryAfterMs: number }>
}

/** The account's budget of API calls, shared by all processes. */
export interface Quota {
  /**
   * Takes one call of the action. `execution` may use the whole budget, `person` leaves a reserve for executions; of a budget of
   * a second only while executions are held up. `watch` has a small share of what people may use, and none while executions are
   * held up.
   * When the budget cannot be read (the store is away), the call is allowed: the API's own limit still holds.
   */
  take(action: string, urgency: CallUrgency): Promise<{ ok: true } | { ok: false; retryAfterMs: number }>
  /** The API asked to wait: nobody is given a call of this action for so long. Never rejects. */
  pause(action: string, ms: number): Promise<void>
}

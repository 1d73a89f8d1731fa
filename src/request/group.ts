// What can be seen of a consumer group and of the cluster around it: states, members, positions. Facts of one instant.

import { z } from 'zod'
import { int64Schema } from './reset.ts'

/** Kafka's own names. `Dead` means that the group does not exist. */
export const groupStateSchema = z.enum([
  'Empty',
  'Stable',
  'PreparingRebalance',
  'CompletingRebalance',
  'Dead',
])

const memberSchema = z.object({ clientId: z.string(), host: z.string() })
export type Member = z.output<typeof memberSchema>

export const groupSchema = z.object({
  state: groupStateSchema,
  /** Filled in by the API only for a Stable group of ordinary consumers: none does not mean that nobody is there. */
  members: z.array(memberSchema),
  /**
   * It is empty, and its offsets expire from when it became so, whenever they were committed: Kafka's rule for classic groups
   * of consumers. Since when it is empty nobody tells. Absent: not so, or not known.
   */
  expiresFromEmpty: z.literal(true).optional(),
})
export type Group = z.output<typeof groupSchema>

/**
 * Whether there is such a group. Some services call one dead whose offsets they keep: it is there all the same, and can be
 * reset. @param committed offsets of it, null where there is none
 */
export function isThere({ state }: Pick<Group, 'state'>, committed: readonly (bigint | null)[]): boolean {
  return state !== 'Dead' || committed.some(offset => offset !== null)
}

/** What type it has is told by a cluster in one way or another; a `protocol` other than consumers' has another rule. */
export function classicGroup({ state, members }: Omit<Group, 'expiresFromEmpty'>, protocol: string): Group {
  const isEmpty = state === 'Empty' && members.length === 0
  return { state, members, ...(isEmpty && protocol === 'consumer' ? { expiresFromEmpty: true } : {}) }
}

/** Whether a reset would have to wait: some states name no members although there are some. */
export function hasMembers({ state, members }: Group): boolean {
  return members.length > 0 || (state !== 'Empty' && state !== 'Dead')
}

/** One partition at one instant. Null: never committed, or not known in this dialect. */
const positionSchema = z.object({
  topic: z.string(),
  partition: z.int(),
  committed: int64Schema.nullable(),
  logStart: int64Schema.nullable(),
  logEnd: int64Schema.nullable(),
})
export type Position = z.output<typeof positionSchema>

/** What a dialect of the API can know beyond names, groups, committed offsets and log ends; and what it can write. */
export interface Abilities {
  /** Where the log of a partition starts. */
  logStart: boolean
  /** The first message at or after a time. */
  firstMessageAt: boolean
  /** Some partitions of a topic, and each to an offset of its own. */
  writePartitions: boolean
}

export interface Instance {
  id: string
  name: string
  /** It is listed, and cannot be used any more; absent: it can, as far as is known. */
  gone?: 'isolated' | 'deleting' | 'deleted'
}

export function isInUse({ gone }: Instance): boolean {
  return gone === undefined
}

/** One page of names, as far as the API was asked; `total` is what the API says there are, and may be wrong. */
export interface NamePage {
  names: string[]
  total: number
}

export interface LogRange {
  partition: number
  start: bigint
  end: bigint
}

/** Names one partition where a map or a person needs one name: `orders 3`. A topic name holds no space. */
export function placeOf(topic: string, partition: number): string {
  return `${topic} ${partition}`
}

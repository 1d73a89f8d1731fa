// What Kafka's error codes mean to whoever reads or writes. Match on numbers only.

import type { RefusalReason } from '../../request/api-answer.ts'
import { kafkaErrorName } from '../../request/kafka-errors.ts'

export const NONE = 0
export const UNKNOWN_TOPIC_OR_PARTITION = 3
export const INVALID_COMMIT_OFFSET_SIZE = 28
export const UNSUPPORTED_VERSION = 35
export const GROUP_ID_NOT_FOUND = 69
export const COORDINATOR_LOADING = 14

/** Who coordinates the group has changed, or is about to: ask who it is, and ask again. */
const COORDINATOR_MOVED = new Set([14, 15, 16])
/** Who leads the partition has changed, or is about to. */
const LEADER_MOVED = new Set([5, 6, 9, 13, 56, 74, 75, 76, 78])

export const isCoordinatorMoved = (code: number) => COORDINATOR_MOVED.has(code)
export const isLeaderMoved = (code: number) => LEADER_MOVED.has(code)

/** Why a question, or a whole commit, was refused; null: not for a reason that lies with who asked. */
const REASONS = new Map<number, RefusalReason>([
  [22, 'groupNotEmpty'],
  [25, 'groupNotEmpty'],
  [27, 'groupNotEmpty'],
  [110, 'groupNotEmpty'],
  [113, 'groupNotEmpty'],
  [17, 'badRequest'],
  [24, 'badRequest'],
  [28, 'badRequest'],
  [42, 'badRequest'],
  [29, 'notAllowed'],
  [30, 'notAllowed'],
  [31, 'notAllowed'],
  [35, 'unknownAction'],
  [58, 'credentials'],
  [69, 'other'],
])

export function reasonOf(code: number): RefusalReason | null {
  return REASONS.get(code) ?? null
}

/** Of a commit: this partition alone was not written, and the others may have been. */
const OF_ONE_PARTITION = new Set([3, 12, 29])
export const isOfOnePartition = (code: number) => OF_ONE_PARTITION.has(code)

/** Of a commit: the group as a whole was not written to. All others but 0 leave that open. */
const WHOLE_REFUSALS = new Set([22, 25, 27, 110, 113, 24, 28, 30, 35, 42, 69])
export const isWholeRefusal = (code: number) => WHOLE_REFUSALS.has(code)

export const MEMBERS = 'The group has members: its consumers have to be stopped.'

/** For people beside the name: what it means for somebody who wants to write offsets, in a few words. */
const MEANINGS = new Map<number, string>([
  [3, 'There is no such topic or partition.'],
  [12, 'The commit holds more text than the broker takes.'],
  [22, MEMBERS],
  [24, 'The broker does not take this group id.'],
  [25, MEMBERS],
  [27, 'The group is rebalancing.'],
  [28, 'The commit is larger than the broker takes.'],
  [29, 'This needs READ on the topic.'],
  [30, 'This needs READ on the group.'],
  [35, 'The broker does not know this version of the call.'],
  [42, 'The broker does not take the request.'],
  [69, 'There is no consumer group of this name.'],
  [110, MEMBERS],
  [113, MEMBERS],
])

/** Where a question needs less than a commit does. */
const MEANINGS_TO_READERS = new Map<number, string>([
  [29, 'This needs DESCRIBE on the topic.'],
  [30, 'This needs DESCRIBE on the group.'],
])

/** As meaningOf, for somebody who only asks. */
export function meaningToReaders(code: number): string {
  return MEANINGS_TO_READERS.get(code) ?? meaningOf(code)
}

export function meaningOf(code: number): string {
  return code === NONE ? '' : (MEANINGS.get(code) ?? kafkaErrorName(code))
}

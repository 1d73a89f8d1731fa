// The last look before the API, whatever the dialect. It must never let through what the API would read as a wider or an
// opposite reset, even though the form refuses the same earlier.

import type { NativeReset, PartitionWrite } from '../../ports/cluster.ts'
import type { RefusalReason } from '../../request/api-answer.ts'
import type { NativeStrategy, Target } from '../../request/reset.ts'

const INT64_MAX = 2n ** 63n - 1n
const INT32_MAX = 2 ** 31 - 1

export interface RefusedHere {
  kind: 'refused'
  reason: RefusalReason
  code: string
  message: string
}

/** A refusal without asking the API, which therefore has none of its codes. */
export function refusedHere(message: string): RefusedHere {
  return { kind: 'refused', reason: 'badRequest', code: 'none', message }
}

/** Undefined when the reset may be sent. */
export function problemWithReset({ target, strategy, topics }: NativeReset): string | undefined {
  if (topics.length === 0)
    return 'A reset needs topics: without them the API resets every topic of the group.'
  if (topics.some(topic => topic.trim() === '')) return 'A topic name is empty.'
  if (!topics.every(isEncodable)) return 'A topic name is not valid text.'
  return problemWithTarget(target) ?? problemWithStrategy(strategy)
}

/** Undefined when the offsets may be written. */
export function problemWithWrite(
  target: Target,
  topic: string,
  offsets: readonly PartitionWrite[],
): string | undefined {
  const known =
    problemWithTarget(target) ??
    problemWithNames([topic]) ??
    problemWithPartitions(offsets.map(({ partition }) => partition))
  if (known !== undefined) return known
  return offsets.every(({ offset }) => isOffset(offset)) ? undefined : 'The offset must be 0 or more.'
}

function problemWithPartitions(partitions: readonly number[]): string | undefined {
  if (partitions.length === 0) return 'The list of partitions is empty.'
  if (!partitions.every(isPartition)) return 'A partition must be a whole number, 0 or more.'
  return new Set(partitions).size === partitions.length ? undefined : 'A partition is named twice.'
}

export function problemWithTarget({ instanceId, group }: Target): string | undefined {
  if (instanceId.trim() === '' || group.trim() === '')
    return 'A reset needs an instance and a consumer group.'
  return isEncodable(instanceId) && isEncodable(group)
    ? undefined
    : 'The name of the consumer group is not valid text.'
}

/** Of names that are given whole. */
export function problemWithNames(names: readonly string[]): string | undefined {
  if (names.some(name => name.trim() === '')) return 'A name is empty.'
  return names.every(isEncodable) ? undefined : 'A name is not valid text.'
}

/** Of a search, whose text may be empty. */
export function problemWithSearch(instanceId: string, search: string): string | undefined {
  return problemWithNames(search === '' ? [instanceId] : [instanceId, search])
}

function problemWithStrategy(strategy: NativeStrategy): string | undefined {
  switch (strategy.kind) {
    case 'shift':
      // A negative count would turn the direction round.
      return strategy.count > 0n && strategy.count <= INT64_MAX ? undefined : 'The count must be 1 or more.'
    case 'time':
      // −1 and −2 are not times to the API: they mean latest and earliest.
      return Number.isSafeInteger(strategy.timeMs) && strategy.timeMs >= 0
        ? undefined
        : 'The time must be after 1970.'
    case 'offset':
      return isOffset(strategy.offset) ? undefined : 'The offset must be 0 or more.'
    case 'earliest':
    case 'latest':
      return undefined
    default:
      return strategy satisfies never
  }
}

function isOffset(offset: bigint): boolean {
  return offset >= 0n && offset <= INT64_MAX
}

function isPartition(partition: number): boolean {
  return Number.isInteger(partition) && partition >= 0 && partition <= INT32_MAX
}

/** Half of a character pair cannot be sent as UTF-8: it would name another group or topic. */
function isEncodable(text: string): boolean {
  return !/\p{Cs}/u.test(text)
}

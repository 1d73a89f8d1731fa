// The last look before Kafka. It must never let a negative offset through, nor a name that would be another one on the
// wire, even though the form refuses the same earlier.

import type { PartitionWrite } from '../../ports/cluster.ts'
import type { Target } from '../../request/reset.ts'

const INT64_MAX = 2n ** 63n - 1n
const INT32_MAX = 2 ** 31 - 1
/** In bytes, as the protocol writes texts. */
const LONGEST_NAME = 2 ** 15 - 1

/** Undefined when the offsets may be written. */
export function problemWithWrite(
  target: Target,
  offsets: ReadonlyMap<string, readonly PartitionWrite[]>,
): string | undefined {
  if (offsets.size === 0) return 'A write needs topics.'
  const names = problemWithTarget(target) ?? problemWithNames([...offsets.keys()])
  if (names !== undefined) return names
  for (const writes of offsets.values()) {
    const partitions = writes.map(({ partition }) => partition)
    if (partitions.length === 0) return 'The list of partitions is empty.'
    if (!partitions.every(isPartition)) return 'A partition must be a whole number, 0 or more.'
    if (new Set(partitions).size < partitions.length) return 'A partition is named twice.'
    if (!writes.every(({ offset }) => offset >= 0n && offset <= INT64_MAX))
      return 'The offset must be 0 or more.'
  }
  return undefined
}

export function problemWithTarget({ group }: Target): string | undefined {
  if (group.trim() === '') return 'A consumer group is needed.'
  return isEncodable(group) ? undefined : 'The name of the consumer group is not valid text.'
}

export function problemWithNames(names: readonly string[]): string | undefined {
  if (names.some(name => name.trim() === '')) return 'A name is empty.'
  return names.every(isEncodable) ? undefined : 'A name is not valid text.'
}

export function problemWithPartitions(partitions: Iterable<readonly number[]>): string | undefined {
  for (const each of partitions) {
    if (!each.every(isPartition)) return 'A partition must be a whole number, 0 or more.'
  }
  return undefined
}

/** To Kafka −1 and −2 are not times: they mean latest and earliest. */
export function problemWithTime(timeMs: number): string | undefined {
  return Number.isSafeInteger(timeMs) && timeMs >= 0 ? undefined : 'The time must be after 1970.'
}

function isPartition(partition: number): boolean {
  return Number.isInteger(partition) && partition >= 0 && partition <= INT32_MAX
}

/** Half of a character pair cannot be sent as UTF-8: it would name another group or topic. */
function isEncodable(name: string): boolean {
  return !/\p{Cs}/u.test(name) && Buffer.byteLength(name, 'utf8') <= LONGEST_NAME
}

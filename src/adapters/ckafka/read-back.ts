// API 3.0 says of a write only that it was accepted. This tells from offsets read afterwards what it did to a partition.
// It must never call a success what the offsets do not show.

import type { LogRange } from '../../request/group.ts'
import type { Strategy } from '../../request/reset.ts'
import type { PartitionReport, TopicReport } from '../../request/result.ts'
import type { PartitionOffset, TopicOffsets } from './group-offsets.ts'

/** Where partitions were to go: by a strategy, or each to an offset of its own. */
export type Aim = Strategy | { kind: 'each'; offsets: ReadonlyMap<number, bigint> }

/** `asAsked`: where the aim must lead. `needsRange`: only where the log starts or ends can tell. */
export type Finding = 'asAsked' | 'otherwise' | 'needsRange'

/** Kafka's UNKNOWN_SERVER_ERROR and UNKNOWN_TOPIC_OR_PARTITION: the numbers that 2.0 would have reported. */
const NOT_AS_ASKED = -1
const NOT_THERE = 3

/**
 * What there is to go by besides the offsets: the log after the reset, the hope of reading it, or, when time has run
 * out for that, only that the offset moved back, as it must where the log's start is the target.
 */
export type Evidence = LogRange | 'mayBeRead' | 'movementOnly'

/** @param before the partition as it was before the reset; absent when it was not listed */
export function findingOf(
  aim: Aim,
  before: PartitionOffset | undefined,
  after: PartitionOffset,
  evidence: Evidence,
): Finding {
  const { committed } = after
  if (committed === null) return 'otherwise'
  const range = typeof evidence === 'string' ? undefined : evidence
  const logEnd = after.logEnd ?? range?.end
  // Producers go on while the offsets move: "the end" was anything between its two readings.
  const isEnd = () => {
    if (logEnd === undefined) return 'needsRange'
    return foundIf(committed >= (before?.logEnd ?? logEnd) && committed <= logEnd)
  }
  const isStart = () => {
    if (range !== undefined) return foundIf(committed === range.start)
    const from = before?.committed ?? null
    return evidence === 'movementOnly' && from !== null && committed < from ? 'asAsked' : 'needsRange'
  }
  const isInside = () => (logEnd === undefined ? 'needsRange' : foundIf(committed <= logEnd))
  const isClamped = (wanted: bigint) => {
    if (committed === wanted) return 'asAsked'
    return committed > wanted ? isStart() : isEnd()
  }
  switch (aim.kind) {
    case 'earliest':
      return isStart()
    case 'latest':
      return isEnd()
    case 'time':
      // Only the messages themselves could tell more.
      return isInside()
    case 'offset':
      return isClamped(aim.offset)
    case 'shift': {
      const from = before?.committed ?? null
      // The API does not say what it shifts from where nothing was committed.
      if (from === null) return isInside()
      return isClamped(aim.direction === 'replay' ? from - aim.count : from + aim.count)
    }
    case 'each':
      // Whoever names an offset for each partition means it: the nearest one in the log is another offset.
      return foundIf(committed === aim.offsets.get(after.partition))
    default:
      return aim satisfies never
  }
}

function foundIf(isSo: boolean): Finding {
  return isSo ? 'asAsked' : 'otherwise'
}

/** Undefined when it cannot be said by this evidence. */
export function reportOf(
  aim: Aim,
  before: TopicOffsets | undefined,
  after: TopicOffsets,
  evidence: readonly LogRange[] | 'mayBeRead' | 'movementOnly' = 'mayBeRead',
): TopicReport | undefined {
  const byPartition = new Map(before?.partitions.map(each => [each.partition, each]))
  const ranges = typeof evidence === 'string' ? [] : evidence
  const rangeOf = new Map(ranges.map(range => [range.partition, range]))
  const otherwise = typeof evidence === 'string' ? evidence : 'mayBeRead'
  const partitions: PartitionReport[] = []
  for (const each of after.partitions) {
    const { partition, committed, errorCode } = each
    if (errorCode !== 0) {
      const errorMessage = 'the API answered success, but the offset could not be read back'
      partitions.push({ partition, offset: null, errorCode, errorMessage })
      continue
    }
    const finding = findingOf(aim, byPartition.get(partition), each, rangeOf.get(partition) ?? otherwise)
    if (finding === 'needsRange') return undefined
    partitions.push(
      finding === 'asAsked'
        ? { partition, offset: committed, errorCode: 0, errorMessage: '' }
        : { partition, offset: committed, errorCode: NOT_AS_ASKED, errorMessage: contradiction(committed) },
    )
  }
  const read = new Set(after.partitions.map(({ partition }) => partition))
  for (const partition of byPartition.keys()) {
    if (!read.has(partition)) {
      const errorMessage = 'the API answered success, but does not list the partition'
      partitions.push({ partition, offset: null, errorCode: NOT_AS_ASKED, errorMessage })
    }
  }
  return { topic: after.topic, errorCode: 0, errorMessage: '', partitions }
}

function contradiction(committed: bigint | null): string {
  return committed === null
    ? 'the API answered success, but there is no committed offset'
    : `the API answered success, but the offset is ${committed}`
}

export function isAsAsked({ partitions }: TopicReport): boolean {
  return partitions.every(({ errorCode }) => errorCode === 0)
}

export function reportMissing(topic: string): TopicReport {
  const errorMessage = 'There is no topic of this name in the instance.'
  return { topic, errorCode: NOT_THERE, errorMessage, partitions: [] }
}

export function reportsMissing(partitions: readonly number[]): PartitionReport[] {
  const errorMessage = 'There is no partition of this number in the topic.'
  return partitions.map(partition => ({ partition, offset: null, errorCode: NOT_THERE, errorMessage }))
}

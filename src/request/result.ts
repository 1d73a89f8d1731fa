// What the API said of one call, turned into a result per partition. Evidence only: what was not reported is not a success.

import { z } from 'zod'
import { int64Schema } from './reset.ts'

/** One topic of the API's answer, `succ` and `failed` alike. Code 0 means no error; partitions may be absent on failure. */
export interface TopicReport {
  topic: string
  errorCode: number
  errorMessage: string
  partitions: PartitionReport[]
}

export interface PartitionReport {
  partition: number
  offset: bigint | null
  errorCode: number
  errorMessage: string
}

/** Why the API refused a call as a whole; the words for each are found where the sentence is written. */
export const refusalReasonSchema = z.enum([
  'groupNotEmpty',
  'topicMissing',
  'instanceMissing',
  'badRequest',
  'unknownAction',
  'credentials',
  'notAllowed',
  'clock',
  'quota',
  'unavailable',
  'other',
])
export type RefusalReason = z.output<typeof refusalReasonSchema>

/**
 * How one mutating call ended. `refused`: the API said no, nothing happened. `notSent`: certain that nothing reached it,
 * so trying again is safe. `unknown`: it may have happened; never try again by itself.
 */
export type CallOutcome =
  | { kind: 'done'; topics: TopicReport[] }
  | { kind: 'refused'; reason: RefusalReason; code: string; message: string }
  | { kind: 'notSent'; cause: string; retryAfterMs?: number }
  | { kind: 'unknown'; cause: string }

/** How a read ended. Reads have no effect, so `unavailable` may always be tried again. */
export type ReadOutcome<T> =
  | { kind: 'read'; value: T }
  | { kind: 'refused'; reason: RefusalReason; code: string; message: string }
  | { kind: 'unavailable'; cause: string; retryAfterMs?: number }

/** Rows that fit one Slack message legibly; a longer result is attached as a file as well. */
export const ROWS_IN_TABLE = 50

/** A null partition stands for the whole topic: the API named no partition. */
export const partitionResultSchema = z.object({
  topic: z.string(),
  partition: z.int().nullable(),
  outcome: z.enum(['succeeded', 'failed', 'unreported']),
  offset: int64Schema.nullable(),
  code: z.int(),
  message: z.string(),
})
export const resultSchema = z.array(partitionResultSchema)
export type PartitionResult = z.output<typeof partitionResultSchema>

export const countsSchema = z.object({
  succeededPartitions: z.int(),
  failedPartitions: z.int(),
  failedTopics: z.int(),
  unreportedTopics: z.int(),
})
export type Counts = z.output<typeof countsSchema>

/** Failures first, then unreported, then what succeeded; by topic and partition within each. */
export function resultOf(
  requestedTopics: readonly string[],
  reports: readonly TopicReport[],
): PartitionResult[] {
  const reported = new Set(reports.map(report => report.topic))
  const results = reports.flatMap(topicResults)
  for (const topic of requestedTopics) {
    if (!reported.has(topic)) {
      results.push({ topic, partition: null, outcome: 'unreported', offset: null, code: 0, message: '' })
    }
  }
  return results.sort(
    (a, b) =>
      RANK[a.outcome] - RANK[b.outcome] ||
      (a.topic < b.topic ? -1 : a.topic > b.topic ? 1 : (a.partition ?? -1) - (b.partition ?? -1)),
  )
}

const RANK = { failed: 0, unreported: 1, succeeded: 2 } as const

function topicResults(report: TopicReport): PartitionResult[] {
  const { topic } = report
  if (report.partitions.length === 0) {
    // A topic listed as succeeded without a partition proves nothing about any partition.
    const outcome = report.errorCode === 0 ? 'unreported' : 'failed'
    return [
      { topic, partition: null, outcome, offset: null, code: report.errorCode, message: report.errorMessage },
    ]
  }
  return report.partitions.map(({ partition, offset, errorCode, errorMessage }) => {
    const code = errorCode === 0 ? report.errorCode : errorCode
    const message = errorMessage === '' ? report.errorMessage : errorMessage
    return { topic, partition, outcome: code === 0 ? 'succeeded' : 'failed', offset, code, message }
  })
}

export function countsOf(results: readonly PartitionResult[]): Counts {
  const counts: Counts = { succeededPartitions: 0, failedPartitions: 0, failedTopics: 0, unreportedTopics: 0 }
  for (const { outcome, partition } of results) {
    if (outcome === 'succeeded') counts.succeededPartitions += 1
    else if (outcome === 'unreported') counts.unreportedTopics += 1
    else if (partition === null) counts.failedTopics += 1
    else counts.failedPartitions += 1
  }
  return counts
}

/** The state a request ends in. Nothing reported at all is `unclear`: we called, and do not know what it did. */
export function verdictOf(counts: Counts): 'succeeded' | 'partial' | 'failed' | 'unclear' {
  const failed = counts.failedPartitions + counts.failedTopics
  if (counts.succeededPartitions > 0) {
    return failed + counts.unreportedTopics > 0 ? 'partial' : 'succeeded'
  }
  return counts.unreportedTopics > 0 ? 'unclear' : 'failed'
}

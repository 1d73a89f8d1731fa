// What Kafka's answer to a commit says was done. It must never call `refused` what may still land: the broker turns its own
// timeout into 15 and a lost leadership into 16, and the batch may have been appended all the same.

import type { PartitionReport, RefusalReason, TopicReport } from '../../request/api-answer.ts'
import { causeOf } from '../../request/cause.ts'
import { kafkaErrorName } from '../../request/kafka-errors.ts'
import {
  COORDINATOR_LOADING,
  INVALID_COMMIT_OFFSET_SIZE,
  isOfOnePartition,
  isWholeRefusal,
  meaningOf,
  NONE,
  reasonOf,
} from './codes.ts'
import type { offsetCommit, ResponseOf } from './wire/messages.ts'

export interface Commit {
  topic: string
  partition: number
  offset: bigint
}

export type CommitEnd =
  | { kind: 'done'; topics: TopicReport[] }
  | { kind: 'refused'; reason: RefusalReason; code: string; message: string }
  /** Nothing was written, because it is more than one batch can hold. */
  | { kind: 'tooLarge' }
  | { kind: 'notSent'; cause: string; retryAfterMs: number }
  | { kind: 'unknown'; cause: string }

const LOADING_MS = 1_000

export function commitEnd(
  asked: readonly Commit[],
  { topics }: Pick<ResponseOf<typeof offsetCommit>, 'topics'>,
): CommitEnd {
  const codes = new Map<string, number>()
  for (const { name, partitions } of topics) {
    for (const { partitionIndex, errorCode } of partitions) codes.set(`${name} ${partitionIndex}`, errorCode)
  }
  const said = asked.flatMap(commit => {
    const code = codes.get(`${commit.topic} ${commit.partition}`)
    return code === undefined ? [] : [{ ...commit, code }]
  })
  if (said.length === 0) return { kind: 'unknown', cause: causeOf('nothingReported') }

  const ofTheWhole = said.map(({ code }) => code).filter(code => code !== NONE && !isOfOnePartition(code))
  const [first] = ofTheWhole
  if (first === undefined) return { kind: 'done', topics: reportsOf(said) }
  // One code stands on every partition of a batch. Where it does not, or is none that tells, nobody knows.
  const isOne = ofTheWhole.every(code => code === first)
  const isWritten = said.some(({ code }) => code === NONE)
  if (!isOne || isWritten || said.length < asked.length) return unknown(first)
  if (first === INVALID_COMMIT_OFFSET_SIZE) return { kind: 'tooLarge' }
  if (first === COORDINATOR_LOADING) {
    return { kind: 'notSent', cause: causeOf('apiSaid', kafkaErrorName(first)), retryAfterMs: LOADING_MS }
  }
  return isWholeRefusal(first) ? refusalOf(first) : unknown(first)
}

export function refusalOf(code: number): Extract<CommitEnd, { kind: 'refused' }> {
  return {
    kind: 'refused',
    reason: reasonOf(code) ?? 'other',
    code: kafkaErrorName(code),
    message: meaningOf(code),
  }
}

function unknown(code: number): CommitEnd {
  return { kind: 'unknown', cause: causeOf('apiSaid', kafkaErrorName(code)) }
}

/** With each partition's own code, and no offset where there is one: Kafka does not say where a partition is. */
export function reportsOf(
  partitions: readonly { topic: string; partition: number; code: number }[],
): TopicReport[] {
  const reports = new Map<string, PartitionReport[]>()
  for (const { topic, partition, code } of partitions) {
    const report = { partition, offset: null, errorCode: code, errorMessage: meaningOf(code) }
    const known = reports.get(topic)
    if (known === undefined) reports.set(topic, [report])
    else known.push(report)
  }
  return [...reports].map(([topic, each]) => ({ topic, errorCode: NONE, errorMessage: '', partitions: each }))
}

// What the offsets tell of a call that nobody answered. Pure. It must never take for evidence what would stand there
// anyway: only a partition that the call would have moved can tell whether it did.

import type { TopicReport } from './api-answer.ts'
import { placeOf } from './group.ts'
import { isWritten, type Plan } from './plan.ts'
import type { PlanRow } from './plan-rows.ts'
import { type PartitionResult, type ReadBack, resultOf } from './result.ts'

/**
 * `present`: every partition stands where the plan leads. `absent`: every one stands where it was. `partly`: each stands
 * at one of the two. `neither`: one stands elsewhere. `unread`: one could not be read.
 */
export type Evidence = 'present' | 'absent' | 'partly' | 'neither' | 'unread'

export interface Finding {
  evidence: Evidence
  result: PartitionResult[]
}

/** What is known of the call beside the offsets. */
export interface KnownOfCall {
  /** Why nobody knows what it did, as cause.ts has it. */
  cause?: string
  /** Its rows so far, whose answers are kept. */
  told?: readonly PartitionResult[]
}

export function findingOf(
  plan: Pick<Plan, 'execution' | 'unseenTopics'>,
  rows: readonly PlanRow[],
  readBack: ReadBack,
  { cause = '', told = [] }: KnownOfCall = {},
): Finding {
  const evidence = evidenceIn(
    rows.filter(row => isWritten(row, plan.execution)),
    readBack,
  )
  // Whatever was said, only the place itself can tell, whichever way it was to be written.
  const judged = resultOf({ ...plan, execution: 'offsets' }, rows, reportsIn(told), readBack)
  const result = judged.map(row => withCause(row, cause))
  return { evidence, result: evidence === 'partly' ? result.map(notReached) : result }
}

/** What the answer said of each partition, as the rows have kept it. */
function reportsIn(rows: readonly PartitionResult[]): TopicReport[] {
  return rows.flatMap(({ topic, partition, said }) => {
    if (said === null || partition === null) return []
    const { offset, code, message } = said
    // A word instead of a code is what a topic was answered with as a whole.
    const [ofTopic, ofPartition] = typeof code === 'number' ? [0, code] : [code, 0]
    const report = { partition, offset, errorCode: ofPartition, errorMessage: message }
    return [{ topic, errorCode: ofTopic, errorMessage: message, partitions: [report] }]
  })
}

/** That an answer does not name it can only be said where there is an answer. */
function withCause(row: PartitionResult, cause: string): PartitionResult {
  return row.why === 'notReported' && cause !== '' ? { ...row, why: 'unanswered', cause } : row
}

function evidenceIn(written: readonly PlanRow[], readBack: ReadBack): Evidence {
  let reached = 0
  let stayed = 0
  for (const { topic, partition, from, to } of written) {
    const stands = readBack.get(placeOf(topic, partition))
    if (stands === undefined) return 'unread'
    // Where it leads nowhere else, standing there tells nothing.
    if (stands === from) stayed += to === from ? 0 : 1
    // No commit any more is no place that a plan leads to, even where the plan could not say which.
    else if (stands !== null && stands === to) reached += 1
    else return 'neither'
  }
  if (reached === 0) return written.length === 0 ? 'neither' : 'absent'
  return stayed === 0 ? 'present' : 'partly'
}

function notReached(row: PartitionResult): PartitionResult {
  return (row.why === 'notReported' || row.why === 'unanswered') && row.readBack === row.from
    ? { ...withoutCause(row), outcome: 'failed', why: 'notWritten' }
    : row
}

function withoutCause({ cause: _, ...row }: PartitionResult): PartitionResult {
  return row
}

// What the offsets tell of a call that nobody answered. Pure. It must never take for evidence what would stand there
// anyway: only a partition that the call would have moved can tell whether it did.

import { placeOf } from './group.ts'
import { isWritten, type Plan, type PlanRow } from './plan.ts'
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

export function findingOf(
  plan: Pick<Plan, 'execution' | 'unseenTopics'>,
  rows: readonly PlanRow[],
  readBack: ReadBack,
): Finding {
  const evidence = evidenceIn(
    rows.filter(row => isWritten(row, plan.execution)),
    readBack,
  )
  // Nobody said anything, so that only the place itself can tell, whichever way it was to be written.
  const result = resultOf({ ...plan, execution: 'offsets' }, rows, [], readBack)
  return { evidence, result: evidence === 'partly' ? result.map(notReached) : result }
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
  return row.why === 'notReported' && row.readBack === row.from
    ? { ...row, outcome: 'failed', why: 'notWritten' }
    : row
}

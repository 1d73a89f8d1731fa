// Looks at what became of a call that nobody answered. Reads only; what the offsets tell is judged in request/evidence.ts.

import type { ClusterReader } from '../ports/cluster.ts'
import { type Finding, findingOf } from '../request/evidence.ts'
import type { ResetRequest } from '../request/request.ts'
import { readBackOf } from '../request/result.ts'
import type { Plans } from './plans.ts'

/** Rejects when the store is away. */
export async function lookBack(
  request: ResetRequest,
  { plans, reader }: { plans: Plans; reader: ClusterReader },
): Promise<Finding> {
  const { plan, reset } = request
  const rows = await plans.rows(request)
  if (plan === null || rows === null || rows === undefined) return NOTHING_TO_TELL
  const read = await reader.positions(reset.target, reset.topics)
  return findingOf(plan, rows, readBackOf(read.kind === 'read' ? read.value : []))
}

/** Without the rows that were approved nothing can be compared. */
const NOTHING_TO_TELL: Finding = { evidence: 'neither', result: [] }

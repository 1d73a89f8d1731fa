// Looks at what became of a call of which that is not known. Reads only; what the offsets tell is judged in request/evidence.ts.

import type { ClusterReader } from '../ports/cluster.ts'
import { readCause } from '../request/cause.ts'
import { type Finding, findingOf, type KnownOfCall } from '../request/evidence.ts'
import type { ResetRequest } from '../request/request.ts'
import { readBackOf } from '../request/result.ts'
import type { KeptRows } from './kept-rows.ts'
import type { Plans } from './plans.ts'

/** Rejects when the store is away. */
export async function lookBack(
  request: ResetRequest,
  { plans, kept, reader }: { plans: Plans; kept: KeptRows; reader: ClusterReader },
): Promise<Finding> {
  const { plan, reset } = request
  const rows = await plans.rows(request)
  if (plan === null || rows === null || rows === undefined) return NOTHING_TO_TELL
  const read = await reader.positions(reset.target, reset.topics)
  const known = await knownOf(request, kept)
  return findingOf(plan, rows, readBackOf(read.kind === 'read' ? read.value : []), known)
}

/** Only a call that was answered has left rows of its own; others that are kept may be of an attempt before it. */
async function knownOf({ id, state }: ResetRequest, kept: KeptRows): Promise<KnownOfCall> {
  if (state.name !== 'unclear' || state.outcome.kind !== 'unknown') return {}
  const { cause } = state.outcome
  return readCause(cause)?.kind === 'nothingReported' ? { told: (await kept.result(id)) ?? [] } : { cause }
}

/** Without the rows that were approved nothing can be compared. */
const NOTHING_TO_TELL: Finding = { evidence: 'neither', result: [] }

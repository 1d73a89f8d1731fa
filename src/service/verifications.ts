// What became of a call that nobody answered: the offsets tell, if it happened. Reads only.
// It must never take for evidence what would stand there anyway.

import type { ClusterReader } from '../ports.ts'
import { placeOf } from '../request/group.ts'
import { isWritten, type PlanRow } from '../request/plan.ts'
import type { CallEnd, ResetRequest } from '../request/request.ts'
import { countsOf, type PartitionResult, resultOf } from '../request/result.ts'
import type { Plans } from './plans.ts'

export interface Evidence {
  outcome: Extract<CallEnd, { kind: 'done' }>
  result: PartitionResult[]
}

/** Null: the offsets do not show that it happened, all of it; or they could not be read. */
export async function evidenceOf(
  request: ResetRequest,
  { plans, reader }: { plans: Plans; reader: ClusterReader },
): Promise<Evidence | null> {
  const { plan, reset } = request
  if (plan === null) return null
  const rows = await plans.rows(request)
  if (!plans.areWhole(request, rows) || !rows.some(movesFor)) return null
  const read = await reader.positions(reset.target, reset.topics)
  if (read.kind !== 'read') return null
  const readable = read.value.filter(({ logEnd }) => logEnd !== null)
  const readBack = new Map(
    readable.map(({ topic, partition, committed }) => [placeOf(topic, partition), committed]),
  )
  // Nobody said anything, so that only the place itself can tell, whichever way it was to be written.
  const result = resultOf({ ...plan, execution: 'offsets' }, rows, [], readBack)
  const standing = new Map(result.map(row => [placeOf(row.topic, row.partition ?? -1), row.outcome]))
  const isThere = rows
    .filter(row => isWritten(row, plan.execution))
    .every(row => ['succeeded', 'clamped'].includes(standing.get(placeOf(row.topic, row.partition)) ?? ''))
  return isThere ? { outcome: { kind: 'done', counts: countsOf(result), rows: result.length }, result } : null
}

function movesFor({ from, to }: PlanRow): boolean {
  return to !== null && to !== from
}

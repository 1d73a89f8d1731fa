// The history of a group as a CSV file, one row for each partition. Pure. It says what was planned, and what was read
// back where something was carried out; it must not say of a plan that it happened.

import type { PlanRow } from '../../../request/plan-rows.ts'
import { brokeGlass, type ResetRequest } from '../../../request/request.ts'
import { type Target, utc } from '../../../request/reset.ts'
import type { PartitionResult } from '../../../request/result.ts'
import { type Cell, csvOf } from '../blocks/csv.ts'
import { clipMiddle, escaped } from '../blocks/text.ts'
import type { Words } from '../language/language.ts'
import type { AttachedFile } from '../thread/upload.ts'
import { approversOf } from './view.ts'

/** The newest so many, and so many rows: a spreadsheet takes not many more, and neither does a process that does other things. */
export const FILE_REQUESTS = 1_000
export const FILE_ROWS = 200_000

const NAME_CHARACTERS = 255

export interface RecordedReset {
  request: ResetRequest
  /** Null: what is kept does not match the record. */
  plan: readonly PlanRow[] | null
  /** Empty: it was not carried out. */
  result: readonly PartitionResult[] | null
}

const COLUMNS = [
  ...['request', 'asked_at', 'asked_by', 'approved_by', 'without_approval_by', 'state', 'instance', 'group'],
  ...['topic', 'partition', 'from', 'to', 'read_back', 'outcome'],
]

const NOT_WHOLE = 'rows do not match the record'

/** @param left so many older requests that are not in it */
export function historyCsv(
  words: Words,
  { group, instanceId }: Target,
  recorded: readonly RecordedReset[],
  left: number,
): AttachedFile {
  const [of, on] = [group, instanceId].map(name => clipMiddle(name, NAME_CHARACTERS))
  return {
    name: `history-${group.replace(/[^\w.-]/g, '_').slice(0, 100)}.csv`,
    comment: escaped(words.history.file(of ?? '', on ?? '', recorded.length, left)),
    content: csvOf(COLUMNS, recorded.flatMap(rowsOf)),
  }
}

function rowsOf({ request, plan, result }: RecordedReset): Cell[][] {
  const { id, createdAtMs, requester, state, reset } = request
  const { instanceId, group } = reset.target
  const approvers = approversOf(request).join(' ')
  const broke = brokeGlass(request) ? (request.glass?.by ?? null) : null
  const head = [id, utc(createdAtMs), requester, approvers, broke, state.name, instanceId, group]
  // The file says so, in the column of what came of it.
  if (result === null || (result.length === 0 && plan === null)) {
    return [[...head, null, null, null, null, null, NOT_WHOLE]]
  }
  if (result.length > 0) {
    return result.map(row => [
      ...head,
      ...[row.topic, row.partition, row.from, row.planned, row.readBack, row.outcome],
    ])
  }
  if (plan !== null && plan.length > 0)
    return plan.map(row => [...head, row.topic, row.partition, row.from, row.to, null, null])
  // A request without a plan is part of the history all the same.
  return [[...head, null, null, null, null, null, null]]
}

// The CSV files in a thread: the full plan of a round, and the full result. Pure. Their offsets can be asked for again by
// attaching the file to the form.

import { shortDigest } from '../../../request/digest.ts'
import { kafkaErrorName } from '../../../request/kafka-errors.ts'
import type { PlanRow } from '../../../request/plan-rows.ts'
import type { ResetRequest } from '../../../request/request.ts'
import type { PartitionResult } from '../../../request/result.ts'
import { csvOf } from '../blocks/csv.ts'
import type { Words } from '../language/language.ts'
import { causeInWords } from '../wording/cause.ts'
import { reasonInWords, saidInWords } from '../wording/result.ts'
import type { AttachedFile } from './upload.ts'

export function planCsv(
  words: Words,
  request: ResetRequest,
  rows: readonly PlanRow[],
  round: number,
): AttachedFile {
  const { id, plan, reset } = request
  const isCurrent = plan !== null && round === request.round
  const which = isCurrent ? words.plan.name(shortDigest(plan.digest)) : words.replies.round(round)
  return {
    name: `${id}-plan-${round}.csv`,
    comment: words.replies.planComment(which, id, rows.length),
    content: csvOf(
      PLAN_COLUMNS,
      rows.map(row => [
        ...[reset.target.instanceId, reset.target.group, row.topic, row.partition, row.from, row.to],
        ...[row.replays, row.skips, row.certainty, row.note, row.logStart, row.logEnd],
      ]),
    ),
  }
}

const PLAN_COLUMNS = [
  ...['instance', 'group', 'topic', 'partition', 'from', 'to', 'replays', 'skips'],
  ...['certainty', 'note', 'log_start', 'log_end'],
]

/** The full result, with the reason of each row that is no success. */
export function resultCsv(
  words: Words,
  request: ResetRequest,
  result: readonly PartitionResult[],
): AttachedFile {
  const { id, reset } = request
  return {
    name: `${id}-result.csv`,
    comment: words.replies.resultComment(id, result.length),
    content: csvOf(
      RESULT_COLUMNS,
      result.map(row => [
        ...[reset.target.instanceId, reset.target.group, row.topic, row.partition, row.from, row.planned],
        row.said === null || row.said.code !== 0 ? null : (row.said.offset ?? saidInWords(words, row.said)),
        ...[
          row.said?.code ?? null,
          typeof row.said?.code === 'number' ? kafkaErrorName(row.said.code) : null,
        ],
        ...[row.readBack, row.outcome, messageOf(words, row)],
      ]),
    ),
  }
}

const RESULT_COLUMNS = [
  ...['instance', 'group', 'topic', 'partition', 'from', 'planned', 'api_said', 'api_code'],
  ...['api_code_name', 'read_back', 'outcome', 'message'],
]

function messageOf(words: Words, row: PartitionResult): string {
  const api = row.said?.message ?? ''
  return row.why !== null && (api === '' || row.why === 'despiteError' || row.why === 'movedDespiteError')
    ? reasonInWords(words, row)
    : causeInWords(words, api, Number.POSITIVE_INFINITY)
}

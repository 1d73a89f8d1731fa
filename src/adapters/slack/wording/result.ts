// What came of an execution, row by row: only what was planned, what the API said, and what a read-back shows.

import type { TableBlock } from '@slack/types'
import { refusalReasonSchema } from '../../../request/api-answer.ts'
import { clip } from '../../../request/reset.ts'
import type { PartitionResult } from '../../../request/result.ts'
import { clipMiddle, code, escaped, type Line, line, shown, text } from '../blocks/text.ts'
import type { Words } from '../language/language.ts'
import { causeInWords, messageInWords } from './cause.ts'
import { errorInWords } from './words.ts'

const TOPIC_IN_CELL = 48
const SAID_IN_CELL = 30
const PARTITIONS_NAMED = 8

/** Rows of one topic that have the same to tell, so that it is told once. */
export interface Trouble {
  topic: string
  /** Empty where the whole topic is meant. */
  partitions: number[]
  row: PartitionResult
}

/** All that is not a success, or one that the API called an error, in the order of the rows. */
export function troublesOf(result: readonly PartitionResult[]): Trouble[] {
  const troubles = new Map<string, Trouble>()
  for (const row of result) {
    const { topic, partition, outcome, why, said, cause } = row
    if ((outcome === 'succeeded' || outcome === 'clamped') && why === null) continue
    const ofApi = (outcome === 'failed' || why === 'despiteError') && [said?.code, said?.message]
    const key = JSON.stringify([topic, outcome, why, ofApi, cause])
    const known = troubles.get(key)
    if (known === undefined) {
      troubles.set(key, { topic, partitions: partition === null ? [] : [partition], row })
    } else if (partition !== null) known.partitions.push(partition)
  }
  return [...troubles.values()]
}

export function troubleLine(words: Words, trouble: Trouble): Line {
  return line(code(clipMiddle(trouble.topic, 100)), text(` ${troubleInWords(words, trouble)}`))
}

export function troubleText(words: Words, trouble: Trouble): string {
  return escaped(`• ${clipMiddle(trouble.topic, 100)} ${troubleInWords(words, trouble)}`)
}

function troubleInWords(words: Words, { partitions, row }: Trouble): string {
  const { results } = words
  const where =
    partitions.length > PARTITIONS_NAMED
      ? results.manyPartitions(partitions.length)
      : results.partitions(partitions)
  const reason =
    row.outcome === 'moved-after'
      ? results.movedAfter(row.readBack, partitions.length > 1 ? row.partition : null)
      : reasonInWords(words, row)
  return results.trouble(partitions.length === 0 ? null : where, row.outcome, reason)
}

/** Why a row failed, or why nobody knows: the API's code, name and words, or what the read-back shows. */
export function reasonInWords(words: Words, { said, why, outcome, cause = '' }: PartitionResult): string {
  const { apiError, whys, withCause } = words.results
  const error = said === null || said.code === 0 ? null : errorInWords(words, said.code)
  const quoted = said === null ? '' : clip(messageInWords(words, said.code, said.message), 150)
  switch (why) {
    case 'notSent':
    case 'unanswered':
      return withCause[why](causeInWords(words, cause))
    case 'refused': {
      const reason = refusalReasonSchema.catch('other').parse(cause)
      const named = said === null || said.code === 'none' ? null : (error?.name ?? null)
      return words.results.refused(named, quoted, words.outcomes.refusalHints[reason])
    }
    case 'despiteError':
    case 'movedDespiteError':
      return words.results[why](error?.name ?? words.results.noCode, quoted)
    default:
      if (error !== null) return apiError(error.name, quoted, error.hint)
      if (why === null) return whys.unknown
      return why === 'unchanged' && outcome === 'failed' ? whys.saidButUnchanged : whys[why]
  }
}

/** What the API said of a row: an offset, that it accepted the call, an error, or nothing. */
export function saidInWords(words: Words, said: PartitionResult['said']): string {
  if (said === null) return '–'
  if (said.code !== 0) return errorInWords(words, said.code).name
  return said.offset === null ? words.results.accepted : `${said.offset}`
}

/** The evidence, a row each, what matters first as a narrow window shows no more; short enough for fifty rows and the words above them in one message. */
export function resultTable(words: Words, rows: readonly PartitionResult[]): TableBlock {
  const { header, outcomes } = words.results
  const cell = (value: string) => ({ type: 'raw_text' as const, text: shown(value) })
  const offset = (value: bigint | null) => (value === null ? '–' : `${value}`)
  return {
    type: 'table',
    column_settings: [
      { is_wrapped: true },
      { align: 'right' },
      { is_wrapped: true },
      { align: 'right' },
      { align: 'right' },
      { align: 'right', is_wrapped: true },
      { align: 'right' },
    ],
    rows: [
      header.map(cell),
      ...rows.map(row => [
        cell(clipMiddle(row.topic, TOPIC_IN_CELL)),
        cell(row.partition === null ? '–' : `${row.partition}`),
        cell(outcomes[row.outcome]),
        cell(offset(row.from)),
        cell(offset(row.planned)),
        cell(clip(saidInWords(words, row.said), SAID_IN_CELL)),
        cell(offset(row.readBack)),
      ]),
    ],
  }
}

// What came of an execution, row by row, in words: only what was planned, what the API said, and what a read-back shows.

import type { RichTextSection, TableBlock } from '@slack/types'
import { clip, counted, grouped } from '../../request/reset.ts'
import type { PartitionResult } from '../../request/result.ts'
import { clipMiddle, code, escaped, line, listed, shown, words } from './text.ts'
import { kafkaError } from './words.ts'

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

/** All that is not a success, in the order of the rows. */
export function troublesOf(result: readonly PartitionResult[]): Trouble[] {
  const troubles = new Map<string, Trouble>()
  for (const row of result) {
    const { topic, partition, outcome, why, said } = row
    if (outcome === 'succeeded' || outcome === 'clamped') continue
    const key = JSON.stringify([topic, outcome, why, outcome === 'failed' && [said?.code, said?.message]])
    const known = troubles.get(key)
    if (known === undefined) {
      troubles.set(key, { topic, partitions: partition === null ? [] : [partition], row })
    } else if (partition !== null) known.partitions.push(partition)
  }
  return [...troubles.values()]
}

export function troubleLine(trouble: Trouble): RichTextSection {
  return line(code(clipMiddle(trouble.topic, 100)), words(` ${troubleInWords(trouble)}`))
}

export function troubleText(trouble: Trouble): string {
  return escaped(`• ${clipMiddle(trouble.topic, 100)} ${troubleInWords(trouble)}`)
}

function troubleInWords({ partitions, row }: Trouble): string {
  const where =
    partitions.length === 0
      ? ''
      : partitions.length > PARTITIONS_NAMED
        ? `${counted(partitions.length, 'partition')} `
        : `${partitions.length === 1 ? 'partition' : 'partitions'} ${listed(partitions.map(String))} `
  if (row.outcome === 'moved-after') return `${where}moved after: ${movedAfterInWords(row, partitions)}`
  return `${where}${row.outcome === 'failed' ? 'failed' : 'unreported'}: ${reasonInWords(row)}`
}

function movedAfterInWords({ partition, readBack }: PartitionResult, partitions: readonly number[]): string {
  const where = partitions.length > 1 ? `, the first on partition ${partition}` : ''
  const stands =
    readBack === null ? 'no offset is committed any more' : `somebody committed ${grouped(readBack)} over it`
  return `CKafka took the reset, and by now ${stands}${where}. Look who is consuming.`
}

/** Why a row failed, or why nobody knows: the API's code, name and words, or what the read-back shows. */
export function reasonInWords({ said, why, outcome }: PartitionResult): string {
  if (said !== null && said.code !== 0) {
    const { name, hint } = kafkaError(said.code)
    const api = said.message.trim() === '' ? '' : ` “${clip(said.message.trim(), 150)}”`
    return `${name}.${api} ${hint}`
  }
  switch (why) {
    case 'unchanged':
      return outcome === 'failed'
        ? 'CKafka said it succeeded, but the offset did not move. Ask again, or ask Tencent why.'
        : 'CKafka took the call, but the offset stands where it was. Look at it in the CKafka console.'
    case 'elsewhere':
      return 'CKafka set another offset than the plan leads to. Look at the table, then ask again.'
    case 'notRead':
      return 'the offset could not be read back. Look at it in the CKafka console.'
    case 'notReported':
      return 'CKafka’s answer does not name it. Look at its offset in the CKafka console.'
    case 'notWritten':
      return 'nobody answered the call, and this part of it did not happen. Press Retry what failed on the card.'
    case 'notSeen':
      return 'no partition of it could be seen. Check the spelling. If the topic was deleted, leave it out.'
    case null:
      return 'no reason was given. Look at its offset in the CKafka console.'
    default:
      return why satisfies never
  }
}

/** What the API said of a row: an offset, that it accepted the call, an error, or nothing. */
export function saidInWords(said: PartitionResult['said']): string {
  if (said === null) return '–'
  if (said.code !== 0) return kafkaError(said.code).name
  return said.offset === null ? 'accepted' : `${said.offset}`
}

/** The evidence, a row each; short enough for fifty rows and the words above them in one message. */
export function resultTable(rows: readonly PartitionResult[]): TableBlock {
  const cell = (text: string) => ({ type: 'raw_text' as const, text: shown(text) })
  const offset = (value: bigint | null) => (value === null ? '–' : `${value}`)
  return {
    type: 'table',
    column_settings: [
      { is_wrapped: true },
      { align: 'right' },
      { align: 'right' },
      { align: 'right', is_wrapped: true },
      { align: 'right' },
      { is_wrapped: true },
    ],
    rows: [
      ['Topic', 'Partition', 'Planned', 'API said', 'Read back', 'Outcome'].map(cell),
      ...rows.map(row => [
        cell(clipMiddle(row.topic, TOPIC_IN_CELL)),
        cell(row.partition === null ? '–' : `${row.partition}`),
        cell(offset(row.planned)),
        cell(clip(saidInWords(row.said), SAID_IN_CELL)),
        cell(offset(row.readBack)),
        cell(row.outcome.replace('-', ' ')),
      ]),
    ],
  }
}

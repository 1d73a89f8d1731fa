// The replies under a card, and the result as a file. Pure: the same record and rows always give the same message.

import type { KnownBlock, RichTextSection, TableBlock } from '@slack/types'
import { stringify } from 'csv-stringify/sync'
import { kafkaErrorName } from '../../request/kafka-errors.ts'
import type { ResetRequest } from '../../request/request.ts'
import { clip, counted, grouped } from '../../request/reset.ts'
import { type PartitionResult, ROWS_IN_TABLE } from '../../request/result.ts'
import { type Message, NOTE_MAX } from './card.ts'
import { LIMITS } from './limits.ts'
import {
  bullets,
  clipEscaped,
  clipMiddle,
  code,
  escaped,
  line,
  type Piece,
  paragraph,
  person,
  shown,
  strong,
  words,
} from './text.ts'
import { kafkaError, outcomeSentence, stateSentence, UNCLEAR_ADVICE } from './words.ts'

const FAILURES_SPELLED_OUT = 10
const TOPIC_IN_CELL = 60

/** Who decided, or that nobody did. */
export function decisionReply(request: ResetRequest): Message {
  const { state, id } = request
  if (state.name === 'cancelled')
    return said([person(state.by), words(` cancelled ${id}. Nothing was reset.`)])
  if (state.name === 'expired')
    return said([words(`${id} expired: nobody decided in time. Nothing was reset.`)])
  const decision = 'decision' in state ? state.decision : null
  if (decision === null) return said([words(stateSentence(id, state))])
  const verb = decision.verdict === 'approve' ? 'approved' : 'rejected'
  return said([
    person(decision.by),
    words(` ${verb} ${id}${decision.note === '' ? '.' : `: ${clip(decision.note, NOTE_MAX)}`}`),
  ])
}

export function unclearReply(request: ResetRequest): Message {
  const { state, id } = request
  const what = state.name === 'unclear' ? outcomeSentence(state.outcome) : ''
  return said([strong(`${id} is unclear. `), words(`${what} ${UNCLEAR_ADVICE}`)], [person(request.requester)])
}

/** The summary: counts, each failure with its code, name, message and hint, and every new offset as a table. */
export function resultReply(request: ResetRequest, result: readonly PartitionResult[]): Message {
  const { state, id } = request
  const outcome = 'outcome' in state ? outcomeSentence(state.outcome) : ''
  const ending = stateSentence(id, state)
  const failures = failuresOf(result)
  const blocks: KnownBlock[] = [
    paragraph(line(strong(ending), words(` ${outcome} `), person(request.requester))),
  ]
  if (failures.length > 0) {
    blocks.push(bullets(failures.slice(0, FAILURES_SPELLED_OUT).map(failureLine)))
    const more = failures.length - FAILURES_SPELLED_OUT
    const where = result.length > ROWS_IN_TABLE ? 'file' : 'table'
    if (more > 0)
      blocks.push(paragraph(line(words(`… and ${counted(more, 'more failure')} in the ${where} below.`))))
  }
  if (result.length > 0) blocks.push(table(result.slice(0, ROWS_IN_TABLE)))
  if (result.length > ROWS_IN_TABLE) {
    const shown = `The first ${ROWS_IN_TABLE} of ${grouped(result.length)} rows, failures first. The full result follows as a file.`
    blocks.push(paragraph(line(words(shown))))
  }
  return {
    text: clipEscaped(
      [escaped(`${ending} ${outcome}`), ...failures.slice(0, FAILURES_SPELLED_OUT).map(failureText)].join(
        '\n',
      ),
      LIMITS.messageText,
    ),
    blocks,
  }
}

interface Failure {
  topic: string
  partitions: number[]
  outcome: 'failed' | 'unreported'
  code: number
  message: string
}

/** Partitions of one topic that failed the same way are said once. */
function failuresOf(result: readonly PartitionResult[]): Failure[] {
  const failures = new Map<string, Failure>()
  for (const { topic, partition, outcome, code: errorCode, message } of result) {
    if (outcome === 'succeeded') continue
    const key = JSON.stringify([topic, outcome, errorCode, message])
    const failure = failures.get(key) ?? { topic, partitions: [], outcome, code: errorCode, message }
    if (partition !== null) failure.partitions.push(partition)
    failures.set(key, failure)
  }
  return [...failures.values()]
}

function failureLine(failure: Failure): RichTextSection {
  const { text, hint } = failureWords(failure)
  return line(code(clipMiddle(failure.topic, 100)), words(` ${text} ${hint}`))
}

function failureText(failure: Failure): string {
  const { text, hint } = failureWords(failure)
  return escaped(`• ${clipMiddle(failure.topic, 100)} ${text} ${hint}`)
}

function failureWords({ partitions, outcome, code: errorCode, message }: Failure): {
  text: string
  hint: string
} {
  const where =
    partitions.length === 0
      ? ''
      : partitions.length <= 8
        ? `${partitions.length === 1 ? 'partition' : 'partitions'} ${partitions.join(', ')} `
        : `${counted(partitions.length, 'partition')} `
  if (outcome === 'unreported') {
    const verb = partitions.length > 1 ? 'were' : 'was'
    return { text: `${where}${verb} not reported.`, hint: 'Look at its offsets in the CKafka console.' }
  }
  const error = kafkaError(errorCode)
  const api = message === '' ? '' : ` “${clip(message, 200)}”`
  return { text: `${where}failed: ${error.name}.${api}`, hint: error.hint }
}

function table(rows: readonly PartitionResult[]): TableBlock {
  const cell = (text: string) => ({ type: 'raw_text' as const, text: shown(text) })
  return {
    type: 'table',
    column_settings: [{ is_wrapped: true }, { align: 'right' }, { align: 'right' }, { is_wrapped: true }],
    rows: [
      ['Topic', 'Partition', 'New offset', 'Result'].map(cell),
      ...rows.map(row => [
        cell(clipMiddle(row.topic, TOPIC_IN_CELL)),
        cell(row.partition === null ? '–' : row.partition.toString()),
        cell(row.outcome === 'succeeded' && row.offset !== null ? row.offset.toString() : '–'),
        cell(row.outcome === 'failed' ? `failed: ${kafkaError(row.code).name}` : row.outcome),
      ]),
    ],
  }
}

/** Told to the requester when the card cannot be posted where it belongs. */
export function cardTroubleMessage(request: ResetRequest): Message {
  const card = request.posts.card
  const why = card?.state === 'refused' ? card.code : 'unknown'
  const { id, channel } = request
  const text = `The card of ${id} could not be posted in <#${channel}>: Slack says ${escaped(clip(why, 100))}. Invite Rewind there with /invite and it appears within a minute. Until then an approver can review it with \`/offset-requests ${id}\`.`
  return { text, blocks: [{ type: 'section', text: { type: 'mrkdwn', text, verbatim: true } }] }
}

/** The full result, safe to open in a spreadsheet: names that look like formulas are disarmed. */
export function resultCsv(
  request: ResetRequest,
  result: readonly PartitionResult[],
): { name: string; content: string } {
  const { instanceId, group } = request.reset.target
  const rows = result.map(row => ({
    instance: instanceId,
    group,
    topic: row.topic,
    partition: row.partition ?? '',
    outcome: row.outcome,
    new_offset: row.outcome === 'succeeded' && row.offset !== null ? row.offset.toString() : '',
    code: row.outcome === 'unreported' ? '' : row.code,
    code_name: row.outcome === 'unreported' ? '' : kafkaErrorName(row.code),
    message: row.message,
  }))
  return {
    name: `${request.id}-result.csv`,
    content: stringify(rows, {
      header: true,
      escape_formulas: true,
      columns: [
        'instance',
        'group',
        'topic',
        'partition',
        'outcome',
        'new_offset',
        'code',
        'code_name',
        'message',
      ],
    }),
  }
}

function said(pieces: Piece[], toward: Piece[] = []): Message {
  const all = [...pieces, ...toward.flatMap(piece => [words(' '), piece])]
  const spoken = all.map(piece =>
    piece.type === 'text' ? escaped(piece.text) : piece.type === 'user' ? `<@${piece.user_id}>` : '',
  )
  return { text: clipEscaped(spoken.join(''), LIMITS.messageText), blocks: [paragraph(line(...all))] }
}

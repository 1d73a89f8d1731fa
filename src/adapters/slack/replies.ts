// The replies under a card, and the plan and the result as files. Pure: the same record and rows always give the same.
// It must never say of an execution more than its rows show.

import type { KnownBlock } from '@slack/types'
import Papa from 'papaparse'
import type { PostDocuments } from '../../ports.ts'
import { shortDigest } from '../../request/digest.ts'
import { hasMembers } from '../../request/group.ts'
import { kafkaErrorName } from '../../request/kafka-errors.ts'
import type { PlanRow } from '../../request/plan.ts'
import type { DriftedAt, Note, ResetRequest } from '../../request/request.ts'
import { clip, counted, grouped } from '../../request/reset.ts'
import { type PartitionResult, ROWS_IN_TABLE } from '../../request/result.ts'
import { type Message, NOTE_MAX, questionButtons } from './card.ts'
import { differenceBullets, differencesInWords } from './drift-words.ts'
import { LIMITS } from './limits.ts'
import {
  reasonInWords,
  resultTable,
  saidInWords,
  troubleLine,
  troublesOf,
  troubleText,
} from './result-words.ts'
import {
  bullets,
  clipEscaped,
  escaped,
  line,
  moment,
  type Piece,
  paragraph,
  person,
  spoken,
  strong,
  words,
} from './text.ts'
import { connectedInWords, outcomeSentence, stateSentence, UNCLEAR_ADVICE } from './words.ts'

const TROUBLES_SPELLED_OUT = 10

/** What the thread has to tell. The notes that are files have a message only for where a file cannot be shown. */
export function noteReply(request: ResetRequest, note: Note, { result = [] }: PostDocuments): Message {
  const { id } = request
  switch (note.kind) {
    case 'planned':
      return said([words(`The plan of ${id}, partition by partition, is a file.`)])
    case 'resultFile':
      return said([words(`The full result of ${id} is a file.`)])
    case 'voted':
      return votedReply(id, note)
    case 'cancelled':
      return said([person(note.by), words(` cancelled ${id}. Nothing was reset.`)])
    case 'expired':
      return said([
        words(`${id} expired: nobody decided in time. Nothing was reset. Ask again with /reset-offsets.`),
      ])
    case 'drifted':
      return driftedReply(request, note)
    case 'waiting':
      return waitingReply(request, note)
    case 'unclear':
      return unclearReply(request, note.cause, result)
    case 'asked':
      return askedReply(request, note, result)
    case 'testified':
      return said([person(note.by), words(testimonyInWords(id, note.happened))])
    case 'revoked':
      return revokedReply(request, note.by)
    case 'ended':
      return endedReply(request, result)
    default:
      return note satisfies never
  }
}

function votedReply(id: string, { decision, approvals, needed }: Extract<Note, { kind: 'voted' }>): Message {
  const { verdict, by, note } = decision
  const count = needed > 1 ? ` (${grouped(approvals)} of ${counted(needed, 'approval')})` : ''
  const verb = verdict === 'approve' ? `approved ${id}${count}` : `rejected ${id}`
  return said([person(by), words(` ${verb}${note === '' ? '.' : `: ${clip(note, NOTE_MAX)}`}`)])
}

const FOUND_AT: Record<DriftedAt, string> = {
  opened: 'Found when it was opened for review:',
  submitted: 'Found when a decision was sent, which does not count:',
  execution: 'Found before anything was written:',
}

function driftedReply(
  { id, requester }: ResetRequest,
  { at, differences }: Extract<Note, { kind: 'drifted' }>,
): Message {
  const lead = [strong(`Something has moved since the plan of ${id}. `), words(FOUND_AT[at])]
  const then = [
    words('Nothing was reset. A new plan is being made; it needs a new decision. '),
    person(requester),
  ]
  const sentences = differencesInWords(differences).map(sentence => escaped(`• ${sentence}`))
  return {
    text: clipEscaped([spoken(lead), ...sentences, spoken(then)].join('\n'), LIMITS.messageText),
    blocks: [
      paragraph(line(...lead)),
      ...(differences.length === 0 ? [] : [differenceBullets(differences)]),
      paragraph(line(...then)),
    ],
  }
}

function waitingReply(
  { id, requester }: ResetRequest,
  { group, untilMs }: Extract<Note, { kind: 'waiting' }>,
): Message {
  const [head, why, back] = hasMembers(group)
    ? ['be', `${connectedInWords(group)}. Stop them.`, '']
    : ['stay', 'consumers were connected a moment ago.', ' if they come back']
  return said([
    strong(`${id} waits for its group to ${head} empty: `),
    words(`${why} It runs by itself once the group has stayed empty, and gives up at `),
    moment(untilMs),
    words(`${back}. To call it off, press Stop waiting on the card. `),
    person(requester),
  ])
}

function unclearReply(request: ResetRequest, cause: string, result: readonly PartitionResult[]): Message {
  const lead: Piece[] = [
    strong(`${request.id} is unclear. `),
    words(`We called CKafka and do not know what it did: ${clip(cause, 500)}. ${UNCLEAR_ADVICE} `),
    person(request.requester),
  ]
  return withEvidence(lead, request.state.name === 'unclear' ? result : [])
}

/** The question, with what the offsets show and the buttons to answer it. */
function askedReply(
  request: ResetRequest,
  { attempt, evidence }: Extract<Note, { kind: 'asked' }>,
  result: readonly PartitionResult[],
): Message {
  const { id, requester } = request
  const lead = [
    strong(`What became of ${id}? `),
    words(`${ASKED[evidence]} Nothing is called until an approver says what happened. `),
    person(requester),
  ]
  const shownRows = request.state.name === 'unclear' && evidence === 'neither' ? result : []
  const { text, blocks } = withEvidence(lead, shownRows)
  return { text, blocks: [...blocks, questionButtons(id, attempt)] }
}

const ASKED: Record<Extract<Note, { kind: 'asked' }>['evidence'], string> = {
  neither: 'The offsets stand neither where they were nor where the plan leads, so they do not tell.',
  unread: 'The offsets could not be read back, so they do not tell.',
  present:
    'The offsets stand where the plan leads, and no call is on record: it was forgotten with what Redis lost, or somebody has done it by hand.',
}

function testimonyInWords(id: string, happened: boolean): string {
  return happened
    ? ` says that ${id} happened. It is closed as done.`
    : ` says that ${id} did not happen. It is tried again if nothing has moved since the plan; otherwise it needs a new decision.`
}

function revokedReply({ id, requester }: ResetRequest, by: readonly string[]): Message {
  const [verb, who] = by.length === 1 ? ['does', 'is no approver'] : ['do', 'are no approvers']
  return said([
    words('The approval of '),
    ...by.flatMap((each, index) => [...(index === 0 ? [] : [words(' and ')]), person(each)]),
    words(` ${verb} not count any more: who gave it ${who} now. ${id} needs a decision again. `),
    person(requester),
  ])
}

/** The summary: counts, each row that is no success with its reason, and the evidence as a table. */
function endedReply(request: ResetRequest, result: readonly PartitionResult[]): Message {
  const { state, id, requester } = request
  const outcome = 'outcome' in state ? `${outcomeSentence(state.outcome, request)} ` : ''
  const clamped = result.some(row => row.outcome === 'clamped')
    ? 'Clamped: the log ends before the offset asked for. '
    : ''
  const lead = [strong(stateSentence(id, state)), words(` ${outcome}${clamped}`), person(requester)]
  return withEvidence(lead, result)
}

function withEvidence(lead: Piece[], result: readonly PartitionResult[]): Message {
  const troubles = troublesOf(result)
  const spelled = troubles.slice(0, TROUBLES_SPELLED_OUT)
  const blocks: KnownBlock[] = [paragraph(line(...lead))]
  if (spelled.length > 0) blocks.push(bullets(spelled.map(troubleLine)))
  const more = troubles.length - spelled.length
  const where = result.length > ROWS_IN_TABLE ? 'file' : 'table'
  if (more > 0) blocks.push(sentence(`… and ${grouped(more)} more like these in the ${where} below.`))
  if (result.length > 0) blocks.push(resultTable(result.slice(0, ROWS_IN_TABLE)))
  if (result.length > ROWS_IN_TABLE) {
    blocks.push(
      sentence(
        `The first ${ROWS_IN_TABLE} of ${grouped(result.length)} rows, failures first. The full result follows as a file.`,
      ),
    )
  }
  const text = [spoken(lead), ...spelled.map(troubleText)].join('\n')
  return { text: clipEscaped(text, LIMITS.messageText), blocks }
}

function sentence(text: string): KnownBlock {
  return paragraph(line(words(text)))
}

function said(pieces: Piece[]): Message {
  return {
    text: clipEscaped(spoken(pieces), LIMITS.messageText),
    blocks: [paragraph(line(...pieces))],
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

/** `comment` is said beside the file, in Slack's text format, and holds no words of people. */
export interface AttachedFile {
  name: string
  content: string
  comment: string
}

/** The full plan of a round. Its offsets can be asked for again as they are. */
export function planCsv(request: ResetRequest, rows: readonly PlanRow[], round: number): AttachedFile {
  const { id, plan, reset } = request
  const isCurrent = plan !== null && round === request.round
  const which = isCurrent ? `Plan ${shortDigest(plan.digest)}` : `Plan ${grouped(round)}`
  return {
    name: `${id}-plan-${round}.csv`,
    comment: `${which} of ${id} in full: ${counted(rows.length, 'partition')}.`,
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
export function resultCsv(request: ResetRequest, result: readonly PartitionResult[]): AttachedFile {
  const { id, reset } = request
  return {
    name: `${id}-result.csv`,
    comment: `The result of ${id} in full: ${counted(result.length, 'row')}.`,
    content: csvOf(
      RESULT_COLUMNS,
      result.map(row => [
        ...[reset.target.instanceId, reset.target.group, row.topic, row.partition, row.from, row.planned],
        row.said === null || row.said.code !== 0 ? null : (row.said.offset ?? saidInWords(row.said)),
        ...[row.said?.code ?? null, row.said === null ? null : kafkaErrorName(row.said.code)],
        ...[row.readBack, row.outcome, messageOf(row)],
      ]),
    ),
  }
}

const RESULT_COLUMNS = [
  ...['instance', 'group', 'topic', 'partition', 'from', 'planned', 'api_said', 'api_code'],
  ...['api_code_name', 'read_back', 'outcome', 'message'],
]

function messageOf(row: PartitionResult): string {
  const api = row.said?.message ?? ''
  return api === '' && row.why !== null ? reasonInWords(row) : api
}

type Cell = string | number | bigint | null

/**
 * Safe to open in a spreadsheet: names that look like formulas are disarmed. Most cells are numbers, and the same few
 * texts come back in every row, so that each is quoted once.
 */
function csvOf(columns: readonly string[], rows: readonly Cell[][]): string {
  const quoted = new Map<string, string>()
  const written = (cell: Cell): string => {
    if (cell === null || cell === '') return ''
    if (typeof cell !== 'string') return `${cell}`
    const known = quoted.get(cell)
    if (known !== undefined) return known
    const text = Papa.unparse([[cell]], { escapeFormulae: true })
    quoted.set(cell, text)
    return text
  }
  return [columns, ...rows].map(row => `${row.map(written).join(',')}\n`).join('')
}

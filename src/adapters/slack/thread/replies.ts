// The replies under a card. Pure: the same record and rows always give the same.
// It must never say of an execution more than its rows show.

import type { KnownBlock } from '@slack/types'
import type { PostDocuments } from '../../../ports/chat.ts'
import { readCause } from '../../../request/cause.ts'
import { hasMembers } from '../../../request/group.ts'
import type { Note } from '../../../request/notes.ts'
import { filled } from '../../../request/quorum.ts'
import { owesReview, type RequestId, type ResetRequest } from '../../../request/request.ts'
import { clip } from '../../../request/reset.ts'
import { type PartitionResult, ROWS_IN_TABLE } from '../../../request/result.ts'
import { LIMITS } from '../blocks/limits.ts'
import { bullets, clipEscaped, escaped, line, type Piece, paragraph, spoken, text } from '../blocks/text.ts'
import type { Words } from '../language/language.ts'
import { causeInWords } from '../wording/cause.ts'
import { differenceBullets, differencesInWords } from '../wording/drift.ts'
import { nothingReset, outcomeSentence } from '../wording/outcome.ts'
import { proofInWords } from '../wording/proof.ts'
import { resultTable, troubleLine, troublesOf, troubleText } from '../wording/result.ts'
import { foundInWords } from '../wording/watch.ts'
import { deciders, missingTeams, reviewers } from '../wording/who-decides.ts'
import { connectedInWords, stateSentence } from '../wording/words.ts'
import { questionButtons } from './buttons.ts'
import { type Message, NOTE_MAX } from './card.ts'

const TROUBLES_SPELLED_OUT = 10
const APPROVERS_TOLD = 20
const CALLS_NAMED = 3

/** What the thread has to tell; `toRequester`: as only they read it, beside the thread. The notes that are files have a message only for where a file cannot be shown. */
export function noteReply(
  words: Words,
  request: ResetRequest,
  note: Note,
  { plan, result: kept = [], movers = [], apiRequestIds = [] }: PostDocuments,
  { toRequester = false } = {},
): Message {
  const result = kept ?? []
  const { id } = request
  // Nobody is mentioned to themselves.
  const noticed = toRequester ? null : request.requester
  const { replies: say } = words
  switch (note.kind) {
    case 'planned':
      return said([text(plan === null ? say.planNotWhole(id) : say.planFile(id))])
    case 'resultFile':
      return said([text(kept === null ? say.resultNotWhole(id) : say.resultFile(id))])
    case 'voted': {
      const { decision, approvals, needed } = note
      const why = clip(decision.note, NOTE_MAX)
      return said(
        decision.verdict === 'approve'
          ? say.approved(id, decision.by, why, { approvals, needed, missing: stillMissing(request) })
          : say.rejected(id, decision.by, why),
      )
    }
    case 'withdrawn':
      return said(
        say.withdrawn(id, note.by, {
          approvals: note.approvals,
          needed: note.needed,
          missing: stillMissing(request),
        }),
      )
    case 'reguarded':
      return said(
        say.reguarded(id, clip(note.rule, 100), {
          approvals: note.approvals,
          needed: note.needed,
          missing: stillMissing(request),
        }),
      )
    case 'escalated':
      return said(say.escalated(id, clip(note.label, 100), note.to))
    case 'glassBroken':
      return said([
        ...say.glassBroken(id, note.by, clip(note.reason, NOTE_MAX)),
        ...(toRequester ? [] : approversTold(words, request)),
      ])
    case 'reviewed':
      return said(say.reviewed(id, note.by, clip(note.note, NOTE_MAX)))
    case 'cancelled':
      return said(say.cancelled(id, note.by, nothingReset(words, request)))
    case 'expired':
      return said([
        text(
          request.plan === null
            ? say.expiredUnplanned(id, nothingReset(words, request))
            : say.expired(
                id,
                filled(request.guard, request.votes),
                request.guard.approvals,
                nothingReset(words, request),
              ),
        ),
      ])
    case 'drifted':
      return driftedReply(words, request, note, movers, noticed)
    case 'waiting': {
      const { group, untilMs, holdMs = 0 } = note
      return said(
        hasMembers(group)
          ? say.waitsForMembers(
              id,
              connectedInWords(words, group),
              group.members.length > 0,
              { untilMs, holdMs },
              noticed,
            )
          : say.waitsToStayEmpty(id, { untilMs, holdMs }, noticed),
      )
    }
    case 'unclear':
      return unclearReply(words, request, note, result, noticed)
    case 'asked':
      return askedReply(words, request, note, result, toRequester)
    case 'testified':
      return said(say.testified(id, note.by, note.happened))
    case 'revoked':
      return said(say.revoked(id, note.by))
    case 'watched':
      return said(foundInWords(words, request, note, noticed))
    case 'ended':
      return endedReply(words, request, kept, apiRequestIds)
    default:
      return note satisfies never
  }
}

/** As long as it can still be decided. */
function stillMissing(request: ResetRequest): string[] {
  return request.state.name === 'pending' ? missingTeams(request) : []
}

/** One of those who would have decided has to look at it afterwards: they are told at once. */
function approversTold(words: Words, request: ResetRequest): Piece[] {
  const people = owesReview(request) ? reviewers(request) : []
  return people.length === 0 ? [] : words.glass.askedToReview(people)
}

function driftedReply(
  words: Words,
  request: ResetRequest,
  note: Extract<Note, { kind: 'drifted' }>,
  movers: readonly RequestId[],
  noticed: string | null,
): Message {
  const { id } = request
  const { at, differences } = note
  const { moved, movedBy, movedThen } = words.replies
  const before = request.notes.slice(0, Math.max(0, request.notes.indexOf(note)))
  const lead = moved(id, at)
  const then = [
    ...(movers.length === 0 ? [] : [text(movedBy(movers))]),
    ...movedThen(noticed, deciders(request).slice(0, APPROVERS_TOLD), nothingReset(words, { notes: before })),
  ]
  const sentences = differencesInWords(words, differences).map(sentence => escaped(`• ${sentence}`))
  return {
    text: clipEscaped([spoken(lead), ...sentences, spoken(then)].join('\n'), LIMITS.messageText),
    blocks: [
      paragraph(line(...lead)),
      ...(differences.length === 0 ? [] : [differenceBullets(words, differences)]),
      paragraph(line(...then)),
    ],
  }
}

/** Only a call that was answered has rows of its own to show before anything is read back. */
function unclearReply(
  words: Words,
  request: ResetRequest,
  note: Extract<Note, { kind: 'unclear' }>,
  result: readonly PartitionResult[],
  noticed: string | null,
): Message {
  const { id, state } = request
  const { unknown, accepted, unclearAdvice } = words.outcomes
  const rows = state.name === 'unclear' && wasAnswered(note.cause) ? result : []
  const why = wasAccepted(rows) ? accepted(isUnread(rows)) : unknown(causeInWords(words, note.cause))
  return withEvidence(words, words.replies.unclear(id, why, unclearAdvice, noticed), rows, {
    isRepeated: hasShownRows(request, note),
  })
}

function wasAnswered(cause: string): boolean {
  return readCause(cause)?.kind === 'nothingReported'
}

function wasAccepted(rows: readonly PartitionResult[]): boolean {
  return rows.some(({ said }) => said?.code === 0)
}

function isUnread(rows: readonly PartitionResult[]): boolean {
  return rows.every(({ why, said }) => why === 'notRead' || said?.code !== 0)
}

/** The rows are in the thread once before the end; after that, what they come to. */
function hasShownRows({ notes }: ResetRequest, note: Note): boolean {
  return notes.slice(0, Math.max(0, notes.indexOf(note))).some(showsRows)
}

function showsRows(note: Note): boolean {
  return note.kind === 'asked'
    ? note.evidence === 'neither'
    : note.kind === 'unclear' && wasAnswered(note.cause)
}

/** The question, with what the offsets show and the buttons to answer it. */
function askedReply(
  words: Words,
  request: ResetRequest,
  note: Extract<Note, { kind: 'asked' }>,
  result: readonly PartitionResult[],
  toRequester: boolean,
): Message {
  const { id, requester, state, lateUntilMs } = request
  const { attempt, evidence } = note
  const isAccepted = state.name === 'unclear' && wasAccepted(result)
  const known = {
    evidence,
    isCalled: lateUntilMs !== null,
    accepted: isAccepted ? words.outcomes.wasAccepted : '',
  }
  const people = deciders(request).slice(0, APPROVERS_TOLD)
  if (toRequester) return said(words.replies.askedOthers(id, known, people))
  const lead = words.replies.asked(id, known, requester, people)
  const shownRows = state.name === 'unclear' && evidence === 'neither' ? result : []
  const message = withEvidence(words, lead, shownRows, { isRepeated: hasShownRows(request, note) })
  return { ...message, blocks: [...message.blocks, questionButtons(words, request, attempt)] }
}

/** The summary: counts, each row that is no success with its reason, and the evidence as a table. */
function endedReply(
  words: Words,
  request: ResetRequest,
  kept: readonly PartitionResult[] | null,
  apiRequestIds: readonly string[],
): Message {
  const result = kept ?? []
  const { state, id } = request
  const outcome =
    'outcome' in state
      ? `${outcomeSentence(words, state.outcome, request)}${proofInWords(words, request, result)}`
      : ''
  const hasClamped = result.some(row => row.outcome === 'clamped')
  const lead = words.replies.ended(stateSentence(words, request), outcome, hasClamped)
  const message = withEvidence(words, lead, result, { calls: apiRequestIds })
  const [head, ...rest] = message.blocks
  const isDone = state.name === 'succeeded' && state.outcome.kind === 'done'
  return {
    ...message,
    blocks: [
      ...(head === undefined ? [] : [head]),
      ...(isDone ? [sentence(words.outcomes.startAgain(id))] : []),
      ...rest,
      ...(kept === null ? [sentence(words.replies.resultNotWhole(id))] : []),
    ],
  }
}

function withEvidence(
  words: Words,
  lead: Piece[],
  result: readonly PartitionResult[],
  { isRepeated = false, calls = [] }: { isRepeated?: boolean; calls?: readonly string[] } = {},
): Message {
  const { replies: say } = words
  if (isRepeated && result.length > 0) return said([...lead, text(` ${readBackInWords(words, result)}`)])
  const troubles = troublesOf(result)
  const spelled = troubles.slice(0, TROUBLES_SPELLED_OUT)
  const blocks: KnownBlock[] = [paragraph(line(...lead))]
  if (spelled.length > 0) blocks.push(bullets(spelled.map(trouble => troubleLine(words, trouble))))
  const more = troubles.length - spelled.length
  const hasFile = result.length > ROWS_IN_TABLE
  if (more > 0) blocks.push(sentence(hasFile ? say.moreInFile(more) : say.moreInTable(more)))
  const ids = calls.slice(0, CALLS_NAMED).map(id => clip(id, 100))
  if (ids.length > 0) blocks.push(sentence(say.apiRequests(ids, calls.length - ids.length)))
  if (result.length > 0) blocks.push(resultTable(words, result.slice(0, ROWS_IN_TABLE)))
  if (hasFile) blocks.push(sentence(say.firstRows(ROWS_IN_TABLE, result.length)))
  const lines = [spoken(lead), ...spelled.map(trouble => troubleText(words, trouble))]
  return { text: clipEscaped(lines.join('\n'), LIMITS.messageText), blocks }
}

/** How many stand where they were to go, where they were, and elsewhere. */
function readBackInWords({ replies }: Words, result: readonly PartitionResult[]): string {
  const read = result.filter(
    ({ partition, why, readBack }) => partition !== null && (why !== 'notRead' || readBack !== null),
  )
  const there = read.filter(({ readBack, planned }) => readBack === planned).length
  const stayed = read.filter(
    ({ readBack, planned, from }) => readBack === from && readBack !== planned,
  ).length
  return replies.readBackAgain({
    there,
    stayed,
    elsewhere: read.length - there - stayed,
    unread: result.length - read.length,
  })
}

function sentence(said: string): KnownBlock {
  return paragraph(line(text(said)))
}

function said(pieces: Piece[]): Message {
  return {
    text: clipEscaped(spoken(pieces), LIMITS.messageText),
    blocks: [paragraph(line(...pieces))],
  }
}

/** Told to the requester when the card cannot be posted where it belongs. */
export function cardTroubleMessage(words: Words, { id, channel, posts }: ResetRequest): Message {
  const why = posts.card?.state === 'refused' ? posts.card.code : 'unknown'
  const said = words.replies.cardTrouble(id, channel, escaped(clip(why, 100)))
  return { text: said, blocks: [{ type: 'section', text: { type: 'mrkdwn', text: said, verbatim: true } }] }
}

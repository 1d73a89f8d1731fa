// Verifies a file of audit trails: each line by the hashes, and what the lines tell by the rules that the product itself
// decides by. It must never hold more than a few requests at a time.

import type { z } from 'zod'
import { type ExportEvent, isExportNote } from '../request/attempts-end.ts'
import { CHAIN_START, type ChainEnd, type ChainedEvent, chainHash, linkProblem } from '../request/audit.ts'
import type { RequestId } from '../request/request.ts'
import type { Seals } from '../request/seals.ts'
import { findingInWords, type Remark } from '../request/trail-findings.ts'
import { createStory, type Story } from '../request/trail-replay.ts'
import { createAttemptsCheck } from './attempts-check.ts'
import {
  ATTEMPTS,
  type AuditTotals,
  type ChainId,
  type closingLineSchema,
  type endLineSchema,
  keptHash,
  type keptLineSchema,
  type keptSchema,
  type Line,
  NOTHING_YET,
  parsedLine,
  RECORD,
  sumOf,
} from './lines.ts'

const LINE_BREAK = 0x0a
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
/** Longer than any line of an export; a file without line breaks is not read into memory. */
const LONGEST_LINE_BYTES = 64 * 1_024 * 1_024

/**
 * Events of different requests have no order but by the clocks of the processes that wrote them. Further apart they are not:
 * delivery over HTTP takes nothing from Slack then. Within a request it is the order that counts.
 */
const MOST_SKEW_MS = 300_000

/** Follows the lines of a file. Each is looked at in the light of those before it, of which only the end is kept. */
export interface TrailCheck {
  /** What is wrong with the next line, or null. Nothing is to be asked after the first problem. */
  next(line: string): string | null
  /** What is wrong with the file ending here, or null. */
  end(): string | null
  /** What cannot have happened, though the lines are as they were exported, in their order. */
  findings(): readonly Problem[]
  /** What could not be looked at: how often. */
  remarks(): Readonly<Remarks>
  totals(): AuditTotals
  /** What the log of attempts says was exported and then deleted, oldest first. */
  exported(): readonly ExportEvent['exported'][]
}

/** `line` counts from 1. */
export interface Problem {
  line: number
  problem: string
}

/** Requests that were decided in part by other rules, that are not sealed from the start, and so on. */
export type Remarks = Record<
  | Remark['kind']
  | 'noRecord'
  | 'unsealedAttempts'
  | 'notCheckedAttempts'
  | 'unsealedCounted'
  | 'notCheckedCounters',
  number
>

interface Current {
  requestId: ChainId
  chain: ChainEnd
  story: Story | null
  kept: z.output<typeof keptSchema> | null
  record: unknown
}

/** @param seals null: whether what is sealed is so by a key of ours cannot be said */
function createTrailCheck(seals: Seals | null = null): TrailCheck {
  let current: Current | null = null
  let last: ChainId | null = null
  let isClosed = false
  let line = 0
  const totals = { ...NOTHING_YET }
  const remarks: Remarks = {
    otherRules: 0,
    unsealed: 0,
    notChecked: 0,
    offsetsNotChecked: 0,
    noRecord: 0,
    unsealedAttempts: 0,
    notCheckedAttempts: 0,
    unsealedCounted: 0,
    notCheckedCounters: 0,
  }
  const findings: Problem[] = []
  const exported: ExportEvent['exported'][] = []
  const attempts = createAttemptsCheck(seals, problem => findings.push({ line, problem }))
  /** The last request whose every event is sealed: none after it begins without. */
  let sealedWhole: RequestId | null = null
  /** When the first event was sealed, and the last that was not, of whatever request. */
  let sealedSinceMs = Number.POSITIVE_INFINITY
  let unsealedLast: Problem & { atMs: number } = { line: 0, problem: '', atMs: Number.NEGATIVE_INFINITY }
  /** Of every request before: whether anything of it was started, and by which change it was submitted. */
  const started = new Map<RequestId, boolean>()
  const submissions = new Map<string, RequestId>()

  function next(text: string): string | null {
    line += 1
    if (isClosed) return 'it was added: the file ends before it'
    const parsed = parsedLine(text)
    if (parsed === null) return 'it is not a line of an export, so it was changed or added'
    if (parsed.kind === 'closing') return closingProblem(parsed)
    const { requestId } = parsed
    const problem = placeProblem(requestId) ?? problemOf(parsed, text)
    return problem === null ? null : `${requestId}: ${problem}`
  }

  function problemOf(parsed: Exclude<Line, { kind: 'closing' }>, text: string): string | null {
    switch (parsed.kind) {
      case 'event':
        return eventProblem(parsed.requestId, parsed.event)
      case 'kept':
        return keptProblem(parsed)
      case 'end':
        return endProblem(parsed, text)
      default:
        return parsed satisfies never
    }
  }

  /** Requests come oldest first, what was tried after them, and the lines of one together. */
  function placeProblem(requestId: ChainId): string | null {
    if (current !== null && current.requestId !== requestId) {
      return `it stands among the lines of ${current.requestId}, so lines are missing, or it was changed, moved or added`
    }
    if (current === null && last !== null && orderOf(requestId) <= orderOf(last)) {
      return `it comes after ${last}, so it was changed, moved or added`
    }
    return null
  }

  function eventProblem(requestId: ChainId, event: ChainedEvent): string | null {
    const { version } = event
    const at = current ?? beginning(requestId)
    const problem = linkProblem(at.chain, event)
    if (problem === 'misplaced') {
      return `it has version ${version} where ${at.chain.version + 1} comes next, so a line before it is missing, or it was changed, moved or added`
    }
    if (problem === 'changed') return `version ${version} is not what its hash says, so it was changed`
    if (at.kept !== null) return 'it comes after what is kept beside the events, so it was moved'
    noteSeal(requestId, event)
    if (at.story === null) attempts.attempt(event, at.chain.hash)
    else hear(at.story, story => story.tell(event, at.chain.hash))
    if (requestId !== ATTEMPTS) attempts.request(requestId, event)
    current = { ...at, chain: event }
    const isNote = requestId === ATTEMPTS && isExportNote(event)
    if (isNote) exported.push(event.exported)
    totals[isNote ? 'exports' : requestId === ATTEMPTS ? 'attempts' : 'events'] += 1
    return null
  }

  function beginning(requestId: ChainId): Current {
    const story = requestId === ATTEMPTS ? null : createStory(requestId, seals)
    return { requestId, chain: CHAIN_START, story, kept: null, record: undefined }
  }

  function noteSeal(requestId: ChainId, { seal, atMs }: ChainedEvent): void {
    if (seal !== undefined) sealedSinceMs = Math.min(sealedSinceMs, atMs)
    else if (atMs > unsealedLast.atMs) {
      const problem = `${requestId}: it is not sealed, though another event more than five minutes before it is: its seal was taken off, or a process without AUDIT_KEY wrote it`
      unsealedLast = { line, problem, atMs }
    }
  }

  /** Whatever it finds is about this line. */
  function hear(story: Story, tell: (story: Story) => void): void {
    const before = story.findings().length
    tell(story)
    for (const finding of story.findings().slice(before)) {
      findings.push({ line, problem: `${current?.requestId ?? story.id}: ${findingInWords(finding)}` })
    }
  }

  function keptProblem({ requestId, kept, value, hash }: z.output<typeof keptLineSchema>): string | null {
    const at = current ?? (requestId === ATTEMPTS ? beginning(requestId) : null)
    if (at === null) return 'no event comes before it, so lines are missing, or it was moved or added'
    const { names, hash: before } = at.kept ?? { names: [], hash: at.chain.hash }
    if (hash !== keptHash(before, kept, value)) {
      return `${kept} is not what its hash says, so it was changed, or a line before it is missing, or was moved or added`
    }
    current = {
      ...at,
      kept: { names: [...names, kept], hash },
      ...(kept === RECORD ? { record: value } : {}),
    }
    if (at.story === null) attempts.keep(kept, value)
    else if (kept !== RECORD) hear(at.story, story => story.keep(kept, value))
    return null
  }

  function endProblem(end: z.output<typeof endLineSchema>, text: string): string | null {
    const { requestId, version, lastHash, more = {}, kept } = end
    const at = current ?? beginning(requestId)
    if (version !== at.chain.version) {
      return `the record has version ${version} and the events end with ${at.chain.version}, so lines are missing, or it was changed`
    }
    if (lastHash !== at.chain.hash) return 'the last event is not the one that the record names'
    if (version === 0 && (requestId !== ATTEMPTS || at.kept === null)) return 'it has no events'
    if (JSON.stringify(kept ?? null) !== JSON.stringify(at.kept)) {
      return 'what is kept beside the events is not what was exported, so it was changed, or lines are missing, moved or added'
    }
    if (at.story !== null) endStory(at.story, requestId as RequestId, at.record, kept)
    totals.more += sumOf(more)
    if (seals !== null) remarks.unsealedCounted += sumOf(more)
    totals.hash = chainHash(totals.hash, text)
    last = requestId
    current = null
    return null
  }

  function endStory(
    story: Story,
    requestId: RequestId,
    record: unknown,
    kept: z.output<typeof keptSchema> | undefined,
  ): void {
    totals.requests += 1
    if (kept === undefined) remarks.noRecord += 1
    hear(story, () => story.end(record, kept?.names))
    for (const { kind } of story.remarks()) remarks[kind] += 1
    if (seals !== null && story.unsealed() === 0) sealedWhole = requestId
    const after = sealedWhole
    const beginsUnsealed = story.remarks().some(({ kind }) => kind === 'unsealed')
    if (beginsUnsealed && after !== null) hear(story, () => story.find('unsealedAfter', after))
    const submission = story.submission()
    started.set(requestId, story.hasStarted())
    if (submission === null) return
    const { changeId, parent } = submission
    const other = submissions.get(changeId)
    if (other !== undefined) hear(story, () => story.find('copied', other))
    submissions.set(changeId, requestId)
    if (parent === null) return
    if (!started.has(parent.id) || parent.id === requestId)
      hear(story, () => story.find('noParent', parent.id))
    else if (parent.kind === 'undo' && started.get(parent.id) === false)
      hear(story, () => story.find('parentNotRun', parent.id))
  }

  function closingProblem({ requests, hash }: z.output<typeof closingLineSchema>): string | null {
    if (current !== null) return `${current.requestId}: its last lines are missing`
    if (requests !== totals.requests || hash !== totals.hash) {
      return `the export had ${requests} requests and these are ${totals.requests}, so one of them, or what was tried apart from them, is missing, or was changed or added`
    }
    isClosed = true
    attempts.end()
    const { more, unsealed, notChecked, notCheckedCounters } = attempts.totals()
    totals.more += more
    remarks.unsealedAttempts = unsealed
    remarks.notCheckedAttempts = notChecked
    remarks.notCheckedCounters = notCheckedCounters
    const { atMs, ...problem } = unsealedLast
    if (seals !== null && atMs > sealedSinceMs + MOST_SKEW_MS) findings.push(problem)
    return null
  }

  return {
    next,
    end: () => (isClosed ? null : `${current === null ? '' : `${current.requestId}: `}the file was cut off`),
    findings: () => findings,
    remarks: () => remarks,
    totals: () => ({ ...totals }),
    exported: () => exported,
  }
}

function orderOf(id: ChainId): number {
  return id === ATTEMPTS ? Number.POSITIVE_INFINITY : Number(id.slice(2))
}

export type Verified =
  | { ok: true; totals: AuditTotals; remarks: Remarks; exported: readonly ExportEvent['exported'][] }
  /** The first problem. `others`: what else cannot have happened, where every line is as it was exported. */
  | ({ ok: false; others?: Problem[] } & Problem)

export async function verifyLines(
  chunks: AsyncIterable<Buffer>,
  seals: Seals | null = null,
): Promise<Verified> {
  const check = createTrailCheck(seals)
  const told = () => check.findings().slice()
  let line = 0
  for await (const bytes of linesOf(chunks)) {
    line += 1
    const text = bytes === null ? null : textOf(bytes)
    const problem =
      text === null ? 'it is no whole line of text, so it was changed or cut off' : check.next(text)
    if (problem !== null) return failed([...told(), { line, problem }])
  }
  const problem = check.end()
  const problems = problem === null ? told() : [...told(), { line: line + 1, problem }]
  return problems.length === 0
    ? { ok: true, totals: check.totals(), remarks: check.remarks(), exported: check.exported() }
    : failed(problems)
}

function failed([first = { line: 0, problem: '' }, ...others]: readonly Problem[]): Verified {
  return { ok: false, ...first, ...(others.length === 0 ? {} : { others }) }
}

/**
 * Split at line feeds and nothing else: node:readline would also split at the line separators of Unicode, which may
 * stand in a reason. Null for what follows the last one, which is not a whole line.
 */
async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer | null> {
  let rest: Buffer[] = []
  let restBytes = 0
  for await (const chunk of chunks) {
    let from = 0
    for (let to = chunk.indexOf(LINE_BREAK); to !== -1; to = chunk.indexOf(LINE_BREAK, from)) {
      yield Buffer.concat([...rest, chunk.subarray(from, to)])
      rest = []
      restBytes = 0
      from = to + 1
    }
    rest.push(chunk.subarray(from))
    restBytes += chunk.length - from
    if (restBytes > LONGEST_LINE_BYTES) break
  }
  if (restBytes > 0) yield null
}

/** Null for bytes that no text has: taking them for something else would let a changed byte pass. */
function textOf(bytes: Buffer): string | null {
  try {
    return decoder.decode(bytes)
  } catch {
    return null
  }
}

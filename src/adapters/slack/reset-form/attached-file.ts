// The file a person has attached to the form: fetched from Slack with the bot's token, and read as offsets.
// It must never send the token to another host, follow a redirect with it, or hold more than LARGEST_BYTES.

import Papa from 'papaparse'
import { fetch } from 'undici'
import { z } from 'zod'
import type { Report } from '../../../ports/events.ts'
import { couldBeOffsets, LINES_MAX, readOffsetsFile, type Whose } from '../../../request/offsets-file.ts'
import type { FileProblem } from '../../../request/problem.ts'
import type { AttachmentProblem } from '../language/problem.ts'
import type { FilesFetch } from '../platform/light-fetch.ts'

/** 10 000 partitions, as the Kafka tool exports them, take about a third of it. */
const LARGEST_BYTES = 1_000_000
/** 10 000 partitions in thirty columns. Reading takes about a microsecond for each cell, in which nothing else runs. */
const CELLS_MAX = 300_000
const FILES_ORIGIN = 'https://files.slack.com'
const DEFAULT_API = 'https://slack.com/api/'

export type AttachmentRead =
  | Extract<ReturnType<typeof readOffsetsFile>, { ok: true }>
  | { ok: false; problem: FileProblem | AttachmentProblem }

/** Whether Slack refused a call for want of a scope. */
export function isScopeMissing(error: unknown): boolean {
  const { data } = Object(error) as { data?: { error?: unknown } }
  return data?.error === 'missing_scope'
}

/** What Slack's file object says that is needed here. Sizes are bytes. */
const attachmentSchema = z.object({
  size: z.number().catch(0),
  url_private_download: z.string().catch(''),
})
export type Attachment = z.output<typeof attachmentSchema>

const fileStateSchema = z.object({ files: z.array(attachmentSchema) })

/** The first file of a file input's state; undefined when nothing is attached. */
export function attachmentIn(elementState: unknown): Attachment | undefined {
  return fileStateSchema.safeParse(elementState).data?.files[0]
}

export interface AttachedFilesDeps {
  botToken: string
  /** Undefined: Slack's own. */
  slackApiUrl: string | undefined
  report: Report
  /** What carries files; default: undici's fetch. */
  files?: FilesFetch
}

/** Reads the offsets of a group out of an attached file; what goes wrong is a problem. Ends within `limitMs`. */
export type ReadAttachedFile = (
  attachment: Attachment,
  whose: Whose,
  limitMs: number,
) => Promise<AttachmentRead>

export function createAttachedFileReader({
  botToken,
  slackApiUrl,
  report,
  files = fetch,
}: AttachedFilesDeps): ReadAttachedFile {
  const origins = [FILES_ORIGIN, new URL(slackApiUrl ?? DEFAULT_API).origin]

  return async (attachment, whose, limitMs) => {
    if (attachment.size > LARGEST_BYTES) return problem(TOO_LARGE)
    const address = attachment.url_private_download
    const url = URL.canParse(address) ? new URL(address) : null
    if (url === null || !origins.includes(url.origin)) {
      report({
        event: 'fault',
        where: 'attached file',
        error: new Error(`No address of Slack: ${url?.origin}`),
      })
      return problem({ kind: 'fileNowhere' })
    }
    const fetched = await fetchInTime(signal => fetchFile(files, url, botToken, signal), limitMs)
    if (fetched.kind === 'content') return readOffsetsCsv(fetched.bytes, whose)
    if (fetched.cause !== undefined) report({ event: 'fault', where: 'attached file', error: fetched.cause })
    return problem(fetched.problem)
  }
}

type Fetched =
  | { kind: 'content'; bytes: Uint8Array }
  | { kind: 'failed'; problem: AttachmentProblem; cause?: unknown }

const TOO_LARGE = { kind: 'fileTooLarge' } as const
const NOT_FETCHED = { kind: 'fileNotFetched' } as const

async function fetchInTime(
  fetching: (signal: AbortSignal) => Promise<Fetched>,
  limitMs: number,
): Promise<Fetched> {
  const stop = new AbortController()
  let timer: NodeJS.Timeout | undefined
  // Beside the signal, a race: while undici is still connecting it takes no notice of an abort.
  const late = new Promise<Fetched>(resolve => {
    timer = setTimeout(() => {
      const cause = new Error(`Slack did not hand the file over within ${limitMs} ms.`)
      resolve({ kind: 'failed', problem: NOT_FETCHED, cause })
      stop.abort()
    }, limitMs)
  })
  try {
    return await Promise.race([fetching(stop.signal), late])
  } finally {
    clearTimeout(timer)
  }
}

async function fetchFile(
  files: FilesFetch,
  url: URL,
  botToken: string,
  signal: AbortSignal,
): Promise<Fetched> {
  try {
    const response = await files(url, {
      headers: { authorization: `Bearer ${botToken}` },
      redirect: 'manual',
      signal,
    })
    const { status, headers, body } = response
    const failed = failureOf(status, headers.get('content-type') ?? '')
    const tooLarge = Number(headers.get('content-length') ?? 0) > LARGEST_BYTES
    if (failed !== null || tooLarge || body === null) {
      await body?.cancel()
      return failed ?? { kind: 'failed', problem: tooLarge ? TOO_LARGE : NOT_FETCHED }
    }
    const chunks: Uint8Array[] = []
    let length = 0
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      length += chunk.length
      // Leaving the loop cancels the rest.
      if (length > LARGEST_BYTES) return { kind: 'failed', problem: TOO_LARGE }
      chunks.push(chunk)
    }
    return { kind: 'content', bytes: Buffer.concat(chunks) }
  } catch (cause) {
    return { kind: 'failed', problem: NOT_FETCHED, cause }
  }
}

/** Slack takes a token without the scope for a browser: it sends it to the login page (slackapi/deno-slack-sdk#285). */
function failureOf(status: number, contentType: string): Fetched | null {
  const cause = new Error(`Slack answered HTTP ${status} ${contentType} to the download of a file.`)
  const isLogin = (status >= 300 && status < 400) || (status === 200 && contentType.startsWith('text/html'))
  if (isLogin || status === 401 || status === 403) {
    return { kind: 'failed', problem: { kind: 'filesScopeMissing' }, cause }
  }
  if (status === 404 || status === 410) {
    return { kind: 'failed', problem: { kind: 'fileGone' }, cause }
  }
  return status === 200 ? null : { kind: 'failed', problem: NOT_FETCHED, cause }
}

/** The offsets of a group out of the bytes of a CSV file. */
export function readOffsetsCsv(bytes: Uint8Array, whose: Whose): AttachmentRead {
  const text = textOf(bytes)
  if (text === null) return problem({ kind: 'fileNotText' })
  // Before they are read: a million empty lines or cells would hold everybody up.
  if (hasMore(text, '\n', LINES_MAX) || hasMore(text, '\r', LINES_MAX))
    return problem({ kind: 'fileTooLong', lines: LINES_MAX })
  if (DELIMITERS.some(delimiter => hasMore(text, delimiter, CELLS_MAX))) {
    return problem({ kind: 'fileTooWide' })
  }
  const { delimiter, content } = separated(text)
  const { data, errors } = Papa.parse<string[]>(content, { delimiter })
  const [error] = errors
  return error === undefined ? readOffsetsFile(data, whose) : problem(csvProblem(error))
}

/** What programs and spreadsheets put between cells. */
const DELIMITERS = [',', ';', '\t']

/** By which of them the first line is one of offsets, or a header of such; the Kafka tool's comma where none is. */
function separated(text: string): { delimiter: string; content: string } {
  // A spreadsheet says it itself, in a first line of its own.
  const [told, said] = /^"?sep=([,;\t])"?(?=[\r\n]|$)/i.exec(text) ?? []
  if (told !== undefined && said !== undefined) return { delimiter: said, content: text.slice(told.length) }
  const head = text.slice(0, HEAD_READ)
  const fitting = DELIMITERS.find(delimiter =>
    couldBeOffsets(Papa.parse<string[]>(head, { delimiter, preview: HEAD_LINES }).data),
  )
  const [likely = ','] =
    fitting === undefined ? DELIMITERS.filter(each => firstLineOf(head).includes(each)) : [fitting]
  return { delimiter: likely, content: text }
}

/** So much is looked at to tell what separates the cells: blank lines, and then the first that holds something. */
const HEAD_READ = 20_000
const HEAD_LINES = 50

function firstLineOf(head: string): string {
  return head.trimStart().split(/[\r\n]/, 1)[0] ?? ''
}

function hasMore(text: string, character: string, max: number): boolean {
  let count = 0
  for (let at = text.indexOf(character); at >= 0; at = text.indexOf(character, at + 1)) {
    count += 1
    if (count > max) return true
  }
  return false
}

/** A mark of byte order is left out by the decoder. */
function textOf(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return null
  }
}

function csvProblem({ code, row }: Papa.ParseError): AttachmentProblem {
  const line = row === undefined ? null : row + 1
  switch (code) {
    case 'MissingQuotes':
      return { kind: 'quoteOpen', line }
    case 'InvalidQuotes':
      return { kind: 'quoteMisplaced', line }
    default:
      return { kind: 'csvUnreadable', line, code }
  }
}

function problem(problem: FileProblem | AttachmentProblem): AttachmentRead {
  return { ok: false, problem }
}

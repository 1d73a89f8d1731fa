// The file a person has attached to the form: fetched from Slack with the bot's token, and read as offsets.
// It must never send the token to another host, follow a redirect with it, or hold more than LARGEST_BYTES.

import Papa from 'papaparse'
import { fetch } from 'undici'
import { z } from 'zod'
import type { Report } from '../../ports.ts'
import { type FileRead, LINES_MAX, readOffsetsFile } from '../../request/offsets-file.ts'

/** 10 000 partitions, as the Kafka tool exports them, take about a third of it. */
const LARGEST_BYTES = 1_000_000
/** 10 000 partitions in thirty columns. Reading takes about a microsecond for each cell, in which nothing else runs. */
const CELLS_MAX = 300_000
const FILES_ORIGIN = 'https://files.slack.com'
const DEFAULT_API = 'https://slack.com/api/'

export const FILES_SCOPE_MISSING =
  'Slack does not let Rewind read attached files: its app lacks the scope files:read. Ask the people who run Rewind to add it and to install the app again.'

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
}

/** Reads the offsets of `group` out of an attached file; what goes wrong is a sentence. Ends within `limitMs`. */
export type ReadAttachedFile = (attachment: Attachment, group: string, limitMs: number) => Promise<FileRead>

export function createAttachedFileReader({
  botToken,
  slackApiUrl,
  report,
}: AttachedFilesDeps): ReadAttachedFile {
  const origins = [FILES_ORIGIN, new URL(slackApiUrl ?? DEFAULT_API).origin]

  return async (attachment, group, limitMs) => {
    if (attachment.size > LARGEST_BYTES) return problem(TOO_LARGE)
    const address = attachment.url_private_download
    const url = URL.canParse(address) ? new URL(address) : null
    if (url === null || !origins.includes(url.origin)) {
      report({
        event: 'fault',
        where: 'attached file',
        error: new Error(`No address of Slack: ${url?.origin}`),
      })
      return problem('Slack does not say where the file is. Take it off and attach it again.')
    }
    const fetched = await fetchInTime(url, botToken, limitMs)
    if (fetched.kind === 'content') return readOffsetsCsv(fetched.bytes, group)
    if (fetched.cause !== undefined) report({ event: 'fault', where: 'attached file', error: fetched.cause })
    return problem(fetched.sentence)
  }
}

type Fetched = { kind: 'content'; bytes: Uint8Array } | { kind: 'failed'; sentence: string; cause?: unknown }

const TOO_LARGE = 'The file is larger than 1 MB. Attach only the lines of this group.'
const NOT_FETCHED = 'Slack did not hand the file over just now. Send the form again.'

async function fetchInTime(url: URL, botToken: string, limitMs: number): Promise<Fetched> {
  const stop = new AbortController()
  let timer: NodeJS.Timeout | undefined
  // Beside the signal, a race: while undici is still connecting it takes no notice of an abort.
  const late = new Promise<Fetched>(resolve => {
    timer = setTimeout(() => {
      const cause = new Error(`Slack did not hand the file over within ${limitMs} ms.`)
      resolve({ kind: 'failed', sentence: NOT_FETCHED, cause })
      stop.abort()
    }, limitMs)
  })
  try {
    return await Promise.race([fetchFile(url, botToken, stop.signal), late])
  } finally {
    clearTimeout(timer)
  }
}

async function fetchFile(url: URL, botToken: string, signal: AbortSignal): Promise<Fetched> {
  try {
    const response = await fetch(url, {
      headers: { authorization: `Bearer ${botToken}` },
      redirect: 'manual',
      signal,
    })
    const { status, headers, body } = response
    const failed = failureOf(status, headers.get('content-type') ?? '')
    const tooLarge = Number(headers.get('content-length') ?? 0) > LARGEST_BYTES
    if (failed !== null || tooLarge || body === null) {
      await body?.cancel()
      return failed ?? { kind: 'failed', sentence: tooLarge ? TOO_LARGE : NOT_FETCHED }
    }
    const chunks: Uint8Array[] = []
    let length = 0
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      length += chunk.length
      // Leaving the loop cancels the rest.
      if (length > LARGEST_BYTES) return { kind: 'failed', sentence: TOO_LARGE }
      chunks.push(chunk)
    }
    return { kind: 'content', bytes: Buffer.concat(chunks) }
  } catch (cause) {
    return { kind: 'failed', sentence: NOT_FETCHED, cause }
  }
}

/** Slack takes a token without the scope for a browser: it sends it to the login page (slackapi/deno-slack-sdk#285). */
function failureOf(status: number, contentType: string): Fetched | null {
  const cause = new Error(`Slack answered HTTP ${status} ${contentType} to the download of a file.`)
  const isLogin = (status >= 300 && status < 400) || (status === 200 && contentType.startsWith('text/html'))
  if (isLogin || status === 401 || status === 403) {
    return { kind: 'failed', sentence: FILES_SCOPE_MISSING, cause }
  }
  if (status === 404 || status === 410) {
    return { kind: 'failed', sentence: 'The file is not there any more. Attach it again.', cause }
  }
  return status === 200 ? null : { kind: 'failed', sentence: NOT_FETCHED, cause }
}

/** The offsets of `group` out of the bytes of a CSV file. */
export function readOffsetsCsv(bytes: Uint8Array, group: string): FileRead {
  const text = textOf(bytes)
  if (text === null) return problem('The file is no UTF-8 text. Save it as CSV in UTF-8 and attach it again.')
  // Before they are read: a million empty lines or cells would hold everybody up.
  if (hasMore(text, '\n', LINES_MAX) || hasMore(text, '\r', LINES_MAX))
    return problem(`The file has more than ${LINES_MAX} lines.`)
  if (hasMore(text, ',', CELLS_MAX))
    return problem('The file has far more cells than topics, partitions and offsets need.')
  const { data, errors } = Papa.parse<string[]>(text, { delimiter: ',' })
  const [error] = errors
  return error === undefined ? readOffsetsFile(data, group) : problem(csvProblem(error))
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

function csvProblem({ code, row }: Papa.ParseError): string {
  const where = row === undefined ? 'The file' : `Line ${row + 1}`
  switch (code) {
    case 'MissingQuotes':
      return `${where} opens a quote that is never closed.`
    case 'InvalidQuotes':
      return `${where} has a quote in the wrong place.`
    default:
      return `${where} cannot be read as CSV (${code}).`
  }
}

function problem(text: string): FileRead {
  return { ok: false, problem: text }
}

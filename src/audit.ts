// The command that exports the audit trail of every request as JSON lines, and verifies such a file, line by line.
// It must never write to the store, nor hold more than a few requests at a time.

import { once } from 'node:events'
import { createReadStream, createWriteStream, realpathSync } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { connectRedis } from './adapters/redis/connect.ts'
import { createRedisStore } from './adapters/redis/store.ts'
import { readStoreConfig } from './config.ts'
import type { Store } from './ports.ts'
import { CHAIN_START, type ChainEnd, chainHash, linkProblem } from './request/audit.ts'
import { type RequestId, requestIdSchema } from './request/request.ts'

const USAGE = `audit export [FILE]   writes the audit trail of every request, as JSON lines; without a file to stdout
audit verify FILE     exits 1 and names the first line that is not what was exported`

const CONNECT_MS = 5_000
const LINE_BREAK = 0x0a
/** Longer than any line of an export; a file without line breaks is not read into memory. */
const LONGEST_LINE_BYTES = 64 * 1_024 * 1_024

/**
 * The lines of a file, in order: for each request its events, as `{requestId, …event, hash}`, then its end. The last
 * line closes the file: its hash is a chain over the ends, so that no request can be taken out, added or renamed.
 */
const eventLineSchema = z.looseObject({
  requestId: requestIdSchema,
  version: z.number(),
  hash: z.string(),
  command: z.unknown(),
})
const endLineSchema = z.strictObject({
  requestId: requestIdSchema,
  version: z.number(),
  lastHash: z.string(),
})
const closingLineSchema = z.strictObject({ requests: z.number(), hash: z.string() })
const lineSchema = z.union([endLineSchema, closingLineSchema, eventLineSchema])

export interface AuditTotals {
  requests: number
  events: number
  /** Of the closing line: names the whole file. */
  hash: string
}

/** The lines of an export, some at a time, with their line breaks; returns the totals. */
export async function* exportedLines(store: Store): AsyncGenerator<string, AuditTotals> {
  const totals: AuditTotals = { requests: 0, events: 0, hash: '' }
  for await (const { id: requestId, version, auditHash: lastHash, events } of store.readTrails()) {
    const end = JSON.stringify({ requestId, version, lastHash })
    totals.requests += 1
    totals.events += events.length
    totals.hash = chainHash(totals.hash, end)
    yield [...events.map(json => eventLine(requestId, json)), end].map(line => `${line}\n`).join('')
  }
  yield `${JSON.stringify({ requests: totals.requests, hash: totals.hash })}\n`
  return totals
}

/** What is not an event any more is exported as it is: the file then says so, and the rest is there as well. */
function eventLine(requestId: RequestId, json: string): string {
  try {
    const event: unknown = JSON.parse(json)
    if (typeof event === 'object') return JSON.stringify({ requestId, ...event })
  } catch {}
  return JSON.stringify({ requestId, unreadable: json })
}

/** Follows the lines of a file. Each is looked at in the light of those before it, of which only the end is kept. */
export interface TrailCheck {
  /** What is wrong with the next line, or null. Nothing is to be asked after the first problem. */
  next(line: string): string | null
  /** What is wrong with the file ending here, or null. */
  end(): string | null
  totals(): AuditTotals
}

export function createTrailCheck(): TrailCheck {
  let current: { requestId: RequestId; chain: ChainEnd } | null = null
  let last: RequestId | null = null
  let isClosed = false
  const totals: AuditTotals = { requests: 0, events: 0, hash: '' }

  function next(text: string): string | null {
    if (isClosed) return 'it was added: the file ends before it'
    const line = parsedLine(text)
    if (line === null) return 'it is not a line of an export, so it was changed or added'
    if ('requests' in line) return closingProblem(line)
    const { requestId } = line
    const place = placeProblem(requestId)
    if (place !== null) return `${requestId}: ${place}`
    const chain = current?.chain ?? CHAIN_START
    const problem = 'lastHash' in line ? endProblem(line, chain, text) : eventProblem(line, chain)
    return problem === null ? null : `${requestId}: ${problem}`
  }

  /** Requests come oldest first, and the lines of one together. */
  function placeProblem(requestId: RequestId): string | null {
    if (current !== null && current.requestId !== requestId) {
      return `it stands among the lines of ${current.requestId}, so lines are missing, or it was changed, moved or added`
    }
    if (current === null && last !== null && numberOf(requestId) <= numberOf(last)) {
      return `it comes after ${last}, so it was changed, moved or added`
    }
    return null
  }

  function eventProblem(line: z.output<typeof eventLineSchema>, chain: ChainEnd): string | null {
    const { requestId, ...event } = line
    const problem = linkProblem(chain, event)
    if (problem === 'misplaced') {
      const { version } = event
      return `it has version ${version} where ${chain.version + 1} comes next, so a line before it is missing, or it was changed, moved or added`
    }
    if (problem === 'changed') return `version ${event.version} is not what its hash says, so it was changed`
    current = { requestId, chain: event }
    totals.events += 1
    return null
  }

  function endProblem(
    { requestId, version, lastHash }: z.output<typeof endLineSchema>,
    chain: ChainEnd,
    text: string,
  ): string | null {
    if (version !== chain.version || lastHash !== chain.hash) {
      return `the record has version ${version} and the events end with ${chain.version}, so lines are missing, or it was changed`
    }
    if (version === 0) return 'it has no events'
    totals.requests += 1
    totals.hash = chainHash(totals.hash, text)
    last = requestId
    current = null
    return null
  }

  function closingProblem({ requests, hash }: z.output<typeof closingLineSchema>): string | null {
    if (current !== null) return `${current.requestId}: its last lines are missing`
    if (requests !== totals.requests || hash !== totals.hash) {
      return `the export had ${requests} requests and these are ${totals.requests}, so one is missing, or was changed or added`
    }
    isClosed = true
    return null
  }

  return {
    next,
    end: () => (isClosed ? null : `${current === null ? '' : `${current.requestId}: `}the file was cut off`),
    totals: () => ({ ...totals }),
  }
}

function numberOf(id: RequestId): number {
  return Number(id.slice(2))
}

/** The line as data, when it is exactly what an export writes: two texts that say the same are not the same line. */
function parsedLine(text: string): z.output<typeof lineSchema> | null {
  try {
    const json: unknown = JSON.parse(text)
    if (JSON.stringify(json) !== text) return null
    const isEvent = typeof json === 'object' && json !== null && 'command' in json
    // As it was parsed: a schema would put what it knows first, and the hash is over the order.
    if (isEvent) return eventLineSchema.safeParse(json).success ? (json as EventLine) : null
    return lineSchema.safeParse(json).data ?? null
  } catch {
    return null
  }
}
type EventLine = z.output<typeof eventLineSchema>

export type Verified =
  | { ok: true; totals: AuditTotals }
  /** `line` counts from 1. */
  | { ok: false; line: number; problem: string }

export async function verifyLines(chunks: AsyncIterable<Buffer>): Promise<Verified> {
  const check = createTrailCheck()
  let line = 0
  for await (const bytes of linesOf(chunks)) {
    line += 1
    const text = textOf(bytes)
    const problem = text === null ? 'it is not text, so it was changed' : check.next(text)
    if (problem !== null) return { ok: false, line, problem }
  }
  const problem = check.end()
  return problem === null ? { ok: true, totals: check.totals() } : { ok: false, line: line + 1, problem }
}

/**
 * Split at line feeds and nothing else: node:readline would also split at the line separators of Unicode, which may
 * stand in a reason. What follows the last line feed is a line that is not whole, and comes with an ending that no line has.
 */
async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
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
  if (restBytes > 0) yield Buffer.from([0xff])
}

/** Null for bytes that no text has: taking them for something else would let a changed byte pass. */
function textOf(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return null
  }
}

async function exportTo(file: string | undefined): Promise<number> {
  const settings = readStoreConfig(process.env)
  if (!settings.ok) {
    for (const problem of settings.problems) console.error(problem)
    return 1
  }
  const redis = connectRedis(settings.redisUrl, () => {})
  try {
    await once(redis, 'ready', { signal: AbortSignal.timeout(CONNECT_MS) })
    const lines = exportedLines(createRedisStore(redis, settings.redisPrefix))
    const totals: AuditTotals[] = []
    const to = file === undefined ? process.stdout : createWriteStream(file)
    await pipeline(Readable.from(thenTotals(lines, totals)), to, { end: file !== undefined })
    for (const each of totals) console.error(`Exported ${inWords(each)}`)
    return 0
  } finally {
    redis.disconnect()
  }
}

async function* thenTotals(
  lines: AsyncGenerator<string, AuditTotals>,
  totals: AuditTotals[],
): AsyncGenerator<string> {
  totals.push(yield* lines)
}

async function verifyFile(file: string): Promise<number> {
  const verified = await verifyLines(createReadStream(file))
  if (verified.ok) console.log(`${file} is whole: ${inWords(verified.totals)}`)
  else console.error(`${file}, line ${verified.line}: ${verified.problem}.`)
  return verified.ok ? 0 : 1
}

function inWords({ requests, events, hash }: AuditTotals): string {
  return `${requests} requests, ${events} events, hash ${hash === '' ? 'none' : hash}.`
}

async function main([command, file, ...more]: string[]): Promise<number> {
  if (command === 'export' && more.length === 0) return exportTo(file)
  if (command === 'verify' && file !== undefined && more.length === 0) return verifyFile(file)
  console.error(USAGE)
  return 2
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error)
    return 1
  })
}

// The command that exports the audit trail of every request, and of what was tried apart from them, as JSON lines, and
// verifies such a file, line by line.
// It must never write to the store, nor hold more than a few requests at a time.

import { createReadStream, createWriteStream, realpathSync } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { connectRedis, untilReady } from './adapters/redis/connect.ts'
import { createRedisStore } from './adapters/redis/store.ts'
import { readStoreConfig } from './config.ts'
import type { Store } from './ports/store.ts'
import { CHAIN_START, type ChainEnd, chainHash, linkProblem } from './request/audit.ts'
import { requestIdSchema } from './request/request.ts'

const USAGE = `audit export [FILE]   writes the audit trail of every request, and what was tried apart from them, as JSON
                      lines; without a file to stdout
audit verify FILE     exits 1 and names the first line that is not what was exported`

const CONNECT_MS = 5_000
const LINE_BREAK = 0x0a
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
/** Longer than any line of an export; a file without line breaks is not read into memory. */
const LONGEST_LINE_BYTES = 64 * 1_024 * 1_024

/** In the place of a request's number: the chain of what people tried that belongs to no request. */
const ATTEMPTS = 'attempts'

/**
 * The lines of a file, in order: for each request its events, as `{requestId, …event, hash}`, then its end, with how many
 * more refused attempts there were than are kept as events, by person; then what was tried, in the same form. The last line closes the file: its hash is a chain over the ends, so that no request can be
 * taken out, added or renamed.
 */
const moreSchema = z.record(z.string(), z.int().positive())
const chainIdSchema = z.union([requestIdSchema, z.literal(ATTEMPTS)])
type ChainId = z.output<typeof chainIdSchema>
const eventLineSchema = z.looseObject({
  requestId: chainIdSchema,
  version: z.number(),
  command: z.unknown(),
  hash: z.string(),
})
const endLineSchema = z.strictObject({
  requestId: chainIdSchema,
  version: z.number(),
  lastHash: z.string(),
  more: moreSchema.optional(),
})
const closingLineSchema = z.strictObject({ requests: z.number(), hash: z.string() })

type Line =
  | { kind: 'event'; requestId: ChainId; event: ChainEnd }
  | ({ kind: 'end' } & z.output<typeof endLineSchema>)
  | ({ kind: 'closing' } & z.output<typeof closingLineSchema>)

export interface AuditTotals {
  requests: number
  events: number
  attempts: number
  /** Refused attempts that are only counted. */
  more: number
  /** Of the closing line: names the whole file. */
  hash: string
}

export interface AuditExport {
  /** Some at a time, with their line breaks. */
  lines(): AsyncGenerator<string>
  totals(): AuditTotals
}

export function createAuditExport(store: Pick<Store, 'readTrails' | 'readAttempts'>): AuditExport {
  const totals = { ...NOTHING_YET }

  function endLine(
    requestId: ChainId,
    version: number,
    lastHash: string,
    more: Record<string, number>,
  ): string {
    totals.more += sumOf(more)
    const counted = Object.keys(more).length === 0 ? {} : { more }
    const end = JSON.stringify({ requestId, version, lastHash, ...counted })
    totals.hash = chainHash(totals.hash, end)
    return end
  }

  async function* attemptLines(): AsyncGenerator<string> {
    const { version, auditHash, more, events } = await store.readAttempts()
    for await (const some of events()) {
      totals.attempts += some.length
      yield whole(some.map(json => eventLine(ATTEMPTS, json)))
    }
    if (version === 0 && totals.attempts === 0) return
    yield whole([endLine(ATTEMPTS, version, auditHash, more)])
  }

  return {
    async *lines() {
      for await (const { id, version, auditHash, more, events } of store.readTrails()) {
        totals.requests += 1
        totals.events += events.length
        yield whole([...events.map(json => eventLine(id, json)), endLine(id, version, auditHash, more)])
      }
      yield* attemptLines()
      yield `${JSON.stringify({ requests: totals.requests, hash: totals.hash })}\n`
    },
    totals: () => ({ ...totals }),
  }
}

const NOTHING_YET: AuditTotals = { requests: 0, events: 0, attempts: 0, more: 0, hash: '' }

function sumOf(more: Record<string, number>): number {
  return Object.values(more).reduce((sum, count) => sum + count, 0)
}

function whole(lines: readonly string[]): string {
  return lines.map(line => `${line}\n`).join('')
}

/** What is not an event any more is exported as it is: the file then says so, and the rest is there as well. */
function eventLine(requestId: ChainId, json: string): string {
  const event = parsedJson(json)
  return JSON.stringify(typeof event === 'object' ? { requestId, ...event } : { requestId, unreadable: json })
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
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
  let current: { requestId: ChainId; chain: ChainEnd } | null = null
  let last: ChainId | null = null
  let isClosed = false
  const totals = { ...NOTHING_YET }

  function next(text: string): string | null {
    if (isClosed) return 'it was added: the file ends before it'
    const line = parsedLine(text)
    if (line === null) return 'it is not a line of an export, so it was changed or added'
    if (line.kind === 'closing') return closingProblem(line)
    const { requestId } = line
    const chain = current?.chain ?? CHAIN_START
    const problem =
      placeProblem(requestId) ??
      (line.kind === 'end' ? endProblem(line, chain, text) : eventProblem(requestId, line.event, chain))
    return problem === null ? null : `${requestId}: ${problem}`
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

  function eventProblem(requestId: ChainId, event: ChainEnd, chain: ChainEnd): string | null {
    const { version } = event
    const problem = linkProblem(chain, event)
    if (problem === 'misplaced') {
      return `it has version ${version} where ${chain.version + 1} comes next, so a line before it is missing, or it was changed, moved or added`
    }
    if (problem === 'changed') return `version ${version} is not what its hash says, so it was changed`
    current = { requestId, chain: event }
    totals[requestId === ATTEMPTS ? 'attempts' : 'events'] += 1
    return null
  }

  function endProblem(
    { requestId, version, lastHash, more = {} }: z.output<typeof endLineSchema>,
    chain: ChainEnd,
    text: string,
  ): string | null {
    if (version !== chain.version) {
      return `the record has version ${version} and the events end with ${chain.version}, so lines are missing, or it was changed`
    }
    if (lastHash !== chain.hash) return 'the last event is not the one that the record names'
    if (version === 0) return 'it has no events'
    if (requestId !== ATTEMPTS) totals.requests += 1
    totals.more += sumOf(more)
    totals.hash = chainHash(totals.hash, text)
    last = requestId
    current = null
    return null
  }

  function closingProblem({ requests, hash }: z.output<typeof closingLineSchema>): string | null {
    if (current !== null) return `${current.requestId}: its last lines are missing`
    if (requests !== totals.requests || hash !== totals.hash) {
      return `the export had ${requests} requests and these are ${totals.requests}, so one of them, or what was tried apart from them, is missing, or was changed or added`
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

function orderOf(id: ChainId): number {
  return id === ATTEMPTS ? Number.POSITIVE_INFINITY : Number(id.slice(2))
}

/** Null for what is not exactly as an export writes it: two texts that say the same are not the same line. */
function parsedLine(text: string): Line | null {
  const json = parsedJson(text)
  if (eventLineSchema.safeParse(json).success) {
    // As it was parsed: a schema would put the fields that it knows first, and the hash is over their order.
    const { requestId, ...event } = json as z.output<typeof eventLineSchema>
    return JSON.stringify({ requestId, ...event }) === text ? { kind: 'event', requestId, event } : null
  }
  const end = endLineSchema.safeParse(json).data
  if (end !== undefined) return JSON.stringify(end) === text ? { kind: 'end', ...end } : null
  const closing = closingLineSchema.safeParse(json).data
  return closing !== undefined && JSON.stringify(closing) === text ? { kind: 'closing', ...closing } : null
}

export type Verified =
  | { ok: true; totals: AuditTotals }
  /** `line` counts from 1. */
  | { ok: false; line: number; problem: string }

export async function verifyLines(chunks: AsyncIterable<Buffer>): Promise<Verified> {
  const check = createTrailCheck()
  let line = 0
  for await (const bytes of linesOf(chunks)) {
    line += 1
    const text = bytes === null ? null : textOf(bytes)
    const problem =
      text === null ? 'it is no whole line of text, so it was changed or cut off' : check.next(text)
    if (problem !== null) return { ok: false, line, problem }
  }
  const problem = check.end()
  return problem === null ? { ok: true, totals: check.totals() } : { ok: false, line: line + 1, problem }
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

async function exportTo(file: string | undefined): Promise<number> {
  const settings = readStoreConfig(process.env)
  if (!settings.ok) {
    for (const problem of settings.problems) console.error(problem)
    return 1
  }
  const redis = connectRedis(settings.redis, () => {})
  try {
    await untilReady(redis, CONNECT_MS)
    const audit = createAuditExport(createRedisStore(redis, settings.redisPrefix))
    const to = file === undefined ? process.stdout : createWriteStream(file)
    await pipeline(Readable.from(audit.lines()), to, { end: file !== undefined })
    console.error(`Exported ${inWords(audit.totals())}`)
    return 0
  } finally {
    redis.disconnect()
  }
}

async function verifyFile(file: string): Promise<number> {
  const verified = await verifyLines(createReadStream(file))
  if (verified.ok) console.log(`${file} is whole: ${inWords(verified.totals)}`)
  else console.error(`${file}, line ${verified.line}: ${verified.problem}.`)
  return verified.ok ? 0 : 1
}

function inWords({ requests, events, attempts, more, hash }: AuditTotals): string {
  const counted = more === 0 ? '' : ` and ${more} more refused attempts, counted only`
  return `${requests} requests, ${events} events, ${attempts} attempts apart${counted}, hash ${hash === '' ? 'none' : hash}.`
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

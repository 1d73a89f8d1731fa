// The lines of a file of audit trails, as an export writes them and a check reads them.

import { z } from 'zod'
import { type ChainedEvent, chainHash } from '../request/audit.ts'
import { requestIdSchema } from '../request/request.ts'

/** Beside the events: the name of the record, among those of the documents. */
export const RECORD = 'record'
/** In the place of a request's number: the chain of what people tried that belongs to no request. */
export const ATTEMPTS = 'attempts'
/** Beside those: what is sealed of their end, and lines of the sealed counters, each by its name. */
export const SEALED_END = 'end'
export const COUNTERS = 'counters-'

/**
 * The lines of a file, in order: for each request its events, as `{requestId, …event, hash}`; what is kept beside them, which
 * is the rows of its plans and of its result, and its record, each chained on the line before; then its end, with how many
 * more refused attempts there were than are kept as events, by person. Then what was tried, in the same form, with what is
 * sealed of its end and of all counters beside it. The last
 * line closes the file: its hash is a chain over the ends, so that no request can be taken out, added or renamed.
 */
const moreSchema = z.record(z.string(), z.int().positive())
const chainIdSchema = z.union([requestIdSchema, z.literal(ATTEMPTS)])
export type ChainId = z.output<typeof chainIdSchema>
const eventLineSchema = z.looseObject({
  requestId: chainIdSchema,
  version: z.number(),
  command: z.unknown(),
  hash: z.string(),
})
export const keptLineSchema = z.strictObject({
  requestId: chainIdSchema,
  kept: z.string(),
  value: z.unknown(),
  hash: z.string(),
})
/** Absent in exports of before anything but events was in them. */
export const keptSchema = z.strictObject({ names: z.array(z.string()), hash: z.string() })
export const endLineSchema = z.strictObject({
  requestId: chainIdSchema,
  version: z.number(),
  lastHash: z.string(),
  more: moreSchema.optional(),
  kept: keptSchema.optional(),
})
export const closingLineSchema = z.strictObject({ requests: z.number(), hash: z.string() })

export type Line =
  | { kind: 'event'; requestId: ChainId; event: ChainedEvent }
  | ({ kind: 'kept' } & z.output<typeof keptLineSchema>)
  | ({ kind: 'end' } & z.output<typeof endLineSchema>)
  | ({ kind: 'closing' } & z.output<typeof closingLineSchema>)

export interface AuditTotals {
  requests: number
  events: number
  attempts: number
  /** Notes, in the log of attempts, of what was exported and then deleted. */
  exports: number
  /** Refused attempts that are only counted. */
  more: number
  /** Of the closing line: names the whole file. */
  hash: string
}

export const NOTHING_YET: AuditTotals = { requests: 0, events: 0, attempts: 0, exports: 0, more: 0, hash: '' }

export function sumOf(more: Record<string, number>): number {
  return Object.values(more).reduce((sum, count) => sum + count, 0)
}

export function keptHash(previousHash: string, kept: string, value: unknown): string {
  return chainHash(previousHash, JSON.stringify({ kept, value }))
}

/** Null for what is not exactly as an export writes it: two texts that say the same are not the same line. */
export function parsedLine(text: string): Line | null {
  const json = parsedJson(text)
  if (eventLineSchema.safeParse(json).success) {
    // As it was parsed: a schema would put the fields that it knows first, and the hash is over their order.
    const { requestId, ...event } = json as { requestId: ChainId } & ChainedEvent
    return JSON.stringify({ requestId, ...event }) === text ? { kind: 'event', requestId, event } : null
  }
  const kept = keptLineSchema.safeParse(json).data
  if (kept !== undefined) return JSON.stringify(kept) === text ? { kind: 'kept', ...kept } : null
  const end = endLineSchema.safeParse(json).data
  if (end !== undefined) return JSON.stringify(end) === text ? { kind: 'end', ...end } : null
  const closing = closingLineSchema.safeParse(json).data
  return closing !== undefined && JSON.stringify(closing) === text ? { kind: 'closing', ...closing } : null
}

/** Undefined for what is no JSON. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

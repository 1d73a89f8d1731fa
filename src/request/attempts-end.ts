// Where the log of what was tried apart from any request has come to, sealed, so that who can write to Redis can neither
// cut it at its end nor change a counter unseen. Every sealed event of a request names it as it was then. Pure.

import { z } from 'zod'
import { requestIdSchema } from './request.ts'
import { type Seals, sealIn, sealText } from './seals.ts'

const countSchema = z.int().nonnegative()
const hashSchema = z.string().regex(/^([0-9a-f]{64})?$/)

/** The last attempt that is kept whole, and how many have been made in all: the sum of the counters. */
export const attemptsEndSchema = z.strictObject({
  version: countSchema,
  hash: hashSchema,
  tries: countSchema,
})
export type AttemptsEnd = z.output<typeof attemptsEndSchema>
export const NOTHING_TRIED: AttemptsEnd = { version: 0, hash: '', tries: 0 }

/** What an event of a request says of it. `changed`: what was there was not what had been sealed. */
export const attemptsSeenSchema = z.union([attemptsEndSchema, z.literal('changed')])
export type AttemptsSeen = z.output<typeof attemptsSeenSchema>

/** In the log of attempts: which requests were exported, and are deleted after it. Beside it a chain's version, hash and seal. */
export const EXPORTED = 'retention export'
export const exportEventSchema = z.object({
  atMs: countSchema,
  command: z.literal(EXPORTED),
  exported: z.object({
    first: requestIdSchema,
    last: requestIdSchema,
    requests: countSchema,
    file: z.string(),
    sha256: hashSchema,
  }),
})
export type ExportEvent = z.output<typeof exportEventSchema>

export function isExportNote(event: unknown): event is ExportEvent {
  return exportEventSchema.safeParse(event).success
}

/** `broken`: how often it had to be sealed over an end that was not what had been sealed before. It never goes back. */
export interface SealedEnd extends AttemptsEnd {
  broken: number
}

/** As it is stored: `seal` is over the texts of the others. */
export type StoredEnd = Record<'version' | 'hash' | 'tries' | 'broken' | 'seal', string>
const numberSchema = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number)
const storedEndSchema = z.strictObject({
  version: numberSchema,
  hash: hashSchema,
  tries: numberSchema,
  broken: numberSchema,
  seal: z.string(),
})

/** In the place of the id of a request, in a seal. */
const OF_ATTEMPTS = 'attempts'

export function storedEnd(seals: Seals, { version, hash, tries, broken }: SealedEnd): StoredEnd {
  const end = { version: `${version}`, hash, tries: `${tries}`, broken: `${broken}` }
  return { ...end, seal: sealText(seals.seal('end', OF_ATTEMPTS, textOfEnd(end))) }
}

/** Null for what is not sealed by a key of ours as it stands. @param seals null: it is not asked */
export function endIn(seals: Seals | null, stored: unknown): SealedEnd | null {
  const { success, data } = storedEndSchema.safeParse(stored)
  if (!success) return null
  const { seal: _, ...end } = data
  return seals === null || isSealed(seals, 'end', textOfEnd(stored as StoredEnd), data.seal) ? end : null
}

function textOfEnd({ version, hash, tries, broken }: Omit<StoredEnd, 'seal'>): string {
  return JSON.stringify([version, hash, tries, broken])
}

/**
 * A counter is named by whose attempts at what it counts, `2026-11-23 U0GUEST` or `R-7 U0DAVE`, and by the key that seals
 * it: with a new key it begins anew beside the old one, and the sum is over both.
 */
export function counterName(seals: Seals, of: string): string {
  return `${of} ${seals.seal('tries', OF_ATTEMPTS, '').key}`
}

export function storedCount(seals: Seals, name: string, count: number): string {
  return `${count} ${sealText(seals.seal('tries', OF_ATTEMPTS, textOfCount(name, `${count}`)))}`
}

/** Null as above. */
export function countIn(seals: Seals | null, name: string, stored: string): number | null {
  const [text = '', seal = ''] = stored.split(' ')
  const count = numberSchema.safeParse(text).data
  if (count === undefined) return null
  return seals === null || isSealed(seals, 'tries', textOfCount(name, text), seal) ? count : null
}

/** Of whose attempts at what a counter is. */
export function countedOf(name: string): string {
  return name.slice(0, name.lastIndexOf(' '))
}

function textOfCount(name: string, count: string): string {
  return JSON.stringify([name, count])
}

function isSealed(seals: Seals, what: 'end' | 'tries', text: string, seal: string): boolean {
  const read = sealIn(seal)
  return read !== undefined && seals.doubt(what, OF_ATTEMPTS, text, read) === null
}

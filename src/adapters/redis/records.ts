// A record as it is read: from its JSON, with the version, hash and seal that lie beside it. What cannot be read is named as
// one request's, whatever somebody has put there by hand, so that it never stops the others.

import { z } from 'zod'
import { type Trail, UNREADABLE_RECORD } from '../../ports/store.ts'
import { type RequestId, type ResetRequest, requestSchema } from '../../request/request.ts'

/** Of the hash of a request. */
export const FIELDS = ['json', 'version', 'hash', 'seal'] as const
export const fieldsSchema = z.tuple([
  z.string().nullable(),
  z.coerce.number().int().positive().nullable().catch(null),
  z
    .string()
    .regex(/^([0-9a-f]{64})?$/)
    .nullable()
    .catch(null),
  z.string().nullable(),
])

export type RecordRead = { ok: true; request: ResetRequest } | { ok: false; problem: string }

export function recordIn(json: string): RecordRead {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    return { ok: false, problem: 'it is not JSON' }
  }
  const parsed = requestSchema.safeDecode(value as z.input<typeof requestSchema>)
  return parsed.success
    ? { ok: true, request: parsed.data }
    : { ok: false, problem: z.prettifyError(parsed.error) }
}

export function unreadable(id: RequestId, problem: string): Error {
  const message = `The record of ${id} cannot be read by this version: ${problem}`
  return Object.assign(new Error(message), { code: UNREADABLE_RECORD })
}

/** What Redis says of a key that holds another kind of value than Rewind puts there. */
export function isOfAnotherType(error: unknown): error is Error {
  return error instanceof Error && error.message.startsWith('WRONGTYPE')
}

/** @param instead in the place of what is of another type; without it such a key throws UNREADABLE_RECORD */
export function answersOf(
  id: RequestId,
  answer: [Error | null, unknown][] | null,
  instead?: readonly unknown[],
): unknown[] | undefined {
  return answer?.map(([error, value], i) => {
    if (!isOfAnotherType(error)) return error ?? value
    if (instead === undefined) throw unreadable(id, error.message)
    return instead[i]
  })
}

export function chainEndOf(json: string | null): Pick<Trail, 'version' | 'auditHash'> {
  const none = { version: 0, auditHash: '' }
  if (json === null) return none
  try {
    return chainEndSchema.parse(JSON.parse(json))
  } catch {
    return none
  }
}

/** Of a record of any version of the product. */
const chainEndSchema = z.object({ version: z.number(), auditHash: z.string().default('') })

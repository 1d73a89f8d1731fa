// The audit events of a request as a hash chain: whoever changes, takes out, moves or adds one breaks it. Pure.
// It says that something is wrong and where; it never mends a chain.

import { createHash } from 'node:crypto'
import type { AttemptsSeen } from './attempts-end.ts'
import type { AuditEvent } from './command.ts'
import type { ResetRequest } from './request.ts'
import { type Doubt, type Seals, sealSchema } from './seals.ts'

/** `hash`: SHA-256, hex, of the hash before it (empty for the first), a line break, and the JSON of all but `hash`. */
export interface ChainedEvent extends AuditEvent {
  hash: string
}

/** Where a chain has come to: what the next event is chained on. */
export interface ChainEnd {
  version: number
  hash: string
}
export const CHAIN_START: ChainEnd = { version: 0, hash: '' }

/**
 * `misplaced`: not the next version, so that a line is missing, or this one was added or moved. `changed`: it does not
 * give the hash it carries. `otherEnd`: the record names another last event than the chain has.
 */
export interface ChainProblem {
  /** Counts events from 1; one more than there are when it is the end that is wrong. */
  position: number
  kind: 'misplaced' | 'changed' | 'otherEnd'
}

export function chained(previousHash: string, event: AuditEvent): ChainedEvent {
  return { ...event, hash: chainHash(previousHash, JSON.stringify(event)) }
}

/**
 * A change as it is committed: the event chained on what the record has come from, and the record naming it. With a key it
 * is sealed as well; the hash covers the seal, so that each seal is also over all that are before it.
 * @param attempts how far the log of attempts has come, for an event that is sealed
 */
export function sealed(
  next: ResetRequest,
  bare: AuditEvent,
  seals: Seals | null = null,
  attempts: AttemptsSeen | null = null,
): { next: ResetRequest; event: ChainedEvent } {
  const event = attempts === null ? bare : { ...bare, attempts }
  const kept =
    seals === null
      ? event
      : { ...event, seal: seals.seal('event', next.id, textToSeal(next.auditHash, event)) }
  const sealedEvent = chained(next.auditHash, kept)
  return { next: { ...next, auditHash: sealedEvent.hash }, event: sealedEvent }
}

/** Whether the event is sealed as the next one of this request; null when it is. `requestId` is `attempts` for those apart. */
export function doubtOfEvent(
  seals: Seals | null,
  requestId: string,
  previousHash: string,
  { hash: _, seal, ...event }: Pick<ChainedEvent, 'hash' | 'seal'>,
): Doubt | null {
  if (seals === null) return seal === undefined ? null : 'noKey'
  const read = seal === undefined ? null : sealSchema.safeParse(seal).data
  return read === undefined
    ? 'changed'
    : seals.doubt('event', requestId, textToSeal(previousHash, event), read)
}

/** What a seal of an event is over, beside the request: the hash before it, a line break, and the JSON of all but seal and hash. */
export function textToSeal(previousHash: string, event: object): string {
  return `${previousHash}\n${JSON.stringify(event)}`
}

/** Every problem of a whole chain; after each it goes on from what is there, so that one change is one problem. */
export function verifyChain(events: readonly ChainedEvent[], lastHash: string): ChainProblem[] {
  const problems: ChainProblem[] = []
  let end = CHAIN_START
  events.forEach((event, index) => {
    const kind = linkProblem(end, event)
    if (kind !== null) problems.push({ position: index + 1, kind })
    end = event
  })
  if (end.hash !== lastHash) problems.push({ position: events.length + 1, kind: 'otherEnd' })
  return problems
}

/** What is wrong with this event as the next one; null when it is. */
export function linkProblem(end: ChainEnd, { hash, ...event }: ChainEnd): 'misplaced' | 'changed' | null {
  if (event.version !== end.version + 1) return 'misplaced'
  return hash === chainHash(end.hash, JSON.stringify(event)) ? null : 'changed'
}

export function chainHash(previousHash: string, text: string): string {
  return createHash('sha256').update(`${previousHash}\n${text}`).digest('hex')
}

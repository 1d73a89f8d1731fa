// What exporting and deleting old requests needs of the store: its contract, which test/contract holds each adapter to.

import type { RequestId, ResetRequest } from '../request/request.ts'
import type { Target } from '../request/reset.ts'
import type { AttemptKept } from './store.ts'

/** A request as a look through all of them finds it. `followers`: how many requests have ever been made that name it as theirs. */
export interface Seen {
  request: ResetRequest
  followers: number
}

/** Where a request stands among the others. */
export interface Place {
  id: RequestId
  createdAtMs: number
  requester: string
  target: Target
  followers: number
}

/** Of one that was exported. It is deleted only while it is as it was then. */
export interface Leaving extends Place {
  /** Of the trail that was exported: the last event, and how many refused attempts were counted beside it. */
  version: number
  auditHash: string
  more: number
  exportedAtMs: number
}

/** What went where, for the log of attempts. */
export interface ExportKept {
  atMs: number
  first: RequestId
  last: RequestId
  requests: number
  /** Name of the file, without its folder. */
  file: string
  /** SHA-256 of the file, hex. */
  sha256: string
}

/** Every method may reject when the store is away, and may be called again. */
export interface Retention {
  /**
   * Every request there is, some at a time, oldest first. Rejects at one that cannot be read: what it refers to is not
   * known. @param madeUntilMs only those that were made by then, and perhaps some that were made soon after: however many
   * there are of later ones, they cost nothing
   */
  look(madeUntilMs?: number): AsyncIterable<Seen[]>
  /** That nobody else exports for so long: true for whoever has it, also again, and false for all others. */
  claim(by: string, ms: number): Promise<boolean>
  /** In the log of attempts, chained and, with a key, sealed like them. The same one again is kept once. */
  keepExport(kept: ExportKept): Promise<AttemptKept>
  /**
   * Takes all of it out, in one step, and keeps when it was exported. `changed`: it is not as it was exported, or somebody
   * still holds its group, or it is still to be worked at, and nothing was done.
   */
  remove(leaving: Leaving): Promise<'removed' | 'changed'>
  /** What time it is where requests are kept. */
  timeMs(): Promise<number>
  /** When it was exported; null: it was not, as far as is known. */
  exportedAt(id: RequestId): Promise<number | null>
}

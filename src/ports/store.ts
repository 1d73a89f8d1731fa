// What keeps the truth: the contract of the store. The comments are the contract; test/contract holds each adapter to it.

import type { AttemptsSeen } from '../request/attempts-end.ts'
import type { AuditEvent, Origin } from '../request/command.ts'
import type { Mark, MarkToKeep } from '../request/gauges.ts'
import type { ListPart } from '../request/list-part.ts'
import type { DocumentName, DocumentOf, Documents, RequestId, ResetRequest } from '../request/request.ts'
import type { Target } from '../request/reset.ts'
import type { Doubt } from '../request/seals.ts'
import type { RefusedRuling } from '../request/state.ts'
import type { Refusal } from '../request/step.ts'
import type { Person } from './chat.ts'

/** One change of one request, written in a single step or not at all. */
export interface Commit {
  /** The record as it should be; its `version` is already the next one. */
  next: ResetRequest
  /** Version the change was decided on; 0 creates. */
  expectedVersion: number
  /**
   * Of the last audit event then, empty for none: after a failover the record may have come to the same version by other
   * changes, and what was decided on the forgotten ones must not be written over them.
   */
  expectedHash: string
  /** Names this change. The same id arriving again is a replay: answered `applied`, changing nothing. */
  changeId: string
  /** Where it says how far the log of attempts had come, that has to be so still, or the answer is `conflict`. */
  event: AuditEvent
  /** When the request next needs somebody's work; null when nothing is owed. */
  dueAtMs: number | null
  /** Still to be decided, carried out or cleared up, so that it belongs in the list of open requests. */
  open: boolean
  /** What gauges are made of; null: it is over, and nothing is owed. */
  mark: MarkToKeep | null
  /** Large facts kept beside the record, written with it. */
  documents?: Documents
  /** For how long from now all of its documents are kept; null: as long as the record. */
  documentsKeptMs: number | null
  /**
   * The group that an execution writes to: one request at a time may hold it. `untilMs` bounds how long a holder that
   * never comes back keeps the others out. `epoch` is what it was before the group was looked at: who looked while
   * another wrote has seen a world that is gone. A server that has taken the place of another may have forgotten that
   * somebody took it: it lets nobody take any for `settleMs` after it was first seen.
   */
  writer?:
    | { target: Target; act: 'take'; epoch: number; untilMs: number; settleMs: number }
    | { target: Target; act: 'giveBack' }
    /** It is given back by itself then. */
    | { target: Target; act: 'keep'; untilMs: number }
  /** With a create: the submission it came from. A second create from it answers `duplicate`. */
  submissionId?: string
  /** With a create: so many requests may be open, this one among them; null: any number. Else it answers `full`. */
  mostOpen?: { ofRequester: number | null; inAll: number | null }
}

/**
 * `busy`: another request is writing to the group, or has written to it since that epoch. `settling`: nobody may take a
 * group for so long. Nothing was changed with either.
 */
export type CommitOutcome =
  | { kind: 'applied' }
  | { kind: 'conflict' }
  | { kind: 'duplicate'; id: RequestId }
  | { kind: 'busy'; id: RequestId }
  | { kind: 'settling'; waitMs: number }
  /** With a create: the request that it follows was exported and deleted. Nothing was changed. */
  | { kind: 'gone'; id: RequestId }
  /** With so many open, of this requester or in all, it would be one too many. */
  | { kind: 'full'; of: 'person' | 'workspace'; open: number }

/** Who writes to a group, and a number that grows each time somebody takes it or gives it back. */
export interface Writer {
  holder: RequestId | null
  epoch: number
  /** For how long the holder keeps it at most; 0 where there is none. */
  heldMs: number
}

/** What is stored of what happened to a request, as it is stored: whoever verifies it must see what is there. */
export interface Trail {
  id: RequestId
  /** Of each person, how many refused attempts there were after those that are kept as events; with a key, see AttemptTrail. */
  more: Record<string, number>
  /** What the record says; 0 and empty where there is no record, or none that can be read. */
  version: number
  auditHash: string
  /** JSON of each event, oldest first. */
  events: string[]
  /** JSON of the record; null: there is none. */
  record: string | null
  /** The rows of its plans and of its result, and the offsets it was asked for with, one after the other; read when they are asked for. */
  documents(): AsyncIterable<{ name: string; json: string }>
}

/** What people tried that belongs to no request: the end as a Trail has it, and what comes before, some at a time. */
export interface AttemptTrail {
  version: number
  auditHash: string
  /** How many more there were than are kept as events: of each person and day, like `2026-11-23 U0GUEST`. */
  more: Record<string, number>
  events(): AsyncIterable<string[]>
  /**
   * What processes with a key have sealed of it (request/attempts-end.ts), as it is stored: its end, and every counter by
   * its name, those of attempts at requests as well. Null: nothing.
   */
  sealed: { end: Record<string, string>; tries: Record<string, string> } | null
}

/**
 * A list is of all requests, of one requester's, of one group's name wherever it is or on one instance alone, and of one
 * part of them (request/list-part.ts).
 */
export interface ListFilter {
  of:
    | { kind: 'all' }
    | { kind: 'requester'; userId: string }
    | { kind: 'group'; group: string }
    | { kind: 'target'; target: Target }
  part: ListPart
  /** Asked for at or after this, and before that. */
  fromMs?: number
  untilMs?: number
}

/** Where a page ended. */
export interface ListPlace {
  createdAtMs: number
  id: RequestId
}

export interface ListPage {
  requests: ResetRequest[]
  /** On all pages together. */
  total: number
  /** Null: that was the last page. */
  next: ListPlace | null
}

/** What a person or the workspace would have too many of. */
export type TooMany =
  | { kind: 'tooManyOpen' | 'tooManyInAll'; most: number; open: number }
  | ({ kind: 'tooOften' } & TooSoon)

/** In a minute. */
export interface TooSoon {
  most: number
  waitMs: number
}

/** Counts what each person sends, for all processes together. */
export interface SendingRate {
  /** Counts one; null when they may. */
  take(what: 'submission' | 'file', userId: string): Promise<TooSoon | null>
}

/** Somebody tried what they may not, and it belongs to no request. */
export interface Attempt {
  atMs: number
  by: string
  /** What they did, like `reset command`. */
  command: string
  refusal:
    | Refusal
    | RefusedRuling['why']
    | Exclude<Person['membership'], 'member'>
    | TooMany['kind']
    | 'tooManyFiles'
  from: Origin
}

/** It was kept. `isIntact`: with a key, and all that was kept before was as it had been sealed; or there is no key. */
export interface AttemptKept {
  isIntact: boolean
}

/** The `code` of an error that asking again would not mend: the record is of a newer version, or was changed by hand, */
export const UNREADABLE_RECORD = 'UNREADABLE_RECORD'
/** or it is sealed, and this process has no key. */
export const SEALED_RECORD = 'SEALED_RECORD'

/** A record as it is stored. `doubt`: why its seal does not vouch for it; null: it does, or nobody has a key. */
export interface Stored {
  request: ResetRequest
  doubt: Doubt | null
}

/**
 * Keeps the truth. Every method may reject when the store is away; a rejected commit may or may not have happened,
 * and committing it again with the same change id settles which.
 */
export interface Store {
  /** Never the same twice. Numbers may be skipped. */
  nextRequestId(): Promise<RequestId>
  /** Undefined when there is no such request. Rejects with the code UNREADABLE_RECORD for one of a newer version, or that is none. */
  read(id: RequestId): Promise<ResetRequest | undefined>
  /** The same, for who acts on it. */
  readStored(id: RequestId): Promise<Stored | undefined>
  /** Besides, all that has led to it, as it was at the same instant. */
  readWithTrail(id: RequestId): Promise<(Stored & { trail: Trail }) | undefined>
  readDocument<Name extends DocumentName>(id: RequestId, name: Name): Promise<DocumentOf<Name> | undefined>
  readEvents(id: RequestId): Promise<AuditEvent[]>
  /**
   * The audit trail of every request there is when it begins, oldest first, each as it was at one instant. Holds a few
   * at a time, however many there are. @param which those alone, which come in ascending order, or those with a higher number
   */
  readTrails(which?: readonly RequestId[] | { after: RequestId | null }): AsyncIterable<Trail>
  /** When a request that is not there any more was exported and deleted; null: it was not. */
  exportedAt(id: RequestId): Promise<number | null>
  /** Those that are there when it is called. */
  readAttempts(): Promise<AttemptTrail>
  commit(commit: Commit): Promise<CommitOutcome>
  /** Both as they are at one instant. */
  writerOf(target: Target): Promise<Writer>
  /** Takes requests whose debts are due, oldest first, and moves each out of the way until `leaseUntilMs`. */
  takeDue(nowMs: number, leaseUntilMs: number, limit: number): Promise<RequestId[]>
  /** Ends the lease: due then, or never (null). Does nothing if the request is not at this version any more. */
  settle(id: RequestId, version: number, dueAtMs: number | null): Promise<void>
  /**
   * Requests of a list, newest first, each as it is now; a page costs the same however many there are. `before` goes on
   * after an earlier page; a request that has left the list meanwhile, or that a newer version has written, is skipped.
   */
  list(filter: ListFilter, limit: number, before?: ListPlace): Promise<ListPage>
  /**
   * One for each request that is not over or owes something, but for those that an older version changed last. A few steps,
   * however many there are.
   */
  readMarks(): Promise<Mark[]>
  /** Grows with every change of any request that people can see. */
  changeCount(): Promise<number>
  /**
   * Keeps what somebody tried and may not, where there is no request to keep it with; chained like the events. The same
   * attempt again, because the answer was lost, is kept once. Of one person only so many a day are kept whole; more are
   * counted.
   */
  recordAttempt(attempt: Attempt): Promise<AttemptKept>
  /** Somebody was refused again, after so many times that no more of theirs is kept with the request. */
  countAttempt(id: RequestId, by: string): Promise<AttemptKept>
  /** How far the log of attempts has come, for the next event of a request. Null: this process has no key. */
  attemptsSeen(): Promise<AttemptsSeen | null>
  /** Open requests, of one group or of all, newest first. `notRead`: those among them whose records cannot be read. */
  openRequests(
    limit: number,
    target?: Target,
  ): Promise<{ requests: ResetRequest[]; notRead: RequestId[]; total: number }>
  /**
   * Requests whose last change was made by a build that kept documents for good: so many are looked at that were not yet,
   * oldest first, and `keptMs` says for how long from now the documents of each are kept, null for good.
   */
  endOldDocuments(limit: number, keptMs: (request: ResetRequest) => number | null): Promise<void>
  /** Open requests without a place in the due set. There should never be one; a slow scan makes sure. */
  findForgotten(): Promise<RequestId[]>
}

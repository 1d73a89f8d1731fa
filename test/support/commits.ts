// Commits as the service makes them, for tests that talk to a store themselves.

import { randomUUID } from 'node:crypto'
import type { Commit, Store } from '../../src/ports/store.ts'
import { sealed } from '../../src/request/audit.ts'
import type { Command } from '../../src/request/command.ts'
import { type Draft, decide, eventOf, submissionOf, submit } from '../../src/request/decide.ts'
import type { ResetRequest } from '../../src/request/request.ts'
import type { Created } from '../../src/service/changes.ts'
import { draft, T0 } from './requests.ts'

type Rest = Partial<Omit<Commit, 'next' | 'event' | 'expectedVersion' | 'expectedHash'>>

/** Open and due at T0, if nothing else is said. */
export function creationOf(asked: Draft, rest: Rest = {}, atMs = T0): Commit {
  const first = submit(asked, atMs)
  const changeId = rest.changeId ?? randomUUID()
  const sealing = sealed(first, eventOf(null, first, submissionOf(asked), changeId, atMs))
  return {
    ...sealing,
    expectedVersion: 0,
    expectedHash: '',
    changeId,
    dueAtMs: T0,
    open: true,
    mark: null,
    documentsKeptMs: null,
    ...rest,
  }
}

/** Throws where `decide` refuses. */
export function commitOf(request: ResetRequest, command: Command, rest: Rest = {}): Commit {
  const decided = decide(request, command, T0)
  if (!decided.ok) throw new Error(decided.refusal)
  const changeId = rest.changeId ?? randomUUID()
  const sealing = sealed(decided.next, eventOf(request, decided.next, command, changeId, T0))
  const { version: expectedVersion, auditHash: expectedHash } = request
  return {
    ...sealing,
    expectedVersion,
    expectedHash,
    changeId,
    dueAtMs: T0,
    open: true,
    mark: null,
    documentsKeptMs: null,
    ...rest,
  }
}

/** A new request in the store. */
export async function created(store: Store, rest: Rest = {}): Promise<ResetRequest> {
  const commit = creationOf(draft({ id: await store.nextRequestId() }), rest)
  const outcome = await store.commit(commit)
  if (outcome.kind !== 'applied') throw new Error(`The creation is answered with ${outcome.kind}.`)
  return commit.next
}

/** Throws where there would have been too many. */
export function createdIn(created: Created): ResetRequest {
  if (created.kind !== 'created') throw new Error(`The creation is answered with ${created.kind}.`)
  return created.request
}

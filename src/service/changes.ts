// The only way to change a request: read, decide, commit, and again when somebody else was first.

import { randomUUID } from 'node:crypto'
import type { ChangeOutcome, StartOutcome } from '../ports/approvals.ts'
import type { Clock } from '../ports/clock.ts'
import { isReceipt, type Report } from '../ports/events.ts'
import {
  type AttemptKept,
  type Commit,
  type CommitOutcome,
  SEALED_RECORD,
  type Store,
  type Writer,
} from '../ports/store.ts'
import { NO_TRACING, type Tracing } from '../ports/tracing.ts'
import type { AttemptsSeen } from '../request/attempts-end.ts'
import { sealed } from '../request/audit.ts'
import type { Command, PersonsCommand } from '../request/command.ts'
import { type Draft, decide, eventOf, submissionOf, submit } from '../request/decide.ts'
import { resultDigestOf } from '../request/digest.ts'
import { distrustOf } from '../request/distrust.ts'
import { markOf } from '../request/gauges.ts'
import { documentsKeptMs } from '../request/kept.ts'
import { nextDueAt } from '../request/owed.ts'
import { isAct } from '../request/permissions.ts'
import type { Documents, RequestId, ResetRequest } from '../request/request.ts'
import type { Target } from '../request/reset.ts'
import type { Seals } from '../request/seals.ts'
import { type Distrust, isFinal, mayBegin } from '../request/state.ts'
import { isForbidden, type Refusal } from '../request/step.ts'
import { heldUntil } from '../request/waiting.ts'
import { type Patience, patiently } from './patience.ts'

export interface Changes {
  /** Creates the request, or returns the one that this submission has created before. */
  create(draft: Omit<Draft, 'id'>, submissionId: string, options?: CreateOptions): Promise<Created>
  /** Applies the command to the request as it is now. The documents are kept beside the record, in the same step. */
  change(id: RequestId, command: Command, options?: ChangeOptions): Promise<ChangeOutcome>
  /** For who is about to look at the group in order to write to it. Waits as a worker does. */
  writerOf(target: Target): Promise<Writer>
  /**
   * The change that an execution begins with: it also takes the group, which no other request may be writing to, or have
   * written to since `epoch`, which is what writerOf said before the look.
   */
  start(
    request: ResetRequest,
    command: Extract<Command, { kind: 'start' }>,
    epoch: number,
  ): Promise<StartOutcome>
  /**
   * A person was refused: it is in the log, counted, and kept with the request where they may not do this at all. Never
   * rejects.
   */
  keepRefusal(id: RequestId, command: PersonsCommand, refusal: Refusal): Promise<void>
  /** With a key: an attempt was kept, and those before it are not what had been sealed. */
  reportUnlessIntact(kept: AttemptKept): void
  /** What its seal does not vouch for, and might still run, is ended first, and is read as that. */
  read(id: RequestId, patience?: Patience): Promise<ResetRequest | undefined>
  /** The same, where the whole trail has to vouch for it as well: before anything is decided or called. */
  readVouched(id: RequestId, patience?: Patience): Promise<ResetRequest | undefined>
  /** Asks the store again while it is away. Rejects with StoreAway when patience ends. */
  patiently<T>(ask: () => Promise<T>, patience?: Patience): Promise<T>
}

/** `isEarlier`: the submission had created it before. */
export type Created =
  | { kind: 'created'; request: ResetRequest; isEarlier?: true }
  | Extract<CommitOutcome, { kind: 'full' | 'gone' }>

export interface CreateOptions {
  documents?: Documents
  mostOpen?: NonNullable<Commit['mostOpen']>
}

export interface ChangeOptions {
  documents?: Documents
  patience?: Patience
  /** As it was when it was last seen, which saves reading it again; if it has changed since, it is read. */
  known?: ResetRequest
}

interface ApplyOptions extends ChangeOptions {
  epoch?: number
}

/** These lead to a call: each is decided on a record that its whole trail vouches for. */
const LEADING_TO_CALLS: readonly Command['kind'][] = ['decide', 'breakGlass', 'start']

/** @param deps.seals null or absent: nothing is sealed, and a trail has to hold by its hashes and its story alone */
export function createChanges(deps: {
  store: Store
  clock: Clock
  report: Report
  seals?: Seals | null
  tracing?: Tracing
}): Changes {
  const { store, clock, report, seals = null, tracing = NO_TRACING } = deps

  async function create(
    wanted: Omit<Draft, 'id'>,
    submissionId: string,
    options: CreateOptions = {},
  ): Promise<Created> {
    const draft: Draft = { ...wanted, id: await patiently(() => store.nextRequestId()) }
    const about = { request: draft.id, instance: draft.reset.target.instanceId }
    return tracing.leg('change', 'submit', about, async () => {
      const created = await createAs(draft, submissionId, options)
      tracing.about({ outcome: created.kind })
      return created
    })
  }

  async function createAs(
    draft: Draft,
    submissionId: string,
    { documents = {}, mostOpen }: CreateOptions,
  ): Promise<Created> {
    tracing.keep(draft.id)
    const nowMs = clock()
    const first = submit(draft, nowMs)
    const changeId = randomUUID()
    const dueAtMs = nextDueAt(first, nowMs)
    const bare = eventOf(null, first, submissionOf(draft), changeId, nowMs)
    const commitAfter = (seen: AttemptsSeen | null) => {
      const { next, event } = sealed(first, bare, seals, seen)
      return commitSurely({
        next,
        expectedVersion: 0,
        expectedHash: '',
        changeId,
        event,
        dueAtMs,
        open: true,
        mark: markOf(first, dueAtMs, nowMs),
        documents,
        documentsKeptMs: documentsKeptMs(next),
        submissionId,
        ...(mostOpen === undefined ? {} : { mostOpen }),
      })
    }
    let seen = await attemptsSeen()
    let committed = await commitAfter(seen)
    while (committed.kind === 'conflict') {
      const since = await attemptsSeen()
      if (JSON.stringify(since) === JSON.stringify(seen)) break
      seen = since
      committed = await commitAfter(seen)
    }
    if (committed.kind === 'full' || committed.kind === 'gone') return committed
    if (committed.kind === 'duplicate') {
      const earlier = await patiently(() => store.read(committed.id))
      if (earlier !== undefined) return { kind: 'created', request: earlier, isEarlier: true }
    }
    report({ event: 'submitted', requestId: first.id, requester: first.requester })
    return { kind: 'created', request: sealed(first, bare, seals, seen).next }
  }

  async function change(id: RequestId, command: Command, options?: ChangeOptions): Promise<ChangeOutcome> {
    const outcome = await apply(id, command, options)
    if (outcome.kind === 'busy' || outcome.kind === 'settling') {
      throw new Error(`${command.kind} takes no group.`)
    }
    return outcome
  }

  async function keepRefusal(id: RequestId, command: PersonsCommand, refusal: Refusal): Promise<void> {
    const { kind, by, from } = command
    report({ event: 'refused', requestId: id, command: kind, refusal, by })
    if (!isForbidden(refusal)) return
    try {
      const kept = await apply(id, { kind: 'attempted', command: kind, by, refusal, from })
      // Once: counted again after a lost reply, it would be said to have been one more.
      if (kept.kind === 'refused') reportUnlessIntact(await store.countAttempt(id, by))
    } catch (error) {
      report({ event: 'fault', where: 'keeping an attempt', requestId: id, error })
    }
  }

  function reportUnlessIntact({ isIntact }: AttemptKept): void {
    if (isIntact) return
    const error = new Error('What was tried before is not what was sealed: audit verify says what is wrong.')
    report({ event: 'fault', where: 'keeping an attempt', error })
  }

  function attemptsSeen(patience?: Patience): Promise<AttemptsSeen | null> {
    return patiently(() => store.attemptsSeen(), patience)
  }

  async function read(id: RequestId, patience?: Patience): Promise<ResetRequest | undefined> {
    tracing.about({ request: id })
    const stored = await patiently(() => store.readStored(id), patience)
    if (stored === undefined) return undefined
    const { request, doubt } = stored
    if (doubt === null) return request
    if (doubt === 'noKey') return withoutKey(request)
    return distrust(request, { why: doubt, event: null, finding: `the record is ${doubt}` }, patience)
  }

  async function readVouched(id: RequestId, patience?: Patience): Promise<ResetRequest | undefined> {
    tracing.about({ request: id })
    const stored = await patiently(() => store.readWithTrail(id), patience)
    if (stored === undefined) return undefined
    const { request, trail, doubt } = stored
    if (doubt === 'noKey') return withoutKey(request)
    if (!mayBegin(request.state)) return request
    const found = distrustOf({ ...trail, auditHash: request.auditHash }, doubt, seals)
    return found === null ? request : distrust(request, found, patience)
  }

  /** Ends what might still run. What is under way, or over, is left as it is: nothing begins from there unseen. */
  async function distrust(
    request: ResetRequest,
    { why, event, finding }: { why: Distrust; event: number | null; finding: string },
    patience?: Patience,
  ): Promise<ResetRequest> {
    const { id, state } = request
    if (!mayBegin(state)) return request
    const outcome = await apply(
      id,
      { kind: 'distrust', why, event },
      { known: request, ...(patience === undefined ? {} : { patience }) },
    )
    if (outcome.kind === 'changed') report({ event: 'unverified', requestId: id, why, finding })
    return 'request' in outcome ? outcome.request : request
  }

  async function readFor(
    { kind }: Command,
    id: RequestId,
    patience: Patience,
  ): Promise<ResetRequest | undefined> {
    if (LEADING_TO_CALLS.includes(kind)) return readVouched(id, patience)
    // It is what ends a record that nothing vouches for.
    if (kind === 'distrust') return patiently(() => store.read(id), patience)
    return read(id, patience)
  }

  async function apply(id: RequestId, wanted: Command, options: ApplyOptions = {}): Promise<StartOutcome> {
    if (isReceipt(wanted.kind)) return applied(id, wanted, options)
    return tracing.leg('change', wanted.kind, { request: id }, async () => {
      const outcome = await applied(id, wanted, options)
      const state = outcome.kind === 'changed' ? { state: outcome.request.state.name } : {}
      tracing.about({ outcome: outcome.kind === 'refused' ? outcome.refusal : outcome.kind, ...state })
      return outcome
    })
  }

  /** The same change id goes with every try, so that a lost reply cannot double it. */
  async function applied(id: RequestId, wanted: Command, options: ApplyOptions): Promise<StartOutcome> {
    const command = withResultDigest(wanted, options.documents)
    const changeId = randomUUID()
    const patience = options.patience ?? 'person'
    let { known } = options
    for (;;) {
      const request = known ?? (await readFor(command, id, patience))
      const isKnown = known !== undefined
      known = undefined
      if (request === undefined) return { kind: 'missing' }
      const seen = await attemptsSeen(patience)
      const nowMs = clock()
      const decided = decide(request, command, nowMs)
      // Only what is there now may refuse.
      if (!decided.ok && isKnown) continue
      if (!decided.ok) {
        const { refusal } = decided
        if (isPersons(command)) await keepRefusal(id, command, refusal)
        return { kind: 'refused', refusal, request }
      }
      const { next, event } = sealed(
        decided.next,
        eventOf(request, decided.next, command, changeId, nowMs),
        seals,
        seen,
      )
      const dueAtMs = nextDueAt(next, nowMs)
      if (!isReceipt(command.kind)) tracing.keep(id)
      const committed = await commitSurely(
        {
          next,
          expectedVersion: request.version,
          expectedHash: request.auditHash,
          changeId,
          event,
          dueAtMs,
          open: !isFinal(next.state),
          mark: markOf(next, dueAtMs, nowMs),
          documentsKeptMs: documentsKeptMs(next),
          ...(options.documents === undefined ? {} : { documents: options.documents }),
          ...writingOf(request, next, nowMs, options.epoch),
        },
        patience,
      )
      if (committed.kind === 'busy' || committed.kind === 'settling') return committed
      if (committed.kind === 'applied') {
        report({
          event: 'changed',
          requestId: id,
          command: command.kind,
          state: next.state.name,
          version: next.version,
        })
        const asked = next.notes.slice(request.notes.length).find(note => note.kind === 'asked')
        if (asked !== undefined) report({ event: 'asked', requestId: id, evidence: asked.evidence })
        return { kind: 'changed', request: next }
      }
    }
  }

  function commitSurely(commit: Commit, patience: Patience = 'person'): Promise<CommitOutcome> {
    return patiently(() => store.commit(commit), patience)
  }

  return {
    create,
    change,
    writerOf: target => patiently(() => store.writerOf(target), 'worker'),
    start: (request, command, epoch) =>
      apply(request.id, command, { patience: 'worker', known: request, epoch }),
    keepRefusal,
    reportUnlessIntact,
    read,
    readVouched,
    patiently,
  }
}

/** So that the audit covers the rows, which are kept beside the record. */
function withResultDigest(command: Command, documents: Documents | undefined): Command {
  if (command.kind !== 'finish' && command.kind !== 'looked') return command
  if (documents?.result === undefined) return command
  return { ...command, resultDigest: resultDigestOf(documents.result) }
}

function isPersons(command: Command): command is PersonsCommand {
  return isAct(command.kind)
}

/**
 * Who executes holds the group, from the commit before the call until it is known what became of it: a call that nobody
 * answered may still arrive, until the hold runs out.
 */
function writingOf(
  { state, reset: { target } }: ResetRequest,
  next: ResetRequest,
  nowMs: number,
  epoch = 0,
): Pick<Commit, 'writer'> {
  const wasWriting = state.name === 'executing' || state.name === 'unclear'
  if (next.state.name === 'unclear') return {}
  if (next.state.name === 'executing') {
    const { startedAtMs, abandonAtMs } = next.state
    const untilMs = heldUntil(next.state)
    const settleMs = abandonAtMs - startedAtMs
    return wasWriting ? {} : { writer: { target, act: 'take', epoch, untilMs, settleMs } }
  }
  if (!wasWriting) return {}
  const { lateUntilMs } = next
  const mayStillArrive = lateUntilMs !== null && nowMs < lateUntilMs
  return {
    writer: mayStillArrive ? { target, act: 'keep', untilMs: lateUntilMs } : { target, act: 'giveBack' },
  }
}

/** Other processes have the key, and go on with it. */
function withoutKey(request: ResetRequest): ResetRequest {
  if (isFinal(request.state)) return request
  const problem = `The record of ${request.id} is sealed, and AUDIT_KEY is not set in this process.`
  throw Object.assign(new Error(problem), { code: SEALED_RECORD })
}

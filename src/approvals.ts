// The story: submit, decide, execute, announce, reconcile. Every change goes read → decide → commit, and what the
// outside is owed is derived from the record and paid here. It must never act on anything but the record.

import { randomUUID } from 'node:crypto'
import type {
  Approvals,
  ChangeOutcome,
  Chat,
  ChatOutcome,
  Clock,
  Cluster,
  ClusterReader,
  Commit,
  CommitOutcome,
  Report,
  Store,
  Submittal,
  WorkQueue,
} from './ports.ts'
import {
  type Debt,
  type Draft,
  decide,
  eventOf,
  nextDueAt,
  owed,
  REFUSED_POST_RETRY_MS,
  submissionOf,
  submit,
} from './request/decide.ts'
import type { Group } from './request/group.ts'
import { type Approvers, isApprover } from './request/policy.ts'
import {
  type Command,
  isFinal,
  type Outcome,
  type PostKey,
  type RequestId,
  type ResetRequest,
} from './request/request.ts'
import {
  type CallOutcome,
  countsOf,
  type PartitionResult,
  type ReadOutcome,
  resultOf,
} from './request/result.ts'

export interface ApprovalsDeps {
  store: Store
  queue: WorkQueue
  cluster: Cluster
  reader: ClusterReader
  /** Null in a worker apart: it executes, and leaves what is owed to the bots, which have the Slack token. */
  chat: Chat | null
  clock: Clock
  report: Report
  /** Names this process in claims and executions. */
  processId: string
}

export interface ApprovalsSettings {
  approvers: Approvers
  /** Where cards go; null: the channel the command was typed in. */
  approvalsChannel: string | null
  requestExpiryMs: number
  /** The call is over after this long, whatever happened. */
  callMs: number
  /** How long after the deadline an execution nobody finished counts as unclear. */
  graceMs: number
}

/** The store did not answer, even after trying again: the change may or may not have been saved. */
export class StoreAway extends Error {
  readonly code = 'STORE_AWAY'
  constructor(cause: unknown) {
    super('The store did not answer.', { cause })
    this.name = 'StoreAway'
  }
}

/** Longer than any call to Slack, and short enough that a lost message is looked for soon. */
const CLAIM_MS = 15_000
const LEASE_MS = 60_000
const PREPARE_RETRY_MS = 5_000
const PREPARE_TRIES = 20

export interface ApprovalsService extends Approvals {
  /** Carries out one approved request, at most once, whoever else is asked to. */
  execute(id: RequestId): Promise<void>
  /** Pays what is due now. Returns how many requests it looked at. */
  payDue(limit: number): Promise<number>
  /** Pays for requests that have no place in the due set. */
  payForgotten(): Promise<number>
  /** Resolves once no debt is being paid any more. */
  idle(): Promise<void>
}

export function createApprovals(deps: ApprovalsDeps, settings: ApprovalsSettings): ApprovalsService {
  const { store, queue, cluster, reader, clock, report, processId } = deps
  const payments = new Map<string, { again: boolean; done: Promise<void> }>()

  async function submitRequest(submittal: Submittal): Promise<ResetRequest> {
    const nowMs = clock()
    const draft: Draft = {
      id: await patiently(() => store.nextRequestId()),
      reset: submittal.reset,
      group: submittal.group,
      reason: submittal.reason,
      requester: submittal.requester,
      askedIn: submittal.askedIn,
      channel: settings.approvalsChannel ?? submittal.askedIn,
      expiresAtMs: nowMs + settings.requestExpiryMs,
    }
    const next = submit(draft, nowMs)
    const changeId = randomUUID()
    const committed = await commitSurely({
      next,
      expectedVersion: 0,
      changeId,
      event: eventOf(next, submissionOf(draft), changeId, nowMs),
      dueAtMs: nextDueAt(next, nowMs),
      open: true,
      submissionId: submittal.submissionId,
    })
    if (committed.kind === 'duplicate') {
      const earlier = await store.read(committed.id)
      if (earlier !== undefined) return earlier
    }
    report({ event: 'submitted', requestId: next.id, requester: next.requester })
    pay(next.id)
    return next
  }

  /** The only way to change a request. The same change id goes with every try, so a lost reply cannot double it. */
  async function change(
    id: RequestId,
    command: Command,
    options: { result?: PartitionResult[]; patience?: 'person' | 'worker' } = {},
  ): Promise<ChangeOutcome> {
    const changeId = randomUUID()
    const patience = options.patience ?? 'person'
    for (;;) {
      const request = await patiently(() => store.read(id), patience)
      if (request === undefined) return { kind: 'missing' }
      const nowMs = clock()
      const decided = decide(request, command, nowMs)
      if (!decided.ok) {
        if ('by' in command && command.kind !== 'claimPost') {
          report({
            event: 'refused',
            requestId: id,
            command: command.kind,
            refusal: decided.refusal,
            by: command.by,
          })
        }
        return { kind: 'refused', refusal: decided.refusal, request }
      }
      const { next } = decided
      const committed = await commitSurely(
        {
          next,
          expectedVersion: request.version,
          changeId,
          event: eventOf(next, command, changeId, nowMs),
          dueAtMs: nextDueAt(next, nowMs),
          open: !isFinal(next.state) && next.state.name !== 'unclear',
          ...(options.result === undefined ? {} : { documents: { result: options.result } }),
        },
        patience,
      )
      if (committed.kind === 'applied') {
        report({
          event: 'changed',
          requestId: id,
          command: command.kind,
          state: next.state.name,
          version: next.version,
        })
        return { kind: 'changed', request: next }
      }
    }
  }

  function commitSurely(commit: Commit, patience: 'person' | 'worker' = 'person'): Promise<CommitOutcome> {
    return patiently(() => store.commit(commit), patience)
  }

  /** A person waits at most about a second; a worker that holds evidence tries for ten minutes. */
  async function patiently<T>(ask: () => Promise<T>, patience: 'person' | 'worker' = 'person'): Promise<T> {
    const giveUpAtMs = performance.now() + (patience === 'person' ? 1_000 : 600_000)
    for (let delayMs = 50; ; delayMs = Math.min(delayMs * 2, 5_000)) {
      try {
        return await ask()
      } catch (error) {
        if (performance.now() + delayMs >= giveUpAtMs) throw new StoreAway(error)
        await new Promise(resolve => setTimeout(resolve, delayMs))
      }
    }
  }

  function speaker(): Chat {
    if (deps.chat === null) throw new Error('This process does not speak to Slack.')
    return deps.chat
  }

  async function mayDecide(userId: string): Promise<boolean> {
    const { approvers } = settings
    if (isApprover(userId, approvers, [])) return true
    const members = await Promise.all(approvers.groups.map(group => speaker().groupMembers(group)))
    return isApprover(userId, approvers, members.flat())
  }

  async function decideRequest(id: RequestId, verdict: 'approve' | 'reject', by: string, note: string) {
    const outcome = await change(id, { kind: 'decide', verdict, by, note, mayDecide: await mayDecide(by) })
    if (outcome.kind === 'changed') pay(id)
    return outcome
  }

  async function cancel(id: RequestId, by: string) {
    const outcome = await change(id, { kind: 'cancel', by })
    if (outcome.kind === 'changed') pay(id)
    return outcome
  }

  async function reviewRefusal(request: ResetRequest, userId: string) {
    const trial = decide(
      request,
      { kind: 'decide', verdict: 'approve', by: userId, note: '', mayDecide: await mayDecide(userId) },
      clock(),
    )
    return trial.ok ? null : trial.refusal
  }

  async function execute(id: RequestId): Promise<void> {
    const { callMs, graceMs } = settings
    const worker = `${processId}/${randomUUID()}`
    // Patience of a worker: if the reply to this commit is lost, only asking again tells whether we may call.
    const started = await change(id, { kind: 'start', worker, callMs, graceMs }, { patience: 'worker' })
    if (started.kind !== 'changed' || started.request.state.name !== 'executing') return
    pay(id)
    const { attempt, startedAtMs, deadlineMs } = started.request.state
    const called = await cluster.resetOffsets(started.request.reset, deadlineMs)
    report({ event: 'called', requestId: id, outcome: called.kind, durationMs: clock() - startedAtMs })
    const { outcome, result } = evidenceOf(started.request, called)
    const retryAfterMs = called.kind === 'notSent' ? called.retryAfterMs : undefined
    await change(
      id,
      { kind: 'finish', worker, attempt, outcome, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) },
      { patience: 'worker', ...(result === undefined ? {} : { result }) },
    )
    pay(id)
  }

  /** Starts paying what this request owes. State and chat have a lane each, so that Slack never holds up an execution. */
  function pay(id: RequestId): void {
    if (deps.chat === null) return
    startLane(id, 'state', isStateDebt)
    startLane(id, 'chat', debt => !isStateDebt(debt))
  }

  function startLane(id: RequestId, lane: string, mine: (debt: Debt) => boolean): void {
    const key = `${lane}:${id}`
    const running = payments.get(key)
    if (running !== undefined) {
      running.again = true
      return
    }
    const payment = { again: true, done: Promise.resolve() }
    payments.set(key, payment)
    payment.done = (async () => {
      try {
        while (payment.again) {
          payment.again = false
          await payAll(id, mine)
        }
      } catch (error) {
        // The lease runs out and the pump comes again.
        report({ event: 'fault', where: `paying ${lane} debts`, requestId: id, error })
      } finally {
        payments.delete(key)
      }
    })()
  }

  async function payAll(id: RequestId, mine: (debt: Debt) => boolean): Promise<void> {
    for (;;) {
      const request = await patiently(() => store.read(id))
      if (request === undefined) return
      const nowMs = clock()
      const debt = owed(request, nowMs).find(candidate => mine(candidate) && candidate.dueAtMs <= nowMs)
      if (debt === undefined) {
        await store.settle(id, request.version, nextDueAt(request, nowMs))
        return
      }
      const outcome = await payOne(request, debt)
      if (outcome !== 'paid') return
    }
  }

  /** `paid` when the record changed, so that the rest can be looked at; `left` when somebody else or time has to act. */
  async function payOne(request: ResetRequest, debt: Debt): Promise<'paid' | 'left'> {
    const { id } = request
    switch (debt.kind) {
      case 'prepare':
        return prepare(request)
      case 'expire':
        return paid(await change(id, { kind: 'expire' }))
      case 'abandon':
        return paid(await change(id, { kind: 'abandon' }))
      case 'dispatch':
        await queue.enqueue(id, debt.number, debt.delayMs)
        return paid(await change(id, { kind: 'dispatched', number: debt.number }))
      case 'checkDispatch': {
        if (await queue.isLive(id, debt.number))
          return paid(await change(id, { kind: 'dispatched', number: debt.number }))
        const number = request.dispatches + 1
        await queue.enqueue(id, number, 0)
        return paid(await change(id, { kind: 'dispatched', number }))
      }
      case 'updateCard':
        return updateCard(request)
      case 'post':
        return post(request, debt.key, debt.look)
      default:
        return debt satisfies never
    }
  }

  async function prepare(request: ResetRequest): Promise<'paid' | 'left'> {
    const { id, state } = request
    if (state.name !== 'preparing') return 'paid'
    const prepared = await lookBeforeAsking(request)
    switch (prepared.kind) {
      case 'read':
        return paid(await change(id, { kind: 'prepare', ...prepared.value }))
      case 'refused':
        return paid(
          await change(id, { kind: 'prepareFailed', cause: `${prepared.message} (code ${prepared.code})` }),
        )
      case 'impossible':
        return paid(await change(id, { kind: 'prepareFailed', cause: prepared.cause }))
      case 'unavailable': {
        if (state.tries + 1 >= PREPARE_TRIES) {
          return paid(await change(id, { kind: 'prepareFailed', cause: prepared.cause }))
        }
        const retryAtMs = clock() + Math.max(prepared.retryAfterMs ?? 0, PREPARE_RETRY_MS)
        return paid(await change(id, { kind: 'prepareLater', retryAtMs }))
      }
      default:
        return prepared satisfies never
    }
  }

  /** The group as it is, and the names of the topics: what a decision needs to be about. */
  async function lookBeforeAsking({
    reset,
    group: seen,
  }: ResetRequest): Promise<
    ReadOutcome<{ group: Group; topics: string[] }> | { kind: 'impossible'; cause: string }
  > {
    const group: ReadOutcome<Group> =
      seen === null ? await reader.group(reset.target) : { kind: 'read', value: seen }
    if (group.kind !== 'read') return group
    if (group.value.state === 'Dead') return { kind: 'impossible', cause: 'there is no such consumer group' }
    const topics: ReadOutcome<string[]> =
      reset.scope === 'allTopics'
        ? await cluster.committedTopics(reset.target)
        : { kind: 'read', value: reset.topics }
    if (topics.kind !== 'read') return topics
    if (topics.value.length === 0) {
      return { kind: 'impossible', cause: 'the group has no committed offsets on any topic' }
    }
    return { kind: 'read', value: { group: group.value, topics: topics.value } }
  }

  async function updateCard(request: ResetRequest): Promise<'paid' | 'left'> {
    const { id, revision } = request
    const outcome = await speaker().updateCard(request)
    reportPost(request, 'cardUpdate', outcome)
    switch (outcome.kind) {
      case 'posted':
      case 'refused':
        // A card that cannot be changed any more must not hold up the replies under it.
        return paid(await change(id, { kind: 'cardShown', revision }))
      case 'later':
        return paid(await change(id, { kind: 'cardLater', retryAtMs: clock() + outcome.afterMs }))
      case 'unknown':
        return paid(await change(id, { kind: 'cardLater', retryAtMs: clock() + 2_000 }))
      default:
        return outcome satisfies never
    }
  }

  async function post(request: ResetRequest, key: PostKey, look: boolean): Promise<'paid' | 'left'> {
    const { id } = request
    if (look) {
      const found = await speaker().find(request, key)
      if (found.kind === 'found' && found.ts !== null) {
        return paid(await change(id, { kind: 'posted', key, ts: found.ts, revision: 0 }))
      }
      if (found.kind === 'later' || found.kind === 'unknown') {
        // Still not known whether it is there: keep the claim, so that the next try looks again.
        const untilMs = clock() + (found.kind === 'later' ? found.afterMs : CLAIM_MS)
        return paid(await change(id, { kind: 'claimPost', key, by: processId, untilMs }))
      }
    }
    const untilMs = clock() + CLAIM_MS
    const claim = await change(id, { kind: 'claimPost', key, by: processId, untilMs })
    if (claim.kind !== 'changed') return 'left'
    const result =
      key === 'result' || key === 'csv' ? await patiently(() => store.readDocument(id, 'result')) : undefined
    const outcome = await speaker().post(claim.request, key, result, untilMs)
    reportPost(request, key, outcome)
    switch (outcome.kind) {
      case 'posted':
        return paid(
          await change(id, { kind: 'posted', key, ts: outcome.ts, revision: claim.request.revision }),
        )
      case 'later':
        return paid(await change(id, { kind: 'postLater', key, retryAtMs: clock() + outcome.afterMs }))
      case 'refused': {
        const retryAtMs = clock() + REFUSED_POST_RETRY_MS
        return paid(await change(id, { kind: 'postRefused', key, code: outcome.code, retryAtMs }))
      }
      case 'unknown':
        return 'left'
      default:
        return outcome satisfies never
    }
  }

  function reportPost(request: ResetRequest, key: PostKey | 'cardUpdate', outcome: ChatOutcome): void {
    const detail = 'cause' in outcome ? outcome.cause : 'code' in outcome ? outcome.code : ''
    report({ event: 'posted', requestId: request.id, key, outcome: outcome.kind, detail })
  }

  async function payDue(limit: number): Promise<number> {
    const nowMs = clock()
    const ids = await store.takeDue(nowMs, nowMs + LEASE_MS, limit)
    for (const id of ids) pay(id)
    return ids.length
  }

  async function payForgotten(): Promise<number> {
    const ids = await store.findForgotten()
    for (const id of ids) pay(id)
    return ids.length
  }

  async function idle(): Promise<void> {
    while (payments.size > 0) await Promise.all([...payments.values()].map(payment => payment.done))
  }

  return {
    submit: submitRequest,
    read: id => patiently(() => store.read(id)),
    openRequests: limit => patiently(() => store.openRequests(limit)),
    reviewRefusal,
    decide: decideRequest,
    cancel,
    execute,
    payDue,
    payForgotten,
    idle,
  }
}

function isStateDebt(debt: Debt): boolean {
  return debt.kind !== 'post' && debt.kind !== 'updateCard'
}

function paid(outcome: ChangeOutcome): 'paid' | 'left' {
  return outcome.kind === 'changed' ? 'paid' : 'left'
}

/** What is kept of a call: the outcome in the record, the rows beside it. */
function evidenceOf(
  request: ResetRequest,
  called: CallOutcome,
): { outcome: Outcome; result?: PartitionResult[] } {
  switch (called.kind) {
    case 'done': {
      const result = resultOf(request.reset.topics, called.topics)
      return { outcome: { kind: 'done', counts: countsOf(result), rows: result.length }, result }
    }
    case 'refused':
      return { outcome: called }
    case 'notSent':
    case 'unknown':
      return { outcome: { kind: called.kind, cause: called.cause } }
    default:
      return called satisfies never
  }
}

// The story: submit, decide, cancel, execute. Every change goes read → decide → commit, and nothing is acted on but the
// record; what the outside is owed afterwards is paid by debts.ts.

import { randomUUID } from 'node:crypto'
import { createChanges } from './changes.ts'
import { createDebts, type Debts } from './debts.ts'
import type {
  Approvals,
  Chat,
  Clock,
  Cluster,
  ClusterReader,
  Report,
  Store,
  Submittal,
  WorkQueue,
} from './ports.ts'
import { decide } from './request/decide.ts'
import { type Approvers, isApprover } from './request/policy.ts'
import type { Outcome, RequestId, ResetRequest } from './request/request.ts'
import { type CallOutcome, countsOf, type PartitionResult, resultOf } from './request/result.ts'

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

export interface ApprovalsService extends Approvals, Omit<Debts, 'pay'> {
  /** Carries out one approved request, at most once, whoever else is asked to. */
  execute(id: RequestId): Promise<void>
}

export function createApprovals(deps: ApprovalsDeps, settings: ApprovalsSettings): ApprovalsService {
  const { store, cluster, chat, clock, report, processId } = deps
  const changes = createChanges(deps)
  const { change, patiently } = changes
  const debts = chat === null ? NO_DEBTS : createDebts({ ...deps, chat, changes })
  const { pay } = debts

  async function submitRequest(submittal: Submittal): Promise<ResetRequest> {
    const { submissionId, ...asked } = submittal
    const channel = settings.approvalsChannel ?? asked.askedIn
    const expiresAtMs = clock() + settings.requestExpiryMs
    const request = await changes.create({ ...asked, channel, expiresAtMs }, submissionId)
    pay(request.id)
    return request
  }

  async function mayDecide(userId: string): Promise<boolean> {
    const { approvers } = settings
    if (isApprover(userId, approvers, [])) return true
    if (chat === null) return false
    const members = await Promise.all(approvers.groups.map(group => chat.groupMembers(group)))
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

  const { payDue, payForgotten, idle } = debts
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

/** A worker apart owes nobody anything: the bots look after the record it leaves. */
const NO_DEBTS: Debts = {
  pay: () => {},
  payDue: async () => 0,
  payForgotten: async () => 0,
  idle: async () => {},
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

// The story: submit, look, decide, cancel, follow up. Every change goes read → decide → commit, and nothing is acted on
// but the record; executions.ts carries out what was approved, debts.ts pays what the outside is owed afterwards.

import { z } from 'zod'
import type {
  Approvals,
  Chat,
  Clock,
  Cluster,
  ClusterReader,
  Look,
  Report,
  Store,
  Submittal,
  Vote,
  WorkQueue,
} from '../ports.ts'
import { type Command, NOWHERE, type PolicyVerdict } from '../request/command.ts'
import { decide } from '../request/decide.ts'
import { differenceSchema } from '../request/drift.ts'
import { didNothing, retryOf, undoOf } from '../request/follow-up.ts'
import {
  type Approvers,
  type GroupMembers,
  noLongerApprovers,
  type SkipLimits,
  verdictOn,
} from '../request/policy.ts'
import type { RequestId, ResetRequest } from '../request/request.ts'
import { createChanges } from './changes.ts'
import { createDebts, type Debts } from './debts.ts'
import { createExecutions, type ExecutionSettings } from './executions.ts'
import { createPlans } from './plans.ts'
import { within } from './sights.ts'
import { lookBack } from './verifications.ts'

export interface ApprovalsDeps {
  store: Store
  queue: WorkQueue
  cluster: Cluster
  readers: {
    /** For people who wait in front of a modal: quick. */
    person: ClusterReader
    /** For plans: patient, and giving way to executions. */
    plan: ClusterReader
    /** For executions: patient, and with the whole budget. */
    execution: ClusterReader
  }
  /** Null in a worker apart: it executes, and leaves what is owed to the bots, which have the Slack token. */
  chat: Chat | null
  clock: Clock
  report: Report
  /** Names this process in claims and executions. */
  processId: string
}

export interface ApprovalsSettings extends ExecutionSettings {
  approvers: Approvers
  /** Where cards go; null: the channel the command was typed in. */
  approvalsChannel: string | null
  /** Where that goes which Slack does not take there; null: nowhere but to the log. */
  fallbackChannel: string | null
  skipLimits: SkipLimits
}

export interface ApprovalsService extends Approvals, Omit<Debts, 'pay'> {
  /** Carries out one approved request, at most once, whoever else is asked to. */
  execute(id: RequestId): Promise<void>
}

/** The starts of so many topics' logs can be read while a modal is open, and while one is being sent. */
const LOG_TOPICS = { opened: 12, submitted: 2 } as const
/** Slack gives three seconds for an answer to a sent modal: a look that takes longer is left to the execution. */
const SUBMITTED_LOOK_MS = 1_000
/** Slack holds up no execution: who cannot be looked up in this time keeps their approval. */
const POLICY_LOOK_MS = 1_000

export function createApprovals(deps: ApprovalsDeps, settings: ApprovalsSettings): ApprovalsService {
  const { store, chat, clock, readers } = deps
  const changes = createChanges(deps)
  const { change, read, patiently } = changes
  const plans = createPlans({ store, clock, limits: settings.skipLimits, reader: readers.plan })
  const reader = readers.execution
  const debts =
    chat === null
      ? NO_DEBTS
      : createDebts({
          ...deps,
          chat,
          changes,
          plans,
          lookBack: request => lookBack(request, { plans, reader }),
          noLongerApprovers: request => within(POLICY_LOOK_MS, expelled(request), []),
          requestExpiryMs: settings.requestExpiryMs,
          graceMs: settings.graceMs,
        })
  const { pay } = debts
  const execute = createExecutions({ ...deps, changes, plans, reader, pay }, settings)

  async function submitRequest(submittal: Submittal): Promise<ResetRequest> {
    const { submissionId, targets, ...asked } = submittal
    const channel = settings.approvalsChannel ?? asked.askedIn
    const expiresAtMs = clock() + settings.requestExpiryMs
    const documents = targets === null ? {} : { targets }
    const request = await changes.create(
      { ...asked, channel, elsewhere: settings.fallbackChannel, expiresAtMs },
      submissionId,
      documents,
    )
    pay(request.id)
    return request
  }

  async function membersOf(groups: readonly string[], as: 'now' | 'lately'): Promise<GroupMembers> {
    if (chat === null) return new Map()
    return new Map(
      await Promise.all(groups.map(async group => [group, await chat.groupMembers(group, as)] as const)),
    )
  }

  async function policyFor(userId: string, as: 'now' | 'lately' = 'now'): Promise<PolicyVerdict> {
    const { approvers } = settings
    const named = verdictOn(userId, approvers, new Map())
    return named.verdict === 'allow'
      ? named
      : verdictOn(userId, approvers, await membersOf(approvers.groups, as))
  }

  async function expelled({ votes }: ResetRequest): Promise<string[]> {
    const { approvers } = settings
    const voters = votes.map(({ by }) => by).filter(by => !approvers.users.includes(by))
    return voters.length === 0
      ? []
      : noLongerApprovers(voters, approvers, await membersOf(approvers.groups, 'now'))
  }

  /** When the world has moved, the request goes back to be planned anew, whoever noticed. */
  async function lookAgain(request: ResetRequest, at: 'opened' | 'submitted', ms: number): Promise<Look> {
    const { id, plan } = request
    const seen = await within(ms, plans.compare(request, readers.person, LOG_TOPICS[at]), TOO_SLOW)
    if (plan === null || seen.kind !== 'compared') {
      return {
        kind: 'notSeen',
        cause: seen.kind === 'refused' ? seen.message : 'CKafka did not answer in time',
      }
    }
    const { drift, sight } = seen
    if (drift.verdict !== 'material') return { kind: 'holds', verdict: drift.verdict, group: sight.group }
    const { differences } = drift
    await changeAndPay(id, {
      kind: 'drifted',
      at,
      digest: plan.digest,
      differences: z.encode(z.array(differenceSchema), differences),
      expiryMs: settings.requestExpiryMs,
    })
    return { kind: 'moved', differences }
  }

  async function decideRequest(id: RequestId, vote: Vote) {
    const command = { kind: 'decide', ...vote, policy: await policyFor(vote.by) } as const
    const request = await read(id)
    // Only a vote that would count is worth a look at the cluster; a rejection needs none.
    if (request !== undefined && vote.verdict === 'approve' && decide(request, command, clock()).ok) {
      await lookAgain(request, 'submitted', SUBMITTED_LOOK_MS)
    }
    return changeAndPay(id, command)
  }

  async function changeAndPay(id: RequestId, command: Command) {
    const outcome = await change(id, command)
    if (outcome.kind === 'changed') pay(id)
    return outcome
  }

  async function reviewRefusal(request: ResetRequest, userId: string) {
    const trial = decide(
      request,
      {
        kind: 'decide',
        verdict: 'approve',
        by: userId,
        note: '',
        policy: await policyFor(userId, 'lately'),
        from: NOWHERE,
        digest: request.plan?.digest ?? '',
        typedGroup: request.reset.target.group,
      },
      clock(),
    )
    return trial.ok ? null : trial.refusal
  }

  async function followUps(request: ResetRequest, kind: 'undo' | 'retry') {
    const { id, reset } = request
    if (kind === 'retry' && didNothing(request)) {
      const targets = (await patiently(() => store.readDocument(id, 'targets'))) ?? null
      const { length: partitions } = await patiently(() => plans.rows(request))
      return { possible: [{ reset, targets, partitions }], impossible: [] }
    }
    const result = await patiently(() => store.readDocument(id, 'result'))
    if (result === undefined) return null
    const { can } = readers.plan
    return kind === 'undo' ? undoOf(reset, result, can) : retryOf(reset, result, can)
  }

  const { payDue, payForgotten, idle } = debts
  return {
    submit: submitRequest,
    read,
    readPlan: request => patiently(() => plans.rows(request)),
    openRequests: limit => patiently(() => store.openRequests(limit)),
    reviewRefusal,
    lookAgain,
    decide: decideRequest,
    cancel: async (id, by, from) =>
      changeAndPay(id, { kind: 'cancel', by, policy: await policyFor(by), from }),
    checkAgain: (id, attempt, by, from) => changeAndPay(id, { kind: 'checkAgain', attempt, by, from }),
    testify: async (id, testimony) =>
      changeAndPay(id, { kind: 'testify', ...testimony, policy: await policyFor(testimony.by) }),
    followUps,
    execute,
    payDue,
    payForgotten,
    idle,
  }
}

/** Of a question that nobody asked in Slack. */
const TOO_SLOW = { kind: 'unavailable', cause: 'CKafka did not answer in time' } as const

/** A worker apart owes nobody anything: the bots look after the record it leaves. */
const NO_DEBTS: Debts = {
  pay: () => {},
  payDue: async () => 0,
  payForgotten: async () => 0,
  idle: async () => {},
}

// The story: submit, look, decide, cancel, follow up. Every change goes read → decide → commit, and nothing is acted on
// but the record; submissions.ts begins a request, acts-offered.ts says which buttons somebody is shown, executions.ts carries
// out what was approved, debts.ts pays what the outside is owed afterwards.

import { z } from 'zod'
import type { Approvals, ChangeOutcome, GlassBreaking, Gone, Look, Vote } from '../ports/approvals.ts'
import type { Chat, People } from '../ports/chat.ts'
import type { Clock } from '../ports/clock.ts'
import type { Cluster, ClusterReader, WatchRate } from '../ports/cluster.ts'
import type { Report } from '../ports/events.ts'
import type { SendingRate, Store } from '../ports/store.ts'
import type { Tracing } from '../ports/tracing.ts'
import type { WorkQueue } from '../ports/work-queue.ts'
import { causeOf } from '../request/cause.ts'
import type { Command, PersonsCommand, PolicyVerdict } from '../request/command.ts'
import { decide } from '../request/decide.ts'
import { differenceSchema } from '../request/drift.ts'
import { didNothing, retryOf, undoOf } from '../request/follow-up.ts'
import type { Abilities } from '../request/group.ts'
import type { ActKind } from '../request/permissions.ts'
import type { PlanRow } from '../request/plan-rows.ts'
import type { Policy } from '../request/policy.ts'
import type { RequestId, ResetRequest } from '../request/request.ts'
import type { Seals } from '../request/seals.ts'
import { writeTime } from '../request/write-time.ts'
import { createTrials } from './acts-offered.ts'
import { createChanges } from './changes.ts'
import { createDebts, type Debts } from './debts.ts'
import { createExecutions, type ExecutionSettings } from './executions.ts'
import { createFollowers } from './followers.ts'
import { createKeptRows } from './kept-rows.ts'
import { createMovers } from './moved-by.ts'
import { StoreAway } from './patience.ts'
import { createPlans } from './plans.ts'
import { createPolicies } from './policies.ts'
import { createRates } from './rates.ts'
import { createSubmissions, type SubmissionsSettings } from './submissions.ts'
import { lookBack } from './verifications.ts'
import { createWatches } from './watches.ts'
import { within } from './within.ts'

export interface ApprovalsDeps {
  store: Store
  rate: SendingRate
  queue: WorkQueue
  cluster: Cluster
  readers: {
    /** For people who wait in front of a modal: quick. */
    person: ClusterReader
    /** For plans: patient, and giving way to executions. */
    plan: ClusterReader
    /** For executions: patient, and with the whole budget. */
    execution: ClusterReader
    /** For looks after a reset, giving way to all of them; absent: as for plans. */
    watch?: ClusterReader
  }
  /** How often those may be; absent: as often as they are due. */
  watchRate?: WatchRate
  /** Null in a worker apart: it executes, and leaves what is owed to the bots, which have the Slack token. */
  chat: Chat | null
  /** Null where there is no Slack: whose night it is is not known then. */
  people: People | null
  /** As it is now: the file may have been edited. */
  policy: () => Policy
  clock: Clock
  report: Report
  /** Absent: nothing is traced. */
  tracing?: Tracing
  /** Whether an instance is a cluster that is spoken to by Kafka's own protocol; absent: none is. */
  isKafka?: (instanceId: string) => boolean
  /** With the key that Redis does not have; null or absent: nothing is sealed. */
  seals?: Seals | null
  /** Names this process in claims and executions. */
  processId: string
}

export type ApprovalsSettings = ExecutionSettings & SubmissionsSettings

export interface ApprovalsService extends Approvals, Omit<Debts, 'pay'> {
  /** Carries out one approved request, at most once, whoever else is asked to. */
  execute(id: RequestId): Promise<void>
  /** Before the process ends: see executions.ts. */
  stopWriting(withinMs: number): void
  /** Asks the policy again about every open request, after it was edited. */
  reconsiderOpen(): Promise<void>
}

/**
 * The starts of so many topics' logs can be read while a modal is open, and while one is being sent. They only move up,
 * slowly, and the look before the execution reads them all: a young plan is gone by as it is.
 */
const LOG_TOPICS = { opened: 12, submitted: 2 } as const
const LOGS_SERVE_MS = 60_000
/** Slack gives three seconds for an answer to a sent modal: a look that takes longer is left to the execution. */
const SUBMITTED_LOOK_MS = 1_000
/** Open requests that are looked through when the policy has changed, and so many of them at once. */
const RECONSIDERED = 1_000
const RECONSIDERED_AT_ONCE = 20

const AS_OFTEN_AS_DUE: WatchRate = { take: async () => ({ ok: true }) }

const ALL: Abilities = { logStart: true, firstMessageAt: true, writePartitions: true }

export function createApprovals(deps: ApprovalsDeps, settings: ApprovalsSettings): ApprovalsService {
  const { store, chat, clock, readers, report } = deps
  const changes = createChanges(deps)
  const { change, read, patiently } = changes
  const { requestExpiryMs, instances } = settings
  const policies = createPolicies({ ...deps, instances, requestExpiryMs })
  const kept = createKeptRows({ store, seals: deps.seals ?? null })
  const movers = createMovers({ store, kept, patiently })
  const rates = createRates({ store, kept, clock })
  const plans = createPlans({
    store,
    kept,
    movers,
    clock,
    guardFor: policies.guardFor,
    reader: readers.plan,
    emptyHoldMs: settings.emptyHoldMs,
    writeTimeOf: (instanceId, writes) =>
      writeTime(writes, deps.cluster.writePaceOf(instanceId), settings.callMs),
  })
  const followers = createFollowers({ store, kept, patiently })
  const reader = readers.execution
  const debts =
    chat === null
      ? NO_DEBTS
      : createDebts({
          ...deps,
          chat,
          changes,
          plans,
          kept,
          movers,
          followers,
          lookBack: request => lookBack(request, { plans, kept, reader }),
          reconsider: policies.reconsider,
          membersOf: policies.membersOf,
          graceMs: settings.graceMs,
          requestExpiryMs: settings.requestExpiryMs,
          watches: createWatches({
            ...{ store, kept, patiently, clock },
            reader: readers.watch ?? readers.plan,
            rate: deps.watchRate ?? AS_OFTEN_AS_DUE,
          }),
          ...(settings.watchMs === undefined ? {} : { watchMs: settings.watchMs }),
        })
  const { pay } = debts
  const { execute, stopWriting } = createExecutions(
    { ...deps, changes, plans, movers, reader, pay },
    settings,
  )

  const { submit, fileRefusal, recordAttempt } = createSubmissions(
    { ...deps, changes, policies, followers, whyGone, pay },
    settings,
  )
  const { reviewRefusal, modalRefusal, actsOpenTo } = createTrials({ changes, policies, clock })

  async function whyGone(id: RequestId): Promise<Gone> {
    return { exportedAtMs: await patiently(() => store.exportedAt(id)) }
  }

  /** Of a request that is not there whoever acted on it is told why. */
  async function explained(id: RequestId, done: Promise<ChangeOutcome>): Promise<ChangeOutcome> {
    const outcome = await done
    return outcome.kind === 'missing' ? { ...outcome, ...(await whyGone(id)) } : outcome
  }

  /** Before anybody acts on it: the policy may say something else than when it was last asked. */
  async function reconsidered(id: RequestId): Promise<ResetRequest | undefined> {
    const request = await read(id)
    if (request === undefined) return undefined
    const command = await policies.reconsider(request)
    if (command === null) return request
    const outcome = await changeAndPay(id, command)
    return outcome.kind === 'missing' ? undefined : outcome.request
  }

  /** All that wait for somebody, after the policy was edited. */
  async function reconsiderOpen(): Promise<void> {
    const { requests } = await patiently(() => store.openRequests(RECONSIDERED))
    for (let from = 0; from < requests.length; from += RECONSIDERED_AT_ONCE) {
      await Promise.all(
        requests.slice(from, from + RECONSIDERED_AT_ONCE).map(async ({ id }) => {
          try {
            await reconsidered(id)
          } catch (error) {
            if (error instanceof StoreAway) throw error
            // A record that cannot be read keeps no edit from the others.
            report({ event: 'fault', where: 'policy', requestId: id, error })
          }
        }),
      )
    }
  }

  /**
   * When the world has moved, the request goes back to be planned anew, whoever noticed.
   * @param rows of its plan, where they have been read
   */
  async function lookAgain(
    request: ResetRequest,
    at: 'opened' | 'submitted',
    ms: number,
    rows?: PlanRow[],
  ): Promise<Look> {
    const { id, plan } = request
    const isYoung = plan !== null && Math.abs(clock() - plan.atMs) < LOGS_SERVE_MS
    const logTopics = isYoung ? 0 : LOG_TOPICS[at]
    const seen = await within(ms, plans.compare(request, readers.person, logTopics, rows), TOO_SLOW)
    if (seen.kind === 'notWhole') return { kind: 'notSeen', cause: causeOf('planNotWhole') }
    if (plan === null || seen.kind !== 'compared') {
      return {
        kind: 'notSeen',
        cause: seen.kind === 'refused' ? seen.message : causeOf('slowCluster'),
      }
    }
    const { drift, observation } = seen
    if (drift.verdict !== 'material') {
      const { verdict } = drift
      const isReading = at === 'opened' && verdict === 'consuming'
      const rehearsal = isReading ? await rates.sincePlan(request, seen.rows, observation) : null
      return {
        ...{ kind: 'holds', verdict, group: observation.group },
        ...(rehearsal === null ? {} : { rehearsal }),
      }
    }
    const { differences } = drift
    await changeAndPay(id, {
      kind: 'drifted',
      at,
      digest: plan.digest,
      differences: z.encode(z.array(differenceSchema), differences),
      expiryMs: request.guard.expiryMs ?? settings.requestExpiryMs,
    })
    return { kind: 'moved', differences }
  }

  async function decideRequest(id: RequestId, vote: Vote) {
    const request = await reconsidered(id)
    if (request === undefined) return { kind: 'missing' } as const
    const command = {
      kind: 'decide',
      ...vote,
      ...(await policies.may(request, 'decide', vote.by, 'now')),
    } as const
    // Only a vote that would count is worth a look at the cluster; a rejection needs none.
    if (vote.verdict === 'approve' && decide(request, command, clock()).ok) {
      const rows = await wholeRows(request)
      if (rows === null) return refusedAsNotWhole(request, command)
      await lookAgain(request, 'submitted', SUBMITTED_LOOK_MS, rows)
    }
    return changeAndPay(id, command)
  }

  /** What was shown of the plan, and would run; null where that is not what its digest stands for. */
  async function wholeRows(request: ResetRequest): Promise<PlanRow[] | null> {
    return (await patiently(() => plans.rows(request))) ?? null
  }

  async function refusedAsNotWhole(request: ResetRequest, command: PersonsCommand) {
    const refusal = 'planNotWhole'
    await changes.keepRefusal(request.id, command, refusal)
    return { kind: 'refused', refusal, request } as const
  }

  async function breakGlass(id: RequestId, { by, ...broken }: GlassBreaking) {
    const request = await reconsidered(id)
    if (request === undefined) return { kind: 'missing' } as const
    const { policy } = await policies.may(request, 'breakGlass', by, 'now')
    const command = { kind: 'breakGlass', by, ...broken, policy } as const
    if (decide(request, command, clock()).ok) {
      const rows = await wholeRows(request)
      if (rows === null) return refusedAsNotWhole(request, command)
      await lookAgain(request, 'submitted', SUBMITTED_LOOK_MS, rows)
    }
    return changeAndPay(id, command)
  }

  /** What leads to no call by itself: the policy is asked whether they may, and the record is left as it is. */
  async function act(
    id: RequestId,
    kind: ActKind,
    by: string,
    commandUnder: (policy: PolicyVerdict) => Command,
  ): Promise<ChangeOutcome> {
    const request = await read(id)
    if (request === undefined) return { kind: 'missing', ...(await whyGone(id)) }
    const { policy } = await policies.may(request, kind, by, 'now')
    return changeAndPay(id, commandUnder(policy))
  }

  async function changeAndPay(id: RequestId, command: Command) {
    const outcome = await change(id, command)
    if (outcome.kind === 'changed') pay(id)
    return outcome
  }

  async function followUps(request: ResetRequest, kind: 'undo' | 'retry') {
    const { id, reset } = request
    if (kind === 'retry' && didNothing(request)) {
      const isOfOffsets = reset.strategy.kind === 'offsets'
      const targets = isOfOffsets ? await patiently(() => kept.targets(request)) : undefined
      if (targets === null) return 'notWhole'
      // Not kept any more: without them it would be another request.
      if (isOfOffsets && targets === undefined) return null
      const found = await followers.of(request)
      const { by = [], open = [] } = found?.retry ?? {}
      if (by.length + open.length > 0) return { possible: [], impossible: [], by, open }
      const partitions = request.plan?.partitions ?? 0
      return { possible: [{ reset, targets: targets ?? null, partitions }], impossible: [] }
    }
    const result = await patiently(() => kept.result(id))
    if (result === undefined) return null
    const found = result === null ? null : await followers.of(request)
    if (result === null || found === null) return 'notWhole'
    const able = await readers.plan.abilitiesOf(reset.target.instanceId)
    // Of a cluster that cannot be told now as much is offered as there may be; the plan refuses what it cannot.
    const can = able.kind === 'read' ? able.value : ALL
    const { undo, retry } = found
    if (kind === 'undo') return { ...undoOf(reset, result, can, undo.free), by: undo.by, open: undo.open }
    return { ...retryOf(reset, result, can, retry.left), by: retry.by, open: retry.open }
  }

  const { payDue, payForgotten, idle } = debts
  return {
    submit,
    fileRefusal,
    read,
    readPlan: request => orNone(patiently(() => plans.rows(request))),
    readResult: ({ id }) => orNone(patiently(() => kept.result(id))),
    list: (filter, limit, before) => patiently(() => store.list(filter, limit, before)),
    history: (target, limit, before) =>
      patiently(() => store.list({ of: { kind: 'target', target }, part: 'any' }, limit, before)),
    reviewRefusal,
    glassRefusal: (request, by, from) => modalRefusal(request, 'breakGlass', by, from),
    afterwardsRefusal: (request, by, from) => modalRefusal(request, 'review', by, from),
    actsOpenTo,
    changeCount: () => store.changeCount(),
    lookAgain,
    whyGone,
    decide: (id, vote) => explained(id, decideRequest(id, vote)),
    withdraw: (id, by, from) => act(id, 'withdraw', by, () => ({ kind: 'withdraw', by, from })),
    breakGlass: (id, breaking) => explained(id, breakGlass(id, breaking)),
    review: (id, { by, note, from }) =>
      act(id, 'review', by, policy => ({ kind: 'review', by, note, policy, from })),
    cancel: (id, by, from) => act(id, 'cancel', by, policy => ({ kind: 'cancel', by, policy, from })),
    checkAgain: (id, attempt, by, from) =>
      act(id, 'checkAgain', by, () => ({ kind: 'checkAgain', attempt, by, from })),
    testify: (id, testimony) =>
      act(id, 'testify', testimony.by, policy => ({ kind: 'testify', ...testimony, policy })),
    reconsiderOpen,
    followUps,
    readTargets: async request => (await patiently(() => kept.targets(request))) ?? null,
    async keepsTargets(request) {
      const targets = await patiently(() => kept.targets(request))
      return targets === undefined ? 'gone' : targets === null ? 'notWhole' : 'kept'
    },
    recordAttempt,
    execute,
    stopWriting,
    payDue,
    payForgotten,
    idle,
  }
}

async function orNone<T>(read: Promise<T[] | null | undefined>): Promise<T[] | null> {
  const rows = await read
  return rows === undefined ? [] : rows
}

/** Of a question that nobody asked in Slack. */
const TOO_SLOW = { kind: 'unavailable', cause: causeOf('slowCluster') } as const

/** A worker apart owes nobody anything: the bots look after the record it leaves. */
const NO_DEBTS: Debts = {
  pay: () => {},
  payDue: async () => 0,
  payForgotten: async () => 0,
  idle: async () => {},
}

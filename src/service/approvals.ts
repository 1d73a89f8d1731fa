// The story: submit, look, decide, cancel, follow up. Every change goes read → decide → commit, and nothing is acted on
// but the record; executions.ts carries out what was approved, debts.ts pays what the outside is owed afterwards.

import { z } from 'zod'
import type {
  Approvals,
  ChangeOutcome,
  GlassBreaking,
  Gone,
  Look,
  Submittal,
  Submitted,
  Vote,
} from '../ports/approvals.ts'
import type { Chat, People } from '../ports/chat.ts'
import type { Clock } from '../ports/clock.ts'
import type { Cluster, ClusterReader, WatchRate } from '../ports/cluster.ts'
import type { Report } from '../ports/events.ts'
import type { Attempt, SendingRate, Store, TooMany } from '../ports/store.ts'
import type { Tracing } from '../ports/tracing.ts'
import type { WorkQueue } from '../ports/work-queue.ts'
import { causeOf } from '../request/cause.ts'
import {
  type Command,
  NOWHERE,
  type Origin,
  type PersonsCommand,
  type PolicyVerdict,
} from '../request/command.ts'
import { decide } from '../request/decide.ts'
import { digestOfTargets, keyOfFollowUp } from '../request/digest.ts'
import { differenceSchema } from '../request/drift.ts'
import { didNothing, retryOf, undoOf } from '../request/follow-up.ts'
import type { Abilities } from '../request/group.ts'
import { ACTS, type ActKind, isAct } from '../request/permissions.ts'
import type { PlanRow } from '../request/plan.ts'
import { guardUnder, type Policy } from '../request/policy.ts'
import { isHeld, owesReview, type RequestId, type ResetRequest } from '../request/request.ts'
import type { Seals } from '../request/seals.ts'
import { writeTime } from '../request/write-time.ts'
import { createChanges, StoreAway } from './changes.ts'
import { createDebts, type Debts } from './debts.ts'
import { createExecutions, type ExecutionSettings } from './executions.ts'
import { createFollowers } from './followers.ts'
import { createKeptRows } from './kept-rows.ts'
import { createMovers } from './movers.ts'
import { createPlans } from './plans.ts'
import { createPolicies } from './policies.ts'
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

export interface ApprovalsSettings extends ExecutionSettings {
  /** Where cards go; null: the channel the command was typed in. */
  approvalsChannel: string | null
  /** Where that goes which Slack does not take there; null: nowhere but to the log. */
  fallbackChannel: string | null
  /** So many requests may be open, of one person and in all; null: any number. */
  mostOpen: { ofRequester: number | null; inAll: number | null }
}

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

  async function submitRequest(submittal: Submittal): Promise<Submitted> {
    const { submissionId, targets, cardIn, ...asked } = submittal
    const { reset, requester, askedIn } = asked
    const { target, topics } = reset
    const from = { channel: askedIn, message: null }
    const command = `submit ${target.instanceId} ${target.group}`
    const tooOften = await patiently(() => deps.rate.take('submission', requester))
    if (tooOften !== null) return tooMany(requester, command, from, { kind: 'tooOften', ...tooOften })
    const ruled = await policies.ruling({ target, topics, requester, channel: askedIn }, 'now')
    if (ruled.kind === 'refused') {
      const { kind: _, ...ruling } = ruled
      void recordAttempt({ atMs: clock(), by: requester, command, refusal: ruling.why, from })
      return { kind: 'notAllowed', ruling }
    }
    const { rule } = ruled
    const { parent } = asked
    const how = parent === null || parent.kind === 'edit' ? null : parent.kind
    const alike = how === null ? null : await followers.alike(asked)
    if (how !== null && parent !== null && alike !== null && alike.open.length > 0)
      return { kind: 'followed', how, id: parent.id, by: alike.open }
    // Two who ask for the same at once have seen the same newest one: that makes it one submission.
    const documents = targets === null ? {} : { targets }
    const { mostOpen } = settings
    const created = await changes.create(
      {
        ...asked,
        ...(deps.isKafka?.(target.instanceId) ? { cluster: 'kafka' as const } : {}),
        ...(targets === null ? {} : { targetsDigest: digestOfTargets(targets) }),
        channel: rule.card ?? settings.approvalsChannel ?? cardIn,
        elsewhere: settings.fallbackChannel,
        expiresAtMs: clock() + (rule.expiryMs ?? settings.requestExpiryMs),
        guard: guardUnder(rule, deps.policy().version, null),
      },
      alike === null ? submissionId : submissionOfFollowUp(submittal, alike.newest),
      { documents, mostOpen },
    )
    if (created.kind === 'gone') return { ...created, ...(await whyGone(created.id)) }
    if (created.kind === 'full') {
      const { of, open } = created
      return tooMany(requester, command, from, {
        kind: of === 'person' ? 'tooManyOpen' : 'tooManyInAll',
        most: (of === 'person' ? mostOpen.ofRequester : mostOpen.inAll) ?? open,
        open,
      })
    }
    const { request, isEarlier } = created
    if (isEarlier && how !== null && parent !== null && request.requester !== requester)
      return { kind: 'followed', how, id: parent.id, by: [request.id] }
    pay(request.id)
    return { kind: 'submitted', request }
  }

  async function whyGone(id: RequestId): Promise<Gone> {
    return { exportedAtMs: await patiently(() => store.exportedAt(id)) }
  }

  /** Of a request that is not there whoever acted on it is told why. */
  async function explained(id: RequestId, done: Promise<ChangeOutcome>): Promise<ChangeOutcome> {
    const outcome = await done
    return outcome.kind === 'missing' ? { ...outcome, ...(await whyGone(id)) } : outcome
  }

  function tooMany(by: string, command: string, from: Origin, found: TooMany) {
    void recordAttempt({ atMs: clock(), by, command, refusal: found.kind, from })
    return { kind: 'tooMany', tooMany: found } as const
  }

  async function fileRefusal(userId: string, from: Origin) {
    const found = await patiently(() => deps.rate.take('file', userId))
    if (found !== null) {
      void recordAttempt({
        atMs: clock(),
        by: userId,
        command: 'attached file',
        refusal: 'tooManyFiles',
        from,
      })
    }
    return found
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
    if (drift.verdict !== 'material')
      return { kind: 'holds', verdict: drift.verdict, group: observation.group }
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

  async function reviewRefusal(request: ResetRequest, userId: string, from?: Origin) {
    const command = {
      kind: 'decide',
      // What is held can be rejected, and the modal says what it waits for.
      verdict: isHeld(request) ? 'reject' : 'approve',
      by: userId,
      note: '–',
      ...(await policies.may(request, 'decide', userId, 'lately')),
      from: from ?? NOWHERE,
      digest: request.plan?.digest ?? '',
      typedGroup: request.reset.target.group,
    } as const
    const trial = decide(request, command, clock())
    // They can still reject it.
    if (trial.ok || trial.refusal === 'withdrawnOften') return null
    // Who is refused the modal never gets to send it.
    if (from !== undefined) await changes.keepRefusal(request.id, command, trial.refusal)
    return trial.refusal
  }

  /** As if they did it now, to the record as it stands, with everything typed that is asked for. */
  async function trialOf(
    request: ResetRequest,
    kind: Exclude<ActKind, 'decide'>,
    by: string,
    from: Origin,
  ): Promise<PersonsCommand> {
    const { state, plan, reset } = request
    const { policy } = await policies.may(request, kind, by, 'lately')
    const attempt = 'attempt' in state ? state.attempt : 0
    const shown = { digest: plan?.digest ?? '', typedGroup: reset.target.group }
    return {
      withdraw: { kind: 'withdraw', by, from } as const,
      checkAgain: { kind: 'checkAgain', attempt, by, from } as const,
      cancel: { kind: 'cancel', by, policy, from } as const,
      breakGlass: { kind: 'breakGlass', by, policy, from, ...shown, reason: '–' } as const,
      review: { kind: 'review', by, policy, from, note: '–' } as const,
      testify: { kind: 'testify', by, policy, from, attempt, happened: true } as const,
    }[kind]
  }

  async function modalRefusal(
    request: ResetRequest,
    kind: 'breakGlass' | 'review',
    by: string,
    from: Origin,
  ) {
    // The modal is of use only where a review is owed; what is sent nevertheless is taken, as ever.
    if (kind === 'review' && request.glass?.review === null && !owesReview(request)) return 'stale'
    const command = await trialOf(request, kind, by, from)
    const trial = decide(request, command, clock())
    if (trial.ok) return null
    // Who is refused the modal never gets to send it.
    await changes.keepRefusal(request.id, command, trial.refusal)
    return trial.refusal
  }

  async function actsOpenTo(request: ResetRequest, by: string): Promise<ReadonlySet<ActKind>> {
    const isOpen = async (kind: ActKind) =>
      kind === 'decide'
        ? (await reviewRefusal(request, by)) === null
        : decide(request, await trialOf(request, kind, by, NOWHERE), clock()).ok
    const kinds = Object.keys(ACTS).filter(isAct)
    const open = await Promise.all(kinds.map(isOpen))
    return new Set(kinds.filter((_kind, index) => open[index]))
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

  /** Who is refused must not wait for it, nor be told that it could not be kept. */
  async function recordAttempt(attempt: Attempt): Promise<void> {
    const { by, command, refusal } = attempt
    report({ event: 'refused', requestId: null, command, refusal, by })
    try {
      changes.reportUnlessIntact(await patiently(() => store.recordAttempt(attempt)))
    } catch (error) {
      report({ event: 'fault', where: 'keeping an attempt', error })
    }
  }

  const { payDue, payForgotten, idle } = debts
  return {
    submit: submitRequest,
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

/** Names it by what it is about, as a view cannot: others may have the same open. */
function submissionOfFollowUp(
  { parent, reset, targets }: Pick<Submittal, 'parent' | 'reset' | 'targets'>,
  newest: RequestId | undefined,
): string {
  return `${parent?.kind} ${parent?.id} ${newest ?? 'first'} ${keyOfFollowUp({ reset, targets })}`
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

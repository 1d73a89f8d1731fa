// Carries out one approved request, at most once, whoever else is asked to: look, wait, compare, call, read back.
// It must never call on anything but a plan that still holds, nor say of the call more than the offsets show.

import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import type { StartOutcome } from '../ports/approvals.ts'
import type { Clock } from '../ports/clock.ts'
import type { Cluster, ClusterAbilities, ClusterReader, NativeReset } from '../ports/cluster.ts'
import type { Report } from '../ports/events.ts'
import { NO_TRACING, type Tracing } from '../ports/tracing.ts'
import type { CallOutcome } from '../request/api-answer.ts'
import { causeOf } from '../request/cause.ts'
import { NOWHERE } from '../request/command.ts'
import { differenceSchema, type Observation } from '../request/drift.ts'
import { findingOf } from '../request/evidence.ts'
import { waitedFor } from '../request/gauges.ts'
import { placeOf } from '../request/group.ts'
import { instanceRefusal } from '../request/permissions.ts'
import { isWritten, type Plan } from '../request/plan.ts'
import type { PlanRow } from '../request/plan-rows.ts'
import type { RequestId, ResetRequest } from '../request/request.ts'
import type { Reset } from '../request/reset.ts'
import {
  doneOf,
  isDoubtful,
  type PartitionResult,
  type ReadBack,
  readBackOf,
  resultOf,
} from '../request/result.ts'
import type { CallEnd } from '../request/state.ts'
import type { Refusal } from '../request/step.ts'
import { heldBy, mayStart, untilWindow, waitsForWindow } from '../request/waiting.ts'
import { watchedFor } from '../request/watching.ts'
import { writeTime } from '../request/write-time.ts'
import type { Changes } from './changes.ts'
import type { Movers } from './moved-by.ts'
import { type Comparison, callsFor, type Plans } from './plans.ts'
import { createWrites } from './writes.ts'

export interface ExecutionsDeps {
  changes: Changes
  plans: Plans
  movers: Movers
  cluster: Cluster
  /** For executions: patient, and with the whole budget. */
  reader: ClusterReader
  clock: Clock
  report: Report
  tracing?: Tracing
  /** Names this process in executions. */
  processId: string
  pay(id: RequestId): void
}

export interface ExecutionSettings {
  /** One call is over after this long, whatever happened; for each further topic there is more (write-time.ts). */
  callMs: number
  /** How long after the deadline an execution nobody finished counts as unclear. */
  graceMs: number
  requestExpiryMs: number
  /** How long after its deadline a call that nobody answered may take effect. */
  lateMs: number
  /** How long an approved request waits for its group to be empty. */
  emptyWaitMs: number
  /** How long a group that had members has to stay empty. */
  emptyHoldMs: number
  /** Those that may be reset; empty: all of the account. */
  instances: readonly { id: string }[]
  /** How long a group is looked at after its reset, unless its rule says so; absent or 0: not at all. */
  watchMs?: number
}

/** Clocks of machines differ by a little. */
const EARLY_MS = 1_000
/** What was read may be a moment old: a doubt is worth a second look. */
const SECOND_LOOK_MS = 500
const READ_BACK_MS = 10_000
const READ_BACK_PAUSE_MS = 250
const ALL_TOPICS = Number.POSITIVE_INFINITY

export function createExecutions(deps: ExecutionsDeps, settings: ExecutionSettings) {
  const { plans, movers, cluster, reader, clock, report, processId, pay, tracing = NO_TRACING } = deps
  const { change, start, read, readVouched, writerOf } = deps.changes
  const writes = createWrites({ cluster, clock })

  async function execute(id: RequestId): Promise<void> {
    const request = await readVouched(id, 'worker')
    if (request?.state.name !== 'approved' || request.plan === null) {
      // It may have been ended just now, which has to be told.
      if (request !== undefined) pay(id)
      return
    }
    // A second job for the same request: its own time has not come.
    if (clock() + EARLY_MS < request.state.notBeforeMs) return
    const { digest } = request.plan
    tracing.about({ instance: request.reset.target.instanceId })
    // A worker has settings of its own, and they may have changed since the job was handed over.
    const leftOut = instanceRefusal(settings.instances, request.reset.target)
    if (leftOut !== null) {
      await change(id, { kind: 'disallow', ruling: leftOut, version: 'settings' }, { patience: 'worker' })
      pay(id)
      return
    }
    // Before the look: of what another writes while we look, or after, we would know nothing.
    const { holder, epoch, heldMs } = await writerOf(request.reset.target)
    if (holder !== null && holder !== id) {
      await giveWay(id, { kind: 'busy', id: holder }, digest, heldMs)
      return
    }
    const ready = await isReady(request)
    if (!ready) {
      pay(id)
      return
    }
    const { worker, group, rows, can } = ready
    const { callMs, graceMs, lateMs, emptyHoldMs: holdMs } = settings
    const calls = callsFor(request.plan.execution, rows, can)
    const pace = cluster.writePaceOf(request.reset.target.instanceId)
    // Patience of a worker: if the reply to this commit is lost, only asking again tells whether we may call.
    const command = {
      kind: 'start',
      worker,
      digest,
      group,
      holdMs,
      callMs: writeTime(calls, pace, callMs).atMostMs,
      graceMs,
      lateMs,
    } as const
    const started = await start(request, command, epoch)
    if (started.kind === 'busy' || started.kind === 'settling') {
      await giveWay(id, started, digest)
      return
    }
    if (started.kind !== 'changed' || started.request.state.name !== 'executing') return
    pay(id)
    const { attempt, deadlineMs } = started.request.state
    const begun = performance.now()
    const decidedMs = Math.max(0, clock() - request.state.decision.atMs)
    const { called, ...found } = await callAndProve(started.request, rows, can, deadlineMs)
    const { result } = found
    const apiRequestIds = called.requestIds?.slice(0, IDS_KEPT)
    tracing.about({ outcome: called.kind })
    report({
      event: 'called',
      requestId: id,
      outcome: called.kind,
      durationMs: performance.now() - begun,
      decidedMs,
      waitedFor: waitedFor(started.request),
      apiRequestIds: apiRequestIds ?? [],
    })
    const retryAfterMs = called.kind === 'notSent' ? called.retryAfterMs : undefined
    const outcome = endOf(called, found)
    const finished = await change(
      id,
      {
        kind: 'finish',
        worker,
        attempt,
        outcome,
        ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
        ...(apiRequestIds === undefined ? {} : { apiRequestIds }),
        ...watchedFor(request, settings.watchMs),
      },
      {
        patience: 'worker',
        known: started.request,
        ...(outcome.kind === 'done' ? { documents: { result } } : {}),
      },
    )
    if (finished.kind === 'refused') await keepLate(id, worker, outcome, finished.refusal)
    pay(id)
  }

  async function giveWay(id: RequestId, to: Taken, digest: string, heldMs?: number): Promise<void> {
    await change(id, standBack(await causeOfTaken(to, heldMs !== undefined), digest, to, heldMs), {
      patience: 'worker',
    })
    pay(id)
  }

  /** What is said of the other request is a help, and must not keep this one from coming again. */
  async function causeOfTaken(to: Taken, holds: boolean): Promise<string> {
    if (to.kind === 'settling') return causeOf('redisTookOver')
    const holder = await read(to.id, 'worker').catch(() => undefined)
    return holder === undefined ? causeOf('groupBusy', to.id) : heldBy(holder, holds, clock())
  }

  /** It was thought dead, and others have gone on: what it brings changes nothing, and is kept. */
  async function keepLate(id: RequestId, worker: string, { kind }: CallEnd, refusal: Refusal): Promise<void> {
    const command = {
      kind: 'attempted',
      command: `finish ${kind}`,
      by: worker,
      refusal,
      from: NOWHERE,
    } as const
    await change(id, command, { patience: 'worker' })
  }

  /** The last look before the call. False when the request has gone back, or has to come again later. */
  async function isReady(request: ResetRequest) {
    const { id, plan } = request
    if (plan === null) return false
    const seen = await plans.compare(request, reader, ALL_TOPICS)
    if (seen.kind === 'notWhole') {
      await change(id, { kind: 'callOff', digest: plan.digest, outcome: NOT_WHOLE }, { patience: 'worker' })
      return false
    }
    if (seen.kind !== 'compared') {
      await change(id, comeAgain(seen, plan.digest), { patience: 'worker' })
      return false
    }
    const { observation, rows, can } = seen
    const { group } = observation
    if (!mayStart(request, group, settings.emptyHoldMs, clock())) {
      const { emptyHoldMs: holdMs, emptyWaitMs: patienceMs } = settings
      await change(
        id,
        { kind: 'wait', digest: plan.digest, group, holdMs, patienceMs },
        { patience: 'worker' },
      )
      return false
    }
    if (waitsForWindow(request, clock())) {
      await change(id, untilWindow(request, clock()), { patience: 'worker' })
      return false
    }
    const isPuzzling =
      seen.drift.verdict === 'material' && !isCleared(request) && isThere(plan, rows, observation)
    // What another request of ours has done is no riddle: then the world has moved, and that is all.
    if (isPuzzling && (await movers.of(request, targetsOf(plan, rows), plan.atMs)).length === 0) {
      await change(id, { kind: 'alreadyThere', digest: plan.digest }, { patience: 'worker' })
      return false
    }
    if (seen.drift.verdict === 'material') {
      const differences = z.encode(z.array(differenceSchema), seen.drift.differences)
      const { digest } = plan
      await change(
        id,
        {
          kind: 'drifted',
          at: 'execution',
          digest,
          differences,
          expiryMs: request.guard.expiryMs ?? settings.requestExpiryMs,
        },
        { patience: 'worker' },
      )
      return false
    }
    return { group, rows, can, worker: `${processId}/${randomUUID()}` }
  }

  async function callAndProve(
    request: ResetRequest,
    rows: readonly PlanRow[],
    can: ClusterAbilities,
    deadlineMs: number,
  ): Promise<Found & { called: CallOutcome }> {
    const { reset, plan } = request
    if (plan === null) return { called: { kind: 'notSent', cause: causeOf('noPlan') }, result: [] }
    const native = plan.execution === 'native' ? nativeOf(reset) : null
    const { called, unwritten } =
      native === null
        ? await writes.write(reset.target, rows, can, deadlineMs)
        : { called: await cluster.resetOffsets(native, deadlineMs), unwritten: [] }
    if (called.kind === 'refused' || called.kind === 'notSent') return { called, result: [] }
    const untilMs = Math.max(deadlineMs, clock() + READ_BACK_MS)
    if (called.kind === 'unknown') {
      // Only where all of it stands at once is nothing left to come of the call; the rest is for later looks.
      if (native !== null) return { called, result: [] }
      const { evidence, result } = findingOf(plan, rows, await readBack(reset, untilMs))
      return evidence === 'present'
        ? { called: { ...called, kind: 'done', topics: [] }, result, instead: called.cause }
        : { called, result: [] }
    }

    const reports = called.topics
    let result = resultOf(plan, rows, reports, await readBack(reset, untilMs), unwritten)
    if (result.some(isDoubtful) && clock() + SECOND_LOOK_MS < untilMs) {
      await pause(SECOND_LOOK_MS)
      result = resultOf(plan, rows, reports, await readBack(reset, untilMs), unwritten)
    }
    const unanswered = result.filter(({ why }) => why === 'unanswered').map(({ topic }) => topic)
    return { called, result, unanswered: new Set(unanswered).size }
  }

  /** Asks until there is an answer or time is up; what could not be read is left out. */
  async function readBack({ target, topics }: Reset, untilMs: number): Promise<ReadBack> {
    for (;;) {
      const answer = await reader.positions(target, topics)
      if (answer.kind === 'read') return readBackOf(answer.value)
      const waitMs = Math.max(
        READ_BACK_PAUSE_MS,
        answer.kind === 'unavailable' ? (answer.retryAfterMs ?? 0) : 0,
      )
      if (answer.kind === 'refused' || clock() + waitMs >= untilMs) return new Map()
      await pause(waitMs)
    }
  }

  return { execute, stopWriting: writes.stop }
}

/** The API's names of calls that the audit keeps: enough to ask its support about. */
const IDS_KEPT = 20

type Taken = Extract<StartOutcome, { kind: 'busy' | 'settling' }>

/** @param heldMs by then the group is free, if it is known */
function standBack(cause: string, digest: string, to: Taken, heldMs?: number) {
  const waitMs = to.kind === 'busy' ? 0 : to.waitMs
  const atMostMs = heldMs === undefined ? {} : { atMostMs: heldMs }
  return { kind: 'standBack', digest, cause, waitMs, ...atMostMs } as const
}

function isCleared({ state }: ResetRequest): boolean {
  return state.name === 'approved' && state.cleared
}

/** Every offset stands where this plan leads, though nothing is known of a call. */
function isThere(plan: Plan, rows: readonly PlanRow[], { facts }: Observation): boolean {
  return findingOf(plan, rows, readBackOf(facts.positions)).evidence === 'present'
}

function targetsOf({ execution }: Plan, rows: readonly PlanRow[]): ReadonlyMap<string, bigint | null> {
  const moving = rows.filter(row => isWritten(row, execution) && row.to !== row.from)
  return new Map(moving.map(({ topic, partition, to }) => [placeOf(topic, partition), to]))
}

const NOT_WHOLE = {
  kind: 'refused',
  reason: 'other',
  code: 'none',
  message: causeOf('planNotWhole'),
} as const

function comeAgain(seen: Exclude<Comparison, { kind: 'compared' | 'notWhole' }>, digest: string) {
  if (seen.kind === 'refused') return { kind: 'callOff', digest, outcome: seen } as const
  const { retryAfterMs } = seen
  const cause = causeOf('lookFailed', seen.cause)
  return { kind: 'postpone', digest, cause, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) } as const
}

function nativeOf({ target, topics, strategy }: Reset): NativeReset | null {
  if (strategy.kind === 'group' || strategy.kind === 'offsets') return null
  return { target, topics, strategy }
}

/** What the offsets show after a call. */
interface Found {
  result: PartitionResult[]
  /** Of so many topics nobody knows what their call did. */
  unanswered?: number
  /** Why the call that was made had no answer, although all of it is there. */
  instead?: string
}

/** What is kept of a call in the record; the rows are kept beside it. */
function endOf(called: CallOutcome, { result, unanswered = 0, instead }: Found): CallEnd {
  switch (called.kind) {
    case 'done':
      return { ...doneOf(result, unanswered), ...(instead === undefined ? {} : { instead }) }
    case 'unknown':
      return { kind: 'unknown', cause: called.cause }
    case 'refused': {
      const { kind, reason, code, message, requestIds: [requestId] = [] } = called
      return { kind, reason, code, message, ...(requestId === undefined ? {} : { requestId }) }
    }
    case 'notSent':
      return { kind: 'notSent', cause: called.cause }
    default:
      return called satisfies never
  }
}

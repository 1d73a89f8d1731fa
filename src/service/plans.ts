// Makes the plan of a request, and compares it with the world again before anybody acts on it.
// It must never let a request be decided on that it could not work out.

import { z } from 'zod'
import type { Clock } from '../ports/clock.ts'
import type { ClusterAbilities, ClusterReader } from '../ports/cluster.ts'
import type { Store } from '../ports/store.ts'
import type { ReadOutcome } from '../request/api-answer.ts'
import { causeOf } from '../request/cause.ts'
import type { Command } from '../request/command.ts'
import { digestOf, digestOfRows } from '../request/digest.ts'
import { type Difference, type Drift, driftSince, type Observation } from '../request/drift.ts'
import { mayHaveMoved } from '../request/follow-up.ts'
import { isMissed } from '../request/followed.ts'
import { placeOf } from '../request/group.ts'
import { nearestIn, searchesFor } from '../request/nearest.ts'
import { type Execution, executionOf, isWritten, type Plan, planOf, planSchema } from '../request/plan.ts'
import { problemWith } from '../request/plan-problem.ts'
import { type PlanRow, planRows } from '../request/plan-rows.ts'
import type { RequestId, ResetRequest } from '../request/request.ts'
import { clip, overlap, type Reset, type Target } from '../request/reset.ts'
import { outsideOf, rowsOfBounds, settledRows } from '../request/settling.ts'
import type { RefusedRuling } from '../request/state.ts'
import type { KeptRows } from './kept-rows.ts'
import { expiringIn } from './message-expiry.ts'
import type { Movers } from './moved-by.ts'
import { firstMessages, kindsOf, lookForGroup, observe, offsetsIn, toldByKinds } from './observe.ts'
import type { Policies } from './policies.ts'
import { createRates } from './rates.ts'
import { createSoFar, type OnProgress } from './so-far.ts'
import { within } from './within.ts'

/** So many open requests of the group are compared with a new one, and so many of those that overlap are named. */
const OPEN_COMPARED = 200
const OVERLAPS_NAMED = 5
const MOVERS_NAMED = 3
const NEAREST_MS = 5_000
const NEAREST_SHOWN = 100
/** More times than this, at about a second each, nobody waits for where the bounds may be decided on. */
const TIMES_AT_ONCE = 5
/** Of what is told while exact offsets are read, the bounds are known already. */
const UNASKED = { kind: 'unavailable', cause: '' } as const

export interface PlansDeps {
  store: Store
  kept: KeptRows
  movers: Pick<Movers, 'of'>
  clock: Clock
  guardFor: Policies['guardFor']
  /** For plans: patient, and giving way to executions. */
  reader: ClusterReader
  /** How long a group that had members has to stay empty. */
  emptyHoldMs: number
  /** How long so many writes take. */
  writeTimeOf: (instanceId: string, writes: number) => { atLeastMs: number; atMostMs: number }
}

type Prepare = Extract<Command, { kind: 'prepare' }>

export type Planned =
  | { kind: 'planned'; command: Prepare; rows: PlanRow[] }
  | { kind: 'impossible'; cause: string }
  | { kind: 'notAllowed'; ruling: RefusedRuling; version: string }
  | Exclude<ReadOutcome<never>, { kind: 'read' }>

export type Settled =
  | { kind: 'settled'; command: Extract<Command, { kind: 'settle' }>; rows: PlanRow[] }
  | { kind: 'impossible'; cause: string }
  | { kind: 'outside'; differences: Difference[] }
  | Exclude<ReadOutcome<never>, { kind: 'read' }>

export type Comparison =
  | { kind: 'compared'; drift: Drift; observation: Observation; rows: PlanRow[]; can: ClusterAbilities }
  /** The rows are not those that the plan's digest stands for: there is nothing to compare. */
  | { kind: 'notWhole' }
  | Exclude<ReadOutcome<never>, { kind: 'read' }>

export interface Plans {
  make(request: ResetRequest, onProgress: OnProgress): Promise<Planned>
  /** The exact plan within the bounds of the one that stands there. */
  settle(request: ResetRequest, onProgress: OnProgress): Promise<Settled>
  /** As kept-rows.ts reads them. */
  rows(request: ResetRequest): Promise<PlanRow[] | null | undefined>
  /**
   * Looks at the world again. With more topics than `logTopics` the starts of the logs are left out, which are slow to
   * read: whether a target has left its log is seen by the look before the execution then.
   * @param rows of the plan, where they have been read: they are not read again
   */
  compare(
    request: ResetRequest,
    reader: ClusterReader,
    logTopics: number,
    rows?: PlanRow[],
  ): Promise<Comparison>
}

export function createPlans(deps: PlansDeps): Plans {
  const { store, kept, movers, clock, guardFor, reader, emptyHoldMs, writeTimeOf } = deps
  const rates = createRates({ store, kept, clock })

  /** @param mayBeOfBounds whether bounds will do where the exact offsets take long, which the policy has to allow */
  async function make(
    request: ResetRequest,
    onProgress: OnProgress,
    mayBeOfBounds = request.guard.onBounds === true,
  ): Promise<Planned> {
    const { reset } = request
    const targets = reset.strategy.kind === 'offsets' ? await kept.targets(request) : undefined
    const isOther = targets === null || (targets === undefined && request.targetsDigest !== undefined)
    if (isOther) return { kind: 'impossible', cause: causeOf('targetsNotWhole') }
    const seen = await observe(reset, {
      reader,
      clock,
      logsOf: () => true,
      withTargets: true,
      onProgress,
      boundsAbove: mayBeOfBounds ? TIMES_AT_ONCE : undefined,
      ...(targets === undefined ? {} : { targets }),
    })
    if (seen.kind !== 'read') return seen
    const { group, facts, topics, can, isOfBounds } = seen.value
    const named = { ...reset, topics }
    const rows = isOfBounds ? rowsOfBounds(named, facts) : planRows(named, facts)
    const there = await lookForGroup(reset.target, group, facts.positions, reader)
    if (there.kind !== 'read') return there
    const problem =
      (there.value ? null : causeOf('noGroup', ...(await nearestTo(reset.target)))) ??
      problemWith(named, rows, observedPlaces(seen.value), targets)
    if (problem !== null) return { kind: 'impossible', cause: problem }
    const execution = isOfBounds ? 'bounds' : executionOf(named, rows, can)
    if (execution === null) return { kind: 'impossible', cause: causeOf('tooWide') }
    const since = await movedSince(request, rows)
    if (since === 'notWhole')
      return { kind: 'impossible', cause: causeOf('resultNotWhole', request.parent?.id ?? '') }
    const moved = since === null ? [] : await sinceMovedBy(request, since.places)
    const planned = planOf(named, rows, {
      execution,
      digest: digestOf(named, execution, rows),
      rowsDigest: digestOfRows(rows),
      atMs: facts.atMs,
      positions: facts.positions,
      movedSince: since === null ? null : since.places.size,
      ...(moved.length === 0 ? {} : { movedBy: moved }),
      ...(facts.unread === undefined ? {} : { unread: facts.unread }),
      // Each is still to be looked up.
      seen: isOfBounds
        ? { ...facts, firstMessages: new Map(rows.map(row => [placeOf(row.topic, row.partition), null])) }
        : facts,
    })
    const isKnown = planned.certainty === 'exact' && facts.unread === undefined
    if (isKnown && planned.moving === 0) {
      const by = since === null ? [] : await sinceMovedBy(request, since.reached)
      return { kind: 'impossible', cause: causeOf('nothingMoves', `${planned.partitions}`, ...by) }
    }
    // Of bounds, the same calls are needed for what makes them exact.
    const expiring = isOfBounds ? null : await expiringIn(named, rows, facts, can, reader)
    const plan = {
      ...planned,
      writing: writingOf(reset, callsFor(execution, rows, can)),
      ...(await rates.rehearsed(request, topics, { atMs: facts.atMs, group, rows }, planned)),
      ...(expiring === null ? {} : { expiring }),
    }
    const guarded = await guardFor({ ...request, reset: named }, plan)
    if (guarded.kind === 'refused') {
      if (guarded.ruling.why !== 'unreadable') return { ...guarded, kind: 'notAllowed' }
      return { kind: 'unavailable', cause: causeOf('policyUnread', guarded.ruling.rule ?? '') }
    }
    const { guard, lastRead, unread } = guarded
    // The policy was edited meanwhile.
    if (isOfBounds && guard.onBounds !== true) return make(request, onProgress, false)
    const command = {
      kind: 'prepare',
      round: request.round,
      topics,
      group,
      plan: z.encode(planSchema, plan),
      guard,
      ...(await overlapsOf(request.id, named)),
      holdMs: emptyHoldMs,
      lastRead,
      unread,
    } as const
    return { kind: 'planned', command, rows }
  }

  /** One call writes all of it. */
  function writingOf({ target }: Reset, calls: number): Plan['writing'] {
    return calls > 1 ? { calls, ...writeTimeOf(target.instanceId, calls) } : null
  }

  async function settle(request: ResetRequest, onProgress: OnProgress): Promise<Settled> {
    const { reset, round, plan: bounds } = request
    const { target, strategy, topics } = reset
    if (bounds === null || strategy.kind !== 'time') return { kind: 'impossible', cause: causeOf('noPlan') }
    const within = await kept.plan(request)
    if (within === null || within === undefined) return { kind: 'impossible', cause: causeOf('planNotWhole') }
    const able = await reader.abilitiesOf(target.instanceId)
    if (able.kind !== 'read') return able
    const can = able.value
    const asked = new Map<string, number[]>()
    for (const { topic, partition } of within) asked.set(topic, [...(asked.get(topic) ?? []), partition])
    const soFar = createSoFar(reset, { clock, onProgress, listed: null, readOffsets: async () => UNASKED })
    const times = await firstMessages(target.instanceId, asked, strategy.timeMs, can, reader, (done, total) =>
      soFar.tell(done, total, true, positions => ({ positions })),
    )
    if (times.kind !== 'read') return times
    const kinds = await kindsOf(target.instanceId, topics, can, reader)
    if (kinds.kind !== 'read') return kinds
    const found = {
      firstMessages: offsetsIn(times.value ?? new Map()),
      ...(kinds.value === null ? {} : toldByKinds(topics, kinds.value)),
    }
    const differences = outsideOf(within, found.firstMessages)
    if (differences.length > 0) return { kind: 'outside', differences }
    const { atMs, movedSince, movedBy } = bounds
    const rows = settledRows(reset, within, atMs, found)
    const planned = planOf(reset, rows, {
      ...{ execution: 'offsets', digest: digestOf(reset, 'offsets', rows), rowsDigest: digestOfRows(rows) },
      ...{ atMs, positions: rows, movedSince, seen: found },
      ...(movedBy === undefined ? {} : { movedBy }),
    })
    if (planned.certainty === 'exact' && planned.moving === 0)
      return { kind: 'impossible', cause: causeOf('nothingMoves', `${planned.partitions}`) }
    const plan = {
      ...planned,
      writing: writingOf(reset, callsFor('offsets', rows, can)),
      ...(await rates.rehearsed(request, topics, { atMs, group: null, rows }, planned)),
    }
    return {
      kind: 'settled',
      command: { kind: 'settle', round, topics, plan: z.encode(planSchema, plan) },
      rows,
    }
  }

  /** Names of others, which nobody waits for long. */
  async function nearestTo(target: Target): Promise<string[]> {
    const { instanceId, group } = target
    const asked = Promise.all(searchesFor(group).map(piece => reader.groups(instanceId, piece)))
    return nearestIn(group, await within(NEAREST_MS, asked, [])).map(name => clip(name, NEAREST_SHOWN))
  }

  async function overlapsOf(
    id: RequestId,
    reset: Reset,
  ): Promise<Pick<Prepare, 'overlaps' | 'overlapsLeft'>> {
    const { requests } = await store.openRequests(OPEN_COMPARED, reset.target)
    const others = requests.filter(other => other.id !== id && overlap(reset, other.reset))
    const left = Math.max(0, others.length - OVERLAPS_NAMED)
    return {
      overlaps: others.slice(0, OVERLAPS_NAMED).map(other => other.id),
      ...(left === 0 ? {} : { overlapsLeft: left }),
    }
  }

  /**
   * Consumers may have gone on since the execution that is to be undone, or tried again: that is taken back, or written over,
   * as well. `places`: what of the plan stands elsewhere than it was left; `reached`: what is there without it, of all that
   * was to be put back, or tried again.
   */
  async function movedSince({ parent }: ResetRequest, rows: readonly PlanRow[]) {
    if (parent === null || parent.kind === 'edit') return null
    const isUndo = parent.kind === 'undo'
    const result = await kept.result(parent.id)
    if (result === undefined && !isUndo) return null
    if (result === undefined || result === null) return 'notWhole'
    const left = new Map(result.map(row => [placeOf(row.topic, row.partition ?? -1), row]))
    const places = new Map<string, bigint | null>()
    const reached = new Map<string, bigint | null>()
    for (const { topic, partition, from, to } of rows) {
      const place = placeOf(topic, partition)
      const row = left.get(place)
      if (to !== from) {
        if (isUndo ? row?.readBack !== from : row !== undefined && (row.readBack ?? row.from) !== from)
          places.set(place, from)
      } else if (row !== undefined && (isUndo ? mayHaveMoved(row) : isMissed(row))) reached.set(place, from)
    }
    return { places, reached }
  }

  /** Whoever has put all of these where they stand, after what it follows had ended; empty where that is not known. */
  async function sinceMovedBy(
    { id, reset, parent }: ResetRequest,
    stands: ReadonlyMap<string, bigint | null>,
  ): Promise<RequestId[]> {
    const followed = parent === null || stands.size === 0 ? undefined : await store.read(parent.id)
    if (followed === undefined || !('atMs' in followed.state)) return []
    const by = await movers.of({ id, reset }, stands, followed.state.atMs)
    return by.filter(each => each !== parent?.id).slice(0, MOVERS_NAMED)
  }

  return {
    make,
    settle,
    rows: kept.plan,
    async compare(request, from, logTopics, known) {
      const { reset, plan } = request
      if (plan === null) return { kind: 'unavailable', cause: causeOf('noPlan') }
      const [rows, seen] = await Promise.all([
        known ?? kept.plan(request),
        observe(reset, {
          ...{ reader: from, clock, logsOf: count => count <= logTopics },
          timesAgain: plan.execution === 'native',
        }),
      ])
      if (rows === null || rows === undefined) return { kind: 'notWhole' }
      if (seen.kind === 'impossible') return { kind: 'unavailable', cause: seen.cause }
      if (seen.kind !== 'read') return seen
      const { can, facts } = seen.value
      // Whether it still holds is not known of what is written and cannot be read now: to look again later tells.
      const unread = rows.find(
        row => isWritten(row, plan.execution) && facts.unread?.has(placeOf(row.topic, row.partition)),
      )
      if (unread !== undefined) {
        return {
          kind: 'unavailable',
          cause: causeOf('offsetUnread', placeOf(unread.topic, unread.partition)),
        }
      }
      return {
        kind: 'compared',
        drift: driftSince(reset, plan, rows, seen.value, request.group),
        observation: seen.value,
        rows,
        can,
      }
    },
  }
}

/** How many calls write it: one where the cluster takes all topics at once, or works it out by itself. */
export function callsFor(execution: Execution, rows: readonly PlanRow[], can: ClusterAbilities): number {
  if (execution === 'native') return 1
  // Of bounds, at most.
  const written = execution === 'bounds' ? rows : rows.filter(row => isWritten(row, execution))
  const topics = new Set(written.map(({ topic }) => topic))
  return can.writeTopics ? Math.min(1, topics.size) : topics.size
}

function observedPlaces({ facts }: Observation): ReadonlySet<string> {
  const read = facts.positions.map(({ topic, partition }) => placeOf(topic, partition))
  return new Set([...read, ...(facts.unread?.keys() ?? [])])
}

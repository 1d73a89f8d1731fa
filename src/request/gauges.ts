// What gauges show of all requests together. Of each request one mark is kept beside the records: its state and since when,
// and since when it owes Slack something. Nothing is decided by a mark. Pure.

import { owed } from './owed.ts'
import type { ResetRequest } from './request.ts'
import { isFinal, type State, type StateName } from './state.ts'
import { waitsForWindow } from './waiting.ts'

/** `sinceMs` null: since it came to this state, as far as marks tell. `owesSinceMs` may lie ahead; null: it owes Slack nothing. */
export interface MarkToKeep {
  state: StateName
  sinceMs: number | null
  owesSinceMs: number | null
}

/** As it is kept. */
export interface Mark extends MarkToKeep {
  sinceMs: number
}

/** Of the queue of executions. A delayed job counts from the time to which it is delayed; null: there is no job. */
export interface QueueDepth {
  waiting: number
  delayed: number
  active: number
  oldestSinceMs: number | null
}

export const OPEN_STATES = ['preparing', 'pending', 'approved', 'executing', 'unclear'] as const
type OpenState = (typeof OPEN_STATES)[number]

/** How long approvals have been waited for; each request is in one. */
export const WAITING_AGES = ['upTo10Minutes', 'upTo1Hour', 'upTo4Hours', 'upTo1Day', 'over1Day'] as const
export type WaitingAge = (typeof WAITING_AGES)[number]
const AGE_ENDS_MS = [600_000, 3_600_000, 14_400_000, 86_400_000]

/** Ages in seconds; 0: there is none. */
export interface Gauges {
  requests: Record<OpenState, number>
  waiting: Record<WaitingAge, number>
  oldestWaitingS: number
  oldestUnclearS: number
  oldestDebtS: number
  queue: Record<'waiting' | 'delayed' | 'active', number>
  oldestJobS: number
  /** Workers that take jobs. */
  workers: number
}

/** What an execution can have waited for on purpose since it was decided; with several it is the last of these. */
export const WAITED_FOR = ['nothing', 'emptyGroup', 'exactPlan', 'window'] as const
export type WaitedFor = (typeof WAITED_FOR)[number]

/** Null: it is over, and nothing is owed. */
export function markOf(request: ResetRequest, dueAtMs: number | null, nowMs: number): MarkToKeep | null {
  const { state } = request
  if (isFinal(state) && dueAtMs === null) return null
  return { state: state.name, sinceMs: sinceOf(state, request), owesSinceMs: owesSlackSince(request, nowMs) }
}

export function waitedFor(request: ResetRequest): WaitedFor {
  const { state } = request
  if (state.name !== 'executing') return 'nothing'
  if (waitsForWindow(request, state.decision.atMs)) return 'window'
  // Its bounds were approved, before its offsets were read.
  if (state.decision.onBounds) return 'exactPlan'
  return state.wait === null ? 'nothing' : 'emptyGroup'
}

function sinceOf(state: State, { pendingSinceMs }: ResetRequest): number | null {
  return state.name === 'pending' ? pendingSinceMs : null
}

/** A look whether a card is still there is no debt, and neither is what somebody is told once their day has begun. */
function owesSlackSince(request: ResetRequest, nowMs: number): number | null {
  const since = owed(request, nowMs).flatMap(debt => {
    if (debt.kind === 'updateCard') return [nowMs]
    if (debt.kind !== 'post') return []
    const [, index] = /^ping-(\d+)$/.exec(debt.key) ?? []
    const notBeforeMs = index === undefined ? undefined : request.pings[Number(index)]?.notBeforeMs
    return [Math.max(nowMs, notBeforeMs ?? nowMs)]
  })
  return since.length === 0 ? null : Math.min(...since)
}

/** @param marks of all requests that are not over, or owe something */
export function gaugesOf(
  marks: readonly Mark[],
  { workers, ...queue }: QueueDepth & { workers: number },
  nowMs: number,
): Gauges {
  const inState = (name: StateName) => marks.filter(({ state }) => state === name)
  const pending = inState('pending').map(({ sinceMs }) => sinceMs)
  const ages = pending.map(sinceMs => ageOf(nowMs - sinceMs))
  const debts = marks.flatMap(({ owesSinceMs }) => owesSinceMs ?? [])
  const oldest = (since: readonly number[]) =>
    since.reduce((age, sinceMs) => Math.max(age, nowMs - sinceMs), 0) / 1000
  const { oldestSinceMs, waiting, delayed, active } = queue
  return {
    requests: counted(OPEN_STATES, name => inState(name).length),
    waiting: counted(WAITING_AGES, age => ages.filter(each => each === age).length),
    oldestWaitingS: oldest(pending),
    oldestUnclearS: oldest(inState('unclear').map(({ sinceMs }) => sinceMs)),
    oldestDebtS: oldest(debts),
    queue: { waiting, delayed, active },
    oldestJobS: oldest(oldestSinceMs === null ? [] : [oldestSinceMs]),
    workers,
  }
}

function ageOf(ms: number): WaitingAge {
  const place = AGE_ENDS_MS.findIndex(endMs => ms <= endMs)
  return WAITING_AGES[place] ?? 'over1Day'
}

function counted<Name extends string>(
  names: readonly Name[],
  count: (name: Name) => number,
): Record<Name, number> {
  return Object.fromEntries(names.map(name => [name, count(name)])) as Record<Name, number>
}

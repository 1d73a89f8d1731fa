// An approved request that waits: for its group to be empty, how long and how often somebody looks, and for its window.
// It must never let an execution start while anybody is connected, or has been a moment ago, or outside its window.

import { backoffAfter } from './backoff.ts'
import { causeOf, readCause } from './cause.ts'
import type { Command } from './command.ts'
import { type Group, hasMembers } from './group.ts'
import { brokeGlass, type ResetRequest } from './request.ts'
import type { State, Wait } from './state.ts'
import { type Decided, refuse, unseen, visible } from './step.ts'
import { isOpen, opensAt } from './window.ts'

/** Nobody says who: the group counts as seen with members, and has to stay empty again. */
export const JOINED: Group = { state: 'Stable', members: [] }

const LONGEST_LOOK_MS = 60_000
/** While an empty group is watched, so often in the time that it has to stay empty. */
const LOOKS_IN_HOLD = 3

/**
 * A group that was seen with members has to stay empty for a while before anything is written: a consumer that has
 * crashed counts as a member until its session times out, and one that restarts is back in seconds.
 */
export function mayStart(request: ResetRequest, group: Group, holdMs: number, nowMs: number): boolean {
  const { state } = request
  if (state.name !== 'approved' || hasMembers(group)) return false
  if (state.wait === null) return request.group !== null && !hasMembers(request.group)
  const { emptySinceMs } = state.wait
  return emptySinceMs !== null && nowMs - emptySinceMs >= holdMs
}

export function wait(
  request: ResetRequest,
  command: Extract<Command, { kind: 'wait' }>,
  nowMs: number,
): Decided {
  const { state } = request
  if (state.name !== 'approved' || request.plan?.digest !== command.digest) return refuse('stale')
  const { group, holdMs } = command
  const before = state.wait
  const untilMs = before?.untilMs ?? nowMs + command.patienceMs
  const emptySinceMs = hasMembers(group) ? null : (before?.emptySinceMs ?? nowMs)
  if (nowMs >= untilMs && emptySinceMs === null) {
    const { decision, attempt } = state
    const outcome = { kind: 'neverEmpty', group, holdMs } as const
    return visible(request, { name: 'failed', decision, attempt, outcome, atMs: nowMs }, { kind: 'ended' })
  }
  // Who comes back is looked for as closely as who was there first.
  const isSame = before !== null && (before.emptySinceMs === null) === (emptySinceMs === null)
  const looks = isSame ? before.looks + 1 : 1
  const next: Wait = { sinceMs: before?.sinceMs ?? nowMs, untilMs, looks, emptySinceMs, group, holdMs }
  const pauseMs =
    emptySinceMs === null
      ? Math.min(LONGEST_LOOK_MS, backoffAfter(looks), untilMs - nowMs)
      : Math.min(Math.ceil(holdMs / LOOKS_IN_HOLD), Math.max(0, emptySinceMs + holdMs - nowMs))
  // What kept it from running before has nothing to do with what it waits for now.
  const waiting: State = {
    ...state,
    lastCause: null,
    wait: next,
    notBeforeMs: nowMs + pauseMs,
    dispatch: null,
  }
  if (before === null) return visible(request, waiting, { kind: 'waiting', group, untilMs, holdMs })
  return isSameWait(before, next) && state.lastCause === null
    ? unseen(request, { state: waiting })
    : visible(request, waiting)
}

function isSameWait(one: Wait, other: Wait): boolean {
  return (
    (one.emptySinceMs === null) === (other.emptySinceMs === null) &&
    one.holdMs === other.holdMs &&
    membersOf(one.group) === membersOf(other.group)
  )
}

/** The API lists members in any order. */
function membersOf({ state, members }: Group): string {
  return JSON.stringify([state, members.map(({ clientId, host }) => `${clientId} ${host}`).sort()])
}

/** Who broke the glass waits for no window. */
export function waitsForWindow(request: ResetRequest, atMs: number): boolean {
  const { window } = request.guard
  return window !== null && !isOpen(window, atMs) && !brokeGlass(request)
}

const WINDOW_CLOSED = causeOf('windowClosed')

/** Approved, and not to run before its window opens, which is when it is next due. */
export function isBeforeWindow(state: State): state is Extract<State, { name: 'approved' }> {
  return state.name === 'approved' && state.lastCause === WINDOW_CLOSED
}

/**
 * What is approved is never due while its window is closed: whatever has put it there, it waits for the opening and says
 * so. Nobody looks at its group meanwhile, so that a wait for it to be empty goes on afterwards with the time it had left.
 */
export function withinWindow(before: ResetRequest, decided: Decided, nowMs: number): Decided {
  if (!decided.ok || decided.next.state.name !== 'approved') return decided
  const { next } = decided
  const { state } = decided.next
  const isEdited = JSON.stringify(before.guard.window) !== JSON.stringify(next.guard.window)
  if (state === before.state && !isEdited) return decided
  const waited = isBeforeWindow(state)
  const dueMs = waited && isEdited ? nowMs : Math.max(nowMs, state.notBeforeMs)
  const isClosed = waitsForWindow(next, dueMs)
  const notBeforeMs = isClosed && next.guard.window !== null ? opensAt(next.guard.window, dueMs) : dueMs
  const isOpening = waitsForWindow(next, nowMs) || waitsForWindow(next, dueMs - 1)
  const waits = isClosed || (waited && dueMs > nowMs && isOpening)
  if (!waits && !waited) return decided
  const knownMs = isBeforeWindow(before.state) ? before.state.notBeforeMs : null
  const laterMs = (waits ? notBeforeMs : nowMs) - Math.max(nowMs, knownMs ?? nowMs)
  const wait =
    state.wait === null
      ? null
      : { ...state.wait, untilMs: state.wait.untilMs + laterMs, ...(waits ? UNWATCHED : {}) }
  const then: State = {
    ...state,
    lastCause: waits ? WINDOW_CLOSED : null,
    notBeforeMs,
    wait,
    // A job that comes at another time is not the one that runs it.
    dispatch: isEdited || notBeforeMs > Math.max(nowMs, state.notBeforeMs) ? null : state.dispatch,
  }
  const isSeen = knownMs !== (waits ? notBeforeMs : null)
  const revision = isSeen ? Math.max(next.revision, before.revision + 1) : next.revision
  return { ok: true, next: { ...next, state: then, revision } }
}

/** It has to be seen empty again from the start. */
const UNWATCHED = { emptySinceMs: null, looks: 0 }

/** What has to come before what is approved runs, one thing at a time. */
export type Awaited = 'window' | 'empty' | 'stayEmpty' | 'otherRequest' | 'nextTry' | 'worker'

const JOINED_CAUSE = causeOf('joined')

/** While consumers are connected, or somebody has joined, that is what keeps it waiting; else what came last. */
export function awaitedBy(state: Extract<State, { name: 'approved' }>): Awaited {
  const { wait, lastCause } = state
  if (isBeforeWindow(state)) return 'window'
  if (wait !== null && (lastCause === null || wait.emptySinceMs === null || lastCause === JOINED_CAUSE))
    return wait.emptySinceMs === null ? 'empty' : 'stayEmpty'
  if (lastCause === null) return 'worker'
  return readCause(lastCause)?.kind === 'groupBusy' ? 'otherRequest' : 'nextTry'
}

const HOLDS = ['writes', 'unclear', 'asked', 'late', 'wrote'] as const
/**
 * What of a request keeps others from its group: it writes, nobody knows what it did, people are asked what it did, a call
 * of it may still take effect, or it wrote between the look of another and its turn.
 */
export type Hold = (typeof HOLDS)[number]

/** Longer than the pump takes to notice that an execution was abandoned. */
const HOLD_MARGIN_MS = 60_000

/** How long an execution holds its group at most, whatever becomes of it. */
export function heldUntil({
  abandonAtMs,
  lateUntilMs,
}: {
  abandonAtMs: number
  lateUntilMs: number
}): number {
  return Math.max(abandonAtMs + HOLD_MARGIN_MS, lateUntilMs)
}

/**
 * Why another waits for this one, which holds the group that both write to.
 * @param holds Redis has just said so; else it may also have written meanwhile
 */
export function heldBy(
  { id, state, lateUntilMs }: Pick<ResetRequest, 'id' | 'state' | 'lateUntilMs'>,
  holds: boolean,
  nowMs: number,
): string {
  const made = (hold: Hold, ...untilMs: number[]) => causeOf('groupBusy', id, hold, ...untilMs.map(String))
  if (state.name === 'executing') return made('writes', heldUntil(state))
  if (state.name === 'unclear') {
    const untilMs = lateUntilMs === null ? [] : [lateUntilMs + HOLD_MARGIN_MS]
    return made(state.asked ? 'asked' : 'unclear', ...untilMs)
  }
  return lateUntilMs !== null && (holds || nowMs < lateUntilMs) ? made('late', lateUntilMs) : made('wrote')
}

/** Of the cause that heldBy has made. @returns `hold` null: an older record, which does not say */
export function readHold(cause: string): { id: string; hold: Hold | null; untilMs: number | null } | null {
  const known = readCause(cause)
  if (known?.kind !== 'groupBusy') return null
  const [id = '', hold, untilMs] = known.about
  return {
    id,
    hold: HOLDS.find(each => each === hold) ?? null,
    untilMs: untilMs === undefined || !/^\d{1,15}$/.test(untilMs) ? null : Number(untilMs),
  }
}

/** Comes again when the window opens. */
export function untilWindow(
  { guard, plan }: ResetRequest,
  nowMs: number,
): Extract<Command, { kind: 'standBack' }> {
  const opensMs = guard.window === null ? nowMs : opensAt(guard.window, nowMs)
  return { kind: 'standBack', digest: plan?.digest ?? '', cause: WINDOW_CLOSED, waitMs: opensMs - nowMs }
}

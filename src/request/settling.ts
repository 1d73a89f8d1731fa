// A plan of bounds: one that could be decided on before its exact offsets were read, and how it comes to its exact ones. Pure.
// It must never take for within the bounds what lies outside them, nor let anything start before all of it is exact.

import type { Command } from './command.ts'
import type { Difference } from './drift.ts'
import { placeOf } from './group.ts'
import type { Guard } from './guard.ts'
import { type Plan, planSchema } from './plan.ts'
import { type Facts, type PlanRow, planRows } from './plan-rows.ts'
import type { ResetRequest } from './request.ts'
import type { Reset } from './reset.ts'
import type { Decision, Outcome, Progress, State } from './state.ts'
import { type Decided, refuse, unseen, visible } from './step.ts'

/** Each partition goes to the first message at or after the time, within its log as it was then; where that is, is not known. */
export function isOfBounds(plan: Pick<Plan, 'execution'> | null): boolean {
  return plan?.execution === 'bounds'
}

/** Nothing is said of a time to come: the log has not been asked for it. */
export function rowsOfBounds(reset: Reset, { firstMessages: _, ...facts }: Facts): PlanRow[] {
  return planRows(reset, { ...facts, atMs: Number.MAX_SAFE_INTEGER })
}

export type Found = Required<Pick<Facts, 'firstMessages'>> & Pick<Facts, 'sparse' | 'lateTimes'>

/**
 * The exact rows within these bounds: of the same partitions, committed offsets and logs, so that nothing else has moved.
 * @param found of every partition, the first message at or after the time
 */
export function settledRows(reset: Reset, bounds: readonly PlanRow[], atMs: number, found: Found): PlanRow[] {
  const positions = bounds.map(({ topic, partition, from, logStart, logEnd }) => ({
    ...{ topic, partition, committed: from, logStart, logEnd },
  }))
  return planRows(reset, { ...found, atMs, positions })
}

/** Where the first message is not within the log as it was: on how many partitions, and the first of them. */
export function outsideOf(bounds: readonly PlanRow[], firstMessages: Found['firstMessages']): Difference[] {
  const outside = bounds.flatMap(({ topic, partition, logStart, logEnd }) => {
    const is = firstMessages.get(placeOf(topic, partition))
    // No message is as late as the time: that is said of the plan, as of any other.
    if (is === null) return []
    const isInside = is !== undefined && logStart !== null && is >= logStart && is <= logEnd
    return isInside ? [] : [{ topic, partition, was: logEnd, is: is ?? null }]
  })
  const [first] = outside
  return first === undefined ? [] : [{ kind: 'outsideBounds', partitions: outside.length, first }]
}

/** Of the totals; each row was made within its own. */
function isWithin(exact: Plan, bounds: Plan): boolean {
  return (
    exact.execution === 'offsets' &&
    exact.certainty !== 'unknown' &&
    exact.partitions === bounds.partitions &&
    exact.replays <= bounds.replays &&
    exact.skips <= bounds.skips
  )
}

/** Whether this digest names the plan that stands there, or the bounds that it was approved by. */
export function isOfPlan<Of extends Pick<ResetRequest, 'plan'>>(
  request: Of,
  digest: string,
): request is Of & { plan: Plan } {
  const { plan } = request
  return plan !== null && (plan.digest === digest || plan.within === digest)
}

/** Whether an approval with this digest is one of bounds, which counts only as long as the policy allows that. */
export function onBounds({ plan }: Pick<ResetRequest, 'plan'>, digest: string): { onBounds?: true } {
  return isOfBounds(plan) || plan?.digest !== digest ? { onBounds: true } : {}
}

/** What was approved by its bounds does not count where the policy does not allow that any more. */
export function countsUnder(guard: Pick<Guard, 'onBounds'>, decision: Decision): boolean {
  return decision.onBounds !== true || guard.onBounds === true
}

/** It may be begun at once. */
export function beginsAt(nowMs: number): NonNullable<ResetRequest['settling']> {
  return { tries: 0, retryAtMs: nowMs, progress: null }
}

/** The exact plan takes the place of its bounds; who approved those has approved it. */
export function settle(
  request: ResetRequest,
  command: Extract<Command, { kind: 'settle' }>,
  nowMs: number,
  outlook: (request: ResetRequest, plan: Plan, nowMs: number) => State,
): Decided {
  const { plan: bounds, round, state } = request
  const isOpen = state.name === 'pending' || state.name === 'approved'
  if (!isOpen || bounds === null || !isOfBounds(bounds) || command.round !== round) return refuse('stale')
  if (state.name === 'pending' && nowMs >= request.expiresAtMs) return refuse('expired')
  const plan = { ...planSchema.decode(command.plan), within: bounds.digest }
  if (!isWithin(plan, bounds)) return refuse('planChanged')
  const next = {
    ...request,
    plan,
    round: round + 1,
    settling: null,
    pings: request.pings.map(ping => (ping.round === round ? { ...ping, round: round + 1 } : ping)),
  }
  const planned = { kind: 'planned', round: round + 1 } as const
  const then = outlook(request, plan, nowMs)
  if (then.name === 'failed') {
    const ended = state.name === 'approved' ? { decision: state.decision, attempt: state.attempt } : {}
    return visible(next, { ...then, ...ended }, planned, { kind: 'ended' })
  }
  return visible(next, state, planned)
}

/** How far the reading of the exact offsets is, or that it comes again later, or not at all. */
export function settling(
  request: ResetRequest,
  command: Extract<Command, { kind: 'progress' | 'prepareLater' | 'prepareFailed' }>,
  said: { progress: Progress } | { outcome: Outcome } | null,
  nowMs: number,
): Decided {
  const { state, settling: before } = request
  const isOpen = state.name === 'pending' || state.name === 'approved'
  if (!isOpen || before === null || before === undefined || command.round !== request.round)
    return refuse('stale')
  switch (command.kind) {
    case 'progress':
      return visible(
        {
          ...request,
          settling: {
            ...before,
            retryAtMs: command.retryAtMs,
            progress: said !== null && 'progress' in said ? said.progress : null,
          },
        },
        state,
      )
    case 'prepareLater':
      return unseen(request, {
        settling: {
          ...before,
          tries: before.tries + 1,
          retryAtMs: command.retryAtMs,
          ...(command.cause === undefined ? {} : { cause: command.cause }),
        },
      })
    case 'prepareFailed': {
      if (said === null || !('outcome' in said)) return refuse('stale')
      const ended =
        state.name === 'approved'
          ? { decision: state.decision, attempt: state.attempt }
          : { decision: null, attempt: 0 }
      return visible(
        { ...request, settling: null },
        { name: 'failed', ...ended, outcome: said.outcome, atMs: nowMs },
        { kind: 'ended' },
      )
    }
    default:
      return command satisfies never
  }
}

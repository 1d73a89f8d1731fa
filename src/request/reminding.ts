// When those who have to decide are told again that it waits for them, and when others are asked as well. Pure.

import type { Command } from './command.ts'
import type { ResetRequest } from './request.ts'
import { type Decided, refuse, unseen, visible } from './step.ts'

/** When the next reminder is due; null: there is none. */
export function remindAt({ state, guard, pendingSinceMs, reminded }: ResetRequest): number | null {
  const afterMs = guard.reminders[reminded]
  return state.name !== 'pending' || pendingSinceMs === null || afterMs === undefined
    ? null
    : pendingSinceMs + afterMs
}

/** When it is escalated; null: it is not, or it has been. */
export function escalateAt({ state, guard, pendingSinceMs, escalated }: ResetRequest): number | null {
  return state.name !== 'pending' || pendingSinceMs === null || escalated || guard.escalation === null
    ? null
    : pendingSinceMs + guard.escalation.afterMs
}

export function remind(
  request: ResetRequest,
  { round, pings }: Extract<Command, { kind: 'remind' }>,
  nowMs: number,
): Decided {
  const dueAtMs = remindAt(request)
  if (dueAtMs === null || nowMs < dueAtMs || round !== request.round) return refuse('stale')
  // Who sleeps and has a message waiting gets no second one.
  const waiting = new Set(pendingPings(request, nowMs).map(({ ping }) => ping.to))
  const added = pings.filter(({ to }) => !waiting.has(to)).map(ping => ({ ...ping, round }))
  return unseen(request, { reminded: request.reminded + 1, pings: [...request.pings, ...added] })
}

/** Those who are asked as well may decide from then on, each in the place of anybody. */
export function escalate(
  request: ResetRequest,
  { round }: Extract<Command, { kind: 'escalate' }>,
  nowMs: number,
): Decided {
  const dueAtMs = escalateAt(request)
  const { escalation } = request.guard
  if (dueAtMs === null || escalation === null || nowMs < dueAtMs || round !== request.round) {
    return refuse('stale')
  }
  const { label, to } = escalation
  return visible({ ...request, escalated: true }, request.state, { kind: 'escalated', label, to })
}

/** Messages that somebody is still owed; none once it is decided, or planned anew, or they have voted. */
export function pendingPings(
  { state, pings, round, posts, votes, expiresAtMs }: ResetRequest,
  nowMs: number,
): { ping: ResetRequest['pings'][number]; index: number }[] {
  if (state.name !== 'pending') return []
  return pings.flatMap((ping, index) => {
    const isOver =
      ping.round !== round ||
      Math.max(nowMs, ping.notBeforeMs) >= expiresAtMs ||
      votes.some(({ by }) => by === ping.to)
    const { state: sent } = posts[`ping-${index}`] ?? {}
    return isOver || sent === 'posted' || sent === 'refused' ? [] : [{ ping, index }]
  })
}

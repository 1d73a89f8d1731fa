// What one person's vote makes of a pending request, and what a changed policy makes of the votes. Pure.
// It must never count a vote on another plan than the one they saw, nor one person twice.

import type { Command } from './command.ts'
import { isBarredAsRequester } from './policy.ts'
import { isMet } from './quorum.ts'
import { brokeGlass, type Decision, type Note, type ResetRequest } from './request.ts'
import { approved, type Decided, type Refusal, refuse, visible } from './step.ts'
import { JOINED } from './waiting.ts'

type VoteCommand = Extract<Command, { kind: 'decide' }>

export function vote(request: ResetRequest, command: VoteCommand, nowMs: number): Decided {
  const { state, guard, votes } = request
  const { verdict, by, fills = [0] } = command
  if (isBarredAsRequester(by, request)) return refuse('ownRequest')
  if (command.policy.verdict === 'deny' || fills.length === 0) return refuse('notApprover')
  const obstacle = obstacleTo(request, command.digest, nowMs)
  if (obstacle !== null) return refuse(obstacle)
  const note = command.note.trim()
  const decision: Decision = { verdict, by, note, atMs: nowMs, fills }
  if (verdict === 'reject') {
    if (note === '') return refuse('noteMissing')
    return visible(request, { name: 'rejected', decision }, voted(request, decision, votes.length, true))
  }
  if (votes.some(each => each.by === by)) return refuse('alreadyVoted')
  if (guard.typedGroup && command.typedGroup.trim() !== request.reset.target.group) {
    return refuse('groupNotTyped')
  }
  const approvals = [...votes, decision]
  const settles = isMet(guard, approvals)
  return visible(
    { ...request, votes: approvals },
    settles ? approved({ decision, attempt: 1, notBeforeMs: nowMs }) : state,
    voted(request, decision, approvals.length, settles),
  )
}

/** Why nobody can decide on it with this plan before them, or null. */
export function obstacleTo(request: ResetRequest, digest: string, nowMs: number): Refusal | null {
  const { state } = request
  if (state.name === 'preparing') return 'preparing'
  if (state.name !== 'pending') return state.name === 'expired' ? 'expired' : 'decided'
  if (nowMs >= request.expiresAtMs) return 'expired'
  return request.plan?.digest === digest ? null : 'planChanged'
}

function voted({ guard }: ResetRequest, decision: Decision, approvals: number, settles: boolean): Note {
  return { kind: 'voted', decision, approvals, needed: guard.approvals, settles }
}

/** Only their own, and only while nothing follows from it. */
export function withdraw(request: ResetRequest, by: string, nowMs: number): Decided {
  const { state, guard } = request
  const votes = request.votes.filter(each => each.by !== by)
  if (state.name !== 'pending') return refuse('decided')
  if (nowMs >= request.expiresAtMs) return refuse('expired')
  if (votes.length === request.votes.length) return refuse('noVote')
  const note = { kind: 'withdrawn', by, approvals: votes.length, needed: guard.approvals } as const
  return visible({ ...request, votes }, state, note)
}

/**
 * Under another guard: votes of those who can fill nothing of it are taken back, and what was approved goes back to
 * people if the rest is not enough. Who broke the glass asked no policy for votes, and has to be named for it still.
 */
export function reguard(
  request: ResetRequest,
  { guard, fills, expiryMs, glassRevoked }: Extract<Command, { kind: 'reguard' }>,
  nowMs: number,
): Decided {
  const { state } = request
  if (state.name !== 'pending' && state.name !== 'approved') return refuse('stale')
  const votes = request.votes.flatMap(each => {
    const may = isBarredAsRequester(each.by, { ...request, guard }) ? [] : (fills[each.by] ?? [])
    return may.length === 0 ? [] : [{ ...each, fills: may }]
  })
  const lost = request.votes.map(({ by }) => by).filter(by => !votes.some(each => each.by === by))
  const met = isMet(guard, votes)
  const next = { ...request, guard, votes }
  const revoked = lost.length === 0 ? [] : [{ kind: 'revoked', by: lost } as const]
  const { approvals: needed, rule } = guard
  const changed = { kind: 'reguarded', rule, approvals: votes.length, needed } as const
  if (state.name === 'pending') {
    const last = votes.at(-1)
    return met && last !== undefined
      ? visible(
          next,
          approved({ decision: last, attempt: 1, notBeforeMs: nowMs }),
          voted(next, last, votes.length, true),
        )
      : visible(next, state, ...revoked, changed)
  }
  if (met || (brokeGlass(request) && glassRevoked !== true)) return visible(next, state, ...revoked)
  // Who waited had members in sight; the wait is over, and what it knew must not be lost with it.
  const group = state.wait === null ? request.group : JOINED
  const expiresAtMs = Math.max(request.expiresAtMs, nowMs + expiryMs)
  return visible(
    { ...next, group, expiresAtMs, pendingSinceMs: nowMs, reminded: 0, escalated: false },
    { name: 'pending' },
    ...(revoked.length > 0 ? revoked : [changed]),
  )
}

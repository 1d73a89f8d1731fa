// What one person's decision makes of a pending request. Pure.
// It must never count a requester's own vote, a vote on another plan than the one they saw, or one person twice.

import type { Command } from './command.ts'
import type { Decision, Note, ResetRequest } from './request.ts'
import { approved, type Decided, refuse, visible } from './step.ts'

export function vote(
  request: ResetRequest,
  command: Extract<Command, { kind: 'decide' }>,
  nowMs: number,
): Decided {
  const { state, guard, votes } = request
  const { verdict, by } = command
  if (by === request.requester) return refuse('ownRequest')
  if (command.policy.verdict === 'deny') return refuse('notApprover')
  if (state.name === 'preparing') return refuse('preparing')
  if (state.name !== 'pending') return refuse(state.name === 'expired' ? 'expired' : 'decided')
  if (nowMs >= request.expiresAtMs) return refuse('expired')
  if (request.plan?.digest !== command.digest) return refuse('planChanged')
  const note = command.note.trim()
  const decision: Decision = { verdict, by, note, atMs: nowMs }
  const noteOf = (approvals: number): Note => ({
    kind: 'voted',
    decision,
    approvals,
    needed: guard.approvals,
  })
  if (verdict === 'reject') {
    if (note === '') return refuse('noteMissing')
    return visible(request, { name: 'rejected', decision }, noteOf(votes.length))
  }
  if (votes.some(each => each.by === by)) return refuse('alreadyVoted')
  if (guard.typedGroup && command.typedGroup.trim() !== request.reset.target.group) {
    return refuse('groupNotTyped')
  }
  const approvals = [...votes, decision]
  return visible(
    { ...request, votes: approvals },
    approvals.length < guard.approvals ? state : approved({ decision, attempt: 1, notBeforeMs: nowMs }),
    noteOf(approvals.length),
  )
}

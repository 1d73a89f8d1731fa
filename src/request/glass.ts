// Breaking the glass: who the policy names for it has a plan carried out without approval, and it is looked at after. Pure.

import type { Command } from './command.ts'
import { isHeld, type ResetRequest } from './request.ts'
import { isOfBounds } from './settling.ts'
import { approved, type Decided, refuse, visible } from './step.ts'
import { obstacleTo, pastOf } from './voting.ts'

export function breakGlass(
  request: ResetRequest,
  command: Extract<Command, { kind: 'breakGlass' }>,
  nowMs: number,
): Decided {
  const { by, digest } = command
  const past = pastOf(request, nowMs)
  if (past !== null) return refuse(past)
  if (command.policy.verdict === 'deny') return refuse('notBreakGlass')
  const obstacle = obstacleTo(request, digest, nowMs)
  if (obstacle !== null) return refuse(obstacle)
  // Nobody else looks at what comes of its bounds.
  if (isOfBounds(request.plan)) return refuse('preparing')
  if (isHeld(request)) return refuse('unreadable')
  const reason = command.reason.trim()
  if (reason === '') return refuse('noteMissing')
  // There is nobody else to notice what they mistook it for.
  if (command.typedGroup.trim() !== request.reset.target.group) return refuse('groupNotTyped')
  const decision = { verdict: 'approve', by, note: reason, atMs: nowMs, fills: [] } as const
  return visible(
    { ...request, glass: { by, reason, atMs: nowMs, review: null } },
    approved({ decision: { ...decision, fills: [] }, attempt: 1, notBeforeMs: nowMs }),
    { kind: 'glassBroken', by, reason },
  )
}

/** By an approver who is not the one that broke it, at any time afterwards. */
export function review(
  request: ResetRequest,
  command: Extract<Command, { kind: 'review' }>,
  nowMs: number,
): Decided {
  const { state, glass } = request
  const { by } = command
  if (glass === null || glass.review !== null) return refuse('stale')
  if (by === glass.by || by === request.requester) return refuse('ownRequest')
  if (command.policy.verdict === 'deny') return refuse('notApprover')
  const note = command.note.trim()
  if (note === '') return refuse('noteMissing')
  return visible({ ...request, glass: { ...glass, review: { by, note, atMs: nowMs } } }, state, {
    kind: 'reviewed',
    by,
    note,
  })
}

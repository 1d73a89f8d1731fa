// What one person's vote makes of a pending request, and what a changed policy makes of the votes. Pure.
// It must never count a vote on another plan than the one they saw, nor one person twice.

import type { Command } from './command.ts'
import { fillsThrough, isBarredAsRequester, restsOn } from './deciders.ts'
import { type Guard, isSameGuard } from './guard.ts'
import type { Note } from './notes.ts'
import type { Unread } from './policy.ts'
import { filled, isMet } from './quorum.ts'
import { isSameUnread } from './reconsidering.ts'
import { brokeGlass, isHeld, type ResetRequest } from './request.ts'
import { countsUnder, isOfBounds, isOfPlan, onBounds } from './settling.ts'
import type { Decision } from './state.ts'
import { approved, type Decided, type Refusal, refuse, unseen, visible } from './step.ts'
import { JOINED } from './waiting.ts'

/** One person may take their approval back so often: each time is an event and a reply, for as long as somebody likes. */
const WITHDRAWALS_MAX = 5

type VoteCommand = Extract<Command, { kind: 'decide' }>

export function vote(request: ResetRequest, command: VoteCommand, nowMs: number): Decided {
  const { state, guard, votes } = request
  const { verdict, by, through } = command
  const fills = through === undefined ? (command.fills ?? [0]) : fillsThrough(request, through)
  // What is over is over for everybody, whoever asks.
  const past = pastOf(request, nowMs)
  if (past !== null) return refuse(past)
  if (isBarredAsRequester(by, request)) return refuse('ownRequest')
  if (command.policy.verdict === 'deny' || fills.length === 0) {
    return refuse(command.unread === true ? 'unreadable' : 'notApprover')
  }
  // Who was shown the bounds has seen the plan that was made within them.
  const { digest } = command
  const obstacle = obstacleTo(request, isOfPlan(request, digest) ? request.plan.digest : digest, nowMs)
  if (obstacle !== null) return refuse(obstacle)
  const note = command.note.trim()
  const rest = { ...(through === undefined ? {} : { through }), ...onBounds(request, digest) }
  const decision: Decision = { verdict, by, note, atMs: nowMs, fills, ...rest }
  if (verdict === 'reject') {
    if (note === '') return refuse('noteMissing')
    return visible(
      request,
      { name: 'rejected', decision },
      voted(request, decision, filled(guard, votes), true),
    )
  }
  if (isHeld(request)) return refuse('unreadable')
  if (!countsUnder(guard, decision)) return refuse(isOfBounds(request.plan) ? 'preparing' : 'planChanged')
  if (votes.some(each => each.by === by)) return refuse('alreadyVoted')
  const withdrawals = request.notes.filter(note => note.kind === 'withdrawn' && note.by === by).length
  if (withdrawals >= WITHDRAWALS_MAX) return refuse('withdrawnOften')
  if (guard.typedGroup && command.typedGroup.trim() !== request.reset.target.group) {
    return refuse('groupNotTyped')
  }
  const approvals = [...votes, decision]
  const settles = isMet(guard, approvals)
  return visible(
    { ...request, votes: approvals },
    settles ? approved({ decision, attempt: 1, notBeforeMs: nowMs }) : state,
    voted(request, decision, filled(guard, approvals), settles),
  )
}

/** Why nobody can decide on it with this plan before them, or null. */
export function obstacleTo(request: ResetRequest, digest: string, nowMs: number): Refusal | null {
  const past = pastOf(request, nowMs)
  if (past !== null) return past
  if (request.state.name === 'preparing') return 'preparing'
  return request.plan?.digest === digest ? null : 'planChanged'
}

/** Why there is nothing to decide on any more, or null. */
export function pastOf({ state, expiresAtMs }: ResetRequest, nowMs: number): 'decided' | 'expired' | null {
  if (state.name !== 'pending' && state.name !== 'preparing') {
    return state.name === 'expired' ? 'expired' : 'decided'
  }
  return state.name === 'pending' && nowMs >= expiresAtMs ? 'expired' : null
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
  const note = { kind: 'withdrawn', by, approvals: filled(guard, votes), needed: guard.approvals } as const
  return visible({ ...request, votes }, state, note)
}

/**
 * Under another guard: votes of those who can fill nothing of it are taken back, and what was approved goes back to
 * people if the rest is not enough. Who broke the glass asked no policy for votes, and has to be named for it still.
 */
export function reguard(
  request: ResetRequest,
  command: Extract<Command, { kind: 'reguard' }>,
  nowMs: number,
): Decided {
  const { state } = request
  const { guard, expiryMs, lastRead = request.lastRead, round = request.round } = command
  if (state.name !== 'pending' && state.name !== 'approved') return refuse('stale')
  // What another plan asks for is no guard of this one.
  if (round !== request.round) return refuse('stale')
  const votes = votesUnder(request, command)
  const keepsGlass = brokeGlass(request) && command.glassRevoked !== true
  const lost = request.votes.map(({ by }) => by).filter(by => !votes.some(each => each.by === by))
  const unread = unreadAfter(request, command, nowMs)
  // Who is not named for it any more has carried nothing out without approval.
  const glass = brokeGlass(request) && !keepsGlass ? null : request.glass
  const next = { ...request, guard, votes, glass, lastRead, unread }
  const met = isMet(guard, votes)
  const counting = votes.filter(({ fills }) => fills.length > 0)
  const held = isHeld(next)
  const settles = state.name === 'pending' && met && !held && nowMs < request.expiresAtMs
  const isSame =
    brokeGlass(request) === keepsGlass &&
    lost.length === 0 &&
    isSameGuard(request.guard, guard) &&
    votes.every(each => stoodSo(request, each))
  // What is known of groups beside the votes is nothing to see.
  if (isSame && !settles && isSameUnread(request.unread, unread)) return unseen(request, next)
  const revoked = lost.length === 0 ? [] : [{ kind: 'revoked', by: lost } as const]
  const { approvals: needed, rule } = guard
  const changed = { kind: 'reguarded', rule, approvals: filled(guard, votes), needed } as const
  if (state.name === 'pending') {
    const last = counting.at(-1)
    return settles && last !== undefined
      ? visible(
          next,
          approved({ decision: last, attempt: 1, notBeforeMs: nowMs }),
          voted(next, last, filled(guard, votes), true),
        )
      : visible(next, state, ...revoked, ...(isSame ? [] : [changed]))
  }
  // A job that is on its way finds it held; when it goes on, it is owed another.
  if (met || keepsGlass) return visible(next, held ? { ...state, dispatch: null } : state, ...revoked)
  // While it waited the group had members; the wait is over, and what it knew must not be lost with it.
  const group = state.wait === null ? request.group : JOINED
  const expiresAtMs = Math.max(request.expiresAtMs, nowMs + expiryMs)
  return visible(
    { ...next, group, expiresAtMs, pendingSinceMs: nowMs, reminded: 0, escalated: false },
    { name: 'pending' },
    ...(revoked.length > 0 ? revoked : [changed]),
  )
}

function votesUnder(
  request: ResetRequest,
  { guard, fills, through }: Extract<Command, { kind: 'reguard' }>,
): Decision[] {
  return request.votes.flatMap(each => {
    if (isBarredAsRequester(each.by, { ...request, guard }) || !countsUnder(guard, each)) return []
    const may = fills[each.by]
    if (through === undefined) return may === undefined || may.length === 0 ? [] : [{ ...each, fills: may }]
    if (may === undefined) return since(request, each, guard)
    const rests = through[each.by]
    return rests === undefined ? [] : [{ ...each, fills: may, through: rests }]
  })
}

/** Cast since somebody looked at the votes: it rests on what was known when it was given. */
function since(request: ResetRequest, vote: Decision, guard: Guard): Decision[] {
  const through = restsOn(vote, request)
  return [{ ...vote, through, fills: fillsThrough({ ...request, guard }, through) }]
}

function stoodSo({ votes }: ResetRequest, { by, fills }: Decision): boolean {
  const before = votes.find(each => each.by === by)
  return before !== undefined && `${before.fills}` === `${fills}`
}

/** The same as before keeps its time to be asked again. */
function unreadAfter(
  request: ResetRequest,
  { unread = request.unread }: Extract<Command, { kind: 'reguard' }>,
  nowMs: number,
): ResetRequest['unread'] {
  if (unread === null) return null
  return isSameUnread(request.unread, unread) ? request.unread : unreadFrom(unread, nowMs)
}

/** Slack limits how often it may be asked, and a group that was deleted never comes back. */
const UNREAD_MS = { first: 8_000, longest: 120_000 }

export function unreadFrom(
  { groups, holds }: Unread,
  nowMs: number,
  tries = 0,
): NonNullable<ResetRequest['unread']> {
  const waitMs = Math.min(UNREAD_MS.longest, UNREAD_MS.first * 2 ** Math.min(tries, 10))
  return { groups, holds, tries, askAtMs: nowMs + waitMs }
}

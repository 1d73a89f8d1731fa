// How a request comes to have a plan, tells how far it is, goes without, and is planned anew once the world has moved. Pure;
// decide.ts says when.

import { z } from 'zod'
import { boundsSchema } from './bounds.ts'
import type { Command } from './command.ts'
import { differenceSchema } from './drift.ts'
import type { Note } from './notes.ts'
import { type Plan, planSchema } from './plan.ts'
import type { ResetRequest } from './request.ts'
import { beginsAt, isOfBounds, settling } from './settling.ts'
import type { Progress, State } from './state.ts'
import { type Decided, refuse, unseen, visible } from './step.ts'
import { unreadFrom } from './voting.ts'

type Of<Kind extends Command['kind']> = Extract<Command, { kind: Kind }>

export function preparing(nowMs: number): State {
  return { name: 'preparing', tries: 0, retryAtMs: nowMs, progress: null }
}

export function prepare(request: ResetRequest, command: Of<'prepare'>, nowMs: number): Decided {
  const { state } = request
  if (state.name !== 'preparing' || command.round !== request.round) return refuse('stale')
  const { topics, group, guard, overlaps, overlapsLeft = 0, lastRead = request.lastRead } = command
  const plan = planSchema.decode(command.plan)
  if (isOfBounds(plan) && guard.onBounds !== true) return refuse('stale')
  const planned = {
    group,
    plan,
    guard,
    overlaps,
    ...(overlapsLeft === 0 && request.overlapsLeft === undefined ? {} : { overlapsLeft }),
    ...(command.holdMs === undefined ? {} : { holdMs: command.holdMs }),
    lastRead,
    unread: command.unread ? unreadFrom(command.unread, nowMs) : null,
    reset: { ...request.reset, topics },
    notes: [...request.notes, { kind: 'planned', round: request.round } as const],
    pendingSinceMs: nowMs,
    ...(isOfBounds(plan) ? { settling: beginsAt(nowMs) } : {}),
  }
  return visible({ ...request, ...planned }, ...outlookOf(request, plan, nowMs))
}

export function progress(request: ResetRequest, command: Of<'progress'>, nowMs: number): Decided {
  const { state } = request
  if (isOfBounds(request.plan)) return settling(request, command, { progress: progressOf(command) }, nowMs)
  if (state.name !== 'preparing' || command.round !== request.round) return refuse('stale')
  return visible(request, {
    ...state,
    retryAtMs: command.retryAtMs,
    progress: progressOf(command),
  })
}

export function prepareLater(request: ResetRequest, command: Of<'prepareLater'>, nowMs: number): Decided {
  const { state } = request
  if (isOfBounds(request.plan)) return settling(request, command, null, nowMs)
  if (state.name !== 'preparing' || command.round !== request.round) return refuse('stale')
  return unseen(request, {
    state: {
      ...state,
      tries: state.tries + 1,
      retryAtMs: command.retryAtMs,
      ...(command.cause === undefined ? {} : { cause: command.cause }),
    },
  })
}

export function prepareFailed(request: ResetRequest, command: Of<'prepareFailed'>, nowMs: number): Decided {
  const { state } = request
  if (isOfBounds(request.plan)) return settling(request, command, { outcome: notPrepared(command) }, nowMs)
  if (state.name !== 'preparing' || command.round !== request.round) return refuse('stale')
  return visible(
    request,
    {
      name: 'failed',
      decision: null,
      attempt: 0,
      outcome: notPrepared(command),
      atMs: nowMs,
    },
    { kind: 'ended' },
  )
}

export function drifted(request: ResetRequest, command: Of<'drifted'>, nowMs: number): Decided {
  const { state } = request
  if (state.name !== 'pending' && state.name !== 'approved') return refuse('stale')
  // Somebody else has had it planned anew already.
  if (request.plan?.digest !== command.digest) return refuse('stale')
  // Its time is up, whether or not anybody has marked it: a look must not bring it back.
  if (state.name === 'pending' && nowMs >= request.expiresAtMs) return refuse('expired')
  const differences = z.array(differenceSchema).decode(command.differences)
  const again = {
    plan: null,
    group: null,
    votes: [],
    unread: null,
    pendingSinceMs: null,
    reminded: 0,
    escalated: false,
    drift: differences,
    ...(request.settling ? { settling: null } : {}),
    round: request.round + 1,
    expiresAtMs: Math.max(request.expiresAtMs, nowMs + command.expiryMs),
  }
  return visible({ ...request, ...again }, preparing(nowMs), {
    kind: 'drifted',
    at: command.at,
    differences,
  })
}

/** A plan that jumps to the end of a log where nobody meant it ends here; any other waits for a decision. */
export function outlookOf(request: ResetRequest, { jumping }: Plan, nowMs: number): [State, ...Note[]] {
  if (request.skipToEnd || jumping.skips === 0n) return [{ name: 'pending' }]
  const outcome = { kind: 'wouldJump', ...jumping } as const
  return [{ name: 'failed', decision: null, attempt: 0, outcome, atMs: nowMs }, { kind: 'ended' }]
}

function progressOf({ done, total, bounds, leftMs }: Of<'progress'>): Progress {
  return {
    ...{ done, total },
    ...(bounds === undefined ? {} : { bounds: boundsSchema.decode(bounds) }),
    ...(leftMs === undefined ? {} : { leftMs }),
  }
}

function notPrepared({ cause, refused }: Of<'prepareFailed'>) {
  return { kind: 'notPrepared', cause, ...(refused === undefined ? {} : { refused }) } as const
}

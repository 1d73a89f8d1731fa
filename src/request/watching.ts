// The commands of the watch after a reset. Pure. It must never begin where it is not known that something was set, nor go
// on with a look that somebody else has made meanwhile.

import { z } from 'zod'
import type { Command } from './command.ts'
import type { Note } from './notes.ts'
import type { ResetRequest } from './request.ts'
import type { Done } from './result.ts'
import { type Decided, refuse, unseen, visible } from './step.ts'
import {
  beginsWatch,
  openWatch,
  PLACES_TOLD,
  type Seen,
  seenSchema,
  type ToldKind,
  type Watch,
  type WatchNote,
} from './watch.ts'
import { estimate } from './watch-estimate.ts'
import { afterEnd, afterLook, afterMissedLook, stuckIn } from './watch-findings.ts'

/** Null: there is none, as nothing is known to be set. */
export function watchFrom({ counts }: Done, watchMs: number, nowMs: number): Watch | null {
  return counts.succeeded + counts.clamped > 0 ? beginsWatch(watchMs, nowMs) : null
}

/** What the end of an execution says of the watch after it: its rule goes before the settings. */
export function watchedFor(
  { guard }: Pick<ResetRequest, 'guard'>,
  settingMs = 0,
): Pick<Extract<Command, { kind: 'finish' }>, 'watchMs'> {
  const watchMs = guard.watchMs ?? settingMs
  return watchMs > 0 ? { watchMs } : {}
}

export function watched(request: ResetRequest, command: Extract<Command, { kind: 'watched' }>): Decided {
  const before = openWatch(request)
  if (before === undefined || command.look !== before.looks) return refuse('stale')
  const seen = z.decode(seenSchema, command.seen)
  const { watch, told } = afterLook(before, seen, command.tellsEnd)
  const notes: Note[] = told.map(each => noteOf(each, watch, seen))
  return visible({ ...request, watch }, request.state, ...notes)
}

export function watchLater(
  request: ResetRequest,
  { look, missed, retryAtMs, tellsEnd }: Extract<Command, { kind: 'watchLater' }>,
  nowMs: number,
): Decided {
  const before = openWatch(request)
  if (before === undefined || look !== before.looks || missed !== before.missed) return refuse('stale')
  const { watch, told } = afterMissedLook(before, retryAtMs, nowMs, tellsEnd)
  if (watch.over === null) return unseen(request, { watch })
  const notes: Note[] = told.map(each => noteOf(each, watch, watch.last ?? unseenAt(nowMs)))
  return visible({ ...request, watch }, request.state, ...notes)
}

export function watchOver(
  request: ResetRequest,
  { why, by }: Extract<Command, { kind: 'watchOver' }>,
): Decided {
  const before = openWatch(request)
  if (before === undefined) return refuse('stale')
  return visible({ ...request, watch: afterEnd(before, why, by) }, request.state)
}

/** What a note is made of: a look, or that there was none. */
type NoteSeen = Omit<Seen, 'committed' | 'end'>

function unseenAt(atMs: number): NoteSeen {
  const none = { partitions: 0, read: 0, lag: 0n, moved: 0, unmoved: 0, topics: [], topicsLeft: 0, apart: [] }
  return { atMs, members: null, ...none }
}

function noteOf(told: ToldKind, watch: Watch, seen: NoteSeen): WatchNote {
  const known = estimate(watch.points, watch.backSinceMs)
  const { partitions, first } = placesOf(told, watch, seen)
  return {
    kind: 'watched',
    told,
    atMs: seen.atMs,
    afterMs: Math.max(0, seen.atMs - watch.sinceMs),
    members: seen.members,
    lag: seen.lag,
    partitions,
    first: first.slice(0, PLACES_TOLD),
    ...(known === null
      ? {}
      : { rates: { read: Math.round(known.rates.read), written: Math.round(known.rates.written) } }),
  }
}

function placesOf(told: ToldKind, watch: Watch, seen: NoteSeen): Pick<WatchNote, 'partitions' | 'first'> {
  switch (told) {
    case 'overwritten':
      return seen.overwritten ?? NONE
    case 'jumped':
      return seen.jumped ?? NONE
    case 'stuck': {
      const stuck = stuckIn(watch)
      return { partitions: stuck.length, first: stuck }
    }
    case 'gone':
    case 'notBack':
    case 'growing':
    case 'caughtUp':
    case 'back':
    case 'timeOver':
      return { partitions: seen.partitions, first: [] }
    default:
      return told satisfies never
  }
}

const NONE = { partitions: 0, first: [] }

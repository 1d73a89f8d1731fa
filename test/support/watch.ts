// A request that is watched, and looks at its group as they find it.

import { z } from 'zod'
import type { Group, Position } from '../../src/request/group.ts'
import type { ResetRequest } from '../../src/request/request.ts'
import { type Seen, seenSchema } from '../../src/request/watch.ts'
import { seenOf, setPartitions } from '../../src/request/watch-look.ts'
import { allArrived, allSucceeded, approve, finish, following, IN_USE, pending, start } from './requests.ts'

const HOURS_2 = 7_200_000
export const setByWatched = setPartitions(allArrived(pending()))

/** Carried out, and watched for two hours. */
export function watchedDone(): ResetRequest {
  return following(pending(), approve, start, { ...finish(allSucceeded), watchMs: HOURS_2 })
}

export interface Stands {
  /** By how much each partition has moved from where it was set. */
  moved?: readonly number[]
  /** How much was written since. */
  written?: number
  group?: Group
}

export function positionsFor({ moved = [], written = 0 }: Stands): Position[] {
  return setByWatched.map(({ topic, partition, to }, index) => ({
    ...{ topic, partition, logStart: 441_480n },
    committed: to + BigInt(moved[index] ?? moved[0] ?? 0),
    logEnd: 442_480n + BigInt(partition) + BigInt(written),
  }))
}

/** The look that is due, as it sees this. */
export function watchLook(request: ResetRequest, stands: Stands, seenAlso: Partial<Seen> = {}): ResetRequest {
  const { watch } = request
  if (watch === undefined) throw new Error('It is not watched.')
  const atMs = watch.nextAtMs
  const { group = IN_USE } = stands
  const sinceMs = watch.points.at(-1)?.atMs ?? watch.sinceMs
  const seen = seenOf(setByWatched, { atMs, group, positions: positionsFor(stands), sinceMs }, watch.last)
  return following(request, [
    {
      kind: 'watched',
      look: watch.looks,
      seen: z.encode(seenSchema, { ...seen, ...seenAlso }),
      tellsEnd: true,
    },
    atMs,
  ])
}

/** The look that is due cannot be made. */
export function missedLook(request: ResetRequest): ResetRequest {
  const { watch } = request
  if (watch === undefined) throw new Error('It is not watched.')
  const { looks: look, missed, nextAtMs } = watch
  return following(request, [
    { kind: 'watchLater', look, missed, retryAtMs: nextAtMs + 5, tellsEnd: true },
    nextAtMs,
  ])
}

/** To its end: the looks as they are given, and from then on all as the last one, or none. */
export function watchedToEnd(request: ResetRequest, stands: readonly Stands[]): ResetRequest {
  let now = request
  for (let looks = 0; now.watch?.over === null; looks++) {
    const seen = stands[Math.min(looks, stands.length - 1)]
    now = seen === undefined ? missedLook(now) : watchLook(now, seen)
  }
  return now
}

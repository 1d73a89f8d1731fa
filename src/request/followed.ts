// What the undos and the retries of a request have left of it, and which of them it is told of. Pure. An undo may have
// been undone since, and a retry as well: only what still holds counts.

import type { Command } from './command.ts'
import { placeOf } from './group.ts'
import type { RequestId, ResetRequest, Share } from './request.ts'
import type { Reset } from './reset.ts'
import type { PartitionResult } from './result.ts'
import { isFinal } from './state.ts'
import { type Decided, refuse, visible } from './step.ts'
import { openWatch } from './watch.ts'
import { afterEnd } from './watch-findings.ts'

/** A request, and its result; empty where it has none. */
export interface Follower {
  request: Pick<ResetRequest, 'id' | 'parent' | 'state' | 'reset'>
  rows: readonly PartitionResult[]
}

export interface Followed {
  /**
   * `left`: what is not put back; `free`: and no open undo is about. `by`: the undos of which something still holds, oldest
   * first; `open`: those that have not ended.
   */
  undo: { left: PartitionResult[]; free: PartitionResult[]; by: RequestId[]; open: RequestId[] }
  /**
   * `left`: what of it failed, and no retry has done or, being open, is about. `isWhole`: retries have done all of it. `by`:
   * the retries of which something still holds, oldest first; `open`: those that have not ended.
   */
  retry: { left: PartitionResult[]; isWhole: boolean; by: RequestId[]; open: RequestId[]; share: Share }
}

/** @param followers what follows it or one of these, oldest first @param result of the request; empty: it has none */
export function followedBy(
  id: RequestId,
  result: readonly PartitionResult[],
  followers: readonly Follower[],
): Followed {
  const undos = heldBy(id, 'undo', followers)
  const retries = heldBy(id, 'retry', followers)
  const [openUndos, openRetries] = (['undo', 'retry'] as const).map(kind =>
    followers.map(({ request }) => request).filter(request => isOpenOn({ id, kind }, request)),
  ) as [OfFollower[], OfFollower[]]
  const isFree = (row: PartitionResult, open: readonly OfFollower[]) =>
    !open.some(({ reset }) => isAbout(reset, row.topic))
  const notBack = result.filter(row => !undos.places.has(nameOf(row)))
  const missed = result.filter(isMissed)
  const notDone = missed.filter(row => !retries.places.has(nameOf(row)))
  return {
    undo: {
      left: notBack,
      free: notBack.filter(row => isFree(row, openUndos)),
      by: undos.by,
      open: openUndos.map(request => request.id),
    },
    retry: {
      left: notDone.filter(row => isFree(row, openRetries)),
      isWhole: notDone.length === 0 && retries.by.length > 0,
      by: retries.by,
      open: openRetries.map(request => request.id),
      share: { done: missed.length - notDone.length, of: missed.length },
    },
  }
}

/** The places that this one did, or a retry of it, without what an undo of it has put back. */
function heldPlaces(
  { request: { id }, rows }: Follower,
  followers: readonly Follower[],
): ReadonlySet<string> {
  const places = new Set(rows.filter(isDone).map(nameOf))
  for (const each of followersOf(id, followers)) {
    for (const place of heldPlaces(each, followers)) {
      if (each.request.parent?.kind === 'retry') places.add(place)
      else places.delete(place)
    }
  }
  return places
}

function heldBy(id: RequestId, kind: 'undo' | 'retry', followers: readonly Follower[]) {
  const places = new Set<string>()
  const by: RequestId[] = []
  for (const each of followersOf(id, followers)) {
    if (each.request.parent?.kind !== kind) continue
    const held = heldPlaces(each, followers)
    if (held.size > 0) by.push(each.request.id)
    for (const place of held) places.add(place)
  }
  return { places, by }
}

/** Those that follow it: they came after it, so that no chain of them leads back to itself. */
function followersOf(id: RequestId, followers: readonly Follower[]): Follower[] {
  return followers.filter(
    ({ request: { id: other, parent } }) =>
      parent?.id === id && parent.kind !== 'edit' && numberOf(other) > numberOf(id),
  )
}

function numberOf(id: RequestId): number {
  return Number(id.slice(2))
}

function isAbout({ scope, topics }: Pick<Reset, 'scope' | 'topics'>, topic: string): boolean {
  return scope === 'allTopics' || topics.includes(topic)
}

type OfFollower = Follower['request']

function isOpenOn(
  on: NonNullable<ResetRequest['parent']>,
  { parent, state }: Pick<OfFollower, 'parent' | 'state'>,
): boolean {
  return parent?.id === on.id && parent.kind === on.kind && !isFinal(state)
}

/** Which of these undo or retry the same already, on a topic of this one, and have not ended. */
export function openAlike(
  { parent, reset }: Pick<ResetRequest, 'parent' | 'reset'>,
  others: readonly OfFollower[],
): RequestId[] {
  if (parent === null || parent.kind === 'edit') return []
  const shares = (other: Reset) =>
    reset.scope === 'allTopics' ||
    other.scope === 'allTopics' ||
    reset.topics.some(each => isAbout(other, each))
  return others.filter(other => isOpenOn(parent, other) && shares(other.reset)).map(({ id }) => id)
}

function isDone({ outcome }: PartitionResult): boolean {
  return outcome === 'succeeded' || outcome === 'clamped'
}

export function isMissed({ partition, outcome }: PartitionResult): boolean {
  return partition !== null && (outcome === 'failed' || outcome === 'unreported')
}

function nameOf({ topic, partition }: PartitionResult): string {
  return placeOf(topic, partition ?? -1)
}

type Telling = Pick<ResetRequest, 'parent' | 'parentTold' | 'state' | 'undone' | 'retried' | 'posts'>

/**
 * What the request that this one undoes or retries is to be told, and is not told yet: of a retry that it is open, and of
 * either that it has ended, if that changes anything. Undefined: nothing.
 */
export function owedToParent(request: Telling): 'open' | 'ended' | undefined {
  const { parent, parentTold, state, posts } = request
  if (parent === null || parent.kind === 'edit' || parentTold === true) return undefined
  if (!isFinal(state)) {
    // With the card to link to.
    const isSettled = posts.card?.state === 'posted' || posts.card?.state === 'refused'
    return parent.kind === 'retry' && parentTold === undefined && isSettled ? 'open' : undefined
  }
  return hasDone(request) || parentTold === 'open' ? 'ended' : undefined
}

/** Whether it has moved something, or a retry of it has. */
export function hasDone({ state, retried }: Pick<ResetRequest, 'state' | 'retried'>): boolean {
  if (retried?.by.some(({ isOpen }) => !isOpen)) return true
  if (!('outcome' in state) || state.outcome.kind !== 'done') return false
  return state.outcome.counts.succeeded + state.outcome.counts.clamped > 0
}

/** Which undos still hold of it, as whoever it follows is told; undefined: none. */
export function undoneSince({ undone }: Pick<ResetRequest, 'undone'>) {
  const by = (undone?.by ?? []).filter(({ since }) => since?.isWhole !== true)
  if (undone === undefined || by.length === 0) return undefined
  const { isWhole, share } = undone
  return { by: by.map(({ id, card }) => ({ id, card })), isWhole, ...(share === undefined ? {} : { share }) }
}

/** What follows it is told to the request that it follows in turn, as that may hold again by it. */
export function followed(request: ResetRequest, command: Extract<Command, { kind: 'followed' }>): Decided {
  const { state, undone, retried } = request
  const { how, by: id, card, is, since, isWhole, isLeft, share } = command
  const shared = share === undefined ? {} : { share }
  if (!('outcome' in state)) return refuse('stale')
  const follower = { id, card, ...(since === undefined ? {} : { since }) }
  const next =
    how === 'undo'
      ? {
          undone: {
            by: withFollower(undone?.by ?? [], id, is === 'nothing' ? null : follower),
            isWhole,
            ...shared,
          },
        }
      : {
          retried: {
            by: withFollower(
              retried?.by ?? [],
              id,
              is === 'nothing' ? null : { ...follower, isOpen: is === 'open' },
            ),
            isWhole,
            isLeft,
            ...shared,
          },
        }
  if (JSON.stringify({ undone, retried }) === JSON.stringify({ undone, retried, ...next }))
    return refuse('stale')
  const { parentTold: _, ...untold } = request
  // What an undo has moved is not where this reset has set it.
  const watch = how === 'undo' && is === 'done' ? openWatch(request) : undefined
  const over = watch === undefined ? {} : { watch: afterEnd(watch, 'undone', id) }
  return visible({ ...untold, ...next, ...over }, state)
}

function withFollower<T extends { id: RequestId }>(
  known: readonly T[],
  id: RequestId,
  follower: T | null,
): T[] {
  if (known.some(each => each.id === id))
    return known.flatMap(each => (each.id !== id ? [each] : follower === null ? [] : [follower]))
  return follower === null ? [...known] : [...known, follower]
}

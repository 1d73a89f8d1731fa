// What the looks of a watch mean: which of it is worth a reply, and when the watch is over. Pure.
// It must never tell the same kind twice, nor say of consumers what only the offsets show.

import {
  durationOf,
  MOST_TOLD,
  nextLookAt,
  pauseAfter,
  pointOf,
  type Seen,
  TOLD_KINDS,
  type ToldKind,
  type Watch,
  type WatchEnd,
  withPoint,
} from './watch.ts'
import { estimate } from './watch-estimate.ts'

/** What replies say; the rest of it stands in the record as it was at that look. */
export interface Found {
  watch: Watch
  /** Empty: nothing of this look is worth a reply. */
  told: ToldKind[]
}

/** With two hours a partition counts as stuck after 2 minutes, and a group as not back after 15. */
const STUCK_OF = 60
const NOT_BACK_OF = 8
const LEAST_STUCK = 2n
/** Lag that has grown over so many looks grows. */
const GROWING_LOOKS = 3
const LEAST_GROWTH = 1_000
/** What is written in so long is no lag of anybody. */
const STEADY_LAG_MS = 10_000
const LITTLE_LAG = 100
const LITTLE_OF_START = 0.01

/** The watch after this look, and what of it to tell. @param tellsEnd as of the command */
export function afterLook(before: Watch, seen: Seen, tellsEnd = false): Found {
  const { atMs } = seen
  const looks = before.looks + 1
  const { committed: _, end: __, ...last } = seen
  const points = withPoint(before.points, pointOf(seen))
  const watch: Watch = {
    ...before,
    looks,
    missed: 0,
    nextAtMs: nextLookAt(before, looks, atMs),
    points,
    last,
    heldSinceMs: heldSince(before, seen),
    backSinceMs: backSince(before, seen),
  }
  const found = findingsOf(before, watch, seen)
  const over = endOf(watch, found, atMs)
  // One is left for the end, where this is not the end already.
  const most = tellsEnd && (over === null || over === 'time') ? MOST_TOLD - 1 : MOST_TOLD
  const finding = before.told.length >= most ? null : worthTelling(before, found)
  const after = { ...watch, over, told: finding === null ? watch.told : [...watch.told, finding] }
  const end = tellsEnd ? withEndTold(after) : { watch: after, told: [] }
  return { watch: end.watch, told: [...(finding === null ? [] : [finding]), ...end.told] }
}

/** That its time is over is told once: whoever comes to the thread then finds how it was at the last look. */
function withEndTold(watch: Watch): Found {
  if (watch.over !== 'time' || watch.told.length >= MOST_TOLD) return { watch, told: [] }
  return { watch: { ...watch, told: [...watch.told, 'timeOver'] }, told: ['timeOver'] }
}

/** The look could not be made: it is made later, each time more so, and after its time not at all. */
export function afterMissedLook(before: Watch, retryAtMs: number, nowMs: number, tellsEnd = false): Found {
  const missed = before.missed + 1
  const nextAtMs = Math.max(retryAtMs, nowMs + pauseAfter(missed, durationOf(before)))
  const watch: Watch = {
    ...before,
    missed,
    nextAtMs: Math.min(nextAtMs, Math.max(before.untilMs, nowMs + 1)),
    over: nowMs >= before.untilMs ? 'time' : null,
  }
  return tellsEnd ? withEndTold(watch) : { watch, told: [] }
}

export function afterEnd(before: Watch, why: WatchEnd, by?: string): Watch {
  return { ...before, over: why, ...(by === undefined ? {} : { overBy: by }) }
}

/** Whoever is back need not be told of any more when it has caught up as well. */
function worthTelling({ told }: Watch, found: ReadonlySet<ToldKind>): ToldKind | null {
  if (found.has('caughtUp') && told.includes('caughtUp')) return null
  return TOLD_KINDS.find(kind => found.has(kind) && !told.includes(kind)) ?? null
}

function endOf({ untilMs }: Watch, found: ReadonlySet<ToldKind>, atMs: number): WatchEnd | null {
  if (found.has('gone')) return 'gone'
  if (found.has('caughtUp')) return 'caughtUp'
  return atMs >= untilMs ? 'time' : null
}

function findingsOf(before: Watch, watch: Watch, seen: Seen): Set<ToldKind> {
  const found = new Set<ToldKind>()
  if (seen.isGone === true) return found.add('gone')
  if (seen.overwritten !== undefined) found.add('overwritten')
  if (seen.jumped !== undefined) found.add('jumped')
  const isBack = watch.backSinceMs !== null
  const isStuck = isBack && stuckIn(watch).length > 0
  if (isStuck) found.add('stuck')
  if (!isBack && seen.lag > 0n && seen.atMs - watch.sinceMs >= durationOf(watch) / NOT_BACK_OF)
    found.add('notBack')
  if (isBack && isGrowing(watch)) found.add('growing')
  if (isBack && before.backSinceMs === null) found.add('back')
  // What was committed over has caught up with nothing.
  const isAsSet = seen.overwritten === undefined && seen.jumped === undefined
  if (isBack && isAsSet && !isStuck && hasCaughtUp(watch, seen)) found.add('caughtUp')
  return found
}

/** Members, or offsets that move: consumers that assign partitions themselves are no members. */
function backSince({ backSinceMs, points }: Watch, seen: Seen): number | null {
  const before = points.at(-1)
  const moves =
    before === undefined
      ? seen.moved > 0 && seen.overwritten === undefined
      : before.read === seen.read && seen.committed > before.committed
  return seen.members !== 0 || moves ? (backSinceMs ?? seen.atMs) : null
}

function heldSince({ last, heldSinceMs, points }: Watch, { apart, atMs }: Seen): number[] {
  return apart.map(({ topic, partition, committed }) => {
    const index = (last?.apart ?? []).findIndex(
      each => each.topic === topic && each.partition === partition && each.committed === committed,
    )
    return heldSinceMs[index] ?? (index === -1 ? atMs : (points.at(-1)?.atMs ?? atMs))
  })
}

/** Those told apart that have lag and have not moved for long enough while somebody could have read them. */
export function stuckIn(watch: Watch): NonNullable<Watch['last']>['apart'] {
  const { last, heldSinceMs, backSinceMs } = watch
  if (last === null || backSinceMs === null) return []
  return last.apart.filter(({ lag }, index) => {
    // The mark of a transaction at the end of a log is no message, and counts as one.
    if (lag < LEAST_STUCK) return false
    const sinceMs = Math.max(heldSinceMs[index] ?? last.atMs, backSinceMs)
    return last.atMs - sinceMs >= durationOf(watch) / STUCK_OF
  })
}

/** At each of the last looks more than at the one before, and by enough to matter. */
function isGrowing({ points, backSinceMs }: Watch): boolean {
  const since = points.filter(({ atMs }) => backSinceMs !== null && atMs >= backSinceMs)
  const last = since.slice(-GROWING_LOOKS)
  const [first] = last
  const now = last.at(-1)
  if (first === undefined || now === undefined || last.length < GROWING_LOOKS) return false
  // Offsets that go back make lag as well, and nobody is slow for that.
  const rises = last.every((each, index) => {
    const before = last[index - 1]
    return (
      before === undefined ||
      (each.lag > before.lag && each.committed >= before.committed && each.read === first.read)
    )
  })
  const grown = Number(now.lag - first.lag)
  return rises && grown >= LEAST_GROWTH && grown >= Number(first.lag) * 0.02
}

/** All of it could be read, and what is left is what a group that keeps up always has. */
export function hasCaughtUp(
  { points, backSinceMs }: Watch,
  seen: Pick<Seen, 'lag' | 'read' | 'partitions'>,
): boolean {
  if (seen.read < seen.partitions) return false
  if (seen.lag === 0n) return true
  const lag = Number(seen.lag)
  const [first] = points
  if (lag <= LITTLE_LAG && first !== undefined && lag <= Number(first.lag) * LITTLE_OF_START) return true
  const known = estimate(points, backSinceMs)
  return known !== null && lag <= writtenInSteadyLag(known.rates.written)
}

function writtenInSteadyLag(writtenASecond: number): number {
  return (writtenASecond * STEADY_LAG_MS) / 1_000
}

/** No more than a group has that reads everything as it comes. @param writtenASecond messages */
export function isSteadyLag(lag: number, writtenASecond: number): boolean {
  return lag <= Math.max(LITTLE_LAG, writtenInSteadyLag(writtenASecond))
}

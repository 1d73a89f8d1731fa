// The file of clusters, read again when it or a file that it names has been edited, and what that changes, entry by entry.
// An entry that became wrong goes on as it was; what cannot be read at all changes nothing.

import type { ClusterEntry } from '../config-clusters.ts'
import { MOST_BYTES } from './document.ts'
import type { ReadEntry } from './entry.ts'
import { type ClusterProblem, type LoadedClusters, loadClusters, sharedBy } from './load.ts'
import { type Environment, isSame, MOST_BYTES_OF_SECRET, seeAgain } from './secrets.ts'

export interface ClustersChange {
  /** All that are served from now on. */
  entries: readonly ClusterEntry[]
  added: readonly ClusterEntry[]
  /** As they are now; the id is the same. */
  changed: readonly ClusterEntry[]
  /** Ids. */
  removed: readonly string[]
  /** All that there are now. Those served as before, for their entry is wrong now, are in `entries`. */
  problems: readonly ClusterProblem[]
}

export interface ClustersWatch {
  stop(): void
}

export interface WatchDeps {
  everyMs: number
  /** Once for each edit that changes an entry or a problem. What it throws or rejects with is given to `onFault`. */
  onChange(change: ClustersChange): void | Promise<void>
  onFault(error: unknown): void
}

/** Compares the texts now and then: what tells of edits differs between file systems, and a mounted file is replaced whole. */
export function watchClusters(
  file: string,
  environment: Environment,
  first: LoadedClusters,
  { everyMs, onChange, onFault }: WatchDeps,
): ClustersWatch {
  let served = first.read
  let problems = first.problems
  let told = first.seen
  let lastSeen = first.seen
  let state: 'resting' | 'looking' | 'stopped' = 'resting'

  async function look(): Promise<void> {
    const found = await seeAgain(told, path => (path === file ? MOST_BYTES : MOST_BYTES_OF_SECRET))
    // Who is still writing it has written something else by the next look.
    const isWhole = isSame(found, lastSeen)
    lastSeen = found
    if (state === 'stopped' || !isWhole || isSame(found, told)) return
    const loaded = loadClusters(file, environment)
    told = loaded.seen
    lastSeen = loaded.seen
    const next = nextOf(served, loaded)
    const change = changeOf(served, next, loaded.problems)
    const news = [...change.added, ...change.changed, ...change.removed].length
    const isToldAlready = textOf(problems) === textOf(loaded.problems)
    served = next
    problems = loaded.problems
    if (news > 0 || !isToldAlready) await onChange(change)
  }

  const timer = setInterval(() => {
    if (state !== 'resting') return
    state = 'looking'
    look()
      .catch(onFault)
      .finally(() => {
        if (state === 'looking') state = 'resting'
      })
  }, everyMs)
  timer.unref()
  return {
    stop() {
      state = 'stopped'
      clearInterval(timer)
    },
  }
}

function textOf(problems: readonly ClusterProblem[]): string {
  return problems.map(({ text }) => text).join('\n')
}

/** With those that go on as they were: their entry is wrong now, or it may be the one that cannot be told any more. */
function nextOf(before: readonly ReadEntry[], { read, problems }: LoadedClusters): ReadEntry[] {
  if (read.length === 0) return [...before]
  const wrong = new Set(problems.map(({ id }) => id))
  const isAnybody = problems.some(({ id, entry }) => id === null && entry !== null)
  const now = new Map(read.map(each => [each.entry.id, each]))
  const kept = before.filter(
    ({ entry }) =>
      !now.has(entry.id) &&
      (isAnybody || wrong.has(entry.id)) &&
      !read.some(each => sharedBy(each.entry, entry) !== null),
  )
  return [...read, ...kept]
}

function changeOf(
  before: readonly ReadEntry[],
  next: readonly ReadEntry[],
  problems: readonly ClusterProblem[],
): ClustersChange {
  const was = new Map(before.map(each => [each.entry.id, each.fingerprint]))
  const is = new Set(next.map(({ entry }) => entry.id))
  const entriesWhere = (keep: (each: ReadEntry) => boolean) => next.filter(keep).map(({ entry }) => entry)
  return {
    entries: entriesWhere(() => true),
    added: entriesWhere(({ entry }) => !was.has(entry.id)),
    changed: entriesWhere(({ entry, fingerprint }) => was.has(entry.id) && was.get(entry.id) !== fingerprint),
    removed: [...was.keys()].filter(id => !is.has(id)),
    problems,
  }
}

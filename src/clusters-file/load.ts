// The file of clusters, read whole: the entries that can be served, and every problem by its line and its entry. One bad
// entry costs itself alone; where it cannot be told which cluster is meant, none of those that could be is served.

import { readBounded } from '../bounded-file.ts'
import type { ClusterEntry } from '../config-clusters.ts'
import { type Found, MOST_BYTES, readDocument } from './document.ts'
import { type EntryOutcome, type ReadEntry, readEntry } from './entry.ts'
import { serverKey } from './schema.ts'
import { type Environment, markOf, type Seen, sourcesBeside } from './secrets.ts'

export interface ClusterProblem {
  /** Of the entry; null: of one without an id, or of the file. */
  id: string | null
  /** The entry's number in the file, from 1; null: of the file. */
  entry: number | null
  line: number
  /** `line 12, orders: kafka.sasl needs username` */
  text: string
}

export interface LoadedClusters {
  /** Those that can be served, in the order of the file. None: nothing of the file can be used. */
  read: ReadEntry[]
  problems: ClusterProblem[]
  /** Every file that was read for it. */
  seen: Seen
}

/** Never throws. @param environment where the file's `…-env` look */
export function loadClusters(
  file: string,
  environment: Environment,
  nowMs: number = Date.now(),
): LoadedClusters {
  const text = readBounded(file, MOST_BYTES)
  const own: Seen = new Map([[file, markOf(text)]])
  const unusable = (line: number, says: string): LoadedClusters => ({
    read: [],
    problems: [{ id: null, entry: null, line, text: `line ${line}: ${says}` }],
    seen: own,
  })
  if (!text.ok) return { ...unusable(1, ''), problems: [unreadable(text.why)] }
  const document = readDocument(text.text)
  if (!document.ok) return unusable(document.problem.line, document.problem.says)
  if (document.version !== 1) return unusable(1, 'version must be 1')

  const sources = sourcesBeside(file, environment)
  const outcomes = document.entries.map(raw => readEntry(raw, sources, nowMs))
  const doubts = [...sameIdIn(outcomes), ...sameClusterIn(outcomes)]
  const problems = outcomes.flatMap((outcome, index) => [
    ...outcome.problems.map(found => problemOf(outcome, index, found)),
    ...doubts
      .filter(doubt => doubt.outcome === outcome)
      .map(({ says }) => problemOf(outcome, index, { line: outcome.line, says })),
  ])
  const ofFile = document.problems.map(({ line, says }) => ({
    ...{ id: null, entry: null, line },
    text: `line ${line}: ${says}`,
  }))
  return {
    read: outcomes.flatMap(outcome =>
      outcome.read === null || doubts.some(doubt => doubt.outcome === outcome) ? [] : [outcome.read],
    ),
    problems: [...ofFile, ...problems],
    seen: new Map([...own, ...sources.seen()]),
  }
}

function unreadable(why: string): ClusterProblem {
  const text = why === 'ENOENT' ? 'there is no such file (ENOENT)' : `the file cannot be read (${why})`
  return { id: null, entry: null, line: 1, text }
}

function problemOf({ id }: EntryOutcome, index: number, { line, says }: Found): ClusterProblem {
  const entry = index + 1
  return { id, entry, line, text: `line ${line}, ${id ?? `entry ${entry}`}: ${says}` }
}

interface Doubt {
  outcome: EntryOutcome
  says: string
}

/** A reset for such an id could go to the wrong cluster. */
function sameIdIn(outcomes: readonly EntryOutcome[]): Doubt[] {
  return outcomes.flatMap(outcome => {
    const other = outcomes.find(each => each !== outcome && each.id !== null && each.id === outcome.id)
    return other === undefined
      ? []
      : [{ outcome, says: `id is that of the entry on line ${other.line}, too: none of them is served` }]
  })
}

/** Two ways to one cluster would be two queues for one group. */
function sameClusterIn(outcomes: readonly EntryOutcome[]): Doubt[] {
  return outcomes.flatMap(outcome => {
    const { read } = outcome
    if (read === null) return []
    return outcomes.flatMap(other => {
      if (other === outcome || other.read === null) return []
      const shared = sharedBy(read.entry, other.read.entry)
      return shared === null
        ? []
        : [{ outcome, says: `${shared}, and so does ${other.read.entry.id} on line ${other.line}` }]
    })
  })
}

/** What both reach; null: nothing that can be seen here. */
export function sharedBy(one: ClusterEntry, other: ClusterEntry): string | null {
  if (one.kind !== 'ckafka' && other.kind !== 'ckafka') {
    const others = new Set(other.kafka.bootstrap.map(serverKey))
    const server = one.kafka.bootstrap.find(each => others.has(serverKey(each)))
    return server === undefined ? null : `kafka.bootstrap names ${server}`
  }
  if (one.kind === 'kafka' || other.kind === 'kafka') return null
  const [named, otherNamed] = [instancesOf(one), instancesOf(other)]
  const instance = named?.find(each => otherNamed?.includes(each))
  if (instance !== undefined) return `reaches the instance ${instance}`
  const all = one.kind === 'ckafka' && other.kind === 'ckafka' && (named === null || otherNamed === null)
  return all && accountOf(one) === accountOf(other)
    ? `reaches instances of this account in ${one.ckafka.region}, of which ckafka.instances has to name whose is whose`
    : null
}

/** Null: all of the account in the region. */
function instancesOf(entry: Extract<ClusterEntry, { ckafka: unknown }>): readonly string[] | null {
  return entry.kind === 'both' ? [entry.id] : entry.instances
}

function accountOf({ ckafka }: Extract<ClusterEntry, { ckafka: unknown }>): string {
  const who = 'cvmRole' in ckafka ? ['role', ckafka.cvmRole.role] : ['key', ckafka.secretId]
  return JSON.stringify([ckafka.region, ...who])
}

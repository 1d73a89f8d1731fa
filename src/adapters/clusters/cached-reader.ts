// A ClusterReader that remembers for a short while, so that typing in a picker costs next to nothing, and that answers
// in time whatever the API does. For people only: an execution never reads from here.

import { LRUCache } from 'lru-cache'
import type { ClusterReader, InstancesRead } from '../../ports/cluster.ts'
import type { ReadOutcome } from '../../request/api-answer.ts'
import { causeOf } from '../../request/cause.ts'
import type { NamePage, Position } from '../../request/group.ts'
import type { Target } from '../../request/reset.ts'

export interface CachedReaderOptions {
  now: () => number
  /** How long an answer passes for new. */
  freshMs?: number
  /** How long a group's state and positions do: people act on them. */
  freshStateMs?: number
  /** How long an old answer is better than none. */
  staleMs?: number
  /** How long a person waits; the answer that comes later is kept for the next question. */
  patienceMs?: number
}

interface Entry {
  value: unknown
  atMs: number
}

const ENTRIES = 5_000

export interface CachedReader extends ClusterReader {
  /** The clusters are others now: nothing that was said before counts, nor what is under way. */
  forget(): void
}

export function createCachedReader(reader: ClusterReader, options: CachedReaderOptions): CachedReader {
  const { now, freshMs = 30_000, freshStateMs = 3_000, staleMs = 600_000, patienceMs = 2_000 } = options
  const entries = new LRUCache<string, Entry>({ max: ENTRIES })
  const underWay = new Map<string, Promise<ReadOutcome<unknown>>>()

  async function cached<T>(
    key: readonly unknown[],
    maxAgeMs: number,
    load: () => Promise<ReadOutcome<T>>,
  ): Promise<ReadOutcome<T>> {
    const name = JSON.stringify(key)
    const entry = entries.get(name)
    const ageMs = entry === undefined ? Number.POSITIVE_INFINITY : now() - entry.atMs
    const kept: ReadOutcome<T> | undefined =
      entry !== undefined && ageMs < staleMs ? { kind: 'read', value: entry.value as T } : undefined
    if (kept !== undefined && ageMs < maxAgeMs) return kept

    const loading = (underWay.get(name) as Promise<ReadOutcome<T>> | undefined) ?? start(name, load)
    const outcome = await inTime(loading)
    // A refusal is an answer; only silence is worth an old one.
    return outcome.kind === 'unavailable' && kept !== undefined ? kept : outcome
  }

  function start<T>(name: string, load: () => Promise<ReadOutcome<T>>): Promise<ReadOutcome<T>> {
    const loading = load().then(outcome => {
      if (underWay.get(name) !== loading) return outcome
      underWay.delete(name)
      if (outcome.kind === 'read') entries.set(name, { value: outcome.value, atMs: now() })
      return outcome
    })
    underWay.set(name, loading)
    return loading
  }

  async function inTime<T>(loading: Promise<ReadOutcome<T>>): Promise<ReadOutcome<T>> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<ReadOutcome<T>>(resolve => {
      timer = setTimeout(() => resolve({ kind: 'unavailable', cause: causeOf('slowCluster') }), patienceMs)
    })
    try {
      return await Promise.race([loading, late])
    } finally {
      clearTimeout(timer)
    }
  }

  /** What was searched for before may hold the whole answer already: typing on only narrows it. */
  function narrowed(kind: string, instanceId: string, search: string): NamePage | undefined {
    for (let length = search.length - 1; length >= 0; length -= 1) {
      const entry = entries.get(JSON.stringify([kind, instanceId, search.slice(0, length)]))
      if (entry === undefined || now() - entry.atMs >= freshMs) continue
      const { names, total } = entry.value as NamePage
      if (names.length < total) return undefined
      const found = names.filter(name => name.includes(search))
      return { names: found, total: found.length }
    }
    return undefined
  }

  /** Of topics that are all among those that the group has to do with, as they were read just now. */
  function amongAll(target: Target, topics: readonly string[] | undefined): Position[] | undefined {
    const entry =
      topics === undefined ? undefined : entries.get(JSON.stringify(['positions', target, undefined]))
    if (topics === undefined || entry === undefined || now() - entry.atMs >= freshStateMs) return undefined
    const named = (entry.value as Position[]).filter(({ topic }) => topics.includes(topic))
    return new Set(named.map(({ topic }) => topic)).size === new Set(topics).size ? named : undefined
  }

  async function names(
    kind: 'groups' | 'topics',
    instanceId: string,
    search: string,
  ): Promise<ReadOutcome<NamePage>> {
    const known = narrowed(kind, instanceId, search)
    if (known !== undefined) return { kind: 'read', value: known }
    return cached([kind, instanceId, search], freshMs, () => reader[kind](instanceId, search))
  }

  return {
    forget() {
      entries.clear()
      underWay.clear()
    },
    abilitiesOf: instanceId => reader.abilitiesOf(instanceId),
    async instances() {
      const read = await cached<InstancesRead>(['instances'], freshMs, async () => {
        const told = await reader.instances()
        return told.kind === 'read' ? { kind: 'read', value: told } : told
      })
      return read.kind === 'read' ? read.value : read
    },
    groups: (instanceId, search) => names('groups', instanceId, search),
    topics: (instanceId, search) => names('topics', instanceId, search),
    group: target => cached(['group', target], freshStateMs, () => reader.group(target)),
    async positions(target, topics, logs) {
      const value = amongAll(target, topics)
      if (value !== undefined) return { kind: 'read', value }
      return cached(['positions', target, topics], freshStateMs, () => reader.positions(target, topics, logs))
    },
    logRanges: (instanceId, topic) =>
      cached(['logRanges', instanceId, topic], freshStateMs, () => reader.logRanges(instanceId, topic)),
    firstMessageAt: (...question) =>
      cached(['firstMessageAt', question], freshMs, () => reader.firstMessageAt(...question)),
    // Of many at once: each is a question of its own, and is not asked while somebody types.
    ...(reader.logRangesOf === undefined ? {} : { logRangesOf: reader.logRangesOf }),
    ...(reader.firstMessagesAt === undefined ? {} : { firstMessagesAt: reader.firstMessagesAt }),
    ...(reader.topicKinds === undefined ? {} : { topicKinds: reader.topicKinds }),
  }
}

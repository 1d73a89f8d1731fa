// Opens every cluster that the settings name, and puts them behind one Cluster and one reader for each urgency. One that
// cannot be opened is named, and keeps none of the others from being served.

import { createHash } from 'node:crypto'
import { budgetsOf } from './adapters/ckafka/budgets.ts'
import { type Ckafka, createCkafka } from './adapters/ckafka/ckafka.ts'
import { createBoth } from './adapters/clusters/both.ts'
import { type Clusters, createClusters, type Member, type Readers } from './adapters/clusters/clusters.ts'
import { createKafka, type Kafka } from './adapters/kafka/kafka.ts'
import type { KafkaCall, KafkaSettings } from './adapters/kafka/settings.ts'
import type { RedisConnection } from './adapters/redis/connect.ts'
import { createQuota } from './adapters/redis/quota.ts'
import type { CkafkaAccount, ClusterEntry } from './config-clusters.ts'
import type { Clock } from './ports/clock.ts'
import type { Cluster, ClusterAbilities, ClusterReader } from './ports/cluster.ts'
import { CLUSTER_ACTIONS, type ClusterAction, type ObservedCall } from './ports/events.ts'

/** One read with all its pages: for a person in front of a form, for a plan in the background, for an execution. */
const PERSON_READ_MS = 8_000
const PLAN_READ_MS = 600_000
const EXECUTION_READ_MS = 60_000

export interface OpenClusters {
  cluster: Cluster
  readers: Readers
  /** By the names of the entries: those that could not be opened, or that did not answer last, and why. */
  troubles(): { name: string; cause: string }[]
  /** Whether none of them can be used. */
  areAllAway(): boolean
  close(): Promise<void>
}

export interface OpenClustersDeps {
  entries: readonly ClusterEntry[]
  clock: Clock
  redis: RedisConnection
  redisPrefix: string
  /** How many times the documented limits of calls this process may use. */
  quotaFactor: number
  onCall: (call: ObservedCall) => void
  /** Once for each change; null: it answers again. */
  onTrouble: (name: string, cause: string | null) => void
}

/** Throws where two entries name the same instance. Nothing is connected before something is asked. */
export function openClusters(deps: OpenClustersDeps): OpenClusters {
  const { entries, clock, onTrouble } = deps
  refuseDoubles(entries)
  const members: Member[] = []
  const broken: { name: string; cause: string }[] = []
  const closing: (() => Promise<void> | void)[] = []
  for (const entry of entries) {
    try {
      const { member, close } = opened(entry, deps)
      members.push(member)
      closing.push(close)
    } catch (error) {
      const cause = error instanceof Error ? error.message : `${error}`
      broken.push({ name: nameOf(entry), cause })
      onTrouble(nameOf(entry), cause)
    }
  }
  const clusters = behindOne(members, clock, onTrouble)
  const troubles = () => [...broken, ...clusters.troubles()]
  return {
    cluster: clusters.cluster,
    readers: clusters.readers,
    troubles,
    areAllAway: () => members.length === 0 || (members.length > 1 && troubles().length === entries.length),
    async close() {
      await Promise.all(closing.map(close => close()))
    },
  }
}

/** Whoever has one account and no file asks it as ever: about each instance it decides by itself. */
function behindOne(
  members: readonly Member[],
  now: Clock,
  onTrouble: OpenClustersDeps['onTrouble'],
): Clusters {
  const [one] = members
  if (members.length === 1 && one?.instances === null) {
    return { cluster: one.cluster, readers: one.readers, look: async () => {}, troubles: () => [] }
  }
  const clusters = createClusters(members, { now, onTrouble })
  void clusters.look()
  return clusters
}

function refuseDoubles(entries: readonly ClusterEntry[]): void {
  const ids = new Set<string>()
  for (const { id } of entries) {
    if (ids.has(id)) throw new Error(`Two clusters have the id ${id}.`)
    ids.add(id)
  }
}

/** What people and logs call it. */
function nameOf({ id, name }: ClusterEntry): string {
  return name === '' ? id : name
}

interface Opened {
  member: Member
  close: () => Promise<void> | void
}

function opened(entry: ClusterEntry, deps: OpenClustersDeps): Opened {
  const name = nameOf(entry)
  switch (entry.kind) {
    case 'ckafka': {
      const ckafka = openCkafka(entry.ckafka, deps)
      const { instanceNames } = entry
      const instances = entry.instances?.map(id => ({ id, name: instanceNames[id] ?? id })) ?? null
      const member = { name, instances, isOne: false, isCkafka: true, ...sidesOf(ckafka) }
      return { member, close: ckafka.close }
    }
    case 'kafka': {
      const kafka = openKafka(entry, entry.kafka, deps)
      const instances = [{ id: entry.id, name }]
      const member = { name, instances, isOne: true, isCkafka: false, ...sidesOf(kafka) }
      return { member, close: kafka.close }
    }
    case 'both': {
      const kafka = openKafka(entry, entry.kafka, deps)
      const ckafka = openCkafka(entry.ckafka, deps)
      const instances = [{ id: entry.id, name }]
      const sides = createBoth(readersOf(kafka), { cluster: ckafka, can: ckafka.can })
      return {
        member: { name, instances, isOne: true, isCkafka: true, ...sides },
        async close() {
          kafka.close()
          await ckafka.close()
        },
      }
    }
    default:
      return entry satisfies never
  }
}

function openCkafka(account: CkafkaAccount, deps: OpenClustersDeps): Ckafka {
  const { clock, redis, redisPrefix, quotaFactor, onCall } = deps
  if (account.secretId === undefined) throw new Error('Credentials of a role are not supported.')
  const { token, ...settings } = account
  const budgets = budgetsOf(settings.dialect, accountOf(settings.secretId), quotaFactor)
  const quota = createQuota(redis, redisPrefix, budgets)
  const config = { ...settings, ...(token === undefined ? {} : { token }) }
  return createCkafka(config, { now: clock, onCall, budgets, quota })
}

/** Names the account in keys without giving its id away. */
function accountOf(secretId: string): string {
  return createHash('sha256').update(secretId).digest('hex').slice(0, 12)
}

function openKafka(
  { id, name }: ClusterEntry,
  settings: KafkaSettings,
  { clock, onCall }: OpenClustersDeps,
): Kafka {
  return createKafka({ ...settings, id, name }, { now: clock, onCall: call => observe(call, onCall) })
}

function sidesOf(of: Ckafka | Kafka): { cluster: Cluster; readers: Readers } {
  return { cluster: of, readers: readersOf(of) }
}

function readersOf(of: {
  can: ClusterAbilities
  reader(options: { urgency: 'person' | 'execution'; readMs: number }): ClusterReader
}): Readers {
  return {
    person: of.reader({ urgency: 'person', readMs: PERSON_READ_MS }),
    plan: of.reader({ urgency: 'person', readMs: PLAN_READ_MS }),
    execution: of.reader({ urgency: 'execution', readMs: EXECUTION_READ_MS }),
  }
}

const ACTIONS = new Map<string, ClusterAction>(CLUSTER_ACTIONS.map(action => [action, action]))
const WRITES = new Set<string>(['OffsetCommit'])

/** Calls of the protocol are counted and timed like those of the API. */
function observe(call: KafkaCall, onCall: (call: ObservedCall) => void): void {
  const { api, outcome, code, durationMs } = call
  const action = ACTIONS.get(api)
  if (action === undefined) return
  onCall({ action, outcome: outcomeOf(api, outcome), code, durationMs })
}

function outcomeOf(api: string, outcome: KafkaCall['outcome']): ObservedCall['outcome'] {
  if (WRITES.has(api)) return outcome === 'answered' ? 'done' : outcome
  if (outcome === 'refused') return outcome
  return outcome === 'answered' ? 'read' : 'unavailable'
}

// Opens every cluster that the settings name, and puts them behind one Cluster and one reader for each urgency. One that
// cannot be opened is named, and keeps none of the others from being served.

import { createHash } from 'node:crypto'
import { budgetsOf } from './adapters/ckafka/budgets.ts'
import { type Ckafka, createCkafka } from './adapters/ckafka/ckafka.ts'
import { createRoleCredentials } from './adapters/ckafka/credentials.ts'
import { createBoth } from './adapters/clusters/both.ts'
import { type Clusters, createClusters, type Member, type Readers } from './adapters/clusters/clusters.ts'
import { createKafka, type Kafka } from './adapters/kafka/kafka.ts'
import type { KafkaCall, KafkaSettings } from './adapters/kafka/settings.ts'
import type { RedisConnection } from './adapters/redis/connect.ts'
import { createQuota } from './adapters/redis/quota.ts'
import type { ClustersChange } from './clusters-file/watch.ts'
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
  /**
   * What an edit of their file has changed: those named as changed are opened anew, those that are gone are closed once the
   * calls under way have ended. Throws, and goes on as before, where two name the same instance.
   */
  serve(edit: ClustersEdit): void
  close(): Promise<void>
}

/** `changed`: those of the entries that are not as they were. */
export type ClustersEdit = Pick<ClustersChange, 'entries' | 'changed'>

export interface OpenClustersDeps {
  entries: readonly ClusterEntry[]
  /** Whether they may be others later. */
  areEdited: boolean
  clock: Clock
  redis: RedisConnection
  redisPrefix: string
  /** How many times the documented limits of calls this process may use. */
  quotaFactor: number
  onCall: (call: ObservedCall) => void
  /** Once for each change; null: it answers again. */
  onTrouble: (name: string, cause: string | null) => void
  /** Why the credentials of a role could not be renewed, as request/cause.ts has it; null: they are again. */
  onRenewal: (name: string, problem: string | null) => void
}

/** Throws where two entries name the same instance. Nothing is connected before something is asked. */
export function openClusters(deps: OpenClustersDeps): OpenClusters {
  const { clock, onTrouble } = deps
  let open = openAll(deps.entries, [], deps)
  const clusters = behindOne(membersOf(open), deps, clock, onTrouble)
  const leaving = new Set<Leaving>()

  function leave({ close }: Opened): void {
    const end = () => {
      clearTimeout(timer)
      leaving.delete(end)
      return close()
    }
    const timer = setTimeout(end, LEAVING_MS)
    timer.unref()
    leaving.add(end)
  }

  const troubles = () => [...open.flatMap(({ broken }) => broken ?? []), ...clusters.troubles()]
  return {
    cluster: clusters.cluster,
    readers: clusters.readers,
    troubles,
    areAllAway: () => open.length > 1 && troubles().length === open.length,
    serve({ entries, changed }) {
      const kept = open.filter(({ entry: { id } }) => !changed.some(each => each.id === id))
      const next = openAll(entries, kept, deps)
      try {
        clusters.serve(membersOf(next))
      } catch (error) {
        for (const each of next) if (!open.includes(each)) void each.close()
        throw error
      }
      const gone = open.filter(each => !next.includes(each))
      open = next
      for (const each of gone) leave(each)
    },
    async close() {
      await Promise.all([...[...leaving].map(end => end()), ...open.map(({ close }) => close())])
    },
  }
}

/** By then an execution that was under way has ended, however many calls it makes. */
const LEAVING_MS = 1_800_000

type Leaving = () => Promise<void> | void

/** Whoever has one account and no file asks it as ever: about each instance it decides by itself. */
function behindOne(
  members: readonly Member[],
  { areEdited }: Pick<OpenClustersDeps, 'areEdited'>,
  now: Clock,
  onTrouble: OpenClustersDeps['onTrouble'],
): Clusters {
  const [one] = members
  if (!areEdited && members.length === 1 && one?.instances === null) {
    const { cluster, readers } = one
    return { cluster, readers, serve: () => {}, look: async () => {}, troubles: () => [] }
  }
  const clusters = createClusters(members, { now, onTrouble })
  void clusters.look()
  return clusters
}

/** In the order of the entries; those that are open already stay as they are. */
function openAll(
  entries: readonly ClusterEntry[],
  kept: readonly Opened[],
  deps: OpenClustersDeps,
): Opened[] {
  refuseDoubles(entries)
  return entries.map(
    entry => kept.find(each => each.entry.id === entry.id) ?? { entry, ...openedOrNot(entry, deps) },
  )
}

function openedOrNot(entry: ClusterEntry, deps: OpenClustersDeps): Omit<Opened, 'entry'> {
  try {
    return opened(entry, deps)
  } catch (error) {
    const name = nameOf(entry)
    const cause = error instanceof Error ? error.message : `${error}`
    deps.onTrouble(name, cause)
    return { broken: { name, cause }, close: () => {} }
  }
}

function membersOf(open: readonly Opened[]): Member[] {
  return open.flatMap(({ member }) => member ?? [])
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
  entry: ClusterEntry
  /** Absent: it could not be opened. */
  member?: Member
  broken?: { name: string; cause: string }
  close: () => Promise<void> | void
}

function opened(entry: ClusterEntry, deps: OpenClustersDeps): Omit<Opened, 'entry'> {
  const name = nameOf(entry)
  switch (entry.kind) {
    case 'ckafka': {
      const ckafka = openCkafka(entry, entry.ckafka, deps)
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
      const ckafka = openCkafka(entry, entry.ckafka, deps)
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

function openCkafka(entry: ClusterEntry, account: CkafkaAccount, deps: OpenClustersDeps): Ckafka {
  const { clock: now, redis, redisPrefix, quotaFactor, onCall } = deps
  const owner = account.secretId === undefined ? `role ${account.cvmRole.role}` : account.secretId
  const budgets = budgetsOf(account.dialect, accountOf(owner), quotaFactor)
  const quota = createQuota(redis, redisPrefix, budgets)
  if (account.secretId !== undefined) {
    const { token, ...settings } = account
    const config = { ...settings, ...(token === undefined ? {} : { token }) }
    return createCkafka(config, { now, onCall, budgets, quota })
  }
  const { cvmRole, secretId: _, ...place } = account
  const onRenewal = (problem: string | null) => deps.onRenewal(nameOf(entry), problem)
  const lent = createRoleCredentials(cvmRole, { now, onRenewal })
  const { credentials } = lent
  const { dialect } = place
  const config =
    dialect === 'v2' ? { ...place, dialect, credentials } : { ...place, dialect, credentials }
  const ckafka = createCkafka(config, { now, onCall, budgets, quota })
  return {
    ...ckafka,
    async close() {
      await Promise.all([ckafka.close(), lent.close()])
    },
  }
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

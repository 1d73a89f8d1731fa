// Opens every cluster that the settings name, and puts them behind one Cluster and one reader for each urgency. One that
// cannot be opened is named, and keeps none of the others from being served.

import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { budgetsOf, countedTogether } from './adapters/ckafka/budgets.ts'
import { type Ckafka, createCkafka } from './adapters/ckafka/ckafka.ts'
import { createRoleCredentials } from './adapters/ckafka/credentials.ts'
import type { CkafkaConfig, CkafkaDeps } from './adapters/ckafka/settings.ts'
import { createBoth } from './adapters/clusters/both.ts'
import {
  type Clusters,
  type ClustersDeps,
  createClusters,
  type Member,
  type Readers,
} from './adapters/clusters/clusters.ts'
import { type ClusterIdNews, createClusterIds } from './adapters/kafka/cluster-ids.ts'
import { createKafka, type Kafka } from './adapters/kafka/kafka.ts'
import type { KafkaCall, KafkaSettings } from './adapters/kafka/settings.ts'
import type { RedisConnection } from './adapters/redis/connect.ts'
import { createQuota } from './adapters/redis/quota.ts'
import type { CkafkaAccount, ClusterEntry, SecretPlace } from './config-clusters.ts'
import type { Clock } from './ports/clock.ts'
import type { CallUrgency, Cluster, ClusterAbilities, ClusterReader } from './ports/cluster.ts'
import { CLUSTER_ACTIONS, type ClusterAction, type ObservedCall } from './ports/events.ts'
import type { Proxies } from './proxy/proxy.ts'
import type { ReadOutcome } from './request/api-answer.ts'

/** One read with all its pages: for a person in front of a form, for a plan in the background, for an execution. */
const PERSON_READ_MS = 8_000
const PLAN_READ_MS = 600_000
const EXECUTION_READ_MS = 60_000
/** For a look after a reset, which is made later where it takes longer. */
const WATCH_READ_MS = 15_000

export interface OpenClusters {
  cluster: Cluster
  readers: Readers
  /** Whether the instance is a cluster that is written to by Kafka's own protocol. */
  isKafka(instanceId: string): boolean
  /** By the names of the entries: those that could not be opened, or that did not answer last, and why. */
  troubles(): { name: string; cause: string }[]
  /** Whether none of them could be opened. One that does not answer is another matter: it is waited for. */
  areNoneOpen(): boolean
  /** Asks each once for something small, with its key. Never rejects. @param ids of these entries; absent: of all */
  tryKeys(ids?: readonly string[]): Promise<TriedKey[]>
  /** Serves these from now on; those that are neither added nor changed stay open. Throws as the start does. */
  change(to: Record<'entries' | 'added' | 'changed', readonly ClusterEntry[]>): void
  close(): Promise<void>
}

/** What came of asking one side of an entry. `taken`: it answered, be it that this key may not ask that. */
export interface TriedKey {
  name: string
  of: 'ckafka' | 'kafka'
  /** Where the key is. */
  from: readonly SecretPlace[]
  answer:
    | { kind: 'taken' }
    | { kind: 'refused'; code: string; message: string }
    | { kind: 'away'; cause: string }
}

export interface OpenClustersDeps {
  entries: readonly ClusterEntry[]
  clock: Clock
  redis: RedisConnection
  redisPrefix: string
  /** How many times the documented limits of calls this process may use. */
  quotaFactor: number
  /** On the way to the APIs of CKafka, and to nothing else. */
  proxies: Proxies | null
  onCall: (call: ObservedCall) => void
  /** They come from a file that may be edited. */
  mayChange: boolean
  /** Once for each change; null: it answers again. */
  onTrouble: (name: string, cause: string | null) => void
  /** What its brokers say of which cluster they are, where it is not as it was, or not as it should be. */
  onClusterId: (name: string, news: ClusterIdNews) => void
  /** Of what nobody waits for. */
  onFault: (error: unknown) => void
  /** Why the credentials of a role could not be renewed, as request/cause.ts has it; null: they are again. */
  onRenewal: (name: string, problem: string | null) => void
}

/** By then an execution that was under way with one that is not served any more has ended, however many calls it makes. */
const LEAVING_MS = 1_800_000

/** Throws where two entries name the same instance. Nothing is connected before something is asked. */
export function openClusters(deps: OpenClustersDeps): OpenClusters {
  const { clock, onTrouble, onFault, mayChange } = deps
  refuseDoubles(deps.entries)
  const clusterIds = createClusterIds()
  const opening: Opening = {
    ...deps,
    onSeen(entry, clusterId) {
      // What was reached before an edit still ends what was under way.
      if (served.get(entry.id)?.entry !== entry) return
      // Two instances of CKafka are told apart by their ids.
      const others = [...served.values()].filter(
        each => entry.kind === 'kafka' || each.entry.kind === 'kafka',
      )
      const ids = others.map(each => each.entry.id)
      for (const news of clusterIds.see(entry.id, clusterId, ids)) deps.onClusterId(nameOf(entry), news)
    },
  }
  let served = openAll(deps.entries, new Map(), opening)
  const clusters = behindOne(membersOf(served), { now: clock, onTrouble, onFault }, mayChange)
  for (const { entry, broken } of served.values()) {
    if (broken !== null) onTrouble(nameOf(entry), broken)
  }
  const troubles = () => [
    ...[...served.values()].flatMap(({ entry, broken }) =>
      broken === null ? [] : [{ name: nameOf(entry), cause: broken }],
    ),
    ...clusters.troubles(),
  ]
  return {
    cluster: clusters.cluster,
    readers: clusters.readers,
    isKafka: instanceId => served.get(instanceId)?.entry.kind === 'kafka',
    troubles,
    areNoneOpen: () => [...served.values()].every(({ broken }) => broken !== null),
    async tryKeys(ids) {
      const asked = [...served.values()].filter(({ entry }) => ids?.includes(entry.id) ?? true)
      return Promise.all(
        asked.flatMap(({ entry, opened: each }) =>
          (each?.sides ?? []).map(async ({ of, ask }) => ({
            ...{ name: nameOf(entry), of, from: entry.keys?.[of] ?? [] },
            answer: keyAnswer(await ask()),
          })),
        ),
      )
    },
    change({ entries, added, changed }) {
      refuseDoubles(entries)
      const anew = new Set([...added, ...changed].map(({ id }) => id))
      const staying = new Map([...served].filter(([id]) => !anew.has(id)))
      const next = openAll(entries, staying, opening)
      try {
        clusters.replace(membersOf(next))
      } catch (error) {
        void closeAll(next, served).catch(onFault)
        throw error
      }
      const before = served
      served = next
      clusterIds.tellAgain()
      void delay(LEAVING_MS, undefined, { ref: false })
        .then(() => closeAll(before, next))
        .catch(onFault)
      void clusters.look().catch(onFault)
    },
    async close() {
      await closeAll(served, new Map())
    },
  }
}

/** By the id of its entry. `broken`: why it could not be opened. */
type Served = ReadonlyMap<string, { entry: ClusterEntry; broken: string | null; opened: Opened | null }>

function openAll(entries: readonly ClusterEntry[], before: Served, deps: Opening): Served {
  return new Map(
    entries.map(entry => {
      const known = before.get(entry.id)
      if (known !== undefined) return [entry.id, known]
      try {
        return [entry.id, { entry, broken: null, opened: opened(entry, deps) }]
      } catch (error) {
        return [
          entry.id,
          { entry, broken: error instanceof Error ? error.message : `${error}`, opened: null },
        ]
      }
    }),
  )
}

function membersOf(served: Served): Member[] {
  return [...served.values()].flatMap(({ opened: each }) => (each === null ? [] : [each.member]))
}

/** All but those that stay. */
async function closeAll(served: Served, staying: Served): Promise<void> {
  const stay = new Set([...staying.values()].map(({ opened: each }) => each))
  await Promise.all(
    [...served.values()].map(({ opened: each }) => (stay.has(each) ? undefined : each?.close())),
  )
}

/** Whoever has one account and no file asks it as ever: about each instance it decides by itself. */
function behindOne(members: readonly Member[], deps: ClustersDeps, mayChange: boolean): Clusters {
  const [one] = members
  if (members.length === 1 && one?.instances === null && !mayChange) {
    const { cluster, readers } = one
    return { cluster, readers, look: async () => {}, replace: () => {}, troubles: () => [] }
  }
  const clusters = createClusters(members, deps)
  void clusters.look().catch(error => deps.onFault?.(error))
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
export function nameOf({ id, name }: ClusterEntry): string {
  return name === '' ? id : name
}

type Opening = OpenClustersDeps & { onSeen: (entry: ClusterEntry, clusterId: string) => void }

interface Opened {
  member: Member
  /** What each of its keys can be tried with. */
  sides: { of: 'ckafka' | 'kafka'; ask: () => Promise<ReadOutcome<unknown>> }[]
  close: () => Promise<void> | void
}

function opened(entry: ClusterEntry, deps: Opening): Opened {
  const name = nameOf(entry)
  switch (entry.kind) {
    case 'ckafka': {
      const ckafka = openCkafka(entry, entry.ckafka, deps)
      const { instanceNames } = entry
      const instances = entry.instances?.map(id => ({ id, name: instanceNames[id] ?? id })) ?? null
      const member = { name, instances, isOne: false, isCkafka: true, ...sidesOf(ckafka) }
      return { member, sides: [sideOfCkafka(ckafka)], close: ckafka.close }
    }
    case 'kafka': {
      const kafka = openKafka(entry, entry.kafka, deps)
      const instances = [{ id: entry.id, name }]
      const member = { name, instances, isOne: true, isCkafka: false, ...sidesOf(kafka) }
      return { member, sides: [sideOfKafka(entry.id, kafka)], close: kafka.close }
    }
    case 'both': {
      const kafka = openKafka(entry, entry.kafka, deps)
      const ckafka = openCkafka(entry, entry.ckafka, deps)
      const instances = [{ id: entry.id, name }]
      const sides = createBoth(readersOf(kafka), { cluster: ckafka, can: ckafka.can })
      return {
        member: { name, instances, isOne: true, isCkafka: true, ...sides },
        sides: [sideOfKafka(entry.id, kafka), sideOfCkafka(ckafka)],
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

function sideOfCkafka(ckafka: Ckafka): Opened['sides'][number] {
  return { of: 'ckafka', ask: () => readersOf(ckafka).person.instances() }
}

function sideOfKafka(id: string, kafka: Kafka): Opened['sides'][number] {
  return { of: 'kafka', ask: () => readersOf(kafka).person.topics(id, '') }
}

export function keyAnswer(read: ReadOutcome<unknown>): TriedKey['answer'] {
  switch (read.kind) {
    case 'read':
      return { kind: 'taken' }
    case 'refused':
      return read.reason === 'credentials'
        ? { kind: 'refused', code: read.code, message: read.message }
        : { kind: 'taken' }
    case 'unavailable':
      return { kind: 'away', cause: read.cause }
    default:
      return read satisfies never
  }
}

function openCkafka(entry: ClusterEntry, account: CkafkaAccount, deps: OpenClustersDeps): Ckafka {
  const { onCall, onRenewal } = deps
  const { config, ckafkaDeps, close } = prepareCkafka(account, deps, problem =>
    onRenewal(nameOf(entry), problem),
  )
  const ckafka = createCkafka(config, { ...ckafkaDeps, onCall })
  return {
    ...ckafka,
    async close() {
      await ckafka.close()
      await close()
    },
  }
}

export interface PreparedCkafka {
  config: CkafkaConfig
  ckafkaDeps: Pick<CkafkaDeps, 'now' | 'budgets' | 'quota' | 'proxies'>
  close: () => Promise<void>
}

/** With the credentials of the account, and with the budget that all processes share. */
export function prepareCkafka(
  account: CkafkaAccount,
  { clock, redis, redisPrefix, quotaFactor, proxies }: CkafkaWays,
  onRenewal: (problem: string | null) => void,
): PreparedCkafka {
  const { config, named, close } = withCredentials(account, clock, onRenewal)
  const counted = accountOf(countedTogether(named, config))
  const budgets = budgetsOf(config.dialect, counted, quotaFactor)
  return {
    config,
    ckafkaDeps: { now: clock, budgets, proxies, quota: createQuota(redis, redisPrefix, budgets) },
    close,
  }
}

type CkafkaWays = Pick<OpenClustersDeps, 'clock' | 'redis' | 'redisPrefix' | 'quotaFactor' | 'proxies'>

/** `named`: what tells one account from another. */
function withCredentials(
  account: CkafkaAccount,
  now: Clock,
  onRenewal: (problem: string | null) => void,
): { config: CkafkaConfig; named: string; close: () => Promise<void> } {
  if (account.secretId !== undefined) {
    const { token, ...config } = account
    return {
      config: { ...config, ...(token === undefined ? {} : { token }) },
      named: account.secretId,
      close: async () => {},
    }
  }
  const { cvmRole, secretId: _, ...place } = account
  const { credentials, close } = createRoleCredentials(cvmRole, { now, onRenewal })
  // The ids of its credentials change; all that a machine lends are of the machine's own account.
  const { dialect } = place
  const config: CkafkaConfig =
    dialect === 'v2' ? { ...place, dialect, credentials } : { ...place, dialect, credentials }
  return { config, named: `role ${cvmRole.role}`, close }
}

/** Names the account in keys without giving its id away. */
function accountOf(secretId: string): string {
  return createHash('sha256').update(secretId).digest('hex').slice(0, 12)
}

function openKafka(entry: ClusterEntry, settings: KafkaSettings, deps: Opening): Kafka {
  const { id, name } = entry
  return createKafka(
    { ...settings, id, name },
    {
      now: deps.clock,
      onCall: call => observe(call, deps.onCall),
      onClusterId: clusterId => deps.onSeen(entry, clusterId),
    },
  )
}

function sidesOf(of: Ckafka | Kafka): { cluster: Cluster; readers: Readers } {
  return { cluster: of, readers: readersOf(of) }
}

function readersOf(of: {
  can: ClusterAbilities
  reader(options: { urgency: CallUrgency; readMs: number }): ClusterReader
}): Readers {
  return {
    person: of.reader({ urgency: 'person', readMs: PERSON_READ_MS }),
    plan: of.reader({ urgency: 'person', readMs: PLAN_READ_MS }),
    execution: of.reader({ urgency: 'execution', readMs: EXECUTION_READ_MS }),
    watch: of.reader({ urgency: 'watch', readMs: WATCH_READ_MS }),
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

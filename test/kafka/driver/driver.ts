// Kafka's own client as the foreigner in the tests: makes topics, produces, commits, reads in groups, opens
// transactions, and runs `kafka-consumer-groups.sh`. One Java process for each broker, gone with the tests.

import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { classPathOf, type KafkaVersion } from '../broker/jars.ts'
import { startJava } from '../broker/java.ts'

export interface Place {
  topic: string
  partition: number
}
export type At = Place & { offset: bigint }

export type NewRecord = Place & { atMs?: number; key?: string }

export interface NewTopic {
  name: string
  partitions?: number
  /** Instead of `partitions`: the brokers of each. */
  replicas?: number[][]
  config?: Record<string, string>
}

export interface Driver {
  createTopics(...topics: NewTopic[]): Promise<void>
  /** To so many in all. */
  addPartitions(name: string, count: number): Promise<void>
  deleteTopics(...names: string[]): Promise<void>
  /** With `transaction`, in one of that id, which is committed, or aborted where it says so. */
  produce(records: NewRecord[], transaction?: string, ends?: 'commit' | 'abort'): Promise<void>
  deleteRecords(...before: At[]): Promise<void>
  commit(group: string, offsets: At[]): Promise<void>
  deleteOffsets(group: string, places: Place[]): Promise<void>
  deleteGroup(group: string): Promise<void>
  /** By `topic partition`. */
  offsets(group: string): Promise<Record<string, bigint>>
  groups(): Promise<string[]>
  /** Resolves when partitions have been assigned to it. It commits nothing by itself. */
  startReader(name: string, group: string, topics: string[], protocol: 'classic' | 'consumer'): Promise<void>
  readerCommits(name: string): Promise<void>
  stopReader(name: string): Promise<void>
  openTransaction(name: string, group: string, offsets: At[]): Promise<void>
  /** With messages instead of offsets. */
  openTransactionOf(name: string, records: NewRecord[]): Promise<void>
  endTransaction(name: string, how: 'commit' | 'abort'): Promise<void>
  /** To these brokers, the first of them the leader. */
  moveReplicas(place: Place, replicas: number[]): Promise<void>
  allow(
    principal: string,
    ...rules: { type: 'TOPIC' | 'GROUP'; name: string; operation: 'READ' | 'DESCRIBE' | 'DESCRIBE_CONFIGS' }[]
  ): Promise<void>
  leaders(topic: string): Promise<number[]>
  /** What `kafka-consumer-groups.sh` prints. */
  consumerGroups(...args: string[]): Promise<string>
  close(): Promise<void>
}

export async function startDriver(version: KafkaVersion, bootstrap: string): Promise<Driver> {
  const classPath = await classPathOf(version)
  const java = startJava(`${await compiled(version, classPath)}:${classPath}`, ['Driver', bootstrap], {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const { stdin, stdout } = java.child
  if (stdin === null || stdout === null) throw new Error('the driver has no pipes')
  stdin.on('error', () => {})
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  let isReady: () => void
  const ready = new Promise<void>(resolve => {
    isReady = resolve
  })
  createInterface({ input: stdout }).on('line', line => {
    const { id, value, error } = JSON.parse(line) as { id: number; value?: unknown; error?: string }
    if (id === 0) isReady()
    const asked = waiting.get(id)
    waiting.delete(id)
    if (error === undefined) asked?.resolve(value)
    else asked?.reject(new Error(error))
  })
  java.child.once('exit', () => {
    for (const { reject } of waiting.values()) reject(new Error(`The driver ended:\n${java.said()}`))
    isReady()
  })
  let last = 0
  const ask = (what: string, details: object = {}) =>
    new Promise<unknown>((resolve, reject) => {
      last += 1
      waiting.set(last, { resolve, reject })
      const line = { id: last, do: what, ...details }
      stdin.write(`${JSON.stringify(line, (_, value) => (typeof value === 'bigint' ? `${value}` : value))}\n`)
    })
  const told = async (what: string, details: object = {}) => {
    await ask(what, details)
  }
  await ready
  return {
    createTopics: (...topics) =>
      told('createTopics', { topics: topics.map(each => ({ partitions: 1, ...each })) }),
    addPartitions: (name, count) => told('addPartitions', { name, count }),
    deleteTopics: (...names) => told('deleteTopics', { names }),
    produce: (records, transaction, ends) =>
      told('produce', { records, ...(transaction ? { transaction } : {}), aborts: ends === 'abort' }),
    deleteRecords: (...before) => told('deleteRecords', { before }),
    commit: (group, offsets) => told('commit', { group, offsets }),
    deleteOffsets: (group, places) => told('deleteOffsets', { group, places }),
    deleteGroup: group => told('deleteGroup', { group }),
    async offsets(group) {
      const found = (await ask('offsets', { group })) as Record<string, string>
      return Object.fromEntries(Object.entries(found).map(([place, offset]) => [place, BigInt(offset)]))
    },
    groups: async () => (await ask('groups')) as string[],
    startReader: (name, group, topics, protocol) => told('startReader', { name, group, topics, protocol }),
    readerCommits: name => told('readerCommits', { name }),
    stopReader: name => told('stopReader', { name }),
    openTransaction: (name, group, offsets) => told('openTransaction', { name, group, offsets }),
    openTransactionOf: (name, records) => told('openTransaction', { name, records }),
    endTransaction: (name, how) => told('endTransaction', { name, how }),
    moveReplicas: (place, replicas) => told('moveReplicas', { ...place, replicas }),
    allow: (principal, ...rules) => told('allow', { principal, rules }),
    leaders: async topic => (await ask('leaders', { topic })) as number[],
    consumerGroups: async (...args) => (await ask('consumerGroups', { args })) as string,
    close: () => java.kill(),
  }
}

const run = promisify(execFile)
const SOURCE = fileURLToPath(new URL('Driver.java', import.meta.url))

async function compiled(version: KafkaVersion, classPath: string): Promise<string> {
  const digest = createHash('sha256')
    .update(await readFile(SOURCE))
    .digest('hex')
    .slice(0, 12)
  const folder = fileURLToPath(new URL(`../../../.cache/kafka/driver-${version}-${digest}`, import.meta.url))
  if (existsSync(join(folder, 'Driver.class'))) return folder
  await mkdir(folder, { recursive: true })
  await run('javac', ['-nowarn', '-d', folder, '-cp', classPath, SOURCE])
  return folder
}

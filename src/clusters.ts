// The command about the file of clusters: what can be served and how it is reached, whose secrets are there, and every
// problem. It reads the file and what it names, and connects to nothing. It must never print a secret.

import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { ReadEntry } from './clusters-file/entry.ts'
import type { Secret } from './clusters-file/findings.ts'
import type { LoadedClusters } from './clusters-file/load.ts'
import { readClustersFile } from './config.ts'
import type { CkafkaAccount, ClusterEntry } from './config-clusters.ts'
import { printable } from './request/printable.ts'

const USAGE = `clusters check [FILE]   Says which clusters can be served and how they are reached, and every problem.
Without FILE it is the one that CLUSTERS_FILE names. It connects to no cluster, and exits 1 where anything is wrong.`

export interface Said {
  lines: string[]
  code: 0 | 1 | 2
}

/** @param source the file that CLUSTERS_FILE names, if any, and how one is read */
export function runClustersCommand(
  args: readonly string[],
  { file, load }: { file: string | undefined; load: (file: string) => LoadedClusters },
): Said {
  if (args.some(arg => arg === '--help' || arg === 'help')) return { lines: [USAGE], code: 0 }
  const [command, path = file, ...more] = args
  if (command !== 'check' || more.length > 0 || path?.startsWith('-')) return { lines: [USAGE], code: 2 }
  if (path === undefined) return { lines: ['Name a file, or set CLUSTERS_FILE.', USAGE], code: 2 }
  const { read, problems } = load(path)
  const served = read.length === 1 ? '1 cluster can be served' : `${read.length} entries can be served`
  return {
    lines: [
      `${path}: ${served}, ${problems.length === 1 ? '1 problem' : `${problems.length} problems`}.`,
      ...read.flatMap(entryLines),
      ...problems.map(({ text }) => `${path}: ${text}`),
    ].map(printable),
    code: problems.length === 0 && read.length > 0 ? 0 : 1,
  }
}

function entryLines({ entry, secrets, notices }: ReadEntry): string[] {
  return [
    `  ${entry.id}${entry.name === entry.id ? '' : ` ${JSON.stringify(entry.name)}`}: ${KINDS[entry.kind]}`,
    ...(entry.kind === 'kafka' ? [] : ckafkaLines(entry, entry.ckafka)),
    ...(entry.kind === 'ckafka' ? [] : kafkaLines(entry)),
    ...secrets.map(secret => `      ${secretLine(secret)}`),
    ...notices.map(notice => `      Note: ${notice}`),
  ]
}

const KINDS = {
  ckafka: 'instances of CKafka, by its API',
  kafka: 'a Kafka cluster, by its own protocol',
  both: 'an instance of CKafka, read by Kafka’s protocol and written by the API',
}

function ckafkaLines(entry: Extract<ClusterEntry, { ckafka: unknown }>, ckafka: CkafkaAccount): string[] {
  const { dialect, endpoint, region } = ckafka
  const which =
    entry.kind === 'both'
      ? entry.id
      : (entry.instances?.map(id => nameOf(id, entry.instanceNames)).join(', ') ??
        'all instances of the account there')
  return [`      API ${dialect === 'v3' ? '3.0' : '2.0'} at ${endpoint}, ${region}: ${which}`]
}

function nameOf(id: string, names: Readonly<Record<string, string>>): string {
  const name = names[id]
  return name === undefined || name === id ? id : `${id} ${JSON.stringify(name)}`
}

function kafkaLines({ kafka }: Extract<ClusterEntry, { kafka: unknown }>): string[] {
  const { bootstrap, tls, sasl } = kafka
  const withTls = [
    tls?.ca === undefined ? 'the authorities that Node knows' : 'an authority of its own',
    ...(tls?.cert === undefined ? [] : ['a client certificate']),
    ...(tls?.servername === undefined ? [] : [`brokers named ${tls.servername}`]),
  ]
  const as = sasl === undefined ? 'nobody in particular' : saslWords(sasl)
  return [
    `      ${bootstrap.join(', ')} ${tls === undefined ? 'without TLS' : `with TLS (${withTls.join(', ')})`}, as ${as}`,
  ]
}

function saslWords(sasl: NonNullable<Extract<ClusterEntry, { kafka: unknown }>['kafka']['sasl']>): string {
  return sasl.mechanism === 'OAUTHBEARER'
    ? 'whom the token names (OAUTHBEARER)'
    : `${JSON.stringify(sasl.username)} (${sasl.mechanism})`
}

function secretLine({ what, from, name }: Secret): string {
  switch (from) {
    case 'variable':
      return `${what}: in the environment variable ${name}`
    case 'file':
      return `${what}: in the file ${name}`
    case 'metadata service':
      return `${what} ${name}: asked of the metadata service when Rewind runs`
    default:
      return from satisfies never
  }
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const said = runClustersCommand(process.argv.slice(2), readClustersFile(process.env))
  const write = said.code === 0 ? console.log : console.error
  for (const line of said.lines) write(line)
  process.exitCode = said.code
}

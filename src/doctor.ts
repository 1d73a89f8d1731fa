// The command that checks an installation before or beside it: the settings, Slack, Redis and every cluster, each with what
// was found and what to do. It never disturbs what runs: it takes no job, no lease and no claim of it, posts nothing, and
// writes only keys of its own, which are gone afterwards. It must never print a secret.

import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { connectToNothing } from './adapters/redis/connect.ts'
import {
  type AuditKeysOutcome,
  type Config,
  type ConfigOutcome,
  readAuditKeys,
  readConfig,
  readStoreConfig,
  type StoreConfigOutcome,
} from './config.ts'
import { type GivenSettings, readGiven } from './config-given.ts'
import { readUsable, type UsableConfig } from './config-usable.ts'
import { ckafkaFindings } from './doctor/ckafka.ts'
import { asJson, asLines, exitCodeOf, type Finding } from './doctor/finding.ts'
import { kafkaFindings } from './doctor/kafka.ts'
import { listeningFinding } from './doctor/listening.ts'
import { createOneCluster } from './doctor/one-cluster.ts'
import { lookAtPolicy } from './doctor/policy.ts'
import { doctorRedis, type RedisDoctor } from './doctor/redis.ts'
import { settingsFindings } from './doctor/settings.ts'
import { slackFindings } from './doctor/slack.ts'
import { tracesFindings } from './doctor/traces.ts'
import { nameOf } from './open-clusters.ts'
import { createSeals } from './request/seals.ts'

const USAGE = `doctor [--json]   Checks the settings, Slack, Redis and every cluster, also beside a Rewind that runs.
Exits 0 where all is well, 1 where there are warnings, 2 where there are failures. It takes 30 seconds at most.`

/** What each part may take; they are asked side by side. */
const PART_MS = 25_000
/** What does not end by itself by then is a finding. */
const OVER_MS = 28_000

/** By the signal, as a shell has them. */
const CODES = { SIGINT: 130, SIGTERM: 143 }
/** It takes its keys away by then. */
const END_MS = 3_000

export interface Asked {
  given: GivenSettings
  config: ConfigOutcome
  store: StoreConfigOutcome
  keys: AuditKeysOutcome
  /** Where the settings are wrong: what of them can be looked at nevertheless. */
  usable: UsableConfig | null
}

/** Never rejects. @param now a clock that is wrong, in a test; `signal` ends it as soon as its own keys are gone */
export async function examine(
  { given, config, store, keys, usable }: Asked,
  now: () => number = Date.now,
  signal?: AbortSignal,
): Promise<Finding[]> {
  const looked = config.ok ? { config: config.config, lacks: NOTHING } : usable
  const settings = settingsFindings(given, {
    problems: config.ok ? [] : config.problems,
    notices: config.ok ? config.notices : [],
    named: looked === null ? [] : namedIn(looked.config),
  })
  let onBots: (bots: number | null) => void = () => {}
  const bots = new Promise<number | null>(resolve => {
    onBots = resolve
  })
  signal?.addEventListener('abort', () => onBots(null))
  const seals = keys.ok ? sealsOf(keys) : undefined
  const redis = store.ok ? doctorRedis(store.redis, store.redisPrefix, { seals, bots, now, signal }) : null
  const ofRedis = redis === null ? Promise.resolve([waits('Redis')]) : inTime('Redis', redis.findings)
  try {
    if (looked === null) {
      onBots(null)
      return [...settings, waits('Policy'), waits('Slack'), ...(await ofRedis), waits('Clusters')]
    }
    const parts = Promise.all(partsOf(looked, redis, ofRedis, now, onBots))
    const ended = new Promise<[]>(resolve => {
      signal?.addEventListener('abort', () => void ofRedis.then(() => resolve([])))
    })
    const [policy, ...rest] = await Promise.race([parts, ended])
    return [...settings, ...(policy ?? []), ...rest.flat()]
  } finally {
    redis?.close()
  }
}

/** In the order in which they are shown: where it listens and the policy, Slack, Redis, the clusters. */
function partsOf(
  { config, lacks }: UsableConfig,
  redis: RedisDoctor | null,
  ofRedis: Promise<Finding[]>,
  now: () => number,
  onBots: (bots: number | null) => void,
): Promise<Finding[]>[] {
  const { slack } = config
  if (lacks.has('slack') || slack === undefined) onBots(null)
  const { policy, findings } = lacks.has('policy')
    ? { policy: null, findings: [waits('Policy')] }
    : lookAtPolicy(lacks.has('accounts') ? { ...config, serviceAccounts: undefined } : config)
  const oneCluster = createOneCluster(config.clusters)
  const { connection, settled } = redis ?? { connection: connectToNothing(), settled: Promise.resolve() }
  const deps = { config, redis: connection, settled, now, withinMs: PART_MS }
  const ofClusters = (lacks.has('clusters') ? [] : config.clusters).flatMap(entry => {
    const onClusterId = (clusterId: string) => oneCluster.see(entry, clusterId)
    return [
      ...(entry.kind === 'ckafka'
        ? []
        : [inTime(nameOf(entry), kafkaFindings(entry, { ...deps, onClusterId }))]),
      ...(entry.kind === 'kafka' ? [] : [inTime(nameOf(entry), ckafkaFindings(entry, deps))]),
    ]
  })
  return [
    inTime(
      'Settings',
      lacks.has('listening')
        ? Promise.resolve(findings)
        : listeningFinding(config).then(listening => [listening, ...findings]),
    ),
    lacks.has('slack') && slack !== undefined
      ? Promise.resolve([waits('Slack')])
      : slack === undefined
        ? Promise.resolve([
            { ...waits('Slack'), found: 'ROLE is worker: it never speaks to Slack.', level: 'ok' } as const,
          ])
        : inTime(
            'Slack',
            slackFindings(config, slack, policy, onBots).finally(() => onBots(null)),
          ),
    ofRedis,
    inTime('Traces', tracesFindings(lacks.has('traces') ? null : config.tracing)),
    Promise.resolve(lacks.has('clusters') ? [waits('Clusters')] : []),
    ...ofClusters,
    Promise.all(ofClusters).then(() => oneCluster.findings()),
  ]
}

/** The variables that the file of clusters refers to. */
function namedIn({ clusters }: Config): string[] {
  return clusters.flatMap(({ keys }) =>
    [...(keys?.ckafka ?? []), ...(keys?.kafka ?? [])].flatMap(({ from, name }) =>
      from === 'variable' ? [name] : [],
    ),
  )
}

function sealsOf({ auditKeys, auditKeysLost, redisPrefix }: Extract<AuditKeysOutcome, { ok: true }>) {
  return auditKeys === null ? null : createSeals(auditKeys, redisPrefix, auditKeysLost)
}

const NOTHING: ReadonlySet<never> = new Set()

function waits(area: string): Finding {
  return { area, what: 'all of it', found: 'The settings have to be right first.', level: 'notMade' }
}

/** Whatever becomes of one part, the others are told. */
async function inTime(area: string, part: Promise<Finding[]>): Promise<Finding[]> {
  let timer: NodeJS.Timeout | undefined
  const over = new Promise<Finding[]>(resolve => {
    const found = `It did not end within ${OVER_MS / 1_000} s.`
    timer = setTimeout(() => resolve([{ area, what: 'all of it', found, level: 'failure' }]), OVER_MS)
  })
  try {
    return await Promise.race([part, over])
  } catch (error) {
    const found = `The check itself broke off: ${error instanceof Error ? error.message : error}.`
    return [{ area, what: 'all of it', found, level: 'failure' }]
  } finally {
    clearTimeout(timer)
  }
}

async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help') || args.includes('help')) {
    console.log(USAGE)
    return 0
  }
  if (args.some(arg => arg !== '--json')) {
    console.error(USAGE)
    return 2
  }
  // Libraries print what they find strange; here all of it is a finding.
  const print = console.log
  for (const name of ['log', 'info', 'warn', 'error'] as const) console[name] = () => {}
  const ending = new AbortController()
  let endedWith = 0
  for (const [signal, code] of Object.entries(CODES)) {
    process.once(signal, () => {
      endedWith = code
      ending.abort()
      setTimeout(() => process.exit(code), END_MS).unref()
    })
  }
  const config = readConfig(process.env)
  const asked = {
    ...{ given: readGiven(process.env), config },
    usable: config.ok ? null : readUsable(process.env, config.problems),
    store: readStoreConfig(process.env),
    keys: readAuditKeys(process.env),
  }
  const findings = await examine(asked, Date.now, ending.signal)
  if (endedWith !== 0) return endedWith
  print(args.includes('--json') ? asJson(findings) : asLines(findings).join('\n'))
  return exitCodeOf(findings)
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const code = await main(process.argv.slice(2))
  // A connection that cannot be closed must not keep it.
  process.stdout.write('', () => process.exit(code))
}

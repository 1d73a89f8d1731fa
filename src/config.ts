// The only reader of the environment: one schema (config-schema.ts), every problem named at once, no value of a secret ever shown.

import type { z } from 'zod'
import { type LoadedClusters, loadClusters } from './clusters-file/load.ts'
import { CKAFKA_ENDPOINTS, type CkafkaSettings, type ClusterEntry, isOtherApi } from './config-clusters.ts'
import { type ClustersFile, clusterNotices, clusterProblems, clustersOf } from './config-clusters-file.ts'
import { type Given, type Proxies, proxiesOf, proxyNamesIn } from './config-proxy.ts'
import { type RedisSettings, redisOf } from './config-redis.ts'
import { LANGUAGES, type Settings, settingsSchema } from './config-schema.ts'
import { readSecrets, type SecretSetting } from './config-secrets.ts'
import { type TracingSettings, tracingOf } from './config-tracing.ts'
import { type RetentionSettings, retentionOf, retentionProblems } from './config-values.ts'
import type { Listening } from './listen-address.ts'
import { issueWords } from './request/file-words.ts'
import type { SkipLimits } from './request/policy-of-settings.ts'
import { keyId } from './request/seals.ts'
import { type ServiceAccounts, serviceAccountNotices, serviceAccountsOf } from './service-accounts.ts'

export interface Config {
  role: 'all' | 'bot' | 'worker'
  /** The address to listen on. */
  host: string
  port: number
  /** Of the metrics alone; null: they are at the other port. */
  metricsPort: number | null
  /** Who asks for the metrics has to show it. */
  metricsToken: string | undefined
  /** Where traces go; null: there are none. */
  tracing: TracingSettings | null
  logLevel: string
  redis: RedisSettings
  redisPrefix: string
  /** What seals the audit trail, then what has sealed it before; null: it is not sealed. */
  auditKeys: AuditKeys | null
  /** Ids of keys that nobody has any more. */
  auditKeysLost: string[]
  /** Absent for a worker apart, which never speaks to Slack. */
  slack: SlackConfig | undefined
  /** One at least. */
  clusters: readonly ClusterEntry[]
  /** Where they come from; null: from the settings of CKafka, which make one. */
  clustersFile: ClustersFile | null
  /** On the way to Slack and to the API of CKafka. */
  proxies: Proxies | null
  /** How many times the documented limits of calls this process may use. */
  quotaFactor: number
  /** No other may be reset; none: any. Empty with a file of clusters, where the entries say it. */
  instances: { id: string; name: string }[]
  /** User and user-group ids; what they may do says the policy's file, where there is one. */
  approvers: string[]
  policyFile: string | null
  /** Of what many people read, and of those whose Slack speaks none of ours. */
  language: (typeof LANGUAGES)[number]
  /** Whether plans are drawn as pictures. */
  pictures: boolean
  approvalsChannel: string | null
  /** Who may ask without being a person; null: nobody, and nothing is there to be asked. */
  serviceAccounts: ServiceAccounts | null
  fallbackChannel: string | null
  requestExpiryMs: number
  /** So many requests may be open, of one person and in all; null: any number. */
  mostOpen: { ofRequester: number | null; inAll: number | null }
  /** So many submissions of one person in a minute, and as many files read; null: any number. */
  sentAMinute: number | null
  workerConcurrency: number
  callMs: number
  graceMs: number
  /** How long after its deadline a call that nobody answered may take effect. */
  lateMs: number
  skipLimits: SkipLimits
  /** How long after its end a request is kept, and the folder that it is then exported to; null: it is kept for good. */
  retention: RetentionSettings | null
  emptyWaitMs: number
  emptyHoldMs: number
  /** How long a group is looked at after its reset, unless its rule says so; 0: not at all. */
  watchMs: number
}

export type AuditKeys = [string, ...string[]]

export interface SlackConfig {
  botToken: string
  apiUrl: string | undefined
  proxies: Proxies | null
  delivery: { kind: 'socket'; appToken: string } | { kind: 'http'; signingSecret: string }
}

const storeSchema = settingsSchema.pick({
  REDIS_URL: true,
  REDIS_MODE: true,
  REDIS_SENTINEL_NAME: true,
  REDIS_SENTINEL_PASSWORD: true,
  REDIS_CA_FILE: true,
  REDIS_PREFIX: true,
})
const listeningSchema = settingsSchema.pick({ HOST: true, PORT: true })

const auditSchema = settingsSchema.pick({
  AUDIT_KEY: true,
  AUDIT_KEYS_OLD: true,
  AUDIT_KEYS_LOST: true,
  REDIS_PREFIX: true,
})

/** `notices`: one line for each setting that does not count, or that is called otherwise now. */
export type ConfigOutcome =
  | { ok: true; config: Config; notices: string[] }
  | { ok: false; problems: string[] }

/** @returns the settings, or one line per problem: its variable's name and what is wrong, never its value. */
export function readConfig(env: NodeJS.ProcessEnv): ConfigOutcome {
  const { given, problems, unread } = readSecrets(givenIn(env))
  const parsed = settingsSchema.safeParse(given, { error: issueWords })
  if (!parsed.success) problems.push(...problemsOf(parsed.error, unread))
  const isThere: IsThere = name => given[name] !== undefined || unread.has(name)
  const role = given.ROLE ?? 'all'
  if (role !== 'worker') problems.push(...slackProblems(isThere))
  problems.push(...ckafkaProblems(isThere))
  const redis = parsed.success ? redisOf(parsed.data) : null
  if (redis?.ok === false) problems.push(...redis.problems)
  if (parsed.success) problems.push(...contradictionsIn(parsed.data))
  const keys = parsed.success && !unread.has('AUDIT_KEY') ? auditKeysOf(parsed.data) : null
  if (keys?.ok === false) problems.push(...keys.problems)
  const path = given.CLUSTERS_FILE?.trim()
  const file = path === undefined ? null : { path, loaded: loadClusters(path, given) }
  if (file?.loaded.read.length === 0) problems.push(...clusterProblems(file.loaded))
  const accounts = serviceAccountsOf(given, role)
  if (!accounts.ok) problems.push(...accounts.problems)
  if (!parsed.success || !redis?.ok || !keys?.ok || !accounts.ok || problems.length > 0)
    return { ok: false, problems }

  const { data } = parsed
  return {
    ok: true,
    notices: [...noticesOf(given), ...(file === null ? [] : clusterNotices(given, file.loaded))],
    config: {
      role: data.ROLE,
      host: data.HOST,
      port: data.PORT,
      metricsPort: data.METRICS_PORT ?? null,
      metricsToken: data.METRICS_TOKEN,
      tracing: tracingOf(data),
      logLevel: data.LOG_LEVEL,
      redis: redis.settings,
      redisPrefix: data.REDIS_PREFIX,
      auditKeys: keys.auditKeys,
      auditKeysLost: data.AUDIT_KEYS_LOST ?? [],
      slack: data.ROLE === 'worker' ? undefined : slackOf(data),
      proxies: proxiesOf(data),
      ...clustersOf(ckafkaOf(data), data.CKAFKA_INSTANCES ?? [], file, given),
      quotaFactor: data.CKAFKA_QUOTA_FACTOR,
      approvers: data.APPROVERS ?? [],
      policyFile: data.POLICY_FILE ?? null,
      language: given.REWIND_LANGUAGE === undefined ? (formerLanguage(given) ?? 'en') : data.REWIND_LANGUAGE,
      pictures: data.PICTURES === 'on',
      approvalsChannel: data.APPROVALS_CHANNEL ?? null,
      serviceAccounts: accounts.accounts,
      fallbackChannel: data.FALLBACK_CHANNEL ?? null,
      requestExpiryMs: data.REQUEST_EXPIRY,
      mostOpen: { ofRequester: data.OPEN_PER_PERSON, inAll: data.OPEN_IN_ALL },
      sentAMinute: data.SUBMISSIONS_A_MINUTE,
      workerConcurrency: data.WORKER_CONCURRENCY,
      callMs: data.CALL_DEADLINE,
      graceMs: data.CALL_GRACE,
      lateMs: data.CALL_LATE,
      skipLimits: {
        typedAbove: data.SKIPS_TYPED_ABOVE,
        secondApproverAbove: data.SKIPS_TWO_APPROVERS_ABOVE ?? null,
      },
      retention: retentionOf(data),
      emptyWaitMs: data.EMPTY_WAIT,
      emptyHoldMs: data.EMPTY_HOLD,
      watchMs: data.WATCH,
    },
  }
}

function ckafkaOf(data: Settings): CkafkaSettings {
  return {
    dialect: data.CKAFKA_API,
    endpoint: data.CKAFKA_ENDPOINT ?? CKAFKA_ENDPOINTS[data.CKAFKA_API],
    region: data.TENCENTCLOUD_REGION,
    // Both are there, unless a file of clusters says it all.
    secretId: data.TENCENTCLOUD_SECRET_ID ?? '',
    secretKey: data.TENCENTCLOUD_SECRET_KEY ?? '',
    token: data.TENCENTCLOUD_SECURITY_TOKEN,
    signatureMethod: data.CKAFKA_SIGNATURE_METHOD,
    setOffsetsAction: data.CKAFKA_SET_OFFSETS_ACTION,
  }
}

export type StoreConfigOutcome =
  | ({ ok: true } & Pick<Config, 'redis' | 'redisPrefix'>)
  | { ok: false; problems: string[] }

/** For a command that only reads the store, and needs no other setting. */
export function readStoreConfig(env: NodeJS.ProcessEnv): StoreConfigOutcome {
  const { given, problems, unread } = readSecrets(givenIn(env), storeSchema.shape)
  const parsed = storeSchema.safeParse(given, { error: issueWords })
  if (!parsed.success) return { ok: false, problems: [...problems, ...problemsOf(parsed.error, unread)] }
  if (problems.length > 0) return { ok: false, problems }
  const redis = redisOf(parsed.data)
  if (!redis.ok) return redis
  return { ok: true, redis: redis.settings, redisPrefix: parsed.data.REDIS_PREFIX }
}

/** `redisPrefix` names the installation whose seals they are. */
export type AuditKeysOutcome =
  | { ok: true; auditKeys: AuditKeys | null; auditKeysLost: string[]; redisPrefix: string }
  | { ok: false; problems: string[] }

/** For a command that only reads what was sealed. */
export function readAuditKeys(env: NodeJS.ProcessEnv): AuditKeysOutcome {
  const { given, problems } = readSecrets(givenIn(env), auditSchema.shape)
  const parsed = auditSchema.safeParse(given, { error: issueWords })
  if (!parsed.success) return { ok: false, problems: [...problems, ...problemsOf(parsed.error)] }
  return problems.length > 0 ? { ok: false, problems } : auditKeysOf(parsed.data)
}

function auditKeysOf({
  AUDIT_KEY: key,
  AUDIT_KEYS_OLD: old = [],
  AUDIT_KEYS_LOST: auditKeysLost = [],
  REDIS_PREFIX: redisPrefix,
}: z.output<typeof auditSchema>): AuditKeysOutcome {
  if (key !== undefined) {
    const auditKeys: AuditKeys = [key, ...old]
    const there = auditKeysLost.find(lost => auditKeys.some(each => keyId(each) === lost))
    if (there === undefined) return { ok: true, auditKeys, auditKeysLost, redisPrefix }
    return {
      ok: false,
      problems: [`AUDIT_KEYS_LOST names ${there}, which AUDIT_KEY or AUDIT_KEYS_OLD has: it is not lost`],
    }
  }
  if (old.length > 0) {
    return { ok: false, problems: ['AUDIT_KEY is missing: AUDIT_KEYS_OLD alone seals nothing'] }
  }
  if (auditKeysLost.length > 0) {
    return { ok: false, problems: ['AUDIT_KEY is missing: AUDIT_KEYS_LOST is for beginning under a new one'] }
  }
  return { ok: true, auditKeys: null, auditKeysLost, redisPrefix }
}

export type ListeningOutcome = { ok: true; listening: Listening } | { ok: false; problems: string[] }

/** For who asks the product something from the same machine. */
export function readListening(env: NodeJS.ProcessEnv): ListeningOutcome {
  const parsed = listeningSchema.safeParse(givenIn(env), { error: issueWords })
  if (!parsed.success) return { ok: false, problems: problemsOf(parsed.error) }
  return { ok: true, listening: { host: parsed.data.HOST, port: parsed.data.PORT } }
}

/** For a command that only reads the policy's file. */
export function readPolicyFile(env: NodeJS.ProcessEnv): string | undefined {
  return givenIn(env).POLICY_FILE
}

/** For a command that only reads the file of clusters; the secrets that it names may be in the environment. */
export function readClustersFile(env: NodeJS.ProcessEnv) {
  const given = givenIn(env)
  return { file: given.CLUSTERS_FILE, load: (file: string): LoadedClusters => loadClusters(file, given) }
}

/** An empty variable means "not set": that is how compose files and shells leave things out. */
export function givenIn(env: NodeJS.ProcessEnv): Given {
  const set = Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== '')
  return proxyNamesIn(Object.fromEntries(set))
}

/** Of a list which entry it is, counted from 1 as people do. */
function nameIn([name, ...rest]: readonly PropertyKey[]): string {
  const [index] = rest
  return typeof index === 'number' ? `${String(name)}, entry ${index + 1},` : [name, ...rest].join('.')
}

/** @param unread settings of which something was said already */
export function problemsOf(error: z.ZodError, unread: ReadonlySet<string> = new Set()): string[] {
  const issues = error.issues.filter(({ path }) => !unread.has(String(path[0])))
  return [...new Set(issues.map(issue => `${nameIn(issue.path)} ${issue.message}`))]
}

/** What is wrong between two settings; each alone was looked at before. */
function contradictionsIn({ PORT, METRICS_PORT, EMPTY_HOLD, EMPTY_WAIT, ...data }: Settings): string[] {
  const { CKAFKA_API, CKAFKA_ENDPOINT = CKAFKA_ENDPOINTS[CKAFKA_API] } = data
  return [
    ...(PORT !== 0 && METRICS_PORT === PORT ? ['METRICS_PORT must be another port than PORT'] : []),
    ...retentionProblems(data),
    ...(EMPTY_HOLD < EMPTY_WAIT
      ? []
      : [
          'EMPTY_HOLD must be shorter than EMPTY_WAIT: a group has to stay empty within the time it is waited for',
        ]),
    ...(isOtherApi(CKAFKA_API, CKAFKA_ENDPOINT)
      ? ['CKAFKA_ENDPOINT is of the other API than CKAFKA_API']
      : []),
  ]
}

/** `LANGUAGE` belongs to the system, which may say anything there; it once was ours, and had exactly one of these. */
function formerLanguage({ LANGUAGE }: Given): Config['language'] | undefined {
  return LANGUAGES.find(each => each === LANGUAGE)
}

function noticesOf(given: Given): string[] {
  const former = given.REWIND_LANGUAGE === undefined ? formerLanguage(given) : undefined
  const unread = ['APPROVERS', 'SKIPS_TYPED_ABOVE', 'SKIPS_TWO_APPROVERS_ABOVE'].filter(
    name => given.POLICY_FILE !== undefined && given[name] !== undefined,
  )
  return [
    ...(former === undefined
      ? []
      : [`LANGUAGE is called REWIND_LANGUAGE now. LANGUAGE=${former} still counts; please rename it.`]),
    ...serviceAccountNotices(given),
    ...unread.map(name => `${name} does not count: POLICY_FILE is set, and its rules say it.`),
  ]
}

type IsThere = (name: keyof Settings | SecretSetting) => boolean

function ckafkaProblems(isThere: IsThere): string[] {
  if (isThere('CLUSTERS_FILE')) return []
  return (['TENCENTCLOUD_SECRET_ID', 'TENCENTCLOUD_SECRET_KEY'] as const)
    .filter(name => !isThere(name))
    .map(name => `${name} is missing`)
}

function slackProblems(isThere: IsThere): string[] {
  const problems: string[] = []
  if (!isThere('SLACK_BOT_TOKEN')) problems.push('SLACK_BOT_TOKEN is missing')
  if (!isThere('SLACK_APP_TOKEN') && !isThere('SLACK_SIGNING_SECRET')) {
    problems.push('SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP) is missing')
  }
  if (!isThere('APPROVERS') && !isThere('POLICY_FILE'))
    problems.push('APPROVERS or POLICY_FILE is missing: without an approver nothing can ever run')
  return problems
}

function slackOf(data: Settings): SlackConfig {
  return {
    botToken: data.SLACK_BOT_TOKEN as string,
    apiUrl: data.SLACK_API_URL,
    proxies: proxiesOf(data),
    delivery:
      data.SLACK_APP_TOKEN === undefined
        ? { kind: 'http', signingSecret: data.SLACK_SIGNING_SECRET as string }
        : { kind: 'socket', appToken: data.SLACK_APP_TOKEN },
  }
}

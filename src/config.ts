// The only reader of the environment: one schema, every problem named at once, no value of a secret ever shown.

import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { type SkipLimits, wrongApprovers } from './request/policy.ts'

export interface Config {
  role: 'all' | 'bot' | 'worker'
  /** The address to listen on. */
  host: string
  port: number
  /** Of the metrics alone; null: they are at the other port. */
  metricsPort: number | null
  /** Who asks for the metrics has to show it. */
  metricsToken: string | undefined
  logLevel: string
  redis: RedisSettings
  redisPrefix: string
  /** What seals the audit trail, then what has sealed it before; null: it is not sealed. */
  auditKeys: AuditKeys | null
  /** Absent for a worker apart, which never speaks to Slack. */
  slack: SlackConfig | undefined
  ckafka: CkafkaSettings
  /** How many times the documented limits of calls this process may use. */
  quotaFactor: number
  instances: { id: string; name: string }[]
  /** User and user-group ids; what they may do says the policy's file, where there is one. */
  approvers: string[]
  policyFile: string | null
  /** Of what many people read, and of those whose Slack speaks none of ours. */
  language: 'en' | 'zh'
  approvalsChannel: string | null
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
  emptyWaitMs: number
  emptyHoldMs: number
}

export type RedisSettings =
  | { mode: 'single'; url: string; ca: string | undefined }
  | ({
      mode: 'sentinel'
      sentinels: RedisAddress[]
      name: string
      sentinelPassword: string | undefined
      db: number
    } & RedisAccess)
  | ({ mode: 'cluster'; nodes: RedisAddress[] } & RedisAccess)

export type AuditKeys = [string, ...string[]]

export interface RedisAddress {
  host: string
  port: number
}

interface RedisAccess {
  username: string | undefined
  password: string | undefined
  tls: boolean
  /** The text of the file. */
  ca: string | undefined
}

export interface SlackConfig {
  botToken: string
  apiUrl: string | undefined
  delivery: { kind: 'socket'; appToken: string } | { kind: 'http'; signingSecret: string }
}

export interface CkafkaSettings {
  dialect: 'v2' | 'v3'
  endpoint: string
  region: string
  secretId: string
  secretKey: string
  token: string | undefined
  signatureMethod: 'HmacSHA256' | 'HmacSHA1'
  setOffsetsAction: 'SetGroupOffsets' | 'SetGroupOffset'
}

/** Of the mainland; the international host is a setting. */
const ENDPOINTS = { v3: 'https://ckafka.tencentcloudapi.com', v2: 'https://ckafka.api.qcloud.com' } as const

const UNITS_MS: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

const text = z.string().trim().min(1)
const list = z
  .string()
  .default('')
  .transform(value => value.split(',').flatMap(part => (part.trim() === '' ? [] : [part.trim()])))
const duration = z
  .string()
  .regex(/^[1-9]\d{0,4}[smhd]$/, 'must be a number with s, m, h or d, like 30m or 24h')
  .transform(value => Number(value.slice(0, -1)) * (UNITS_MS[value.slice(-1)] as number))
const messageCount = z.coerce.number('must be a number of messages').int().min(0).max(Number.MAX_SAFE_INTEGER)
/** `off`: there is no such limit. None at all would let nobody ask. */
const most = z
  .string()
  .regex(/^(?:off|[1-9]\d{0,5})$/, 'must be a whole number, 1 or more, or off')
  .transform(value => (value === 'off' ? null : Number(value)))
const portNumber = z.coerce.number('must be a port number').int().min(0).max(65_535)
/** So long that nobody finds it by trying, and no word that was only made long. */
const auditKey = text
  .regex(/^[\x21-\x2b\x2d-\x7e]{32,512}$/, {
    error: 'must have 32 characters or more, without spaces and commas',
    abort: true,
  })
  .refine(value => new Set(value).size >= 10, 'must be random, like the output of openssl rand -hex 32')
const httpUrl = z.string().refine(isUrlOf('http:', 'https:'), 'must be an http or https address')

const schema = z.object({
  ROLE: z.enum(['all', 'bot', 'worker'], 'must be all, bot or worker').default('all'),
  HOST: text.default('0.0.0.0'),
  PORT: portNumber.default(3000),
  METRICS_PORT: portNumber.optional(),
  METRICS_TOKEN: text
    .regex(/^[\x21-\x7e]{16,}$/, 'must have 16 characters or more, without spaces')
    .optional(),
  LOG_LEVEL: z
    .enum(
      ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
      'must be trace, debug, info, warn, error, fatal or silent',
    )
    .default('info'),
  REDIS_URL: z.string('is missing').transform(redisUrlsIn),
  REDIS_MODE: z
    .enum(['single', 'sentinel', 'cluster'], 'must be single, sentinel or cluster')
    .default('single'),
  REDIS_SENTINEL_NAME: text.default('mymaster'),
  REDIS_SENTINEL_PASSWORD: text.optional(),
  REDIS_CA_FILE: text.transform(readCertificates).optional(),
  AUDIT_KEY: auditKey.optional(),
  AUDIT_KEYS_OLD: z
    .string()
    .transform(value => value.split(',').map(part => part.trim()))
    .pipe(z.array(auditKey))
    .optional(),
  REDIS_PREFIX: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, 'may hold letters, digits, dash and underscore')
    .default('rewind'),
  SLACK_BOT_TOKEN: text.startsWith('xoxb-', 'must be the bot token, which starts with xoxb-').optional(),
  SLACK_APP_TOKEN: text
    .startsWith('xapp-', 'must be the app-level token, which starts with xapp-')
    .optional(),
  SLACK_SIGNING_SECRET: text.optional(),
  SLACK_API_URL: httpUrl.transform(url => (url.endsWith('/') ? url : `${url}/`)).optional(),
  CKAFKA_API: z.enum(['v3', 'v2'], 'must be v3 or v2').default('v3'),
  CKAFKA_ENDPOINT: httpUrl.optional(),
  CKAFKA_SIGNATURE_METHOD: z
    .enum(['HmacSHA256', 'HmacSHA1'], 'must be HmacSHA256 or HmacSHA1')
    .default('HmacSHA256'),
  CKAFKA_SET_OFFSETS_ACTION: z
    .enum(['SetGroupOffsets', 'SetGroupOffset'], 'must be SetGroupOffsets or SetGroupOffset')
    .default('SetGroupOffsets'),
  CKAFKA_QUOTA_FACTOR: z.coerce
    .number('must be a number, like 0.5 or 2')
    .min(0.01, 'must be 0.01 or more')
    .max(100, 'must be 100 or less')
    .default(1),
  TENCENTCLOUD_REGION: text.default('ap-guangzhou'),
  TENCENTCLOUD_SECRET_ID: z.string('is missing').trim().min(1, 'is missing'),
  TENCENTCLOUD_SECRET_KEY: z.string('is missing').trim().min(1, 'is missing'),
  TENCENTCLOUD_SECURITY_TOKEN: text.optional(),
  CKAFKA_INSTANCES: list.transform(parts => parts.map(instanceOf)),
  APPROVERS: list,
  POLICY_FILE: text.optional(),
  LANGUAGE: z.enum(['en', 'zh'], 'must be en or zh').default('en'),
  APPROVALS_CHANNEL: text.regex(/^[CG][A-Z0-9_]+$/, 'must be a channel id, like C0123ABCD').optional(),
  FALLBACK_CHANNEL: text.regex(/^[CG][A-Z0-9_]+$/, 'must be a channel id, like C0123ABCD').optional(),
  REQUEST_EXPIRY: duration.default(UNITS_MS.d as number),
  OPEN_PER_PERSON: most.default(20),
  OPEN_IN_ALL: most.default(200),
  SUBMISSIONS_A_MINUTE: most.default(10),
  WORKER_CONCURRENCY: z.coerce.number('must be a number').int().min(1).max(64).default(4),
  CALL_DEADLINE: duration.default(25_000),
  CALL_GRACE: duration.default(30_000),
  CALL_LATE: duration.default(5 * (UNITS_MS.m as number)),
  SKIPS_TYPED_ABOVE: messageCount.default(1_000),
  SKIPS_TWO_APPROVERS_ABOVE: messageCount.optional(),
  EMPTY_WAIT: duration.default(30 * (UNITS_MS.m as number)),
  EMPTY_HOLD: duration.default(45_000),
})

const storeSchema = schema.pick({
  REDIS_URL: true,
  REDIS_MODE: true,
  REDIS_SENTINEL_NAME: true,
  REDIS_SENTINEL_PASSWORD: true,
  REDIS_CA_FILE: true,
  REDIS_PREFIX: true,
})

const auditSchema = schema.pick({ AUDIT_KEY: true, AUDIT_KEYS_OLD: true })

export type ConfigOutcome = { ok: true; config: Config } | { ok: false; problems: string[] }

/** @returns the settings, or one line per problem: its variable's name and what is wrong, never its value. */
export function readConfig(env: NodeJS.ProcessEnv): ConfigOutcome {
  const given = givenIn(env)
  const parsed = schema.safeParse(given)
  const problems = parsed.success ? [] : problemsOf(parsed.error)
  const role = given.ROLE ?? 'all'
  if (role !== 'worker') problems.push(...slackProblems(given))
  const redis = parsed.success ? redisOf(parsed.data) : null
  if (redis?.ok === false) problems.push(...redis.problems)
  if (parsed.success && wrongApprovers(parsed.data.APPROVERS).length > 0) {
    problems.push('APPROVERS must hold user ids (U…) and user-group ids (S…), separated by commas')
  }
  if (parsed.success && parsed.data.PORT !== 0 && parsed.data.METRICS_PORT === parsed.data.PORT) {
    problems.push('METRICS_PORT must be another port than PORT')
  }
  const keys = parsed.success ? auditKeysOf(parsed.data) : null
  if (keys?.ok === false) problems.push(...keys.problems)
  if (!parsed.success || !redis?.ok || !keys?.ok || problems.length > 0) return { ok: false, problems }

  const { data } = parsed
  return {
    ok: true,
    config: {
      role: data.ROLE,
      host: data.HOST,
      port: data.PORT,
      metricsPort: data.METRICS_PORT ?? null,
      metricsToken: data.METRICS_TOKEN,
      logLevel: data.LOG_LEVEL,
      redis: redis.settings,
      redisPrefix: data.REDIS_PREFIX,
      auditKeys: keys.auditKeys,
      slack: data.ROLE === 'worker' ? undefined : slackOf(data),
      ckafka: {
        dialect: data.CKAFKA_API,
        endpoint: data.CKAFKA_ENDPOINT ?? ENDPOINTS[data.CKAFKA_API],
        region: data.TENCENTCLOUD_REGION,
        secretId: data.TENCENTCLOUD_SECRET_ID,
        secretKey: data.TENCENTCLOUD_SECRET_KEY,
        token: data.TENCENTCLOUD_SECURITY_TOKEN,
        signatureMethod: data.CKAFKA_SIGNATURE_METHOD,
        setOffsetsAction: data.CKAFKA_SET_OFFSETS_ACTION,
      },
      quotaFactor: data.CKAFKA_QUOTA_FACTOR,
      instances: data.CKAFKA_INSTANCES,
      approvers: data.APPROVERS,
      policyFile: data.POLICY_FILE ?? null,
      language: data.LANGUAGE,
      approvalsChannel: data.APPROVALS_CHANNEL ?? null,
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
      emptyWaitMs: data.EMPTY_WAIT,
      emptyHoldMs: data.EMPTY_HOLD,
    },
  }
}

export type StoreConfigOutcome =
  | ({ ok: true } & Pick<Config, 'redis' | 'redisPrefix'>)
  | { ok: false; problems: string[] }

/** For a command that only reads the store, and needs no other setting. */
export function readStoreConfig(env: NodeJS.ProcessEnv): StoreConfigOutcome {
  const parsed = storeSchema.safeParse(givenIn(env))
  if (!parsed.success) return { ok: false, problems: problemsOf(parsed.error) }
  const redis = redisOf(parsed.data)
  if (!redis.ok) return redis
  return { ok: true, redis: redis.settings, redisPrefix: parsed.data.REDIS_PREFIX }
}

export type AuditKeysOutcome = { ok: true; auditKeys: AuditKeys | null } | { ok: false; problems: string[] }

/** For a command that only reads what was sealed. */
export function readAuditKeys(env: NodeJS.ProcessEnv): AuditKeysOutcome {
  const parsed = auditSchema.safeParse(givenIn(env))
  return parsed.success ? auditKeysOf(parsed.data) : { ok: false, problems: problemsOf(parsed.error) }
}

function auditKeysOf({
  AUDIT_KEY: key,
  AUDIT_KEYS_OLD: old = [],
}: z.output<typeof auditSchema>): AuditKeysOutcome {
  if (key !== undefined) return { ok: true, auditKeys: [key, ...old] }
  if (old.length === 0) return { ok: true, auditKeys: null }
  return { ok: false, problems: ['AUDIT_KEY is missing: AUDIT_KEYS_OLD alone seals nothing'] }
}

/** For a command that only reads the policy's file. */
export function readPolicyFile(env: NodeJS.ProcessEnv): string | undefined {
  return givenIn(env).POLICY_FILE
}

/** An empty variable means "not set": that is how compose files and shells leave things out. */
function givenIn(env: NodeJS.ProcessEnv): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ''),
  )
}

function problemsOf(error: z.ZodError): string[] {
  return [...new Set(error.issues.map(issue => `${issue.path.join('.')} ${issue.message}`))]
}

type RedisOutcome = { ok: true; settings: RedisSettings } | { ok: false; problems: string[] }

/** What is wrong between the settings of Redis; each alone was looked at before. */
function redisOf(data: z.output<typeof storeSchema>): RedisOutcome {
  const { REDIS_MODE: mode, REDIS_URL: urls, REDIS_CA_FILE: ca } = data
  const problems: string[] = []
  const one = (name: string, values: (string | undefined)[]) => {
    const different = [...new Set(values.filter(value => value !== undefined && value !== ''))]
    if (different.length > 1) problems.push(`REDIS_URL must name the same ${name} in every address`)
    return different[0]
  }
  const protocol = one(
    'protocol, redis: or rediss:,',
    urls.map(url => url.protocol),
  )
  const username = one(
    'user',
    urls.map(url => decodeURIComponent(url.username)),
  )
  const password = one(
    'password',
    urls.map(url => decodeURIComponent(url.password)),
  )
  const db = one(
    'database',
    urls.map(url => url.pathname.slice(1)),
  )
  const tls = protocol === 'rediss:'
  if (mode === 'single' && urls.length > 1) {
    problems.push('REDIS_URL must hold one address, unless REDIS_MODE is sentinel or cluster')
  }
  if (mode === 'cluster' && Number(db ?? 0) !== 0) {
    problems.push('REDIS_URL must name no database: a Cluster has only 0')
  }
  if (ca !== undefined && !tls) problems.push('REDIS_CA_FILE is for TLS: REDIS_URL must begin with rediss://')
  if (problems.length > 0) return { ok: false, problems }

  const access = { username, password, tls, ca }
  const addresses = (defaultPort: number) => urls.map(url => addressOf(url, defaultPort))
  switch (mode) {
    case 'single':
      return { ok: true, settings: { mode, url: urls[0]?.href ?? '', ca } }
    case 'sentinel': {
      const { REDIS_SENTINEL_NAME: name, REDIS_SENTINEL_PASSWORD: sentinelPassword } = data
      const sentinels = addresses(26_379)
      return {
        ok: true,
        settings: { mode, sentinels, name, sentinelPassword, db: Number(db ?? 0), ...access },
      }
    }
    case 'cluster':
      return { ok: true, settings: { mode, nodes: addresses(6_379), ...access } }
    default:
      return mode satisfies never
  }
}

/** Each address begins with its protocol, so that a password may hold a comma. */
function redisUrlsIn(value: string, context: z.RefinementCtx): URL[] {
  const parts = value.split(/,(?=\s*rediss?:\/\/)/i).map(part => part.trim())
  const refuse = (message: string) => {
    context.addIssue({ code: 'custom', message })
    return z.NEVER
  }
  if (parts.some(hasBareSign)) {
    return refuse(
      'has a #, / or ? in it that is not percent-encoded: in a user or a password # is written %23, / is %2F, ? is %3F and @ is %40',
    )
  }
  if (parts.every(isRedisUrl)) return parts.map(part => new URL(part))
  return refuse(
    'must look like redis://host:6379, or several such addresses, with commas between them; in a user or a password % is written %25',
  )
}

/** An address ends at such a sign, so that what was meant for the user would be taken for the host. */
function hasBareSign(part: string): boolean {
  return part.includes('#') || /^\w+:\/\/[^/?]*[/?].*@/s.test(part)
}

function isRedisUrl(part: string): boolean {
  if (!isUrlOf('redis:', 'rediss:')(part)) return false
  const url = new URL(part)
  try {
    decodeURIComponent(url.username + url.password)
  } catch {
    return false
  }
  return url.hostname !== '' && !url.hostname.includes(',') && /^(\/\d*)?$/.test(url.pathname)
}

function addressOf(url: URL, defaultPort: number): RedisAddress {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  return { host, port: url.port === '' ? defaultPort : Number(url.port) }
}

/** The text of the file, which is public. */
function readCertificates(file: string, context: z.RefinementCtx): string {
  const refuse = (message: string) => {
    context.addIssue({ code: 'custom', message })
    return z.NEVER
  }
  try {
    const pem = readFileSync(file, 'utf8')
    return pem.includes('-----BEGIN CERTIFICATE-----')
      ? pem
      : refuse('names a file that holds no certificate (PEM)')
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? ` (${error.code})` : ''
    return refuse(`names a file that cannot be read${why}`)
  }
}

function slackProblems(given: Record<string, string | undefined>): string[] {
  const problems: string[] = []
  if (given.SLACK_BOT_TOKEN === undefined) problems.push('SLACK_BOT_TOKEN is missing')
  if (given.SLACK_APP_TOKEN === undefined && given.SLACK_SIGNING_SECRET === undefined) {
    problems.push('SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP) is missing')
  }
  if (given.APPROVERS === undefined && given.POLICY_FILE === undefined)
    problems.push('APPROVERS or POLICY_FILE is missing: without an approver nothing can ever run')
  return problems
}

function slackOf(data: z.output<typeof schema>): SlackConfig {
  return {
    botToken: data.SLACK_BOT_TOKEN as string,
    apiUrl: data.SLACK_API_URL,
    delivery:
      data.SLACK_APP_TOKEN === undefined
        ? { kind: 'http', signingSecret: data.SLACK_SIGNING_SECRET as string }
        : { kind: 'socket', appToken: data.SLACK_APP_TOKEN },
  }
}

/** `ckafka-xxooa0=Orders` or just the id. */
function instanceOf(part: string): { id: string; name: string } {
  const [id = '', name = ''] = part.split(/=(.*)/s, 2).map(piece => piece.trim())
  return { id, name: name === '' ? id : name }
}

function isUrlOf(...protocols: string[]): (value: string) => boolean {
  return value => {
    try {
      return protocols.includes(new URL(value).protocol)
    } catch {
      return false
    }
  }
}

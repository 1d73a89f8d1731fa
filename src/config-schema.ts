// Every setting: what its value may look like, and what it is where it is not given.

import { z } from 'zod'
import { proxyUrl } from './config-proxy.ts'
import { certificates, redisUrls, SENTINEL_NAME } from './config-redis.ts'
import {
  tracesEndpoint,
  tracesHeaders,
  tracesProtocol,
  tracesRatio,
  tracesSampler,
  tracesService,
} from './config-tracing.ts'
import {
  approverList,
  auditKey,
  channelId,
  duration,
  durationMs,
  httpOrigin,
  httpUrl,
  instanceList,
  messageCount,
  most,
  portNumber,
  retention,
  secret,
  text,
  watch,
  wholeNumber,
} from './config-values.ts'
import { listenHost } from './listen-address.ts'

export const LANGUAGES = ['en', 'zh'] as const

export const settingsSchema = z.object({
  ROLE: z.enum(['all', 'bot', 'worker'], 'must be all, bot or worker').default('all'),
  HOST: listenHost.default('0.0.0.0'),
  PORT: portNumber.default(3000),
  METRICS_PORT: portNumber.optional(),
  METRICS_TOKEN: text
    .regex(/^[\x21-\x7e]{16,}$/, 'must have 16 letters, digits and signs of ASCII or more, without spaces')
    .optional(),
  LOG_LEVEL: z
    .enum(
      ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
      'must be trace, debug, info, warn, error, fatal or silent',
    )
    .default('info'),
  REDIS_URL: redisUrls,
  REDIS_MODE: z
    .enum(['single', 'sentinel', 'cluster'], 'must be single, sentinel or cluster')
    .default('single'),
  REDIS_SENTINEL_NAME: text.default(SENTINEL_NAME),
  REDIS_SENTINEL_PASSWORD: text.optional(),
  REDIS_CA_FILE: certificates.optional(),
  AUDIT_KEY: auditKey.optional(),
  AUDIT_KEYS_OLD: z
    .string()
    .transform(value => value.split(',').map(part => part.trim()))
    .pipe(z.array(auditKey))
    .optional(),
  AUDIT_KEYS_LOST: z
    .string()
    .transform(value => value.split(',').map(part => part.trim()))
    .pipe(
      z.array(z.string().regex(/^[0-9a-f]{8}$/, 'must name keys as a seal does, by 8 digits of 0-9 and a-f')),
    )
    .optional(),
  REDIS_PREFIX: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, 'may hold letters, digits, dash and underscore, 64 at most')
    .default('rewind'),
  SLACK_BOT_TOKEN: secret.startsWith('xoxb-', 'must be the bot token, which starts with xoxb-').optional(),
  SLACK_APP_TOKEN: secret
    .startsWith('xapp-', 'must be the app-level token, which starts with xapp-')
    .optional(),
  SLACK_SIGNING_SECRET: secret
    .regex(/^(?!xox|xapp-)/, 'must be the signing secret of the app, and no token')
    .optional(),
  SLACK_API_URL: httpUrl.transform(url => (url.endsWith('/') ? url : `${url}/`)).optional(),
  CLUSTERS_FILE: text.optional(),
  CKAFKA_API: z.enum(['v3', 'v2'], 'must be v3 or v2').default('v3'),
  CKAFKA_ENDPOINT: httpOrigin.optional(),
  CKAFKA_SIGNATURE_METHOD: z
    .enum(['HmacSHA256', 'HmacSHA1'], 'must be HmacSHA256 or HmacSHA1')
    .default('HmacSHA256'),
  CKAFKA_SET_OFFSETS_ACTION: z
    .enum(['SetGroupOffsets', 'SetGroupOffset'], 'must be SetGroupOffsets or SetGroupOffset')
    .default('SetGroupOffsets'),
  CKAFKA_QUOTA_FACTOR: z
    .string()
    .trim()
    .regex(/^\d{1,3}(\.\d{1,6})?$/, 'must be a number, like 0.5 or 2')
    .transform(Number)
    .refine(factor => factor >= 0.01 && factor <= 100, 'must be from 0.01 to 100')
    .default(1),
  TENCENTCLOUD_REGION: text
    .regex(/^[a-z]{2,}(-[a-z0-9]+){1,5}$/, 'must be one region, like ap-guangzhou')
    .default('ap-guangzhou'),
  TENCENTCLOUD_SECRET_ID: secret.optional(),
  TENCENTCLOUD_SECRET_KEY: secret.optional(),
  TENCENTCLOUD_SECURITY_TOKEN: secret.optional(),
  CKAFKA_INSTANCES: instanceList.optional(),
  APPROVERS: approverList.optional(),
  POLICY_FILE: text.optional(),
  SERVICE_ACCOUNTS_FILE: text.optional(),
  REQUESTS_ADDRESS: httpOrigin.default('http://127.0.0.1:3000'),
  REQUESTS_TOKEN: secret.regex(/^.{32,512}$/, 'must have 32 characters or more').optional(),
  REWIND_LANGUAGE: z.enum(LANGUAGES, 'must be en or zh').default('en'),
  PICTURES: z.enum(['on', 'off'], 'must be on or off').default('on'),
  APPROVALS_CHANNEL: channelId.optional(),
  FALLBACK_CHANNEL: channelId.optional(),
  REQUEST_EXPIRY: duration('365d').default(durationMs('1d')),
  OPEN_PER_PERSON: most.default(20),
  OPEN_IN_ALL: most.default(200),
  SUBMISSIONS_A_MINUTE: most.default(10),
  WORKER_CONCURRENCY: wholeNumber('must be a whole number from 1 to 64', 1, 64).default(4),
  CALL_DEADLINE: duration('1h').default(durationMs('25s')),
  CALL_GRACE: duration('1h').default(durationMs('30s')),
  CALL_LATE: duration('1d').default(durationMs('5m')),
  SKIPS_TYPED_ABOVE: messageCount.default(1_000),
  SKIPS_TWO_APPROVERS_ABOVE: messageCount.optional(),
  RETENTION: retention.optional(),
  RETENTION_DIRECTORY: text.optional(),
  EMPTY_WAIT: duration('7d').default(durationMs('30m')),
  EMPTY_HOLD: duration('7d').default(durationMs('45s')),
  WATCH: watch.default(durationMs('2h')),
  HTTPS_PROXY: proxyUrl.optional(),
  HTTP_PROXY: proxyUrl.optional(),
  NO_PROXY: text.optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: tracesEndpoint.optional(),
  OTEL_EXPORTER_OTLP_HEADERS: tracesHeaders.optional(),
  OTEL_EXPORTER_OTLP_PROTOCOL: tracesProtocol.default('http/protobuf'),
  OTEL_SERVICE_NAME: tracesService.default('rewind'),
  OTEL_TRACES_SAMPLER: tracesSampler.default('parentbased_always_on'),
  OTEL_TRACES_SAMPLER_ARG: tracesRatio.default(1),
  OTEL_SDK_DISABLED: z.enum(['true', 'false'], 'must be true or false').default('false'),
})
export type Settings = z.output<typeof settingsSchema>

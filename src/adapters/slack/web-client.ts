// Calls to Slack's Web API, each ending in one outcome. One try per call: the default client would post twice when an
// answer is lost (measured), so trying again is left to whoever knows whether that is safe.

import { type Logger, LogLevel, WebClient } from '@slack/web-api'
import type { ChatOutcome } from '../../ports.ts'

export interface SlackClientOptions {
  token: string
  apiUrl: string | undefined
  logger: Logger
}

export const SLACK_CALL_MS = 10_000

export function createWebClient({ token, apiUrl, logger }: SlackClientOptions): WebClient {
  return new WebClient(token, {
    ...(apiUrl === undefined ? {} : { slackApiUrl: apiUrl }),
    retryConfig: { retries: 0 },
    timeout: SLACK_CALL_MS,
    rejectRateLimitedCalls: true,
    logger,
    logLevel: LogLevel.ERROR,
  })
}

const WAIT_MS = 15_000
const REPAIR_WAIT_MS = 60_000

/** Nothing a request can help: these heal when somebody repairs the installation, so what is owed waits. */
const BROKEN_INSTALLATION = new Set([
  'not_authed',
  'invalid_auth',
  'account_inactive',
  'token_revoked',
  'token_expired',
  'org_login_required',
  'team_access_not_granted',
  'team_added_to_org',
  'ekm_access_denied',
])
/** Slack failed inside, perhaps after doing it. */
const SLACK_FAULTS = new Set([
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'team_not_found',
])
const RATE_LIMITS = new Set(['ratelimited', 'rate_limited', 'message_limit_exceeded'])
const NEVER_SENT_SYSCALLS = new Set(['connect', 'getaddrinfo'])

/** What a rejected call means. The error shapes are those of web-api 8. */
export function outcomeOfError(error: unknown): ChatOutcome {
  const { code, data, retryAfter, statusCode } = shapeOf(error)
  if (typeof retryAfter === 'number') {
    return { kind: 'later', afterMs: Math.max(1, retryAfter) * 1000, cause: 'Slack asked to wait' }
  }
  if (data !== undefined) {
    if (RATE_LIMITS.has(data)) return { kind: 'later', afterMs: WAIT_MS, cause: data }
    if (BROKEN_INSTALLATION.has(data)) return { kind: 'later', afterMs: REPAIR_WAIT_MS, cause: data }
    return SLACK_FAULTS.has(data) ? { kind: 'unknown', cause: data } : { kind: 'refused', code: data }
  }
  if (statusCode === 429) return { kind: 'later', afterMs: WAIT_MS, cause: 'Slack asked to wait' }
  if (statusCode !== undefined) {
    return statusCode >= 500
      ? { kind: 'unknown', cause: `Slack answered HTTP ${statusCode}` }
      : { kind: 'refused', code: `http_${statusCode}` }
  }
  const network = causesOf(error)
  if (network.some(({ syscall }) => syscall !== undefined && NEVER_SENT_SYSCALLS.has(syscall))) {
    return { kind: 'later', afterMs: WAIT_MS, cause: 'Slack could not be reached' }
  }
  return { kind: 'unknown', cause: code ?? 'the call to Slack broke off' }
}

interface ErrorShape {
  code: string | undefined
  data: string | undefined
  retryAfter: unknown
  statusCode: number | undefined
  syscall: string | undefined
}

function shapeOf(error: unknown): ErrorShape {
  const shape = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>
  const data = (shape.data ?? {}) as Record<string, unknown>
  return {
    code: typeof shape.code === 'string' ? shape.code : undefined,
    data: typeof data.error === 'string' ? data.error : undefined,
    retryAfter: shape.retryAfter,
    statusCode: typeof shape.statusCode === 'number' ? shape.statusCode : undefined,
    syscall: typeof shape.syscall === 'string' ? shape.syscall : undefined,
  }
}

/** The error and what caused it, a few levels deep: fetch wraps the socket's error. */
function causesOf(error: unknown): ErrorShape[] {
  const shapes: ErrorShape[] = []
  let current = error
  for (let depth = 0; depth < 5 && typeof current === 'object' && current !== null; depth++) {
    shapes.push(shapeOf(current))
    const { cause, original } = current as { cause?: unknown; original?: unknown }
    current = cause ?? original
  }
  return shapes
}

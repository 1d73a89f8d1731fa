// Calls to Slack's Web API, each ending in one outcome. One try per call: the default client would post twice when an
// answer is lost (measured), so trying again is left to whoever knows whether that is safe.

import { type FetchFunction, type Logger, LogLevel, WebClient } from '@slack/web-api'
import type { ChatOutcome } from '../../../ports/chat.ts'
import { proxyFaultIn } from '../../../proxy/fault.ts'
import { lightFetch } from './light-fetch.ts'

export interface SlackClientOptions {
  token: string
  apiUrl: string | undefined
  logger: Logger
  /** Default: SLACK_CALL_MS. */
  timeoutMs?: number
  /** Default: lightFetch. */
  fetch?: FetchFunction
}

export const SLACK_CALL_MS = 10_000

export function createWebClient(options: SlackClientOptions): WebClient {
  const { token, apiUrl, logger, timeoutMs = SLACK_CALL_MS, fetch = lightFetch } = options
  return new WebClient(token, {
    ...(apiUrl === undefined ? {} : { slackApiUrl: apiUrl }),
    fetch,
    retryConfig: { retries: 0 },
    timeout: timeoutMs,
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
  'not_allowed_token_type',
  'user_removed_from_team',
  'team_disabled',
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
const CONNECT_TIMEOUT = 'UND_ERR_CONNECT_TIMEOUT'
/** Node refuses a certificate in the handshake. Source: Node, tls, X509 certificate error codes. */
const CERTIFICATE =
  /^(?:CERT_[A-Z_]+|UNABLE_TO_(?:GET_ISSUER_CERT(?:_LOCALLY)?|VERIFY_LEAF_SIGNATURE)|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|INVALID_(?:CA|PURPOSE)|HOSTNAME_MISMATCH|ERR_TLS_CERT_ALTNAME_INVALID)$/
/** A page of some proxy arrives in the place of the code (measured). */
const SLACK_CODE = /^[a-z][a-z0-9_]*$/
/** What the client throws for HTTP 429 without a Retry-After: a plain Error with nothing else to know it by. */
const NO_RETRY_AFTER = /^Retry header did not contain a valid timeout/

/** Slack's code where it does not take our token at all, whatever is asked; null for any other error. */
export function refusalOfToken(error: unknown): string | null {
  const { data } = shapeOf(error)
  return data !== undefined && BROKEN_INSTALLATION.has(data) ? data : null
}

/** What a rejected call means. The error shapes are those of web-api 8. */
export function outcomeOfError(error: unknown): ChatOutcome {
  const { code, data, message, retryAfter, statusCode } = shapeOf(error)
  if (typeof retryAfter === 'number') {
    return { kind: 'later', afterMs: waitAskedFor(retryAfter), cause: 'Slack asked to wait' }
  }
  if (NO_RETRY_AFTER.test(message)) return { kind: 'later', afterMs: WAIT_MS, cause: 'Slack asked to wait' }
  if (data !== undefined) {
    if (!SLACK_CODE.test(data)) return { kind: 'unknown', cause: 'Slack’s answer could not be read' }
    if (RATE_LIMITS.has(data)) return { kind: 'later', afterMs: WAIT_MS, cause: data }
    if (BROKEN_INSTALLATION.has(data)) return { kind: 'later', afterMs: REPAIR_WAIT_MS, cause: data }
    return SLACK_FAULTS.has(data) ? { kind: 'unknown', cause: data } : { kind: 'refused', code: data }
  }
  if (statusCode !== undefined) {
    const cause = `Slack answered HTTP ${statusCode}`
    // Slack itself says no with a code. A 4xx without one is a proxy or a wrong address, which somebody has to repair.
    return statusCode >= 500 ? { kind: 'unknown', cause } : { kind: 'later', afterMs: REPAIR_WAIT_MS, cause }
  }
  const ofProxy = proxyFaultIn(error)
  if (ofProxy !== null) return { kind: 'later', afterMs: WAIT_MS, cause: ofProxy.message }
  const ofCertificate = certificateFaultIn(error)
  if (ofCertificate !== null) return { kind: 'later', afterMs: REPAIR_WAIT_MS, cause: ofCertificate }
  if (causesOf(error).some(isBeforeSending)) {
    return { kind: 'later', afterMs: WAIT_MS, cause: 'Slack could not be reached' }
  }
  return { kind: 'unknown', cause: code ?? 'the call to Slack broke off' }
}

/** Nothing has been sent then. As the end of a sentence; null: it is something else. */
export function certificateFaultIn(error: unknown): string | null {
  const codes = causesOf(error).map(cause => shapeOf(cause).code)
  const code = codes.find(each => each !== undefined && CERTIFICATE.test(each))
  return code === undefined
    ? null
    : `the certificate of Slack, or of a proxy that opens TLS, is not taken (${code})`
}

/** A host with several addresses fails with all its errors at once, and then each has to be of that kind. */
function isBeforeSending(cause: unknown): boolean {
  if (cause instanceof AggregateError) return cause.errors.length > 0 && cause.errors.every(isBeforeSending)
  const { code, syscall } = shapeOf(cause)
  return code === CONNECT_TIMEOUT || (syscall !== undefined && NEVER_SENT_SYSCALLS.has(syscall))
}

interface ErrorShape {
  code: string | undefined
  data: string | undefined
  message: string
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
    message: typeof shape.message === 'string' ? shape.message : '',
    retryAfter: shape.retryAfter,
    statusCode: typeof shape.statusCode === 'number' ? shape.statusCode : undefined,
    syscall: typeof shape.syscall === 'string' ? shape.syscall : undefined,
  }
}

/** The error and what caused it, a few levels deep: fetch wraps the socket's error. */
function causesOf(error: unknown): unknown[] {
  const causes: unknown[] = []
  let current = error
  for (let depth = 0; depth < 5 && typeof current === 'object' && current !== null; depth++) {
    causes.push(current)
    const { cause, original } = current as { cause?: unknown; original?: unknown }
    current = cause ?? original
  }
  return causes
}

const LONGEST_WAIT_S = 600

/** Of Slack's Retry-After, in seconds; whatever it says, it is asked again. Milliseconds. */
export function waitAskedFor(retryAfter: number): number {
  return Number.isFinite(retryAfter) ? Math.min(Math.max(1, retryAfter), LONGEST_WAIT_S) * 1000 : WAIT_MS
}

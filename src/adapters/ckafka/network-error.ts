// Tells what a failed HTTP exchange proves: that nothing reached the server, or nothing at all.
// It must never call an error `notSent` for its code alone: ECONNRESET is one code both for connecting and for reading.

import { proxyFaultIn } from '../../proxy/fault.ts'
import { causeOf } from '../../request/cause.ts'

export interface NetworkFault {
  /** `notSent`: no byte of the request left. `unknown`: the server may have read and obeyed it. */
  kind: 'notSent' | 'unknown'
  /** As request/cause.ts has it. Never an address, a URL or a parameter. */
  cause: string
  /** Stable, for metrics. */
  code: string
}

export interface TimeLimits {
  connectMs: number
  headersMs: number
  bodyMs: number
}

// `code` is matched, not `instanceof`: Node carries a second copy of undici with classes of its own.
const CONNECT_TIMEOUT = 'UND_ERR_CONNECT_TIMEOUT'

export function classifyNetworkError(error: unknown, limits: TimeLimits): NetworkFault {
  const ofProxy = proxyFaultIn(error)
  if (ofProxy !== null) return { kind: 'notSent', cause: ofProxy.why, code: ofProxy.code }
  const code = codeOf(error)
  return isBeforeSending(error)
    ? { kind: 'notSent', cause: causeBeforeSending(error, code, limits), code }
    : { kind: 'unknown', cause: causeAfterSending(code, limits), code }
}

/**
 * The system call tells: connecting and looking up the host both come before the first byte of a request.
 * A host with several addresses fails with all its errors at once, and then each of them has to be of that kind.
 * A TLS handshake that was cut names no system call and so counts as sent, which is the safe side.
 */
function isBeforeSending(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.length > 0 && error.errors.every(isBeforeSending)
  const syscall = textOf(error, 'syscall')
  return syscall === 'connect' || syscall === 'getaddrinfo' || textOf(error, 'code') === CONNECT_TIMEOUT
}

function causeBeforeSending(error: unknown, code: string, limits: TimeLimits): string {
  if (code === CONNECT_TIMEOUT) return causeOf('noConnectionWithin', spelled(limits.connectMs))
  return textOf(error, 'syscall') === 'getaddrinfo'
    ? causeOf('hostNotFound', code)
    : causeOf('noConnection', code)
}

function causeAfterSending(code: string, limits: TimeLimits): string {
  switch (code) {
    case 'UND_ERR_HEADERS_TIMEOUT':
      return causeOf('noAnswer', spelled(limits.headersMs))
    case 'UND_ERR_BODY_TIMEOUT':
      return causeOf('answerStopped', spelled(limits.bodyMs))
    case 'UND_ERR_SOCKET':
    case 'ECONNRESET':
    case 'EPIPE':
      return causeOf('connectionBroke')
    case 'UND_ERR_RES_EXCEEDED_MAX_SIZE':
      return causeOf('answerTooLarge')
    default:
      return code.startsWith('HPE_') || code === 'HTTPParserError'
        ? causeOf('answerNotHttp')
        : causeOf('callBroke', code)
  }
}

function codeOf(error: unknown): string {
  // Behind a proxy undici puts another around what is wrong with the certificate.
  const inner: unknown = Object(error).cause
  const own = textOf(error, 'code') === 'UND_ERR_PRX_TLS' ? textOf(inner, 'code') : textOf(error, 'code')
  if (own !== undefined) return own
  const first: unknown = error instanceof AggregateError ? error.errors[0] : undefined
  return textOf(first, 'code') ?? (error instanceof Error ? error.name : 'unknown error')
}

function textOf(error: unknown, field: 'code' | 'syscall'): string | undefined {
  if (typeof error !== 'object' || error === null || !(field in error)) return undefined
  const value: unknown = Reflect.get(error, field)
  return typeof value === 'string' ? value : undefined
}

/** `20 s`, `300 ms` */
export function spelled(ms: number): string {
  return ms >= 1000 ? `${Math.round(ms / 1000)} s` : `${Math.max(0, Math.round(ms))} ms`
}

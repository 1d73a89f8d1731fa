// One call of API 2.0: sign, send, and say what the answer proves. It must never send a mutation twice, and never let
// a secret, a parameter or a URL into a cause. Reads have no effect, so that a read may be sent a second time.

import type { RefusalReason } from '../../request/result.ts'
import { verdictOf } from './codes-v2.ts'
import { type Envelope, type Read, readEnvelope } from './envelope-v2.ts'
import { createHttp, type Exchange, type HttpAnswer, type HttpRequest } from './http.ts'
import { refusedHere } from './last-look.ts'
import { type CkafkaConfig, type CkafkaDeps, DEFAULT_TIMEOUTS } from './settings.ts'
import { createNonceSource, signatureOf } from './sign-v2.ts'

/** `notSent` and `unknown` differ for mutations only; to a read both mean that there is no answer. */
export type Answer<T> =
  | { kind: 'answered'; value: T }
  | { kind: 'refused'; reason: RefusalReason; code: string; message: string }
  | { kind: 'notSent'; cause: string; retryAfterMs?: number }
  | { kind: 'unknown'; cause: string }

export interface ApiCall<T> {
  action: string
  params: Readonly<Record<string, string>>
  /** Epoch. Nothing is sent from then on, and the call ends by then. */
  deadlineMs: number
  readData: (data: unknown) => Read<T>
}

export interface ApiV2 {
  mutate<T>(call: ApiCall<T>): Promise<Answer<T>>
  read<T>(call: ApiCall<T>): Promise<Answer<T>>
  close(): Promise<void>
}

type Effect = 'mutation' | 'read'

const PATH = '/v2/index.php'
const LONGEST_READ_QUERY = 4_000
/** Servers commonly refuse a request line beyond 8 KB. */
const LONGEST_QUERY = 7_500
/** Under the window of five minutes outside which the API refuses a timestamp; the rest is how long a call may take. */
const CLOCK_SKEW_MS = 270_000

/** One try, and whether a second one could end better. `code` is for metrics. */
interface Tried<T> {
  answer: Answer<T>
  code: string | null
  again: 'useless' | 'likely'
}

export function createApiV2(config: CkafkaConfig, { now, onCall }: CkafkaDeps): ApiV2 {
  const timeouts = { ...DEFAULT_TIMEOUTS, ...config.timeouts }
  const endpoint = new URL(PATH, config.endpoint)
  const http = createHttp(timeouts, now)
  const nextNonce = createNonceSource()
  const secrets = [config.secretKey, config.secretId, config.token ?? ''].filter(secret => secret !== '')
  let state: 'open' | 'closed' = 'open'

  async function attempt<T>(
    effect: Effect,
    call: ApiCall<T>,
    connection: 'fresh' | 'kept',
  ): Promise<Tried<T>> {
    const startedMs = now()
    const tried = await send(effect, call, connection, startedMs)
    try {
      const { answer, code } = tried
      onCall?.({
        action: call.action,
        outcome: outcomeName(effect, answer.kind),
        code,
        durationMs: Math.max(0, now() - startedMs),
      })
    } catch {
      // What was learnt of the call must not be lost to a fault in counting it.
    }
    return tried
  }

  async function send<T>(
    effect: Effect,
    call: ApiCall<T>,
    connection: 'fresh' | 'kept',
    signedAtMs: number,
  ): Promise<Tried<T>> {
    const request = signedRequest(effect, call, signedAtMs)
    if (request === undefined) {
      const message = 'The call is too long for a name or value that begins with @. Name fewer topics.'
      return useless(refusedHere(message))
    }
    if (state === 'closed') return useless({ kind: 'notSent', cause: 'the connection to the API is closed' })
    const leftMs = call.deadlineMs - now()
    if (leftMs <= 0) return useless({ kind: 'notSent', cause: 'the deadline had passed before the call' })
    const exchange = await http.exchange(connection, request, Math.min(timeouts.callMs, leftMs))
    return interpret(effect, call, exchange, signedAtMs)
  }

  function signedRequest<T>(
    effect: Effect,
    { action, params }: ApiCall<T>,
    nowMs: number,
  ): HttpRequest | undefined {
    const unsigned: Record<string, string> = {
      ...params,
      Action: action,
      Region: config.region,
      Timestamp: String(Math.floor(nowMs / 1000)),
      Nonce: nextNonce(),
      SecretId: config.secretId,
      SignatureMethod: config.signatureMethod,
      ...(config.token ? { Token: config.token } : {}),
    }
    const method = methodFor(effect, unsigned)
    const call = { method, host: endpoint.host, path: endpoint.pathname, params: unsigned }
    const form = formOf({
      ...unsigned,
      Signature: signatureOf(call, config.secretKey, config.signatureMethod),
    })
    if (method === 'POST') return { method, url: endpoint.href, body: form }
    return form.length > LONGEST_QUERY ? undefined : { method, url: `${endpoint.href}?${form}` }
  }

  function interpret<T>(effect: Effect, call: ApiCall<T>, exchange: Exchange, signedAtMs: number): Tried<T> {
    if (exchange.kind !== 'answered') {
      const { kind, cause, code } = exchange
      // A server that took its time would take it again; a broken connection need not break twice.
      if (kind === 'timeLimit') return useless({ kind: 'unknown', cause }, code)
      return { answer: { kind, cause }, code, again: 'likely' }
    }
    const { status } = exchange
    const httpCode = `http ${status}`
    // By definition of the status the call was turned away before it was executed.
    if (status === 429) {
      const { retryAfterMs = 60_000 } = exchange
      return useless({ kind: 'notSent', cause: 'too many calls (HTTP 429)', retryAfterMs }, httpCode)
    }
    const broken = useless<T>({ kind: 'unknown', cause: `the API answered with HTTP ${status}` }, httpCode)
    // A gateway says 5xx also when the server behind it has done the work.
    if (status < 200 || status >= 500) return broken
    const envelope = readEnvelope(exchange.body)
    if (status >= 300) {
      // A bare 3xx or 4xx is not the API's: a proxy may send it after letting the call through (when it dislikes the
      // answer, say). Only the API's own refusal, in its envelope, proves that nothing was executed.
      if (!envelope.ok || envelope.value.code === 0 || envelope.value.code === 5400) return broken
    }
    if (!envelope.ok) {
      return useless({ kind: 'unknown', cause: notDocumented(envelope.problem) }, httpCode)
    }
    return judge(effect, call, envelope.value, exchange, signedAtMs)
  }

  function judge<T>(
    effect: Effect,
    call: ApiCall<T>,
    envelope: Envelope,
    { serverTimeMs }: HttpAnswer,
    signedAtMs: number,
  ): Tried<T> {
    const code = envelope.moduleCode === null ? `${envelope.code}` : `${envelope.code}/${envelope.moduleCode}`
    const message = withoutSecrets(envelope.message)
    const verdict = verdictOf(envelope.code, envelope.moduleCode)
    switch (verdict.kind) {
      case 'succeeded':
      case 'partly': {
        const hasData = envelope.data !== undefined && envelope.data !== null
        const read: Read<T> =
          verdict.kind === 'partly' && !hasData
            ? { ok: false, problem: 'data: expected object' }
            : call.readData(envelope.data)
        return read.ok
          ? useless({ kind: 'answered', value: read.value }, code)
          : useless({ kind: 'unknown', cause: notDocumented(read.problem) }, code)
      }
      case 'refused':
        return useless({ kind: 'refused', reason: verdict.reason, code, message }, code)
      case 'notSent':
        return useless({ kind: 'notSent', cause: verdict.cause, retryAfterMs: verdict.retryAfterMs }, code)
      case 'replayed': {
        // The nonce is new in every call, so 4500 means one of two things. Either our clock is off, which the server's
        // Date shows. Or this call reached the API twice, by something in between that sent it again, and the first
        // copy may have been executed: then signing and sending once more could shift twice.
        const skewed = serverTimeMs !== undefined && Math.abs(serverTimeMs - signedAtMs) >= CLOCK_SKEW_MS
        if (skewed || effect === 'read') {
          return { answer: { kind: 'refused', reason: 'clock', code, message }, code, again: 'likely' }
        }
        return useless(
          { kind: 'unknown', cause: 'the API took the call for a repetition of itself (4500)' },
          code,
        )
      }
      case 'unknown':
        return useless({ kind: 'unknown', cause: `the API answered with ${said(code, message)}` }, code)
      default:
        return verdict satisfies never
    }
  }

  /** Some of the API's messages quote the call. */
  function withoutSecrets(message: string): string {
    return secrets.reduce((text, secret) => text.replaceAll(secret, '***'), message)
  }

  return {
    async mutate(call) {
      const { answer } = await attempt('mutation', call, 'fresh')
      return answer
    },

    async read(call) {
      const first = await attempt('read', call, 'kept')
      if (first.again === 'useless') return first.answer
      // On a connection of its own: an idle one that the server had closed is the usual reason to be here.
      const second = await attempt('read', call, 'fresh')
      return second.answer
    },

    async close() {
      state = 'closed'
      await http.close()
    },
  }
}

/** As the port calls it. */
function outcomeName(effect: Effect, kind: Answer<unknown>['kind']): string {
  if (kind === 'answered') return effect === 'mutation' ? 'done' : 'read'
  return effect === 'mutation' || kind === 'refused' ? kind : 'unavailable'
}

function useless<T>(answer: Answer<T>, code: string | null = null): Tried<T> {
  return { answer, code, again: 'useless' }
}

/**
 * Mutations go by POST, since anything between may repeat a GET by itself. But a value that begins with @ goes by GET:
 * with POST the API's own libraries leave it out of the signature (an old rule for files), so that it might not hold.
 */
function methodFor(effect: Effect, params: Readonly<Record<string, string>>): 'GET' | 'POST' {
  if (Object.values(params).some(value => value.startsWith('@'))) return 'GET'
  if (effect === 'mutation') return 'POST'
  return formOf(params).length > LONGEST_READ_QUERY ? 'POST' : 'GET'
}

function formOf(params: Readonly<Record<string, string>>): string {
  return Object.entries(params)
    .map(([name, value]) => `${percentEncoded(name)}=${percentEncoded(value)}`)
    .join('&')
}

/** RFC 3986: the five characters that encodeURIComponent leaves are encoded too. */
function percentEncoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    mark => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

function notDocumented(problem: string): string {
  return `the answer was not what the API documents: ${problem}`
}

function said(code: string, message: string): string {
  return message === '' ? `code ${code}` : `code ${code}: ${message}`
}

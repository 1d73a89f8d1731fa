// One call of the API, in either dialect: ask the budget, sign, send, and say what the answer proves. It must never send
// a mutation again unless the API refused the credentials that it was signed with, and never let a secret, a parameter or a URL into a cause. Reads have no effect, so that a read may
// be sent a second time.

import type { CallUrgency, Quota } from '../../ports/cluster.ts'
import type { ClusterAction, ObservedCall } from '../../ports/events.ts'
import type { RefusalReason } from '../../request/api-answer.ts'
import { causeOf } from '../../request/cause.ts'
import { NoCredentials } from './credentials.ts'
import type { Read } from './fields.ts'
import { createHttp, type Exchange, type HttpAnswer, type HttpRequest } from './http.ts'
import type { RefusedHere } from './last-look.ts'
import {
  type CkafkaConfig,
  type CkafkaDeps,
  type Credentials,
  DEFAULT_TIMEOUTS,
  type Lender,
} from './settings.ts'

/**
 * `notSent` and `unknown` differ for mutations only; to a read both mean that there is no answer. `requestIds`: the one
 * that the API gave a mutation, if it got that far.
 */
export type Answer<T> = { requestIds?: string[] } & (
  | { kind: 'answered'; value: T }
  | { kind: 'refused'; reason: RefusalReason; code: string; message: string }
  | { kind: 'notSent'; cause: string; retryAfterMs?: number }
  | { kind: 'unknown'; cause: string }
)

/** What is asked: an action, its parameters in the dialect's own form, and how the payload of its answer is read. */
export interface Question<Params, T> {
  action: ClusterAction
  params: Params
  /** `whole` is the answer around the payload: some actions put their fields there. */
  readData: (data: unknown, whole: unknown) => Read<T>
}

export interface ApiCall<Params, T> extends Question<Params, T> {
  /** Epoch. Nothing is sent from then on, and the call ends by then. */
  deadlineMs: number
}

/** Who waits for the answer. */
export type Urgency = CallUrgency

export interface Api<Params> {
  /** @param call `isReserved`: its budget was taken by `reserve`, so that it is sent at once */
  mutate<T>(call: ApiCall<Params, T> & { isReserved?: boolean }): Promise<Answer<T>>
  /** Takes what a mutation needs from others and may have to wait for: its budget, and the credentials. */
  reserve(call: Pick<ApiCall<Params, unknown>, 'action' | 'deadlineMs'>): Promise<Answer<null>>
  read<T>(call: ApiCall<Params, T>, urgency: Urgency): Promise<Answer<T>>
  close(): Promise<void>
}

export type Effect = 'mutation' | 'read'

/**
 * What a code proves. `refused` and `notSent`: answered before anything was executed. `replayed`: the clock or the nonce
 * was not accepted. `partly`: done for some topics; the payload tells which.
 */
export type Verdict =
  | { kind: 'succeeded' }
  | { kind: 'partly' }
  | { kind: 'refused'; reason: RefusalReason }
  | { kind: 'notSent'; cause: string; retryAfterMs: number }
  | { kind: 'replayed' }
  | { kind: 'unknown' }

/** An answer, read no further than its envelope. */
export interface Said {
  code: string
  message: string
  verdict: Verdict
  data: unknown
  whole: unknown
  /** What the API calls this call; null where it does not say. */
  requestId: string | null
}

export interface Dialect<Params> {
  /** A refusal when no request can carry the call. */
  sign(
    effect: Effect,
    action: string,
    params: Params,
    nowMs: number,
    credentials: Credentials,
  ): HttpRequest | RefusedHere
  read(body: string): Read<Said>
}

/** Under the window of five minutes outside which the API refuses a timestamp; the rest is how long a call may take. */
const CLOCK_SKEW_MS = 270_000
/** A budget that keeps silent this long holds up nobody: the API's own limit still holds. */
const QUOTA_PATIENCE_MS = 1_000

/** One try, and whether a second one could end better. `code` is for metrics. */
interface Tried<T> {
  answer: Answer<T>
  code: string | null
  /** What the API calls it, where it says so. */
  requestId?: string | null
  again: 'useless' | 'likely'
  /** Those that it was signed with, where they are what was refused. */
  refused?: Credentials
}

export function createApi<Params>(
  dialect: Dialect<Params>,
  config: CkafkaConfig,
  { now, quota, onCall, onClock, proxies = null }: CkafkaDeps,
): Api<Params> {
  const timeouts = { ...DEFAULT_TIMEOUTS, ...config.timeouts }
  const http = createHttp(timeouts, now, { proxies })
  const own = 'credentials' in config ? asked(config.credentials) : config
  let state: 'open' | 'closed' = 'open'

  /** With others, once, where credentials that somebody gives are refused: nothing was carried out with these. */
  async function attempt<T>(
    effect: Effect,
    call: ApiCall<Params, T>,
    urgency: Urgency,
    connection: 'fresh' | 'kept',
  ): Promise<Tried<T>> {
    const first = await tryOnce(effect, call, urgency, connection)
    const { refused } = first
    if (refused === undefined || typeof own !== 'function') return first
    const others = await own(call.deadlineMs - now(), refused)
    return 'problem' in others || others === refused ? first : tryOnce(effect, call, urgency, connection)
  }

  async function tryOnce<T>(
    effect: Effect,
    call: ApiCall<Params, T>,
    urgency: Urgency,
    connection: 'fresh' | 'kept',
  ): Promise<Tried<T>> {
    const startedMs = now()
    const tried = await send(effect, call, urgency, connection, startedMs)
    count(effect, call.action, tried, startedMs)
    return tried
  }

  function count<T>(
    effect: Effect,
    action: ClusterAction,
    { answer, code, requestId = null }: Tried<T>,
    startedMs: number,
  ): void {
    try {
      const outcome = outcomeName(effect, answer.kind)
      const durationMs = Math.max(0, now() - startedMs)
      onCall?.({ action, outcome, code, apiRequestId: requestId, durationMs })
    } catch {
      // What was learnt of the call must not be lost to a fault in counting it.
    }
  }

  async function send<T>(
    effect: Effect,
    call: ApiCall<Params, T>,
    urgency: Urgency,
    connection: 'fresh' | 'kept',
    signedAtMs: number,
  ): Promise<Tried<T>> {
    // Who has its own waits for nothing.
    const credentials = typeof own === 'function' ? await own(call.deadlineMs - signedAtMs) : own
    if ('problem' in credentials) {
      return useless({ kind: 'notSent', cause: causeOf('noCredentials', credentials.problem) }, 'credentials')
    }
    const request = dialect.sign(effect, call.action, call.params, signedAtMs, credentials)
    if ('kind' in request) return useless(request)
    const isOwed = quota !== undefined && !('isReserved' in call && call.isReserved === true)
    const budgeted = isOwed ? await overBudget<T>(quota, call, urgency) : undefined
    const obstacle = budgeted ?? obstacleTo<T>(call)
    if (obstacle !== undefined) return obstacle
    const leftMs = call.deadlineMs - now()
    const exchange = await http.exchange(connection, request, Math.min(timeouts.callMs, leftMs))
    if (exchange.kind === 'answered' && exchange.serverTimeMs !== undefined) {
      onClock?.(exchange.serverTimeMs - now())
    }
    const tried = interpret(effect, call, exchange, signedAtMs, credentials)
    // Whoever calls next would be told the same, in whatever process.
    if (tried.answer.kind === 'notSent' && tried.answer.retryAfterMs !== undefined) {
      await quota?.pause(call.action, tried.answer.retryAfterMs)
    }
    const isOfThese = tried.answer.kind === 'refused' && tried.answer.reason === 'credentials'
    return isOfThese ? { ...tried, refused: credentials } : tried
  }

  function obstacleTo<T>({ deadlineMs }: Pick<ApiCall<Params, unknown>, 'deadlineMs'>): Tried<T> | undefined {
    if (state === 'closed') return useless({ kind: 'notSent', cause: causeOf('connectionClosed') })
    return deadlineMs - now() > 0 ? undefined : useless({ kind: 'notSent', cause: causeOf('deadlinePassed') })
  }

  async function overBudget<T>(
    allowance: Quota,
    call: Pick<ApiCall<Params, unknown>, 'action' | 'deadlineMs'>,
    urgency: Urgency,
  ): Promise<Tried<T> | undefined> {
    const obstacle = obstacleTo<T>(call)
    if (obstacle !== undefined) return obstacle
    let timer: NodeJS.Timeout | undefined
    const silence = new Promise<{ ok: true }>(resolve => {
      timer = setTimeout(() => resolve({ ok: true }), Math.min(QUOTA_PATIENCE_MS, call.deadlineMs - now()))
    })
    try {
      const taken = await Promise.race([allowance.take(call.action, urgency), silence])
      if (taken.ok) return undefined
      const { retryAfterMs } = taken
      return useless({ kind: 'notSent', cause: causeOf('budgetUsed'), retryAfterMs }, 'budget')
    } catch {
      return undefined
    } finally {
      clearTimeout(timer)
    }
  }

  function interpret<T>(
    effect: Effect,
    call: ApiCall<Params, T>,
    exchange: Exchange,
    signedAtMs: number,
    credentials: Credentials,
  ): Tried<T> {
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
      return useless({ kind: 'notSent', cause: causeOf('tooManyCalls', 'HTTP 429'), retryAfterMs }, httpCode)
    }
    const broken = useless<T>({ kind: 'unknown', cause: causeOf('httpStatus', `${status}`) }, httpCode)
    // A gateway says 5xx also when the server behind it has done the work.
    if (status < 200 || status >= 500) return broken
    const said = dialect.read(exchange.body)
    if (status >= 300) {
      // A bare 3xx or 4xx is not the API's: a proxy may send it after letting the call through (when it dislikes the
      // answer, say). Only the API's own refusal, in its envelope, proves that nothing was executed.
      if (!said.ok || said.value.verdict.kind === 'succeeded' || said.value.verdict.kind === 'partly')
        return broken
    }
    if (!said.ok) return useless({ kind: 'unknown', cause: causeOf('notDocumented', said.problem) }, httpCode)
    const tried = judge(effect, call, said.value, exchange, signedAtMs, credentials)
    const { requestId } = said.value
    return effect === 'read' || requestId === null
      ? { ...tried, requestId }
      : { ...tried, requestId, answer: { ...tried.answer, requestIds: [requestId] } }
  }

  function judge<T>(
    effect: Effect,
    call: ApiCall<Params, T>,
    { code, verdict, data, whole, ...said }: Said,
    { serverTimeMs }: HttpAnswer,
    signedAtMs: number,
    credentials: Credentials,
  ): Tried<T> {
    const message = withoutSecrets(said.message, credentials)
    switch (verdict.kind) {
      case 'succeeded':
      case 'partly': {
        const hasData = data !== undefined && data !== null
        const read: Read<T> =
          verdict.kind === 'partly' && !hasData
            ? { ok: false, problem: 'data: expected object' }
            : call.readData(data, whole)
        return read.ok
          ? useless({ kind: 'answered', value: read.value }, code)
          : useless({ kind: 'unknown', cause: causeOf('notDocumented', read.problem) }, code)
      }
      case 'refused':
        return useless({ kind: 'refused', reason: verdict.reason, code, message }, code)
      case 'notSent':
        return useless({ kind: 'notSent', cause: verdict.cause, retryAfterMs: verdict.retryAfterMs }, code)
      case 'replayed': {
        // The nonce is new in every call, so this means one of two things. Either our clock is off, which the server's
        // Date shows. Or this call reached the API twice, by something in between that sent it again, and the first
        // copy may have been executed: then signing and sending once more could shift twice.
        const skewed = serverTimeMs !== undefined && Math.abs(serverTimeMs - signedAtMs) >= CLOCK_SKEW_MS
        if (skewed || effect === 'read') {
          return { answer: { kind: 'refused', reason: 'clock', code, message }, code, again: 'likely' }
        }
        return useless({ kind: 'unknown', cause: causeOf('repeated', code) }, code)
      }
      case 'unknown':
        return useless({ kind: 'unknown', cause: apiSaid(code, message) }, code)
      default:
        return verdict satisfies never
    }
  }

  return {
    async mutate(call) {
      const { answer } = await attempt('mutation', call, 'execution', 'fresh')
      return answer
    },

    async reserve(call) {
      const startedMs = now()
      const budgeted = quota === undefined ? undefined : await overBudget<null>(quota, call, 'execution')
      // Kept by who gives them, so that they are there when the call is signed.
      if (budgeted === undefined && typeof own === 'function') await own(call.deadlineMs - now())
      if (budgeted === undefined) return { kind: 'answered', value: null }
      count('mutation', call.action, budgeted, startedMs)
      return budgeted.answer
    },

    async read(call, urgency) {
      const first = await attempt('read', call, urgency, 'kept')
      if (first.again === 'useless') return first.answer
      // On a connection of its own: an idle one that the server had closed is the usual reason to be here.
      const second = await attempt('read', call, urgency, 'fresh')
      return second.answer
    },

    async close() {
      state = 'closed'
      await http.close()
    },
  }
}

/** Some of the API's messages quote the call. */
function withoutSecrets(message: string, { secretKey, secretId, token = '' }: Credentials): string {
  const secrets = [secretKey, secretId, token].filter(secret => secret !== '')
  return secrets.reduce((text, secret) => text.replaceAll(secret, '***'), message)
}

/** Never rejects, and ends within the time given. */
function asked(ask: Lender) {
  return async (withinMs: number, refused?: Credentials): Promise<Credentials | { problem: string }> => {
    let timer: NodeJS.Timeout | undefined
    const silence = new Promise<{ problem: string }>(resolve => {
      timer = setTimeout(() => resolve({ problem: causeOf('deadlinePassed') }), withinMs)
    })
    try {
      return await Promise.race([ask(refused), silence])
    } catch (error) {
      return { problem: error instanceof NoCredentials ? error.why : causeOf('callBroke', 'unknown') }
    } finally {
      clearTimeout(timer)
    }
  }
}

/** As the port calls it. */
function outcomeName(effect: Effect, kind: Answer<unknown>['kind']): ObservedCall['outcome'] {
  if (kind === 'answered') return effect === 'mutation' ? 'done' : 'read'
  return effect === 'mutation' || kind === 'refused' ? kind : 'unavailable'
}

function useless<T>(answer: Answer<T>, code: string | null = null): Tried<T> {
  return { answer, code, again: 'useless' }
}

function apiSaid(code: string, message: string): string {
  return message === '' ? causeOf('apiSaid', code) : causeOf('apiSaid', code, message)
}

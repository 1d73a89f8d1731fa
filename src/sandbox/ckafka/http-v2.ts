// Owns the API 2.0 dialect: common parameters, the checks before an action runs, and the envelope around its answer.
// It must never listen on a socket (server.ts does) nor move an offset (the model does).

import { stringify } from 'lossless-json'
import type { Cluster } from '../cluster/model.ts'
import { type BehaviourV2, createActions, type Reply } from './actions-v2.ts'
import type { AnswerOptions } from './faults.ts'
import type { Params } from './inputs-v2.ts'
import type { Answer, Dialect, ReceivedRequest } from './server.ts'
import { isSignedBy } from './signature-v2.ts'

export const pathV2 = '/v2/index.php'

/** The smaller of the two documented windows. */
const windowMs = 5 * 60_000

export interface DialectV2Deps {
  cluster: Cluster
  behaviour: BehaviourV2
  secretId: string
  secretKey: string
  /** Absent: permanent credentials, and a Token is an error. */
  token?: string
  /** The host that callers sign with; absent: the Host header they send. */
  signedHost?: string
  now: () => number
}

export function createDialectV2(deps: DialectV2Deps): Dialect {
  const { cluster, behaviour, now } = deps
  const actionOf = createActions(cluster, behaviour)
  const seenNonces = new Map<string, number>()
  let recentCalls: number[] = []

  /** The documented refusals that come before any action, in the order a gateway would find them. */
  function refuseCaller(request: ReceivedRequest, params: Params): Reply | undefined {
    for (const name of ['Action', 'Timestamp', 'Nonce', 'SecretId', 'Signature'])
      if (!params[name]) return refusal(4000, `(9003)common parameter ${name} is missing`)
    for (const name of ['Timestamp', 'Nonce'])
      if (!/^\d+$/.test(params[name] ?? '')) return refusal(4000, `(9003)common parameter ${name} is invalid`)
    if (params.SecretId !== deps.secretId) return refusal(4104, 'SecretId not found')
    if (Math.abs(now() - Number(params.Timestamp) * 1000) > windowMs)
      return refusal(4500, 'Timestamp is too far from the time here')

    const host = deps.signedHost ?? request.host
    const { method, path } = request
    if (!isSignedBy({ method, host, path, params }, deps.secretKey))
      return refusal(4100, '(100004)signature check failed')
    if ((params.Token ?? '') !== (deps.token ?? '')) return refusal(4105, 'Token error')
    return refuseReplay(params.Nonce ?? '') ?? refuseExcess()
  }

  function refuseReplay(nonce: string): Reply | undefined {
    for (const [seen, atMs] of seenNonces) {
      if (now() - atMs <= 2 * windowMs) break
      seenNonces.delete(seen)
    }
    if (seenNonces.has(nonce)) return refusal(4500, 'Nonce has been used')
    seenNonces.set(nonce, now())
    return undefined
  }

  function refuseExcess(): Reply | undefined {
    if (behaviour.quotaPerMinute === 'off') return undefined
    recentCalls = recentCalls.filter(atMs => now() - atMs < 60_000)
    if (recentCalls.length >= behaviour.quotaPerMinute) return refusal(4400, 'quota exceeded')
    recentCalls.push(now())
    return undefined
  }

  function reply(request: ReceivedRequest, action: string, params: Params, options: AnswerOptions): Reply {
    const refused = refuseCaller(request, params)
    if (refused) return refused
    const run = actionOf(action)
    return run ? run(params, options) : refusal(4000, `(9001)interface ${action} not exist`)
  }

  function wrap(action: string, answer: Reply): Answer {
    const code = answer.kind === 'refused' ? answer.code : 0
    const shownCode = behaviour.codeAs === 'string' ? String(code) : code
    const message = answer.kind === 'refused' ? answer.message : ''
    const codeDesc = codeNames.get(code) ?? 'Failure'
    const body = payloadOf(answer)
    const envelope =
      messageName(action, answer) === 'msg'
        ? { codeDesc, code: shownCode, msg: message, ...body }
        : { code: shownCode, message, codeDesc, ...body }
    // lossless-json prints bigint offsets as the integers they are, beyond 2^53 too.
    return { code, body: stringify(envelope) ?? '' }
  }

  function payloadOf(answer: Reply): Record<string, unknown> {
    switch (answer.kind) {
      case 'refused':
        return {}
      case 'data':
        return { data: answer.data }
      case 'list':
        return behaviour.lists === 'flat' ? answer.fields : { data: answer.fields }
      default:
        return answer satisfies never
    }
  }

  // The error-code page says `message`, for every action.
  function messageName(action: string, answer: Reply): 'msg' | 'message' {
    if (behaviour.spelling === 'msg-error_code') return 'msg'
    if (behaviour.spelling === 'message-err_code' || answer.kind === 'refused') return 'message'
    return action.startsWith('SetGroupOffset') ? 'msg' : 'message'
  }

  return {
    name: 'v2',
    path: pathV2,
    read(request) {
      const params = readParams(request)
      return { action: params.Action ?? '', params }
    },
    answer: (request, { action, params }, options) => wrap(action, reply(request, action, params, options)),
    refuse: ({ action }, code, message) => wrap(action, refusal(code, message)),
  }
}

const refusal = (code: number | string, message: string): Reply => ({ kind: 'refused', code, message })

// Never mixed: a POST's query string is ignored, and its body must be a form.
function readParams({ method, query, contentType, body }: ReceivedRequest): Params {
  if (method === 'GET') return Object.fromEntries(new URLSearchParams(query))
  const isForm = contentType.toLowerCase().startsWith('application/x-www-form-urlencoded')
  return isForm ? Object.fromEntries(new URLSearchParams(body)) : {}
}

// Only `Success` is printed on the pages; the numbers are what is documented of the others.
const codeNames = new Map<number | string, string>([
  [0, 'Success'],
  [4000, 'InvalidParameter'],
  [4100, 'AuthFailure'],
  [4104, 'InvalidSecretId'],
  [4105, 'TokenFailure'],
  [4400, 'RequestLimitExceeded'],
  [4500, 'ReplayAttack'],
  [5000, 'ResourceNotFound'],
  [5100, 'ResourceOpFailed'],
  [6000, 'InternalError'],
])

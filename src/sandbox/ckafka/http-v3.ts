// Owns the API 3.0 dialect: common headers, the checks before an action runs, and the envelope around its answer.
// It must never listen on a socket (server.ts does) nor move an offset (the model does).

import { randomUUID } from 'node:crypto'
import { stringify } from 'lossless-json'
import type { Cluster } from '../cluster/model.ts'
import { type BehaviourV3, createActions, type Reply } from './actions-v3.ts'
import type { AnswerOptions } from './faults.ts'
import { readBody } from './inputs-v3.ts'
import type { Answer, Dialect, ReceivedRequest } from './server.ts'
import { refuseSignature } from './signature-v3.ts'

export const pathV3 = '/'

const service = 'ckafka'
const version = '2019-08-19'

/** Calls a second, by action; the others are allowed a hundred. */
const rates = new Map([
  ['BatchModifyGroupOffsets', 20],
  ['DescribeInstances', 20],
  ['DescribeTopicSyncReplica', 5],
  ['FetchMessageListByTimestamp', 1],
])
const usualRate = 100

const regions = new Set(
  [
    'ap-guangzhou ap-shanghai ap-nanjing ap-beijing ap-chengdu ap-chongqing ap-hongkong ap-shanghai-fsi',
    'ap-shenzhen-fsi ap-singapore ap-jakarta ap-bangkok ap-mumbai ap-seoul ap-tokyo',
    'na-siliconvalley na-ashburn na-toronto sa-saopaulo eu-frankfurt',
  ].flatMap(line => line.split(' ')),
)

export interface DialectV3Deps {
  cluster: Cluster
  behaviour: BehaviourV3
  secretId: string
  secretKey: string
  /** Absent: permanent credentials, and a token is an error. */
  token?: string
  /** The host that callers sign with; absent: the Host header they send. */
  signedHost?: string
  now: () => number
}

export function createDialectV3(deps: DialectV3Deps): Dialect {
  const { cluster, behaviour, now, secretId, secretKey, token } = deps
  const actionOf = createActions(cluster, behaviour)
  const recentCalls = new Map<string, number[]>()

  /** The documented refusals that come before any action. The order is not documented. */
  function refuseCaller(request: ReceivedRequest): Reply | undefined {
    const { method, query, body, contentType } = request
    // GET, multipart forms and the older signatures are spoken by the real endpoint, not by this one.
    if (method !== 'POST') return refusal('UnsupportedProtocol', 'only POST is supported here')
    const absent = ['x-tc-action', 'x-tc-version', 'x-tc-timestamp'].find(name => !request.headers[name])
    if (absent !== undefined) return missing(absent)

    const headers: Record<string, string> = { ...request.headers, host: deps.signedHost ?? request.host }
    const known = { secretId, secretKey, ...(token !== undefined && { token }), service, nowMs: now() }
    const refused = refuseSignature({ method, query, headers, body }, known)
    if (refused) return refusal(refused.code, refused.message)
    if (!/^application\/json\s*(;|$)/i.test(contentType))
      return refusal('InvalidParameter', 'the content type must be application/json')
    if (headers['x-tc-version'] !== version)
      return refusal('NoSuchVersion', `version ${headers['x-tc-version']} does not exist`)
    const region = headers['x-tc-region']
    if (!region) return missing('x-tc-region')
    if (!regions.has(region)) return refusal('UnsupportedRegion', `region ${region} is not supported`)
    return undefined
  }

  function refuseExcess(action: string): Reply | undefined {
    if (behaviour.rates === 'off') return undefined
    const rate = rates.get(action) ?? usualRate
    const recent = (recentCalls.get(action) ?? []).filter(atMs => now() - atMs < 1_000)
    recentCalls.set(action, recent)
    if (recent.length >= rate)
      return refusal('RequestLimitExceeded', `more than ${rate} calls of ${action} in a second`)
    recent.push(now())
    return undefined
  }

  function reply(request: ReceivedRequest, action: string, options: AnswerOptions): Reply {
    const refused = refuseCaller(request)
    if (refused) return refused
    const run = actionOf(action)
    if (!run) return refusal('InvalidAction', `the action ${action} does not exist or is offline`)
    const excess = refuseExcess(action)
    if (excess) return excess
    const body = readBody(request.body)
    return body ? run(body, options) : refusal('InvalidParameter', 'the body is not a JSON object')
  }

  return {
    name: 'v3',
    path: pathV3,
    read(request) {
      const body = readBody(request.body) ?? {}
      const params = Object.entries(body).map(([name, value]) => [name, shown(value)])
      return { action: request.headers['x-tc-action'] ?? '', params: Object.fromEntries(params) }
    },
    answer: (request, { action }, options) => wrap(reply(request, action, options)),
    refuse: (_, code, message) => wrap(refusal(String(code), message)),
  }
}

function wrap(answer: Reply): Answer {
  const RequestId = randomUUID()
  const isRefused = answer.kind === 'refused'
  const Response = isRefused
    ? { Error: { Code: answer.code, Message: answer.message }, RequestId }
    : { Result: answer.result, RequestId }
  // lossless-json prints bigint offsets as the integers they are, beyond 2^53 too.
  return { code: isRefused ? answer.code : 0, body: stringify({ Response }) ?? '' }
}

const shown = (value: unknown) => (typeof value === 'string' ? value : (stringify(value) ?? ''))
const refusal = (code: string, message: string): Reply => ({ kind: 'refused', code, message })
const missing = (header: string) => refusal('MissingParameter', `the required header ${header} is missing`)

// Owns signed calls to a simulator by API 3.0, for its tests. It must never retry or correct anything.

import { request } from 'node:http'
import { signatureOf } from '../../../src/sandbox/ckafka/signature-v3.ts'
import type { CkafkaSimulator } from '../../../src/sandbox/ckafka/start.ts'
import { credentials } from './caller.ts'

export interface AnsweredV3 {
  status: number
  text: string
  /** `Response` without its RequestId; throws where the answer is something else. */
  response(): Record<string, unknown>
  /** `Response.Result`. */
  result(): unknown
  /** `Response.Error.Code`, or undefined. */
  code(): unknown
}

export interface Signing {
  secretId?: string
  key?: string
  service?: string
  date?: string
  signedHeaders?: string[]
  /** Replace or, by undefined, remove headers before they are signed. */
  headers?: Record<string, string | undefined>
}

export interface RequestV3 {
  headers: Record<string, string>
  body: string
}

/** `body`: a string is sent as it is. */
export function signV3(
  simulator: CkafkaSimulator,
  action: string,
  body: unknown,
  signing: Signing = {},
): RequestV3 {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const { secretId = credentials.secretId, key = credentials.secretKey, service = 'ckafka' } = signing
  const { signedHeaders = ['content-type', 'host', 'x-tc-action'] } = signing
  const given = {
    'content-type': 'application/json; charset=utf-8',
    host: new URL(simulator.urlV3).host,
    'x-tc-action': action,
    'x-tc-version': '2019-08-19',
    'x-tc-region': 'ap-guangzhou',
    'x-tc-timestamp': String(Math.floor(Date.now() / 1000)),
    ...signing.headers,
  }
  const headers = Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
  )
  const seconds = Number(headers['x-tc-timestamp'])
  const date = signing.date ?? new Date((seconds > 1e11 ? 0 : seconds || 0) * 1000).toISOString().slice(0, 10)
  const signed = { method: 'POST', query: '', headers, body: text }
  const signature = signatureOf(signed, { date, service, signedHeaders }, key)
  const authorization = `TC3-HMAC-SHA256 Credential=${secretId}/${date}/${service}/tc3_request, SignedHeaders=${signedHeaders.join(';')}, Signature=${signature}`
  return { headers: { ...headers, authorization }, body: text }
}

export function sendV3(
  simulator: CkafkaSimulator,
  { headers, body }: RequestV3,
  { method = 'POST', path = '/' } = {},
): Promise<AnsweredV3> {
  return new Promise((resolve, reject) => {
    // Not fetch: a caller must be able to choose its Host header.
    const sending = request(new URL(path, simulator.urlV3), { method, headers }, answer => {
      const chunks: Buffer[] = []
      answer.on('data', chunk => chunks.push(chunk))
      answer.on('error', reject)
      answer.on('end', () => resolve(readAnswer(answer.statusCode ?? 0, Buffer.concat(chunks).toString())))
    })
    sending.on('error', reject)
    sending.end(body)
  })
}

function readAnswer(status: number, text: string): AnsweredV3 {
  const response = () => {
    const { RequestId, ...rest } = (JSON.parse(text) as { Response: Record<string, unknown> }).Response
    if (typeof RequestId !== 'string' || RequestId === '') throw new Error('there is no RequestId')
    return rest
  }
  return {
    status,
    text,
    response,
    result: () => response().Result,
    code: () => (response().Error as { Code?: unknown } | undefined)?.Code,
  }
}

export const callV3 = (simulator: CkafkaSimulator, action: string, body: unknown, signing?: Signing) =>
  sendV3(simulator, signV3(simulator, action, body, signing))

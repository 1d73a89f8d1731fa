// Owns the server's check of API 3.0 signatures (TC3-HMAC-SHA256), written from the published rules alone.
// It must never share code with the client that signs: a common mistake would then go unseen.
// Rules: cloud.tencent.com/document/api/213/30654.

import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

export interface SignedRequest {
  method: string
  /** Without its question mark; empty for POST. */
  query: string
  /** Names in lower case. */
  headers: Record<string, string>
  body: string
}

/** What the Authorization header says. */
export interface Authorization {
  secretId: string
  /** As 2019-02-25, in UTC. */
  date: string
  service: string
  signedHeaders: string[]
  /** Lower-case hex. */
  signature: string
}

export interface Refusal {
  code: string
  message: string
}

const algorithm = 'TC3-HMAC-SHA256'
const windowSeconds = 5 * 60

export function readAuthorization(header: string): Authorization | undefined {
  const form =
    /^TC3-HMAC-SHA256 Credential=([^/,\s]+)\/(\d{4}-\d\d-\d\d)\/(\w+)\/tc3_request,\s*SignedHeaders=([a-z\d;-]+),\s*Signature=([\da-f]{64})$/
  const [whole, secretId = '', date = '', service = '', signedHeaders = '', signature = ''] =
    form.exec(header) ?? []
  if (whole === undefined) return undefined
  return { secretId, date, service, signedHeaders: signedHeaders.split(';'), signature }
}

/** The page: names and values in lower case, values without spaces around them, in ASCII order of the names. */
export function canonicalRequest(request: SignedRequest, signedHeaders: string[]): string {
  const names = [...signedHeaders].sort()
  const lines = names.map(name => `${name}:${(request.headers[name] ?? '').trim().toLowerCase()}\n`)
  const { method, query, body } = request
  return [method.toUpperCase(), '/', query, lines.join(''), names.join(';'), sha256(body)].join('\n')
}

export function signingKeyOf(secretKey: string, date: string, service: string): Buffer {
  const dated = createHmac('sha256', `TC3${secretKey}`).update(date).digest()
  const served = createHmac('sha256', dated).update(service).digest()
  return createHmac('sha256', served).update('tc3_request').digest()
}

export function signatureOf(
  request: SignedRequest,
  { date, service, signedHeaders }: Omit<Authorization, 'secretId' | 'signature'>,
  secretKey: string,
): string {
  const timestamp = request.headers['x-tc-timestamp'] ?? ''
  const scope = `${date}/${service}/tc3_request`
  const text = [algorithm, timestamp, scope, sha256(canonicalRequest(request, signedHeaders))].join('\n')
  return createHmac('sha256', signingKeyOf(secretKey, date, service))
    .update(text, 'utf8')
    .digest('hex')
}

/** Why the caller is refused, if at all. Absent token: permanent credentials, and a token is an error. */
export function refuseSignature(
  request: SignedRequest,
  known: { secretId: string; secretKey: string; token?: string; service: string; nowMs: number },
): Refusal | undefined {
  const authorization = readAuthorization(request.headers.authorization ?? '')
  if (!authorization)
    return refusal('InvalidAuthorization', 'the Authorization header does not have the required form')
  const unsigned = ['content-type', 'host'].find(name => !authorization.signedHeaders.includes(name))
  if (unsigned !== undefined) return refusal('InvalidAuthorization', `${unsigned} must be a signed header`)
  if (authorization.secretId !== known.secretId)
    return refusal('SecretIdNotFound', 'the SecretId is not found, please ensure that it is correct')

  const timestamp = request.headers['x-tc-timestamp'] ?? ''
  // A time in milliseconds is thousands of years away, and no date.
  const isFar =
    !/^\d{1,13}$/.test(timestamp) || Math.abs(known.nowMs / 1000 - Number(timestamp)) > windowSeconds
  if (isFar) return refusal('SignatureExpire', 'the timestamp is more than 5 minutes from the time here')
  if (authorization.date !== new Date(Number(timestamp) * 1000).toISOString().slice(0, 10))
    return refusal('SignatureFailure', 'the date of the credential is not that of the timestamp')
  if (authorization.service !== known.service)
    return refusal('SignatureFailure', `the service of the credential must be ${known.service}`)

  const expected = Buffer.from(signatureOf(request, authorization, known.secretKey))
  if (!timingSafeEqual(expected, Buffer.from(authorization.signature)))
    return refusal('SignatureFailure', 'the signature does not match the one computed here')
  if ((request.headers['x-tc-token'] ?? '') !== (known.token ?? ''))
    return refusal('TokenFailure', 'the token is wrong')
  return undefined
}

const sha256 = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex')
const refusal = (kind: string, message: string): Refusal => ({ code: `AuthFailure.${kind}`, message })

// API 3.0 signatures (TC3-HMAC-SHA256), pure. It must never send, log or keep a secret.
// Rules: https://cloud.tencent.com/document/api/213/30654

import { createHash, createHmac } from 'node:crypto'

export interface SignableV3 {
  /** `ckafka` */
  service: string
  /** As in the Host header, port included where there is one. */
  host: string
  /** As in the Content-Type header, to the letter. */
  contentType: string
  /** Signed where given, as the newer pages do. */
  action?: string
  body: string
  /** As in X-TC-Timestamp. */
  timestampSeconds: number
}

const ALGORITHM = 'TC3-HMAC-SHA256'
const LAST_SCOPE = 'tc3_request'

/** A POST to `/` without a query, which is all that CKafka takes. */
export function canonicalRequest(call: SignableV3): string {
  const headers = signedHeaders(call).map(([name, value]) => `${name}:${value.trim().toLowerCase()}\n`)
  return ['POST', '/', '', headers.join(''), signedNames(call), sha256(call.body)].join('\n')
}

export function stringToSignV3(call: SignableV3): string {
  return [ALGORITHM, call.timestampSeconds, scopeOf(call), sha256(canonicalRequest(call))].join('\n')
}

/** Each made from the one before; the last signs. */
export function derivedKeys(secretKey: string, date: string, service: string): [Buffer, Buffer, Buffer] {
  const secretDate = hmac(`TC3${secretKey}`, date)
  const secretService = hmac(secretDate, service)
  return [secretDate, secretService, hmac(secretService, LAST_SCOPE)]
}

/** Lower-case hex. */
export function signatureOfV3(call: SignableV3, secretKey: string): string {
  const [, , signing] = derivedKeys(secretKey, dateOf(call), call.service)
  return hmac(signing, stringToSignV3(call)).toString('hex')
}

/** The Authorization header. */
export function authorizationOf(call: SignableV3, secretId: string, secretKey: string): string {
  const credential = `${secretId}/${scopeOf(call)}`
  const signature = signatureOfV3(call, secretKey)
  return `${ALGORITHM} Credential=${credential}, SignedHeaders=${signedNames(call)}, Signature=${signature}`
}

/** In the order of their names. */
function signedHeaders({ contentType, host, action }: SignableV3): [string, string][] {
  return [
    ['content-type', contentType],
    ['host', host],
    ...(action === undefined ? [] : [['x-tc-action', action] satisfies [string, string]]),
  ]
}

function signedNames(call: SignableV3): string {
  return signedHeaders(call)
    .map(([name]) => name)
    .join(';')
}

function scopeOf(call: SignableV3): string {
  return `${dateOf(call)}/${call.service}/${LAST_SCOPE}`
}

/** By UTC, whatever the zone of the machine: near midnight the two differ. */
function dateOf({ timestampSeconds }: SignableV3): string {
  return new Date(timestampSeconds * 1000).toISOString().slice(0, 10)
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text, 'utf8').digest()
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex')
}

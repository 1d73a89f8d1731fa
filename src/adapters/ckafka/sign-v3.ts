// API 3.0 signatures (TC3-HMAC-SHA256). It must never send or log a secret; a key that it keeps signs for one day only.
// Rules: https://cloud.tencent.com/document/api/213/30654

import { createHmac, hash } from 'node:crypto'

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
const DAY_SECONDS = 86_400

/** A POST to `/` without a query, which is all that CKafka takes. */
export function canonicalRequest(call: SignableV3): string {
  const headers = signedHeaders(call).map(([name, value]) => `${name}:${value.trim().toLowerCase()}\n`)
  return ['POST', '/', '', headers.join(''), signedNames(call), sha256(call.body)].join('\n')
}

export function stringToSignV3(call: SignableV3): string {
  return textToSign(call, dateOf(call))
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
  return signed(call, dateOf(call), signing)
}

/** The Authorization header. */
export function authorizationOf(call: SignableV3, secretId: string, secretKey: string): string {
  return createSigner(secretId, secretKey)(call)
}

/** Gives the Authorization header of each call. The key that signs is made once for all calls of a date and service. */
export function createSigner(secretId: string, secretKey: string): (call: SignableV3) => string {
  let made: { day: number; service: string; date: string; signing: Buffer } | undefined
  return call => {
    const { service } = call
    const day = Math.floor(call.timestampSeconds / DAY_SECONDS)
    if (made?.day !== day || made.service !== service) {
      const date = dateOf(call)
      const [, , signing] = derivedKeys(secretKey, date, service)
      made = { day, service, date, signing }
    }
    const credential = `${secretId}/${scopeOf(made.date, service)}`
    const signature = signed(call, made.date, made.signing)
    return `${ALGORITHM} Credential=${credential}, SignedHeaders=${signedNames(call)}, Signature=${signature}`
  }
}

function signed(call: SignableV3, date: string, signing: Buffer): string {
  return createHmac('sha256', signing).update(textToSign(call, date), 'utf8').digest('hex')
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

function textToSign(call: SignableV3, date: string): string {
  const scope = scopeOf(date, call.service)
  return `${ALGORITHM}\n${call.timestampSeconds}\n${scope}\n${sha256(canonicalRequest(call))}`
}

function scopeOf(date: string, service: string): string {
  return `${date}/${service}/${LAST_SCOPE}`
}

/** By UTC, whatever the zone of the machine: near midnight the two differ. */
function dateOf({ timestampSeconds }: SignableV3): string {
  return new Date(timestampSeconds * 1000).toISOString().slice(0, 10)
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text, 'utf8').digest()
}

function sha256(text: string): string {
  return hash('sha256', text)
}

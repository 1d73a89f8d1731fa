// API 2.0 signatures and nonces, pure but for the nonce's randomness. It must never send, log or keep a secret.
// Rules: https://cloud.tencent.com/document/api/597/10081

import { createHmac, randomInt } from 'node:crypto'

export type SignatureMethod = 'HmacSHA256' | 'HmacSHA1'

export interface Signable {
  method: 'GET' | 'POST'
  /** As in the Host header, port included where there is one. */
  host: string
  path: string
  /** Every parameter but `Signature`, values raw: what is signed is not yet percent-encoded. */
  params: Readonly<Record<string, string>>
}

export function stringToSign({ method, host, path, params }: Signable): string {
  // ASCII order, so the default sort: localeCompare would put `topics.2` before `topics.10` and `action` beside `Action`.
  const pairs = Object.entries(params).map(([name, value]) => ({ name: name.replaceAll('_', '.'), value }))
  pairs.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
  return `${method}${host}${path}?${pairs.map(({ name, value }) => `${name}=${value}`).join('&')}`
}

/** Base64, to be percent-encoded once like any other value. */
export function signatureOf(call: Signable, secretKey: string, signatureMethod: SignatureMethod): string {
  const algorithm = signatureMethod === 'HmacSHA256' ? 'sha256' : 'sha1'
  return createHmac(algorithm, secretKey).update(stringToSign(call), 'utf8').digest('base64')
}

// The 16 bits that old SDKs use collide under load; this is the widest range that randomInt takes.
const LARGEST_NONCE = 2 ** 48 - 1

/** Gives positive integers, never the same twice in a row: the API refuses a repeated nonce with code 4500. */
export function createNonceSource(random: (max: number) => number = randomInt): () => string {
  let last = -1
  return () => {
    let nonce = 1 + random(LARGEST_NONCE - 1)
    if (nonce === last) nonce = (nonce % (LARGEST_NONCE - 1)) + 1
    last = nonce
    return String(nonce)
  }
}

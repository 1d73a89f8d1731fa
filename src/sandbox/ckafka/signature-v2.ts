// Owns the server's check of API 2.0 signatures, written from the published rules alone.
// It must never share code with the client that signs: a common mistake would then go unseen.
// Rules: cloud.tencent.com/document/api/597/10081.

import { createHmac, timingSafeEqual } from 'node:crypto'

export interface SignedCall {
  method: string
  /** As in the Host header, port included where there is one. */
  host: string
  path: string
  /** Decoded, `Signature` included or not. */
  params: Record<string, string>
}

/** The text that is signed: METHOD + host + path + ? + every parameter but the signature, in ASCII order. */
export function signedText({ method, host, path, params }: SignedCall): string {
  const pairs = Object.entries(params)
    .filter(([name]) => name !== 'Signature')
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name.replaceAll('_', '.')}=${value}`)
  return `${method.toUpperCase()}${host}${path}?${pairs.join('&')}`
}

export function signatureOf(call: SignedCall, secretKey: string): string {
  // Any value but this exact one means SHA-1, as the page says.
  const algorithm = call.params.SignatureMethod === 'HmacSHA256' ? 'sha256' : 'sha1'
  return createHmac(algorithm, secretKey).update(signedText(call), 'utf8').digest('base64')
}

export function isSignedBy(call: SignedCall, secretKey: string): boolean {
  const expected = Buffer.from(signatureOf(call, secretKey))
  const given = Buffer.from(call.params.Signature ?? '')
  return expected.length === given.length && timingSafeEqual(expected, given)
}

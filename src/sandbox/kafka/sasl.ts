// Owns who may speak on a connection: everybody, or who proves by SASL PLAIN that they know the password.
// It must never let anything but a greeting through before that.

import { timingSafeEqual } from 'node:crypto'
import type { Answering } from './answers.ts'
import { CODES } from './codes.ts'
import type { ApiName } from './wire/messages.ts'

export interface Credentials {
  username: string
  password: string
}

export interface Session {
  /** Whether this call is heard at all; of one that is not the connection ends. */
  mayAsk(name: ApiName): boolean
  handshake: Answering<'SaslHandshake'>
  authenticate: Answering<'SaslAuthenticate'>
  /** After the oldest handshake the next frame is the proof itself, and no call. */
  expectsBareProof(): boolean
  /** Whether it is one. */
  takeBareProof(frame: Buffer): boolean
  /** After a proof that was none there is nothing more to say. */
  hasFailed(): boolean
}

const MECHANISM = 'PLAIN'
const GREETINGS: readonly ApiName[] = ['ApiVersions', 'SaslHandshake', 'SaslAuthenticate']

export function createSession(credentials: Credentials | undefined): Session {
  let state: 'open' | 'strange' | 'proving' | 'provingBare' | 'failed' =
    credentials === undefined ? 'open' : 'strange'
  const nothing = Buffer.alloc(0)
  return {
    mayAsk: name => state === 'open' || GREETINGS.includes(name),
    handshake({ Mechanism }, { version }) {
      if (credentials === undefined || state !== 'strange')
        return { ErrorCode: CODES.ILLEGAL_SASL_STATE, Mechanisms: [] }
      if (Mechanism !== MECHANISM)
        return { ErrorCode: CODES.UNSUPPORTED_SASL_MECHANISM, Mechanisms: [MECHANISM] }
      state = version === 0 ? 'provingBare' : 'proving'
      return { ErrorCode: CODES.NONE, Mechanisms: [MECHANISM] }
    },
    authenticate({ AuthBytes }) {
      const refused = (ErrorCode: number, ErrorMessage: string) => {
        if (state !== 'open') state = 'failed'
        return { ErrorCode, ErrorMessage, AuthBytes: nothing }
      }
      if (credentials === undefined || state !== 'proving')
        return refused(CODES.ILLEGAL_SASL_STATE, 'There was no handshake before.')
      if (!isProof(AuthBytes, credentials))
        return refused(
          CODES.SASL_AUTHENTICATION_FAILED,
          'Authentication failed: Invalid username or password',
        )
      state = 'open'
      return { ErrorCode: CODES.NONE, ErrorMessage: null, AuthBytes: nothing }
    },
    expectsBareProof: () => state === 'provingBare',
    takeBareProof(frame) {
      const isGood = credentials !== undefined && isProof(frame, credentials)
      state = isGood ? 'open' : 'failed'
      return isGood
    },
    hasFailed: () => state === 'failed',
  }
}

/** `[as whom] NUL user name NUL password` (RFC 4616); as another than oneself nobody speaks here. */
function isProof(given: Buffer, { username, password }: Credentials): boolean {
  return ['', username].some(asWhom => {
    const proof = Buffer.from(`${asWhom}\0${username}\0${password}`, 'utf8')
    return proof.length === given.length && timingSafeEqual(proof, given)
  })
}

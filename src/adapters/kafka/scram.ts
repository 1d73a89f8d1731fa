// SCRAM (RFC 5802) as Kafka speaks it, with SHA-256 or SHA-512: proves the password without sending it, and lets the
// server prove that it knows it too. It must never go on with a server that does not.

import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

const derive = promisify(pbkdf2)

/** Kafka itself takes none below; above, the server would only keep us busy. */
const ITERATIONS_MIN = 4_096
const ITERATIONS_MAX = 1_000_000
const LONGEST_MESSAGE = 4_096

/** The server did not keep to the protocol, or does not know the password. */
export class ScramError extends Error {
  constructor(what: string) {
    super(what)
    this.name = 'ScramError'
  }
}

export interface ScramClient {
  first(): Buffer
  final(serverFirst: Buffer): Promise<Buffer>
  verify(serverFinal: Buffer): void
}

export function createScram(
  digest: 'sha256' | 'sha512',
  { username, password }: { username: string; password: string },
  nonce: string = randomBytes(24).toString('base64'),
): ScramClient {
  const hmac = (key: Buffer, text: string | Buffer) => createHmac(digest, key).update(text).digest()
  const name = username.replaceAll('=', '=3D').replaceAll(',', '=2C')
  const bare = `n=${name},r=${nonce}`
  let signature: Buffer | undefined

  return {
    first: () => Buffer.from(`n,,${bare}`, 'utf8'),

    async final(serverFirst) {
      const text = textOf(serverFirst)
      const fields = /^r=([\x21-\x2b\x2d-\x7e]+),s=([A-Za-z0-9+/]+={0,2}),i=(\d{1,9})(?:,.*)?$/.exec(text)
      if (fields === null) throw new ScramError('the first answer is not as in RFC 5802')
      const [, joined = '', salt = '', count = ''] = fields
      if (!joined.startsWith(nonce) || joined.length === nonce.length) {
        throw new ScramError('the answer is not to our message')
      }
      const iterations = Number(count)
      if (iterations < ITERATIONS_MIN || iterations > ITERATIONS_MAX) {
        throw new ScramError('the number of iterations is out of bounds')
      }
      const length = digest === 'sha256' ? 32 : 64
      const salted = await derive(password, Buffer.from(salt, 'base64'), iterations, length, digest)
      const clientKey = hmac(salted, 'Client Key')
      const storedKey = createHash(digest).update(clientKey).digest()
      // `biws` is `n,,`: no binding to a channel.
      const without = `c=biws,r=${joined}`
      const exchanged = `${bare},${text},${without}`
      const proof = hmac(storedKey, exchanged).map((byte, index) => byte ^ (clientKey[index] ?? 0))
      signature = hmac(hmac(salted, 'Server Key'), exchanged)
      return Buffer.from(`${without},p=${Buffer.from(proof).toString('base64')}`, 'utf8')
    },

    verify(serverFinal) {
      const text = textOf(serverFinal)
      const [, proved] = /^v=([A-Za-z0-9+/]+={0,2})(?:,.*)?$/.exec(text) ?? []
      if (proved === undefined) throw new ScramError('the server does not take the password')
      const theirs = Buffer.from(proved, 'base64')
      if (
        signature === undefined ||
        theirs.length !== signature.length ||
        !timingSafeEqual(theirs, signature)
      ) {
        throw new ScramError('the server does not know the password')
      }
    },
  }
}

function textOf(message: Buffer): string {
  if (message.length > LONGEST_MESSAGE) throw new ScramError('the answer is too long')
  return message.toString('utf8')
}

// Proves to a broker who we are, over a connection that is open. It must never log or repeat what proves it.

import { Buffer } from 'node:buffer'
import { type Fault, refused } from './fault.ts'
import { createScram, ScramError } from './scram.ts'
import type { KafkaSasl } from './settings.ts'
import { type Message, saslAuthenticate, saslHandshake } from './wire/messages.ts'

/** One call over the connection that is to be authenticated. */
export type Ask = <Request, Response>(
  message: Message<Request, Response>,
  request: Request,
) => Promise<Response>

const SASL_FAILED = 58
const MECHANISM_UNKNOWN = 33

/** @returns after how many ms the broker ends the session; 0: never. */
export async function authenticate(sasl: KafkaSasl, ask: Ask): Promise<number> {
  const { mechanism } = sasl
  const { errorCode } = await ask(saslHandshake, { mechanism })
  if (errorCode === MECHANISM_UNKNOWN) {
    throw refused('credentials', 'UNSUPPORTED_SASL_MECHANISM', `The broker does not take ${mechanism}.`)
  }
  if (errorCode !== 0) throw failed()
  const say = async (authBytes: Buffer) => {
    const answer = await ask(saslAuthenticate, { authBytes })
    if (answer.errorCode !== 0) throw failed()
    return answer
  }

  switch (mechanism) {
    case 'PLAIN':
      return livesFor(await say(Buffer.from(`\0${sasl.username}\0${sasl.password}`, 'utf8')))
    case 'SCRAM-SHA-256':
    case 'SCRAM-SHA-512': {
      const scram = createScram(mechanism === 'SCRAM-SHA-256' ? 'sha256' : 'sha512', sasl)
      try {
        const first = await say(scram.first())
        const last = await say(await scram.final(first.authBytes))
        scram.verify(last.authBytes)
        return livesFor(last)
      } catch (error) {
        if (!(error instanceof ScramError)) throw error
        throw refused('credentials', 'SASL_AUTHENTICATION_FAILED', `SCRAM failed: ${error.message}.`)
      }
    }
    case 'OAUTHBEARER': {
      const token = await sasl.token().catch(() => {
        throw refused('credentials', 'SASL_AUTHENTICATION_FAILED', 'There is no token to show to Kafka.')
      })
      const answer = await say(Buffer.from(`n,,\x01auth=Bearer ${token}\x01\x01`, 'utf8'))
      if (answer.authBytes.length === 0) return livesFor(answer)
      // The broker tells why it refuses, and wants that acknowledged before it says no.
      await say(Buffer.from('\x01', 'utf8'))
      throw failed()
    }
    default:
      return sasl satisfies never
  }
}

function livesFor({ sessionLifetimeMs }: { sessionLifetimeMs: bigint }): number {
  return Number(sessionLifetimeMs)
}

function failed(): Fault {
  return refused(
    'credentials',
    'SASL_AUTHENTICATION_FAILED',
    `Kafka refuses the credentials (${SASL_FAILED}).`,
  )
}

// Proves to a broker who we are, over a connection that is open. It must never log or repeat what proves it.

import { Buffer } from 'node:buffer'
import { causeOf } from '../../request/cause.ts'
import { kafkaErrorName } from '../../request/kafka-errors.ts'
import { type Fault, notSent, refused } from './fault.ts'
import { createScram, ScramError } from './scram.ts'
import type { KafkaSasl } from './settings.ts'
import { type Message, saslAuthenticate, saslHandshake } from './wire/messages.ts'

/** One call over the connection that is to be authenticated. */
export type Ask = <Request, Response>(
  message: Message<Request, Response>,
  request: Request,
) => Promise<Response>

/** With `none` no code came: Kafka has not said it, or not with one. */
const NO_CODE = 'none'

/** @returns after how many ms the broker ends the session; 0: never. */
export async function authenticate(sasl: KafkaSasl, ask: Ask, withinMs: number): Promise<number> {
  const { mechanism } = sasl
  const { errorCode, mechanisms } = await ask(saslHandshake, { mechanism })
  if (errorCode !== 0) throw failed(errorCode, mechanism, mechanisms)
  const say = async (authBytes: Buffer) => {
    const answer = await ask(saslAuthenticate, { authBytes })
    if (answer.errorCode !== 0) throw failed(answer.errorCode, mechanism)
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
        throw refused('credentials', NO_CODE, `SCRAM failed: ${error.message}.`)
      }
    }
    case 'OAUTHBEARER': {
      const token = await tokenOf(sasl, withinMs)
      const answer = await say(Buffer.from(`n,,\x01auth=Bearer ${token}\x01\x01`, 'utf8'))
      if (answer.authBytes.length === 0) return livesFor(answer)
      // The broker tells why it refuses, and wants that acknowledged before it says no.
      await say(Buffer.from('\x01', 'utf8'))
      throw refused('credentials', NO_CODE, 'The broker does not take the token.')
    }
    default:
      return sasl satisfies never
  }
}

function livesFor({ sessionLifetimeMs }: { sessionLifetimeMs: bigint }): number {
  return Number(sessionLifetimeMs)
}

/** Whatever keeps it from being read may pass; nothing of it was shown to anybody. */
async function tokenOf(
  { token }: Extract<KafkaSasl, { mechanism: 'OAUTHBEARER' }>,
  withinMs: number,
): Promise<string> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>(resolve => {
    timer = setTimeout(() => resolve(undefined), withinMs)
  })
  const read = await Promise.race([token().catch(() => undefined), late])
  clearTimeout(timer)
  if (read === undefined) throw notSent(causeOf('tokenUnread'), 'token unread')
  return read
}

/** What the broker says of who we are by these; every other code is of something else, and may pass. */
const SAID = new Map<number, (mechanism: string, offered: readonly string[]) => string>([
  [33, (mechanism, offered) => `The broker does not take ${mechanism}${offeredWords(offered)}.`],
  [34, () => 'The broker expects no SASL here: its listener may have none.'],
  [58, () => 'Kafka refuses the credentials (58).'],
])

/** Names that somebody else has chosen: those that look like one. */
const MECHANISM = /^[A-Z0-9_-]{1,40}$/
const OFFERED_SHOWN = 8

function offeredWords(offered: readonly string[]): string {
  const names = offered.filter(name => MECHANISM.test(name)).slice(0, OFFERED_SHOWN)
  return names.length === 0 ? '' : `; it offers ${names.join(', ')}`
}

function failed(code: number, mechanism: string, offered: readonly string[] = []): Fault {
  const name = kafkaErrorName(code)
  const said = SAID.get(code)
  return said === undefined
    ? notSent(causeOf('apiSaid', name), name)
    : refused('credentials', name, said(mechanism, offered))
}

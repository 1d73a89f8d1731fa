// The path at which a service account asks: its token is looked at before anything of the body is read, and what cannot be
// read changes nothing. It must never log or answer with a token, nor let a stranger fill the log.

import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { Clock } from '../ports/clock.ts'
import { SEALED_RECORD, UNREADABLE_RECORD } from '../ports/store.ts'
import type { ServiceAccounts } from '../service-accounts.ts'
import { type Answer, QUESTION_BYTES, type Question, questionSchema } from './questions.ts'

export interface RequestsRouteDeps {
  accounts: ServiceAccounts
  answer(account: string, question: Question): Promise<Answer>
  clock: Clock
  onError(error: unknown): void
  /** A token that nobody has; said rarely. */
  onStranger(): void
}

interface HttpSaid {
  status: number
  type: string
  body: string
  headers?: Record<string, string>
}

/** Shorter ones could be found by trying; longer ones nobody makes. */
const TOKEN = /^Bearer ([\x21-\x7e]{32,512})$/
/** At once, of all accounts together: each may look at a cluster. */
const IN_HAND_MAX = 16
/** Questions of one account in a minute, to each bot: one job that waits asks thirty. */
const A_MINUTE_MAX = 600
const MINUTE_MS = 60_000
const TELL_EVERY_MS = 600_000

export function createRequestsRoute({ accounts, answer, clock, onError, onStranger }: RequestsRouteDeps) {
  let inHand = 0
  let minute = { sinceMs: Number.NEGATIVE_INFINITY, asked: new Map<string, number>() }
  let toldAtMs = Number.NEGATIVE_INFINITY

  /** A digest is looked up, so that how long it takes says nothing of a token. */
  function accountOf({ authorization = '' }: IncomingHttpHeaders): string | undefined {
    const token = TOKEN.exec(authorization)?.[1]
    return token === undefined ? undefined : accounts.get(createHash('sha256').update(token).digest('hex'))
  }

  function isTooOften(account: string): boolean {
    const nowMs = clock()
    // A clock that was put back begins a minute as well.
    if (Math.abs(nowMs - minute.sinceMs) >= MINUTE_MS) minute = { sinceMs: nowMs, asked: new Map() }
    const asked = (minute.asked.get(account) ?? 0) + 1
    minute.asked.set(account, asked)
    return asked > A_MINUTE_MAX
  }

  function admit(headers: IncomingHttpHeaders) {
    if (accountOf(headers) !== undefined) return { ok: true, maxBytes: QUESTION_BYTES } as const
    const nowMs = clock()
    if (nowMs - toldAtMs >= TELL_EVERY_MS) {
      toldAtMs = nowMs
      onStranger()
    }
    const said = said401()
    return { ok: false, answer: said } as const
  }

  async function answerTo(headers: IncomingHttpHeaders, body: Buffer): Promise<HttpSaid> {
    const account = accountOf(headers)
    if (account === undefined) return said401()
    if (isTooOften(account)) return saying(429, { kind: 'away', said: [TOO_OFTEN] })
    const read = questionSchema.safeParse(jsonIn(body))
    if (!read.success) return saying(400, { kind: 'wrong', said: [UNREADABLE] })
    if (inHand >= IN_HAND_MAX) return saying(503, { kind: 'away', said: ['Too much is asked at once.'] })
    inHand += 1
    try {
      const said = await answer(account, read.data)
      return saying(200, said)
    } catch (error) {
      onError(error)
      return saying(503, { kind: 'away', said: whyNot(error, read.data.do) })
    } finally {
      inHand -= 1
    }
  }

  return { admit, answer: answerTo }
}

const TOO_OFTEN = `The account may ask ${A_MINUTE_MAX} times a minute. Ask again in a minute.`
const UNREADABLE = 'The question cannot be read: is the command of the same version as the bot?'
const STORE_AWAY = 'Redis does not answer the bot right now.'
const FAULT = 'The bot met an error, which its log has.'
const SEALED =
  'The bot that was asked has no AUDIT_KEY, or one under which the seals of the records do not hold. Nothing was done: tell the people who run it.'
const NOT_READ =
  'A newer version of Rewind has written the record of this request, or it was changed in Redis: the bot that was asked cannot read it. Nothing was done.'

function said401(): HttpSaid {
  return {
    ...saying(401, { kind: 'refused', why: 'token', said: ['The token belongs to no service account.'] }),
    headers: { 'www-authenticate': 'Bearer' },
  }
}

function saying(status: number, answer: Answer): HttpSaid {
  const body = JSON.stringify(answer, (_key, value) => (typeof value === 'bigint' ? `${value}` : value))
  return { status, type: 'application/json', body: `${body}\n` }
}

function jsonIn(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}

function whyNot(error: unknown, asked: Question['do']): string[] {
  switch ((Object(error) as { code?: unknown }).code) {
    case 'STORE_AWAY':
      return [STORE_AWAY, ...notKnown(asked)]
    case SEALED_RECORD:
      return [SEALED]
    case UNREADABLE_RECORD:
      return [NOT_READ]
    default:
      return [FAULT, ...notKnown(asked)]
  }
}

/** What may have been saved before the answer was lost. */
function notKnown(asked: Question['do']): string[] {
  switch (asked) {
    case 'ask':
      return ['Whether it was asked for is not known: requests list shows it, if so.']
    case 'cancel':
      return ['Whether it was cancelled is not known: cancel it once more.']
    default:
      return []
  }
}

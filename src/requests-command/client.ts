// Asks a bot over HTTP. An answer that does not come is asked for again with the same question, which is one request however
// often it arrives. It must never print the token, nor follow a redirect with it.

import { setTimeout as delay } from 'node:timers/promises'
import { type Answer, answerSchema, type Question, REQUESTS_PATH } from '../requests-api/questions.ts'

/** `isFinal`: asking again leads nowhere. */
export type AskedOutcome =
  | { kind: 'answered'; answer: Answer }
  | { kind: 'notReached'; why: string; isFinal?: true }

export interface RequestsClient {
  /** @param tries how often, where no answer comes */
  ask(question: Question, tries: number): Promise<AskedOutcome>
}

const ANSWER_MS = 15_000
const AGAIN_MS = 500
/** The rows of 10,000 partitions, twice. */
const ANSWER_BYTES = 32 * 1024 * 1024

/** @param answerMs how long one try may take, the whole of its answer included; default: 15 s */
export function createClient({
  address,
  token,
  answerMs = ANSWER_MS,
}: {
  address: string
  token: string
  answerMs?: number
}): RequestsClient {
  const url = new URL(REQUESTS_PATH, address)

  /** Held to its time from outside: fetch goes on reading an answer that is sent drop by drop, whatever its signal says. */
  async function once(question: Question): Promise<AskedOutcome> {
    const stopped = new AbortController()
    let timer: NodeJS.Timeout | undefined
    const tooLate = new Promise<AskedOutcome>(resolve => {
      timer = setTimeout(() => resolve({ kind: 'notReached', why: late(answerMs) }), answerMs)
    })
    try {
      return await Promise.race([answered(question, stopped.signal), tooLate])
    } finally {
      clearTimeout(timer)
      stopped.abort()
    }
  }

  async function answered(question: Question, signal: AbortSignal): Promise<AskedOutcome> {
    const response = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(question),
      redirect: 'manual',
      signal,
    })
    if (response.status === 404) {
      await response.body?.cancel()
      return { kind: 'notReached', why: NOT_THERE, isFinal: true }
    }
    if (response.status >= 300 && response.status < 400) {
      await response.body?.cancel()
      return { kind: 'notReached', why: redirected(response.status), isFinal: true }
    }
    const answer = answerSchema.safeParse(jsonIn(await textOf(response, signal)))
    return answer.success
      ? { kind: 'answered', answer: answer.data }
      : { kind: 'notReached', why: `it answers with ${response.status}, and not as Rewind does` }
  }

  return {
    async ask(question, tries) {
      let last: AskedOutcome = { kind: 'notReached', why: 'it was not asked' }
      for (let tried = 0; tried < tries; tried++) {
        if (tried > 0) await delay(AGAIN_MS * tried)
        last = await once(question).catch((error: unknown) => ({ kind: 'notReached', why: causeIn(error) }))
        if (last.kind === 'answered' ? last.answer.kind !== 'away' : last.isFinal) return last
      }
      return last
    },
  }
}

function late(answerMs: number): string {
  return `no answer within ${answerMs / 1_000} s`
}

function redirected(status: number): string {
  return `it answers with ${status}, a redirect, which is not followed with a token: give the address that it leads to`
}

const NOT_THERE = 'it has no /requests, as a bot of Rewind has that is set up with SERVICE_ACCOUNTS_FILE'

async function textOf(response: Response, signal: AbortSignal): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    signal.throwIfAborted()
    bytes += chunk.byteLength
    if (bytes > ANSWER_BYTES) throw new Error('its answer is too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Of what `fetch` throws, the code alone: its message may hold what was sent. */
function causeIn(error: unknown): string {
  if (!(error instanceof Error)) return 'it cannot be reached'
  const { cause } = error
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') {
    return cause.code === 'UND_ERR_SOCKET' ? 'the connection ended before its answer did' : cause.code
  }
  return error.message === 'its answer is too long' ? error.message : 'it cannot be reached'
}

// Runs one question, and waits for the end of a request where that is wanted: what it prints, and with what it exits.

import { setTimeout as delay } from 'node:timers/promises'
import type { Answer } from '../requests-api/questions.ts'
import type { CommandLine } from './arguments.ts'
import type { AskedOutcome, RequestsClient } from './client.ts'
import { EXIT, printed, progressLine } from './rendering.ts'

export interface RunDeps {
  client: RequestsClient
  /** For who reads that it cannot be reached. */
  address: string
  out(line: string): void
  err(line: string): void
}

const TRIES = 4
const LOOK_EVERY_MS = 2_000

/** Resolves to the exit code. */
export async function runRequests({ question, isJson, waitMs }: CommandLine, deps: RunDeps): Promise<number> {
  const { client, address } = deps
  const endMs = performance.now() + (waitMs ?? 0)
  const asked = await client.ask(question, TRIES)
  if (asked.kind === 'notReached') {
    deps.err(`${address} (REQUESTS_ADDRESS) cannot be asked: ${asked.why}.`)
    if (question.do === 'ask')
      deps.err('Whether it was asked for is not known: requests list shows it, if so.')
    return EXIT.notAsked
  }
  const { answer } = asked
  const ended =
    waitMs !== null && answer.kind === 'request' ? await waitFor(answer, endMs, isJson, deps) : answer
  const { out, err, code } = printed(ended, isJson, waitMs !== null)
  for (const line of out) deps.out(line)
  for (const line of err) deps.err(line)
  return code
}

/** The last that was answered of it; a bot that is away meanwhile is asked again. */
async function waitFor(
  first: Extract<Answer, { kind: 'request' }>,
  endMs: number,
  rows: boolean,
  { client, address, err }: RunDeps,
): Promise<Answer> {
  const { id } = first.request
  let latest: Answer = first
  let said = ''
  const say = (line: string) => {
    if (line !== said) err(line)
    said = line
  }
  say(progressLine(first.request))
  for (;;) {
    if (latest.kind !== 'request' || latest.request.end !== 'open') break
    const leftMs = endMs - performance.now()
    if (leftMs <= 0) break
    await delay(Math.min(LOOK_EVERY_MS, leftMs))
    const asked: AskedOutcome = await client.ask({ do: 'show', id, rows: false }, 1)
    if (asked.kind === 'notReached') say(`${address} (REQUESTS_ADDRESS) cannot be asked: ${asked.why}.`)
    else if (asked.answer.kind === 'away') for (const line of asked.answer.said) say(line)
    else {
      latest = asked.answer
      if (latest.kind === 'request') say(progressLine(latest.request))
    }
  }
  if (!rows || latest.kind !== 'request') return latest
  const whole = await client.ask({ do: 'show', id, rows: true }, TRIES)
  return whole.kind === 'answered' && whole.answer.kind === 'request' ? whole.answer : latest
}

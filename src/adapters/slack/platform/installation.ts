// Whether Slack takes our bot token, as its answers to the calls that carry it say; while it does not, it is asked again.
// It must never end anything: what is owed to Slack waits, and everything else goes on.

import type { FetchFunction, Logger } from '@slack/web-api'
import type { ObservedSlackCall, Report } from '../../../ports/events.ts'
import { lightFetch } from './light-fetch.ts'
import { methodIn, outcomeOf, viewIdIn } from './observed.ts'
import { createThrottle } from './throttle.ts'
import { createWebClient, refusalOfToken } from './web-client.ts'

/** `unknown`: Slack has not been reached yet. */
export type TokenState = { kind: 'unknown' } | { kind: 'taken' } | { kind: 'refused'; code: string }

export interface Installation {
  /** For every client that carries the bot token: it listens to what Slack answers. */
  fetch: FetchFunction
  token(): TokenState
  /** Slack has told by an event that the token is gone. It is asked whether that is so. */
  suspect(event: string): void
  /** How long to leave Slack alone that has just refused the token. */
  repairWaitMs(): number
  stop(): void
}

export interface InstallationDeps {
  token: string
  apiUrl: string | undefined
  logger: Logger
  /** Once, and then every ten minutes while it lasts. `code`: Slack's own, or the event that has said so. */
  onRefused(code: string): void
  /** After it had been refused. */
  onTaken(): void
  /** Slack has not been reached yet; as rarely. */
  onUnreachable(error: unknown): void
  /** What carries its calls; default: lightFetch. */
  calls?: FetchFunction
  /** For each call of the Web API. */
  onCall?(call: ObservedSlackCall): void
  /** For each modal that a call has opened: Slack's id of it. Absent: no answer is read for it. */
  onOpened?(viewId: string): void
}

const ASK_AGAIN_MS = [1_000, 2_000, 5_000, 10_000, 30_000]
/** A short interruption is over soon; a long one takes somebody to install Rewind again. */
const SHORTEST_REPAIR_MS = 5_000
const LONGEST_REPAIR_MS = 60_000

/** Asks at once, and until Slack has answered. */
export function createInstallation(deps: InstallationDeps): Installation {
  const { calls = lightFetch } = deps
  let state: TokenState = { kind: 'unknown' }
  let sinceMs = 0
  let tries = 0
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  const throttle = createThrottle()
  const client = createWebClient({ ...deps, fetch: listening })

  async function listening(...[url, init]: Parameters<FetchFunction>): ReturnType<FetchFunction> {
    // What carries no token, or no text, is no call of the Web API.
    if (init?.redirect !== 'error' || typeof init.body !== 'string' || !hasToken(init.headers)) {
      return calls(url, init)
    }
    const method = methodIn(url)
    try {
      const response = await calls(url, init)
      const answer = await response.text()
      deps.onCall?.({ method, outcome: outcomeOf(response.status, answer) })
      hear(answer)
      if (method === 'views.open' && deps.onOpened !== undefined) {
        const viewId = viewIdIn(answer)
        if (viewId !== null) deps.onOpened(viewId)
      }
      return response
    } catch (error) {
      deps.onCall?.({ method, outcome: 'unanswered' })
      throw error
    }
  }

  function hear(answer: string): void {
    const said = tokenStateIn(answer)
    if (said.kind === 'refused') refuse(said.code)
    if (said.kind === 'taken') take()
  }

  function refuse(code: string): void {
    if (state.kind !== 'refused') sinceMs = performance.now()
    state = { kind: 'refused', code }
    if (throttle.isDue(code)) deps.onRefused(code)
    askLater()
  }

  function take(): void {
    const was = state.kind
    state = { kind: 'taken' }
    tries = 0
    clearTimeout(timer)
    timer = undefined
    if (was === 'refused') deps.onTaken()
  }

  function askLater(): void {
    if (timer !== undefined || stopped) return
    const waitMs = ASK_AGAIN_MS[Math.min(tries, ASK_AGAIN_MS.length - 1)]
    tries += 1
    timer = setTimeout(() => {
      timer = undefined
      void ask()
    }, waitMs).unref()
  }

  /** Its answer is heard like any other. */
  async function ask(): Promise<void> {
    try {
      await client.auth.test()
    } catch (error) {
      if (state.kind === 'unknown' && throttle.isDue('unreachable')) deps.onUnreachable(error)
    }
    if (state.kind !== 'taken') askLater()
  }

  void ask()

  return {
    fetch: listening,
    token: () => state,
    suspect(event) {
      refuse(event)
    },
    repairWaitMs() {
      if (state.kind !== 'refused') return SHORTEST_REPAIR_MS
      return Math.min(Math.max(performance.now() - sinceMs, SHORTEST_REPAIR_MS), LONGEST_REPAIR_MS)
    },
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}

function hasToken(headers: unknown): boolean {
  return Object.keys(Object(headers)).some(name => name.toLowerCase() === 'authorization')
}

/** A refusal is short; the answers that are long are those of calls that were carried out. */
const LONGEST_REFUSAL = 4_096

/** `unknown`: this answer says nothing of the token, as a page of some proxy does not. */
function tokenStateIn(answer: string): TokenState {
  if (answer.length > LONGEST_REFUSAL) {
    return /^\s*\{\s*"ok"\s*:\s*true\b/.test(answer) ? { kind: 'taken' } : { kind: 'unknown' }
  }
  try {
    const data = JSON.parse(answer)
    if (data?.ok === true) return { kind: 'taken' }
    const code = refusalOfToken({ data })
    return code === null ? { kind: 'unknown' } : { kind: 'refused', code }
  } catch {
    return { kind: 'unknown' }
  }
}

/** While the token is refused every call ends in the same fault: each kind of refusal is passed on once in ten minutes. */
export function sayRefusalsRarely(report: Report): Report {
  const throttle = createThrottle()
  return event => {
    const code =
      event.event === 'fault'
        ? refusalOfToken(event.error)
        : event.event === 'posted' && event.outcome === 'later'
          ? refusalOfToken({ data: { error: event.detail } })
          : null
    if (code === null || throttle.isDue(`${event.event} ${code}`)) report(event)
  }
}

// Asks Slack once, at the start, whether it takes the tokens of the settings. It changes nothing in Slack: the address for
// a connection that it is given is not used, and ends by itself.

import type { Logger } from '@slack/web-api'
import { createWebClient, outcomeOfError, refusalOfToken } from './web-client.ts'

export interface TokensAsked {
  botToken: string
  apiUrl: string | undefined
  delivery: { kind: 'socket'; appToken: string } | { kind: 'http' }
  logger: Logger
  /** For both together. */
  withinMs: number
}

export type TokenAnswer =
  | { kind: 'taken' }
  /** By Slack's own code, of that setting. */
  | { kind: 'refused'; token: 'SLACK_BOT_TOKEN' | 'SLACK_APP_TOKEN'; code: string }
  /** Slack is away, slow, has a fault, or wants to be left alone: nothing is known of the token. */
  | { kind: 'unasked'; cause: string }

/** Passes when whoever looks after the organisation has finished: no other token would help. */
const OF_THE_ORGANISATION = new Set(['org_login_required', 'team_added_to_org', 'team_access_not_granted'])

/** The client's own code, also of its timeout. */
const BROKEN_OFF = 'slack_webapi_request_error'

/** Both at once. Never rejects. */
export async function askAboutTokens(asked: TokensAsked): Promise<TokenAnswer[]> {
  const { botToken, delivery } = asked
  return Promise.all([
    ask(asked, 'SLACK_BOT_TOKEN', botToken, 'auth.test'),
    ...(delivery.kind === 'socket'
      ? [ask(asked, 'SLACK_APP_TOKEN', delivery.appToken, 'apps.connections.open')]
      : []),
  ])
}

async function ask(
  { apiUrl, logger, withinMs }: TokensAsked,
  name: 'SLACK_BOT_TOKEN' | 'SLACK_APP_TOKEN',
  token: string,
  method: 'auth.test' | 'apps.connections.open',
): Promise<TokenAnswer> {
  // What comes of it is told by who asked.
  const silent = Object.assign(Object.create(logger), { warn() {}, error() {} })
  const client = createWebClient({ token, apiUrl, logger: silent, timeoutMs: withinMs })
  const began = performance.now()
  try {
    await client.apiCall(method)
    return { kind: 'taken' }
  } catch (error) {
    const code = refusalOfToken(error) ?? missingScope(error)
    if (code !== null && !OF_THE_ORGANISATION.has(code)) return { kind: 'refused', token: name, code }
    if (code !== null) return { kind: 'unasked', cause: code }
    const outcome = outcomeOfError(error)
    const cause = 'cause' in outcome ? outcome.cause : 'it answered with an error'
    if (cause !== BROKEN_OFF) return { kind: 'unasked', cause }
    const isLate = performance.now() - began >= withinMs - 50
    return {
      kind: 'unasked',
      cause: isLate ? `no answer within ${withinMs / 1_000} s` : 'the call broke off',
    }
  }
}

/** The app-level token may be one for something else than connections. */
function missingScope(error: unknown): string | null {
  const { data } = Object(error) as { data?: { error?: unknown } }
  return data?.error === 'missing_scope' ? 'missing_scope' : null
}

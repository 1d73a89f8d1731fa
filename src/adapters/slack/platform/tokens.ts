// Asks Slack once whether it takes the tokens of the settings. It changes nothing in Slack: the address for a connection
// that it is given is not used here, and ends by itself.

import type { Logger } from '@slack/web-api'
import type { Proxies } from '../../../proxy/proxy.ts'
import { createSlackWay } from './light-fetch.ts'
import { createWebClient, outcomeOfError, refusalOfToken } from './web-client.ts'

export interface TokensAsked {
  botToken: string
  apiUrl: string | undefined
  proxies: Proxies | null
  delivery: { kind: 'socket'; appToken: string } | { kind: 'http' }
  logger: Logger
  /** For both together. */
  withinMs: number
}

export type TokenName = 'SLACK_BOT_TOKEN' | 'SLACK_APP_TOKEN'

export type TokenAnswer =
  /** `said`: Slack's answer, with the scopes that its header names. */
  | { kind: 'taken'; token: TokenName; said: unknown }
  /** By Slack's own code, of that setting. */
  | { kind: 'refused'; token: TokenName; code: string }
  /** Slack is away, slow, has a fault, or wants to be left alone: nothing is known of the token. */
  | { kind: 'unasked'; token: TokenName; cause: string }

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
  { apiUrl, proxies, logger, withinMs }: TokensAsked,
  name: TokenName,
  token: string,
  method: 'auth.test' | 'apps.connections.open',
): Promise<TokenAnswer> {
  // What comes of it is told by who asked.
  const silent = Object.assign(Object.create(logger), { warn() {}, error() {} })
  const { calls } = createSlackWay(proxies)
  const client = createWebClient({ token, apiUrl, logger: silent, timeoutMs: withinMs, fetch: calls })
  const began = performance.now()
  try {
    return { kind: 'taken', token: name, said: await client.apiCall(method) }
  } catch (error) {
    const code = refusalOfToken(error) ?? missingScope(error)
    if (code !== null && !OF_THE_ORGANISATION.has(code)) return { kind: 'refused', token: name, code }
    if (code !== null) return { kind: 'unasked', token: name, cause: code }
    const outcome = outcomeOfError(error)
    const cause = 'cause' in outcome ? outcome.cause : 'it answered with an error'
    if (cause !== BROKEN_OFF) return { kind: 'unasked', token: name, cause }
    const isLate = performance.now() - began >= withinMs - 50
    return {
      kind: 'unasked',
      token: name,
      cause: isLate ? `no answer within ${withinMs / 1_000} s` : 'the call broke off',
    }
  }
}

/** The app-level token may be one for something else than connections. */
function missingScope(error: unknown): string | null {
  const { data } = Object(error) as { data?: { error?: unknown } }
  return data?.error === 'missing_scope' ? 'missing_scope' : null
}

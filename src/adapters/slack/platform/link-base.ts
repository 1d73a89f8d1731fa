// Where messages of this workspace are, asked of Slack once: links to cards begin with it.

import type { WebClient } from '@slack/web-api'

/** Like `https://acme.slack.com/`; null while Slack does not say. Never rejects. */
export type LinkBase = (client: Pick<WebClient, 'auth'>) => Promise<string | null>

export function createLinkBase(onFault: (error: unknown) => void): LinkBase {
  let known: string | null = null
  return async client => {
    known ??= await client.auth.test().then(
      ({ url }) => url ?? null,
      error => {
        onFault(error)
        return null
      },
    )
    return known
  }
}

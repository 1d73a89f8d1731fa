// Where messages of this workspace are, asked of Slack once: links to cards begin with it.

import type { Report } from '../../../ports/events.ts'
import type { Client } from './pressing.ts'

/** Like `https://acme.slack.com/`; null while Slack does not say. */
export function createLinkBase(report: Report): (client: Client) => Promise<string | null> {
  let known: string | null = null
  return async client => {
    known ??= await client.auth.test().then(
      ({ url }) => url ?? null,
      error => {
        report({ event: 'fault', where: 'address of the workspace', error })
        return null
      },
    )
    return known
  }
}

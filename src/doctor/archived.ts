// Whether the channels that are named have been archived: nothing can be posted there. Slack says it only with scopes that
// manifest.yml does not ask for; without them it is said that nobody looked.

import type { WebClient } from '@slack/web-api'
import { z } from 'zod'
import type { NamedBy } from '../named.ts'
import type { Finding } from './finding.ts'

/** As many as are looked at for being there. */
const MOST = 30
const AT_ONCE_MS = 5_000

const infoSchema = z.object({ channel: z.object({ is_archived: z.boolean().optional() }) })
/** Of a public channel, and of a private one. */
const READ = ['channels:read', 'groups:read']

const finding = (what: string, level: Finding['level'], found: string, advice?: string): Finding => ({
  ...{ area: 'Slack', what, found, level },
  ...(advice === undefined ? {} : { advice }),
})

/** @param channels those that Slack shows @param scopes null: Slack does not say which were granted */
export async function archivedFindings(
  client: WebClient,
  channels: readonly NamedBy[],
  scopes: readonly string[] | null,
): Promise<Finding[]> {
  if (channels.length === 0) return []
  const may = READ.filter(scope => scopes?.includes(scope))
  if (may.length === 0) {
    return [
      finding(
        'archived channels',
        'ok',
        `Whether ${channels.length === 1 ? 'the channel has' : 'the channels have'} been archived was not looked at: Slack says it with channels:read and groups:read, which Rewind does not need otherwise.`,
      ),
    ]
  }
  const asked = channels.slice(0, MOST)
  const untilMs = performance.now() + AT_ONCE_MS
  const findings: Finding[] = []
  let unsaid = channels.length - asked.length
  for (const { id, by } of asked) {
    const archived = performance.now() < untilMs ? await isArchived(client, id) : null
    if (archived === null) unsaid += 1
    if (archived !== true) continue
    findings.push(
      finding(
        `channel ${id}`,
        'failure',
        `${by} ${id}, a channel that has been archived: nothing can be posted there.`,
        'Unarchive it, or name another channel.',
      ),
    )
  }
  if (unsaid > 0) {
    findings.push(
      finding('archived channels', 'ok', `Of ${unsaid} Slack has not said whether they have been archived.`),
    )
  }
  return findings
}

/** Null: Slack has not said. */
async function isArchived(client: WebClient, channel: string): Promise<boolean | null> {
  const said = await client.conversations.info({ channel }).catch(() => null)
  return infoSchema.safeParse(said).data?.channel.is_archived ?? null
}

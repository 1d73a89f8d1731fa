// Whether there is what settings and policy name: asked of Slack once, at the start, at a pace that leaves its rate limits to
// people. It never guesses: what Slack does not say is not in the answer.

import type { WebClient } from '@slack/web-api'
import pLimit from 'p-limit'
import { z } from 'zod'
import type { Person } from '../../../ports/chat.ts'
import { membershipOf, userSchema, type Workspace, workspaceIn } from './people.ts'
import { outcomeOfError } from './web-client.ts'

/**
 * What is wrong with an id, as Slack says. `notShown`: there is no such channel, or it is private and Rewind is not in it.
 * Of people also why they may not use Rewind (members-only.ts).
 */
export type NotThere = 'unknown' | 'disabled' | 'notShown' | Exclude<Person['membership'], 'member'>

/**
 * What Slack says of an id. `notIn`: a public channel that Rewind is not in. `unsaid`: it has not said. `notAsked`: there are
 * more than are asked for.
 */
export type Presence = 'there' | NotThere | 'notIn' | 'unsaid' | 'notAsked'

/** Of usergroups.list. `date_delete` in seconds: since when it is disabled, 0 for one that is not. */
const groupsSchema = z.object({
  usergroups: z.array(z.object({ id: z.string(), date_delete: z.number().nullish() })),
})

const AT_ONCE = 2
/** Slack allows so many of these calls in a minute and more, and people need some of them. */
const MOST = { users: 60, groups: 10, channels: 30 }

interface AskOptions {
  /** Epoch. */
  untilMs: number
  now: () => number
}

/** By id: only those with which something is wrong. Never rejects. */
export async function whoIsNotThere(
  client: WebClient,
  ids: readonly string[],
  options: AskOptions,
): Promise<ReadonlyMap<string, NotThere>> {
  const found = new Map<string, NotThere>()
  for (const [id, presence] of await whoIsThere(client, ids, options)) {
    if (isNotThere(presence)) found.set(id, presence)
  }
  return found
}

function isNotThere(presence: Presence): presence is NotThere {
  return presence !== 'there' && presence !== 'notIn' && presence !== 'unsaid' && presence !== 'notAsked'
}

/** By id, of all of them. Ends by `untilMs`, and with Slack's first wish to be left alone. Never rejects. */
export async function whoIsThere(
  client: WebClient,
  ids: readonly string[],
  { untilMs, now }: AskOptions,
): Promise<ReadonlyMap<string, Presence>> {
  const found = new Map<string, Presence>(ids.map(id => [id, 'notAsked']))
  const limit = pLimit(AT_ONCE)
  const over = new Set<'all' | 'user' | 'group' | 'channel'>()

  /** Undefined: Slack has not said. */
  async function codeOf(kind: 'user' | 'group' | 'channel', call: () => Promise<unknown>) {
    if (over.has('all') || over.has(kind) || now() >= untilMs) return undefined
    try {
      return { answer: await call() }
    } catch (error) {
      const outcome = outcomeOfError(error)
      const code = outcome.kind === 'refused' ? outcome.code : undefined
      // Without the scope there is nothing to ask for; a Slack that is away or wants to wait is not asked on.
      if (code === 'missing_scope') over.add(kind)
      else if (code === undefined) over.add('all')
      return code === undefined ? undefined : { code }
    }
  }

  /** Null: Slack does not say. */
  async function askWorkspace(): Promise<Workspace | null> {
    const said = await codeOf('user', () => client.auth.test())
    return said?.answer === undefined ? null : workspaceIn(said.answer)
  }

  async function askUser(user: string, home: Workspace | null): Promise<void> {
    const said = await codeOf('user', () => client.users.info({ user }))
    if (said?.code === 'user_not_found') found.set(user, 'unknown')
    const read = userSchema.safeParse(said?.answer)
    if (!read.success) return
    const membership = membershipOf(read.data.user, home)
    found.set(user, membership === 'member' ? 'there' : membership)
  }

  async function askGroups(groups: readonly string[]): Promise<void> {
    if (groups.length === 0) return
    const said = await codeOf('group', () => client.usergroups.list({ include_disabled: true }))
    const read = groupsSchema.safeParse(said?.answer)
    if (!read.success) return
    const listed = new Map(read.data.usergroups.map(group => [group.id, group]))
    for (const id of groups) {
      const group = listed.get(id)
      if (group !== undefined) found.set(id, (group.date_delete ?? 0) > 0 ? 'disabled' : 'there')
    }
    // The list is that of a workspace; what is not in it may be the organisation's.
    const unlisted = groups.filter(id => !listed.has(id))
    const missing = unlisted.slice(0, MOST.groups)
    for (const id of unlisted.slice(MOST.groups)) found.set(id, 'notAsked')
    await Promise.all(
      missing.map(usergroup =>
        limit(async () => {
          const asked = await codeOf('group', () => client.usergroups.users.list({ usergroup }))
          if (asked?.code === 'no_such_subteam') found.set(usergroup, 'unknown')
          else if (asked?.answer !== undefined) found.set(usergroup, 'there')
        }),
      ),
    )
  }

  /** Without a scope for it what a channel is cannot be asked; its messages can, and of those one. */
  async function askChannel(channel: string): Promise<void> {
    const said = await codeOf('channel', () => client.conversations.history({ channel, limit: 1 }))
    if (said?.code === 'channel_not_found') found.set(channel, 'notShown')
    else if (said?.code === 'not_in_channel') found.set(channel, 'notIn')
    else if (said?.answer !== undefined) found.set(channel, 'there')
  }

  const of = (pattern: RegExp, most = ids.length) => {
    const asked = ids.filter(id => pattern.test(id)).slice(0, most)
    for (const id of asked) found.set(id, 'unsaid')
    return asked
  }
  const users = of(/^[UW]/, MOST.users)
  const home = users.length === 0 ? null : await askWorkspace().catch(() => null)
  await Promise.all([
    ...users.map(id => limit(() => askUser(id, home))),
    askGroups(of(/^S/)),
    ...of(/^[CGD]/, MOST.channels).map(id => limit(() => askChannel(id))),
  ])
  return found
}

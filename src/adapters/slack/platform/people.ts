// Who people are, as Slack says: one question for each of them in ten minutes, however many ask at once.
// It never guesses: what Slack does not say in time is null, and whoever asks decides what that means.

import type { WebClient } from '@slack/web-api'
import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import type { People, Person } from '../../../ports/chat.ts'
import type { Clock } from '../../../ports/clock.ts'
import { waitAskedFor } from './web-client.ts'

/** The workspace that Rewind is installed in. */
export interface Workspace {
  teamId: string
  /** Null outside of an Enterprise organisation. */
  enterpriseId: string | null
  /** Like `https://acme.slack.com/`. */
  url: string
}

export interface SlackPeople extends People {
  /** Asked once; null: Slack does not say just now, within `patienceMs`. */
  workspace(patienceMs: number): Promise<Workspace | null>
}

export interface PeopleDeps {
  client: WebClient
  clock: Clock
  onUnreadable: (userId: string, error: unknown) => void
}

const FRESH_MS = 600_000
const PEOPLE_MAX = 10_000
/** Without the scope `users:read` there is nobody to ask about until somebody has installed Rewind again. */
const NOT_ALLOWED_MS = 60_000

const workspaceSchema = z.object({
  team_id: z.string(),
  enterprise_id: z.string().nullish(),
  url: z.string().default(''),
})
/** Of users.info; what is absent does not hold. */
export const userSchema = z.object({
  user: z.object({
    id: z.string(),
    team_id: z.string().nullish(),
    deleted: z.boolean().nullish(),
    is_bot: z.boolean().nullish(),
    is_restricted: z.boolean().nullish(),
    is_ultra_restricted: z.boolean().nullish(),
    is_stranger: z.boolean().nullish(),
    enterprise_user: z.object({ teams: z.array(z.string()).nullish() }).nullish(),
    locale: z.string().nullish(),
    tz: z.string().nullish(),
  }),
})
type User = z.output<typeof userSchema>['user']

export function createPeople({ client, clock, onUnreadable }: PeopleDeps): SlackPeople {
  const known = new LRUCache<string, { person: Person; atMs: number }>({ max: PEOPLE_MAX })
  const underWay = new Map<string, Promise<Person | null>>()
  let ours: Promise<Workspace> | undefined
  let silentUntilMs = 0

  function ourWorkspace(): Promise<Workspace> {
    ours ??= client.auth.test().then(workspaceIn)
    ours.catch(() => {
      ours = undefined
    })
    return ours
  }

  async function ask(userId: string): Promise<Person | null> {
    if (clock() < silentUntilMs) return null
    try {
      const [home, answer] = await Promise.all([
        ourWorkspace(),
        client.users.info({ user: userId, include_locale: true }),
      ])
      const { user } = userSchema.parse(answer)
      const person = {
        id: user.id,
        membership: membershipOf(user, home),
        locale: user.locale ?? null,
        timeZone: user.tz ?? null,
      }
      known.set(userId, { person, atMs: clock() })
      return person
    } catch (error) {
      silentUntilMs = clock() + waitAfter(error)
      onUnreadable(userId, error)
      return null
    }
  }

  function lookUp(userId: string): Promise<Person | null> {
    const running = underWay.get(userId)
    if (running !== undefined) return running
    const asking = ask(userId).finally(() => underWay.delete(userId))
    underWay.set(userId, asking)
    return asking
  }

  return {
    async find(userId, patienceMs) {
      const entry = known.get(userId)
      if (entry !== undefined && clock() - entry.atMs < FRESH_MS) return entry.person
      return orNull(lookUp(userId), patienceMs)
    },
    workspace: patienceMs =>
      orNull(
        ourWorkspace().catch(() => null),
        patienceMs,
      ),
  }
}

/** @param answer of auth.test */
export function workspaceIn(answer: unknown): Workspace {
  const { team_id, enterprise_id, url } = workspaceSchema.parse(answer)
  return { teamId: team_id, enterpriseId: enterprise_id ?? null, url }
}

function waitAfter(error: unknown): number {
  const { retryAfter, data } = Object(error) as { retryAfter?: unknown; data?: { error?: unknown } }
  if (typeof retryAfter === 'number') return waitAskedFor(retryAfter)
  return data?.error === 'missing_scope' ? NOT_ALLOWED_MS : 0
}

/**
 * Somebody may be several of these: what is said is the first that keeps them out.
 * @param home null: it is not known, nor is who belongs to another
 */
export function membershipOf(user: User, home: Workspace | null): Person['membership'] {
  if (user.deleted === true) return 'deactivated'
  if (user.is_bot === true || user.id === 'USLACKBOT') return 'bot'
  // In an organisation of several workspaces people belong to more than one.
  const teams = [user.team_id, ...(user.enterprise_user?.teams ?? [])]
  if (user.is_stranger === true || (home !== null && !teams.includes(home.teamId))) return 'stranger'
  return user.is_restricted === true || user.is_ultra_restricted === true ? 'guest' : 'member'
}

/** The answer that comes later is kept for the next question. */
async function orNull<T>(asking: Promise<T | null>, patienceMs: number): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<null>(resolve => {
    timer = setTimeout(() => resolve(null), patienceMs)
  })
  try {
    return await Promise.race([asking, late])
  } finally {
    clearTimeout(timer)
  }
}

// The Home tabs that people have opened lately: drawn anew when a request has changed, and published when that drawing is
// another one. It runs beside everything else: nothing waits for it, and it waits for Slack with a client of its own.

import { createHash } from 'node:crypto'
import type { HomeView } from '@slack/types'
import type { WebClient } from '@slack/web-api'
import { LRUCache } from 'lru-cache'
import pLimit from 'p-limit'
import type { Approvals } from '../../../ports/approvals.ts'
import type { People } from '../../../ports/chat.ts'
import type { Clock } from '../../../ports/clock.ts'
import type { Report } from '../../../ports/events.ts'
import type { ListPage } from '../../../ports/store.ts'
import { type ActKind, asksSomebody, waitsFor } from '../../../request/permissions.ts'
import type { ResetRequest } from '../../../request/request.ts'
import type { Words } from '../language/language.ts'
import type { LinkBase } from '../platform/link-base.ts'
import { membershipOf } from '../platform/members-only.ts'
import { sentenceHome } from '../platform/sentence-views.ts'
import { outcomeOfError } from '../platform/web-client.ts'
import { FRESH, HOME_ROWS, homeView, LOOKED_THROUGH, ranLately } from './view.ts'

export interface HomeTabsDeps {
  approvals: Pick<Approvals, 'list' | 'actsOpenTo' | 'changeCount'>
  people: People
  /** Tries once, and rejects when Slack asks to wait (web-client.ts). */
  client: WebClient
  linkBase: LinkBase
  wordsFor(userId: string): Promise<Words>
  clock: Clock
  report: Report
}

export interface HomeTabs {
  /** Publishes it, and keeps it up to date from then on. Never rejects. @param conversation theirs with Rewind */
  opened(userId: string, conversation: string): Promise<void>
  /** They have just done something. */
  acted(userId: string): void
  /** Ends when what is on its way to Slack has ended. */
  stop(): Promise<void>
}

/** Slack does not say when somebody leaves their Home tab. */
const KEPT_MS = 12 * 3_600_000
const KEPT_MAX = 200
const LOOK_MS = 2_000
const SHORTEST_REST_MS = 100
/** Who may decide changes with the policy and the user groups, without any request having changed. */
const ANEW_MS = 60_000
const PACE_MS = 3_000
const AFTER_FAULT_MS = 15_000
const AT_ONCE = 4
const PERSON_MS = 300
const NONE_OPEN: ReadonlySet<ActKind> = new Set()

interface Tab {
  conversation: string
  /** Digest of the view that was last published from here; null: none that is known to be there. */
  published: string | null
  notBeforeMs: number
}

/** What is the same on everybody's. */
interface Shared {
  open: ListPage
  lately: ResetRequest[]
  moreOver: boolean
}

export function createHomeTabs(deps: HomeTabsDeps): HomeTabs {
  const { approvals, people, client, linkBase, wordsFor, clock, report } = deps
  const tabs = new LRUCache<string, Tab>({ max: KEPT_MAX, ttl: KEPT_MS })
  const limit = pLimit(AT_ONCE)
  /** Whose tab may not be as the records are. */
  const due = new Set<string>()
  const drawing = new Map<string, Promise<void>>()
  let shared: Promise<Shared> | null = null
  let seen: { count: number; atMs: number } | null = null
  let storeSeen: 'clear' | 'none' = 'clear'
  let pausedUntilMs = 0
  let timer: NodeJS.Timeout | undefined
  let life: 'resting' | 'looking' | 'stopped' = 'resting'

  function watch(): void {
    if (life !== 'resting') return
    life = 'looking'
    timer = setTimeout(look, restMs()).unref()
  }

  /** Sooner where somebody's pace lets them go on sooner. */
  function restMs(): number {
    if (storeSeen === 'none') return LOOK_MS
    const waits = [...due]
      .filter(userId => !drawing.has(userId))
      .map(userId => Math.max(tabs.peek(userId)?.notBeforeMs ?? 0, pausedUntilMs) - clock())
    return Math.min(LOOK_MS, Math.max(SHORTEST_REST_MS, Math.min(...waits)))
  }

  /** One small read, however many tabs there are; none while there are none. */
  async function look(): Promise<void> {
    tabs.purgeStale()
    if (tabs.size > 0 && (await isStoreThere())) for (const userId of [...due]) begin(userId)
    if (life === 'stopped') return
    life = 'resting'
    if (tabs.size > 0) watch()
  }

  async function isStoreThere(): Promise<boolean> {
    try {
      const count = await approvals.changeCount()
      storeSeen = 'clear'
      const nowMs = clock()
      if (seen?.count === count && nowMs - seen.atMs < ANEW_MS) return true
      // Counted before it is drawn: what changes meanwhile counts as another change.
      seen = { count, atMs: nowMs }
      shared = null
      for (const userId of tabs.keys()) due.add(userId)
      return true
    } catch (error) {
      // Once, not every two seconds for as long as it lasts.
      if (storeSeen === 'clear' && life !== 'stopped') report({ event: 'fault', where: 'home tabs', error })
      storeSeen = 'none'
      return false
    }
  }

  function begin(userId: string): Promise<void> {
    const tab = tabs.peek(userId)
    if (tab === undefined) due.delete(userId)
    const underWay = drawing.get(userId)
    if (tab === undefined || underWay !== undefined || life === 'stopped')
      return underWay ?? Promise.resolve()
    if (clock() < Math.max(tab.notBeforeMs, pausedUntilMs)) return Promise.resolve()
    due.delete(userId)
    const running = limit(() => refresh(userId, tab)).finally(() => drawing.delete(userId))
    drawing.set(userId, running)
    return running
  }

  async function refresh(userId: string, tab: Tab): Promise<void> {
    if (life === 'stopped') return
    try {
      const membership = await membershipOf(people, userId, PERSON_MS)
      if (membership === 'notKnown') {
        // What is there stays; nothing new is shown to somebody whom Slack does not vouch for.
        tab.notBeforeMs = clock() + AFTER_FAULT_MS
        due.add(userId)
        return
      }
      if (membership !== 'member') {
        tabs.delete(userId)
        const { notMembers } = await wordsFor(userId)
        await client.views.publish({ user_id: userId, view: sentenceHome(notMembers[membership]) })
        return
      }
      const view = await drawn(userId, tab)
      const digest = digestOf(view)
      if (view === null || digest === tab.published) return
      tab.notBeforeMs = clock() + PACE_MS
      await client.views.publish({ user_id: userId, view })
      tab.published = digest
    } catch (error) {
      report({ event: 'fault', where: 'home tab', error })
      retry(userId, tab, error)
    }
  }

  function retry(userId: string, tab: Tab, error: unknown): void {
    const outcome = outcomeOfError(error)
    // Slack does not want it, and would not the next time; opened again, it is tried again.
    if (outcome.kind === 'refused') {
      tabs.delete(userId)
      return
    }
    // Slack means the app, not this person.
    if (outcome.kind === 'later') pausedUntilMs = clock() + outcome.afterMs
    else tab.notBeforeMs = clock() + AFTER_FAULT_MS
    due.add(userId)
  }

  /** Null: it cannot be drawn now, and what is there is better than a sentence. */
  async function drawn(userId: string, tab: Tab): Promise<HomeView | null> {
    const { conversation, published } = tab
    const words = await wordsFor(userId)
    try {
      shared ??= readShared()
      const [{ open, lately, moreOver }, mine] = await Promise.all([
        shared,
        approvals.list({ of: { kind: 'requester', userId }, part: 'any' }, HOME_ROWS),
      ])
      // Of each request once, though it may wait for them and be theirs as well.
      const asked = [...open.requests.filter(asksSomebody), ...mine.requests, ...lately]
      const acts = new Map(
        await Promise.all(
          [...new Map(asked.map(each => [each.id, each])).values()].map(
            async each => [each.id, await approvals.actsOpenTo(each, userId)] as const,
          ),
        ),
      )
      const waiting = open.requests.filter(each => waitsFor(each, acts.get(each.id) ?? NONE_OPEN))
      return homeView(words, {
        waiting,
        lookedThrough: open.requests.length,
        notLookedThrough: Math.max(0, open.total - open.requests.length),
        mine: mine.requests,
        mineLeft: Math.max(0, mine.total - mine.requests.length),
        ...{ lately, moreOver, conversation },
        reader: { acts, base: await linkBase(client) },
        atMs: clock(),
      })
    } catch (error) {
      report({ event: 'fault', where: 'home tab', error })
      shared = null
      tab.notBeforeMs = clock() + PACE_MS
      due.add(userId)
      return published === null ? sentenceHome(words.home.notRead, conversation) : null
    }
  }

  /** What has run and is still open waits to be cleared up, or looked at afterwards. */
  async function readShared(): Promise<Shared> {
    const all = { of: { kind: 'all' } } as const
    const [open, over] = await Promise.all([
      approvals.list({ ...all, part: 'open' }, LOOKED_THROUGH),
      approvals.list({ ...all, part: 'over' }, LOOKED_THROUGH),
    ])
    return {
      open,
      lately: ranLately([...open.requests, ...over.requests]),
      moreOver: over.total > HOME_ROWS,
    }
  }

  return {
    async opened(userId, conversation) {
      if (life === 'stopped') return
      const notBeforeMs = tabs.peek(userId)?.notBeforeMs ?? 0
      tabs.set(userId, { conversation, published: null, notBeforeMs })
      shared = null
      due.add(userId)
      watch()
      await begin(userId)
    },
    acted(userId) {
      if (!tabs.has(userId)) return
      shared = null
      due.add(userId)
      void begin(userId)
    },
    async stop() {
      life = 'stopped'
      clearTimeout(timer)
      await Promise.all(drawing.values())
    },
  }
}

/** Of all that it says but when it was read: that alone is no reason to publish it again. */
function digestOf(view: HomeView | null): string {
  const blocks = view?.blocks.filter(({ block_id }) => block_id !== FRESH)
  return createHash('sha256')
    .update(JSON.stringify({ ...view, blocks }))
    .digest('base64')
}

// An installation that has kept so many finished requests, and everything that people, the pump, the audit and retention do
// with them, through the product's own store and service. Shared by the bench, which takes the time, and by the test that
// counts what is asked of Redis.

import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { connectRedis, untilReady } from '../../src/adapters/redis/connect.ts'
import { createLongNames } from '../../src/adapters/redis/long-names.ts'
import { createNumbers } from '../../src/adapters/redis/numbers.ts'
import { createRetention } from '../../src/adapters/redis/retention.ts'
import { createRedisStore } from '../../src/adapters/redis/store.ts'
import { HISTORY_PAGE } from '../../src/adapters/slack/history/view.ts'
import { HOME_ROWS, LOOKED_THROUGH } from '../../src/adapters/slack/home/view.ts'
import { wordsIn } from '../../src/adapters/slack/language/language.ts'
import { firstPage } from '../../src/adapters/slack/lists/query.ts'
import { LIST_PAGE, requestList } from '../../src/adapters/slack/lists/view.ts'
import type { ListFilter, Store } from '../../src/ports/store.ts'
import { documentsKeptMs } from '../../src/request/kept.ts'
import { LIST_PARTS } from '../../src/request/list-part.ts'
import type { RequestId } from '../../src/request/request.ts'
import { retentionPass } from '../../src/retention/pass.ts'
import { startRedis } from '../../src/sandbox/redis/start.ts'
import { createChanges } from '../../src/service/changes.ts'
import { createFollowers } from '../../src/service/followers.ts'
import { createKeptRows } from '../../src/service/kept-rows.ts'
import { createMovers } from '../../src/service/moved-by.ts'
import { createAuditExport } from '../../src/trail-file/export.ts'
import { selectedIds } from '../../src/trail-file/selection.ts'
import { verifyLines } from '../../src/trail-file/verify.ts'
import { creationOf } from '../support/commits.ts'
import { openDesk } from '../support/finished.ts'
import { ALICE, draft, T0 } from '../support/requests.ts'
import { copyFinished, readTemplate, type Template } from './finished-copies.ts'

export const PREFIX = 'bench'
export const OPEN = 20
/** Asked for long after the copies, and open. */
const LATELY = T0 + 90 * 86_400_000
const KEPT_MS = 100 * 86_400_000
const OLD_AT_ONCE = 200

/** The smallest that the product leaves: asked for, cancelled before there was a plan, all of it told. */
export async function smallestTemplate(): Promise<Template> {
  const server = await startRedis()
  const redis = new Redis(server.url)
  try {
    await once(redis, 'ready')
    const { id } = await openDesk(createRedisStore(redis, PREFIX)).cancelUnplanned()
    return await readTemplate(redis, PREFIX, id, false)
  } finally {
    redis.disconnect()
    await server.close()
  }
}

export interface Kept {
  url: string
  redis: Redis
  /** Each right, or it throws. */
  deeds: ReadonlyMap<string, () => Promise<void>>
  close(): Promise<void>
}

export async function startKept(finished: number, template: Template): Promise<Kept> {
  const server = await startRedis()
  const redis = new Redis(server.url)
  await once(redis, 'ready')
  await copyFinished(redis, PREFIX, template, finished)
  // As where Rewind has run for a while: each was looked at once for the end of its documents.
  await redis.set(`{${PREFIX}}:documents-ended-up-to`, finished)
  const connection = connectRedis({ mode: 'single', url: server.url }, () => {})
  await untilReady(connection, 5_000)
  const store = createRedisStore(connection, PREFIX)
  for (let i = 0; i < OPEN; i++) {
    const commit = creationOf(
      draft({ id: await store.nextRequestId() }),
      { dueAtMs: LATELY + 86_400_000 },
      LATELY,
    )
    await store.commit(commit)
  }
  const directory = await mkdtemp(join(tmpdir(), 'rewind-kept-'))
  return {
    url: server.url,
    redis,
    deeds: await deedsOf({ store, connection, directory, finished }),
    async close() {
      redis.disconnect()
      connection.disconnect()
      await rm(directory, { recursive: true })
      await server.close()
    },
  }
}

interface Parts {
  store: Store
  connection: ReturnType<typeof connectRedis>
  directory: string
  finished: number
}

async function deedsOf({ store, connection, directory, finished }: Parts): Promise<Kept['deeds']> {
  const words = wordsIn('en')
  const middle = await store.read(`R-${Math.ceil(finished / 2)}` as RequestId)
  if (middle?.state.name !== 'cancelled') throw new Error('The one in the middle is no copy.')
  const { target } = middle.reset
  const all = { kind: 'all' } as const
  const whose = {
    all,
    'a person': { kind: 'requester', userId: ALICE },
    'a group': { kind: 'group', group: target.group },
    'a group on an instance': { kind: 'target', target },
  } as const
  const changes = createChanges({ store, clock: () => LATELY, report: () => {} })
  const { patiently } = changes
  const kept = createKeptRows({ store, seals: null })
  const followers = createFollowers({ store, kept, patiently })
  const movers = createMovers({ store, kept, patiently })
  const retention = createRetention(connection, PREFIX, null)
  const names = createLongNames(connection, PREFIX, () => {})
  const numbers = createNumbers(connection, PREFIX)
  const longName = 'w'.repeat(200)
  const token = names.tokenOf(longName)

  const list = async (filter: ListFilter, limit: number, wanted: number, before?: typeof middle) => {
    const page = await store.list(filter, limit, before)
    const total = { any: finished + OPEN, over: finished, open: OPEN, failed: 0 }[filter.part]
    same(page.total, total, 'total')
    same(page.requests.length, Math.min(wanted, limit, total), 'page')
    return page
  }
  const audit = async (selection: Parameters<typeof selectedIds>[1], wanted: number) => {
    const ids = await selectedIds(store, selection)
    const exported = createAuditExport(store, ids)
    async function* bytes() {
      for await (const some of exported.lines()) yield Buffer.from(some)
    }
    const verified = await verifyLines(bytes())
    if (!verified.ok) throw new Error(`${verified.line}: ${verified.problem}`)
    same(verified.totals.requests, wanted, 'requests of the export')
  }

  const deeds = new Map<string, () => Promise<void>>()
  for (const [name, of] of Object.entries(whose)) {
    for (const part of LIST_PARTS) {
      deeds.set(`/offset-requests of ${name}, ${part}`, async () => {
        const page = await list({ of, part }, LIST_PAGE, LIST_PAGE)
        requestList(words, { of: all, part, day: null, ...firstPage() }, page)
      })
    }
  }
  deeds.set('/offset-requests, the page in the middle', async () => {
    await list({ of: all, part: 'over' }, LIST_PAGE, Math.ceil(finished / 2) - 1, middle)
  })
  deeds.set('history of a group', async () => {
    await list({ of: whose['a group on an instance'], part: 'any' }, HISTORY_PAGE, HISTORY_PAGE)
  })
  deeds.set('history of a group, the page in the middle', async () => {
    const page = await store.list({ of: { kind: 'target', target }, part: 'any' }, HISTORY_PAGE, middle)
    same(page.requests.length, Math.min(HISTORY_PAGE, Math.ceil(finished / 2) - 1), 'page')
  })
  deeds.set('Home tab: its reads', async () => {
    await store.changeCount()
    await list({ of: all, part: 'open' }, LOOKED_THROUGH, LOOKED_THROUGH)
    await list({ of: all, part: 'over' }, LOOKED_THROUGH, LOOKED_THROUGH)
    await list({ of: whose['a person'], part: 'any' }, HOME_ROWS, HOME_ROWS)
  })
  deeds.set('pickers: a long name that comes back', async () =>
    same(await names.nameOf(token), longName, 'name'),
  )
  deeds.set('what follows a request, and who moved a group', async () => {
    same((await followers.of(middle))?.undo.by.length, 0, 'undos')
    same((await movers.of(middle, new Map([['orders/0', 1n]]), 0)).length, 0, 'movers')
  })
  deeds.set('asking for one, and ending it', async () => {
    const id = await store.nextRequestId()
    await numbers.mark()
    const commit = creationOf(draft({ id }), { dueAtMs: null }, LATELY)
    same((await store.commit(commit)).kind, 'applied', 'creation')
    const { auditHash, version, createdAtMs, requester } = commit.next
    const place = { id, createdAtMs, requester, target: commit.next.reset.target, followers: 0 }
    await connection.zrem(`{${PREFIX}}:open`, id)
    await connection.zrem(
      `{${PREFIX}}:open:${JSON.stringify([place.target.instanceId, place.target.group])}`,
      id,
    )
    const leaving = { ...place, version, auditHash, more: 0, exportedAtMs: LATELY }
    same(await retention.remove(leaving), 'removed', 'removal')
  })
  deeds.set('pump: what is due', async () => same((await store.takeDue(LATELY, LATELY, 50)).length, 0, 'due'))
  deeds.set('pump: once a minute', async () => {
    same((await store.findForgotten()).length, 0, 'forgotten')
    await store.endOldDocuments(OLD_AT_ONCE, documentsKeptMs)
  })
  deeds.set('pump: once a minute, while old documents get an end', async () => {
    await connection.set(`{${PREFIX}}:documents-ended-up-to`, finished - OLD_AT_ONCE)
    await store.endOldDocuments(OLD_AT_ONCE, documentsKeptMs)
  })
  deeds.set('gauges', async () => same((await store.readMarks()).length, 0, 'marks'))
  deeds.set('policy edited: every open one', async () =>
    same((await store.openRequests(1_000)).total, OPEN, 'open'),
  )
  deeds.set('audit export and verify of one', () => audit({ kind: 'one', id: middle.id }, 1))
  deeds.set('audit export and verify since a day', () => audit({ kind: 'since', atMs: LATELY }, OPEN))
  deeds.set('a round of retention', async () => {
    const removed = await retentionPass({
      ...{ store, retention, seals: null, directory, prefix: PREFIX, keptMs: KEPT_MS },
      processId: randomUUID(),
      clock: () => LATELY,
      onLeft: () => {},
      onExported: () => {},
      onBroken: () => {},
      isStopped: () => false,
    })
    same(removed, 0, 'removed')
    await connection.del(`{${PREFIX}}:retention`)
  })
  return deeds
}

function same(is: unknown, wanted: unknown, what: string): void {
  if (is !== wanted) throw new Error(`${what}: ${is} instead of ${wanted}`)
}

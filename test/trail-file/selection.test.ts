// Exports of one request, or of those since some time: each verifies, and costs what is chosen, however much is kept.

import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { afterAll, describe, expect, inject, it } from 'vitest'
import { connectRedis } from '../../src/adapters/redis/connect.ts'
import { createRedisStore } from '../../src/adapters/redis/store.ts'
import type { Draft } from '../../src/request/decide.ts'
import type { RequestId } from '../../src/request/request.ts'
import { createAuditExport } from '../../src/trail-file/export.ts'
import { type Selection, selectedIds, selectionIn } from '../../src/trail-file/selection.ts'
import { verifyLines } from '../../src/trail-file/verify.ts'
import { creationOf } from '../support/commits.ts'
import { draft, T0 } from '../support/requests.ts'

const redis = connectRedis({ mode: 'single', url: inject('redisUrl') }, () => {})
if (redis.status !== 'ready') await once(redis, 'ready')
afterAll(() => redis.disconnect())

const DAY = 86_400_000

/** One a day from T0; the last undoes the first. */
async function filled(days: number) {
  const store = createRedisStore(redis, `test-${randomUUID()}`)
  const ids: RequestId[] = []
  const ask = async (day: number, more: Partial<Draft> = {}) => {
    const id = await store.nextRequestId()
    await store.commit(creationOf(draft({ id, ...more }), {}, T0 + day * DAY))
    ids.push(id)
  }
  for (let day = 0; day < days; day++) await ask(day)
  await ask(days, { parent: { id: ids[0] as RequestId, kind: 'edit' } })
  return { store, ids }
}

async function exported(store: ReturnType<typeof createRedisStore>, selection: Selection) {
  const ids = await selectedIds(store, selection)
  const audit = createAuditExport(store, ids)
  async function* bytes() {
    for await (const some of audit.lines()) yield Buffer.from(some)
  }
  expect(await verifyLines(bytes())).toMatchObject({ ok: true, totals: { requests: ids.length } })
  return ids
}

describe('an export of some', () => {
  it('is of one request, with those that it follows, and verifies', async () => {
    const { store, ids } = await filled(5)
    expect(await exported(store, { kind: 'one', id: ids[2] as RequestId })).toEqual([ids[2]])
    expect(await exported(store, { kind: 'one', id: ids[5] as RequestId })).toEqual([ids[0], ids[5]])
    expect(await selectedIds(store, { kind: 'one', id: 'R-999' as RequestId })).toEqual([])
  })

  it('is of those since some time, with those that they follow, and verifies', async () => {
    const { store, ids } = await filled(8)
    const since = (day: number) => exported(store, { kind: 'since', atMs: T0 + day * DAY })
    expect(await since(6)).toEqual([ids[0], ...ids.slice(6)])
    expect(await since(-5)).toEqual(ids)
    expect(await since(9)).toEqual([])
  })

  it('asks no more of Redis where more is kept', async () => {
    const counts = await Promise.all(
      [20, 700].map(async days => {
        const { store } = await filled(days)
        let read = 0
        const counting = {
          ...store,
          async *readTrails(...which: Parameters<typeof store.readTrails>) {
            for await (const trail of store.readTrails(...which)) {
              read += 1
              yield trail
            }
          },
        }
        await selectedIds(counting, { kind: 'since', atMs: T0 + (days - 3) * DAY })
        return read
      }),
    )
    expect(counts[1]).toBe(counts[0])
    expect(counts[0]).toBeLessThan(10)
  })
})

it.each([
  ['--request', 'R-7', { kind: 'one', id: 'R-7' }],
  ['--since', '2026-11-01', { kind: 'since', atMs: Date.UTC(2026, 10, 1) }],
  ['--since', '2026-11-01T08:00:00+08:00', { kind: 'since', atMs: Date.UTC(2026, 10, 1) }],
  ['--request', 'seven', null],
  ['--since', 'yesterday', null],
  ['--since', '2026-02-30', null],
  ['--since', '2026-11-01T08:00:00', null],
  ['--until', '2026-11-01', null],
])('%s %s', (option, value, expected) => {
  expect(selectionIn(option, value)).toEqual(expected)
})

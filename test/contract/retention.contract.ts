// What every Retention has to keep, beside the store whose requests it takes out.

import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Leaving, Retention, Seen } from '../../src/ports/retention.ts'
import type { Store } from '../../src/ports/store.ts'
import type { RequestId, ResetRequest } from '../../src/request/request.ts'
import { commitOf, creationOf } from '../support/commits.ts'
import { openDesk } from '../support/finished.ts'
import { ALICE, DENIED, draft, SOMEWHERE, T0 } from '../support/requests.ts'

export function retentionContract(
  name: string,
  fresh: () => Promise<{ store: Store; retention: Retention }>,
): void {
  async function seenIn(retention: Retention): Promise<Seen[]> {
    const all: Seen[] = []
    for await (const some of retention.look()) all.push(...some)
    return all
  }

  async function leaving(store: Store, retention: Retention, id: RequestId): Promise<Leaving> {
    const seen = (await seenIn(retention)).find(({ request }) => request.id === id)
    if (seen === undefined) throw new Error(`${id} is not there.`)
    const { request, followers } = seen
    for await (const { version, auditHash, more } of store.readTrails([id])) {
      const counted = Object.values(more).reduce((sum, count) => sum + count, 0)
      const { createdAtMs, requester, reset } = request
      const place = { id, createdAtMs, requester, target: reset.target, followers }
      return { ...place, version, auditHash, more: counted, exportedAtMs: T0 + 1 }
    }
    throw new Error(`${id} has no trail.`)
  }

  async function finished(store: Store): Promise<ResetRequest> {
    const desk = openDesk(store)
    return desk.carryOut(await desk.ask())
  }

  describe(name, () => {
    it('finds every request, oldest first, also where numbers were skipped', async () => {
      const { store, retention } = await fresh()
      const first = await finished(store)
      for (let i = 0; i < 30; i++) await store.nextRequestId()
      const second = await finished(store)
      expect(await seenIn(retention)).toEqual([
        { request: first, followers: 0 },
        { request: second, followers: 0 },
      ])
    })

    it('looks only at those that were made by a time, and some soon after, if it is asked to', async () => {
      const { store, retention } = await fresh()
      const made = async (createdAtMs: number) => {
        const id = await store.nextRequestId()
        await store.commit(creationOf(draft({ id }), {}, createdAtMs))
        return id
      }
      const DAY = 86_400_000
      const ids = []
      // Read some at a time, so that there have to be many.
      for (let day = 0; day < 80; day++) ids.push(await made(T0 + day * DAY))
      const seen = []
      for await (const some of retention.look(T0 + 10 * DAY))
        seen.push(...some.map(({ request }) => request.id))
      expect(seen.slice(0, 11)).toEqual(ids.slice(0, 11))
      expect(seen.length).toBeLessThan(60)
      expect(await seenIn(retention)).toHaveLength(80)
    })

    it('takes all of a request out, with its places in every list, and keeps when it was exported', async () => {
      const { store, retention } = await fresh()
      const [gone, stays] = [await finished(store), await finished(store)]
      const [before, of] = [await store.changeCount(), await leaving(store, retention, gone.id)]
      expect(await store.exportedAt(gone.id)).toBeNull()
      expect(await retention.remove(of)).toBe('removed')
      expect(await store.read(gone.id)).toBeUndefined()
      expect(await store.readEvents(gone.id)).toEqual([])
      expect(await store.readDocument(gone.id, 'plan-1')).toBeUndefined()
      expect(await store.exportedAt(gone.id)).toBe(T0 + 1)
      expect(await retention.exportedAt(gone.id)).toBe(T0 + 1)
      expect(await store.exportedAt(stays.id)).toBeNull()
      const { target } = gone.reset
      const lists = [
        { kind: 'all' },
        { kind: 'requester', userId: gone.requester },
        { kind: 'group', group: target.group },
        { kind: 'target', target },
      ] as const
      for (const whose of lists) {
        for (const part of ['any', 'over'] as const) {
          const { requests, total } = await store.list({ of: whose, part }, 10)
          expect([requests.map(({ id }) => id), total]).toEqual([[stays.id], 1])
        }
      }
      expect(await store.changeCount()).toBeGreaterThan(before)
      const trails = []
      for await (const { id } of store.readTrails()) trails.push(id)
      expect(trails).toEqual([stays.id])
      expect(await retention.remove(of)).toBe('changed')
      expect(await store.exportedAt(gone.id)).toBe(T0 + 1)
    })

    it('leaves what has changed since it was exported as it is', async () => {
      const { store, retention } = await fresh()
      const request = await finished(store)
      const of = await leaving(store, retention, request.id)
      expect(await retention.remove({ ...of, auditHash: 'f'.repeat(64) })).toBe('changed')
      expect(await retention.remove({ ...of, more: 1 })).toBe('changed')
      await store.countAttempt(request.id, 'U0DAVE')
      expect(await retention.remove(of)).toBe('changed')
      const later = await leaving(store, retention, request.id)
      const drawn = { kind: 'cardShown', by: 'p1', revision: 99 } as const
      const changed = await openDesk(store).change(request.id, drawn)
      await store.settle(changed.id, changed.version, null)
      expect(await retention.remove(later)).toBe('changed')
      const again = await leaving(store, retention, request.id)
      await store.settle(changed.id, changed.version, T0)
      expect(await retention.remove(again)).toBe('changed')
      expect(await store.read(request.id)).toEqual(changed)
      await store.settle(changed.id, changed.version, null)
      expect(await retention.remove(again)).toBe('removed')
    })

    it('leaves what is open, and whoever holds its group', async () => {
      const { store, retention } = await fresh()
      const desk = openDesk(store)
      const open = await desk.ask()
      expect(await retention.remove(await leaving(store, retention, open.id))).toBe('changed')
      const writer = {
        target: open.reset.target,
        act: 'take',
        epoch: 0,
        untilMs: T0 + 60_000,
        settleMs: 0,
      } as const
      const cancel = { kind: 'cancel', by: ALICE, policy: DENIED, from: SOMEWHERE } as const
      const held = commitOf(open, cancel, { open: false, dueAtMs: null, writer })
      expect(await store.commit(held)).toEqual({ kind: 'applied' })
      const of = await leaving(store, retention, open.id)
      expect(await retention.remove(of)).toBe('changed')
      expect(await store.read(open.id)).toEqual(held.next)
    })

    it('lets nothing follow one that is gone, and nobody delete what something follows since', async () => {
      const { store, retention } = await fresh()
      const [first, second] = [await finished(store), await finished(store)]
      const follows = async (id: RequestId) => {
        const asked = draft({ id: await store.nextRequestId(), parent: { id, kind: 'undo' } })
        const commit = creationOf(asked, { submissionId: randomUUID() })
        return { commit, outcome: await store.commit(commit) }
      }
      const of = await leaving(store, retention, first.id)
      const { commit, outcome } = await follows(first.id)
      expect(outcome).toEqual({ kind: 'applied' })
      expect(await store.commit(commit)).toEqual({ kind: 'applied' })
      expect(await retention.remove(of)).toBe('changed')
      const [seen] = await seenIn(retention)
      expect(seen).toEqual({ request: first, followers: 1 })

      expect(await retention.remove(await leaving(store, retention, second.id))).toBe('removed')
      const late = await follows(second.id)
      expect(late.outcome).toEqual({ kind: 'gone', id: second.id })
      expect(await store.read(late.commit.next.id)).toBeUndefined()
      // Its parent was lost, and nobody has exported it: as it always was.
      expect((await follows('R-999' as RequestId)).outcome).toEqual({ kind: 'applied' })
      expect(await store.read('R-999' as RequestId)).toBeUndefined()
    })

    it('is claimed by one at a time, and by another once the time is over', async () => {
      const { retention } = await fresh()
      expect(await retention.claim('one', 300)).toBe(true)
      expect(await retention.claim('other', 300)).toBe(false)
      expect(await retention.claim('one', 50)).toBe(true)
      await new Promise(resolve => setTimeout(resolve, 80))
      expect(await retention.claim('other', 300)).toBe(true)
      expect(await retention.claim('one', 300)).toBe(false)
    })
  })
}

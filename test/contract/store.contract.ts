// What every Store has to keep, whatever it is made of.

import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Attempt, Commit, ListFilter, ListPlace, Store, Trail } from '../../src/ports/store.ts'
import { sealed, verifyChain } from '../../src/request/audit.ts'
import { type Draft, eventOf, submissionOf, submit } from '../../src/request/decide.ts'
import type { MarkToKeep } from '../../src/request/gauges.ts'
import type { RequestId, ResetRequest } from '../../src/request/request.ts'
import type { Targets } from '../../src/request/reset.ts'
import type { StateName } from '../../src/request/state.ts'
import { commitOf, created, creationOf } from '../support/commits.ts'
import {
  ALICE,
  allArrived,
  approve,
  BOB,
  DENIED,
  draft,
  drifted,
  finish,
  positionsOf,
  prepare,
  reject,
  rowsOf,
  SOMEWHERE,
  someReset,
  start,
  T0,
} from '../support/requests.ts'

/** A change that leaves everything as it is. */
const prepareLater = ({ round }: ResetRequest) =>
  ({ kind: 'prepareLater', round, retryAtMs: T0 + 5_000 }) as const

/** The first whole number that a JavaScript number cannot hold. */
const BEYOND = 9_007_199_254_740_993n
const FAR_OUT = { positions: positionsOf(someReset.topics, { committed: BEYOND, logEnd: BEYOND + 50n }) }

export function storeContract(name: string, fresh: () => Promise<Store>): void {
  /** With a plan, and its rows beside it. */
  async function planned(store: Store): Promise<ResetRequest> {
    const request = await created(store)
    const documents = { 'plan-1': rowsOf(request.reset, FAR_OUT) }
    const commit = commitOf(request, prepare(request, { facts: FAR_OUT }), { documents })
    expect(await store.commit(commit)).toEqual({ kind: 'applied' })
    return commit.next
  }

  describe(name, () => {
    it('gives back what was committed, digit for digit', async () => {
      const store = await fresh()
      for (const request of [await created(store), await planned(store)]) {
        expect(await store.read(request.id)).toEqual(request)
      }
      expect(await store.read('R-999999' as RequestId)).toBeUndefined()
    })

    it('never names two requests alike', async () => {
      const store = await fresh()
      const ids = await Promise.all(Array.from({ length: 20 }, () => store.nextRequestId()))
      expect(new Set(ids).size).toBe(20)
    })

    it('applies exactly one of many decisions made at the same instant', async () => {
      const store = await fresh()
      const request = await planned(store)
      const commits = Array.from({ length: 50 }, (_, i) => commitOf(request, i % 2 === 0 ? approve : reject))
      const outcomes = await Promise.all(commits.map(commit => store.commit(commit)))
      expect(outcomes.filter(outcome => outcome.kind === 'applied')).toHaveLength(1)
      expect(outcomes.filter(outcome => outcome.kind === 'conflict')).toHaveLength(49)
      expect(await store.readEvents(request.id)).toHaveLength(3)
    })

    it('takes a replay of the same change for what it is, also after somebody else’s later change', async () => {
      const store = await fresh()
      const request = await planned(store)
      const commit = commitOf(request, approve)
      await store.commit(commit)
      expect(await store.commit(commit)).toEqual({ kind: 'applied' })
      await store.commit(commitOf(commit.next, { kind: 'dispatched', number: 1 }))
      expect(await store.commit(commit)).toEqual({ kind: 'applied' })
      expect((await store.read(request.id))?.version).toBe(4)
      expect(await store.readEvents(request.id)).toHaveLength(4)
    })

    it('makes one request of one submission, however often it arrives', async () => {
      const store = await fresh()
      const first = await created(store, { submissionId: 'V1' })
      const id = await store.nextRequestId()
      const next = submit(draft({ id }), T0)
      const event = eventOf(null, next, submissionOf(draft({ id })), 'again', T0)
      const again = {
        next,
        expectedVersion: 0,
        expectedHash: '',
        changeId: 'again',
        event,
        dueAtMs: T0,
        open: true,
        mark: null,
        documentsKeptMs: null,
        submissionId: 'V1',
      }
      expect(await store.commit(again)).toEqual({ kind: 'duplicate', id: first.id })
      expect(await store.read(id)).toBeUndefined()
    })

    it('makes no more requests than may be open, of one person and in all, however many come at once', async () => {
      const store = await fresh()
      const ask = async (requester: string, mostOpen: Commit['mostOpen']) => {
        const commit = creationOf(draft({ id: await store.nextRequestId(), requester }), {
          submissionId: randomUUID(),
          ...(mostOpen === undefined ? {} : { mostOpen }),
        })
        return { commit, outcome: await store.commit(commit) }
      }
      const limits = { ofRequester: 3, inAll: 5 }
      const all = await Promise.all(Array.from({ length: 10 }, () => ask(ALICE, limits)))
      const kept = all.filter(({ outcome }) => outcome.kind === 'applied')
      expect(kept).toHaveLength(3)
      expect(all.find(({ outcome }) => outcome.kind !== 'applied')?.outcome).toEqual({
        kind: 'full',
        of: 'person',
        open: 3,
      })
      const others = await Promise.all(['U1', 'U2', 'U3', 'U4'].map(each => ask(each, limits)))
      expect(others.filter(({ outcome }) => outcome.kind === 'applied')).toHaveLength(2)
      expect(await ask('U5', limits)).toMatchObject({ outcome: { kind: 'full', of: 'workspace', open: 5 } })
      // What was refused has left nothing, so that the same submission can come again; without limits it always may.
      const refused = all
        .filter(({ outcome }) => outcome.kind === 'full')
        .map(({ commit }) => commit)[0] as Commit
      expect(await store.read(refused.next.id)).toBeUndefined()
      const { mostOpen: _, ...unlimited } = refused
      expect(await store.commit(unlimited)).toEqual({ kind: 'applied' })
      // One that has ended makes room for another.
      const [first] = kept
      for (const { commit } of [...kept.slice(0, 2)]) {
        const cancel = { kind: 'cancel', by: ALICE, policy: DENIED, from: SOMEWHERE } as const
        expect(await store.commit(commitOf(commit.next, cancel, { open: false }))).toEqual({
          kind: 'applied',
        })
      }
      expect((await ask(ALICE, limits)).outcome).toEqual({ kind: 'applied' })
      // A change of what is open is no new request.
      expect(
        first && (await store.commit({ ...first.commit, mostOpen: { ofRequester: 1, inAll: 1 } })),
      ).toEqual({
        kind: 'applied',
      })
    })

    it('says whether a document is kept', async () => {
      const store = await fresh()
      const { id } = await planned(store)
      expect(await store.readDocument(id, 'targets')).toBeUndefined()
    })

    it('keeps what happened, in the words of the commands, in order', async () => {
      const store = await fresh()
      const request = await planned(store)
      const commit = commitOf(request, drifted())
      await store.commit(commit)
      const events = await store.readEvents(request.id)
      expect(events.map(event => event.command.kind)).toEqual(['submit', 'prepare', 'drifted'])
      expect(events.at(-1)).toEqual(commit.event)
    })

    async function trailsOf(store: Store): Promise<Trail[]> {
      const trails: Trail[] = []
      for await (const trail of store.readTrails()) trails.push(trail)
      return trails
    }

    it('gives the trail of every request as it is stored, oldest first, finished and skipped numbers or not', async () => {
      const store = await fresh()
      expect(await trailsOf(store)).toEqual([])
      const first = await planned(store)
      await store.nextRequestId()
      const many = Array.from({ length: 60 }, () => created(store, { open: false, dueAtMs: null }))
      const others = await Promise.all(many)
      const ended = commitOf(first, reject, { open: false })
      await store.commit(ended)

      const trails = await trailsOf(store)
      const numbers = trails.map(({ id }) => Number(id.slice(2)))
      expect(numbers).toEqual([...numbers].sort((a, b) => a - b))
      expect(trails).toHaveLength(1 + others.length)
      expect(trails[0]).toMatchObject({ id: first.id, version: 3, auditHash: ended.next.auditHash })
      for (const { version, auditHash, events } of trails) {
        expect(events).toHaveLength(version)
        expect(
          verifyChain(
            events.map(json => JSON.parse(json)),
            auditHash,
          ),
        ).toEqual([])
      }
    })

    it('gives each trail as it was at one instant, while the request changes', async () => {
      const store = await fresh()
      let request = await planned(store)
      let isDone = false
      async function change(): Promise<void> {
        for (let i = 0; i < 100; i++) {
          const commit = commitOf(request, { kind: 'cardLater', retryAtMs: T0 + i })
          await store.commit(commit)
          request = commit.next
        }
        isDone = true
      }
      const changing = change()
      let looks = 0
      while (!isDone) {
        for (const { version, events } of await trailsOf(store)) expect(events).toHaveLength(version)
        looks += 1
      }
      await changing
      expect(looks).toBeGreaterThan(5)
    })

    it('keeps every kind of document with the change that brought it, beyond 2^53', async () => {
      const store = await fresh()
      const targets: Targets = new Map([
        ['orders 0', BEYOND],
        ['orders 1', 2n ** 63n - 1n],
      ])
      const { id } = await created(store, { documents: { targets } })
      expect(await store.readDocument(id, 'targets')).toEqual(targets)
      expect(await store.readDocument(id, 'result')).toBeUndefined()

      const request = await planned(store)
      const rows = await store.readDocument(request.id, 'plan-1')
      expect(rows).toEqual(rowsOf(request.reset, FAR_OUT))
      expect(rows?.[0]?.from).toBe(BEYOND)

      const result = allArrived(request).map(row => ({ ...row, readBack: BEYOND }))
      await store.commit(commitOf(request, approve, { documents: { result } }))
      expect(await store.readDocument(request.id, 'result')).toEqual(result)
    })

    it('keeps the plan of each round, and that of one request apart from another’s', async () => {
      const store = await fresh()
      const [request, other] = [await planned(store), await created(store)]
      const moved = commitOf(request, drifted())
      await store.commit(moved)
      const second = rowsOf(request.reset)
      await store.commit(commitOf(moved.next, prepare(moved.next), { documents: { 'plan-2': second } }))
      expect(await store.readDocument(request.id, 'plan-1')).toEqual(rowsOf(request.reset, FAR_OUT))
      expect(await store.readDocument(request.id, 'plan-2')).toEqual(second)
      expect(await store.readDocument(other.id, 'plan-1')).toBeUndefined()
    })

    it('keeps no document of a change that came too late', async () => {
      const store = await fresh()
      const request = await created(store)
      const rows = rowsOf(request.reset)
      const [first, late] = [rows, rows.slice(1)].map(plan =>
        commitOf(request, prepare(request), { documents: { 'plan-1': plan } }),
      )
      if (first === undefined || late === undefined) throw new Error('There are two.')
      expect(await store.commit(first)).toEqual({ kind: 'applied' })
      expect(await store.commit(late)).toEqual({ kind: 'conflict' })
      expect(await store.readDocument(request.id, 'plan-1')).toEqual(rows)
    })

    it('lends a due request once until the lease ends, oldest first', async () => {
      const store = await fresh()
      const later = await created(store, { dueAtMs: T0 + 50 })
      const sooner = await created(store, { dueAtMs: T0 + 10 })
      await created(store, { dueAtMs: T0 + 1_000 })
      expect(await store.takeDue(T0 + 100, T0 + 500, 10)).toEqual([sooner.id, later.id])
      expect(await store.takeDue(T0 + 100, T0 + 500, 10)).toEqual([])
      expect(await store.takeDue(T0 + 500, T0 + 900, 10)).toHaveLength(2)
    })

    it('settles a request only at the version that was looked at', async () => {
      const store = await fresh()
      const request = await created(store)
      await store.settle(request.id, request.version + 1, null)
      expect(await store.takeDue(T0, T0, 10)).toEqual([request.id])
      await store.settle(request.id, request.version, null)
      expect(await store.takeDue(T0 + 1_000, T0, 10)).toEqual([])
    })

    it('keeps a mark of each request: since when it is in its state, and owes something without a pause', async () => {
      const store = await fresh()
      const request = await created(store, { mark: { state: 'preparing', sinceMs: null, owesSinceMs: T0 } })
      expect(await store.readMarks()).toEqual([{ state: 'preparing', sinceMs: T0, owesSinceMs: T0 }])
      let now = request
      async function changeTo(mark: MarkToKeep | null, atMs: number) {
        const commit = commitOf(now, prepareLater(now), { mark })
        const event = { ...commit.event, atMs }
        expect(await store.commit({ ...commit, event })).toEqual({ kind: 'applied' })
        now = commit.next
        return store.readMarks()
      }
      const [later, latest, ahead] = [T0 + 1_000, T0 + 2_000, T0 + 90_000]
      const mark = (state: StateName, owesSinceMs: number | null) => ({ state, sinceMs: null, owesSinceMs })
      expect(await changeTo(mark('preparing', later), later)).toMatchObject([
        { sinceMs: T0, owesSinceMs: T0 },
      ])
      expect(await changeTo({ ...mark('pending', null), sinceMs: T0 + 5 }, later)).toEqual([
        { state: 'pending', sinceMs: T0 + 5, owesSinceMs: null },
      ])
      expect(await changeTo(mark('approved', later), latest)).toMatchObject([
        { sinceMs: latest, owesSinceMs: later },
      ])
      // Nothing is owed by now: what is owed from then on has not been owed since before.
      expect(await changeTo(mark('approved', ahead), latest)).toMatchObject([{ owesSinceMs: ahead }])
      expect(await changeTo(mark('approved', latest), latest)).toMatchObject([{ owesSinceMs: latest }])
      expect(await changeTo(null, latest)).toEqual([])
    })

    it('shows no mark of what is over and settled, whoever left it', async () => {
      const store = await fresh()
      const mark = { state: 'rejected', sinceMs: null, owesSinceMs: T0 } as const
      const settled = await created(store, { mark, open: false })
      expect(await store.readMarks()).toHaveLength(1)
      await store.settle(settled.id, settled.version, null)
      await created(store, { mark, open: false, dueAtMs: null })
      expect(await store.readMarks()).toEqual([])
    })

    it('lists open requests, newest first, and finds those without a place in the due set', async () => {
      const store = await fresh()
      const first = await created(store)
      const second = await created(store, { dueAtMs: null })
      await created(store, { open: false })
      const { requests, total } = await store.openRequests(10)
      expect(requests.map(request => request.id).sort()).toEqual([first.id, second.id].sort())
      expect(total).toBe(2)
      const onGroup = await store.openRequests(10, someReset.target)
      expect(onGroup.requests.map(request => request.id).sort()).toEqual([first.id, second.id].sort())
      const other = { ...someReset.target, group: 'another' }
      expect(await store.openRequests(10, other)).toEqual({ requests: [], notRead: [], total: 0 })
      expect(await store.findForgotten()).toEqual([second.id])
    })

    /** Every page of a list, one after the other. */
    async function pagesOf(store: Store, filter: ListFilter, limit: number): Promise<RequestId[][]> {
      const pages: RequestId[][] = []
      let before: ListPlace | undefined
      do {
        const page = await store.list(filter, limit, before)
        pages.push(page.requests.map(({ id }) => id))
        before = page.next ?? undefined
      } while (before !== undefined)
      return pages
    }

    async function createdAt(store: Store, atMs: number, change: Partial<Draft> = {}): Promise<ResetRequest> {
      const asked = draft({ ...change, id: await store.nextRequestId() })
      const first = submit(asked, atMs)
      const changeId = randomUUID()
      const sealing = sealed(first, eventOf(null, first, submissionOf(asked), changeId, atMs))
      const at = {
        expectedVersion: 0,
        expectedHash: '',
        changeId,
        dueAtMs: null,
        open: true,
        mark: null,
        documentsKeptMs: null,
      }
      expect(await store.commit({ ...sealing, ...at })).toEqual({ kind: 'applied' })
      return sealing.next
    }

    const ALL_OPEN: ListFilter = { of: { kind: 'all' }, part: 'open' }

    it('pages through requests of the same millisecond, newest first, each exactly once', async () => {
      const store = await fresh()
      const made: RequestId[] = []
      for (let i = 0; i < 25; i++) made.push((await createdAt(store, T0)).id)
      const pages = await pagesOf(store, ALL_OPEN, 10)
      expect(pages.map(page => page.length)).toEqual([10, 10, 5])
      expect(pages.flat()).toEqual(made.reverse())
      expect(await pagesOf(store, ALL_OPEN, 25)).toEqual([made])
      expect((await store.list(ALL_OPEN, 3)).total).toBe(25)
    })

    it('goes on after a page whose last request has left the list', async () => {
      const store = await fresh()
      const requests: ResetRequest[] = []
      for (let i = 0; i < 4; i++) requests.push(await planned(store))
      const first = await store.list(ALL_OPEN, 2)
      const last = first.requests.at(-1) as ResetRequest
      await store.commit(commitOf(last, reject, { open: false }))
      const second = await store.list(ALL_OPEN, 2, first.next ?? undefined)
      expect(second.requests.map(({ id }) => id)).toEqual([requests[1]?.id, requests[0]?.id])
      expect(second.next).toBeNull()
    })

    it('keeps each request in the lists of its state, its requester and its group, and in no other', async () => {
      const store = await fresh()
      const failing = await planned(store)
      const [pending, rejected] = [await planned(store), await planned(store)]
      await store.commit(commitOf(rejected, reject, { open: false }))
      const parts = async (): Promise<RequestId[][]> =>
        Promise.all(
          (['any', 'open', 'failed', 'over'] as const).map(async part => {
            const { requests } = await store.list({ of: { kind: 'requester', userId: ALICE }, part }, 10)
            return requests.map(({ id }) => id)
          }),
        )
      const all = [rejected.id, pending.id, failing.id]
      expect(await parts()).toEqual([all, [pending.id, failing.id], [], [rejected.id]])

      const approved = commitOf(failing, approve)
      const started = commitOf(approved.next, start)
      const unclear = commitOf(started.next, finish({ kind: 'unknown', cause: 'no answer' }))
      for (const commit of [approved, started, unclear]) await store.commit(commit)
      expect(unclear.next.state.name).toBe('unclear')
      expect(await parts()).toEqual([all, [pending.id, failing.id], [failing.id], [rejected.id]])

      const counts = { succeeded: 0, clamped: 0, failed: 2, unreported: 0, movedAfter: 0 }
      const other = await planned(store)
      const accepted = commitOf(other, approve)
      const running = commitOf(accepted.next, start)
      const failed = commitOf(running.next, finish({ kind: 'done', counts, rows: 2 }), { open: false })
      for (const commit of [accepted, running, failed]) await store.commit(commit)
      expect((await parts())[2]).toEqual([other.id, failing.id])
      expect((await parts())[3]).toEqual([other.id, rejected.id])
    })

    it('tells requesters, groups and instances apart, however they are called', async () => {
      const store = await fresh()
      const on = (instanceId: string, group: string) => ({ ...someReset, target: { instanceId, group } })
      const odd = 'a","b:}{ \u4f4d\u70b9'
      const one = await createdAt(store, T0, { reset: on('ckafka-1', odd) })
      const two = await createdAt(store, T0 + 1, { reset: on('ckafka-2', odd), requester: BOB })
      await createdAt(store, T0 + 2, { reset: on('ckafka-1', 'a') })
      const ids = async (of: ListFilter['of']) =>
        (await store.list({ of, part: 'any' }, 10)).requests.map(({ id }) => id)
      expect(await ids({ kind: 'group', group: odd })).toEqual([two.id, one.id])
      expect(await ids({ kind: 'target', target: one.reset.target })).toEqual([one.id])
      expect(await ids({ kind: 'target', target: two.reset.target })).toEqual([two.id])
      expect(await ids({ kind: 'requester', userId: BOB })).toEqual([two.id])
      expect(await ids({ kind: 'requester', userId: 'U0NOBODY' })).toEqual([])
    })

    it('lists what was asked for at or after one time and before another, and counts only that', async () => {
      const store = await fresh()
      const ids: RequestId[] = []
      for (const atMs of [T0 - 1, T0, T0 + 1, T0 + 9, T0 + 10]) ids.push((await createdAt(store, atMs)).id)
      const day = { ...ALL_OPEN, fromMs: T0, untilMs: T0 + 10 }
      expect(await pagesOf(store, day, 2)).toEqual([[ids[3], ids[2]], [ids[1]]])
      expect((await store.list(day, 1)).total).toBe(3)
      expect(await pagesOf(store, { ...ALL_OPEN, fromMs: T0 + 10 }, 2)).toEqual([[ids[4]]])
      expect(await pagesOf(store, { ...ALL_OPEN, untilMs: T0 }, 2)).toEqual([[ids[0]]])
      expect(await store.list({ ...ALL_OPEN, fromMs: T0 + 11 }, 2)).toEqual({
        requests: [],
        total: 0,
        next: null,
      })
    })

    it('counts the changes that people can see, once each', async () => {
      const store = await fresh()
      expect(await store.changeCount()).toBe(0)
      const request = await planned(store)
      const before = await store.changeCount()
      expect(before).toBe(2)
      const unseen = commitOf(request, { kind: 'cardLater', retryAtMs: T0 + 1 })
      await store.commit(unseen)
      expect(await store.changeCount()).toBe(before)
      const seen = commitOf(unseen.next, reject)
      await store.commit(seen)
      await store.commit(seen)
      await store.commit(commitOf(request, approve))
      expect(await store.changeCount()).toBe(before + 1)
    })

    const DAY_MS = 86_400_000
    const attempt = (by: string): Attempt => ({
      atMs: T0,
      by,
      command: 'reset command',
      refusal: 'guest',
      from: SOMEWHERE,
    })

    it('keeps every attempt of many made at the same instant once, in one chain', async () => {
      const store = await fresh()
      const none = await store.readAttempts()
      expect([none.version, none.auditHash]).toEqual([0, ''])
      const people = Array.from({ length: 12 }, (_, i) => `U0STRANGER${i}`)
      await Promise.all(people.map(by => store.recordAttempt(attempt(by))))
      await store.recordAttempt(attempt('U0STRANGER3'))
      const { version, auditHash, events } = await store.readAttempts()
      await store.recordAttempt(attempt('U0LATER'))
      const read: string[] = []
      for await (const some of events()) read.push(...some)
      expect(version).toBe(12)
      expect(read.map(json => JSON.parse(json).by).sort()).toEqual([...people].sort())
      const chain = read.map(json => JSON.parse(json))
      expect(verifyChain(chain, auditHash)).toEqual([])
      expect(chain[0]).toMatchObject({ version: 1, atMs: T0, refusal: 'guest', from: SOMEWHERE })
    })

    it('keeps so many of one person a day whole, counts the rest, and keeps those of others and of the next day', async () => {
      const store = await fresh()
      const tries = (by: string, fromMs: number, times: number) =>
        Array.from({ length: times }, (_, i) => store.recordAttempt({ ...attempt(by), atMs: fromMs + i }))
      await Promise.all(tries('U0FIERCE', T0, 99))
      await Promise.all([...tries('U0OTHER', T0, 2), ...tries('U0FIERCE', T0 + DAY_MS, 3)])
      // The second time because an answer was lost: that is no further one.
      for (let times = 0; times < 2; times++) {
        await store.recordAttempt({ ...attempt('U0FIERCE'), atMs: T0 + 99 })
      }
      const { more, events } = await store.readAttempts()
      const kept: { by: string; atMs: number }[] = []
      for await (const some of events()) kept.push(...some.map(json => JSON.parse(json)))
      const [[counted, left] = ['', 0], ...others] = Object.entries(more)
      expect(counted).toBe(`${new Date(T0).toISOString().slice(0, 10)} U0FIERCE`)
      expect(others).toEqual([])
      expect(left).toBeGreaterThan(50)
      const first = kept.filter(({ by, atMs }) => by === 'U0FIERCE' && atMs < T0 + DAY_MS)
      expect(first.length + left).toBe(100)
      expect(kept).toHaveLength(first.length + 5)
    })

    it('counts who goes on being refused with the request, beside its events', async () => {
      const store = await fresh()
      const { id } = await created(store, { submissionId: 'V' })
      for (const by of ['U0DAVE', 'U0DAVE', 'U0ERIN']) await store.countAttempt(id, by)
      for await (const trail of store.readTrails()) {
        expect(trail).toMatchObject({ id, version: 1, more: { U0DAVE: 2, U0ERIN: 1 } })
        expect(trail.events).toHaveLength(1)
      }
    })

    it('takes no change that was decided on another history of the same length', async () => {
      const store = await fresh()
      const request = await planned(store)
      const taken = commitOf(request, { kind: 'cardLater', retryAtMs: T0 + 1 })
      const other = commitOf(request, { kind: 'cardLater', retryAtMs: T0 + 2 })
      expect(await store.commit(taken)).toEqual({ kind: 'applied' })
      // As after a failover that forgot `other`, and others came to the same version.
      const late = commitOf(other.next, { kind: 'cardLater', retryAtMs: T0 + 3 })
      expect(late.expectedVersion).toBe(taken.next.version)
      expect(await store.commit(late)).toEqual({ kind: 'conflict' })
      expect(await store.read(request.id)).toEqual(taken.next)
    })

    it('lets one request at a time take a group, until it is given back or the time is up', async () => {
      const store = await fresh()
      const { target } = someReset
      const take = (ms: number, epoch: number) =>
        ({ target, act: 'take', epoch, untilMs: T0 + ms, settleMs: 0 }) as const
      expect(await store.writerOf(target)).toEqual({ holder: null, epoch: 0, heldMs: 0 })
      const [one, two] = [await planned(store), await planned(store)]
      const started = commitOf(one, reject, { writer: take(60_000, 0) })
      expect(await store.commit(started)).toEqual({ kind: 'applied' })
      expect(await store.commit(started)).toEqual({ kind: 'applied' })
      const { heldMs, ...writer } = await store.writerOf(target)
      expect(writer).toEqual({ holder: one.id, epoch: 1 })
      expect(heldMs).toBeGreaterThan(50_000)
      expect(heldMs).toBeLessThanOrEqual(60_000)
      const second = commitOf(two, reject, { writer: take(400, 3) })
      expect(await store.commit(second)).toEqual({ kind: 'busy', id: one.id })
      expect(await store.read(two.id)).toEqual(two)
      const elsewhere = { ...take(60_000, 0), target: { ...target, group: `${target.group}-other` } }
      const third = await planned(store)
      const apart = commitOf(third, reject, { writer: elsewhere })
      expect(await store.commit(apart)).toEqual({ kind: 'applied' })

      const later = { kind: 'cardLater', retryAtMs: T0 } as const
      const keep = { writer: { target, act: 'keep', untilMs: T0 + 30_000 } } as const
      const kept = commitOf(started.next, later, keep)
      expect(await store.commit(kept)).toEqual({ kind: 'applied' })
      const still = await store.writerOf(target)
      expect(still.holder).toBe(one.id)
      expect(still.heldMs).toBeLessThanOrEqual(30_000)

      const giveBack = { writer: { target, act: 'giveBack' } } as const
      expect(await store.commit(commitOf(apart.next, later, giveBack))).toEqual({ kind: 'applied' })
      expect(await store.commit(second)).toEqual({ kind: 'busy', id: one.id })
      expect(await store.commit(commitOf(kept.next, later, giveBack))).toEqual({ kind: 'applied' })
      expect(await store.writerOf(target)).toEqual({ holder: null, epoch: 3, heldMs: 0 })
      expect(await store.commit(second)).toEqual({ kind: 'applied' })
      const last = await planned(store)
      const waiting = commitOf(last, reject, { writer: take(60_000, 4) })
      expect(await store.commit(waiting)).toEqual({ kind: 'busy', id: two.id })
      await new Promise(resolve => setTimeout(resolve, 450))
      expect(await store.commit(waiting)).toEqual({ kind: 'applied' })
    })

    it('lets nobody take a group who looked at it before another wrote, or while they did', async () => {
      const store = await fresh()
      const { target } = someReset
      const take = (epoch: number) =>
        ({ target, act: 'take', epoch, untilMs: T0 + 60_000, settleMs: 0 }) as const
      const [one, two] = [await planned(store), await planned(store)]
      const before = await store.writerOf(target)
      const started = commitOf(one, reject, { writer: take(before.epoch) })
      expect(await store.commit(started)).toEqual({ kind: 'applied' })
      const during = await store.writerOf(target)
      const over = { writer: { target, act: 'giveBack' } } as const
      const later = { kind: 'cardLater', retryAtMs: T0 } as const
      expect(await store.commit(commitOf(started.next, later, over))).toEqual({ kind: 'applied' })
      for (const { epoch } of [before, during]) {
        const late = commitOf(two, reject, { writer: take(epoch) })
        expect(await store.commit(late)).toEqual({ kind: 'busy', id: one.id })
        expect(await store.read(two.id)).toEqual(two)
      }
      const { epoch } = await store.writerOf(target)
      expect(await store.commit(commitOf(two, reject, { writer: take(epoch) }))).toEqual({ kind: 'applied' })
    })
  })
}

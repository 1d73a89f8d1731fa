import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, describe, expect, inject, it } from 'vitest'
import { connectRedis } from '../../../src/adapters/redis/connect.ts'
import { createRedisStore } from '../../../src/adapters/redis/store.ts'
import { UNREADABLE_RECORD } from '../../../src/ports/store.ts'
import { NOWHERE } from '../../../src/request/command.ts'
import { documentsKeptMs, KEPT_AFTER_END_MS } from '../../../src/request/kept.ts'
import { type RequestId, type ResetRequest, requestIdSchema } from '../../../src/request/request.ts'
import { createSeals } from '../../../src/request/seals.ts'
import { storeContract } from '../../contract/store.contract.ts'
import { commitOf, created, creationOf } from '../../support/commits.ts'
import { ALICE, DENIED, draft, SOMEWHERE, T0 } from '../../support/requests.ts'
import { startTcpProxy, type TcpProxy } from '../../support/tcp-proxy.ts'

const redis = await ready(inject('redisUrl'))
let proxy: TcpProxy | undefined

async function ready(url: string) {
  const connection = connectRedis({ mode: 'single', url }, () => {})
  // Each store listens to its connection, and here many of them share one.
  connection.setMaxListeners(0)
  if (connection.status !== 'ready') await new Promise(resolve => connection.once('ready', resolve))
  return connection
}

const sealsOf = (prefix: string) => createSeals(['0123456789abcdef0123456789abcdef'], prefix)

afterEach(async () => {
  await proxy?.close()
  proxy = undefined
})
afterAll(() => redis.disconnect())

storeContract('the Redis store', async () => createRedisStore(redis, `test-${randomUUID()}`))

describe('the Redis store', () => {
  it('ends with one change when the reply to a commit is lost and the commit is sent again', async () => {
    const prefix = `test-${randomUUID()}`
    proxy = await startTcpProxy(Number(new URL(inject('redisUrl')).port))
    const behindProxy = await ready(`redis://127.0.0.1:${proxy.port}`)
    const store = createRedisStore(behindProxy, prefix)
    const commit = creationOf(draft())
    proxy.loseNextReply('R-12')
    await expect(store.commit(commit)).rejects.toThrow()
    await new Promise(resolve => behindProxy.once('ready', resolve))
    expect(await store.commit(commit)).toEqual({ kind: 'applied' })
    expect(await createRedisStore(redis, prefix).readEvents(commit.next.id)).toHaveLength(1)
    behindProxy.disconnect()
  })

  it('keeps the documents of a request as long as it is told to with each change', async () => {
    const prefix = `test-${randomUUID()}`
    const store = createRedisStore(redis, prefix)
    const targets = new Map([['orders 0', 5n]])
    const first = creationOf(draft(), { documents: { targets } })
    await store.commit(first)
    const key = `{${prefix}}:documents:${first.next.id}`
    expect(await redis.pttl(key)).toBe(-1)
    const cancel = { kind: 'cancel', by: ALICE, policy: DENIED, from: SOMEWHERE } as const
    const ended = commitOf(first.next, cancel, { documentsKeptMs: 5_000 })
    await store.commit(ended)
    expect(await redis.pttl(key)).toBeGreaterThan(0)
    expect(await redis.pttl(key)).toBeLessThanOrEqual(5_000)
    expect(await store.readDocument(first.next.id, 'targets')).toEqual(targets)
    await store.commit(commitOf(ended.next, { kind: 'cardLater', retryAtMs: T0 }))
    expect(await redis.pttl(key)).toBe(-1)
  })

  it('gives documents that a build of before kept for good their end, some at a time, once, and not those of an undo', async () => {
    const prefix = `test-${randomUUID()}`
    const store = createRedisStore(redis, prefix)
    const targets = new Map([['orders 0', 5n]])
    const cancel = { kind: 'cancel', by: ALICE, policy: DENIED, from: SOMEWHERE } as const
    const made: ResetRequest[] = []
    for (let i = 0; i < 5; i++) made.push(await created(store, { documents: { targets } }))
    // Number 2 stays open; the others end as a build of before ends them.
    for (const [i, request] of made.entries()) {
      if (i !== 1) await store.commit(commitOf(request, cancel))
    }
    const left = () => Promise.all(made.map(({ id }) => redis.pttl(`{${prefix}}:documents:${id}`)))
    const keptMs = (request: ResetRequest) => (request.id === 'R-3' ? null : documentsKeptMs(request))
    await store.endOldDocuments(4, keptMs)
    const first = await left()
    expect(first.map(ms => ms > 0)).toEqual([true, false, false, true, false])
    expect(Math.abs((first[0] as number) - KEPT_AFTER_END_MS)).toBeLessThan(60_000)
    // What has one already keeps it, though it is looked at again.
    await redis.pexpire(`{${prefix}}:documents:R-1`, 5_000)
    await redis.del(`{${prefix}}:documents-ended-up-to`)
    await store.endOldDocuments(4, keptMs)
    await store.endOldDocuments(4, keptMs)
    const second = await left()
    expect(second[0]).toBeLessThanOrEqual(5_000)
    expect(second.map(ms => ms > 0)).toEqual([true, false, false, true, true])
    await store.endOldDocuments(4, keptMs)
    expect(await redis.get(`{${prefix}}:documents-ended-up-to`)).toBe('5')
  })

  it('leaves a record of a newer version alone and says so, and still lists the others', async () => {
    const prefix = `test-${randomUUID()}`
    const store = createRedisStore(redis, prefix)
    await store.commit(creationOf(draft()))
    await redis.hset(
      `{${prefix}}:request:R-13`,
      'version',
      '1',
      'json',
      JSON.stringify({ schema: 3, id: 'R-13' }),
    )
    await redis.zadd(`{${prefix}}:open`, T0, 'R-13')
    await expect(store.read('R-13' as RequestId)).rejects.toThrow('cannot be read by this version')
    expect((await store.openRequests(10)).requests).toHaveLength(1)
    const later = requestIdSchema.parse('R-20')
    await store.commit(creationOf(draft({ id: later })))
    await redis.hset(`{${prefix}}:request:${later}`, 'json', JSON.stringify({ schema: 3, id: later }))
    const filter = { of: { kind: 'all' }, part: 'open' } as const
    const [first, second] = [await store.list(filter, 1), await store.list(filter, 5)]
    expect(first.requests).toEqual([])
    expect(first.next).toEqual({ createdAtMs: T0, id: later })
    expect(second.requests.map(({ id }) => id)).toEqual(['R-12'])
  })

  it.each([
    ['whose JSON is none', (key: string) => redis.hset(key, 'json', '{ not json', 'version', '1')],
    ['whose key is of another type', (key: string) => redis.set(key, 'x')],
  ])(
    'a record %s stops nobody else: it is named, the others are listed, exported and sealed',
    async (_, spoil) => {
      const prefix = `test-${randomUUID()}`
      const key = await created(createRedisStore(redis, prefix, { seals: sealsOf(prefix) }))
      const spoilt = requestIdSchema.parse('R-20')
      await createRedisStore(redis, prefix, { seals: sealsOf(prefix) }).commit(
        creationOf(draft({ id: spoilt })),
      )
      await redis.del(`{${prefix}}:request:${spoilt}`)
      await spoil(`{${prefix}}:request:${spoilt}`)
      await redis.set(`{${prefix}}:last-request`, '20')
      // One that has just started, and looks at the newest seals before it writes.
      const store = createRedisStore(redis, prefix, { seals: sealsOf(prefix) })
      const why = {
        code: UNREADABLE_RECORD,
        message: expect.stringContaining('The record of R-20 cannot be read'),
      }
      await expect(store.read(spoilt)).rejects.toMatchObject(why)
      await expect(store.readWithTrail(spoilt)).rejects.toMatchObject(why)
      const open = await store.openRequests(10)
      expect(open.requests.map(({ id }) => id)).toEqual([key.id])
      expect(open).toMatchObject({ notRead: [spoilt], total: 2 })
      const listed = await store.list({ of: { kind: 'all' }, part: 'any' }, 10)
      expect(listed.requests.map(({ id }) => id)).toEqual([key.id])
      const trails: [string, number][] = []
      for await (const { id, events } of store.readTrails()) trails.push([id, events.length])
      expect(trails).toEqual([
        [key.id, 1],
        [spoilt, 1],
      ])
      const cancel = { kind: 'cancel', by: ALICE, policy: DENIED, from: SOMEWHERE } as const
      expect(await store.commit(commitOf(key, cancel))).toEqual({ kind: 'applied' })
    },
  )

  it('leaves out what stands among the due, the open and the listed ones and is no request', async () => {
    const prefix = `test-${randomUUID()}`
    const store = createRedisStore(redis, prefix, { seals: sealsOf(prefix) })
    const { id } = await created(store)
    for (const key of [`{${prefix}}:due`, `{${prefix}}:open`])
      await redis.zadd(key, T0, id, T0, 'x', T0, 'R-0')
    const filter = { of: { kind: 'all' }, part: 'open' } as const
    await redis.zadd(`{${prefix}}:list:["open","all"]`, 0, '9 x', 0, '9'.repeat(15) + '0'.repeat(15))
    await redis.zadd(`{${prefix}}:list:["any","all"]`, 0, '9 x')
    expect(await store.takeDue(T0 + 1, T0 + 60_000, 10)).toEqual([id])
    expect((await store.openRequests(10)).requests.map(each => each.id)).toEqual([id])
    expect((await store.list(filter, 10)).requests.map(each => each.id)).toEqual([id])
    const another = createRedisStore(redis, prefix, { seals: sealsOf(prefix) })
    await expect(created(another)).resolves.toBeDefined()
  })

  it('keeps every key in one hash slot, so that it runs on a cluster', async () => {
    const prefix = `test-${randomUUID()}`
    const store = createRedisStore(redis, prefix)
    await created(store, { submissionId: 'V' })
    await store.recordAttempt({
      atMs: T0,
      by: 'U0GUEST',
      command: 'reset command',
      refusal: 'guest',
      from: NOWHERE,
    })
    const keys = await redis.keys(`*${prefix}*`)
    expect(keys.length).toBeGreaterThan(4)
    expect(keys.every(key => key.startsWith(`{${prefix}}:`))).toBe(true)
  })

  it('fails at once when Redis is away, and works again when it is back', async () => {
    proxy = await startTcpProxy(Number(new URL(inject('redisUrl')).port))
    const behindProxy = await ready(`redis://127.0.0.1:${proxy.port}`)
    const store = createRedisStore(behindProxy, `test-${randomUUID()}`)
    proxy.down()
    await new Promise(resolve => behindProxy.once('close', resolve))
    const started = performance.now()
    await expect(store.nextRequestId()).rejects.toThrow()
    expect(performance.now() - started).toBeLessThan(1_500)
    proxy.up()
    await new Promise(resolve => behindProxy.once('ready', resolve))
    expect(await store.nextRequestId()).toBe('R-1')
    behindProxy.disconnect()
  })
})

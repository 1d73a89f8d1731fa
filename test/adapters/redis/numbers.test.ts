// Request numbers, and a Redis that has lost what it was given: a real server, started again from what it saved earlier.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterEach, describe, expect, it } from 'vitest'
import { connectRedis, type RedisConnection, untilReady } from '../../../src/adapters/redis/connect.ts'
import { createNumbers } from '../../../src/adapters/redis/numbers.ts'
import { createRedisStore } from '../../../src/adapters/redis/store.ts'
import type { Store } from '../../../src/ports/store.ts'
import { type PrivateRedis, startRedis } from '../../../src/sandbox/redis/start.ts'
import { commitOf, created } from '../../support/commits.ts'
import { T0 } from '../../support/requests.ts'

const PREFIX = 'test'
const closers: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function start(rights: string): Promise<{ server: PrivateRedis; url: string }> {
  const dir = await mkdtemp(join(tmpdir(), 'rewind-numbers-'))
  closers.push(() => rm(dir, { recursive: true, force: true }))
  const aclfile = join(dir, 'users.acl')
  const everybody = 'user default on nopass ~* &* +@all'
  await writeFile(aclfile, `${everybody}\nuser rewind on >password ~* ${rights}\n`)
  const server = await startRedis({ dir, settings: { aclfile } })
  closers.push(server.close)
  return { server, url: `redis://rewind:password@127.0.0.1:${server.port}` }
}

async function connected(url: string): Promise<RedisConnection> {
  const redis = connectRedis({ mode: 'single', url }, () => {})
  closers.push(() => redis.disconnect())
  await untilReady(redis, 5_000)
  return redis
}

/** What is there now is what a later start begins with, however often. */
async function save(server: PrivateRedis): Promise<void> {
  const admin = new Redis(server.url)
  await admin.call('SAVE')
  admin.disconnect()
}

async function restart(server: PrivateRedis, redis: RedisConnection): Promise<void> {
  await server.restart()
  await untilReady(redis, 5_000)
}

const USERS = [
  ['may ask INFO', '+@all'],
  ['may not', '+@all -@dangerous'],
] as const

for (const [user, rights] of USERS) {
  describe(`the numbers of requests, of a user who ${user}`, () => {
    it('follow on each other, also where others ask and a process starts anew', async () => {
      const { url } = await start(rights)
      const [one, other] = [await connected(url), await connected(url)]
      const [here, there] = [createNumbers(one, PREFIX), createNumbers(other, PREFIX)]
      expect(await here.next()).toBe(1)
      await there.mark()
      const [second, third] = [await there.next(), await here.next()]
      // Without INFO a new connection may be one to a Redis that has lost some.
      if (rights === '+@all') expect(second).toBe(2)
      else expect(second).toBeGreaterThan(1_000)
      expect(third).toBe(second + 1)
      expect(await there.next()).toBe(third + 1)
    })

    for (const process of ['lives on', 'is started again'] as const) {
      it(`are not given twice after an old snapshot was restored, once and again, while Rewind ${process}`, async () => {
        const { server, url } = await start(rights)
        let redis = await connected(url)
        let numbers = createNumbers(redis, PREFIX)
        const given: number[] = []
        const give = async (count: number) => {
          for (let each = 0; each < count; each += 1) given.push(await numbers.next())
        }
        await give(5)
        await save(server)
        await give(150)
        for (let time = 0; time < 2; time += 1) {
          // Three are not asked for in less.
          await delay(300)
          await restart(server, redis)
          if (process === 'is started again') {
            redis.disconnect()
            redis = await connected(url)
            numbers = createNumbers(redis, PREFIX)
          }
          // The keeper looks before anybody asks.
          await numbers.mark()
          await give(3)
        }
        expect(given).toHaveLength(161)
        expect(new Set(given).size).toBe(given.length)
      })
    }

    it('count for the time that was lost as well', async () => {
      const { server, url } = await start(rights)
      const redis = await connected(url)
      await createNumbers(redis, PREFIX).next()
      const DAY_MS = 86_400_000
      await redis.hset(`{${PREFIX}}:server`, 'seen', Date.now() - DAY_MS)
      await save(server)
      await restart(server, redis)
      expect(await createNumbers(redis, PREFIX).next()).toBeGreaterThan(864_000)
    })
  })
}

it('gives no number of before when Redis is empty, while a process lives', async () => {
  const { server, url } = await start('+@all')
  const redis = await connected(url)
  const numbers = createNumbers(redis, PREFIX)
  for (let each = 0; each < 3; each += 1) await numbers.next()
  await server.restart()
  await untilReady(redis, 5_000)
  expect(await numbers.next()).toBe(4)
})

it('lets nobody take a group for a while, over a connection that was lost, where INFO is forbidden', async () => {
  const { server, url } = await start('+@all -@dangerous')
  const redis = await connected(url)
  const store = createRedisStore(redis, PREFIX)
  const take = async (by: Store) => {
    const request = await created(by)
    const { target } = request.reset
    const { epoch } = await by.writerOf(target)
    const writer = { target, act: 'take', epoch, untilMs: T0 + 60_000, settleMs: 30_000 } as const
    return by.commit(commitOf(request, { kind: 'cardLater', retryAtMs: T0 }, { writer }))
  }
  expect(await take(store)).toEqual({ kind: 'applied' })
  await restart(server, redis)
  const answer = await take(store)
  expect(answer).toEqual({ kind: 'settling', waitMs: expect.any(Number) })
  expect(answer.kind === 'settling' && answer.waitMs).toBeGreaterThan(25_000)
  // Also one that has just come.
  expect((await take(createRedisStore(await connected(url), PREFIX))).kind).toBe('settling')
})

// The log of attempts against somebody who can write to Redis and has no key: whatever they cut, change, swap, put back or
// take away is named by the verification of an export, and an attempt that is made meanwhile is kept all the same.

import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { afterAll, describe, expect, inject, it, vi } from 'vitest'
import { connectRedis } from '../src/adapters/redis/connect.ts'
import { createRedisStore } from '../src/adapters/redis/store.ts'
import type { Report } from '../src/ports/events.ts'
import type { Attempt, Store } from '../src/ports/store.ts'
import { chained, textToSeal } from '../src/request/audit.ts'
import { NOWHERE } from '../src/request/command.ts'
import { digestOf } from '../src/request/digest.ts'
import type { RequestId } from '../src/request/request.ts'
import { createSeals, type Seals } from '../src/request/seals.ts'
import { createChanges } from '../src/service/changes.ts'
import { createAuditExport } from '../src/trail-file/export.ts'
import { verifyLines } from '../src/trail-file/verify.ts'
import { createdIn } from './support/commits.ts'
import { draft, prepare, rowsOf, someReset, T0 } from './support/requests.ts'

const redis = connectRedis({ mode: 'single', url: inject('redisUrl') }, () => {})
// Each store listens to its connection, and here many of them share one.
redis.setMaxListeners(0)
if (redis.status !== 'ready') await once(redis, 'ready')
afterAll(() => redis.disconnect())

const [KEY, OLD_KEY] = ['k9Zr4mXq0Lw2Tb7VnYc5Ds8Hf1Gj3Pa6', 'p3Wd8nRs5Qe1Uy6KtBa9Mf0Xg2Cv7Lj4'] as const
const rows = rowsOf(someReset)
const digest = digestOf(someReset, 'offsets', rows)
const DAY = new Date(T0).toISOString().slice(0, 10)

interface Place {
  prefix: string
  seals: Seals
  store: Store
  /** Makes a request and its plan: two sealed events. */
  ask(): Promise<RequestId>
  change(id: RequestId): Promise<void>
  attempt(by: string, times?: number): Promise<void>
  key(name: string): string
  /** What is stored under each key of the log now, to be put back later. */
  snapshot(): Promise<() => Promise<void>>
}

let atMs = T0

function place({
  prefix = `test-${randomUUID()}`,
  keys = [KEY] as readonly [string, ...string[]],
} = {}): Place {
  const seals = createSeals(keys, prefix)
  const store = createRedisStore(redis, prefix, { seals })
  const changes = createChanges({ store, clock: () => T0, report: () => {}, seals })
  const key = (name: string) => `{${prefix}}:${name}`
  return {
    prefix,
    seals,
    store,
    key,
    async ask() {
      const { id: _, ...wanted } = draft()
      const request = createdIn(await changes.create(wanted, randomUUID()))
      const documents = { 'plan-1': rows }
      await changes.change(request.id, prepare(request, { digest }), { documents })
      return request.id
    },
    async change(id) {
      atMs += 1
      const changed = await changes.change(id, { kind: 'cardLater', retryAtMs: atMs })
      expect(changed.kind).toBe('changed')
    },
    async attempt(by, times = 1) {
      for (let i = 0; i < times; i++) await store.recordAttempt(attemptOf(by))
    },
    async snapshot() {
      const names = ['attempts', 'attempts-end', 'attempts-recent', 'attempts-tries'].map(key)
      const dumps = await Promise.all(names.map(name => redis.dumpBuffer(name)))
      return async () => {
        await redis.del(...names)
        for (const [i, dump] of dumps.entries()) {
          if (dump !== null) await redis.restore(names[i] as string, 0, dump as unknown as string)
        }
      }
    },
  }
}

function attemptOf(by: string): Attempt {
  atMs += 1
  return { atMs: T0 + (atMs % 1_000), by, command: `reset command ${atMs}`, refusal: 'guest', from: NOWHERE }
}

async function linesOf(store: Store): Promise<string[]> {
  let all = ''
  for await (const some of createAuditExport(store).lines()) all += some
  return all.split('\n').slice(0, -1)
}

async function* bytesOf(lines: readonly string[]) {
  yield Buffer.from(lines.map(line => `${line}\n`).join(''))
}

async function verified({ store, seals }: Pick<Place, 'store' | 'seals'>, keys: Seals | null = seals) {
  return verifyLines(bytesOf(await linesOf(store)), keys)
}

async function problems(at: Pick<Place, 'store' | 'seals'>): Promise<string[]> {
  const outcome = await verified(at)
  return outcome.ok ? [] : [outcome, ...(outcome.others ?? [])].map(({ problem }) => problem)
}

/** Three attempts kept whole, 23 of one person of which three are counted only, two at a request; a request before and after. */
async function filled(options?: Parameters<typeof place>[0]) {
  const at = place(options)
  const first = await at.ask()
  await at.attempt('U0GUEST', 3)
  await at.attempt('U0FIERCE', 23)
  await at.store.countAttempt(first, 'U0DAVE')
  await at.store.countAttempt(first, 'U0DAVE')
  return { ...at, first }
}

/** Fields of a hash as one writes them who reads the code. */
async function counterNames({ key }: Place, of: string): Promise<string> {
  const names = await redis.hkeys(key('attempts-tries'))
  return names.find(name => name.startsWith(of)) ?? ''
}

describe('the log of attempts under a key', () => {
  it('is whole as it was written, with what is only counted, at requests as well', async () => {
    const at = await filled()
    await at.ask()
    expect(await verified(at)).toMatchObject({
      ok: true,
      totals: { requests: 2, attempts: 23, more: 3 + 2 },
      remarks: { unsealedAttempts: 0, unsealedCounted: 0, notCheckedCounters: 0 },
    })
    const lines = await linesOf(at.store)
    const said = lines.map(line => JSON.parse(line)).filter(({ kept }) => kept?.startsWith?.('counters-'))
    expect(
      Object.entries(said[0].value).map(([name, count]) => [
        name.replace(/ \w{8}$/, ''),
        `${count}`.split(' ')[0],
      ]),
    ).toEqual([
      [`${DAY} U0FIERCE`, '23'],
      [`${DAY} U0GUEST`, '3'],
      [`${at.first} U0DAVE`, '2'],
    ])
    // Who has no key sees the same, and that nobody looked at the seals.
    expect(await verified(at, null)).toMatchObject({ ok: true, remarks: { notCheckedCounters: 3 } })
  })

  it('is as it was without a key, where there is none', async () => {
    const prefix = `test-${randomUUID()}`
    const store = createRedisStore(redis, prefix)
    await store.recordAttempt(attemptOf('U0GUEST'))
    await store.countAttempt('R-1' as RequestId, 'U0DAVE')
    expect(await store.attemptsSeen()).toBeNull()
    expect((await redis.keys(`{${prefix}}:*`)).sort()).toEqual(
      ['attempts', 'attempts-counts', 'attempts-end', 'attempts-more:R-1', 'attempts-recent'].map(
        name => `{${prefix}}:${name}`,
      ),
    )
    expect(await redis.hkeys(`{${prefix}}:attempts-end`)).toEqual(['version', 'hash'])
    const lines = await linesOf(store)
    expect(lines.filter(line => line.includes('"kept"'))).toEqual([])
  })

  it('keeps each of many that several processes make at once, and those with one request between', async () => {
    const { prefix, store, seals, ask } = place()
    const others = Array.from({ length: 4 }, () => createRedisStore(redis, prefix, { seals }))
    const tries = vi.spyOn(redis, 'eval')
    const kept = await Promise.all([
      ...others.flatMap((other, i) =>
        Array.from({ length: 60 }, (_, n) => other.recordAttempt(attemptOf(`U0P${i}X${n % 5}`))),
      ),
      ...others.map(other => other.countAttempt('R-1' as RequestId, 'U0DAVE')),
    ])
    // Whoever is faster makes each of the other three try once more, and nobody any more often.
    expect(tries.mock.calls.length).toBeLessThanOrEqual(kept.length * others.length)
    tries.mockRestore()
    expect(kept.every(({ isIntact }) => isIntact)).toBe(true)
    await ask()
    expect(await verified({ store, seals })).toMatchObject({ ok: true, totals: { attempts: 240, more: 4 } })
  })

  it('is taken for changed by nobody while it is sealed for the first time', async () => {
    for (let round = 0; round < 20; round++) {
      const { prefix, store, seals } = place()
      await createRedisStore(redis, prefix).recordAttempt(attemptOf('U0OLD'))
      const others = Array.from({ length: 8 }, () => createRedisStore(redis, prefix, { seals }))
      const looks = others.flatMap(other => [other.attemptsSeen(), other.attemptsSeen()])
      const kept = others.slice(0, 2).map(other => other.recordAttempt(attemptOf('U0GUEST')))
      expect(await Promise.all([...looks, store.attemptsSeen()])).not.toContain('changed')
      expect(await Promise.all(kept)).toEqual([{ isIntact: true }, { isIntact: true }])
    }
  })

  it('keeps an attempt once that comes again because the answer was lost', async () => {
    const at = place()
    const attempt = attemptOf('U0GUEST')
    for (let i = 0; i < 3; i++) await at.store.recordAttempt(attempt)
    expect(await at.store.attemptsSeen()).toMatchObject({ version: 1, tries: 1 })
    expect(await verified(at)).toMatchObject({ ok: true, totals: { attempts: 1, more: 0 } })
  })

  it('holds no request up that is changed while attempts are made', async () => {
    const at = place()
    const id = await at.ask()
    await Promise.all([at.attempt('U0GUEST', 15), ...Array.from({ length: 15 }, () => at.change(id))])
    expect(await verified(at)).toMatchObject({ ok: true, totals: { events: 17, attempts: 15 } })
  })

  it('that began without one is said to be unsealed up to there, with its counters, and is sealed from there on', async () => {
    const { prefix, store, seals, attempt, ask } = place()
    const before = createRedisStore(redis, prefix)
    for (let i = 0; i < 25; i++) await before.recordAttempt(attemptOf('U0OLD'))
    await before.countAttempt('R-1' as RequestId, 'U0DAVE')
    expect(await store.attemptsSeen()).toEqual({ version: 0, hash: '', tries: 0 })
    await ask()
    expect(await verified({ store, seals })).toMatchObject({ ok: true, remarks: { unsealedAttempts: 20 } })
    await attempt('U0OLD')
    expect(await verified({ store, seals })).toMatchObject({
      ok: true,
      totals: { attempts: 21 },
      remarks: { unsealedAttempts: 20, unsealedCounted: 5 + 1 },
    })
    await redis.rpop(`{${prefix}}:attempts`)
    expect(await verified({ store, seals })).toMatchObject({ ok: false })
  })

  it('goes on under the next key, of which only the verification has to know the one before', async () => {
    const old = await filled({ keys: [OLD_KEY] })
    const both = place({ prefix: old.prefix, keys: [KEY, OLD_KEY] })
    const oldSeal = await redis.hget(old.key('attempts-end'), 'seal')
    // Whoever asks for it seals it anew.
    await both.ask()
    expect(await redis.hget(old.key('attempts-end'), 'seal')).not.toBe(oldSeal)
    const onlyNew = place({ prefix: old.prefix, keys: [KEY] })
    expect(await onlyNew.store.recordAttempt(attemptOf('U0FIERCE'))).toEqual({ isIntact: true })
    expect(await onlyNew.store.countAttempt(old.first, 'U0DAVE')).toEqual({ isIntact: true })
    await onlyNew.ask()
    expect(await verified(both)).toMatchObject({ ok: true, totals: { requests: 3, attempts: 24, more: 6 } })
    expect((await problems(onlyNew)).join()).toContain('by a key that is not given')
  })

  it('takes what was appended by a build that has the key and does not seal the end for what it is', async () => {
    const at = await filled()
    for (const by of ['U0ERIN', 'U0FRANK']) {
      const [version, hash = ''] = await redis.hmget(at.key('attempts-end'), 'version', 'hash')
      const bare = { version: Number(version) + 1, ...attemptOf(by) }
      const seal = at.seals.seal('event', 'attempts', textToSeal(hash ?? '', bare))
      const event = chained(hash ?? '', { ...bare, seal } as never)
      await redis.rpush(at.key('attempts'), JSON.stringify(event))
      await redis.hset(at.key('attempts-end'), 'version', event.version, 'hash', event.hash)
    }
    await at.ask()
    expect(await problems(at)).toEqual([])
    expect(await at.store.recordAttempt(attemptOf('U0GUEST'))).toEqual({ isIntact: true })
    await at.ask()
    expect(await verified(at)).toMatchObject({ ok: true, totals: { attempts: 23 + 3, more: 5 } })
  })
})

/** Cuts the list and makes the end fit it, as the hash chain alone would let them. */
async function cutTo({ key }: Place, count: number): Promise<void> {
  await redis.ltrim(key('attempts'), 0, count - 1)
  const [last = '{}'] = await redis.lrange(key('attempts'), -1, -1)
  const { version, hash } = JSON.parse(last)
  await redis.hset(key('attempts-end'), 'version', version, 'hash', hash)
}

describe('somebody who can write to Redis and has no key', () => {
  type Attack = (at: Awaited<ReturnType<typeof filled>>) => Promise<unknown>
  const attacks: [string, Attack][] = [
    ['cuts the log at its end, and the end with it', at => cutTo(at, 20)],
    [
      'cuts it, and writes over what is sealed of the end as well',
      async at => {
        await cutTo(at, 20)
        const [version, hash] = await redis.hmget(at.key('attempts-end'), 'version', 'hash')
        await redis.hset(at.key('attempts-end'), {
          sealedVersion: version as string,
          sealedHash: hash as string,
        })
      },
    ],
    [
      'cuts it, and takes what is sealed of the end away',
      async at => {
        await cutTo(at, 20)
        await redis.hdel(at.key('attempts-end'), 'sealedVersion', 'sealedHash', 'tries', 'broken', 'seal')
      },
    ],
    [
      'cuts it, and takes all that is sealed away',
      async at => {
        await cutTo(at, 20)
        await redis.hdel(at.key('attempts-end'), 'sealedVersion', 'sealedHash', 'tries', 'broken', 'seal')
        await redis.del(at.key('attempts-tries'))
      },
    ],
    ['takes the end away', at => redis.del(at.key('attempts-end'))],
    ['takes the seal of the end away', at => redis.hdel(at.key('attempts-end'), 'seal')],
    ['takes the counters away', at => redis.del(at.key('attempts-tries'))],
    [
      'lowers a counter',
      async at => {
        const name = await counterNames(at, `${at.first} U0DAVE`)
        const counter = (await redis.hget(at.key('attempts-tries'), name)) ?? ''
        await redis.hset(at.key('attempts-tries'), name, counter.replace(/^2/, '1'))
      },
    ],
    [
      'takes one counter away',
      async at => redis.hdel(at.key('attempts-tries'), await counterNames(at, `${at.first} U0DAVE`)),
    ],
    [
      'swaps the counters of two people',
      async at => {
        const names = [await counterNames(at, `${DAY} U0FIERCE`), await counterNames(at, `${DAY} U0GUEST`)]
        const counters = await redis.hmget(at.key('attempts-tries'), ...names)
        await redis.hset(
          at.key('attempts-tries'),
          names[0] as string,
          counters[1] ?? '',
          names[1] as string,
          counters[0] ?? '',
        )
      },
    ],
    [
      'copies a counter to another name',
      async at => {
        const counter =
          (await redis.hget(at.key('attempts-tries'), await counterNames(at, `${DAY} U0GUEST`))) ?? ''
        await redis.hset(
          at.key('attempts-tries'),
          `${DAY} U0ERIN ${counter.split(' ')[1]?.slice(0, 8)}`,
          counter,
        )
      },
    ],
    [
      'raises the number of tries, to count fewer whole',
      at => redis.hset(at.key('attempts-end'), 'tries', '999'),
    ],
    [
      'doubles the last line',
      async at => redis.rpush(at.key('attempts'), (await redis.lrange(at.key('attempts'), -1, -1))[0] ?? ''),
    ],
    [
      'appends one of their own, chained and with the end moved on',
      async at => {
        const [version, hash = ''] = await redis.hmget(at.key('attempts-end'), 'version', 'hash')
        const event = { version: Number(version) + 1, ...attemptOf('U0BOB'), tries: 29 }
        const made = chained(hash ?? '', event as never)
        await redis.rpush(at.key('attempts'), JSON.stringify(made))
        await redis.hset(at.key('attempts-end'), 'version', made.version, 'hash', made.hash)
      },
    ],
    [
      'swaps two lines',
      async at => {
        const [one = '', other = ''] = await redis.lrange(at.key('attempts'), 4, 5)
        await redis.lset(at.key('attempts'), 4, other)
        await redis.lset(at.key('attempts'), 5, one)
      },
    ],
    [
      'writes words where numbers stand',
      at => redis.hset(at.key('attempts-end'), 'version', 'many', 'tries', 'NaN'),
    ],
    [
      'puts the log of another installation there, sealed with the same key',
      async at => {
        const other = await filled()
        for (const name of ['attempts', 'attempts-end', 'attempts-tries']) {
          await redis.copy(other.key(name), at.key(name), 'REPLACE')
        }
      },
    ],
  ]

  it.each(attacks)('is found out: %s', async (_what, attack) => {
    const at = await filled()
    await attack(at)
    expect(await problems(at)).not.toEqual([])
  })

  it.each(attacks)(
    'is found out when attempts and requests have gone on as well: %s',
    { tags: ['long'] },
    async (what, attack) => {
      const at = await filled()
      await attack(at)
      const { length } = await redis.lrange(at.key('attempts'), 0, -1)
      await at.ask()
      await at.attempt('U0LATER')
      await at.store.countAttempt(at.first, 'U0DAVE')
      await at.ask()
      expect(await redis.llen(at.key('attempts')), what).toBe(length + 1)
      expect(await problems(at)).not.toEqual([])
    },
  )

  it('is found out by a request that was written since, when they put all of the log back', async () => {
    const at = await filled()
    const putBack = await at.snapshot()
    await at.attempt('U0MALLORY')
    const witness = await at.ask()
    await putBack()
    const said = await problems(at)
    expect(said).toContainEqual(expect.stringContaining(`attempt 24, which ${witness} names, is missing`))
    // Also once the log has come as far again, with other attempts.
    await at.attempt('U0LATER', 2)
    await at.ask()
    expect(await problems(at)).toContainEqual(expect.stringContaining(witness))
  })

  it('is found out by a request that was written since, when they put counters and their sum back', async () => {
    const at = await filled()
    const putBack = await at.snapshot()
    await at.attempt('U0FIERCE')
    await at.store.countAttempt(at.first, 'U0DAVE')
    const witness = await at.ask()
    await putBack()
    expect(await problems(at)).toEqual([
      `attempts: 28 were made, and ${witness} names 30: the log was put back`,
    ])
  })

  it('is found out by a request that was written since, when they take the whole log away', async () => {
    const at = await filled()
    await at.ask()
    await redis.del(...['attempts', 'attempts-end', 'attempts-recent', 'attempts-tries'].map(at.key))
    expect((await problems(at)).join()).toContain('its sealed end is missing')
    // And when it has begun anew.
    await at.attempt('U0LATER', 30)
    expect(await problems(at)).not.toEqual([])
  })

  it('is found out by the request itself, when they hide the log while it is written', async () => {
    const at = await filled()
    const id = await at.ask()
    const putBack = await at.snapshot()
    await redis.del(at.key('attempts-end'), at.key('attempts'))
    await at.change(id)
    await putBack()
    expect(await problems(at)).toEqual([
      `${id}: the log of attempts was shorter than at the event before, so it was cut or put back then`,
    ])
    await redis.hdel(at.key('attempts-end'), 'seal')
    await at.change(id)
    await putBack()
    expect(await problems(at)).toContainEqual(
      `${id}: the end of the log of attempts was not what had been sealed when this was written`,
    )
  })

  it('is reported by whoever keeps the next attempt', async () => {
    const at = await filled()
    await cutTo(at, 20)
    expect(await at.store.recordAttempt(attemptOf('U0LATER'))).toEqual({ isIntact: false })
    expect(await at.store.recordAttempt(attemptOf('U0LATER'))).toEqual({ isIntact: true })
    await redis.hset(at.key('attempts-end'), 'tries', '3')
    const events: Parameters<Report>[0][] = []
    const report: Report = event => events.push(event)
    const changes = createChanges({ store: at.store, clock: () => T0, report, seals: at.seals })
    changes.reportUnlessIntact(await at.store.countAttempt(at.first, 'U0DAVE'))
    expect(events).toMatchObject([{ event: 'fault', where: 'keeping an attempt' }])
  })
})

it('no change is made that names an end of the log which is not the end any more', async () => {
  const at = await filled()
  const putBack = await at.snapshot()
  await at.attempt('U0MALLORY')
  const stale = await at.store.attemptsSeen()
  // As after a failover that forgot the last attempt, between the look and the change.
  await putBack()
  const asked = createRedisStore(redis, at.prefix, { seals: at.seals })
  let looks = 0
  const changes = createChanges({
    store: { ...asked, attemptsSeen: async () => (looks++ === 0 ? stale : asked.attemptsSeen()) },
    clock: () => T0,
    report: () => {},
    seals: at.seals,
  })
  const { id: _, ...wanted } = draft()
  createdIn(await changes.create(wanted, randomUUID()))
  expect(looks).toBe(2)
  looks = 0
  expect(await changes.change(at.first, { kind: 'cardLater', retryAtMs: T0 + 77 })).toMatchObject({
    kind: 'changed',
  })
  expect(looks).toBe(2)
  expect(await problems(at)).toEqual([])
})

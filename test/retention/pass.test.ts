// What is over for so long is exported, verified and deleted, and what is left still verifies, whatever happens between.

import { spawn } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, stat, unlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, inject, it, onTestFinished } from 'vitest'
import { connectRedis } from '../../src/adapters/redis/connect.ts'
import { createRetention } from '../../src/adapters/redis/retention.ts'
import { createRedisStore } from '../../src/adapters/redis/store.ts'
import type { Store } from '../../src/ports/store.ts'
import { exportEventSchema } from '../../src/request/attempts-end.ts'
import { NOWHERE } from '../../src/request/command.ts'
import type { Draft } from '../../src/request/decide.ts'
import type { RequestId } from '../../src/request/request.ts'
import { createSeals, type Seals } from '../../src/request/seals.ts'
import { type PassDeps, retentionPass } from '../../src/retention/pass.ts'
import { createAuditExport } from '../../src/trail-file/export.ts'
import { type Verified, verifyLines } from '../../src/trail-file/verify.ts'
import { creationOf } from '../support/commits.ts'
import { openDesk } from '../support/finished.ts'
import { draft, T0 } from '../support/requests.ts'

const KEPT = 365 * 86_400_000
const LATER = T0 + 2 * KEPT
const redis = connectRedis({ mode: 'single', url: inject('redisUrl') }, () => {})
redis.setMaxListeners(0)
if (redis.status !== 'ready') await once(redis, 'ready')
afterAll(() => redis.disconnect())

interface World {
  prefix: string
  key: string | null
  store: Store
  seals: Seals | null
  directory: string
  deps: PassDeps
  left: { ids: readonly RequestId[]; problem: string }[]
}

/** R-1 with R-3 that undoes it, R-2 rejected, R-4 open, R-5 done, and somebody who was refused. */
async function world(isSealed: boolean): Promise<World> {
  const prefix = `test-${randomUUID()}`
  const key = isSealed ? randomUUID() + randomUUID() : null
  const seals = key === null ? null : createSeals([key], prefix)
  const store = createRedisStore(redis, prefix, { seals })
  const desk = openDesk(store, seals)
  const first = await desk.carryOut(await desk.ask())
  await store.recordAttempt({
    ...{ atMs: T0, by: 'U0GUEST', command: 'reset command' },
    ...{ refusal: 'notRequester', from: NOWHERE },
  })
  await desk.reject(await desk.ask())
  await desk.carryOut(await desk.ask({ parent: { id: first.id, kind: 'undo' } }))
  await desk.ask()
  await desk.carryOut(await desk.ask())
  const directory = await mkdtemp(join(tmpdir(), 'retention-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  const left: World['left'] = []
  const deps: PassDeps = {
    ...{ store, seals, directory, prefix, keptMs: KEPT, processId: 'here' },
    retention: createRetention(redis, prefix, seals),
    clock: () => LATER,
    onLeft: (ids, problem) => left.push({ ids, problem }),
    onExported: () => {},
    onBroken: () => expect.unreachable('The log of attempts is as it was sealed.'),
    isStopped: () => false,
  }
  return { prefix, key, store, seals, directory, deps, left }
}

it('exports and deletes nothing while the clock of this machine and that of Redis are far apart', async () => {
  const here = await world(false)
  const before = await idsIn(here.store)
  for (const [apartMs, says] of [
    [400 * 86_400_000, '576000 minutes ahead of'],
    [-600_000, '10 minutes behind'],
  ] as const) {
    const machineMs = () => Date.now() + apartMs
    await expect(retentionPass({ ...here.deps, machineMs })).rejects.toThrow(
      `The clock of this machine is ${says} that of Redis: nothing is exported or deleted`,
    )
  }
  // It jumps in the middle of a pass: what was exported stays.
  const times = [0, 0, 400 * 86_400_000]
  const machineMs = () => Date.now() + (times.length > 1 ? (times.shift() ?? 0) : (times[0] ?? 0))
  await expect(retentionPass({ ...here.deps, machineMs })).rejects.toThrow('nothing is exported or deleted')
  expect(await idsIn(here.store)).toEqual(before)
  expect(await retentionPass({ ...here.deps, machineMs: Date.now })).toBeGreaterThan(0)
})

async function idsIn(store: Store): Promise<RequestId[]> {
  const ids: RequestId[] = []
  for await (const { id } of store.readTrails()) ids.push(id)
  return ids
}

async function exportNow(store: Store): Promise<string> {
  let all = ''
  for await (const some of createAuditExport(store).lines()) all += some
  return all
}

function verified(text: string, seals: Seals | null): Promise<Verified> {
  async function* whole() {
    yield Buffer.from(text)
  }
  return verifyLines(whole(), seals)
}

/** Every file in the folder, each whole, and which requests are in it. */
async function filesIn({ directory, seals }: World) {
  const names = (await readdir(directory)).filter(name => name.endsWith('.jsonl'))
  return Promise.all(
    names.map(async name => {
      const path = join(directory, name)
      expect(await verifyLines(createReadStream(path), seals)).toMatchObject({ ok: true })
      const lines = (await readFile(path, 'utf8')).split('\n').slice(0, -1)
      const ids = new Set(lines.map(line => JSON.parse(line).requestId).filter(id => /^R-/.test(id ?? '')))
      return { name, path, ids: [...ids] as RequestId[] }
    }),
  )
}

/** What the log of attempts says was exported. */
async function notedIn(store: Store) {
  const noted = []
  for await (const some of (await store.readAttempts()).events()) {
    for (const json of some) {
      const { data } = exportEventSchema.safeParse(JSON.parse(json))
      if (data !== undefined) noted.push({ ...data.exported, isSealed: 'seal' in JSON.parse(json) })
    }
  }
  return noted
}

describe.each([
  ['without AUDIT_KEY', false],
  ['with AUDIT_KEY', true],
])('old requests, %s,', (_, isSealed) => {
  it('are exported, verified and deleted, and what is left verifies', async () => {
    const here = await world(isSealed)
    const { store, seals, deps, left } = here
    expect(await retentionPass(deps)).toBe(4)
    expect(left).toEqual([])
    expect(await idsIn(store)).toEqual(['R-4'])
    const [file, ...more] = await filesIn(here)
    expect(more).toEqual([])
    expect(file?.ids).toEqual(['R-1', 'R-2', 'R-3', 'R-5'])
    expect((await stat(file?.path ?? '')).mode & 0o777).toBe(0o600)
    const sha256 = createHash('sha256')
      .update(await readFile(file?.path ?? ''))
      .digest('hex')
    const [noted] = await notedIn(store)
    expect(noted).toEqual({
      ...{ first: 'R-1', last: 'R-5', requests: 4 },
      ...{ file: file?.name, sha256, isSealed },
    })
    for (const id of file?.ids ?? []) expect(await store.exportedAt(id)).toBe(LATER)
    const text = await exportNow(store)
    expect(await verified(text, seals)).toMatchObject({
      ok: true,
      totals: { requests: 1, attempts: 1, exports: 1 },
    })
    // Whoever has no key can say as much as before.
    expect(await verified(text, null)).toMatchObject({ ok: true })
    // What was noted cannot be taken back unseen.
    const without = text.split('\n').filter(line => !line.includes('retention export'))
    expect(await verified(without.join('\n'), seals)).toMatchObject({ ok: false })
    expect(await retentionPass(deps)).toBe(0)
    expect(await filesIn(here)).toHaveLength(1)
  })

  it('stay where they do not verify, with those that belong to them, and the others go', async () => {
    const here = await world(isSealed)
    const { prefix, store, deps, left } = here
    const key = `{${prefix}}:events:R-3`
    const [first = ''] = await redis.lrange(key, 0, 0)
    await redis.lset(key, 0, first.replace('U0ALICE', 'U0DAVE'))
    expect(await retentionPass(deps)).toBe(2)
    expect(left.map(({ ids }) => ids)).toEqual([['R-1', 'R-3']])
    expect(left[0]?.problem).toContain('R-3')
    expect(await idsIn(store)).toEqual(['R-1', 'R-3', 'R-4'])
    expect((await filesIn(here)).map(({ ids }) => ids)).toEqual([['R-2', 'R-5']])
  })

  for (const where of ['in the file', 'after the file', 'before the first', 'after the second'])
    it(`are all in a file that is whole, or still there, when the process is killed ${where}, and go with the next`, {
      // Where it is killed makes no difference to seals.
      tags: isSealed && where === 'after the second' ? [] : ['long'],
    }, async () => {
      const here = await world(isSealed)
      const { prefix, key, store, seals, directory, deps } = here
      const script = fileURLToPath(new URL('child.mjs', import.meta.url))
      const args = [inject('redisUrl'), prefix, key ?? '', directory, `${LATER}`, `${KEPT}`, where]
      const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
      const said = await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])
      expect(String(said[0])).toContain('standing')
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended

      const there = await idsIn(store)
      const exported = (await filesIn(here)).flatMap(({ ids }) => ids)
      for (const id of ['R-1', 'R-2', 'R-3', 'R-4', 'R-5'] as RequestId[]) {
        expect(there.includes(id) || exported.includes(id)).toBe(true)
      }
      expect(there.length).toBe(where === 'after the second' ? 3 : 5)
      expect(await verified(await exportNow(store), seals)).toMatchObject({ ok: true })

      // Until it was not heard of for long enough nobody else is at it.
      expect(await retentionPass(deps)).toBeNull()
      await redis.del(`{${prefix}}:retention`)
      for (const name of await readdir(directory)) await utimes(join(directory, name), 1, 1)
      expect(await retentionPass(deps)).toBe(where === 'after the second' ? 2 : 4)
      expect(await idsIn(store)).toEqual(['R-4'])
      expect(await verified(await exportNow(store), seals)).toMatchObject({ ok: true })
      const files = await filesIn(here)
      expect([...new Set(files.flatMap(({ ids }) => ids))].sort()).toEqual(['R-1', 'R-2', 'R-3', 'R-5'])
      expect((await readdir(directory)).filter(name => !name.endsWith('.jsonl'))).toEqual([])
    })
})

describe('nothing is deleted', () => {
  it('where the folder cannot be written to', async () => {
    const { store, deps } = await world(false)
    await expect(retentionPass({ ...deps, directory: '/nonexistent' })).rejects.toThrow('ENOENT')
    expect(await idsIn(store)).toHaveLength(5)
  })

  it('that is sealed by a process without the key', async () => {
    const { store, prefix, deps } = await world(true)
    const plain = { store: createRedisStore(redis, prefix), retention: createRetention(redis, prefix, null) }
    await expect(retentionPass({ ...deps, ...plain, seals: null })).rejects.toThrow('AUDIT_KEY is not set')
    expect(await idsIn(store)).toHaveLength(5)
    expect(await notedIn(store)).toEqual([])
  })

  it('while the log of attempts does not verify', async () => {
    const { store, prefix, deps } = await world(true)
    await redis.del(`{${prefix}}:attempts`)
    await expect(retentionPass(deps)).rejects.toThrow('does not verify, so nothing is deleted')
    expect(await idsIn(store)).toHaveLength(5)
  })

  it('of what somebody follows between the look and the deletion', async () => {
    const { store, deps, seals } = await world(true)
    const { retention } = deps
    const desk = openDesk(store, seals)
    let asked = false
    const late: PassDeps['retention'] = {
      ...retention,
      async remove(leaving) {
        if (!asked) await desk.ask({ parent: { id: 'R-5' as RequestId, kind: 'undo' } })
        asked = true
        return retention.remove(leaving)
      },
    }
    expect(await retentionPass({ ...deps, retention: late })).toBe(3)
    expect(await idsIn(store)).toEqual(['R-4', 'R-5', 'R-6'])
    expect(await verified(await exportNow(store), seals)).toMatchObject({ ok: true })
  })

  it('that something of much later follows, however much was asked for between', async () => {
    const { store, deps, seals } = await world(false)
    const lately = LATER - 86_400_000
    const ask = async (more: Partial<Draft> = {}) => {
      const id = await store.nextRequestId()
      await store.commit(creationOf(draft({ id, ...more }), {}, lately))
      return id
    }
    for (let i = 0; i < 60; i++) await ask()
    const follower = await ask({ parent: { id: 'R-5' as RequestId, kind: 'undo' } })
    expect(await retentionPass(deps)).toBe(3)
    const left = await idsIn(store)
    expect([left.slice(0, 2), left.at(-1), left.length]).toEqual([['R-4', 'R-5'], follower, 63])
    expect(await verified(await exportNow(store), seals)).toMatchObject({ ok: true })
  })

  it('looks at no more of what was asked for since than it has to', async () => {
    const { store, deps } = await world(false)
    for (let i = 0; i < 200; i++) {
      const id = await store.nextRequestId()
      await store.commit(creationOf(draft({ id }), {}, LATER - 86_400_000))
    }
    let looked = 0
    const counting: PassDeps['retention'] = {
      ...deps.retention,
      async *look(madeUntilMs) {
        for await (const some of deps.retention.look(madeUntilMs)) {
          looked += some.length
          yield some
        }
      },
    }
    expect(await retentionPass({ ...deps, retention: counting })).toBe(4)
    expect(looked).toBeLessThan(80)
  })

  it('twice at once', async () => {
    const here = await world(false)
    const passes = ['one', 'other'].map(processId => retentionPass({ ...here.deps, processId }))
    expect((await Promise.all(passes)).sort()).toEqual([4, null])
    expect(await filesIn(here)).toHaveLength(1)
  })

  it('once it is to stop', async () => {
    const { store, deps } = await world(false)
    expect(await retentionPass({ ...deps, isStopped: () => true })).toBe(0)
    expect(await idsIn(store)).toHaveLength(5)
  })
})

describe('others that write to the same folder', () => {
  it('of another installation under the same name lose nothing, and neither do we', async () => {
    const [one, other] = [await world(false), await world(false)]
    const deps = { ...other.deps, directory: one.directory, prefix: one.prefix }
    expect(await Promise.all([retentionPass(one.deps), retentionPass(deps)])).toEqual([4, 4])
    const noted = [...(await notedIn(one.store)), ...(await notedIn(other.store))]
    const sums = await Promise.all(
      (await filesIn(one)).map(async ({ path }) =>
        createHash('sha256')
          .update(await readFile(path))
          .digest('hex'),
      ),
    )
    expect(noted.map(({ sha256 }) => sha256).sort()).toEqual(sums.sort())
  })

  it('may take away what is not finished: then nothing is deleted', async () => {
    const here = await world(false)
    const { directory, store } = here
    const taken: PassDeps = {
      ...here.deps,
      store: {
        readTrails: ids => store.readTrails(ids),
        async readAttempts() {
          for (const name of await readdir(directory)) await unlink(join(directory, name))
          return store.readAttempts()
        },
      },
    }
    await expect(retentionPass(taken)).rejects.toThrow(/ENOENT/)
    expect(await idsIn(store)).toHaveLength(5)
    expect(await readdir(directory)).toEqual([])
  })

  it('keep what they are writing, and what nobody has written to for long goes', async () => {
    const { deps, directory, prefix } = await world(false)
    const [fresh, old] = [`${prefix}-R-1-a.part`, `${prefix}-R-1-b.part`]
    for (const name of [fresh, old]) await writeFile(join(directory, name), 'x')
    await utimes(join(directory, old), 1, 1)
    await retentionPass(deps)
    expect((await readdir(directory)).filter(name => name.endsWith('.part'))).toEqual([fresh])
  })

  it('who have overtaken it while it wrote its file are left to it', async () => {
    const { deps, store } = await world(false)
    let asked = 0
    const retention = { ...deps.retention, claim: async () => ++asked <= 2 }
    expect(await retentionPass({ ...deps, retention })).toBeNull()
    expect(await idsIn(store)).toHaveLength(5)
  })
})

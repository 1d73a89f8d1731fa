// The audit trail outside the store: what the product has written is exported whole, and any other file is found out.

import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { connectRedis } from '../src/adapters/redis/connect.ts'
import { createRedisStore } from '../src/adapters/redis/store.ts'
import type { Attempt, Store, Trail } from '../src/ports/store.ts'
import { type ChainedEvent, chained, chainHash, sealed } from '../src/request/audit.ts'
import { NOWHERE } from '../src/request/command.ts'
import { eventOf, submissionOf, submit } from '../src/request/decide.ts'
import { digestOf } from '../src/request/digest.ts'
import { planRowsSchema } from '../src/request/plan-rows.ts'
import { type RequestId, requestIdSchema, requestSchema } from '../src/request/request.ts'
import { createSeals, type Seals } from '../src/request/seals.ts'
import { createChanges } from '../src/service/changes.ts'
import { createAuditExport } from '../src/trail-file/export.ts'
import { verifyLines } from '../src/trail-file/verify.ts'
import { createdIn } from './support/commits.ts'
import {
  allSucceeded,
  approve,
  draft,
  finish,
  HOSTILE,
  prepare,
  rowsOf,
  someReset,
  start,
  T0,
} from './support/requests.ts'
import { startTcpProxy } from './support/tcp-proxy.ts'

const redis = connectRedis({ mode: 'single', url: inject('redisUrl') }, () => {})
// Each store listens to its connection, and here many of them share one.
redis.setMaxListeners(0)
if (redis.status !== 'ready') await once(redis, 'ready')
const folder = await mkdtemp(join(tmpdir(), 'audit-'))
afterAll(async () => {
  redis.disconnect()
  await rm(folder, { recursive: true })
})

const rows = rowsOf(someReset)
const digest = digestOf(someReset, 'offsets', rows)

/** A store in which the product has carried out, refused and left open a request each, and skipped a number. */
async function filled(
  seals: Seals | null = null,
): Promise<{ prefix: string; store: Store; ids: RequestId[] }> {
  const prefix = `test-${randomUUID()}`
  const store = createRedisStore(redis, prefix, { seals })
  const changes = createChanges({ store, clock: () => T0, report: () => {}, seals })
  const ask = async (reason: string) => {
    const { id: _, ...wanted } = draft({ reason })
    const request = createdIn(await changes.create(wanted, randomUUID()))
    await changes.change(request.id, prepare(request, { digest }), { documents: { 'plan-1': rows } })
    return request.id
  }
  // All but the longest, which would only make it slow.
  const done = await ask(HOSTILE.filter(each => each.length < 1_000).join(' '))
  const approved = await changes.change(done, { ...approve, digest })
  if (approved.kind !== 'changed') throw new Error(`It was not approved: ${approved.kind}`)
  await changes.start(approved.request, { ...start, digest }, 0)
  await changes.change(done, finish(allSucceeded))
  await store.nextRequestId()
  const rejected = await ask('Reset by mistake')
  await changes.change(rejected, { ...approve, digest, verdict: 'reject', note: 'no' })
  return { prefix, store, ids: [done, rejected, await ask('wrong VAT \uFFFD rate')] }
}

async function exported(store: Pick<Store, 'readTrails' | 'readAttempts'>): Promise<string[]> {
  let all = ''
  for await (const some of createAuditExport(store).lines()) all += some
  return all.split('\n').slice(0, -1)
}

/** In pieces of a few bytes, as a slow disk might. */
async function* piecesOf(bytes: Buffer, size = 4_096): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

function verified(lines: readonly string[]) {
  return verifyLines(piecesOf(Buffer.from(lines.map(line => `${line}\n`).join(''))))
}

describe('an export', () => {
  let lines: string[]
  let store: Store
  let ids: RequestId[]
  beforeAll(async () => {
    ;({ store, ids } = await filled())
    lines = await exported(store)
  })

  it('holds every event of every request, oldest first, then what the record says, and closes', async () => {
    const read = lines.map(line => JSON.parse(line))
    const [first, second, third] = ids
    const of = (id: RequestId | undefined, events: number) => Array.from({ length: events + 1 }, () => id)
    expect(read.map(({ requestId }) => requestId)).toEqual([
      ...[...of(first, 5 + 2), ...of(second, 3 + 2), ...of(third, 2 + 2)],
      undefined,
    ])
    expect(read[0]).toMatchObject({ version: 1, command: { kind: 'submit' }, state: 'preparing' })
    const record = await store.read(first as RequestId)
    expect(read[5]).toMatchObject({ requestId: first, kept: 'plan-1' })
    expect(read[6]).toMatchObject({ requestId: first, kept: 'record', value: { version: 5 } })
    const kept = { names: ['plan-1', 'record'], hash: read[6].hash }
    expect(read[7]).toEqual({ requestId: first, version: 5, lastHash: record?.auditHash, kept })
    expect(read.at(-1)).toEqual({ requests: 3, hash: expect.stringMatching(/^[0-9a-f]{64}$/) })
  })

  it('is whole, however it is cut into pieces', async () => {
    const bytes = Buffer.from(lines.map(line => `${line}\n`).join(''))
    for (const size of [1, 7, 4_096, bytes.length]) {
      expect(await verifyLines(piecesOf(bytes, size))).toMatchObject({
        ok: true,
        totals: { requests: 3, events: 10 },
      })
    }
  })

  it('of a store without requests is whole as well', async () => {
    const empty = createRedisStore(redis, `test-${randomUUID()}`)
    expect(await verified(await exported(empty))).toMatchObject({ ok: true, totals: { requests: 0 } })
  })

  it('is found out wherever a byte was changed, at the line it is in or the next that tells', {
    tags: ['long'],
  }, async () => {
    const bytes = Buffer.from(lines.map(line => `${line}\n`).join(''))
    for (let at = 0; at < bytes.length; at += 41) {
      const changed = Buffer.from(bytes)
      changed[at] = (changed[at] as number) ^ 1
      const line = bytes.subarray(0, at).filter(byte => byte === 0x0a).length + 1
      const outcome = await verifyLines(piecesOf(changed))
      expect(outcome, `byte ${at}`).toMatchObject({ ok: false })
      if (outcome.ok) continue
      expect([line, line + 1]).toContain(outcome.line)
    }
  })

  it('is found out when a line is missing, and wherever it ends too early', async () => {
    for (const i of lines.keys()) {
      const outcome = await verified(lines.toSpliced(i, 1))
      expect(outcome, `without line ${i + 1}`).toMatchObject({ ok: false, line: i + 1 })
      expect(await verified(lines.slice(0, i)), `${i} lines`).toMatchObject({ ok: false, line: i + 1 })
    }
    const cut = Buffer.from(lines.join('\n'))
    expect(await verifyLines(piecesOf(cut))).toMatchObject({ ok: false, line: lines.length })
  })

  it('is found out when lines are swapped, doubled or added', async () => {
    for (let i = 1; i < lines.length; i++) {
      const [one, two] = [lines[i - 1] as string, lines[i] as string]
      expect(await verified(lines.with(i - 1, two).with(i, one)), `line ${i}`).toMatchObject({ ok: false })
      expect(await verified(lines.toSpliced(i, 0, one)), `line ${i} twice`).toMatchObject({
        ok: false,
        line: i + 1,
      })
    }
    for (const extra of ['', '{}', 'null', '[]', '{"requestId":"R-9"}']) {
      expect(await verified([...lines, extra])).toMatchObject({ ok: false, line: lines.length + 1 })
      expect(await verified(['', ...lines])).toMatchObject({ ok: false, line: 1 })
    }
  })

  it('is found out when a line says the same in other bytes', async () => {
    const [first = '', ...rest] = lines
    for (const other of [
      ` ${first}`,
      `${first}\r`,
      `\uFEFF${first}`,
      first.replace(':1,', ':1.0,'),
      first.replace('"version":1,', '"version":2,"version":1,'),
      JSON.stringify({ version: 1, ...JSON.parse(first) }),
    ]) {
      expect(other).not.toBe(first)
      expect(await verified([other, ...rest])).toMatchObject({ ok: false, line: 1 })
    }
  })

  it('is found out when what cannot be read as text was put for the sign that stands for that', async () => {
    const bytes = Buffer.from(lines.map(line => `${line}\n`).join(''))
    const sign = Buffer.from('\uFFFD')
    const at = bytes.indexOf(sign)
    const changed = Buffer.concat([
      bytes.subarray(0, at),
      Buffer.from([0xff]),
      bytes.subarray(at + sign.length),
    ])
    expect(changed.toString()).toBe(bytes.toString())
    expect(await verifyLines(piecesOf(changed))).toMatchObject({ ok: false, line: 15 })
  })

  it('is found out when a whole request is taken out, renamed, or moved', async () => {
    const blocks = ids.map(id => lines.filter(line => JSON.parse(line).requestId === id))
    const closing = lines.at(-1) as string
    const [first = [], second = [], third = []] = blocks
    expect(await verified([...first, ...third, closing])).toMatchObject({ ok: false })
    expect(await verified([...first, ...third, ...second, closing])).toMatchObject({
      ok: false,
      line: first.length + third.length + 1,
      problem: expect.stringContaining(`${ids[1]}: it comes after ${ids[2]}`),
    })
    const renamed = third.map(line => line.replace(`"${ids[2]}"`, '"R-99"'))
    // Its record says which it is.
    const problem = {
      ok: false,
      line: lines.length - 1,
      problem: expect.stringContaining('R-99: the record is not what the events lead to: id'),
    }
    expect(await verified([...first, ...second, ...renamed, closing])).toMatchObject(problem)
  })

  it('names the request and says what is wrong', async () => {
    const changed = lines.with(1, (lines[1] as string).replace('"atMs":', '"atMs":1'))
    expect(await verified(changed)).toEqual({
      ok: false,
      line: 2,
      problem: `${ids[0]}: version 2 is not what its hash says, so it was changed`,
    })
    const missing = await verified(lines.toSpliced(1, 1))
    expect(missing).toMatchObject({
      problem: expect.stringContaining(`${ids[0]}: it has version 3 where 2 comes next`),
    })
  })
})

describe('a store that somebody has written to', () => {
  const eventsKey = (prefix: string, id: RequestId | undefined) => `{${prefix}}:events:${id}`

  it.each<[string, (prefix: string, id: RequestId) => Promise<unknown>]>([
    ['has lost its last event', (prefix, id) => redis.rpop(eventsKey(prefix, id))],
    ['has lost its first event', (prefix, id) => redis.lpop(eventsKey(prefix, id))],
    ['has lost all of them', (prefix, id) => redis.del(eventsKey(prefix, id))],
    ['has lost its record', (prefix, id) => redis.del(`{${prefix}}:request:${id}`)],
    ['has an event that is none', (prefix, id) => redis.lset(eventsKey(prefix, id), 1, 'nothing')],
    ['has an event that is no object', (prefix, id) => redis.lset(eventsKey(prefix, id), 1, 'null')],
    [
      'has an event that was changed, and the chain made anew up to the end',
      async (prefix, id) => {
        const key = eventsKey(prefix, id)
        const stored = (await redis.lrange(key, 0, -1)).map(json => JSON.parse(json))
        let hash = ''
        for (const [i, { hash: _, ...event }] of stored.entries()) {
          const anew = chained(hash, { ...event, atMs: event.atMs + 1 })
          hash = anew.hash
          await redis.lset(key, i, JSON.stringify(anew))
        }
      },
    ],
    [
      'has an event more',
      async (prefix, id) => {
        const last = await redis.lindex(eventsKey(prefix, id), -1)
        const { hash, ...event } = JSON.parse(last as string)
        const more = chained(hash, { ...event, version: event.version + 1 })
        await redis.rpush(eventsKey(prefix, id), JSON.stringify(more))
      },
    ],
  ])('is exported as it is, and found out when a request %s', async (_what, tamper) => {
    const { prefix, store, ids } = await filled()
    await tamper(prefix, ids[1] as RequestId)
    const lines = await exported(store)
    const outcome = await verified(lines)
    expect(outcome).toMatchObject({ ok: false })
    // The first request, which has six lines, is not the one that is named.
    if (!outcome.ok) expect(outcome.line).toBeGreaterThan(6)
    expect(lines.at(-1)).toContain('"requests":3')
  })
})

describe('what was tried apart from any request', () => {
  const attempt = (i: number): Attempt => ({
    atMs: T0 + i,
    by: 'U0GUEST',
    command: 'reset command',
    refusal: 'guest',
    from: NOWHERE,
  })
  const TRIED = 3

  /** Beside three requests, whose lines come first. */
  async function withAttempts() {
    const { prefix, store } = await filled()
    const before = (await exported(store)).length - 1
    for (let i = 0; i < TRIED; i++) await store.recordAttempt(attempt(i))
    const key = `{${prefix}}:attempts`
    return { store, key, endKey: `${key}-end`, before, lines: await exported(store) }
  }

  it('is exported after the requests, and counted apart', async () => {
    const { before, lines } = await withAttempts()
    const tried = lines.slice(before, -1).map(line => JSON.parse(line))
    expect(tried.map(({ requestId, version }) => [requestId, version])).toEqual([
      ['attempts', 1],
      ['attempts', 2],
      ['attempts', 3],
      ['attempts', 3],
    ])
    expect(tried[1]).toMatchObject(attempt(1))
    expect(await verified(lines)).toMatchObject({
      ok: true,
      totals: { requests: 3, events: 10, attempts: TRIED },
    })
  })

  it('is found out when a line of it was changed, taken out, swapped, or all of it is missing', async () => {
    const { before, lines } = await withAttempts()
    const changed = lines.with(before + 1, (lines[before + 1] as string).replace('U0GUEST', 'U0ALICE'))
    expect(await verified(changed)).toEqual({
      ok: false,
      line: before + 2,
      problem: 'attempts: version 2 is not what its hash says, so it was changed',
    })
    for (let i = before; i < lines.length - 1; i++) {
      const outcome = await verified(lines.toSpliced(i, 1))
      expect(outcome, `without line ${i + 1}`).toMatchObject({ ok: false, line: i + 1 })
    }
    const none = lines.toSpliced(before, TRIED + 1)
    expect(await verified(none)).toMatchObject({
      ok: false,
      problem: expect.stringContaining('what was tried apart'),
    })
    const first = [...lines.slice(before, -1), ...lines.slice(0, before), ...lines.slice(-1)]
    expect(await verified(first)).toMatchObject({ ok: false, line: TRIED + 2 })
  })

  it.each<[string, (at: { key: string; endKey: string }) => Promise<unknown>]>([
    ['has lost its last line', ({ key }) => redis.rpop(key)],
    ['has lost its first line', ({ key }) => redis.lpop(key)],
    ['has lost all of them', ({ key }) => redis.del(key)],
    ['has lost its end', ({ endKey }) => redis.del(endKey)],
    [
      'has a line that was changed, and the chain made anew up to the end',
      async ({ key }) => {
        let hash = ''
        for (let i = 0; i < TRIED; i++) {
          const event = { version: i + 1, ...attempt(i), by: 'U0BOB' }
          hash = chainHash(hash, JSON.stringify(event))
          await redis.lset(key, i, JSON.stringify({ ...event, hash }))
        }
      },
    ],
  ])('is exported as it is stored, and found out when the store %s', async (_what, tamper) => {
    const { store, key, endKey } = await withAttempts()
    await tamper({ key, endKey })
    expect(await verified(await exported(store))).toMatchObject({ ok: false })
  })
})

describe('the product', () => {
  it('writes one chain when the reply to a change is lost and when two changes meet', async () => {
    const prefix = `test-${randomUUID()}`
    const proxy = await startTcpProxy(Number(new URL(inject('redisUrl')).port))
    const behindProxy = connectRedis({ mode: 'single', url: `redis://127.0.0.1:${proxy.port}` }, () => {})
    await once(behindProxy, 'ready')
    try {
      const store = createRedisStore(behindProxy, prefix)
      const changes = createChanges({ store, clock: () => T0, report: () => {} })
      const { id: _, ...wanted } = draft()
      proxy.loseNextReply('"version":1')
      const request = createdIn(await changes.create(wanted, randomUUID()))
      proxy.loseNextReply('"version":2')
      const plan = prepare(request, { digest })
      const documents = { 'plan-1': rows }
      expect(await changes.change(request.id, plan, { documents })).toMatchObject({ kind: 'changed' })
      const meeting = [1, 2, 3, 4].map(i =>
        changes.change(request.id, { kind: 'cardLater', retryAtMs: T0 + i }),
      )
      await Promise.all(meeting)
      const outcome = await verified(await exported(store))
      expect(outcome).toMatchObject({ ok: true, totals: { requests: 1, events: 6 } })
    } finally {
      behindProxy.disconnect()
      await proxy.close()
    }
  })
})

describe('with a key', () => {
  const seals = createSeals(['k9Zr4mXq0Lw2Tb7VnYc5Ds8Hf1Gj3Pa6'], 'rewind')
  const under = (lines: readonly string[], keys: Seals | null) =>
    verifyLines(piecesOf(Buffer.from(lines.map(line => `${line}\n`).join(''))), keys)
  const tried = { by: 'U0GUEST', command: 'reset command', refusal: 'guest', from: NOWHERE } as const

  /** Who writes what a process of ours would refuse to. */
  const OPEN = { pass: async () => {}, problem: () => null }

  it('requests and attempts are sealed, and nobody without it can put either in', async () => {
    const { prefix, store, ids } = await filled(seals)
    for (const i of [1, 2]) await store.recordAttempt({ ...tried, atMs: T0 + i })
    const whole = await exported(store)
    expect(await under(whole, seals)).toMatchObject({
      ok: true,
      remarks: { unsealed: 0, unsealedAttempts: 0, notChecked: 0, notCheckedAttempts: 0 },
    })
    expect(await under(whole, null)).toMatchObject({
      ok: true,
      remarks: { notChecked: 3, notCheckedAttempts: 2 },
    })
    expect(
      await under(whole, createSeals(['another key, of which nobody has heard'], 'rewind')),
    ).toMatchObject({
      ok: false,
      problem: `${ids[0]}: event 1: it is sealed with a key that is not given`,
    })
    // By a process that has no key.
    await createRedisStore(redis, prefix, { keyGate: OPEN }).recordAttempt({ ...tried, atMs: T0 + 3 })
    expect(await under(await exported(store), seals)).toMatchObject({
      ok: false,
      problem: 'attempts: version 3 is not sealed by a key that is given',
    })
  })

  it('the requests of one installation are not those of another with the same key', async () => {
    const lines = await exported((await filled(seals)).store)
    const elsewhere = createSeals(['k9Zr4mXq0Lw2Tb7VnYc5Ds8Hf1Gj3Pa6'], 'rewind-2')
    expect(await under(lines, elsewhere)).toMatchObject({ ok: false })
  })

  it('a request without a seal is none that comes after one that is sealed', async () => {
    const { prefix } = await filled(seals)
    const changes = createChanges({
      store: createRedisStore(redis, prefix, { keyGate: OPEN }),
      clock: () => T0,
      report: () => {},
    })
    const { id: _, ...wanted } = draft()
    const made = createdIn(await changes.create(wanted, randomUUID()))
    expect(await under(await exported(createRedisStore(redis, prefix)), seals)).toMatchObject({
      ok: false,
      problem: expect.stringMatching(
        new RegExp(`^${made.id}: it begins without a seal, though R-\\d+ before it`),
      ),
    })
  })

  it('nothing without a seal is later than what is sealed, whatever its number, by more than clocks are apart', async () => {
    const { prefix, store } = await filled()
    const later = createChanges({
      store: createRedisStore(redis, prefix, { seals }),
      seals,
      clock: () => T0 + 1_000,
      report: () => {},
    })
    const { id: _, ...wanted } = draft()
    await later.create(wanted, randomUUID())
    expect(await under(await exported(store), seals)).toMatchObject({ ok: true, remarks: { unsealed: 3 } })
    const bare = createRedisStore(redis, prefix)
    // Of just before the key was set, by a process whose clock was ahead of that which sealed first.
    await bare.recordAttempt({ ...tried, atMs: T0 + 1_000 + 299_000 })
    expect(await under(await exported(store), seals)).toMatchObject({ ok: true })
    await bare.recordAttempt({ ...tried, atMs: T0 + 1_000 + 301_000 })
    expect(await under(await exported(store), seals)).toMatchObject({
      ok: false,
      problem: expect.stringMatching(
        /^attempts: it is not sealed, though another event more than five minutes before it is/,
      ),
    })
  })

  it('what was there before it is said not to be sealed', async () => {
    const { prefix, store } = await filled()
    await store.recordAttempt({ ...tried, atMs: T0 })
    await createRedisStore(redis, prefix, { seals }).recordAttempt({ ...tried, atMs: T0 + 1 })
    expect(await under(await exported(store), seals)).toMatchObject({
      ok: true,
      remarks: { unsealed: 3, unsealedAttempts: 1 },
    })
  })
})

describe('what was forged in Redis, with every hash as it should be', () => {
  async function forge(
    change: (record: Record<string, unknown>, events: ChainedEvent[]) => ChainedEvent[],
    nth = 2,
  ) {
    const { prefix, store, ids } = await filled()
    const id = ids[nth] as RequestId
    const [requestKey, eventsKey] = [`{${prefix}}:request:${id}`, `{${prefix}}:events:${id}`]
    const record = JSON.parse((await redis.hget(requestKey, 'json')) ?? '')
    const told = (await redis.lrange(eventsKey, 0, -1)).map(json => JSON.parse(json) as ChainedEvent)
    const anew: ChainedEvent[] = []
    for (const { hash: _, ...event } of change(record, told)) {
      anew.push(chained(anew.at(-1)?.hash ?? '', { ...event, version: anew.length + 1 }))
    }
    const [version, hash] = [anew.length, anew.at(-1)?.hash ?? '']
    await redis.hset(requestKey, {
      json: JSON.stringify({ ...record, version, auditHash: hash }),
      version,
      hash,
    })
    await redis.del(eventsKey)
    await redis.rpush(eventsKey, ...anew.map(event => JSON.stringify(event)))
    return { id, ids, outcome: await verified(await exported(store)) }
  }
  const decision = { verdict: 'approve', by: 'U0BOB', note: '', atMs: T0, fills: [0] }
  const approvedState = {
    ...{ name: 'approved', decision, attempt: 1, notBeforeMs: T0, lastCause: null, wait: null },
    ...{ dispatch: null, cleared: false, gaveWay: 0 },
  }

  it('is a record that says it was approved, which no event has done', async () => {
    const { id, outcome } = await forge((record, events) => {
      record.state = approvedState
      record.votes = [decision]
      return events
    })
    const problem = `${id}: the record is not what the events lead to: votes, state`
    expect(outcome).toMatchObject({ ok: false, problem })
  })

  it('is named event by event', async () => {
    const { id, outcome } = await forge((record, events) => {
      record.state = { ...approvedState, name: 'approved' }
      const [submitted, planned] = events as [ChainedEvent, ChainedEvent]
      const command = { ...start, digest }
      const forged = { ...planned, changeId: 'x', before: 'approved', state: 'executing', command } as const
      return [submitted, planned, forged]
    })
    expect(outcome.ok ? [] : [outcome, ...(outcome.others ?? [])].map(({ problem }) => problem)).toEqual([
      `${id}: event 3: it does not begin in the state in which the event before it ended: approved after pending`,
      `${id}: event 3: that could not be done there: start (stale)`,
      `${id}: event 3: no approval that suffices and no broken glass for this plan comes before it: 0 of 1 approvals stand`,
      `${id}: the record is not what the events lead to: state`,
    ])
  })

  it('is the trail of another request', async () => {
    const { prefix, store, ids } = await filled()
    const [done = '', rejected = ''] = ids
    for (const kind of ['events', 'documents']) {
      await redis.copy(`{${prefix}}:${kind}:${done}`, `{${prefix}}:${kind}:${rejected}`, 'REPLACE')
    }
    const [requestKey, otherKey] = [done, rejected].map(id => `{${prefix}}:request:${id}`) as [string, string]
    await redis.copy(requestKey, otherKey, 'REPLACE')
    const json = (await redis.hget(requestKey, 'json')) ?? ''
    await redis.hset(otherKey, 'json', json.replace(`"${done}"`, `"${rejected}"`))
    expect(await verified(await exported(store))).toMatchObject({
      ok: false,
      problem: `${rejected}: it is the submission of ${done} once more`,
    })
  })

  it('is rows of a plan that are not those of its digest, or are not there', async () => {
    const [{ prefix, store, ids }, other] = await Promise.all([filled(), filled()])
    const key = `{${prefix}}:documents:${ids[0]}`
    const json = (await redis.hget(key, 'plan-1')) ?? ''
    const [first, ...rest] = planRowsSchema.parse(JSON.parse(json))
    const moved = [{ ...first, to: 7n } as (typeof rows)[number], ...rest]
    await redis.hset(key, 'plan-1', JSON.stringify(z.encode(planRowsSchema, moved)))
    expect(await verified(await exported(store))).toMatchObject({
      ok: false,
      problem: `${ids[0]}: the rows of plan-1 are not those that its digest stands for`,
    })
    await redis.del(`{${other.prefix}}:documents:${other.ids[0]}`)
    expect(await verified(await exported(other.store))).toMatchObject({
      ok: false,
      problem: `${other.ids[0]}: the rows of plan-1 are missing`,
    })
  })

  it('is an undo of a request that is not there, or of which nothing was started', async () => {
    for (const parent of ['R-3', 'R-77'] as RequestId[]) {
      const { id, outcome } = await forge((record, events) => {
        record.parent = { id: parent, kind: 'undo' }
        const [submitted, ...others] = events as [ChainedEvent, ...ChainedEvent[]]
        const command = { ...submitted.command, parent: record.parent } as ChainedEvent['command']
        return [{ ...submitted, command }, ...others]
      })
      const said =
        parent === 'R-3' ? 'it undoes R-3, and nothing of that was ever started' : 'it follows R-77'
      expect(outcome).toMatchObject({ ok: false, problem: expect.stringContaining(`${id}: ${said}`) })
    }
  })
})

it('an export of before rows and records were in it is still verified, and it is said what was not', async () => {
  const { store } = await filled()
  let hash = ''
  const older = (await exported(store)).flatMap(line => {
    const { kept, lastHash, requests, ...rest } = JSON.parse(line)
    if (typeof kept === 'string') return []
    if (requests !== undefined) return [JSON.stringify({ requests, hash })]
    if (lastHash === undefined) return [line]
    const end = JSON.stringify({ ...rest, lastHash })
    hash = chainHash(hash, end)
    return [end]
  })
  expect(await verified(older)).toMatchObject({ ok: true, totals: { requests: 3 }, remarks: { noRecord: 3 } })
})

describe('attempts that are only counted', () => {
  it('are said with the request and apart, counted, and found out when the number was changed', async () => {
    const { store, ids } = await filled()
    const [done] = ids as [RequestId]
    for (let times = 0; times < 37; times++) await store.countAttempt(done, 'U0DAVE')
    const tried = { by: 'U0GUEST', command: 'reset command', refusal: 'guest', from: NOWHERE } as const
    for (let times = 0; times < 50; times++) await store.recordAttempt({ ...tried, atMs: T0 + times })
    const lines = await exported(store)
    const ends = lines.map(line => JSON.parse(line)).filter(({ lastHash }) => lastHash !== undefined)
    const day = new Date(T0).toISOString().slice(0, 10)
    expect(ends.map(({ requestId, more }) => [requestId, more])).toEqual([
      [done, { U0DAVE: 37 }],
      ...ids.slice(1).map(id => [id, undefined]),
      ['attempts', { [`${day} U0GUEST`]: 30 }],
    ])
    expect(await verified(lines)).toMatchObject({ ok: true, totals: { attempts: 20, more: 67 } })
    for (const [said, changed] of [
      ['"U0DAVE":37', '"U0DAVE":3'],
      [',"more":{"U0DAVE":37}', ''],
      ['U0GUEST":30', 'U0GUEST":31'],
    ] as const) {
      const at = lines.findIndex(line => line.includes(said))
      const other = lines.with(at, (lines[at] as string).replace(said, changed))
      expect(await verified(other), said).toMatchObject({ ok: false, line: lines.length })
    }
  })
})

describe('the memory of the command', () => {
  it('does not grow with the number of requests', { tags: ['long'] }, async () => {
    const trailOf = (id: RequestId): Trail => {
      const asked = draft({ id })
      const first = submit(asked, T0)
      const { next, event } = sealed(first, eventOf(null, first, submissionOf(asked), `c-${id}`, T0))
      return {
        ...{ id, version: 1, auditHash: event.hash, more: {}, events: [JSON.stringify(event)] },
        record: JSON.stringify(z.encode(requestSchema, next)),
        async *documents() {},
      }
    }
    let [given, mostAhead] = [0, 0]
    const many: Pick<Store, 'readTrails' | 'readAttempts'> = {
      readAttempts: async () => ({
        version: 0,
        auditHash: '',
        more: {},
        async *events() {},
        sealed: null,
      }),
      async *readTrails(): AsyncGenerator<Trail> {
        for (let n = 1; n <= 800; n++) {
          given = n
          yield trailOf(requestIdSchema.parse(`R-${n}`))
        }
      },
    }
    async function* watched(): AsyncGenerator<Buffer> {
      let taken = 0
      for await (const some of createAuditExport(many).lines()) {
        mostAhead = Math.max(mostAhead, given - taken)
        taken += 1
        yield Buffer.from(some)
      }
    }
    expect(await verifyLines(watched())).toMatchObject({ ok: true, totals: { requests: 800 } })
    expect(mostAhead).toBeLessThan(3)
  })
})

describe('npm run audit', () => {
  async function audit(args: string[], env: Record<string, string> = {}) {
    const child = spawn(process.execPath, ['dist/audit.js', ...args], {
      env: { PATH: process.env.PATH ?? '', ...env },
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    const [out, err, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close') as Promise<[number | null]>,
    ])
    return { code, out, err }
  }

  it('exports to a file or to stdout, verifies, and exits 1 for a file in which one byte was changed', {
    tags: ['long'],
  }, async () => {
    const { prefix, ids } = await filled()
    const env = { REDIS_URL: inject('redisUrl'), REDIS_PREFIX: prefix }
    const file = join(folder, 'audit.jsonl')
    const toFile = await audit(['export', file], env)
    expect(toFile).toMatchObject({ code: 0, out: '', err: expect.stringContaining('3 requests, 10 events') })
    const bytes = await readFile(file)
    expect((await audit(['export'], env)).out).toBe(bytes.toString())

    // Without any setting: whoever verifies needs the file and nothing else.
    const whole = await audit(['verify', file])
    expect(whole).toMatchObject({ code: 0, out: expect.stringContaining('is whole: 3 requests, 10 events') })
    expect(toFile.err).toContain(/hash \w{64}/.exec(whole.out)?.[0] ?? 'no hash')

    const one = join(folder, 'one.jsonl')
    const [second = ''] = ids.slice(1)
    expect(await audit(['export', '--request', second, one], env)).toMatchObject({
      ...{ code: 0, err: expect.stringContaining('Exported 1 request, 3 events') },
    })
    expect(await audit(['verify', one])).toMatchObject({ code: 0 })
    expect(await audit(['export', '--request', 'R-999'], env)).toMatchObject({
      ...{ code: 1, out: '', err: 'There is no R-999.\n' },
    })
    expect((await audit(['export', '--since', '2000-01-01'], env)).out).toBe(bytes.toString())

    const at = bytes.indexOf('Reset by mistake')
    bytes.write('r', at)
    await writeFile(file, bytes)
    expect(await audit(['verify', file])).toEqual({
      code: 1,
      out: '',
      err: `${file}, line 9: ${ids[1]}: version 1 is not what its hash says, so it was changed.\n`,
    })
  })

  it('says what it cannot do, and exits with something else than 0', { tags: ['long'] }, async () => {
    const [unset, away, missing, misspelt, incomplete, never] = await Promise.all([
      audit(['export']),
      audit(['export'], { REDIS_URL: 'redis://127.0.0.1:1' }),
      audit(['verify', join(folder, 'none')]),
      audit(['shred', 'x']),
      audit(['verify']),
      audit(['export', '--since', 'yesterday']),
    ])
    const aFolder = await audit(['verify', folder])
    expect(aFolder).toMatchObject({ code: 1, err: `${folder}: it is a folder, and no file (EISDIR)\n` })
    const short = await audit(['verify', join(folder, 'none')], { AUDIT_KEY: 'hunter2' })
    expect(short).toMatchObject({ code: 1, out: '', err: expect.stringContaining('AUDIT_KEY must have 32') })
    expect(short.err).not.toContain('hunter2')
    expect(unset).toEqual({ code: 1, out: '', err: 'REDIS_URL is missing\n' })
    expect(away).toEqual({
      ...{ code: 1, out: '' },
      err: 'Redis at 127.0.0.1:1 (REDIS_URL) cannot be connected to: ECONNREFUSED.\n',
    })
    expect(missing).toMatchObject({
      ...{ code: 1, err: `${join(folder, 'none')}: there is no such file or folder (ENOENT)\n` },
    })
    for (const [{ code, err }, wrong] of [
      [misspelt, 'audit takes export, verify or restored.'],
      [incomplete, 'verify takes one file.'],
      [never, '--since takes a day, like 2026-11-01, or an instant'],
    ] as const) {
      expect(code).toBe(2)
      expect(err.startsWith(wrong), err).toBe(true)
      expect(err).toContain('audit verify FILE')
    }
  })
})

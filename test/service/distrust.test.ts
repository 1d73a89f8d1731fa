// Who can write to Redis writes an approval there, and an honest worker gets a job for it: what it then does, with the key
// that Redis does not have and without.

import { afterEach, expect, it } from 'vitest'
import { z } from 'zod'
import { SEALED_RECORD } from '../../src/ports/store.ts'
import { type ChainedEvent, chained, sealed } from '../../src/request/audit.ts'
import { decide, eventOf } from '../../src/request/decide.ts'
import { type ResetRequest, requestSchema } from '../../src/request/request.ts'
import { createSeals, keyId, type Seals } from '../../src/request/seals.ts'
import { createAuditExport } from '../../src/trail-file/export.ts'
import { approve, BOB, EMPTY, SOMEWHERE, start } from '../support/requests.ts'
import { back100, type Service, type ServiceOptions, startService } from '../support/service.ts'

const KEY = 'k9Zr4mXq0Lw2Tb7VnYc5Ds8Hf1Gj3Pa6'
const NEW_KEY = 'n2Bv8cXl6Mk4Jh0Gf5Ds7Aq1We3Rt9Yu'
const SEALS = createSeals([KEY], 'rewind')
const services: Service[] = []
afterEach(async () => {
  for (const service of services.splice(0).reverse()) await service.close()
})

async function serve(seals: Seals | null, options: ServiceOptions = {}): Promise<Service> {
  const service = await startService({ ...options, ...(seals === null ? {} : { seals }) })
  services.push(service)
  return service
}

/** Another process of the same installation, with other settings. */
const beside = ({ prefix, ckafka }: Service, seals: Seals | null) => serve(seals, { prefix, ckafka })

const keysOf = ({ prefix }: Service, { id }: ResetRequest) => ({
  record: `{${prefix}}:request:${id}`,
  events: `{${prefix}}:events:${id}`,
})

/** The record alone, as raw JSON, without anything that would show it. */
async function writeRecord(service: Service, request: ResetRequest, forged: ResetRequest): Promise<void> {
  const json = JSON.stringify(z.encode(requestSchema, forged))
  await service.redis.hset(keysOf(service, request).record, 'json', json)
}

function approvedBy(by: string, request: ResetRequest): ResetRequest {
  const nowMs = Date.now()
  const decision = { verdict: 'approve', by, note: '', atMs: nowMs, fills: [0] } as const
  const fresh = { lastCause: null, wait: null, dispatch: null, cleared: false, gaveWay: 0 }
  return {
    ...request,
    votes: [{ ...decision, fills: [0] }],
    state: {
      ...{ name: 'approved', attempt: 1, notBeforeMs: nowMs - 1_000, ...fresh },
      decision: { ...decision, fills: [0] },
    },
  }
}

/** A decision that nobody took, with its event, every hash, and the record that it leads to. */
async function forgeDecision(service: Service, request: ResetRequest): Promise<void> {
  const { store, redis } = service
  const command = { ...approve, digest: request.plan?.digest ?? '' }
  const nowMs = Date.now()
  const decided = decide(request, command, nowMs)
  if (!decided.ok) throw new Error(decided.refusal)
  const { next, event } = sealed(decided.next, eventOf(request, decided.next, command, 'forged', nowMs))
  const keys = keysOf(service, request)
  await redis.rpush(keys.events, JSON.stringify(event))
  await redis.hset(keys.record, {
    json: JSON.stringify(z.encode(requestSchema, next)),
    version: next.version,
    hash: event.hash,
  })
  expect(await store.read(request.id)).toMatchObject({ state: { name: 'approved' } })
}

const unverified = ({ events }: Service) => events.filter(({ event }) => event === 'unverified')

async function pendingIn(service: Service): Promise<ResetRequest> {
  return service.plan(await service.ask(back100))
}

/** It ended, nothing was called, and that is said once, however many jobs come. */
async function runsNothing(service: Service, request: ResetRequest, why: string): Promise<void> {
  const ended = await service.execute(request)
  expect(ended.state).toMatchObject({ name: 'failed', outcome: { kind: 'notVerified', why } })
  expect(ended.notes.at(-1)).toEqual({ kind: 'ended' })
  expect(service.callsToReset()).toBe(0)
  const { version } = ended
  for (let i = 0; i < 3; i++) expect((await service.execute(request)).version).toBe(version)
  expect(unverified(service)).toEqual([
    { event: 'unverified', requestId: request.id, why, finding: expect.any(String) },
  ])
}

it('a record that says it was approved, and no event that did it, runs nothing, also without a key', async () => {
  const service = await serve(null)
  const request = await pendingIn(service)
  await writeRecord(service, request, approvedBy(BOB, request))
  await runsNothing(service, request, 'story')
})

it('a record that contradicts the numbers that changes are compared with runs nothing, and holds nobody up', async () => {
  const service = await serve(null)
  const request = await pendingIn(service)
  await writeRecord(service, request, { ...approvedBy(BOB, request), version: 99, auditHash: 'a'.repeat(64) })
  await runsNothing(service, request, 'story')
})

it('a decision that is forged with every hash runs without a key, and runs nothing with one', async () => {
  const bare = await serve(null)
  const first = await pendingIn(bare)
  await forgeDecision(bare, first)
  expect(await bare.execute(first)).toMatchObject({ state: { name: 'succeeded' } })

  const service = await serve(SEALS)
  const request = await pendingIn(service)
  await forgeDecision(service, request)
  await runsNothing(service, request, 'changed')
})

it('a trail that was forged under an honest record runs nothing with a key', async () => {
  const service = await serve(SEALS)
  const request = await service.approved()
  const { events, record } = keysOf(service, request)
  const told = (await service.redis.lrange(events, 0, -1)).map(json => JSON.parse(json) as ChainedEvent)
  const anew: ChainedEvent[] = []
  for (const { hash: _, ...event } of told) {
    const { command } = event
    const other = command.kind === 'decide' ? { ...command, by: 'U0MALLORY' } : command
    anew.push(chained(anew.at(-1)?.hash ?? '', { ...event, command: other }))
  }
  await service.redis.del(events)
  await service.redis.rpush(events, ...anew.map(event => JSON.stringify(event)))
  await service.redis.hset(record, 'hash', anew.at(-1)?.hash ?? '')
  await runsNothing(service, request, 'changed')
})

it('an honest change of a forged record does not make it honest', async () => {
  for (const seals of [null, SEALS]) {
    const service = await serve(seals)
    const request = await pendingIn(service)
    await writeRecord(service, request, approvedBy(BOB, request))
    await service.changes.change(request.id, { kind: 'dispatched', number: 1 })
    const { state } = await service.execute(request)
    expect(state).toMatchObject({ name: 'failed', outcome: { kind: 'notVerified' } })
    expect(service.callsToReset()).toBe(0)
  }
})

it('no vote is counted on a record that was changed, and who votes is told that it has ended', async () => {
  for (const [seals, why] of [
    [null, 'story'],
    [SEALS, 'changed'],
  ] as const) {
    const service = await serve(seals)
    const request = await pendingIn(service)
    // One of two approvals, which nobody gave.
    const { votes } = approvedBy('U0MALLORY', request)
    await writeRecord(service, request, { ...request, votes })
    const command = { ...approve, digest: request.plan?.digest ?? '' }
    expect(await service.changes.change(request.id, command)).toMatchObject({
      kind: 'refused',
      refusal: 'decided',
      request: { state: { name: 'failed', outcome: { kind: 'notVerified', why } }, votes },
    })
  }
})

it('what is forged while the worker looks at the cluster starts nothing', async () => {
  for (const seals of [null, SEALS]) {
    const service = await serve(seals)
    const request = await service.approved()
    const { prefix } = service
    const another = await pendingIn(service)
    const looked = (await service.changes.readVouched(another.id)) as ResetRequest
    await writeRecord(service, another, { ...approvedBy(BOB, looked), version: looked.version + 1 })
    await service.redis.hset(`{${prefix}}:request:${another.id}`, 'version', looked.version + 1)
    // As of before: the worker holds what it has verified, and the commit finds another version.
    const command = { ...start, digest: looked.plan?.digest ?? '', group: EMPTY }
    const outcome = await service.changes.start(approvedBy(BOB, looked), command, 0)
    expect(outcome).toMatchObject({ kind: 'refused', request: { state: { name: 'failed' } } })
    expect((await service.execute(request)).state.name).toBe('succeeded')
  }
})

it('a key that was replaced still vouches for what it sealed, and one that is not given does not', async () => {
  const before = await serve(SEALS)
  const [one, other] = [await before.approved(), await pendingIn(before)]
  const both = await beside(before, createSeals([NEW_KEY, KEY], 'rewind'))
  expect((await both.execute(one)).state.name).toBe('succeeded')
  const only = await beside(before, createSeals([NEW_KEY], 'rewind'))
  // Its record is sealed with the new key, and its first events are not.
  await both.approve(other)
  const refused = await only.execute(other)
  expect(refused.state).toMatchObject({ outcome: { kind: 'notVerified', why: 'otherKey' } })
  expect(before.callsToReset()).toBe(1)
})

it('a process with another key writes nothing, ends nothing, and what is there runs under the right one', async () => {
  const service = await serve(SEALS)
  const [one, other] = [await service.approved(), await pendingIn(service)]
  const wrong = await beside(service, createSeals([NEW_KEY], 'rewind'))
  const { version } = await service.now(one)
  const left = { code: SEALED_RECORD }
  await expect(wrong.execute(one)).rejects.toMatchObject(left)
  await expect(wrong.changes.change(other.id, { kind: 'expire' })).rejects.toMatchObject(left)
  await expect(wrong.ask(back100)).rejects.toMatchObject(left)
  const tried = { atMs: 1, by: 'U0GUEST', command: 'x', refusal: 'guest', from: SOMEWHERE } as const
  await expect(wrong.store.recordAttempt(tried)).rejects.toMatchObject(left)
  expect(unverified(wrong)).toEqual([])
  expect((await service.now(one)).version).toBe(version)
  expect((await service.execute(one)).state.name).toBe('succeeded')
  // Nobody has the key any more, and whoever runs Rewind says so.
  const goesOn = await beside(service, createSeals([NEW_KEY], 'rewind', [keyId(KEY)]))
  const ended = await goesOn.execute(other)
  expect(ended.state).toMatchObject({ outcome: { kind: 'notVerified', why: 'otherKey' } })
})

it('one record that is sealed with another key is ended, and stops nobody', async () => {
  const service = await serve(SEALS)
  const [honest, planted] = [await service.approved(), await service.approved()]
  const { record } = keysOf(service, planted)
  const seal = createSeals([NEW_KEY], 'rewind').seal(
    ...(['record', planted.id, (await service.redis.hget(record, 'json')) ?? ''] as const),
  )
  await service.redis.hset(record, 'seal', `${seal.key}:${seal.mac}`)
  // As after a restart.
  const again = await beside(service, SEALS)
  expect((await again.execute(planted)).state).toMatchObject({
    outcome: { kind: 'notVerified', why: 'otherKey' },
  })
  expect((await again.execute(honest)).state.name).toBe('succeeded')
})

it('what was open when the key was first set is ended when it is next read, and what is under way ends as it would', async () => {
  const bare = await serve(null)
  const [waiting, approved, running] = [await pendingIn(bare), await bare.approved(), await bare.approved()]
  const command = { ...start, digest: running.plan?.digest ?? '' }
  const started = await bare.changes.start(running, command, 0)
  expect(started.kind).toBe('changed')
  const service = await beside(bare, SEALS)
  const unsealed = { name: 'failed', outcome: { kind: 'notVerified', why: 'unsealed' } }
  expect((await service.now(waiting)).state).toMatchObject(unsealed)
  expect((await service.execute(approved)).state).toMatchObject(unsealed)
  expect((await service.now(running)).state.name).toBe('executing')
  expect(bare.callsToReset()).toBe(0)
  // Asked for again it is sealed from its first event.
  expect((await service.execute(await service.approved())).state.name).not.toBe('failed')
})

it('a process without the key leaves alone what is sealed and open', async () => {
  const service = await serve(SEALS)
  const request = await service.approved()
  const bare = await beside(service, null)
  const { version } = await service.now(request)
  await expect(bare.execute(request)).rejects.toMatchObject({ code: SEALED_RECORD })
  await expect(bare.changes.change(request.id, { kind: 'expire' })).rejects.toMatchObject({
    code: SEALED_RECORD,
  })
  expect(service.callsToReset()).toBe(0)
  expect((await service.now(request)).version).toBe(version)
  const done = await service.execute(request)
  expect(done.state.name).toBe('succeeded')
  expect((await bare.now(request)).state.name).toBe('succeeded')
})

it('keeps no key in Redis, in the log, or in what is exported', async () => {
  const service = await serve(SEALS)
  const request = await service.approved()
  await service.execute(request)
  await service.store.recordAttempt({
    ...{ atMs: 1, by: 'U0GUEST', command: 'x', refusal: 'guest', from: SOMEWHERE },
  })
  const { redis, prefix } = service
  const said = [JSON.stringify(service.events)]
  for (const key of await redis.keys(`{${prefix}}:*`)) {
    said.push(Buffer.from((await redis.dumpBuffer(key)) ?? '').toString('latin1'))
  }
  for await (const line of createAuditExport(service.store).lines()) said.push(line)
  expect(said.filter(text => text.includes(KEY))).toEqual([])
})

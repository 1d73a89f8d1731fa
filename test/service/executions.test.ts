// One approved request carried out, over the real store and the real API: at most once, and only what was approved.

import { afterEach, describe, expect, inject, it, vi } from 'vitest'
import { causeOf } from '../../src/request/cause.ts'
import { hasMembers } from '../../src/request/group.ts'
import type { ResetRequest } from '../../src/request/request.ts'
import type { Reset } from '../../src/request/reset.ts'
import { mayStart } from '../../src/request/waiting.ts'
import type { CkafkaFault } from '../../src/sandbox/ckafka/faults.ts'
import { approve, DENIED, EMPTY, SOMEWHERE, testify } from '../support/requests.ts'
import {
  back100,
  GROUP,
  SETTINGS,
  type Service,
  type ServiceOptions,
  startService,
} from '../support/service.ts'
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'

const WRITE = 'BatchModifyGroupOffsets'
const LOGS = 'DescribeTopicSyncReplica'
const STATE = 'DescribeGroupInfo'
const OFFSETS = 'DescribeGroupOffsets'
const both: Reset = { ...back100, topics: ['orders', 'payments'] }
const BEFORE = [900n, 800n, null]
const AFTER = [800n, 700n, null]
/** Longer than a change waits for the store when somebody is there to try again. */
const PERSON_GIVES_UP_MS = 1_200
const FOR_EVER = Number.POSITIVE_INFINITY

let service: Service
let proxy: TcpProxy | undefined
afterEach(async () => {
  await service.close()
  await proxy?.close()
  proxy = undefined
})

async function start(options?: ServiceOptions): Promise<void> {
  service = await startService(options)
}

const cluster = () => service.ckafka.cluster
const join = () => cluster().join(GROUP, { clientId: 'billing-1', host: '/10.0.3.11' })
const leave = () => cluster().leave(GROUP, 'billing-1')

/** Once the API has been asked for this for the `times`th time, and answered. */
function onceAnswered(action: string, times: number, then: () => void): void {
  let isDone = false
  service.ckafka.onChange(() => {
    if (isDone || service.ckafka.calls(action).filter(({ answer }) => answer !== '').length < times) return
    isDone = true
    then()
  })
}

/** Lets the time pass until it may be looked at again, and takes that look. */
function lookAgain(request: ResetRequest): Promise<ResetRequest> {
  if (request.state.name !== 'approved') throw new Error(`It is ${request.state.name}.`)
  service.pass(Math.max(0, request.state.notBeforeMs - service.clock()))
  return service.execute(request)
}

describe('an approved request', () => {
  it('is carried out as it was planned, and proven by what stands there afterwards', async () => {
    await start()
    const request = await service.execute(await service.approved(both))
    expect(request.state).toMatchObject({
      name: 'succeeded',
      attempt: 1,
      outcome: { counts: { succeeded: 3, failed: 0, unreported: 0 }, rows: 3 },
    })
    expect(service.committed('orders')).toEqual(AFTER)
    expect(service.committed('payments')).toEqual([600n])
    expect(await service.store.readDocument(request.id, 'result')).toMatchObject([
      { topic: 'orders', partition: 0, from: 900n, planned: 800n, readBack: 800n },
      { topic: 'orders', partition: 1, from: 800n, planned: 700n, readBack: 700n },
      { topic: 'payments', partition: 0, from: 700n, planned: 600n, readBack: 600n },
    ])
    expect(service.events.filter(({ event }) => event === 'called')).toMatchObject([{ outcome: 'done' }])
  })

  it('is carried out once, however many jobs come for it', async () => {
    await start()
    const request = await service.approved()
    await Promise.all([1, 2, 3, 4].map(() => service.execute(request)))
    await service.execute(request)
    expect((await service.now(request)).state.name).toBe('succeeded')
    expect(service.callsToReset()).toBe(1)
  })

  it('waits while another request writes to the same group, and is planned afresh after it', async () => {
    await start()
    const [first, second] = [await service.approved(), await service.approved(both)]
    service.ckafka.inject(WRITE, { kind: 'delay', ms: 300 })
    const running = service.execute(first)
    await vi.waitFor(async () => expect((await service.now(first)).state.name).toBe('executing'))
    const behind = await service.execute(second)
    expect(behind.state).toMatchObject({
      name: 'approved',
      attempt: 1,
      lastCause: expect.stringMatching(`^groupBusy \\["${first.id}","writes","\\d+"\\]$`),
    })
    expect(service.callsToReset()).toBe(1)
    expect((await running).state.name).toBe('succeeded')
    expect((await lookAgain(await service.now(second))).state.name).toBe('preparing')
    expect(service.callsToReset()).toBe(1)
  })

  it('is planned afresh when another wrote to the group between its look and its turn', async () => {
    await start()
    const [first, second] = [await service.approved(), await service.approved(both)]
    // Where the group stands has been read; its state, the other half of the look, keeps the answer waiting.
    service.ckafka.inject(STATE, { kind: 'delay', ms: 1_500 })
    const positionsRead = new Promise<void>(resolve =>
      onceAnswered(OFFSETS, service.ckafka.calls(OFFSETS).length + 1, resolve),
    )
    const behind = service.execute(second)
    await positionsRead
    expect((await service.execute(first)).state.name).toBe('succeeded')
    const waits = await behind
    expect(waits.state).toMatchObject({
      name: 'approved',
      attempt: 1,
      lastCause: causeOf('groupBusy', first.id, 'wrote'),
    })
    expect(service.callsToReset()).toBe(1)
    expect((await lookAgain(waits)).state.name).toBe('preparing')
    expect(service.committed('orders')).toEqual(AFTER)
    expect(service.committed('payments')).toEqual([700n])
  })

  it('waits as long as a call of another to the same group may still arrive', async () => {
    await start()
    const [first, second] = [await service.approved(both), await service.approved()]
    service.ckafka.inject(WRITE, { kind: 'cut', afterDoingIt: false })
    const partial = await service.execute(first)
    expect(partial.state).toMatchObject({
      name: 'partial',
      outcome: { counts: { succeeded: 1, unreported: 2 } },
    })
    expect((await service.execute(second)).state).toMatchObject({
      name: 'approved',
      lastCause: causeOf('groupBusy', first.id, 'late', `${partial.lateUntilMs}`),
    })
  })

  it('does not wait for a call that was answered, though the answer left a partition out', async () => {
    await start({ dialect: 'v2' })
    const [first, second] = [await service.approved(both), await service.approved()]
    service.ckafka.inject('SetGroupOffsets', { kind: 'unreported', topics: ['payments'] })
    const partial = await service.execute(first)
    expect(partial.state).toMatchObject({ name: 'partial', outcome: { counts: { unreported: 1 } } })
    expect(await service.store.writerOf(back100.target)).toMatchObject({ holder: null })
    expect((await service.execute(second)).state.name).not.toBe('approved')
  })

  it('writes to its trail less and less often while it gives way', async () => {
    await start()
    const [first, second] = [await service.approved(both), await service.approved()]
    service.ckafka.inject(WRITE, { kind: 'cut', afterDoingIt: false })
    await service.execute(first)
    const before = (await service.store.readEvents(second.id)).length
    let request = second
    for (const untilMs = service.clock() + 106_000; service.clock() < untilMs; ) {
      if (request.state.name !== 'approved') break
      service.pass(Math.max(0, request.state.notBeforeMs - service.clock()))
      request = await service.execute(request)
    }
    expect(request.state.name).toBe('approved')
    expect((await service.store.readEvents(second.id)).length - before).toBeLessThanOrEqual(12)
  })

  it('is not looked at while another request writes to its group', async () => {
    await start()
    const [first, second] = [await service.approved(), await service.approved(both)]
    service.ckafka.inject(WRITE, { kind: 'delay', ms: 300 })
    const running = service.execute(first)
    await vi.waitFor(async () => expect((await service.now(first)).state.name).toBe('executing'))
    const looks = service.ckafka.calls(LOGS).length
    await service.execute(second)
    expect(service.ckafka.calls(LOGS)).toHaveLength(looks)
    await running
  })

  it('is not looked at before its time has come, and keeps it for the job that comes then', async () => {
    await start()
    const approved = await service.approved()
    const later = await service.apply(approved, {
      kind: 'postpone',
      digest: approved.plan?.digest ?? '',
      cause: 'no answer',
      retryAfterMs: 60_000,
    })
    service.newActions()
    expect(await service.execute(approved)).toEqual(later)
    service.pass(58_000)
    expect(await service.execute(approved)).toEqual(later)
    expect(service.newActions()).toEqual([])
    // Clocks of machines differ by a little.
    service.pass(1_500)
    expect((await service.execute(approved)).state.name).toBe('succeeded')
  })

  it.each(['asked', 'pending', 'cancelled'])('is the only one that is: not one that is %s', async name => {
    await start()
    let request = await service.ask()
    if (name !== 'asked') request = await service.plan(request)
    if (name === 'cancelled') {
      request = await service.approve(request)
      request = await service.apply(request, {
        kind: 'cancel',
        by: request.requester,
        policy: DENIED,
        from: SOMEWHERE,
      })
    }
    service.newActions()
    expect(await service.execute(request)).toEqual(request)
    expect(service.newActions()).toEqual([])
  })
})

describe('a plan that is not there as it was approved', () => {
  it.each<[string, (key: string) => Promise<unknown>]>([
    ['is missing', key => service.redis.hdel(key, 'plan-1')],
    ['has lost a row', key => rewrite(key, rows => rows.slice(1))],
    ['says something else', key => rewrite(key, rows => rows.map(row => row.replace(' 800 ', ' 810 ')))],
  ])('ends the request, and nothing is called: it %s', async (_, lose) => {
    await start()
    const approved = await service.approved()
    await lose(service.documentsKey(approved))
    const failed = await service.execute(approved)
    expect(failed.state).toMatchObject({
      name: 'failed',
      outcome: { kind: 'refused', message: causeOf('planNotWhole') },
    })
    expect(service.callsToReset()).toBe(0)
    expect(service.committed('orders')).toEqual(BEFORE)
  })

  async function rewrite(key: string, change: (rows: string[]) => string[]): Promise<void> {
    const rows: string[] = JSON.parse((await service.redis.hget(key, 'plan-1')) ?? '')
    const changed = JSON.stringify(change(rows))
    expect(changed).not.toBe(JSON.stringify(rows))
    await service.redis.hset(key, 'plan-1', changed)
  }
})

describe('a store that is away', () => {
  async function startBehindProxy(onEvent?: ServiceOptions['onEvent']) {
    proxy = await startTcpProxy(Number(new URL(inject('redisUrl')).port))
    await start({
      redisUrl: `redis://127.0.0.1:${proxy.port}`,
      ...(onEvent === undefined ? {} : { onEvent }),
    })
    let losses = 0
    service.redis.on('close', () => {
      losses += 1
    })
    return { ...proxy, losses: () => losses }
  }

  it('once it has started costs nothing of the evidence, though a person would have given up', async () => {
    const between = await startBehindProxy(event => {
      if (event.event === 'changed' && event.command === 'start') between.down()
    })
    const approved = await service.approved()
    onceAnswered(WRITE, 1, () => void setTimeout(between.up, PERSON_GIVES_UP_MS))
    const request = await service.execute(approved)
    expect(request.state).toMatchObject({ name: 'succeeded', outcome: { counts: { succeeded: 2 } } })
    expect(await service.store.readDocument(request.id, 'result')).toHaveLength(2)
    expect(service.callsToReset()).toBe(1)
    expect(between.losses()).toBeGreaterThan(0)
  })

  it('as it is told to start is asked again: the call is made once, and by whoever has started', async () => {
    const between = await startBehindProxy()
    const approved = await service.approved()
    onceAnswered(STATE, 2, () => between.loseNextReply('"kind":"start"'))
    const request = await service.execute(approved)
    expect(request.state.name).toBe('succeeded')
    expect(service.callsToReset()).toBe(1)
    const commands = (await service.store.readEvents(request.id)).map(({ command }) => command.kind)
    expect(commands.slice(-2)).toEqual(['start', 'finish'])
    expect(between.losses()).toBe(1)
  })

  it('as it is told the end is told again, once', async () => {
    const between = await startBehindProxy()
    const approved = await service.approved()
    onceAnswered(WRITE, 1, () => between.loseNextReply('"kind":"finish"'))
    const request = await service.execute(approved)
    expect(request.state.name).toBe('succeeded')
    const commands = (await service.store.readEvents(request.id)).map(({ command }) => command.kind)
    expect(commands.filter(kind => kind === 'finish')).toHaveLength(1)
    expect(between.losses()).toBe(1)
  })
})

describe('a group in use', () => {
  it('is waited for and has to stay empty for the hold, and then it is carried out', async () => {
    await start()
    join()
    const approved = await service.approved()
    let request = await service.execute(approved)
    expect(request.state).toMatchObject({ name: 'approved', attempt: 1, wait: { looks: 1 } })
    leave()
    request = await lookAgain(request)
    const emptyAtMs = service.clock()
    while (request.state.name === 'approved') {
      expect(service.callsToReset()).toBe(0)
      request = await lookAgain(request)
    }
    expect(request.state.name).toBe('succeeded')
    expect(service.clock() - emptyAtMs).toBeGreaterThanOrEqual(SETTINGS.emptyHoldMs)
    expect(service.committed('orders')).toEqual(AFTER)
  })

  it('that goes on committing is waited for; planned anew is what it has become when it is empty', async () => {
    await start()
    join()
    const approved = await service.approved()
    let request = approved
    for (let look = 1; look <= 3; look++) {
      cluster().consume(GROUP, 'orders', 0, 5)
      request = await lookAgain(request)
      expect(request).toMatchObject({ round: 1, state: { name: 'approved', wait: { looks: look } } })
    }
    leave()
    while (request.state.name === 'approved') request = await lookAgain(request)
    expect(request).toMatchObject({
      round: 2,
      plan: null,
      state: { name: 'preparing' },
      drift: [{ kind: 'committedMoved', first: { was: 900n, is: 915n } }],
    })
    expect(service.callsToReset()).toBe(0)
  })

  it('is given up on at the hour that was announced', async () => {
    await start()
    join()
    let request = await service.execute(await service.approved())
    const waitedFromMs = service.clock()
    while (request.state.name === 'approved') request = await lookAgain(request)
    expect(request.state).toMatchObject({ name: 'failed', outcome: { kind: 'neverEmpty' } })
    expect(service.clock() - waitedFromMs).toBeLessThan(SETTINGS.emptyWaitMs + 10_000)
    expect(service.callsToReset()).toBe(0)
  })

  it('is waited for through looks that fail, and none of them is an attempt', async () => {
    await start()
    join()
    let request = await service.execute(await service.approved())
    service.ckafka.inject(STATE, { kind: 'status', status: 502, afterDoingIt: false }, FOR_EVER)
    for (let look = 1; look <= 9; look++) request = await lookAgain(request)
    expect(request.state).toMatchObject({ name: 'approved', attempt: 1, wait: { looks: 1 } })
    service.ckafka.clearFaults()
    expect((await lookAgain(request)).state).toMatchObject({ attempt: 1, wait: { looks: 2 } })
  })
})

describe('a call that is refused because somebody is back', () => {
  const refused: CkafkaFault = { kind: 'code', code: 'FailedOperation', message: 'group is not empty' }

  it.each<[string, () => void]>([
    ['the API itself says so', () => service.ckafka.inject(WRITE, refused)],
    [
      'the look just before the call does',
      () =>
        onceAnswered(STATE, 2, () => {
          join()
        }),
    ],
  ])('is held anew: %s', async (_, rejoin) => {
    await start()
    const approved = await service.approved()
    expect(approved.group).toEqual({ ...EMPTY, expiresFromEmpty: true })
    rejoin()
    let request = await service.execute(approved)
    expect(request.state).toMatchObject({ name: 'approved', attempt: 2, wait: null })
    expect(request.group !== null && hasMembers(request.group)).toBe(true)
    expect(mayStart(request, EMPTY, 0, service.clock())).toBe(false)
    if (cluster().group(back100.target.instanceId, GROUP).members.length > 0) leave()

    const calls = service.callsToReset()
    request = await lookAgain(request)
    expect(request.state).toMatchObject({ name: 'approved', wait: { looks: 1 } })
    const emptyAtMs = service.clock()
    while (request.state.name === 'approved') {
      expect(service.callsToReset()).toBe(calls)
      request = await lookAgain(request)
    }
    expect(service.clock() - emptyAtMs).toBeGreaterThanOrEqual(SETTINGS.emptyHoldMs - 1_000)
    expect(request.state).toMatchObject({ name: 'succeeded', attempt: 2 })
    expect(service.callsToReset()).toBe(calls + 1)
    expect(service.committed('orders')).toEqual(AFTER)
  })

  it('after a wait is held anew within that wait: no second one begins', async () => {
    await start()
    join()
    let request = await service.execute(await service.approved())
    const untilMs = request.state.name === 'approved' ? request.state.wait?.untilMs : undefined
    leave()
    service.ckafka.inject(WRITE, refused)
    while (request.state.name === 'approved' && request.state.attempt === 1)
      request = await lookAgain(request)
    expect(request.state).toMatchObject({ attempt: 2, wait: { untilMs, emptySinceMs: null } })
    const calls = service.callsToReset()
    request = await lookAgain(request)
    expect(request.state).toMatchObject({ wait: { untilMs } })
    expect(service.callsToReset()).toBe(calls)
    while (request.state.name === 'approved') request = await lookAgain(request)
    expect(request.state.name).toBe('succeeded')
    expect(request.notes.filter(({ kind }) => kind === 'waiting')).toHaveLength(1)
  })

  it('is a failure of the rest when it is the second topic: the first has been written', async () => {
    await start()
    const approved = await service.approved(both)
    onceAnswered(WRITE, 1, join)
    const request = await service.execute(approved)
    expect(request.state).toMatchObject({
      name: 'partial',
      outcome: { counts: { succeeded: 2, failed: 1 } },
    })
    expect(service.committed('payments')).toEqual([700n])
    expect(await service.store.readDocument(request.id, 'result')).toMatchObject([
      {
        topic: 'payments',
        outcome: 'failed',
        why: 'refused',
        said: { code: 'none' },
        cause: 'groupNotEmpty',
      },
      { topic: 'orders' },
      { topic: 'orders' },
    ])
  })
})

describe('a look that fails', () => {
  it.each([LOGS, STATE])('at %s puts the execution off, a few times, and nothing is called', async action => {
    await start()
    let request = await service.approved()
    service.ckafka.inject(action, { kind: 'status', status: 502, afterDoingIt: false }, FOR_EVER)
    for (let attempt = 1; request.state.name === 'approved'; attempt++) {
      expect(request.state.attempt).toBe(attempt)
      request = await lookAgain(request)
    }
    expect(request.state).toMatchObject({ name: 'failed', attempt: 8, outcome: { kind: 'notSent' } })
    expect(service.callsToReset()).toBe(0)
  })

  it('at one partition is no look: nothing is called on the rest of it', async () => {
    await start()
    const approved = await service.approved()
    cluster().failRead('orders', 1, 15)
    const later = await service.execute(approved)
    expect(later.state).toMatchObject({ name: 'approved', attempt: 2 })
    expect(later.state.name === 'approved' && later.state.lastCause).toBe(
      causeOf('lookFailed', causeOf('offsetUnread', 'orders 1')),
    )
    cluster().heal()
    expect((await lookAgain(later)).state.name).toBe('succeeded')
  })

  it('for good calls the execution off', async () => {
    await start()
    const approved = await service.approved()
    const code = { kind: 'code', code: 'UnauthorizedOperation', message: 'not you' } as const
    service.ckafka.inject(STATE, code, FOR_EVER)
    const request = await service.execute(approved)
    expect(request.state).toMatchObject({ name: 'failed', outcome: { reason: 'notAllowed' } })
    expect(service.callsToReset()).toBe(0)
  })
})

describe('a world that has moved', () => {
  it('takes the request back, though it is approved, and nothing is called', async () => {
    await start()
    const approved = await service.approved()
    cluster().commit(GROUP, 'orders', 0, 901n)
    const request = await service.execute(approved)
    expect(request).toMatchObject({ round: 2, state: { name: 'preparing' } })
    expect(request.notes.at(-1)).toMatchObject({ kind: 'drifted', at: 'execution' })
    expect(service.callsToReset()).toBe(0)
  })

  it('is seen as late as can be: what is committed while the logs are read counts', async () => {
    await start()
    const approved = await service.approved(both)
    onceAnswered(LOGS, 4, () => cluster().commit(GROUP, 'orders', 0, 901n))
    expect((await service.execute(approved)).state.name).toBe('preparing')
    expect(service.callsToReset()).toBe(0)
  })

  it('of a plan that is gone already says nothing of the plan that has followed it', async () => {
    await start()
    const approved = await service.approved()
    service.ckafka.inject(STATE, { kind: 'delay', ms: 500 })
    const slow = service.execute(approved)
    await vi.waitUntil(() => service.ckafka.calls(STATE).length === 2, { interval: 5 })
    const again = await service.apply(approved, {
      kind: 'drifted',
      at: 'opened',
      digest: approved.plan?.digest ?? '',
      differences: [],
      expiryMs: SETTINGS.requestExpiryMs,
    })
    // This is what the slow look sees: without its plan it would make the request wait.
    join()
    cluster().commit(GROUP, 'orders', 0, 950n)
    const anew = await service.approve(await service.plan(again))
    expect(await slow).toEqual(anew)
    expect(service.callsToReset()).toBe(0)
  })
})

describe('a call whose end nobody has seen', () => {
  it('is done where the offsets that were written stand there', async () => {
    await start()
    service.ckafka.inject(WRITE, { kind: 'cut', afterDoingIt: true })
    const request = await service.execute(await service.approved())
    expect(request.state).toMatchObject({ name: 'succeeded', outcome: { kind: 'done' } })
    expect(request.state).toHaveProperty('outcome.instead', expect.stringMatching(/./))
    expect(service.callsToReset()).toBe(1)
  })

  it('is unclear where they do not, and is not made again', async () => {
    await start()
    service.ckafka.inject(WRITE, { kind: 'cut', afterDoingIt: false })
    const request = await service.execute(await service.approved())
    expect(request.state).toMatchObject({ name: 'unclear', outcome: { kind: 'unknown' } })
    service.pass(600_000)
    expect(await service.execute(request)).toEqual(request)
    expect(service.callsToReset()).toBe(1)
    expect(service.committed('orders')).toEqual(BEFORE)
  })
})

describe('a Redis that has taken over from another', () => {
  /** What a failover forgets: the store has the record as it was before the call, and nobody writes to the group. */
  async function forgotten(afterDoingIt: boolean): Promise<ResetRequest> {
    await start()
    const approved = await service.approved()
    const earlier = await keysOf(approved)
    service.ckafka.inject(WRITE, { kind: 'cut', afterDoingIt })
    await service.execute(approved)
    await restore(earlier)
    return service.now(approved)
  }

  async function keysOf({ id }: ResetRequest): Promise<Map<string, Buffer | null>> {
    const { redis, prefix } = service
    const names = ['request', 'changes', 'events', 'documents'].map(name => `{${prefix}}:${name}:${id}`)
    const dumps = await Promise.all(names.map(name => redis.dumpBuffer(name)))
    return new Map(names.map((name, index) => [name, dumps[index] ?? null]))
  }

  async function restore(keys: Map<string, Buffer | null>): Promise<void> {
    const { redis, prefix } = service
    for (const [name, dump] of keys) if (dump !== null) await redis.restore(name, 0, dump, 'REPLACE')
    await redis.del(writerKey())
    await redis.hset(`{${prefix}}:server`, 'run', 'a'.repeat(40), 'since', '0')
  }

  const writerKey = () => `{${service.prefix}}:writer:${JSON.stringify([back100.target.instanceId, GROUP])}`

  it('begins nothing until every call that it may not know of has ended', async () => {
    const request = await forgotten(false)
    const held = await service.execute(request)
    expect(held.state).toMatchObject({ name: 'approved', attempt: 1 })
    expect(held.state.name === 'approved' && held.state.lastCause).toBe(causeOf('redisTookOver'))
    const waitsMs = held.state.name === 'approved' ? held.state.notBeforeMs - service.clock() : 0
    expect(waitsMs).toBeGreaterThan(SETTINGS.callMs + SETTINGS.graceMs - 2_000)
    expect(service.callsToReset()).toBe(1)
  })

  it('asks people about offsets that stand where the plan leads: a call may have been forgotten', async () => {
    const request = await forgotten(true)
    const asked = await service.execute(request)
    expect(asked.state).toMatchObject({ name: 'unclear', asked: true, called: false })
    expect(asked.notes.at(-1)).toEqual({ kind: 'asked', attempt: 1, evidence: 'present' })
    expect(service.callsToReset()).toBe(1)
  })

  it('asks nobody where another request of ours has put them there since', async () => {
    await start()
    const [first, second] = [await service.approved(), await service.approved()]
    service.ckafka.inject(WRITE, { kind: 'cut', afterDoingIt: false })
    let hung = await service.execute(first)
    for (const _ of [1, 2]) {
      if (hung.state.name !== 'unclear') throw new Error(`It is ${hung.state.name}.`)
      service.pass(Math.max(0, hung.state.lookAtMs - service.clock()))
      const seen = { kind: 'looked', attempt: 1, evidence: 'absent', graceMs: SETTINGS.graceMs } as const
      hung = await service.apply(hung, seen)
    }
    expect(hung.state).toMatchObject({ name: 'approved', attempt: 2, lastCause: causeOf('absentTwice') })
    // The hold of the call that nobody answered runs out by the clock of Redis.
    await service.redis.del(writerKey())
    expect((await service.execute(second)).state.name).toBe('succeeded')
    const overtaken = await lookAgain(hung)
    expect(overtaken.state.name).toBe('preparing')
    const note = overtaken.notes.at(-1)
    if (note?.kind !== 'drifted') throw new Error(`It tells of ${note?.kind}.`)
    expect(note.at).toBe('execution')
    const { movers } = service
    expect(await movers.behind(overtaken, note)).toEqual([second.id])
    // A change by other means than a request of ours is ascribed to none.
    const elsewhere = note.differences.map(each =>
      each.kind === 'committedMoved' ? { ...each, first: { ...each.first, is: 555n } } : each,
    )
    const other = { ...note, differences: elsewhere }
    expect(await movers.behind({ ...overtaken, notes: [other] }, other)).toEqual([])
    expect(service.callsToReset()).toBe(2)
  })

  it('plans anew where somebody vouches for it that nothing was called', async () => {
    const request = await forgotten(true)
    const asked = await service.execute(request)
    const cleared = await service.apply(asked, { ...testify, happened: false })
    expect((await lookAgain(cleared)).state.name).toBe('preparing')
    expect(service.callsToReset()).toBe(1)
  })
})

describe('people who may not', () => {
  it('are on record with what they tried, and nothing else has changed', async () => {
    await start()
    const request = await service.plan(await service.ask())
    const digest = request.plan?.digest ?? ''
    const own = { ...approve, digest, by: request.requester }
    expect(await service.changes.change(request.id, own)).toMatchObject({ refusal: 'ownRequest' })
    const late = { ...approve, digest: 'another' }
    expect(await service.changes.change(request.id, late)).toMatchObject({ refusal: 'planChanged' })
    const events = await service.store.readEvents(request.id)
    expect(events.at(-1)).toMatchObject({
      before: 'pending',
      state: 'pending',
      command: { kind: 'attempted', command: 'decide', by: request.requester, refusal: 'ownRequest' },
    })
    expect(await service.now(request)).toMatchObject({ state: request.state, version: request.version + 1 })
  })
})

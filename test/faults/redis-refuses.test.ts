// Redis is there and refuses, for each of its reasons, at the start and later: a real server, and the built product as a
// bot and a worker. It says so once, uses no processor, hears SIGTERM, and goes on by itself.
// @module-tag long

import { rm } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterEach, describe, expect, it } from 'vitest'
import type { StoreTrouble } from '../../src/ports/events.ts'
import { type PrivateRedis, startRedis } from '../../src/sandbox/redis/start.ts'
import { renderMessage } from '../../src/sandbox/slack/render.ts'
import { CHANNELS, startWorld, USERS, type World } from '../../src/sandbox/world.ts'
import { until } from '../support/product.ts'

const ASK =
  '/reset-offsets --instance ckafka-demo0001 --group orders-billing --topic orders --shift-by -10 --reason why'
const OPS = CHANNELS.kafkaOps
const EVERYTHING = ['~*', '&*', '+@all']

/** With what it is refused, and with what no more. */
interface Refusal {
  why: StoreTrouble
  refuse(admin: Redis, server: PrivateRedis): Promise<unknown>
  allow(admin: Redis): Promise<unknown>
}

const user = (admin: Redis, ...rights: string[]) =>
  admin.call('ACL', 'SETUSER', 'rewind', 'reset', 'on', '>password', ...rights)
const cutOff = (admin: Redis) => admin.call('CLIENT', 'KILL', 'USER', 'rewind')

const byRights = (...rights: string[]): Refusal => ({
  why: 'forbidden',
  refuse: admin => user(admin, ...rights),
  allow: admin => user(admin, ...EVERYTHING),
})
const bySetting = (why: StoreTrouble, name: string, wrong: string, right: string): Refusal => ({
  why,
  refuse: admin => admin.config('SET', name, wrong),
  allow: admin => admin.config('SET', name, right),
})

const REFUSALS: Record<string, Refusal> = {
  'EVAL is forbidden': byRights('~*', '+@all', '-eval', '-evalsha'),
  'it has no memory left': bySetting('memory', 'maxmemory', '1mb', '0'),
  'only reads are allowed': byRights('~*', '-@all', '+@read', '+@connection'),
  'one command in a script is forbidden': byRights('~*', '+@all', '-zadd'),
  'the blocking read is forbidden': byRights('~*', '+@all', '-bzpopmin'),
  'other keys are allowed': byRights('~other:*', '+@all'),
  'too few replicas follow it': bySetting('replicas', 'min-replicas-to-write', '1', '0'),
  'it is a replica': {
    why: 'readOnly',
    refuse: admin => admin.call('REPLICAOF', '127.0.0.1', '1'),
    allow: admin => admin.call('REPLICAOF', 'NO', 'ONE'),
  },
  'it cannot save': {
    why: 'disk',
    async refuse(admin, server) {
      await rm(server.dir, { recursive: true, force: true })
      await admin.config('SET', 'save', '3600 1')
      await admin.config('SET', 'stop-writes-on-bgsave-error', 'yes')
      await admin.bgsave()
      await until(async () => (await admin.info('persistence')).includes('rdb_last_bgsave_status:err'))
    },
    allow: admin => admin.config('SET', 'stop-writes-on-bgsave-error', 'no'),
  },
  'the password is another': {
    why: 'login',
    async refuse(admin) {
      await admin.call('ACL', 'SETUSER', 'rewind', 'reset', 'on', '>other', ...EVERYTHING)
      await cutOff(admin)
    },
    allow: admin => user(admin, ...EVERYTHING),
  },
}

const closers: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function startServer(): Promise<{ server: PrivateRedis; admin: Redis }> {
  const server = await startRedis()
  closers.push(server.close)
  const admin = new Redis(server.url)
  closers.push(() => admin.disconnect())
  await user(admin, ...EVERYTHING)
  return { server, admin }
}

async function start({ port }: PrivateRedis): Promise<World> {
  const world = await startWorld({
    delivery: 'socket',
    roles: ['bot', 'worker'],
    redisUrl: `redis://rewind:password@127.0.0.1:${port}`,
    env: { CKAFKA_QUOTA_FACTOR: '100' },
  })
  closers.push(world.close)
  await until(() => world.bots.every(({ port }) => port !== undefined))
  return world
}

async function asked(port: number | undefined, path: string): Promise<{ status: number; body: string }> {
  const signal = AbortSignal.timeout(2_000)
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { signal }).catch(() => null)
  return answer === null ? { status: 0, body: '' } : { status: answer.status, body: await answer.text() }
}

const areAll = (world: World, status: number) => async () =>
  (await Promise.all(world.bots.map(({ port }) => asked(port, '/readyz')))).every(
    answer => answer.status === status,
  )

async function processorSeconds(port: number | undefined): Promise<number> {
  const { body } = await asked(port, '/metrics')
  return Number(/^process_cpu_seconds_total (\S+)$/m.exec(body)?.[1])
}

/** Each is told once: of the store, and of each other thing that Redis said when it was asked for something else. */
async function expectQuiet(world: World, why: StoreTrouble, forMs: number): Promise<void> {
  const before = await Promise.all(world.bots.map(({ port }) => processorSeconds(port)))
  const lines = world.bots.map(bot => bot.logs().length)
  await delay(forMs)
  for (const [index, bot] of world.bots.entries()) {
    const used = (await processorSeconds(bot.port)) - (before[index] ?? 0)
    expect(used, `${bot.role}: seconds of the processor`).toBeLessThan(Math.max(0.1, (forMs / 1_000) * 0.1))
    expect(bot.logs().length - (lines[index] ?? 0), `${bot.role}: lines`).toBeLessThan(6)
    const told = bot.logs().flatMap(line => {
      const { event, trouble, error } = JSON.parse(line)
      return trouble === undefined ? [] : [{ event, trouble, message: error?.message }]
    })
    expect(told.map(({ trouble }) => trouble)).toContain(why)
    const messages = told.map(({ message }) => String(message).replace(/ (script: |It may not: ).*/, ''))
    expect(new Set(messages).size, messages.join('\n')).toBe(messages.length)
    const { body } = await asked(bot.port, '/metrics')
    const shown = /^rewind_store_trouble\{.*\} 1$/m.exec(body)?.[0]
    expect(shown, bot.logs().join('\n')).toBe(`rewind_store_trouble{why="${why}"} 1`)
  }
}

/** Ask, approve, done: the bot writes, the queue delivers, the worker executes. */
async function expectMainJob(world: World): Promise<void> {
  const card = () =>
    world.slack.messages(OPS).map(each => renderMessage(each, { userName: id => id }).join('\n'))
  await world.slack.waitForApp()
  const alice = world.slack.person(USERS.alice)
  await alice.command(OPS, ASK)
  await alice.waitForView()
  expect((await alice.submit()).kind).toBe('closed')
  await until(() => card().join().includes('needs 1 approval'), 15_000)
  const id = /R-\d+/.exec(card().join())?.[0]
  const bob = world.slack.person(USERS.bob)
  await bob.command(OPS, `/offset-requests ${id}`)
  await bob.waitForView()
  await bob.fill('Decision', 'Approve')
  expect((await bob.submit()).kind).toBe('closed')
  await until(() => card().join().includes('· done'), 15_000)
}

async function expectToHearSigterm(world: World): Promise<void> {
  const started = performance.now()
  await Promise.all(world.bots.map(bot => bot.kill('SIGTERM')))
  expect(performance.now() - started).toBeLessThan(8_000)
  expect(world.bots.map(({ exit }) => exit)).toEqual([
    { code: 0, signal: null },
    { code: 0, signal: null },
  ])
}

it('a user who may do nothing dangerous is enough; and no memory left at the start is told once, costs nothing, and is got over', {
  timeout: 60_000,
}, async () => {
  const { why, refuse, allow } = REFUSALS['it has no memory left'] as Refusal
  const { server, admin } = await startServer()
  await user(admin, '~*', '+@all', '-@dangerous')
  await refuse(admin, server)
  const world = await start(server)
  await until(areAll(world, 503))
  // Until the work of starting has been done.
  await delay(500)
  await expectQuiet(world, why, 1_000)
  await allow(admin)
  await until(areAll(world, 200), 10_000)
  await expectMainJob(world)
  for (const bot of world.bots) expect(await processorSeconds(bot.port)).toBeLessThan(10)
  await expectToHearSigterm(world)
})

const names = Object.keys(REFUSALS)

describe('a Redis that refuses at the start', { tags: ['long'] }, () => {
  for (const name of names) {
    it(`because ${name} is told once, costs nothing, and is got over`, { timeout: 60_000 }, async () => {
      const { why, refuse, allow } = REFUSALS[name] as Refusal
      const { server, admin } = await startServer()
      await refuse(admin, server)
      const world = await start(server)
      await until(areAll(world, 503))
      // Until the work of starting has been done.
      await delay(2_000)
      await expectQuiet(world, why, 4_000)
      await allow(admin)
      await until(areAll(world, 200), 10_000)
      await expectMainJob(world)
    })
  }
})

describe('a Redis that refuses while Rewind runs', { tags: ['long'] }, () => {
  for (const name of names) {
    it(`because ${name} is told once, costs nothing, and is got over`, { timeout: 60_000 }, async () => {
      const { why, refuse, allow } = REFUSALS[name] as Refusal
      const { server, admin } = await startServer()
      const world = await start(server)
      await until(areAll(world, 200))
      await refuse(admin, server)
      await until(areAll(world, 503))
      await expectQuiet(world, why, 4_000)
      await allow(admin)
      await until(areAll(world, 200), 10_000)
      await expectMainJob(world)
      await refuse(admin, server)
      await until(areAll(world, 503))
      await expectToHearSigterm(world)
    })
  }
})

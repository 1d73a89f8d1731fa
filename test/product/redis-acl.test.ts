// What a user of Redis has to be allowed, as docs/redis.md has it: enough for everything that the product does, and
// nothing in it that it could do without.

import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { startExecutor } from '../../src/adapters/bullmq/executor.ts'
import { createWorkQueue } from '../../src/adapters/bullmq/work-queue.ts'
import { budgetsOf } from '../../src/adapters/ckafka/budgets.ts'
import { QUEUE_COMMANDS, STORE_COMMANDS } from '../../src/adapters/redis/commands.ts'
import { connectBlocking, connectRedis, untilReady } from '../../src/adapters/redis/connect.ts'
import { keepRedis } from '../../src/adapters/redis/keeper.ts'
import { createQuota } from '../../src/adapters/redis/quota.ts'
import { createRetention } from '../../src/adapters/redis/retention.ts'
import { createRedisStore } from '../../src/adapters/redis/store.ts'
import { NOWHERE } from '../../src/request/command.ts'
import { requestIdSchema } from '../../src/request/request.ts'
import { retentionPass } from '../../src/retention/pass.ts'
import { type PrivateRedis, startRedis } from '../../src/sandbox/redis/start.ts'
import { createAuditExport } from '../../src/trail-file/export.ts'
import { creationOf } from '../support/commits.ts'
import { DEMO, NO_WAITING, type Product, startProduct, until } from '../support/product.ts'
import { startCluster } from '../support/redis-servers.ts'
import { draft, T0 } from '../support/requests.ts'

const PREFIX = 'rewind'
const page = readFileSync(new URL('../../docs/redis.md', import.meta.url), 'utf8')
const rules = (/^ACL SETUSER rewind (.+)$/m.exec(page)?.[1] ?? '').split(' ')
const commands = rules.flatMap(rule => (rule.startsWith('+') ? [rule.slice(1)] : []))
const REASON = `--instance ${DEMO.instance} --group ${DEMO.group} --topic orders --to-earliest --reason why`

let server: PrivateRedis
let admin: Redis
let product: Product | undefined
beforeAll(async () => {
  server = await startRedis()
  admin = new Redis(server.url)
})
afterEach(async () => {
  await product?.stop()
  product = undefined
  await admin.flushall()
})
afterAll(async () => {
  admin.disconnect()
  await server.close()
})

const url = () => `redis://rewind:password@127.0.0.1:${server.port}`
const allow = (...more: string[]) => admin.call('ACL', 'SETUSER', 'rewind', 'reset', ...rules, ...more)

async function refusedSince(): Promise<string[]> {
  const entries = (await admin.call('ACL', 'LOG')) as (string | number)[][]
  return entries.map(entry => {
    const field = (name: string) => `${entry[entry.indexOf(name) + 1]}`
    return `${field('reason')} ${field('object')}`
  })
}

/** Asked for at the start, and not missed. */
const OPTIONAL = ['command info', 'command config|get', 'command client|setname', 'command client|setinfo']

async function mainJob(): Promise<void> {
  await admin.call('ACL', 'LOG', 'RESET')
  product = await startProduct({
    redisUrl: url(),
    env: { ...NO_WAITING, REDIS_PREFIX: PREFIX, ROLE: 'bot' },
  })
  const worker = await product.startAnother({ ROLE: 'worker' })
  await product.ask(REASON)
  await product.review(product.bob, 'Approve')
  await product.cardSays('· done')
  for (const { port } of [product.rewind, worker]) {
    expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200)
    await until(async () => {
      const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
      // Everything is said, and nobody waits.
      return (
        /^rewind_oldest_slack_debt_age_seconds 0$/m.test(metrics) &&
        /^rewind_requests\{state="pending"\} 0$/m.test(metrics)
      )
    })
  }
  expect(product.events.filter(({ event }) => event === 'fault' || event === 'store')).toEqual([])
  await product.stop()
  product = undefined
}

/** What operators do with what is kept: the export of everything, and a pass of retention that takes it away. */
async function exportAndRetire(): Promise<void> {
  const redis = connectRedis(settings(), () => {})
  const directory = await mkdtemp(join(tmpdir(), 'retention-'))
  try {
    await untilReady(redis, 2_000)
    const store = createRedisStore(redis, PREFIX)
    let lines = ''
    for await (const some of createAuditExport(store).lines()) lines += some
    expect(lines).toContain('"requestId":"R-1"')
    const removed = await retentionPass({
      ...{ store, seals: null, directory, prefix: PREFIX, keptMs: 1_000, processId: 'here' },
      retention: createRetention(redis, PREFIX, null),
      clock: () => Date.now() + 86_400_000,
      onLeft: (_, problem) => expect.unreachable(problem),
      onExported: () => {},
      onBroken: () => expect.unreachable('The log of attempts is as it was written.'),
      isStopped: () => false,
    })
    expect(removed).toBe(1)
  } finally {
    redis.disconnect()
    await rm(directory, { recursive: true, force: true })
  }
}

it('runs the main job, as bot and worker, with exactly the ACL of the document', async () => {
  await allow()
  await mainJob()
  await exportAndRetire()
  expect((await refusedSince()).filter(each => !OPTIONAL.includes(each))).toEqual([])
})

it('runs the main job with what managed Redis allows', async () => {
  await admin.call('ACL', 'SETUSER', 'rewind', 'reset', 'on', '>password', '~*', '+@all', '-@dangerous')
  await mainJob()
})

it('is enough in a Cluster, with what is said of one beside it', { tags: ['long'] }, async test => {
  const cluster = await startCluster()
  test.onTestFinished(cluster.close)
  const more = /In a Cluster it needs\s+`([^`]+)`/.exec(page)?.[1]?.split(' ') ?? []
  expect(more.length).toBeGreaterThan(0)
  for (const { url } of cluster.masters) {
    const node = new Redis(url)
    await node.call('ACL', 'SETUSER', 'rewind', 'reset', ...rules, ...more)
    node.disconnect()
  }
  const urls = cluster.masters.map(({ port }) => `redis://rewind:password@127.0.0.1:${port}`).join()
  product = await startProduct({
    env: { ...NO_WAITING, REDIS_PREFIX: PREFIX, REDIS_MODE: 'cluster', REDIS_URL: urls },
  })
  await product.ask(REASON)
  await product.review(product.bob, 'Approve')
  await product.cardSays('· done')
  expect(product.events.filter(({ event }) => event === 'fault' || event === 'store')).toEqual([])
})

it('tries every command of the document, and no other', () => {
  const tried = [STORE_COMMANDS, QUEUE_COMMANDS].flatMap(({ inScripts, alone }) => [
    ...inScripts.map(line => line.split(' ')[0] ?? ''),
    ...alone,
  ])
  const named = [...new Set(tried), 'EVAL', 'EXEC'].map(command => command.toLowerCase())
  expect(named.sort()).toEqual([...commands].sort())
})

const QUIET = { unconnected: () => null, whenUsable: async () => {}, report: () => {} }
const settings = () => ({ mode: 'single', url: url() }) as const

/** Of those of the keeper, which tries everything, nothing is counted. */
async function watchCommands(): Promise<{ seen: Set<string>; end(): void }> {
  const seen = new Set<string>()
  const monitor = await admin.monitor()
  monitor.on('monitor', (_time: string, [command = '', ...args]: string[]) => {
    if (!args.some(arg => arg.includes(':probe:'))) seen.add(command.toLowerCase())
  })
  return { seen, end: () => monitor.disconnect() }
}

/** Not met below, and why they are needed. */
const RARE = [
  // A finished job is removed after seven days.
  'zremrangebyscore',
  // A call that may still arrive keeps its group.
  'pexpire',
  // A worker looks for the jobs of another that has gone, every five seconds.
  'sadd',
  // Long names that nobody has been shown for a day make room.
  'hdel',
]

it('has no command in the document that the product does not call', { tags: ['long'] }, async () => {
  await allow()
  const { seen, end } = await watchCommands()
  await mainJob()
  await exportAndRetire()
  const [redis, ofQueue] = [connectRedis(settings(), () => {}), connectRedis(settings(), () => {})]
  await Promise.all([redis, ofQueue].map(each => untilReady(each, 2_000)))
  const store = createRedisStore(redis, PREFIX)
  await store.commit(creationOf(draft({ id: requestIdSchema.parse('R-900') })))
  const attempt = {
    atMs: T0,
    by: 'U0GUEST',
    command: 'reset command',
    refusal: 'guest',
    from: NOWHERE,
  } as const
  await store.recordAttempt(attempt)
  await store.countAttempt(requestIdSchema.parse('R-900'), 'U0GUEST')
  for await (const _trail of store.readTrails());
  for await (const _some of (await store.readAttempts()).events());
  await store.list({ of: { kind: 'all' }, part: 'open' }, 5)
  await store.openRequests(5)
  await store.findForgotten()
  const target = { instanceId: 'ckafka-a', group: 'g' } as const
  await store.writerOf(target)
  const quota = createQuota(redis, PREFIX, budgetsOf('v2', 'a'))
  await quota.take('ListGroup', 'person')
  await quota.pause('ListGroup', 100)
  const queue = createWorkQueue({ connection: ofQueue, prefix: PREFIX, onError: () => {} })
  let tries = 0
  const executor = startExecutor({
    connect: () => connectBlocking(settings(), () => {}),
    usableMs: () => 0,
    prefix: PREFIX,
    concurrency: 2,
    onError: () => {},
    async execute() {
      tries += 1
      if (tries < 2) throw new Error('It is to be delivered again.')
    },
  })
  const id = requestIdSchema.parse('R-900')
  await queue.enqueue(id, 1, 0)
  await queue.enqueue(id, 2, 200)
  await until(async () => tries >= 3 && !(await queue.isLive(id, 1)))
  await executor.close(1_000)
  await queue.close()
  redis.disconnect()
  end()
  expect(commands.filter(command => !seen.has(command) && !RARE.includes(command))).toEqual([])
})

it('says which right is missing, whichever of them is taken away', {
  tags: ['long'],
  timeout: 30_000,
}, async () => {
  await allow()
  const [store, queue] = [connectRedis(settings(), () => {}), connectRedis(settings(), () => {})]
  await Promise.all([store, queue].map(each => untilReady(each, 2_000)))
  const keeper = keepRedis({ store, queue, prefix: PREFIX, ...QUIET })
  expect(await keeper.look()).toBeNull()
  const unnoticed: string[] = []
  for (const command of commands) {
    await allow(`-${command}`)
    const trouble = await keeper.look()
    if (trouble?.why !== 'forbidden' || !trouble.error.message.includes(command)) {
      unnoticed.push(`${command}: ${trouble?.error.message}`)
    }
    await Promise.all([store, queue].map(each => untilReady(each, 2_000)))
  }
  const patterns = rules.filter(rule => rule.startsWith('~'))
  expect(patterns).toHaveLength(2)
  for (const pattern of patterns) {
    await allow('resetkeys', ...patterns.filter(each => each !== pattern))
    expect((await keeper.look())?.why, pattern).toBe('forbidden')
  }
  await allow()
  expect(await keeper.look()).toBeNull()
  keeper.stop()
  store.disconnect()
  queue.disconnect()
  expect(unnoticed).toEqual([])
})

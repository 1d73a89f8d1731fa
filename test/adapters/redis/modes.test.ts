// Every adapter on Redis, over each way to reach one: what holds at a single server holds there as well.
// @module-tag long

import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startExecutor } from '../../../src/adapters/bullmq/executor.ts'
import { createWorkQueue } from '../../../src/adapters/bullmq/work-queue.ts'
import { budgetsOf } from '../../../src/adapters/ckafka/budgets.ts'
import { checkRedis } from '../../../src/adapters/redis/check.ts'
import {
  connectBlocking,
  connectRedis,
  type RedisConnection,
  type RedisSettings,
  untilReady,
} from '../../../src/adapters/redis/connect.ts'
import { createLongNames } from '../../../src/adapters/redis/long-names.ts'
import { createQuota } from '../../../src/adapters/redis/quota.ts'
import { createRedisStore } from '../../../src/adapters/redis/store.ts'
import type { RequestId } from '../../../src/request/request.ts'
import { storeContract } from '../../contract/store.contract.ts'
import { commitOf, created } from '../../support/commits.ts'
import {
  askForReplicas,
  type ClusterRedis,
  OTHER_AUTHORITY,
  type SentinelRedis,
  type StartedRedis,
  setOn,
  startCluster,
  startSentinels,
  startTlsRedis,
  whyNoTls,
} from '../../support/redis-servers.ts'
import { prepare } from '../../support/requests.ts'
import { startTcpProxy } from '../../support/tcp-proxy.ts'

const noTls = await whyNoTls()
let tls: StartedRedis | undefined
let sentinels: SentinelRedis
let cluster: ClusterRedis
/** Of two nodes, one of them behind a proxy. */
let small: ClusterRedis
const opened: RedisConnection[] = []

beforeAll(async () => {
  const overTls = noTls === null ? startTlsRedis('hunter2') : undefined
  ;[tls, sentinels, cluster, small] = await Promise.all([
    overTls,
    startSentinels(),
    startCluster(),
    startCluster(2),
  ])
})
afterAll(async () => {
  for (const redis of opened) redis.disconnect()
  await Promise.all([tls, sentinels, cluster, small].map(each => each?.close()))
})

async function connected(settings: RedisSettings): Promise<RedisConnection> {
  const redis = connectRedis(settings, () => {})
  // Each store listens to its connection, and here many of them share one.
  redis.setMaxListeners(0)
  opened.push(redis)
  await untilReady(redis, 10_000)
  return redis
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = performance.now() + 5_000; performance.now() < end; ) {
    if (await holds()) return
    await new Promise(resolve => setTimeout(resolve, 10))
  }
  throw new Error('It did not happen within 5 s.')
}

const modes: [name: string, started: () => StartedRedis | undefined, why: string | null][] = [
  ['TLS', () => tls, noTls],
  ['Sentinels', () => sentinels, null],
  ['a Cluster', () => cluster, null],
]

describe.each(modes)('over %s', (name, started, why) => {
  if (why !== null) return it.skip(`is not tried: ${why}`, () => {})
  let settings: RedisSettings
  let redis: RedisConnection
  beforeAll(async () => {
    settings = (started() as StartedRedis).settings
    redis = await connected(settings)
  })
  const prefixed = () => `test-${randomUUID()}`

  // What holds on one server holds there as well, however it was connected to; which keys may go together does not.
  describe('all of it', { tags: name === 'a Cluster' ? [] : ['long'] }, () => {
    storeContract(`the Redis store over ${name}`, async () => createRedisStore(redis, prefixed()))
  })

  it('keeps what was committed, digit for digit', async () => {
    const store = createRedisStore(redis, prefixed())
    const request = await created(store)
    const commit = commitOf(request, prepare(request))
    expect(await store.commit(commit)).toEqual({ kind: 'applied' })
    expect(await store.read(commit.next.id)).toEqual(commit.next)
  })

  it('takes many commands at once as soon as it is ready, to any key', async () => {
    const fresh = await connected(settings)
    const prefix = prefixed()
    const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => fresh.incr(`${prefix}-${i}`)))
    expect(new Set(answers)).toEqual(new Set([1]))
  })

  it('keeps one budget for all processes', async () => {
    const [prefix, budgets] = [prefixed(), budgetsOf('v2', 'a')]
    const [here, there] = [redis, await connected(settings)].map(one => createQuota(one, prefix, budgets))
    const take = () => [here, there].map(quota => quota?.take('ListGroup', 'execution'))
    const answers = await Promise.all(Array.from({ length: 75 }, take).flat())
    expect(answers.filter(answer => answer?.ok)).toHaveLength(100)
  })

  it('gives a long name back for its token', async () => {
    const names = createLongNames(redis, prefixed(), () => {})
    const token = names.tokenOf('x'.repeat(200))
    expect(token).toHaveLength(44)
    await until(async () => (await names.nameOf(token)) === 'x'.repeat(200))
  })

  it('delivers a job once, now and delayed', async () => {
    const options = { prefix: prefixed(), onError: () => {} }
    const queue = createWorkQueue({ ...options, connection: await connected(settings) })
    const seen: RequestId[] = []
    const executor = startExecutor({
      ...options,
      connect: () => connectBlocking(settings, () => {}),
      usableMs: () => 0,
      concurrency: 2,
      execute: async id => {
        seen.push(id)
      },
    })
    await queue.enqueue('R-1' as RequestId, 1, 0)
    await queue.enqueue('R-1' as RequestId, 1, 0)
    await queue.enqueue('R-2' as RequestId, 1, 100)
    await until(() => seen.length === 2)
    expect(seen.sort()).toEqual(['R-1', 'R-2'])
    await until(async () => !(await queue.isLive('R-2' as RequestId, 1)))
    await executor.close(1_000)
    await queue.close()
  })
})

describe('the check of Redis', () => {
  const REPLICAS = expect.stringMatching(
    /^A failover may lose .*\(min-replicas-to-write 0\).* Set min-replicas-to-write 1 and min-replicas-max-lag 10\.$/,
  )

  it('says of a master with replicas that it may write without them, until it may not', async () => {
    const redis = await connected(sentinels.settings)
    const direct = await connected({ mode: 'single', url: sentinels.master.url })
    await setOn(sentinels.master, 'appendonly', 'yes')
    expect(await checkRedis(redis)).toEqual([REPLICAS])
    expect(await checkRedis(direct)).toEqual([REPLICAS])
    await askForReplicas(sentinels.master)
    expect(await checkRedis(redis)).toEqual([])
    expect(await checkRedis(direct)).toEqual([])
  })

  it('looks at every master of a Cluster, and says which of them it means unless it is all', async () => {
    const redis = await connected(cluster.settings)
    for (const each of cluster.masters) await setOn(each, 'appendonly', 'yes')
    expect(await checkRedis(redis)).toEqual([])
    const [first, ...others] = cluster.masters
    await setOn(first, 'maxmemory-policy', 'allkeys-lru')
    const [problem, ...none] = await checkRedis(redis)
    expect(none).toEqual([])
    expect(problem).toMatch(new RegExp(`^127\\.0\\.0\\.1:${first?.port}: Redis evicts keys `))
    for (const other of others) await setOn(other, 'maxmemory-policy', 'allkeys-lru')
    expect(await checkRedis(redis)).toEqual([expect.stringMatching(/^Redis evicts keys /)])
    for (const each of cluster.masters) await setOn(each, 'maxmemory-policy', 'noeviction')
  })
})

describe('a reply that a Cluster lost', () => {
  it('is an error, and its command is not sent again, by the other node neither', async () => {
    const [node, other] = small.masters
    const proxy = await startTcpProxy(node?.port ?? 0)
    await setOn(node, 'cluster-announce-port', `${proxy.port}`)
    const direct = await connected({ mode: 'single', url: other?.url ?? '' })
    await until(async () => JSON.stringify(await direct.cluster('SLOTS')).includes(`${proxy.port}`))
    const redis = await connected({
      mode: 'cluster',
      nodes: [{ host: '127.0.0.1', port: other?.port ?? 0 }],
      tls: false,
    })
    const prefix = await prefixOfFirstHalf(direct)
    const back = () =>
      until(() =>
        redis
          .get(prefix)
          .then(() => true)
          .catch(() => false),
      )
    proxy.loseNextReply(`${prefix}:counter`)
    await expect(redis.incr(`${prefix}:counter`)).rejects.toThrow('Connection is closed')
    await back()
    proxy.loseNextReply(`${prefix}:other`)
    await expect(redis.multi().incr(`${prefix}:other`).exec()).rejects.toThrow('Connection is closed')
    await back()
    expect(await redis.mget(`${prefix}:counter`, `${prefix}:other`)).toEqual(['1', '1'])
    redis.disconnect()
    await proxy.close()
  })

  async function prefixOfFirstHalf(redis: RedisConnection): Promise<string> {
    for (;;) {
      const prefix = `{test-${randomUUID()}}`
      if (Number(await redis.cluster('KEYSLOT', prefix)) < 8_192) return prefix
    }
  }
})

describe('a Redis that refuses', () => {
  /** What is told in one second of trying. */
  async function toldBy(settings: RedisSettings): Promise<string[]> {
    const told: string[] = []
    const redis = connectRedis(settings, ({ message }, isNew) => isNew && told.push(message))
    await expect(untilReady(redis, 1_000)).rejects.toThrow()
    await until(() => told.length > 0)
    await new Promise(resolve => setTimeout(resolve, 100))
    redis.disconnect()
    return told
  }
  const strange = () => readFileSync(OTHER_AUTHORITY, 'utf8')
  const portOf = (url: string) => Number(new URL(url).port)

  it.skipIf(noTls !== null)(
    'because of its authority or the password is told once, without the password',
    async () => {
      if (tls?.settings.mode !== 'single') throw new Error('It is one server.')
      const { url, ca } = tls.settings
      expect(await toldBy({ mode: 'single', url, ca: strange() })).toEqual([
        expect.stringContaining('certificate'),
      ])
      const wrong = url.replace('hunter2', 'hunter3')
      expect(await toldBy({ mode: 'single', url: wrong, ca })).toEqual([expect.stringMatching(/^WRONGPASS /)])
      const at = { host: '127.0.0.1', port: portOf(url) }
      const access = { tls: true, ca: strange() }
      const told = [
        await toldBy({ mode: 'cluster', nodes: [at], ...access }),
        await toldBy({ mode: 'sentinel', sentinels: [at], name: 'mymaster', ...access }),
      ]
      expect(told).toEqual([
        [expect.stringContaining('certificate')],
        [expect.stringContaining('certificate')],
      ])
    },
  )

  it('is told once as well behind Sentinels and as a Cluster', async () => {
    const wrong = { username: 'nobody', password: 'hunter3' }
    expect(
      await toldBy({ ...(sentinels.settings as RedisSettings & { mode: 'sentinel' }), ...wrong }),
    ).toEqual([expect.stringMatching(/^WRONGPASS /)])
    expect(await toldBy({ ...(cluster.settings as RedisSettings & { mode: 'cluster' }), ...wrong })).toEqual([
      expect.stringMatching(/^Redis at 127\.0\.0\.1:\d+: WRONGPASS /),
    ])
  })

  it('is told with the reason when it is not there, or has another name', async () => {
    const nowhere = { host: '127.0.0.1', port: 1 }
    const REFUSED = expect.stringContaining('connect ECONNREFUSED 127.0.0.1:1')
    const sentinel = sentinels.settings as RedisSettings & { mode: 'sentinel' }
    expect(await toldBy({ mode: 'cluster', nodes: [nowhere], tls: false })).toEqual([REFUSED])
    expect(await toldBy({ ...sentinel, sentinels: [nowhere] })).toEqual([REFUSED])
    const [unknown] = await toldBy({ ...sentinel, name: 'nobody' })
    expect(unknown).toContain('No such master with that name')
  })
})

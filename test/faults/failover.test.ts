// The master of Redis is lost while it is written to, and a replica takes its place. What was acknowledged may be
// forgotten with it (the check of Redis says how to prevent that), but nothing is done twice, and it goes on by itself.
// @module-tag long

import { randomUUID } from 'node:crypto'
import { expect, it, type TestContext } from 'vitest'
import { connectRedis, type RedisConnection, untilReady } from '../../src/adapters/redis/connect.ts'
import { createRedisStore } from '../../src/adapters/redis/store.ts'
import type { Commit, Store } from '../../src/ports/store.ts'
import { verifyChain } from '../../src/request/audit.ts'
import type { ResetRequest } from '../../src/request/request.ts'
import type { PrivateRedis } from '../../src/sandbox/redis/start.ts'
import { commitOf, created } from '../support/commits.ts'
import { DEMO, NO_WAITING, startProduct } from '../support/product.ts'
import { type StartedRedis, startCluster, startSentinels } from '../support/redis-servers.ts'
import { T0 } from '../support/requests.ts'

const BACK_MS = 20_000
/** After a failover nobody may write to a group for as long as a call could be under way. */
const SHORT = { CALL_DEADLINE: '2s', CALL_GRACE: '1s', CALL_LATE: '2s' }
/** Under way at once: about what a busy installation has. */
const WRITERS = 5
const REST_MS = 5
/** Nobody else looks after it. */
const IDLE = { dueAtMs: null, open: false }

type Ends = Pick<TestContext, 'onTestFinished'>

async function started<Servers extends StartedRedis>(
  starting: Promise<Servers>,
  test: Ends,
): Promise<Servers> {
  const servers = await starting
  test.onTestFinished(servers.close)
  return servers
}

async function connected({ settings }: StartedRedis, test: Ends): Promise<RedisConnection> {
  const redis = connectRedis(settings, () => {})
  test.onTestFinished(() => redis.disconnect())
  await untilReady(redis, 10_000)
  return redis
}

/** Changes one request again and again, after an error with the same change, until told to end. */
function startWriting(store: Store, start: ResetRequest) {
  let [request, ending, acknowledged, errors] = [start, false, 0, 0]
  async function write(): Promise<void> {
    while (!ending) {
      const commit = commitOf(request, { kind: 'cardLater', retryAtMs: T0 + acknowledged }, IDLE)
      const outcome = await commitUntilAnswered(commit)
      if (outcome === 'applied') {
        acknowledged += 1
        request = commit.next
        await new Promise(resolve => setTimeout(resolve, REST_MS))
      } else {
        // What was acknowledged last went with the old master.
        request = (await store.read(request.id)) ?? request
      }
    }
  }
  async function commitUntilAnswered(commit: Commit): Promise<string> {
    for (;;) {
      try {
        return (await store.commit(commit)).kind
      } catch {
        errors += 1
        await new Promise(resolve => setTimeout(resolve, 20))
      }
    }
  }
  const writing = write()
  return {
    counts: () => ({ acknowledged, errors }),
    async end() {
      ending = true
      await writing
    },
  }
}

async function until(holds: () => boolean): Promise<void> {
  for (const end = performance.now() + BACK_MS; performance.now() < end; ) {
    if (holds()) return
    await new Promise(resolve => setTimeout(resolve, 20))
  }
  throw new Error(`It did not happen within ${BACK_MS} ms.`)
}

async function expectNothingDoubled(store: Store): Promise<void> {
  for await (const { version, auditHash, events } of store.readTrails()) {
    const chain = events.map(json => JSON.parse(json))
    expect(chain).toHaveLength(version)
    expect(new Set(chain.map(({ changeId }) => changeId)).size).toBe(version)
    expect(verifyChain(chain, auditHash)).toEqual([])
  }
}

/** A request is asked for before, and approved after; meanwhile five others are changed all the time. */
async function expectToOutlive(
  servers: StartedRedis,
  master: PrivateRedis | undefined,
  prefix: string,
  test: Ends,
): Promise<void> {
  const env = { ...NO_WAITING, ...SHORT, ...servers.env, REDIS_PREFIX: prefix }
  const product = await startProduct({ env })
  test.onTestFinished(() => product.stop())
  await product.ask(
    `--instance ${DEMO.instance} --group ${DEMO.group} --topic orders --shift-by -10 --reason why`,
  )
  const store = createRedisStore(await connected(servers, test), prefix)
  const requests = await Promise.all(Array.from({ length: WRITERS }, () => created(store, IDLE)))
  const writers = requests.map(request => startWriting(store, request))
  await until(() => writers.every(writer => writer.counts().acknowledged > 20))

  await master?.kill('SIGKILL')
  const before = writers.map(writer => writer.counts().acknowledged)
  await until(() => writers.every((writer, i) => writer.counts().acknowledged > (before[i] ?? 0) + 20))
  await Promise.all(writers.map(writer => writer.end()))
  expect(writers.every(writer => writer.counts().errors > 0)).toBe(true)

  await product.review(product.bob, 'Approve')
  await product.cardSays('· done', 20_000)
  expect(product.callsToReset()).toBe(1)
  await expectNothingDoubled(store)
}

it('answers again some seconds after the master was killed under load, doubles nothing, and completes a request', async test => {
  const servers = await started(startSentinels(), test)
  await expectToOutlive(servers, servers.master, `test-${randomUUID()}`, test)
}, 60_000)

it('does the same in a Cluster that loses the node of its keys and of its queue', async test => {
  const servers = await started(startCluster(3, 'one each'), test)
  const redis = await connected(servers, test)
  const placeOf = async (tag: string) =>
    Math.floor((Number(await redis.cluster('KEYSLOT', tag)) * servers.masters.length) / 16_384)
  let prefix: string
  do prefix = `test-${randomUUID()}`
  while ((await placeOf(prefix)) !== (await placeOf(`${prefix}:queue`)))
  await expectToOutlive(servers, servers.masters[await placeOf(prefix)], prefix, test)
}, 60_000)

it('leaves a master that hangs without closing a connection for the one that took its place', async test => {
  const servers = await started(startSentinels(), test)
  const store = createRedisStore(await connected(servers, test), `test-${randomUUID()}`)
  const request = await created(store, IDLE)
  const writer = startWriting(store, request)
  await until(() => writer.counts().acknowledged > 20)
  await servers.master.kill('SIGSTOP')
  const { acknowledged } = writer.counts()
  await until(() => writer.counts().acknowledged > acknowledged + 20)
  await writer.end()
  await expectNothingDoubled(store)
}, 30_000)

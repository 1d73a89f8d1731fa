// Redis goes away in the ways that leave connections dead without a sign. The product says that it is not ready, and once it
// says that it is, an approved request is carried out within seconds, once.
// @module-tag long

import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { expect, it, type TestContext } from 'vitest'
import { startRedis } from '../../src/sandbox/redis/start.ts'
import { DEMO, NO_WAITING, type Product, startProduct } from '../support/product.ts'
import { type SentinelRedis, startSentinels } from '../support/redis-servers.ts'
import { startTcpProxy } from '../support/tcp-proxy.ts'

/** After a failover nobody may write to a group for as long as a call could be under way. */
const SHORT = { CALL_DEADLINE: '2s', CALL_GRACE: '1s', CALL_LATE: '2s' }
const TEST_MS = 150_000

type Ends = Pick<TestContext, 'onTestFinished'>

async function asked(env: Record<string, string>, { onTestFinished }: Ends): Promise<Product> {
  const product = await startProduct({ env: { ...NO_WAITING, ...SHORT, ...env } })
  onTestFinished(() => product.stop())
  await product.ask(
    `--instance ${DEMO.instance} --group ${DEMO.group} --topic orders --shift-by -10 --reason why`,
  )
  await until(async () => (await readiness(product)) === 200, 10_000)
  return product
}

async function readiness({ rewind }: Product): Promise<number> {
  return (await fetch(`http://127.0.0.1:${rewind.port}/readyz`)).status
}

async function until(holds: () => Promise<boolean>, withinMs: number): Promise<void> {
  for (const end = performance.now() + withinMs; performance.now() < end; await delay(100)) {
    if (await holds()) return
  }
  throw new Error(`It did not happen within ${withinMs} ms.`)
}

async function expectUnready(product: Product, forMs: number): Promise<void> {
  await until(async () => (await readiness(product)) === 503, 9_000)
  for (const end = performance.now() + forMs; performance.now() < end; await delay(500)) {
    expect(await readiness(product)).toBe(503)
  }
}

async function expectToWork(product: Product): Promise<void> {
  await until(async () => (await readiness(product)) === 200, 25_000)
  await product.review(product.bob, 'Approve')
  await product.cardSays('· done', 15_000)
  expect(product.callsToReset()).toBe(1)
  expect(await readiness(product)).toBe(200)
}

async function withSentinels({ onTestFinished }: Ends): Promise<SentinelRedis> {
  const servers = await startSentinels()
  onTestFinished(servers.close)
  return servers
}

it.concurrent('all Sentinels are away for 45 s, and every connection to the master was cut', {
  timeout: TEST_MS,
}, async context => {
  const servers = await withSentinels(context)
  const product = await asked(servers.env, context)
  await Promise.all(servers.sentinels.map(each => each.kill('SIGKILL')))
  const admin = new Redis(servers.master.url)
  await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
  admin.disconnect()
  await expectUnready(product, 36_000)
  await delay(5_000)
  await Promise.all(servers.sentinels.map(each => each.restart()))
  await expectToWork(product)
})

it.concurrent('all packets are dropped for 20 s without a reset, and the connections stay dead', {
  timeout: TEST_MS,
}, async context => {
  const server = await startRedis()
  context.onTestFinished(server.close)
  const proxy = await startTcpProxy(server.port)
  context.onTestFinished(proxy.close)
  const product = await asked({ REDIS_URL: `redis://127.0.0.1:${proxy.port}` }, context)
  proxy.hang()
  await expectUnready(product, 12_000)
  proxy.abandon()
  proxy.resume()
  await expectToWork(product)
})

it.concurrent('a master that Sentinels watch is frozen, and another takes its place', {
  timeout: TEST_MS,
}, async context => {
  const servers = await withSentinels(context)
  const product = await asked(servers.env, context)
  await servers.master.kill('SIGSTOP')
  await until(async () => (await readiness(product)) === 503, 9_000)
  await expectToWork(product)
  await servers.master.kill('SIGCONT')
  await delay(5_000)
  expect(await readiness(product)).toBe(200)
})

it.concurrent('the only Redis is frozen for 30 s', { timeout: TEST_MS }, async context => {
  const server = await startRedis()
  context.onTestFinished(server.close)
  const product = await asked({ REDIS_URL: server.url }, context)
  await server.kill('SIGSTOP')
  await expectUnready(product, 21_000)
  await server.kill('SIGCONT')
  await expectToWork(product)
})

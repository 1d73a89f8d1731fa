// A job on a queue of its own, at a real Redis: taken, or told in time that it was not, and gone in either case.

import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { Redis } from 'ioredis'
import { expect, inject, it, onTestFinished } from 'vitest'
import { tryQueue } from '../../../src/adapters/bullmq/try-queue.ts'
import { connectBlocking, connectRedis, untilReady } from '../../../src/adapters/redis/connect.ts'

async function parts(blockingUrl = inject('redisUrl')) {
  const prefix = `test-${randomUUID()}`
  const connection = connectRedis({ mode: 'single', url: inject('redisUrl') }, () => {})
  const blocking = connectBlocking({ mode: 'single', url: blockingUrl }, () => {})
  const admin = new Redis(inject('redisUrl'))
  onTestFinished(() => {
    for (const each of [connection, blocking, admin]) each.disconnect()
  })
  await untilReady(connection, 2_000)
  return { options: { connection, blocking, prefix }, left: () => admin.keys(`*${prefix}*`) }
}

it('is taken, several side by side, and nothing of it is left', async () => {
  const { options, left } = await parts()
  const took = await Promise.all([1, 2, 3].map(() => tryQueue({ ...options, withinMs: 5_000 })))
  for (const ms of took) expect(ms).toBeLessThan(5_000)
  expect(await left()).toEqual([])
})

it('is told in time where no worker can take it, and nothing of it is left', async () => {
  const { options, left } = await parts('redis://127.0.0.1:1')
  await expect(tryQueue({ ...options, withinMs: 300 })).rejects.toThrow()
  expect(await left()).toEqual([])
})

it('has no key that would stay if the process were killed, and takes them away when it is ended', async () => {
  const silent = createServer(() => {}).listen(0, '127.0.0.1')
  onTestFinished(() => void silent.close())
  await once(silent, 'listening')
  const { options, left } = await parts(`redis://127.0.0.1:${(silent.address() as AddressInfo).port}`)
  const ending = new AbortController()
  const { signal } = ending
  const trying = expect(tryQueue({ ...options, withinMs: 5_000, signal })).rejects.toThrow('It was ended.')
  await expect.poll(left).not.toEqual([])
  const ttls = async () => Promise.all((await left()).map(key => options.connection.pttl(key)))
  await expect.poll(async () => (await ttls()).every(ms => ms > 0)).toBe(true)
  ending.abort()
  await trying
  expect(await left()).toEqual([])
})

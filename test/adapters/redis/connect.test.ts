// What is heard of a connection that cannot be made: over a real server behind a proxy that can be closed.

import { Redis } from 'ioredis'
import { expect, it } from 'vitest'
import { connectRedis } from '../../../src/adapters/redis/connect.ts'
import { startRedis } from '../../../src/sandbox/redis/start.ts'
import { until } from '../../support/product.ts'
import { startTcpProxy } from '../../support/tcp-proxy.ts'

it('hears of every try why it failed, so that the last it heard is how things stand, and is told once what is new', async ({
  onTestFinished,
}) => {
  const server = await startRedis()
  onTestFinished(server.close)
  const admin = new Redis(server.url)
  onTestFinished(() => admin.disconnect())
  const proxy = await startTcpProxy(server.port)
  await admin.call('ACL', 'SETUSER', 'rewind', 'on', '>other', '~*', '+@all')

  const heard: { words: string; isNew: boolean }[] = []
  const redis = connectRedis(
    { mode: 'single', url: `redis://rewind:password@127.0.0.1:${proxy.port}` },
    ({ message }, isNew) => heard.push({ words: message, isNew }),
  )
  onTestFinished(() => redis.disconnect())
  const lastIs = (words: RegExp) => until(() => words.test(heard.at(-1)?.words ?? ''))
  await lastIs(/WRONGPASS/)
  await proxy.close()
  await lastIs(/ECONN/)
  const again = await startTcpProxy(server.port, proxy.port)
  onTestFinished(again.close)
  await lastIs(/WRONGPASS/)
  expect(heard.filter(({ words, isNew }) => isNew && words.includes('WRONGPASS'))).toHaveLength(1)
})

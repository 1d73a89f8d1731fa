// One request from the command to its result, over each way to reach Redis.

import { afterEach, expect, it } from 'vitest'
import { DEMO, NO_WAITING, type Product, startProduct, until } from '../support/product.ts'
import {
  OTHER_AUTHORITY,
  type StartedRedis,
  startCluster,
  startSentinels,
  startTlsRedis,
  whyNoTls,
} from '../support/redis-servers.ts'

const noTls = await whyNoTls()
let servers: StartedRedis | undefined
let product: Product | undefined
afterEach(async () => {
  await product?.stop()
  await servers?.close()
  product = undefined
  servers = undefined
})

const modes: [name: string, start: () => Promise<StartedRedis>, why: string | null][] = [
  ['TLS, with a password', () => startTlsRedis('hunter2'), noTls],
  ['Sentinels', startSentinels, null],
  ['a Cluster', startCluster, null],
]

for (const [name, start, why] of modes) {
  it.skipIf(why !== null)(
    `resets offsets over ${name}${why === null ? '' : ` (not tried: ${why})`}`,
    { tags: name.startsWith('TLS') ? [] : ['long'] },
    async () => {
      servers = await start()
      product = await startProduct({ env: { ...NO_WAITING, ...servers.env } })
      await product.ask(
        `--instance ${DEMO.instance} --group ${DEMO.group} --topic orders --to-earliest --reason why`,
      )
      await product.review(product.bob, 'Approve')
      await product.cardSays('· done')
      await product.threadSays('4 partitions succeeded')
      expect(product.callsToReset()).toBe(1)
      expect(product.events.filter(({ event }) => event === 'fault')).toEqual([])
      expect((await ready(product)).status).toBe(200)
    },
  )
}

it.skipIf(noTls !== null)(
  'starts, and is not ready, with the reason in the log, when it trusts another authority',
  async () => {
    servers = await startTlsRedis('hunter2')
    product = await startProduct({ env: { ...servers.env, REDIS_CA_FILE: OTHER_AUTHORITY } })
    const started = product
    await until(() => started.events.some(each => each.event === 'fault' && each.where === 'redis'))
    expect(await ready(started)).toEqual({ status: 503, body: 'not ready\n' })
    const faults = product.events.flatMap(each => (each.event === 'fault' ? [each] : []))
    const ofRedis = faults.filter(({ where }) => where === 'redis')
    expect(ofRedis).toHaveLength(1)
    expect(String(ofRedis[0]?.error)).toContain('certificate')
    expect(JSON.stringify(faults.map(({ where, error }) => [where, String(error)]))).not.toContain('hunter2')
  },
)

async function ready(started: Product): Promise<{ status: number; body: string }> {
  const response = await fetch(`http://127.0.0.1:${started.rewind.port}/readyz`)
  return { status: response.status, body: await response.text() }
}

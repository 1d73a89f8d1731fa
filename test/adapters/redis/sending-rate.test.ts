import { randomUUID } from 'node:crypto'
import { afterAll, describe, expect, inject, it } from 'vitest'
import { connectRedis } from '../../../src/adapters/redis/connect.ts'
import { createSendingRate } from '../../../src/adapters/redis/sending-rate.ts'

const redis = connectRedis({ mode: 'single', url: inject('redisUrl') }, () => {})
const other = connectRedis({ mode: 'single', url: inject('redisUrl') }, () => {})
await Promise.all([redis, other].map(one => new Promise(resolve => one.once('ready', resolve))))
afterAll(() => {
  redis.disconnect()
  other.disconnect()
})

describe('what one person sends in a minute', () => {
  it('is counted for all processes together, each person and each kind apart, and forgotten after the minute', async () => {
    const prefix = `test-${randomUUID()}`
    const [here, there] = [createSendingRate(redis, prefix, 3), createSendingRate(other, prefix, 3)]
    const answers = await Promise.all([here, there, here, there].map(each => each.take('submission', 'U1')))
    expect(answers.filter(answer => answer === null)).toHaveLength(3)
    expect(answers.find(answer => answer !== null)).toEqual({ most: 3, waitMs: expect.any(Number) })
    expect(await here.take('submission', 'U2')).toBeNull()
    expect(await here.take('file', 'U1')).toBeNull()
    const keys = await redis.keys(`*${prefix}*`)
    expect(keys).toHaveLength(3)
    for (const key of keys) {
      expect(await redis.pttl(key)).toBeGreaterThan(0)
      expect(await redis.pttl(key)).toBeLessThanOrEqual(60_000)
    }
  })

  it('is any number where it is off', async () => {
    const rate = createSendingRate(redis, `test-${randomUUID()}`, null)
    for (let sent = 0; sent < 50; sent++) expect(await rate.take('submission', 'U1')).toBeNull()
  })
})

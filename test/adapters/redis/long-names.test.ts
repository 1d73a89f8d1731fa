// Names that travel as tokens: given back by every process, and never more of them than so much.

import { randomUUID } from 'node:crypto'
import { afterAll, describe, expect, inject, it } from 'vitest'
import { connectRedis } from '../../../src/adapters/redis/connect.ts'
import { createLongNames } from '../../../src/adapters/redis/long-names.ts'

const redis = connectRedis({ mode: 'single', url: inject('redisUrl') }, () => {})
await new Promise(resolve => redis.once('ready', resolve))
afterAll(() => redis.disconnect())

const nameOf = (index: number) => `topic-${index}-${'w'.repeat(225)}`
function namesIn(prefix: string, mostBytes?: number) {
  const failed: unknown[] = []
  const names = createLongNames(redis, prefix, error => failed.push(error), mostBytes)
  return { ...names, failed }
}

describe('long names', () => {
  it('are given back for their tokens, to every process, for a day', async () => {
    const prefix = `test-${randomUUID()}`
    const [here, there] = [namesIn(prefix), namesIn(prefix)]
    for (const name of [nameOf(1), `\u0000${'订'.repeat(200)}`]) {
      expect(await there.nameOf(here.tokenOf(name))).toBe(name)
    }
    expect(await here.nameOf('size')).toBe('size')
    expect(await here.nameOf(`~${'x'.repeat(43)}`)).toBe(`~${'x'.repeat(43)}`)
    const keys = await redis.keys(`*${prefix}*`)
    expect(keys).toHaveLength(2)
    for (const key of keys) {
      expect(await redis.ttl(key)).toBeGreaterThan(86_000)
      expect(await redis.ttl(key)).toBeLessThanOrEqual(86_400)
    }
    expect(here.failed).toEqual([])
  })

  it('take no more than so much, however many are typed, and the oldest make room', async () => {
    const prefix = `test-${randomUUID()}`
    const names = namesIn(prefix, 45_000)
    const tokens = Array.from({ length: 900 }, (_, index) => names.tokenOf(nameOf(index)))
    // A very long one counts for as many as it takes the place of.
    tokens.push(names.tokenOf('x'.repeat(20_000)))
    const found = await Promise.all(tokens.map(token => names.nameOf(token)))
    const kept = found.filter((name, index) => name !== tokens[index])
    expect(kept.length).toBeGreaterThan(40)
    expect(kept.length).toBeLessThan(100)
    expect(kept).toContain('x'.repeat(20_000))
    const sizes = await Promise.all(
      (await redis.keys(`*${prefix}*`)).map(key => redis.memory('USAGE', key, 'SAMPLES', 0)),
    )
    expect(sizes.reduce((sum: number, size) => sum + Number(size), 0)).toBeLessThan(60_000)
    const counted = Number(await redis.hget(`{${prefix}}:long-names`, 'size'))
    expect(counted).toBe(kept.reduce((sum, name) => sum + name.length + 200, 0))
    expect(names.failed).toEqual([])
  })

  it('of a day ago go when another comes, and one that is shown again stays', async () => {
    const prefix = `test-${randomUUID()}`
    const names = namesIn(prefix)
    const tokens = [1, 2].map(index => names.tokenOf(nameOf(index)))
    await names.nameOf(tokens[1] ?? '')
    for (const token of tokens) await redis.zadd(`{${prefix}}:long-names-used`, 1, token)
    names.tokenOf(nameOf(2))
    expect(await Promise.all(tokens.map(token => names.nameOf(token)))).toEqual([tokens[0], nameOf(2)])
  })
})

// What people, the pump, the audit and retention ask of Redis is the same whether a few finished requests are kept or many:
// counted in commands and in bytes that Redis sends, since milliseconds on a busy machine say nothing. The bench
// (test/bench/million.bench.ts) takes the time of the same with a million.

import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Kept, smallestTemplate, startKept } from '../bench/kept.ts'

const [FEW, MANY] = [300, 3_000]
let few: Kept
let many: Kept
beforeAll(async () => {
  const template = await smallestTemplate()
  ;[few, many] = await Promise.all([startKept(FEW, template), startKept(MANY, template)])
})
afterAll(() => Promise.all([few?.close(), many?.close()]))

/** Those that scripts call are counted too. */
async function costOf({ redis, deeds }: Kept, name: string) {
  const deed = deeds.get(name)
  if (deed === undefined) throw new Error(`There is no ${name}.`)
  // The first time a script is sent whole.
  await deed()
  await redis.config('RESETSTAT')
  await deed()
  const stats = await redis.info('commandstats')
  const sent = /total_net_output_bytes:(\d+)/.exec(await redis.info('stats'))?.[1]
  const calls = [...stats.matchAll(/^cmdstat_([\w|]+):calls=(\d+)/gm)]
    .filter(([, command = '']) => !/^(config|info|evalsha|eval)/.test(command))
    .map(([, command, count]) => `${count} ${command}`)
  return { calls: calls.sort(), bytes: Number(sent) }
}

it('asks the same of Redis, however many are kept', async () => {
  expect(few.deeds.size).toBeGreaterThan(25)
  const grown: string[] = []
  for (const name of few.deeds.keys()) {
    const [one, other] = [await costOf(few, name), await costOf(many, name)]
    if (JSON.stringify(one.calls) !== JSON.stringify(other.calls))
      grown.push(`${name}: ${one.calls.join(', ')} → ${other.calls.join(', ')}`)
    // Numbers have one digit more.
    else if (other.bytes > one.bytes * 1.05 + 200) grown.push(`${name}: ${one.bytes} → ${other.bytes} bytes`)
  }
  expect(grown).toEqual([])
})

// Seeded garbage at the port of a real process, over raw sockets. FUZZ_REQUESTS says how many in each delivery, and
// FUZZ_SEED which.
// @module-tag long

import { expect, it } from 'vitest'
import { createRandom } from '../faults/random.ts'
import { garbage } from './garbage.ts'
import { exchangeRaw, startPortStage } from './stage.ts'

const REQUESTS = Number(process.env.FUZZ_REQUESTS ?? 300)
const SEED = Number(process.env.FUZZ_SEED ?? 20_261_129)
const AT_ONCE = 50
const MB = 1_000_000
/** 200 only for what is right by chance; nothing else is promised but these. */
const CLASSES = [200, 400, 401, 404, 405, 408, 413, 415, 417, 431, 500]

for (const delivery of ['socket', 'http'] as const) {
  const timeout = 60_000 + REQUESTS * 20
  it(`answers or closes whatever is thrown at the port, and goes on, with ${delivery} delivery`, {
    timeout,
  }, async () => {
    const stage = await startPortStage(delivery)
    try {
      const random = createRandom(SEED).fork(delivery)
      const outcomes = new Map<string, number>()
      let warm = 0
      let left = REQUESTS
      async function throwSome(): Promise<void> {
        while (left > 0) {
          left -= 1
          if (left === Math.floor(REQUESTS / 2)) warm = stage.rss()
          const bytes = garbage(random)
          // What is not whole is ended by its sender; now and then it is not.
          const isEnded = left % 200 !== 0
          const answer = await exchangeRaw(stage.port(), bytes, {
            withinMs: 15_000,
            ...(isEnded ? { andThen: socket => socket.end() } : {}),
          })
          const outcome = answer.kind === 'answered' ? `${answer.status}` : answer.kind
          outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
          if (answer.kind === 'none' || (answer.kind === 'answered' && !CLASSES.includes(answer.status))) {
            throw new Error(`${outcome} to ${JSON.stringify(bytes.toString('latin1'))}`)
          }
        }
      }
      await Promise.all(Array.from({ length: AT_ONCE }, throwSome))
      expect(stage.bot.exit).toBeUndefined()
      expect((await fetch(`http://127.0.0.1:${stage.port()}/readyz`)).status).toBe(200)
      expect(stage.leaks()).toEqual([])
      expect((stage.rss() - warm) / MB).toBeLessThan(80)
      for (const each of ['200', '400', '404', ...(delivery === 'http' ? ['401', '405', '415'] : [])]) {
        expect([...outcomes.keys()]).toContain(each)
      }
      console.log(`seed ${SEED}, ${delivery}: ${JSON.stringify(Object.fromEntries(outcomes))}`)
    } finally {
      await stage.stop()
    }
  })
}

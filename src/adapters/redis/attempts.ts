// What people tried and may not, kept on Redis where no request keeps it: one list, each entry chained on the one before.
// Nothing is ever taken out of it or changed. It must never grow by more than so many entries a day for one person.

import { z } from 'zod'
import type { Attempt, AttemptTrail } from '../../ports/store.ts'
import { chainHash, textToSeal } from '../../request/audit.ts'
import type { Seals } from '../../request/seals.ts'
import type { RedisConnection } from './connect.ts'
import { APPEND_ATTEMPT } from './scripts.ts'

/** Of one person and day; more are counted. */
export const ATTEMPTS_A_DAY = 20
/** Read at once. */
const AT_ONCE = 500

export interface AttemptLog {
  append(attempt: Attempt): Promise<void>
  read(): Promise<AttemptTrail>
}

/** @param seals null: nothing is sealed */
export function createAttemptLog(redis: RedisConnection, tag: string, seals: Seals | null): AttemptLog {
  const listKey = `${tag}:attempts`
  const endKey = `${tag}:attempts-end`
  const recentKey = `${tag}:attempts-recent`
  const countsKey = `${tag}:attempts-counts`

  async function readEnd() {
    return endSchema.parse(await redis.hmget(endKey, 'version', 'hash'))
  }

  async function* eventsUpTo(count: number): AsyncGenerator<string[]> {
    for (let from = 0; from < count; from += AT_ONCE) {
      yield await redis.lrange(listKey, from, Math.min(count, from + AT_ONCE) - 1)
    }
  }

  return {
    async append({ atMs, by, command, refusal, from }) {
      const tried = { atMs, by, command, refusal, from }
      for (;;) {
        const end = await readEnd()
        const bare = { version: end.version + 1, ...tried }
        const event =
          seals === null
            ? bare
            : { ...bare, seal: seals.seal('event', 'attempts', textToSeal(end.hash, bare)) }
        const hash = chainHash(end.hash, JSON.stringify(event))
        const answer = await redis.eval(
          APPEND_ATTEMPT,
          4,
          listKey,
          endKey,
          recentKey,
          countsKey,
          end.hash,
          event.version,
          hash,
          JSON.stringify({ ...event, hash }),
          JSON.stringify(tried),
          `${new Date(atMs).toISOString().slice(0, 10)} ${by}`,
          ATTEMPTS_A_DAY,
        )
        if (answer === 'applied') return
      }
    },
    async read() {
      // The end and how many there are belong together: what is appended meanwhile comes after both.
      const answer = await redis
        .multi()
        .hmget(endKey, 'version', 'hash')
        .llen(listKey)
        .hgetall(countsKey)
        .exec()
      const [end, count, counts] = readSchema.parse(answer?.map(([error, value]) => error ?? value))
      const more = Object.entries(counts).flatMap(([of, n]) =>
        n > ATTEMPTS_A_DAY ? [[of, n - ATTEMPTS_A_DAY] as const] : [],
      )
      return {
        version: end.version,
        auditHash: end.hash,
        more: Object.fromEntries(more),
        events: () => eventsUpTo(count),
      }
    },
  }
}

const endSchema = z
  .tuple([z.coerce.number().int(), z.string().nullable()])
  .transform(([version, hash]) => ({ version, hash: hash ?? '' }))
const readSchema = z.tuple([endSchema, z.number(), z.record(z.string(), z.coerce.number().int())])

// What people tried and may not, kept on Redis where no request keeps it: one list, each entry chained on the one before.
// Nothing is ever taken out of it or changed. It must never grow by more than so many entries a day for one person.

import { z } from 'zod'
import type { ExportKept } from '../../ports/retention.ts'
import type { Attempt, AttemptKept, AttemptTrail } from '../../ports/store.ts'
import { type AttemptsSeen, EXPORTED, type ExportEvent } from '../../request/attempts-end.ts'
import { chainHash } from '../../request/audit.ts'
import type { Seals } from '../../request/seals.ts'
import type { RedisConnection } from './connect.ts'
import { APPEND_ATTEMPT } from './scripts.ts'
import { createSealedAttempts, SEALED_FIELDS, storedEndOf } from './sealed-attempts.ts'

/** Of one person and day; more are counted. */
const ATTEMPTS_A_DAY = 20
/** Read at once. */
const AT_ONCE = 500

export interface AttemptLog {
  readonly endKey: string
  append(attempt: Attempt): Promise<AttemptKept>
  /** What was exported, and is deleted after it. */
  keepExport(kept: ExportKept): Promise<AttemptKept>
  /** With a key: counts one that is kept nowhere else. @param of whose attempt at what, like `R-7 U0DAVE` */
  count(of: string): Promise<AttemptKept>
  seen(): Promise<AttemptsSeen | null>
  read(): Promise<AttemptTrail>
}

/** @param seals null: nothing is sealed */
export function createAttemptLog(redis: RedisConnection, tag: string, seals: Seals | null): AttemptLog {
  const listKey = `${tag}:attempts`
  const endKey = `${tag}:attempts-end`
  const recentKey = `${tag}:attempts-recent`
  const countsKey = `${tag}:attempts-counts`
  const triesKey = `${tag}:attempts-tries`
  const sealed =
    seals === null ? null : createSealedAttempts(redis, { listKey, endKey, recentKey, triesKey }, seals)

  async function readEnd() {
    return endSchema.parse(await redis.hmget(endKey, 'version', 'hash'))
  }

  async function* eventsUpTo(count: number): AsyncGenerator<string[]> {
    for (let from = 0; from < count; from += AT_ONCE) {
      yield await redis.lrange(listKey, from, Math.min(count, from + AT_ONCE) - 1)
    }
  }

  async function appendUnsealed(tried: Attempt | ExportEvent, of: string): Promise<void> {
    for (;;) {
      const end = await readEnd()
      const event = { version: end.version + 1, ...tried }
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
        of,
        ATTEMPTS_A_DAY,
      )
      if (answer === 'applied') return
    }
  }

  return {
    endKey,
    async append({ atMs, by, command, refusal, from }) {
      const tried = { atMs, by, command, refusal, from }
      const of = `${new Date(atMs).toISOString().slice(0, 10)} ${by}`
      if (sealed !== null) return sealed.keep(of, { tried, most: ATTEMPTS_A_DAY })
      await appendUnsealed(tried, of)
      return { isIntact: true }
    },
    async keepExport({ atMs, ...exported }) {
      const tried: ExportEvent = { atMs, command: EXPORTED, exported }
      // A counter of its own, so that each of them is kept whole.
      const of = `${new Date(atMs).toISOString().slice(0, 10)} export-${exported.sha256.slice(0, 16)}`
      if (sealed !== null) return sealed.keep(of, { tried, most: ATTEMPTS_A_DAY })
      await appendUnsealed(tried, of)
      return { isIntact: true }
    },
    async count(of) {
      if (sealed === null) throw new Error('Without a key nothing is counted here.')
      return sealed.keep(of, null)
    },
    seen: async () => (sealed === null ? null : sealed.seen()),
    async read() {
      // The end, how many there are and the counters belong together: what is appended meanwhile comes after all of them.
      const answer = await redis
        .multi()
        .hmget(endKey, 'version', 'hash')
        .llen(listKey)
        .hgetall(countsKey)
        .hmget(endKey, ...SEALED_FIELDS)
        .hgetall(triesKey)
        .exec()
      const [end, count, counts, fields, tries] = readSchema.parse(
        answer?.map(([error, value]) => error ?? value),
      )
      const more = Object.entries(counts).flatMap(([of, n]) =>
        n > ATTEMPTS_A_DAY ? [[of, n - ATTEMPTS_A_DAY] as const] : [],
      )
      const sealedEnd = storedEndOf(fields)
      const isSealed = sealedEnd !== null || Object.keys(tries).length > 0
      return {
        version: end.version,
        auditHash: end.hash,
        more: Object.fromEntries(more),
        events: () => eventsUpTo(count),
        sealed: isSealed ? { end: sealedEnd ?? {}, tries } : null,
      }
    },
  }
}

const endSchema = z
  .tuple([z.coerce.number().int(), z.string().nullable()])
  .transform(([version, hash]) => ({ version, hash: hash ?? '' }))
/** What is no number does not keep the rest from being exported, where it is found out. */
const storedEndSchema = z
  .tuple([z.coerce.number().int().catch(0), z.string().nullable()])
  .transform(([version, hash]) => ({ version, hash: hash ?? '' }))
const readSchema = z.tuple([
  storedEndSchema,
  z.number(),
  z.record(z.string(), z.coerce.number().int()),
  z.array(z.string().nullable()),
  z.record(z.string(), z.string()),
])

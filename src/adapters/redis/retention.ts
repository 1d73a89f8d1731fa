// The Retention port on Redis: what looks through all requests, and what takes one of them out.

import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import type { Leaving, Retention, Seen } from '../../ports/retention.ts'
import { type RequestId, requestIdSchema } from '../../request/request.ts'
import type { Seals } from '../../request/seals.ts'
import { createAttemptLog } from './attempts.ts'
import type { RedisConnection } from './connect.ts'
import { exportedAt, exportedPlace } from './exported.ts'
import { listsOf, memberOf } from './lists.ts'
import { isOfAnotherType, recordIn, unreadable } from './records.ts'
import { CLAIM, REMOVE } from './scripts.ts'

/** Numbers asked for at once whether there is anything, and records read at once. */
const NUMBERS_AT_ONCE = 500
const RECORDS_AT_ONCE = 25
/** Numbers are given in the order of time, but for the clocks of the processes that take them. */
const CLOCKS_MS = 86_400_000
/** Between two reads, so that neither Redis nor this process is kept busy by it alone. */
const REST_MS = 2

/** @param seals null: nothing is sealed */
export function createRetention(redis: RedisConnection, prefix: string, seals: Seals | null): Retention {
  const tag = `{${prefix}}`
  const attempts = createAttemptLog(redis, tag, seals)
  const requestKey = (id: string) => `${tag}:request:${id}`

  async function* look(madeUntilMs = Number.POSITIVE_INFINITY): AsyncGenerator<Seen[]> {
    const last = Number(await redis.get(`${tag}:last-request`))
    for (let from = 1; from <= last; from += NUMBERS_AT_ONCE) {
      const count = Math.min(NUMBERS_AT_ONCE, last - from + 1)
      const ids = Array.from({ length: count }, (_, i) => requestIdSchema.parse(`R-${from + i}`))
      if ((await redis.exists(...ids.map(requestKey))) === 0) continue
      for (let start = 0; start < count; start += RECORDS_AT_ONCE) {
        const some = await seen(ids.slice(start, start + RECORDS_AT_ONCE))
        if (some.length > 0) yield some
        // All that follow were made later still.
        if (some.length > 0 && some.every(each => each.request.createdAtMs > madeUntilMs + CLOCKS_MS)) return
        await delay(REST_MS)
      }
    }
  }

  async function seen(ids: readonly RequestId[]): Promise<Seen[]> {
    const reads = redis.pipeline()
    for (const id of ids) reads.hmget(requestKey(id), 'json', 'version', 'hash', 'followers')
    const asked = await reads.exec()
    const answers = readSchema.parse(
      asked?.map(([error, fields], index) => {
        if (isOfAnotherType(error)) throw unreadable(ids[index] as RequestId, error.message)
        return error ?? fields
      }),
    )
    return answers.flatMap(([json, version, auditHash, followers], index) => {
      if (json === null) return []
      const id = ids[index] as RequestId
      const read = recordIn(json)
      if (!read.ok) throw unreadable(id, read.problem)
      const { request } = read
      return [{ request: { ...request, version, auditHash: auditHash ?? request.auditHash }, followers }]
    })
  }

  async function remove(leaving: Leaving): Promise<'removed' | 'changed'> {
    const { id, target, version, auditHash, followers, more, exportedAtMs } = leaving
    const name = JSON.stringify([target.instanceId, target.group])
    const exported = exportedPlace(tag, id)
    const keys = [
      requestKey(id),
      `${tag}:changes:${id}`,
      `${tag}:events:${id}`,
      `${tag}:documents:${id}`,
      `${tag}:attempts-more:${id}`,
      `${tag}:due`,
      `${tag}:open`,
      `${tag}:open:${name}`,
      `${tag}:writer:${name}`,
      exported.key,
      `${tag}:change-count`,
      ...listsOf(tag, leaving).map(({ key }) => key),
    ]
    const answer = await redis.eval(
      REMOVE,
      keys.length,
      ...keys,
      version,
      auditHash,
      followers,
      more,
      id,
      memberOf(leaving),
      exported.field,
      exportedAtMs,
    )
    return answer === 1 ? 'removed' : 'changed'
  }

  return {
    look,
    async claim(by, ms) {
      return (await redis.eval(CLAIM, 1, `${tag}:retention`, by, ms)) === 1
    },
    keepExport: attempts.keepExport,
    remove,
    async timeMs() {
      const [seconds = 0, micros = 0] = (await redis.time()).map(Number)
      return seconds * 1_000 + micros / 1_000
    },
    exportedAt: id => exportedAt(redis, tag, id),
  }
}

const readSchema = z.array(
  z.tuple([
    z.string().nullable(),
    z.coerce.number().int(),
    z.string().nullable(),
    z.coerce.number().int().nonnegative(),
  ]),
)

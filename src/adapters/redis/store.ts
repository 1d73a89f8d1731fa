// The Store port on Redis. The record is one JSON value guarded by its version; every change is one Lua script.

import { z } from 'zod'
import type {
  Commit,
  CommitOutcome,
  ListFilter,
  ListPage,
  ListPlace,
  Store,
  Stored,
  Trail,
} from '../../ports/store.ts'
import type { AuditEvent } from '../../request/command.ts'
import { isInPart } from '../../request/list-part.ts'
import { planRowsSchema } from '../../request/plan-rows.ts'
import {
  type DocumentName,
  type DocumentOf,
  type RequestId,
  type ResetRequest,
  requestIdSchema,
  requestSchema,
} from '../../request/request.ts'
import { type Target, targetsSchema } from '../../request/reset.ts'
import { resultSchema } from '../../request/result.ts'
import { type Doubt, type Seals, sealIn, sealText } from '../../request/seals.ts'
import { createAttemptLog } from './attempts.ts'
import type { RedisConnection } from './connect.ts'
import { exportedAt, exportedPlace } from './exported.ts'
import { idOf, idsSchema, listKey, memberOf, membershipOf, membersIn, placeOf, rangeOf } from './lists.ts'
import { marksSchema } from './marks.ts'
import { createKeyGate, type KeyGate } from './newest-seals.ts'
import { createNumbers, onLost, type RequestNumbers } from './numbers.ts'
import {
  answersOf,
  chainEndOf,
  FIELDS,
  fieldsSchema,
  isOfAnotherType,
  recordIn,
  unreadable,
} from './records.ts'
import { COMMIT, END_DOCUMENTS, FIND_FORGOTTEN, READ_MARKS, SETTLE, TAKE_DUE } from './scripts.ts'

/** Trails read at once: enough to hide the way to Redis, few enough to hold. */
const TRAILS_AT_ONCE = 50
/** Where the lists begin among the keys of a commit. */
const FIRST_LIST = 18
/** Numbers looked at in one step: of those that were skipped there are many. */
const NUMBERS_AT_ONCE = 500

export interface RedisStoreOptions {
  /** With the key that Redis does not have: each record is stored with a seal. Null: none is. */
  seals?: Seals | null
  numbers?: RequestNumbers
  /** Nothing is written before it has let through. */
  keyGate?: KeyGate
}

/** @param prefix Names the product's keys; all of them share it as their hash tag. */
export function createRedisStore(
  redis: RedisConnection,
  prefix: string,
  {
    seals = null,
    numbers = createNumbers(redis, prefix),
    keyGate = createKeyGate(redis, prefix, seals),
  }: RedisStoreOptions = {},
): Store {
  const tag = `{${prefix}}`
  const dueKey = `${tag}:due`
  const openKey = `${tag}:open`
  const lastRequestKey = `${tag}:last-request`
  const serverKey = `${tag}:server`
  const changeCountKey = `${tag}:change-count`
  const marksKey = `${tag}:marks`
  /** Number of the last request whose documents were looked at for an end. */
  const endedUpToKey = `${tag}:documents-ended-up-to`
  const attempts = createAttemptLog(redis, tag, seals)
  /** How often the connection was lost, and how often that is known to have been when somebody took a group. */
  let [losses, knownLosses] = [0, 0]
  const countLosses = () =>
    onLost(redis, () => {
      losses += 1
    })
  if (redis.status === 'ready') countLosses()
  else redis.once('ready', countLosses)
  const requestKey = (id: string) => `${tag}:request:${id}`
  const eventsKey = (id: string) => `${tag}:events:${id}`
  const writerKey = (target: Target) => `${tag}:writer:${nameOf(target)}`
  const epochKey = (target: Target) => `${tag}:writer-epoch:${nameOf(target)}`
  const openOnKey = (target: Target) => `${openKey}:${nameOf(target)}`
  const documentsKey = (id: string) => `${tag}:documents:${id}`
  const moreKey = (id: string) => `${tag}:attempts-more:${id}`

  async function commit(change: Commit): Promise<CommitOutcome> {
    await keyGate.pass()
    const { next, submissionId, writer, mostOpen } = change
    const { id } = next
    const { target } = writer ?? next.reset
    const lists = membershipOf(tag, next)
    const keyOfOpen = (of: ListFilter['of']) =>
      FIRST_LIST + lists.keys.indexOf(listKey(tag, { of, part: 'open' }))
    const documents = Object.entries(change.documents ?? {}).flatMap(([name, value]) => [
      name,
      JSON.stringify(z.encode(schemaOf(name as DocumentName) as z.ZodType, value)),
    ])
    const json = JSON.stringify(z.encode(requestSchema, next))
    const seen = change.event.attempts === 'changed' ? undefined : change.event.attempts
    const parent = change.expectedVersion === 0 ? next.parent : null
    const exported = exportedPlace(tag, parent?.id ?? id)
    const lossesThen = losses
    const answer = await redis.eval(
      COMMIT,
      FIRST_LIST - 1 + lists.keys.length,
      requestKey(id),
      `${tag}:changes:${id}`,
      eventsKey(id),
      dueKey,
      openKey,
      documentsKey(id),
      `${tag}:submission:${submissionId ?? ''}`,
      writerKey(target),
      serverKey,
      openOnKey(next.reset.target),
      lastRequestKey,
      changeCountKey,
      epochKey(target),
      attempts.endKey,
      requestKey(parent?.id ?? id),
      exported.key,
      marksKey,
      ...lists.keys,
      change.expectedVersion,
      change.changeId,
      next.version,
      json,
      JSON.stringify(change.event),
      change.dueAtMs ?? '',
      change.open ? '1' : '0',
      next.createdAtMs,
      id,
      submissionId === undefined ? '' : '1',
      writer?.act ?? '',
      writer !== undefined && 'untilMs' in writer ? Math.max(1, writer.untilMs - change.event.atMs) : '',
      writer?.act === 'take' ? writer.settleMs : '',
      change.expectedHash,
      next.auditHash,
      next.revision,
      memberOf(next),
      lists.isIn,
      writer?.act === 'take' ? writer.epoch : '',
      mostOpen?.ofRequester ?? '',
      keyOfOpen({ kind: 'requester', userId: next.requester }),
      mostOpen?.inAll ?? '',
      keyOfOpen({ kind: 'all' }),
      change.documentsKeptMs ?? '',
      lossesThen > knownLosses ? '1' : '',
      seals === null ? '' : sealText(seals.seal('record', id, json)),
      seen?.hash ?? '',
      seen?.tries ?? '',
      parent?.id ?? '',
      exported.field,
      change.mark?.state ?? '',
      change.mark?.sinceMs ?? '',
      change.mark?.owesSinceMs ?? '',
      change.event.atMs,
      ...documents,
    )
    if (writer?.act === 'take') knownLosses = lossesThen
    return commitAnswerSchema.parse(answer)
  }

  async function readStored(id: RequestId): Promise<Stored | undefined> {
    const answer = await redis.hmget(requestKey(id), ...FIELDS).catch(error => {
      throw isOfAnotherType(error) ? unreadable(id, error.message) : error
    })
    return storedIn(id, fieldsSchema.parse(answer))
  }

  function storedIn(id: RequestId, [json, version, hash, seal]: z.output<typeof fieldsSchema>) {
    if (json === null) return undefined
    const read = recordIn(json)
    if (!read.ok) throw unreadable(id, read.problem)
    // What a change is compared with: one that goes by other numbers would be refused for ever.
    const request = {
      ...read.request,
      version: version ?? read.request.version,
      auditHash: hash ?? read.request.auditHash,
    }
    return { request, doubt: doubtOf(id, json, seal) }
  }

  function doubtOf(id: RequestId, json: string, text: string | null): Doubt | null {
    const seal = sealIn(text)
    if (seals === null) return seal === null ? null : 'noKey'
    return seal === undefined ? 'changed' : seals.doubt('record', id, json, seal)
  }

  /** Those that can be read: one record of a newer version, or one that is none, must not hide the others. */
  async function readAll(ids: readonly RequestId[]): Promise<ResetRequest[]> {
    if (ids.length === 0) return []
    const reads = redis.pipeline()
    for (const id of ids) reads.hget(requestKey(id), 'json')
    const answers = recordsSchema.parse((await reads.exec())?.map(([error, json]) => error ?? json))
    return answers.flatMap(json => {
      const read = json === null ? undefined : recordIn(json)
      return read?.ok ? [read.request] : []
    })
  }

  async function list(filter: ListFilter, limit: number, before?: ListPlace): Promise<ListPage> {
    const key = listKey(tag, filter)
    const { max, min } = rangeOf(filter, before)
    const whole = rangeOf(filter)
    const [members, total] = await Promise.all([
      redis.zrevrangebylex(key, max, min, 'LIMIT', 0, limit + 1),
      redis.zlexcount(key, whole.min, whole.max),
    ])
    const page = membersIn(members.slice(0, limit))
    const last = page.at(-1)
    const requests = await readAll(page.map(idOf))
    return {
      requests: requests.filter(request => isInPart(request, filter.part)),
      total,
      next: last === undefined || members.length <= limit ? null : placeOf(last),
    }
  }

  /** Record and events in one step, so that no change can come between. */
  async function readAtOnce(id: RequestId, instead?: readonly unknown[]) {
    const answer = await redis
      .multi()
      .hmget(requestKey(id), ...FIELDS)
      .lrange(eventsKey(id), 0, -1)
      .hgetall(moreKey(id))
      .exec()
    const [fields, events, more] = trailAnswerSchema.parse(answersOf(id, answer, instead))
    const [record] = fields
    const trail: Trail = {
      ...{ id, ...chainEndOf(record), more, events, record },
      documents: () => documentsOf(id),
    }
    return { trail, fields }
  }

  async function readTrail(id: RequestId): Promise<Trail | undefined> {
    // What stands there instead is for whoever verifies it.
    const { trail } = await readAtOnce(id, [[null, null, null, null], [], {}])
    return trail.record === null && trail.events.length === 0 ? undefined : trail
  }

  async function readWithTrail(id: RequestId) {
    const { trail, fields } = await readAtOnce(id)
    const stored = storedIn(id, fields)
    return stored === undefined ? undefined : { ...stored, trail }
  }

  async function* documentsOf(id: RequestId): AsyncGenerator<{ name: string; json: string }> {
    const keys = await redis.hkeys(documentsKey(id)).catch(error => {
      if (isOfAnotherType(error)) return []
      throw error
    })
    const names = keys.sort()
    for (const name of names) {
      const json = await redis.hget(documentsKey(id), name)
      if (json !== null) yield { name, json }
    }
  }

  async function* readTrails(
    which: readonly RequestId[] | { after: RequestId | null } = { after: null },
  ): AsyncGenerator<Trail> {
    if (!('after' in which)) {
      yield* trailsOf(which)
      return
    }
    const last = Number(await redis.get(lastRequestKey))
    const first = which.after === null ? 1 : Number(which.after.slice(2)) + 1
    for (let from = first; from <= last; from += NUMBERS_AT_ONCE) {
      const count = Math.min(NUMBERS_AT_ONCE, last - from + 1)
      const ids = Array.from({ length: count }, (_, i) => requestIdSchema.parse(`R-${from + i}`))
      if ((await redis.exists(...ids.map(requestKey), ...ids.map(eventsKey))) > 0) yield* trailsOf(ids)
    }
  }

  async function* trailsOf(ids: readonly RequestId[]): AsyncGenerator<Trail> {
    for (let start = 0; start < ids.length; start += TRAILS_AT_ONCE) {
      const some = ids.slice(start, start + TRAILS_AT_ONCE)
      for (const trail of await Promise.all(some.map(readTrail))) if (trail !== undefined) yield trail
    }
  }

  return {
    async nextRequestId() {
      return requestIdSchema.parse(`R-${await numbers.next()}`)
    },
    read: async id => (await readStored(id))?.request,
    readStored,
    readWithTrail,
    async readDocument<Name extends DocumentName>(id: RequestId, name: Name) {
      const json = await redis.hget(documentsKey(id), name)
      if (json === null) return undefined
      return schemaOf(name).parse(JSON.parse(json)) as DocumentOf<Name>
    },
    async readEvents(id) {
      const events = await redis.lrange(eventsKey(id), 0, -1)
      return events.map(json => JSON.parse(json) as AuditEvent)
    },
    readTrails,
    exportedAt: id => exportedAt(redis, tag, id),
    readAttempts: attempts.read,
    async recordAttempt(attempt) {
      await keyGate.pass()
      return attempts.append(attempt)
    },
    async countAttempt(id, by) {
      await keyGate.pass()
      if (seals !== null) return attempts.count(`${id} ${by}`)
      await redis.hincrby(moreKey(id), by, 1)
      return { isIntact: true }
    },
    attemptsSeen: async () => {
      // It seals anew what an older key sealed.
      await keyGate.pass()
      return attempts.seen()
    },
    commit,
    async writerOf(target) {
      const asked = redis
        .multi()
        .get(writerKey(target))
        .hget(epochKey(target), 'epoch')
        .pttl(writerKey(target))
      const answer = await asked.exec()
      const [holder, epoch, leftMs] = writerAnswerSchema.parse(
        answer?.map(([error, value]) => error ?? value),
      )
      return { holder, epoch, heldMs: Math.max(0, leftMs) }
    },
    async takeDue(nowMs, leaseUntilMs, limit) {
      return idsSchema.parse(await redis.eval(TAKE_DUE, 1, dueKey, nowMs, leaseUntilMs, limit))
    },
    async settle(id, version, dueAtMs) {
      await redis.eval(SETTLE, 3, requestKey(id), dueKey, marksKey, version, id, dueAtMs ?? '')
    },
    list,
    async readMarks() {
      return marksSchema.parse(await redis.eval(READ_MARKS, 3, marksKey, openKey, dueKey))
    },
    async changeCount() {
      return Number((await redis.get(changeCountKey)) ?? 0)
    },
    async openRequests(limit, target) {
      const key = target === undefined ? openKey : openOnKey(target)
      const [ids, total] = await Promise.all([redis.zrevrange(key, 0, limit - 1), redis.zcard(key)])
      const open = idsSchema.parse(ids)
      const requests = await readAll(open)
      const read = new Set(requests.map(({ id }) => id))
      return { requests, notRead: open.filter(id => !read.has(id)), total }
    },
    async endOldDocuments(limit, keptMs) {
      const [done = 0, last = 0] = await Promise.all(
        [endedUpToKey, lastRequestKey].map(async key => Number(await redis.get(key))),
      )
      const count = Math.min(limit, last - done)
      if (!(count > 0)) return
      const ids = Array.from({ length: count }, (_, i) => requestIdSchema.parse(`R-${done + i + 1}`))
      for (const request of await readAll(ids)) {
        const ms = keptMs(request)
        if (ms === null) continue
        const keys = [requestKey(request.id), documentsKey(request.id)]
        await redis.eval(END_DOCUMENTS, 2, ...keys, request.version, ms)
      }
      await redis.set(endedUpToKey, done + count)
    },
    async findForgotten() {
      return idsSchema.parse(await redis.eval(FIND_FORGOTTEN, 2, openKey, dueKey))
    },
  }
}

function nameOf({ instanceId, group }: Target): string {
  return JSON.stringify([instanceId, group])
}

function schemaOf(name: DocumentName) {
  switch (name) {
    case 'result':
      return resultSchema
    case 'targets':
      return targetsSchema
    default:
      return planRowsSchema
  }
}

const trailAnswerSchema = z.tuple([
  fieldsSchema,
  z.array(z.string()),
  z.record(z.string(), z.coerce.number().int()),
])

const writerAnswerSchema = z.tuple([requestIdSchema.nullable(), z.coerce.number(), z.number()])

/** Of a key that is no record, or of what Redis said of it, nothing. */
const recordsSchema = z.array(
  z.union([z.string().nullable(), z.custom(isOfAnotherType).transform(() => null)]),
)

const commitAnswerSchema = z.union([
  z.tuple([z.enum(['applied', 'conflict'])]).transform(([kind]) => ({ kind })),
  z.tuple([z.enum(['duplicate', 'busy', 'gone']), requestIdSchema]).transform(([kind, id]) => ({ kind, id })),
  z
    .tuple([z.literal('full'), z.enum(['person', 'workspace']), z.number()])
    .transform(([kind, of, open]) => ({ kind, of, open })),
  z.tuple([z.literal('settling'), z.coerce.number()]).transform(([kind, waitMs]) => ({ kind, waitMs })),
])

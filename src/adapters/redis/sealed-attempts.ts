// The log of attempts where there is a key: its end and its counters are sealed, each time in the one step that keeps an
// attempt. An attempt is kept whatever became of those before it; that they were not what had been sealed is sealed with it.

import { z } from 'zod'
import type { Attempt, AttemptKept } from '../../ports/store.ts'
import {
  type AttemptsEnd,
  type AttemptsSeen,
  attemptsEndSchema,
  counterName,
  countIn,
  type ExportEvent,
  endIn,
  NOTHING_TRIED,
  type SealedEnd,
  type StoredEnd,
  storedCount,
  storedEnd,
} from '../../request/attempts-end.ts'
import { type ChainedEvent, chainHash, doubtOfEvent, linkProblem, textToSeal } from '../../request/audit.ts'
import type { Seals } from '../../request/seals.ts'
import type { RedisConnection } from './connect.ts'
import { APPEND_SEALED, SEAL_ANEW } from './scripts.ts'

/** Each that fails is one that another process has made meanwhile. */
const MOST_TRIES = 200
/** So many are looked at that were appended after the end was last sealed, by a build that does not seal it. */
const MOST_AFTER = 5_000
/** Of the hash of the end, beside `version` and `hash`, which builds of before have as well. */
export const SEALED_FIELDS = ['sealedVersion', 'sealedHash', 'tries', 'broken', 'seal'] as const

export interface SealedAttempts {
  /**
   * Rejects when other processes were faster so often that it could not be sealed: nothing was kept then.
   * @param whole null: it is only counted; else it is kept whole while there are fewer than `most`
   */
  keep(of: string, whole: { tried: Attempt | ExportEvent; most: number } | null): Promise<AttemptKept>
  seen(): Promise<AttemptsSeen>
}

interface Keys {
  listKey: string
  endKey: string
  recentKey: string
  triesKey: string
}

export function createSealedAttempts(
  redis: RedisConnection,
  { listKey, endKey, recentKey, triesKey }: Keys,
  seals: Seals,
): SealedAttempts {
  /** One after the other within a process: only another process is ever faster. */
  let turn: Promise<unknown> = Promise.resolve()

  async function readEnd() {
    const answer = await redis
      .multi()
      .hmget(endKey, 'version', 'hash', ...SEALED_FIELDS)
      .lrange(listKey, -1, -1)
      .exec()
    const [[version = null, hash = null, ...fields], [last]] = answerSchema.parse(
      answer?.map(([error, value]) => error ?? value),
    )
    const stored = storedEndOf(fields)
    // Before this build no attempt said how many there were.
    const wasTakenAway = stored === null && last !== undefined && eventIn(last)?.tries !== undefined
    return { end: { version: Number(version ?? 0), hash: hash ?? '' }, stored, wasTakenAway }
  }

  /** What the next attempt comes after. */
  async function standing({ end, stored, wasTakenAway }: Awaited<ReturnType<typeof readEnd>>) {
    const there = attemptsEndSchema.safeParse({ ...end, tries: 0 }).success ? end : NOTHING_TRIED
    if (stored === null) {
      return { isIntact: !wasTakenAway, at: { ...there, tries: 0, broken: wasTakenAway ? 1 : 0 } }
    }
    const sealed = endIn(seals, stored)
    if (sealed === null) {
      // As it says, where it says anything: a number that was made up fits neither the counters nor what comes after.
      const { tries = 0, broken = 0 } = endIn(null, stored) ?? {}
      return { isIntact: false, at: { ...there, tries, broken: broken + 1 } }
    }
    if (sealed.version === end.version && sealed.hash === end.hash) return { isIntact: true, at: sealed }
    if (there.version <= sealed.version)
      return { isIntact: false, at: { ...sealed, broken: sealed.broken + 1 } }
    const isIntact = await followsSealed(sealed, there)
    return { isIntact, at: { ...sealed, ...there, broken: sealed.broken + (isIntact ? 0 : 1) } }
  }

  /** Whether all that was appended since is sealed, one after the other: a build that does not seal the end did it then. */
  async function followsSealed(
    sealed: SealedEnd,
    end: Pick<AttemptsEnd, 'version' | 'hash'>,
  ): Promise<boolean> {
    if (end.version - sealed.version > MOST_AFTER) return false
    const after = await redis.lrange(listKey, sealed.version, end.version - 1)
    let last: Pick<AttemptsEnd, 'version' | 'hash'> = sealed
    for (const json of after) {
      const event = eventIn(json)
      if (event === null || linkProblem(last, event) !== null) return false
      if (doubtOfEvent(seals, 'attempts', last.hash, event) !== null) return false
      last = event
    }
    return last.version === end.version && last.hash === end.hash
  }

  async function keepNow(
    of: string,
    whole: { tried: Attempt | ExportEvent; most: number } | null,
  ): Promise<AttemptKept> {
    const name = counterName(seals, of)
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const [found, counter] = await Promise.all([readEnd(), redis.hget(triesKey, name)])
      const { end, stored } = found
      const { isIntact, at } = await standing(found)
      // One that is not as it was sealed begins anew: the sum then says for good that it did.
      const count = counter === null ? 0 : (countIn(seals, name, counter) ?? 0)
      const event =
        whole === null || count >= whole.most ? null : eventAfter(at, { ...whole.tried, tries: at.tries + 1 })
      const next = storedEnd(seals, {
        ...(event === null ? at : { ...at, version: event.version, hash: event.hash }),
        tries: at.tries + 1,
      })
      const answer = await redis.eval(
        APPEND_SEALED,
        4,
        listKey,
        endKey,
        recentKey,
        triesKey,
        end.hash,
        stored?.seal ?? '',
        name,
        counter ?? '',
        whole === null ? '' : JSON.stringify(whole.tried),
        storedCount(seals, name, count + 1),
        event === null ? '' : JSON.stringify(event),
        next.version,
        next.hash,
        next.tries,
        next.broken,
        next.seal,
      )
      if (answer === 'applied') return { isIntact }
    }
    throw new Error('The attempt could not be sealed: other processes were faster every time.')
  }

  function eventAfter(at: SealedEnd, tried: (Attempt | ExportEvent) & { tries: number }) {
    const bare = { version: at.version + 1, ...tried }
    const event = { ...bare, seal: seals.seal('event', 'attempts', textToSeal(at.hash, bare)) }
    return { ...event, hash: chainHash(at.hash, JSON.stringify(event)) }
  }

  return {
    keep(of, whole) {
      const kept = turn.then(() => keepNow(of, whole))
      turn = kept.catch(() => {})
      return kept
    },
    async seen() {
      const { stored, wasTakenAway } = await readEnd()
      if (stored === null) return wasTakenAway ? 'changed' : NOTHING_TRIED
      const sealed = endIn(seals, stored)
      if (sealed === null) return 'changed'
      const anew = storedEnd(seals, sealed).seal
      if (anew !== stored.seal) await redis.eval(SEAL_ANEW, 1, endKey, stored.seal, anew)
      const { version, hash, tries } = sealed
      return { version, hash, tries }
    },
  }
}

const answerSchema = z.tuple([z.array(z.string().nullable()), z.array(z.string())])

/** Null: there is nothing of it. What is missing of it is empty, and fits no seal. */
export function storedEndOf(fields: readonly (string | null)[]): StoredEnd | null {
  if (fields.every(field => field === null)) return null
  const [version, hash, tries, broken, seal] = fields.map(field => field ?? '') as [
    string,
    string,
    string,
    string,
    string,
  ]
  return { version, hash, tries, broken, seal }
}

function eventIn(json: string): (ChainedEvent & { tries?: unknown }) | null {
  try {
    return Object(JSON.parse(json))
  } catch {
    return null
  }
}

// Whether what is there was sealed with the key of this process, by the newest requests. Before that is known nothing is
// written: with another key every open request would be ended, and what is new would be sealed so that the others end it.

import { z } from 'zod'
import { SEALED_RECORD } from '../../ports/store.ts'
import { type KeyStanding, keyProblem, keyStanding, type SealSample } from '../../request/key-standing.ts'
import type { Seals } from '../../request/seals.ts'
import type { RedisConnection } from './connect.ts'
import { idOf, idsSchema, listKey, membersIn } from './lists.ts'
import { answersOf } from './records.ts'

/** Of the newest, and of the newest that are open. */
const LOOKED_AT = 20

const NO_SAMPLE = [[null, null], []]
const sampleSchema = z.tuple([z.tuple([z.string().nullable(), z.string().nullable()]), z.array(z.string())])

export async function lookAtSeals(
  redis: RedisConnection,
  prefix: string,
  seals: Seals | null,
): Promise<KeyStanding> {
  const tag = `{${prefix}}`
  const [members, open] = await Promise.all([
    redis.zrevrangebylex(listKey(tag, { of: { kind: 'all' }, part: 'any' }), '+', '-', 'LIMIT', 0, LOOKED_AT),
    redis.zrevrange(`${tag}:open`, 0, LOOKED_AT - 1),
  ])
  const ids = [...new Set([...membersIn(members).map(idOf), ...idsSchema.parse(open)])]
  const samples = await Promise.all(
    ids.map(async (id): Promise<SealSample[]> => {
      const answer = await redis
        .multi()
        .hmget(`${tag}:request:${id}`, 'json', 'seal')
        .lrange(`${tag}:events:${id}`, -2, -1)
        .exec()
      const [[json, seal], events] = sampleSchema.parse(answersOf(id, answer, NO_SAMPLE))
      return json === null ? [] : [{ id, json, seal, events }]
    }),
  )
  return keyStanding(seals, samples.flat())
}

export interface KeyGate {
  /** Rejects with SEALED_RECORD where the key of this process is not the one of what is there. */
  pass(): Promise<void>
  /** In words, for whoever runs the process; null: nothing is wrong, or it is not known. */
  problem(): string | null
}

/** Asks until a seal has held: a key does not change while a process runs. */
export function createKeyGate(redis: RedisConnection, prefix: string, seals: Seals | null): KeyGate {
  let passed = false
  let problem: string | null = null
  let looking: Promise<KeyStanding> | null = null

  async function look(): Promise<void> {
    looking ??= lookAtSeals(redis, prefix, seals).finally(() => {
      looking = null
    })
    const standing = await looking
    problem = keyProblem(standing)
    // Without a key what others seal meanwhile is left alone as it is met.
    passed = problem === null && (seals === null || standing.kind === 'fits')
  }

  return {
    async pass() {
      if (passed) return
      await look()
      if (problem !== null) {
        throw Object.assign(new Error(`${problem}. Nothing is written.`), { code: SEALED_RECORD })
      }
    },
    problem: () => problem,
  }
}

// Which workers take jobs, as they say themselves every few seconds, so that a bot can say that none does. Nothing is decided
// by it. A worker of a version before this says nothing, and is not counted.

import { z } from 'zod'
import type { RedisConnection } from './connect.ts'
import { WORKERS } from './scripts.ts'

export interface Workers {
  /** `id` takes jobs now. */
  takes(id: string): Promise<void>
  /** It takes none from now on. */
  leaves(id: string): Promise<void>
  /** How many have said so lately. */
  count(): Promise<number>
}

/** A worker says it every five seconds, while it is so. */
const SAID_MS = 15_000

export function createWorkers(redis: RedisConnection, prefix: string): Workers {
  const ask = async (takes: string, leaves: string) =>
    countSchema.parse(await redis.eval(WORKERS, 1, `{${prefix}}:workers`, takes, leaves, SAID_MS))
  return {
    async takes(id) {
      await ask(id, '')
    },
    async leaves(id) {
      await ask('', id)
    },
    count: () => ask('', ''),
  }
}

const countSchema = z.int().nonnegative()

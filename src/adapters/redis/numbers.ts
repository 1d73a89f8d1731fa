// The numbers of requests, each given once, also by a Redis that was started with what it had saved earlier. What a
// connection can tell of that is noticed here: over a new one, Redis may not be the one that it was.

import { z } from 'zod'
import type { RedisConnection } from './connect.ts'
import { NUMBER } from './scripts.ts'

export interface RequestNumbers {
  next(): Promise<number>
  /** Says that this process looks at the numbers, and learns the last: whatever is lost later was given after it. */
  mark(): Promise<void>
}

export function createNumbers(redis: RedisConnection, prefix: string): RequestNumbers {
  const [lastKey, serverKey] = [`{${prefix}}:last-request`, `{${prefix}}:server`]
  let highest = 0
  let isNew = true
  onLost(redis, () => {
    isNew = true
  })

  async function ask(take: '1' | ''): Promise<number> {
    const wasNew = isNew
    isNew = false
    try {
      const answer = await redis.eval(NUMBER, 2, lastKey, serverKey, highest, wasNew ? '1' : '', take)
      const number = numberSchema.parse(answer)
      highest = Math.max(highest, number)
      return number
    } catch (error) {
      // Nobody knows whether it was done.
      isNew ||= wasNew
      throw error
    }
  }

  return {
    next: () => ask('1'),
    async mark() {
      await ask('')
    },
  }
}

const numberSchema = z.int().nonnegative()

/** Of a Cluster, whenever any node has changed. */
export function onLost(redis: RedisConnection, listener: () => void): void {
  for (const event of ['close', '+node', '-node']) redis.on(event, listener)
}

// The LongNames port on Redis: names too long for a Slack option travel as a token and are looked up on their return.

import { createHash } from 'node:crypto'
import type { LongNames } from '../../ports/chat.ts'
import type { RedisConnection } from './connect.ts'

const KEPT_SECONDS = 7 * 86_400

export function createLongNames(
  redis: RedisConnection,
  prefix: string,
  onError: (error: unknown) => void,
): LongNames {
  const keyOf = (token: string) => `{${prefix}}:name:${token}`
  return {
    tokenOf(name) {
      const token = `~${createHash('sha256').update(name).digest('base64url')}`
      // Not waited for: a form has to open within three seconds, and the token comes back long after.
      redis.set(keyOf(token), name, 'EX', KEPT_SECONDS).catch(onError)
      return token
    },
    async nameOf(token) {
      if (!/^~[\w-]{43}$/.test(token)) return token
      return (await redis.get(keyOf(token))) ?? token
    },
  }
}

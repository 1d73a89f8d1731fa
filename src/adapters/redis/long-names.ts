// The LongNames port on Redis: names too long for a Slack option travel as a token and are looked up on their return.
// Whoever may open a form may type names, so what all of them take together is bounded: the oldest make room.

import { createHash } from 'node:crypto'
import type { LongNames } from '../../ports/chat.ts'
import type { RedisConnection } from './connect.ts'

const KEPT_SECONDS = 86_400
/** For some twenty thousand names of a usual length. */
const MOST_BYTES = 8_000_000
/** What a name takes beside itself: its token twice, its time and its length. */
const BESIDE = 200

/**
 * KEYS: the names, and the time at which each was last used, both by token; ARGV: the token, the name, what Redis keeps
 * beside a name, how many bytes all may take, and for how many seconds. The field `size` holds what all take.
 */
const KEEP = `
local names, times = KEYS[1], KEYS[2]
local token, name, beside, most, seconds = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
if redis.call('HGET', names, token) == false then
  redis.call('HSET', names, token, name)
  redis.call('HINCRBY', names, 'size', #name + beside)
end
redis.call('ZADD', times, now, token)
while true do
  local first = redis.call('ZRANGE', times, 0, 1, 'WITHSCORES')
  local at = first[1] == token and 3 or 1
  local oldest = first[at]
  local full = tonumber(redis.call('HGET', names, 'size')) > most
  if not oldest or not (full or tonumber(first[at + 1]) < now - seconds * 1000000) then break end
  redis.call('HINCRBY', names, 'size', -(#(redis.call('HGET', names, oldest) or '') + beside))
  redis.call('HDEL', names, oldest)
  redis.call('ZREM', times, oldest)
end
redis.call('EXPIRE', names, seconds)
redis.call('EXPIRE', times, seconds)
`

/** @param mostBytes that all names together may take */
export function createLongNames(
  redis: RedisConnection,
  prefix: string,
  onError: (error: unknown) => void,
  mostBytes = MOST_BYTES,
): LongNames {
  const [namesKey, timesKey] = [`{${prefix}}:long-names`, `{${prefix}}:long-names-used`]
  return {
    tokenOf(name) {
      const token = `~${createHash('sha256').update(name).digest('base64url')}`
      // Not waited for: a form has to open within three seconds, and the token comes back long after.
      redis.eval(KEEP, 2, namesKey, timesKey, token, name, BESIDE, mostBytes, KEPT_SECONDS).catch(onError)
      return token
    },
    async nameOf(token) {
      if (!/^~[\w-]{43}$/.test(token)) return token
      return (await redis.hget(namesKey, token)) ?? token
    },
  }
}

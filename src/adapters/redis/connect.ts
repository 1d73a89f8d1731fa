// How the product connects to Redis. An ambiguous command surfaces as an error here; it is never sent again by itself.

import { Redis } from 'ioredis'

/**
 * For the store and the queue's producer: fails at once when Redis is away, after two seconds when it is frozen.
 * ioredis sends a command again when its reply was lost, unless maxRetriesPerRequest is 0 (measured).
 */
export function connectRedis(url: string, onError: (error: Error) => void): Redis {
  const redis = new Redis(url, { enableOfflineQueue: false, maxRetriesPerRequest: 0, commandTimeout: 2_000 })
  redis.on('error', onError)
  return redis
}

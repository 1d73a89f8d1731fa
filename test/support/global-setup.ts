// Gives every test file one Redis, as inject('redisUrl'): REDIS_URL, or a private one that ends with the run.
// Tests share it, so each must keep to keys of its own.

import type {} from 'vitest'
import type { TestProject } from 'vitest/node'
import { redisFor } from '../../src/sandbox/redis/start.ts'

declare module 'vitest' {
  interface ProvidedContext {
    redisUrl: string
  }
}

export default async function setup(project: TestProject) {
  const redis = await redisFor(process.env, { log: console.log })
  project.provide('redisUrl', redis.url)
  return () => redis.close()
}

// The product against a model of what may go wrong: any sequence of people, jobs, time, crashes and faults, over the real
// service, and the promises looked at after each step. FAULTS_RUNS and FAULTS_SEED let it run longer, or once more; `npm run test:long` does.

import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { connectRedis, untilReady } from '../../src/adapters/redis/connect.ts'
import { calmDown } from './model/calm.ts'
import { commands, firstAsked } from './model/commands.ts'
import { holdAll } from './model/invariants.ts'
import { startJobs } from './model/jobs.ts'
import { ask } from './model/steps.ts'
import { type Shared, startWorld } from './model/world.ts'

/** A few find what is broken for good; what takes luck is looked for by `npm run test:long`. */
const RUNS = { ckafka: Number(process.env.FAULTS_RUNS ?? 1), kafka: Number(process.env.FAULTS_RUNS ?? 1) }
const SEED = process.env.FAULTS_SEED === undefined ? {} : { seed: Number(process.env.FAULTS_SEED) }
const COMMANDS = 40
const RUN_MS = 30_000
/** Where the number of runs is not asked for, a slow machine makes fewer. */
const LIMIT = process.env.FAULTS_RUNS === undefined ? { interruptAfterTimeLimit: 25_000 } : {}

let shared: Shared

beforeAll(async () => {
  const redis = connectRedis({ mode: 'single', url: inject('redisUrl') }, () => {})
  // Each store listens to its connection, and here many of them share one.
  redis.setMaxListeners(0)
  await untilReady(redis, 5_000)
  shared = { redis, jobs: await startJobs(inject('redisUrl')) }
})

afterAll(async () => {
  await shared.jobs.close()
  shared.redis.disconnect()
})

const KINDS = [
  ['by the API of CKafka', 'ckafka'],
  ["by Kafka's own protocol", 'kafka'],
] as const

describe.each(KINDS)('over a cluster that is reached %s', (_, kind) => {
  it('keeps every promise whatever happens in whatever order, and gets everything done when it is calm again', {
    tags: ['chance'],
    timeout: RUNS[kind] * RUN_MS,
  }, async () => {
    let steps = 0
    await fc.assert(
      fc.asyncProperty(firstAsked, commands(COMMANDS), async (asked, sequence) => {
        const world = await startWorld(shared, kind)
        try {
          for (const { by, group, topics } of asked) await ask(world, by, group, topics)
          await fc.asyncModelRun(() => ({ model: { requests: asked.length }, real: world }), sequence)
          await holdAll(world)
          await calmDown(world)
          steps += 1
        } finally {
          await world.close()
          await shared.jobs.clear()
        }
      }),
      {
        ...{ numRuns: RUNS[kind], unbiased: true, endOnFailure: process.env.FAULTS_SHRINK === 'no' },
        ...SEED,
        ...LIMIT,
      },
    )
    expect(steps).toBeGreaterThan(0)
  })
})

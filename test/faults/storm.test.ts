// The short storms, with fixed seeds, of `npm run test:long`. `npm run test:faults` runs the long ones.
// @module-tag long

import { expect, it } from 'vitest'
import { buildOf, COMMIT_BEFORE } from './other-build.ts'
import { runStorm, type StormOptions } from './storm.ts'

const TEST_MS = 240_000

async function expectNothingLost(options: Pick<StormOptions, 'dialect' | 'otherBuild'>): Promise<void> {
  const lines: string[] = []
  const storm = await runStorm({
    ...options,
    seed: 20_261_123,
    kills: 10,
    minutes: 0.5,
    killPauseMs: 1_500,
    faultPauseMs: 1_500,
    askPauseMs: 1_500,
    calm: { patience: 'told', timeoutMs: 90_000 },
    log: line => lines.push(line),
  })
  expect(storm.problems, lines.join('\n')).toEqual([])
  expect(storm.kills).toBeGreaterThan(5)
  expect(storm.requests).toBeGreaterThan(5)
}

it.each(['v3', 'kafka'] as const)(
  'loses, doubles, invents and leaves unanswered nothing in a short storm (%s)',
  dialect => expectNothingLost({ dialect }),
  TEST_MS,
)

it(
  'does so while a bot and a worker of the version before run beside those of this one',
  async context => {
    const build = await buildOf(COMMIT_BEFORE)
    if (typeof build === 'string') return context.skip(`Not tried: ${build}.`)
    try {
      await expectNothingLost({ dialect: 'v3', otherBuild: build.folder })
    } finally {
      await build.remove()
    }
  },
  TEST_MS,
)

// A storm of half a minute with a fixed seed, as `npm run test:long` has time for.

import { expect } from 'vitest'
import { runStorm, type StormOptions } from './storm.ts'

export async function expectNothingLost(
  options: Pick<StormOptions, 'dialect' | 'otherBuild'>,
): Promise<void> {
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

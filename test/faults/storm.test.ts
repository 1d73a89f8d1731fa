// The short storms, with fixed seeds, of `npm run test:long`. `npm run test:faults` runs the long ones.
// @module-tag long

import { expect, it } from 'vitest'
import { runStorm } from './storm.ts'

it.each(['v3', 'kafka'] as const)(
  'loses, doubles, invents and leaves unanswered nothing in a short storm (%s)',
  async dialect => {
    const lines: string[] = []
    const storm = await runStorm({
      seed: 20_261_123,
      dialect,
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
  },
  180_000,
)

// What a partition's log promises about its ends and the times of its messages.

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createPartitionLog, type PartitionSeed } from '../../../src/sandbox/cluster/log.ts'

/** Up to four stretches whose times may run backwards from one to the next, as with producers' own clocks. */
const seeds = fc
  .record({
    first: fc.integer({ min: 0, max: 20 }),
    stretches: fc.array(
      fc.record({
        length: fc.integer({ min: 1, max: 15 }),
        atMs: fc.integer({ min: 0, max: 60 }),
        everyMs: fc.integer({ min: 0, max: 5 }),
      }),
      { maxLength: 4 },
    ),
    lost: fc.integer({ min: 0, max: 60 }),
  })
  .map(({ first, stretches, lost }): PartitionSeed => {
    let end = BigInt(first)
    const written = stretches.map(({ length, atMs, everyMs }) => {
      const fromOffset = end
      end += BigInt(length)
      return { fromOffset, atMs, everyMs }
    })
    const start = BigInt(first + lost)
    return { start: start > end ? end : start, end, written }
  })

it('finds by time what a walk over every message finds', () => {
  fc.assert(
    fc.property(seeds, fc.integer({ min: -5, max: 140 }), (seed, ms) => {
      const log = createPartitionLog(seed)
      let walked: bigint | undefined
      for (let offset = log.start(); offset < log.end() && walked === undefined; offset += 1n)
        if ((log.timeOf(offset) ?? -1) >= ms) walked = offset
      expect(log.firstAtOrAfter(ms)).toBe(walked)
    }),
    { numRuns: 2_000 },
  )
})

it('keeps the time of what was appended, and finds nothing after it', () => {
  const log = createPartitionLog({ start: 0n, end: 0n, written: [] })
  log.append(3n, 1_000)
  log.append(2n, 1_000)
  log.append(1n, 2_000)
  expect([log.start(), log.end()]).toEqual([0n, 6n])
  expect(log.firstAtOrAfter(1_001)).toBe(5n)
  expect(log.firstAtOrAfter(2_001)).toBeUndefined()
})

it('never finds a message that retention has taken', () => {
  const log = createPartitionLog({ start: 0n, end: 10n, written: [{ fromOffset: 0n, atMs: 0, everyMs: 10 }] })
  log.truncateTo(7n)
  expect(log.firstAtOrAfter(0)).toBe(7n)
  expect(log.timeOf(6n)).toBeUndefined()
  expect(() => log.truncateTo(6n)).toThrow()
  expect(() => log.truncateTo(11n)).toThrow()
})

it('refuses a seed whose first kept message has no time', () => {
  const written = [{ fromOffset: 5n, atMs: 0, everyMs: 1 }]
  expect(() => createPartitionLog({ start: 4n, end: 10n, written })).toThrow()
})

// A decision is bound to a digest, so that it must name one plan and no other.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { digestOf, shortDigest } from '../../src/request/digest.ts'
import { type PlanRow, planRows, planRowsSchema } from '../../src/request/plan-rows.ts'
import { type Reset, resetSchema } from '../../src/request/reset.ts'
import {
  type Choice,
  choiceArbitrary,
  clusterOf,
  EVERYTHING,
  factsOf,
  GROUP,
  INSTANCE,
  resetOf,
} from './worlds.ts'

describe('the digest', () => {
  const rowsOf = (choice: Choice) => {
    const reset = resetOf(choice.world, choice.strategy)
    const facts = factsOf(clusterOf(choice.world), reset, EVERYTHING)
    if (choice.strategy.kind === 'offsets') facts.targets = choice.targets
    return { reset, facts, rows: planRows(reset, facts) }
  }

  it('is the same for the same facts, in whatever order and whenever they were read', () => {
    fc.assert(
      fc.property(
        choiceArbitrary.chain(choice => {
          const { reset, facts } = rowsOf(choice)
          return fc.record({
            choice: fc.constant(choice),
            positions: fc.shuffledSubarray([...facts.positions], { minLength: facts.positions.length }),
            topics: fc.shuffledSubarray(reset.topics, { minLength: reset.topics.length }),
          })
        }),
        ({ choice, positions, topics }) => {
          const { reset, facts, rows } = rowsOf(choice)
          const again = { ...reset, topics }
          const later = planRows(again, { ...facts, positions })
          expect(later).toEqual(rows)
          expect(digestOf(again, 'offsets', later)).toBe(digestOf(reset, 'offsets', rows))
        },
      ),
      { numRuns: 300 },
    )
  })

  const row: PlanRow = {
    topic: 'orders',
    partition: 1,
    from: 12n,
    to: 3n,
    replays: 9n,
    skips: 0n,
    certainty: 'exact',
    note: null,
    logStart: 0n,
    logEnd: 20n,
  }
  const rows: PlanRow[] = [{ ...row, partition: 0, from: null, to: null, replays: 0n }, row]
  const reset: Reset = {
    target: { instanceId: INSTANCE, group: GROUP },
    strategy: { kind: 'shift', direction: 'replay', count: 9n },
    scope: 'topics',
    topics: ['orders', 'unseen'],
    partitions: {},
  }
  const { target } = reset

  it.each<[string, Reset, 'offsets' | 'native', PlanRow[]]>([
    ['instance', { ...reset, target: { ...target, instanceId: 'ckafka-two' } }, 'native', rows],
    ['group', { ...reset, target: { ...target, group: 'billing2' } }, 'native', rows],
    [
      'a group that is spelt the same but for a quote',
      { ...reset, target: { ...target, group: 'billing"' } },
      'native',
      rows,
    ],
    ['strategy', { ...reset, strategy: { kind: 'earliest' } }, 'native', rows],
    ['direction', { ...reset, strategy: { kind: 'shift', direction: 'skip', count: 9n } }, 'native', rows],
    ['count', { ...reset, strategy: { kind: 'shift', direction: 'replay', count: 10n } }, 'native', rows],
    ['topic asked for', { ...reset, topics: ['orders', 'other'] }, 'native', rows],
    ['way of execution', reset, 'offsets', rows],
    ['topic of a row', reset, 'native', [{ ...row, topic: 'orders2' }, row]],
    ['partition of a row', reset, 'native', [{ ...row, partition: 2, from: null, to: null }, row]],
    ['from', reset, 'native', [...rows.slice(0, 1), { ...row, from: 13n }]],
    ['from, to none', reset, 'native', [...rows.slice(0, 1), { ...row, from: null }]],
    ['to', reset, 'native', [...rows.slice(0, 1), { ...row, to: 4n }]],
    ['to, to nowhere', reset, 'native', [...rows.slice(0, 1), { ...row, to: null }]],
    ['certainty', reset, 'native', [...rows.slice(0, 1), { ...row, certainty: 'bound' }]],
    ['what is replayed', reset, 'native', [...rows.slice(0, 1), { ...row, replays: 8n }]],
    ['what is skipped', reset, 'native', [...rows.slice(0, 1), { ...row, skips: 1n }]],
    ['a row more', reset, 'native', [...rows, { ...row, partition: 2 }]],
    ['a row less', reset, 'native', [row]],
  ])('is another one with another %s', (_, otherReset, execution, otherRows) => {
    expect(digestOf(otherReset, execution, otherRows)).not.toBe(digestOf(reset, 'native', rows))
  })

  it('does not change with the logs alone, which grow all the time', () => {
    const grown = rows.map(each => ({ ...each, logEnd: each.logEnd + 5n, logStart: 1n }))
    expect(digestOf(reset, 'native', grown)).toBe(digestOf(reset, 'native', rows))
  })

  it('is the same after the request has been kept and read back', () => {
    const kept = JSON.parse(JSON.stringify(z.encode(resetSchema, reset)))
    const keptRows = JSON.parse(JSON.stringify(z.encode(planRowsSchema, rows)))
    expect(digestOf(resetSchema.decode(kept), 'native', planRowsSchema.decode(keptRows))).toBe(
      digestOf(reset, 'native', rows),
    )
  })

  it('is shown short, by its beginning', () => {
    const digest = digestOf(reset, 'native', rows)
    expect(digest).toMatch(/^[0-9a-f]{64}$/)
    expect(digest.startsWith(shortDigest(digest))).toBe(true)
    expect(shortDigest(digest)).toHaveLength(8)
  })
})

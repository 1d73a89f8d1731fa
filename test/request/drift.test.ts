// What may change under an approved plan, and what may not: each kind of difference beside the nearest that is none.

import { describe, expect, it } from 'vitest'
import { type Difference, differenceSchema, driftSince, type Observation } from '../../src/request/drift.ts'
import type { Group, Position } from '../../src/request/group.ts'
import type { Execution } from '../../src/request/plan.ts'
import { type Facts, planRows } from '../../src/request/plan-rows.ts'
import type { Reset, Strategy } from '../../src/request/reset.ts'

const EMPTY: Group = { state: 'Empty', members: [] }
const PLANNED_AT_MS = 1_000_000

const at = (partition: number, change: Partial<Position> = {}): Position => ({
  topic: 'orders',
  partition,
  committed: 1_500n,
  logStart: 1_000n,
  logEnd: 2_000n,
  ...change,
})

const resetTo = (strategy: Strategy, partitions: Reset['partitions'] = {}): Reset => ({
  target: { instanceId: 'ckafka-one', group: 'billing' },
  strategy,
  scope: 'topics',
  topics: ['orders'],
  partitions,
})

const factsOf = (positions: Position[], more: Partial<Facts> = {}): Facts => ({
  atMs: PLANNED_AT_MS,
  positions,
  ...more,
})

/** A plan made of what was seen before, compared with what is seen now. */
function drift(
  reset: Reset,
  execution: Execution,
  before: Facts,
  now: Position[],
  { group = EMPTY, atMs = PLANNED_AT_MS + 60_000 }: { group?: Group; atMs?: number } = {},
) {
  const rows = planRows(reset, before)
  const skips = rows.reduce((sum, row) => sum + row.skips, 0n)
  const observation: Observation = { group, facts: { atMs, positions: now } }
  return driftSince(reset, { execution, skips }, rows, observation)
}

const kinds = (found: ReturnType<typeof drift>) =>
  found.verdict === 'material' ? found.differences.map(({ kind }) => kind) : found.verdict

const back100 = resetTo({ kind: 'shift', direction: 'replay', count: 100n })
const ahead100 = resetTo({ kind: 'shift', direction: 'skip', count: 100n })
const earliest = resetTo({ kind: 'earliest' })
const latest = resetTo({ kind: 'latest' })
const toOffset = (offset: bigint) => resetTo({ kind: 'offset', offset })

describe('offsets that are to be written', () => {
  const before = [at(0), at(1, { committed: null })]
  it.each<[string, Reset, Position[], Position[], Difference['kind'][] | 'unchanged' | 'harmless']>([
    ['nothing has happened', back100, before, before, 'unchanged'],
    ['positions come in another order', back100, before, [...before].reverse(), 'unchanged'],
    [
      'the log start was left out of a quick look',
      back100,
      before,
      before.map(each => ({ ...each, logStart: null })),
      'unchanged',
    ],
    ['a quick look does not list what has no commit', back100, before, before.slice(0, 1), 'unchanged'],
    ['a log has grown', latest, before, [at(0, { logEnd: 2_001n }), ...before.slice(1)], 'harmless'],
    [
      'a log has grown a millionfold, and nothing more is skipped',
      latest,
      before,
      [at(0, { logEnd: 2_000_000_000n }), ...before.slice(1)],
      'harmless',
    ],

    [
      'a log starts later, below the target',
      back100,
      before,
      [at(0, { logStart: 1_399n }), ...before.slice(1)],
      'harmless',
    ],
    [
      'a log starts exactly at the target',
      back100,
      before,
      [at(0, { logStart: 1_400n }), ...before.slice(1)],
      'harmless',
    ],
    [
      'the target has left the log by one',
      back100,
      before,
      [at(0, { logStart: 1_401n }), ...before.slice(1)],
      ['targetLeftLog'],
    ],
    ['earliest has left the log', earliest, [at(0)], [at(0, { logStart: 1_001n })], ['targetLeftLog']],
    ['the log ends exactly at the target', latest, [at(0)], [at(0)], 'unchanged'],
    [
      'the log has become shorter than the target',
      latest,
      [at(0)],
      [at(0, { logEnd: 1_999n })],
      ['targetLeftLog'],
    ],
    [
      'what stays where it is has left the log',
      toOffset(1_500n),
      [at(0)],
      [at(0, { logStart: 1_600n })],
      'harmless',
    ],
    [
      'what a shift leaves alone has another log',
      back100,
      [at(1, { committed: null })],
      [at(1, { committed: null, logStart: 1_990n })],
      'harmless',
    ],

    [
      'a consumer has committed one more',
      back100,
      before,
      [at(0, { committed: 1_501n }), ...before.slice(1)],
      ['committedMoved'],
    ],
    [
      'somebody has committed one less',
      back100,
      before,
      [at(0, { committed: 1_499n }), ...before.slice(1)],
      ['committedMoved'],
    ],
    [
      'somebody has committed the target already',
      back100,
      before,
      [at(0, { committed: 1_400n }), ...before.slice(1)],
      ['committedMoved'],
    ],
    [
      'what was planned to stay has moved',
      toOffset(1_500n),
      before,
      [at(0, { committed: 1_501n }), at(1, { committed: null })],
      ['committedMoved'],
    ],
    [
      'a partition has its first commit',
      latest,
      before,
      [at(0), at(1, { committed: 1_000n })],
      ['committedMoved'],
    ],
    [
      'one commit of two has expired',
      latest,
      [at(0), at(1)],
      [at(0), at(1, { committed: null })],
      ['committedMoved'],
    ],

    ['a partition with a commit is gone', latest, [at(0), at(1)], [at(0)], ['partitionGone']],
    [
      'a partition has appeared',
      latest,
      before,
      [...before, at(2, { committed: null })],
      ['partitionAppeared'],
    ],
    [
      'a topic has appeared that could not be seen',
      latest,
      before,
      [...before, { ...at(0), topic: 'unseen' }],
      ['partitionAppeared'],
    ],
  ])('%s', (_, reset, was, is, expected) => {
    expect(kinds(drift(reset, 'offsets', factsOf(was), is))).toEqual(expected)
  })

  it('is not bothered by partitions of a topic of which some were chosen', () => {
    const chosen = resetTo({ kind: 'latest' }, { orders: [0] })
    const now = [at(0), at(1, { committed: 1_900n }), at(2)]
    expect(kinds(drift(chosen, 'offsets', factsOf([at(0), at(1)]), now))).toBe('unchanged')
    expect(kinds(drift(chosen, 'offsets', factsOf([at(0), at(1)]), [at(1)]))).toEqual(['partitionGone'])
  })

  it('sees a partition appear in a topic called like something every object has', () => {
    const topic = 'constructor'
    const reset = { ...latest, topics: [topic] }
    const now = [
      { ...at(0), topic },
      { ...at(1), topic },
    ]
    expect(kinds(drift(reset, 'offsets', factsOf(now.slice(0, 1)), now))).toEqual(['partitionAppeared'])
  })

  it.each<[string, Strategy]>([
    ['another group', { kind: 'group', group: 'other' }],
    ['a file', { kind: 'offsets', source: 'file', partitions: 1 }],
  ])('keeps to the partitions that %s has named', (_, strategy) => {
    const before = factsOf([at(0), at(1)], { targets: new Map([['orders 0', 1_200n]]) })
    const reset = resetTo(strategy)
    expect(kinds(drift(reset, 'offsets', before, [at(0), at(1), at(2)]))).toBe('unchanged')
    expect(kinds(drift(reset, 'offsets', before, [at(0), at(1, { committed: 9n })]))).toBe('unchanged')
    expect(kinds(drift(reset, 'offsets', before, [at(0, { logStart: 1_201n })]))).toEqual(['targetLeftLog'])
  })

  it('is not asked again for skips: what was reviewed is what is written', () => {
    const grown = [at(0, { logEnd: 1_000_000n })]
    expect(kinds(drift(latest, 'offsets', factsOf([at(0)]), grown))).toBe('harmless')
  })
})

describe('a reset that the API works out when it runs', () => {
  /** As API 2.0 shows it: the log's start is never known. */
  const seen = (partition: number, change: Partial<Position> = {}) =>
    at(partition, { logStart: null, ...change })
  const grownBy = (more: bigint) => [seen(0, { logEnd: 2_000n + more })]

  it.each<[string, Reset, Position[], Position[], Difference['kind'][] | 'unchanged' | 'harmless']>([
    ['nothing has happened', latest, [seen(0)], [seen(0)], 'unchanged'],
    ['the log has grown, and what is replayed has not', back100, [seen(0)], grownBy(5_000n), 'harmless'],
    ['a consumer has moved', back100, [seen(0)], [seen(0, { committed: 1_501n })], ['committedMoved']],
    ['a partition is gone', back100, [seen(0), seen(1)], [seen(0)], ['partitionGone']],
    ['a partition has appeared', back100, [seen(0)], [seen(0), seen(1)], ['partitionAppeared']],
    // Of 500 skipped, 10 % would be 50: the floor of 100 counts.
    ['as many more are skipped as is tolerated', latest, [seen(0)], grownBy(100n), 'harmless'],
    ['one more is skipped than is tolerated', latest, [seen(0)], grownBy(101n), ['skipsGrew']],
    [
      'nothing was to be skipped, and up to the floor would be',
      latest,
      [seen(0, { committed: 2_000n })],
      [seen(0, { committed: 2_000n, logEnd: 2_100n })],
      'harmless',
    ],
    [
      'nothing was to be skipped, and more than the floor would be',
      latest,
      [seen(0, { committed: 2_000n })],
      [seen(0, { committed: 2_000n, logEnd: 2_101n })],
      ['skipsGrew'],
    ],
    [
      'fewer are skipped than was planned',
      ahead100,
      [seen(0, { committed: 1_990n })],
      [seen(0, { committed: 1_990n })],
      'unchanged',
    ],
    ['an offset beyond the end comes nearer', toOffset(9_000n), [seen(0)], grownBy(101n), ['skipsGrew']],
    [
      'a log that ends before the target is no matter of the API',
      toOffset(1_900n),
      [seen(0)],
      [seen(0, { logEnd: 1_800n })],
      'harmless',
    ],
  ])('%s', (_, reset, was, is, expected) => {
    expect(kinds(drift(reset, 'native', factsOf(was), is))).toEqual(expected)
  })

  it('tolerates a tenth where that is more', () => {
    const before = factsOf([seen(0, { committed: 10_000n, logEnd: 30_000n })])
    const skipping = (logEnd: bigint) =>
      drift(latest, 'native', before, [seen(0, { committed: 10_000n, logEnd })])
    expect(kinds(skipping(32_000n))).toBe('harmless')
    expect(skipping(32_001n)).toEqual({
      verdict: 'material',
      differences: [{ kind: 'skipsGrew', was: 20_000n, is: 22_001n }],
    })
  })

  it('adds the skips of all partitions up', () => {
    const before = factsOf([seen(0), seen(1)])
    const now = [seen(0, { logEnd: 2_060n }), seen(1, { logEnd: 2_060n })]
    expect(drift(latest, 'native', before, now)).toMatchObject({
      differences: [{ kind: 'skipsGrew', was: 1_000n, is: 1_120n }],
    })
  })

  it('is asked again when a time that was to come is past, and may lead anywhere now', () => {
    const soon = resetTo({ kind: 'time', timeMs: PLANNED_AT_MS + 1_000 })
    const before = factsOf([seen(0, { committed: 1_950n })])
    const now = [seen(0, { committed: 1_950n })]
    expect(kinds(drift(soon, 'native', before, now))).toBe('unchanged')
    const later = [seen(0, { committed: 1_950n, logEnd: 2_200n })]
    expect(kinds(drift(soon, 'native', before, later))).toEqual(['skipsGrew'])
  })

  it('takes a quick look that leaves the starts out for no change', () => {
    // Expired: the log starts after it, so that fewer are skipped than lie between the offsets.
    const before = factsOf([at(0, { committed: 100n })])
    const quick = [at(0, { committed: 100n, logStart: null })]
    const past = resetTo({ kind: 'time', timeMs: PLANNED_AT_MS - 1 })
    expect(kinds(drift(past, 'native', before, quick))).toBe('unchanged')
    expect(kinds(drift(latest, 'native', before, quick))).toBe('unchanged')
  })
})

describe('a group that was made anew', () => {
  const dead: Group = { state: 'Dead', members: [] }
  const none = [at(0, { committed: null }), at(1, { committed: null })]
  const some = [at(0), at(1)]

  it.each<[string, Position[], Position[], Group, Difference['kind'][] | 'unchanged']>([
    ['is gone', some, some, dead, ['groupRecreated']],
    ['is gone with its offsets', some, none, dead, ['groupRecreated']],
    ['stands there without any of its offsets', some, none, EMPTY, ['groupRecreated']],
    ['has one of its offsets left', some, [at(0), at(1, { committed: null })], EMPTY, ['committedMoved']],
    ['never had an offset here', none, none, EMPTY, 'unchanged'],
    ['never had an offset here, and is gone', none, none, dead, 'unchanged'],
  ])('%s', (_, was, is, group, expected) => {
    expect(kinds(drift(latest, 'offsets', factsOf(was), is, { group }))).toEqual(expected)
  })

  it('is told as that alone, not once more partition by partition', () => {
    const now = [...none, at(2, { committed: null })]
    expect(drift(latest, 'offsets', factsOf(some), now)).toEqual({
      verdict: 'material',
      differences: [{ kind: 'groupRecreated' }],
    })
  })

  it('is not taken for one because consumers have joined it', () => {
    const joined: Group = { state: 'Stable', members: [{ clientId: 'c-1', host: '/10.0.0.1' }] }
    expect(kinds(drift(latest, 'offsets', factsOf(some), some, { group: joined }))).toBe('unchanged')
  })
})

describe('a group whose consumers go on committing', () => {
  const joined: Group = { state: 'Stable', members: [{ clientId: 'c-1', host: '/10.0.0.1' }] }
  /** No members are named, and yet somebody is there. */
  const rebalancing: Group = { state: 'PreparingRebalance', members: [] }
  const moved = at(0, { committed: 1_501n })

  it.each<[string, Execution, Group, Position[], Difference['kind'][] | 'consuming' | 'harmless']>([
    ['has moved on, as it must', 'offsets', joined, [moved, at(1)], 'consuming'],
    ['has moved on, and names no members', 'offsets', rebalancing, [moved, at(1)], 'consuming'],
    ['has moved on, in a native plan', 'native', joined, [moved, at(1)], 'consuming'],
    ['has moved on and is empty by now', 'offsets', EMPTY, [moved, at(1)], ['committedMoved']],
    ['has not moved, only the log', 'offsets', joined, [at(0, { logEnd: 2_001n }), at(1)], 'harmless'],
    [
      'has moved on, and a target has left the log',
      'offsets',
      joined,
      [{ ...moved, logStart: 1_401n }, at(1)],
      ['committedMoved', 'targetLeftLog'],
    ],
    [
      'has moved on, and a partition has appeared',
      'offsets',
      joined,
      [moved, at(1), at(2)],
      ['committedMoved', 'partitionAppeared'],
    ],
    [
      'has moved on, and a partition is gone',
      'offsets',
      joined,
      [moved],
      ['committedMoved', 'partitionGone'],
    ],
  ])('%s', (_, execution, group, now, expected) => {
    expect(kinds(drift(back100, execution, factsOf([at(0), at(1)]), now, { group }))).toEqual(expected)
  })

  it('is asked about again where more would be skipped than was planned', () => {
    const before = factsOf([at(0, { logStart: null })])
    const now = [at(0, { logStart: null, committed: 1_501n, logEnd: 2_200n })]
    expect(kinds(drift(latest, 'native', before, now, { group: joined }))).toEqual([
      'committedMoved',
      'skipsGrew',
    ])
  })

  it('is asked about again when none of its offsets is left, for all the members', () => {
    const none = [at(0, { committed: null })]
    expect(kinds(drift(latest, 'offsets', factsOf([at(0)]), none, { group: joined }))).toEqual([
      'groupRecreated',
    ])
  })
})

describe('a group whose consumers go on', () => {
  const members = [{ clientId: 'c-1', host: '/10.0.0.1' }]
  const some = [at(0), at(1)]
  const ahead = [at(0, { committed: 1_700n }), at(1)]

  it.each<[string, Group, Position[], string | Difference['kind'][]]>([
    ['has committed, and is running', { state: 'Stable', members }, ahead, 'consuming'],
    [
      'has committed, and its members are not named',
      { state: 'PreparingRebalance', members: [] },
      ahead,
      'consuming',
    ],
    ['has committed, and stopped', EMPTY, ahead, ['committedMoved']],
    [
      'is running, and a commit is gone',
      { state: 'Stable', members },
      [at(0), at(1, { committed: null })],
      'consuming',
    ],
    [
      'has committed, and a partition appeared',
      { state: 'Stable', members },
      [...ahead, at(2)],
      ['committedMoved', 'partitionAppeared'],
    ],
    [
      'is running, and a target has left its log',
      { state: 'Stable', members },
      [at(0, { logStart: 1_401n }), at(1)],
      ['targetLeftLog'],
    ],
    ['is running, and has not committed', { state: 'Stable', members }, some, 'unchanged'],
  ])('%s', (_, group, is, expected) => {
    expect(kinds(drift(back100, 'offsets', factsOf(some), is, { group }))).toEqual(expected)
  })

  it('is no reason to overlook that the API would skip more', () => {
    const before = [at(0, { logStart: null })]
    const now = [at(0, { logStart: null, committed: 1_501n, logEnd: 2_200n })]
    const found = drift(latest, 'native', factsOf(before), now, { group: { state: 'Stable', members } })
    expect(kinds(found)).toEqual(['committedMoved', 'skipsGrew'])
  })
})

describe('what is told of a difference', () => {
  it('is how many partitions, and the first of them then and now', () => {
    const before = factsOf([at(0), at(1), at(2)])
    const now = [at(2, { committed: 7n }), at(1, { committed: 1_600n, logStart: 1_401n }), at(0)]
    expect(drift(back100, 'offsets', before, now)).toEqual({
      verdict: 'material',
      differences: [
        {
          kind: 'committedMoved',
          partitions: 2,
          first: { topic: 'orders', partition: 1, was: 1_500n, is: 1_600n },
        },
        {
          kind: 'targetLeftLog',
          partitions: 1,
          first: { topic: 'orders', partition: 1, was: 1_400n, is: 1_401n },
        },
      ],
    })
  })

  it('says which end of the log the target has left by', () => {
    const shorter = drift(latest, 'offsets', factsOf([at(0)]), [at(0, { logEnd: 1_990n })])
    expect(shorter).toMatchObject({ differences: [{ first: { was: 2_000n, is: 1_990n } }] })
  })

  it('can be kept and read back', () => {
    const now = [at(0, { committed: 2n ** 62n }), at(2)]
    const found = drift(latest, 'offsets', factsOf([at(0), at(1)]), now)
    if (found.verdict !== 'material') throw new Error(found.verdict)
    expect(kinds(found)).toEqual(['committedMoved', 'partitionGone', 'partitionAppeared'])
    for (const difference of found.differences) {
      const kept = JSON.parse(JSON.stringify(differenceSchema.encode(difference)))
      expect(differenceSchema.decode(kept)).toEqual(difference)
    }
  })
})

// Each claim of the walkthrough, when it is true and when it is not.

import { describe, expect, it } from 'vitest'
import type { Effect } from '../../../src/sandbox/cluster/model.ts'
import {
  calledTimes,
  differs,
  digestIn,
  isSame,
  lastedAtLeast,
  moved,
  type Places,
  plannedIn,
  readAtOnce,
  saidByDay,
  says,
  standing,
  standsAt,
  tableProves,
  wroteOnce,
} from '../../../src/sandbox/walkthrough/checks.ts'

const places = (...pairs: [string, bigint | null][]): Places => new Map(pairs)
const two = places(['orders 0', 10n], ['orders 1', 20n])

describe('where the group stands', () => {
  it('is compared partition by partition, and what is elsewhere is named', () => {
    expect(standsAt('claim', two, two)).toMatchObject({ holds: true })
    const off = standsAt('claim', places(['orders 0', 11n]), two)
    expect(off).toMatchObject({
      holds: false,
      instead: 'orders 0 at 11, not 10; orders 1 at nowhere, not 20',
    })
  })

  it('proves nothing when there is no partition to look at', () => {
    expect(standsAt('claim', two, places()).holds).toBe(false)
  })

  it('is of the topics asked for, and can be shifted', () => {
    const position = { partition: 0, logStart: 0n, logEnd: 9n, lag: 1n, readErrorCode: 0 }
    const positions = [
      { ...position, topic: 'orders', committed: 8n },
      { ...position, topic: 'payments', committed: null },
    ]
    expect(standing(positions, ['orders'])).toEqual(places(['orders 0', 8n]))
    expect(moved(standing(positions, ['orders', 'payments']), -3n)).toEqual(
      places(['orders 0', 5n], ['payments 0', null]),
    )
  })
})

describe('what was written', () => {
  const effect = (...written: [topic: string, partition: number][]): Effect => ({
    instance: 'i',
    group: 'g',
    topics: 'all',
    how: { strategy: 0, shift: 1n },
    atMs: 0,
    written: written.map(([topic, partition]) => ({ topic, partition, from: 0n, to: 1n })),
  })

  it('has to be each partition once', () => {
    expect(wroteOnce('claim', [effect(['orders', 0]), effect(['orders', 1])], two).holds).toBe(true)
  })

  it.each([
    [
      'a partition twice',
      [effect(['orders', 0], ['orders', 1]), effect(['orders', 1])],
      'orders 1 written 2',
    ],
    ['a partition not at all', [effect(['orders', 0])], 'orders 1 written 0'],
    ['another partition', [effect(['orders', 0], ['orders', 1], ['stock', 0])], 'stock 0 written 1'],
  ])('does not hold with %s', (_, effects, instead) => {
    const check = wroteOnce('claim', effects, two)
    expect(check.holds).toBe(false)
    expect(check.instead).toContain(instead)
  })

  it('has to be nothing where nothing was approved', () => {
    expect(wroteOnce('claim', [], places()).holds).toBe(true)
    expect(wroteOnce('claim', [effect(['orders', 0])], places()).holds).toBe(false)
  })

  it('is not enough: the calls are counted as well, and the time that passed', () => {
    expect([calledTimes('claim', 1, 1).holds, calledTimes('claim', 2, 1).holds]).toEqual([true, false])
    expect(lastedAtLeast('claim', 2_000, 2_000).holds).toBe(true)
    expect(lastedAtLeast('claim', 1_999, 2_000)).toMatchObject({
      holds: false,
      instead: '1999 ms, not 2000 ms',
    })
    expect(lastedAtLeast('claim', undefined, 2_000).holds).toBe(false)
  })
})

describe('what was read', () => {
  it('has to be everything, in every call that was made for it', () => {
    expect(readAtOnce('claim', [4, 4], 4).holds).toBe(true)
    expect(readAtOnce('claim', [2, 2], 4)).toMatchObject({
      holds: false,
      instead: 'calls for 2, 2 partitions, not for 4',
    })
    expect(readAtOnce('claim', [], 4)).toMatchObject({
      holds: false,
      instead: 'calls for no partitions, not for 4',
    })
  })
})

describe('what was said', () => {
  it('has to hold every part', () => {
    expect(says('claim', 'one and two', ['one', 'two']).holds).toBe(true)
    expect(says('claim', 'one', ['one', 'two'])).toMatchObject({ holds: false, instead: 'no “two” in: one' })
  })

  it('was said by day only where it was day for whoever reads it', () => {
    // 08:00 in Stockholm and 15:00 in Shanghai, then 21:00 in Shanghai.
    const [morning, evening] = [Date.UTC(2026, 10, 24, 7) / 1000, Date.UTC(2026, 10, 24, 13) / 1000]
    expect(saidByDay('claim', `${morning}.000100`, 'Europe/Stockholm').holds).toBe(true)
    expect(saidByDay('claim', `${morning - 60}.000100`, 'Europe/Stockholm')).toMatchObject({
      holds: false,
      instead: 'at 07:59 in Europe/Stockholm',
    })
    expect(saidByDay('claim', `${morning}.000100`, 'Asia/Shanghai').holds).toBe(true)
    expect(saidByDay('claim', `${evening}.000100`, 'Asia/Shanghai').holds).toBe(false)
  })

  it('names a plan by its digest, and no plan is neither the same nor another one', () => {
    expect(digestIn(['', '│ Plan 6083a592: Replays at most 4 messages │'])).toBe('6083a592')
    expect(digestIn(['The plan could not be made.'])).toBe('')
    expect([isSame('claim', 'a', 'a').holds, isSame('claim', 'a', 'b').holds]).toEqual([true, false])
    expect([differs('claim', 'a', 'b').holds, differs('claim', 'a', 'a').holds]).toEqual([true, false])
    expect([isSame('claim', '', '').holds, differs('claim', '', 'a').holds]).toEqual([false, false])
  })

  it('is read from the table of a plan, less what cannot be known yet', () => {
    const lines = [
      '│     Topic     Partition     Now      To  What it does   │',
      '│     orders            0  809621  450015  replays 359,606 │',
      '│     orders            1       –      20  skips at most 3 │',
      '│     orders            2  801354       ?  replays at most 4 │',
      '│     orders            3      30      30  stays │',
    ]
    expect(plannedIn(lines)).toEqual(places(['orders 0', 450_015n], ['orders 1', 20n], ['orders 3', 30n]))
  })
})

describe('the three columns of a result', () => {
  /** As the table has them: the outcome first, and the offset before, of which nothing is checked. */
  const table = (...rows: string[]) =>
    rows.map(row => `  ${row.replace(/^(\S+ \d+) (\S+ \S+ \S+) (.+)$/, '$1 $3 99 $2')}`)
  const prove = (
    lines: string[],
    now = two,
    { planned = 'known', outcome = 'succeeded' }: Partial<Parameters<typeof tableProves>[3]> = {},
  ) => tableProves('claim', lines, now, { planned, outcome })
  const good = 'orders 0 10 accepted 10 succeeded'

  it('agree with each other and with the cluster', () => {
    expect(prove(table(good, 'orders 1 20 20 20 succeeded')).holds).toBe(true)
  })

  it.each([
    ['a row is missing', table(good)],
    ['the cluster stands elsewhere than was read back', table(good, 'orders 1 21 accepted 21 succeeded')],
    ['what was planned is not what was read back', table(good, 'orders 1 21 accepted 20 succeeded')],
    ['the API named another offset', table(good, 'orders 1 20 21 20 succeeded')],
    ['the API said nothing of it', table(good, 'orders 1 20 – 20 succeeded')],
    ['it was not called a success', table(good, 'orders 1 20 20 20 clamped')],
    ['what could have been planned was not', table(good, 'orders 1 – 20 20 succeeded')],
  ])('do not hold when %s', (_, lines) => {
    expect(prove(lines).holds).toBe(false)
  })

  it('may leave open what the API works out by itself', () => {
    const lines = table('orders 0 – 10 10 succeeded', 'orders 1 – 20 20 succeeded')
    expect(prove(lines, two, { planned: 'open' }).holds).toBe(true)
    expect(prove(table(good, 'orders 1 – 21 20 succeeded'), two, { planned: 'open' }).holds).toBe(false)
  })

  it('show a failure where it was planned to be and is not', () => {
    const failed = { outcome: 'failed' } as const
    const lines = table('orders 0 15 accepted 10 failed', 'orders 1 25 25 20 failed')
    expect(prove(lines, two, failed).holds).toBe(true)
    expect(
      prove(table('orders 0 10 accepted 10 failed', 'orders 1 25 25 20 failed'), two, failed).holds,
    ).toBe(false)
    expect(prove(lines, two).holds).toBe(false)
  })

  it('prove nothing about no partition', () => {
    expect(prove(table(good), places()).holds).toBe(false)
  })
})

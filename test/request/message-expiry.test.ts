// How much of a replay may expire soon: at most so much, and of nothing that is not known.

import { expect, it } from 'vitest'
import { expiringOf, expiryToAsk, oneByOne } from '../../src/request/message-expiry.ts'
import { T0 } from '../support/requests.ts'

const HOUR = 3_600_000
const row = (partition: number, from: bigint | null, to: bigint | null, topic = 'orders') => ({
  ...{ topic, partition, from, to },
})
const ROWS = [
  row(0, 900n, 100n),
  row(1, 900n, 950n),
  row(2, null, 10n),
  row(3, 900n, 100n),
  row(4, 900n, null),
]
const EARLIEST = { kind: 'earliest' } as const

it('asks of what is replayed for the first message that its retention keeps for another hour', () => {
  const rows = [...ROWS, row(0, 50n, 20n, 'payments'), row(0, 50n, 20n, 'table')]
  const retention = new Map([
    ['orders', 24 * HOUR],
    ['payments', HOUR / 2],
  ])
  expect(expiryToAsk(EARLIEST, rows, retention, T0)).toEqual({
    partitions: new Map([
      ['orders', [0, 3]],
      ['payments', [0]],
    ]),
    times: new Map([
      ['orders', T0 - 23 * HOUR],
      ['payments', T0 + HOUR / 2],
    ]),
  })
})

it('asks nothing where retention is not known, longer than there has been time, or not as long ago as is replayed', () => {
  expect(expiryToAsk(EARLIEST, ROWS, new Map(), T0)).toBeNull()
  expect(expiryToAsk(EARLIEST, ROWS, new Map([['orders', T0 + 2 * HOUR]]), T0)).toBeNull()
  expect(expiryToAsk(EARLIEST, ROWS.slice(1, 3), new Map([['orders', HOUR]]), T0)).toBeNull()
  const retention = new Map([['orders', 24 * HOUR]])
  const since = (timeMs: number) => expiryToAsk({ kind: 'time', timeMs }, ROWS, retention, T0)
  expect(since(T0 - 23 * HOUR)).toBeNull()
  expect(since(T0 - 23 * HOUR - 1)).not.toBeNull()
})

it('counts what lies before that message, of the replay alone, and names the partition with most', () => {
  const firsts = (first: bigint | null, last: bigint | null) =>
    new Map([
      ['orders 0', first],
      ['orders 1', null],
      ['orders 2', null],
      ['orders 3', last],
      ['orders 4', null],
    ])
  expect(expiringOf(ROWS, firsts(150n, 300n))).toEqual({
    ...{ messages: 250n, partitions: 2 },
    most: { topic: 'orders', partition: 3, messages: 200n },
  })
  // All of it, where no message is younger, or the first that is lies behind the committed offset.
  expect(expiringOf(ROWS, firsts(null, 5_000n))).toMatchObject({ messages: 1_600n, most: { partition: 0 } })
  expect(expiringOf(ROWS, firsts(100n, 20n))).toBeNull()
})

it('leaves out a partition that could not be asked', () => {
  expect(expiringOf(ROWS, new Map())).toBeNull()
  expect(expiringOf(ROWS, new Map([['orders 3', 101n]]))).toMatchObject({ messages: 1n, partitions: 1 })
})

it('asks one by one for what replays most first', () => {
  const rows = [row(0, 900n, 800n), row(1, 900n, 100n), row(0, 50n, 20n, 'payments')]
  const retention = new Map([
    ['orders', 24 * HOUR],
    ['payments', HOUR],
  ])
  const asked = expiryToAsk(EARLIEST, rows, retention, T0)
  expect(asked && oneByOne(asked, rows)).toEqual([
    { topic: 'orders', partition: 1, timeMs: T0 - 23 * HOUR },
    { topic: 'orders', partition: 0, timeMs: T0 - 23 * HOUR },
    { topic: 'payments', partition: 0, timeMs: T0 },
  ])
})

// What of a replay may expire, asked within a budget: no more calls than are worth it, and no plan waits for long.

import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { ClusterReader } from '../../src/ports/cluster.ts'
import type { ReadOutcome } from '../../src/request/api-answer.ts'
import type { PlanRow } from '../../src/request/plan-rows.ts'
import { expiringIn } from '../../src/service/message-expiry.ts'
import { back100 } from '../support/service.ts'

const DAY = 86_400_000
const NOW = 100 * DAY
const row = (partition: number, from: bigint, to: bigint): PlanRow => ({
  ...{ topic: 'orders', partition, from, to, replays: from - to, skips: 0n },
  ...{ logStart: 0n, logEnd: 10_000n, certainty: 'exact', note: null },
})
const ROWS = [row(0, 900n, 800n), row(1, 900n, 100n), row(2, 900n, 700n), row(3, 900n, 600n)]
const FACTS = { atMs: NOW, retention: new Map([['orders', DAY]]) }
const CAN = {
  logStart: true,
  firstMessageAt: true,
  writePartitions: true,
  writeTopics: false,
  readMany: false,
}

/** Answers of the one question, by partition. */
function readerOf(answers: Record<number, ReadOutcome<bigint | null>[]>) {
  const asked: [number, number][] = []
  const reader: Pick<ClusterReader, 'firstMessageAt'> = {
    async firstMessageAt(_instance, _topic, partition, timeMs) {
      asked.push([partition, timeMs])
      return answers[partition]?.shift() ?? { kind: 'unavailable', cause: 'nothing' }
    },
  }
  return { asked, reader: reader as ClusterReader }
}

const at = (value: bigint | null): ReadOutcome<bigint | null> => ({ kind: 'read', value })
const inTurn = (reader: ClusterReader, rows = ROWS, facts: typeof FACTS | { atMs: number } = FACTS) =>
  expiringIn({ ...back100, topics: ['orders'] }, rows, facts, CAN, reader)

describe('where each partition is a call', () => {
  it('asks for the three that replay most, and says so', async () => {
    const { asked, reader } = readerOf({ 1: [at(300n)], 3: [at(650n)], 2: [at(690n)] })
    expect(await inTurn(reader)).toEqual({
      ...{ messages: 250n, partitions: 2, lookedAt: { partitions: 3, of: 4 } },
      most: { topic: 'orders', partition: 1, messages: 200n },
    })
    expect(asked).toEqual([1, 3, 2].map(partition => [partition, NOW - DAY + 3_600_000]))
  })

  it('asks no more where the largest replay loses nothing', async () => {
    const { asked, reader } = readerOf({ 1: [at(100n)] })
    expect(await inTurn(reader)).toBeNull()
    expect(asked).toHaveLength(1)
  })

  it('says nothing of others where all were asked for', async () => {
    const { reader } = readerOf({ 1: [at(null)], 3: [at(0n)] })
    expect(await inTurn(reader, [row(1, 900n, 100n), row(3, 900n, 600n)])).toEqual({
      ...{ messages: 800n, partitions: 1 },
      most: { topic: 'orders', partition: 1, messages: 800n },
    })
  })

  it('does not wait for its budget', async () => {
    const soon = { kind: 'unavailable', cause: 'budget', retryAfterMs: 5 } as const
    const short = readerOf({ 1: [at(300n)], 3: [soon] })
    expect(await inTurn(short.reader)).toMatchObject({ messages: 200n, lookedAt: { partitions: 1, of: 4 } })
    expect(short.asked.map(([partition]) => partition)).toEqual([1, 3])
    const none = readerOf({ 1: [soon] })
    expect(await inTurn(none.reader)).toBeNull()
    expect(none.asked).toHaveLength(1)
  })

  it('waits for two seconds at most, and asks for nothing after that', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const asked: number[] = []
    const slow: Pick<ClusterReader, 'firstMessageAt'> = {
      async firstMessageAt(_instance, _topic, partition) {
        asked.push(partition)
        await new Promise(resolve => setTimeout(resolve, 1_500))
        return at(partition === 1 ? 300n : 650n)
      },
    }
    const expiring = inTurn(slow as ClusterReader)
    await vi.advanceTimersByTimeAsync(2_000)
    expect(await expiring).toMatchObject({ messages: 200n, lookedAt: { partitions: 1, of: 4 } })
    await vi.advanceTimersByTimeAsync(5_000)
    expect(asked).toEqual([1, 3])
  })

  it.each<[string, ReadOutcome<bigint | null>]>([
    ['is refused', { kind: 'refused', reason: 'badRequest', code: '1', message: 'no' }],
    ['is not answered', { kind: 'unavailable', cause: 'no answer' }],
  ])('is left out where it %s', async (_, outcome) => {
    const { asked, reader } = readerOf({ 1: [outcome] })
    expect(await inTurn(reader)).toBeNull()
    expect(asked).toHaveLength(1)
  })

  it('asks nothing where retention is not known, or the API tells no times', async () => {
    const { asked, reader } = readerOf({})
    expect(await inTurn(reader, ROWS, { atMs: NOW })).toBeNull()
    const cannot = { ...CAN, firstMessageAt: false }
    expect(await expiringIn(back100, ROWS, FACTS, cannot, reader)).toBeNull()
    expect(asked).toEqual([])
  })
})

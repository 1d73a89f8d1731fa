// What a look that takes long tells of itself before it is over.

import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { ReadOutcome } from '../../src/request/api-answer.ts'
import type { Position } from '../../src/request/group.ts'
import type { Reset } from '../../src/request/reset.ts'
import { createSoFar, type Known, type Progress } from '../../src/service/so-far.ts'

const reset: Reset = {
  target: { instanceId: 'i', group: 'g' },
  strategy: { kind: 'time', timeMs: 5 },
  scope: 'topics',
  topics: ['orders'],
  partitions: {},
}
const position: Position = { topic: 'orders', partition: 0, committed: 400n, logStart: null, logEnd: 1_000n }
const known: Known = listed => ({ positions: listed })
const AWAY = { kind: 'unavailable', cause: 'away' } as const

function begin(answers: (ReadOutcome<Position[]> | 'never')[], listed: Position[] | null = null) {
  const told: Progress[] = []
  const now = { ms: 1_000 }
  let asked = 0
  const soFar = createSoFar(reset, {
    clock: () => now.ms,
    onProgress: async progress => void told.push(progress),
    listed,
    readOffsets: () => {
      const answer = answers[asked++] ?? AWAY
      return answer === 'never' ? new Promise(() => {}) : Promise.resolve(answer)
    },
  })
  const tell = async (done: number, total: number, isLast = true) => {
    await soFar.tell(done, total, isLast, known)
    return told.at(-1)
  }
  return { tell, now, asked: () => asked }
}
const read = (...value: Position[]) => ({ kind: 'read', value }) as const

describe('how long it takes still', () => {
  it('follows from the pace of its reads, once there have been some', async () => {
    const { tell, now } = begin([])
    const told: (number | null | undefined)[] = []
    for (const done of [11, 12, 13, 14, 15]) {
      told.push((await tell(done, 110))?.leftMs)
      now.ms += 1_000
    }
    expect(told).toEqual([null, null, null, 96_000, 95_000])
  })

  it('is not known while more may follow than these reads, and begins with those that are last', async () => {
    const { tell, now } = begin([])
    for (const done of [1, 2, 3, 4, 5]) {
      expect(await tell(done, 6, false)).toMatchObject({ leftMs: null })
      now.ms += 200
    }
    for (const done of [7, 8, 9]) {
      expect(await tell(done, 66)).toMatchObject({ leftMs: null })
      now.ms += 1_000
    }
    expect(await tell(10, 66)).toMatchObject({ leftMs: 56_000 })
  })

  it('is never nothing', async () => {
    const { tell } = begin([])
    for (const done of [1, 2, 3]) await tell(done, 5)
    expect(await tell(4, 5)).toMatchObject({ leftMs: 1_000 })
  })
})

describe('the bounds', () => {
  it('take one look at the committed offsets, and none before somebody wants them', async () => {
    const { tell, now, asked } = begin([read(position)])
    const first = await tell(1, 9)
    expect(asked()).toBe(0)
    expect(await first?.bounds()).toMatchObject({ atMs: 1_000, replays: 400n, skips: 600n })
    now.ms += 3_000
    expect(await (await tell(2, 9))?.bounds()).toMatchObject({ atMs: 1_000 })
    expect(asked()).toBe(1)
  })

  it('take none where these have just been read', async () => {
    const { tell, asked } = begin([], [position])
    expect(await (await tell(1, 9))?.bounds()).toMatchObject({ replays: 400n })
    expect(asked()).toBe(0)
  })

  it('are not known while an offset cannot be read, and are asked for again', async () => {
    const torn = { ...position, logEnd: null }
    const { tell, asked } = begin([AWAY, read(position, torn), read(position)], [torn])
    expect(await (await tell(1, 9))?.bounds()).toBeNull()
    expect(await (await tell(2, 9))?.bounds()).toBeNull()
    expect(await (await tell(3, 9))?.bounds()).toMatchObject({ replays: 400n })
    expect(asked()).toBe(3)
  })

  it('hold nobody up for long, and are not asked for twice at once', async () => {
    const { tell, asked } = begin(['never'])
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    for (const done of [1, 2]) {
      const waited = (await tell(done, 9))?.bounds()
      await vi.advanceTimersByTimeAsync(2_000)
      expect(await waited).toBeNull()
    }
    expect(asked()).toBe(1)
  })
})

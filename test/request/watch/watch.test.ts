// The watch after a reset, as the record has it: when it begins, when it looks, what it tells and when it is over.

import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Command } from '../../../src/request/command.ts'
import { decide } from '../../../src/request/decide.ts'
import type { Note } from '../../../src/request/notes.ts'
import { nextDueAt, owed } from '../../../src/request/owed.ts'
import { type ResetRequest, requestSchema } from '../../../src/request/request.ts'
import { MOST_TOLD, pauseAfter, type Seen, seenSchema, watchSeries } from '../../../src/request/watch.ts'
import { seenOf } from '../../../src/request/watch-look.ts'
import {
  allSucceeded,
  approve,
  askedAbout,
  cardPosted,
  EMPTY,
  finish,
  following,
  IN_USE,
  pending,
  start,
  T0,
  testify,
} from '../../support/requests.ts'
import {
  missedLook,
  positionsFor,
  setByWatched as set,
  watchedToEnd,
  watchLook,
} from '../../support/watch.ts'

const HOURS_2 = 7_200_000
const END = T0 + 1_000
const executing = following(pending(), approve, start)
const counts = { succeeded: 0, clamped: 0, failed: 0, unreported: 0, movedAfter: 0 }

function ended(
  watchMs: number | undefined,
  outcome: Parameters<typeof finish>[0] = allSucceeded,
): ResetRequest {
  return following(executing, { ...finish(outcome), ...(watchMs === undefined ? {} : { watchMs }) })
}

const done = ended(HOURS_2)

function watched(at: number, seen: Seen): Command {
  return { kind: 'watched', look: at, seen: z.encode(seenSchema, seen) }
}

const toldBy = (request: ResetRequest) =>
  request.notes.flatMap((note: Note) => (note.kind === 'watched' ? [note.told] : []))

describe('a watch begins', () => {
  it('with a result, for as long as is said there', () => {
    expect(done.watch).toMatchObject({ sinceMs: END, untilMs: END + HOURS_2, nextAtMs: END + 30_000 })
  })

  it('where a part is done', () => {
    const partial = ended(HOURS_2, { kind: 'done', counts: { ...counts, succeeded: 1, failed: 1 }, rows: 2 })
    expect(partial.watch).toBeDefined()
  })

  it.each<[string, ResetRequest]>([
    ['it is off', ended(undefined)],
    ['it takes no time', ended(0)],
    ['nothing was set', ended(HOURS_2, { kind: 'done', counts: { ...counts, failed: 2 }, rows: 2 })],
    [
      'others have committed over all of it',
      ended(HOURS_2, { kind: 'done', counts: { ...counts, movedAfter: 2 }, rows: 2 }),
    ],
    ['nobody knows what happened', ended(HOURS_2, { kind: 'unknown', cause: 'no answer' })],
    [
      'somebody vouches for it',
      following(askedAbout(ended(HOURS_2, { kind: 'unknown', cause: 'no answer' })), [
        testify,
        T0 + 1_000_000,
      ]),
    ],
  ])('not where %s', (_, request) => {
    expect(request.watch).toBeUndefined()
    expect(owed(request, T0).map(({ kind }) => kind)).not.toContain('watch')
  })
})

describe('looks', () => {
  it('come after 30 s, 1, 2, 4, 8 and then 15 minutes of two hours', () => {
    expect([0, 1, 2, 3, 4, 5, 6, 30].map(looks => pauseAfter(looks, HOURS_2) / 1_000)).toEqual([
      30, 60, 120, 240, 480, 900, 900, 900,
    ])
  })

  it.each([12_000, 60_000, 600_000, HOURS_2, 86_400_000, 7 * 86_400_000])(
    'are few, and the last is at the end of %i ms',
    watchMs => {
      let request = ended(watchMs)
      while (request.watch?.over === null) request = watchLook(request, { group: EMPTY })
      expect(request.watch?.looks).toBeLessThanOrEqual(20)
      expect(request.watch?.points.at(-1)?.atMs).toBe(END + watchMs)
      expect(request.watch?.over).toBe('time')
      expect(nextDueAt(following(request, cardPosted), END + watchMs)).not.toBeNull()
      expect(owed(request, END).map(({ kind }) => kind)).not.toContain('watch')
    },
  )

  it('are owed until it is over, after everything else', () => {
    expect(owed(done, END).at(-1)).toEqual({ kind: 'watch', dueAtMs: END + 30_000 })
  })

  it('that somebody else has made meanwhile change nothing', () => {
    const seen = seenOf(
      set,
      { atMs: END + 30_000, group: EMPTY, positions: positionsFor({}), sinceMs: END },
      null,
    )
    const after = following(done, [watched(0, seen), END + 30_000])
    expect(decide(after, watched(0, seen), END + 30_001)).toEqual({ ok: false, refusal: 'stale' })
    const missed: Command = { kind: 'watchLater', look: 0, missed: 0, retryAtMs: END + 40_000 }
    expect(decide(after, missed, END + 30_001).ok).toBe(false)
  })

  it('that could not be made come later, each time more so, and after its time not at all', () => {
    let request = done
    const pauses: number[] = []
    let nowMs = END
    while (request.watch?.over === null) {
      nowMs = request.watch.nextAtMs
      const { looks, missed } = request.watch
      request = following(request, [{ kind: 'watchLater', look: looks, missed, retryAtMs: nowMs + 5 }, nowMs])
      pauses.push((request.watch?.nextAtMs ?? 0) - nowMs)
    }
    expect(pauses.slice(0, 4)).toEqual([60_000, 120_000, 240_000, 480_000])
    expect(pauses.length).toBeLessThan(16)
    expect(request.watch?.over).toBe('time')
    expect(request.notes).toEqual(done.notes)
  })

  it('keep little of however many topics', () => {
    const many = Array.from({ length: 500 }, (_, index) => ({
      ...{ topic: `topic-${index}`, partition: 0, from: 5n, to: 1n },
    }))
    const at = many.map(({ topic }, index) => ({
      ...{ topic, partition: 0, committed: 1n, logStart: 0n, logEnd: BigInt(index + 1) },
    }))
    const seen = seenOf(many, { atMs: END, group: IN_USE, positions: at, sinceMs: T0 }, null)
    expect(seen).toMatchObject({ partitions: 500, read: 500, topicsLeft: 490, unmoved: 499 })
    expect(seen.topics[0]).toEqual({ topic: 'topic-499', lag: 499n })
    expect(JSON.stringify(z.encode(seenSchema, seen)).length).toBeLessThan(3_000)
  })
})

describe('what is told', () => {
  it('is that the consumers are back, once, and that the group has caught up, which ends it', () => {
    const away = watchLook(done, { group: EMPTY })
    expect(toldBy(away)).toEqual([])
    const back = watchLook(away, {})
    expect(toldBy(back)).toEqual(['back'])
    const reading = watchLook(back, { moved: [40] })
    expect(toldBy(reading)).toEqual(['back'])
    const caughtUp = watchLook(reading, { moved: [150] })
    expect(toldBy(caughtUp)).toEqual(['back', 'caughtUp'])
    expect(caughtUp.watch?.over).toBe('caughtUp')
    expect(caughtUp.notes.at(-1)).toMatchObject({ lag: 0n, members: 2, afterMs: 450_000 })
  })

  it('is nothing of a group that nobody reads, until that is odd', () => {
    let request = done
    for (let looks = 0; looks < 5; looks++) request = watchLook(request, { group: EMPTY })
    expect(toldBy(request)).toEqual(['notBack'])
    expect(toldBy(watchLook(request, { group: EMPTY }))).toEqual(['notBack'])
  })

  it('is that offsets move though the group has no members', () => {
    expect(toldBy(watchLook(done, { group: EMPTY, moved: [40] }))).toEqual(['back'])
  })

  it('is a partition that does not move, and which', () => {
    let request = done
    for (const moved of [0, 40, 80, 120]) request = watchLook(request, { moved: [moved, moved, 0, moved] })
    expect(toldBy(request)).toEqual(['back', 'stuck'])
    expect(request.notes.at(-1)).toMatchObject({
      partitions: 1,
      first: [{ topic: 'payments', partition: 0 }],
    })
  })

  it('is a partition that has moved, and does not any more', () => {
    let request = done
    for (const moved of [20, 40, 60, 80, 100]) {
      request = watchLook(request, { moved: [moved, moved, Math.min(moved, 40), moved], written: moved })
    }
    expect(toldBy(request)).toEqual(['back', 'stuck'])
  })

  it('is an offset before the one that the reset has set: reading does not lead there', () => {
    const over = watchLook(done, { moved: [0, -1, 0, 0] })
    expect(toldBy(over)).toEqual(['overwritten'])
    expect(over.notes.at(-1)).toMatchObject({ partitions: 1, first: [{ committed: 442_330n }] })
  })

  it('is not an offset from before the reset that somebody may have read up to again', () => {
    // From 442 430 it went back by 100.
    for (const moved of [
      [0, 0, 100, 0],
      [100, 100, 100, 100],
      [100, 99, 101, 120],
    ])
      expect(toldBy(watchLook(done, { moved }))).toEqual(['back'])
  })

  it('is one where nobody reads so far meanwhile, or where each partition has gone another distance', () => {
    const returned = (...distances: bigint[]) => {
      const moved = distances.map((distance, partition) => ({
        ...{ topic: 'orders', partition, from: 1_000n + distance, to: 1_000n },
      }))
      const positions = moved.map(({ topic, partition, from }) => ({
        ...{ topic, partition, committed: from, logStart: 0n, logEnd: 90_000_000n },
      }))
      return seenOf(moved, { atMs: END + 30_000, group: IN_USE, positions, sinceMs: END }, null).overwritten
    }
    expect(returned(100n, 100n)).toBeUndefined()
    expect(returned(5_000_000n)).toBeUndefined()
    expect(returned(7_000_000n)).toMatchObject({ partitions: 1 })
    expect(returned(100n, 230n)).toMatchObject({ partitions: 2 })
  })

  it('is lag that grows', () => {
    let request = done
    for (const written of [0, 2_000, 9_000, 30_000]) {
      request = watchLook(request, { moved: [written / 100 + 10], written })
    }
    expect(toldBy(request)).toEqual(['back', 'growing'])
    expect(request.notes.at(-1)).toMatchObject({ rates: { read: expect.any(Number) } })
  })

  it('is no lag that grows where offsets go back', () => {
    let request = done
    for (const moved of [9_000, 7_000, 5_000, 3_000])
      request = watchLook(request, { moved: [moved], written: 20_000 })
    expect(toldBy(request)).not.toContain('growing')
  })

  it('is a partition at the end of its log sooner than anybody reads', () => {
    const far = set.map(each => ({ ...each, to: 0n, from: 5_000_000n }))
    const at = far.map(({ topic, partition }) => ({
      ...{ topic, partition, committed: 90_000_000n, logStart: null, logEnd: 90_000_000n },
    }))
    const seen = seenOf(far, { atMs: END + 30_000, group: IN_USE, positions: at, sinceMs: END }, null)
    expect(seen.jumped?.partitions).toBe(4)
    const slowly = seenOf(far, { atMs: END + 3_600_000, group: IN_USE, positions: at, sinceMs: END }, null)
    expect(slowly.jumped).toBeUndefined()
  })

  it('is a group that is gone, and that ends it', () => {
    const { watch } = done
    const none = positionsFor({}).map(each => ({ ...each, committed: null }))
    const seen = seenOf(
      set,
      { atMs: END + 30_000, group: { state: 'Dead', members: [] }, positions: none, sinceMs: END },
      watch?.last ?? null,
    )
    const gone = following(done, [watched(0, seen), END + 30_000])
    expect([toldBy(gone), gone.watch?.over]).toEqual([['gone'], 'gone'])
  })

  it('is never more than a handful, each at most once', () => {
    let request = done
    const all = { overwritten: { partitions: 1, first: [] }, jumped: { partitions: 1, first: [] } }
    for (let looks = 0; request.watch?.over === null && looks < 30; looks++) {
      request = watchLook(request, { moved: [-looks], written: looks * 40_000 }, all)
    }
    const told = toldBy(request)
    expect(new Set(told).size).toBe(told.length)
    expect(told.length).toBeLessThanOrEqual(MOST_TOLD)
  })
})

describe('that the time of a watch is over', () => {
  const growing = Array.from({ length: 20 }, (_, index) => ({ moved: [10 + index], written: index * 2_000 }))

  it('is told once, with how it was at the last look', () => {
    const over = watchedToEnd(done, growing)
    expect(over.watch?.over).toBe('time')
    expect(toldBy(over)).toEqual(['back', 'growing', 'timeOver'])
    expect(over.notes.at(-1)).toMatchObject({ atMs: END + HOURS_2, afterMs: HOURS_2, members: 2 })
    const again: Command = { kind: 'watchLater', look: over.watch?.looks ?? 0, missed: 0, retryAtMs: END }
    expect(decide(over, { ...again, tellsEnd: true }, END + HOURS_2 + 1)).toEqual({
      ok: false,
      refusal: 'stale',
    })
  })

  it('is told where the last looks could not be made, as of the last that could', () => {
    let request = watchLook(done, {})
    while (request.watch?.over === null) request = missedLook(request)
    expect(toldBy(request)).toEqual(['back', 'timeOver'])
    expect(request.notes.at(-1)).toMatchObject({ atMs: END + 30_000, afterMs: 30_000 })
  })

  it('is told where nothing was ever seen', () => {
    const over = watchedToEnd(done, [])
    expect(over.watch).toMatchObject({ over: 'time', last: null, points: [], told: ['timeOver'] })
    expect(over.notes.at(-1)).toMatchObject({ members: null, lag: 0n, partitions: 0, atMs: END + HOURS_2 })
  })

  it('is told beside what the last look has found, and a place is kept for it', () => {
    const found: (Partial<Seen> | undefined)[] = [
      { overwritten: { partitions: 1, first: [] } },
      { jumped: { partitions: 1, first: [] } },
    ]
    let request = done
    for (let looks = 0; request.watch?.over === null; looks++) {
      const stands = { moved: [10 + looks, 10 + looks, 0, 10 + looks], written: looks * 5_000 }
      request = watchLook(request, stands, found[looks])
    }
    expect(toldBy(request)).toEqual(['overwritten', 'jumped', 'stuck', 'growing', 'timeOver'])
    const atEnd = { overwritten: { partitions: 1, first: [] } }
    let quiet = done
    while (quiet.watch?.nextAtMs !== quiet.watch?.untilMs) quiet = watchLook(quiet, { group: EMPTY })
    expect(toldBy(watchLook(quiet, { group: EMPTY }, atEnd))).toEqual(['notBack', 'overwritten', 'timeOver'])
  })

  it('is not told where something else has ended it, nor by events of before it was told', () => {
    const caughtUp = watchLook(watchLook(done, {}), { moved: [150] })
    expect(toldBy(caughtUp)).toEqual(['back', 'caughtUp'])
    const untold: Command = { kind: 'watchLater', look: 0, missed: 0, retryAtMs: END }
    const over = following(done, [untold, END + HOURS_2])
    expect(over.watch?.over).toBe('time')
    expect(toldBy(over)).toEqual([])
  })
})

describe('a watch ends', () => {
  const followedBy = (how: 'undo' | 'retry', is: 'open' | 'done'): Command => ({
    ...{
      kind: 'followed',
      how,
      by: 'R-13' as ResetRequest['id'],
      card: null,
      is,
      isWhole: true,
      isLeft: false,
    },
  })

  it('with an undo, and not with a retry', () => {
    expect(following(done, followedBy('undo', 'done')).watch).toMatchObject({
      over: 'undone',
      overBy: 'R-13',
    })
    expect(following(done, followedBy('retry', 'open')).watch?.over).toBeNull()
  })

  it('with another reset of the group, and with the rows of the result', () => {
    const other: Command = { kind: 'watchOver', why: 'otherReset', by: 'R-14' as ResetRequest['id'] }
    const over = following(done, other)
    expect(over.watch).toMatchObject({ over: 'otherReset', overBy: 'R-14' })
    expect(decide(over, other, END).ok).toBe(false)
    expect(following(done, { kind: 'watchOver', why: 'rowsLost' }).watch?.over).toBe('rowsLost')
  })
})

it('is read back from JSON as it was written, and gives a picture its points', () => {
  const request = watchLook(watchLook(done, { group: EMPTY }), { moved: [40] })
  const again = requestSchema.decode(JSON.parse(JSON.stringify(z.encode(requestSchema, request))))
  expect(again.watch).toEqual(request.watch)
  expect(watchSeries(again)).toEqual([
    { atMs: END, lag: 600, members: 0 },
    { atMs: END + 30_000, lag: 600, members: 0 },
    { atMs: END + 90_000, lag: 440, members: 2 },
  ])
  expect(watchSeries(ended(undefined))).toEqual([])
})

// Owns one partition's log: its two ends and when each message was written, kept as compact stretches.
// It must never know of groups or commits.

/** Messages from `fromOffset` on: the first was written at `atMs`, each next one `everyMs` later (whole numbers). */
export interface Stretch {
  fromOffset: bigint
  atMs: number
  everyMs: number
}

export interface PartitionSeed {
  /** First offset still kept. */
  start: bigint
  /** The offset the next message will get. */
  end: bigint
  /** Ascending; the first must begin at or before `start` unless the log is empty. */
  written: Stretch[]
}

export interface PartitionLog {
  start(): bigint
  end(): bigint
  append(count: bigint, atMs: number): void
  truncateTo(newStart: bigint): void
  /** The first kept message, in log order, written at or after `ms`; undefined when there is none. */
  firstAtOrAfter(ms: number): bigint | undefined
  /** When the message was written; undefined outside the log. */
  timeOf(offset: bigint): number | undefined
}

const larger = (a: bigint, b: bigint) => (a > b ? a : b)
const smaller = (a: bigint, b: bigint) => (a < b ? a : b)

export function createPartitionLog(seed: PartitionSeed): PartitionLog {
  let { start, end } = seed
  const written = seed.written.map(stretch => ({ ...stretch }))
  if (start < 0n || end < start) throw new Error(`a log cannot run from ${start} to ${end}`)
  if (end > start && (written[0]?.fromOffset ?? end) > start)
    throw new Error('a log needs the time of its first message')
  written.forEach((stretch, index) => {
    const { atMs, everyMs } = stretch
    if (!Number.isSafeInteger(atMs) || !Number.isSafeInteger(everyMs) || everyMs < 0)
      throw new Error('message times are whole milliseconds and never run backwards within a stretch')
    const before = written[index - 1]
    if (before && before.fromOffset >= stretch.fromOffset) throw new Error('stretches must ascend')
  })

  const endOf = (index: number) => smaller(written[index + 1]?.fromOffset ?? end, end)

  function firstInStretch(stretch: Stretch, upTo: bigint, ms: number): bigint | undefined {
    const first = larger(stretch.fromOffset, start)
    if (first >= upTo) return undefined
    const wait = BigInt(ms) - BigInt(stretch.atMs)
    if (wait <= 0n) return first
    if (stretch.everyMs === 0) return undefined
    const step = BigInt(stretch.everyMs)
    const found = larger(first, stretch.fromOffset + (wait + step - 1n) / step)
    return found < upTo ? found : undefined
  }

  return {
    start: () => start,
    end: () => end,

    append(count, atMs) {
      if (count <= 0n) return
      const last = written.at(-1)
      if (!last || last.atMs !== atMs || last.everyMs !== 0)
        written.push({ fromOffset: end, atMs, everyMs: 0 })
      end += count
    },

    truncateTo(newStart) {
      if (newStart < start || newStart > end) throw new Error(`${newStart} is not within ${start}..${end}`)
      start = newStart
    },

    firstAtOrAfter(ms) {
      for (const [index, stretch] of written.entries()) {
        const found = firstInStretch(stretch, endOf(index), ms)
        if (found !== undefined) return found
      }
      return undefined
    },

    timeOf(offset) {
      if (offset < start || offset >= end) return undefined
      const stretch = written.findLast(each => each.fromOffset <= offset)
      return stretch && stretch.atMs + Number(offset - stretch.fromOffset) * stretch.everyMs
    },
  }
}

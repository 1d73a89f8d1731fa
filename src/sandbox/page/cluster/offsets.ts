// Where offsets lie on a drawing, and how they are written. Pure, and in BigInt until the last step:
// an offset must never pass through a JavaScript number, which loses digits beyond 2^53.

/** A partition's log as it comes over the wire: decimal text, and null for never committed. */
export interface LogPositions {
  start: string
  end: string
  committed: string | null
}

/** What all partitions of a topic are drawn on. */
export interface Scale {
  from: bigint
  to: bigint
  /** Messages in the topic's longest log. */
  longest: bigint
}

/** All in percent of the scale, 0 to 100. `marker` is null where nothing was ever committed. */
export interface Drawing {
  start: number
  end: number
  marker: number | null
  /** How much of the scale is behind the marker, and how much before it. */
  read: number
  unread: number
}

/**
 * `past`: what comes next has already been deleted. `near`: it will be soon. `atStart`: it will be next, as after every
 * reset to the earliest. `none`: never committed. `caughtUp` and `behind` are the ordinary cases.
 */
export type Standing = 'none' | 'past' | 'atStart' | 'near' | 'caughtUp' | 'behind'

const PARTS = 1_000_000n
/** Of the topic's longest log: a short log beside long ones is one that has nearly been deleted. */
const NEAR_PERCENT = 2n

export function scaleOf(logs: readonly LogPositions[]): Scale {
  const [first, ...rest] = logs.map(({ start, end }) => ({ from: BigInt(start), to: BigInt(end) }))
  if (first === undefined) return { from: 0n, to: 0n, longest: 0n }
  const scale = { ...first, longest: first.to - first.from }
  for (const { from, to } of rest) {
    if (from < scale.from) scale.from = from
    if (to > scale.to) scale.to = to
    if (to - from > scale.longest) scale.longest = to - from
  }
  return scale
}

/** Offsets off the scale are drawn at its ends. */
export function percentOf({ from, to }: Scale, offset: bigint): number {
  if (offset <= from) return 0
  if (offset >= to) return 100
  return Number(((offset - from) * PARTS) / (to - from)) / Number(PARTS / 100n)
}

export function drawLog(scale: Scale, { start, end, committed }: LogPositions): Drawing {
  const drawn = { start: percentOf(scale, BigInt(start)), end: percentOf(scale, BigInt(end)) }
  // An empty scale has no length to lie on: its one point is its start.
  if (scale.from === scale.to) drawn.end = drawn.start
  if (committed === null) return { ...drawn, marker: null, read: 0, unread: drawn.end - drawn.start }
  const marker = percentOf(scale, BigInt(committed))
  const split = Math.min(Math.max(marker, drawn.start), drawn.end)
  return {
    ...drawn,
    marker: scale.from === scale.to ? drawn.start : marker,
    read: split - drawn.start,
    unread: drawn.end - split,
  }
}

export function standingOf(scale: Scale, { start, end, committed }: LogPositions): Standing {
  if (committed === null) return 'none'
  const [first, last, at] = [BigInt(start), BigInt(end), BigInt(committed)]
  if (at < first) return 'past'
  if (at >= last) return 'caughtUp'
  if (at === first) return 'atStart'
  return nearRetention(scale, first, at) ? 'near' : 'behind'
}

/** Whether the next message to read is within 2 % of being deleted. */
export function nearRetention({ longest }: Scale, start: bigint, committed: bigint): boolean {
  return (committed - start) * 100n <= longest * NEAR_PERCENT
}

/** The sum of what is known; null where nothing is. */
export function sumOf(counts: readonly (string | null)[]): string | null {
  const known = counts.filter(count => count !== null)
  return known.length === 0 ? null : String(known.reduce((sum, count) => sum + BigInt(count), 0n))
}

/** How far a commit moved, in words; null when it did not, or where there is nothing to compare. */
export function movement(before: string | null, after: string | null): 'back' | 'ahead' | null {
  if (before === null || after === null || before === after) return null
  return BigInt(after) < BigInt(before) ? 'back' : 'ahead'
}

/** `1234567` → `1,234,567`, as on the cards. */
export function formatOffset(offset: string): string {
  return offset.replace(/\B(?=(\d{3})+$)/g, ',')
}

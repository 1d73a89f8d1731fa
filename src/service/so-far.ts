// What a look that takes long knows before it is over, for people who wait for it: how far it is, when it may be done, and
// the bounds of the plan. It must never hold the look up for long, nor ask the cluster for more than the committed offsets, once.

import type { Clock } from '../ports/clock.ts'
import type { ReadOutcome } from '../request/api-answer.ts'
import { type Bounds, boundsOf } from '../request/bounds.ts'
import type { Position } from '../request/group.ts'
import type { Facts } from '../request/plan-rows.ts'
import type { Reset } from '../request/reset.ts'
import { within } from './within.ts'

export interface Progress {
  /** Reads. */
  done: number
  total: number
  /** At the pace of those so far; null: not known yet, or more may follow than these. */
  leftMs: number | null
  /** Null: not known. Reads the committed offsets where they have not been read, the first time. */
  bounds(): Promise<Bounds | null>
}

export type OnProgress = (progress: Progress) => Promise<void>

/** Nobody waits longer for what is only told. */
const OFFSETS_MS = 2_000
/** Fewer reads tell little of their pace. */
const PACE_READS = 3
/** Nobody is told that no time is left. */
const LEAST_MS = 1_000

export interface SoFarOptions {
  clock: Clock
  onProgress: OnProgress | undefined
  /** What the group had committed, where that has just been read. */
  listed: readonly Position[] | null
  readOffsets(): Promise<ReadOutcome<readonly Position[]>>
}

/** What has been read by then, beside the committed offsets: given anew with each read. */
export type Known = (listed: readonly Position[]) => Omit<Facts, 'atMs'>

/** One that could not be read may be the largest of all. */
function areRead(positions: readonly Position[]): boolean {
  return positions.every(({ logEnd }) => logEnd !== null)
}

export function createSoFar(reset: Reset, { clock, onProgress, listed, readOffsets }: SoFarOptions) {
  type Offsets = { atMs: number; positions: readonly Position[] } | null
  let offsets: Promise<Offsets> | null =
    listed !== null && areRead(listed) ? Promise.resolve({ atMs: clock(), positions: listed }) : null
  let began: { total: number; done: number; atMs: number } | null = null

  async function askForOffsets(): Promise<Offsets> {
    const atMs = clock()
    const read = await readOffsets()
    if (read.kind === 'read' && areRead(read.value)) return { atMs, positions: read.value }
    offsets = null
    return null
  }

  async function bounds(known: Known): Promise<Bounds | null> {
    offsets ??= askForOffsets()
    const read = await within(OFFSETS_MS, offsets, null)
    return read === null ? null : boundsOf(reset, { ...known(read.positions), atMs: read.atMs })
  }

  function leftAt(done: number, total: number): number | null {
    const atMs = clock()
    if (began?.total !== total) began = { total, done, atMs }
    const reads = done - began.done
    if (reads < PACE_READS) return null
    return Math.max(LEAST_MS, Math.round(((total - done) * (atMs - began.atMs)) / reads))
  }

  return {
    /** @param isLast whether nothing that takes long comes after these reads */
    async tell(done: number, total: number, isLast: boolean, known: Known): Promise<void> {
      const leftMs = isLast ? leftAt(done, total) : null
      await onProgress?.({ done, total, leftMs, bounds: () => bounds(known) })
    },
  }
}

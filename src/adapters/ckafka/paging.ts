// Reads a listing to its end, page by page, and asks again where asking again is harmless. It must never pass off part of
// a list for all of it: a count is believed only when the pages agree with it.

import { setTimeout as pause } from 'node:timers/promises'
import { causeOf } from '../../request/cause.ts'
import type { Answer } from './call.ts'
import type { Page } from './fields.ts'

/** A topic may have 10 000 partitions, and the smallest page holds 20. */
const PAGES_MAX = 1_000
/** A listing under way waits this long for the next page when the API or the budget asks it to. */
const LONGEST_PAUSE_MS = 2_000
/** Some servers ask for no wait at all. */
const SHORTEST_PAUSE_MS = 50

export interface Listing<T> {
  pageSize: number
  readPage: (offset: number) => Promise<Answer<Page<T>>>
  keyOf: (item: T) => string
  /** Ends the listing early, once it holds all that was looked for. */
  isEnough?: (seen: ReadonlyMap<string, T>) => boolean
  now: () => number
  deadlineMs: number
}

/** Each item once, as it was first seen. */
export async function readPages<T>(listing: Listing<T>): Promise<Answer<T[]>> {
  const { pageSize, keyOf, readPage, isEnough, now, deadlineMs } = listing
  const seen = new Map<string, T>()
  let offset = 0
  for (let page = 1; page <= PAGES_MAX; page += 1) {
    const ask = () => readPage(offset)
    const answer = page === 1 ? await ask() : await throughShortPauses(ask, now, deadlineMs)
    if (answer.kind !== 'answered') return answer
    const { totalCount, items } = answer.value
    const seenBefore = seen.size
    for (const item of items) if (!seen.has(keyOf(item))) seen.set(keyOf(item), item)
    offset += items.length
    // A full page may be followed by another, whatever the count says.
    const counted = totalCount !== null && offset >= totalCount && items.length < pageSize
    if (counted || seen.size === seenBefore || isEnough?.(seen)) {
      return { kind: 'answered', value: [...seen.values()] }
    }
  }
  return { kind: 'unknown', cause: causeOf('listEndless', `${PAGES_MAX}`) }
}

/** What was read so far is not thrown away for a limit that is over in a moment. */
export async function throughShortPauses<T>(
  ask: () => Promise<Answer<T>>,
  now: () => number,
  deadlineMs: number,
): Promise<Answer<T>> {
  for (;;) {
    const answer = await ask()
    const askedMs = answer.kind === 'notSent' ? answer.retryAfterMs : undefined
    if (askedMs === undefined || askedMs > LONGEST_PAUSE_MS) return answer
    const waitMs = Math.max(askedMs, SHORTEST_PAUSE_MS)
    if (now() + waitMs >= deadlineMs) return answer
    await pause(waitMs)
    // A busy process may come back too late to ask again: who waits is told of the limit, and not that time is up.
    if (now() >= deadlineMs) return answer
  }
}

/** Names in parts that one call can hold: by number, and by length, since 2.0 may have to put them into a URL. */
export function slicesOf(names: readonly string[]): string[][] {
  const slices: string[][] = []
  let length = 0
  for (const name of new Set(names)) {
    const own = encodeURIComponent(name).length + NAME_OVERHEAD
    const last = slices.at(-1)
    if (last === undefined || last.length >= SLICE_NAMES || length + own > SLICE_LENGTH) {
      slices.push([name])
      length = own
    } else {
      last.push(name)
      length += own
    }
  }
  return slices
}

/** A page of offsets has at most this many topics, so that a slice fits one. */
const SLICE_NAMES = 50
const SLICE_LENGTH = 5_000
const NAME_OVERHEAD = '&topics.499='.length

// How long is waited before the next attempt, and before the next turn. In ms.

export const FIRST_BACKOFF_MS = 2_000
const LONGEST_BACKOFF_MS = 300_000

/** 2 s, 4 s, 8 s … at most five minutes. */
export function backoffAfter(attempt: number): number {
  return Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (attempt - 1))
}

/** While another request writes to the group: 2 s, 2 s, 4 s … at most 15 s, so that its turn is not missed for long. */
export function backoffOfGivingWay(times: number): number {
  return Math.min(15_000, FIRST_BACKOFF_MS * 2 ** Math.max(0, times - 1))
}

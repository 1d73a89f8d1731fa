// How long it takes to write many topics, one call each: beforehand for people, and as the time in which it has to end.

/** One write among many, with the looks before it, when nothing else uses the limits of the API. */
export interface WritePace {
  /** By the limit of the write alone. */
  atLeastMs: number
  /** By the limits of all calls that one may need. */
  atMostMs: number
}

/** Round trips and the small pauses between tries, whatever the limits. */
const TOPIC_MS = 1_000
/** Others may use half of the limits meanwhile. */
const SHARE = 2

/** @param callMs how long one call may take */
export function writeTime(
  writes: number,
  pace: WritePace,
  callMs: number,
): { atLeastMs: number; atMostMs: number } {
  const further = Math.max(0, writes - 1)
  return {
    atLeastMs: Math.floor(pace.atLeastMs * further),
    atMostMs: Math.ceil(callMs + further * Math.max(TOPIC_MS, SHARE * pace.atMostMs)),
  }
}

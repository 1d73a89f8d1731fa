// What was done to which process and when: the diary of a run, and the reason why a click may have stayed unanswered.

export interface Disturbance {
  kind: string
  /** Which process or service, and what exactly. */
  detail: string
  atMs: number
  /** Infinity while it lasts. */
  untilMs: number
  /**
   * Whom it keeps from answering a person: a process by its number, everybody, or nobody (what answers are for is to
   * say that a store or CKafka is away).
   */
  mutes: number | 'everybody' | 'nobody'
}

export interface Disturbances {
  /** Returns what ends it; `settleMs` later it counts as over. */
  begin(kind: string, detail: string, mutes: Disturbance['mutes']): (settleMs?: number) => void
  /** Whether this process, or whoever it was when unknown, may have been kept from answering in between. */
  muted(process: number | undefined, fromMs: number, toMs: number): boolean
  between(fromMs: number, toMs: number): Disturbance[]
  counts(): Map<string, number>
}

export function createDisturbances(): Disturbances {
  const all: Disturbance[] = []
  const between = (fromMs: number, toMs: number) =>
    all.filter(({ atMs, untilMs }) => atMs <= toMs && untilMs >= fromMs)
  return {
    begin(kind, detail, mutes) {
      const one: Disturbance = { kind, detail, mutes, atMs: Date.now(), untilMs: Number.POSITIVE_INFINITY }
      all.push(one)
      return (settleMs = 0) => {
        one.untilMs = Date.now() + settleMs
      }
    },
    muted: (process, fromMs, toMs) =>
      between(fromMs, toMs).some(
        ({ mutes }) =>
          mutes === 'everybody' || (mutes !== 'nobody' && (process === undefined || mutes === process)),
      ),
    between,
    counts() {
      const counts = new Map<string, number>()
      for (const { kind } of all) counts.set(kind, (counts.get(kind) ?? 0) + 1)
      return counts
    },
  }
}

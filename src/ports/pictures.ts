// Pictures, seen from who shows them: what is to be drawn, in words and numbers as its reader reads them, and the drawing.
// The comments are the contracts.

/** One partition: its log, where the group is in it, and where it goes. */
export interface PictureRow {
  /** Like `orders p3`; shortened in its middle where it is too long to be drawn. */
  label: string
  /** The log's ends, as offsets and as its reader writes them. Null: the start is not known. */
  start: { offset: bigint | null; said: string }
  end: { offset: bigint; said: string }
  /** The committed offset; null: there is none. */
  from: bigint | null
  /** Null: it stays, or is not known before it runs. */
  to: bigint | null
  /** At most so many, where it is not `isSure`. */
  replays: bigint
  skips: bigint
  isSure: boolean
  /** Like `442,430 → 430,000`. */
  move: string
  /** Like `replays 12,430`. */
  effect: string
}

/** Those that have no row of their own, together. */
export interface PictureRest {
  label: string
  /** Of all of their logs. */
  messages: bigint
  replays: bigint
  skips: bigint
  effect: string
}

/** Each of a few words. */
export interface PlanLegend {
  now: string
  target: string
  replayed: string
  skipped: string
  /** Of what is not sure. */
  atMost: string
}

export interface PlanPicture {
  kind: 'plan'
  title: string
  /** What it does in all. */
  lead: string
  /** Where, and which plan it is. */
  about: string
  legend: PlanLegend
  /** In the order in which they are drawn; what is beyond 24 is not. */
  rows: readonly PictureRow[]
  rest: PictureRest | null
}

/** The group at one look; null: not known. */
export interface LagPoint {
  atMs: number
  lag: number | null
  members: number | null
}

export interface LagPicture {
  kind: 'lag'
  title: string
  lead: string
  /** In the order of time; what is beyond 64 is not drawn. */
  series: readonly LagPoint[]
  resetAtMs: number
  said: {
    reset: string
    lag: string
    members: string
    /** A number, as its reader writes it. */
    number(count: number): string
    /** So long after the reset, or before it. */
    time(afterMs: number): string
  }
}

export type Picture = PlanPicture | LagPicture

/** Draws pictures. */
export interface Pictures {
  /**
   * A PNG of 200 kB at most, on a light ground. Null: it cannot be drawn in time, or not at all, and whoever asked does without.
   * Never rejects, and never holds anybody up for longer than three seconds.
   */
  draw(picture: Picture): Promise<Uint8Array | null>
}

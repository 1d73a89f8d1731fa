// The watch after a reset: what the record keeps of it, when the next look is due, and when it is over. Pure.
// It must never keep more of a look than a few lines, nor go on for longer than its time.
//
// A look reads the committed offsets and the log ends of the partitions that the reset has set (watch-look.ts); what it
// means says watch-findings.ts, and how long the rest takes watch-estimate.ts.

import { z } from 'zod'
import type { ResetRequest } from './request.ts'
import { int64Schema } from './reset.ts'

export const TOPICS_WATCHED = 10
/** Of the partitions with the most lag so many are told apart, so that one that does not move is found. */
export const PARTITIONS_WATCHED = 8
const POINTS_KEPT = 64
/** Of replies to the thread, whatever happens; one of them is kept for the end of the time. */
export const MOST_TOLD = 5

/**
 * Each is told at most once. In the order in which they matter: a look is worth one reply. `timeOver`: how it was at the last
 * look, where the watch ends for nothing but its time; it is no finding of a look, and goes with any.
 */
export const TOLD_KINDS = [
  'gone',
  'overwritten',
  'jumped',
  'stuck',
  'notBack',
  'growing',
  'caughtUp',
  'back',
  'timeOver',
] as const
export const toldKindSchema = z.enum(TOLD_KINDS)
export type ToldKind = z.output<typeof toldKindSchema>

const timeMsSchema = z.int().nonnegative()

/** One partition, and where its committed offset is. */
const placeSchema = z.object({ topic: z.string(), partition: z.int().nonnegative(), committed: int64Schema })
export type WatchedPlace = z.output<typeof placeSchema>

/** Of so many partitions the first few. */
const placesSchema = z.object({ partitions: z.int(), first: z.array(placeSchema).max(PARTITIONS_WATCHED) })
export type WatchedPlaces = z.output<typeof placesSchema>

/** What one look has seen of the partitions that the reset has set; sums are over those that could be read. */
export const seenSchema = z.object({
  atMs: timeMsSchema,
  /** The group is not there any more, and has no offsets. */
  isGone: z.literal(true).optional(),
  /** Null: its state says that there are some, and not how many. */
  members: z.int().nonnegative().nullable(),
  partitions: z.int(),
  /** So many of them have a committed offset and a log end. */
  read: z.int(),
  lag: int64Schema,
  committed: int64Schema,
  end: int64Schema,
  /** So many have another committed offset than the reset has set, */
  moved: z.int(),
  /** and so many have lag, and do not. */
  unmoved: z.int(),
  /** With the most lag first; `left`: so many more topics. */
  topics: z.array(z.object({ topic: z.string(), lag: int64Schema })).max(TOPICS_WATCHED),
  topicsLeft: z.int(),
  /** Those that were told apart before and still have lag, then those with the most lag. */
  apart: z.array(placeSchema.extend({ lag: int64Schema })).max(PARTITIONS_WATCHED),
  /** Committed where it was before the reset again, or before where the reset has set it. */
  overwritten: placesSchema.optional(),
  /** At the end of its log sooner than it can have been read. */
  jumped: placesSchema.optional(),
})
export type Seen = z.output<typeof seenSchema>

/** Why it is over; `testified` and the like never begin one. */
export const watchEndSchema = z.enum(['time', 'caughtUp', 'otherReset', 'undone', 'gone', 'rowsLost'])
export type WatchEnd = z.output<typeof watchEndSchema>

const pointSchema = z.object({
  atMs: timeMsSchema,
  members: z.int().nonnegative().nullable(),
  lag: int64Schema,
  committed: int64Schema,
  end: int64Schema,
  /** As of Seen: a sum over fewer cannot be compared. */
  read: z.int(),
})
export type WatchPoint = z.output<typeof pointSchema>

export const watchSchema = z.object({
  sinceMs: timeMsSchema,
  untilMs: timeMsSchema,
  /** When the next look is due. */
  nextAtMs: timeMsSchema,
  /** So many have been made, or given up. */
  looks: z.int().nonnegative(),
  /** So many in a row could not be made. */
  missed: z.int().nonnegative(),
  /** What the looks have seen, oldest first. */
  points: z.array(pointSchema).max(POINTS_KEPT),
  /** The last of them in more detail; null before the first. */
  last: seenSchema.omit({ committed: true, end: true }).nullable(),
  /** Since when each of those told apart has not moved, in their order. */
  heldSinceMs: z.array(timeMsSchema).max(PARTITIONS_WATCHED),
  /** Since when it has members, or its offsets move; null: not yet, or not any more. */
  backSinceMs: timeMsSchema.nullable(),
  told: z.array(toldKindSchema).max(MOST_TOLD),
  over: watchEndSchema.nullable(),
  /** Of `otherReset`: which request it was. */
  overBy: z.string().optional(),
})
export type Watch = z.output<typeof watchSchema>

/** So many of the partitions that a reply is about are named. */
export const PLACES_TOLD = 3

/** What is worth a reply, as it was at that look. */
export const watchNoteSchema = z.object({
  kind: z.literal('watched'),
  told: toldKindSchema,
  atMs: timeMsSchema,
  /** So long after the result. */
  afterMs: timeMsSchema,
  members: z.int().nonnegative().nullable(),
  lag: int64Schema,
  /** Those that it is about. */
  partitions: z.int(),
  first: z.array(placeSchema.extend({ lag: int64Schema.optional() })).max(PLACES_TOLD),
  /** Messages a second, between the last looks; absent: not known. */
  rates: z.object({ read: z.int().nonnegative(), written: z.int().nonnegative() }).optional(),
})
export type WatchNote = z.output<typeof watchNoteSchema>

/** 30 s of two hours: a shorter watch looks sooner. */
const FIRST_OF = 240
const FIRST_MOST_MS = 30_000
const FIRST_LEAST_MS = 500
/** 15 minutes of two hours. */
const LONGEST_OF = 8

/** So long after the look before, or after the result: 30 s, 1, 2, 4, 8, and then 15 minutes, of two hours. */
export function pauseAfter(looks: number, watchMs: number): number {
  const first = Math.min(FIRST_MOST_MS, Math.max(FIRST_LEAST_MS, Math.floor(watchMs / FIRST_OF)))
  return Math.min(first * 2 ** Math.min(looks, 20), Math.max(first, Math.floor(watchMs / LONGEST_OF)))
}

/** So many groups of an instance are looked at in a minute, and more where a watch is shorter than anybody's but a demo's. */
const LOOKS_A_MINUTE = 3

/** @param quotaFactor how many times the documented limits of calls may be used */
export function looksAMinute(watchMs: number, quotaFactor: number): number {
  const longest = watchMs <= 0 ? MINUTE_MS : pauseAfter(Number.MAX_SAFE_INTEGER, watchMs)
  return Math.max(1, Math.round(Math.max(LOOKS_A_MINUTE, MINUTE_MS / longest) * quotaFactor))
}

const MINUTE_MS = 60_000

/** @param watchMs how long it lasts; 0 or less: there is none */
export function beginsWatch(watchMs: number, nowMs: number): Watch | null {
  if (watchMs <= 0) return null
  const untilMs = nowMs + watchMs
  return {
    sinceMs: nowMs,
    untilMs,
    nextAtMs: Math.min(untilMs, nowMs + pauseAfter(0, watchMs)),
    looks: 0,
    missed: 0,
    points: [],
    last: null,
    heldSinceMs: [],
    backSinceMs: null,
    told: [],
    over: null,
  }
}

export function durationOf({ sinceMs, untilMs }: Watch): number {
  return untilMs - sinceMs
}

/** The last look is at its end. */
export function nextLookAt(watch: Watch, looks: number, nowMs: number): number {
  return Math.min(watch.untilMs, nowMs + pauseAfter(looks, durationOf(watch)))
}

/** Of a request whose watch is not over; undefined: there is none, or it is. */
export function openWatch({ watch }: Pick<ResetRequest, 'watch'>): Watch | undefined {
  return watch !== undefined && watch.over === null ? watch : undefined
}

export function pointOf({ atMs, members, lag, committed, end, read }: Seen): WatchPoint {
  return { atMs, members, lag, committed, end, read }
}

/** The first of too many are the ones that say least. */
export function withPoint(points: readonly WatchPoint[], point: WatchPoint): WatchPoint[] {
  return [...points, point].slice(-POINTS_KEPT)
}

export interface WatchSeriesPoint {
  atMs: number
  /** Messages; null: not known. */
  lag: number | null
  members: number | null
}

/** For a picture: the lag and the members from the result on, oldest first, at most 64 points. Empty: nothing was watched. */
export function watchSeries({
  watch,
  state,
  plan,
}: Pick<ResetRequest, 'watch' | 'state' | 'plan'>): WatchSeriesPoint[] {
  if (watch === undefined) return []
  const isWhole = state.name === 'succeeded' && plan?.lagIsExact === true
  const start = { atMs: watch.sinceMs, lag: isWhole ? Number(plan.lagAfter) : null, members: 0 }
  const seen = watch.points.map(({ atMs, lag, members }) => ({ atMs, lag: Number(lag), members }))
  return [start, ...seen].slice(-POINTS_KEPT)
}

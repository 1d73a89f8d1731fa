// The watch after a reset, in English.

import type { Rehearsal } from '../../../../request/rehearsal.ts'
import { grouped } from '../../../../request/reset.ts'
import type { ToldKind, WatchEnd } from '../../../../request/watch.ts'
import { type Piece, strong, text } from '../../blocks/text.ts'
import { counted, listed, messages, requestedBy } from './grammar.ts'
import { times } from './times.ts'

/** One look, as it is said. Numbers are messages, and messages a second. */
export interface LookSaid {
  atMs: number
  /** Null: it has some, and is not said to have how many. */
  members: number | null
  /** Whether somebody reads: members, or offsets that move. */
  isBack: boolean
  /** No offset has moved since the look before, or since the result. */
  isStill: boolean
  lag: bigint
  /** Of so many partitions so many could be read. */
  read: number
  partitions: number
  rates: { read: number; written: number } | null
  /** Null: not known. `latestMs` null: it may be later, or never. */
  left: { inMs: number; earliestMs: number; latestMs: number | null } | null
  /** The lag does not shrink. */
  isNoEnd: boolean
  /** Names like `orders p3` of those that do not move. */
  stuck: readonly string[]
}

export interface FoundSaid {
  afterMs: number
  members: number | null
  lag: bigint
  partitions: number
  /** Like `orders p3 at 450,015`. */
  places: readonly string[]
  rates: { read: number; written: number } | null
  /** Null: nobody is mentioned. */
  noticed: string | null
}

/** What a look finds; that the time is over is said of the watch. */
export type FoundKind = Exclude<ToldKind, 'timeOver'>

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** `40 s`, `25 min`, `3 h`, rounded so that what is said is not more exact than what is known. */
function spanOf(ms: number, round: (value: number) => number = Math.round): string {
  if (ms < 2 * MINUTE_MS) return `${Math.max(1, round(ms / 1_000))} s`
  if (ms < 3 * HOUR_MS) return `${round(ms / MINUTE_MS)} min`
  return ms < 3 * DAY_MS ? `${round(ms / HOUR_MS)} h` : `${round(ms / DAY_MS)} days`
}

/** How long a watch is, which is exact. */
function lengthOf(ms: number): string {
  return ms % HOUR_MS === 0 && ms < 3 * DAY_MS ? `${ms / HOUR_MS} h` : spanOf(ms)
}

function membersInWords(members: number | null): string {
  if (members === null) return 'the group has members'
  return members === 0 ? 'the group has no members' : `the group has ${counted(members, 'member')}`
}

function leftInWords({ inMs, earliestMs, latestMs }: NonNullable<LookSaid['left']>): string {
  const range =
    latestMs === null
      ? `${spanOf(earliestMs, Math.floor)} or more`
      : `${spanOf(earliestMs, Math.floor)} to ${spanOf(latestMs, Math.ceil)}`
  return ` At this rate it takes about ${spanOf(inMs)} to catch up (${range}).`
}

function namedPlaces(places: readonly string[], partitions: number): string {
  return listed(places, Math.max(0, partitions - places.length))
}

function unread(read: number, partitions: number): Piece[] {
  return read < partitions
    ? [text(` Only ${grouped(read)} of ${counted(partitions, 'partition')} could be read.`)]
    : []
}

/** What a look comes to: after the name of the request. */
const FOUND: Record<FoundKind, (found: FoundSaid) => [string, string]> = {
  back: ({ members, lag, afterMs }) =>
    members === 0
      ? [
          'offsets have moved',
          `, seen ${spanOf(afterMs)} after the reset. The group has no members: consumers that assign partitions themselves (Flink, Spark) do not show. Lag: ${messages(lag)}.`,
        ]
      : [
          'the consumers are back',
          `, seen ${spanOf(afterMs)} after the reset: ${membersInWords(members)}. Lag: ${messages(lag)}.`,
        ],
  caughtUp: ({ lag, afterMs }) => [
    'the group has caught up',
    `, seen ${spanOf(afterMs)} after the reset. Lag: ${messages(lag)}.`,
  ],
  stuck: ({ members, places, partitions }) => [
    partitions === 1 ? 'a partition does not move' : `${counted(partitions, 'partition')} do not move`,
    `: ${namedPlaces(places, partitions)}. ${members === 0 ? 'Other offsets of the group move' : `At the same time ${membersInWords(members)}`}. Look at the log of the consumer that reads there.`,
  ],
  overwritten: ({ places, partitions }) => [
    `the reset no longer holds on ${counted(partitions, 'partition')}`,
    `: ${namedPlaces(places, partitions)}. The offset is the one from before the reset, or one before where the reset had set it, which reading does not lead to. It was not committed by Rewind: a consumer may have been running all along. Stop the consumers before you ask again.`,
  ],
  jumped: ({ places, partitions }) => [
    partitions === 1
      ? 'a partition is at the end of its log already'
      : `${counted(partitions, 'partition')} are at the end of their logs already`,
    `: ${namedPlaces(places, partitions)}. That is sooner than consumers usually read. With auto.offset.reset=latest, a consumer whose offset has expired skips to the end: check whether messages were left out.`,
  ],
  notBack: ({ lag, afterMs }) => [
    'no consumer is back yet',
    `, ${spanOf(afterMs)} after the reset: the group has no members, and no offset moves. Lag: ${messages(lag)}. Start its consumers unless they are meant to be stopped.`,
  ],
  growing: ({ lag, rates }) => [
    'the lag grows',
    `: ${messages(lag)} now.${rates === null ? '' : ` About ${grouped(rates.written)} messages/s are written, and ${grouped(rates.read)}/s are read.`}`,
  ],
  gone: ({ afterMs }) => [
    'the group no longer exists',
    `, seen ${spanOf(afterMs)} after the reset: its offsets are gone with it.`,
  ],
}

/** Why nobody looks any more. @param by another request */
const OVER: Record<WatchEnd, (by: string) => string> = {
  time: () => 'The watch is over.',
  caughtUp: () => 'The group has caught up.',
  otherReset: by => `The watch ended: ${by} is resetting the same group, or has reset it.`,
  undone: by => `The watch ended: ${by} undid this reset or part of it.`,
  gone: () => 'The watch ended: the group no longer exists.',
  rowsLost: () => 'The watch ended: the rows of the result are missing, or do not match its record.',
}

export const watch = {
  /** What a plan has the group do. @param isAtMost the lag after it may be less @param isOfLook seen since the plan, up to now */
  rehearsal: (
    { read, written, overMs, after, inMs }: Rehearsal,
    isAtMost: boolean,
    { isOfLook = false } = {},
  ) => {
    const seen =
      after !== undefined
        ? `after ${after}`
        : `in the ${isOfLook ? 'last ' : ''}${spanOf(overMs)}${isOfLook ? '' : ' before this plan'}`
    const rate = `${grouped(read)} messages/s read, ${grouped(written)} messages/s written`
    return inMs === null
      ? `At the rate seen ${seen} (${rate}) the group does not catch up.`
      : `At the rate seen ${seen} (${rate}) it takes ${isAtMost ? 'at most ' : ''}about ${spanOf(inMs)} to catch up.`
  },
  /** The same where no rate is known. */
  unrehearsed:
    'How long it takes to catch up is not known: no recent rate of the group for these topics was seen.',
  /** Before the first look. */
  begins: (untilMs: number): Piece[] => [
    text('Rewind watches the group until '),
    times.moment(untilMs),
    text('.'),
  ],
  look: ({
    atMs,
    members,
    isBack,
    isStill,
    lag,
    read,
    partitions,
    rates,
    left,
    isNoEnd,
    stuck,
  }: LookSaid): Piece[] => [
    text('As of '),
    times.exact(atMs),
    text(`: ${membersInWords(members)}${isStill ? ' and no offset moves' : ''}, lag ${messages(lag)}.`),
    ...unread(read, partitions),
    ...(rates === null || !isBack ? [] : [text(` It reads about ${grouped(rates.read)} messages/s.`)]),
    ...(left === null ? [] : [text(leftInWords(left))]),
    ...(isNoEnd ? [text(' At this rate it does not catch up.')] : []),
    ...(stuck.length === 0 ? [] : [text(` Not moving: ${listed(stuck)}.`)]),
  ],
  over: (why: WatchEnd, by: string): Piece[] => [text(OVER[why](by))],
  found: (id: string, told: FoundKind, found: FoundSaid): Piece[] => {
    const [head, rest] = FOUND[told](found)
    return [
      strong(`${id}: ${head}`),
      text(`${rest}${found.noticed === null ? '' : ' '}`),
      ...requestedBy(found.noticed),
    ]
  },
  /** @param look as the card says it; null: there was none @param hasLag at that look */
  timeOver: (id: string, watchMs: number, look: Piece[] | null, hasLag: boolean): Piece[] => [
    strong(`${id}: the watch is over`),
    ...(look === null
      ? [
          text(
            `. In ${lengthOf(watchMs)} Rewind could not look at the group once: what it has done since the reset is not known.`,
          ),
        ]
      : [
          text(` after ${lengthOf(watchMs)}${hasLag ? ', and the group was not seen to catch up' : ''}. `),
          ...look,
        ]),
  ],
  /** `orders p3 at 450,015` @param lag null: not said */
  place: (topic: string, partition: number, committed: bigint, lag: bigint | null) =>
    `${topic} p${partition} at ${grouped(committed)}${lag === null ? '' : ` (lag ${grouped(lag)})`}`,
}

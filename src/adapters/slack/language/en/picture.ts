// What stands in the pictures of a plan and of what came after, and what is said of them to whoever cannot see them, in English.

import { grouped } from '../../../../request/reset.ts'
import { counted, messages } from './grammar.ts'

/** `12 min`; under two minutes in seconds, and from two hours on in hours. */
function spanOf(ms: number): string {
  const span = Math.abs(ms)
  if (span < 120_000) return `${Math.round(span / 1_000)} s`
  return span < 7_200_000 ? `${Math.round(span / 60_000)} min` : `${Math.round(span / 360_000) / 10} h`
}

export const picture = {
  legend: {
    now: 'committed offset',
    target: 'after the reset',
    replayed: 'replayed',
    skipped: 'skipped',
    atMost: 'hatched: at most',
  },
  place: (topic: string, partition: number) => `${topic} p${partition}`,
  /** Null: nothing is committed, and: not known before it runs. */
  move: (from: string | null, to: string | null) => `${from ?? '–'} → ${to ?? '?'}`,
  /** Those that have no row of their own. */
  rest: (partitions: number) => counted(partitions, 'other partition'),
  /** @param effects what happens to one partition, of several together */
  together: (effects: readonly string[]) => effects.join(', '),
  /** For whoever cannot see it. */
  alt: {
    /** @param start null: not known */
    row: (place: string, move: string, effect: string, start: string | null, end: string) =>
      `${place}: ${move} (${effect}), log ${start === null ? 'up to' : `${start} to`} ${end}`,
    rest: (label: string, effect: string) => `${label}: ${effect}`,
    /** Of so many rows there was no room. */
    more: (rows: number) => `and ${counted(rows, 'more partition')}`,
  },
  title: (id: string) => `Plan of ${id} as a picture`,
  /** What came after. */
  lag: {
    title: (id: string, group: string) => `${id} · lag of ${group} since the reset`,
    file: (id: string) => `Lag after ${id} as a picture`,
    reset: 'reset',
    lag: 'lag, in messages',
    members: 'members',
    number: (count: number) => grouped(count),
    time: (afterMs: number) =>
      afterMs === 0 ? 'reset' : afterMs < 0 ? `${spanOf(afterMs)} before` : `+${spanOf(afterMs)}`,
    /** @param last so long after the reset, with these; null: not known */
    lead: (
      count: number,
      most: number,
      last: { afterMs: number; lag: number | null; members: number | null },
    ) =>
      `${counted(count, 'look')}; highest lag ${messages(BigInt(most))}; at the last one, ${spanOf(last.afterMs)} after the reset, ${last.lag === null ? 'lag unknown' : `lag ${grouped(last.lag)}`}, ${last.members === null ? 'members unknown' : counted(last.members, 'member')}.`,
    point: (afterMs: number, lag: number | null, members: number | null) =>
      `${spanOf(afterMs)}${afterMs < 0 ? ' before' : ''}: ${lag === null ? 'unknown' : grouped(lag)}${members === null ? '' : ` (${counted(members, 'member')})`}`,
  },
}

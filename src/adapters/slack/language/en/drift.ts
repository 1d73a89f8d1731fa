// What has moved since a plan was made, in English. `more`: so many partitions besides the first, of which the same is true.

import { grouped } from '../../../../request/reset.ts'
import { counted, messages } from './grammar.ts'

export const drift = {
  committedMoved: (place: string, was: bigint | null, is: bigint | null, more: number) =>
    `The committed offset of ${place} ${movement(was, is)}${others(more)}.`,
  partitionsAppeared: (count: number, first: string) =>
    count === 1
      ? `A partition appeared: ${first}.`
      : `${counted(count, 'partition')} appeared, the first ${first}.`,
  partitionsGone: (count: number, first: string) =>
    count === 1
      ? `A partition is gone: ${first}.`
      : `${counted(count, 'partition')} are gone, the first ${first}.`,
  logExpired: (place: string, planned: bigint, start: bigint, more: number) =>
    `The log of ${place} now starts at ${grouped(start)}, after ${plannedOffset(planned)}: it has expired there${others(more)}.`,
  notInLog: (place: string, planned: bigint | null, more: number) =>
    `The log of ${place} does not hold ${plannedOffset(planned)} any more${others(more)}.`,
  /** @param end of the log, when the plan was made @param first the first message at the time asked for */
  outsideBounds: (place: string, end: bigint | null, first: bigint | null, more: number) =>
    first === null || end === null
      ? `The first message at that time on ${place} is not known${others(more)}.`
      : `The first message at that time on ${place} is ${grouped(first)}, outside its log when planned, which ended at ${grouped(end)}${others(more)}.`,
  skipsGrew: (was: bigint, is: bigint) => `It would now skip ${messages(is)} instead of ${grouped(was)}.`,
  groupRecreated: 'The group was deleted or recreated.',
}

function movement(was: bigint | null, is: bigint | null): string {
  if (was === null) return is === null ? 'changed' : `was set to ${grouped(is)}`
  return is === null ? `was ${grouped(was)} and is gone` : `moved from ${grouped(was)} to ${grouped(is)}`
}

function plannedOffset(planned: bigint | null): string {
  return planned === null ? 'the planned offset' : `the planned offset ${grouped(planned)}`
}

function others(more: number): string {
  return more < 1 ? '' : `, and likewise on ${counted(more, 'more partition')}`
}

// What has moved since a plan was made, one short sentence for each kind of difference. Pure.

import type { Difference } from '../../request/drift.ts'
import { counted, grouped } from '../../request/reset.ts'
import { messages } from './plan-words.ts'
import { bullets, clipMiddle, line, words } from './text.ts'

const NAME_MAX = 120

export function differencesInWords(differences: readonly Difference[]): string[] {
  return differences.map(differenceInWords)
}

/** The sentences as a list. @param differences at least one */
export function differenceBullets(differences: readonly Difference[]) {
  return bullets(differencesInWords(differences).map(sentence => line(words(sentence))))
}

function differenceInWords(difference: Difference): string {
  switch (difference.kind) {
    case 'committedMoved':
      return `The committed offset of ${placeIn(difference)} ${movement(difference.first)}${others(difference)}.`
    case 'partitionAppeared':
      return difference.partitions === 1
        ? `A partition appeared: ${placeIn(difference)}.`
        : `${counted(difference.partitions, 'partition')} appeared, the first ${placeIn(difference)}.`
    case 'partitionGone':
      return difference.partitions === 1
        ? `A partition is gone: ${placeIn(difference)}.`
        : `${counted(difference.partitions, 'partition')} are gone, the first ${placeIn(difference)}.`
    case 'targetLeftLog': {
      const { was, is } = difference.first
      const planned = was === null ? 'the planned offset' : `the planned offset ${grouped(was)}`
      return was !== null && is !== null && was < is
        ? `The log of ${placeIn(difference)} now starts at ${grouped(is)}, after ${planned}: it has expired there${others(difference)}.`
        : `The log of ${placeIn(difference)} does not hold ${planned} any more${others(difference)}.`
    }
    case 'skipsGrew':
      return `It would now skip ${messages(difference.is)} instead of ${grouped(difference.was)}.`
    case 'groupRecreated':
      return 'The group was deleted or created anew.'
    default:
      return difference satisfies never
  }
}

type Placed = Extract<Difference, { partitions: number }>

function placeIn({ first }: Placed): string {
  return `${clipMiddle(first.topic, NAME_MAX)} ${first.partition}`
}

function movement({ was, is }: Placed['first']): string {
  if (was === null) return is === null ? 'changed' : `was set to ${grouped(is)}`
  return is === null ? `was ${grouped(was)} and is gone` : `moved from ${grouped(was)} to ${grouped(is)}`
}

function others({ partitions }: Placed): string {
  const more = partitions - 1
  return more < 1 ? '' : `, and likewise on ${counted(more, 'more partition')}`
}

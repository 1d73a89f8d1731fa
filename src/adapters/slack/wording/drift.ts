// What has moved since a plan was made, one short sentence for each kind of difference. The words are in language/.

import type { Difference } from '../../../request/drift.ts'
import { bullets, clipMiddle, line, text } from '../blocks/text.ts'
import type { Words } from '../language/language.ts'

const NAME_MAX = 120

export function differencesInWords(words: Words, differences: readonly Difference[]): string[] {
  return differences.map(difference => differenceInWords(words, difference))
}

/** The sentences as a list. @param differences at least one */
export function differenceBullets(words: Words, differences: readonly Difference[]) {
  return bullets(differencesInWords(words, differences).map(sentence => line(text(sentence))))
}

function differenceInWords({ drift: say }: Words, difference: Difference): string {
  switch (difference.kind) {
    case 'committedMoved': {
      const { was, is } = difference.first
      return say.committedMoved(placeIn(difference), was, is, difference.partitions - 1)
    }
    case 'partitionAppeared':
      return say.partitionsAppeared(difference.partitions, placeIn(difference))
    case 'partitionGone':
      return say.partitionsGone(difference.partitions, placeIn(difference))
    case 'targetLeftLog': {
      const { was, is } = difference.first
      const [place, more] = [placeIn(difference), difference.partitions - 1]
      return was !== null && is !== null && was < is
        ? say.logExpired(place, was, is, more)
        : say.notInLog(place, was, more)
    }
    case 'outsideBounds': {
      const { was, is } = difference.first
      return say.outsideBounds(placeIn(difference), was, is, difference.partitions - 1)
    }
    case 'skipsGrew':
      return say.skipsGrew(difference.was, difference.is)
    case 'groupRecreated':
      return say.groupRecreated
    default:
      return difference satisfies never
  }
}

function placeIn({ first }: Extract<Difference, { partitions: number }>): string {
  return `${clipMiddle(first.topic, NAME_MAX)} p${first.partition}`
}

// What is asked for, in English: strategy, topics, and who asks.

import { clip, grouped, type Strategy, utc } from '../../../../request/reset.ts'
import { code, named, type Piece, person, strong, text } from '../../blocks/text.ts'
import { capitalized, counted, messages } from './grammar.ts'
import { times } from './times.ts'

const OFFSETS_OF = {
  file: 'to the offsets of a file',
  undo: 'back to where it was',
  retry: 'to the offsets that were planned',
}

/** As the end of "Reset …": direction always in words, never a sign. */
function strategy(asked: Strategy): string {
  switch (asked.kind) {
    case 'shift':
      return asked.direction === 'replay'
        ? `back by ${messages(asked.count)} per partition (replays them)`
        : `forward by ${messages(asked.count)} per partition (skips them)`
    case 'earliest':
      return 'to the earliest message kept (replays everything)'
    case 'latest':
      return 'to the latest position (skips everything not read yet)'
    case 'time':
      return `to ${utc(asked.timeMs)}`
    case 'offset':
      return `to offset ${grouped(asked.offset)}`
    case 'group':
      return `to where ${named(clip(asked.group, 100))} is`
    case 'offsets':
      return `${OFFSETS_OF[asked.source]} (${counted(asked.partitions, 'partition')})`
    default:
      return asked satisfies never
  }
}

/** What a card is called: what is done to which group. */
function title(group: string, asked: Strategy): string {
  switch (asked.kind) {
    case 'shift': {
      const way = asked.direction === 'replay' ? 'back' : 'forward'
      return `Move ${group} ${way} by ${messages(asked.count)} per partition`
    }
    case 'earliest':
      return `Reset ${group} to the earliest offset`
    case 'latest':
      return `Reset ${group} to the latest offset`
    case 'time':
      return `Reset ${group} to ${utc(asked.timeMs)}`
    case 'offset':
      return `Reset ${group} to offset ${grouped(asked.offset)}`
    case 'group':
      return `Reset ${group} to the offsets of ${named(clip(asked.group, 40))}`
    case 'offsets':
      return `Reset ${group} ${OFFSETS_OF[asked.source]}`
    default:
      return asked satisfies never
  }
}

/** A time is said three ways: in UTC, in the reader's own zone, and by its age when it was asked for. */
function strategyPieces(asked: Strategy, askedAtMs: number): Piece[] {
  const said = strong(strategy(asked))
  if (asked.kind !== 'time') return [said]
  return [
    said,
    text(' ('),
    times.moment(asked.timeMs),
    text(`, ${times.age(askedAtMs - asked.timeMs)} it was asked)`),
  ]
}

export const reset = {
  strategy,
  title: {
    of: title,
    undo: (id: string, group: string) => `Undo ${id} on ${group}`,
    retry: (id: string, group: string) => `Retry ${id} on ${group}`,
  },
  /** Where nothing stands before it. */
  strategyAlone: (asked: Strategy) => capitalized(strategy(asked)),
  asks: (requester: string, group: string, instance: string, asked: Strategy, askedAtMs: number): Piece[] => [
    person(requester),
    text(' asks to reset the offsets of '),
    code(group),
    text(' on '),
    code(instance),
    text(' '),
    ...strategyPieces(asked, askedAtMs),
    text('.'),
  ],
  /** For plain text, where it is part of a sentence. */
  inSentence: (group: string, instance: string, asked: Strategy) =>
    `reset ${group} on ${instance} ${strategy(asked)}`,
  parent: {
    undo: (id: string) => `Undo of ${id}`,
    retry: (id: string) => `Retry of ${id}`,
    edit: (id: string) => `Edit of ${id}`,
  },
  ofParent: (parent: string) => `${parent}.`,
  topicsLabel: 'Topics: ',
  whyLabel: 'Why:',
  allTopics: 'all topics of the group',
  /** After their names, once they are known. */
  wereAllTopics: ' (all topics of the group when planned)',
  /** `orders (partitions 0, 4–6)` */
  topicWith: (topic: string, partitions: number, ranges: string) =>
    `${topic} (${partitions === 1 ? 'partition' : 'partitions'} ${ranges})`,
  /** @param left so many more that are not named */
  topics: (named: readonly string[], left: number) =>
    left > 0 ? `${named.join(', ')} and ${grouped(left)} more` : named.join(', '),
  /** Separates the ranges of partitions. */
  ranges: (ranges: readonly string[], isCut: boolean) =>
    isCut ? `${ranges.join(', ')} …` : ranges.join(', '),
}

// The lists of requests, in English: what is on them, how they were narrowed, and what can be typed.

import type { ListPart } from '../../../../request/list-part.ts'
import { grouped } from '../../../../request/reset.ts'
import { clipMiddle, named, type Piece, text } from '../../blocks/text.ts'
import type { QueryProblem } from '../problem.ts'
import type { Sentences } from '../sentences.ts'
import { counted, listed } from './grammar.ts'
import { times } from './times.ts'

const typed = (word: string) => named(clipMiddle(word, 100))

const USAGE =
  'Type /offset-requests for the open requests, /offset-requests R-12 or 12 to see or review one, or choose others with mine, pending, failed, closed, all, a group’s name and a day: /offset-requests mine failed 2026-11-20.'

/** What a list is narrowed to; null: not by that. */
export interface Narrowed {
  mine: boolean
  group: string | null
  part: ListPart
  day: { name: string; zone: string } | null
}

function subject(requests: string, { mine, group, day }: Narrowed): string {
  const whose = mine ? ' of yours' : group === null ? '' : ` for the group ${group}`
  const when = day === null ? '' : ` asked for on ${day.name} (${day.zone})`
  return `${requests}${whose}${when}`
}

function predicate(part: ListPart, isOne: boolean): string {
  switch (part) {
    case 'any':
      return ''
    case 'open':
      return isOne ? ' is open' : ' are open'
    case 'failed':
      return isOne ? ' has failed or is unclear' : ' have failed or are unclear'
    case 'over':
      return isOne ? ' is closed' : ' are closed'
    default:
      return part satisfies never
  }
}

/** `waits`: for its group, at most until then. */
export type Then = 'expires' | 'waits' | 'runsFrom' | 'unclear' | 'ended'

const THEN: Record<Then, string> = {
  expires: 'expires',
  waits: 'waits until',
  runsFrom: 'may run from',
  unclear: 'unclear since',
  ended: 'ended',
}

const PROBLEMS: Sentences<QueryProblem> = {
  unknownWord: ({ word }) => `Rewind does not know ${typed(word)} here. ${USAGE}`,
  nameTooLong: () => `No group has a name that long. ${USAGE}`,
  textTooLong: ({ max }) => `Type ${grouped(max)} characters at most. ${USAGE}`,
  severalGroups: ({ groups }) =>
    `A list is of one group, and these are several: ${listed(groups.map(typed))}. If it is one name, put it in quotes. ${USAGE}`,
  mineAndGroup: ({ group }) =>
    `A list is of your own requests or of one group. Leave out mine or ${typed(group)}. ${USAGE}`,
  severalParts: () => `Name one of pending, failed, closed and all, not several. ${USAGE}`,
  severalDays: () => `Name one day, not several. ${USAGE}`,
  noSuchDay: ({ day }) => `There is no day ${day}. ${USAGE}`,
  idNotAlone: ({ id }) => `Type /offset-requests ${id} alone to review it. ${USAGE}`,
}

export const lists = {
  usage: USAGE,
  /** Between two sentences. */
  gap: ' ',
  problems: PROBLEMS,
  heading: (total: number, narrowed: Narrowed) =>
    `${subject(counted(total, 'request'), narrowed)}${predicate(narrowed.part, total === 1)}.`,
  /** @param from counts from 1 */
  shown: (from: number, to: number) =>
    from === to
      ? `This is number ${grouped(from)}, newest first.`
      : `These are ${grouped(from)} to ${grouped(to)}, newest first.`,
  none: (narrowed: Narrowed) => {
    const wanted = subject('request', narrowed)
    return narrowed.part === 'any'
      ? `There is no ${wanted}.`
      : `No ${wanted}${predicate(narrowed.part, true)}.`
  },
  /** The end of an empty list: what to do now. */
  advice: {
    all: 'Ask for a reset with /reset-offsets.',
    mine: USAGE,
    group: `Check the spelling of the group’s name. ${USAGE}`,
    narrowed: USAGE,
  },
  /** Of what was taken for a group's name. */
  nearWord: (word: string) => `Did you mean ${word}?`,
  nothingMore: 'There is nothing more on this page: the requests have left the list meanwhile.',
  /** When it was asked for, and the one other moment that matters now. */
  asked: (atMs: number, then: { what: Then; atMs: number } | null): Piece[] => [
    text('asked '),
    times.brief(atMs),
    ...(then === null ? [] : [text(`, ${THEN[then.what]} `), times.brief(then.atMs)]),
  ],
  card: 'open its card',
  older: 'Older',
  newest: 'Newest',
}

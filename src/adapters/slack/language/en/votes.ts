// Who decides, how far that has got, and votes that are taken back, in English.

import { grouped } from '../../../../request/reset.ts'
import { mentions, type Piece, text } from '../../blocks/text.ts'
import { counted } from './grammar.ts'

export interface NeedShown {
  /** The teams of the policy’s file; empty: the people stand for themselves. */
  label: string
  count: number
  have: number
  /** User and user-group ids; empty: anybody. */
  people: readonly string[]
  more: number
}

export const votes = {
  /** One approval of one kind of people. */
  decides: ({ people, more }: NeedShown): Piece[] => [
    text('Who decides: '),
    ...named(people, more),
    text('.'),
  ],
  need: ({ label, count, have, people, more }: NeedShown): Piece[] => [
    text(
      label === ''
        ? `Approvals: ${grouped(have)} of ${grouped(count)} (from `
        : `${label}: ${grouped(have)} of ${counted(count, 'approval')} (from `,
    ),
    ...named(people, more),
    text(').'),
  ],
  /** @param by in the order of their approvals */
  soFar: (by: readonly string[]): Piece[] => [text('Approved so far by '), ...mentions(by), text('.')],
  /** User groups that Slack does not show. @param held it is known neither whether the policy allows it nor by which rule */
  unread: (groups: readonly string[], more: number, held: 'decision' | 'start' | null): Piece[] => [
    text('Cannot be read in Slack: '),
    ...named(groups, more),
    text(`. ${UNREAD[held ?? 'goesOn']}`),
  ],
  window: (days: readonly string[], from: string, until: string, zone: string) =>
    `It runs only on ${days.join(', ')} from ${from} to ${until} (${zone}).`,
  days: ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'],
  withdraw: 'Withdraw my approval',
  withdrawTitle: (id: string) => `Withdraw from ${id}?`,
  withdrawText: 'Your approval does not count any more then. You can approve again later.',
  keepIt: 'Keep it',
  withdrawn: (id: string) => `Your approval of ${id} is taken back. The thread says so.`,
}

const UNREAD = {
  goesOn: 'What was read of it before still counts, and nobody else is let in by it until it can be read.',
  decision: 'What the policy says of this depends on it, so no approval is taken until it can be read.',
  start: 'What the policy says of this depends on it, so it does not run until it can be read.',
}

function named(people: readonly string[], more: number): Piece[] {
  if (people.length === 0) return [text('anybody')]
  return [...mentions(people), ...(more === 0 ? [] : [text(` and ${grouped(more)} more`)])]
}

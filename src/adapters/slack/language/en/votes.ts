// Who decides, how far that has got, and votes that are taken back, in English.

import { grouped } from '../../../../request/reset.ts'
import { mentions, type Piece, text } from '../../blocks/text.ts'
import { buttons } from './buttons.ts'
import { counted, listed } from './grammar.ts'

export interface NeedShown {
  /** The teams of the policy’s file; empty: the people stand for themselves. */
  label: string
  count: number
  have: number
  /** User and user-group ids; empty: anybody. */
  people: readonly string[]
  more: number
}

export interface VoterShown {
  by: string
  /** The team that it counts for; empty: none has a name. Null: those that it could count for have enough. */
  label: string | null
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
  /** In the order of their approvals. */
  soFar: (voters: readonly VoterShown[]): Piece[] => {
    const counted = voters.filter(({ label }) => label !== null)
    const others = voters.filter(({ label }) => label === null)
    return [
      ...(counted.length === 0 ? [] : [text('Approved so far by '), ...approvers(counted), text('.')]),
      ...(others.length === 0
        ? []
        : [
            text(counted.length === 0 ? 'Approved by ' : ' Also approved by '),
            ...mentions(others.map(({ by }) => by)),
            text(', whose team has enough approvals.'),
          ]),
    ]
  },
  listed,
  /** User groups that Slack does not show. @param held it is known neither whether the policy allows it nor by which rule */
  unread: (groups: readonly string[], more: number, held: 'decision' | 'start' | null): Piece[] => [
    text('Cannot be read in Slack: '),
    ...named(groups, more),
    text(`. ${UNREAD[held ?? 'goesOn']}`),
  ],
  window: (days: readonly string[], from: string, until: string, zone: string) =>
    `It runs only on ${days.join(', ')} from ${from} to ${until} (${zone}).`,
  days: ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'],
  withdraw: buttons.withdraw,
  withdrawTitle: (id: string) => `Withdraw from ${id}?`,
  withdrawText: 'Your approval does not count any more then. You can approve again later.',
  keepIt: buttons.keepIt,
  withdrawn: (id: string) => `Your approval of ${id} is taken back. The thread says so.`,
}

/** `@bob for audit and @dave for platform`, or mentions alone. */
function approvers(voters: readonly VoterShown[]): Piece[] {
  if (voters.every(({ label }) => label === '')) return mentions(voters.map(({ by }) => by))
  return voters.flatMap(({ by, label }, index) => [
    ...(index === 0 ? [] : [text(index === voters.length - 1 ? ' and ' : ', ')]),
    ...mentions([by]),
    ...(label === '' ? [] : [text(` for ${label}`)]),
  ])
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

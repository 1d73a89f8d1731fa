// How English counts and lists.

import { grouped } from '../../../../request/reset.ts'
import { isServiceAccount } from '../../../../request/service-account.ts'
import { type Piece, person, text } from '../../blocks/text.ts'
import { buttons } from './buttons.ts'

/** `1 topic`, `3 topics` */
export function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`
}

/** `1 message`, `12 430 messages` */
export function messages(count: bigint): string {
  return `${grouped(count)} ${count === 1n ? 'message' : 'messages'}`
}

/** `a, b and c`; `a, b and 3 more` with what is left out. */
export function listed(items: readonly string[], left = 0): string {
  const all = left > 0 ? [...items, `${grouped(left)} more`] : items
  const last = all.at(-1) ?? ''
  return all.length < 2 ? last : `${all.slice(0, -1).join(', ')} and ${last}`
}

export function uncapitalized(text: string): string {
  return `${text.charAt(0).toLowerCase()}${text.slice(1)}`
}

export function capitalized(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`
}

export const askAgain = `Press ${buttons.edit} on the card, or ask with /reset-offsets.`

/** One or many. */
export const stopConsumers = 'Stop the group’s consumers. '

/** At the end of what somebody should notice; nothing of who reads nothing in Slack. Null: of nobody. */
export function requestedBy(userId: string | null): Piece[] {
  return userId === null || isServiceAccount(userId) ? [] : [text('Requested by '), person(userId), text('.')]
}

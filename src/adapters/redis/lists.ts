// The lists of requests on Redis: which of them a request stands in, and where, so that any page costs the same.
// Every score is 0 and the member says the order, exactly: a page goes on after the last one even where requests were
// made in the same millisecond, or the last one has left the list.

import { z } from 'zod'
import type { ListFilter, ListPlace } from '../../ports/store.ts'
import { isInPart, LIST_PARTS, type ListPart } from '../../request/list-part.ts'
import { type RequestId, type ResetRequest, requestIdSchema } from '../../request/request.ts'

/** Enough for the highest time, and for the highest number of a request. */
const DIGITS = 15

const MEMBER = /^\d{30}$/

/** By time, then by number. */
export function memberOf({ createdAtMs, id }: ListPlace): string {
  return `${`${createdAtMs}`.padStart(DIGITS, '0')}${id.slice(2).padStart(DIGITS, '0')}`
}

export function placeOf(member: string): ListPlace {
  return { createdAtMs: Number(member.slice(0, DIGITS)), id: idOf(member) }
}

export function idOf(member: string): RequestId {
  return requestIdSchema.parse(`R-${Number(member.slice(DIGITS))}`)
}

/** Names hold anything, so they are quoted: two lists never share a key. */
export function listKey(tag: string, { of, part }: Pick<ListFilter, 'of' | 'part'>): string {
  return `${tag}:list:${JSON.stringify([part, of.kind, ...namesOf(of)])}`
}

function namesOf(of: ListFilter['of']): string[] {
  switch (of.kind) {
    case 'all':
      return []
    case 'requester':
      return [of.userId]
    case 'group':
      return [of.group]
    case 'target':
      return [of.target.instanceId, of.target.group]
    default:
      return of satisfies never
  }
}

/** Those of its members that name a request: somebody may have put there what does not, and it must not hide the rest. */
export function membersIn(members: readonly string[]): string[] {
  return members.filter(member => MEMBER.test(member) && Number(member.slice(DIGITS)) > 0)
}

/** Likewise of the ids in a set. */
export const idsSchema = z
  .array(z.string())
  .transform(ids => ids.flatMap(id => requestIdSchema.safeParse(id).data ?? []))

/** Every list that a request may ever stand in, by whose it is and what it is about. */
export function listsOf(
  tag: string,
  { requester, target }: Pick<ResetRequest, 'requester'> & Pick<ResetRequest['reset'], 'target'>,
): { key: string; part: ListPart }[] {
  const kinds: ListFilter['of'][] = [
    { kind: 'all' },
    { kind: 'requester', userId: requester },
    { kind: 'group', group: target.group },
    { kind: 'target', target },
  ]
  return kinds.flatMap(of => LIST_PARTS.map(part => ({ key: listKey(tag, { of, part }), part })))
}

/** Those of this request, and whether it stands in them now: `isIn` has a `1` or a `0` for each key. */
export function membershipOf(tag: string, request: ResetRequest): { keys: string[]; isIn: string } {
  const lists = listsOf(tag, { requester: request.requester, target: request.reset.target })
  return {
    keys: lists.map(({ key }) => key),
    isIn: lists.map(({ part }) => (isInPart(request, part) ? '1' : '0')).join(''),
  }
}

/** As BYLEX wants them: from the newest to the oldest member of a page. */
export function rangeOf({ fromMs, untilMs }: ListFilter, before?: ListPlace): { max: string; min: string } {
  const ends = [
    ...(untilMs === undefined ? [] : [atTime(untilMs)]),
    ...(before === undefined ? [] : [memberOf(before)]),
  ].sort()
  return {
    max: ends[0] === undefined ? '+' : `(${ends[0]}`,
    min: fromMs === undefined ? '-' : `[${atTime(fromMs)}`,
  }
}

/** Sorts before every request made at this time, and after all made earlier. */
function atTime(timeMs: number): string {
  return `${Math.max(0, timeMs)}`.padStart(DIGITS, '0')
}

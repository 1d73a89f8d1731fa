// What a list of requests is narrowed to: as it is typed after the command, and as it travels in a button. Pure.

import { z } from 'zod'
import type { ListFilter, ListPlace } from '../../../ports/store.ts'
import { asksForHelp, readFlagWords } from '../../../request/flag-words.ts'
import { LIST_PARTS, type ListPart } from '../../../request/list-part.ts'
import { type RequestId, requestIdSchema } from '../../../request/request.ts'
import { dayBegins, isZone } from '../../../request/zone.ts'
import type { QueryProblem } from '../language/problem.ts'

/** As Kafka has it; a button's value carries the name. */
const NAME_MAX = 255
/** Of what is typed after the command. */
const TEXT_MAX = 1_000
const DAY = /^(\d{4})-(\d{2})-(\d{2})$/
const PARTS = new Map<string, ListPart>([
  ['pending', 'open'],
  ['open', 'open'],
  ['failed', 'failed'],
  ['closed', 'over'],
  ['over', 'over'],
  ['all', 'any'],
])
/** As help names them. */
export const LIST_WORDS = ['mine', 'pending', 'failed', 'closed', 'all'] as const

/** What was typed, before anybody knows whose day it is. */
export interface ListQuery {
  of: { kind: 'all' } | { kind: 'mine' } | { kind: 'group'; group: string }
  part: ListPart
  /** Like `2026-11-20`; null: at any time. */
  day: string | null
}

export type ListCommand =
  | { kind: 'review'; id: RequestId }
  | { kind: 'list'; query: ListQuery }
  | { kind: 'usage' }
  | { kind: 'problem'; problem: QueryProblem }

/** A word that is no keyword, day or number is a group's name; `--group` says so of any word. */
export function readListCommand(text: string): ListCommand {
  if (text.length > TEXT_MAX) return { kind: 'problem', problem: { kind: 'textTooLong', max: TEXT_MAX } }
  if (asksForHelp(text)) return { kind: 'usage' }
  const { typed, stray } = readFlagWords(text, { valueless: [], greedy: [] })
  const problem = (found: QueryProblem): ListCommand => ({ kind: 'problem', problem: found })
  const flag = [...typed.keys()].find(name => name !== 'group')
  if (flag !== undefined) return problem({ kind: 'unknownWord', word: `--${flag}` })

  const mine = stray.some(word => lowered(word) === 'mine')
  const parts = stray.flatMap(word => PARTS.get(lowered(word)) ?? [])
  const days = stray.filter(word => DAY.test(word))
  // Alone a number is a request's; a group that is called so is named with --group.
  const [onlyWord = ''] = stray.length === 1 && typed.size === 0 ? stray : []
  if (/^[1-9]\d{0,14}$/.test(onlyWord)) {
    const id = requestIdSchema.safeParse(`R-${onlyWord}`).data
    if (id !== undefined) return { kind: 'review', id }
  }
  const ids = stray.flatMap(word => requestIdSchema.safeParse(word.toUpperCase()).data ?? [])
  const groups = [...(typed.get('group') ?? []), ...stray.filter(isName)]

  const [id] = ids
  if (id !== undefined) {
    return stray.length === 1 && typed.size === 0
      ? { kind: 'review', id }
      : problem({ kind: 'idNotAlone', id })
  }
  const [group] = groups
  if (groups.length > 1) return problem({ kind: 'severalGroups', groups })
  if (group === '') return problem({ kind: 'unknownWord', word: '--group' })
  if (group !== undefined && group.length > NAME_MAX) return problem({ kind: 'nameTooLong' })
  if (group !== undefined && mine) return problem({ kind: 'mineAndGroup', group })
  if (new Set(parts).size > 1) return problem({ kind: 'severalParts' })
  if (new Set(days).size > 1) return problem({ kind: 'severalDays' })
  const [day = null] = days
  if (day !== null && !exists(day)) return problem({ kind: 'noSuchDay', day })

  const isNarrowed = group !== undefined || mine || day !== null
  return {
    kind: 'list',
    query: {
      of: group !== undefined ? { kind: 'group', group } : { kind: mine ? 'mine' : 'all' },
      part: parts[0] ?? (isNarrowed ? 'any' : 'open'),
      day,
    },
  }
}

function lowered(word: string): string {
  return word.toLowerCase()
}

function isName(word: string): boolean {
  const isKeyword = lowered(word) === 'mine' || PARTS.has(lowered(word))
  return !isKeyword && !DAY.test(word) && !requestIdSchema.safeParse(word.toUpperCase()).success
}

function exists(day: string): boolean {
  const [, year, month, date] = DAY.exec(day) ?? []
  const at = new Date(Date.UTC(Number(year), Number(month) - 1, Number(date)))
  return at.toISOString().startsWith(day)
}

const daySchema = z.object({
  name: z.string().regex(DAY),
  zone: z.string().max(100),
  fromMs: z.int(),
  untilMs: z.int(),
})
/** A day as somebody somewhere has it. */
export type Day = z.output<typeof daySchema>

/** From where the day begins there to where the next one does; a zone that is not known is UTC. */
export function dayIn(zone: string | null, name: string): Day {
  const known = zone !== null && isZone(zone) ? zone : 'UTC'
  const midnight = Date.parse(`${name}T00:00:00Z`)
  return {
    name,
    zone: known,
    fromMs: dayBegins(known, midnight),
    untilMs: dayBegins(known, midnight + 24 * 3_600_000),
  }
}

/** A page of a list, as a button carries it. Whose `mine` is, says who presses it. */
const placeSchema = z.object({ createdAtMs: z.int().nonnegative(), id: requestIdSchema })
export const listPageSchema = z.object({
  of: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('all') }),
    z.object({ kind: z.literal('mine') }),
    z.object({ kind: z.literal('group'), group: z.string().min(1).max(NAME_MAX) }),
  ]),
  part: z.enum(LIST_PARTS),
  day: daySchema.nullable(),
  before: placeSchema.nullable(),
  /** How many are on the pages before this one. */
  seen: z.int().nonnegative(),
})
export type ListAsked = z.output<typeof listPageSchema>

export function filterOf({ of, part, day }: ListAsked, userId: string): ListFilter {
  return {
    of: of.kind === 'mine' ? { kind: 'requester', userId } : of,
    part,
    ...(day === null ? {} : { fromMs: day.fromMs, untilMs: day.untilMs }),
  }
}

/** A page of a history, as a button carries it. */
export const historyPageSchema = z.object({
  before: placeSchema.nullable(),
  seen: z.int().nonnegative(),
})
export type HistoryAsked = z.output<typeof historyPageSchema>

export const historyMetadataSchema = z.object({ instanceId: z.string().min(1), group: z.string().min(1) })

export function firstPage(): { before: ListPlace | null; seen: number } {
  return { before: null, seen: 0 }
}

// Who decides on a request, and how far that has got, as the card and the modals show it. Pure.
// The first card mentions them, and that is the only time: Slack tells nobody of a message that is changed.

import { peopleFor } from '../../../request/deciders.ts'
import { EVERYBODY } from '../../../request/policy.ts'
import { dealt, lacking, needsOf } from '../../../request/quorum.ts'
import type { ResetRequest } from '../../../request/request.ts'
import type { Window } from '../../../request/window.ts'
import { mentions, type Piece, spoken, text } from '../blocks/text.ts'
import type { Words } from '../language/language.ts'

/** More names than this tell nobody more. */
const NAMED = 8

export function whoDecides(words: Words, request: ResetRequest): Piece[][] {
  const { guard, votes } = request
  const left = lacking(guard, votes)
  const shown = needsOf(guard).map((need, index) => {
    const from = peopleFor(need, request)
    const people = from.includes(EVERYBODY) ? [] : withoutRequester(from, request)
    const [label, count] = [need.label, need.count]
    return { label, count, have: count - (left[index] ?? 0), ...firstOf(people) }
  })
  // A record from before there was a policy does not say who.
  if (guard.needs.length === 0) return []
  const filling = dealt(guard, votes)
  const voters = votes.map(({ by }, vote) => {
    const need = filling[vote] ?? null
    return { by, label: need === null ? null : shown.length === 1 ? '' : (shown[need]?.label ?? '') }
  })
  const [only] = shown
  if (shown.length === 1 && only?.count === 1 && only.label === '') return [words.votes.decides(only)]
  return [
    // A team that stands alone needs no name.
    ...shown.map(need => words.votes.need(shown.length === 1 ? { ...need, label: '' } : need)),
    ...(voters.length === 0 ? [] : [words.votes.soFar(voters)]),
  ]
}

/** The teams whose approval is still missing, where more than one is asked; of people who stand for themselves, none. */
export function missingTeams({ guard, votes }: Pick<ResetRequest, 'guard' | 'votes'>): string[] {
  const needs = needsOf(guard)
  const left = lacking(guard, votes)
  if (needs.length < 2) return []
  const labels = needs.flatMap(({ label }, index) => ((left[index] ?? 0) > 0 ? [label] : []))
  return labels.includes('') ? [] : [...new Set(labels)]
}

/** So many as tell anybody something, and how many more there are. */
function firstOf(people: readonly string[]): { people: string[]; more: number } {
  return { people: people.slice(0, NAMED), more: Math.max(0, people.length - NAMED) }
}

/** Whom the rule names to decide, without who may not decide on their own request. Empty: nobody in particular. */
export function deciders(request: ResetRequest): string[] {
  const people = new Set(needsOf(request.guard).flatMap(need => peopleFor(need, request)))
  if (people.has(EVERYBODY)) return []
  if (!request.guard.ownVote) people.delete(request.requester)
  return [...people]
}

/** `@bob, @platform and 3 more`, in Slack's text format; null: nobody in particular. */
export function namesOf({ votes }: Words, ids: readonly string[]): string | null {
  if (ids.length === 0 || ids.includes(EVERYBODY)) return null
  const { people, more } = firstOf(ids)
  return votes.listed(
    mentions(people)
      .filter(({ type }) => type !== 'text')
      .map(each => spoken([each])),
    more,
  )
}

/** Whom the rule names, of those who may look at a broken glass: not who broke it, nor who asked. Empty: nobody in particular. */
export function reviewers(request: ResetRequest): string[] {
  const { requester, glass } = request
  const people = new Set(needsOf(request.guard).flatMap(need => peopleFor(need, request)))
  if (people.has(EVERYBODY)) return []
  people.delete(requester)
  if (glass !== null) people.delete(glass.by)
  return [...people].slice(0, NAMED)
}

/** Who asked does not decide, unless the rule lets them; where nobody else is named, that they are says what is wrong. */
function withoutRequester(from: readonly string[], { guard, requester }: ResetRequest): readonly string[] {
  const others = guard.ownVote ? from : from.filter(each => each !== requester)
  return others.length === 0 ? from : others
}

/** What the policy asks about and Slack does not show, as long as somebody may still decide or it may still start. */
export function unreadLines(words: Words, { unread, state }: ResetRequest): Piece[][] {
  if (unread === null || (state.name !== 'pending' && state.name !== 'approved')) return []
  const { groups, holds } = unread
  const held = !holds ? null : state.name === 'pending' ? 'decision' : 'start'
  return [words.votes.unread(groups.slice(0, NAMED), Math.max(0, groups.length - NAMED), held)]
}

export function windowLine({ votes }: Words, { days, fromMinute, untilMinute, zone }: Window): Piece[] {
  const named = days.map(day => votes.days[day] ?? '')
  return [text(votes.window(named, timeOfDay(fromMinute), timeOfDay(untilMinute), zone))]
}

function timeOfDay(minute: number): string {
  const [hours, minutes] = [Math.floor(minute / 60), minute % 60]
  return `${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`
}

// The answer to /offset-requests: one page of requests, with a Review button where one is needed. Pure.

import type { Button, KnownBlock, RichTextBlock } from '@slack/types'
import type { ListPage } from '../../../ports/store.ts'
import { nearestNames } from '../../../request/nearest.ts'
import type { ActKind } from '../../../request/permissions.ts'
import type { ResetRequest } from '../../../request/request.ts'
import { clip } from '../../../request/reset.ts'
import { awaitedBy } from '../../../request/waiting.ts'
import { ACTIONS } from '../blocks/ids.ts'
import { LIMITS } from '../blocks/limits.ts'
import { cardUrl, link } from '../blocks/links.ts'
import {
  clipEscaped,
  clipMiddle,
  code,
  escaped,
  line,
  named,
  type Piece,
  paragraph,
  person,
  plain,
  strong,
  text,
} from '../blocks/text.ts'
import type { Narrowed, Then } from '../language/en/lists.ts'
import { type Words, wordsAbout } from '../language/language.ts'
import { sentenceOf } from '../language/sentences.ts'
import { type ForReader, isOffered, reviewButton } from '../thread/buttons.ts'
import type { Message } from '../thread/card.ts'
import { countsInWords } from '../wording/outcome.ts'
import { totalsInWords } from '../wording/plan.ts'
import { scopeInWords, stateAlone } from '../wording/words.ts'
import { firstPage, LIST_WORDS, type ListAsked, type ListCommand } from './query.ts'

/** With a button under each, the most that is still read. */
export const LIST_PAGE = 10
const NAME_CHARACTERS = 100
const SCOPE_CHARACTERS = 300

/** @param reader null: for anybody, without links */
export function requestList(
  words: Words,
  asked: ListAsked,
  { requests, total, next }: ListPage,
  reader: ForReader | null = null,
): Message {
  const { lists } = words
  const narrowed = narrowedTo(asked)
  if (total === 0) {
    const near = nearWord(asked)
    const meant = near === undefined ? [] : [lists.nearWord(near)]
    return message(words, [lists.none(narrowed), ...meant, lists.advice[adviceFor(asked)]], [])
  }
  const to = asked.seen + requests.length
  const place = requests.length === 0 ? lists.nothingMore : lists.shown(asked.seen + 1, to)
  const isWhole = requests.length === total
  return message(
    words,
    [lists.heading(total, narrowed), ...(isWhole ? [] : [place])],
    [...requests.flatMap(request => rowOf(words, request, reader)), ...pager(words, asked, next, to)],
  )
}

/** What was typed is no list: how one is typed, or what is wrong. It may hold what was typed, in which Slack reads nothing. */
export function noList(words: Words, typed: Extract<ListCommand, { kind: 'usage' | 'problem' }>): Message {
  const { lists } = words
  return message(
    words,
    [typed.kind === 'usage' ? lists.usage : sentenceOf(lists.problems, typed.problem)],
    [],
  )
}

function narrowedTo({ of, part, day }: ListAsked): Narrowed {
  const group = of.kind === 'group' ? named(clipMiddle(of.group, NAME_CHARACTERS)) : null
  return { mine: of.kind === 'mine', group, part, day }
}

/** A slip in one of the words that narrow a list is taken for a group's name. */
function nearWord({ of }: ListAsked): string | undefined {
  if (of.kind !== 'group') return undefined
  const { group } = of
  const alike = LIST_WORDS.filter(word => Math.abs(word.length - group.length) <= 1)
  return nearestNames(group.toLowerCase(), alike)[0]
}

function adviceFor({ of, part, day }: ListAsked): keyof Words['lists']['advice'] {
  if (of.kind !== 'all') return of.kind
  return part === 'open' && day === null ? 'all' : 'narrowed'
}

function rowOf(words: Words, request: ResetRequest, reader: ForReader | null): KnownBlock[] {
  const { id, state } = request
  const acts = reader === null ? null : (reader.acts.get(id) ?? NONE_OPEN)
  const offersReview = state.name === 'pending' && isOffered(ACTIONS.review, acts)
  return [
    requestLine(words, request, reader?.base ?? null),
    ...(offersReview ? [actions(reviewButton(words, id))] : []),
  ]
}

const NONE_OPEN: ReadonlySet<ActKind> = new Set()
const TOPICS_IN_LINE = 3

/** One request: who asks for what, then which topics, what it moves, and where its card is. */
export function requestLine(given: Words, request: ResetRequest, base: string | null): RichTextBlock {
  const words = wordsAbout(given, request)
  const { id, requester, reset, plan } = request
  const url = cardUrl(base, request)
  return paragraph(
    line(
      strong(words.card.title(id, stateAlone(words, request))),
      text(' · '),
      person(requester),
      text(' · '),
      code(clipMiddle(reset.target.group, NAME_CHARACTERS)),
      text(` · ${words.reset.strategy(reset.strategy)} · `),
      ...words.lists.asked(request.createdAtMs, thenOf(request)),
    ),
    line(
      text(clip(scopeInWords(words, reset, TOPICS_IN_LINE), SCOPE_CHARACTERS)),
      ...(plan === null ? [] : [text(` · ${totalsInWords(words, plan, request)}`)]),
      ...partlyDone(words, request),
      ...(url === null ? [] : [text(' · '), link(url, words.lists.card)]),
    ),
  )
}

/** What it waits for has an end; what is over has ended. */
function thenOf({ state, expiresAtMs }: ResetRequest): { what: Then; atMs: number } | null {
  switch (state.name) {
    case 'preparing':
    case 'pending':
      return { what: 'expires', atMs: expiresAtMs }
    case 'approved': {
      const awaited = awaitedBy(state)
      if (awaited === 'window') return { what: 'runsFrom', atMs: state.notBeforeMs }
      return awaited === 'empty' && state.wait !== null ? { what: 'waits', atMs: state.wait.untilMs } : null
    }
    case 'executing':
      return null
    case 'unclear':
      return { what: 'unclear', atMs: state.atMs }
    case 'rejected':
      return { what: 'ended', atMs: state.decision.atMs }
    default:
      return { what: 'ended', atMs: state.atMs }
  }
}

/** Beside what was planned: how much of it is done. */
function partlyDone(words: Words, { state }: ResetRequest): Piece[] {
  return state.name === 'partial' && state.outcome.kind === 'done'
    ? [text(` · ${countsInWords(words, state.outcome)}`)]
    : []
}

function pager(words: Words, asked: ListAsked, next: ListPage['next'], seen: number): KnownBlock[] {
  const { older, newest } = words.lists
  const to = (action: string, label: string, page: Pick<ListAsked, 'before' | 'seen'>): Button => ({
    type: 'button',
    action_id: action,
    text: plain(label, LIMITS.optionText),
    value: JSON.stringify({ ...asked, ...page }),
  })
  const buttons = [
    ...(next === null ? [] : [to(ACTIONS.listOlder, older, { before: next, seen })]),
    ...(asked.before === null ? [] : [to(ACTIONS.listNewest, newest, firstPage())]),
  ]
  return buttons.length === 0 ? [] : [actions(...buttons)]
}

function actions(...elements: Button[]): KnownBlock {
  return { type: 'actions', elements }
}

function message({ lists }: Words, sentences: readonly string[], blocks: KnownBlock[]): Message {
  const intro = sentences.join(lists.gap)
  return {
    text: clipEscaped(escaped(intro), LIMITS.messageText),
    blocks: [paragraph(line(text(intro))), ...blocks],
  }
}

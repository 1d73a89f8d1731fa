// The history of a group, as a modal: every reset asked for, by whom, approved by whom, from where to where. Pure.

import type { Button, KnownBlock, ModalView } from '@slack/types'
import type { ListPage } from '../../../ports/store.ts'
import { skipsArriving } from '../../../request/plan-gaps.ts'
import type { PlanRow } from '../../../request/plan-rows.ts'
import { brokeGlass, type ResetRequest } from '../../../request/request.ts'
import { grouped, type Target } from '../../../request/reset.ts'
import { ACTIONS, CALLBACKS } from '../blocks/ids.ts'
import { LIMITS } from '../blocks/limits.ts'
import { link } from '../blocks/links.ts'
import {
  clipMiddle,
  code,
  type Line,
  line,
  type Piece,
  paragraph,
  plain,
  strong,
  text,
} from '../blocks/text.ts'
import type { Words } from '../language/language.ts'
import { firstPage, type HistoryAsked } from '../lists/query.ts'
import { followerLines } from '../thread/card.ts'
import { parentInWords } from '../wording/facts.ts'
import { countsInWords } from '../wording/outcome.ts'
import { becameOf, totalsInWords } from '../wording/plan.ts'
import { stateAlone } from '../wording/words.ts'

export const HISTORY_PAGE = 20
const TOPICS_SHOWN = 5
const NAME_CHARACTERS = 100

/** What a request did to one topic, or would have. */
export interface TopicMove {
  topic: string
  partitions: number
  /** Of them, those that were where they were to go when it was planned. */
  there: number
  from: Range | null
  /** Null: only the API knew. */
  to: Range | null
  replays: bigint
  skips: bigint
  isExact: boolean
}

interface Range {
  least: bigint
  most: bigint
}

/** @param moves null: there are too many rows to look at here; `notWhole`: those that are kept do not match the record */
export interface HistoryEntry {
  request: ResetRequest
  moves: readonly TopicMove[] | 'notWhole' | null
  /** Where its card is; null: not known. */
  link: string | null
  /** Of links to other cards, as links.ts has it. */
  base?: string | null
}

/** By topic, in the order of the rows. */
export function topicMoves(rows: readonly PlanRow[]): TopicMove[] {
  const moves = new Map<string, TopicMove>()
  for (const { topic, from, to, replays, skips, certainty } of rows) {
    const before = moves.get(topic)
    moves.set(topic, {
      topic,
      partitions: (before?.partitions ?? 0) + 1,
      there: (before?.there ?? 0) + (to !== null && to === from ? 1 : 0),
      from: widened(before?.from ?? null, from),
      to: widened(before?.to ?? null, to),
      replays: (before?.replays ?? 0n) + replays,
      skips: (before?.skips ?? 0n) + skips,
      isExact: (before?.isExact ?? true) && certainty === 'exact',
    })
  }
  return [...moves.values()]
}

function widened(range: Range | null, offset: bigint | null): Range | null {
  if (offset === null) return range
  if (range === null) return { least: offset, most: offset }
  return {
    least: offset < range.least ? offset : range.least,
    most: offset > range.most ? offset : range.most,
  }
}

/** @param notice what has come of a button, above everything else */
export function historyModal(
  words: Words,
  target: Target,
  asked: HistoryAsked,
  { total, next }: Pick<ListPage, 'total' | 'next'>,
  entries: readonly HistoryEntry[],
  notice?: string,
): ModalView {
  const { history, lists, answers } = words
  const names = [
    clipMiddle(target.group, NAME_CHARACTERS),
    clipMiddle(target.instanceId, NAME_CHARACTERS),
  ] as const
  const seen = asked.seen + entries.length
  const isWhole = entries.length === total
  return {
    type: 'modal',
    callback_id: CALLBACKS.history,
    title: plain(history.title, LIMITS.viewTitle),
    close: plain(answers.close, LIMITS.viewTitle),
    private_metadata: JSON.stringify({ ...target, ...asked }),
    blocks: [
      ...(notice === undefined ? [] : [paragraph(line(strong(notice)))]),
      paragraph(
        line(...(total === 0 ? history.none(...names) : history.heading(...names, total))),
        ...(isWhole ? [] : [line(text(placeIn(words, asked.seen, entries.length)))]),
      ),
      ...entries.map(entry => entryBlock(words, entry)),
      ...(total === 0 ? [] : [pager(words, { asked, next, seen, labels: lists })]),
    ],
  }
}

function placeIn({ lists }: Words, seen: number, count: number): string {
  return count === 0 ? lists.nothingMore : lists.shown(seen + 1, seen + count)
}

function entryBlock(words: Words, { request, moves, link: url, base = null }: HistoryEntry): KnownBlock {
  const { id, createdAtMs, reset, parent } = request
  return paragraph(
    line(
      strong(words.card.title(id, stateAlone(words, request))),
      text(' · '),
      words.times.moment(createdAtMs),
      ...(url === null ? [] : [text(' · '), link(url, words.history.card)]),
    ),
    ...(parent === null ? [] : [line(text(words.reset.ofParent(parentInWords(words, parent))))]),
    ...followerLines(words, request, base),
    line(...words.history.askedBy(request.requester), ...decidedBy(words, request)),
    line(text(words.reset.strategyAlone(reset.strategy)), ...outcomeOf(words, request)),
    ...moveLines(words, request, moves),
  )
}

function decidedBy({ history }: Words, request: ResetRequest): Piece[] {
  const { state } = request
  if (state.name === 'rejected') return history.rejectedBy(state.decision.by)
  if (state.name === 'cancelled') return history.cancelledBy(state.by)
  const { glass } = request
  if (glass !== null && brokeGlass(request))
    return [
      ...history.withoutApproval(glass.by),
      ...(glass.review === null ? [] : history.reviewedBy(glass.review.by)),
    ]
  const by = approversOf(request)
  return by.length === 0 ? [] : history.approvedBy(by)
}

/** In the order of their approvals, the one that settled it last. Who broke the glass has approved nothing. */
export function approversOf(request: Pick<ResetRequest, 'votes' | 'state' | 'glass'>): string[] {
  const { votes, state } = request
  const isDecided = 'decision' in state && state.decision !== null && !brokeGlass(request)
  const last = isDecided && state.decision !== null ? [state.decision] : []
  const approvals = [...votes, ...last].filter(({ verdict }) => verdict === 'approve')
  return [...new Set(approvals.map(({ by }) => by))]
}

function outcomeOf(words: Words, { state }: ResetRequest): Piece[] {
  if (!('outcome' in state) || state.outcome.kind !== 'done') return []
  return [text(' · '), text(countsInWords(words, state.outcome))]
}

function moveLines(words: Words, request: ResetRequest, moves: HistoryEntry['moves']): Line[] {
  const { plan, reset, state } = request
  if (plan === null) {
    return [line(text(state.name === 'preparing' ? words.history.noPlanYet : words.history.noPlan))]
  }
  if (moves === 'notWhole') return [line(text(words.history.notWhole))]
  if (moves === null) return [line(text(totalsInWords(words, plan, request)))]
  const shown = moves.slice(0, TOPICS_SHOWN)
  const left = moves.length - shown.length
  const grows = skipsArriving(plan, reset)
  return [
    ...shown.map(move =>
      line(
        code(clipMiddle(move.topic, NAME_CHARACTERS)),
        text(moveInWords(words, move, { grows, became: becameOf(state) })),
      ),
    ),
    ...(left > 0 ? [line(text(words.history.moreTopics(left)))] : []),
  ]
}

function moveInWords(
  { history, plan }: Words,
  move: TopicMove,
  { grows, became }: { grows: boolean; became: ReturnType<typeof becameOf> },
): string {
  const does = became === null ? plan.effects : became === 'notDone' ? history.wouldHave : history.wasTo
  const { partitions, there, from, to, replays, skips, isExact } = move
  const amount = (count: bigint) => {
    const said = plan.messages(count)
    if (grows) return plan.asOfPlan(said)
    return isExact ? said : plan.atMost(said)
  }
  return history[became === null ? 'move' : 'planned']({
    partitions,
    there,
    from: from === null ? '–' : rangeInWords(from),
    to: to === null ? null : rangeInWords(to),
    effects: [
      ...(replays > 0n ? [does.replays(amount(replays))] : []),
      ...(skips > 0n ? [does.skips(amount(skips))] : []),
    ],
  })
}

function rangeInWords({ least, most }: Range): string {
  return least === most ? grouped(least) : `${grouped(least)}–${grouped(most)}`
}

interface Paging {
  asked: HistoryAsked
  next: ListPage['next']
  /** How many there are up to the end of this page. */
  seen: number
  labels: Pick<Words['lists'], 'older' | 'newest'>
}

function pager({ history }: Words, { asked, next, seen, labels }: Paging): KnownBlock {
  const to = (action: string, label: string, page: HistoryAsked): Button => ({
    type: 'button',
    action_id: action,
    text: plain(label, LIMITS.optionText),
    value: JSON.stringify(page),
  })
  return {
    type: 'actions',
    elements: [
      ...(next === null ? [] : [to(ACTIONS.historyOlder, labels.older, { before: next, seen })]),
      ...(asked.before === null ? [] : [to(ACTIONS.historyNewest, labels.newest, firstPage())]),
      to(ACTIONS.historyCsv, history.download, asked),
    ],
  }
}

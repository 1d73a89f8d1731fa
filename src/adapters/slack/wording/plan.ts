// What a plan would do: direction is always a verb, and what is not certain is said to be so. The words are in language/.

import type { KnownBlock } from '@slack/types'
import type { Expiring } from '../../../request/message-expiry.ts'
import type { Plan } from '../../../request/plan.ts'
import { skipsArriving } from '../../../request/plan-gaps.ts'
import type { PlanRow } from '../../../request/plan-rows.ts'
import type { Rehearsal } from '../../../request/rehearsal.ts'
import type { ResetRequest } from '../../../request/request.ts'
import { grouped, type Reset } from '../../../request/reset.ts'
import type { Done } from '../../../request/result.ts'
import { isOfBounds } from '../../../request/settling.ts'
import type { State } from '../../../request/state.ts'
import { bullets, clipMiddle, code, line, type Piece, strong, text } from '../blocks/text.ts'
import type { Words } from '../language/language.ts'
import { causeInWords } from './cause.ts'

const PLACES_NAMED = 5
const PARTITIONS_NAMED = 10
const NAME_MAX = 100
/** What takes less is over before anybody asks. */
const TAKES_TIME_MS = 1_000

/** `Replays 370,000 messages on 7 of 64 partitions. Skips none.`; as what was planned, where that is not what is proven. */
export function totalsInWords(
  words: Words,
  plan: Plan,
  request: Pick<ResetRequest, 'reset' | 'state'>,
): string {
  const totals = planTotals(words, plan, request)
  const became = becameOf(request.state)
  return plan.moving > 0 && became !== null ? words.plan.planned[became](totals) : totals
}

/** Null: it is still to run, it runs, or all of it is proven. */
export function becameOf(state: State): keyof Words['plan']['planned'] | null {
  if (hasNotRun(state)) return 'notDone'
  if (state.name === 'unclear') return 'unknown'
  const isVouchedFor = state.name === 'succeeded' && state.outcome.kind === 'testified'
  return state.name === 'partial' || isVouchedFor ? 'notAllProven' : null
}

/** It has ended, and certainly moved nothing. */
function hasNotRun(state: State): boolean {
  switch (state.name) {
    case 'rejected':
    case 'cancelled':
    case 'expired':
      return true
    case 'failed':
      return state.outcome.kind !== 'done' || hasOnlyFailed(state.outcome)
    default:
      return false
  }
}

function hasOnlyFailed({ counts, rows }: Done): boolean {
  return counts.failed === rows
}

function planTotals(
  { plan: say }: Words,
  plan: Plan,
  { reset, state }: Pick<ResetRequest, 'reset' | 'state'>,
): string {
  const { replays, skips, certainty, moving, partitions } = plan
  const all = say.where(moving, partitions)
  const where = say.where(moving - (plan.passingNone ?? 0), partitions)
  if (skipsArriving(plan, reset) && moving > 0) {
    const hasRun = state.name === 'succeeded' || state.name === 'partial'
    if (reset.strategy.kind === 'shift')
      return say.skipsUpTo(say.messages(skips), where, grouped(reset.strategy.count))
    return say.skipsArriving(say.messages(skips), where, hasRun)
  }
  if (certainty === 'unknown' && !isOfBounds(plan)) {
    return replays + skips === 0n
      ? say.unknownTotals(where)
      : say.unknownTotalsAtMost(say.messages(replays), say.messages(skips), where)
  }
  const amount = (count: bigint) =>
    certainty === 'exact' ? say.messages(count) : say.atMost(say.messages(count))
  if (replays > 0n && skips > 0n) return say.replaysAndSkips(amount(replays), amount(skips), where)
  if (replays > 0n) return say.replaysOnly(amount(replays), where)
  if (skips > 0n) return say.skipsOnly(amount(skips), where)
  return moving === 0 ? say.movesNone(partitions, plan.noCommit) : say.passesNone(all)
}

/** `12 430 messages`, or `at most 12 430 messages` where the plan is not exact. */
export function skipsInWords(
  { plan: say }: Words,
  { skips, certainty }: Pick<Plan, 'skips' | 'certainty'>,
): string {
  return certainty === 'exact' ? say.messages(skips) : say.atMost(say.messages(skips))
}

/**
 * What happens to one partition: `replays 12 430`. @param count how a count is written
 * @param grows with what arrives until it runs
 */
export function effectInWords(
  words: Words,
  row: PlanRow,
  count: (count: bigint) => string,
  grows: boolean,
): string {
  const { effects, asOfPlan } = words.plan
  const effect =
    grows && row.from !== null && row.to === row.logEnd
      ? effects.skips(asOfPlan(count(row.skips)))
      : movementInWords(words, row, count)
  return row.note === null ? effect : words.plan.noted[row.note](effect)
}

function movementInWords(
  { plan: { effects, atMost } }: Words,
  { replays, skips, certainty, from, to, note }: PlanRow,
  count: (count: bigint) => string,
) {
  if (certainty === 'unknown') {
    return replays + skips === 0n ? effects.unknown : effects.either(count(replays), count(skips))
  }
  const amount = (value: bigint) => (certainty === 'bound' ? atMost(count(value)) : count(value))
  if (replays > 0n) return effects.replays(amount(replays))
  if (skips > 0n) return effects.skips(amount(skips))
  if (to === null && note === 'noCommit') return effects.staysAsItIs
  return to === from ? effects.stays : effects.passesNone
}

/** One of the biggest movers: `orders p3: 442,430 → 430,000 (replays 12,430)`. */
function moverLine(words: Words, row: PlanRow, grows: boolean) {
  const { topic, partition, from, to } = row
  const effect = effectInWords(words, row, grouped, grows)
  return line(
    code(`${clipMiddle(topic, NAME_MAX)} p${partition}`),
    text(words.plan.goesTo(from === null ? '–' : grouped(from), to === null ? null : grouped(to), effect)),
  )
}

/** The partitions that move most, and how many more move. @param grows as moverLine has it */
export function moversInWords(words: Words, plan: Plan, grows: boolean): KnownBlock[] {
  const { biggest, moving } = plan
  const left = moving - biggest.length
  if (biggest.length === 0) return []
  return [
    bullets([
      ...biggest.map(row => moverLine(words, row, grows)),
      ...(left > 0 ? [line(text(words.plan.moreMove(left)))] : []),
    ]),
  ]
}

/** What a plan does in all. */
export function planHead(words: Words, plan: Plan, request: Pick<ResetRequest, 'reset' | 'state'>): Piece[] {
  return [strong(totalsInWords(words, plan, request))]
}

function rehearsalInWords({ watch: say }: Words, plan: Plan, seenNow?: Rehearsal): string[] {
  const isAtMost = plan.lagIsExact === false
  if (seenNow !== undefined) return [say.rehearsal(seenNow, isAtMost, { isOfLook: true })]
  return plan.rehearsal === undefined ? [] : [say.rehearsal(plan.rehearsal, isAtMost)]
}

/**
 * What else is to be known before deciding, a line each.
 * @param seenNow what a look since the plan has seen of the rate; absent: nothing
 */
export function planDetails(
  words: Words,
  { plan, parent, reset }: Pick<ResetRequest, 'plan' | 'parent' | 'reset'>,
  seenNow?: Rehearsal,
): Piece[][] {
  if (plan === null) return []
  const lines = [
    ...leftOut(words, plan, reset),
    lagInWords(words, plan, reset),
    ...rehearsalInWords(words, plan, seenNow),
    ...(plan.expiring === undefined ? [] : [expiringInWords(words, plan.expiring)]),
    ...cautions(words, plan, reset),
  ]
  if (plan.movedSince !== null && parent !== null)
    lines.push(movedSinceInWords(words, plan.movedSince, plan.movedBy ?? [], parent, reset))
  if (parent?.kind === 'undo' && plan.skips > 0n) lines.push(words.plan.onlyOffsets)
  const { writing } = plan
  if (writing !== null && writing.atLeastMs >= TAKES_TIME_MS) {
    const { calls, atLeastMs, atMostMs } = writing
    lines.push(words.plan.writing(calls, atLeastMs, atMostMs))
  }
  return [...lines, words.plan.written[plan.execution]].map(sentence => [text(sentence)])
}

/** The price of waiting. */
function expiringInWords({ plan: say }: Words, { messages, partitions, most, lookedAt }: Expiring): string {
  const place = `${clipMiddle(most.topic, NAME_MAX)} p${most.partition}`
  const said = say.expiring(messages, partitions, place, most.messages)
  return lookedAt === undefined ? said : `${said}${say.expiringLookedAt(lookedAt.partitions, lookedAt.of)}`
}

/** How far the exact offsets are that are to be within the bounds. */
export function settlingInWords(
  words: Words,
  { cause, progress, retryAtMs }: NonNullable<ResetRequest['settling']>,
): Piece[] {
  return cause !== undefined && (progress?.total ?? 0) === 0
    ? words.card.notSettledYet(causeInWords(words, cause), retryAtMs)
    : words.card.settling(progress)
}

/** The same of a request that waits for a decision; what is approved says so first of all. */
export function settlingLines(words: Words, { plan, settling, state }: ResetRequest): Piece[][] {
  return settling && isOfBounds(plan) && state.name === 'pending' ? [settlingInWords(words, settling)] : []
}

/** What was named, or given, and takes no part. */
function leftOut(
  { plan: say }: Words,
  { idleTopics = [], idlePartitions = 0 }: Plan,
  { strategy, leftOut: ofFile }: Reset,
): string[] {
  const group = strategy.kind === 'group' ? clipMiddle(strategy.group, NAME_MAX) : null
  const topics = idleTopics.slice(0, PLACES_NAMED).map(topic => clipMiddle(topic, NAME_MAX))
  return [
    ...(topics.length === 0 ? [] : [say.idleTopics(topics, idleTopics.length - topics.length, group)]),
    ...(idlePartitions === 0 ? [] : [say.idlePartitions(idlePartitions, group)]),
    ...(ofFile === undefined ? [] : [say.otherGroups(ofFile.rows, ofFile.groups, ofFile.moreGroups)]),
  ]
}

function lagInWords({ plan: say }: Words, plan: Plan, reset: Reset): string {
  const { lagBefore, lagAfter, certainty, lagIsExact = certainty === 'exact' } = plan
  if (skipsArriving(plan, reset)) return say.lagWhenPlanned(grouped(lagBefore))
  const after = grouped(lagAfter)
  return say.lag(grouped(lagBefore), lagIsExact ? after : say.atMost(after))
}

function cautions(words: Words, plan: Plan, reset: Reset): string[] {
  const { atStart, atEnd, noCommit, jumping, unseenTopics, certainty, unread } = plan
  const { sparseTopics = [], lateTopics = [] } = plan
  const { plan: say } = words
  const found: string[] = []
  if (jumping.partitions > 0) {
    const where = placesInWords(words, jumping.first, jumping.partitions)
    const skipped = skipsArriving(plan, reset)
      ? say.andArriving(say.messages(jumping.skips))
      : skipsInWords(words, { skips: jumping.skips, certainty })
    found.push(say.jumps(where, skipped, jumping.partitions))
  }
  if (atStart + atEnd > 0) found.push(say.heldBack(atStart, atEnd))
  if (noCommit > 0) found.push(say.noCommit(noCommit))
  if (unread !== undefined) {
    found.push(
      say.unread(placesInWords(words, unread.first, unread.partitions), causeInWords(words, unread.cause)),
    )
  }
  if (sparseTopics.length > 0) {
    const named = sparseTopics.slice(0, PLACES_NAMED).map(topic => clipMiddle(topic, NAME_MAX))
    found.push(say.sparse(named, sparseTopics.length - named.length))
  }
  if (lateTopics.length > 0) {
    const named = lateTopics.slice(0, PLACES_NAMED).map(topic => clipMiddle(topic, NAME_MAX))
    found.push(say.timesMayBeLate(named, lateTopics.length - named.length))
  }
  if (unseenTopics.length > 0) {
    const named = unseenTopics.slice(0, PLACES_NAMED).map(topic => clipMiddle(topic, NAME_MAX))
    found.push(say.unseen(named, unseenTopics.length - named.length))
  }
  return found
}

function movedSinceInWords(
  { plan: say }: Words,
  partitions: number,
  by: readonly string[],
  { id, kind }: NonNullable<ResetRequest['parent']>,
  { strategy }: Reset,
): string {
  if (partitions === 0) return say.stillThere(id, kind)
  const isShift = strategy.kind === 'shift'
  const then = kind === 'undo' ? (isShift ? 'undoShift' : 'undo') : isShift ? 'retryShift' : 'retry'
  return say.movedSince(partitions, id, by, then)
}

/** `partitions 3 and 7 of orders`, or `orders 3, payments 0 and 4 more`; of `total` places the first are named. */
export function placesInWords({ plan: say }: Words, first: readonly string[], total: number): string {
  const places = first.map(place => {
    const at = place.lastIndexOf(' ')
    return { topic: place.slice(0, at), partition: place.slice(at + 1) }
  })
  const [one] = places
  if (one !== undefined && places.every(({ topic }) => topic === one.topic)) {
    const named = places.slice(0, PARTITIONS_NAMED).map(({ partition }) => partition)
    return say.partitionsOf(clipMiddle(one.topic, NAME_MAX), named, total - named.length)
  }
  const named = places
    .slice(0, PLACES_NAMED)
    .map(({ topic, partition }) => `${clipMiddle(topic, NAME_MAX)} ${partition}`)
  return say.places(named, total - named.length)
}

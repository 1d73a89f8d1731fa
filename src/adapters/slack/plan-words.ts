// What a plan would do, in words: direction is always a verb, and what is not certain is said to be so. Pure.

import { shortDigest } from '../../request/digest.ts'
import type { Plan, PlanRow } from '../../request/plan.ts'
import type { ResetRequest } from '../../request/request.ts'
import { counted, grouped, type Reset } from '../../request/reset.ts'
import { clipMiddle, code, line, listed, moment, type Piece, strong, words } from './text.ts'

const PLACES_NAMED = 5
const PARTITIONS_NAMED = 10
const NAME_MAX = 100

/** `1 message`, `12 430 messages` */
export function messages(count: bigint): string {
  return `${grouped(count)} ${count === 1n ? 'message' : 'messages'}`
}

/** `Replays 370 000 messages on 7 of 64 partitions. Skips none.` */
export function totalsInWords(plan: Plan): string {
  const { replays, skips, certainty, moving, partitions } = plan
  const where = `on ${moving === partitions ? '' : `${grouped(moving)} of `}${counted(partitions, 'partition')}`
  if (certainty === 'unknown') {
    return replays + skips === 0n
      ? `Unknown before it runs: what it does ${where}.`
      : `Unknown before it runs: replays at most ${messages(replays)}, skips at most ${messages(skips)}, ${where}.`
  }
  const most = certainty === 'bound' ? 'at most ' : ''
  if (replays > 0n && skips > 0n) {
    return `Replays ${most}${messages(replays)} and skips ${most}${messages(skips)}, ${where}.`
  }
  if (replays > 0n) return `Replays ${most}${messages(replays)} ${where}. Skips none.`
  if (skips > 0n) return `Skips ${most}${messages(skips)} ${where}. Replays none.`
  return moving === 0
    ? `Moves none of ${counted(partitions, 'partition')}: each stands there already, or stays as it is.`
    : `Replays none and skips none: only sets where the group stands ${where}.`
}

/** `12 430 messages`, or `at most 12 430 messages` where the plan is not exact. */
export function skipsInWords({ skips, certainty }: Pick<Plan, 'skips' | 'certainty'>): string {
  return certainty === 'exact' ? messages(skips) : `at most ${messages(skips)}`
}

/** What happens to one partition: `replays 12 430`. @param say how a count is written */
export function effectInWords(row: PlanRow, say: (count: bigint) => string): string {
  return `${movementInWords(row, say)}${NOTES[row.note ?? 'none']}`
}

function movementInWords(
  { replays, skips, certainty, from, to, note }: PlanRow,
  say: (count: bigint) => string,
) {
  if (certainty === 'unknown') {
    return replays + skips === 0n
      ? 'unknown before it runs'
      : `replays at most ${say(replays)} or skips at most ${say(skips)}`
  }
  const most = certainty === 'bound' ? 'at most ' : ''
  if (replays > 0n) return `replays ${most}${say(replays)}`
  if (skips > 0n) return `skips ${most}${say(skips)}`
  if (to === null && note === 'noCommit') return 'stays as it is'
  return to === from ? 'stays' : 'passes no message'
}

const NOTES = {
  atStart: ' (log starts there)',
  atEnd: ' (log ends there)',
  noMessageSince: ' (to the end: no message that late)',
  noCommit: ' (nothing committed yet)',
  none: '',
}

/** One of the biggest movers: `orders 3: 442 430 → 430 000, replays 12 430 messages`. */
export function moverLine(row: PlanRow) {
  const goesTo = row.to === null ? 'known when it runs' : grouped(row.to)
  return line(
    code(`${clipMiddle(row.topic, NAME_MAX)} ${row.partition}`),
    words(` ${row.from === null ? '–' : grouped(row.from)} → ${goesTo}, ${effectInWords(row, messages)}`),
  )
}

/** The head of a plan: which one it is and what it does in all. */
export function planHead(plan: Plan): Piece[] {
  return [strong(`Plan ${shortDigest(plan.digest)}`), words(': '), words(totalsInWords(plan))]
}

/** What else is to be known before deciding, a line each. */
export function planDetails({
  plan,
  parent,
  reset,
}: Pick<ResetRequest, 'plan' | 'parent' | 'reset'>): Piece[][] {
  if (plan === null) return []
  const lines = [lagInWords(plan), ...cautions(plan)]
  if (plan.movedSince !== null && parent !== null)
    lines.push(movedSinceInWords(plan.movedSince, parent.id, reset))
  return [
    ...lines.map(text => [words(text)]),
    [words(EXECUTION_WORDS[plan.execution]), words(' Made '), moment(plan.atMs), words('.')],
  ]
}

const EXECUTION_WORDS = {
  offsets: 'Written as exact offsets: messages that arrive after the plan are neither skipped nor replayed.',
  native:
    'CKafka works the offsets out when it runs (API 2.0, or a plan that is not exact), so what arrives until then counts as well.',
}

function lagInWords({ lagBefore, lagAfter, certainty }: Plan): string {
  const most = certainty === 'exact' ? '' : 'at most '
  return `Lag: ${grouped(lagBefore)} before, ${most}${grouped(lagAfter)} after.`
}

function cautions(plan: Plan): string[] {
  const { atStart, atEnd, noCommit, jumping, unseenTopics, certainty } = plan
  const found: string[] = []
  if (jumping.partitions > 0) {
    const where = placesInWords(jumping.first, jumping.partitions)
    const skipped = skipsInWords({ skips: jumping.skips, certainty })
    found.push(
      `No message is as late as the time asked for: would jump to the end on ${where} and skip ${skipped} there.`,
    )
  }
  const held = [
    ...(atStart > 0 ? [`${counted(atStart, 'partition')} at the log’s start`] : []),
    ...(atEnd > 0 ? [`${counted(atEnd, 'partition')} at the log’s end`] : []),
  ]
  if (held.length > 0) found.push(`Held back, because the log reaches no further: ${listed(held)}.`)
  if (noCommit > 0) {
    found.push(`${counted(noCommit, 'partition')} ${noCommit === 1 ? 'has' : 'have'} no committed offset.`)
  }
  if (unseenTopics.length > 0) {
    const named = unseenTopics.slice(0, PLACES_NAMED).map(topic => clipMiddle(topic, NAME_MAX))
    const where = listed(named, unseenTopics.length - named.length)
    found.push(`No partition of ${where} could be seen, so it will fail there. Check the spelling.`)
  }
  return found
}

function movedSinceInWords(partitions: number, parent: string, { strategy }: Reset): string {
  if (partitions === 0) return `Every partition still stands where ${parent} left it.`
  const moved = `${counted(partitions, 'partition')} moved on since ${parent} ran.`
  return strategy.kind === 'shift'
    ? `${moved} The same shift backwards does not lead to where they stood before.`
    : `${moved} The undo takes that back as well.`
}

/** `partitions 3 and 7 of orders`, or `orders 3, payments 0 and 4 more`; of `total` places the first are named. */
export function placesInWords(first: readonly string[], total: number): string {
  const places = first.map(place => {
    const at = place.lastIndexOf(' ')
    return { topic: place.slice(0, at), partition: place.slice(at + 1) }
  })
  const [one] = places
  if (one !== undefined && places.every(({ topic }) => topic === one.topic)) {
    const named = places.slice(0, PARTITIONS_NAMED).map(({ partition }) => partition)
    const noun = total === 1 ? 'partition' : 'partitions'
    return `${noun} ${listed(named, total - named.length)} of ${clipMiddle(one.topic, NAME_MAX)}`
  }
  const named = places
    .slice(0, PLACES_NAMED)
    .map(({ topic, partition }) => `${clipMiddle(topic, NAME_MAX)} ${partition}`)
  return listed(named, total - named.length)
}

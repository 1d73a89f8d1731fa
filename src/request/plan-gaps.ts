// What a plan does not know, or knows less well: which topics and partitions that concerns, and what of it people are told.

import { placeOf } from './group.ts'
import type { Execution, Plan } from './plan.ts'
import type { Facts, PlanRow } from './plan-rows.ts'
import { chosenPartitions, type Reset } from './reset.ts'

/** Whether it is known where the partition goes, or that it stays; the counts may be known less well. */
export function isSure({ certainty, to, logStart }: PlanRow): boolean {
  return certainty === 'exact' || (certainty === 'bound' && to !== null && logStart !== null)
}

/** Where the target is sure and the counts are not. */
export function sparseIn(rows: readonly PlanRow[]): Pick<Plan, 'sparseTopics'> {
  const sparse = rows.filter(row => row.certainty === 'bound' && isSure(row)).map(({ topic }) => topic)
  return sparse.length === 0 ? {} : { sparseTopics: [...new Set(sparse)] }
}

/** Of what was looked up; where the API works it out by itself, it looks in the log. */
export function lateIn(
  rows: readonly PlanRow[],
  execution: Execution,
  { firstMessages, lateTimes }: Pick<Facts, 'firstMessages' | 'lateTimes'>,
): Pick<Plan, 'lateTopics'> {
  if (execution === 'native' || firstMessages === undefined) return {}
  const late = rows.filter(
    ({ topic, partition }) => lateTimes?.has(topic) && firstMessages.has(placeOf(topic, partition)),
  )
  return late.length === 0 ? {} : { lateTopics: [...new Set(late.map(({ topic }) => topic))] }
}

/**
 * The API works it out when it runs, and some of it goes to wherever the log ends then, so that its counts grow with what
 * arrives until then: to the latest, to a time that is still to come, and a shift that the log's end holds back.
 */
export function skipsArriving(
  { execution, atMs, jumping, partitions, atEnd }: GrowingPlan,
  { strategy }: Pick<Reset, 'strategy'>,
): boolean {
  if (execution !== 'native') return false
  switch (strategy.kind) {
    case 'latest':
      return true
    case 'time':
      return strategy.timeMs > atMs && jumping.partitions === partitions
    case 'shift':
      return atEnd > 0
    default:
      return false
  }
}

type GrowingPlan = Pick<Plan, 'execution' | 'atMs' | 'jumping' | 'partitions' | 'atEnd'>

const UNREAD_NAMED = 10

export function unreadIn(
  reset: Reset,
  unread: ReadonlyMap<string, string> = new Map(),
): Pick<Plan, 'unread'> {
  const chosen = chosenPartitions(reset)
  const places = [...unread].filter(([place]) => {
    const at = place.lastIndexOf(' ')
    return chosen.get(place.slice(0, at))?.has(Number(place.slice(at + 1))) !== false
  })
  const [one] = places
  if (one === undefined) return {}
  const first = places.slice(0, UNREAD_NAMED).map(([place]) => place)
  return { unread: { partitions: places.length, first, cause: one[1] } }
}

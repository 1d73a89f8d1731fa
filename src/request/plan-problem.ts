// Why there is nothing of a plan to approve. Pure.

import { causeOf } from './cause.ts'
import { placeOf } from './group.ts'
import type { PlanRow } from './plan-rows.ts'
import { clip, type Reset, type Targets } from './reset.ts'

/** So many of the places that are not there are named. */
const PLACES_NAMED = 3

/** Why there is nothing to approve. */
export function problemWith(
  { topics, partitions, strategy }: Reset,
  rows: readonly PlanRow[],
  seen: ReadonlySet<string>,
  targets: Targets | undefined,
): string | null {
  if (topics.length === 0) return causeOf('nothingCommitted')
  // The rows of a plan are kept as lines of words, and Kafka allows no blank in a name.
  const unfit = topics.find(topic => /\s|^$/.test(topic))
  if (unfit !== undefined) return causeOf('topicUnfit', clip(unfit, 100))
  const named = [
    ...Object.entries(partitions).flatMap(([topic, chosen]) => chosen.map(each => placeOf(topic, each))),
    ...(targets?.keys() ?? []),
  ]
  const missing = named.filter(place => !seen.has(place))
  if (missing.length > 0) {
    const first = missing.slice(0, PLACES_NAMED)
    return causeOf('partitionsMissing', `${missing.length - first.length}`, ...first)
  }
  if (rows.some(({ to, certainty }) => to !== null || certainty !== 'exact')) return null
  if (rows.length > 0) return causeOf('nothingToShift')
  if (strategy.kind === 'group') return causeOf('otherNothingCommitted', strategy.group)
  return causeOf('topicsNotSeen', ...topics.slice(0, PLACES_NAMED))
}

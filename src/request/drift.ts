// Whether the world has moved since a plan was made: the same questions asked again, and what the answers mean for it.
// It must never call harmless what would make the plan do something else than was approved.

import { z } from 'zod'
import { type Group, hasMembers, type Position, placeOf } from './group.ts'
import { type Execution, isWritten, type Plan } from './plan.ts'
import { type Facts, type PlanRow, planRows } from './plan-rows.ts'
import { chosenPartitions, int64Schema, type Reset } from './reset.ts'

/** One kind of difference: on how many partitions, and the first of them with the offset then and now. */
export const differenceSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.enum([
      ...(['committedMoved', 'partitionAppeared', 'partitionGone', 'targetLeftLog'] as const),
      /** The first message at the time is not within the log as it was when its bounds were approved. */
      'outsideBounds',
    ]),
    partitions: z.int(),
    first: z.object({
      topic: z.string(),
      partition: z.int(),
      was: int64Schema.nullable(),
      is: int64Schema.nullable(),
    }),
  }),
  z.object({ kind: z.literal('skipsGrew'), was: int64Schema, is: int64Schema }),
  /** The group is gone, or stands there without any of its offsets. */
  z.object({ kind: z.literal('groupRecreated') }),
])
export type Difference = z.output<typeof differenceSchema>

export type Drift =
  | { verdict: 'unchanged' }
  /** The logs have moved on, and every target still holds. */
  | { verdict: 'harmless' }
  /** Its consumers go on committing, so that any plan is old at once: it is made anew when the group is empty. */
  | { verdict: 'consuming' }
  | { verdict: 'material'; differences: Difference[] }

/** A native plan is worked out when it runs: so much more than planned it may skip before people are asked again. */
const TOLERATED_PERCENT = 10n
const TOLERATED_MESSAGES = 100n

export interface Observation {
  group: Group
  /** Positions of every partition in scope; log starts where they could be read in time. */
  facts: Facts
}

/** @param planned the group as it was seen when the plan was made */
export function driftSince(
  reset: Reset,
  plan: Pick<Plan, 'execution' | 'skips'>,
  rows: readonly PlanRow[],
  { group, facts }: Observation,
  planned: Group | null = null,
): Drift {
  const { now, others } = sorted(rows, facts)
  const found = createFindings()
  let haveMoved = false
  for (const [index, row] of rows.entries()) {
    const position = now[index]
    if (position === undefined) {
      // A quick look may not list what has no commit; and what cannot be read is not gone.
      if (facts.unread?.has(placeOf(row.topic, row.partition)) === true) continue
      if (row.from !== null) found.add('partitionGone', row, row.from, null)
    } else {
      if (position.committed !== row.from) found.add('committedMoved', row, row.from, position.committed)
      const left = leftLogBy(row, position, plan.execution)
      if (left !== null) found.add('targetLeftLog', row, row.to, left)
      if (position.logEnd !== row.logEnd) haveMoved = true
      else if (position.logStart !== null && position.logStart !== row.logStart) haveMoved = true
    }
  }
  for (const position of appeared(reset, others)) {
    found.add('partitionAppeared', position, null, position.committed)
  }

  const differences: Difference[] = isRecreated(group, planned, rows, now)
    ? [{ kind: 'groupRecreated' }]
    : found.differences()
  if (plan.execution === 'native') {
    const positions = [...withStarts(rows, now), ...others]
    const skips = planRows(reset, { ...facts, positions }).reduce((sum, row) => sum + row.skips, 0n)
    if (skips > plan.skips + tolerance(plan.skips)) {
      differences.push({ kind: 'skipsGrew', was: plan.skips, is: skips })
    }
  }
  if (differences.length > 0) {
    const onlyCommits = differences.every(({ kind }) => kind === 'committedMoved')
    return hasMembers(group) && onlyCommits ? { verdict: 'consuming' } : { verdict: 'material', differences }
  }
  return { verdict: haveMoved ? 'harmless' : 'unchanged' }
}

/** Where the partition of each row is now, in the order of the rows; and the positions of no row. */
function sorted(rows: readonly PlanRow[], { positions }: Facts) {
  const places = new Map(rows.map((row, index) => [placeOf(row.topic, row.partition), index]))
  const now = new Array<Position | undefined>(rows.length)
  const others: Position[] = []
  for (const position of positions) {
    const index = places.get(placeOf(position.topic, position.partition))
    if (index === undefined) others.push(position)
    else now[index] = position
  }
  return { now, others }
}

/** A quick look leaves the logs' starts out. They only move up, so that those of the plan hide no skip. */
function withStarts(rows: readonly PlanRow[], now: readonly (Position | undefined)[]): Position[] {
  return rows.flatMap(({ logStart }, index) => {
    const position = now[index]
    if (position === undefined) return []
    return position.logStart === null && logStart !== null ? { ...position, logStart } : position
  })
}

function tolerance(skips: bigint): bigint {
  const share = (skips * TOLERATED_PERCENT) / 100n
  return share > TOLERATED_MESSAGES ? share : TOLERATED_MESSAGES
}

/**
 * The end of the log that the target lies beyond. Only where an offset is written: what the API works out by itself is
 * always inside the log.
 */
function leftLogBy(row: PlanRow, { logStart, logEnd }: Position, execution: Execution): bigint | null {
  if (execution === 'native' || row.to === null || !isWritten(row, execution)) return null
  if (logStart !== null && row.to < logStart) return logStart
  return logEnd !== null && row.to > logEnd ? logEnd : null
}

/** Partitions that a reset of whole topics would now take in as well. */
function appeared(reset: Reset, others: readonly Position[]): readonly Position[] {
  if (reset.strategy.kind === 'offsets' || reset.strategy.kind === 'group') return []
  const chosen = chosenPartitions(reset)
  return others.filter(({ topic }) => !chosen.has(topic))
}

function isRecreated(
  group: Group,
  planned: Group | null,
  rows: readonly PlanRow[],
  now: readonly (Position | undefined)[],
): boolean {
  if (rows.every(({ from }) => from === null)) return false
  // Some services call a group dead whose offsets they keep, and then its plan was made of a dead one.
  if (group.state === 'Dead' && planned?.state !== 'Dead') return true
  return rows.every(({ from }, index) => from === null || now[index]?.committed === null)
}

function createFindings() {
  const byKind = new Map<string, Extract<Difference, { partitions: number }>>()
  return {
    add(
      kind: Extract<Difference, { partitions: number }>['kind'],
      { topic, partition }: { topic: string; partition: number },
      was: bigint | null,
      now: bigint | null,
    ) {
      const known = byKind.get(kind)
      if (known === undefined) {
        byKind.set(kind, { kind, partitions: 1, first: { topic, partition, was, is: now } })
      } else known.partitions += 1
    },
    differences: (): Difference[] => [...byKind.values()],
  }
}

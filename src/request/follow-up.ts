// What can be asked for after an execution: to put it back, or to try again what failed. Each is a request of its own,
// with a plan of its own. It must never offer what the dialect cannot express to the digit.

import { isMissed } from './followed.ts'
import { type Abilities, placeOf } from './group.ts'
import type { RequestId, ResetRequest } from './request.ts'
import type { Reset, Targets } from './reset.ts'
import type { Done, PartitionResult } from './result.ts'

/** A reset that can be asked for; `targets` where its strategy is `offsets`. */
export interface FollowUp {
  reset: Reset
  targets: Targets | null
  partitions: number
}

export interface FollowUps {
  /** More than one where the dialect needs a call, and so a request, for each. */
  possible: FollowUp[]
  /** What none of these covers, and why. */
  impossible: { topic: string; partitions: number; why: 'noCommitBefore' | 'severalOffsets' | 'partly' }[]
  /** Of an undo: the undos that have put something back already; of a retry: the retries that have done something. */
  by?: RequestId[]
  /** Those of the same kind that have not ended. */
  open?: RequestId[]
  /** Of a retry: what of it is tried again, by topic. */
  missed?: { topic: string; partitions: number[]; outcome: 'failed' | 'unreported' }[]
}

/** It ended, and certainly wrote nothing: it can be asked for again as it is. */
export function didNothing({ state }: Pick<ResetRequest, 'state'>): boolean {
  return state.name === 'failed' && ['notSent', 'refused', 'neverEmpty'].includes(state.outcome.kind)
}

/** Whether some partition is left that could be tried again: a topic that was not there has none. */
export function hasMissed({ counts: { failed, unreported }, wholeTopics }: Done): boolean {
  return failed + unreported > (wholeTopics === undefined ? 0 : wholeTopics.failed + wholeTopics.unreported)
}

/** What would put the group back to where it stood before. @param result all of it @param left what of it is not put back yet */
export function undoOf(
  reset: Reset,
  result: readonly PartitionResult[],
  can: Abilities,
  left: readonly PartitionResult[] = result,
): FollowUps {
  const moved = left.filter(mayHaveMoved)
  const impossible: FollowUps['impossible'] = []
  const restorable: PartitionResult[] = []
  for (const [topic, rows] of byTopic(moved)) {
    const uncommitted = rows.filter(({ from }) => from === null)
    // A commit cannot be taken back, only replaced; and where partitions go together, the topic stays as it is.
    if (uncommitted.length > 0) {
      const partitions = can.writePartitions ? uncommitted.length : rows.length
      impossible.push({ topic, partitions, why: 'noCommitBefore' })
    }
    if (can.writePartitions || uncommitted.length === 0) {
      restorable.push(...rows.filter(({ from }) => from !== null))
    }
  }
  if (restorable.length === 0) return { possible: [], impossible }
  if (can.writePartitions) {
    const targets = new Map(restorable.flatMap(row => (row.from === null ? [] : [[nameOf(row), row.from]])))
    return { possible: [byOffsets(reset, 'undo', targets)], impossible }
  }

  const native = nativeUndo(reset, restorable, result)
  return { possible: native.possible, impossible: [...impossible, ...native.impossible] }
}

/** Whole topics only, with one strategy each: the same shift backwards, or the one offset that all partitions had. */
function nativeUndo(
  reset: Reset,
  restorable: readonly PartitionResult[],
  result: readonly PartitionResult[],
): FollowUps {
  const impossible: FollowUps['impossible'] = []
  const shifted: string[] = []
  const shared = new Map<bigint, string[]>()
  const all = byTopic(result)
  for (const [topic, rows] of byTopic(restorable)) {
    const every = all.get(topic) ?? []
    const [first] = rows
    if (every.every(row => isWholeShift(row, reset))) shifted.push(topic)
    else if (typeof first?.from === 'bigint' && every.every(row => row.from === first.from)) {
      shared.set(first.from, [...(shared.get(first.from) ?? []), topic])
    } else impossible.push({ topic, partitions: rows.length, why: 'severalOffsets' })
  }
  const possible: FollowUp[] = []
  const partitionsOf = (topics: readonly string[]) =>
    restorable.filter(row => topics.includes(row.topic)).length
  if (shifted.length > 0 && reset.strategy.kind === 'shift') {
    const direction = reset.strategy.direction === 'replay' ? 'skip' : 'replay'
    const strategy = { ...reset.strategy, direction } as const
    possible.push({
      reset: wholeTopics(reset, shifted, strategy),
      targets: null,
      partitions: partitionsOf(shifted),
    })
  }
  for (const [offset, topics] of shared) {
    const strategy = { kind: 'offset', offset } as const
    possible.push({
      reset: wholeTopics(reset, topics, strategy),
      targets: null,
      partitions: partitionsOf(topics),
    })
  }
  return { possible, impossible }
}

/** It moved by exactly the count, so that the same count leads back. */
function isWholeShift({ from, readBack, outcome }: PartitionResult, { strategy }: Reset): boolean {
  if (strategy.kind !== 'shift' || outcome !== 'succeeded' || from === null || readBack === null) return false
  return strategy.direction === 'replay'
    ? from - readBack === strategy.count
    : readBack - from === strategy.count
}

/** What is known not to have moved has nothing to put back. */
export function mayHaveMoved({ partition, outcome, from, readBack }: PartitionResult): boolean {
  if (partition === null || (outcome === 'failed' && readBack === null)) return false
  return outcome === 'unreported' || from !== readBack
}

/**
 * What failed, or is not known to have happened.
 * @param result all of it
 * @param left what of it no other retry has done or is about
 */
export function retryOf(
  reset: Reset,
  result: readonly PartitionResult[],
  can: Abilities,
  left: readonly PartitionResult[] = result,
): FollowUps {
  const missed = left.filter(isMissed)
  const isLeft = new Set(missed.map(nameOf))
  const { strategy } = reset
  const all = byTopic(result)
  const impossible: FollowUps['impossible'] = []
  const targets = new Map<string, bigint>()
  const topics: string[] = []
  const shared = new Map<bigint, { topics: string[]; partitions: number }>()
  let partitions = 0
  for (const [topic, rows] of byTopic(missed)) {
    const planned = rows.flatMap(row => (row.planned === null ? [] : [[nameOf(row), row.planned] as const]))
    if (can.writePartitions && planned.length === rows.length) {
      for (const [place, offset] of planned) targets.set(place, offset)
    } else if (
      strategy.kind === 'shift' &&
      !(all.get(topic) ?? []).every(row => stillStands(row) && isLeft.has(nameOf(row)) === isMissed(row))
    ) {
      // Shifting a topic again would move those again that have moved already; to go to one offset would not.
      const offset = plannedForAll(all.get(topic) ?? [])
      if (offset === null) impossible.push({ topic, partitions: rows.length, why: 'partly' })
      else {
        const known = shared.get(offset) ?? { topics: [], partitions: 0 }
        shared.set(offset, {
          topics: [...known.topics, topic],
          partitions: known.partitions + rows.length,
        })
      }
    } else {
      topics.push(topic)
      partitions += rows.length
    }
  }
  const possible: FollowUp[] = []
  if (targets.size > 0) possible.push(byOffsets(reset, 'retry', targets))
  if (topics.length > 0)
    possible.push({ reset: wholeTopics(reset, topics, strategy), targets: null, partitions })
  for (const [offset, { topics, partitions }] of shared) {
    const goTo = wholeTopics(reset, topics, { kind: 'offset', offset })
    possible.push({ reset: goTo, targets: null, partitions })
  }
  const asked = new Set(possible.flatMap(({ reset }) => reset.topics))
  const again = missedIn(missed.filter(({ topic }) => asked.has(topic)))
  return { possible, impossible, ...(again.length === 0 ? {} : { missed: again }) }
}

function missedIn(rows: readonly PartitionResult[]): NonNullable<FollowUps['missed']> {
  const missed = new Map<string, NonNullable<FollowUps['missed']>[number]>()
  for (const { topic, partition, outcome } of rows) {
    if (partition === null || (outcome !== 'failed' && outcome !== 'unreported')) continue
    const key = `${outcome} ${topic}`
    const known = missed.get(key)
    if (known === undefined) missed.set(key, { topic, partitions: [partition], outcome })
    else known.partitions.push(partition)
  }
  return [...missed.values()]
}

/** Null: they were to go to several, or it is not known, or one that was done has moved on since. */
function plannedForAll(rows: readonly PartitionResult[]): bigint | null {
  const offset = rows[0]?.planned ?? null
  const stays = (row: PartitionResult) => isMissed(row) || row.readBack === offset
  return rows.every(row => row.planned === offset && stays(row)) ? offset : null
}

/** Seen to be where it was, or refused by the API and not read. */
function stillStands({ outcome, from, readBack, why }: PartitionResult): boolean {
  if (readBack === null && outcome === 'failed') return true
  return why !== 'notRead' && from === readBack
}

function byOffsets(reset: Reset, source: 'undo' | 'retry', targets: Targets): FollowUp {
  const topics = [...new Set([...targets.keys()].map(place => place.slice(0, place.lastIndexOf(' '))))]
  return {
    reset: {
      ...wholeTopics(reset, topics, { kind: 'offsets', source, partitions: targets.size }),
    },
    targets,
    partitions: targets.size,
  }
}

function wholeTopics({ target }: Reset, topics: string[], strategy: Reset['strategy']): Reset {
  return { target, strategy, scope: 'topics', topics: topics.sort(), partitions: {} }
}

function nameOf({ topic, partition }: PartitionResult): string {
  return placeOf(topic, partition ?? -1)
}

function byTopic(rows: readonly PartitionResult[]): Map<string, PartitionResult[]> {
  const topics = new Map<string, PartitionResult[]>()
  for (const row of rows) {
    const known = topics.get(row.topic)
    if (known === undefined) topics.set(row.topic, [row])
    else known.push(row)
  }
  return topics
}

// The look before a write of API 3.0: a group without members, and topics and partitions that are really there.
// It must never have an effect, nor let a write go ahead on what it could not see.

import { LOOK_HOLDS_MS, type PartitionWrite, type Seen } from '../../ports/cluster.ts'
import type { Group } from '../../request/group.ts'
import type { Target } from '../../request/reset.ts'
import type { Answer } from './call.ts'
import type { ParamsV3 } from './call-v3.ts'
import type { PartitionOffset } from './group-offsets.ts'
import type { Asker, Listings } from './listings.ts'
import { throughShortPauses } from './paging.ts'
import { LOG_QUESTIONS_V3, QUESTIONS_V3 } from './questions-v3.ts'

/**
 * A topic that is to be written to: which partitions of it are there, which of those asked for are not, and which stand
 * elsewhere than what they are to be written over.
 */
export type Found =
  | { kind: 'topic'; topic: string; partitions: number[]; missing: number[]; moved: number[] }
  | { kind: 'noTopic'; topic: string }

export interface Beforehand {
  /** Whole topics; of each, the partitions that the offsets of the group show. */
  topics(target: Target, topics: readonly string[], asker: Asker, seen?: Seen): Promise<Answer<Found[]>>
  /** These partitions of one topic. */
  partitions(
    target: Target,
    topic: string,
    writes: readonly PartitionWrite[],
    asker: Asker,
    seen?: Seen,
  ): Promise<Answer<Found[]>>
}

export function createBeforehand(listings: Listings<ParamsV3>, now: () => number): Beforehand {
  /** By topic. */
  async function lookAtGroup(
    target: Target,
    topics: readonly string[],
    asker: Asker,
    seen: Seen | undefined,
  ): Promise<Answer<Map<string, PartitionOffset[]>>> {
    const shown = stillHolds(seen) ? shownBy(seen, topics) : null
    if (shown !== null) return shown
    const [group, offsets] = await Promise.all([
      listings.ask(QUESTIONS_V3.group(target), asker),
      listings.offsets(target, topics, asker),
    ])
    if (group.kind !== 'answered') return group
    const refusal = refusalOf(group.value)
    if (refusal !== null) return refusal
    if (offsets.kind !== 'answered') return offsets
    return {
      kind: 'answered',
      value: new Map(offsets.value.map(each => [each.topic, each.partitions] as const)),
    }
  }

  /** A clock that was put back tells nothing of how long ago it was. */
  function stillHolds(seen: Seen | undefined): seen is Seen {
    const ageMs = seen === undefined ? Number.NaN : now() - seen.atMs
    return ageMs >= 0 && ageMs < LOOK_HOLDS_MS
  }

  return {
    async topics(target, topics, asker, seen) {
      const named = [...new Set(topics)]
      const shown = await lookAtGroup(target, named, asker, seen)
      if (shown.kind !== 'answered') return shown
      const found: Found[] = []
      for (const topic of named) {
        const partitions = shown.value.get(topic)
        if (partitions === undefined) {
          const isTopic = await listings.isTopic(target.instanceId, topic, asker)
          if (isTopic.kind !== 'answered') return isTopic
          if (!isTopic.value) {
            found.push({ kind: 'noTopic', topic })
            continue
          }
        }
        const there = (partitions ?? []).map(({ partition }) => partition)
        found.push({ kind: 'topic', topic, partitions: there, missing: [], moved: [] })
      }
      return { kind: 'answered', value: found }
    },

    async partitions(target, topic, writes, asker, seen) {
      const shown = await lookAtGroup(target, [topic], asker, seen)
      if (shown.kind !== 'answered') return shown
      const offsets = shown.value.get(topic) ?? []
      const wanted = writes.map(({ partition }) => partition)
      const there = new Set(offsets.map(({ partition }) => partition))
      // One that the offsets do not show may merely have no commit.
      if (wanted.some(partition => !there.has(partition))) {
        const ask = () => listings.logRanges(LOG_QUESTIONS_V3, target.instanceId, topic, asker)
        const ranges = await throughShortPauses(ask, now, asker.deadlineMs)
        if (ranges.kind !== 'answered') return ranges
        for (const { partition } of ranges.value) there.add(partition)
      }
      if (there.size === 0) return { kind: 'answered', value: [{ kind: 'noTopic', topic }] }
      const moved = movedOf(writes, offsets)
      const partitions = wanted.filter(partition => there.has(partition) && !moved.includes(partition))
      const missing = wanted.filter(partition => !there.has(partition))
      return { kind: 'answered', value: [{ kind: 'topic', topic, partitions, missing, moved }] }
    },
  }
}

/** No documented code of the API refuses a group with members, so that it must not come to the call. */
function refusalOf({ state, members }: Group): Answer<never> | null {
  if ((state === 'Empty' || state === 'Dead') && members.length === 0) return null
  const message = `The group is ${state}: it has members.`
  return { kind: 'refused', reason: 'groupNotEmpty', code: 'none', message }
}

/** By topic. Null where it does not show each of them. */
function shownBy(
  { group, positions }: Seen,
  topics: readonly string[],
): Answer<Map<string, PartitionOffset[]>> | null {
  const shown = new Map<string, PartitionOffset[]>(topics.map(topic => [topic, []]))
  for (const { topic, partition, committed, logEnd } of positions) {
    const errorCode = logEnd === null ? UNREAD : 0
    shown.get(topic)?.push({ partition, committed, logEnd, errorCode })
  }
  if ([...shown.values()].some(({ length }) => length === 0)) return null
  return refusalOf(group) ?? { kind: 'answered', value: shown }
}

/** A position without a log end could not be read; Kafka's UNKNOWN_SERVER_ERROR says no more. */
const UNREAD = -1

/** What is there already may be there by a call that nobody answered: to write it once more changes nothing. */
function movedOf(writes: readonly PartitionWrite[], offsets: readonly PartitionOffset[]): number[] {
  const read = new Map(offsets.map(each => [each.partition, each]))
  return writes.flatMap(({ partition, offset, over }) => {
    const { committed = null, errorCode = 0 } = read.get(partition) ?? {}
    const isSame = over === undefined || errorCode !== 0 || committed === over || committed === offset
    return isSame ? [] : [partition]
  })
}

// The look before a write of API 3.0: a group without members, and topics and partitions that are really there.
// It must never have an effect, nor let a write go ahead on what it could not see.

import type { PartitionWrite } from '../../ports/cluster.ts'
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
  topics(target: Target, topics: readonly string[], asker: Asker): Promise<Answer<Found[]>>
  /** These partitions of one topic. */
  partitions(
    target: Target,
    topic: string,
    writes: readonly PartitionWrite[],
    asker: Asker,
  ): Promise<Answer<Found[]>>
}

export function createBeforehand(listings: Listings<ParamsV3>, now: () => number): Beforehand {
  /** By topic. */
  async function lookAtGroup(
    target: Target,
    topics: readonly string[],
    asker: Asker,
  ): Promise<Answer<Map<string, PartitionOffset[]>>> {
    const [group, offsets] = await Promise.all([
      listings.ask(QUESTIONS_V3.group(target), asker),
      listings.offsets(target, topics, asker),
    ])
    if (group.kind !== 'answered') return group
    const { state, members } = group.value
    // No documented code of the API refuses a group with members, so that it must not come to the call.
    if ((state !== 'Empty' && state !== 'Dead') || members.length > 0) {
      const message = `The group is ${state}: it has members.`
      return { kind: 'refused', reason: 'groupNotEmpty', code: 'none', message }
    }
    if (offsets.kind !== 'answered') return offsets
    const shown = offsets.value.map(each => [each.topic, each.partitions] as const)
    return { kind: 'answered', value: new Map(shown) }
  }

  return {
    async topics(target, topics, asker) {
      const named = [...new Set(topics)]
      const shown = await lookAtGroup(target, named, asker)
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

    async partitions(target, topic, writes, asker) {
      const shown = await lookAtGroup(target, [topic], asker)
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

/** What is there already may be there by a call that nobody answered: to write it once more changes nothing. */
function movedOf(writes: readonly PartitionWrite[], offsets: readonly PartitionOffset[]): number[] {
  const read = new Map(offsets.map(each => [each.partition, each]))
  return writes.flatMap(({ partition, offset, over }) => {
    const { committed = null, errorCode = 0 } = read.get(partition) ?? {}
    const isSame = over === undefined || errorCode !== 0 || committed === over || committed === offset
    return isSame ? [] : [partition]
  })
}

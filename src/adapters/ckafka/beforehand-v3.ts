// The look before a write of API 3.0: a group without members, and topics and partitions that are really there.
// It must never have an effect, nor let a write go ahead on what it could not see.

import type { Target } from '../../request/reset.ts'
import type { CallOutcome, TopicReport } from '../../request/result.ts'
import type { Answer } from './call.ts'
import type { ParamsV3 } from './call-v3.ts'
import type { PartitionOffset, TopicOffsets } from './group-offsets.ts'
import { refusedHere } from './last-look.ts'
import type { Asker, Listings } from './listings.ts'
import { throughShortPauses } from './paging.ts'
import { LOG_QUESTIONS_V3, QUESTIONS_V3 } from './questions-v3.ts'
import { reportMissing, reportsMissing } from './read-back.ts'

export interface Place {
  target: Target
  topics: readonly string[]
  /** Absent: every partition of each topic. */
  partitions?: readonly number[] | undefined
}

export interface Beforehand {
  /** Those to be written to; perhaps none. */
  topics: string[]
  /** Of each of these topics: those to be written to, and those that it does not have. */
  partitions: { there: 'all' | number[]; missing: number[] }
  /** Topics that are not written to, because nothing of what was asked for is there. */
  missing: TopicReport[]
  /** Where the group stood, on the partitions asked for. */
  offsets: Map<string, TopicOffsets>
}

export type NotDone = Exclude<CallOutcome, { kind: 'done' }>

export function createBeforehand(
  listings: Listings<ParamsV3>,
  now: () => number,
): (place: Place, asker: Asker) => Promise<Beforehand | NotDone> {
  /**
   * Those of the partitions that exist. One that the group's offsets do not show may merely have no commit, so that the
   * topic itself is asked before it is called missing.
   */
  async function lookAtPartitions(
    instanceId: string,
    { topic, partitions: listed }: TopicOffsets,
    wanted: readonly number[],
    asker: Asker,
  ): Promise<Answer<PartitionOffset[]>> {
    const known = new Map(listed.map(each => [each.partition, each]))
    if (wanted.some(partition => !known.has(partition))) {
      const ask = () => listings.logRanges(LOG_QUESTIONS_V3, instanceId, topic, asker)
      const ranges = await throughShortPauses(ask, now, asker.deadlineMs)
      if (ranges.kind !== 'answered') return ranges
      for (const { partition, end } of ranges.value) {
        if (!known.has(partition))
          known.set(partition, { partition, committed: null, logEnd: end, errorCode: 0 })
      }
    }
    return { kind: 'answered', value: wanted.flatMap(partition => known.get(partition) ?? []) }
  }

  async function narrow(
    instanceId: string,
    { topics, missing, offsets }: Beforehand,
    wanted: readonly number[],
    asker: Asker,
  ): Promise<Beforehand | NotDone> {
    const narrowed = new Map<string, TopicOffsets>()
    const none: TopicReport[] = []
    for (const topic of topics) {
      const listed = offsets.get(topic) ?? { topic, partitions: [] }
      const found = await lookAtPartitions(instanceId, listed, wanted, asker)
      if (found.kind !== 'answered') return notSent(found)
      if (found.value.length > 0) narrowed.set(topic, { topic, partitions: found.value })
      else none.push({ topic, errorCode: 0, errorMessage: '', partitions: reportsMissing(wanted) })
    }
    const found = new Set([...narrowed.values()].flatMap(each => each.partitions.map(at => at.partition)))
    const short = [...narrowed.values()].find(({ partitions }) => partitions.length < found.size)
    // The API takes one list of partitions for all topics. What it does about one that a topic has not got is not
    // documented, and it might do it halfway.
    if (short !== undefined) return refusedHere(`Topic ${short.topic} does not have all of these partitions.`)
    return {
      topics: [...narrowed.keys()],
      partitions: {
        there: wanted.filter(partition => found.has(partition)),
        missing: wanted.filter(partition => !found.has(partition)),
      },
      missing: [...missing, ...none],
      offsets: narrowed,
    }
  }

  return async ({ target, topics, partitions }, asker) => {
    const named = [...new Set(topics)]
    const [group, offsets] = await Promise.all([
      listings.ask(QUESTIONS_V3.group(target), asker),
      listings.offsets(target, named, asker),
    ])
    if (group.kind !== 'answered') return notSent(group)
    const { state, members } = group.value
    // No documented code of the API refuses a group with members, so that it must not come to the call.
    if ((state !== 'Empty' && state !== 'Dead') || members.length > 0) {
      const message = `The group is ${state}: it has members.`
      return { kind: 'refused', reason: 'groupNotEmpty', code: 'none', message }
    }
    if (offsets.kind !== 'answered') return notSent(offsets)
    const known = new Map(offsets.value.map(each => [each.topic, each]))
    const missing: string[] = []
    for (const topic of named.filter(topic => !known.has(topic))) {
      const isTopic = await listings.isTopic(target.instanceId, topic, asker)
      if (isTopic.kind !== 'answered') return notSent(isTopic)
      if (!isTopic.value) missing.push(topic)
    }
    const whole: Beforehand = {
      topics: named.filter(topic => !missing.includes(topic)),
      partitions: { there: 'all', missing: [] },
      missing: missing.map(reportMissing),
      offsets: known,
    }
    return partitions === undefined ? whole : narrow(target.instanceId, whole, partitions, asker)
  }
}

/** A read before the call that had no answer: whatever became of it, the call was not made. */
function notSent(answer: Exclude<Answer<unknown>, { kind: 'answered' }>): NotDone {
  return answer.kind === 'unknown'
    ? { kind: 'notSent', cause: `looking at the group before the reset: ${answer.cause}` }
    : answer
}

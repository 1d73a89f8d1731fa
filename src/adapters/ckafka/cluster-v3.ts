// The writes of CKafka API 3.0: look at what is there, make one call, and report what that accepted.
// It must never call twice, claim more than that the call was accepted, nor be used but through ckafka.ts.

import type { Cluster } from '../../ports/cluster.ts'
import type { ClusterAction } from '../../ports/events.ts'
import type { CallOutcome, PartitionReport, TopicReport } from '../../request/api-answer.ts'
import { causeOf } from '../../request/cause.ts'
import type { NativeStrategy } from '../../request/reset.ts'
import { createBeforehand, type Found } from './beforehand-v3.ts'
import type { Answer, Api } from './call.ts'
import type { ParamsV3 } from './call-v3.ts'
import { readModified } from './envelope-v3.ts'
import { type Asker, createListings } from './listings.ts'
import { QUESTIONS_V3 } from './questions-v3.ts'
import type { CkafkaDeps } from './settings.ts'

/** A look whose parts took longer than this is taken once more. */
const LOOK_HOLDS_MS = 500

interface Write {
  action: ClusterAction
  look: (asker: Asker) => Promise<Answer<Found[]>>
  /** Names only what was found; null when that is nothing. */
  paramsOf: (found: readonly Found[]) => ParamsV3 | null
}

export function createWritesV3(api: Api<ParamsV3>, { now }: CkafkaDeps): Omit<Cluster, 'writePaceOf'> {
  const beforehand = createBeforehand(createListings(api, QUESTIONS_V3, now), now)

  async function carryOut({ action, look, paramsOf }: Write, deadlineMs: number): Promise<CallOutcome> {
    const startedMs = now()
    // Half of the time is the call's own: one that is made in the last moment ends as unknown.
    const lookUntilMs = startedMs + (deadlineMs - startedMs) / 2
    // Before the look: what has to be waited for must not come between it and the call.
    const reserved = await api.reserve({ action, deadlineMs: lookUntilMs })
    if (reserved.kind !== 'answered') return reserved
    const lookedMs = now()
    let found = await look({ urgency: 'execution', deadlineMs: lookUntilMs })
    // Its parts wait for budgets of their own. A cluster that is as slow as that would be again.
    if (found.kind === 'answered' && now() - lookedMs >= LOOK_HOLDS_MS)
      found = await look({ urgency: 'execution', deadlineMs: lookUntilMs })
    if (found.kind === 'unknown') {
      // Of the look, that is: whatever became of it, the call was not made.
      return { kind: 'notSent', cause: causeOf('lookFailed', found.cause) }
    }
    if (found.kind !== 'answered') return found
    const done = { kind: 'done', topics: found.value.map(reportOf) } as const
    const params = paramsOf(found.value)
    if (params === null) return done
    const answer = await api.mutate({ action, params, deadlineMs, readData: readModified, isReserved: true })
    if (answer.kind !== 'answered') return answer
    return answer.requestIds === undefined ? done : { ...done, requestIds: answer.requestIds }
  }

  return {
    resetOffsets({ target, topics, strategy }, deadlineMs) {
      const write: Write = {
        action: 'ModifyGroupOffsets',
        look: asker => beforehand.topics(target, topics, asker),
        paramsOf(found) {
          const there = found.flatMap(each => (each.kind === 'topic' ? [each.topic] : []))
          if (there.length === 0) return null
          const { instanceId, group } = target
          return { InstanceId: instanceId, Group: group, Topics: there, ...strategyParams(strategy) }
        },
      }
      return carryOut(write, deadlineMs)
    },

    writeOffsets(target, topic, offsets, deadlineMs) {
      const write: Write = {
        action: 'BatchModifyGroupOffsets',
        look: asker => beforehand.partitions(target, topic, offsets, asker),
        paramsOf(found) {
          const there = new Set(found.flatMap(each => (each.kind === 'topic' ? each.partitions : [])))
          const named = offsets.filter(({ partition }) => there.has(partition))
          if (named.length === 0) return null
          return {
            InstanceId: target.instanceId,
            GroupName: target.group,
            // The API would write the same offsets to each topic named; without a name, to every topic of the group.
            TopicName: [topic],
            Partitions: named.map(({ partition, offset }) => ({ Partition: partition, Offset: offset })),
          }
        },
      }
      return carryOut(write, deadlineMs)
    },
  }
}

/** Kafka's UNKNOWN_TOPIC_OR_PARTITION: the number that 2.0 would have reported. */
const NOT_THERE = 3

function reportOf(found: Found): TopicReport {
  const { topic } = found
  if (found.kind === 'noTopic') {
    const errorMessage = 'There is no topic of this name in the instance.'
    return { topic, errorCode: NOT_THERE, errorMessage, partitions: [] }
  }
  const { partitions, missing, moved } = found
  return {
    topic,
    errorCode: 0,
    errorMessage: '',
    partitions: [...partitions.map(reportAccepted), ...missing.map(reportMissing)],
    ...(moved.length === 0 ? {} : { moved }),
  }
}

function reportAccepted(partition: number): PartitionReport {
  return { partition, offset: null, errorCode: 0, errorMessage: '' }
}

function reportMissing(partition: number): PartitionReport {
  const errorMessage = 'There is no partition of this number in the topic.'
  return { partition, offset: null, errorCode: NOT_THERE, errorMessage }
}

function strategyParams(strategy: NativeStrategy): ParamsV3 {
  switch (strategy.kind) {
    case 'shift':
      return { Strategy: 0, Shift: strategy.direction === 'replay' ? -strategy.count : strategy.count }
    case 'earliest':
      return { Strategy: 1, ShiftTimestamp: -2 }
    case 'latest':
      return { Strategy: 1, ShiftTimestamp: -1 }
    case 'time':
      return { Strategy: 1, ShiftTimestamp: strategy.timeMs }
    case 'offset':
      return { Strategy: 2, Offset: strategy.offset }
    default:
      return strategy satisfies never
  }
}

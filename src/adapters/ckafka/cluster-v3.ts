// The writes of CKafka API 3.0: look, make one call, and read back what it did, since the call itself does not tell.
// It must never call twice, nor be used but through ckafka.ts.

import type { Cluster, PartitionWrite } from '../../ports.ts'
import type { Reset, Strategy, Target } from '../../request/reset.ts'
import type { CallOutcome } from '../../request/result.ts'
import { createAfterwards } from './afterwards-v3.ts'
import { type Beforehand, createBeforehand, type Place } from './beforehand-v3.ts'
import type { Api } from './call.ts'
import type { ParamsV3 } from './call-v3.ts'
import { readModified } from './envelope-v3.ts'
import { createListings } from './listings.ts'
import { QUESTIONS_V3 } from './questions-v3.ts'
import type { Aim } from './read-back.ts'
import { type CkafkaDeps, type ConfigV3, DEFAULT_TIMEOUTS } from './settings.ts'

interface Write {
  action: string
  place: Place
  aim: Aim
  /** Names only what is there. */
  paramsOf: (before: Beforehand) => ParamsV3
}

export function createWritesV3(
  api: Api<ParamsV3>,
  config: ConfigV3,
  { now }: CkafkaDeps,
): Pick<Cluster, 'resetOffsets' | 'writeOffsets'> {
  const { secondLookMs } = { ...DEFAULT_TIMEOUTS, ...config.timeouts }
  const listings = createListings(api, QUESTIONS_V3, now)
  const lookBeforehand = createBeforehand(listings, now)
  const lookAfterwards = createAfterwards(listings, now, secondLookMs)

  async function carryOut({ action, place, aim, paramsOf }: Write, deadlineMs: number): Promise<CallOutcome> {
    const startedMs = now()
    // Half of the time is the call's own: one that is made in the last moment ends as unknown.
    const beforehandMs = startedMs + (deadlineMs - startedMs) / 2
    const before = await lookBeforehand(place, { urgency: 'execution', deadlineMs: beforehandMs })
    if ('kind' in before) return before
    if (before.topics.length === 0) return { kind: 'done', topics: before.missing }

    const answer = await api.mutate({ action, params: paramsOf(before), deadlineMs, readData: readModified })
    if (answer.kind !== 'answered') return answer
    const reports = await lookAfterwards(place.target, aim, before, { urgency: 'execution', deadlineMs })
    return { kind: 'done', topics: [...before.missing, ...reports] }
  }

  return {
    resetOffsets(reset, deadlineMs, partitions) {
      const { target, topics, strategy } = reset
      const write: Write = {
        action: 'ModifyGroupOffsets',
        place: { target, topics, partitions },
        aim: strategy,
        paramsOf: before => resetParams(reset, before),
      }
      return carryOut(write, deadlineMs)
    },

    writeOffsets(target, topic, offsets, deadlineMs) {
      const wanted = new Map(offsets.map(({ partition, offset }) => [partition, offset]))
      const write: Write = {
        action: 'BatchModifyGroupOffsets',
        place: { target, topics: [topic], partitions: [...wanted.keys()] },
        aim: { kind: 'each', offsets: wanted },
        paramsOf: before => writeParams(target, topic, offsets, before),
      }
      return carryOut(write, deadlineMs)
    },
  }
}

function resetParams(
  { target: { instanceId, group }, strategy }: Reset,
  { topics, partitions: { there } }: Beforehand,
): ParamsV3 {
  return {
    InstanceId: instanceId,
    Group: group,
    Topics: topics,
    ...(there === 'all' ? {} : { Partitions: there }),
    ...strategyParams(strategy),
  }
}

/** The API would write the same offsets to each topic named; without a name, to every topic of the group. */
function writeParams(
  { instanceId, group }: Target,
  topic: string,
  offsets: readonly PartitionWrite[],
  { partitions: { there } }: Beforehand,
): ParamsV3 {
  const named = offsets.filter(({ partition }) => there === 'all' || there.includes(partition))
  return {
    InstanceId: instanceId,
    GroupName: group,
    TopicName: [topic],
    Partitions: named.map(({ partition, offset }) => ({ Partition: partition, Offset: offset })),
  }
}

function strategyParams(strategy: Strategy): ParamsV3 {
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

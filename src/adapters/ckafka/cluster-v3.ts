// A reset over CKafka API 3.0: look, make one call, and read back what it did, since the call itself does not tell.
// It must never call twice, nor be used but through ckafka.ts.

import { setTimeout as pause } from 'node:timers/promises'
import type { Cluster } from '../../ports.ts'
import type { Reset, Strategy } from '../../request/reset.ts'
import type { CallOutcome, TopicReport } from '../../request/result.ts'
import type { Answer, Api } from './call.ts'
import type { ParamsV3 } from './call-v3.ts'
import { readModified } from './envelope-v3.ts'
import type { TopicOffsets } from './group-offsets.ts'
import { type Asker, createListings } from './listings.ts'
import { slicesOf, untilAnswered } from './paging.ts'
import { LOG_QUESTIONS_V3, QUESTIONS_V3 } from './questions-v3.ts'
import { isAsAsked, reportMissing, reportOf } from './read-back.ts'
import { type CkafkaDeps, type ConfigV3, DEFAULT_TIMEOUTS } from './settings.ts'

/** What has to be known before the call: which of the topics exist, and where the group stood on them. */
interface Beforehand {
  topics: string[]
  missing: string[]
  offsets: Map<string, TopicOffsets>
}

type NotDone = Exclude<CallOutcome, { kind: 'done' }>

export function createResetsV3(
  api: Api<ParamsV3>,
  config: ConfigV3,
  { now }: CkafkaDeps,
): Pick<Cluster, 'resetOffsets'> {
  const { secondLookMs } = { ...DEFAULT_TIMEOUTS, ...config.timeouts }
  const listings = createListings(api, QUESTIONS_V3, now)

  async function lookBeforehand({ target, topics }: Reset, asker: Asker): Promise<Beforehand | NotDone> {
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
    return { topics: named.filter(topic => !missing.includes(topic)), missing, offsets: known }
  }

  /** Topics of which nothing could be learnt in time are left out. */
  async function readBack(
    { target, strategy }: Reset,
    topics: readonly string[],
    before: ReadonlyMap<string, TopicOffsets>,
    asker: Asker,
  ): Promise<TopicReport[]> {
    const surely = <T>(ask: () => Promise<Answer<T>>) => untilAnswered(ask, now, asker.deadlineMs)
    const reports: TopicReport[] = []
    const undecided: TopicOffsets[] = []
    const unlisted: string[] = []
    for (const slice of slicesOf(topics)) {
      const after = await surely(() => listings.offsets(target, slice, asker))
      if (after.kind !== 'answered') continue
      for (const offsets of after.value) {
        const report = reportOf(strategy, before.get(offsets.topic), offsets)
        if (report === undefined) undecided.push(offsets)
        else reports.push(report)
      }
      const listed = new Set(after.value.map(({ topic }) => topic))
      unlisted.push(...slice.filter(topic => !listed.has(topic)))
    }
    for (const topic of unlisted) {
      const isTopic = await surely(() => listings.isTopic(target.instanceId, topic, asker))
      if (isTopic.kind === 'answered' && !isTopic.value) reports.push(reportMissing(topic))
    }
    // Last, because the API allows the fewest of these calls: time may run out here.
    for (const offsets of undecided) {
      const { topic } = offsets
      const ranges = await surely(() => listings.logRanges(LOG_QUESTIONS_V3, target.instanceId, topic, asker))
      const evidence = ranges.kind === 'answered' ? ranges.value : 'movementOnly'
      const report = reportOf(strategy, before.get(topic), offsets, evidence)
      if (report !== undefined) reports.push(report)
    }
    return reports
  }

  /** A success of the API is called a failure only after a second look: what was read may have been a moment old. */
  async function readBackSurely(reset: Reset, before: Beforehand, asker: Asker): Promise<TopicReport[]> {
    const first = await readBack(reset, before.topics, before.offsets, asker)
    const doubtful = first.filter(report => !isAsAsked(report)).map(({ topic }) => topic)
    if (doubtful.length === 0 || now() + secondLookMs >= asker.deadlineMs) return first
    await pause(secondLookMs)
    const second = await readBack(reset, doubtful, before.offsets, asker)
    const again = new Map(second.map(report => [report.topic, report]))
    return first.map(report => again.get(report.topic) ?? report)
  }

  return {
    async resetOffsets(reset, deadlineMs) {
      const startedMs = now()
      // Half of the time is the call's own: one that is made in the last moment ends as unknown.
      const beforehandMs = startedMs + (deadlineMs - startedMs) / 2
      const before = await lookBeforehand(reset, { urgency: 'execution', deadlineMs: beforehandMs })
      if ('kind' in before) return before
      const missing = before.missing.map(reportMissing)
      if (before.topics.length === 0) return { kind: 'done', topics: missing }

      const answer = await api.mutate({
        action: 'ModifyGroupOffsets',
        params: resetParams(reset, before.topics),
        deadlineMs,
        readData: readModified,
      })
      if (answer.kind !== 'answered') return answer
      const reports = await readBackSurely(reset, before, { urgency: 'execution', deadlineMs })
      return { kind: 'done', topics: [...missing, ...reports] }
    },
  }
}

/** A read before the call that had no answer: whatever became of it, the call was not made. */
function notSent(answer: Exclude<Answer<unknown>, { kind: 'answered' }>): NotDone {
  return answer.kind === 'unknown'
    ? { kind: 'notSent', cause: `looking at the group before the reset: ${answer.cause}` }
    : answer
}

function resetParams(
  { target: { instanceId, group }, strategy }: Reset,
  topics: readonly string[],
): ParamsV3 {
  return { InstanceId: instanceId, Group: group, Topics: topics, ...strategyParams(strategy) }
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

// The look after a write of API 3.0, which itself says only that it was accepted: reads, until what can be judged is.
// It must never have an effect, nor judge by itself: read-back.ts does.

import { setTimeout as pause } from 'node:timers/promises'
import type { Target } from '../../request/reset.ts'
import type { TopicReport } from '../../request/result.ts'
import type { Beforehand } from './beforehand-v3.ts'
import type { Answer } from './call.ts'
import type { ParamsV3 } from './call-v3.ts'
import type { TopicOffsets } from './group-offsets.ts'
import type { Asker, Listings } from './listings.ts'
import { slicesOf, untilAnswered } from './paging.ts'
import { LOG_QUESTIONS_V3 } from './questions-v3.ts'
import { type Aim, isAsAsked, reportMissing, reportOf, reportsMissing } from './read-back.ts'

export function createAfterwards(
  listings: Listings<ParamsV3>,
  now: () => number,
  secondLookMs: number,
): (target: Target, aim: Aim, before: Beforehand, asker: Asker) => Promise<TopicReport[]> {
  /** Topics of which nothing could be learnt in time are left out. */
  async function readBack(
    target: Target,
    aim: Aim,
    topics: readonly string[],
    before: Beforehand,
    asker: Asker,
  ): Promise<TopicReport[]> {
    const surely = <T>(ask: () => Promise<Answer<T>>) => untilAnswered(ask, now, asker.deadlineMs)
    const reports: TopicReport[] = []
    const undecided: TopicOffsets[] = []
    const unlisted: string[] = []
    for (const slice of slicesOf(topics)) {
      const after = await surely(() => listings.offsets(target, slice, asker))
      if (after.kind !== 'answered') continue
      for (const listed of after.value) {
        const offsets = writtenOf(listed, before)
        const report = reportOf(aim, before.offsets.get(offsets.topic), offsets)
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
      const report = reportOf(aim, before.offsets.get(topic), offsets, evidence)
      if (report !== undefined) reports.push(report)
    }
    return reports
  }

  /** A success of the API is called a failure only after a second look: what was read may have been a moment old. */
  return async (target, aim, before, asker) => {
    const first = await readBack(target, aim, before.topics, before, asker)
    const doubtful = first.filter(report => !isAsAsked(report)).map(({ topic }) => topic)
    const again = new Map<string, TopicReport>()
    if (doubtful.length > 0 && now() + secondLookMs < asker.deadlineMs) {
      await pause(secondLookMs)
      const second = await readBack(target, aim, doubtful, before, asker)
      for (const report of second) again.set(report.topic, report)
    }
    return first.map(report => withMissing(again.get(report.topic) ?? report, before))
  }
}

function writtenOf({ topic, partitions }: TopicOffsets, { partitions: { there } }: Beforehand): TopicOffsets {
  if (there === 'all') return { topic, partitions }
  return { topic, partitions: partitions.filter(({ partition }) => there.includes(partition)) }
}

/**
 * The partitions that a topic has not got are told beside those it has, and never alone: a topic with a report must not
 * hide what is not known of its other partitions. Without any, the report is of the topic itself.
 */
function withMissing(report: TopicReport, { partitions: { missing } }: Beforehand): TopicReport {
  const { partitions } = report
  return partitions.length === 0
    ? report
    : { ...report, partitions: [...partitions, ...reportsMissing(missing)] }
}

// The Cluster port over CKafka API 2.0: what a reset and a listing are in its parameters.
// It must never retry, nor be used but through ckafka.ts: without topics the API would reset every topic of the group.

import type { Cluster } from '../../ports.ts'
import type { Reset, Strategy, Target } from '../../request/reset.ts'
import type { CallOutcome, ReadOutcome } from '../../request/result.ts'
import { type Answer, createApiV2 } from './call-v2.ts'
import { readGroupOffsetsData, readResetData } from './envelope-v2.ts'
import { type CkafkaConfig, type CkafkaDeps, DEFAULT_TIMEOUTS } from './settings.ts'

/** The API's largest page. */
const PAGE_TOPICS = 50
const PAGES_MAX = 200

export function createClusterV2(
  config: CkafkaConfig,
  deps: CkafkaDeps,
): Cluster & { close(): Promise<void> } {
  const api = createApiV2(config, deps)
  const { readMs } = { ...DEFAULT_TIMEOUTS, ...config.timeouts }

  return {
    async resetOffsets(reset, deadlineMs) {
      const answer = await api.mutate({
        action: config.setOffsetsAction,
        params: resetParams(reset),
        deadlineMs,
        readData: readResetData,
      })
      return callOutcome(answer)
    },

    async committedTopics(target) {
      const deadlineMs = deps.now() + readMs
      const seen = new Set<string>()
      const committed = new Set<string>()
      let offset = 0
      for (let page = 1; page <= PAGES_MAX; page += 1) {
        const answer = await api.read({
          action: 'GetGroupOffsets',
          params: { ...targetParams(target), offset: String(offset), limit: String(PAGE_TOPICS) },
          deadlineMs,
          readData: readGroupOffsetsData,
        })
        if (answer.kind !== 'answered') return readFailure(answer)
        const { totalCount, topics } = answer.value
        const seenBefore = seen.size
        for (const { topic, hasCommit } of topics) {
          seen.add(topic)
          if (hasCommit) committed.add(topic)
        }
        offset += topics.length
        // A count is believed only when the page agrees: a full page may be followed by another, whatever the count.
        const counted = totalCount !== null && offset >= totalCount && topics.length < PAGE_TOPICS
        if (counted || seen.size === seenBefore) return { kind: 'read', value: [...committed].sort() }
      }
      // Part of the list must not pass for all of it.
      return { kind: 'unavailable', cause: `the list of topics did not end after ${PAGES_MAX} pages` }
    },

    close: () => api.close(),
  }
}

function targetParams({ instanceId, group }: Target): Record<string, string> {
  return { instanceId, group }
}

function resetParams({ target, strategy, topics }: Reset): Record<string, string> {
  const params: Record<string, string> = { ...targetParams(target), ...strategyParams(strategy) }
  // Each once: a topic named twice could be shifted twice.
  for (const [index, topic] of [...new Set(topics)].entries()) params[`topics.${index}`] = topic
  return params
}

function strategyParams(strategy: Strategy): Record<string, string> {
  switch (strategy.kind) {
    case 'shift':
      return {
        strategy: '0',
        shift: String(strategy.direction === 'replay' ? -strategy.count : strategy.count),
      }
    case 'earliest':
      return { strategy: '1', timestamp: '-2' }
    case 'latest':
      return { strategy: '1', timestamp: '-1' }
    case 'time':
      return { strategy: '1', timestamp: String(strategy.timeMs) }
    case 'offset':
      return { strategy: '2', offset: String(strategy.offset) }
    default:
      return strategy satisfies never
  }
}

function callOutcome(answer: Answer<Extract<CallOutcome, { kind: 'done' }>['topics']>): CallOutcome {
  return answer.kind === 'answered' ? { kind: 'done', topics: answer.value } : answer
}

function readFailure(answer: Exclude<Answer<unknown>, { kind: 'answered' }>): ReadOutcome<never> {
  if (answer.kind === 'refused') return answer
  const { cause } = answer
  const retryAfterMs = answer.kind === 'notSent' ? answer.retryAfterMs : undefined
  return { kind: 'unavailable', cause, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
}

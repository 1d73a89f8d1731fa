// The Cluster and ClusterReader ports over CKafka: the last look at what is asked, then the dialect that the API speaks.
// It must never let a call through that the last look has a problem with.

import type { Cluster, ClusterReader } from '../../ports.ts'
import { createApiV2 } from './call-v2.ts'
import { createApiV3 } from './call-v3.ts'
import { createWritesV2 } from './cluster-v2.ts'
import { createWritesV3 } from './cluster-v3.ts'
import {
  problemWith,
  problemWithNames,
  problemWithSearch,
  problemWithTarget,
  problemWithWrite,
  refusedHere,
} from './last-look.ts'
import { QUESTIONS_V2 } from './questions-v2.ts'
import { QUESTIONS_V3 } from './questions-v3.ts'
import { createReader } from './reader.ts'
import type { CkafkaConfig, CkafkaDeps } from './settings.ts'

/** `close` waits for calls under way. */
export type Ckafka = Cluster & ClusterReader & { close(): Promise<void> }

export function createCkafka(config: CkafkaConfig, deps: CkafkaDeps): Ckafka {
  const dialect = speak(config, deps)
  const unless = async <T>(problem: string | undefined, ask: () => Promise<T>) =>
    problem === undefined ? ask() : refusedHere(problem)

  return {
    can: dialect.can,
    resetOffsets: (reset, deadlineMs, partitions) =>
      unless(problemWith(reset, partitions), () => dialect.resetOffsets(reset, deadlineMs, partitions)),
    writeOffsets: (target, topic, offsets, deadlineMs) =>
      unless(problemWithWrite(target, topic, offsets), () =>
        dialect.writeOffsets(target, topic, offsets, deadlineMs),
      ),
    committedTopics: target => unless(problemWithTarget(target), () => dialect.committedTopics(target)),
    instances: () => dialect.instances(),
    groups: (instanceId, search) =>
      unless(problemWithSearch(instanceId, search), () => dialect.groups(instanceId, search)),
    topics: (instanceId, search) =>
      unless(problemWithSearch(instanceId, search), () => dialect.topics(instanceId, search)),
    group: target => unless(problemWithTarget(target), () => dialect.group(target)),
    positions: (target, topics) =>
      unless(problemWithTarget(target) ?? problemWithNames(topics ?? []), () =>
        dialect.positions(target, topics),
      ),
    logRanges: (instanceId, topic) =>
      unless(problemWithNames([instanceId, topic]), () => dialect.logRanges(instanceId, topic)),
    firstMessageAt: (instanceId, topic, partition, timeMs) =>
      unless(problemWithNames([instanceId, topic]), () =>
        dialect.firstMessageAt(instanceId, topic, partition, timeMs),
      ),
    close: () => dialect.close(),
  }
}

function speak(config: CkafkaConfig, deps: CkafkaDeps): Ckafka {
  switch (config.dialect) {
    case 'v2': {
      const api = createApiV2(config, deps)
      const reader = createReader(api, QUESTIONS_V2, config, deps)
      return { ...reader, ...createWritesV2(api, config), close: api.close }
    }
    case 'v3': {
      const api = createApiV3(config, deps)
      const reader = createReader(api, QUESTIONS_V3, config, deps)
      return { ...reader, ...createWritesV3(api, config, deps), close: api.close }
    }
    default:
      return config satisfies never
  }
}

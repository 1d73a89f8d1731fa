// The Cluster port over CKafka: the last look at what is asked, then the dialect that the API speaks.
// It must never let a call through that the last look has a problem with.

import type { Cluster } from '../../ports.ts'
import { createClusterV2 } from './cluster-v2.ts'
import { problemWith, problemWithTarget, refusedHere } from './last-look.ts'
import type { CkafkaConfig, CkafkaDeps } from './settings.ts'

export function createCkafka(config: CkafkaConfig, deps: CkafkaDeps): Cluster & { close(): Promise<void> } {
  const dialect = createClusterV2(config, deps)
  return {
    async resetOffsets(reset, deadlineMs) {
      const problem = problemWith(reset)
      return problem === undefined ? dialect.resetOffsets(reset, deadlineMs) : refusedHere(problem)
    },
    async committedTopics(target) {
      const problem = problemWithTarget(target)
      return problem === undefined ? dialect.committedTopics(target) : refusedHere(problem)
    },
    /** Waits for calls under way. */
    close: () => dialect.close(),
  }
}

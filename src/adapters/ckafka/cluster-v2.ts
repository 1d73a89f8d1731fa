// A reset over CKafka API 2.0: one call, which answers partition by partition.
// It must never retry, nor be used but through ckafka.ts: without topics the API would reset every topic of the group.

import type { Cluster, NativeReset } from '../../ports/cluster.ts'
import type { NativeStrategy } from '../../request/reset.ts'
import type { Api } from './call.ts'
import type { ParamsV2 } from './call-v2.ts'
import { readResetData } from './envelope-v2.ts'
import { refusedHere } from './last-look.ts'
import { topicParams } from './questions-v2.ts'
import type { ConfigV2 } from './settings.ts'

export function createWritesV2(
  api: Api<ParamsV2>,
  config: Pick<ConfigV2, 'setOffsetsAction'>,
): Omit<Cluster, 'writePaceOf'> {
  return {
    async resetOffsets(reset, deadlineMs) {
      const answer = await api.mutate({
        action: config.setOffsetsAction,
        params: resetParams(reset),
        deadlineMs,
        readData: readResetData,
      })
      return answer.kind === 'answered' ? { kind: 'done', topics: answer.value } : answer
    },

    async writeOffsets() {
      return refusedHere('API 2.0 resets whole topics: it cannot write an offset for each partition.')
    },
  }
}

function resetParams({ target: { instanceId, group }, strategy, topics }: NativeReset): ParamsV2 {
  // Each once: a topic named twice could be shifted twice.
  return { instanceId, group, ...strategyParams(strategy), ...topicParams([...new Set(topics)]) }
}

function strategyParams(strategy: NativeStrategy): ParamsV2 {
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

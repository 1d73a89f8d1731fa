// The reads that both dialects know, in the words of neither: what reader.ts and the resets ask.

import type { TopicKind } from '../../ports/cluster.ts'
import type { Group, Instance, LogRange } from '../../request/group.ts'
import type { Target } from '../../request/reset.ts'
import type { Question } from './call.ts'
import type { Page } from './fields.ts'
import type { TopicOffsets } from './group-offsets.ts'

export interface Questions<Params> {
  /** The largest pages that the API gives. */
  pageSizes: { instances: number; names: number; offsets: number; logRanges: number }
  instances(offset: number): Question<Params, Page<Instance>>
  groups(instanceId: string, search: string): Question<Params, Page<string>>
  topics(instanceId: string, search: string, offset: number): Question<Params, Page<string>>
  group(target: Target): Question<Params, Group>
  /** Absent topics: all that the group has to do with. */
  offsets(
    target: Target,
    topics: readonly string[] | undefined,
    offset: number,
  ): Question<Params, Page<TopicOffsets>>
  /** Null where the dialect cannot tell where a log starts, or when its messages came. */
  logs: LogQuestions<Params> | null
}

export interface LogQuestions<Params> {
  ranges(instanceId: string, topic: string, offset: number): Question<Params, Page<LogRange>>
  firstMessage(
    instanceId: string,
    topic: string,
    partition: number,
    timeMs: number,
  ): Question<Params, bigint | null>
  /** Null: it does not say. */
  kind(instanceId: string, topic: string): Question<Params, TopicKind | null>
}

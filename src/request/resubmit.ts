// An ended request as the fields of the form, so that it can be asked for again with something changed.
// The offsets of a file do not fit a field: they stay with the request that had them.

import type { ResetRequest } from './request.ts'
import { chosenPartitions, type Reset, type ResetFields, type Target } from './reset.ts'
import { isFinal } from './state.ts'

/** It has ended without having done all of what was asked for. */
export function canBeEdited({ state }: Pick<ResetRequest, 'state'>): boolean {
  return isFinal(state) && state.name !== 'succeeded'
}

/** The parsing of these gives the same reset again, but for the offsets of a file. */
export function fieldsOf({
  reset,
  reason,
  skipToEnd,
}: Pick<ResetRequest, 'reset' | 'reason' | 'skipToEnd'>): ResetFields {
  const { target } = reset
  return {
    instance: target.instanceId,
    group: target.group,
    ...scopeFields(reset),
    ...strategyFields(reset),
    ...(skipToEnd && reset.strategy.kind === 'time' ? { skipToEnd } : {}),
    reason,
  }
}

/** Whether its offsets may be taken over by an edit: those of one group are never written for another. */
export function areOffsetsOf({ reset }: Pick<ResetRequest, 'reset'>, { instanceId, group }: Target): boolean {
  return reset.target.instanceId === instanceId && reset.target.group === group
}

function scopeFields(reset: Reset): ResetFields {
  // A file names its topics itself.
  if (reset.strategy.kind === 'offsets') return {}
  if (reset.scope === 'allTopics') return { scope: 'allTopics' }
  const chosen = chosenPartitions(reset)
  const topics = reset.topics.map(topic => {
    const partitions = chosen.get(topic)
    return partitions === undefined ? topic : `${topic}:${ranges(partitions)}`
  })
  return { scope: 'topics', topics: topics.join('\n') }
}

/** `0,1,4-6` */
function ranges(partitions: ReadonlySet<number>): string {
  const found: { low: number; high: number }[] = []
  for (const partition of [...partitions].sort((a, b) => a - b)) {
    const last = found.at(-1)
    if (last !== undefined && last.high + 1 === partition) last.high = partition
    else found.push({ low: partition, high: partition })
  }
  return found.map(({ low, high }) => (low === high ? `${low}` : `${low}-${high}`)).join(',')
}

function strategyFields({ strategy }: Reset): ResetFields {
  switch (strategy.kind) {
    case 'shift':
      return { strategy: 'shift', direction: strategy.direction, count: strategy.count.toString() }
    case 'time':
      // Slack's picker knows whole seconds.
      return { strategy: 'time', timeSeconds: Math.floor(strategy.timeMs / 1000) }
    case 'offset':
      return { strategy: 'offset', offset: strategy.offset.toString() }
    case 'group':
      return { strategy: 'group', otherGroup: strategy.group }
    case 'earliest':
    case 'latest':
    case 'offsets':
      return { strategy: strategy.kind }
    default:
      return strategy satisfies never
  }
}

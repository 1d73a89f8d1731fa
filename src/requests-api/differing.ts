// What of a request is not as it is asked for now, with a key that has made it already. Pure.

import type { ResetRequest } from '../request/request.ts'
import type { Asked, Reset } from '../request/reset.ts'

/** The same `--by-duration`, counted back from when each try arrived. */
const TRIES_MS = 60_000

/** @param nowMs when the words were read @returns the flags that lead to what differs; empty: it is the same */
export function differingFrom(request: ResetRequest, { reset, reason }: Asked, nowMs: number): string[] {
  const was = request.reset
  const isOther = (one: unknown, other: unknown) => textOf(one) !== textOf(other)
  return [
    ...(was.target.instanceId === reset.target.instanceId ? [] : ['--instance']),
    ...(was.target.group === reset.target.group ? [] : ['--group']),
    ...(isOther(whereOf(was), whereOf(reset)) ? ['the topics or partitions'] : []),
    ...(isOtherStrategy(request, reset, nowMs) ? ['where the offsets go'] : []),
    ...(request.reason === reason ? [] : ['--reason']),
  ]
}

/** All topics of a group are named once its plan is made. */
function whereOf({ scope, topics, partitions }: Reset) {
  return scope === 'allTopics' ? [scope] : [scope, [...topics].sort(), Object.entries(partitions).sort()]
}

function isOtherStrategy({ reset, createdAtMs }: ResetRequest, { strategy }: Reset, nowMs: number): boolean {
  const was = reset.strategy
  if (textOf(was) === textOf(strategy)) return false
  if (was.kind !== 'time' || strategy.kind !== 'time') return true
  return Math.abs(createdAtMs - was.timeMs - (nowMs - strategy.timeMs)) > TRIES_MS
}

function textOf(value: unknown): string {
  return JSON.stringify(value, (_key, each) => (typeof each === 'bigint' ? `${each}` : each))
}

// Which of the topics and partitions that a reset names are not there. Pure.

import type { Position } from './group.ts'
import { chosenPartitions, type Reset } from './reset.ts'

export interface NotThere {
  topics: string[]
  /** Of topics that are there; `highest`: the last partition that there is. */
  partitions: { topic: string; missing: number[]; highest: number }[]
}

/** @param positions every partition of each topic named that is there, as ClusterReader.positions gives them */
export function notThere(reset: Reset, positions: readonly Position[]): NotThere {
  const found = new Map<string, Set<number>>()
  for (const { topic, partition } of positions) {
    const partitions = found.get(topic)
    if (partitions === undefined) found.set(topic, new Set([partition]))
    else partitions.add(partition)
  }
  const chosen = chosenPartitions(reset)
  const named = [...new Set([...reset.topics, ...chosen.keys()])]
  return {
    topics: named.filter(topic => !found.has(topic)),
    partitions: named.flatMap(topic => {
      const there = found.get(topic)
      const missing =
        there === undefined ? [] : [...(chosen.get(topic) ?? [])].filter(each => !there.has(each))
      if (there === undefined || missing.length === 0) return []
      return [{ topic, missing: missing.sort((a, b) => a - b), highest: Math.max(...there) }]
    }),
  }
}

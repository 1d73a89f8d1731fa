// The cluster that faults are tried on: many groups, so that each request can have one of its own.

import type { ClusterSeed } from '../../src/sandbox/ckafka/model.ts'

export const INSTANCE = 'ckafka-fleet001'
export const TOPIC = 'events'
/** Where every group stands in each partition, of a log from 0 to twice as much. */
export const COMMITTED = 5_000n

const PARTITIONS = 2

export function fleetSeed(groups: number, now: number): ClusterSeed {
  const end = COMMITTED * 2n
  const log = {
    start: 0n,
    end,
    written: [{ fromOffset: 0n, atMs: now - Number(end) * 1_000, everyMs: 1_000 }],
  }
  const each = <T>(value: T) => Array.from({ length: PARTITIONS }, () => value)
  return {
    instances: [
      {
        id: INSTANCE,
        name: 'fleet',
        topics: [{ name: TOPIC, partitions: each(log) }],
        groups: Array.from({ length: groups }, (_, index) => ({
          name: groupName(index + 1),
          commits: { [TOPIC]: each(COMMITTED) },
        })),
      },
    ],
  }
}

export function groupName(number: number): string {
  return `group-${number}`
}

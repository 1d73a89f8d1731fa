// The cluster that faults are tried on: many groups, so that each request can have one of its own.

import type { ClusterSeed } from '../../src/sandbox/cluster/model.ts'

export const INSTANCE = 'ckafka-fleet001'
/** What the Kafka is called where there is one beside. */
export const KAFKA = 'kafka-fleet'
export const TOPIC = 'events'
/** Where every group stands in each partition at first. */
export const COMMITTED = 5_000n
export const LOG_START = 0n
export const LOG_END = 2n * COMMITTED

const PARTITIONS = 2

export function fleetSeed(groups: number, now: number, instance = INSTANCE): ClusterSeed {
  const log = {
    start: LOG_START,
    end: LOG_END,
    written: [{ fromOffset: LOG_START, atMs: now - Number(LOG_END) * 1_000, everyMs: 1_000 }],
  }
  const each = <T>(value: T) => Array.from({ length: PARTITIONS }, () => value)
  return {
    instances: [
      {
        id: instance,
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

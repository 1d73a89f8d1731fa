// Which logs are known to have transactions in them: a leader remembers the producers of each partition for a day or so, and
// whether a transaction of theirs has ended there or is open. It must never take silence for a proof that there are none.

import type { Client, Node } from './client.ts'
import { Fault } from './fault.ts'
import { layoutOf } from './logs.ts'
import { describeProducers } from './wire/messages.ts'

/** Those of the topics; what cannot be asked, as of Kafka before 2.8 or without READ on the topic, is known of none. */
export async function transactionalAmong(
  client: Client,
  topics: readonly string[],
  deadlineMs: number,
): Promise<ReadonlySet<string>> {
  const found = new Set<string>()
  try {
    const layout = await layoutOf(client, topics, deadlineMs)
    const leaders = new Map<number, { leader: Node; topics: Map<string, number[]> }>()
    for (const [topic, partitions] of layout.partitions) {
      for (const partition of partitions) {
        const leader = layout.leaderOf({ topic, partition })
        if ('unread' in leader) continue
        const asked = leaders.get(leader.nodeId) ?? { leader, topics: new Map<string, number[]>() }
        leaders.set(leader.nodeId, asked)
        asked.topics.set(topic, [...(asked.topics.get(topic) ?? []), partition])
      }
    }
    await Promise.all([...leaders.values()].map(each => ask(client, each, deadlineMs, found)))
  } catch (error) {
    if (!(error instanceof Fault)) throw error
  }
  return found
}

async function ask(
  client: Client,
  { leader, topics }: { leader: Node; topics: ReadonlyMap<string, number[]> },
  deadlineMs: number,
  found: Set<string>,
): Promise<void> {
  try {
    const versionOf = await client.versionsOf(leader, deadlineMs)
    if (versionOf(describeProducers) === null) return
    const request = {
      topics: [...topics].map(([name, partitionIndexes]) => ({ name, partitionIndexes })),
    }
    for (const { name, partitions } of (await client.ask(leader, describeProducers, request, deadlineMs))
      .topics) {
      const producers = partitions.flatMap(each => (each.errorCode === 0 ? each.activeProducers : []))
      if (producers.some(each => each.coordinatorEpoch >= 0 || each.currentTxnStartOffset >= 0n))
        found.add(name)
    }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
  }
}

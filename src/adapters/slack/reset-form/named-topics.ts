// Looks up the topics and partitions that a form names, while it is open: what is not there is refused with the nearest
// names, instead of becoming a request that fails in front of everybody. What cannot be told in time is told when the plan
// is made.

import type { ClusterReader } from '../../../ports/cluster.ts'
import { type NotThere, notThere } from '../../../request/named-topics.ts'
import { nearestIn, searchesFor } from '../../../request/nearest.ts'
import type { Reset } from '../../../request/reset.ts'

export interface TopicNotThere {
  topic: string
  nearest: readonly string[]
}

/** What of it is not there for certain; `topics` are those that the cluster's list does not have either. */
export interface NamedTopics {
  topics: TopicNotThere[]
  partitions: NotThere['partitions']
}

const NONE: NamedTopics = { topics: [], partitions: [] }
/** With each a few searches, and more than are read in one sentence. */
const LOOKED_FOR = 3

/** @param within rejects nothing and gives `otherwise` where the answer takes longer than it may */
export async function lookUpTopics(
  reader: Pick<ClusterReader, 'positions' | 'topics'>,
  reset: Reset,
  within: <T>(asked: Promise<T>, otherwise: T, what: 'look' | 'nearest') => Promise<T>,
): Promise<NamedTopics> {
  if (reset.scope === 'allTopics' || reset.topics.length === 0) return NONE
  const read = await within(reader.positions(reset.target, reset.topics), null, 'look')
  if (read?.kind !== 'read') return NONE
  const { topics, partitions } = notThere(reset, read.value)
  const searched = await Promise.all(
    topics.slice(0, LOOKED_FOR).map(topic => within(searchFor(reader, reset, topic), null, 'nearest')),
  )
  return { topics: searched.filter(each => each !== null), partitions }
}

/** Null: it is on the list, or that cannot be told. */
async function searchFor(
  reader: Pick<ClusterReader, 'topics'>,
  { target }: Reset,
  topic: string,
): Promise<TopicNotThere | null> {
  const [own, ...others] = await Promise.all(
    [topic, ...searchesFor(topic)].map(piece => reader.topics(target.instanceId, piece)),
  )
  const isListedWhole = own?.kind === 'read' && own.value.names.length >= own.value.total
  if (!isListedWhole || own.value.names.includes(topic)) return null
  return { topic, nearest: nearestIn(topic, others) }
}

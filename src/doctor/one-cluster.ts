// Whether two entries are one cluster, as the start and the log tell it: known only when all of them have been asked.

import { type ClusterIdNews, clusterIdSentence, createClusterIds } from '../adapters/kafka/cluster-ids.ts'
import type { ClusterEntry } from '../config-clusters.ts'
import { nameOf } from '../open-clusters.ts'
import type { Finding } from './finding.ts'

export interface OneCluster {
  see(entry: ClusterEntry, clusterId: string): void
  findings(): Finding[]
}

export function createOneCluster(entries: readonly ClusterEntry[]): OneCluster {
  const ids = createClusterIds()
  const told: { name: string; news: ClusterIdNews }[] = []
  return {
    see(entry, clusterId) {
      // Two instances of CKafka are told apart by their ids.
      const others = entries.filter(each => entry.kind === 'kafka' || each.kind === 'kafka')
      const news = ids.see(
        entry.id,
        clusterId,
        others.map(({ id }) => id),
      )
      told.push(...news.map(each => ({ name: nameOf(entry), news: each })))
    },
    findings: () =>
      told.map(({ name, news }) => ({
        ...{ area: name, what: 'which cluster it is', level: 'warning' },
        found: clusterIdSentence(name, news),
        advice: 'Look at kafka.bootstrap of both, and take one entry out.',
      })),
  }
}

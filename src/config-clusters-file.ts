// What the settings take from the file of clusters: its entries, its problems and notices in their words, and which of the
// settings do not count beside it.

import type { LoadedClusters } from './clusters-file/load.ts'
import type { Environment } from './clusters-file/secrets.ts'
import { type ClustersWatch, type WatchDeps, watchClusters } from './clusters-file/watch.ts'
import { type CkafkaSettings, type ClusterEntry, clusterOfSettings } from './config-clusters.ts'

export interface ClustersFile {
  path: string
  watch(deps: WatchDeps): ClustersWatch
}

interface InstanceName {
  id: string
  name: string
}

interface OfClusters {
  clusters: readonly ClusterEntry[]
  clustersFile: ClustersFile | null
  instances: InstanceName[]
}

/** @param ckafka of the settings, which count where there is no file */
export function clustersOf(
  ckafka: CkafkaSettings,
  instances: InstanceName[],
  file: { path: string; loaded: LoadedClusters } | null,
  given: Environment,
): OfClusters {
  if (file === null) {
    return { clusters: [clusterOfSettings(ckafka, instances)], clustersFile: null, instances }
  }
  const { path, loaded } = file
  const clusters = loaded.read.map(({ entry }) => entry)
  return {
    clusters,
    clustersFile: { path, watch: deps => watchClusters(path, given, loaded, deps) },
    // Each entry names its own, and an edit may change which.
    instances: [],
  }
}

export function clusterProblems({ problems }: LoadedClusters): string[] {
  return problems.map(({ text }) => `CLUSTERS_FILE ${text}`)
}

/** What the file of clusters says instead. */
const OF_CKAFKA = [
  ...['CKAFKA_API', 'CKAFKA_ENDPOINT', 'CKAFKA_INSTANCES', 'CKAFKA_SIGNATURE_METHOD'],
  ...['CKAFKA_SET_OFFSETS_ACTION', 'TENCENTCLOUD_REGION', 'TENCENTCLOUD_SECRET_ID'],
  ...['TENCENTCLOUD_SECRET_KEY', 'TENCENTCLOUD_SECURITY_TOKEN'],
]

export function clusterNotices(given: Environment, loaded: LoadedClusters): string[] {
  const named = loaded.read.flatMap(({ secrets }) =>
    secrets.flatMap(({ from, name }) => (from === 'variable' ? [name] : [])),
  )
  const unread = OF_CKAFKA.filter(name => given[name] !== undefined && !named.includes(name))
  return [
    ...unread.map(name => `${name} does not count: CLUSTERS_FILE is set, and its entries say it.`),
    ...loaded.problems.map(({ text, entry }) =>
      entry === null ? `CLUSTERS_FILE ${text}` : `CLUSTERS_FILE ${text}. This entry is not served.`,
    ),
    ...loaded.read.flatMap(({ entry, notices }) =>
      notices.map(notice => `CLUSTERS_FILE ${entry.id}: ${notice}`),
    ),
  ]
}

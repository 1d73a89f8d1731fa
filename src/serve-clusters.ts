// The clusters that are served now: opened from the settings, followed while their file is edited, and what is told of them.

import { clusterIdSentence } from './adapters/kafka/cluster-ids.ts'
import type { RedisConnection } from './adapters/redis/connect.ts'
import type { ClustersWatch } from './clusters-file/watch.ts'
import type { Config } from './config.ts'
import { type OpenClusters, openClusters } from './open-clusters.ts'
import { keyLine } from './refused-keys.ts'
import { faultsOf, type Setup } from './setup.ts'

const CLUSTERS_LOOK_MS = 1_000

export function serveClusters(setup: Setup, redis: RedisConnection): OpenClusters {
  const { config, telemetry, clock, traces } = setup
  const { clusters: entries, redisPrefix, quotaFactor, proxies } = config
  return openClusters({
    ...{ entries, clock, redis, redisPrefix, quotaFactor, proxies, mayChange: config.clustersFile !== null },
    onCall(call) {
      telemetry.observeCall(call)
      traces.tracing.called(call)
    },
    onFault: faultsOf(setup)('clusters'),
    onClusterId: (name, news) =>
      telemetry.warn(clusterIdSentence(name, news), { event: 'clusterId', name, ...news }),
    onTrouble: (name, cause) =>
      cause === null
        ? telemetry.info(`The cluster ${name} can be used again.`, { event: 'cluster', name })
        : telemetry.warn(troubleSentence(name), { event: 'cluster', name, cause }),
    onRenewal: (name, problem) =>
      problem === null
        ? telemetry.info(`The credentials of ${name} are renewed again.`, { event: 'credentials', name })
        : telemetry.warn(
            `The credentials of ${name} could not be renewed. Those it has go on while they hold.`,
            {
              ...{ event: 'credentials', name, cause: problem },
            },
          ),
  })
}

/** Which of them refuse the key that they are asked with. Never rejects. */
export async function tellKeys(setup: Setup, clusters: OpenClusters, ids?: readonly string[]): Promise<void> {
  const { telemetry, served, config } = setup
  // Where there is a file, a cluster that does not answer is told already.
  const isAlone = config.clustersFile === null && served.entries.length === 1
  try {
    for (const tried of await clusters.tryKeys(ids)) {
      const line = keyLine(tried, isAlone)
      const cause = tried.answer.kind === 'away' ? { cause: tried.answer.cause } : {}
      if (line !== undefined) telemetry.warn(line, { event: 'key', ...cause })
    }
  } catch (error) {
    faultsOf(setup)('clusters')(error)
  }
}

/** An edit that cannot be followed leaves the clusters as they are. @param onEdited what was read of them counts no more */
export function followClusters(
  setup: Setup,
  clusters: OpenClusters,
  onEdited: () => void,
): ClustersWatch | undefined {
  const { config, telemetry } = setup
  return config.clustersFile?.watch({
    everyMs: CLUSTERS_LOOK_MS,
    onChange({ entries, added, changed, removed, problems }) {
      clusters.change({ entries, added, changed })
      setup.served.entries = entries
      onEdited()
      const ids = (these: readonly { id: string }[]) => these.map(({ id }) => id)
      telemetry.info('the file of clusters was edited', {
        ...{ event: 'clusters', added: ids(added), changed: ids(changed), removed },
      })
      for (const { text } of problems) telemetry.warn(`CLUSTERS_FILE ${text}`, { event: 'clusters' })
      void tellKeys(setup, clusters, ids([...added, ...changed]))
    },
    onFault: faultsOf(setup)('clusters'),
  })
}

export function troubleSentence(name: string): string {
  return `The cluster ${name} cannot be used now.`
}

/** How people hear of all of them together. */
export function clustersSaid(clusters: Config['clusters']): 'ckafka' | 'kafka' | 'several' {
  const ofKafka = clusters.filter(({ kind }) => kind === 'kafka').length
  if (ofKafka === 0) return 'ckafka'
  return ofKafka === clusters.length ? 'kafka' : 'several'
}

// The cluster half of the page: what the cluster at hand holds, drawn as it changes.
// It must never reach the cluster by any road but the deeds of the protocol.

import { scene } from '../connection.ts'
import '../styles/cluster.css'
import { ClusterTabs } from './cluster-tabs.tsx'
import { Drawer } from './drawer.tsx'
import { FaultBanner } from './faults.tsx'
import { GroupCard } from './group-card.tsx'
import { Producers } from './producers.tsx'
import { shownOf } from './shown.ts'

export function ClusterPane() {
  const now = scene.value
  const cluster = now === null ? undefined : shownOf(now.clusters)
  if (now === null || cluster === undefined) return <div class="cluster" aria-busy="true" />
  const { clusters, faults } = now

  return (
    <div class="cluster">
      <ClusterTabs clusters={clusters} shown={cluster} />
      <FaultBanner faults={faults} />
      <div class="cluster-body" id="cluster-at-hand" role="tabpanel" aria-label={`Cluster ${cluster.name}`}>
        <h2 class="visually-hidden">{cluster.name}</h2>
        <Legend />
        {cluster.groups.map(group => (
          <GroupCard key={`${cluster.id} ${group.name}`} cluster={cluster.id} group={group} />
        ))}
        <Producers cluster={cluster.id} topics={cluster.topics} />
      </div>
      <Drawer cluster={cluster} faults={faults} />
    </div>
  )
}

function Legend() {
  return (
    <p class="legend" aria-hidden="true">
      <span class="legend-read" /> read
      <span class="legend-unread" /> still to read (lag)
      <span class="legend-marker" /> committed offset
    </p>
  )
}

// The cluster half of the page: what the simulated CKafka holds, drawn as it changes.
// It must never reach the cluster by any road but the deeds of the protocol.

import { scene } from '../connection.ts'
import '../styles/cluster.css'
import { Drawer } from './drawer.tsx'
import { FaultBanner } from './faults.tsx'
import { GroupCard } from './group-card.tsx'
import { Producers } from './producers.tsx'

export function ClusterPane() {
  const now = scene.value
  if (now === null) return <div class="cluster" aria-busy="true" />
  const { cluster, faults } = now

  return (
    <div class="cluster">
      <header class="cluster-head">
        <h2>{cluster.instance.name}</h2>
        <code>{cluster.instance.id}</code>
      </header>
      <FaultBanner faults={faults} />
      <div class="cluster-body">
        <Legend />
        {cluster.groups.map(group => (
          <GroupCard key={group.name} group={group} />
        ))}
        <Producers topics={cluster.topics} />
      </div>
      <Drawer calls={cluster.calls} faults={faults} />
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

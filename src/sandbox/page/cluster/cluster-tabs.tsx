// The clusters by name and kind, of which one is at hand at a time.
// It must never act on a cluster.

import type { ClusterScene } from '../protocol.ts'
import { KINDS, take } from './shown.ts'

const tabOf = (id: string) => `cluster-tab-${id}`

export function ClusterTabs({ clusters, shown }: { clusters: readonly ClusterScene[]; shown: ClusterScene }) {
  const turn = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
    if (step === undefined) return
    event.preventDefault()
    const next = clusters.at((clusters.indexOf(shown) + step) % clusters.length)
    if (next === undefined) return
    take(next.id)
    document.getElementById(tabOf(next.id))?.focus()
  }

  return (
    <div class="cluster-tabs" role="tablist" aria-label="Clusters">
      {clusters.map(({ id, name, kind }) => (
        <button
          key={id}
          id={tabOf(id)}
          type="button"
          role="tab"
          data-testid={`cluster-${id}`}
          aria-selected={id === shown.id}
          aria-controls="cluster-at-hand"
          tabIndex={id === shown.id ? 0 : -1}
          onClick={() => take(id)}
          onKeyDown={turn}
        >
          <span class="cluster-name">
            <strong>{name}</strong> <span class="cluster-kind">{KINDS[kind]}</span>
          </span>
          <code>{id}</code>
        </button>
      ))}
    </div>
  )
}

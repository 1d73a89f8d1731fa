// What lies under the groups: the API calls and the faults, one at a time. Both stay in the page, so that a call
// that fails while the faults are shown is not missed.

import { useSignal } from '@preact/signals'
import type { ClusterScene, FaultSwitch } from '../protocol.ts'
import { Calls } from './calls.tsx'
import { Faults } from './faults.tsx'

interface DrawerProps {
  cluster: ClusterScene
  faults: FaultSwitch[]
}

const TABS = ['calls', 'faults'] as const

export function Drawer({ cluster, faults }: DrawerProps) {
  const { calls } = cluster
  const shown = useSignal<(typeof TABS)[number]>('calls')
  const titles = {
    calls: `API calls (${calls.at(-1)?.number ?? 0})`,
    faults: `Faults (${faults.filter(fault => fault.on).length} on)`,
  }

  const turn = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return
    event.preventDefault()
    shown.value = shown.value === 'calls' ? 'faults' : 'calls'
    document.getElementById(`drawer-tab-${shown.value}`)?.focus()
  }

  return (
    <section class="drawer" aria-label="API calls and faults">
      <div role="tablist" class="drawer-tabs" aria-label="API calls and faults">
        {TABS.map(tab => (
          <button
            key={tab}
            type="button"
            role="tab"
            id={`drawer-tab-${tab}`}
            aria-selected={shown.value === tab}
            aria-controls={`drawer-${tab}`}
            tabIndex={shown.value === tab ? 0 : -1}
            onClick={() => {
              shown.value = tab
            }}
            onKeyDown={turn}
          >
            {titles[tab]}
          </button>
        ))}
      </div>
      {TABS.map(tab => (
        <div
          key={tab}
          role="tabpanel"
          class="drawer-panel"
          id={`drawer-${tab}`}
          aria-labelledby={`drawer-tab-${tab}`}
          hidden={shown.value !== tab}
        >
          {tab === 'calls' ? <Calls calls={calls} /> : <Faults kind={cluster.kind} faults={faults} />}
        </div>
      ))}
    </section>
  )
}

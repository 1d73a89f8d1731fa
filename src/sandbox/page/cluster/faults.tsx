// The faults that can be switched on, by where they happen, and a banner with those that are.
// What a fault does is the server's to know; its sentence comes with it.

import type { ClusterScene, FaultSwitch } from '../protocol.ts'
import { Toggle } from './toggle.tsx'

const PLACES: { where: FaultSwitch['where']; title: string }[] = [
  { where: 'ckafka', title: 'CKafka' },
  { where: 'kafka', title: 'Kafka' },
  { where: 'slack', title: 'Slack' },
  { where: 'redis', title: 'Redis' },
  { where: 'rewind', title: 'Rewind' },
]

interface FaultsProps {
  /** Of the cluster at hand: the faults of the other kind are under its tab. */
  kind: ClusterScene['kind']
  faults: readonly FaultSwitch[]
}

export function Faults({ kind, faults }: FaultsProps) {
  return (
    <div class="faults">
      {PLACES.map(({ where, title }) => {
        const here = faults.filter(fault => fault.where === where)
        const isOther = (where === 'ckafka' || where === 'kafka') && where !== kind
        if (here.length === 0 || isOther) return null
        return (
          <section key={where} aria-label={`Faults of ${title}`}>
            <h3>{title}</h3>
            {here.map(({ id, label, says, on }) => (
              <div class="fault" key={id}>
                <Toggle
                  testId={`fault-${id}`}
                  on={on}
                  deed={{ do: 'fault', id, on: !on }}
                  describedBy={`fault-${id}-says`}
                >
                  {label}
                </Toggle>
                <p id={`fault-${id}-says`}>{says}</p>
              </div>
            ))}
          </section>
        )
      })}
    </div>
  )
}

export function FaultBanner({ faults }: { faults: readonly FaultSwitch[] }) {
  const on = faults.filter(fault => fault.on)
  return (
    <div class="fault-banner" role="status" hidden={on.length === 0}>
      {on.length === 0 ? null : (
        <>
          <strong>{on.length === 1 ? 'A fault is on:' : `${on.length} faults are on:`}</strong>{' '}
          {on.map(({ where, label }) => `${titleOf(where)}: ${label}`).join(' · ')}
        </>
      )}
    </div>
  )
}

function titleOf(where: FaultSwitch['where']): string {
  return PLACES.find(place => place.where === where)?.title ?? where
}

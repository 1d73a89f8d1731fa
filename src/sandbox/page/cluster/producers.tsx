// The topics, each with a producer to turn on. What it writes is the server's to say.

import type { ClusterScene } from '../protocol.ts'
import { Toggle } from './toggle.tsx'

export function Producers({ cluster, topics }: { cluster: string; topics: ClusterScene['topics'] }) {
  return (
    <section class="producers" aria-label="Producers">
      <h3>Producers</h3>
      {topics.map(({ name, producing }) => (
        <Toggle
          key={`${cluster} ${name}`}
          testId={`produce-${name}`}
          on={producing}
          deed={{ do: 'produce', cluster, topic: name, running: !producing }}
          label={`Producer of ${name}`}
        >
          {name}
        </Toggle>
      ))}
    </section>
  )
}

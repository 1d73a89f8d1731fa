// One consumer group: its state, its consumers, and where it stands in every partition.
// It must never add up what is unknown as if it were nought.

import type { ClusterScene } from '../protocol.ts'
import { Members } from './members.tsx'
import { formatOffset, scaleOf, sumOf } from './offsets.ts'
import { PartitionLog } from './partition-log.tsx'

type Group = ClusterScene['groups'][number]

export function GroupCard({ cluster, group }: { cluster: string; group: Group }) {
  const lag = sumOf(group.topics.flatMap(({ partitions }) => partitions.map(each => each.lag)))
  const canBeReset = group.state === 'Empty'
  return (
    <article class="group" aria-label={`Consumer group ${group.name}`}>
      <header class="group-head">
        <h3>{group.name}</h3>
        <span class="state" data-state={canBeReset ? 'empty' : 'active'}>
          {group.state}
          <span class="quiet">{canBeReset ? 'can be reset' : 'no reset while it consumes'}</span>
        </span>
        {lag === null ? null : <span class="group-lag">lag {formatOffset(lag)}</span>}
      </header>
      <Members cluster={cluster} group={group} />
      {group.topics.length === 0 ? <p class="quiet">Nothing committed yet.</p> : null}
      {group.topics.map(({ topic, partitions }) => {
        const scale = scaleOf(partitions)
        return (
          <section class="topic" key={topic} aria-label={`Topic ${topic}`}>
            <h4>
              {topic}
              <span class="topic-lag" aria-hidden="true">
                lag
              </span>
            </h4>
            <ul>
              {partitions.map((log, index) => (
                <PartitionLog
                  key={log.partition}
                  group={group.name}
                  topic={topic}
                  log={log}
                  scale={scale}
                  tabStop={index === 0}
                />
              ))}
            </ul>
          </section>
        )
      })}
    </article>
  )
}

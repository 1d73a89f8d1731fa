// A group's consumers as chips, the switches that stop and start them and that have a partition not move, and a button to have
// a little read and committed.
// It must never guess whether the group can be reset: the cluster's word for its state says so.

import type { ClusterScene } from '../protocol.ts'
import { DeedButton } from './deed-button.tsx'
import { Toggle } from './toggle.tsx'

type Group = ClusterScene['groups'][number]

export function Members({ cluster, group }: { cluster: string; group: Group }) {
  const running = group.members.length > 0
  const [first] = group.topics
  const [at] = first?.partitions ?? []
  return (
    <div class="members">
      <Toggle
        testId={`members-switch-${group.name}`}
        on={running}
        deed={{ do: 'members', cluster, group: group.name, running: !running }}
        label={`Consumers of ${group.name}`}
      >
        Consumers
      </Toggle>
      {running ? (
        <ul class="chips" aria-label={`Consumers of ${group.name}`}>
          {group.members.map(({ clientId, host }) => (
            <li class="chip" key={`${clientId} ${host}`}>
              <strong>{clientId}</strong> {host.replace(/^\//, '')}
            </li>
          ))}
        </ul>
      ) : (
        <span class="quiet">none running</span>
      )}
      <DeedButton
        testId={`read-on-${group.name}`}
        deed={{ do: 'readOn', cluster, group: group.name }}
        label={`Consume 100 per partition: a consumer of ${group.name} consumes 100 messages of each, and commits`}
      >
        Consume 100 per partition
      </DeedButton>
      {first === undefined || at === undefined ? null : (
        <Toggle
          testId={`stick-switch-${group.name}`}
          on={group.stuck}
          deed={{ do: 'stick', cluster, group: group.name, on: !group.stuck }}
          label={`Stuck on ${first.topic} p${at.partition}: the consumers of ${group.name} fail on its next message`}
        >
          Stuck on {first.topic} p{at.partition}
        </Toggle>
      )}
    </div>
  )
}

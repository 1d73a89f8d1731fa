// Owns which broker leads a partition and which coordinates a group, and their moving to another one.
// It must never know of messages or sockets.

/** Brokers are called by their ids. */
export interface Topology {
  nodes(): readonly number[]
  /** null: nobody does. */
  leaderOf(topic: string, partition: number): number | null
  moveLeader(topic: string, partition: number, nodeId: number | null): void
  coordinatorOf(group: string): number | null
  moveCoordinator(group: string, nodeId: number | null): void
}

/** Spread over the nodes by partition and by name until somebody moves them. */
export function createTopology(nodes: readonly number[]): Topology {
  const leaders = new Map<string, number | null>()
  const coordinators = new Map<string, number | null>()
  const place = (topic: string, partition: number) => `${topic} ${partition}`
  const at = (index: number) => nodes[index % nodes.length] ?? null
  const known = (nodeId: number | null) => {
    if (nodeId !== null && !nodes.includes(nodeId)) throw new Error(`there is no node ${nodeId}`)
    return nodeId
  }
  return {
    nodes: () => nodes,
    leaderOf(topic, partition) {
      const moved = leaders.get(place(topic, partition))
      return moved === undefined ? at(partition) : known(moved)
    },
    moveLeader(topic, partition, nodeId) {
      known(nodeId)
      leaders.set(place(topic, partition), nodeId)
    },
    coordinatorOf(group) {
      const moved = coordinators.get(group)
      if (moved !== undefined) return known(moved)
      return at([...group].reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), 0))
    },
    moveCoordinator(group, nodeId) {
      known(nodeId)
      coordinators.set(group, nodeId)
    },
  }
}

// What lives around the cluster in a demo: members that leave, come back and consume, and producers that write.
// It moves the cluster by its verbs alone, and never while nobody has asked for it with `startTraffic`.

import type { Member } from './cluster/instance.ts'
import type { Cluster } from './cluster/model.ts'

const EVERY_MS = 500
const MEMBERS_STARTED = 2
/** Messages of a partition: a minute for the longest log of the demo, and far more than its producers write. */
const READ_AT_ONCE = 3_000

/** Where the members of stopped groups are kept, so that they come back as they were. */
export interface Members {
  stop(group: string): void
  /** Those that were stopped; a group that never had any gets two, which share its partitions. */
  start(group: string): void
  /**
   * A consumer joins, reads so many messages of each partition of these topics (absent: all of the group), commits, and
   * leaves. Where consumers are connected, they read them.
   */
  readOn(group: string, messages: number, topics?: string[]): void
}

export function createMembers(cluster: Cluster): Members {
  const away = new Map<string, Member[]>()
  const instance = cluster.instances()[0]?.id ?? ''
  const known = (group: string) => {
    const found = cluster.group(instance, group)
    if (found.state === 'Dead') throw new Error(`There is no group "${group}".`)
    return found
  }

  function newMembers(group: string): Member[] {
    const members = Array.from({ length: MEMBERS_STARTED }, (_, index) => ({
      clientId: `consumer-${index + 1}`,
      host: `/10.0.4.${11 + index}`,
      assignment: {} as Record<string, number[]>,
    }))
    for (const { topic, partition } of cluster.positions(instance, group)) {
      const assignment = members[partition % MEMBERS_STARTED]?.assignment ?? {}
      assignment[topic] = [...(assignment[topic] ?? []), partition]
    }
    return members
  }

  return {
    stop(group) {
      const { members } = known(group)
      if (members.length === 0) throw new Error(`${group} has no members.`)
      away.set(group, members)
      for (const { clientId } of members) cluster.leave(group, clientId)
    },
    start(group) {
      if (known(group).members.length > 0) throw new Error(`${group} is running already.`)
      for (const member of away.get(group) ?? newMembers(group)) cluster.join(group, member)
      away.delete(group)
    },
    readOn(group, messages, topics) {
      const { members } = known(group)
      const positions = cluster.positions(instance, group, topics)
      if (positions.length === 0) throw new Error(`${group} has not read anything yet.`)
      const passing = 'consumer-in-passing'
      if (members.length === 0) cluster.join(group, { clientId: passing, host: '/10.0.4.10' })
      for (const { topic, partition } of positions) cluster.consume(group, topic, partition, messages)
      if (members.length === 0) cluster.leave(group, passing)
    },
  }
}

export interface Traffic {
  produce(topic: string, running: boolean): void
  producing(topic: string): boolean
  /** From now on the members of this group fail on the next message of its first partition, or do not any more. */
  stick(group: string, on: boolean): void
  sticking(group: string): boolean
  close(): void
}

/** From now on members consume what is assigned to them, and topics that are switched on are written to. */
export function startTraffic(cluster: Cluster): Traffic {
  const instance = cluster.instances()[0]?.id ?? ''
  const written = new Set<string>()
  const stuck = new Set<string>()
  let turn = 0
  const topics = () => cluster.instances()[0]?.topics ?? []

  function write(): void {
    for (const { name, partitions } of topics()) {
      if (!written.has(name)) continue
      // Uneven, as keys make it.
      for (let partition = 0; partition < partitions; partition++)
        cluster.produce(name, partition, 40 + 25 * ((partition * 2) % 5))
    }
  }

  function read(): void {
    for (const { name } of cluster.instances()[0]?.groups ?? []) {
      const assigned = new Set(
        cluster
          .group(instance, name)
          .members.flatMap(({ assignment }) => Object.entries(assignment))
          .flatMap(([topic, partitions]) => partitions.map(partition => `${topic} ${partition}`)),
      )
      if (assigned.size === 0) continue
      for (const [index, { topic, partition, committed, logStart, logEnd }] of cluster
        .positions(instance, name)
        .entries()) {
        if (index === 0 && stuck.has(name)) continue
        const left = logEnd - (committed ?? logStart)
        if (left <= 0n || !assigned.has(`${topic} ${partition}`)) continue
        cluster.consume(name, topic, partition, readAtOnce())
      }
    }
  }

  /** Uneven, as consumers are: a third less or more. */
  function readAtOnce(): number {
    turn += 1
    return Math.round(READ_AT_ONCE * (1 + Math.sin(turn * 1.7) / 3))
  }

  const timer = setInterval(() => {
    write()
    read()
  }, EVERY_MS)

  return {
    produce(topic, running) {
      if (!topics().some(each => each.name === topic)) throw new Error(`There is no topic "${topic}".`)
      if (running) written.add(topic)
      else written.delete(topic)
    },
    producing: topic => written.has(topic),
    stick(group, on) {
      if (on) stuck.add(group)
      else stuck.delete(group)
    },
    sticking: group => stuck.has(group),
    close: () => clearInterval(timer),
  }
}

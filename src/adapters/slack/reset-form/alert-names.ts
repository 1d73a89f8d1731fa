// Which names of a message are on the cluster: a few reads in a few seconds, and then what has been found by then.
// It must never offer a name that the cluster has not been seen to have.

import type { ClusterReader } from '../../../ports/cluster.ts'
import { type Candidates, existing, instanceIn } from '../../../request/alert.ts'
import type { Instance, NamePage } from '../../../request/group.ts'
import type { ReadOutcome } from '../../../request/result.ts'
import type { GroupStatus } from './group-status.ts'

export interface NamesThere {
  /** Null: the message does not say which. */
  instance: string | null
  group: string | null
  topics: string[]
  status: GroupStatus | undefined
  /** How far the cluster has answered. */
  reached: 'nothing' | 'instances' | 'names'
}

export interface NameSearch {
  reader: ClusterReader
  /** Those that may be reset; empty: all of the account. */
  instances: readonly Instance[]
}

/** The account's budget is everybody's. */
const READS_MAX = 6
const SEARCH_MS = 6_000
/** The first page holds 50 names; where there are more, so many candidates are searched for by themselves. */
const GROUPS_SEARCHED = 2
const TOPICS_SEARCHED = 1

export async function findNames(
  text: string,
  candidates: Candidates,
  { reader, instances }: NameSearch,
): Promise<NamesThere> {
  const found: NamesThere = { instance: null, group: null, topics: [], status: undefined, reached: 'nothing' }
  let readsLeft = READS_MAX
  let isOver = false

  async function ask<T>(read: () => Promise<ReadOutcome<T>>): Promise<ReadOutcome<T> | null> {
    if (readsLeft <= 0 || isOver) return null
    readsLeft -= 1
    return read()
  }

  async function there(
    wanted: readonly string[],
    page: (search: string) => Promise<ReadOutcome<NamePage>>,
    searches: number,
  ): Promise<string[]> {
    if (wanted.length === 0) return []
    const first = readValue(await ask(() => page('')))
    if (first !== undefined) found.reached = 'names'
    // A copy: the page is kept for the next who asks.
    const names = [...(first?.names ?? [])]
    const known = existing(wanted, names)
    if (first === undefined || first.total <= names.length) return known
    const missing = wanted.filter(name => !known.includes(name)).slice(0, searches)
    for (const name of missing) {
      const more = readValue(await ask(() => page(name)))
      names.push(...(more?.names ?? []))
    }
    return existing(wanted, names)
  }

  async function search(): Promise<void> {
    const listed = instances.length > 0 ? instances : (readValue(await ask(() => reader.instances())) ?? [])
    if (listed.length > 0) found.reached = 'instances'
    const instanceId = instanceIn(text, candidates, listed)
    if (instanceId === undefined || isOver) return
    found.instance = instanceId
    if (candidates.groups.length + candidates.topics.length === 0) found.reached = 'names'
    const [group] = await there(candidates.groups, name => reader.groups(instanceId, name), GROUPS_SEARCHED)
    if (group === undefined) {
      const topics = await there(candidates.topics, name => reader.topics(instanceId, name), TOPICS_SEARCHED)
      if (!isOver) found.topics = topics
      return
    }
    if (isOver) return
    found.group = group
    const target = { instanceId, group }
    const [state, positions] = await Promise.all([
      ask(() => reader.group(target)),
      ask(() => reader.positions(target)),
    ])
    if (isOver || state === null || positions === null) return
    found.status = { kind: 'seen', group: state, positions }
    // A reset moves what the group has committed to: another topic of that name is not what the alert is about.
    const committed = (readValue(positions) ?? []).filter(({ committed }) => committed !== null)
    found.topics = existing(candidates.topics, [...new Set(committed.map(({ topic }) => topic))])
  }

  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>(resolve => {
    timer = setTimeout(resolve, SEARCH_MS)
  })
  await Promise.race([search(), late])
  clearTimeout(timer)
  isOver = true
  return found
}

function readValue<T>(outcome: ReadOutcome<T> | null): T | undefined {
  return outcome?.kind === 'read' ? outcome.value : undefined
}

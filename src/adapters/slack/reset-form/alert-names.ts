// Which names of a message are on the cluster: a few reads in a few seconds, and then what has been found by then.
// It must never offer a name that the cluster has not been seen to have, nor another one for a group that is not there.

import type { ClusterReader } from '../../../ports/cluster.ts'
import {
  type Alerts,
  existing,
  type InstanceSaid,
  instanceIn,
  type OneAlert,
  shownName,
  type TopicSaid,
} from '../../../request/alert.ts'
import type { ReadOutcome } from '../../../request/api-answer.ts'
import { type Instance, isInUse, type NamePage } from '../../../request/group.ts'
import type { GroupStatus } from './group-status.ts'

export interface NamesThere {
  /** Null: the message does not say which. */
  instance: string | null
  /** One that the message names, and that is not among those that can be reset. */
  otherInstance: string | null
  group: string | null
  /** The message labels a group, and the cluster has been seen not to have it. */
  isGroupMissing: boolean
  /** The message labels a group, and not by a whole name. */
  isGroupCut: boolean
  /** And so of a topic: of the alert that is filled in, or of any where none is. */
  isTopicCut: boolean
  /** As they are typed: `orders`, or `orders:3` where a partition is labelled. */
  topics: string[]
  /** Which of the alerts these are of. */
  about: OneAlert | null
  status: GroupStatus | undefined
  /** How far the cluster has answered; `names`: it is known of each name whether it is there. */
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

export async function findNames(alerts: Alerts, { reader, instances }: NameSearch): Promise<NamesThere> {
  const found: NamesThere = {
    ...{ instance: null, otherInstance: null, group: null, isGroupMissing: false, topics: [], about: null },
    ...{ isGroupCut: false, isTopicCut: false },
    ...{ status: undefined, reached: 'nothing' },
  }
  let readsLeft = READS_MAX
  let isOver = false

  async function ask<T>(read: () => Promise<ReadOutcome<T>>): Promise<ReadOutcome<T> | null> {
    if (readsLeft <= 0 || isOver) return null
    readsLeft -= 1
    return read()
  }

  /** For each of the names the one that is there, of all that it can be read as; and whether all could be told. */
  async function there(
    wanted: readonly (readonly string[])[],
    page: (search: string) => Promise<ReadOutcome<NamePage>>,
    { searches, untilFirst }: { searches: number; untilFirst: boolean },
  ): Promise<{ names: (string | undefined)[]; isWhole: boolean }> {
    const none = { names: wanted.map(() => undefined), isWhole: false }
    if (wanted.length === 0) return none
    const first = readValue(await ask(() => page('')))
    if (first === undefined) return none
    // A copy: the page is kept for the next who asks.
    const seen = [...first.names]
    const isComplete = first.total <= seen.length
    let left = searches
    let isWhole = true
    const names: (string | undefined)[] = []
    for (const readings of wanted) {
      const isSure = () => isComplete || existing(readings.slice(0, 1), seen).length > 0
      let sure = isSure()
      if (!sure && left > 0) {
        left -= 1
        const more = readValue(await ask(() => page(shownName(readings))))
        seen.push(...(more?.names ?? []))
        sure = more !== undefined
      }
      // A shorter reading counts only where the whole value has been looked for and is not there.
      const [name] = sure ? existing(readings, seen) : []
      isWhole &&= sure
      names.push(name)
      if (untilFirst && name !== undefined) break
    }
    if (!isOver) found.reached = 'names'
    return { names, isWhole }
  }

  async function search(): Promise<void> {
    const listed =
      instances.length > 0
        ? instances
        : (readValue(await ask(() => reader.instances())) ?? []).filter(isInUse)
    if (listed.length > 0) found.reached = 'instances'
    const said = instanceOf(alerts, listed)
    if (said.kind === 'other') found.otherInstance = said.id
    if (said.kind !== 'known' || isOver) return
    const instanceId = said.id
    found.instance = instanceId
    const firing = alerts.firing.filter(({ text }) => isOn(instanceId, text, listed))
    const labelled = firing.filter(({ group }) => group !== null)
    const named = labelled.filter(({ isCut }) => !isCut)
    if (named.length === 0) found.reached = 'names'
    const groups = await there(
      named.map(({ group }) => group ?? []),
      name => reader.groups(instanceId, name),
      { searches: GROUPS_SEARCHED, untilFirst: true },
    )
    if (isOver) return
    const at = groups.names.findIndex(name => name !== undefined)
    const [group, about] = [groups.names[at], named[at]]
    if (group === undefined || about === undefined) {
      // Where a group is labelled, its topics on another cluster or under another group are not what the alert is about.
      const isClear = named.some(alert => alert.isClear)
      found.isGroupCut = labelled.length > named.length
      found.isTopicCut = firing.some(({ hasCutTopic }) => hasCutTopic)
      if (!isClear && !found.isGroupCut) await searchTopics(instanceId, firing)
      if (named.length > 0 && !groups.isWhole) found.reached = 'instances'
      else found.isGroupMissing = isClear
      return
    }
    found.group = group
    found.about = about
    found.isTopicCut = about.hasCutTopic
    const target = { instanceId, group }
    const [state, positions] = await Promise.all([
      ask(() => reader.group(target)),
      ask(() => reader.positions(target)),
    ])
    if (isOver || state === null || positions === null) return
    found.status = { kind: 'seen', group: state, positions }
    // A reset moves what the group has committed to: another topic of that name is not what the alert is about.
    const committed = (readValue(positions) ?? []).filter(({ committed }) => committed !== null)
    const topics = [...new Set(committed.map(({ topic }) => topic))]
    found.topics = about.topics.flatMap(topic => typed(topic, existing(topic.readings, topics)[0]))
  }

  async function searchTopics(instanceId: string, firing: readonly OneAlert[]): Promise<void> {
    const wanted = firing.flatMap(({ topics }) => topics)
    const { names, isWhole } = await there(
      wanted.map(({ readings }) => readings),
      name => reader.topics(instanceId, name),
      { searches: TOPICS_SEARCHED, untilFirst: false },
    )
    if (isOver) return
    found.topics = wanted.flatMap((topic, index) => typed(topic, names[index]))
    found.about = firing.find(({ topics }) => topics.length > 0) ?? null
    if (wanted.length > 0 && !isWhole) found.reached = 'instances'
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

/** Of the first alert that says so, else of the whole message. */
function instanceOf({ firing, text }: Alerts, listed: readonly Instance[]): InstanceSaid {
  const [first] = firing
  const own = first === undefined ? undefined : instanceIn(first.text, listed)
  return own !== undefined && own.kind !== 'unsaid' ? own : instanceIn(text, listed)
}

/** Whether an alert is not of another instance by its own lines. */
function isOn(instanceId: string, text: string, listed: readonly Instance[]): boolean {
  const said = instanceIn(text, listed)
  return said.kind === 'unsaid' || (said.kind === 'known' && said.id === instanceId)
}

function typed({ partitions }: TopicSaid, name: string | undefined): string[] {
  if (name === undefined) return []
  return [partitions === null ? name : `${name}:${partitions}`]
}

function readValue<T>(outcome: ReadOutcome<T> | null): T | undefined {
  return outcome?.kind === 'read' ? outcome.value : undefined
}

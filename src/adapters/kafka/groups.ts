// What a group's coordinator says of it: its state, its members, where it has committed. Reads only.

import { classicGroup, type Group, isThere } from '../../request/group.ts'
import { unlessError } from './client.ts'
import { GROUP_ID_NOT_FOUND, UNSUPPORTED_VERSION } from './codes.ts'
import {
  consumerGroupDescribe,
  describeGroups,
  listGroups,
  type Message,
  offsetFetch,
  type RequestOf,
} from './wire/messages.ts'

/** Somebody to ask who coordinates the group: over a shared connection, or over the one that will write. */
export interface Coordinator {
  versionOf(message: Pick<Message<never, never>, 'key' | 'name' | 'versions'>, least?: number): number | null
  ask<Request, Response>(message: Message<Request, Response>, request: Request): Promise<Response>
}

/** The group of KIP-848 first: to the older question one that is alive looks dead. */
export async function describeGroup(coordinator: Coordinator, group: string): Promise<Group> {
  if (coordinator.versionOf(consumerGroupDescribe) !== null) {
    const request = { groupIds: [group], includeAuthorizedOperations: false }
    const described = (await coordinator.ask(consumerGroupDescribe, request)).groups.find(
      ({ groupId }) => groupId === group,
    )
    const code = described?.errorCode ?? GROUP_ID_NOT_FOUND
    if (described !== undefined && code === 0) return groupOf(described.groupState, described.members)
    if (code !== GROUP_ID_NOT_FOUND && code !== UNSUPPORTED_VERSION) unlessError(code)
  }
  const request = { groups: [group], includeAuthorizedOperations: false }
  const described = (await coordinator.ask(describeGroups, request)).groups.find(
    ({ groupId }) => groupId === group,
  )
  const code = described?.errorCode ?? GROUP_ID_NOT_FOUND
  if (code !== GROUP_ID_NOT_FOUND) unlessError(code)
  if (described !== undefined && code === 0 && described.groupState !== 'Dead') {
    return classicGroup(groupOf(described.groupState, described.members), described.protocolType)
  }
  return await describeOther(coordinator, group)
}

/** As describeGroup. One that is called dead and has offsets is there, and nobody is in it. */
export async function groupThatIsThere(coordinator: Coordinator, name: string): Promise<Group> {
  const group = await describeGroup(coordinator, name)
  if (group.state !== 'Dead') return group
  const kept = await committedOffsets(coordinator, name, null)
  const offsets = kept.map(({ offset }) => offset)
  return isThere(group, offsets) ? { ...group, state: 'Empty' } : group
}

/** The first version whose answer tells of every type of group. */
const EVERY_TYPE = 5

/** A group of another type (streams, share) answers neither question; the list of groups at least has its state. */
async function describeOther(coordinator: Coordinator, group: string): Promise<Group> {
  const dead: Group = { state: 'Dead', members: [] }
  if (coordinator.versionOf(listGroups, EVERY_TYPE) === null) return dead
  const listed = await coordinator.ask(listGroups, { statesFilter: [], typesFilter: [] })
  unlessError(listed.errorCode)
  const found = listed.groups.find(({ groupId }) => groupId === group)
  return found === undefined ? dead : groupOf(found.groupState, [])
}

const STATES = new Map<string, Group['state']>([
  ['Empty', 'Empty'],
  ['Stable', 'Stable'],
  ['PreparingRebalance', 'PreparingRebalance'],
  ['CompletingRebalance', 'CompletingRebalance'],
  ['Dead', 'Dead'],
  ['Assigning', 'PreparingRebalance'],
  ['Reconciling', 'CompletingRebalance'],
])

/** `NotReady`, `Unknown` and whatever later versions say: somebody may be there. */
export function stateOf(word: string): Group['state'] {
  return STATES.get(word) ?? 'PreparingRebalance'
}

function groupOf(state: string, members: readonly { clientId: string; clientHost: string }[]): Group {
  return {
    state: stateOf(state),
    members: members.map(({ clientId, clientHost }) => ({ clientId, host: clientHost.replace(/^\//, '') })),
  }
}

export interface Committed {
  topic: string
  partition: number
  /** Null: nothing is committed there. */
  offset: bigint | null
  /** Kafka's; 0: none. */
  errorCode: number
}

/**
 * `topics` null: all that the group has committed to. A commit of a transaction that is still open is waited for by
 * nobody here: its partition comes with UNSTABLE_OFFSET_COMMIT.
 */
export async function committedOffsets(
  coordinator: Coordinator,
  groupId: string,
  topics: RequestOf<typeof offsetFetch>['topics'],
): Promise<Committed[]> {
  const answer = await coordinator.ask(offsetFetch, { groupId, topics, requireStable: true })
  unlessError(answer.errorCode)
  return answer.topics.flatMap(({ name, partitions }) =>
    partitions.map(({ partitionIndex, committedOffset, errorCode }) => ({
      topic: name,
      partition: partitionIndex,
      offset: committedOffset < 0n ? null : committedOffset,
      errorCode,
    })),
  )
}

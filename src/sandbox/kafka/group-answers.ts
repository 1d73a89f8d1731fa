// Owns what coordinators say of groups, and the commit, which is the only call with an effect.
// Codes are those of Kafka's own coordinator, from 2.4 to 4.

import type { GroupView } from '../cluster/model.ts'
import { type Answering, type Asked, type Behind, HOST } from './answers.ts'
import { topicIdOf } from './cluster-answers.ts'
import { CODES } from './codes.ts'
import { assignmentBytes, subscriptionBytes } from './member-bytes.ts'
import { batchBytes } from './offsets-batch.ts'

const GROUP_KEY = 0
/** Kafka's `offset.metadata.max.bytes`. */
const LARGEST_METADATA = 4_096
/** From here on an unknown group is an error, and before it is `Dead`. */
const TELLS_OF_UNKNOWN = 6
/** Likewise of a commit by a member of it. */
const COMMIT_TELLS_OF_UNKNOWN = 9

export function createGroupAnswers({ cluster, instance, topology, rights, largestCommit }: Behind) {
  const groupOf = (name: string) => cluster.group(instance, name)
  const isHere = (group: string, nodeId: number) => topology.coordinatorOf(group) === nodeId
  /** As the protocol of the group calls it. */
  const stateOf = ({ type, state }: GroupView) => {
    if (type === 'classic') return state
    return { PreparingRebalance: 'Assigning', CompletingRebalance: 'Reconciling' }[state as string] ?? state
  }

  function coordinatorOf(Key: string, keyType: number, portOf: Asked['portOf']) {
    const nobody = { Key, NodeId: -1, Host: '', Port: -1 }
    if (keyType !== GROUP_KEY)
      return { ...nobody, ErrorCode: CODES.COORDINATOR_NOT_AVAILABLE, ErrorMessage: 'Of groups alone.' }
    const nodeId = topology.coordinatorOf(Key)
    if (nodeId === null)
      return {
        ...nobody,
        ErrorCode: CODES.COORDINATOR_NOT_AVAILABLE,
        ErrorMessage: 'No coordinator is available.',
      }
    return {
      Key,
      NodeId: nodeId,
      Host: HOST,
      Port: portOf(nodeId),
      ErrorCode: CODES.NONE,
      ErrorMessage: null,
    }
  }

  const FindCoordinator: Answering<'FindCoordinator'> = (
    { Key, KeyType, CoordinatorKeys },
    { version, portOf },
  ) =>
    version < 4
      ? coordinatorOf(Key, KeyType, portOf)
      : { Coordinators: CoordinatorKeys.map(key => coordinatorOf(key, KeyType, portOf)) }

  const ListGroups: Answering<'ListGroups'> = ({ StatesFilter, TypesFilter }, { nodeId }) => {
    const fits = (filter: string[], word: string) =>
      filter.length === 0 || filter.some(each => each.toLowerCase() === word.toLowerCase())
    const names = cluster.instances().find(each => each.id === instance)?.groups ?? []
    const groups = names
      .filter(({ name }) => isHere(name, nodeId) && rights.mayGroup(name, 'DESCRIBE'))
      .map(({ name }) => groupOf(name))
      .filter(group => fits(StatesFilter, stateOf(group)) && fits(TypesFilter, group.type))
    return {
      ErrorCode: CODES.NONE,
      Groups: groups.map(group => ({
        GroupId: group.name,
        ProtocolType: group.protocolType,
        GroupState: stateOf(group),
        GroupType: group.type,
      })),
    }
  }

  const DescribeGroups: Answering<'DescribeGroups'> = (
    { Groups, IncludeAuthorizedOperations: tellsRights },
    { version, nodeId },
  ) => ({
    Groups: Groups.map(GroupId => {
      const nothing = { GroupId, GroupState: '', ProtocolType: '', ProtocolData: '', Members: [] }
      if (!isHere(GroupId, nodeId)) return { ...nothing, ErrorCode: CODES.NOT_COORDINATOR }
      if (!rights.mayGroup(GroupId, 'DESCRIBE'))
        return { ...nothing, ErrorCode: CODES.GROUP_AUTHORIZATION_FAILED }
      const group = groupOf(GroupId)
      if (group.state === 'Dead' || group.type !== 'classic') {
        const dead = { ...nothing, GroupState: 'Dead' }
        if (version < TELLS_OF_UNKNOWN) return { ...dead, ErrorCode: CODES.NONE }
        const why = group.state === 'Dead' ? 'not found' : 'not a classic group'
        return { ...dead, ErrorCode: CODES.GROUP_ID_NOT_FOUND, ErrorMessage: `Group ${GroupId} ${why}.` }
      }
      const isStable = group.state === 'Stable'
      return {
        ErrorCode: CODES.NONE,
        GroupId,
        AuthorizedOperations: rights.toldOfGroup(GroupId, tellsRights),
        GroupState: group.state,
        ProtocolType: group.protocolType,
        ProtocolData: isStable ? 'range' : '',
        // Who gets what is known when everybody has agreed to it.
        Members: group.members.map(({ memberId, clientId, host, assignment }) => ({
          MemberId: memberId,
          ClientId: clientId,
          ClientHost: host,
          MemberMetadata: isStable ? subscriptionBytes(Object.keys(assignment)) : Buffer.alloc(0),
          MemberAssignment: isStable ? assignmentBytes(assignment) : Buffer.alloc(0),
        })),
      }
    }),
  })

  const ConsumerGroupDescribe: Answering<'ConsumerGroupDescribe'> = (
    { GroupIds, IncludeAuthorizedOperations: tellsRights },
    { nodeId },
  ) => ({
    Groups: GroupIds.map(GroupId => {
      const nothing = {
        GroupId,
        GroupState: '',
        GroupEpoch: 0,
        AssignmentEpoch: 0,
        AssignorName: '',
        Members: [],
      }
      if (!isHere(GroupId, nodeId)) return { ...nothing, ErrorCode: CODES.NOT_COORDINATOR }
      if (!rights.mayGroup(GroupId, 'DESCRIBE'))
        return { ...nothing, ErrorCode: CODES.GROUP_AUTHORIZATION_FAILED }
      const group = groupOf(GroupId)
      if (group.state === 'Dead' || group.type !== 'consumer') {
        const why = group.state === 'Dead' ? 'not found' : 'not a consumer group'
        return { ...nothing, ErrorCode: CODES.GROUP_ID_NOT_FOUND, ErrorMessage: `Group ${GroupId} ${why}.` }
      }
      return {
        ErrorCode: CODES.NONE,
        GroupId,
        AuthorizedOperations: rights.toldOfGroup(GroupId, tellsRights),
        GroupState: stateOf(group),
        GroupEpoch: group.generation,
        AssignmentEpoch: group.generation,
        AssignorName: 'uniform',
        Members: group.members.map(({ memberId, clientId, host, assignment }) => {
          const assigned = {
            TopicPartitions: Object.entries(assignment).map(([topic, partitions]) => ({
              TopicId: topicIdOf(instance, topic),
              TopicName: topic,
              Partitions: partitions,
            })),
          }
          return {
            MemberId: memberId,
            MemberEpoch: group.generation,
            ClientId: clientId,
            ClientHost: host,
            SubscribedTopicNames: Object.keys(assignment),
            Assignment: assigned,
            TargetAssignment: assigned,
            MemberType: 1,
          }
        }),
      }
    }),
  })

  interface Fetch {
    group: string
    topics: { Name: string; PartitionIndexes: number[] }[] | null
    requireStable: boolean
  }

  function fetched({ group, topics, requireStable }: Fetch) {
    const committed = new Map(
      cluster.committed(instance, group).map(each => [`${each.topic} ${each.partition}`, each]),
    )
    const failures = new Map(
      cluster
        .positions(instance, group, [...new Set((topics ?? []).map(each => each.Name))])
        .map(each => [`${each.topic} ${each.partition}`, each.readErrorCode]),
    )
    const place = (Name: string, PartitionIndex: number) => {
      const found = committed.get(`${Name} ${PartitionIndex}`)
      const isUnstable = requireStable && found?.unstable === true
      const ErrorCode = isUnstable
        ? CODES.UNSTABLE_OFFSET_COMMIT
        : (failures.get(`${Name} ${PartitionIndex}`) ?? CODES.NONE)
      const CommittedOffset = ErrorCode === CODES.NONE ? (found?.offset ?? -1n) : -1n
      return { PartitionIndex, CommittedOffset, CommittedLeaderEpoch: -1, Metadata: '', ErrorCode }
    }
    // Those without a commit are not among all that the group has committed to, whatever is about to be.
    const asked = topics ?? byTopic([...committed.values()].filter(each => each.offset !== null))
    return asked.map(({ Name, PartitionIndexes }) => ({
      Name,
      Partitions: PartitionIndexes.map(each => place(Name, each)),
    }))
  }

  const OffsetFetch: Answering<'OffsetFetch'> = (request, { version, nodeId }) => {
    const { RequireStable: requireStable } = request
    if (version < 8) {
      const { GroupId: group, Topics: topics } = request
      if (!isHere(group, nodeId)) return { Topics: [], ErrorCode: CODES.NOT_COORDINATOR }
      return { Topics: fetched({ group, topics, requireStable }), ErrorCode: CODES.NONE }
    }
    return {
      Groups: request.Groups.map(({ GroupId, Topics, MemberId }) => {
        const failed = (ErrorCode: number) => ({ GroupId, Topics: [], ErrorCode })
        if (!isHere(GroupId, nodeId)) return failed(CODES.NOT_COORDINATOR)
        const { type, members } = groupOf(GroupId)
        const isStranger = MemberId !== null && !members.some(each => each.memberId === MemberId)
        if (type === 'consumer' && isStranger) return failed(CODES.UNKNOWN_MEMBER_ID)
        return {
          GroupId,
          Topics: fetched({ group: GroupId, topics: Topics, requireStable }),
          ErrorCode: CODES.NONE,
        }
      }),
    }
  }

  const OffsetCommit: Answering<'OffsetCommit'> = (request, { version, nodeId, effect }) => {
    const { GroupId: group, MemberId, GenerationIdOrMemberEpoch: generation, Topics } = request
    const offsets = Topics.flatMap(({ Name, Partitions }) =>
      Partitions.map(each => ({
        topic: Name,
        partition: each.PartitionIndex,
        offset: each.CommittedOffset,
        metadata: each.CommittedMetadata ?? '',
      })),
    ).filter(each => each.metadata.length <= LARGEST_METADATA)
    const isOutsider = generation < 0 && MemberId === '' && request.GroupInstanceId === null
    const command = {
      ...{ instance, group, offsets },
      ...(isOutsider ? {} : { member: { id: MemberId, generation } }),
    }
    const asOne = (errorCode: number) =>
      offsets.map(({ topic, partition }) => ({ topic, partition, errorCode }))

    function words() {
      if (!isHere(group, nodeId)) return asOne(CODES.NOT_COORDINATOR)
      if (!rights.mayGroup(group, 'READ')) return asOne(CODES.GROUP_AUTHORIZATION_FAILED)
      const ahead = cluster.commitOffsets(command, 'pretend')
      const batch = offsets.filter((_, index) => ahead[index]?.errorCode === CODES.NONE)
      const isTooLarge = batchBytes(group, batch) > largestCommit.bytes
      return isTooLarge ? asOne(largestCommit.code) : cluster.commitOffsets(command, effect)
    }

    const codeOf = (code: number) =>
      code === CODES.GROUP_ID_NOT_FOUND && version < COMMIT_TELLS_OF_UNKNOWN ? CODES.ILLEGAL_GENERATION : code
    const codes = new Map(words().map(each => [`${each.topic} ${each.partition}`, codeOf(each.errorCode)]))
    return {
      Topics: Topics.map(({ Name, Partitions }) => ({
        Name,
        Partitions: Partitions.map(({ PartitionIndex }) => ({
          PartitionIndex,
          ErrorCode: codes.get(`${Name} ${PartitionIndex}`) ?? CODES.OFFSET_METADATA_TOO_LARGE,
        })),
      })),
    }
  }

  return {
    FindCoordinator,
    ListGroups,
    DescribeGroups,
    ConsumerGroupDescribe,
    OffsetFetch,
    OffsetCommit,
  }
}

function byTopic(places: { topic: string; partition: number }[]) {
  const topics = new Map<string, number[]>()
  for (const { topic, partition } of places) {
    const partitions = topics.get(topic) ?? []
    topics.set(topic, partitions)
    partitions.push(partition)
  }
  return [...topics].map(([Name, PartitionIndexes]) => ({ Name, PartitionIndexes }))
}

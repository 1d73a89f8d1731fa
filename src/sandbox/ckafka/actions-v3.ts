// Owns what each API 3.0 action takes and answers, as its page prints it.
// It must never move an offset itself (the model does) nor know of HTTP, signatures or faults.

import type { z } from 'zod'
import type { Cluster, Position, ResetCommand, ResetOutcome, ResetStrategy } from '../cluster/model.ts'
import type { AnswerOptions } from './faults.ts'
import { type Body, inputs, readInput } from './inputs-v3.ts'
import { type Counts, inPageOrder, pageOf, topicIdOf, totalOf } from './listing.ts'

/** The points on which the pages contradict each other or are silent. May be changed at any time. */
export interface BehaviourV3 {
  /** ModifyGroupOffsets: today's page requires Topics; older ones took none, or an empty list, for all. */
  topics: 'required' | 'optional'
  /** A topic that does not exist, among those to reset. Undocumented. */
  missingTopic: 'ignored' | 'refused'
  /**
   * Whether ReturnCode tells that a topic or a partition failed: the Kafka code of the first. Undocumented; API 2.0
   * answers code 0 then, so silence is what comes by default.
   */
  failures: 'silent' | 'told'
  /** BatchModifyGroupOffsets: its text says "0", its sample says "OK". */
  batchReturnCode: 'OK' | '0'
  /** A reset of a group with members. No documented code means this. */
  membersRefusal: Readonly<{ code: string; message: string }>
  /** The documented calls a second. */
  rates: 'off' | 'enforced'
  /** Whether TotalCount can be believed. */
  counts: Counts
}

export const pageBehaviourV3: BehaviourV3 = {
  topics: 'required',
  missingTopic: 'ignored',
  failures: 'silent',
  batchReturnCode: 'OK',
  membersRefusal: { code: 'FailedOperation', message: 'group is not empty, reset offset refused' },
  rates: 'off',
  counts: 'honest',
}

export type Reply = { kind: 'result'; result: unknown } | { kind: 'refused'; code: string; message: string }

export type Action = (body: Body, options: AnswerOptions) => Reply

const result = (value: unknown): Reply => ({ kind: 'result', result: value })
const refused = (code: string, message: string): Reply => ({ kind: 'refused', code, message })
const unknownInstance = refused('InvalidParameterValue.InstanceNotExist', 'the instance does not exist')
// Which code a missing topic or partition has is not documented.
const unknownTopic = (topic: string) => refused('InvalidParameter', `topic ${topic} does not exist`)

export function createActions(
  cluster: Cluster,
  behaviour: BehaviourV3,
): (name: string) => Action | undefined {
  const instanceOf = (id: string) => cluster.instances().find(each => each.id === id)
  const total = (found: readonly unknown[]) => totalOf(found, behaviour.counts)

  const modifyGroupOffsets = taking(inputs.modifyGroupOffsets, (asked, { effect }) => {
    const { InstanceId, Group, Topics = [], Partitions = [] } = asked
    const how = strategyOf(asked)
    if (how.kind === 'missing') return missing(how.name)
    if (Topics.length === 0 && behaviour.topics === 'required') return missing('Topics')
    const command = {
      instance: InstanceId,
      group: Group,
      ...(Topics.length > 0 && { topics: Topics }),
      ...(Partitions.length > 0 && { partitions: Partitions }),
      how: how.strategy,
    }
    return reset(command, effect, { ReturnCode: '0', ReturnMessage: 'ok' })
  })

  const batchModifyGroupOffsets = taking(inputs.batchModifyGroupOffsets, (asked, { effect }) => {
    const { InstanceId, GroupName, TopicName = [], Partitions } = asked
    if (new Set(Partitions.map(each => each.Partition)).size < Partitions.length)
      return refused('InvalidParameterValue.RepetitionValue', 'a partition is named twice')
    const offsets = Partitions.map(({ Partition, Offset }) => ({ partition: Partition, offset: Offset }))
    const command: ResetCommand = {
      instance: InstanceId,
      group: GroupName,
      ...(TopicName.length > 0 && { topics: TopicName }),
      how: { strategy: 'each', offsets },
    }
    const said = { ReturnCode: behaviour.batchReturnCode, ReturnMessage: 'success' }
    return reset(command, effect, said, { Data: { FlowId: 0, RouteDTO: { RouteId: 0 } } })
  })

  function reset(
    command: ResetCommand,
    effect: AnswerOptions['effect'],
    success: { ReturnCode: string; ReturnMessage: string },
    data: Record<string, unknown> = {},
  ): Reply {
    const instance = instanceOf(command.instance)
    if (!instance) return unknownInstance
    const existing = new Set(instance.topics.map(each => each.name))
    const absent = command.topics?.find(topic => !existing.has(topic))
    if (absent !== undefined && behaviour.missingTopic === 'refused') return unknownTopic(absent)
    const outcome = cluster.setGroupOffsets(command, effect)
    switch (outcome.kind) {
      case 'unknownInstance':
        return unknownInstance
      case 'groupNotEmpty':
        return refused(behaviour.membersRefusal.code, behaviour.membersRefusal.message)
      case 'applied': {
        const known = outcome.topics.filter(each => existing.has(each.topic))
        const failure = behaviour.failures === 'told' ? firstFailure(known) : undefined
        const said = failure && {
          ReturnCode: String(failure.errorCode),
          ReturnMessage: failure.message ?? '',
        }
        return result({ ...(said ?? success), ...data })
      }
      default:
        return outcome satisfies never
    }
  }

  const describeGroupOffsets = taking(inputs.describeGroupOffsets, (asked, { leaveOut }) => {
    const { InstanceId, Group, Topics, SearchWord } = asked
    const instance = instanceOf(InstanceId)
    if (!instance) return unknownInstance
    const existing = new Set(instance.topics.map(each => each.name))
    const named = Topics && Topics.length > 0 ? [...new Set(Topics)] : cluster.topicsOf(InstanceId, Group)
    const found = named.filter(topic => existing.has(topic) && topic.includes(SearchWord))
    const TopicList = pageOf(found, pagingOf(asked))
      .filter(topic => !leaveOut.includes(topic))
      .map(topic => ({
        Topic: topic,
        Partitions: inPageOrder(cluster.positions(InstanceId, Group, [topic])).map(printPosition),
      }))
    return result({ TotalCount: total(found), TopicList })
  })

  const describeGroupInfo = taking(inputs.describeGroupInfo, asked => {
    if (!instanceOf(asked.InstanceId)) return unknownInstance
    const groups = asked.GroupList.map(name => {
      const { state, protocolType, members } = cluster.group(asked.InstanceId, name)
      const shown = state === 'Stable' && protocolType === 'consumer' ? members : []
      return {
        // A string here, a number in DescribeGroupOffsets.
        ErrorCode: '0',
        State: state,
        ProtocolType: protocolType,
        Protocol: state === 'Stable' ? 'range' : '',
        Members: shown.map(({ memberId, clientId, host, assignment }) => ({
          MemberId: memberId,
          ClientId: clientId,
          ClientHost: host,
          Assignment: {
            Version: 0,
            Topics: Object.entries(assignment).map(([topic, partitions]) => ({
              Topic: topic,
              Partitions: partitions,
            })),
          },
        })),
        Group: name,
      }
    })
    return result(groups)
  })

  const describeGroup = taking(inputs.describeGroup, asked => {
    const instance = instanceOf(asked.InstanceId)
    if (!instance) return unknownInstance
    const filters = asked.Filters ?? []
    const found = instance.groups.filter(({ name }) => {
      if (!name.includes(asked.SearchWord)) return false
      if (filters.length === 0) return true
      const { state } = cluster.group(asked.InstanceId, name)
      return filters.every(each => each.Values.some(value => value === state))
    })
    const GroupList = pageOf(found, pagingOf(asked)).map(({ name, protocolType }) => ({
      Group: name,
      Protocol: protocolType,
    }))
    return result({ TotalCount: total(found), GroupList, GroupCountQuota: 200 })
  })

  const describeConsumerGroup = taking(inputs.describeConsumerGroup, asked => {
    const { InstanceId, GroupName, TopicName } = asked
    const instance = instanceOf(InstanceId)
    if (!instance) return unknownInstance
    // The page: a topic name without a group name is ignored.
    const onlyTopic = GroupName === '' ? '' : TopicName
    const found = instance.groups.filter(each => GroupName === '' || each.name === GroupName)
    const groups = pageOf(found, pagingOf(asked)).map(({ name }) => ({
      name,
      topics: cluster.topicsOf(InstanceId, name).filter(topic => onlyTopic === '' || topic === onlyTopic),
    }))
    const topics = [...new Set(groups.flatMap(each => each.topics))].map(topic => ({
      TopicId: topicIdOf(InstanceId, topic),
      TopicName: topic,
    }))
    return result({
      TotalCount: total(found),
      TopicList: topics,
      GroupList: groups.map(group => ({
        ConsumerGroupName: group.name,
        SubscribedInfo: group.topics.map(topic => ({
          TopicName: topic,
          PartitionOffset: cluster.positions(InstanceId, group.name, [topic]).map(at => ({
            Partition: String(at.partition),
            Offset: at.committed ?? -1,
          })),
        })),
      })),
      // Nothing, in the sample too, where there plainly are some.
      TotalPartition: 0,
      PartitionListForMonitor: [],
      TotalTopic: topics.length,
      TopicListForMonitor: topics,
      GroupListForMonitor: groups.map(({ name }) => ({ GroupName: name })),
    })
  })

  const describeTopic = taking(inputs.describeTopic, asked => {
    const instance = instanceOf(asked.InstanceId)
    if (!instance) return unknownInstance
    const found = instance.topics.filter(each => each.name.includes(asked.SearchWord))
    const TopicList = pageOf(found, pagingOf(asked)).map(({ name, note }) => ({
      TopicId: topicIdOf(instance.id, name),
      TopicName: name,
      Note: note,
    }))
    return result({ TotalCount: total(found), TopicList })
  })

  const describeInstances = taking(inputs.describeInstances, asked => {
    const found = cluster
      .instances()
      .filter(({ id }) => asked.InstanceId === '' || id === asked.InstanceId)
      .filter(({ id, name }) => name.includes(asked.SearchWord) || id.includes(asked.SearchWord))
      .filter(({ status }) => asked.Status?.includes(status) ?? true)
    const InstanceList = pageOf(found, pagingOf(asked)).map(({ id, name, status }) => ({
      InstanceId: id,
      InstanceName: name,
      Status: status,
      IfCommunity: true,
    }))
    return result({ TotalCount: total(found), InstanceList })
  })

  const describeTopicSyncReplica = taking(inputs.describeTopicSyncReplica, asked => {
    const { InstanceId, TopicName, OutOfSyncReplicaOnly } = asked
    const instance = instanceOf(InstanceId)
    if (!instance) return unknownInstance
    if (!instance.topics.some(each => each.name === TopicName)) return unknownTopic(TopicName)
    // Every replica here is in sync.
    const found = OutOfSyncReplicaOnly ? [] : cluster.logs(InstanceId, TopicName)
    const TopicInSyncReplicaList = inPageOrder(pageOf(found, pagingOf(asked))).map(
      ({ partition, start, end }) => ({
        Partition: String(partition),
        Leader: 150032,
        Replica: '150032,150033',
        InSyncReplica: '150032,150033',
        BeginOffset: start,
        EndOffset: end,
        MessageCount: end - start,
        OutOfSyncReplica: '',
      }),
    )
    return result({ TopicInSyncReplicaList, TotalCount: total(found) })
  })

  const describeTopicAttributes = taking(inputs.describeTopicAttributes, ({ InstanceId, TopicName }) => {
    const instance = instanceOf(InstanceId)
    if (!instance) return unknownInstance
    const topic = instance.topics.find(each => each.name === TopicName)
    if (!topic) return unknownTopic(TopicName)
    const { config } = topic
    return result({
      AclRuleList: [],
      Config: {
        CleanUpPolicy: config['cleanup.policy'] ?? 'delete',
        LogMsgTimestampType: config['message.timestamp.type'] ?? null,
        MaxMessageBytes: Number(config['max.message.bytes'] ?? 1_048_576),
        MinInsyncReplicas: 1,
        Retention: Number(config['retention.ms'] ?? 259_200_000),
        RetentionBytes: null,
        SegmentBytes: null,
        SegmentMs: null,
        UncleanLeaderElectionEnable: 1,
      },
      Note: topic.note,
      PartitionNum: topic.partitions,
      Partitions: Array.from({ length: topic.partitions }, (_, Partition) => ({
        ...{ IsrNum: 2, LeaderStatus: 0, Partition, ReplicaNum: 2 },
      })),
      TopicId: topicIdOf(InstanceId, TopicName),
    })
  })

  const fetchMessageListByTimestamp = taking(inputs.fetchMessageListByTimestamp, asked => {
    const { InstanceId, Topic, Partition, StartTime = 0, SinglePartitionRecordNumber } = asked
    const instance = instanceOf(InstanceId)
    if (!instance) return unknownInstance
    const logs = cluster.logs(InstanceId, Topic)
    if (!instance.topics.some(each => each.name === Topic)) return unknownTopic(Topic)
    // Without a partition: as many of each. The page is silent, but for the name of the number.
    const chosen = logs.filter(each => Partition === undefined || each.partition === Partition)
    if (Partition !== undefined && chosen.length === 0)
      return refused('InvalidParameter', `topic ${Topic} has no partition ${Partition}`)
    const messages = chosen.flatMap(({ partition }) =>
      cluster
        .messagesFrom(InstanceId, Topic, partition, StartTime, SinglePartitionRecordNumber)
        .map(({ offset, atMs }) => ({ Topic, Partition: partition, Offset: offset, Timestamp: atMs })),
    )
    return result(messages)
  })

  const actions = new Map<string, Action>([
    ['ModifyGroupOffsets', modifyGroupOffsets],
    ['BatchModifyGroupOffsets', batchModifyGroupOffsets],
    ['DescribeGroupOffsets', describeGroupOffsets],
    ['DescribeGroupInfo', describeGroupInfo],
    ['DescribeGroup', describeGroup],
    ['DescribeConsumerGroup', describeConsumerGroup],
    ['DescribeTopic', describeTopic],
    ['DescribeInstances', describeInstances],
    ['DescribeTopicSyncReplica', describeTopicSyncReplica],
    ['DescribeTopicAttributes', describeTopicAttributes],
    ['FetchMessageListByTimestamp', fetchMessageListByTimestamp],
  ])
  return name => actions.get(name)
}

function taking<Asked>(
  input: z.ZodType<Asked>,
  answer: (asked: Asked, options: AnswerOptions) => Reply,
): Action {
  return (body, options) => {
    const reading = readInput(input, body)
    return reading.kind === 'read' ? answer(reading.asked, options) : refused(reading.code, reading.why)
  }
}

const missing = (name: string) => refused('MissingParameter', `the required parameter ${name} is missing`)

function strategyOf(
  asked: z.output<typeof inputs.modifyGroupOffsets>,
): { kind: 'known'; strategy: ResetStrategy } | { kind: 'missing'; name: string } {
  const { Strategy, Shift, ShiftTimestamp, Offset } = asked
  if (Strategy === 0 && Shift !== undefined) return { kind: 'known', strategy: { strategy: 0, shift: Shift } }
  if (Strategy === 1 && ShiftTimestamp !== undefined)
    return { kind: 'known', strategy: { strategy: 1, timestamp: ShiftTimestamp } }
  if (Strategy === 2 && Offset !== undefined)
    return { kind: 'known', strategy: { strategy: 2, offset: Offset } }
  return { kind: 'missing', name: ['Shift', 'ShiftTimestamp', 'Offset'][Strategy] ?? 'Strategy' }
}

const firstFailure = (topics: (ResetOutcome & { kind: 'applied' })['topics']) =>
  topics.flatMap(each => [each, ...each.partitions]).find(each => each.errorCode !== 0)

function printPosition({ partition, committed, logEnd, lag, readErrorCode }: Position) {
  // −1 is what OffsetFetch answers without a commit. The page is silent on the lag then; −1 claims nothing.
  const shown =
    readErrorCode === 0
      ? { offset: committed ?? -1, end: logEnd, lag: lag ?? -1 }
      : { offset: -1, end: -1, lag: -1 }
  return {
    Partition: partition,
    Offset: shown.offset,
    Metadata: '',
    ErrorCode: readErrorCode,
    LogEndOffset: shown.end,
    Lag: shown.lag,
  }
}

const pagingOf = ({ Offset, Limit }: { Offset: number; Limit: number }) => ({ offset: Offset, limit: Limit })

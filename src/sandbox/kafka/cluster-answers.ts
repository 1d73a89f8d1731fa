// Owns what brokers say of themselves, of topics and of their logs.
// It must never move anything.

import { createHash } from 'node:crypto'
import { type Answering, type Behind, HOST, OFFSETS_TOPIC } from './answers.ts'
import { CODES } from './codes.ts'
import { configsOf, DEFAULT_LARGEST_BATCH } from './configs.ts'

/** As Kafka takes them. A topic that the cluster began with may have any name. */
const isTopicName = (name: string) => /^[\w.-]{1,249}$/.test(name) && name !== '.' && name !== '..'
/** What the protocol means by these times. */
const LATEST = -1n
const EARLIEST = -2n
const TOPIC = 2
const BROKER = 4
const UUID_BYTES = 16

/** The same for a topic of the same name, made anew or not. */
export function topicIdOf(instance: string, topic: string): Buffer {
  return createHash('sha256').update(`${instance}/${topic}`).digest().subarray(0, UUID_BYTES)
}

export function createClusterAnswers({ cluster, instance, topology, rights, largestCommit }: Behind) {
  const topicsHere = () => cluster.instances().find(each => each.id === instance)?.topics ?? []

  /** Its partitions; the internal one has one, which is empty here. */
  const logsOf = (topic: string) =>
    topic === OFFSETS_TOPIC ? [{ partition: 0, start: 0n, end: 0n }] : cluster.logs(instance, topic)
  const exists = (topic: string) => logsOf(topic).length > 0

  function describedTopic(name: string, tellsRights: boolean) {
    const here = { Name: name, TopicId: topicIdOf(instance, name), IsInternal: name === OFFSETS_TOPIC }
    return {
      ErrorCode: CODES.NONE,
      ...here,
      TopicAuthorizedOperations: rights.toldOfTopic(name, tellsRights),
      Partitions: logsOf(name).map(({ partition }) => {
        const leader = topology.leaderOf(name, partition)
        const replicas = leader === null ? [] : [leader]
        return {
          ErrorCode: leader === null ? CODES.LEADER_NOT_AVAILABLE : CODES.NONE,
          PartitionIndex: partition,
          LeaderId: leader ?? -1,
          LeaderEpoch: 0,
          ReplicaNodes: replicas,
          IsrNodes: replicas,
        }
      }),
    }
  }

  function missingTopic(Name: string | null, code: number) {
    return { ErrorCode: code, Name, TopicId: Buffer.alloc(UUID_BYTES), Partitions: [] }
  }

  /** No topic is ever made by asking for it. */
  const Metadata: Answering<'Metadata'> = (
    { Topics, IncludeTopicAuthorizedOperations: tellsRights },
    { portOf },
  ) => {
    const mayDescribe = (name: string) => rights.mayTopic(name, 'DESCRIBE')
    const all = [...topicsHere().map(each => each.name), OFFSETS_TOPIC].filter(mayDescribe)
    const asked = Topics?.map(({ Name, TopicId }) => Name ?? nameOf(all, TopicId)) ?? all
    return {
      Brokers: topology.nodes().map(nodeId => ({ NodeId: nodeId, Host: HOST, Port: portOf(nodeId) })),
      ClusterId: instance,
      ControllerId: topology.nodes()[0] ?? -1,
      Topics: [...new Set(asked)].map(name => {
        if (name !== null && !mayDescribe(name)) return missingTopic(name, CODES.TOPIC_AUTHORIZATION_FAILED)
        if (name !== null && exists(name)) return describedTopic(name, tellsRights)
        const isName = name === null || isTopicName(name)
        return missingTopic(name, isName ? CODES.UNKNOWN_TOPIC_OR_PARTITION : CODES.INVALID_TOPIC_EXCEPTION)
      }),
    }
  }

  const nameOf = (all: string[], id: Buffer) => all.find(each => topicIdOf(instance, each).equals(id)) ?? null

  /** Of a log with messages. */
  function firstMessageAt(topic: string, partition: number, timestamp: bigint) {
    const [first] = cluster.messagesFrom(instance, topic, partition, Number(timestamp), 1)
    return first === undefined ? {} : { Timestamp: BigInt(first.atMs), Offset: first.offset }
  }

  const ListOffsets: Answering<'ListOffsets'> = ({ Topics }, { nodeId }) => ({
    Topics: Topics.map(({ Name, Partitions }) => {
      const logs = logsOf(Name)
      const times = new Map<number, bigint | 'several'>()
      for (const { PartitionIndex, Timestamp } of Partitions)
        times.set(PartitionIndex, times.has(PartitionIndex) ? 'several' : Timestamp)
      return {
        Name,
        Partitions: [...times].map(([PartitionIndex, time]) => {
          const failed = (ErrorCode: number) => ({ PartitionIndex, ErrorCode })
          const found = (place: { Timestamp?: bigint; Offset?: bigint }) => ({
            PartitionIndex,
            ErrorCode: CODES.NONE,
            LeaderEpoch: 0,
            ...place,
          })
          const log = logs[PartitionIndex]
          if (log === undefined) return failed(CODES.UNKNOWN_TOPIC_OR_PARTITION)
          if (time === 'several' || time < EARLIEST) return failed(CODES.INVALID_REQUEST)
          if (topology.leaderOf(Name, PartitionIndex) !== nodeId) return failed(CODES.NOT_LEADER_OR_FOLLOWER)
          if (time === LATEST) return found({ Offset: log.end })
          if (time === EARLIEST) return found({ Offset: log.start })
          return found(log.start === log.end ? {} : firstMessageAt(Name, PartitionIndex, time))
        }),
      }
    }),
  })

  const largestBatch =
    largestCommit.bytes === DEFAULT_LARGEST_BATCH ? {} : { 'max.message.bytes': `${largestCommit.bytes}` }

  const DescribeConfigs: Answering<'DescribeConfigs'> = ({ Resources }) => ({
    Results: Resources.map(({ ResourceType, ResourceName, ConfigurationKeys }) => {
      const resource = { ResourceType, ResourceName }
      const failed = (ErrorCode: number, ErrorMessage: string) => ({
        ...resource,
        ErrorCode,
        ErrorMessage,
        Configs: [],
      })
      if (ResourceType === BROKER)
        return { ...resource, ErrorCode: CODES.NONE, ErrorMessage: '', Configs: [] }
      if (ResourceType !== TOPIC) return failed(CODES.INVALID_REQUEST, `No resource of type ${ResourceType}.`)
      if (!exists(ResourceName))
        return isTopicName(ResourceName)
          ? failed(CODES.UNKNOWN_TOPIC_OR_PARTITION, `No topic ${ResourceName}.`)
          : failed(CODES.INVALID_TOPIC_EXCEPTION, 'No name of a topic.')
      const set = topicsHere().find(each => each.name === ResourceName)?.config
      const configs = configsOf(set ?? { 'cleanup.policy': 'compact', ...largestBatch })
      return {
        ...resource,
        ErrorCode: CODES.NONE,
        ErrorMessage: '',
        Configs: configs.filter(each => ConfigurationKeys?.includes(each.Name) ?? true),
      }
    }),
  })

  return { Metadata, ListOffsets, DescribeConfigs }
}

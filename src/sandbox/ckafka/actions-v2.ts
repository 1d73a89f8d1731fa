// Owns what each API 2.0 action takes and answers, as its page prints it.
// It must never move an offset itself (the model does) nor know of HTTP, signatures or faults.

import type { z } from 'zod'
import type { Cluster, Position, ResetOutcome, ResetStrategy, TopicOutcome } from '../cluster/model.ts'
import type { AnswerOptions } from './faults.ts'
import { inputs, type Params, readInput } from './inputs-v2.ts'
import { type Counts, inPageOrder, pageOf, topicIdOf, totalOf } from './listing.ts'

/** The points on which the pages contradict each other or are silent. May be changed at any time. */
export interface BehaviourV2 {
  /** `page`: msg and error_code for SetGroupOffsets, message and err_code for the others. */
  spelling: 'page' | 'msg-error_code' | 'message-err_code'
  /** The envelope's `code` as a JSON number or, as some samples have it, a string. */
  codeAs: 'number' | 'string'
  /** ListInstance, ListTopic and GetTopicAttributes: beside `code`, or inside `data`. */
  lists: 'flat' | 'data'
  /** Whether the sample URL's `SetGroupOffset` is an action too. */
  singular: 'unknown' | 'accepted'
  /** Where a topic goes of which some partition failed. */
  partitionFailures: 'in-succ' | 'in-failed'
  /** Documented: 100. */
  quotaPerMinute: number | 'off'
  /** Whether totalCount can be believed. */
  counts: Counts
}

export const pageBehaviour: BehaviourV2 = {
  spelling: 'page',
  codeAs: 'number',
  lists: 'flat',
  singular: 'unknown',
  partitionFailures: 'in-succ',
  quotaPerMinute: 'off',
  counts: 'honest',
}

/** `data` goes into the envelope's data; `list` beside `code` or into data, as the behaviour says. */
export type Reply =
  | { kind: 'data'; data: unknown }
  | { kind: 'list'; fields: Record<string, unknown> }
  | { kind: 'refused'; code: number | string; message: string }

export type Action = (params: Params, options: AnswerOptions) => Reply

const refused = (code: number, module: number, text: string): Reply => ({
  kind: 'refused',
  code,
  message: `(${module})${text}`,
})
const unknownInstance = refused(5000, 10006, 'instance not exist')

export function createActions(
  cluster: Cluster,
  behaviour: BehaviourV2,
): (name: string) => Action | undefined {
  const errorCodeName = (page: 'error_code' | 'err_code') => {
    if (behaviour.spelling === 'page') return page
    return behaviour.spelling === 'msg-error_code' ? 'error_code' : 'err_code'
  }
  const instanceOf = (id: string) => cluster.instances().find(each => each.id === id)

  const setGroupOffsets = taking(inputs.setGroupOffsets, ['topics'], (asked, { effect, leaveOut }) => {
    const outcome = cluster.setGroupOffsets(
      {
        instance: asked.instanceId,
        group: asked.group,
        ...(asked.topics && { topics: asked.topics }),
        how: strategyOf(asked),
      },
      effect,
    )
    return printReset(outcome, leaveOut)
  })

  function printReset(outcome: ResetOutcome, leaveOut: string[]): Reply {
    switch (outcome.kind) {
      case 'unknownInstance':
        return unknownInstance
      case 'groupNotEmpty':
        return refused(4000, 1049, 'group not empty, reset offset refused')
      case 'applied': {
        const told = outcome.topics.filter(each => !leaveOut.includes(each.topic)).map(placeFailure)
        const data = {
          succ: told.filter(each => each.errorCode === 0).map(printTopic),
          failed: told.filter(each => each.errorCode !== 0).map(printTopic),
        }
        return { kind: 'data', data }
      }
      default:
        return outcome satisfies never
    }
  }

  function placeFailure(topic: TopicOutcome): TopicOutcome {
    const bad = topic.partitions.find(each => each.errorCode !== 0)
    if (!bad || behaviour.partitionFailures === 'in-succ') return topic
    return { ...topic, errorCode: bad.errorCode, ...(bad.message !== undefined && { message: bad.message }) }
  }

  function printTopic({ topic, errorCode, message, partitions }: TopicOutcome) {
    const name = errorCodeName('error_code')
    return {
      topic,
      [name]: errorCode,
      error_msg: message,
      partitions: inPageOrder(partitions).map(each => ({
        partition: each.partition,
        offset: each.offset,
        [name]: each.errorCode,
        error_msg: each.message,
      })),
    }
  }

  const getGroupOffsets = taking(inputs.getGroupOffsets, ['topics'], (asked, { leaveOut }) => {
    const instance = instanceOf(asked.instanceId)
    if (!instance) return unknownInstance
    const existing = new Set(instance.topics.map(each => each.name))
    const found = (asked.topics ?? cluster.topicsOf(asked.instanceId, asked.group)).filter(
      topic => existing.has(topic) && topic.includes(asked.searchWord),
    )
    const topicList = pageOf(found, asked)
      .filter(topic => !leaveOut.includes(topic))
      .map(topic => ({
        topic,
        partitions: inPageOrder(cluster.positions(asked.instanceId, asked.group, [topic])).map(printPosition),
      }))
    return { kind: 'data', data: { totalCount: totalOf(found, behaviour.counts), topicList } }
  })

  function printPosition({ partition, committed, logEnd, lag, readErrorCode }: Position) {
    const name = errorCodeName('err_code')
    if (readErrorCode !== 0)
      return { partition, offset: -1, metadata: '', [name]: readErrorCode, log_end_offset: -1, lag: -1 }
    // −1 is what OffsetFetch answers without a commit. The page is silent on the lag then; −1 claims nothing.
    return {
      partition,
      offset: committed ?? -1,
      metadata: '',
      [name]: 0,
      log_end_offset: logEnd,
      lag: lag ?? -1,
    }
  }

  const getGroupInfo = taking(inputs.getGroupInfo, ['group'], asked => {
    if (!instanceOf(asked.instanceId)) return unknownInstance
    const data = asked.group.map(name => {
      const { state, protocolType, members } = cluster.group(asked.instanceId, name)
      const shown = state === 'Stable' && protocolType === 'consumer' ? members : []
      return {
        [errorCodeName('err_code')]: 0,
        state,
        protocol_type: protocolType,
        protocol: state === 'Stable' ? 'range' : '',
        members: shown.map(({ memberId, clientId, host, assignment }) => ({
          member_id: memberId,
          client_id: clientId,
          client_host: host,
          assignment: {
            version: 0,
            topics: Object.entries(assignment).map(([topic, partitions]) => ({ topic, partitions })),
          },
        })),
        group: name,
      }
    })
    return { kind: 'data', data }
  })

  const listGroup = taking(inputs.listGroup, [], asked => {
    const instance = instanceOf(asked.instanceId)
    if (!instance) return unknownInstance
    const found = instance.groups.filter(
      ({ name }) => name.includes(asked.searchWord) && (asked.group === '' || name === asked.group),
    )
    const groupList = pageOf(found, asked).map(({ name, protocolType }) => ({
      group: name,
      protocol: protocolType,
    }))
    return { kind: 'data', data: { totalCount: totalOf(found, behaviour.counts), groupList } }
  })

  const listConsumerGroup = taking(inputs.listConsumerGroup, [], asked => {
    const instance = instanceOf(asked.instanceId)
    if (!instance) return unknownInstance
    // The page: a topic name without a group name is ignored.
    const onlyTopic = asked.groupName === '' ? '' : asked.topicName
    const found = instance.groups.filter(each => asked.groupName === '' || each.name === asked.groupName)
    const groups = pageOf(found, asked).map(({ name }) => ({
      name,
      topics: cluster
        .topicsOf(asked.instanceId, name)
        .filter(topic => onlyTopic === '' || topic === onlyTopic)
        .map(topic => ({ topic, positions: cluster.positions(asked.instanceId, name, [topic]) })),
    }))
    const read = new Map(groups.flatMap(each => each.topics).map(each => [each.topic, each.positions]))
    const partitions = [...read.values()].flat().map(each => each.partition)
    const topicNames = [...read.keys()]
    const data = {
      totalCount: totalOf(found, behaviour.counts),
      topicList: Object.fromEntries(topicNames.map(topic => [topic, topicIdOf(asked.instanceId, topic)])),
      groupList: Object.fromEntries(
        groups.map(group => [
          group.name,
          Object.fromEntries(
            group.topics.map(each => [each.topic, each.positions.map(at => at.committed ?? -1)]),
          ),
        ]),
      ),
      totalPartition: partitions.length,
      partitionListForMonitor: [...new Set(partitions)].map(partitionId => ({ partitionId })),
      totalTopic: topicNames.length,
      topicListForMonitor: topicNames.map(topicName => ({
        topicName,
        topicId: topicIdOf(asked.instanceId, topicName),
      })),
      groupListForMonitor: groups.map(({ name }) => ({ groupName: name })),
    }
    return { kind: 'data', data }
  })

  const listInstance = taking(inputs.listInstance, ['status'], asked => {
    const found = cluster
      .instances()
      .filter(({ id }) => asked.instanceId === '' || id === asked.instanceId)
      .filter(({ id, name }) => name.includes(asked.searchWord) || id.includes(asked.searchWord))
      .filter(({ status }) => asked.status?.includes(`${status}`) ?? true)
    const instanceList = pageOf(found, asked).map(({ id, name, status }) => ({
      instanceId: id,
      instanceName: name,
      status,
    }))
    return { kind: 'list', fields: { totalCount: totalOf(found, behaviour.counts), instanceList } }
  })

  const listTopic = taking(inputs.listTopic, [], asked => {
    const instance = instanceOf(asked.instanceId)
    if (!instance) return unknownInstance
    const found = instance.topics.filter(each => each.name.includes(asked.searchWord))
    const topicList = pageOf(found, asked).map(({ name, note }) => ({
      topicId: topicIdOf(instance.id, name),
      topicName: name,
      note,
    }))
    return { kind: 'list', fields: { totalCount: totalOf(found, behaviour.counts), topicList } }
  })

  const getTopicAttributes = taking(inputs.getTopicAttributes, [], asked => {
    const instance = instanceOf(asked.instanceId)
    if (!instance) return unknownInstance
    const topic = instance.topics.find(each => each.name === asked.topicName)
    if (!topic) return refused(4000, 10012, 'topic not exist')
    const partitions = Array.from({ length: topic.partitions }, (_, partition) => ({
      partition,
      leaderStatus: 1,
      isrNum: 2,
      replicaNum: 2,
    }))
    const topicId = topicIdOf(instance.id, topic.name)
    return { kind: 'list', fields: { topicId, partitionNum: topic.partitions, partitions } }
  })

  const actions = new Map<string, Action>([
    ['SetGroupOffsets', setGroupOffsets],
    ['GetGroupOffsets', getGroupOffsets],
    ['GetGroupInfo', getGroupInfo],
    ['ListGroup', listGroup],
    ['ListConsumerGroup', listConsumerGroup],
    ['ListInstance', listInstance],
    ['ListTopic', listTopic],
    ['GetTopicAttributes', getTopicAttributes],
  ])
  return name =>
    name === 'SetGroupOffset' && behaviour.singular === 'accepted' ? setGroupOffsets : actions.get(name)
}

function taking<Asked>(
  input: z.ZodType<Asked>,
  lists: string[],
  answer: (asked: Asked, options: AnswerOptions) => Reply,
): Action {
  return (params, options) => {
    const reading = readInput(input, lists, params)
    return reading.kind === 'read' ? answer(reading.asked, options) : refused(4000, 9003, reading.why)
  }
}

function strategyOf(
  asked:
    | { strategy: '0'; shift: bigint }
    | { strategy: '1'; timestamp: number }
    | { strategy: '2'; offset: bigint },
): ResetStrategy {
  switch (asked.strategy) {
    case '0':
      return { strategy: 0, shift: asked.shift }
    case '1':
      return { strategy: 1, timestamp: asked.timestamp }
    case '2':
      return { strategy: 2, offset: asked.offset }
    default:
      return asked satisfies never
  }
}

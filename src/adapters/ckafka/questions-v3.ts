// API 3.0's reading actions and their parameters. Source: https://cloud.tencent.com/document/api/597 (pages by action).

import type { ParamsV3 } from './call-v3.ts'
import {
  readFirstMessage,
  readGroupInfo,
  readGroupOffsets,
  readGroups,
  readInstances,
  readLogRanges,
  readTopicKind,
  readTopics,
} from './envelope-v3.ts'
import type { LogQuestions, Questions } from './questions.ts'

const PAGE = { instances: 100, names: 50, offsets: 50, logRanges: 20 }
/** The API takes times of 13 digits; before this one (in 2001) no broker had a message. */
const EARLIEST_TIME_MS = 1_000_000_000_000

export const LOG_QUESTIONS_V3: LogQuestions<ParamsV3> = {
  ranges: (instanceId, topic, offset) => ({
    action: 'DescribeTopicSyncReplica',
    params: { InstanceId: instanceId, TopicName: topic, ...page(offset, PAGE.logRanges) },
    readData: readLogRanges,
  }),

  firstMessage: (instanceId, topic, partition, timeMs) => ({
    action: 'FetchMessageListByTimestamp',
    params: {
      InstanceId: instanceId,
      Topic: topic,
      Partition: partition,
      StartTime: Math.max(timeMs, EARLIEST_TIME_MS),
      SinglePartitionRecordNumber: 1,
    },
    readData: data => readFirstMessage(data, partition),
  }),

  kind: (instanceId, topic) => ({
    action: 'DescribeTopicAttributes',
    params: { InstanceId: instanceId, TopicName: topic },
    readData: readTopicKind,
  }),
}

export const QUESTIONS_V3: Questions<ParamsV3> = {
  pageSizes: PAGE,

  instances: offset => ({
    action: 'DescribeInstances',
    params: page(offset, PAGE.instances),
    readData: readInstances,
  }),

  groups: (instanceId, search) => ({
    action: 'DescribeGroup',
    params: { InstanceId: instanceId, ...searchFor(search), ...page(0, PAGE.names) },
    readData: readGroups,
  }),

  topics: (instanceId, search, offset) => ({
    action: 'DescribeTopic',
    params: { InstanceId: instanceId, ...searchFor(search), ...page(offset, PAGE.names) },
    readData: readTopics,
  }),

  group: ({ instanceId, group }) => ({
    action: 'DescribeGroupInfo',
    params: { InstanceId: instanceId, GroupList: [group] },
    readData: data => readGroupInfo(data, group),
  }),

  offsets: ({ instanceId, group }, topics, offset) => ({
    action: 'DescribeGroupOffsets',
    params: {
      InstanceId: instanceId,
      Group: group,
      ...(topics === undefined ? {} : { Topics: topics }),
      ...page(offset, PAGE.offsets),
    },
    readData: readGroupOffsets,
  }),

  logs: LOG_QUESTIONS_V3,
}

function searchFor(search: string): ParamsV3 {
  return search === '' ? {} : { SearchWord: search }
}

function page(offset: number, limit: number): ParamsV3 {
  return { Offset: offset, Limit: limit }
}

// API 2.0's reading actions and their parameters. Source: https://cloud.tencent.com/document/api/597 (pages by action).

import {
  readGroupInfoData,
  readGroupsData,
  readInstancesData,
  readOffsetsData,
  readTopicsData,
} from './answers-v2.ts'
import type { ParamsV2 } from './call-v2.ts'
import type { Questions } from './questions.ts'

const PAGE = { instances: 20, names: 50, offsets: 50, logRanges: 0 }

export const QUESTIONS_V2: Questions<ParamsV2> = {
  pageSizes: PAGE,

  instances: offset => ({
    action: 'ListInstance',
    params: page(offset, PAGE.instances),
    readData: readInstancesData,
  }),

  groups: (instanceId, search) => ({
    action: 'ListGroup',
    params: { instanceId, ...searchFor(search), ...page(0, PAGE.names) },
    readData: readGroupsData,
  }),

  topics: (instanceId, search, offset) => ({
    action: 'ListTopic',
    params: { instanceId, ...searchFor(search), ...page(offset, PAGE.names) },
    readData: readTopicsData,
  }),

  group: ({ instanceId, group }) => ({
    action: 'GetGroupInfo',
    params: { instanceId, 'group.0': group },
    readData: data => readGroupInfoData(data, group),
  }),

  offsets: ({ instanceId, group }, topics, offset) => ({
    action: 'GetGroupOffsets',
    params: { instanceId, group, ...topicParams(topics ?? []), ...page(offset, PAGE.offsets) },
    readData: readOffsetsData,
  }),

  logs: null,
}

/** `topics.0`, `topics.1`, …: a list without a 0 would not be a list to the API, and no list means all topics. */
export function topicParams(topics: readonly string[]): ParamsV2 {
  return Object.fromEntries(topics.map((topic, index) => [`topics.${index}`, topic]))
}

function searchFor(search: string): ParamsV2 {
  return search === '' ? {} : { searchWord: search }
}

function page(offset: number, limit: number): ParamsV2 {
  return { offset: String(offset), limit: String(limit) }
}

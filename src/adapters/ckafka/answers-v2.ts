// The payloads of API 2.0's reading actions. It must never guess: what does not fit is a problem in words.
// Lists are printed beside `code` on their pages, and seen inside `data` by others: both are read.

import { z } from 'zod'
import type { Group, Instance } from '../../request/group.ts'
import {
  check,
  list,
  name,
  offset,
  type Page,
  partitionList,
  partitionNumber,
  type Read,
  shown,
  smallInt,
  text,
} from './fields.ts'
import { groupAmong, type TopicOffsets } from './group-offsets.ts'
import { goneBy } from './instance-states.ts'

const errorFields = { err_code: smallInt.nullish(), error_code: smallInt.nullish() }

const offsetsSchema = z.object({
  totalCount: smallInt.nullish(),
  topicList: list(
    z.object({
      topic: name,
      partitions: partitionList(
        z.object({ ...errorFields, partition: partitionNumber, offset, log_end_offset: offset.nullish() }),
        each => each.partition,
      ),
    }),
  ),
})

export function readOffsetsData(data: unknown): Read<Page<TopicOffsets>> {
  const read = check(offsetsSchema, data, 'data')
  if (!read.ok) return read
  const items = read.value.topicList.map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map(each => ({
      partition: each.partition,
      committed: each.offset,
      logEnd: each.log_end_offset ?? null,
      errorCode: each.err_code || each.error_code || 0,
    })),
  }))
  return pageOf(read.value, items)
}

const groupInfoSchema = list(
  z.object({
    ...errorFields,
    group: name,
    state: z.string(),
    protocol_type: text,
    members: list(z.object({ client_id: text, client_host: text })).optional(),
  }),
)

export function readGroupInfoData(data: unknown, group: string): Read<Group> {
  const read = check(groupInfoSchema, data, 'data')
  if (!read.ok) return read
  const described = read.value.map(each => ({
    name: each.group,
    state: each.state,
    errorCode: each.err_code || each.error_code || 0,
    protocolType: each.protocol_type ?? '',
    members: (each.members ?? []).map(({ client_id, client_host }) => ({
      clientId: client_id ?? '',
      host: client_host ?? '',
    })),
  }))
  return groupAmong(described, group, 'data')
}

const groupsSchema = z.object({ totalCount: smallInt.nullish(), groupList: list(z.object({ group: name })) })

export function readGroupsData(data: unknown, whole: unknown): Read<Page<string>> {
  const read = check(groupsSchema, data ?? whole, 'data')
  return read.ok
    ? pageOf(
        read.value,
        read.value.groupList.map(({ group }) => group),
      )
    : read
}

const topicsSchema = z.object({
  totalCount: smallInt.nullish(),
  topicList: list(z.object({ topicName: name })),
})

export function readTopicsData(data: unknown, whole: unknown): Read<Page<string>> {
  const read = check(topicsSchema, data ?? whole, 'data')
  return read.ok
    ? pageOf(
        read.value,
        read.value.topicList.map(({ topicName }) => topicName),
      )
    : read
}

const instancesSchema = z.object({
  totalCount: smallInt.nullish(),
  instanceList: list(z.object({ instanceId: name, instanceName: text, status: z.unknown() })),
})

export function readInstancesData(data: unknown, whole: unknown): Read<Page<Instance>> {
  const read = check(instancesSchema, data ?? whole, 'data')
  if (!read.ok) return read
  const items = read.value.instanceList.map(({ instanceId, instanceName, status }) => ({
    id: instanceId,
    name: shown(instanceName ?? ''),
    ...goneBy(status),
  }))
  return pageOf(read.value, items)
}

function pageOf<T>({ totalCount }: { totalCount?: number | null | undefined }, items: T[]): Read<Page<T>> {
  return { ok: true, value: { totalCount: totalCount ?? null, items } }
}

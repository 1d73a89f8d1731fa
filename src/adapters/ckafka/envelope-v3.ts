// Reads the JSON of API 3.0 answers: the envelope, and the results of the actions used. It must never guess: what does
// not fit is a problem in words, and offsets are bigint from text to record, so that no digit is lost.
// Numbers come as numbers in one action and as text in another: both are read everywhere.

import { z } from 'zod'
import type { TopicKind } from '../../ports/cluster.ts'
import type { Group, Instance, LogRange } from '../../request/group.ts'
import type { Said } from './call.ts'
import { verdictOfReturn, verdictOfV3 } from './codes-v3.ts'
import {
  check,
  digits,
  int64,
  list,
  name,
  offset,
  type Page,
  parseJson,
  partitionList,
  partitionNumber,
  type Read,
  shown,
  smallInt,
  text,
} from './fields.ts'
import { groupAmong, type TopicOffsets } from './group-offsets.ts'
import { goneBy } from './instance-states.ts'

const ROOT = 'Response.Result'

const word = z.union([digits, z.string()], 'expected text or a number')
const returnSchema = z.object({ ReturnCode: word, ReturnMessage: text })
const envelopeSchema = z.object({
  Response: z.object({
    Error: z.object({ Code: name, Message: text }).nullish(),
    Result: z.unknown().optional(),
    RequestId: z.string().nullish(),
  }),
})

/** An error, the code that some actions have inside their result, or the result. */
export function readEnvelopeV3(body: string): Read<Said> {
  const json = parseJson(body)
  if (!json.ok) return json
  const read = check(envelopeSchema, json.value, '')
  if (!read.ok) return read
  const { Error: error, Result: data, RequestId: requestId } = read.value.Response
  const rest = { data, whole: json.value, requestId: requestId ? shown(requestId).slice(0, 100) : null }
  if (error !== undefined && error !== null) {
    const message = shown(error.Message ?? '')
    // The whole of a code is for metrics and cards: nothing as long as a page may pass for one.
    const code = shown(error.Code).slice(0, 100)
    return { ok: true, value: { ...rest, code, message, verdict: verdictOfV3(error.Code, message) } }
  }
  // Most have none, and a failed reading costs more than the rest of a good one.
  const returned = hasReturnCode(data) ? returnSchema.safeParse(data) : undefined
  if (!returned?.success)
    return { ok: true, value: { ...rest, code: '0', message: '', verdict: { kind: 'succeeded' } } }
  const message = shown(returned.data.ReturnMessage ?? '')
  const verdict = verdictOfReturn(returned.data.ReturnCode, message)
  const code =
    verdict.kind === 'succeeded' ? '0' : `ReturnCode ${shown(returned.data.ReturnCode).slice(0, 50)}`
  return { ok: true, value: { ...rest, code, message, verdict } }
}

function hasReturnCode(data: unknown): boolean {
  return typeof data === 'object' && data !== null && 'ReturnCode' in data
}

/** ModifyGroupOffsets: nothing but its ReturnCode, which the envelope has judged; without one nothing is proven. */
export function readModified(data: unknown): Read<'accepted'> {
  const read = check(returnSchema, data, ROOT)
  return read.ok ? { ok: true, value: 'accepted' } : read
}

const groupOffsetsSchema = z.object({
  TotalCount: smallInt.nullish(),
  TopicList: list(
    z.object({
      Topic: name,
      Partitions: partitionList(
        z.object({
          Partition: partitionNumber,
          Offset: offset,
          LogEndOffset: offset.nullish(),
          ErrorCode: smallInt.nullish(),
        }),
        each => each.Partition,
      ),
    }),
  ),
})

export function readGroupOffsets(data: unknown): Read<Page<TopicOffsets>> {
  const read = check(groupOffsetsSchema, data, ROOT)
  if (!read.ok) return read
  const items = read.value.TopicList.map(({ Topic, Partitions }) => ({
    topic: Topic,
    partitions: Partitions.map(({ Partition, Offset, LogEndOffset, ErrorCode }) => ({
      partition: Partition,
      committed: Offset,
      logEnd: LogEndOffset ?? null,
      errorCode: ErrorCode ?? 0,
    })),
  }))
  return pageOf(read.value, items)
}

const groupInfoSchema = list(
  z.object({
    Group: name,
    State: z.string(),
    ProtocolType: text,
    ErrorCode: smallInt.nullish(),
    Members: list(z.object({ ClientId: text, ClientHost: text })).optional(),
  }),
)

export function readGroupInfo(data: unknown, group: string): Read<Group> {
  const read = check(groupInfoSchema, data, ROOT)
  if (!read.ok) return read
  const described = read.value.map(({ Group, State, ProtocolType, ErrorCode, Members }) => ({
    name: Group,
    state: State,
    errorCode: ErrorCode ?? 0,
    protocolType: ProtocolType ?? '',
    members: (Members ?? []).map(({ ClientId, ClientHost }) => ({
      clientId: ClientId ?? '',
      host: ClientHost ?? '',
    })),
  }))
  return groupAmong(described, group, ROOT)
}

const groupsSchema = z.object({ TotalCount: smallInt.nullish(), GroupList: list(z.object({ Group: name })) })

export function readGroups(data: unknown): Read<Page<string>> {
  const read = check(groupsSchema, data, ROOT)
  return read.ok
    ? pageOf(
        read.value,
        read.value.GroupList.map(({ Group }) => Group),
      )
    : read
}

const topicsSchema = z.object({
  TotalCount: smallInt.nullish(),
  TopicList: list(z.object({ TopicName: name })),
})

export function readTopics(data: unknown): Read<Page<string>> {
  const read = check(topicsSchema, data, ROOT)
  return read.ok
    ? pageOf(
        read.value,
        read.value.TopicList.map(({ TopicName }) => TopicName),
      )
    : read
}

const instancesSchema = z.object({
  TotalCount: smallInt.nullish(),
  InstanceList: list(z.object({ InstanceId: name, InstanceName: text, Status: z.unknown() })),
})

export function readInstances(data: unknown): Read<Page<Instance>> {
  const read = check(instancesSchema, data, ROOT)
  if (!read.ok) return read
  const items = read.value.InstanceList.map(({ InstanceId, InstanceName, Status }) => ({
    id: InstanceId,
    name: shown(InstanceName ?? ''),
    ...goneBy(Status),
  }))
  return pageOf(read.value, items)
}

const offsetInLog = int64.refine(value => value >= 0n, 'expected an offset in a log')

const logRangesSchema = z.object({
  TotalCount: smallInt.nullish(),
  TopicInSyncReplicaList: partitionList(
    z
      .object({ Partition: partitionNumber, BeginOffset: offsetInLog, EndOffset: offsetInLog })
      .refine(
        ({ BeginOffset, EndOffset }) => BeginOffset <= EndOffset,
        'expected a log that begins before it ends',
      ),
    each => each.Partition,
  ),
})

export function readLogRanges(data: unknown): Read<Page<LogRange>> {
  const read = check(logRangesSchema, data, ROOT)
  if (!read.ok) return read
  const items = read.value.TopicInSyncReplicaList.map(({ Partition, BeginOffset, EndOffset }) => ({
    partition: Partition,
    start: BeginOffset,
    end: EndOffset,
  }))
  return pageOf(read.value, items)
}

const messagesSchema = list(z.object({ Partition: partitionNumber.nullish(), Offset: offsetInLog }))

/** The offset of the first record; null when there is none. A record of another partition is no answer to what was asked. */
export function readFirstMessage(data: unknown, partition: number): Read<bigint | null> {
  const read = check(messagesSchema, data, ROOT)
  if (!read.ok) return read
  const [first] = read.value
  if (first === undefined) return { ok: true, value: null }
  return (first.Partition ?? partition) === partition
    ? { ok: true, value: first.Offset }
    : { ok: false, problem: `${ROOT}[0].Partition: expected the one asked for` }
}

const attributesSchema = z.object({
  Config: z
    .object({ CleanUpPolicy: text, MaxMessageBytes: int64.nullish(), Retention: int64.nullish() })
    .nullish(),
})

/** Of the message query, which is what FetchMessageListByTimestamp asks: https://cloud.tencent.com/document/product/597/39719 */
const LARGEST_MESSAGE_FOUND = 1_048_576n
/** Of 1 MB with what Kafka puts around a message, as its own default has it: none is larger. */
const KAFKAS_ONE_MEGABYTE = LARGEST_MESSAGE_FOUND + 12n

/**
 * Null: no policy is named. `compact`, or with `delete` after a comma. 0 and nothing: the instance's own size, which is not told.
 * Retention is in ms, as the comment of Config in tencentcloud-sdk-go has it.
 */
export function readTopicKind(data: unknown): Read<TopicKind | null> {
  const read = check(attributesSchema, data, ROOT)
  if (!read.ok) return read
  const { CleanUpPolicy: policy, MaxMessageBytes: largest, Retention: kept } = read.value.Config ?? {}
  if (!policy) return { ok: true, value: null }
  const policies = policy.split(',').map(each => each.trim())
  const retentionMs = policies.includes('delete') ? Number(kept ?? 0n) : 0
  return {
    ok: true,
    value: {
      ...{ compacted: policies.includes('compact'), transactions: false },
      timesMayBeLate: (largest ?? 0n) > KAFKAS_ONE_MEGABYTE,
      // None, or -1: not known, or without a limit.
      ...(retentionMs > 0 && Number.isSafeInteger(retentionMs) ? { retentionMs } : {}),
    },
  }
}

function pageOf<T>({ TotalCount }: { TotalCount?: number | null | undefined }, items: T[]): Read<Page<T>> {
  return { ok: true, value: { totalCount: TotalCount ?? null, items } }
}

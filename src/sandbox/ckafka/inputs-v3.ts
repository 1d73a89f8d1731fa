// Owns how the JSON bodies of API 3.0 are read: their types, their limits, every integer as the integer it is.
// It must never answer: a parameter that cannot be read is named by a code, and that is all.

import { parse, parseNumberAndBigInt } from 'lossless-json'
import { z } from 'zod'

const maxInt64 = 2n ** 63n - 1n
const int64 = z
  .bigint()
  .min(-maxInt64 - 1n)
  .max(maxInt64)
const whole = (min: number, max: number) => z.bigint().min(BigInt(min)).max(BigInt(max)).transform(Number)
const text = z.string().min(1)
const word = z.string().default('')
const partition = whole(0, 1_000_000)
const page = (usual: number, max: number) => ({
  Offset: whole(0, 1_000_000_000).default(0),
  // A page beyond the limit is refused rather than cut short: the pages give a maximum and no word on more.
  Limit: whole(1, max).default(usual),
})

// Strict: API 3.0 refuses what it does not know.
export const inputs = {
  modifyGroupOffsets: z.strictObject({
    InstanceId: text,
    Group: text,
    Strategy: whole(0, 2),
    Topics: z.array(text).optional(),
    // Only the one that the strategy needs is looked at; some clients always send all three.
    Shift: int64.optional(),
    ShiftTimestamp: whole(-2, 999_999_999_999_999).optional(),
    Offset: int64.optional(),
    Partitions: z.array(partition).optional(),
  }),
  batchModifyGroupOffsets: z.strictObject({
    InstanceId: text,
    GroupName: text,
    Partitions: z.array(z.strictObject({ Partition: partition, Offset: int64 })).min(1),
    TopicName: z.array(text).optional(),
  }),
  describeGroupOffsets: z.strictObject({
    InstanceId: text,
    Group: text,
    Topics: z.array(text).optional(),
    SearchWord: word,
    ...page(50, 50),
  }),
  describeGroupInfo: z.strictObject({ InstanceId: text, GroupList: z.array(text).min(1) }),
  describeGroup: z.strictObject({
    InstanceId: text,
    SearchWord: word,
    ...page(20, 50),
    Filters: z
      .array(z.strictObject({ Name: z.literal('GroupState'), Values: z.array(z.enum(['Empty', 'Stable'])) }))
      .optional(),
  }),
  describeConsumerGroup: z.strictObject({
    InstanceId: text,
    GroupName: word,
    TopicName: word,
    ...page(50, 50),
  }),
  describeTopic: z.strictObject({
    InstanceId: text,
    SearchWord: word,
    ...page(20, 50),
    AclRuleName: z.string().optional(),
  }),
  describeInstances: z.strictObject({
    InstanceId: word,
    SearchWord: word,
    Status: z.array(whole(-1, 100)).optional(),
    ...page(10, 100),
    VpcId: z.string().optional(),
  }),
  describeTopicSyncReplica: z.strictObject({
    InstanceId: text,
    TopicName: text,
    ...page(20, 20),
    OutOfSyncReplicaOnly: z.boolean().default(false),
  }),
  describeTopicAttributes: z.strictObject({ InstanceId: text, TopicName: text }),
  fetchMessageListByTimestamp: z.strictObject({
    InstanceId: text,
    Topic: text,
    Partition: partition.optional(),
    StartTime: whole(1_000_000_000_000, 9_999_999_999_999).optional(),
    SinglePartitionRecordNumber: whole(1, 20).default(20),
  }),
}

export type Body = Record<string, unknown>
export type Reading<Asked> =
  | { kind: 'read'; asked: Asked }
  | { kind: 'unreadable'; code: string; why: string }

/** Integers are bigint. Undefined: not a JSON object. */
export function readBody(body: string): Body | undefined {
  try {
    const read = z.record(z.string(), z.unknown()).safeParse(parse(body, undefined, parseNumberAndBigInt))
    return read.success ? read.data : undefined
  } catch {
    return undefined
  }
}

export function readInput<Asked>(input: z.ZodType<Asked>, body: Body): Reading<Asked> {
  const asked = input.safeParse(body)
  if (asked.success) return { kind: 'read', asked: asked.data }
  const issue = asked.error.issues[0]
  const where = issue?.path.join('.') ?? ''
  if (issue?.code === 'unrecognized_keys') {
    const name = [...issue.path, issue.keys[0]].join('.')
    return { kind: 'unreadable', code: 'UnknownParameter', why: `the parameter ${name} is not recognized` }
  }
  if (issue && valueAt(body, issue.path) === undefined)
    return { kind: 'unreadable', code: 'MissingParameter', why: `the required parameter ${where} is missing` }
  return { kind: 'unreadable', code: 'InvalidParameter', why: `the value of parameter ${where} is not valid` }
}

function valueAt(body: unknown, path: PropertyKey[]): unknown {
  let value = body
  for (const key of path)
    value = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined
  return value
}

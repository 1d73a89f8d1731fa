// Rows of a result, as an execution may end for one partition.

import type { PartitionResult } from '../../src/request/result.ts'

export const succeeded = (topic: string, partition: number, offset: bigint): PartitionResult => ({
  topic,
  partition,
  from: offset + 100n,
  planned: offset,
  said: { offset: null, code: 0, message: '' },
  readBack: offset,
  outcome: 'succeeded',
  why: null,
})
export const failed = (
  topic: string,
  partition: number | null,
  code: number,
  message = '',
): PartitionResult => ({
  topic,
  partition,
  from: partition === null ? null : 100n,
  planned: partition === null ? null : 0n,
  said: { offset: null, code, message },
  readBack: partition === null ? null : 100n,
  outcome: 'failed',
  why: null,
})
export const unreported = (topic: string, partition: number | null = null): PartitionResult => ({
  topic,
  partition,
  from: null,
  planned: null,
  said: null,
  readBack: null,
  outcome: 'unreported',
  why: partition === null ? 'notSeen' : 'notRead',
})
export const many = (count: number, topics = 1) =>
  Array.from({ length: count }, (_, index) => succeeded(`topic-${index % topics}`, index, BigInt(index)))

// The adapter over scripted brokers, which end with the test.

import { onTestFinished } from 'vitest'
import { createKafka, type Kafka } from '../../../src/adapters/kafka/kafka.ts'
import type { KafkaCall, KafkaSettings } from '../../../src/adapters/kafka/settings.ts'
import { type Answers, type ScriptedBroker, startScriptedBroker } from './scripted-broker.ts'

export const ID = 'kafka-scripted'
export const TARGET = { instanceId: ID, group: 'billing' }
export const soon = (ms = 5_000) => Date.now() + ms

export interface Scripted {
  broker: ScriptedBroker
  kafka: Kafka
  calls: KafkaCall[]
}

export async function scripted(
  answers: Answers,
  {
    versions = {},
    settings = {},
  }: { versions?: Parameters<typeof startScriptedBroker>[1]; settings?: Partial<KafkaSettings> } = {},
): Promise<Scripted> {
  const broker = await brokerOf(answers, versions)
  const calls: KafkaCall[] = []
  const kafka = kafkaOf(broker.bootstrap, settings, calls)
  return { broker, kafka, calls }
}

export async function brokerOf(...args: Parameters<typeof startScriptedBroker>): Promise<ScriptedBroker> {
  const broker = await startScriptedBroker(...args)
  onTestFinished(broker.close)
  return broker
}

export function kafkaOf(
  bootstrap: string,
  settings: Partial<KafkaSettings> = {},
  calls: KafkaCall[] = [],
  onClusterId: (clusterId: string) => void = () => {},
): Kafka {
  const kafka = createKafka(
    { id: ID, name: 'scripted', bootstrap: bootstrap.split(','), ...settings },
    { now: Date.now, onCall: call => calls.push(call), onClusterId },
  )
  onTestFinished(kafka.close)
  return kafka
}

/** `orders 0` at 5 and so on; null: nothing committed. */
export function fetched(offsets: Record<string, bigint | null>, codes: Record<string, number> = {}) {
  const topics = new Map<string, { partitionIndex: number; offset: bigint; code: number }[]>()
  for (const place of new Set([...Object.keys(offsets), ...Object.keys(codes)])) {
    const [topic = '', partition] = place.split(' ')
    const entry = {
      partitionIndex: Number(partition),
      offset: offsets[place] ?? -1n,
      code: codes[place] ?? 0,
    }
    topics.set(topic, [...(topics.get(topic) ?? []), entry])
  }
  return {
    throttleTimeMs: 0,
    topics: [...topics].map(([name, partitions]) => ({
      name,
      partitions: partitions.map(({ partitionIndex, offset, code }) => ({
        partitionIndex,
        committedOffset: offset,
        committedLeaderEpoch: -1,
        metadata: '',
        errorCode: code,
      })),
    })),
    errorCode: 0,
  }
}

/** The same code on every partition that was asked for. */
export function committed(
  request: { topics: { name: string; partitions: { partitionIndex: number }[] }[] },
  code: number | ((topic: string, partition: number) => number) = 0,
) {
  return {
    throttleTimeMs: 0,
    topics: request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => ({
        partitionIndex,
        errorCode: typeof code === 'number' ? code : code(name, partitionIndex),
      })),
    })),
  }
}

/** As either question describes a group. */
export function described(groupId: string, groupState: string, errorCode = 0) {
  return {
    throttleTimeMs: 0,
    groups: [
      {
        errorCode,
        errorMessage: null,
        groupId,
        groupState,
        protocolType: 'consumer',
        protocolData: '',
        members: [],
        authorizedOperations: 0,
      },
    ],
  }
}

export function describedNew(groupId: string, groupState: string, errorCode = 0) {
  return {
    throttleTimeMs: 0,
    groups: [
      {
        errorCode,
        errorMessage: null,
        groupId,
        groupState,
        groupEpoch: 0,
        assignmentEpoch: 0,
        assignorName: '',
        members: [],
        authorizedOperations: 0,
      },
    ],
  }
}

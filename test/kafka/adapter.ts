// The adapter as the tests over a real Kafka make it, with every call that it made.

import { createKafka, type Kafka } from '../../src/adapters/kafka/kafka.ts'
import type { KafkaCall, KafkaSettings } from '../../src/adapters/kafka/settings.ts'
import type { ReadOutcome } from '../../src/request/api-answer.ts'

export const ID = 'kafka-test'

export interface Adapter extends Kafka {
  /** In order, by name. */
  calls: KafkaCall[]
  /** Of one API. */
  callsOf(api: string): KafkaCall[]
}

export function adapterOf(bootstrap: string, more: Partial<KafkaSettings> = {}): Adapter {
  const calls: KafkaCall[] = []
  const kafka = createKafka(
    { id: ID, name: 'a test', bootstrap: bootstrap.split(','), ...more },
    { now: Date.now, onCall: call => calls.push(call) },
  )
  return { ...kafka, calls, callsOf: api => calls.filter(call => call.api === api) }
}

export const to = (group: string) => ({ instanceId: ID, group })
export const soon = (ms = 10_000) => Date.now() + ms

export function value<T>(outcome: ReadOutcome<T>): T {
  if (outcome.kind !== 'read') throw new Error(JSON.stringify(outcome))
  return outcome.value
}

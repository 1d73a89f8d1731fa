// Owns what classic consumers tell each other through their coordinator, which does not read it: the topics that one
// subscribes to, and the partitions that it was given. As in Kafka's ConsumerProtocolSubscription 0 and ConsumerProtocolAssignment 3.

import { Written } from './wire/bytes.ts'
import { encode } from './wire/codec.ts'

const SUBSCRIPTION = { Version: 'int16', Topics: ['list', 'string'], UserData: '?bytes' } as const
const ASSIGNMENT = {
  Version: 'int16',
  AssignedPartitions: ['list', { Topic: 'string', Partitions: ['list', 'int32'] }],
  UserData: '?bytes',
} as const
const FORM = { version: 0, flexible: false }

export function subscriptionBytes(topics: string[]): Buffer {
  const out = new Written()
  encode(SUBSCRIPTION, out, { Version: 0, Topics: topics, UserData: null }, FORM)
  return out.done()
}

/** Topic → partitions. */
export function assignmentBytes(assignment: Record<string, number[]>): Buffer {
  const out = new Written()
  const AssignedPartitions = Object.entries(assignment).map(([Topic, Partitions]) => ({ Topic, Partitions }))
  encode(ASSIGNMENT, out, { Version: 3, AssignedPartitions, UserData: null }, FORM)
  return out.done()
}

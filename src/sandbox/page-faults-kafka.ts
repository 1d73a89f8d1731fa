// The faults of the Kafka cluster that the page can switch on, each with a sentence about what to expect of Rewind then.
// It must never plant one: the switches do.

import { CODES } from './kafka/codes.ts'
import type { KafkaFault } from './kafka/faults.ts'
import type { SimulatedKafka } from './kafka/start.ts'

export type KafkaCallName = Parameters<SimulatedKafka['inject']>[0]

export interface PlantedKafkaFault {
  id: string
  label: string
  says: string
  plant: readonly (readonly [call: KafkaCallName, fault: KafkaFault])[]
}

/** What follows a call whose outcome is unknown, up to what the offsets show. */
export const UNKNOWN_THEN =
  'Rewind says that the outcome is unknown, and reads the offsets back until they show'
/** What certainly did not happen is tried this often. */
export const AGAIN = 'tries again, up to 8 times in all'

const onCommits = (fault: KafkaFault) => [['OffsetCommit', fault] as const]

/**
 * A broker neither turns calls away as too many nor answers with a web page, so that those faults are of CKafka's API
 * alone.
 */
export const KAFKA_FAULTS: readonly PlantedKafkaFault[] = [
  {
    id: 'kafka-slow',
    label: 'Slow',
    says: 'Every call takes 300 ms: the card and the result come late, and still come right.',
    plant: [['*', { kind: 'delay', ms: 300 }]],
  },
  {
    id: 'kafka-hang-after',
    label: 'Hangs after the commit',
    says: `The commit is taken but never answered: ${UNKNOWN_THEN} that it happened.`,
    plant: onCommits({ kind: 'hang', afterDoingIt: true }),
  },
  {
    id: 'kafka-hang-before',
    label: 'Hangs before the commit',
    says: `Nothing is taken and nothing answered: ${UNKNOWN_THEN} twice that nothing was done, and then ${AGAIN}.`,
    plant: onCommits({ kind: 'hang', afterDoingIt: false }),
  },
  {
    id: 'kafka-no-coordinator',
    label: 'Coordinator not available',
    says: 'The commit is taken and answered with code 15, which does not say so: Rewind reads the offsets back.',
    plant: onCommits({ kind: 'code', code: CODES.COORDINATOR_NOT_AVAILABLE, afterDoingIt: true }),
  },
  {
    id: 'kafka-refuses',
    label: 'Refuses: members',
    says: `The commit is refused because the group has members, though none shows: the card says that it waits, and Rewind ${AGAIN}, ever later.`,
    plant: onCommits({ kind: 'code', code: CODES.UNKNOWN_MEMBER_ID, afterDoingIt: false }),
  },
  {
    id: 'kafka-lies',
    label: 'Lies',
    says: 'The commit is answered with success and nothing is done: Rewind reads the offsets back and says that it failed.',
    plant: onCommits({ kind: 'lie' }),
  },
]
/** The codes of a topic alone: the user may not write there. */
export const FORBIDDEN = { topic: 'profiles', code: CODES.TOPIC_AUTHORIZATION_FAILED }

// What the user of a Kafka cluster may do, as its brokers tell it themselves (`authorizedOperations`, KIP-430, Kafka 2.3), and
// which of them answer. It only asks: nothing of it writes, joins a group, or makes a topic.

import type { ReadOutcome } from '../../request/api-answer.ts'
import { placeOf } from './address.ts'
import { type Client, createClient, type Node, unlessError } from './client.ts'
import { isClusterId } from './cluster-ids.ts'
import { Fault, readOutcomeOf } from './fault.ts'
import type { KafkaDeps, KafkaSettings } from './settings.ts'
import {
  consumerGroupDescribe,
  describeGroups,
  describeProducers,
  listGroups,
  metadata,
} from './wire/messages.ts'

/** Kafka's numbers of the operations that Rewind needs (org.apache.kafka.common.acl.AclOperation). */
const OPERATIONS = { READ: 3, DESCRIBE: 8, DESCRIBE_CONFIGS: 10 } as const
export type Operation = keyof typeof OPERATIONS

export interface Rights {
  /** How many were told. */
  told: number
  /** How many more there are of which nothing was told, or which were not asked for. */
  untold: number
  /** By operation, those on which the user has not got it. */
  lacking: Partial<Record<Operation, string[]>>
}

export interface KafkaRights {
  /** By address; why one that is advertised does not answer, as request/cause.ts has it, or Kafka's code. */
  brokers: { place: string; trouble: string | null }[]
  /** What of the newer calls they speak, of those that answer. */
  speaks: { consumerGroups: boolean; producers: boolean }
  topics: Rights
  groups: Rights
  /** Whether the largest commit can be asked for; null: it was not told. */
  mayReadCommitLimit: boolean | null
}

/** Of each broker. */
const MOST_GROUPS = 50
const UNTOLD = -(2 ** 31)
const GROUP_AUTHORIZATION_FAILED = 30
/** Groups that keep offsets here. */
const WITH_OFFSETS = new Set(['', 'consumer'])
const OFFSETS_TOPIC = '__consumer_offsets'

/** Never rejects. */
export async function lookAtRights(
  settings: KafkaSettings,
  deps: KafkaDeps,
  withinMs: number,
): Promise<ReadOutcome<KafkaRights>> {
  const client = createClient(settings, deps)
  try {
    return { kind: 'read', value: await rightsOf(client, deps.now() + withinMs, deps.onClusterId) }
  } catch (error) {
    return readOutcomeOf(error)
  } finally {
    client.close()
  }
}

async function rightsOf(
  client: Client,
  deadlineMs: number,
  onClusterId: KafkaDeps['onClusterId'],
): Promise<KafkaRights> {
  const found = await client.askAny(
    metadata,
    {
      topics: null,
      allowAutoTopicCreation: false,
      includeClusterAuthorizedOperations: false,
      includeTopicAuthorizedOperations: true,
    },
    deadlineMs,
  )
  if (isClusterId(found.clusterId)) onClusterId?.(found.clusterId)
  const brokers = await Promise.all(found.brokers.map(node => lookAtBroker(client, node, deadlineMs)))
  const answering = brokers.filter(each => each.trouble === null)
  const topics = found.topics.filter(each => each.errorCode === 0 && !each.isInternal)
  const offsets = found.topics.find(({ name }) => name === OFFSETS_TOPIC)?.topicAuthorizedOperations
  return {
    brokers: brokers.map(({ place, trouble }) => ({ place, trouble })),
    speaks: {
      consumerGroups: answering.some(each => each.speaks.consumerGroups),
      producers: answering.some(each => each.speaks.producers),
    },
    topics: rightsIn(
      topics.map(({ name, topicAuthorizedOperations: bits }) => ({ name, bits })),
      ['READ', 'DESCRIBE_CONFIGS'],
    ),
    groups: together(answering.map(({ groups }) => groups)),
    mayReadCommitLimit: offsets === undefined || offsets === UNTOLD ? null : has(offsets, 'DESCRIBE_CONFIGS'),
  }
}

interface BrokerSeen {
  place: string
  trouble: string | null
  speaks: KafkaRights['speaks']
  groups: Rights
}

const NOTHING: Rights = { told: 0, untold: 0, lacking: {} }

async function lookAtBroker(client: Client, node: Node, deadlineMs: number): Promise<BrokerSeen> {
  const place = placeOf(node)
  try {
    const versionOf = await client.versionsOf(node, deadlineMs)
    const speaks = {
      consumerGroups: versionOf(consumerGroupDescribe) !== null,
      producers: versionOf(describeProducers) !== null,
    }
    return { place, trouble: null, speaks, groups: await groupsAt(client, node, deadlineMs) }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    const trouble = error.end.kind === 'refused' ? error.end.code : error.end.cause
    return { place, trouble, speaks: { consumerGroups: false, producers: false }, groups: NOTHING }
  }
}

/** Who lists a group coordinates it. */
async function groupsAt(client: Client, node: Node, deadlineMs: number): Promise<Rights> {
  const answer = await client.ask(node, listGroups, { statesFilter: [], typesFilter: [] }, deadlineMs)
  unlessError(answer.errorCode)
  const listed = answer.groups.filter(
    each => WITH_OFFSETS.has(each.protocolType) && each.groupType !== 'share',
  )
  const asked = listed.slice(0, MOST_GROUPS)
  const ofKind = (isNew: boolean) =>
    asked.flatMap(each => ((each.groupType === 'consumer') === isNew ? [each.groupId] : []))
  const [groups, groupIds] = [ofKind(false), ofKind(true)]
  const answers = await Promise.all([
    groups.length === 0
      ? []
      : client
          .ask(node, describeGroups, { groups, includeAuthorizedOperations: true }, deadlineMs)
          .then(described => described.groups),
    groupIds.length === 0
      ? []
      : client
          .ask(node, consumerGroupDescribe, { groupIds, includeAuthorizedOperations: true }, deadlineMs)
          .then(described => described.groups),
  ])
  const rights = rightsIn(
    answers.flat().map(({ groupId, errorCode, authorizedOperations }) => ({
      name: groupId,
      // Whoever may look at the cluster sees its groups, and may still not look at one.
      bits: errorCode === GROUP_AUTHORIZATION_FAILED ? 0 : errorCode === 0 ? authorizedOperations : UNTOLD,
    })),
    ['DESCRIBE', 'READ'],
  )
  return { ...rights, untold: rights.untold + listed.length - asked.length }
}

function rightsIn(each: readonly { name: string; bits: number }[], needed: readonly Operation[]): Rights {
  const told = each.filter(({ bits }) => bits !== UNTOLD)
  const lacking = needed.flatMap(operation => {
    const names = told.filter(({ bits }) => !has(bits, operation)).map(({ name }) => name)
    return names.length === 0 ? [] : [[operation, names.sort()] as const]
  })
  return { told: told.length, untold: each.length - told.length, lacking: Object.fromEntries(lacking) }
}

function has(bits: number, operation: Operation): boolean {
  return (bits & (1 << OPERATIONS[operation])) !== 0
}

function together(all: readonly Rights[]): Rights {
  const sum = (of: (each: Rights) => number) => all.reduce((total, each) => total + of(each), 0)
  const operations = Object.keys(OPERATIONS) as Operation[]
  const lacking = operations.flatMap(operation => {
    const names = all.flatMap(each => each.lacking[operation] ?? [])
    return names.length === 0 ? [] : [[operation, names.sort()] as const]
  })
  return {
    told: sum(({ told }) => told),
    untold: sum(({ untold }) => untold),
    lacking: Object.fromEntries(lacking),
  }
}

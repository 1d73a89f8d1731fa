// The calls that Rewind makes of Kafka, and the versions of them that it speaks: from Kafka 2.4 to the newest 4.
// Field by field as in Apache Kafka's own descriptions of its messages; those of later versions come with `since`.

import {
  array,
  bool,
  bytes,
  int8,
  int16,
  int32,
  int64,
  nullable,
  since,
  string,
  struct,
  type Type,
  type ValueOf,
} from './schema.ts'

/** One call: its number, the versions that are spoken here, from which on they are flexible, and both its messages. */
export interface Message<Request, Response, Name extends string = string> {
  key: number
  name: Name
  versions: readonly [oldest: number, newest: number]
  /** Null: none of the versions spoken here. */
  flexible: number | null
  request: Type<Request>
  response: Type<Response>
}
export type RequestOf<M> = M extends { request: infer T } ? ValueOf<T> : never
export type ResponseOf<M> = M extends { response: infer T } ? ValueOf<T> : never

const message = <const Name extends string, Request, Response>(declared: Message<Request, Response, Name>) =>
  declared

/** How many there may be of what a cluster never has many of; of all else see `array`. */
const MOST = {
  apis: 1_000,
  brokers: 10_000,
  members: 10_000,
  configs: 10_000,
  synonyms: 1_000,
  mechanisms: 100,
}

const throttleTimeMs = int32
const authorized = int32
/** Of authorised operations that were not asked for. */
const NOT_ASKED = -(2 ** 31)

export const apiVersions = message({
  key: 18,
  name: 'ApiVersions',
  versions: [0, 3],
  flexible: 3,
  request: struct({
    clientSoftwareName: since(3, string, ''),
    clientSoftwareVersion: since(3, string, ''),
  }),
  response: struct({
    errorCode: int16,
    apiKeys: array(struct({ apiKey: int16, minVersion: int16, maxVersion: int16 }), MOST.apis),
    throttleTimeMs: since(1, throttleTimeMs, 0),
  }),
})

export const metadata = message({
  key: 3,
  name: 'Metadata',
  versions: [4, 9],
  flexible: 9,
  request: struct({
    /** Null: all. */
    topics: nullable(array(struct({ name: string }))),
    allowAutoTopicCreation: bool,
    includeClusterAuthorizedOperations: since(8, bool, false),
    includeTopicAuthorizedOperations: since(8, bool, false),
  }),
  response: struct({
    throttleTimeMs,
    brokers: array(
      struct({ nodeId: int32, host: string, port: int32, rack: nullable(string) }),
      MOST.brokers,
    ),
    clusterId: nullable(string),
    controllerId: int32,
    topics: array(
      struct({
        errorCode: int16,
        name: string,
        isInternal: bool,
        partitions: array(
          struct({
            errorCode: int16,
            partitionIndex: int32,
            leaderId: int32,
            leaderEpoch: since(7, int32, -1),
            replicaNodes: array(int32, MOST.brokers),
            isrNodes: array(int32, MOST.brokers),
            offlineReplicas: since(5, array(int32, MOST.brokers), []),
          }),
        ),
        topicAuthorizedOperations: since(8, authorized, NOT_ASKED),
      }),
    ),
    clusterAuthorizedOperations: since(8, authorized, NOT_ASKED),
  }),
})

export const findCoordinator = message({
  key: 10,
  name: 'FindCoordinator',
  versions: [1, 3],
  flexible: 3,
  request: struct({ key: string, keyType: int8 }),
  response: struct({
    throttleTimeMs,
    errorCode: int16,
    errorMessage: nullable(string),
    nodeId: int32,
    host: string,
    port: int32,
  }),
})

export const listOffsets = message({
  key: 2,
  name: 'ListOffsets',
  versions: [2, 6],
  flexible: 6,
  request: struct({
    replicaId: int32,
    isolationLevel: int8,
    topics: array(
      struct({
        name: string,
        partitions: array(
          struct({ partitionIndex: int32, currentLeaderEpoch: since(4, int32, -1), timestamp: int64 }),
        ),
      }),
    ),
  }),
  response: struct({
    throttleTimeMs,
    topics: array(
      struct({
        name: string,
        partitions: array(
          struct({
            partitionIndex: int32,
            errorCode: int16,
            timestamp: int64,
            offset: int64,
            leaderEpoch: since(4, int32, -1),
          }),
        ),
      }),
    ),
  }),
})

export const offsetFetch = message({
  key: 9,
  name: 'OffsetFetch',
  versions: [3, 7],
  flexible: 6,
  request: struct({
    groupId: string,
    /** Null: all that the group has committed to. */
    topics: nullable(array(struct({ name: string, partitionIndexes: array(int32) }))),
    requireStable: since(7, bool, false),
  }),
  response: struct({
    throttleTimeMs,
    topics: array(
      struct({
        name: string,
        partitions: array(
          struct({
            partitionIndex: int32,
            committedOffset: int64,
            committedLeaderEpoch: since(5, int32, -1),
            metadata: nullable(string),
            errorCode: int16,
          }),
        ),
      }),
    ),
    errorCode: int16,
  }),
})

export const offsetCommit = message({
  key: 8,
  name: 'OffsetCommit',
  versions: [5, 9],
  flexible: 8,
  request: struct({
    groupId: string,
    generationIdOrMemberEpoch: int32,
    memberId: string,
    groupInstanceId: since(7, nullable(string), null),
    topics: array(
      struct({
        name: string,
        partitions: array(
          struct({
            partitionIndex: int32,
            committedOffset: int64,
            committedLeaderEpoch: since(6, int32, -1),
            committedMetadata: nullable(string),
          }),
        ),
      }),
    ),
  }),
  response: struct({
    throttleTimeMs,
    topics: array(
      struct({ name: string, partitions: array(struct({ partitionIndex: int32, errorCode: int16 })) }),
    ),
  }),
})

export const listGroups = message({
  key: 16,
  name: 'ListGroups',
  versions: [1, 5],
  flexible: 3,
  request: struct({
    /** Empty: all. */
    statesFilter: since(4, array(string), []),
    typesFilter: since(5, array(string), []),
  }),
  response: struct({
    throttleTimeMs,
    errorCode: int16,
    groups: array(
      struct({
        groupId: string,
        protocolType: string,
        groupState: since(4, string, ''),
        groupType: since(5, string, ''),
      }),
    ),
  }),
})

export const describeGroups = message({
  key: 15,
  name: 'DescribeGroups',
  versions: [1, 6],
  flexible: 5,
  request: struct({ groups: array(string), includeAuthorizedOperations: since(3, bool, false) }),
  response: struct({
    throttleTimeMs,
    groups: array(
      struct({
        errorCode: int16,
        errorMessage: since(6, nullable(string), null),
        groupId: string,
        groupState: string,
        protocolType: string,
        protocolData: string,
        members: array(
          struct({
            memberId: string,
            groupInstanceId: since(4, nullable(string), null),
            clientId: string,
            clientHost: string,
            memberMetadata: bytes,
            memberAssignment: bytes,
          }),
          MOST.members,
        ),
        authorizedOperations: since(3, authorized, NOT_ASKED),
      }),
    ),
  }),
})

const assignment = struct({
  topicPartitions: array(
    struct({ topicIdHigh: int64, topicIdLow: int64, topicName: string, partitions: array(int32) }),
  ),
})

export const consumerGroupDescribe = message({
  key: 69,
  name: 'ConsumerGroupDescribe',
  versions: [0, 0],
  flexible: 0,
  request: struct({ groupIds: array(string), includeAuthorizedOperations: bool }),
  response: struct({
    throttleTimeMs,
    groups: array(
      struct({
        errorCode: int16,
        errorMessage: nullable(string),
        groupId: string,
        groupState: string,
        groupEpoch: int32,
        assignmentEpoch: int32,
        assignorName: string,
        members: array(
          struct({
            memberId: string,
            instanceId: nullable(string),
            rackId: nullable(string),
            memberEpoch: int32,
            clientId: string,
            clientHost: string,
            subscribedTopicNames: array(string),
            subscribedTopicRegex: nullable(string),
            assignment,
            targetAssignment: assignment,
          }),
          MOST.members,
        ),
        authorizedOperations: authorized,
      }),
    ),
  }),
})

export const describeConfigs = message({
  key: 32,
  name: 'DescribeConfigs',
  versions: [1, 4],
  flexible: 4,
  request: struct({
    resources: array(
      struct({
        resourceType: int8,
        resourceName: string,
        /** Null: all. */
        configurationKeys: nullable(array(string)),
      }),
    ),
    includeSynonyms: bool,
    includeDocumentation: since(3, bool, false),
  }),
  response: struct({
    throttleTimeMs,
    results: array(
      struct({
        errorCode: int16,
        errorMessage: nullable(string),
        resourceType: int8,
        resourceName: string,
        configs: array(
          struct({
            name: string,
            value: nullable(string),
            readOnly: bool,
            configSource: int8,
            isSensitive: bool,
            synonyms: array(struct({ name: string, value: nullable(string), source: int8 }), MOST.synonyms),
            configType: since(3, int8, 0),
            documentation: since(3, nullable(string), null),
          }),
          MOST.configs,
        ),
      }),
    ),
  }),
})

export const describeProducers = message({
  key: 61,
  name: 'DescribeProducers',
  versions: [0, 0],
  flexible: 0,
  request: struct({ topics: array(struct({ name: string, partitionIndexes: array(int32) })) }),
  response: struct({
    throttleTimeMs,
    topics: array(
      struct({
        name: string,
        partitions: array(
          struct({
            partitionIndex: int32,
            errorCode: int16,
            errorMessage: nullable(string),
            activeProducers: array(
              struct({
                producerId: int64,
                producerEpoch: int32,
                lastSequence: int32,
                lastTimestamp: int64,
                /** −1: no transaction of it has ended in this log. */
                coordinatorEpoch: int32,
                /** −1: none is open. */
                currentTxnStartOffset: int64,
              }),
            ),
          }),
        ),
      }),
    ),
  }),
})

export const saslHandshake = message({
  key: 17,
  name: 'SaslHandshake',
  versions: [1, 1],
  flexible: null,
  request: struct({ mechanism: string }),
  response: struct({ errorCode: int16, mechanisms: array(string, MOST.mechanisms) }),
})

export const saslAuthenticate = message({
  key: 36,
  name: 'SaslAuthenticate',
  versions: [0, 2],
  flexible: 2,
  request: struct({ authBytes: bytes }),
  response: struct({
    errorCode: int16,
    errorMessage: nullable(string),
    authBytes: bytes,
    sessionLifetimeMs: since(1, int64, 0n),
  }),
})

/** Every call there is here. */
export const MESSAGES = [
  ...[apiVersions, metadata, findCoordinator, listOffsets, offsetFetch, offsetCommit, listGroups],
  ...[describeGroups, consumerGroupDescribe, describeConfigs, describeProducers, saslHandshake],
  saslAuthenticate,
] as const
export type ApiName = (typeof MESSAGES)[number]['name']

// Owns the messages about brokers, topics and who asks, field by field as in Apache Kafka's own descriptions
// of its messages, which test/kafka/descriptions.test.ts compares. Tagged fields, which nobody has to send, are left out.
// No versions with topic ids in place of names, nor with tiered storage.

export const CLUSTER_APIS = {
  ApiVersions: {
    key: 18,
    oldest: 0,
    newest: 4,
    flexibleFrom: 3,
    request: {
      ClientSoftwareName: 'string 3+',
      ClientSoftwareVersion: 'string 3+',
    },
    response: {
      ErrorCode: 'int16',
      ApiKeys: [
        'list',
        {
          ApiKey: 'int16',
          MinVersion: 'int16',
          MaxVersion: 'int16',
        },
      ],
      ThrottleTimeMs: 'int32 1+ =0',
    },
  },
  Metadata: {
    key: 3,
    oldest: 1,
    newest: 12,
    flexibleFrom: 9,
    request: {
      Topics: [
        '?list',
        {
          TopicId: 'uuid 10+',
          Name: '?string',
        },
      ],
      AllowAutoTopicCreation: 'bool 4+ =true',
      IncludeClusterAuthorizedOperations: 'bool 8-10',
      IncludeTopicAuthorizedOperations: 'bool 8+',
    },
    response: {
      ThrottleTimeMs: 'int32 3+ =0',
      Brokers: [
        'list',
        {
          NodeId: 'int32',
          Host: 'string',
          Port: 'int32',
          Rack: '?string =null',
        },
      ],
      ClusterId: '?string 2+ =null',
      ControllerId: 'int32 =-1',
      Topics: [
        'list',
        {
          ErrorCode: 'int16',
          Name: '?string',
          TopicId: 'uuid 10+',
          IsInternal: 'bool =false',
          Partitions: [
            'list',
            {
              ErrorCode: 'int16',
              PartitionIndex: 'int32',
              LeaderId: 'int32',
              LeaderEpoch: 'int32 7+ =-1',
              ReplicaNodes: ['list', 'int32'],
              IsrNodes: ['list', 'int32'],
              OfflineReplicas: ['list 5+ =', 'int32'],
            },
          ],
          TopicAuthorizedOperations: 'int32 8+ =-2147483648',
        },
      ],
      ClusterAuthorizedOperations: 'int32 8-10 =-2147483648',
    },
  },
  FindCoordinator: {
    key: 10,
    oldest: 0,
    newest: 4,
    flexibleFrom: 3,
    request: {
      Key: 'string 0-3',
      KeyType: 'int8 1+ =0',
      CoordinatorKeys: ['list 4+', 'string'],
    },
    response: {
      ThrottleTimeMs: 'int32 1+ =0',
      ErrorCode: 'int16 0-3 =0',
      ErrorMessage: '?string 1-3 =null',
      NodeId: 'int32 0-3 =0',
      Host: 'string 0-3 =',
      Port: 'int32 0-3 =0',
      Coordinators: [
        'list 4+ =',
        {
          Key: 'string 4+',
          NodeId: 'int32 4+',
          Host: 'string 4+',
          Port: 'int32 4+',
          ErrorCode: 'int16 4+',
          ErrorMessage: '?string 4+',
        },
      ],
    },
  },
  ListOffsets: {
    key: 2,
    oldest: 1,
    newest: 6,
    flexibleFrom: 6,
    request: {
      ReplicaId: 'int32',
      IsolationLevel: 'int8 2+',
      Topics: [
        'list',
        {
          Name: 'string',
          Partitions: [
            'list',
            {
              PartitionIndex: 'int32',
              CurrentLeaderEpoch: 'int32 4+ =-1',
              Timestamp: 'int64',
            },
          ],
        },
      ],
    },
    response: {
      ThrottleTimeMs: 'int32 2+ =0',
      Topics: [
        'list',
        {
          Name: 'string',
          Partitions: [
            'list',
            {
              PartitionIndex: 'int32',
              ErrorCode: 'int16',
              Timestamp: 'int64 =-1',
              Offset: 'int64 =-1',
              LeaderEpoch: 'int32 4+ =-1',
            },
          ],
        },
      ],
    },
  },
  DescribeConfigs: {
    key: 32,
    oldest: 1,
    newest: 4,
    flexibleFrom: 4,
    request: {
      Resources: [
        'list',
        {
          ResourceType: 'int8',
          ResourceName: 'string',
          ConfigurationKeys: ['?list', 'string'],
        },
      ],
      IncludeSynonyms: 'bool =false',
      IncludeDocumentation: 'bool 3+ =false',
    },
    response: {
      ThrottleTimeMs: 'int32 =0',
      Results: [
        'list',
        {
          ErrorCode: 'int16',
          ErrorMessage: '?string',
          ResourceType: 'int8',
          ResourceName: 'string',
          Configs: [
            'list',
            {
              Name: 'string',
              Value: '?string',
              ReadOnly: 'bool',
              ConfigSource: 'int8 =-1',
              IsSensitive: 'bool',
              Synonyms: [
                'list',
                {
                  Name: 'string',
                  Value: '?string',
                  Source: 'int8',
                },
              ],
              ConfigType: 'int8 3+ =0',
              Documentation: '?string 3+',
            },
          ],
        },
      ],
    },
  },
  SaslHandshake: {
    key: 17,
    oldest: 0,
    newest: 1,
    flexibleFrom: null,
    request: {
      Mechanism: 'string',
    },
    response: {
      ErrorCode: 'int16',
      Mechanisms: ['list', 'string'],
    },
  },
  SaslAuthenticate: {
    key: 36,
    oldest: 0,
    newest: 2,
    flexibleFrom: 2,
    request: {
      AuthBytes: 'bytes',
    },
    response: {
      ErrorCode: 'int16',
      ErrorMessage: '?string',
      AuthBytes: 'bytes',
      SessionLifetimeMs: 'int64 1+ =0',
    },
  },
} as const

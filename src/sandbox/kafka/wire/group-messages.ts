// Owns the messages about groups and their offsets, field by field as in Apache Kafka's own descriptions
// of its messages, which test/kafka/descriptions.test.ts compares. Tagged fields, which nobody has to send, are left out.
// No versions with topic ids in place of names.

export const GROUP_APIS = {
  OffsetFetch: {
    key: 9,
    oldest: 2,
    newest: 9,
    flexibleFrom: 6,
    request: {
      GroupId: 'string 0-7',
      Topics: [
        '?list 0-7',
        {
          Name: 'string 0-7',
          PartitionIndexes: ['list 0-7', 'int32'],
        },
      ],
      Groups: [
        'list 8+',
        {
          GroupId: 'string 8+',
          MemberId: '?string 9+ =null',
          MemberEpoch: 'int32 9+ =-1',
          Topics: [
            '?list 8+',
            {
              Name: 'string 8+',
              PartitionIndexes: ['list 8+', 'int32'],
            },
          ],
        },
      ],
      RequireStable: 'bool 7+ =false',
    },
    response: {
      ThrottleTimeMs: 'int32 3+ =0',
      Topics: [
        'list 0-7 =',
        {
          Name: 'string 0-7',
          Partitions: [
            'list 0-7',
            {
              PartitionIndex: 'int32 0-7',
              CommittedOffset: 'int64 0-7',
              CommittedLeaderEpoch: 'int32 5-7 =-1',
              Metadata: '?string 0-7',
              ErrorCode: 'int16 0-7',
            },
          ],
        },
      ],
      ErrorCode: 'int16 2-7 =0',
      Groups: [
        'list 8+ =',
        {
          GroupId: 'string 8+',
          Topics: [
            'list 8+',
            {
              Name: 'string 8+',
              Partitions: [
                'list 8+',
                {
                  PartitionIndex: 'int32 8+',
                  CommittedOffset: 'int64 8+',
                  CommittedLeaderEpoch: 'int32 8+ =-1',
                  Metadata: '?string 8+',
                  ErrorCode: 'int16 8+',
                },
              ],
            },
          ],
          ErrorCode: 'int16 8+ =0',
        },
      ],
    },
  },
  OffsetCommit: {
    key: 8,
    oldest: 2,
    newest: 9,
    flexibleFrom: 8,
    request: {
      GroupId: 'string',
      GenerationIdOrMemberEpoch: 'int32 =-1',
      MemberId: 'string',
      GroupInstanceId: '?string 7+ =null',
      RetentionTimeMs: 'int64 2-4 =-1',
      Topics: [
        'list',
        {
          Name: 'string',
          Partitions: [
            'list',
            {
              PartitionIndex: 'int32',
              CommittedOffset: 'int64',
              CommittedLeaderEpoch: 'int32 6+ =-1',
              CommittedMetadata: '?string',
            },
          ],
        },
      ],
    },
    response: {
      ThrottleTimeMs: 'int32 3+ =0',
      Topics: [
        'list',
        {
          Name: 'string',
          Partitions: [
            'list',
            {
              PartitionIndex: 'int32',
              ErrorCode: 'int16',
            },
          ],
        },
      ],
    },
  },
  ListGroups: {
    key: 16,
    oldest: 0,
    newest: 5,
    flexibleFrom: 3,
    request: {
      StatesFilter: ['list 4+', 'string'],
      TypesFilter: ['list 5+', 'string'],
    },
    response: {
      ThrottleTimeMs: 'int32 1+ =0',
      ErrorCode: 'int16',
      Groups: [
        'list',
        {
          GroupId: 'string',
          ProtocolType: 'string',
          GroupState: 'string 4+',
          GroupType: 'string 5+',
        },
      ],
    },
  },
  DescribeGroups: {
    key: 15,
    oldest: 0,
    newest: 6,
    flexibleFrom: 5,
    request: {
      Groups: ['list', 'string'],
      IncludeAuthorizedOperations: 'bool 3+',
    },
    response: {
      ThrottleTimeMs: 'int32 1+ =0',
      Groups: [
        'list',
        {
          ErrorCode: 'int16',
          ErrorMessage: '?string 6+ =null',
          GroupId: 'string',
          GroupState: 'string',
          ProtocolType: 'string',
          ProtocolData: 'string',
          Members: [
            'list',
            {
              MemberId: 'string',
              GroupInstanceId: '?string 4+ =null',
              ClientId: 'string',
              ClientHost: 'string',
              MemberMetadata: 'bytes',
              MemberAssignment: 'bytes',
            },
          ],
          AuthorizedOperations: 'int32 3+ =-2147483648',
        },
      ],
    },
  },
  ConsumerGroupDescribe: {
    key: 69,
    oldest: 0,
    newest: 1,
    flexibleFrom: 0,
    request: {
      GroupIds: ['list', 'string'],
      IncludeAuthorizedOperations: 'bool',
    },
    response: {
      ThrottleTimeMs: 'int32 =0',
      Groups: [
        'list',
        {
          ErrorCode: 'int16',
          ErrorMessage: '?string =null',
          GroupId: 'string',
          GroupState: 'string',
          GroupEpoch: 'int32',
          AssignmentEpoch: 'int32',
          AssignorName: 'string',
          Members: [
            'list',
            {
              MemberId: 'string',
              InstanceId: '?string =null',
              RackId: '?string =null',
              MemberEpoch: 'int32',
              ClientId: 'string',
              ClientHost: 'string',
              SubscribedTopicNames: ['list', 'string'],
              SubscribedTopicRegex: '?string =null',
              Assignment: {
                TopicPartitions: [
                  'list',
                  {
                    TopicId: 'uuid',
                    TopicName: 'string',
                    Partitions: ['list', 'int32'],
                  },
                ],
              },
              TargetAssignment: {
                TopicPartitions: [
                  'list',
                  {
                    TopicId: 'uuid',
                    TopicName: 'string',
                    Partitions: ['list', 'int32'],
                  },
                ],
              },
              MemberType: 'int8 1+ =-1',
            },
          ],
          AuthorizedOperations: 'int32 =-2147483648',
        },
      ],
    },
  },
} as const

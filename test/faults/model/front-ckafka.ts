// The model's cluster behind the API 3.0 of CKafka.

import { createCkafka } from '../../../src/adapters/ckafka/ckafka.ts'
import type { CkafkaFault } from '../../../src/sandbox/ckafka/faults.ts'
import { startCkafkaSimulator } from '../../../src/sandbox/ckafka/start.ts'
import type { ClusterSeed } from '../../../src/sandbox/cluster/model.ts'
import type { CallFault, Front, ReadFault } from './front.ts'

const ACCOUNT = { secretId: 'AKIDMODEL', secretKey: 'model-secret-key' }
/** The API's action that moves offsets. */
const WRITE = 'BatchModifyGroupOffsets'
const NO_BUDGET = { ok: true } as const

export async function startCkafkaFront(seed: ClusterSeed, now: () => number): Promise<Front> {
  const ckafka = await startCkafkaSimulator({ ...ACCOUNT, seed, now })
  const { cluster } = ckafka

  function arrive({
    InstanceId: instance = '',
    GroupName: group = '',
    TopicName = '[]',
    Partitions = '[]',
  }: Record<string, string>): void {
    const offsets = (JSON.parse(Partitions) as { Partition: number; Offset: number }[]).map(each => ({
      partition: each.Partition,
      offset: BigInt(each.Offset),
    }))
    const topics = JSON.parse(TopicName) as string[]
    cluster.setGroupOffsets({ instance, group, topics, how: { strategy: 'each', offsets } })
  }

  return {
    cluster,
    failCall: fault => ckafka.inject(WRITE, FAULTS[fault]),
    failPartition() {},
    moveCoordinators() {},
    failRead: what => ckafka.inject(READS[what], { kind: 'status', status: 502, afterDoingIt: false }),
    faulted: () =>
      ckafka
        .calls(WRITE)
        .filter(({ fault }) => fault !== null)
        .map(
          ({ params }) =>
            () =>
              arrive(params),
        ),
    heal() {},
    clearFaults: () => ckafka.clearFaults(),
    readsLogStart: true,
    open({ now: clock, onSend }) {
      const client = createCkafka(
        { dialect: 'v3', region: 'ap-guangzhou', endpoint: ckafka.url, ...ACCOUNT },
        {
          now: clock,
          quota: {
            async take(action) {
              if (action === WRITE) onSend()
              return NO_BUDGET
            },
            pause: async () => {},
          },
        },
      )
      const { writePaceOf, resetOffsets, writeOffsets } = client
      return {
        cluster: { writePaceOf, resetOffsets, writeOffsets },
        reader: client.reader({ urgency: 'execution', readMs: 5_000 }),
        close: () => client.close(),
      }
    },
    close: () => ckafka.close(),
  }
}

const READS: Record<ReadFault, string> = {
  group: 'DescribeGroupInfo',
  committed: 'DescribeGroupOffsets',
  logs: 'DescribeTopicSyncReplica',
}

const FAULTS: Record<CallFault, CkafkaFault> = {
  doneNoAnswer: { kind: 'cut', afterDoingIt: true },
  lost: { kind: 'cut', afterDoingIt: false },
  late: { kind: 'cut', afterDoingIt: false },
  gatewayDone: { kind: 'status', status: 502, afterDoingIt: true },
  gatewayNotDone: { kind: 'status', status: 502, afterDoingIt: false },
  refused: { kind: 'code', code: 'InvalidParameterValue', message: 'no' },
  throttled: { kind: 'code', code: 'RequestLimitExceeded', message: 'slower' },
  notEmpty: { kind: 'code', code: 'FailedOperation', message: 'group is not empty' },
  slow: { kind: 'delay', ms: 15 },
}

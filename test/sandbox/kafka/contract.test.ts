// The ports' promises over the simulated Kafka, word for word those that are held over real ones (test/kafka): where the two
// differ, the simulated one is wrong. With one broker and the newest calls, with three, and with those of Kafka 2.5.

import { afterAll, describe } from 'vitest'
import { createCluster } from '../../../src/sandbox/cluster/model.ts'
import { type KafkaBrokerOptions, startKafkaBroker } from '../../../src/sandbox/kafka/start.ts'
import { describeKafka } from '../../contract/kafka.contract.ts'
import { fresh, INSTANCE, worldOf } from './world.ts'

/** Of the newest client there is, which cannot be told what is older than KIP-848. */
const OLD: KafkaBrokerOptions['newest'] = {
  ApiVersions: 2,
  Metadata: 8,
  FindCoordinator: 2,
  ListOffsets: 5,
  OffsetFetch: 7,
  OffsetCommit: 7,
  DescribeGroups: 4,
  DescribeConfigs: 2,
}

const SUBJECTS: [name: string, options: KafkaBrokerOptions][] = [
  ['the ports over a simulated Kafka', {}],
  ['the ports over three simulated brokers', { brokers: 3 }],
  ['the ports over a simulated Kafka of old calls', { newest: OLD }],
]

for (const [name, options] of SUBJECTS) {
  const cluster = createCluster({ instances: [{ id: INSTANCE, name: 'simulated', topics: [], groups: [] }] })
  const kafka = await startKafkaBroker(cluster, options)
  afterAll(kafka.close)
  // One broker has all of the promises; what more of them and older calls change is little.
  describe('all of it', { tags: name === SUBJECTS[0]?.[0] ? [] : ['long'] }, () => {
    describeKafka(name, { bootstrap: kafka.bootstrap, world: async () => worldOf(cluster), fresh })
  })
}

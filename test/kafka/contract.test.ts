// The ports' promises over real Kafkas.

import { it } from 'vitest'
import { describeKafka } from '../contract/kafka.contract.ts'
import { driverOf, fresh, KAFKAS } from './kafkas.ts'

for (const kafka of KAFKAS) {
  describeKafka(kafka.name, { bootstrap: kafka.bootstrap, world: () => driverOf(kafka), fresh })
}
if (KAFKAS.length === 0) it.skip('over a real Kafka', () => {})

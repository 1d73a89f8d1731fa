// The ports' promises over real Kafkas.

import { describeKafka } from '../contract/kafka.contract.ts'
import { driverOf, fresh, overEachKafka } from './kafkas.ts'

overEachKafka(kafka => {
  describeKafka('the ports', { bootstrap: kafka.bootstrap, world: () => driverOf(kafka), fresh })
})

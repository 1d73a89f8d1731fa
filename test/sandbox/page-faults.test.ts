// What the page's switches promise of Rewind, held against the product.

import { expect, it } from 'vitest'
import { MAX_ATTEMPTS } from '../../src/request/finish.ts'
import { AGAIN, KAFKA_FAULTS } from '../../src/sandbox/page-faults-kafka.ts'

it('a call that did nothing is said to be tried as often as it is', () => {
  expect(AGAIN).toContain(` ${MAX_ATTEMPTS} times in all`)
  const says = new Map(KAFKA_FAULTS.map(fault => [fault.id, fault.says]))
  expect(says.get('kafka-hang-before')).toContain(AGAIN)
  expect(says.get('kafka-refuses')).toContain(AGAIN)
  expect(says.get('kafka-hang-after')).not.toContain(AGAIN)
})

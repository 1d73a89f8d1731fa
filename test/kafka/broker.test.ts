// That the harness is a real Kafka: what the foreign client writes there, the tool reads, and groups have members.

import { expect, it } from 'vitest'
import { driverOf, fresh, overEachKafka } from './kafkas.ts'

overEachKafka(kafka => {
  it('takes topics, messages, commits and members of both protocols', async () => {
    const driver = await driverOf(kafka)
    const [topic, group] = [fresh('orders'), fresh('billing')]
    await driver.createTopics({ name: topic, partitions: 2 })
    await driver.produce([0, 1, 1, 1].map(partition => ({ topic, partition })))
    await driver.deleteRecords({ topic, partition: 1, offset: 1n })
    await driver.commit(group, [{ topic, partition: 1, offset: 2n }])
    expect(await driver.offsets(group)).toEqual({ [`${topic} 1`]: 2n })
    expect(await driver.consumerGroups('--describe', '--group', group)).toMatch(
      new RegExp(`${topic} +1 +2 +3 +1`),
    )
    for (const protocol of ['classic', 'consumer'] as const) {
      const name = fresh(protocol)
      await driver.startReader(name, group, [topic], protocol)
      expect(await driver.consumerGroups('--describe', '--group', group, '--state')).toMatch(/Stable/)
      await driver.stopReader(name)
    }
  })
})

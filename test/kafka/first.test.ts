// First contact.
import { describe, expect, it } from 'vitest'
import { adapterOf, soon, to, value } from './adapter.ts'
import { driverOf, fresh, KAFKAS } from './kafkas.ts'

describe.each(KAFKAS)('$name', kafka => {
  it('reads and writes', async () => {
    const driver = await driverOf(kafka)
    const [topic, group] = [fresh('orders'), fresh('billing')]
    await driver.createTopics({ name: topic, partitions: 2 })
    await driver.produce([0, 1, 1, 1].map((partition, i) => ({ topic, partition, atMs: 1_700_000_000_000 + i * 1000 })))
    await driver.commit(group, [{ topic, partition: 1, offset: 2n }])
    const adapter = adapterOf(kafka.bootstrap)
    const reader = adapter.reader({ readMs: 5000 })
    console.log(await reader.instances(), await reader.groups('kafka-test', group), await reader.topics('kafka-test', topic))
    console.log(await reader.group(to(group)), await reader.positions(to(group)), await reader.logRanges('kafka-test', topic))
    console.log(await reader.firstMessageAt('kafka-test', topic, 1, 1_700_000_002_000), await reader.topicKinds('kafka-test', [topic]))
    console.dir(await adapter.writeOffsets(to(group), topic, [{partition: 0, offset: 1n}, {partition: 1, offset: 0n}, {partition: 7, offset: 0n}], soon()), {depth: 9})
    console.log(await driver.offsets(group))
    console.log(adapter.calls.map(c => `${c.api} v${c.version} ${c.outcome} ${c.durationMs}`).join('\n'))
    adapter.close()
  })
})

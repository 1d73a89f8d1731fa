// The whole product over a real Kafka beside a CKafka account: the main job of the README, from the command to the undo.

import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ClusterEntry } from '../../src/config-clusters.ts'
import { NO_WAITING, OPS, type Product, startProduct, textOf, until, viewText } from '../support/product.ts'
import type { Driver } from './driver/driver.ts'
import { driverOf, fresh, overEachKafka } from './kafkas.ts'

const ID = 'kafka-orders'
const T0 = 1_700_000_000_000

overEachKafka(kafka => {
  let driver: Driver
  let product: Product
  const orders = fresh('orders')
  const payments = fresh('payments')
  const table = fresh('table')

  /** orders: partition 0 from 2 to 5, 1 from 0 to 4; payments from 0 to 3; table is compacted, from 0 to 4. */
  beforeAll(async () => {
    driver = await driverOf(kafka)
    await driver.createTopics(
      { name: orders, partitions: 2 },
      { name: payments },
      { name: table, config: { 'cleanup.policy': 'compact' } },
    )
    const log = (topic: string, partition: number, count: number) =>
      Array.from({ length: count }, (_, n) => ({ topic, partition, atMs: T0 + n * 1_000, key: `${n}` }))
    await driver.produce([
      ...log(orders, 0, 5),
      ...log(orders, 1, 4),
      ...log(payments, 0, 3),
      ...log(table, 0, 4),
    ])
    await driver.deleteRecords({ topic: orders, partition: 0, offset: 2n })
    const entry: ClusterEntry = {
      kind: 'kafka',
      id: ID,
      name: 'Orders, own Kafka',
      kafka: { id: ID, name: 'Orders, own Kafka', bootstrap: kafka.bootstrap.split(',') },
    }
    product = await startProduct({
      env: { ...NO_WAITING, EMPTY_HOLD: '1s' },
      clusters: simulated => [simulated, entry],
    })
  })
  afterAll(() => product?.stop())

  const committed = async (offsets: Record<string, bigint>) => {
    const group = fresh('billing')
    await driver.commit(
      group,
      Object.entries(offsets).map(([place, offset]) => {
        const [topic = '', partition] = place.split(' ')
        return { topic, partition: Number(partition), offset }
      }),
    )
    return group
  }
  const ask = (group: string, flags: string) =>
    product.ask(`--instance ${ID} --group ${group} ${flags} --reason "wrong VAT rate"`)
  const metric = async (api: string) => {
    const answer = await fetch(`http://127.0.0.1:${product.rewind.metricsPort}/metrics`)
    const line = (await answer.text())
      .split('\n')
      .find(each => each.startsWith('rewind_cluster_calls_total') && each.includes(`"${api}"`))
    return Number(line?.split(' ').at(-1) ?? 0)
  }

  it('goes from the command to moved offsets, says what it did, and puts it back', async () => {
    const group = await committed({ [`${orders} 0`]: 5n, [`${orders} 1`]: 4n, [`${payments} 0`]: 3n })
    const commitsBefore = await metric('OffsetCommit')
    const card = await ask(group, `--topic ${orders} --topic ${payments} --to-earliest`)
    expect(textOf(card)).toContain('waiting for approval')
    expect(textOf(card)).toMatch(/Replays 10 messages on 3 partitions/)
    // They are older than the week that Kafka keeps them for, and have not been deleted yet.
    expect(textOf(card)).toContain('3 partitions may lose up to 10 messages of the replay')
    await product.review(product.carol, 'Approve', 'checked with billing')
    await product.cardSays('· done', 20_000)
    await product.threadSays('3 partitions succeeded')
    expect(await driver.offsets(group)).toEqual({
      [`${orders} 0`]: 2n,
      [`${orders} 1`]: 0n,
      [`${payments} 0`]: 0n,
    })
    // All topics together, once.
    expect((await metric('OffsetCommit')) - commitsBefore).toBe(1)
    expect(product.threadText()).toMatch(/Outcome +Before +Planned +Kafka said +Read back/)
    expect(textOf(product.card()) + product.threadText()).not.toContain('CKafka')

    const before = product.slack.messages(OPS).length
    await product.alice.press(product.card(), 'Prepare Undo')
    await product.alice.waitForView()
    await product.alice.fill('reason', 'It was the wrong group')
    expect((await product.alice.submit()).kind).toBe('closed')
    await until(() => product.slack.messages(OPS).length > before)
    await product.cardSays('waiting for approval')
    await product.review(product.carol, 'Approve')
    await product.cardSays('· done', 20_000)
    expect(await driver.offsets(group)).toEqual({
      [`${orders} 0`]: 5n,
      [`${orders} 1`]: 4n,
      [`${payments} 0`]: 3n,
    })
  })

  it('goes to a time in every partition, and says that counts of a compacted log are at most', async () => {
    const group = await committed({ [`${orders} 1`]: 4n, [`${table} 0`]: 4n })
    const at = new Date(T0 + 2_000).toISOString()
    const card = await ask(group, `--topic ${orders} --topic ${table} --to-datetime ${at}`)
    expect(textOf(card)).toMatch(/at most/)
    expect(textOf(card)).toContain(table)
    await product.review(product.bob, 'Approve')
    await product.cardSays('· done', 20_000)
    expect(await driver.offsets(group)).toEqual({
      [`${orders} 0`]: 2n,
      [`${orders} 1`]: 2n,
      [`${table} 0`]: 2n,
    })
  })

  it('shows both clusters to choose from, by their names', async () => {
    await product.alice.command(OPS, '/reset-offsets')
    await product.alice.waitForView()
    await product.alice.fill('Cluster', `Orders, own Kafka (${ID})`)
    const view = await product.alice.waitForView(each => each.private_metadata.includes(ID))
    expect(viewText(view)).toContain('Orders, own Kafka')
    await product.alice.fill('Cluster', 'orders-demo (ckafka-demo0001)')
    await product.alice.waitForView(each => each.private_metadata.includes('ckafka-demo0001'))
    await product.alice.closeView(true)
  })

  it('refuses a group that nobody knows with those that are like it, and makes none', async () => {
    const group = await committed({ [`${payments} 0`]: 3n })
    const typo = `${group}x`
    await product.alice.command(
      OPS,
      `/reset-offsets --instance ${ID} --group ${typo} --topic ${payments} --to-earliest --reason why`,
    )
    await product.alice.waitForView()
    const outcome = await product.alice.submit()
    expect(outcome.kind).toBe('errors')
    expect(JSON.stringify(outcome)).toContain(group)
    expect(await driver.groups()).not.toContain(typo)
    await product.alice.closeView(true)
  })

  it('waits for a group that has members, and runs when it is empty', async () => {
    const group = await committed({ [`${payments} 0`]: 3n })
    await driver.startReader(group, group, [payments], 'classic')
    await ask(group, `--topic ${payments} --to-earliest`)
    await product.review(product.bob, 'Approve')
    await product.cardSays('waiting for the group to be empty', 20_000)
    await driver.stopReader(group)
    await product.cardSays('· done', 60_000)
    expect(await driver.offsets(group)).toEqual({ [`${payments} 0`]: 0n })
  }, 120_000)

  it('resets a CKafka instance beside it as ever', async () => {
    await product.ask(
      '--instance ckafka-demo0001 --group orders-billing --topic orders --shift-by -100 --reason why',
    )
    await product.review(product.bob, 'Approve')
    await product.cardSays('· done', 20_000)
    expect(product.callsToReset()).toBe(1)
  })
})

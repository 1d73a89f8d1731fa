// Foreign clients over the sandbox's simulated Kafka: Kafka's own, of each version, with `kafka-consumer-groups.sh`. What they
// cannot read there is wrong there.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCluster } from '../../src/sandbox/cluster/model.ts'
import { type SimulatedKafka, startKafkaBroker } from '../../src/sandbox/kafka/start.ts'
import { INSTANCE } from '../sandbox/kafka/world.ts'
import { VERSIONS } from './broker/jars.ts'
import { type Driver, startDriver } from './driver/driver.ts'
import { CAN_START } from './kafkas.ts'

const T0 = 1_700_000_000_000
const log = (start: bigint, end: bigint) => ({
  start,
  end,
  written: [{ fromOffset: start, atMs: T0, everyMs: 1_000 }],
})

function clusterOf() {
  return createCluster({
    instances: [
      {
        id: INSTANCE,
        name: 'simulated',
        topics: [
          { name: 'orders', partitions: [log(10n, 110n), log(0n, 50n)] },
          { name: 'payments', partitions: [log(0n, 20n)] },
        ],
        groups: [
          { name: 'billing', commits: { orders: [60n, 20n], payments: [5n] } },
          {
            name: 'running',
            commits: { orders: [100n, 40n] },
            members: [{ clientId: 'reader-1', host: '/10.0.0.7', assignment: { orders: [0, 1] } }],
          },
          {
            name: 'running-848',
            type: 'consumer',
            commits: { payments: [7n] },
            members: [{ clientId: 'reader-2', host: '/10.0.0.8', assignment: { payments: [0] } }],
          },
        ],
      },
    ],
  })
}

describe.runIf(CAN_START).each(VERSIONS)('Kafka’s own client %s, over two simulated brokers', version => {
  const cluster = clusterOf()
  let kafka: SimulatedKafka
  let driver: Driver
  beforeAll(async () => {
    kafka = await startKafkaBroker(cluster, { brokers: 2 })
    driver = await startDriver(version, kafka.bootstrap)
  })
  afterAll(async () => {
    await driver.close()
    await kafka.close()
  })

  it('lists groups of either protocol, and their offsets', async () => {
    expect((await driver.groups()).sort()).toEqual(['billing', 'running', 'running-848'])
    expect(await driver.offsets('billing')).toEqual({ 'orders 0': 60n, 'orders 1': 20n, 'payments 0': 5n })
    expect(await driver.leaders('orders')).toEqual([1, 2])
  })

  it('describes where a group stands, its state and its members', async () => {
    const stands = await driver.consumerGroups('--describe', '--group', 'billing')
    expect(stands).toMatch(/has no active members/)
    for (const row of ['orders +0 +60 +110 +50', 'orders +1 +20 +50 +30', 'payments +0 +5 +20 +15'])
      expect(stands).toMatch(new RegExp(`^billing +${row} `, 'm'))
    const members = (group: string) =>
      driver.consumerGroups('--describe', '--group', group, '--members', '--verbose')
    expect(await members('running')).toMatch(/^running +reader-1-\S+ +\/10\.0\.0\.7 +reader-1 +2 .*0,1/m)
    expect(await members('running-848')).toMatch(
      /^running-848 +reader-2-\S+ +\/10\.0\.0\.8 +reader-2 +1 .*0/m,
    )
    const states = await driver.consumerGroups('--list', '--state')
    for (const row of ['billing +Empty', 'running +Stable', 'running-848 +Stable'])
      expect(states).toMatch(new RegExp(`^${row}`, 'm'))
    const old = await driver.consumerGroups('--describe', '--group', 'running', '--state')
    expect(old).toMatch(/^running +127\.0\.0\.1:\d+ +\(\d\) +range +Stable +1/m)
  })

  it('resets, once dry and once in earnest, in one commit, and refuses a group with members', async () => {
    const billing = ['--reset-offsets', '--group', 'billing', '--all-topics']
    const at = new Date(T0 + 15_000).toISOString().replace('Z', '')
    const dry = await driver.consumerGroups(...billing, '--to-datetime', at, '--dry-run')
    for (const row of ['orders +0 +25', 'orders +1 +15', 'payments +0 +15'])
      expect(dry).toMatch(new RegExp(`billing +${row}\\b`))
    expect(cluster.effects()).toEqual([])
    await driver.consumerGroups(...billing, '--shift-by', '-1000', '--execute')
    expect(await driver.offsets('billing')).toEqual({ 'orders 0': 10n, 'orders 1': 0n, 'payments 0': 0n })
    const [effect, ...more] = cluster.effects()
    expect(more).toEqual([])
    expect(effect?.written).toHaveLength(3)
    expect(effect?.written).toContainEqual({ topic: 'orders', partition: 0, from: 60n, to: 10n })

    const running = ['--reset-offsets', '--group', 'running', '--all-topics', '--to-earliest', '--execute']
    expect(await driver.consumerGroups(...running)).toMatch(/current state is Stable/)
    await expect(driver.commit('running', [{ topic: 'orders', partition: 0, offset: 10n }])).rejects.toThrow(
      /UnknownMemberId/,
    )
    expect(cluster.effects()).toHaveLength(1)
  })
})

// Several clusters behind one Rewind: CKafka accounts of either API with a policy for each, a Kafka by its own protocol, and
// an instance that is reached both ways. The same over a real Kafka is in test/kafka.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import type { ClusterEntry } from '../../src/config-clusters.ts'
import { type CkafkaSimulator, startCkafkaSimulator } from '../../src/sandbox/ckafka/start.ts'
import { createCluster } from '../../src/sandbox/cluster/model.ts'
import { type SimulatedKafka, startKafkaBroker } from '../../src/sandbox/kafka/start.ts'
import { DEMO, NO_WAITING, OPS, textOf, until, viewText } from '../support/product.ts'
import { createScenes } from '../support/scenes.ts'

const { scene, product, start: startAny, afterwards } = createScenes()

const SECOND = 'ckafka-second01'
const POLICY = `
version: 1
rules:
  - name: first
    match: { instances: ['${DEMO.instance}'] }
    approve: [{ from: U0BOB }]
  - name: own
    match: { instances: ['kafka-*'] }
    approve: [{ from: U0BOB }]
  - name: second
    match: { instances: ['ckafka-second*'] }
    approve: [{ from: U0CAROL }]
`
const LOG = { start: 0n, end: 1_000n, written: [{ fromOffset: 0n, atMs: 1_700_000_000_000, everyMs: 1_000 }] }

async function secondAccount(): Promise<CkafkaSimulator> {
  const simulator = await startCkafkaSimulator({
    secretId: 'AKIDSECOND',
    secretKey: 'SECONDSECRET',
    seed: {
      instances: [
        {
          id: SECOND,
          name: 'second',
          topics: [{ name: 'invoices', partitions: [LOG, LOG] }],
          groups: [{ name: 'invoices-billing', commits: { invoices: [900n, 800n] } }],
        },
      ],
    },
  })
  afterwards(simulator.close)
  return simulator
}

const entryOf = (url: string, dialect: 'v2' | 'v3'): ClusterEntry => ({
  kind: 'ckafka',
  id: 'second',
  name: 'Second account',
  instances: null,
  instanceNames: {},
  ckafka: {
    dialect,
    endpoint: url,
    region: 'ap-guangzhou',
    secretId: 'AKIDSECOND',
    secretKey: 'SECONDSECRET',
    token: undefined,
    signatureMethod: 'HmacSHA256',
    setOffsetsAction: 'SetGroupOffsets',
  },
})

async function start(others: readonly ClusterEntry[]) {
  const folder = mkdtempSync(join(tmpdir(), 'rewind-clusters-'))
  afterwards(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'policy.yml')
  writeFileSync(file, POLICY)
  return startAny({
    env: { POLICY_FILE: file, APPROVERS: '', ...NO_WAITING },
    clusters: first => [first, ...others],
  })
}

const asked = (instance: string, group: string, flags: string) =>
  product().ask(`--instance ${instance} --group ${group} ${flags} --reason "wrong VAT rate"`)

describe.concurrent('two accounts', () => {
  for (const dialect of ['v2', 'v3'] as const) {
    scene(
      `are each reset by their own rule and their own API: the second speaks ${dialect}`,
      { tags: dialect === 'v2' ? [] : ['long'] },
      async () => {
        const second = await secondAccount()
        const { bob, carol } = await start([entryOf(second.url, dialect)])
        await asked(SECOND, 'invoices-billing', '--topic invoices --shift-by -100')
        await product().cardSays('Plan ')
        // Bob decides on the first alone.
        await bob.press(product().card(), 'Review')
        await until(() => bob.ephemerals().some(each => textOf(each).includes('Only approvers')))
        await product().review(carol, 'Approve')
        await product().cardSays('· done', 20_000)
        const committed = () =>
          second.cluster.positions(SECOND, 'invoices-billing', ['invoices']).map(each => each.committed)
        expect(committed()).toEqual([800n, 700n])
        expect(product().callsToReset()).toBe(0)

        await asked(DEMO.instance, DEMO.group, '--topic orders --shift-by -100')
        await product().review(bob, 'Approve')
        await product().cardSays('· done', 20_000)
        expect(product().callsToReset()).toBe(1)
        expect(committed()).toEqual([800n, 700n])
      },
    )
  }

  scene(
    'are both offered; one that does not answer hides no other, and is named',
    { tags: ['long'] },
    async () => {
      const second = await secondAccount()
      const answering = await start([entryOf(second.url, 'v3')])
      afterwards(() => answering.stop())
      const { alice } = answering
      await alice.command(OPS, '/reset-offsets')
      await alice.waitForView()
      expect(await alice.suggestions('field_instance', '')).toEqual([
        'orders-demo (ckafka-demo0001)',
        `second (${SECOND})`,
      ])
      await alice.closeView(true)
      await second.close()
      await startAny({ clusters: first => [first, entryOf(second.url, 'v3')] })
      const other = product().alice
      await other.command(OPS, '/reset-offsets')
      await other.waitForView()
      expect(await other.suggestions('field_instance', '')).toEqual(['orders-demo (ckafka-demo0001)'])
      await other.closeView(true)
      await product().ask(
        `--instance ${DEMO.instance} --group ${DEMO.group} --topic orders --to-earliest --reason why`,
      )
      await product().review(product().bob, 'Approve')
      await product().cardSays('· done', 20_000)
      const ready = await fetch(`http://127.0.0.1:${product().rewind.port}/readyz`)
      expect(ready.status).toBe(200)
    },
  )

  scene('have instances that are called by their names in a form that a command has opened', async () => {
    const second = await secondAccount()
    const { alice } = await start([entryOf(second.url, 'v3')])
    await until(async () => {
      await alice.command(OPS, `/reset-offsets --instance ${SECOND} --group invoices-billing`)
      const view = await alice.waitForView()
      await alice.closeView(true)
      return JSON.stringify(view.blocks).includes(`second (${SECOND})`)
    })
  })

  scene('have no other instance: one that nobody has is refused on its field', async () => {
    const second = await secondAccount()
    const { alice } = await start([entryOf(second.url, 'v3')])
    await alice.command(
      OPS,
      '/reset-offsets --instance ckafka-nobody01 --group g --topic t --to-earliest --reason why',
    )
    const view = await alice.waitForView()
    expect(viewText(view)).toContain('ckafka-nobody01')
    const outcome = await alice.submit()
    expect(outcome).toMatchObject({ kind: 'errors', errors: { field_instance: expect.any(String) } })
  })
})

const OWN = 'kafka-own'
const ORDERS = {
  start: 100n,
  end: 1_000n,
  written: [{ fromOffset: 100n, atMs: 1_700_000_000_000, everyMs: 1_000 }],
}

/** Two brokers; orders has three partitions, and `table` is compacted. */
async function ownKafka(): Promise<SimulatedKafka> {
  const kafka = await startKafkaBroker(
    createCluster({
      instances: [
        {
          id: OWN,
          name: 'own',
          topics: [
            { name: 'orders', partitions: [ORDERS, ORDERS, ORDERS] },
            { name: 'table', partitions: [LOG], config: { 'cleanup.policy': 'compact' } },
          ],
          groups: [{ name: 'orders-billing', commits: { orders: [900n, 800n, 700n], table: [900n] } }],
        },
      ],
    }),
    { brokers: 2 },
  )
  afterwards(kafka.close)
  return kafka
}

const kafkaEntry = (bootstrap: string): ClusterEntry => ({
  kind: 'kafka',
  id: OWN,
  name: 'Own Kafka',
  kafka: { id: OWN, name: 'Own Kafka', bootstrap: bootstrap.split(',') },
})
const standing = (
  { cluster }: Pick<SimulatedKafka, 'cluster'>,
  instance: string,
  group: string,
  topic: string,
) => cluster.positions(instance, group, [topic]).map(({ committed }) => committed)

describe.concurrent('a Kafka by its own protocol', () => {
  scene('is planned exactly, written once for all topics, proven, and put back', async () => {
    const kafka = await ownKafka()
    const { bob, alice } = await start([kafkaEntry(kafka.bootstrap)])
    await asked(OWN, 'orders-billing', '--topic orders --topic table --shift-by -100')
    // Of before the week that Kafka keeps messages for; the other topic is compacted alone.
    await product().cardSays(
      '3 partitions may lose up to 300 messages of the replay to their topics’ retention time (retention.ms), at most 100 on one partition (orders p0).',
    )
    await product().cardSays('at most')
    await product().cardSays('Message counts of table are upper limits')
    const view = await product().openReview(bob)
    expect(viewText(view)).not.toContain('CKafka')
    await bob.closeView(true)
    await product().review(bob, 'Approve')
    await product().cardSays('· done', 20_000)
    expect(standing(kafka, OWN, 'orders-billing', 'orders')).toEqual([800n, 700n, 600n])
    expect(standing(kafka, OWN, 'orders-billing', 'table')).toEqual([800n])
    expect(kafka.calls('OffsetCommit')).toHaveLength(1)
    expect(textOf(product().card()) + product().threadText()).not.toContain('CKafka')
    const before = product().slack.messages(OPS).length
    await alice.press(product().card(), 'Prepare Undo')
    await alice.waitForView()
    await alice.fill('reason', 'It was the wrong group')
    expect((await alice.submit()).kind).toBe('closed')
    await until(() => product().slack.messages(OPS).length > before)
    await product().cardSays('waiting for approval')
    await product().review(bob, 'Approve')
    await product().cardSays('· done', 20_000)
    expect(standing(kafka, OWN, 'orders-billing', 'orders')).toEqual([900n, 800n, 700n])
  })

  scene(
    'that says no is said to be Kafka, and what nobody answered is read back',
    { tags: ['long'] },
    async () => {
      const kafka = await ownKafka()
      const { bob } = await start([kafkaEntry(kafka.bootstrap)])
      await asked(OWN, 'orders-billing', '--topic orders --shift-by -100')
      kafka.inject('OffsetCommit', { kind: 'code', code: 30, afterDoingIt: false })
      await product().review(bob, 'Approve')
      await product().cardSays('· failed', 20_000)
      await product().threadSays('Kafka refused it')
      expect(product().threadText()).toContain('This needs READ on the group.')
      expect(textOf(product().card()) + product().threadText()).not.toContain('CKafka')

      await asked(OWN, 'orders-billing', '--topic orders --shift-by -50')
      kafka.inject('OffsetCommit', { kind: 'cut', afterDoingIt: true })
      await product().review(bob, 'Approve')
      await product().cardSays('· done', 20_000)
      expect(standing(kafka, OWN, 'orders-billing', 'orders')).toEqual([850n, 750n, 650n])
      expect(kafka.calls('OffsetCommit')).toHaveLength(2)
      expect(textOf(product().card()) + product().threadText()).not.toContain('CKafka')
    },
  )

  scene(
    'leaves out a partition without a leader, says so, and resets the others',
    { tags: ['long'] },
    async () => {
      const kafka = await ownKafka()
      const { bob } = await start([kafkaEntry(kafka.bootstrap)])
      kafka.moveLeader('orders', 1, null)
      await asked(OWN, 'orders-billing', '--topic orders --to-earliest')
      await product().cardSays(/Left out, because it could not be read: partition 1 of orders/)
      await product().review(bob, 'Approve')
      await product().cardSays('· done', 20_000)
      expect(standing(kafka, OWN, 'orders-billing', 'orders')).toEqual([100n, 800n, 100n])
    },
  )

  scene(
    'is planned anew with a partition that has its leader again before it runs',
    { tags: ['long'] },
    async () => {
      const kafka = await ownKafka()
      const { bob } = await start([kafkaEntry(kafka.bootstrap)])
      kafka.moveLeader('orders', 1, null)
      await asked(OWN, 'orders-billing', '--topic orders --to-earliest')
      await product().cardSays('Left out')
      kafka.moveLeader('orders', 1, 2)
      await bob.press(product().card(), 'Review')
      await product().cardSays(/on 3 partitions/, 20_000)
      await bob.closeView(true)
      await product().review(bob, 'Approve')
      await product().cardSays('· done', 20_000)
      expect(standing(kafka, OWN, 'orders-billing', 'orders')).toEqual([100n, 100n, 100n])
    },
  )
})

async function isOffered(instance: string): Promise<boolean> {
  const { dave } = product()
  await dave.command(OPS, '/reset-offsets')
  await dave.waitForView()
  const offered = await dave.suggestions('field_instance', '')
  await dave.closeView(true)
  return offered.some(option => option.includes(instance))
}

describe.concurrent('a file of clusters', () => {
  scene(
    'is followed while Rewind runs: a cluster that is added is served, and one that is taken out is not',
    { tags: ['long'] },
    async () => {
      const [account, kafka] = [await secondAccount(), await ownKafka()]
      const folder = mkdtempSync(join(tmpdir(), 'rewind-clusters-'))
      afterwards(() => rmSync(folder, { recursive: true, force: true }))
      const file = join(folder, 'clusters.yml')
      const first = `version: 1
clusters:
  - id: second
    name: Second account
    ckafka:
      region: ap-guangzhou
      endpoint: ${account.url}
      credentials: { secret-id-env: SECOND_ID, secret-key-env: SECOND_KEY }
`
      const bootstrap = kafka.bootstrap.split(',').map(each => `'${each}'`)
      const own = `  - id: ${OWN}
    name: Own Kafka
    kafka: { bootstrap: [${bootstrap.join(', ')}] }
`
      writeFileSync(file, first)
      const { alice } = await startAny({
        env: {
          ...NO_WAITING,
          CLUSTERS_FILE: file,
          SECOND_ID: 'AKIDSECOND',
          SECOND_KEY: 'SECONDSECRET',
          CKAFKA_ENDPOINT: '',
        },
      })
      const offered = async () => {
        await alice.command(OPS, '/reset-offsets')
        await alice.waitForView()
        const found = await alice.suggestions('field_instance', '')
        await alice.closeView(true)
        return found
      }
      expect(await offered()).toEqual([`second (${SECOND})`])
      writeFileSync(file, first + own)
      await until(() => isOffered(OWN), 15_000)
      await asked(OWN, 'orders-billing', '--topic orders --shift-by -100')
      await product().review(product().bob, 'Approve')
      await product().cardSays('· done', 20_000)
      expect(standing(kafka, OWN, 'orders-billing', 'orders')).toEqual([800n, 700n, 600n])
      writeFileSync(file, first)
      await until(async () => !(await isOffered(OWN)), 15_000)
    },
  )
})

describe.concurrent('an instance that is reached both ways', () => {
  for (const dialect of ['v2', 'v3'] as const) {
    scene(
      `is read by Kafka’s protocol and written by the API: ${dialect}`,
      { tags: dialect === 'v3' ? [] : ['long'] },
      async () => {
        const account = await secondAccount()
        const kafka = await startKafkaBroker(account.cluster)
        afterwards(kafka.close)
        const entry = entryOf(account.url, dialect)
        if (entry.kind !== 'ckafka') throw new Error('It is no account.')
        const { carol } = await start([
          {
            ...{ kind: 'both', id: SECOND, name: 'Both ways', ckafka: entry.ckafka },
            kafka: { id: SECOND, name: 'Both ways', bootstrap: [kafka.bootstrap] },
          },
        ])
        await asked(SECOND, 'invoices-billing', '--topic invoices --to-datetime 2023-11-14T22:21:40Z')
        await product().cardSays(/Replays 700 messages on 2 partitions/)
        await product().review(carol, 'Approve')
        await product().cardSays('· done', 20_000)
        expect(standing(account, SECOND, 'invoices-billing', 'invoices')).toEqual([500n, 500n])
        const write = dialect === 'v2' ? 'SetGroupOffsets' : 'BatchModifyGroupOffsets'
        expect(account.calls(write)).toHaveLength(1)
        expect(kafka.calls('OffsetCommit')).toEqual([])
        expect(kafka.calls('ListOffsets').length).toBeGreaterThan(0)
      },
    )
  }

  scene(
    'says that it was Kafka, and not the API, which gave no answer to a read',
    { tags: ['long'] },
    async () => {
      const account = await secondAccount()
      const kafka = await startKafkaBroker(account.cluster)
      afterwards(kafka.close)
      const entry = entryOf(account.url, 'v3')
      if (entry.kind !== 'ckafka') throw new Error('It is no account.')
      await start([
        {
          ...{ kind: 'both', id: SECOND, name: 'Both ways', ckafka: entry.ckafka },
          kafka: { id: SECOND, name: 'Both ways', bootstrap: [kafka.bootstrap] },
        },
      ])
      kafka.moveLeader('invoices', 1, null)
      await asked(SECOND, 'invoices-billing', '--topic invoices --to-earliest')
      await product().cardSays(
        'partition 1 of invoices (read by Kafka’s own protocol: Kafka answered with code LEADER_NOT_AVAILABLE)',
      )
    },
  )
})

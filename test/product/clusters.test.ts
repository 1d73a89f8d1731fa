// Several clusters behind one Rewind: two CKafka accounts, of either API, with a policy for each. The same over a real Kafka
// is in test/kafka.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import type { ClusterEntry } from '../../src/config-clusters.ts'
import { type CkafkaSimulator, startCkafkaSimulator } from '../../src/sandbox/ckafka/start.ts'
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
    scene(`are each reset by their own rule and their own API: the second speaks ${dialect}`, async () => {
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
    })
  }

  scene('are both offered; one that does not answer hides no other, and is named', async () => {
    const second = await secondAccount()
    const answering = await start([entryOf(second.url, 'v3')])
    afterwards(() => answering.stop())
    const { alice } = answering
    await alice.command(OPS, '/reset-offsets')
    await alice.waitForView()
    expect(await alice.suggestions('CKafka instance', '')).toEqual([
      'orders-demo (ckafka-demo0001)',
      `second (${SECOND})`,
    ])
    await alice.closeView(true)
    await second.close()
    await startAny({ clusters: first => [first, entryOf(second.url, 'v3')] })
    const other = product().alice
    await other.command(OPS, '/reset-offsets')
    await other.waitForView()
    expect(await other.suggestions('CKafka instance', '')).toEqual(['orders-demo (ckafka-demo0001)'])
    await other.closeView(true)
    await product().ask(
      `--instance ${DEMO.instance} --group ${DEMO.group} --topic orders --to-earliest --reason why`,
    )
    await product().review(product().bob, 'Approve')
    await product().cardSays('· done', 20_000)
    const ready = await fetch(`http://127.0.0.1:${product().rewind.port}/readyz`)
    expect(ready.status).toBe(200)
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

// The product with a file of clusters: a CKafka account beside a Kafka, each with what it can, and the file edited while the
// product runs.

import { afterEach, expect, it } from 'vitest'
import { createCluster } from '../../src/sandbox/cluster/model.ts'
import { type SimulatedKafka, startKafkaBroker } from '../../src/sandbox/kafka/start.ts'
import { folderWith } from '../clusters-file/folder.ts'
import { DEMO, NO_WAITING, OPS, type Product, startProduct, textOf, until } from '../support/product.ts'

const LOGS = 'logs'
const T0 = 1_700_000_000_000

let product: Product
afterEach(() => product.stop())

async function startKafka(onEnd: (close: () => Promise<void>) => void): Promise<SimulatedKafka> {
  const written = [{ fromOffset: 0n, atMs: T0, everyMs: 1_000 }]
  const partitions = [
    { start: 0n, end: 100n, written },
    { start: 0n, end: 50n, written },
  ]
  const topics = ['clicks', 'views'].map(name => ({ name, partitions }))
  const groups = [{ name: 'reports', commits: { clicks: [90n, 40n], views: [80n, 30n] } }]
  const kafka = await startKafkaBroker(
    createCluster({ instances: [{ id: LOGS, name: LOGS, topics, groups }] }),
  )
  onEnd(kafka.close)
  return kafka
}

const entryOfKafka = ({ bootstrap }: SimulatedKafka, name = 'Logs') =>
  `  - { id: ${LOGS}, name: ${name}, kafka: { bootstrap: ["${bootstrap}"] } }\n`

/** Its account is put into the file as soon as its address is known. */
async function startWith(kafka: SimulatedKafka): Promise<{ edit(entries: string): void }> {
  const { file, write } = folderWith(`version: 1\nclusters:\n${entryOfKafka(kafka)}`)
  const writeAll = (entries: string) => write('clusters.yml', `version: 1\nclusters:\n${entries}`)
  let entryOfCkafka = ''
  product = await startProduct({
    env: { ...NO_WAITING, EMPTY_HOLD: '1s', CLUSTERS_FILE: file, KEY_ID: 'AKIDTEST', KEY: 'SECRETTEST' },
    ckafkaBehind: async url => {
      entryOfCkafka = `  - id: guangzhou\n    ckafka: { region: ap-guangzhou, endpoint: "${url}", credentials: { secret-id-env: KEY_ID, secret-key-env: KEY } }\n`
      writeAll(entryOfCkafka + entryOfKafka(kafka))
      return url
    },
  })
  return { edit: entries => writeAll(entryOfCkafka + entries) }
}

const committed = (kafka: SimulatedKafka) =>
  Object.fromEntries(
    kafka.cluster
      .committed(LOGS, 'reports')
      .map(({ topic, partition, offset }) => [`${topic} ${partition}`, offset]),
  )
const ask = (flags: string) => product.ask(`--instance ${LOGS} --group reports ${flags} --reason why`)
const runs = async () => {
  await product.review(product.bob, 'Approve')
  await product.cardSays('· done')
}

it('goes from the command to moved offsets on each of its clusters, a Kafka’s topics in one commit', async ({
  onTestFinished,
}) => {
  const kafka = await startKafka(onTestFinished)
  await startWith(kafka)
  const card = await ask('--topic clicks --topic views --to-earliest')
  expect(textOf(card)).toContain('Replays 240 messages on 4 partitions')
  await runs()
  expect(committed(kafka)).toEqual({ 'clicks 0': 0n, 'clicks 1': 0n, 'views 0': 0n, 'views 1': 0n })
  expect(kafka.calls('OffsetCommit')).toHaveLength(1)

  await product.ask(
    `--instance ${DEMO.instance} --group ${DEMO.group} --topic orders --shift-by -5 --reason why`,
  )
  await runs()
  expect(product.callsToReset()).toBe(1)
})

it('follows an edit: a cluster that is taken out is refused, and served again when it comes back', async ({
  onTestFinished,
}) => {
  const kafka = await startKafka(onTestFinished)
  const { edit } = await startWith(kafka)
  await ask('--topic clicks --shift-by -5')
  await runs()

  edit('')
  const isOffered = async () => {
    await product.alice.command(OPS, '/reset-offsets')
    await product.alice.waitForView()
    const offered = await product.alice.suggestions('field_instance', '')
    await product.alice.closeView(true)
    return offered.some(option => option.includes(LOGS))
  }
  await until(async () => !(await isOffered()), 15_000)
  await product.alice.command(
    OPS,
    `/reset-offsets --instance ${LOGS} --group reports --topic clicks --shift-by -5 --reason why`,
  )
  await product.alice.waitForView()
  expect((await product.alice.submit()).kind).not.toBe('closed')
  expect(committed(kafka)).toMatchObject({ 'clicks 0': 85n })
  await product.alice.closeView(true)

  edit(entryOfKafka(kafka, 'Logs again'))
  await until(isOffered, 15_000)
  await ask('--topic clicks --shift-by -5')
  await runs()
  expect(committed(kafka)).toMatchObject({ 'clicks 0': 80n })
})

// kcat, which is librdkafka, over the sandbox's simulated Kafka: a client that shares nothing with Kafka's own.

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { createCluster } from '../../src/sandbox/cluster/model.ts'
import { demoSeed } from '../../src/sandbox/cluster/seed.ts'
import { startKafkaBroker } from '../../src/sandbox/kafka/start.ts'

const run = promisify(execFile)
const NOW = 1_700_000_000_000
const hasKcat = await run('kcat', ['-V']).then(
  () => true,
  () => false,
)
if (!hasKcat) console.log('The tests with kcat need it (Debian: kcat); they are skipped.')

it.runIf(hasKcat)('kcat lists brokers and topics, and finds offsets at a time', async () => {
  const cluster = createCluster(demoSeed(NOW))
  const sasl = { username: 'alice', password: 'a password' }
  const kafka = await startKafkaBroker(cluster, { brokers: 2, sasl })
  const kcat = async (...args: string[]) => {
    const proof = [
      ...['-X', 'security.protocol=SASL_PLAINTEXT', '-X', 'sasl.mechanism=PLAIN'],
      ...['-X', `sasl.username=${sasl.username}`, '-X', `sasl.password=${sasl.password}`],
    ]
    return (await run('kcat', ['-b', kafka.bootstrap, ...proof, ...args], { timeout: 20_000 })).stdout
  }
  try {
    const listed = await kcat('-L')
    const [first, second] = kafka.bootstrap.split(',')
    expect(listed).toContain(`broker 1 at ${first}`)
    expect(listed).toContain(`broker 2 at ${second}`)
    expect(listed).toMatch(/topic "orders" with 4 partitions:\n +partition 0, leader 1, /)
    const [end, start, at] = [0, 1, 2].map(partition => cluster.logs('ckafka-demo0001', 'orders')[partition])
    const times = ['orders:0:-1', 'orders:1:-2', `orders:2:${NOW - 3_600_000}`]
    const found = await kcat('-Q', ...times.flatMap(each => ['-t', each]))
    expect(found).toContain(`orders [0] offset ${end?.end}`)
    expect(found).toContain(`orders [1] offset ${start?.start}`)
    const anHourAgo = cluster.offsetAt('ckafka-demo0001', 'orders', 2, NOW - 3_600_000)
    expect(anHourAgo).toBeLessThan(at?.end ?? 0n)
    expect(found).toContain(`orders [2] offset ${anHourAgo}`)
  } finally {
    await kafka.close()
  }
})

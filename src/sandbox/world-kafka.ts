// Owns the Kafka of a world, and the file of clusters that gives it to a bot beside the account of CKafka.
// It must never write a secret: in the file those have the names of environment variables.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { type ClusterSeed, createCluster, type InstanceView } from './cluster/model.ts'
import { kafkaDemoSeed } from './cluster/seed.ts'
import { type SimulatedKafka, startKafkaBroker } from './kafka/start.ts'

export interface WorldKafkaOptions {
  /** Its first instance speaks, and the id of that is what requests call the cluster. Absent: a small Kafka of its own. */
  seed?: ClusterSeed
  /** Absent: one. */
  brokers?: number
}

export interface WorldKafka {
  readonly kafka: SimulatedKafka
  /**
   * The environment of one bot, with `CLUSTERS_FILE` instead of the settings of CKafka that the file says.
   * `advertise`: where this bot finds each broker, by its port; absent: at that port.
   */
  environmentOf(
    process: number,
    env: Record<string, string>,
    instances: readonly InstanceView[],
    advertise?: (port: number) => Promise<number>,
  ): Promise<Record<string, string>>
  /** Removes the files as well. */
  close(): Promise<void>
}

const REGION = 'ap-guangzhou'
/** A bot would say at its start that they do not count beside the file. */
const SAID_BY_THE_FILE = ['CKAFKA_API', 'CKAFKA_ENDPOINT', 'CKAFKA_INSTANCES', 'TENCENTCLOUD_REGION']

export async function startWorldKafka(
  { seed, brokers = 1 }: WorldKafkaOptions,
  now: () => number,
): Promise<WorldKafka> {
  const kafka = await startKafkaBroker(createCluster(seed ?? kafkaDemoSeed(now()), { now }), { brokers, now })
  const folder = await mkdtemp(join(tmpdir(), 'rewind-world-'))
  const [instance] = kafka.cluster.instances()
  return {
    kafka,
    async environmentOf(process, env, instances, advertise) {
      const bootstrap = advertise === undefined ? kafka.bootstrap : await kafka.listen(advertise)
      const path = join(folder, `clusters-${process}.yml`)
      const clusters = [
        { id: 'ckafka', name: 'CKafka', ckafka: accountOf(env, instances) },
        { id: instance?.id, name: instance?.name, kafka: { bootstrap: bootstrap.split(',') } },
      ]
      await writeFile(path, stringify({ version: 1, clusters }))
      const rest = Object.entries(env).filter(([name]) => !SAID_BY_THE_FILE.includes(name))
      return { ...Object.fromEntries(rest), CLUSTERS_FILE: path }
    },
    async close() {
      await kafka.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** What the settings say of CKafka, as an entry of the file says it. */
function accountOf(env: Record<string, string>, instances: readonly InstanceView[]) {
  return {
    api: env.CKAFKA_API ?? 'v3',
    region: env.TENCENTCLOUD_REGION ?? REGION,
    endpoint: env.CKAFKA_ENDPOINT,
    instances: Object.fromEntries(instances.map(({ id, name }) => [id, name])),
    credentials: { 'secret-id-env': 'TENCENTCLOUD_SECRET_ID', 'secret-key-env': 'TENCENTCLOUD_SECRET_KEY' },
  }
}

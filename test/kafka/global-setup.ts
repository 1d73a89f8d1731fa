// Starts one real Kafka of each version for the whole run, or says in one sentence why not. `KAFKA_BOOTSTRAP` names a
// broker of one's own instead, which has to be a plain one that lets everybody do everything.

import type { TestProject } from 'vitest/node'
import { type KafkaVersion, VERSIONS, whyNoKafka } from './broker/jars.ts'
import { freePort } from './broker/java.ts'
import { startKafka } from './broker/start.ts'

/** Which Kafkas the tests run over. */
export interface ProvidedKafka {
  name: string
  /** Of Kafka's own client. */
  version: KafkaVersion
  bootstrap: string
  /** A second listener, which tells clients to come to `told`: a proxy can listen there. Not of a broker of one's own. */
  proxied?: { port: number; told: number }
}

declare module 'vitest' {
  interface ProvidedContext {
    kafkas: ProvidedKafka[]
    /** Null: tests can start further brokers. */
    whyNoKafka: string | null
  }
}

export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const why = await whyNoKafka()
  project.provide('whyNoKafka', why)
  if (why !== null) {
    console.log(why)
    project.provide('kafkas', [])
    return
  }
  const own = process.env.KAFKA_BOOTSTRAP
  if (own) {
    project.provide('kafkas', [{ name: 'a Kafka of one’s own', version: VERSIONS[0], bootstrap: own }])
    return
  }
  const started = await Promise.all(
    VERSIONS.map(async version => {
      const fromMs = Date.now()
      const told = await freePort()
      const kafka = await startKafka({
        version,
        listeners: { PROXIED: 'PLAINTEXT' },
        advertised: { PROXIED: told },
      })
      console.log(`Kafka ${version} was ready after ${Date.now() - fromMs} ms.`)
      return { ...kafka, proxied: { port: kafka.brokers[0]?.ports.PROXIED ?? 0, told } }
    }),
  )
  project.provide(
    'kafkas',
    started.map(({ version, bootstrap, proxied }) => ({
      name: `Kafka ${version}`,
      version,
      bootstrap,
      proxied,
    })),
  )
  return async () => {
    await Promise.all(started.map(each => each.close()))
  }
}

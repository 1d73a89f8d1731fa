// The jars of a version of Apache Kafka under .cache/kafka, fetched by Maven the first time; or why there are none.

import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const CACHE = fileURLToPath(new URL('../../../.cache/kafka', import.meta.url))
const POM = fileURLToPath(new URL('pom.xml', import.meta.url))

/** The newest of 4, and the last of 3. */
export const VERSIONS = ['4.4.0', '3.9.2'] as const
export type KafkaVersion = (typeof VERSIONS)[number]

/** Null where Kafka can be started; else one sentence. */
export async function whyNoKafka(): Promise<string | null> {
  const missing: string[] = []
  for (const [program, argument] of [
    ['java', '-version'],
    ['javac', '-version'],
    ['mvn', '-v'],
  ] as const) {
    await run(program, [argument]).catch(() => missing.push(program))
  }
  if (missing.length === 0) return null
  return `The tests over a real Kafka need ${missing.join(' and ')} (Debian: openjdk-17-jdk-headless, maven); they are skipped.`
}

/** A class path with everything of that version. */
export async function classPathOf(version: KafkaVersion): Promise<string> {
  const folder = join(CACHE, version)
  const whole = join(folder, 'whole')
  if (!existsSync(whole)) {
    const half = `${folder}.${process.pid}`
    await mkdir(half, { recursive: true })
    await run('mvn', [
      ...['-q', '-B', '-f', POM, 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies'],
      ...[`-Dkafka.version=${version}`, `-DoutputDirectory=${half}`, '-DincludeScope=runtime'],
    ])
    await writeFile(join(half, 'whole'), '')
    await rm(folder, { recursive: true, force: true })
    await rename(half, folder)
  }
  return join(folder, '*')
}

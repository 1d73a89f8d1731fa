// The Kafkas of this run, each with its driver: started once for all files of tests.

import { describe, inject, it } from 'vitest'
import { type Driver, startDriver } from './driver/driver.ts'
import type { ProvidedKafka } from './global-setup.ts'

/** None where Kafka cannot be started: the tests over it are skipped. */
export const KAFKAS = inject('kafkas')
/** Whether a test can start further brokers. */
export const CAN_START = inject('whyNoKafka') === null

/** The same tests over each of them; one that is skipped where there is none. */
export function overEachKafka(tests: (kafka: ProvidedKafka) => void, kafkas = KAFKAS): void {
  for (const kafka of kafkas) describe(kafka.name, () => tests(kafka))
  if (kafkas.length === 0) it.skip('needs a real Kafka', () => {})
}

const drivers = new Map<string, Promise<Driver>>()

export function driverOf({ version, bootstrap }: ProvidedKafka): Promise<Driver> {
  const known = drivers.get(bootstrap)
  if (known !== undefined) return known
  const started = startDriver(version, bootstrap)
  drivers.set(bootstrap, started)
  return started
}

let last = 0
/** A name that no other test has, on a broker that may have seen other runs. */
export function fresh(word: string): string {
  last += 1
  return `${word}-${process.pid}-${Date.now().toString(36)}-${last}`
}

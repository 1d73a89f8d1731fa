// `kafka-consumer-groups.sh` as a process of its own. Maven Central has the jars and not the script, which only starts
// this class with these settings (bin/kafka-consumer-groups.sh and bin/kafka-run-class.sh of Kafka 4.4).

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { classPathOf, type KafkaVersion } from '../broker/jars.ts'

const run = promisify(execFile)

const SETTINGS = [
  ...['-Xmx256M', '-server', '-XX:+UseG1GC', '-XX:MaxGCPauseMillis=20'],
  ...['-XX:InitiatingHeapOccupancyPercent=35', '-XX:+ExplicitGCInvokesConcurrent', '-XX:MaxInlineLevel=15'],
  '-Djava.awt.headless=true',
]

/** What it prints. */
export async function consumerGroupsScript(
  version: KafkaVersion,
  bootstrap: string,
  ...args: string[]
): Promise<string> {
  const { stdout } = await run(
    'java',
    [
      ...SETTINGS,
      '-Dorg.slf4j.simpleLogger.defaultLogLevel=error',
      ...['-cp', await classPathOf(version)],
      'org.apache.kafka.tools.consumer.group.ConsumerGroupCommand',
      ...['--bootstrap-server', bootstrap, ...args],
    ],
    { maxBuffer: 64 * 2 ** 20, env: { ...process.env, LC_ALL: 'C.UTF-8' } },
  )
  return stdout
}

// Kafka's own tool as the judge. `ConsumerGroupCommand` of the kafka-tools jar is the class that
// `kafka-consumer-groups.sh` starts; the driver runs it in a Java process that is there already.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Papa from 'papaparse'
import { placeOf } from '../../../src/request/group.ts'
import { readOffsetsFile } from '../../../src/request/offsets-file.ts'
import type { Reset, Targets } from '../../../src/request/reset.ts'
import type { Driver } from '../driver/driver.ts'

/** Where it would put, or has put, each partition, by `placeOf`; or what it says instead. */
export type Judgement = { kind: 'resets'; offsets: Targets } | { kind: 'refuses'; said: string }

/** `targets`: of a reset whose offsets come out of a file. */
export async function judged(
  driver: Driver,
  how: 'dry-run' | 'execute',
  reset: Reset,
  targets: Targets = new Map(),
): Promise<Judgement> {
  const { group } = reset.target
  const said = await withFile(linesOf(targets), file =>
    driver.consumerGroups(
      ...['--reset-offsets', '--group', group, `--${how}`, '--export'],
      ...scopeOf(reset),
      ...strategyOf(reset, file),
    ),
  )
  return judgementIn(said, group)
}

/** What it prints with `--export`, read as the file that a person attaches to the form. */
export function judgementIn(said: string, group: string): Judgement {
  const lines = said.split('\n').filter(line => line.trim() !== '' && !line.startsWith('Warn: '))
  const rows = Papa.parse<string[]>(lines.join('\n')).data
  const read = readOffsetsFile(rows, { group, instance: [] })
  return read.ok ? { kind: 'resets', offsets: read.targets } : { kind: 'refuses', said: said.trim() }
}

function scopeOf({ strategy, scope, topics, partitions }: Reset): string[] {
  if (strategy.kind === 'offsets') return []
  if (scope === 'allTopics') return ['--all-topics']
  return topics.flatMap(topic => {
    const chosen = partitions[topic]
    return ['--topic', chosen === undefined ? topic : `${topic}:${chosen.join(',')}`]
  })
}

function strategyOf({ strategy }: Reset, file: string): string[] {
  switch (strategy.kind) {
    case 'earliest':
    case 'latest':
      return [`--to-${strategy.kind}`]
    case 'time':
      // Without a zone it takes UTC.
      return ['--to-datetime', new Date(strategy.timeMs).toISOString().replace('Z', '')]
    case 'shift':
      return ['--shift-by', `${strategy.direction === 'replay' ? '-' : ''}${strategy.count}`]
    case 'offset':
      return ['--to-offset', `${strategy.offset}`]
    case 'offsets':
      return ['--from-file', file]
    case 'group':
      throw new Error('The tool cannot take offsets from another group.')
    default:
      return strategy satisfies never
  }
}

function linesOf(targets: Targets): string {
  return [...targets].map(([place, offset]) => `${place.replace(' ', ',')},${offset}\n`).join('')
}

export async function withFile<T>(content: string, use: (path: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'rewind-judge-'))
  try {
    const path = join(folder, 'offsets.csv')
    await writeFile(path, content)
    return await use(path)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

export const at = (topic: string, partition: number, offset: bigint) => ({ topic, partition, offset })
export { placeOf }

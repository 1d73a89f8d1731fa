// The Cluster and ClusterReader ports over CKafka: the last look at what is asked, then the dialect that the API speaks.
// It must never let a call through that the last look has a problem with.

import type { Cluster, ClusterAbilities, ClusterReader } from '../../ports/cluster.ts'
import { budgetsOf, writePaceOf } from './budgets.ts'
import { createApiV2 } from './call-v2.ts'
import { createApiV3 } from './call-v3.ts'
import { createWritesV2 } from './cluster-v2.ts'
import { createWritesV3 } from './cluster-v3.ts'
import { keepStates } from './instance-states.ts'
import {
  problemWithNames,
  problemWithReset,
  problemWithSearch,
  problemWithTarget,
  problemWithWrite,
  refusedHere,
} from './last-look.ts'
import { QUESTIONS_V2 } from './questions-v2.ts'
import { QUESTIONS_V3 } from './questions-v3.ts'
import { createReader, type ReaderOptions } from './reader.ts'
import type { CkafkaConfig, CkafkaDeps } from './settings.ts'
import { keepKinds } from './topic-kinds.ts'

export type Ckafka = Cluster & {
  can: ClusterAbilities
  reader(options: ReaderOptions): ClusterReader
  /** Waits for calls under way. */
  close(): Promise<void>
}

export function createCkafka(config: CkafkaConfig, deps: CkafkaDeps): Ckafka {
  const { can, writes, reader, close } = speak(config, deps)
  const writePace = writePaceOf(config.dialect, deps.budgets ?? budgetsOf(config.dialect, ''))
  return {
    can,
    writePaceOf: () => writePace,
    resetOffsets: (reset, deadlineMs) =>
      unless(problemWithReset(reset), () => writes.resetOffsets(reset, deadlineMs)),
    writeOffsets: (target, topic, offsets, deadlineMs) =>
      unless(problemWithWrite(target, topic, offsets), () =>
        writes.writeOffsets(target, topic, offsets, deadlineMs),
      ),
    reader: options => ({
      abilitiesOf: async () => ({ kind: 'read', value: can }),
      ...guarded(reader(options)),
    }),
    close,
  }
}

type Reads = ReturnType<typeof createReader>

function guarded(reads: Reads): Reads {
  return {
    instances: () => reads.instances(),
    groups: (instanceId, search) =>
      unless(problemWithSearch(instanceId, search), () => reads.groups(instanceId, search)),
    topics: (instanceId, search) =>
      unless(problemWithSearch(instanceId, search), () => reads.topics(instanceId, search)),
    group: target => unless(problemWithTarget(target), () => reads.group(target)),
    positions: (target, topics) =>
      unless(problemWithTarget(target) ?? problemWithNames(topics ?? []), () =>
        reads.positions(target, topics),
      ),
    logRanges: (instanceId, topic) =>
      unless(problemWithNames([instanceId, topic]), () => reads.logRanges(instanceId, topic)),
    firstMessageAt: (instanceId, topic, partition, timeMs) =>
      unless(problemWithNames([instanceId, topic]), () =>
        reads.firstMessageAt(instanceId, topic, partition, timeMs),
      ),
    topicKinds: (instanceId, topics) =>
      unless(problemWithNames([instanceId, ...topics]), () => reads.topicKinds(instanceId, topics)),
  }
}

async function unless<T>(problem: string | undefined, ask: () => Promise<T>) {
  return problem === undefined ? ask() : refusedHere(problem)
}

type Writes = Omit<Cluster, 'writePaceOf'>

interface Spoken {
  can: ClusterAbilities
  writes: Writes
  reader: (options: ReaderOptions) => Reads
  close: () => Promise<void>
}

/** Topic by topic, and of some questions partition by partition. */
const ONE_AT_A_TIME = { writeTopics: false, readMany: false }

function speak(config: CkafkaConfig, deps: CkafkaDeps): Spoken {
  const reading = { now: deps.now, kinds: keepKinds(), states: keepStates() }
  switch (config.dialect) {
    case 'v2': {
      const api = createApiV2(config, deps)
      return {
        can: { logStart: false, firstMessageAt: false, writePartitions: false, ...ONE_AT_A_TIME },
        writes: createWritesV2(api, config),
        reader: options => createReader(api, QUESTIONS_V2, options, reading),
        close: api.close,
      }
    }
    case 'v3': {
      const api = createApiV3(config, deps)
      return {
        can: { logStart: true, firstMessageAt: true, writePartitions: true, ...ONE_AT_A_TIME },
        writes: createWritesV3(api, deps),
        reader: options => createReader(api, QUESTIONS_V3, options, reading),
        close: api.close,
      }
    }
    default:
      return config satisfies never
  }
}

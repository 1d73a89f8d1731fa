// The ClusterReader port over Kafka's protocol. It must never have an effect, and never pass off a part for the whole: what
// could not be read of a partition stands in its row, and costs no other.

import type {
  CallUrgency,
  ClusterAbilities,
  ClusterReader,
  FirstMessage,
  LogRow,
  TopicKind,
} from '../../ports/cluster.ts'
import type { ReadOutcome } from '../../request/api-answer.ts'
import { causeOf } from '../../request/cause.ts'
import { type LogRange, type NamePage, placeOf } from '../../request/group.ts'
import { type Client, type Node, unlessError } from './client.ts'
import { notSent, readOutcomeOf, refused, refusedHere } from './fault.ts'
import { type Coordinator, committedOffsets, groupThatIsThere } from './groups.ts'
import { problemWithNames, problemWithPartitions, problemWithTarget, problemWithTime } from './last-look.ts'
import { END, type Layout, layoutOf, type Offset, offsetsAt, START, type TopicPartition } from './logs.ts'
import { transactionalAmong } from './producers.ts'
import { describeConfigs, listGroups } from './wire/messages.ts'

export interface ReaderOptions {
  /** Ignored: Kafka has no budget of calls. */
  urgency?: CallUrgency
  /** How long one read with all its calls may take. */
  readMs: number
}

export const CAN: ClusterAbilities = {
  ...{ logStart: true, firstMessageAt: true, writePartitions: true },
  ...{ writeTopics: true, readMany: true },
}
const NAMES_ON_PAGE = 50
/** Who leads a partition is asked again after this, and at once of what has another leader. */
const LAYOUT_HOLDS_MS = 5_000
/** Groups of Connect's workers and the like have no offsets; those of consumers say `consumer`, and simple ones nothing. */
const WITH_OFFSETS = new Set(['', 'consumer'])
/** Neither can their offsets be set by anybody but themselves. */
const SHARE = 'share'
const TOPIC = 2
const KEYS = ['cleanup.policy', 'retention.ms']

export function createReader(
  client: Client,
  { id, name }: { id: string; name: string },
  { readMs }: ReaderOptions,
  now: () => number,
): Required<ClusterReader> {
  /** Whatever goes wrong is an outcome; the deadline is that of the whole read. */
  async function read<T>(
    instanceId: string,
    problem: string | undefined,
    act: (deadlineMs: number) => Promise<T>,
  ): Promise<ReadOutcome<T>> {
    try {
      if (problem !== undefined) throw refusedHere(problem)
      if (instanceId !== id) throw refused('instanceMissing', 'none', 'There is no cluster of this id here.')
      return { kind: 'read', value: await act(now() + readMs) }
    } catch (error) {
      return readOutcomeOf(error)
    }
  }

  const coordinating = async (node: Node, deadlineMs: number): Promise<Coordinator> => {
    const versionOf = await client.versionsOf(node, deadlineMs)
    return { versionOf, ask: (message, request) => client.ask(node, message, request, deadlineMs) }
  }

  const withCoordinator = <T>(
    group: string,
    deadlineMs: number,
    act: (coordinator: Coordinator) => Promise<T>,
  ): Promise<T> =>
    client.withCoordinator(group, deadlineMs, async node => act(await coordinating(node, deadlineMs)))

  /** Of the logs that were read last. */
  let latest: { layout: Layout; atMs: number } | null = null

  /** As it was read for the logs a moment ago, where that has these partitions. */
  async function layoutFor(
    asked: ReadonlyMap<string, readonly number[]>,
    deadlineMs: number,
  ): Promise<Layout> {
    const known = latest !== null && Math.abs(now() - latest.atMs) < LAYOUT_HOLDS_MS ? latest.layout : null
    const isThere = [...asked].every(([topic, partitions]) =>
      partitions.every(partition => known?.partitions.get(topic)?.includes(partition) === true),
    )
    return known !== null && isThere ? known : layoutOf(client, [...asked.keys()], deadlineMs)
  }

  /** Start and end of each partition, asked at once. */
  async function rangesOf(topics: readonly string[], deadlineMs: number): Promise<Map<string, LogRow[]>> {
    const layout = await layoutOf(client, topics, deadlineMs)
    latest = { layout, atMs: now() }
    const places = placesIn(layout.partitions)
    const [starts, ends] = await Promise.all(
      [START, END].map(time => offsetsAt(client, layout, places, time, deadlineMs, now)),
    )
    return new Map(
      [...layout.partitions].map(([topic, partitions]) => [
        topic,
        partitions.map((partition): LogRow => {
          const place = placeOf(topic, partition)
          const [start, end] = [there(starts?.get(place)), there(ends?.get(place))]
          if (typeof start !== 'bigint') return { partition, unread: start.unread }
          if (typeof end !== 'bigint') return { partition, unread: end.unread }
          return { partition, start, end }
        }),
      ]),
    )
  }

  async function endsOf(
    topics: readonly string[] | Promise<readonly string[]>,
    deadlineMs: number,
  ): Promise<LogEnd[]> {
    const layout = await layoutOf(client, await topics, deadlineMs)
    const places = placesIn(layout.partitions)
    const ends = await offsetsAt(client, layout, places, END, deadlineMs, now)
    return places.map(place => ({
      ...place,
      end: there(ends.get(placeOf(place.topic, place.partition))),
    }))
  }

  async function firstMessages(
    asked: ReadonlyMap<string, readonly number[]>,
    timeMs: number | ReadonlyMap<string, number>,
    deadlineMs: number,
  ): Promise<Map<string, FirstMessage[]>> {
    // Times by topic are of what may be left out; one for all makes a plan, and who has a new leader by now must not miss it.
    const layout = await (typeof timeMs === 'number'
      ? layoutOf(client, [...asked.keys()], deadlineMs)
      : layoutFor(asked, deadlineMs))
    // Of a topic that no time is told of, the first message of all.
    const timeOf = (topic: string) => BigInt(typeof timeMs === 'number' ? timeMs : (timeMs.get(topic) ?? 0))
    const found = await offsetsAt(client, layout, placesIn(asked), timeOf, deadlineMs, now)
    return new Map(
      [...asked].map(([topic, partitions]) => [
        topic,
        partitions.map((partition): FirstMessage => {
          const offset = found.get(placeOf(topic, partition)) ?? { unread: causeOf('nothingReported') }
          return { partition, ...offset }
        }),
      ]),
    )
  }

  return {
    abilitiesOf: instanceId => read(instanceId, undefined, async () => CAN),

    async instances() {
      return { kind: 'read', value: [{ id, name }] }
    },

    groups: (instanceId, search) =>
      read(instanceId, undefined, async deadlineMs => {
        const { brokers } = await client.metadata([], deadlineMs)
        const listed = await Promise.all(
          brokers.map(node =>
            client.ask(node, listGroups, { statesFilter: [], typesFilter: [] }, deadlineMs),
          ),
        )
        return namePageOf(
          listed.flatMap(({ errorCode, groups }) => {
            unlessError(errorCode)
            return groups
              .filter(each => WITH_OFFSETS.has(each.protocolType) || each.groupType !== '')
              .filter(each => each.groupType !== SHARE && each.protocolType !== SHARE)
              .filter(each => each.groupType !== 'classic' || WITH_OFFSETS.has(each.protocolType))
              .map(({ groupId }) => groupId)
          }),
          search,
        )
      }),

    topics: (instanceId, search) =>
      read(instanceId, undefined, async deadlineMs => {
        const { topics } = await client.metadata(null, deadlineMs)
        return namePageOf(
          topics.filter(({ isInternal }) => !isInternal).map(topic => topic.name),
          search,
        )
      }),

    group: target =>
      read(target.instanceId, problemWithTarget(target), deadlineMs =>
        withCoordinator(target.group, deadlineMs, coordinator => groupThatIsThere(coordinator, target.group)),
      ),

    positions: (target, topics, logs) =>
      read(
        target.instanceId,
        problemWithTarget(target) ?? problemWithNames(topics ?? []),
        async deadlineMs => {
          const fetching = withCoordinator(target.group, deadlineMs, coordinator =>
            committedOffsets(coordinator, target.group, null),
          )
          const [committed, ends] = await Promise.all([
            fetching,
            logs === undefined || topics === undefined
              ? endsOf(topics ?? fetching.then(committedTo), deadlineMs)
              : endsIn(logs),
          ])
          const known = new Map(committed.map(each => [placeOf(each.topic, each.partition), each]))
          return ends.map(({ topic, partition, end }) => {
            const found = known.get(placeOf(topic, partition))
            // Without a log end a row counts as unread, and so does one whose commit could not be.
            const isRead = typeof end === 'bigint' && (found === undefined || found.errorCode === 0)
            return {
              topic,
              partition,
              committed: isRead ? (found?.offset ?? null) : null,
              logStart: null,
              logEnd: isRead ? end : null,
            }
          })
        },
      ),

    logRanges: (instanceId, topic) =>
      read(instanceId, problemWithNames([topic]), async deadlineMs => {
        const rows = (await rangesOf([topic], deadlineMs)).get(topic) ?? []
        return rows.map((row): LogRange => {
          if ('unread' in row) throw notSent(causeOf('offsetUnread', placeOf(topic, row.partition)), 'unread')
          return row
        })
      }),

    firstMessageAt: (instanceId, topic, partition, timeMs) =>
      read(
        instanceId,
        problemWithNames([topic]) ?? problemWithPartitions([[partition]]) ?? problemWithTime(timeMs),
        async deadlineMs => {
          const [found] =
            (await firstMessages(new Map([[topic, [partition]]]), timeMs, deadlineMs)).get(topic) ?? []
          if (found === undefined || 'unread' in found) {
            throw notSent(found?.unread ?? causeOf('nothingReported'), 'unread')
          }
          return found.offset
        },
      ),

    logRangesOf: (instanceId, topics) =>
      read(instanceId, problemWithNames(topics), deadlineMs => rangesOf(topics, deadlineMs)),

    firstMessagesAt: (instanceId, partitions, timeMs) =>
      read(
        instanceId,
        problemWithNames([...partitions.keys()]) ??
          problemWithPartitions(partitions.values()) ??
          (typeof timeMs === 'number' ? [timeMs] : [...timeMs.values()]).map(problemWithTime).find(Boolean),
        deadlineMs => firstMessages(partitions, timeMs, deadlineMs),
      ),

    topicKinds: (instanceId, topics) =>
      read(instanceId, problemWithNames(topics), async deadlineMs => {
        const resources = topics.map(resourceName => ({
          resourceType: TOPIC,
          resourceName,
          configurationKeys: KEYS,
        }))
        const request = { resources, includeSynonyms: false, includeDocumentation: false }
        if (topics.length === 0) return new Map()
        const [{ results }, transactional] = await Promise.all([
          client.askAny(describeConfigs, request, deadlineMs),
          transactionalAmong(client, topics, deadlineMs),
        ])
        return new Map(
          results
            .filter(({ errorCode }) => errorCode === 0)
            .map(each => [each.resourceName, kindOf(each.configs, transactional.has(each.resourceName))]),
        )
      }),
  }
}

type LogEnd = TopicPartition & { end: bigint | { unread: string } }

function endsIn(logs: ReadonlyMap<string, readonly LogRow[]>): LogEnd[] {
  return [...logs].flatMap(([topic, rows]) =>
    rows.map(row => ({ topic, partition: row.partition, end: 'unread' in row ? row : row.end })),
  )
}

function placesIn(partitions: ReadonlyMap<string, readonly number[]>): TopicPartition[] {
  return [...partitions]
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .flatMap(([topic, each]) => each.map(partition => ({ topic, partition })))
}

/** A log always has a start and an end: none is no answer. */
function there(found: Offset | undefined): bigint | { unread: string } {
  if (found === undefined) return { unread: causeOf('nothingReported') }
  if ('unread' in found) return found
  return found.offset ?? { unread: causeOf('nothingReported') }
}

function committedTo(
  found: readonly { topic: string; offset: bigint | null; errorCode: number }[],
): string[] {
  return [
    ...new Set(found.filter(each => each.offset !== null || each.errorCode !== 0).map(({ topic }) => topic)),
  ]
}

function namePageOf(all: readonly string[], search: string): NamePage {
  const names = [...new Set(all)].filter(each => each.includes(search)).sort()
  return { names: names.slice(0, NAMES_ON_PAGE), total: names.length }
}

function kindOf(
  configs: readonly { name: string; value: string | null }[],
  transactions: boolean,
): TopicKind {
  const values = new Map(configs.map(each => [each.name, each.value]))
  const policies = (values.get('cleanup.policy') ?? '').split(',').map(each => each.trim())
  const retentionMs = policies.includes('delete') ? retentionIn(values.get('retention.ms')) : undefined
  return {
    compacted: policies.includes('compact'),
    transactions,
    // The broker looks in the index of its log, whatever size a message has.
    timesMayBeLate: false,
    ...(retentionMs === undefined ? {} : { retentionMs }),
  }
}

/** -1 is without a limit, and so is what no clock reaches. */
function retentionIn(text: string | null | undefined): number | undefined {
  const ms = /^\d{1,19}$/.test(text ?? '') ? Number(text) : Number.NaN
  return Number.isSafeInteger(ms) ? ms : undefined
}

// The Cluster port over Kafka's protocol: look at the group, then one commit as an administrator of everything there is to
// write, sent once. It must never join a group, make one, write a negative offset or one that it was not given, nor send
// what may have been taken again.

import type { Cluster, PartitionWrite, WrittenTopics } from '../../ports/cluster.ts'
import type { CallOutcome, TopicReport, UnwrittenTopic } from '../../request/api-answer.ts'
import { causeOf } from '../../request/cause.ts'
import { hasMembers, placeOf } from '../../request/group.ts'
import type { Target } from '../../request/reset.ts'
import { type Client, CodeFault } from './client.ts'
import { GROUP_ID_NOT_FOUND, INVALID_COMMIT_OFFSET_SIZE, isOfOnePartition, MEMBERS } from './codes.ts'
import { type Commit, type CommitEnd, commitEnd, refusalOf, reportsOf } from './commit-answer.ts'
import type { Connection } from './connection.ts'
import { Fault, refused, refusedHere } from './fault.ts'
import { type Committed, type Coordinator, committedOffsets, groupThatIsThere } from './groups.ts'
import { problemWithWrite } from './last-look.ts'
import { describeConfigs, offsetCommit } from './wire/messages.ts'

/** Of an administrator, who is no member: taken while the group has none. */
const NO_GENERATION = -1
const NO_MEMBER = ''
const NO_EPOCH = -1
const UNSTABLE_OFFSET_COMMIT = 88

type Writes = Required<Omit<Cluster, 'writePaceOf'>>

export function createWriter(client: Client, { id }: { id: string }, now: () => number): Writes {
  async function writeTopics(
    target: Target,
    offsets: ReadonlyMap<string, readonly PartitionWrite[]>,
    deadlineMs: number,
  ): Promise<WrittenTopics> {
    const startedMs = now()
    // Half of the time is the commit's own: one that is sent in the last moment ends as unknown.
    const lookUntilMs = startedMs + (deadlineMs - startedMs) / 2
    try {
      const problem = problemWithWrite(target, offsets)
      if (problem !== undefined) throw refusedHere(problem)
      if (target.instanceId !== id)
        throw refused('instanceMissing', 'none', 'There is no cluster of this id here.')
      // Whatever is thrown in here was thrown before the commit: the look may be done again with another coordinator.
      return await client.withCoordinator(target.group, lookUntilMs, node =>
        client.exclusively(node, lookUntilMs, async connection => {
          const coordinator: Coordinator = {
            versionOf: connection.versionOf,
            ask: (message, request) => connection.call(message, request, lookUntilMs),
          }
          const seen = await lookAt(coordinator, target.group, offsets)
          const parts = await partsThatFit(coordinator, target.group, seen.commits)
          const rest = await commitAll(connection, target.group, parts, deadlineMs)
          return rest.called.kind === 'done'
            ? { ...rest, called: { ...rest.called, topics: merged(rest.called.topics, seen.reports) } }
            : rest
        }),
      )
    } catch (error) {
      return { called: lookFailed(error), unwritten: [] }
    }
  }

  return {
    writeTopics,

    async writeOffsets(target, topic, offsets, deadlineMs) {
      const { called, unwritten } = await writeTopics(target, new Map([[topic, offsets]]), deadlineMs)
      // Only of a topic that was too large for one call. What was written of it is for a read-back to tell.
      const [end] = unwritten
      if (called.kind !== 'done' || end === undefined) return called
      return { kind: 'unknown', cause: end.end === 'refused' ? causeOf('apiSaid', `${end.code}`) : end.cause }
    },

    async resetOffsets() {
      const message =
        'Kafka has no call that resets whole topics: offsets are written partition by partition.'
      return { kind: 'refused', reason: 'badRequest', code: 'none', message }
    },
  }
}

interface Seen {
  commits: Commit[]
  /** Of what is not written. */
  reports: TopicReport[]
}

/**
 * What is to be written, and what is not: another offset stands there than the one it goes out from, a transaction that is
 * open may commit there, or it cannot be read. Throws when the group is not there, since to commit would make it: between
 * this look and the commit it could still go, which takes as long as one answer.
 */
async function lookAt(
  coordinator: Coordinator,
  group: string,
  offsets: ReadonlyMap<string, readonly PartitionWrite[]>,
): Promise<Seen> {
  const topics = [...offsets].map(([name, writes]) => ({
    name,
    partitionIndexes: writes.map(({ partition }) => partition),
  }))
  const found = await committedOffsets(coordinator, group, topics)
  if (!found.some(isCommitted)) await seeThatItExists(coordinator, group)
  const known = new Map(found.map(each => [placeOf(each.topic, each.partition), each]))
  const commits: Commit[] = []
  const leftOut: { topic: string; partition: number; code: number }[] = []
  const moved = new Map<string, number[]>()
  for (const [topic, writes] of offsets) {
    for (const { partition, offset, over } of writes) {
      const { offset: committed = null, errorCode = 0 } = known.get(placeOf(topic, partition)) ?? {}
      if (errorCode === UNSTABLE_OFFSET_COMMIT || isOfOnePartition(errorCode)) {
        leftOut.push({ topic, partition, code: errorCode })
      } else if (errorCode !== 0) {
        throw new CodeFault(errorCode)
      } else if (over !== undefined && over !== committed) {
        moved.set(topic, [...(moved.get(topic) ?? []), partition])
      } else {
        commits.push({ topic, partition, offset })
      }
    }
  }
  return { commits, reports: merged(reportsOf(leftOut), movedReports(moved)) }
}

const isCommitted = ({ offset }: Committed) => offset !== null

async function seeThatItExists(coordinator: Coordinator, name: string): Promise<void> {
  const group = await groupThatIsThere(coordinator, name)
  if (group.state === 'Dead') throw new CodeFault(GROUP_ID_NOT_FOUND)
  if (hasMembers(group)) throw refused('groupNotEmpty', 'NON_EMPTY_GROUP', MEMBERS)
}

const OFFSETS_TOPIC = '__consumer_offsets'
const LARGEST_BATCH = 'max.message.bytes'
const TOPIC = 2
/** Kafka's own, for who may not be told. */
const DEFAULT_LARGEST = 1_048_588
/** No broker that anybody runs takes less. */
const SURELY_FITS = 2 ** 16
const BATCH_HEAD = 61
/** Of a record in the offsets topic at most, beside the names of its group and topic. */
const RECORD = 68

/**
 * As few as fit into a batch of the offsets topic each. The coordinators that know KIP-848 answer a commit that does not
 * with UNKNOWN_SERVER_ERROR, which leaves open what became of it: so none is sent that would not. Older ones say 28.
 */
async function partsThatFit(
  coordinator: Coordinator,
  group: string,
  commits: readonly Commit[],
): Promise<(readonly Commit[])[]> {
  const bytesOf = ({ topic }: Commit) => RECORD + Buffer.byteLength(group) + Buffer.byteLength(topic)
  const all = commits.reduce((sum, each) => sum + bytesOf(each), BATCH_HEAD)
  if (all <= SURELY_FITS) return [commits]
  const largest = await largestBatch(coordinator)
  const parts: Commit[][] = []
  let left = 0
  for (const each of commits) {
    if (parts.length === 0 || bytesOf(each) > left) {
      parts.push([])
      left = largest - BATCH_HEAD
    }
    parts.at(-1)?.push(each)
    left -= bytesOf(each)
  }
  return parts
}

async function largestBatch(coordinator: Coordinator): Promise<number> {
  if (coordinator.versionOf(describeConfigs) === null) return DEFAULT_LARGEST
  const resource = { resourceType: TOPIC, resourceName: OFFSETS_TOPIC, configurationKeys: [LARGEST_BATCH] }
  const request = { resources: [resource], includeSynonyms: false, includeDocumentation: false }
  const { results } = await coordinator.ask(describeConfigs, request)
  const found = results
    .filter(({ errorCode }) => errorCode === 0)
    .flatMap(({ configs }) => configs)
    .find(({ name }) => name === LARGEST_BATCH)
  const bytes = Number(found?.value)
  return Number.isSafeInteger(bytes) && bytes > 0 ? bytes : DEFAULT_LARGEST
}

/** One after the other; none after one that was not taken, and what a broker calls too large in halves. Never rejects. */
async function commitAll(
  connection: Connection,
  group: string,
  fitting: readonly (readonly Commit[])[],
  deadlineMs: number,
): Promise<WrittenTopics> {
  const done: TopicReport[] = []
  const parts = fitting.filter(part => part.length > 0)
  for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
    const end = await commit(connection, group, part, deadlineMs)
    if (end.kind === 'done') {
      done.push(...end.topics)
      continue
    }
    if (end.kind === 'tooLarge' && part.length > 1) {
      const half = Math.ceil(part.length / 2)
      parts.unshift(part.slice(0, half), part.slice(half))
      continue
    }
    const called: Exclude<CallOutcome, { kind: 'done' }> =
      end.kind === 'tooLarge' ? refusalOf(INVALID_COMMIT_OFFSET_SIZE) : end
    const here = [...new Set(part.map(({ topic }) => topic))]
    const left = new Set(parts.flat().map(({ topic }) => topic))
    const unwritten = [
      ...here.map(topic => unwrittenAs(topic, called)),
      ...[...left].filter(topic => !here.includes(topic)).map(topic => leftAfter(topic, called)),
    ]
    if (done.length > 0) return { called: { kind: 'done', topics: merged(done) }, unwritten }
    return { called, unwritten: called.kind === 'unknown' ? unwritten : [] }
  }
  return { called: { kind: 'done', topics: merged(done) }, unwritten: [] }
}

async function commit(
  connection: Connection,
  groupId: string,
  commits: readonly Commit[],
  deadlineMs: number,
): Promise<CommitEnd | Exclude<CallOutcome, { kind: 'done' }>> {
  const topics = new Map<string, Commit[]>()
  for (const each of commits) {
    const known = topics.get(each.topic)
    if (known === undefined) topics.set(each.topic, [each])
    else known.push(each)
  }
  const request = {
    groupId,
    generationIdOrMemberEpoch: NO_GENERATION,
    memberId: NO_MEMBER,
    groupInstanceId: null,
    topics: [...topics].map(([name, partitions]) => ({
      name,
      partitions: partitions.map(({ partition, offset }) => ({
        partitionIndex: partition,
        committedOffset: offset,
        committedLeaderEpoch: NO_EPOCH,
        committedMetadata: '',
      })),
    })),
  }
  try {
    return commitEnd(commits, await connection.call(offsetCommit, request, deadlineMs))
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return error.end
  }
}

type NotDone = Exclude<CallOutcome, { kind: 'done' }>

function unwrittenAs(topic: string, called: NotDone): UnwrittenTopic {
  switch (called.kind) {
    case 'refused':
      return { topic, end: 'refused', reason: called.reason, code: called.code, message: called.message }
    case 'notSent':
      return { topic, end: 'notSent', cause: called.cause }
    case 'unknown':
      return { topic, end: 'unanswered', cause: called.cause }
    default:
      return called satisfies never
  }
}

/** Of a topic whose commit was not even begun. */
function leftAfter(topic: string, called: NotDone): UnwrittenTopic {
  if (called.kind === 'unknown') return { topic, end: 'notSent', cause: called.cause }
  return unwrittenAs(topic, called)
}

function lookFailed(error: unknown): CallOutcome {
  if (!(error instanceof Fault)) throw error
  const { end } = error
  // The look itself needs less than the commit that it is for.
  if (error instanceof CodeFault && end.kind === 'refused') return refusalOf(error.number)
  return end.kind === 'unknown' ? { kind: 'notSent', cause: causeOf('lookFailed', end.cause) } : end
}

function movedReports(moved: ReadonlyMap<string, number[]>): TopicReport[] {
  return [...moved].map(([topic, partitions]) => ({
    topic,
    errorCode: 0,
    errorMessage: '',
    partitions: [],
    moved: partitions,
  }))
}

/** One report for each topic. */
function merged(...lists: readonly (readonly TopicReport[])[]): TopicReport[] {
  const topics = new Map<string, TopicReport>()
  for (const report of lists.flat()) {
    const known = topics.get(report.topic)
    if (known === undefined) {
      topics.set(report.topic, report)
      continue
    }
    const moved = [...(known.moved ?? []), ...(report.moved ?? [])]
    topics.set(report.topic, {
      ...known,
      partitions: [...known.partitions, ...report.partitions],
      ...(moved.length === 0 ? {} : { moved }),
    })
  }
  return [...topics.values()]
}

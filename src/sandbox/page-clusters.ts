// The clusters as the page shows them: where every group stands, and the calls that each cluster has got.
// It must only look: nothing here changes anything.

import type { CkafkaCall } from './ckafka/server.ts'
import type { CkafkaSimulator } from './ckafka/start.ts'
import type { Position } from './cluster/model.ts'
import type { Traffic } from './consumers.ts'
import type { KafkaCall } from './kafka/connection.ts'
import type { SimulatedKafka } from './kafka/start.ts'
import type { ClusterScene, PartitionScene } from './page/protocol.ts'
import { RESET_ACTIONS } from './reset-actions.ts'
import type { World, WorldCluster } from './world.ts'

const CALLS_SHOWN = 60
const PARAMS_SHOWN = 160
const ANSWER_SHOWN = 160

type Calls = Pick<ClusterScene, 'resets' | 'calls'>

/** `traffic`: by the id of the cluster. */
export function clusterScenes(
  { clusters, ckafka, kafka }: World,
  traffic: ReadonlyMap<string, Traffic>,
): ClusterScene[] {
  return clusters.map(each => ({
    ...standingOf(each, traffic.get(each.id)),
    ...(each.kind === 'kafka' && kafka !== undefined ? callsOfKafka(kafka) : callsOfCkafka(ckafka)),
  }))
}

function standingOf(
  { kind, id, name, cluster }: WorldCluster,
  traffic: Traffic | undefined,
): Omit<ClusterScene, keyof Calls> {
  const instance = cluster.instances().find(each => each.id === id)
  return {
    kind,
    id,
    name,
    groups: (instance?.groups ?? []).map(group => {
      const { state, members } = cluster.group(id, group.name)
      return {
        name: group.name,
        state,
        members: members.map(({ clientId, host }) => ({ clientId, host })),
        stopped: members.length === 0,
        stuck: traffic?.sticking(group.name) === true,
        topics: topicsOf(cluster.positions(id, group.name)),
      }
    }),
    topics: (instance?.topics ?? []).map(topic => ({
      name: topic.name,
      partitions: topic.partitions,
      producing: traffic?.producing(topic.name) === true,
    })),
  }
}

function callsOfCkafka(ckafka: CkafkaSimulator): Calls {
  const calls = ckafka.calls()
  const before = Math.max(0, calls.length - CALLS_SHOWN)
  return {
    resets: calls.filter(({ action }) => RESET_ACTIONS.includes(action)).length,
    calls: calls.slice(before).map((call, index) => ({
      number: before + index + 1,
      atMs: call.atMs,
      action: call.action,
      api: call.dialect,
      params: sayParams(call.params),
      ...answerOfCkafka(call),
    })),
  }
}

function callsOfKafka(kafka: SimulatedKafka): Calls {
  const calls = kafka.calls().slice(-CALLS_SHOWN)
  const before = kafka.tally().received - calls.length
  return {
    resets: kafka.tally('OffsetCommit').received,
    calls: calls.map((call, index) => ({
      number: before + index + 1,
      atMs: call.atMs,
      action: call.api,
      api: `version ${call.version}`,
      params: sayRequest(call.request),
      ...answerOfKafka(call),
    })),
  }
}

function topicsOf(positions: Position[]): { topic: string; partitions: PartitionScene[] }[] {
  const topics = new Map<string, PartitionScene[]>()
  for (const { topic, partition, logStart, logEnd, committed, lag } of positions) {
    const partitions = topics.get(topic) ?? []
    topics.set(topic, partitions)
    partitions.push({
      partition,
      start: String(logStart),
      end: String(logEnd),
      committed: committed === null ? null : String(committed),
      lag: lag === null ? null : String(lag),
    })
  }
  return [...topics].map(([topic, partitions]) => ({ topic, partitions }))
}

/** Of API 2.0 the parameters that every call has; nobody reads a call for them. */
const EVERYWHERE = /^(Action|Nonce|Region|SecretId|Signature|SignatureMethod|Timestamp|Token|Version)$/

function sayParams(params: Record<string, string>): string {
  const said = Object.entries(params)
    .filter(([name]) => !EVERYWHERE.test(name))
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')
  return clipped(said, PARAMS_SHOWN)
}

export function clipped(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text
}

function answerOfCkafka({ code, answer, fault }: CkafkaCall): { answer: string; failed: boolean } {
  if (code === 0) return { answer: `success ${clipped(answer, ANSWER_SHOWN)}`, failed: false }
  if (code !== null) return { answer: `error ${code} ${clipped(answer, ANSWER_SHOWN)}`, failed: true }
  switch (fault) {
    case null:
    case 'delay':
      return { answer: 'no answer yet', failed: false }
    case 'hang':
      return { answer: 'never answered', failed: true }
    case 'cut':
      return { answer: 'connection cut', failed: true }
    case 'halfAnswer':
      return { answer: 'half an answer', failed: true }
    case 'status':
      return { answer: 'a gateway’s error page', failed: true }
    case 'html':
      return { answer: 'a web page', failed: true }
    case 'code':
    case 'lie':
    case 'unreported':
    case 'pinned':
      return { answer: fault, failed: true }
    default:
      return fault satisfies never
  }
}

/** What has no value of its own, or the protocol's word for none. */
const isNothing = (value: unknown) =>
  value === null || value === '' || value === false || Number(value) === -1 || String(value) === ''
/** What a thing is called says more than that this is its name. */
const BARE = ['Name', 'PartitionIndex']

/** The fields that say something, in the words of the protocol. */
function sayRequest(request: unknown): string {
  const say = (value: unknown): string => {
    if (Buffer.isBuffer(value)) return value.toString('hex')
    if (Array.isArray(value)) return `[${value.map(say).join(', ')}]`
    if (typeof value !== 'object' || value === null) return String(value)
    return Object.entries(value)
      .filter(([, part]) => !isNothing(part))
      .map(([name, part]) => (BARE.includes(name) ? say(part) : `${name}=${say(part)}`))
      .join(' ')
  }
  return clipped(say(request), PARAMS_SHOWN)
}

function answerOfKafka({ answered, fault }: KafkaCall): { answer: string; failed: boolean } {
  switch (fault) {
    case null:
    case 'delay':
      return { answer: answered ? 'answered' : 'no answer yet', failed: false }
    case 'hang':
      return { answer: 'never answered', failed: true }
    case 'cut':
      return { answer: 'connection cut', failed: true }
    case 'halfAnswer':
      return { answer: 'half an answer', failed: true }
    case 'code':
      return { answer: 'an error code', failed: true }
    case 'lie':
    case 'pinned':
      return { answer: fault, failed: true }
    default:
      return fault satisfies never
  }
}

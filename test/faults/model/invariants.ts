// What has to hold of the product after every step, whatever went wrong: each promise a function, which returns what breaks
// it, in words. It looks from outside: at the store, the cluster, Slack, and what was committed in which order.

import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { type ChainedEvent, verifyChain } from '../../../src/request/audit.ts'
import { decide, submit } from '../../../src/request/decide.ts'
import { type RequestId, type ResetRequest, requestSchema } from '../../../src/request/request.ts'
import { resetSchema } from '../../../src/request/reset.ts'
import type { PartitionResult } from '../../../src/request/result.ts'
import { isFinal } from '../../../src/request/state.ts'
import { findingInWords } from '../../../src/request/trail-findings.ts'
import { createStory } from '../../../src/request/trail-replay.ts'
import { BOB, CAROL } from '../../support/requests.ts'
import { SEALS } from './product-process.ts'
import { CHANNEL, CREW, type World } from './world.ts'

export interface Sight {
  world: World
  /** As the store has them. */
  records: readonly ResetRequest[]
  events: ReadonlyMap<RequestId, readonly ChainedEvent[]>
  results: ReadonlyMap<RequestId, readonly PartitionResult[]>
}

export async function look(world: World): Promise<Sight> {
  const { store, requests } = world
  const kept = await Promise.all(requests.map(id => recordAndEvents(world, id)))
  const results = await Promise.all(
    requests.map(async id => [id, (await store.readDocument(id, 'result')) ?? []] as const),
  )
  return {
    world,
    records: kept.flatMap(({ record }) => record ?? []),
    events: new Map(kept.map(({ id, events }) => [id, events])),
    results: new Map(results),
  }
}

/** As they were at one instant: what a frozen process had sent may still arrive. */
async function recordAndEvents({ store }: World, id: RequestId) {
  for (;;) {
    const record = await store.read(id)
    const events = (await store.readEvents(id)) as ChainedEvent[]
    if ((await store.read(id))?.auditHash === record?.auditHash) return { id, record, events }
  }
}

export type Invariant = (sight: Sight) => string[]

interface Written {
  id: RequestId
  from: bigint | null
  /** Of the plan that was carried out. */
  digest: string
  topic: string
  partition: number
  to: bigint
}

/** Every offset that was written by a call, with the execution that called. */
function effectsOf({ cluster, api }: World): Written[] {
  return cluster.effects().flatMap(({ written, group }, index) => {
    const caller = api.callers()[index]
    if (caller === undefined)
      throw new Error(`Broken: ${group} was written to by a call that is not on record`)
    const { id, digest } = caller
    return written.map(({ topic, partition, from, to }) => ({ id, digest, topic, partition, from, to }))
  })
}

/** An approval is one plan of one request: its offsets are written once. */
export const writesOncePerApproval: Invariant = ({ world }) => {
  const seen = new Set<string>()
  return effectsOf(world).flatMap(({ id, digest, topic, partition }) => {
    const key = `plan ${digest.slice(0, 8)} of ${id} on ${topic}/${partition}`
    if (seen.has(key)) return [`${key} was carried out twice`]
    seen.add(key)
    return []
  })
}

export const writesOnlyWhatOthersApproved: Invariant = ({ world }) => {
  const wrong = world.history.all().flatMap(({ commit: { event, next } }) => {
    const { command } = event
    if (command.kind !== 'decide' || command.verdict !== 'approve') return []
    if (command.by === next.requester) return [`${next.id} was approved by its requester`]
    return [BOB, CAROL].includes(command.by)
      ? []
      : [`${next.id} was approved by ${command.by}, who is no approver`]
  })
  for (const { id, digest, topic, partition, to } of effectsOf(world)) {
    const plan = world.history.plans().find(each => each.id === id && each.digest === digest)
    const isPlanned = plan?.rows.some(
      row => row.topic === topic && row.partition === partition && row.to === to,
    )
    if (isPlanned !== true) wrong.push(`${id} wrote ${to} to ${topic}/${partition}, which is not its plan`)
    const isApproved = world.history.of(id).some(
      ({
        commit: {
          event: { command },
        },
      }) => {
        return command.kind === 'decide' && command.verdict === 'approve' && command.digest === digest
      },
    )
    if (!isApproved) wrong.push(`${id} wrote to ${topic}/${partition}, which nobody approved`)
  }
  return wrong
}

/** Whether the policy denies it has been read of Slack, for this request, at some time before. */
export const startsNothingThatMayBeDenied: Invariant = ({ world }) =>
  world.history.all().flatMap(({ commit: { event, next } }) => {
    if (event.command.kind !== 'start') return []
    const { unread, lastRead } = next
    const wrong = unread?.holds === true ? [`${next.id} was started although it was held`] : []
    return lastRead.notIn.includes(CREW) ? wrong : [...wrong, `${next.id} was started, and it may be denied`]
  })

/** What it writes over is what its plan says, or what somebody else than the product has put there. */
export const writesOverWhatItPlanned: Invariant = ({ world }) =>
  effectsOf(world).flatMap(({ id, digest, topic, partition, from }) => {
    const plan = world.history.plans().find(each => each.id === id && each.digest === digest)
    const row = plan?.rows.find(each => each.topic === topic && each.partition === partition)
    if (row === undefined || row.from === from || (from !== null && world.isMark(from))) return []
    return [`${id} wrote over ${from} on ${topic}/${partition}, and its plan says ${row.from}`]
  })

export const decidesInTime: Invariant = ({ world }) =>
  world.history.all().flatMap(({ commit: { event, next } }, index) => {
    if (event.command.kind !== 'decide') return []
    const before = world.history
      .all()
      .slice(0, index)
      .findLast(({ commit }) => commit.next.id === next.id)?.commit.next
    return before !== undefined && event.atMs >= before.expiresAtMs
      ? [`${next.id} was decided after its time`]
      : []
  })

export const keepsFinalStates: Invariant = ({ world }) => {
  const last = new Map<RequestId, { record: ResetRequest; version: number }>()
  return world.history.all().flatMap(({ commit: { next, expectedVersion } }) => {
    const before = last.get(next.id)
    last.set(next.id, { record: next, version: next.version })
    // A failover took it back to an earlier record.
    if (before === undefined || expectedVersion < before.version) return []
    if (!isFinal(before.record.state) || isDeepStrictEqual(before.record.state, next.state)) return []
    return [`${next.id} was ${before.record.state.name} and became ${next.state.name}`]
  })
}

export const replaysFromItsEvents: Invariant = ({ records, events }) =>
  records.flatMap(record => {
    const told = events.get(record.id) ?? []
    const problems = verifyChain(told, record.auditHash)
    if (problems.length > 0) return [`${record.id}: ${JSON.stringify(problems)}`]
    const found = storyOf(record, told)
    if (found.length > 0) return found.map(each => `${record.id}: ${each}`)
    const again = replayed(record.id, told)
    if (typeof again === 'string') return [`${record.id}: ${again}`]
    return isDeepStrictEqual(again, record) ? [] : [`${record.id} is not what its events give`]
  })

/** As whoever verifies the trail would say it. */
function storyOf(record: ResetRequest, events: readonly ChainedEvent[]): string[] {
  const story = createStory(record.id, SEALS)
  for (const [i, event] of events.entries()) story.tell(event, events[i - 1]?.hash ?? '')
  story.end(z.encode(requestSchema, record))
  return story.findings().map(findingInWords)
}

function replayed(id: RequestId, events: readonly ChainedEvent[]): ResetRequest | string {
  const [created, ...rest] = events
  if (created?.command.kind !== 'submit') return 'it does not begin with a submission'
  const { kind: _, reset, ...asked } = created.command
  let request: ResetRequest = {
    ...submit({ ...asked, id, reset: resetSchema.decode(reset) }, created.atMs),
    auditHash: created.hash,
  }
  for (const { command, atMs, hash, version } of rest) {
    if (command.kind === 'submit') return 'it begins twice'
    const decided = decide(request, command, atMs)
    if (!decided.ok) return `${command.kind} at version ${version} is refused: ${decided.refusal}`
    request = { ...decided.next, auditHash: hash }
  }
  return request
}

/** What the record says came of it is what the cluster shows; testimony is the word of whoever gave it. */
export const inventsNoResult: Invariant = sight => {
  const effects = effectsOf(sight.world)
  return sight.records.flatMap(({ id, state, plan }) => {
    if (!('outcome' in state) || state.name === 'unclear' || state.outcome.kind === 'testified') return []
    const result = sight.results.get(id) ?? []
    const wrong: string[] = []
    const isDone = ({ topic, partition, planned }: PartitionResult) =>
      effects.some(
        each => each.id === id && each.topic === topic && each.partition === partition && each.to === planned,
      )
    if (state.outcome.kind !== 'done') {
      const done = effects.find(each => each.id === id && each.digest === plan?.digest)
      return done === undefined
        ? []
        : [`${id} ${state.name} (${state.outcome.kind}), and ${done.to} was written`]
    }
    if (state.name === 'succeeded' && result.length === 0) wrong.push(`${id} succeeded without a row`)
    for (const row of result) {
      const place = `${id} ${row.topic}/${row.partition}`
      const isGood = row.outcome === 'succeeded' || row.outcome === 'clamped'
      if (isGood && !isDone(row)) wrong.push(`${place} is called ${row.outcome}, and was not written`)
      if (row.outcome === 'failed' && isDone(row)) wrong.push(`${place} is called failed, and was written`)
    }
    return wrong
  })
}

/** What is tried again, or given up, has done nothing: testimony apart, and what the store has forgotten. */
export const deniesNothingThatHappened: Invariant = ({ world }) =>
  world.history.all().flatMap(({ commit: { event, next }, effects }) => {
    const { id, plan, state } = next
    const isDenial = ['approved', 'failed'].includes(state.name) && event.state !== event.before
    if (!isDenial || !['finish', 'looked'].includes(event.command.kind)) return []
    if ('outcome' in state && state.outcome.kind === 'done') return []
    const written = world.api.callers().slice(0, effects)
    const happened = written.some(each => each?.id === id && each.digest === plan?.digest)
    return happened ? [`${id} was ${event.before} and became ${state.name}, and it had happened`] : []
  })

/** In real time, when the time of each execution is over: its record says that by a clock that may be put back since. */
const ends = new WeakMap<World, Map<string, number>>()

function isExecuting(world: World, { id, state }: ResetRequest): boolean {
  if (state.name !== 'executing') return false
  const endsOf = ends.get(world) ?? new Map<string, number>()
  ends.set(world, endsOf)
  const execution = `${id} ${state.attempt}`
  const endMs = endsOf.get(execution) ?? world.sinceStartMs() + state.abandonAtMs - world.clock()
  endsOf.set(execution, endMs)
  return world.clock() < state.abandonAtMs && world.sinceStartMs() < endMs
}

/** Whoever is past the time to be abandoned cannot be calling any more. */
export const hasOneWriterPerGroup: Invariant = ({ world, records }) => {
  const executing = records.filter(record => isExecuting(world, record))
  const groups = executing.map(({ reset }) => reset.target.group)
  const twice = groups.filter((group, index) => groups.indexOf(group) !== index)
  return [...twice.map(group => `two requests are executing on ${group}`), ...world.api.overlaps()]
}

/** What a failover made the store forget, it can only say again. */
export const saysNothingTwice: Invariant = ({ world }) => {
  const seen = new Set<string>()
  return postsOf(world).flatMap(({ id, key }) => {
    const name = `${id} ${key}`
    if (seen.has(name) && !world.history.forgotten.has(id)) return [`${name} is in Slack twice`]
    seen.add(name)
    return []
  })
}

/** Nothing that happens outside is a fault in the code. */
export const faultsAreNotOurs: Invariant = ({ world }) =>
  world.faults.flatMap(each =>
    each.event === 'fault' && OUR_FAULTS.some(kind => each.error instanceof kind)
      ? [`${each.where}: ${each.error}`]
      : [],
  )

const OUR_FAULTS = [TypeError, RangeError, ReferenceError, z.core.$ZodError]

/** Cards first, then the replies of each, in the order in which they stand there. A file counts by its name. */
export function postsOf({ slack }: World): { id: RequestId; key: string }[] {
  const cards = slack.messages(CHANNEL)
  const messages = [...cards, ...cards.flatMap(({ ts }) => slack.thread(CHANNEL, ts))]
  return messages.flatMap(({ metadata, files = [] }) => {
    if (metadata !== undefined) {
      const { request_id, key } = metadata.event_payload as { request_id: RequestId; key: string }
      return [{ id: request_id, key }]
    }
    return files.map(({ name }) => {
      const [, id = ''] = /^(R-\d+)-/.exec(name) ?? []
      return { id: id as RequestId, key: name }
    })
  })
}

export const INVARIANTS = {
  writesOncePerApproval,
  writesOnlyWhatOthersApproved,
  startsNothingThatMayBeDenied,
  writesOverWhatItPlanned,
  decidesInTime,
  keepsFinalStates,
  replaysFromItsEvents,
  inventsNoResult,
  deniesNothingThatHappened,
  hasOneWriterPerGroup,
  saysNothingTwice,
  faultsAreNotOurs,
} satisfies Record<string, Invariant>

/** Throws with the name of each promise that is broken, and how. */
export async function holdAll(world: World): Promise<void> {
  const sight = await look(world)
  const broken = Object.entries(INVARIANTS).flatMap(([name, invariant]) =>
    invariant(sight).map(each => `${name}: ${each}`),
  )
  if (broken.length > 0) throw new Error(`Broken: ${broken.join('; ')}`)
}

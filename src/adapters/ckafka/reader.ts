// The ClusterReader port, and the listing that "all topics" needs, over either dialect: deadlines, urgency, and the form
// of each answer. It must never have an effect.

import type { Cluster, ClusterReader } from '../../ports.ts'
import type { NamePage } from '../../request/group.ts'
import type { ReadOutcome } from '../../request/result.ts'
import type { Answer, Api } from './call.ts'
import type { Page } from './fields.ts'
import { hasCommit, positionsOf } from './group-offsets.ts'
import { refusedHere } from './last-look.ts'
import { type Asker, createListings } from './listings.ts'
import { readPages } from './paging.ts'
import type { Questions } from './questions.ts'
import { type CkafkaConfig, type CkafkaDeps, DEFAULT_TIMEOUTS } from './settings.ts'

export function createReader<Params>(
  api: Api<Params>,
  questions: Questions<Params>,
  config: CkafkaConfig,
  { now }: CkafkaDeps,
): ClusterReader & Pick<Cluster, 'committedTopics'> {
  const { readMs, personReadMs } = { ...DEFAULT_TIMEOUTS, ...config.timeouts }
  const { logs, pageSizes } = questions
  const listings = createListings(api, questions, now)
  const person = (): Asker => ({ urgency: 'person', deadlineMs: now() + Math.min(personReadMs, readMs) })

  return {
    can: { logStart: logs !== null, firstMessageAt: logs !== null, writePartitions: logs !== null },

    async instances() {
      const asker = person()
      const answer = await readPages({
        pageSize: pageSizes.instances,
        readPage: offset => listings.ask(questions.instances(offset), asker),
        keyOf: ({ id }) => id,
        noun: 'instances',
        now,
        deadlineMs: asker.deadlineMs,
      })
      return outcomeOf(answer, instances => instances)
    },

    async groups(instanceId, search) {
      return outcomeOf(await listings.ask(questions.groups(instanceId, search), person()), namePageOf)
    },

    async topics(instanceId, search) {
      return outcomeOf(await listings.ask(questions.topics(instanceId, search, 0), person()), namePageOf)
    },

    async group(target) {
      return outcomeOf(await listings.ask(questions.group(target), person()), group => group)
    },

    async positions(target, topics) {
      const answer = await listings.offsets(target, topics, person())
      return outcomeOf(answer, offsets =>
        // A group also has to do with topics that it reads and has not committed to yet.
        positionsOf(topics === undefined ? offsets.filter(hasCommit) : offsets),
      )
    },

    async logRanges(instanceId, topic) {
      if (logs === null) return refusedHere('API 2.0 does not tell where the log of a partition starts.')
      const answer = await listings.logRanges(logs, instanceId, topic, person())
      return outcomeOf(answer, ranges => ranges.sort((a, b) => a.partition - b.partition))
    },

    async firstMessageAt(instanceId, topic, partition, timeMs) {
      if (logs === null) return refusedHere('API 2.0 does not tell when a message was written.')
      const question = logs.firstMessage(instanceId, topic, partition, timeMs)
      return outcomeOf(await listings.ask(question, person()), offset => offset)
    },

    async committedTopics(target) {
      const asker: Asker = { urgency: 'execution', deadlineMs: now() + readMs }
      const answer = await readPages({
        pageSize: pageSizes.offsets,
        readPage: offset => listings.ask(questions.committed(target, offset), asker),
        keyOf: ({ topic }) => topic,
        noun: 'topics',
        now,
        deadlineMs: asker.deadlineMs,
      })
      return outcomeOf(answer, topics => topics.flatMap(each => (each.hasCommit ? [each.topic] : [])).sort())
    },
  }
}

function namePageOf({ totalCount, items }: Page<string>): NamePage {
  const names = [...new Set(items)]
  return { names, total: totalCount ?? names.length }
}

function outcomeOf<From, To>(answer: Answer<From>, convert: (value: From) => To): ReadOutcome<To> {
  switch (answer.kind) {
    case 'answered':
      return { kind: 'read', value: convert(answer.value) }
    case 'refused':
      return answer
    case 'unknown':
      return { kind: 'unavailable', cause: answer.cause }
    case 'notSent': {
      const { cause, retryAfterMs } = answer
      return { kind: 'unavailable', cause, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
    }
    default:
      return answer satisfies never
  }
}

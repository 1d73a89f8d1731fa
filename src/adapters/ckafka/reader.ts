// The ClusterReader port over either dialect: patience, urgency, and the form of each answer. It must never have an effect.

import type { ClusterReader } from '../../ports/cluster.ts'
import type { ReadOutcome } from '../../request/api-answer.ts'
import { causeOf } from '../../request/cause.ts'
import type { Instance, NamePage } from '../../request/group.ts'
import type { Answer, Api, Urgency } from './call.ts'
import type { Page } from './fields.ts'
import { mayHaveCommit, positionsOf } from './group-offsets.ts'
import type { InstanceStates } from './instance-states.ts'
import { refusedHere } from './last-look.ts'
import { type Asker, createListings } from './listings.ts'
import { readPages } from './paging.ts'
import type { Questions } from './questions.ts'
import type { CkafkaDeps } from './settings.ts'
import { type KeptKinds, kindsOf } from './topic-kinds.ts'

export interface ReaderOptions {
  urgency: Urgency
  /** How long one read with all its pages may take. */
  readMs: number
}

export function createReader<Params>(
  api: Api<Params>,
  questions: Questions<Params>,
  { urgency, readMs }: ReaderOptions,
  { now, kinds, states }: Pick<CkafkaDeps, 'now'> & { kinds: KeptKinds; states: InstanceStates },
): Required<Pick<ClusterReader, 'topicKinds'>> & Omit<ClusterReader, 'abilitiesOf'> {
  const { logs, pageSizes } = questions
  const listings = createListings(api, questions, now)
  const asking = (): Asker => ({ urgency, deadlineMs: now() + readMs })

  async function instances(): Promise<ReadOutcome<Instance[]>> {
    const asker = asking()
    const answer = await readPages({
      pageSize: pageSizes.instances,
      readPage: offset => listings.ask(questions.instances(offset), asker),
      keyOf: ({ id }) => id,
      now,
      deadlineMs: asker.deadlineMs,
    })
    if (answer.kind === 'answered') states.learn(answer.value)
    return outcomeOf(answer, found => found)
  }

  return {
    instances,

    async groups(instanceId, search) {
      return outcomeOf(await listings.ask(questions.groups(instanceId, search), asking()), namePageOf)
    },

    async topics(instanceId, search) {
      return outcomeOf(await listings.ask(questions.topics(instanceId, search, 0), asking()), namePageOf)
    },

    async group(target) {
      // What was said of it may have been long ago.
      if (states.of(target.instanceId) !== undefined) {
        const listed = await instances()
        if (listed.kind !== 'read') return listed
        const gone = states.of(target.instanceId)
        if (gone !== undefined) return refusedAsGone(gone)
      }
      return outcomeOf(await listings.ask(questions.group(target), asking()), group => group)
    },

    async positions(target, topics) {
      const answer = await listings.offsets(target, topics, asking())
      return outcomeOf(answer, offsets =>
        // A group also has to do with topics that it reads and has not committed to yet.
        positionsOf(topics === undefined ? offsets.filter(mayHaveCommit) : offsets),
      )
    },

    async logRanges(instanceId, topic) {
      if (logs === null) return refusedHere('API 2.0 does not tell where the log of a partition starts.')
      const answer = await listings.logRanges(logs, instanceId, topic, asking())
      return outcomeOf(answer, ranges => ranges.sort((a, b) => a.partition - b.partition))
    },

    async firstMessageAt(instanceId, topic, partition, timeMs) {
      if (logs === null) return refusedHere('API 2.0 does not tell when a message was written.')
      const question = logs.firstMessage(instanceId, topic, partition, timeMs)
      return outcomeOf(await listings.ask(question, asking()), offset => offset)
    },

    async topicKinds(instanceId, topics) {
      if (logs === null) return refusedHere('API 2.0 does not tell how large the messages of a topic may be.')
      const asker = asking()
      const ask = (topic: string) => listings.ask(logs.kind(instanceId, topic), asker)
      const answer = await kindsOf(topics, {
        kept: kinds,
        instanceId,
        ask,
        now,
        deadlineMs: asker.deadlineMs,
      })
      return outcomeOf(answer, found => found)
    },
  }
}

function refusedAsGone(gone: NonNullable<Instance['gone']>) {
  const message = causeOf('instanceGone', gone)
  return { kind: 'refused', reason: 'instanceMissing', code: 'none', message } as const
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

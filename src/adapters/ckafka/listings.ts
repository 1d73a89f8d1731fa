// The listings that a read for a person and a reset both need, to their end, in either dialect.

import type { LogRange } from '../../request/group.ts'
import type { Target } from '../../request/reset.ts'
import type { Answer, Api, Question, Urgency } from './call.ts'
import type { TopicOffsets } from './group-offsets.ts'
import { readPages, slicesOf, throughShortPauses } from './paging.ts'
import type { LogQuestions, Questions } from './questions.ts'

/** Who asks, and until when. */
export interface Asker {
  urgency: Urgency
  /** Epoch; all calls of one read together. */
  deadlineMs: number
}

export interface Listings<Params> {
  ask<T>(question: Question<Params, T>, asker: Asker): Promise<Answer<T>>
  /** Of these topics, as far as the API knows them; absent: of all that the group has to do with. */
  offsets(
    target: Target,
    topics: readonly string[] | undefined,
    asker: Asker,
  ): Promise<Answer<TopicOffsets[]>>
  isTopic(instanceId: string, topic: string, asker: Asker): Promise<Answer<boolean>>
  /** Empty: no such topic. */
  logRanges(
    logs: LogQuestions<Params>,
    instanceId: string,
    topic: string,
    asker: Asker,
  ): Promise<Answer<LogRange[]>>
}

export function createListings<Params>(
  api: Api<Params>,
  questions: Questions<Params>,
  now: () => number,
): Listings<Params> {
  const { pageSizes } = questions

  function ask<T>(question: Question<Params, T>, { urgency, deadlineMs }: Asker): Promise<Answer<T>> {
    return api.read({ ...question, deadlineMs }, urgency)
  }

  function pageThroughOffsets(
    target: Target,
    topics: readonly string[] | undefined,
    asker: Asker,
  ): Promise<Answer<TopicOffsets[]>> {
    return readPages({
      pageSize: pageSizes.offsets,
      readPage: offset => ask(questions.offsets(target, topics, offset), asker),
      keyOf: ({ topic }) => topic,
      ...(topics === undefined ? {} : { isEnough: seen => topics.every(topic => seen.has(topic)) }),
      now,
      deadlineMs: asker.deadlineMs,
    })
  }

  async function isTopic(instanceId: string, topic: string, asker: Asker): Promise<Answer<boolean>> {
    const answer = await readPages({
      pageSize: pageSizes.names,
      readPage: offset => ask(questions.topics(instanceId, topic, offset), asker),
      keyOf: name => name,
      isEnough: seen => seen.has(topic),
      now,
      deadlineMs: asker.deadlineMs,
    })
    return answer.kind === 'answered' ? { kind: 'answered', value: answer.value.includes(topic) } : answer
  }

  return {
    ask,
    isTopic,

    async offsets(target, topics, asker) {
      if (topics === undefined) return pageThroughOffsets(target, undefined, asker)
      const found: TopicOffsets[] = []
      for (const [index, slice] of slicesOf(topics).entries()) {
        const read = () => pageThroughOffsets(target, slice, asker)
        const answer = index === 0 ? await read() : await throughShortPauses(read, now, asker.deadlineMs)
        if (answer.kind !== 'answered') return answer
        // Should the API ever not heed the list, nothing that was not asked for comes of it.
        found.push(...answer.value.filter(({ topic }) => slice.includes(topic)))
      }
      return { kind: 'answered', value: found }
    },

    async logRanges(logs, instanceId, topic, asker) {
      const answer = await readPages({
        pageSize: pageSizes.logRanges,
        readPage: offset => ask(logs.ranges(instanceId, topic, offset), asker),
        keyOf: ({ partition }) => String(partition),
        now,
        deadlineMs: asker.deadlineMs,
      })
      if (answer.kind !== 'refused') return answer
      // No documented code means that the topic is missing, so that any refusal may.
      const known = await isTopic(instanceId, topic, asker)
      return known.kind === 'answered' && !known.value ? { kind: 'answered', value: [] } : answer
    },
  }
}

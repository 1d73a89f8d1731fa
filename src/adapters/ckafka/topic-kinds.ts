// What the API tells of the logs of topics, one call a topic, kept for a while: it hardly ever changes. It must never take
// a refusal of all of them for one of a single topic, nor pass for told what was not.

import { LRUCache } from 'lru-cache'
import type { TopicKind } from '../../ports/cluster.ts'
import type { RefusalReason } from '../../request/result.ts'
import type { Answer } from './call.ts'
import { throughShortPauses } from './paging.ts'

export type KeptKinds = LRUCache<string, { kind: TopicKind; atMs: number }>

const TOPICS_KEPT = 5_000
const FRESH_MS = 300_000

/** Shared by everybody who asks the same account. */
export function keepKinds(): KeptKinds {
  return new LRUCache({ max: TOPICS_KEPT })
}

/** Of one topic alone. No documented code means that it is not there, so that these may. */
const OF_ONE_TOPIC: ReadonlySet<RefusalReason> = new Set(['badRequest', 'other'])

/** One that the API refuses, or says nothing of, is left out. */
export async function kindsOf(
  topics: readonly string[],
  options: {
    kept: KeptKinds
    instanceId: string
    ask: (topic: string) => Promise<Answer<TopicKind | null>>
    now: () => number
    deadlineMs: number
  },
): Promise<Answer<Map<string, TopicKind>>> {
  const { kept, instanceId, ask, now, deadlineMs } = options
  const found = new Map<string, TopicKind>()
  let asked = 0
  for (const topic of new Set(topics)) {
    const key = JSON.stringify([instanceId, topic])
    const known = kept.get(key)
    if (known !== undefined && Math.abs(now() - known.atMs) < FRESH_MS) {
      found.set(topic, known.kind)
      continue
    }
    asked += 1
    const answer =
      asked === 1 ? await ask(topic) : await throughShortPauses(() => ask(topic), now, deadlineMs)
    if (answer.kind === 'refused' && OF_ONE_TOPIC.has(answer.reason)) continue
    if (answer.kind !== 'answered') return answer
    if (answer.value === null) continue
    found.set(topic, answer.value)
    kept.set(key, { kind: answer.value, atMs: now() })
  }
  return { kind: 'answered', value: found }
}

// What the API tells of the logs of topics, one call a topic, kept for a while: it hardly ever changes. It must never take
// a refusal of all of them for one of a single topic, nor pass for told what was not.

import { LRUCache } from 'lru-cache'
import pLimit from 'p-limit'
import type { TopicKind } from '../../ports/cluster.ts'
import type { RefusalReason } from '../../request/api-answer.ts'
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

const AT_ONCE = 4

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
  const keyOf = (topic: string) => JSON.stringify([instanceId, topic])
  const unknown = [...new Set(topics)].filter(topic => {
    const known = kept.get(keyOf(topic))
    if (known === undefined || Math.abs(now() - known.atMs) >= FRESH_MS) return true
    found.set(topic, known.kind)
    return false
  })

  /** What keeps all of them from being told; null: nothing does. */
  async function learn(topic: string, asking: () => Promise<Answer<TopicKind | null>>) {
    const answer = await asking()
    if (answer.kind === 'refused' && OF_ONE_TOPIC.has(answer.reason)) return null
    if (answer.kind !== 'answered') return answer
    if (answer.value === null) return null
    found.set(topic, answer.value)
    kept.set(keyOf(topic), { kind: answer.value, atMs: now() })
    return null
  }

  const [first, ...rest] = unknown
  if (first === undefined) return { kind: 'answered', value: found }
  // Alone: what is refused of all is asked once.
  let trouble = await learn(first, () => ask(first))
  const inTurn = pLimit(AT_ONCE)
  await Promise.all(
    rest.map(topic =>
      inTurn(async () => {
        if (trouble !== null) return
        const own = await learn(topic, () => throughShortPauses(() => ask(topic), now, deadlineMs))
        trouble ??= own
      }),
    ),
  )
  return trouble ?? { kind: 'answered', value: found }
}
